"""``vicinal serve``: spaces over HTTP, and the explorer."""

from __future__ import annotations

import logging
from typing import Any

import click

from vicinal.cli._files import check_there
from vicinal.cli._show import note, say
from vicinal.cli._verb import Verb, options

_WHERE = options(
    click.option("--host", default="127.0.0.1", help="Where to listen; anything but loopback needs a key."),
    click.option("--port", type=int, default=8000, help="0 for any that is free."),
    click.option("--open", "open_browser", is_flag=True, help="Open the explorer in a browser."),
)
_WHO = options(
    click.option("--key", envvar="VICINAL_KEY", default="", show_default=False, metavar="KEY",
                 help="What requests must carry; better given as VICINAL_KEY, which others do not see."),
    click.option("--allow-host", "hosts", multiple=True, metavar="NAME",
                 help="A name that requests may ask for on loopback, as a proxy passes it on; may be repeated."),
    click.option("--rate", type=float, default=0.0, help="Requests a second from one client; 0 for any number."),
)  # fmt: skip
_LIMITS = options(
    click.option(
        "--timeout",
        type=float,
        default=30.0,
        help="Seconds that a request may take to come in, and to be answered.",
    ),
    click.option("--threads", type=int, default=8, help="Requests that are worked on at once."),
    click.option("--max-connections", type=int, default=512, help="Open connections."),
    click.option("--max-body", type=int, default=1 << 20, help="Bytes of a request."),
    click.option("--max-batch", type=int, default=1000, help="Queries, names or texts of a request."),
    click.option("--max-k", type=int, default=1000, help="Neighbours asked for."),
    click.option("--access-log", is_flag=True, help="Write every request to standard error."),
)


@click.command(
    cls=Verb,
    short_help="Serve spaces over HTTP, and explore them in a browser.",
    examples=(
        "vicinal serve words.space",
        "vicinal serve words.space nodes.space --port 9000 --open",
        "vicinal serve english.space french.space --pairs en-fr.tsv",
        "VICINAL_KEY=... vicinal serve words.space --host 0.0.0.0 --rate 50",
    ),
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(), metavar="SPACE...")
@click.option("--index", "indexes", multiple=True, type=click.Path(), metavar="FILE",
              help="Of one of the spaces; by default NAME.index beside NAME.space. May be repeated.")  # fmt: skip
@click.option("--pairs", "dictionaries", multiple=True, type=click.Path(), metavar="FILE",
              help="Dictionary that links two of the spaces where they are compared, as align takes it: a name of "
                   "each a line, parted by a tab or blanks. May be repeated.")  # fmt: skip
@_WHERE
@_WHO
@_LIMITS
def command(
    paths: tuple[str, ...], indexes: tuple[str, ...], dictionaries: tuple[str, ...], open_browser: bool, **how: Any
) -> None:
    """Serve every SPACE over HTTP, with the explorer, until stopped by Ctrl-C.

    A SPACE is a file of any format, or a saved encoder, which then also encodes new texts at /v1/embeddings. The index
    and the maps (NAME.map, NAME.*.map) beside it are used if they are of the same vectors. A file that changes is
    opened again, and takes the place of the old one if it is whole.
    """
    from vicinal.serve.run import address_of, listen, run
    from vicinal.serve.settings import Settings

    for path in (*paths, *indexes, *dictionaries):
        check_there(path)
    logging.basicConfig(format="vicinal: %(message)s")
    settings = Settings(**how)
    taken = listen(settings)
    address = address_of(taken)
    from vicinal.serve.opening import open_paths

    with taken:
        opened = open_paths(paths, indexes, dictionaries)

        def say_where() -> None:
            say(f"explorer {address}/   API {address}/docs")
            note("stop with Ctrl-C")
            if open_browser:
                click.launch(f"{address}/explorer/")

        run(opened.shelf, settings, sources=opened.sources, taken=taken, on_start=say_where)
    note("stopped")
