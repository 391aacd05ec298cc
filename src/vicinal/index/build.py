"""Building an index for a recall."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from vicinal.checks import check_choice, check_number, check_whole
from vicinal.errors import BadInput, BadOption
from vicinal.index.base import Index
from vicinal.index.block import Block
from vicinal.index.checking import Check, exact_best
from vicinal.index.choose import Choice, Chooser
from vicinal.index.contender import Limits
from vicinal.index.exact import Exact
from vicinal.index.held import Held
from vicinal.index.kinds import find_kind, kind_names
from vicinal.index.recall import Recall, Trial
from vicinal.index.state import State, extreme
from vicinal.index.tune import Tuner
from vicinal.lookup import check_k
from vicinal.progress import Callback
from vicinal.record import Record
from vicinal.similarity import check_metric

_SMALL = 1_000_000  # numbers that are compared with a query in less time than any structure saves
_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}


def build_index(
    space: Record,
    recall: float = 0.95,
    k: int = 10,
    kind: str = "auto",
    *,
    memory: int | str | None = None,
    build_time: float | None = None,
    metric: str | None = None,
    queries: Any = None,
    threads: int = 0,
    seed: int = 0,
    callback: Callback | None = None,
    **options: Any,
) -> Index:
    """Make a space quick to search at a recall, which is measured on queries that nothing was tuned on.

    Up to a tenth of the rows, but no more than 1,000, are held out to tune on, and as many to prove the result by;
    they are put in at the end. All kinds are raced on two samples of up to 12,000 rows, the best one or two are built
    in full, and of those the quickest is taken that is proved: the 95 % interval of its recall lies above the target.
    Where nothing is proved, or nothing is quicker, all rows are compared.

    Parameters
    ----------
    space : Space
    recall : float
        Mean part of the ``k`` nearest that a search finds, above 0 to 1; 1 compares all rows. So does more than
        0.996, unless a kind is asked for: 1,000 queries prove no more, even if each finds everything.
    k : int
        Neighbours for which the recall holds.
    kind : str
        ``"auto"``, or one of `kind_names`. Of a kind that is asked for, a setting whose mean recall reaches
        the target is taken if none can be proved.
    memory : int or str, optional
        Most that may be held besides full vectors, names and columns: bytes, or text such as ``"64MB"``.
    build_time : float, optional
        Most seconds for the race and building the structure, as far as can be foretold; measuring its recall comes
        on top. By default the race ends after 10 s, or two builds of what leads if those are longer.
    metric : "cosine", "dot" or "euclidean", optional
        That of the space by default.
    queries : (m, dim) array or Space, optional
        Real queries, to be tuned on instead of rows held out: one half to tune, the other half to prove.
    threads : int
        0 for one a processor.
    seed : int
        Decides all but what depends on time. Which of two kinds is quicker may do so.
    callback : callable, optional
        Receives `Progress`.
    **options
        Of a kind that is asked for: of building it, or settings by name, which then are not tuned. The recall comes
        first: where they cannot reach it, all rows are compared.

    Returns
    -------
    Index

    Raises
    ------
    BadInput
        For queries that do not fit.
    BadOption
        For an option out of range or not known, or a kind asked for that breaks ``memory`` or ``build_time``.
    MissingExtra
        If a kind that is asked for needs a package that is not installed.

    Examples
    --------
    >>> from vicinal import Space
    >>> index = build_index(Space(["A", "B", "C"], [[3, 30], [15, 4], [3, 27]]), recall=0.95)
    >>> index.kind, index.recall_, index.search("A", k=1).first
    ('exact', 1.000 (exact), 'C')
    """
    if not isinstance(space, Record):
        raise BadInput(f"build_index takes a space, got a {type(space).__name__}; Space(names, matrix) makes one")
    _check(recall, kind, options)
    k, threads, seed = check_k(k), check_whole("threads", threads, 0), check_whole("seed", seed, 0)
    limits = Limits(parse_memory(memory), build_time)
    if build_time is not None:
        check_number("build_time", build_time, 0)
    block = Block.of(space, space.metric if metric is None else check_metric(metric))
    held = None if queries is None else Held.given(block, queries, space, seed)
    easy = block.rows.matrix.size <= _SMALL or extreme(block.rows.norms)
    plain = kind == "exact" and options.get("codes", "float") == "float"
    if options and plain:
        find_kind(kind).build(block.rows, **options)  # refuses what it does not know
    if plain or recall == 1 or (kind == "auto" and easy):
        return _exact_index(block, space, Recall(1.0, k=k, target=recall), seed)
    held = Held.out_of(block, seed) if held is None else held
    chooser = Chooser(held, k, Tuner(float(recall), threads), limits, seed=seed, callback=callback)
    choice = chooser.of_all() if kind == "auto" else chooser.of_kind(find_kind(kind), options)
    if choice.kind is None:
        return _exact_index(block, space, Recall(1.0, k=k, target=recall), seed, choice.trials)
    return Index(_whole(choice, held, space, threads, seed), choice.trials)


def _check(recall: Any, kind: Any, options: dict[str, Any]) -> None:
    check_number("recall", recall, 0, 1)
    if recall == 0:
        raise BadOption("recall must be above 0")
    check_choice("kind", kind, ["auto", *kind_names()])
    if options and kind == "auto":
        other = next(iter(options))
        raise BadOption(f"{other!r} is not an option of build_index; options belong to a kind: name it with kind=")


def parse_memory(memory: Any) -> int | None:
    """Turn ``"64MB"`` into bytes; kB, MB and GB are powers of 1000, KiB, MiB and GiB of 1024.

    Raises
    ------
    BadOption

    Examples
    --------
    >>> parse_memory("64MB"), parse_memory("1 KiB"), parse_memory(500)
    (64000000, 1024, 500)
    """
    if memory is None:
        return None
    if isinstance(memory, int | np.integer) and not isinstance(memory, bool) and memory > 0:
        return int(memory)
    parts = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([a-zA-Z]*)\s*", memory) if isinstance(memory, str) else None
    if parts is None or parts[2].lower() not in _UNITS or float(parts[1]) == 0:
        raise BadOption(f"memory must be bytes above 0 or text such as '64MB' or '1.5 GiB', got {memory!r}")
    return int(float(parts[1]) * _UNITS[parts[2].lower()])


def _exact_index(block: Block, space: Record, recall: Recall, seed: int, trials: Sequence[Trial] = ()) -> Index:
    kind = Exact.build(block.rows)
    own = Trial("exact", recall=1.0, bytes_per_vector=kind.nbytes / len(block), why="taken", rows=len(block))
    return Index(State(block, kind, {}, space.origin, recall, seed=seed), trials or [own])


def _whole(choice: Choice, held: Held, space: Record, threads: int, seed: int) -> State:
    """Put the rows held out into the structure, and keep the queries it was proved by."""
    assert choice.kind is not None
    kind = choice.kind if held.order is None else choice.kind.extend(held.block.rows, threads=threads)
    state = State(held.block, kind, choice.setting, space.origin, choice.recall, order=held.order, seed=seed)
    k, none = choice.recall.k, np.zeros(len(held.proving), np.float32)
    truth = exact_best(state, held.proving, k)
    check = Check(held.proving, held.own, none, k, choice.recall.target, truth, truth).searched(state)
    return replace(state, check=replace(check, lost=check.values - choice.values))
