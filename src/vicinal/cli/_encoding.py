"""The work behind ``vicinal encode``: what each kind of encoder takes, and how much of it was known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vicinal.cli._corpora import open_documents, open_one_file
from vicinal.cli._files import open_space
from vicinal.cli._table_rows import row_names
from vicinal.errors import BadInput, UnknownName

if TYPE_CHECKING:
    from vicinal.data import NamedTexts
    from vicinal.progress import Callback as Reported
    from vicinal.space import Space

# Class name → what it encodes.
TAKES = {
    "BinaryCode": "table",
    "DeepWalk": "names",
    "Doc2Vec": "texts",
    "FastText": "names",
    "GloVe": "names",
    "LSA": "texts",
    "MinMax": "table",
    "Multiplexed": "table",
    "Node2Vec": "names",
    "OneHot": "table",
    "Ordinal": "table",
    "PPMI": "names",
    "Procrustes": "vectors",
    "ProcrustesRefined": "vectors",
    "RandomProjection": "vectors",
    "SentenceMean": "texts",
    "Sketch": "table",
    "Standardize": "table",
    "TableEncoder": "table",
    "TfIdf": "texts",
    "Word2Vec": "names",
}
_TEXT_OPTIONS = ("field", "errors")
OPTIONS = {  # of reading, by what is encoded
    "texts": (*_TEXT_OPTIONS, "name_field", "batch_size"),
    "names": (*_TEXT_OPTIONS, "unknown", "batch_size"),
    "vectors": (),
    "table": ("names", "separator"),
}


@dataclass
class Encoded:
    """A space, what to say of it, and the same as figures."""

    space: Space
    remarks: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)


def encode(model: Any, file: str, how: dict[str, Any], scratch: Path, report: Reported | None) -> Encoded:
    """Encode a file.

    Parameters
    ----------
    model : Encoder
        Trained.
    file : str
        A path, or ``"-"``.
    how : dict
        The options of reading.
    scratch : Path
        A folder for what comes from standard input.
    report : callable or None

    Returns
    -------
    Encoded

    Raises
    ------
    VicinalError
    """
    return _ENCODERS[TAKES[type(model).__name__]](model, file, how, scratch, report)


def open_texts(file: str, how: dict[str, Any], scratch: Path) -> NamedTexts:
    """Open what is to be encoded as texts."""
    reading = {key: how.get(key) for key in ("field", "name_field")}
    return open_documents([file], scratch, errors=how["errors"], **reading)


def _batches(texts: NamedTexts, size: int, report: Reported | None) -> Iterator[list[tuple[str, str]]]:
    from vicinal.progress import Meter

    meter = Meter(report, "encoding", texts.size, "bytes")
    held: list[tuple[str, str]] = []
    read = 0

    def note(position: int) -> None:
        nonlocal read
        read = position

    for pair in texts.pairs(note):
        held.append(pair)
        if len(held) == size:
            yield held
            held = []
            meter.report(min(read, texts.size))
    if held:
        yield held
    meter.report(texts.size)


def _encode_texts(model: Any, file: str, how: dict[str, Any], scratch: Path, report: Reported | None) -> Encoded:
    import numpy as np

    from vicinal.data import get_tokenizer
    from vicinal.space import Space
    from vicinal.words import Coverage

    tokenize, known_word = get_tokenizer(model.tokenizer, lower=model.lower), _word_test(model)
    dropped = frozenset(getattr(model, "stop_words", None) or ())
    names: dict[str, None] = {}
    parts, known, total = [], [], []
    for batch in _batches(open_texts(file, how, scratch), how["batch_size"], report):
        for name, _ in batch:
            if name in names:
                raise BadInput(f"the name {name!r} comes twice; names must be distinct")
            names[name] = None
        tokens = [[token for token in tokenize(text) if token not in dropped] for _, text in batch]
        parts.append(model.encode(tokens))
        known += [sum(map(known_word, words)) for words in tokens]
        total += [len(words) for words in tokens]
    if not parts:
        raise BadInput(f"no text in {file}; expected one line or more")
    space = Space(list(names), np.concatenate(parts), origin=model.origin_)
    coverage = Coverage(np.array(known, np.int64), np.array(total, np.int64))
    zeros = int((space.norms == 0).sum())
    figures: dict[str, Any] = {"zero_rows": zeros, "empty": coverage.empty, "words": int(coverage.total.sum())}
    if getattr(model, "ngram_range", (1, 1))[0] > 1:  # no single word is a term
        return Encoded(space, [f"{zeros:,} zero rows ({coverage.empty:,} empty)"], figures)
    figures |= {
        "unknown_words": int((coverage.total - coverage.known).sum()),
        "unknown_share": round(coverage.unknown_share, 6),
    }
    return Encoded(space, [str(coverage)], figures)


def _word_test(model: Any) -> Callable[[str], bool]:
    """Return what tells whether a text encoder knows a word."""
    if hasattr(model, "words_"):
        return model.words_.names.__contains__
    return frozenset((model.tfidf_ if hasattr(model, "tfidf_") else model).vocabulary_.tokens).__contains__


def _encode_names(model: Any, file: str, how: dict[str, Any], scratch: Path, report: Reported | None) -> Encoded:
    import numpy as np

    from vicinal.space import Space

    names: list[str] = []
    seen: set[str] = set()
    parts, repeated, unknown = [], 0, 0
    for batch in _batches(open_texts(file, how, scratch), how["batch_size"], report):
        wanted = [name for _, text in batch if (name := text.strip())]
        fresh = [name for name in dict.fromkeys(wanted) if name not in seen]
        repeated += len(wanted) - len(fresh)
        seen.update(fresh)
        kept, vectors, lacking = _vectors_of(model, fresh, how["unknown"])
        unknown += lacking
        names += kept
        parts.append(vectors)
    if not seen:
        raise BadInput(f"no name in {file}; expected one a line")
    if not names:
        raise BadInput(f"none of the {len(seen):,} names in {file} is known to this {type(model).__name__}")
    space = Space(names, np.concatenate(parts), origin=model.origin_)
    share = f"{unknown:,} of {len(seen):,} names unknown ({100 * unknown / len(seen):.1f} %)"
    left = {"zero": ", their rows are zero", "skip": ", left out", "error": ""}[how["unknown"]] if unknown else ""
    remarks = [f"{share}{left}"] + ([f"{repeated:,} repeated names left out"] if repeated else [])
    figures = {"zero_rows": int((space.norms == 0).sum()), "unknown_names": unknown, "repeated_names": repeated}
    return Encoded(space, remarks, figures | {"unknown_share": round(unknown / len(seen), 6)})


def _vectors_of(model: Any, names: list[str], unknown: str) -> tuple[list[str], Any, int]:
    """Encode names; those that are not known are refused, left out or zero."""
    import numpy as np

    try:
        return names, model.encode(names), 0
    except UnknownName as error:
        if unknown == "error":
            raise BadInput(
                f"{error}; --unknown skip leaves such names out, --unknown zero gives them zero rows"
            ) from None
    rows: dict[str, Any] = {}
    for name in names:
        try:
            rows[name] = model.encode([name])[0]
        except UnknownName:
            rows[name] = None
    lacking = sum(row is None for row in rows.values())
    zero = np.zeros(model.dim, np.float32)
    kept = {name: zero if row is None else row for name, row in rows.items() if row is not None or unknown == "zero"}
    return list(kept), np.array(list(kept.values()), np.float32).reshape(len(kept), model.dim), lacking


def _encode_vectors(model: Any, file: str, how: dict[str, Any], scratch: Path, report: Reported | None) -> Encoded:
    space = open_space(file)
    space = model.project(space) if hasattr(model, "project") else model.transform(space)
    return Encoded(space, [], {"zero_rows": int((space.norms == 0).sum())})


def _encode_table(model: Any, file: str, how: dict[str, Any], scratch: Path, report: Reported | None) -> Encoded:
    from vicinal.space import Space
    from vicinal.tables import open_table

    path = open_one_file([file], scratch, "table.csv")
    table = open_table(path, separator=how["separator"], kinds=_kinds(model))
    names = row_names(table, how["names"])
    whole = hasattr(model, "parts_")  # takes any columns in any order
    used = table if whole else {name: table[name] for name in model.columns_ if name in table}
    if not used:
        raise BadInput(f"{file} has none of the columns that were fitted: {', '.join(model.columns_[:5])}")
    space = Space(names, model.encode(used), origin=model.origin_)
    zeros = int((space.norms == 0).sum())
    if not whole:
        return Encoded(space, [f"{zeros:,} zero rows"], {"zero_rows": zeros})
    found = model.report(used)
    return Encoded(space, [f"{zeros:,} zero rows", str(found)], {"zero_rows": zeros, "columns": found.records()})


def _kinds(model: Any) -> dict[str, str]:
    """What the columns held when the encoder was fitted, as far as it remembers."""
    parts = [part.encoder for part in getattr(model, "parts_", [])] or [model]
    return {
        name: categories.kind
        for part in parts
        for name, categories in zip(part.columns_, getattr(part, "categories_", ()), strict=False)
    }


_ENCODERS: dict[str, Callable[..., Encoded]] = {
    "texts": _encode_texts,
    "names": _encode_names,
    "vectors": _encode_vectors,
    "table": _encode_table,
}
