"""The explorer's own files put into one: sheets inline, modules in an import map, a policy that forbids the rest."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from vicinal import __version__

FOLDER = Path(__file__).parent / "explorer"
_BOOT = "page/boot.js"
_IMPORT = re.compile(r"""(\bfrom\s*|\bimport\s*\(\s*|\bimport\s+)"(\.{1,2}/[^"\n]+\.js)\"""")
_SHEET = re.compile(r'<link rel="stylesheet" href="([\w./-]+\.css)">')
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="Vicinal {version}">
<title>{title}</title>
<link rel="icon" href="{icon}">
<style>{sheet}</style>
<script type="importmap">{imports}</script>
<script type="module">{boot}</script>
</head>
<body>
{body}
<footer id="about"></footer>
{parts}
</body>
</html>
"""


@cache
def modules() -> dict[str, str]:
    """Read every module that the page needs, by its address in the explorer, with imports by address.

    Examples
    --------
    >>> "app.js" in modules(), 'from "vicinal/dom.js"' in modules()["app.js"]
    (True, True)
    """
    found: dict[str, str] = {}
    pending = [_BOOT]
    while pending:
        address = pending.pop()
        if address not in found:
            found[address], needed = _with_addresses(address)
            pending += needed
    return found


def _with_addresses(address: str) -> tuple[str, list[str]]:
    """Turn the relative imports of a module into addresses that an import map knows; also list what is imported."""
    needed: list[str] = []

    def absolute(match: re.Match[str]) -> str:
        path = (FOLDER / address).parent.joinpath(match[2]).resolve().relative_to(FOLDER.resolve())
        needed.append(path.as_posix())
        return f'{match[1]}"vicinal/{path.as_posix()}"'

    text = (FOLDER / address).read_text("utf-8")
    return _IMPORT.sub(absolute, text), needed


@cache
def _frame() -> tuple[str, str, str, str, str]:
    """Policy, sheet, import map, first module and body."""
    index = (FOLDER / "index.html").read_text("utf-8")
    sheets = [*_SHEET.findall(index), "page/page.css"]
    sheet = "\n".join((FOLDER / name).read_text("utf-8") for name in sheets)
    sources = dict(modules())
    boot = sources.pop(_BOOT)
    addresses = {
        f"vicinal/{name}": f"data:text/javascript;base64,{_base64(text.encode())}"
        for name, text in sorted(sources.items())
    }
    imports = json.dumps({"imports": addresses}, indent=0)
    body = index.partition("<body>\n")[2].partition("\n</body>")[0]
    policy = "; ".join([
        "default-src 'none'",
        f"script-src {_digest(imports)} {_digest(boot)} data:",
        f"style-src {_digest(sheet)}",
        "img-src data: blob:",
        "connect-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
    ])  # fmt: skip
    return policy, sheet, imports, boot, body


def one_page(title: str, about: Mapping[str, object], parts: Sequence[bytes]) -> bytes:
    """Write a page that needs nothing but itself.

    Parameters
    ----------
    title : str
        Any text; it is escaped.
    about : mapping
        JSON, for ``page/source.js``: what the parts are.
    parts : sequence of bytes
        Data, kept in base64, which can hold no markup whatever they say.

    Returns
    -------
    bytes
        HTML.

    Examples
    --------
    >>> b"</script><b>" in one_page("</script><b>", {"x": "</script><b>"}, [b"</script><b>"])
    False
    """
    policy, sheet, imports, boot, body = _frame()
    held = [json.dumps(about).encode(), *parts]
    icon = f"data:image/svg+xml;base64,{_base64((FOLDER / 'icon.svg').read_bytes())}"
    listed = (
        f'<script type="application/octet-stream;base64" id="part-{at}">{_base64(part)}</script>'
        for at, part in enumerate(held)
    )
    text = _PAGE.format(
        policy=html.escape(policy, quote=True).replace("&#x27;", "'"),
        version=__version__,
        title=html.escape(title),
        icon=icon,
        sheet=sheet,
        imports=imports,
        boot=boot,
        body=body,
        parts="\n".join(listed),
    )
    return text.encode("utf-8", "replace")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _digest(text: str) -> str:
    """Name an inline text as a policy does."""
    return f"'sha256-{_base64(hashlib.sha256(text.encode()).digest())}'"
