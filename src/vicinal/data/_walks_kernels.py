# mypy: ignore-errors
"""Random walks over a graph: first order, and second order as in node2vec, without tables over pairs of edges.

A step goes along an edge in proportion to its weight, found in constant time (alias method, Walker 1977; tables as Vose
1991 makes them). A second-order step draws such an edge and keeps or rejects it by the bias that p and q give it, so
that what is kept follows the product of both exactly; memory stays proportional to the edges.

Every walk has its own random numbers, a function of the seed, its first node and its number, whatever thread makes it.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from vicinal._vectors import inner_kernel, kernel, loop_kernel, prefetch, scramble

# offsets (int64), neighbours (int32), weights (float32) as in Graph; aliases (uint64) by edge, see `alias_table`;
# totals (float64): the weight of all edges of a node. Of a graph without weights the last three have length 0.
Net = namedtuple("Net", "offsets neighbours weights aliases totals directed")
# length: nodes in a walk; back: bias of returning, 1 / p; out: bias of moving on, 1 / q; second: 1 unless p = q = 1
Steps = namedtuple("Steps", "length back out second")
# starts: nodes where walks begin; ids: what each node is written as; seed: 64 random bits; first_number: walks per node
# of the epochs before
Job = namedtuple("Job", "starts ids seed first_number")
# where walkers are, where they were before (-1: nowhere), their random states, and how many nodes they have seen
Walkers = namedtuple("Walkers", "nodes befores states lengths")

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_STRIDE = np.uint64(0xD1B54A32D192ED03)
_LOW = np.uint64(0xFFFFFFFF)
_HALF_BITS = np.uint64(32)
_ONE = np.uint64(1)
_ABREAST = 16


@inner_kernel
def unit(bits):
    """Turn 64 random bits into a number from 0 to below 1."""
    return np.float64(bits >> np.uint64(11)) / 9007199254740992.0


@loop_kernel
def shuffled(position, count, key):
    """Find where a permutation of 0 … count - 1, chosen by ``key``, sends a position.

    A Feistel network permutes the numbers below a power of four; those beyond ``count`` are sent on until they fall
    below it (cycle walking, Black and Rogaway 2002). So no permutation is kept in memory.
    """
    half = np.uint64(1)
    while (_ONE << (half + half)) < np.uint64(count):
        half += _ONE
    mask = (_ONE << half) - _ONE
    z = np.uint64(position)
    while True:
        left, right = z >> half, z & mask
        for turn in range(4):
            left, right = right, left ^ (scramble(key + (right + np.uint64(turn) * (_LOW + _ONE)) * _GOLDEN) & mask)
        z = (left << half) | right
        if z < np.uint64(count):
            return np.int64(z)


@inner_kernel
def draw_edge(net, node, bits):
    """Draw an edge of a node in proportion to its weight; the node has one at least."""
    begin = net.offsets[node]
    degree = np.uint64(net.offsets[node + 1] - begin)
    slot = np.int64(((bits >> _HALF_BITS) * degree) >> _HALF_BITS)
    if len(net.aliases):
        entry = net.aliases[begin + slot]
        if (bits & _LOW) > (entry >> _HALF_BITS):
            slot = np.int64(entry & _LOW)
    return begin + slot


@inner_kernel
def find_edge(net, node, neighbour):
    """Find the edge from a node to a neighbour by binary search; -1 if there is none."""
    low, high = net.offsets[node], net.offsets[node + 1]
    end = high
    while low < high:
        middle = (low + high) >> 1
        if net.neighbours[middle] < neighbour:
            low = middle + 1
        else:
            high = middle
    return low if low < end and net.neighbours[low] == neighbour else -1


@inner_kernel
def is_linked(net, source, target):
    """Tell whether an edge leads from source to target; of an undirected graph the shorter of two rows is searched."""
    shorter = net.offsets[target + 1] - net.offsets[target] < net.offsets[source + 1] - net.offsets[source]
    if shorter and not net.directed:
        source, target = target, source
    return find_edge(net, source, target) >= 0


@inner_kernel
def bias_of(net, steps, before, candidate):
    """The factor by which node2vec weighs an edge: 1 / p back, 1 to a neighbour of the node before, else 1 / q."""
    if candidate == before:
        return steps.back
    return 1.0 if is_linked(net, before, candidate) else steps.out


@loop_kernel
def draw_exactly(net, steps, before, node, bits):
    """Draw an edge of the second-order distribution by adding up all of it."""
    begin, end = net.offsets[node], net.offsets[node + 1]
    mass = 0.0
    for edge in range(begin, end):
        weight = np.float64(net.weights[edge]) if len(net.weights) else 1.0
        mass += weight * bias_of(net, steps, before, net.neighbours[edge])
    goal, chosen = unit(bits) * mass, begin
    for edge in range(begin, end):
        weight = np.float64(net.weights[edge]) if len(net.weights) else 1.0
        goal -= weight * bias_of(net, steps, before, net.neighbours[edge])
        chosen = edge
        if goal < 0:
            break
    return chosen


@loop_kernel
def draw_second(net, steps, before, node, state):
    """Draw an edge of the second-order distribution; returns it and the next random state.

    Drawn by weight, an edge is kept with the chance bias / most. If returning has a larger bias than any other step,
    what it has above ``most`` is a separate choice, so that a small p does not make all others rare (as Yang et al.
    2019, "KnightKing", do). After as many rejections as the node has edges, adding up is no dearer than going on; what
    was rejected before says nothing about what comes, so the mixture is exact.
    """
    most, least = max(1.0, steps.out), min(1.0, steps.out)
    degree = net.offsets[node + 1] - net.offsets[node]
    back, extra = -1, 0.0
    if steps.back > most:
        back = find_edge(net, node, before)
        if back >= 0:
            share = np.float64(net.weights[back]) / net.totals[node] if len(net.weights) else 1.0 / degree
            extra = (steps.back - most) * share
    for _ in range(max(degree, 4)):
        if extra > 0.0:
            state += _GOLDEN
            if unit(scramble(state)) * (most + extra) >= most:
                return back, state
        state += _GOLDEN
        edge = draw_edge(net, node, scramble(state))
        state += _GOLDEN
        height = unit(scramble(state)) * most
        candidate = net.neighbours[edge]
        if candidate == before:
            if height < steps.back:
                return edge, state
        elif height < least or height < bias_of(net, steps, before, candidate):
            return edge, state
    state += _GOLDEN
    return draw_exactly(net, steps, before, node, scramble(state)), state


@inner_kernel
def next_edge(net, steps, before, node, state):
    """Choose the edge of a step from a node that has one; returns it and the next random state."""
    begin = net.offsets[node]
    if net.offsets[node + 1] - begin == 1:
        return begin, state
    if steps.second and before >= 0:
        return draw_second(net, steps, before, node, state)
    state += _GOLDEN
    return draw_edge(net, node, scramble(state)), state


@loop_kernel
def walk_abreast(net, steps, walkers, count, out, at):
    """Let ``count`` walkers go in step, the walk of walker k being written from ``out[at + k * length]`` on.

    Each step waits for memory, and walkers side by side wait together.
    """
    for k in range(count):
        walkers.lengths[k], walkers.befores[k] = 1, -1
    for step in range(1, steps.length):
        for k in range(count):
            node = walkers.nodes[k]
            if walkers.lengths[k] < step or net.offsets[node] == net.offsets[node + 1]:
                continue  # at a node without an edge out
            edge, walkers.states[k] = next_edge(net, steps, walkers.befores[k], node, walkers.states[k])
            walkers.befores[k] = node
            node = np.int64(net.neighbours[edge])
            prefetch(net.offsets, np.uint64(node))
            walkers.nodes[k], walkers.lengths[k] = node, step + 1
            out[at + k * steps.length + step] = node


@kernel
def walk_range(net, steps, job, first, last, out, offsets):
    """Make the walks [first, last) of an epoch: every node of ``starts`` once, in a shuffled order, then again.

    Parameters
    ----------
    net, steps, job : Net, Steps, Job
    first, last : int
    out : int32, of (last - first) × length
        Gets the walks, end to end.
    offsets : (last - first + 1,) int64
        Gets where each begins, and the end of the last.

    Returns
    -------
    int
        Nodes written.
    """
    walkers = Walkers(
        np.empty(_ABREAST, np.int64), np.empty(_ABREAST, np.int64), np.empty(_ABREAST, np.uint64),
        np.empty(_ABREAST, np.int64),
    )  # fmt: skip
    starts, length, at = len(job.starts), steps.length, 0
    offsets[0] = 0
    for begin in range(first, last, _ABREAST):
        count = min(_ABREAST, last - begin)
        for k in range(count):
            number = np.uint64(job.first_number + (begin + k) // starts)
            start = job.starts[shuffled((begin + k) % starts, starts, scramble(job.seed ^ (number * _GOLDEN)))]
            walkers.states[k] = scramble(job.seed + np.uint64(start) * _GOLDEN) + number * _STRIDE
            walkers.nodes[k], out[at + k * length] = start, start
        walk_abreast(net, steps, walkers, count, out, at)
        left = at  # closes the gaps that walks leave which ended early, and writes nodes as their ids
        for k in range(count):
            for step in range(walkers.lengths[k]):
                out[left] = job.ids[out[at + k * length + step]]
                left += 1
            offsets[begin + k + 1 - first] = left
        at = left
    return at


@kernel
def alias_table(offsets, weights):
    """Make the table by which `draw_edge` draws in constant time (Vose 1991).

    Returns
    -------
    aliases : (m,) uint64
        High half: a threshold. A drawn slot stands for itself if 32 random bits are at most this. Low half: the slot of
        the same row that it stands for otherwise.
    totals : (n,) float64
        Weight of all edges of a node.
    """
    n = len(offsets) - 1
    aliases = np.empty(len(weights), np.uint64)
    totals = np.zeros(n, np.float64)
    longest = 0
    for node in range(n):
        longest = max(longest, offsets[node + 1] - offsets[node])
    share, waiting = np.empty(longest, np.float64), np.empty(longest, np.int32)
    for node in range(n):
        begin, degree = offsets[node], offsets[node + 1] - offsets[node]
        for edge in range(begin, begin + degree):
            totals[node] += weights[edge]
        small, large = 0, degree  # slots below their share from the left, those above from the right
        for slot in range(degree):
            share[slot] = weights[begin + slot] * (degree / totals[node])
            if share[slot] < 1.0:
                waiting[small] = slot
                small += 1
            else:
                large -= 1
                waiting[large] = slot
        while small > 0 and large < degree:
            low, high = waiting[small - 1], waiting[large]
            aliases[begin + low] = (np.uint64(share[low] * 4294967295.0) << _HALF_BITS) | np.uint64(high)
            share[high] -= 1.0 - share[low]
            small -= 1
            if share[high] < 1.0:
                large += 1
                waiting[small] = high
                small += 1
        for place in range(degree):  # what is left has its share to a rounding error
            if place < small or place >= large:
                aliases[begin + waiting[place]] = (_LOW << _HALF_BITS) | np.uint64(waiting[place])
    return aliases, totals
