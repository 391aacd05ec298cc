"""The command line: ``vicinal VERB``, one file a verb.

To add a verb, copy the nearest file of this folder and name it in ``VERBS`` of ``_app.py``. Nothing heavy is imported
at the top of a verb's file, so that help and shell completion answer at once.
"""

from vicinal.cli._app import app, main

__all__ = ["app", "main"]
