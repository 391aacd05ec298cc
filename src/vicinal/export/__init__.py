"""Out to where people grow: databases, index files of other tools, and the files of ann-benchmarks."""

from vicinal.export.ann_benchmarks import AnnBenchmark, read_ann_benchmarks, write_ann_benchmarks
from vicinal.export.exported import Exported
from vicinal.export.registry import TargetInfo, export, targets

__all__ = [
    "AnnBenchmark", "Exported", "TargetInfo", "export", "read_ann_benchmarks", "targets", "write_ann_benchmarks",
]  # fmt: skip
