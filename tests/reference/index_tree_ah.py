"""Slow, readable twins of a tree with asymmetric hashing: one point, one leaf, one code at a time."""

from __future__ import annotations

import numpy as np


def nearest_centre(point, centres):
    return int(np.argmin([np.sum((point - centre) ** 2) for centre in centres]))


def best_leaves(query, centres, radii, wanted):
    """Leaves by how far they may reach towards the query: their centre, and half their radius."""
    reach = [query @ centre + radius / 2 * np.linalg.norm(query) for centre, radius in zip(centres, radii, strict=True)]
    return sorted(range(len(centres)), key=lambda leaf: -reach[leaf])[:wanted]


def nearest_leaves(query, centres, wanted):
    return sorted(range(len(centres)), key=lambda leaf: np.sum((query - centres[leaf]) ** 2))[:wanted]


def compared(query, tiers, numbers, euclidean):
    """The leaves that a query is compared with: of each level so many of the best nodes are followed.

    tiers: the levels above the leaves, the top one first: centres of nodes, their radii, and what is below each.
    """
    below = list(range(len(tiers[0][0])))
    for (nodes, radii, children), number in zip(tiers, numbers, strict=True):
        if euclidean:
            best = nearest_leaves(query, nodes[below], number)
        else:
            best = best_leaves(query, nodes[below], radii[below], number)
        below = [child for at in best for child in children[below[at]]]
    return below


def decoded(codes, books):
    """The vector that codes stand for; books: (subspaces, width, 16)."""
    return np.concatenate([book[:, code] for book, code in zip(books, codes, strict=True)])


def loss(point, residual, codes, books, weight):
    """Score-aware loss: |e|^2 + weight (e . x / |x|)^2."""
    error = residual - decoded(codes, books)
    length = np.linalg.norm(point)
    return error @ error + (weight * (error @ point / length) ** 2 if length else 0.0)


def encode(point, residual, books, weight, descents):
    """Nearest centres first, then every code chosen anew while the others stay."""
    codes = [0] * len(books)
    for turn in range(descents + 1):
        for s in range(len(books)):
            options = [[*codes[:s], code, *codes[s + 1 :]] for code in range(16)]
            losses = [loss(point, residual, option, books, weight if turn else 0.0) for option in options]
            codes[s] = int(np.argmin(losses))
    return codes


def unpacked(packed):
    """Codes of one point, from its bytes."""
    return [code for byte in packed.tolist() for code in (byte & 15, byte >> 4)]


def scanned_score(query, centre, codes, books, extra):
    """Score of a point as the scan has it: centre, look-ups in tables, and what its extra number adds."""
    width = books.shape[1]
    score = float(query @ centre) + extra
    for s, book in enumerate(books):
        part = query[s * width : (s + 1) * width]
        score += float(part @ book[: len(part), codes[s]])
    return score


def extra_number(digits, low, span):
    """What the extra codes stand for, most significant first."""
    level = sum(digit * 16**at for at, digit in enumerate(reversed(digits)))
    return low + span * level / (16 ** len(digits) - 1)
