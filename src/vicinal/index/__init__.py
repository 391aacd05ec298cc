"""Finding near rows quickly: kinds of index, quantised vectors, and recall as the setting."""

from vicinal.index.base import Index
from vicinal.index.benchmark import benchmark_kinds
from vicinal.index.build import build_index
from vicinal.index.compression import Compressed, compress
from vicinal.index.costs import FormCosts, form_costs
from vicinal.index.figures import Benchmark, KindFigures
from vicinal.index.file import open_index, update
from vicinal.index.kinds import find_kind, kind_names
from vicinal.index.recall import Recall, Trial

__all__ = [
    "Benchmark",
    "Compressed",
    "FormCosts",
    "Index",
    "KindFigures",
    "Recall",
    "Trial",
    "benchmark_kinds",
    "build_index",
    "compress",
    "find_kind",
    "form_costs",
    "kind_names",
    "open_index",
    "update",
]
