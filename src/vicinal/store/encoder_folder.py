"""A trained encoder as a folder: ``encoder.json``, tensors, and whatever else it is made of.

``encoder.json`` is an object with ``format``, ``encoder`` (the name of a class), ``options``, mostly ``origin``, and
what the class adds. Every room saves and loads through this file, so that all folders fail alike.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from vicinal.errors import BadFormat, BadInput
from vicinal.origin import Origin
from vicinal.store.atomic import atomic
from vicinal.store.container import Container, write_container

FORMAT = "vicinal.encoder/1"
RECORD, WEIGHTS = "encoder.json", "weights.safetensors"
_FAMILY = FORMAT.rpartition("/")[0] + "/"
_LARGEST_RECORD = 1 << 30
_MALFORMED = (ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, RecursionError)


def write_encoder(
    encoder: Any, path: str | os.PathLike[str], record: Mapping[str, Any], arrays: Mapping[str, NDArray] | None, *,
    file: str = WEIGHTS, beside: Mapping[str, Callable[[Path], object]] | None = None, force: bool = False,
) -> None:  # fmt: skip
    """Write an encoder to a folder that appears whole or not at all.

    Parameters
    ----------
    encoder : Encoder
        Gives its class name, its options and, where it has one, ``origin_``.
    path : path
    record : mapping of str to JSON value
        What ``encoder.json`` holds besides; ``options`` in it take the place of the encoder's own.
    arrays : mapping of str to array, or None
        None: no file of arrays.
    file : str
        The safetensors file that holds the arrays.
    beside : mapping of str to callable, optional
        Further files: each name with what writes it, given its path.
    force : bool
        Replace a folder that exists.

    Raises
    ------
    BadInput
        If an option is a function, or something is no JSON value; if the disk is full.
    OutputExists

    Examples
    --------
    >>> import tempfile
    >>> from vicinal.encoder import Encoder
    >>> folder = Path(tempfile.mkdtemp()) / "model"
    >>> write_encoder(Encoder(), folder, {"figures": [1]}, {"a": np.arange(3)})
    >>> opened = EncoderFolder(folder)
    >>> opened.name, opened.record["figures"], opened.array("a").tolist()
    ('Encoder', [1], [0, 1, 2])
    """
    options = encoder.get_params(deep=False)
    for name, value in options.items():
        if callable(value):
            raise BadInput(f"an encoder with a {name} function of your own cannot be saved; name one, or use 'regex:…'")
    whole: dict[str, Any] = {"format": FORMAT, "encoder": type(encoder).__name__, "options": options}
    if hasattr(encoder, "origin_"):
        whole["origin"] = json.loads(encoder.origin_.to_json())
    try:
        text = json.dumps({**whole, **record}, indent=2, ensure_ascii=False, allow_nan=False, default=_plain).encode()
    except (TypeError, ValueError) as error:
        raise BadInput(f"this {type(encoder).__name__} holds what JSON and UTF-8 cannot ({error})") from error
    with atomic(path, force, folder=True) as folder:
        (folder / RECORD).write_bytes(text + b"\n")
        if arrays is not None:
            write_container(folder / file, arrays, {"format": FORMAT})
        for name, write in (beside or {}).items():
            write(folder / name)


class EncoderFolder:
    """The folder of a saved encoder, opened: its record has been read, nothing else.

    Parameters
    ----------
    path : path
    cls : type, optional
        The class that is expected.

    Attributes
    ----------
    path : pathlib.Path
    record : dict
        What ``encoder.json`` holds.
    name : str
        The class name in it.

    Raises
    ------
    BadInput
        If there is no such folder, or it holds no ``encoder.json``.
    BadFormat
        If that is not readable, of another program, of a later version or of another class.

    Examples
    --------
    >>> EncoderFolder("nowhere")
    Traceback (most recent call last):
        ...
    vicinal.errors.BadInput: nowhere is not the folder of a saved encoder (it has no encoder.json)
    """

    def __init__(self, path: str | os.PathLike[str], cls: type | None = None) -> None:
        self.path = Path(path)
        self.record = _read_record(self.path)
        self.name: str = self.record["encoder"]
        if cls is not None and self.name != cls.__name__:
            raise BadFormat(f"{self.path} holds {self.name}, expected {cls.__name__}")

    @property
    def options(self) -> dict[str, Any]:
        """The options, as JSON values; `BadFormat` where the record has none."""
        found = self.record.get("options")
        if not isinstance(found, dict):
            raise BadFormat(f"{self.path / RECORD} is not readable: it has no options")
        return found

    @property
    def origin(self) -> Origin:
        """The origin; `BadFormat` where the record has none that can be read."""
        if not isinstance(self.record.get("origin"), dict):
            raise BadFormat(f"{self.path / RECORD} has no origin")
        return Origin.from_json(json.dumps(self.record["origin"]))

    def count(self, name: str, record: Mapping[str, Any] | None = None) -> int:
        """Return a number of 0 or more from the record, or from a part of it."""
        value = (self.record if record is None else record).get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise BadFormat(f"{self.path / RECORD}: {name} is {value!r}, expected a count")
        return value

    def file(self, name: str) -> Path:
        """Return the path of a file that must be there."""
        file = self.path / name
        if not file.is_file():
            raise BadFormat(f"{self.path} has no {name}: a file is missing; save the encoder again")
        return file

    def container(self, file: str = WEIGHTS) -> Container:
        """Open a file of tensors, which is compared with the size that its header claims."""
        return Container(self.file(file))

    def array(
        self, name: str, *, file: str = WEIGHTS, shape: tuple[int, ...] | None = None, dtype: DTypeLike | None = None
    ) -> NDArray:
        """Copy one array into memory.

        Parameters
        ----------
        name, file : str
        shape, dtype : optional
            What it must have.

        Returns
        -------
        array

        Raises
        ------
        BadFormat
            If it is missing or does not fit.
        """
        found = self.container(file).array(name)
        wrong_shape = shape is not None and found.shape != shape
        wrong_dtype = dtype is not None and found.dtype != np.dtype(dtype)
        if wrong_shape or wrong_dtype:
            expected = " of ".join(str(part) for part in (shape, dtype and np.dtype(dtype)) if part is not None)
            raise BadFormat(
                f"{self.path / file}: {name} is {found.shape} of {found.dtype} and does not fit, expected {expected}"
            )
        return np.array(found)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Turn whatever a malformed record makes fail into `BadFormat`."""
        try:
            yield
        except BadFormat:
            raise
        except _MALFORMED as error:
            raise BadFormat(f"{self.path / RECORD} is not readable ({_described(error)})") from error

    def build(self, cls: Any, **more: Any) -> Any:
        """Make an encoder of class ``cls`` with the options of the record and ``more``; nothing learned yet."""
        with self.reading():
            return cls(**{**self.options, **more})


