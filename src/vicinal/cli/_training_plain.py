"""Training by what is learned from: one function a kind of input."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vicinal.cli._corpora import open_documents, open_inputs, open_one_file
from vicinal.cli._files import end_line, open_space
from vicinal.cli._show import counted
from vicinal.cli._training_job import Job
from vicinal.errors import BadInput

if TYPE_CHECKING:
    from vicinal.space import Space


def fit(job: Job, model: Any, scratch: Path, report: Any) -> Space:
    """Train ``model`` on the inputs of a job.

    Parameters
    ----------
    job : Job
    model : Encoder
        Not trained yet.
    scratch : Path
        A folder for what comes from standard input.
    report : callable or None

    Returns
    -------
    Space
        What is to be written.
    """
    return _FITS[job.model.inputs](job, model, scratch, report)


def _fit_text(job: Job, model: Any, scratch: Path, report: Any) -> Space:
    corpus = open_inputs(job.inputs, job.reading["field"], job.reading["errors"], scratch)
    return model.fit(corpus, callback=report).space


def _fit_documents(job: Job, model: Any, scratch: Path, report: Any) -> Space:
    from vicinal.space import Space

    reading = {key: job.reading[key] for key in ("field", "name_field", "errors")}
    texts = open_documents(job.inputs, scratch, **reading)
    names = texts.names(report)
    end_line(report)
    job.note(f"read {counted(len(names), 'document')}")
    if job.model.rows:
        model.fit(texts, names=names, **(_keeping(job, report) if job.model.resumes else {}))
        return getattr(model, job.model.rows[job.reading["rows"]])
    return Space(names, model.fit(texts).encode(texts), origin=model.origin_)


def _keeping(job: Job, report: Any) -> dict[str, Any]:
    """Say where and how often the state is kept, for models that resume."""
    every, resume = job.checkpoint_every, job.resume
    return {"callback": report, "checkpoint": job.folder, "checkpoint_every": every, "resume": resume}


def _fit_graph(job: Job, model: Any, scratch: Path, report: Any) -> Space:
    from vicinal.data import Graph

    how = dict(job.reading)
    graph = Graph.read(open_one_file(job.inputs, scratch, "edges.txt"), callback=report, **how)
    end_line(report)
    alone = f", {counted(len(graph.isolated), 'node')} without an edge" if len(graph.isolated) else ""
    job.note(f"read {graph!r}{alone}")
    return model.fit(graph, callback=report).space


def _fit_vectors(job: Job, model: Any, scratch: Path, report: Any) -> Space:
    if len(job.inputs) != 1:
        raise BadInput(f"{job.model.name} takes one space, got {len(job.inputs)} files")
    space = open_space(job.inputs[0])
    model.fit(space)
    job.note(f"{space.dim} to {model.dim_} dimensions")
    return model.project(space)


def _fit_table(job: Job, model: Any, scratch: Path, report: Any) -> Space:
    from vicinal.cli._table_rows import row_names
    from vicinal.tables import open_table

    separator, column = job.reading["separator"], job.reading["names"]
    path = open_one_file(job.inputs, scratch, "table.csv")
    table = open_table(path, separator=separator, as_text=job.reading["as_text"] or ())
    names = row_names(table, column)
    if column is not None:
        table.pop(column)
    model.fit(table)
    job.note(str(model.report(table)))
    return model.to_space(table, names)


_FITS: dict[str, Callable[..., Space]] = {
    "text": _fit_text,
    "documents": _fit_documents,
    "graph": _fit_graph,
    "vectors": _fit_vectors,
    "table": _fit_table,
}
