"""The statements for pgvector: tables, indexes, questions; every foreign text in them quoted."""

from __future__ import annotations

import numpy as np

from vicinal.errors import BadOption
from vicinal.space import Space

INDEXED = {"vector": 2000, "halfvec": 4000}  # dimensions that pgvector's HNSW index takes
_CLASSES = {"cosine": "cosine_ops", "dot": "ip_ops", "euclidean": "l2_ops"}
_OPERATORS = {"cosine": "<=>", "dot": "<#>", "euclidean": "<->"}
_SCORES = {"cosine": "1 - ({})", "dot": "-({})", "euclidean": "-({})"}
_TYPES = {
    "b1": "boolean", "i1": "smallint", "i2": "smallint", "i4": "integer", "i8": "bigint", "u1": "smallint",
    "u2": "integer", "u4": "bigint", "u8": "bigint", "f2": "real", "f4": "real", "f8": "double precision",
}  # fmt: skip
_LONGEST = 63  # bytes; PostgreSQL cuts longer names off without a word


def column_type(dtype: np.dtype) -> str:
    """Return PostgreSQL's type for a column.

    Examples
    --------
    >>> column_type(np.dtype(np.uint16)), column_type(np.dtype("<U5"))
    ('integer', 'text')
    """
    if dtype.kind in "UT":
        return "text"
    return _TYPES.get(f"{dtype.kind}{dtype.itemsize}", "double precision")


def check_identifier(name: str, what: str) -> None:
    """Refuse the name of a table or column that PostgreSQL would refuse, or cut off."""
    if not name or len(name.encode()) > _LONGEST or "\0" in name or (what == "table" and not name.isprintable()):
        raise BadOption(f"the name of a {what} must be 1 to {_LONGEST} bytes without control characters, got {name!r}")


def identifier(name: str) -> str:
    """Quote the name of a table or column.

    Examples
    --------
    >>> identifier('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    r"""Quote a text as a value that stays in one line.

    Examples
    --------
    >>> print(literal("it's"), literal("a" + chr(10) + "b"))
    'it''s' E'a\nb'
    """
    quoted = text.replace("'", "''")
    if text.isprintable() and "\\" not in text:
        return f"'{quoted}'"
    escaped = quoted.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return "E'" + "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in escaped) + "'"


def create_table(table: str, kind: str, space: Space) -> str:
    """Return the statement that makes the table."""
    rows = ["name text PRIMARY KEY", f"embedding {kind}({space.dim}) NOT NULL"]
    rows += [f"{identifier(key)} {column_type(column.dtype)} NOT NULL" for key, column in space.columns.items()]
    return f"CREATE TABLE {identifier(table)} (\n    " + ",\n    ".join(rows) + "\n)"


def create_index(table: str, kind: str, metric: str, m: int, ef_construction: int) -> str:
    """Return the statement that makes an HNSW index for a metric."""
    return (
        f"CREATE INDEX ON {identifier(table)} USING hnsw (embedding {kind}_{_CLASSES[metric]}) "
        f"WITH (m = {m}, ef_construction = {ef_construction})"
    )


def query(table: str, metric: str, name: str) -> str:
    r"""Return a question for the ten rows nearest to a name, with its operator where the index is used.

    Examples
    --------
    >>> query("t", "dot", "king").partition(" ORDER BY ")[2]
    'embedding <#> (SELECT embedding FROM "t" WHERE name = \'king\') LIMIT 10;'
    """
    own = f"(SELECT embedding FROM {identifier(table)} WHERE name = {literal(name)})"
    distance = f"embedding {_OPERATORS[metric]} {own}"
    score = _SCORES[metric].format(distance)
    return f"SELECT name, {score} AS score FROM {identifier(table)} ORDER BY {distance} LIMIT 10;"


def script(table: str, create: str, index: str, question: str) -> tuple[str, str]:
    """Return what stands before and after the rows in a file for psql."""
    name = identifier(table)
    head = f"""-- Load with: psql -f THIS_FILE DATABASE
-- All or nothing: where the table {name} exists, nothing is changed; psql -v replace=1 replaces it.
\\set ON_ERROR_STOP on
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
BEGIN;
CREATE EXTENSION IF NOT EXISTS vector;
\\if :{{?replace}}
DROP TABLE IF EXISTS {name};
\\endif
{create};

"""
    tail = f"{index};\n" if index else ""
    return head, f"{tail}COMMIT;\nANALYZE {name};\n\n-- The ten nearest to a name:\n-- {question}\n"
