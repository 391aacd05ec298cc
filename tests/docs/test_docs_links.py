"""Links lead somewhere, pages are reachable, and they speak only of this project."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.DOTALL | re.MULTILINE)
ELSEWHERE = re.compile(r"/(?:home|work|root|tmp|mnt|Users)/\w|\blocalhost\b|\.\./shared|\bshared/(?:data|design)")
IN_THE_MAKING = re.compile(r"\b(?:TODO|FIXME|TBD|XXX|lorem)\b", re.IGNORECASE)


def name_of(page):
    return page.relative_to(ROOT).as_posix()


def links(page):
    return LINK.findall(CODE.sub("", page.read_text("utf-8")) if page.name != "python.md" else page.read_text("utf-8"))


def anchors(page):
    """What can follow a #, as the usual hosts make it of headings."""
    headings = re.findall(
        r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.DOTALL | re.M), re.M
    )
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page):
    for link in links(page):
        if re.match(r"https?://|mailto:", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{name_of(page)} links to {link}"
        assert target.is_relative_to(ROOT), f"{name_of(page)} links out of the project: {link}"
        if anchor:
            assert anchor in anchors(target), f"{name_of(page)} links to {link}, which has no such heading"


def test_every_page_is_reachable_from_the_readme():
    seen, pending = set(), [ROOT / "README.md"]
    while pending:
        page = pending.pop()
        if page in seen:
            continue
        seen.add(page)
        local = [(page.parent / unquote(link).partition("#")[0]).resolve() for link in links(page) if "://" not in link]
        pending += [target for target in local if target.suffix == ".md" and target.is_file()]
    assert [name_of(page) for page in PAGES if page not in seen] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_pages_speak_of_the_project_only(page):
    text = page.read_text("utf-8")
    assert not ELSEWHERE.findall(text)
    assert not IN_THE_MAKING.findall(text)
