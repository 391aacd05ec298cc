"""What the pages show is so: their Python runs, their commands exist, and what they print is what comes out.

A page is run from top to bottom in an empty folder. ``python`` blocks are executed, ``pycon`` blocks are checked like
doctests, ``console`` blocks run each ``$ vicinal …`` line in this process and compare what it prints. ``python
fragment`` is only compiled.
In ``sh`` and ``text`` blocks every ``vicinal …`` line must be a command that exists, with options that exist.
Figures with a decimal point may differ by 0.02, since processors round differently; everything else must be equal.
"""

from __future__ import annotations

import doctest
import importlib.util
import os
import re
import shlex
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import click
import pytest
from click.testing import CliRunner

from vicinal.cli import app

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FENCE = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FIGURE = re.compile(r"-?\d+\.\d+")
LANGUAGES = {"python", "pycon", "console", "python fragment", "sh", "text", "json", "toml", "nginx", "ini", ""}
ADDRESS = "http://127.0.0.1:8000"  # where pages say that a server listens
OPTIONAL = {
    "matplotlib": r"vicinal\.maps|vicinal map",
    "sklearn": r"sklearn|--model (lsa|tfidf|table|random_projection)",
    "pyarrow": r"\.parquet",
    "faiss": r"import faiss",
    "uvicorn": r"vc\.connect",
    "h5py": r"\.hdf5",
    "zstandard": r"\.zst\b",
}
TEXT = """
import random
from pathlib import Path
import numpy as np
from vicinal.data import tokenize_corpus
chance = random.Random(1)
known = ["king", "queen", "ship", "long", "voyage", *(f"w{i}" for i in range(500))]
lines = [" ".join(chance.choices(known, k=20)) for _ in range(1500)]
for name in ("text.txt", "corpus.txt", "notes.txt"):
    Path(name).write_text("\\n".join(lines), encoding="utf-8")
tokens = tokenize_corpus(lines, min_count=1)
rows = np.random.default_rng(0).normal(size=(50, 2000)).astype(np.float32)
"""
SETTING = {  # what a page takes for granted
    "docs/how-to/serve.md": """
import numpy as np
from vicinal import Space
chance = np.random.default_rng(0)
Space(["king", "queen", "man", "woman", "sea"], chance.normal(size=(5, 4))).save("words.space")
other = Space(["ship", "wave"], chance.normal(size=(2, 4)))
""",
    "docs/explanation/counts.md": TEXT,
    "docs/explanation/glove.md": TEXT,
    "docs/explanation/maps.md": """
import numpy as np
from vicinal import Space
words = ["red", "blue", "green", "king", "queen", "prince"]
space = Space(words, np.random.default_rng(0).normal(size=(6, 5)) + np.repeat([[0], [2]], 3, axis=0))
""",
}


class Block(NamedTuple):
    language: str
    text: str
    line: int


def name_of(page):
    return page.relative_to(ROOT).as_posix()


def blocks(page):
    text = page.read_text("utf-8")
    return [Block(m[1].strip(), m[2], text.count("\n", 0, m.start()) + 1) for m in FENCE.finditer(text)]


def commands(block):
    """Command lines of a block that call this program, whatever stands before a pipe."""
    joined = block.text.replace("\\\n", " ")
    for line in joined.splitlines():
        for part in re.split(r"\s[|;]\s|\s&&\s", line.removeprefix("$ ")):
            found = re.match(r"\s*(?:time )?(vicinal .*)", part)
            if found:
                yield shlex.split(found[1], comments=True)[1:]


def same(wanted, got):
    """Tell whether two outputs are equal but for the last digits of figures and the widths they bring."""
    if [FIGURE.sub("#", line).split() for line in wanted.splitlines()] != [
        FIGURE.sub("#", line).split() for line in got.splitlines()
    ]:
        return False
    pairs = zip(FIGURE.findall(wanted), FIGURE.findall(got), strict=True)
    return all(abs(float(a) - float(b)) <= 0.02 for a, b in pairs)


