"""Spaces over HTTP, and the explorer in the browser."""

from vicinal.serve.client import Remote, RemoteSpace, connect
from vicinal.serve.door import create_app
from vicinal.serve.embedding import Model
from vicinal.serve.opening import Opened, Source, open_paths
from vicinal.serve.served import Served
from vicinal.serve.settings import Settings
from vicinal.serve.shelf import Shelf

__all__ = [
    "Model",
    "Opened",
    "Remote",
    "RemoteSpace",
    "Served",
    "Settings",
    "Shelf",
    "Source",
    "connect",
    "create_app",
    "open_paths",
]
