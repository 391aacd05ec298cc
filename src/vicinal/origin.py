"""Where a space comes from: the record from which its fingerprint is made."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields, replace
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vicinal.errors import BadFormat, BadInput

_KINDS: dict[str, Any] = {"options": dict, "seed": int | None, "steps": list}  # JSON types; text where not listed


@dataclass(frozen=True)
class Origin:
    """How the coordinates of a space came to be.

    Attributes
    ----------
    encoder : str
        The encoder's name, or ``"given"`` for a matrix that came from outside.
    options : dict
        The encoder's options, JSON values.
    seed : int or None
    corpus, vocabulary : str
        Fingerprints of the data it learned from; empty where there were none.
    version : str
        The version of this library that made it.
    parent : str
        Fingerprint of the space this one was computed from; empty for a first one.
    steps : tuple of str
        What changed the coordinates since: ``"unit"``, ``"truncate(64)"``.
    content : str
        Digest of the matrix as first made: two trainings with one seed on several threads still differ in it.

    Examples
    --------
    >>> a = Origin("Word2Vec", {"dim": 100}, seed=1)
    >>> a.fingerprint == Origin("Word2Vec", {"dim": 100}, seed=1).fingerprint
    True
    >>> a.then("unit").fingerprint == a.fingerprint
    False
    """

    encoder: str = "given"
    options: dict[str, Any] = field(default_factory=dict)
    seed: int | None = None
    corpus: str = ""
    vocabulary: str = ""
    version: str = ""
    parent: str = ""
    steps: tuple[str, ...] = ()
    content: str = ""

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits; equal for spaces whose vectors may be compared with each other."""
        return blake2b(self.to_json().encode(), digest_size=8).hexdigest()

    def then(self, step: str) -> Origin:
        """Return the origin after one more change of coordinates."""
        return replace(self, steps=(*self.steps, step))

    def to_json(self) -> str:
        """Write as JSON with sorted keys.

        Raises
        ------
        BadInput
            If an option is not a JSON value.
        """
        try:
            return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False, default=_plain)
        except (TypeError, ValueError) as error:
            raise BadInput(f"the options of an origin must be JSON values ({error})") from error

    @classmethod
    def from_json(cls, text: str) -> Origin:
        """Read what `to_json` wrote; unknown keys are refused."""
        try:
            record = json.loads(text)
            known = {f.name for f in fields(cls)}
            if not isinstance(record, dict) or set(record) - known:
                raise ValueError("unexpected keys")
            for key, value in record.items():
                if not isinstance(value, _KINDS.get(key, str)) or isinstance(value, bool):
                    raise ValueError(f"{key} is {value!r}")
            steps = record.pop("steps", [])
            if not all(isinstance(step, str) for step in steps):
                raise ValueError("steps must be text")
            return cls(**record, steps=tuple(steps))
        except (ValueError, TypeError, RecursionError) as error:
            raise BadFormat(f"the origin record is not readable ({error})") from error


def _plain(value: object) -> object:
    """Turn a number of numpy's into one of Python's, which JSON knows."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{value!r} is a {type(value).__name__}")


def digest_matrix(matrix: NDArray) -> str:
    """Digest shape, dtype and bytes of a matrix, 16 hexadecimal digits.

    Examples
    --------
    >>> digest_matrix(np.eye(2)) == digest_matrix(np.eye(2)), digest_matrix(np.eye(2)) == digest_matrix(np.ones((2, 2)))
    (True, False)
    """
    digest = blake2b(f"{matrix.shape}{matrix.dtype.str}".encode(), digest_size=8)
    for start in range(0, len(matrix), 1 << 14):
        digest.update(matrix[start : start + (1 << 14)].tobytes())
    return digest.hexdigest()
