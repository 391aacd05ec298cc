# mypy: ignore-errors
"""Which codes lose the least, and where their centres are best."""

from __future__ import annotations

import numpy as np

from vicinal._vectors import (
    LANES,
    fma,
    load,
    loop_kernel,
    lowest_bit,
    smallest,
    splat,
    sub,
    which_over,
)


@loop_kernel
def gather(points, residuals, scales, along, books, codes, counts, sums, systems, first, last):
    """Add up, for every centre of the subspaces from first to last, the linear system that its best place solves.

    points, residuals: (n, subspaces * width); scales: (n,), weight / |x|^2; along: (n,), e . x; books: (subspaces,
    width, 16); codes: (n, subspaces); counts: (subspaces, 16); sums: (subspaces, 16, width), right sides; systems:
    (subspaces, 16, width, width), what is added to the matrix. The last three are float64 and begin as zeros.
    """
    width = books.shape[1]
    for i in range(len(points)):
        for s in range(first, last):
            code, start = codes[i, s], s * width
            counts[s, code] += 1
            scale, others = scales[i], along[i]
            if scale == 0:
                for j in range(width):
                    sums[s, code, j] += residuals[i, start + j]
                continue
            for j in range(width):  # what the other subspaces leave along x, and this one without its centre
                others += points[i, start + j] * books[s, j, code]
            for j in range(width):
                x = scale * points[i, start + j]
                sums[s, code, j] += residuals[i, start + j] + x * others
                for k in range(width):
                    systems[s, code, j, k] += x * points[i, start + k]


@loop_kernel
def encode(points, residuals, weights, books, squares, rounds, codes, along):
    """Choose a code for every subspace of every residual, and tell how far the error lies along its point.

    The loss of a point x with error e is ``|e|^2 + weight (e . x)^2``; it begins with the nearest centres, and each of
    ``rounds`` passes chooses every code anew while the others stay (coordinate descent).

    points, residuals: (n, subspaces * width); weights: (n,); books: (subspaces, width, 16); squares: (subspaces, 16),
    squared lengths of the centres; codes: (n, subspaces) uint8; along: (n,), becomes e . x.
    """
    n, subspaces, width = len(points), books.shape[0], np.uint64(books.shape[1])
    centres, lengths = books.reshape(-1), squares.reshape(-1)
    two, whole = splat(np.float32(-2)), np.uint64(0xFFFF)
    for i in range(n):
        error = np.float32(0)
        for turn in range(rounds + 1):
            weight = splat(weights[i] if turn > 0 else np.float32(0))
            for s in range(subspaces):
                start = np.uint64(s) * width
                inner, outer = splat(np.float32(0)), splat(np.float32(0))
                held = np.float32(0)
                for j in range(np.uint64(0), width):
                    centre = load(centres, (start + j) * np.uint64(LANES))
                    x, r = points[i, start + j], residuals[i, start + j]
                    inner = fma(splat(r), centre, inner)
                    outer = fma(splat(x), centre, outer)
                    held += x * r
                    if turn > 0:
                        error -= x * (r - centres[(start + j) * np.uint64(LANES) + codes[i, s]])
                left = sub(splat(error + held), outer)  # e . x with each of the centres
                loss = fma(two, inner, load(lengths, np.uint64(s * LANES)))
                loss = fma(fma(left, weight, splat(np.float32(0))), left, loss)
                code = lowest_bit(~which_over(loss, splat(smallest(loss))) & whole)
                codes[i, s] = code
                for j in range(np.uint64(0), width):
                    x, r = points[i, start + j], residuals[i, start + j]
                    error += x * (r - centres[(start + j) * np.uint64(LANES) + code])
        along[i] = error
