"""Writing an output whole or not at all, and never over something that nobody said to replace."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from vicinal.errors import BadInput, OutputExists


def check_output(path: str | os.PathLike[str], force: bool) -> Path:
    """Refuse, before any work is done, a path that `write_whole` could not or should not write to."""
    target = Path(path)
    if target.is_dir():
        raise BadInput(f"cannot write to {target}: it is a folder; give the name of a file")
    if not target.parent.is_dir():
        raise BadInput(f"cannot write to {target}: there is no folder {target.parent}")
    if not force and (target.exists() or target.is_symlink()):
        raise OutputExists(f"{target} is already there; pass force=True to replace it")
    return target


def write_whole(path: str | os.PathLike[str], data: bytes, force: bool) -> Path:
    """Write to a temporary name beside the target, then rename: a reader never meets half a file."""
    target = check_output(path, force)
    part = target.with_name(f".vicinal-{secrets.token_hex(8)}.part")
    try:
        with open(part, "xb") as file:
            file.write(data)
        os.replace(part, target)
    except OSError as error:
        raise BadInput(f"cannot write to {target}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):  # gone already, unless something failed
            part.unlink()
    return target
