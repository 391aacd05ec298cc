"""Tables as vectors: categories, numbers, hashed tables, signatures, and whole data frames."""

from vicinal.tables.categorical import BinaryCode, OneHot, Ordinal
from vicinal.tables.collisions import Collisions
from vicinal.tables.multiplexed import Multiplexed
from vicinal.tables.numeric import MinMax, Standardize
from vicinal.tables.opening import open_table
from vicinal.tables.report import ColumnReport, TableReport
from vicinal.tables.sketch import Estimate, Sketch
from vicinal.tables.table_encoder import TableEncoder

__all__ = [
    "BinaryCode", "Collisions", "ColumnReport", "Estimate", "MinMax", "Multiplexed", "OneHot", "Ordinal", "Sketch",
    "Standardize", "TableEncoder", "TableReport", "open_table",
]  # fmt: skip
