"""Slow and readable: codes of hyperplanes and the order of probes, by trying every set of flipped bits."""

from itertools import chain, combinations

import numpy as np


def codes(projections, bits):
    """Codes of (m, tables · bits) projections, (m, tables): bit j is set where plane j is not below zero."""
    positive = projections.reshape(len(projections), -1, bits) >= 0
    return (positive * (1 << np.arange(bits))).sum(axis=2)


def cost(margins, flipped):
    """Sum of the squares of the margins of the flipped bits."""
    return sum(float(margins[bit]) ** 2 for bit in flipped)


def costs_of_buckets(margins):
    """Cost of each bucket for one table, by the set of bits in which it differs from the query's own."""
    bits = range(len(margins))
    sets = chain.from_iterable(combinations(bits, size) for size in range(len(margins) + 1))
    return {sum(1 << bit for bit in flipped): cost(margins, flipped) for flipped in sets}


def rows_in(buckets, row_codes, allowed):
    """Distinct allowed rows whose code is one of the buckets of a query, (tables, probes), in any table."""
    found = {
        row
        for row, own in enumerate(row_codes)
        for table, code in enumerate(own)
        if code in buckets[table] and allowed[row]
    }
    return sorted(found)
