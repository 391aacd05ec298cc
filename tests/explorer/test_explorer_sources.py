"""Rules for every file of the explorer: nothing that turns data into markup or code, and nothing from elsewhere."""

import re
from pathlib import Path

import pytest

import vicinal.serve

FOLDER = Path(vicinal.serve.__file__).parent / "explorer"
MODULES = sorted(FOLDER.rglob("*.js"))
SHEETS = sorted(FOLDER.rglob("*.css"))
PAGES = sorted(FOLDER.rglob("*.html"))
LONGEST_LINE, LONGEST_FILE = 140, 400
FORBIDDEN = {
    r"\b(?:inner|outer)HTML\b": "markup made of text",
    r"\binsertAdjacentHTML\b": "markup made of text",
    r"\bdocument\.write(?:ln)?\b": "markup made of text",
    r"\bcreateContextualFragment\b|\bsetHTMLUnsafe\b|\bparseFromString\b|\bsrcdoc\b": "markup made of text",
    r"\beval\s*\(": "code made of text",
    r"\bnew\s+Function\b|(?<![.\w])Function\s*\(": "code made of text",
    r"\bset(?:Timeout|Interval)\s*\(\s*[\"'`]": "code made of text",
    r"setAttribute\(\s*[\"']style": "a style attribute, which the policy forbids",
    r"javascript:": "code in an address",
    r"\bimport\.meta\b|\bimportScripts\b|\bnew\s+(?:Shared)?Worker\b": "an address that one file does not have",
    r"\bXMLHttpRequest\b|\bWebSocket\b|\bEventSource\b|\bsendBeacon\b": "talk outside source.js",
    r"\blocalStorage\b|\bindexedDB\b|\bdocument\.cookie\b": "kept behind the reader's back",
    r"\bconsole\.(?!error)|\bdebugger\b|\balert\s*\(": "a leftover",
}
ADDRESS = re.compile(r"\b(?:https?|wss?)://[^\s\"'`)]*")
NAMESPACES = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xhtml", "http://www.w3.org/1999/xlink"}
IMPORT = re.compile(r"""^import\s+(?:\{([^}]*)\}|\*\s+as\s+\w+)\s+from\s+"([^"]+)";$""", re.MULTILINE)
DYNAMIC = re.compile(r"""\bimport\(\s*([^)]*?)\s*\)""")
EXPORT = re.compile(r"^export\s+(?:async\s+)?(?:const|let|function\*?|class)\s+(\w+)", re.MULTILINE)
EXPORTED_LIST = re.compile(r"^export\s+\{([^}]*)\}", re.MULTILINE)

modules = pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(FOLDER).as_posix())


def without_comments(text):
    """Leave out comments, but not what only looks like one inside a string."""
    return re.sub(
        r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|//[^\n]*|/\*.*?\*/""",
        r"\1",
        text,
        flags=re.DOTALL,
    )


def names_of(listed):
    return [name.split(" as ")[0].strip() for name in listed.split(",") if name.strip()]


def exported(path):
    text = path.read_text("utf-8")
    listed = [name.split(" as ")[-1].strip() for names in EXPORTED_LIST.findall(text) for name in names.split(",")]
    return {*EXPORT.findall(text), *filter(None, listed)}


def forbidden(text):
    return [why for pattern, why in FORBIDDEN.items() if re.search(pattern, text)]


@modules
def test_nothing_dangerous(path):
    text = without_comments(path.read_text("utf-8"))
    assert not forbidden(text)
    assert path.name == "source.js" or not re.search(r"\bfetch\s*\(", text), "only source.js asks a server"
    assert path.name == "source.js" or "sessionStorage" not in text, "only source.js keeps a key, and only for the tab"
    elsewhere = set(ADDRESS.findall(text)) - NAMESPACES
    assert not elsewhere, elsewhere


@modules
def test_short(path):
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= LONGEST_FILE
    long = [(at, len(line)) for at, line in enumerate(lines, 1) if len(line) > LONGEST_LINE]
    assert not long, long


@modules
def test_imports_are_relative_and_found(path):
    text = without_comments(path.read_text("utf-8"))
    imports = IMPORT.findall(text)
    assert len(imports) == len(re.findall(r"^import\b(?!\()", text, re.MULTILINE)), (
        "one import a line, named and relative"
    )
    for target in [target for _, target in imports] + [given.strip('"') for given in DYNAMIC.findall(text)]:
        assert target.startswith(("./", "../")) and target.endswith(".js"), target
        found = (path.parent / target).resolve()
        assert found.is_file() and found.is_relative_to(FOLDER), target
    for names, target in imports:
        missing = set(names_of(names)) - exported((path.parent / target).resolve())
        assert not missing, f"{target} does not export {missing}"


@modules
def test_what_is_imported_is_used(path):
    text = without_comments(path.read_text("utf-8"))
    rest = IMPORT.sub("", text).replace("...", " ")
    for names, _ in IMPORT.findall(text):
        for name in names.split(","):
            local = name.split(" as ")[-1].strip()
            assert not local or re.search(rf"(?<![\w.]){re.escape(local)}\b", rest), f"{local} is imported and not used"


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_sheets_ask_for_nothing(path):
    text = path.read_text("utf-8")
    assert not re.search(r"@import|url\(|expression\(|</", text)


def linked(page):
    """Files that a page asks for, by their addresses from where it is served: itself, or /docs beside /explorer/."""
    found = re.findall(r'<(?:link|script)[^>]* (?:href|src)="([^"]+)"', page.read_text("utf-8"))
    return [FOLDER / address.removeprefix("explorer/") for address in found]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_pages_have_no_code_of_their_own(page):
    text = page.read_text("utf-8")
    assert re.findall(r"<script[^>]*>(.*?)</script>", text, re.DOTALL) == [""]
    assert not re.search(r"<style|\sstyle=|\son\w+=", text)
    assert all(path.is_file() for path in linked(page))


def test_every_sheet_is_linked():
    one_file = {FOLDER / "page" / "page.css"}
    assert set(SHEETS) == {path for page in PAGES for path in linked(page) if path.suffix == ".css"} | one_file


def test_every_module_is_reached():
    reached: set[Path] = set()
    pending = [FOLDER / "page" / "boot.js", *(path for page in PAGES for path in linked(page) if path.suffix == ".js")]
    while pending:
        path = pending.pop().resolve()
        if path not in reached:
            reached.add(path)
            text = without_comments(path.read_text("utf-8"))
            targets = [target for _, target in IMPORT.findall(text)] + [one.strip('"') for one in DYNAMIC.findall(text)]
            pending += [path.parent / target for target in targets]
    assert {path.resolve() for path in MODULES} == reached, "a file that nothing imports"


@pytest.mark.parametrize(
    "text",
    ["node.innerHTML = name", "x.insertAdjacentHTML('a', b)", "eval(name)", "new Function(name)",
     'setTimeout("go()", 1)', "node.setAttribute('style', name)", "href = 'javascript:go()'", "document.write(name)",
     "new Worker(a)", "console.log(1)"],
)  # fmt: skip
def test_the_rules_see_what_they_should(text):
    assert forbidden(text)
    assert not forbidden(without_comments(f"// {text}\nconst a = 'fine';"))


def test_the_rules_let_pass_what_is_fine():
    assert not forbidden(
        'function evaluate(a) { return a.evaluated; }\nclass AFunction {}\nel("p", { style: { left: "1px" } });'
    )
    assert 'const a = "http://x"' in without_comments('const a = "http://x"; // http://y')
