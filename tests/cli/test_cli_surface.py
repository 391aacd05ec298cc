"""What the command line offers: help, examples, completion, and that its tables agree with the library."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from vicinal import __version__, store
from vicinal.cli import app
from vicinal.cli._app import VERBS
from vicinal.cli.convert import _NAMES
from vicinal.cli.reference import reference

ROOT = Path(__file__).parents[2]
GLOVE = "vicinal train --model glove --x"
CONTEXT = click.Context(app, info_name="vicinal")


def test_version(cli):
    assert cli("--version").stdout == f"vicinal {__version__}\n"


def test_help_names_every_verb_with_an_example(cli):
    text = cli("--help").stdout
    for name in VERBS:
        assert f"\n  {name} " in text
        assert f"vicinal {name}" in text.partition("Examples:")[2]


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_has_help_with_examples_that_fit_80_columns(cli, name):
    text = cli(name, "--help").stdout
    assert f"vicinal {name}" in text.partition("Examples:")[2]
    assert all(len(line) <= 80 for line in text.partition("Examples:")[0].splitlines())
    assert cli(name, "-h").stdout == text


@pytest.mark.parametrize("name", VERBS)
def test_examples_parse(name):
    command = app.get_command(CONTEXT, name)
    for example in command.examples:
        words = shlex.split(example.replace('eval "$(', "").replace(')"', ""))
        start = words.index("vicinal")
        end = words.index("|", start) if "|" in words[start:] else len(words)
        assert words[start + 1] == name
        command.make_context(name, words[start + 2 : end]).close()


def test_without_a_verb_it_shows_help_and_fails(cli):
    assert "Examples:" in cli(code=2).stderr


def test_convert_knows_all_formats():
    assert tuple(info.name for info in store.formats()) == _NAMES


def test_the_reference_is_up_to_date():
    assert (ROOT / "docs/reference/cli.md").read_text() == reference(), "run python -m vicinal.cli.reference"


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        (["--help"], {}),
        (["train", "--help"], {}),
        (["train", "--model", "node2vec", "--help"], {}),
        (["encode", "--help"], {}),
        (["align", "--help"], {}),
        (["completion", "zsh"], {}),
        ([], {"_VICINAL_COMPLETE": "bash_complete", "COMP_WORDS": "vicinal train --d", "COMP_CWORD": "2"}),
    ],
)
def test_help_and_completion_import_nothing_heavy(words, environment):
    code = (
        "import sys, atexit\n"
        "atexit.register(lambda: sys.stderr.write(' '.join(m for m in ('numpy', 'numba') if m in sys.modules)))\n"
        "from vicinal.cli import app\n"
        f"app.main({words!r}, 'vicinal')\n"
    )
    environment = {"PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin", **environment}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(cli, shell):
    script = cli("completion", shell).stdout
    assert "_VICINAL_COMPLETE" in script and script.startswith("# ")


def test_completion_answers_verbs_and_options(program):
    for given, expected in (
        ("vicinal ev", "evaluate"),
        ("vicinal train --dete", "--deterministic"),
        (GLOVE, "--x-max"),
    ):
        environment = {"_VICINAL_COMPLETE": "bash_complete", "COMP_WORDS": given, "COMP_CWORD": str(given.count(" "))}
        code = "from vicinal.cli import app; app.main(None, 'vicinal')"
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONPATH": str(ROOT / "src"), **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        assert f"plain,{expected}" in done.stdout


def test_bad_usage_is_one_line(refuses):
    refuses("tain", says=["no verb 'tain'", "'train'", "vicinal --help"])
    refuses("train", "--dmi", "3", says=["--dmi", "--dim", "vicinal train --model word2vec --help"])
    refuses("train", "x.txt", says="--output")
    refuses("nearest", says="'SPACE'")
    refuses("nearest", "x.space", "a", "-k", "many", says=["'-k'", "'many'"])
    refuses("--loud", says="--loud")
    refuses("compare", "x.space", "a", "b", "--metric", "manhattan", says=["manhattan", "cosine"])


def test_a_mistake_of_ours_is_one_line_too(cli, monkeypatch):
    monkeypatch.setattr("vicinal.cli.info.open_space", lambda file: 1 / 0)
    result = cli("info", "x.space", code=70)
    assert result.stderr.count("\n") == 1 and "ZeroDivisionError" in result.stderr and "VICINAL_DEBUG" in result.stderr
    monkeypatch.setenv("VICINAL_DEBUG", "1")
    assert isinstance(cli("info", "x.space", code=1).exception, ZeroDivisionError)


def test_errors_have_colour_only_where_asked(refuses):
    assert "\x1b" not in refuses("info", "missing.space", says="missing.space")
