"""What every encoder is: options stored as given, ``fit``, learned attributes that end in ``_``."""

from __future__ import annotations

import inspect
from typing import Any, Self

from vicinal.errors import BadOption, NotFitted


class Encoder:
    """Base of all encoders.

    A subclass takes keyword-only options, stores each under its own name and does nothing else in ``__init__``
    (scikit-learn's rule, so that cloning and searching over options work). It trains in ``fit``, which returns itself
    and sets attributes that end in an underscore.
    """

    @classmethod
    def option_names(cls) -> list[str]:
        """Names of the options, sorted."""
        return sorted(name for name in inspect.signature(cls.__init__).parameters if name != "self")

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the options as given (the name is scikit-learn's, whose tools call it)."""
        return {name: getattr(self, name) for name in self.option_names()}

    def set_params(self, **options: Any) -> Self:
        """Change options before training.

        Raises
        ------
        BadOption
            For an option this encoder does not have.
        """
        for name, value in options.items():
            if name not in self.option_names():
                raise BadOption(f"{type(self).__name__} has no option {name!r}; it has {', '.join(self.option_names())}")
            setattr(self, name, value)
        return self

    def _check_fitted(self, attribute: str) -> None:
        if not hasattr(self, attribute):
            raise NotFitted(f"this {type(self).__name__} is not trained yet; call fit(data) first")

    def __repr__(self) -> str:
        defaults = inspect.signature(type(self).__init__).parameters
        changed = {k: v for k, v in self.get_params().items() if v is not defaults[k].default and v != defaults[k].default}
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in changed.items())})"
