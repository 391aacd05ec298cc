"""``python -m vicinal`` is ``vicinal``."""

from vicinal.cli import main

main()
