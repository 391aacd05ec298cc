"""Spaces over HTTP, and the explorer in the browser."""

from vicinal.serve.door import create_app
from vicinal.serve.served import Served
from vicinal.serve.settings import Settings
from vicinal.serve.shelf import Shelf

__all__ = ["Served", "Settings", "Shelf", "create_app"]
