"""Qdrant: a collection of a server, or a folder that its client reads without one."""

from __future__ import annotations

import os
import secrets
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from vicinal.checks import check_whole
from vicinal.errors import BadInput, BadOption, OutputExists, VicinalError
from vicinal.export.exported import Exported, one_line, without_password
from vicinal.export.rows import blocks, check_columns, lost_numbers, values
from vicinal.progress import Callback
from vicinal.require import require
from vicinal.similarity import check_metric
from vicinal.space import Space
from vicinal.store import atomic

NAME = "qdrant"
ENDINGS = (".qdrant",)
SCHEMES = ("http://", "https://")
KEEPS = "vectors (under cosine at length 1); names and columns as payload"
_DISTANCES = {"cosine": "COSINE", "dot": "DOT", "euclidean": "EUCLID"}
_LOCAL = 20_000  # points up to which the client's local mode is meant


def write(
    space: Space,
    target: Any,
    *,
    force: bool = False,
    callback: Callback | None = None,
    metric: str | None = None,
    collection: str = "vectors",
    batch: int = 500,
    m: int = 16,
    ef_construction: int = 100,
) -> Exported:
    """Make and fill a collection. Point i is row i; its payload holds ``name`` and the columns.

    A server gets a new collection of another name, ``COLLECTION-…``; only when all points are there does the alias
    COLLECTION point to it, so nobody sees half of it. Ask for COLLECTION as if it were its name.

    Parameters
    ----------
    space : Space
    target : address, path or QdrantClient
        ``http://host:6333`` (an API key is taken from ``QDRANT_API_KEY``), a folder for the client's local mode, or a
        client of your own.
    force : bool
        Replace the collection; of a folder, all of it.
    callback : callable, optional
    metric : "cosine", "dot" or "euclidean", optional
        By default the space's. Qdrant's euclidean score is the distance itself.
    collection : str
    batch : int
        Points sent at once.
    m, ef_construction : int
        Links of a row and candidates looked at for every row, in the server's index; 4 or more each.

    Returns
    -------
    Exported

    Raises
    ------
    OutputExists, BadInput, BadOption, MissingExtra
    """
    metric = check_metric(space.metric if metric is None else metric)
    check_whole("batch", batch), check_whole("m", m, 4), check_whole("ef_construction", ef_construction, 4)
    if not collection or len(collection) > 200 or not collection.isprintable() or set(collection) & set('/\\:*?"<>|'):
        raise BadOption(f"collection must be a name without / and the like, got {collection!r}")
    check_columns(space, ("name",), "Qdrant")
    models = require("qdrant_client.models", "export")
    settings = {
        "vectors_config": models.VectorParams(size=space.dim, distance=models.Distance[_DISTANCES[metric]]),
        "hnsw_config": models.HnswConfigDiff(m=m, ef_construct=ef_construction),
    }
    lost = ["origin", *(["lengths of vectors, which are 1 there"] if metric == "cosine" else []), *lost_numbers(space)]
    if isinstance(target, str) and not target.lower().startswith(SCHEMES):
        _write_folder(space, target, force, (collection, settings, batch, callback))
        if len(space) > _LOCAL:
            lost.append(f"speed: without a server Qdrant's client compares with all rows; use one from {_LOCAL:,} on")
    else:
        with _client(target) as client:
            _write_server(space, client, force, (collection, settings, batch, callback))
    query = f"client.query_points({collection!r}, query=0, limit=10)  # near point 0, {space.names[0]!r:.60}"
    if isinstance(target, str):
        where = f"url={without_password(target)!r}" if target.lower().startswith(SCHEMES) else f"path={target!r}"
        query = f"client = QdrantClient({where}); {query}"
    shown = without_password(target) if isinstance(target, str) else type(target).__name__
    return Exported(shown, NAME, len(space), space.dim, metric, tuple(lost), query)


_How = tuple[str, dict[str, Any], int, Callback | None]


def _write_folder(space: Space, target: str, force: bool, how: _How) -> None:
    qdrant = require("qdrant_client", "export")
    folder = Path(target)
    if force and folder.is_dir() and not (folder / "meta.json").is_file() and any(folder.iterdir()):
        raise BadInput(f"{target} is a folder of other things, which are not replaced; give another one")
    with atomic(target, force, folder=True) as temporary, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # what it says of large collections is said in what is lost
        client = qdrant.QdrantClient(path=os.fspath(temporary))
        try:
            with _refusing():
                client.create_collection(how[0], **how[1])
                _flush_once(client, how[0])
                _fill(space, client, how[0], how)
        finally:
            client.close()


def _write_server(space: Space, client: Any, force: bool, how: _How) -> None:
    models = require("qdrant_client.models", "export")
    collection, made = how[0], f"{how[0]}-{secrets.token_hex(4)}"
    with _refusing():
        aliases = {alias.alias_name: alias.collection_name for alias in client.get_aliases().aliases}
        old = aliases.get(collection)
        plain = old is None and client.collection_exists(collection)
        if (old or plain) and not force:
            raise OutputExists(f"the collection {collection!r} exists; pass force=True or --force to replace it")
        try:
            client.create_collection(made, **how[1])
            _fill(space, client, made, how)
        except BaseException:
            with suppress(Exception):
                client.delete_collection(made)
            raise
        if plain:  # an alias cannot have the name of a collection
            client.delete_collection(collection)
        new = models.CreateAliasOperation(create_alias=models.CreateAlias(collection_name=made, alias_name=collection))
        drop = models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=collection))
        client.update_collection_aliases(change_aliases_operations=[drop, new] if old else [new])
        if old and old.startswith(f"{collection}-"):  # one of ours, of an export before
            client.delete_collection(old)


def _fill(space: Space, client: Any, collection: str, how: _How) -> None:
    models = require("qdrant_client.models", "export")
    _, _, batch, callback = how
    columns = {key: values(column) for key, column in space.columns.items()}
    for start, block in blocks(space, callback, batch):
        stop = start + len(block)
        names = space.names[start:stop]
        payloads = [
            {"name": name, **{key: column[row] for key, column in columns.items()}}
            for row, name in enumerate(names, start)
        ]
        points = models.Batch(ids=list(range(start, stop)), vectors=block.tolist(), payloads=payloads)
        client.upsert(collection, points, wait=True)
    held = client.count(collection, exact=True).count
    if held != len(space):
        raise BadInput(f"Qdrant holds {held:,} of {len(space):,} points; the collection was not made")


def _flush_once(client: Any, collection: str) -> None:
    """Keep the client's local mode from waiting for the disk after every point; all is flushed before the renaming.

    It has no setting for that, so this reaches for its database; where a later client has another inside, the export
    is only slower.
    """
    with suppress(AttributeError, KeyError, TypeError):
        database = client._client.collections[collection].storage.storage
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA journal_mode = MEMORY")


@contextmanager
def _client(target: Any) -> Iterator[Any]:
    if not isinstance(target, str):
        yield target
        return
    qdrant = require("qdrant_client", "export")
    client = qdrant.QdrantClient(url=target, api_key=os.environ.get("QDRANT_API_KEY"), check_compatibility=False)
    try:
        yield client
    finally:
        client.close()


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn what the client raises, which is of many kinds, into one line."""
    try:
        yield
    except (VicinalError, MemoryError):
        raise
    except Exception as error:
        raise BadInput(f"Qdrant refused: {one_line(error)}") from error