class Checker(doctest.OutputChecker):
    """Doctest's, with that tolerance."""

    def check_output(self, want, got, optionflags):
        return super().check_output(want, got, optionflags) or same(want, got)


def run_session(block, page, namespace):
    test = doctest.DocTestParser().get_doctest(block.text, namespace, name_of(page), str(page), block.line)
    said = []
    runner = doctest.DocTestRunner(Checker(), verbose=False, optionflags=doctest.ELLIPSIS)
    runner.run(test, out=said.append, clear_globs=False)
    namespace.update(test.globs)
    assert not runner.failures, "".join(said)


def run_console(block, page):
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        line, _, wanted = part.partition("\n")
        words = shlex.split(line, comments=True)
        assert words[0] == "vicinal", f"{name_of(page)}: only vicinal is run in console blocks, not {line}"
        result = CliRunner().invoke(app, words[1:], prog_name="vicinal")
        assert result.exit_code in (0, 2), f"{line}: {result.stderr} {result.exception!r}"
        got = result.stdout if result.exit_code == 0 else result.stderr
        assert not wanted.strip() or same(wanted.strip(), got.strip()), f"$ {line}\n{got}"
        assert wanted.strip() or result.exit_code == 0, result.stderr


@contextmanager
def address_in(text):
    """The address that stands for `ADDRESS`: that of a server of words.space, if the code asks one."""
    if ADDRESS not in text:
        yield ADDRESS
        return
    command = [sys.executable, "-m", "vicinal", "serve", "words.space", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield re.search(r"http://[0-9.:]+", server.stdout.readline())[0]
        finally:
            server.terminate()


def needs(page):
    shown = "\n".join(b.text for b in blocks(page) if b.language in ("python", "pycon", "console"))
    return [package for package, pattern in OPTIONAL.items() if re.search(pattern, shown)]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_what_a_page_shows_happens(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    for package in needs(page):
        if importlib.util.find_spec(package) is None and not os.environ.get("CI"):
            pytest.skip(f"{package} is not installed")
    namespace = {"__name__": "__main__"}
    exec(SETTING.get(name_of(page), ""), namespace)
    for block in blocks(page):
        assert block.language in LANGUAGES, f"{name_of(page)}, line {block.line}: a block of {block.language!r}"
        if block.language.startswith("python"):
            runs = block.language == "python"
            with address_in(block.text if runs else "") as address:
                code = compile("\n" * block.line + block.text.replace(ADDRESS, address), str(page), "exec")
                if runs:
                    exec(code, namespace)
        elif block.language == "pycon":
            run_session(block, page, namespace)
        elif block.language == "console":
            run_console(block, page)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_line_is_one(page):
    for block in blocks(page):
        if block.language not in ("sh", "text", "console"):
            continue
        for words in commands(block):
            if words[0].startswith("-"):
                assert words in (["--version"], ["--help"])
                continue
            root = click.Context(app, **app.context_settings)  # verbs keep what they make of these settings
            verb = app.get_command(root, words[0])
            assert verb is not None, f"{name_of(page)}: there is no verb {words[0]}"
            if any("…" in word for word in words) or "[OPTIONS]" in words or words == ["completion", "bash)"]:
                continue  # a pattern, not a command
            try:
                verb.make_context(words[0], words[1:], root)
            except click.exceptions.Exit as end:  # --help
                assert end.exit_code == 0
            except click.UsageError as error:
                pytest.fail(
                    f"{name_of(page)}, line {block.line}: vicinal {shlex.join(words)}: {error.format_message()}"
                )


def test_the_pages_are_found():
    assert {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/README.md"} <= {name_of(page) for page in PAGES}
    shown = [words for page in PAGES for block in blocks(page) for words in commands(block) if block.language != "json"]
    assert len(shown) > 40, "the command lines are not seen"


def test_figures_may_differ_in_the_last_digits_only():
    assert same("queen  0.51\n", "queen   0.52")
    assert not same("queen 0.51", "queen 0.61")
    assert not same("queen 0.51", "king 0.51")
    assert not same("5 words", "6 words")