def _read_record(folder: Path) -> dict[str, Any]:
    file = folder / RECORD
    if not file.is_file():
        raise BadInput(f"{folder} is not the folder of a saved encoder (it has no {RECORD})")
    if file.stat().st_size > _LARGEST_RECORD:
        raise BadFormat(f"{file} takes {file.stat().st_size:,} bytes, which is too much for a record")
    try:
        record = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise BadFormat(f"{file} is not readable ({error}); is it cut off?") from error
    kind = record.get("format") if isinstance(record, dict) else None
    if not isinstance(kind, str) or not kind.startswith(_FAMILY):
        raise BadFormat(f"{file} is not of this program (format {kind!r}, expected {FORMAT!r})")
    if kind != FORMAT:
        raise BadFormat(f"{file} is of format {kind}, this version reads {FORMAT}; update vicinal")
    if not isinstance(record.get("encoder"), str):
        raise BadFormat(f"{file} is not readable: it lacks the encoder's name")
    return record


def _described(error: BaseException) -> str:
    return f"no {error}" if isinstance(error, KeyError) else str(error)


def _plain(value: object) -> object:
    """Turn paths and what numpy and sets hold into JSON values."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, set | frozenset):
        return sorted(value)
    return os.fspath(value)  # type: ignore[call-overload]
