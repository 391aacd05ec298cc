"""``vicinal export``: into databases and the index files of other tools."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from vicinal.cli._files import check_output, open_space, reporting
from vicinal.cli._show import counted, note, say
from vicinal.cli._verb import Verb, force_option, options, space_argument

_TARGETS = ("pgvector", "qdrant", "lancedb", "parquet", "hnswlib", "faiss", "ann-benchmarks")
_FOLDERS = ("qdrant", "lancedb")
_HOW = options(
    click.option("-o", "--output", required=True, metavar="OUT", help="A path or an address."),
    click.option("--to", type=click.Choice(_TARGETS), metavar="TARGET", help="If not told by OUT."),
    click.option("--metric", type=click.Choice(["cosine", "dot", "euclidean"]), help="Instead of the space's own."),
    click.option("--table", metavar="NAME", help="pgvector, lancedb: the table.  [default: vectors]"),
    click.option("--collection", metavar="NAME", help="qdrant: the collection.  [default: vectors]"),
    click.option("--type", "type", type=click.Choice(["vector", "halfvec"]), metavar="TYPE",
                 help="pgvector: vector (float32) or halfvec (float16).  [default: vector up to 2000 dimensions]"),
    click.option("--no-index", "index", flag_value=False, default=None, help="pgvector: leave the index out."),
    click.option("--kind", type=click.Choice(["hnsw", "flat"]), help="faiss: a graph, or exact.  [default: hnsw]"),
    click.option("--factory", metavar="TEXT", help="faiss: any index by its description, such as IVF256,PQ25."),
    click.option("--m", "m", type=int, help="Links of a row in the graph.  [default: 16; faiss 32]"),
    click.option("--ef-construction", type=int,
                 help="Candidates while building.  [default: pgvector 64, qdrant 100, others 200]"),
    click.option("--threads", type=int, help="hnswlib: 1 makes the same file each time.  [default: all]"),
    click.option("--batch", type=int, help="qdrant: points sent at once.  [default: 500]"),
    click.option("--queries", type=int, help="ann-benchmarks: rows held out.  [default: a tenth, at most 1000]"),
    click.option("-k", "k", type=int, help="ann-benchmarks: neighbours of a query.  [default: 100]"),
    click.option("--seed", type=int, help="hnswlib, ann-benchmarks.  [default: 0]"),
)  # fmt: skip


@click.command(
    cls=Verb,
    short_help="Bring a space into a database or another tool.",
    examples=(
        "vicinal export words.space -o words.sql",
        "vicinal export words.space -o postgresql://me@host/db --table words",
        "vicinal export words.space -o http://host:6333 --collection words",
        "vicinal export words.space -o words.lancedb",
        "vicinal export words.space -o words.hnsw --m 24 --ef-construction 300",
        "vicinal export words.space -o words.faiss --factory IVF256,PQ25",
        "vicinal export words.space -o words.hdf5 --queries 1000 -k 100",
    ),
)
@space_argument
@_HOW
@click.option("--quiet", is_flag=True, help="Report nothing but errors.")
@force_option
def command(space: str, output: str, to: str | None, force: bool, quiet: bool, **how: Any) -> None:
    """Write SPACE into another tool: a file, a folder or a database, whole or not at all.

    A TARGET is one of pgvector, qdrant, lancedb, parquet, hnswlib, faiss and ann-benchmarks. OUT tells it by
    .sql, .qdrant, .lancedb, .parquet, .hnsw, .faiss, .hdf5 or postgresql:// and http://. Printed is how to ask
    there for near names.

    Passwords belong in PGPASSWORD or ~/.pgpass, Qdrant's key in QDRANT_API_KEY.
    """
    from vicinal.export import export, targets

    given = {name: value for name, value in how.items() if value is not None}
    if "://" not in output:
        found = [info.name for info in targets() if output.lower().rstrip("/").endswith(info.endings)]
        chosen = to or (found[0] if found else "")
        if chosen:
            check_output(output.rstrip(os.sep), force, folder=chosen in _FOLDERS)
    opened = open_space(space)
    with reporting(not quiet and sys.stderr.isatty()) as report:
        done = export(opened, output, to=to, force=force, callback=report, **given)
    if quiet:
        return
    note(f"wrote {done.target} ({done.to}): {counted(done.rows, 'name')} × {done.dim}")
    if done.lost:
        note(f"not there: {'; '.join(done.lost)}")
    say(done.query)
