"""Files that people try to open and that hold no plain vectors: what they are and what to do."""

from __future__ import annotations

import struct
from pathlib import Path

_FASTTEXT_MAGIC = 793712314
_SIGNS = (
    (0, b"GGUF", "this is a GGUF model, not a table of vectors"),
    (0, b"SQLite format 3", "this is an SQLite database; export names and vectors first"),
    (0, b"BZh", "this is a bzip2 file; unpack it first"),
    (0, b"\xfd7zXZ", "this is an xz file; unpack it first"),
    (0, b"\x28\xb5\x2f\xfd", "this is a zstd file; unpack it first"),
    (257, b"ustar", "this is a tar file; unpack it and give the file inside"),
    (0, b"%PDF", "this is a PDF document"),
    (0, b"version https://git-lfs", "this is a Git LFS pointer, not the file itself; fetch it with git lfs pull"),
)
_PICKLE = (
    "this is a pickle, which can run any code when loaded, so it is never loaded here; "
    "where you trust it, export it with the tool that wrote it (gensim: kv.save_word2vec_format('x.vec'))"
)
_TORCH = "this is a PyTorch file, a pickle inside; save its tensors as .safetensors and read that"


def explain(head: bytes, path: Path) -> str:
    """Say what a file is that no format here can read.

    Parameters
    ----------
    head : bytes
        Its beginning.
    path : path

    Returns
    -------
    str
        What it is and what to do; empty if that is not known.

    Examples
    --------
    >>> explain(b"GGUF....", Path("a"))
    'this is a GGUF model, not a table of vectors'
    """
    if _is_fasttext(head):
        return "this is a fastText model with subwords, not a table of vectors; open the .vec file written beside it"
    if head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return _PICKLE
    if head[:4] == b"PK\x03\x04":
        torch = b"data.pkl" in head[:4096]
        return _TORCH if torch else "this is a zip file; unpack it and give the file inside"
    if head.lstrip()[:5].lower() in (b"<html", b"<!doc"):
        return "this is a web page, perhaps the answer to a download that failed"
    return next((reason for at, sign, reason in _SIGNS if head.startswith(sign, at)), "")


def _is_fasttext(head: bytes) -> bool:
    """Recognise fastText's models by their magic number, and old ones without it by their block of settings."""
    if len(head) < 56:
        return len(head) >= 4 and struct.unpack_from("<i", head)[0] == _FASTTEXT_MAGIC
    first, *settings = struct.unpack_from("<12i", head)
    if first == _FASTTEXT_MAGIC:
        return True
    loss, model, subsample = settings[5], settings[6], struct.unpack_from("<d", head, 48)[0]
    return 0 < first < 10_000 and loss in (1, 2, 3, 4) and model in (1, 2, 3) and 0 < subsample < 1
