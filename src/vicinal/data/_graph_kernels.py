"""Kernels that read lines of edges, and that sort edges into rows; their slow twins are the tests' oracle."""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from vicinal._vectors import kernel
from vicinal.data._tokens_kernels import GROWS, LIMIT, TYPES, add, find, mix
from vicinal.store._text_kernels import parse_number

# separator: a byte, or 0 for runs of blanks; comments: 256 bools, what begins a comment; weighted: a third field is
# expected; listed: a line is a node and its neighbours, not an edge
Rules = namedtuple("Rules", "separator comments weighted listed")
# what lines are read into: two int32 arrays and a float32 one (length 0 where there are no weights)
Edges = namedtuple("Edges", "sources targets weights")

# Places in the state array of a block.
LINE, EDGES = 0, 1

_TAB, _NEWLINE, _SPACE, _QUOTE = 9, 10, 32, 34
_HEAD = 8
_FOLDING = np.arange(256, dtype=np.uint8)  # names are taken as they are
_START = np.uint64(0x9E3779B97F4A7C15)
_EIGHT, _ZERO = np.uint64(8), np.uint64(0)


@kernel
def number_name(block, begin, end, table, state):
    """Find or enter the name ``block[begin:end]``; -1 if it is new and the table takes no more."""
    hashed, packed, head = _START, _ZERO, _ZERO
    for i in range(begin, end):
        packed = (packed << _EIGHT) | np.uint64(block[i])
        if (i - begin) & 7 == 7:
            hashed = mix(hashed, packed)
            if i - begin == _HEAD - 1:
                head = packed
            packed = _ZERO
    if end - begin < _HEAD:
        head = packed
    hashed = mix(mix(hashed, packed), np.uint64(end - begin))
    number = find(block, begin, end, head, hashed, _FOLDING, table)
    if number < 0 and state[GROWS] == 1 and state[TYPES] < state[LIMIT]:
        number = add(block, begin, end, head, hashed, _FOLDING, table, state)
    return number


@kernel
def next_field(block, at, separator):
    """Find the field at or after ``at``: where it begins and ends, and where its separator or line end stands."""
    while block[at] == _SPACE or (block[at] == _TAB and separator != _TAB):
        at += 1
    begin = at
    while block[at] != _NEWLINE:
        if separator == 0 and (block[at] == _SPACE or block[at] == _TAB):
            break
        if separator != 0 and block[at] == separator:
            break
        at += 1
    end = at
    while end > begin and (block[end - 1] == _SPACE or (block[end - 1] == _TAB and separator != _TAB)):
        end -= 1
    if separator == 0:
        while block[at] == _SPACE or block[at] == _TAB:
            at += 1
    return begin, end, at


@kernel
def is_odd(block, begin, end, rules):
    """Tell whether a field is empty or quoted, which the caller has to look at."""
    return end == begin or (rules.separator != 0 and block[begin] == _QUOTE)


@kernel
def read_edge(block, at, rules, table, types, edges, place):
    """Read one line ``source target [weight]``; its end, or -1 if the caller has to read it."""
    begin, end, at = next_field(block, at, rules.separator)
    if is_odd(block, begin, end, rules):
        return -1
    source = number_name(block, begin, end, table, types)
    begin, end, at = next_field(block, at + (block[at] == rules.separator), rules.separator)
    if is_odd(block, begin, end, rules):
        return -1
    target = number_name(block, begin, end, table, types)
    if rules.weighted:
        begin, end, at = next_field(block, at + (block[at] == rules.separator), rules.separator)
        value, stop = parse_number(block, begin, len(block)) if end > begin else (0.0, -1)
        if stop != end or value < 0:
            return -1
        edges.weights[place] = value
    if source < 0 or target < 0 or block[at] != _NEWLINE:
        return -1
    edges.sources[place], edges.targets[place] = source, target
    return at


