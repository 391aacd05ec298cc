"""Optional dependencies, imported at the door of the room that needs them."""

from __future__ import annotations

import importlib
from types import ModuleType

from vicinal.errors import MissingExtra


def require(module: str, extra: str) -> ModuleType:
    """Import an optional dependency or say how to install it.

    Parameters
    ----------
    module : str
        Dotted module name, such as ``"matplotlib"``.
    extra : str
        The extra of this package that brings it, such as ``"maps"``.

    Returns
    -------
    module

    Raises
    ------
    MissingExtra
        Naming the exact install command.

    Examples
    --------
    >>> require("json", "maps").dumps([1])
    '[1]'
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        absent = isinstance(error, ModuleNotFoundError) and error.name in (package, module)
        if not absent and error.name is not None:
            raise  # the package is there but broken inside: the real cause must be seen
        raise MissingExtra(f"this needs {package}, which is not installed: pip install 'vicinal[{extra}]'") from error
