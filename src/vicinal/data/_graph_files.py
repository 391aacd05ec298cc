"""Reading files of edges or of adjacency lists: blocks through a kernel, odd lines one by one."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from vicinal.data import _graph_kernels as kernels
from vicinal.data._graph_build import Edges
from vicinal.data._sources import BLOCK
from vicinal.data._tokens_kernels import ARENA, GROWS, Table
from vicinal.data._tokens_table import WordTable
from vicinal.data.files import text_blocks
from vicinal.errors import BadFormat, BadInput
from vicinal.progress import Callback, Meter

_HEADERS = {("source", "target"), ("from", "to"), ("src", "dst"), ("node1", "node2"), ("node_1", "node_2")}
_SHOWN = {"\t": "tabs", ",": "commas", ";": "semicolons", "": "blanks"}


@dataclass(frozen=True)
class Layout:
    """How a file is to be read; see `vicinal.data.Graph.read`. None: found out from its first lines."""

    listed: bool
    separator: str | None = None
    weighted: bool | None = None
    header: bool | None = None
    comments: str = "#%"


class NodeTable(WordTable):
    """Numbers names in the order they are first seen, or knows a fixed list of them."""

    @classmethod
    def of(cls, names: Sequence[str] | None) -> NodeTable:
        """Make a table that grows, or one that knows these names and takes no others."""
        table = cls((1 << 31) - 1 if names is None else len(names), slots=1 << 14)
        if names is not None:
            table.preload(names)
        return table

    def scan_lines(self, data: NDArray[np.uint8], position: int, rules: kernels.Rules, edges: Edges, state) -> int:
        """Run `vicinal.data._graph_kernels.read_lines`."""
        self._reserve(len(data) - position)
        return kernels.read_lines(data, position, rules, self._table(), self.state, edges, state)

    def number(self, name: bytes) -> int:
        """Number one name; -1 if it is not in the fixed list."""
        self._reserve(len(name))
        data = np.frombuffer(name, np.uint8)
        number = -1
        while number < 0:
            number = int(kernels.number_name(data, 0, len(data), self._table(), self.state))
            if number < 0 and not self.make_room():
                return -1
        return number

    def make_room(self) -> bool:
        """Grow if the table is full and may; tells whether it did."""
        if not self.state[GROWS] or self.types < len(self._slots) // 2:
            return False
        self.grow()
        return True

    def _reserve(self, size: int) -> None:
        needed = int(self.state[ARENA]) + size
        if len(self._arena) < needed:
            longer = np.empty(max(needed, len(self._arena) * 3 // 2), np.uint8)
            longer[: len(self._arena)] = self._arena
            self._arena = longer

    def _table(self) -> Table:
        return Table(self._slots, self._hashes, self._heads, self._starts, self._arena, self._counts)


class EdgeFile:
    """One file on its way to names and edges.

    Parameters
    ----------
    path : path
    layout : Layout
    names : sequence of str or None
        All nodes there may be.
    """

    def __init__(self, path: str | os.PathLike[str], layout: Layout, names: Sequence[str] | None) -> None:
        self.path, self.layout = Path(path), layout
        self.table = NodeTable.of(names)
        self.state = np.zeros(2, np.int64)
        self._parts: list[Edges] = []
        self._names = names
        self._started = False

    def read(self, callback: Callback | None = None) -> tuple[list[str], Edges]:
        """Read the whole file.

        Raises
        ------
        BadFormat
            Naming the line.
        BadInput
            If it cannot be opened.
        """
        if not self.path.is_file():
            raise BadInput(f"no file {str(self.path)!r}; a graph is read from a file of edges or adjacency lists")
        meter = Meter(callback, "reading", self.path.stat().st_size, "bytes")
        for block in self._blocks(meter):
            if not self._started:
                self._settle(block)
            self._scan(block)
        if not self._started:
            raise BadInput(f"{self.path} has no edges: it is empty or holds only comments")
        parts = list(zip(*self._parts, strict=True))
        sources, targets, weights = (np.concatenate(part) for part in parts)
        names = list(self._names) if self._names is not None else self.table.words_at(np.arange(self.table.types))
        return names, Edges(sources, targets, weights if self.rules.weighted else None)

    def _blocks(self, meter: Meter) -> Iterator[bytes]:
        """Blocks of whole lines, the first of them with a line that is neither blank nor a comment."""
        rest = b""
        for block in text_blocks(self.path, BLOCK, "strict", meter.report):
            whole, end, tail = (rest + block).rpartition(b"\n")
            rest = tail
            if end and (self._started or self._first_lines(whole + b"\n", 1)):
                yield whole + b"\n"
            elif end:
                rest = whole + b"\n" + tail

    def _first_lines(self, block: bytes, count: int) -> list[tuple[int, str]]:
        """The first lines that hold data, each with its number from 0."""
        found: list[tuple[int, str]] = []
        begin, number = 0, 0
        while begin < len(block) and len(found) < count:
            end = block.index(b"\n", begin)
            line = block[begin:end].decode()
            if line.strip(" \t") and line.lstrip(" \t")[0] not in self.layout.comments:
                found.append((number, line))
            begin, number = end + 1, number + 1
        return found

    def _settle(self, block: bytes) -> None:
        """Find out separator, header and weights from the first lines."""
        layout, first = self.layout, self._first_lines(block, 2)
        line = first[0][1]
        separator = layout.separator
        if separator is None:
            separator = next((mark for mark in ("\t", ",") if mark in line), "")
            if self.path.with_suffix("").suffix == ".csv" or self.path.suffix == ".csv":
                separator = separator or (";" if ";" in line else "")
        self.separator = "" if separator == " " else separator
        fields = [self._split(line, number) for number, line in first]
        self._skip = -1
        if layout.header or (layout.header is None and not layout.listed and _is_header(fields)):
            self._skip, fields = first[0][0], fields[1:] or fields
        self.columns = len(fields[0])
        weighted = layout.weighted
        if weighted is None:
            weighted = not layout.listed and self.columns == 3
        comments = np.zeros(256, np.bool_)
        comments[list(layout.comments.encode())] = True
        self.rules = kernels.Rules(ord(self.separator or "\0"), comments, weighted, layout.listed)
        self._started = True

    def _scan(self, block: bytes) -> None:
        data, places = np.frombuffer(block, np.uint8), len(block) // 2 + 1
        weights = np.empty(places if self.rules.weighted else 0, np.float32)
        edges = Edges(np.empty(places, np.int32), np.empty(places, np.int32), weights)
        self.state[kernels.EDGES] = position = 0
        if self._skip >= 0:  # the header, and what stands above it
            for _ in range(self._skip + 1):
                position = block.index(b"\n", position) + 1
            self.state[kernels.LINE] += self._skip + 1
            self._skip = -1
        into: Any = kernels.Edges(*edges)
        while (position := self.table.scan_lines(data, position, self.rules, into, self.state)) < len(block):
            if self.table.make_room():
                continue
            end = block.index(b"\n", position)
            self._read_odd(block[position:end].decode(), edges)
            self.state[kernels.LINE] += 1
            position = end + 1
        n = int(self.state[kernels.EDGES])
        parts: Any = (part[:n].copy() for part in edges)
        self._parts.append(Edges(*parts))

    def _read_odd(self, line: str, edges: Edges) -> None:
        """Read a line that the kernel left, or say what is wrong with it."""
        number = int(self.state[kernels.LINE])
        fields = self._split(line, number)
        wanted = 2 + self.rules.weighted
        if not self.rules.listed and len(fields) != wanted:
            what = "source, target, weight" if self.rules.weighted else "source, target"
            self._fail(number, f"{len(fields)} fields in {line[:60]!r}, expected {wanted} ({what})")
        ends = fields if self.rules.listed else fields[:2]
        ids = [self._number(name, number) for name in ends]
        for target in ids[1:]:
            place = self.state[kernels.EDGES]
            edges.sources[place], edges.targets[place] = ids[0], target
            if self.rules.weighted:
                edges.weights[place] = self._weight(fields[2], number)
            self.state[kernels.EDGES] += 1

    def _split(self, line: str, number: int) -> list[str]:
        if not self.separator:
            return [field for field in line.replace("\t", " ").split(" ") if field]
        try:
            fields = next(csv.reader([line], delimiter=self.separator, strict=True, skipinitialspace=True))
        except csv.Error as error:
            self._fail(
                number, f"{line[:60]!r} cannot be split at its {_SHOWN.get(self.separator, 'separators')} ({error})"
            )
        return [field.strip(" ") for field in fields]

    def _number(self, name: str, number: int) -> int:
        if not name:
            self._fail(number, "a node has an empty name")
        found = self.table.number(name.encode())
        if found < 0:
            self._fail(number, f"the node {name!r} is not in the list of nodes; add it there, or leave out nodes=")
        return found

    def _weight(self, field: str, number: int) -> np.float32:
        try:
            value = float(field)
        except ValueError:
            self._fail(number, f"{field[:40]!r} came where a weight was expected")
        with np.errstate(over="ignore"):
            kept = np.float32(value)
        if not isfinite(kept) or kept < 0:
            self._fail(number, f"the weight {field[:40]}; weights must be finite and not negative")
        return kept

    def _fail(self, number: int, what: str) -> NoReturn:
        raise BadFormat(f"{self.path}, line {number + 1}: {what}")


def _is_header(fields: list[list[str]]) -> bool:
    """Tell whether the first of two lines names the columns."""
    first = [field.lower() for field in fields[0]]
    if len(first) not in (2, 3):
        return False
    if (first[0], first[1]) in _HEADERS:
        return True
    if len(first) == 3 and not _is_number(first[2]):
        return len(fields) < 2 or len(fields[1]) != 3 or _is_number(fields[1][2])
    whole = [[field.isdigit() for field in line[:2]] for line in fields]
    return len(whole) == 2 and not any(whole[0]) and all(whole[1])


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True
