"""What models learn from, and the options of reading it."""

from __future__ import annotations

from typing import NamedTuple

from vicinal.cli._types import Choice, OrWord, WordList
from vicinal.cli.models._model import Option

_FIELD = Option(
    "field", str, None, "Field of a JSON Lines record that holds the text.  [default: text]", metavar="NAME"
)
_ERRORS = Option("errors", Choice(["strict", "replace"]), "strict",
                 "Bytes that are not UTF-8: stop and say where, or read on.")  # fmt: skip
_PLAIN = ("yes", "no", "guess")


def _guessed(name: str, help: str) -> Option:
    return Option(name, Choice(_PLAIN, {"yes": True, "no": False, "guess": None}), None,
                  f"{help}  [default: guess]")  # fmt: skip


class Inputs(NamedTuple):
    """A kind of input: what INPUTS are, in one or two sentences, and its options."""

    about: str
    options: tuple[Option, ...]


INPUTS = {
    "text": Inputs(
        "INPUTS are text files, patterns such as 'books/*.txt', or - for standard input. Files may be packed (.gz .xz "
        ".bz2 .zst); .jsonl and .ndjson are read as JSON Lines. A line is a sentence, which windows do not cross.",
        (_FIELD, _ERRORS),
    ),
    "documents": Inputs(
        "INPUTS are text files, patterns such as 'notes/*.txt', or - for standard input. Files may be packed (.gz .xz "
        ".bz2 .zst); .jsonl and .ndjson are read as JSON Lines. A line, or a record, is a document; an empty one has a "
        "zero row. Documents are called by their line number, in several files FILE:LINE, or by --name-field.",
        (
            _FIELD,
            Option("name_field", str, None, "Field of a JSON Lines record that holds its name.", metavar="NAME"),
            _ERRORS,
        ),
    ),
    "graph": Inputs(
        "INPUTS is one file of edges (source, target and perhaps a weight a line, parted by tabs, commas or blanks) or "
        "of adjacency lists (.adjlist), packed or not; or - for standard input.",
        (
            Option("directed", bool, False, "Edges lead from the first node to the second only.", alone=True),
            _guessed("weighted", "Whether the third field is a weight."),
            _guessed("header", "Whether the first line names the columns."),
            Option("layout", Choice(["edges", "adjacency", "guess"], {"guess": None}), None,
                   "A line is an edge, or a node and its neighbours.  [default: guess]"),
            Option("separator", OrWord(str, "tab", "\t"), None,
                   "The character between fields; tab, or a blank for any blanks.  [default: guess]", metavar="CHAR"),
            Option("comments", str, "#%", "Lines that begin with one of these are skipped.", metavar="CHARS"),
            Option("nodes", str, None, "All nodes there are, one a line, those without edges too.", metavar="FILE"),
        ),
    ),
    "vectors": Inputs("INPUTS is one space, of any format.", ()),
    "table": Inputs(
        "INPUTS is one table: .csv or .tsv with a header, Parquet, or JSON Lines; or - for CSV on standard input. Rows "
        "are called by their number, from 1, or by --names.",
        (
            Option("names", str, None, "Column that holds the names of the rows; it is not encoded.", metavar="COLUMN"),
            Option("separator", OrWord(str, "tab", "\t"), None,
                   "The character between the fields of a CSV file.  [default: guess]", metavar="CHAR"),
            Option("as_text", WordList(), None, "Columns to take as text though they look like numbers or dates.",
                   metavar="A,B,C"),
        ),
    ),
}  # fmt: skip
