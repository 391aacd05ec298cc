"""Readable twins of graphs and walks: dictionaries, Python integers, one walk at a time."""

from __future__ import annotations

from collections import defaultdict

BITS = (1 << 64) - 1
GOLDEN, STRIDE = 0x9E3779B97F4A7C15, 0xD1B54A32D192ED03
LOW = (1 << 32) - 1


def rows(edges, directed):
    """Neighbours and weights by node: parallel edges added up, those of weight 0 left out."""
    found = defaultdict(dict)
    for source, target, weight in edges:
        if weight == 0:
            continue
        found[source][target] = found[source].get(target, 0.0) + weight
        if not directed and source != target:
            found[target][source] = found[target].get(source, 0.0) + weight
    return {node: dict(sorted(found[node].items())) for node in found}


def transition(graph, before, node, p, q):
    """The distribution of the node after ``node``, coming from ``before``: equation of section 3.2.2 of node2vec."""
    mass = {}
    for candidate, weight in graph[node].items():
        if candidate == before:
            bias = 1 / p
        elif candidate in graph.get(before, {}):
            bias = 1.0
        else:
            bias = 1 / q
        mass[candidate] = weight * bias
    total = sum(mass.values())
    return {candidate: share / total for candidate, share in mass.items()}


def scramble(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & BITS
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & BITS
    return z ^ (z >> 31)


def shuffled(position, count, key):
    half = 1
    while 1 << (2 * half) < count:
        half += 1
    mask, z = (1 << half) - 1, position
    while True:
        left, right = z >> half, z & mask
        for turn in range(4):
            left, right = right, left ^ (scramble((key + (right + (turn << 32)) * GOLDEN) & BITS) & mask)
        z = left << half | right
        if z < count:
            return z


class Random:
    """SplitMix64."""

    def __init__(self, state):
        self.state = state

    def bits(self):
        self.state = (self.state + GOLDEN) & BITS
        return scramble(self.state)

    def unit(self):
        return (self.bits() >> 11) / 2**53


def alias_row(weights):
    """Thresholds and aliases of one node, by Vose's method."""
    mean, n = sum(weights), len(weights)
    share = [weight * (n / mean) for weight in weights]
    small = [slot for slot in range(n) if share[slot] < 1.0]
    large = [slot for slot in range(n) if not share[slot] < 1.0]  # the next one is the last, as on a stack
    table = [(LOW, slot) for slot in range(n)]
    while small and large:
        low, high = small.pop(), large[-1]
        table[low] = (int(share[low] * LOW), high)
        share[high] -= 1.0 - share[low]
        if share[high] < 1.0:
            small.append(large.pop())
    return table


class Walker:
    """Makes walks as the kernels do, number for number."""

    def __init__(self, graph, p, q, weighted):
        self.graph, self.back, self.out, self.weighted = graph, 1 / p, 1 / q, weighted
        self.second = p != 1 or q != 1
        self.tables = {node: alias_row(list(row.values())) for node, row in graph.items()} if weighted else {}

    def draw(self, node, bits):
        slot = (bits >> 32) * len(self.graph[node]) >> 32
        if self.weighted:
            threshold, alias = self.tables[node][slot]
            slot = alias if bits & LOW > threshold else slot
        return list(self.graph[node])[slot]

    def bias(self, before, candidate):
        if candidate == before:
            return self.back
        return 1.0 if candidate in self.graph.get(before, {}) else self.out

    def draw_second(self, before, node, random):
        row = self.graph[node]
        most, extra = max(1.0, self.out), 0.0
        if self.back > most and before in row:
            share = row[before] / sum(row.values()) if self.weighted else 1.0 / len(row)
            extra = (self.back - most) * share
        for _ in range(max(len(row), 4)):
            if extra > 0 and random.unit() * (most + extra) >= most:
                return before
            candidate = self.draw(node, random.bits())
            if random.unit() * most < min(self.bias(before, candidate), most):
                return candidate
        mass = sum(row[candidate] * self.bias(before, candidate) for candidate in row)
        goal = random.unit() * mass
        for candidate in row:
            goal -= row[candidate] * self.bias(before, candidate)
            if goal < 0:
                break
        return candidate

    def walk(self, start, length, seed, number):
        random = Random((scramble((seed + start * GOLDEN) & BITS) + number * STRIDE) & BITS)
        walk, before = [start], None
        while len(walk) < length:
            node = walk[-1]
            row = self.graph.get(node, {})
            if not row:
                break
            if len(row) == 1:
                after = next(iter(row))
            elif self.second and before is not None:
                after = self.draw_second(before, node, random)
            else:
                after = self.draw(node, random.bits())
            before = node
            walk.append(after)
        return walk


def walks(graph, starts, length, walks_per_node, p, q, seed, weighted):
    """All walks of the first epoch, in order."""
    walker, found = Walker(graph, p, q, weighted), []
    for number in range(walks_per_node):
        key = scramble(seed ^ (number * GOLDEN & BITS))
        for place in range(len(starts)):
            found.append(walker.walk(starts[shuffled(place, len(starts), key)], length, seed, number))
    return found
