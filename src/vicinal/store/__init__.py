"""The store: every format in which people already have vectors, and a native one that opens by mapping.

Specified in ``docs/formats.md``.
"""

from vicinal.store.atomic import atomic, atomic_files
from vicinal.store.registry import FormatInfo, formats, read, write

__all__ = ["FormatInfo", "atomic", "atomic_files", "formats", "read", "write"]
