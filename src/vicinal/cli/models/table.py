"""Tables on the command line."""

from __future__ import annotations

from vicinal.cli._types import Assignment, Choice
from vicinal.cli.models._model import Model, Option
from vicinal.cli.models._shared import SEED

KINDS = ("one_hot", "ordinal", "binary", "standardize", "min_max", "multiplexed", "drop")

MODEL = Model(
    "table",
    "TableEncoder",
    "rows of a table, each column by what suits it",
    "table",
    (
        Option("overrides", Assignment(KINDS), None,
               f"How a column is encoded ({', '.join(KINDS)}); may be repeated.  [default: by its values]",
               flag="--column", metavar="NAME=KIND", multiple=True),
        Option("one_hot_limit", int, 16, "Text of up to so many categories is one-hot."),
        Option("dim", int, 16, "Width of the hashed table, which text of more categories shares."),
        Option("rows", int, 65_536, "Rows of the hashed table."),
        Option("hashes", int, 2, "Rows of it that a value gets."),
        Option("unseen", Choice(["accept", "error"]), "accept",
               "New categories become zeros or are hashed; or are refused."),
        Option("missing", Choice(["accept", "mark", "error"]), "accept",
               "Missing values become means and zeros; the same with a column that says so; or are refused."),
        SEED,
    ),
    (
        "vicinal train --model table people.csv --names id -o people.space",
        "vicinal train --model table shop.parquet --column zip=one_hot --column note=drop -o shop.space",
    ),
)  # fmt: skip
