"""What every encoder is: options stored as given, ``fit``, learned attributes that end in ``_``."""

from __future__ import annotations

import inspect
import reprlib
from typing import Any, Self

from vicinal.errors import BadOption, NotFitted


class Encoder:
    """Base of all encoders.

    A subclass takes keyword-only options, stores each under its own name and does nothing else in ``__init__``
    (scikit-learn's rule, so that cloning and searching over options work). It trains in ``fit``, which returns itself
    and sets attributes that end in an underscore.

    Examples
    --------
    >>> class Constant(Encoder):
    ...     def __init__(self, *, dim=2, value=0.0):
    ...         self.dim, self.value = dim, value
    >>> Constant(value=1.5)
    Constant(value=1.5)
    >>> Constant().set_params(dim=5).get_params()
    {'dim': 5, 'value': 0.0}
    """

    @classmethod
    def option_names(cls) -> list[str]:
        """Names of the options, sorted."""
        return sorted(_parameters(cls))

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the options as given (the name is scikit-learn's, whose tools call it)."""
        return {name: getattr(self, name) for name in self.option_names()}

    def set_params(self, **options: Any) -> Self:
        """Change options before training; all of them or, if one is not known, none.

        Raises
        ------
        BadOption
            For an option this encoder does not have.
        """
        known = self.option_names()
        for name in options:
            if name not in known:
                raise BadOption(f"{type(self).__name__} has no option {name!r}; it has {', '.join(known) or 'none'}")
        for name, value in options.items():
            setattr(self, name, value)
        return self

    def _check_fitted(self, attribute: str) -> None:
        if not hasattr(self, attribute):
            raise NotFitted(f"this {type(self).__name__} is not trained yet; call fit(data) first")

    def __repr__(self) -> str:
        changed = []
        for name, parameter in _parameters(type(self)).items():
            value = getattr(self, name, parameter.default)
            # by how they print: comparing arrays gives arrays, and NaN differs from itself
            if value is not parameter.default and repr(value) != repr(parameter.default):
                changed.append(f"{name}={reprlib.repr(value)}")
        return f"{type(self).__name__}({', '.join(sorted(changed))})"


def _parameters(kind: type[Encoder]) -> dict[str, inspect.Parameter]:
    if kind.__init__ is object.__init__:
        return {}
    parameters = inspect.signature(kind.__init__).parameters
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return {name: p for name, p in parameters.items() if name != "self" and p.kind not in variable}
