"""What the demo prints."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vicinal.cli._demo_words import COMPARED, HEATMAP_GROUPS, known_groups, known_sums, telling_words
from vicinal.cli._show import command_line, facts, heading, say, side_by_side

if TYPE_CHECKING:
    from vicinal.space import Space
    from vicinal.words import Word2Vec

_LEAST_QUESTIONS = 50  # a section with fewer says little


def say_trained(model: Word2Vec, words: int, seconds: float, compiling: float) -> None:
    """Say how training went; ``compiling`` are the seconds before it, 0 where there was nothing to compile."""
    if compiling:
        say(f"Compiled for this processor in {compiling:.1f} s (once: the result is kept on disk).")
    rate = words * model.epochs / max(seconds, 1e-9) / 1e6
    first, last = model.history_[0], model.history_[-1]
    say(
        f"Trained {len(model.vocabulary_):,} vectors of {model.dim} numbers in {seconds:.1f} s: {model.epochs} epochs, "
        f"{rate:.1f} million words/s,\nmean loss per example {first:.3f} in the first epoch, {last:.3f} in the last."
    )


def say_sums(space: Space) -> None:
    """Answer the sums; where the words are not there, show neighbours of the space's own words instead."""
    sums = known_sums(space)
    say()
    heading("Sums of words" if sums else "Neighbours")
    found = space.nearest(sums or telling_words(space, 3), k=3)
    rows = [
        (text, ",  ".join(f"{m.name} {m.score:.2f}" for m in matches))
        for text, matches in zip(found.queries, found, strict=True)
    ]
    say(facts(rows))


def say_before_and_after(model: Word2Vec) -> None:
    """Show the neighbours of one word untrained and trained."""
    from vicinal.matches import table

    space = model.space
    word = COMPARED if COMPARED in space else telling_words(space, 1)[0]
    before, after = (
        table((f"{when} training", "cosine"), [(m.name, f"{m.score:.4f}") for m in one.nearest(word, k=8)[0]])
        for when, one in (("before", model.initial_space), ("after", space))
    )
    say()
    heading(f"Neighbours of {word}")
    say(_indented(side_by_side(before, after)))


def say_evaluation(space: Space) -> None:
    """Score the packaged analogies: the sections with enough questions, then all."""
    from vicinal.evaluate import evaluate_analogies
    from vicinal.matches import table

    scored = evaluate_analogies(space, restrict=None)
    total = scored["total"]
    say()
    if not total.n:
        heading("Analogies: none of the packaged questions has all its words in this text")
        return
    heading(f"Analogies: {total.n:,} of the packaged questions have all their words in this text")
    shown = [figure for figure in scored if figure.n >= _LEAST_QUESTIONS and figure.name != "total"]
    shown.sort(key=lambda figure: -figure.value)
    rows = [(f.name, f"{f.value:.3f}", f"[{f.low:.3f}, {f.high:.3f}]", f"{f.n:,}") for f in [*shown, total]]
    say(_indented(table(("section", "accuracy", "95 % interval", "questions"), rows)))


def say_end(space: Space, paths: dict[str, Path], drawn: list[str]) -> None:
    """Name what was written and what to try next."""
    about = {"space": "the vectors", "map": "words as points", "heatmap": "words × principal components"}
    say()
    heading("Written")
    written = [(str(path), about[key]) for key, path in paths.items() if key == "space" or drawn]
    say(facts([row for row in written if Path(row[0]).exists()]))
    for line in drawn:
        say(f"  {line}")
    groups = known_groups(space, HEATMAP_GROUPS, 8)
    words = [word for members in groups.values() for word in members[:2]][:6]
    file, asked = str(paths["space"]), known_sums(space, ("david - man + woman", "silver", "king - man + woman"))
    say()
    heading("Try next")
    for command in (
        command_line("nearest", file, *(asked or words)[:2]),
        command_line("compare", file, *words[:5]),
        command_line("map", file, "--method", "umap", "-o", str(paths["space"].with_suffix(".umap.map"))),
        command_line("serve", file, "--open"),
    ):
        say(f"  {command}")


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.split("\n"))
