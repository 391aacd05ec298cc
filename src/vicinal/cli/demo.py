"""``vicinal demo``: from a book to vectors, questions, figures and pictures in half a minute."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vicinal.cli import _demo_report as report
from vicinal.cli._demo_text import demo_corpus
from vicinal.cli._demo_words import HEATMAP_GROUPS, MAP_GROUPS, known_groups
from vicinal.cli._files import reporting
from vicinal.cli._show import counted, note, say
from vicinal.cli._verb import Verb
from vicinal.errors import BadInput, MissingExtra, OutputExists

if TYPE_CHECKING:
    from vicinal.data import Tokens
    from vicinal.progress import Callback, Progress
    from vicinal.space import Space
    from vicinal.words import Word2Vec

SETTINGS: dict[str, Any] = {
    "dim": 100, "window": 5, "min_count": 10, "learning_rate": 0.025, "subsample": 1e-3, "epochs": 40, "seed": 1,
}  # fmt: skip
_WORDS_TRAINED = 32_000_000  # what 40 epochs of the King James Bible come to; a longer text gets fewer epochs
_SHORT_TEXTS = ((20_000, 1), (600_000, 3))  # below so many bytes, the min_count
_ABOUT = "about.txt"


@click.command(
    cls=Verb,
    short_help="Train on the King James Bible and show what comes out.",
    examples=("vicinal demo", "vicinal demo my.txt --output my-demo"),
)
@click.argument("text", required=False, type=click.Path())
@click.option(
    "-o", "--output", default="demo-output", type=click.Path(), help="A folder for the space and the pictures."
)
@click.option("--force", is_flag=True, help="Replace files of these names even where no demo wrote them.")
def command(text: str | None, output: str, force: bool) -> None:
    """Train word vectors on the King James Bible, or on TEXT, and show what can be done with them."""
    corpus, what, stem = demo_corpus(text)
    paths = _make_folder(Path(output), stem, force)
    model, tokens, clock = _train(corpus, what, own=text is not None)
    space = model.space
    report.say_trained(model, len(tokens.ids), clock.training, clock.compiling)
    report.say_sums(space)
    report.say_before_and_after(model)
    report.say_evaluation(space)
    space.save(paths["space"], force=True)
    drawn = _draw(space, paths)
    report.say_end(space, paths, drawn)


def _make_folder(folder: Path, stem: str, force: bool) -> dict[str, Path]:
    """Make the output folder; a folder that no demo made keeps its files unless ``force`` is set."""
    paths = {"space": folder / f"{stem}.space", "map": folder / "map.png", "heatmap": folder / "heatmap.png"}
    about = folder / _ABOUT
    there = [path for path in (*paths.values(), about) if path.exists()]
    if there and not about.exists() and not force:
        raise OutputExists(f"{there[0]} exists and no demo wrote it; pass --force to replace it, or another --output")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        about.write_text(
            "Written by `vicinal demo`, which replaces these files when it runs again.\n", encoding="utf-8"
        )
    except OSError as error:
        raise BadInput(f"cannot write to the folder {folder}: {(error.strerror or str(error)).lower()}") from error
    return paths


class _Clock:
    """Passes reports on, and tells the time of training from that of compiling before it."""

    def __init__(self, report: Callback) -> None:
        self.report, self.started = report, time.monotonic()
        self.compiling = self.training = 0.0
        self._compiles, self._begun = False, self.started

    def __call__(self, progress: Progress) -> None:
        self._compiles = self._compiles or progress.stage.startswith("compiling")
        if progress.stage == "training" and self._begun == self.started:
            self._begun = time.monotonic()
            self.compiling = self._begun - self.started if self._compiles else 0.0
        self.report(progress)

    def stop(self) -> None:
        self.training = time.monotonic() - self._begun


def _train(corpus: Any, what: str, own: bool) -> tuple[Word2Vec, Tokens, _Clock]:
    from vicinal.data import tokenize_corpus
    from vicinal.words import Word2Vec

    settings = dict(SETTINGS)
    with reporting(True) as progress:
        if own:  # of a short text rarer words are kept too
            settings["min_count"] = next((least for size, least in _SHORT_TEXTS if corpus.size < size), 10)
        tokens = tokenize_corpus(corpus, min_count=settings["min_count"], callback=progress)
        settings["epochs"] = max(3, min(settings["epochs"], _WORDS_TRAINED // tokens.total_words))
        assert progress is not None
        progress.close()
        say(
            f"Read {what}: {counted(tokens.total_words, 'word')}, {len(tokens.vocabulary):,} different ones at least "
            f"{settings['min_count']} times."
        )
        clock = _Clock(progress)
        try:
            model = Word2Vec(**settings).fit(tokens, callback=clock)
        except KeyboardInterrupt:
            progress.close()
            raise
        clock.stop()
    return model, tokens, clock


def _draw(space: Space, paths: dict[str, Path]) -> list[str]:
    """Draw both pictures; returns what there is to say of them."""
    from vicinal import maps

    on_map, in_heatmap = known_groups(space, MAP_GROUPS, 10), known_groups(space, HEATMAP_GROUPS, 8)
    names = [word for words in on_map.values() for word in words]
    if len(names) < 3:
        return ["Too few words for pictures."]
    try:
        drawn = maps.pca_map(space, names=names)
        coloured = on_map if len(on_map) > 1 else None
        maps.scatter(drawn, paths["map"], colours=coloured, title="Words on two principal components", force=True)
        picture = maps.heatmap(space, in_heatmap, paths["heatmap"], title="Words × principal components", force=True)
    except MissingExtra as error:
        note(f"No pictures: {error}")
        return []
    return picture.caption.splitlines()
