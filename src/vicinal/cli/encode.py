"""``vicinal encode``: vectors of new things, by a model that was trained before."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from vicinal.cli._files import check_output, check_space_output, check_there, open_space, reporting
from vicinal.cli._show import counted, note, say_json
from vicinal.cli._types import Choice, OrWord
from vicinal.cli._verb import Verb, force_option, json_option, options
from vicinal.errors import BadInput, BadOption

_POOLS = ("mean", "sum", "minmax", "tfidf", "sif")
_OUTPUT = options(
    click.option("-o", "--output", required=True, type=click.Path(), metavar="OUT.space",
                 help="Where the space goes; other endings give other formats."),
    force_option,
    click.option("--quiet", is_flag=True, help="Report nothing but errors."),
    json_option,
)  # fmt: skip
_READING = options(
    click.option("--field", metavar="NAME", help="Field of a JSON Lines record that holds the text.  [default: text]"),
    click.option("--name-field", metavar="NAME", help="Field that holds its name.  [default: the line number]"),
    click.option("--errors", type=Choice(["strict", "replace"]), default="strict",
                 help="Bytes that are not UTF-8: stop and say where, or read on."),
    click.option("--unknown", type=Choice(["error", "skip", "zero"]), default="error",
                 help="Names that a model of words or nodes does not know: stop, leave out, or a zero row."),
    click.option("--names", metavar="COLUMN", help="Of a table: the column that holds the names of the rows."),
    click.option("--separator", type=OrWord(str, "tab", "\t"), metavar="CHAR",
                 help="Of a table: the character between fields.  [default: guess]"),
    click.option("--batch-size", type=click.IntRange(1), default=4096, help="Texts or names encoded at a time."),
)  # fmt: skip
_SENTENCES = {
    "pool": click.option("--pool", type=Choice(_POOLS, {"minmax": "min_max"}), default="mean",
                         help="How words become a text, where MODEL is a space of words."),
    "smoothing": click.option("--smoothing", type=float, default=1e-3, help="a of sif's weights a / (a + p)."),
    "components": click.option("--components", type=int, default=1, help="Common directions that sif removes."),
    "frequencies": click.option("--frequencies", type=Choice(["space", "corpus"]), default="space",
                                help="Where sif's p comes from: the space's counts, or FILE."),
    "tokenizer": click.option("--tokenizer", default="words",
                              help="words, whitespace, regex:PATTERN, or the path of a tokenizer.json."),
    "lower": click.option("--lower/--no-lower", default=True, help="Lower-case the text."),
    "save_model": click.option("--save-model", type=click.Path(), metavar="FOLDER",
                               help="Keep the pooling and what it learned from FILE, to encode other texts alike."),
}  # fmt: skip


@click.command(
    cls=Verb,
    short_help="Encode texts, names or rows with a model.",
    examples=(
        "vicinal encode words.space sentences.txt -o sentences.space",
        "vicinal encode words.space sentences.txt --pool sif --save-model sif.model -o sentences.space",
        "vicinal encode lsa.model new.jsonl --field body --name-field id -o new.space",
        "vicinal encode people.model more.csv --names id -o more.space",
        "cut -f1 nodes.tsv | vicinal encode nodes.model - --unknown skip -o some.space",
    ),
)
@click.argument("model", type=click.Path())
@click.argument("file", type=click.Path())
@_OUTPUT
@_READING
@options(*_SENTENCES.values())
@click.pass_context
def command(ctx: click.Context, *, model: str, file: str, output: str, **how: Any) -> None:
    """Encode FILE with MODEL and write a space.

    MODEL is a folder that --save-model wrote, or a space of words, which --pool makes an encoder of texts. FILE holds
    what the model encodes: texts, one a line or JSON Lines record; names of words or nodes, one a line; a table (CSV,
    Parquet, JSON Lines); or a space, for models that move spaces. - is standard input.

    The space carries the origin of the model, so that what one model encoded may be compared, and nothing else.
    """
    from vicinal.cli._encoding import encode

    given = {name for name in how if ctx.get_parameter_source(name) is not ParameterSource.DEFAULT}
    check_space_output(output, how["force"])
    if how["save_model"]:
        check_output(how["save_model"], how["force"], folder=True)
    _check_paths(model, file, output)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="vicinal-") as scratch, reporting(not how["quiet"]) as report:
        if file == "-" and not Path(model).is_dir():
            file = _kept(Path(scratch), how)  # is read twice
        encoder = _opened(model, file, how, given, Path(scratch))
        found = encode(encoder, file, how, Path(scratch), report)
    found.space.save(output, force=how["force"])
    if how["save_model"]:
        encoder.save(how["save_model"], force=how["force"])
    if how["as_json"]:
        size = {"output": output, "encoder": type(encoder).__name__, "rows": len(found.space), "dim": found.space.dim}
        say_json({**size, **found.figures, "fingerprint": found.space.fingerprint})
    if how["quiet"]:
        return
    for remark in found.remarks:
        note(remark)
    seconds = time.monotonic() - started
    note(f"wrote {output}: {counted(len(found.space), 'row')} × {found.space.dim}, {seconds:,.1f} s")
    if how["save_model"]:
        note(f"wrote {how['save_model']}: the model")


def _opened(model: str, file: str, how: dict[str, Any], given: set[str], scratch: Path) -> Any:
    """Open a saved encoder, or make one of a space of words."""
    from vicinal.cli._encoding import OPTIONS, TAKES, open_texts
    from vicinal.encoders import is_saved_encoder, load_encoder

    path = check_there(model)
    if is_saved_encoder(path):
        encoder = load_encoder(path)
        if type(encoder).__name__ not in TAKES:
            raise BadInput(f"{model} holds {type(encoder).__name__}, which gives no vectors")
        _refuse(given & set(_SENTENCES), f"{model} is a saved {type(encoder).__name__}; for a space of words only")
        others = {name for names in OPTIONS.values() for name in names} - set(OPTIONS[TAKES[type(encoder).__name__]])
        _refuse(given & others, f"it means nothing for {type(encoder).__name__}, which encodes {_what(encoder)}")
        return encoder
    from vicinal.words import SentenceMean

    _refuse(given & {"unknown", "names", "separator"}, f"it means nothing for texts, which --pool encodes with {model}")
    rest = {name: how[name] for name in ("smoothing", "components", "frequencies", "tokenizer", "lower")}
    encoder = SentenceMean(words=open_space(model), mode=how["pool"], **rest)
    return encoder.fit(open_texts(file, how, scratch) if how["pool"] in ("tfidf", "sif") else None)


def _what(encoder: Any) -> str:
    from vicinal.cli._encoding import TAKES

    kind = TAKES[type(encoder).__name__]
    return {"vectors": "a space", "table": "a table"}.get(kind, kind)


def _refuse(names: set[str], why: str) -> None:
    if names:
        raise BadOption(f"--{min(names).replace('_', '-')} cannot be used here: {why}")


def _check_paths(model: str, file: str, output: str) -> None:
    if file != "-":
        check_there(file)
    for name in (model, file):
        if Path(output).exists() and Path(name).exists() and Path(output).samefile(name):
            raise BadInput(f"{output} is one of the inputs; give another output")


def _kept(scratch: Path, how: dict[str, Any]) -> str:
    from vicinal.cli._corpora import open_documents

    reading = {key: how[key] for key in ("field", "name_field", "errors")}
    return str(open_documents(["-"], scratch, **reading).paths[0])