@kernel
def read_row(block, at, rules, table, types, edges, place):
    """Read one line ``node neighbour neighbour …``; its end (-1: for the caller) and the next free place."""
    source = -1
    while True:
        begin, end, at = next_field(block, at, rules.separator)
        if is_odd(block, begin, end, rules):
            return -1, place
        number = number_name(block, begin, end, table, types)
        if number < 0:
            return -1, place
        if source < 0:
            source = number
        else:
            edges.sources[place], edges.targets[place] = source, number
            place += 1
        if block[at] == _NEWLINE:
            return at, place
        at += block[at] == rules.separator


@kernel
def read_lines(block, position, rules, table, types, edges, state):
    """Read whole lines from ``position`` on; stops at the end, or at a line that the caller has to read.

    Parameters
    ----------
    block : (n,) uint8
        Ends with a line end.
    position : int
    rules : Rules
    table, types
        The names, as `vicinal.data._tokens_table.WordTable` keeps them.
    edges : Edges
        With n / 2 places free from ``state[EDGES]`` on.
    state : (2,) int64
        Number of the line at ``position``, and edges so far; both moved along.

    Returns
    -------
    int
        n, or where a line begins that has quotes, no room in the table, an unknown name or a fault.
    """
    size = len(block)
    while position < size:
        at = position
        while block[at] == _SPACE or block[at] == _TAB:
            at += 1
        if block[at] == _NEWLINE or rules.comments[block[at]]:
            while block[at] != _NEWLINE:
                at += 1
        elif rules.listed:
            at, place = read_row(block, position, rules, table, types, edges, state[EDGES])
            if at < 0:
                return position
            state[EDGES] = place
        else:
            at = read_edge(block, position, rules, table, types, edges, state[EDGES])
            if at < 0:
                return position
            state[EDGES] += 1
        state[LINE] += 1
        position = at + 1
    return size


@kernel
def group(n, keys, values, weights):
    """Sort edges by their key, 0 to n - 1, those of one key in the order given.

    Parameters
    ----------
    n : int
    keys, values : (m,) int32
    weights : (m,) or (0,) float32

    Returns
    -------
    offsets : (n + 1,) int64
    values, weights
        In the new order.
    """
    offsets = np.zeros(n + 1, np.int64)
    for key in keys:
        offsets[key + 1] += 1
    for key in range(n):
        offsets[key + 1] += offsets[key]
    free = offsets[:n].copy()
    grouped, moved = np.empty_like(values), np.empty_like(weights)
    for edge in range(len(keys)):
        place = free[keys[edge]]
        free[keys[edge]] = place + 1
        grouped[place] = values[edge]
        if len(weights):
            moved[place] = weights[edge]
    return offsets, grouped, moved


@kernel
def transpose(offsets, neighbours, weights):
    """Turn every edge round; the rows of the result are sorted by neighbour."""
    n = len(offsets) - 1
    rows = np.empty(len(neighbours), np.int32)
    for node in range(n):
        rows[offsets[node] : offsets[node + 1]] = node
    return group(n, neighbours, rows, weights)


@kernel
def count_parallel(offsets, neighbours):
    """Count the edges of sorted rows that repeat the one before."""
    repeated = 0
    for node in range(len(offsets) - 1):
        for place in range(offsets[node] + 1, offsets[node + 1]):
            repeated += neighbours[place] == neighbours[place - 1]
    return repeated


@kernel
def merge_parallel(offsets, neighbours, weights):
    """Join the edges of sorted rows that go to the same neighbour, adding up their weights; all in place.

    Returns
    -------
    int
        Edges left.
    """
    left, begin = 0, offsets[0]
    for node in range(len(offsets) - 1):
        end, place = offsets[node + 1], begin
        while place < end:
            neighbour, total = neighbours[place], 0.0
            while place < end and neighbours[place] == neighbour:
                total += weights[place]
                place += 1
            neighbours[left], weights[left] = neighbour, total
            left += 1
        offsets[node + 1] = left
        begin = end
    return left


@kernel
def rows_ascend(offsets, neighbours):
    """Tell whether the neighbours in every row are sorted and differ."""
    for node in range(len(offsets) - 1):
        for place in range(offsets[node] + 1, offsets[node + 1]):
            if neighbours[place] <= neighbours[place - 1]:
                return False
    return True
