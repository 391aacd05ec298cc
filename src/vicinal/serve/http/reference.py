"""Writes ``docs/reference/http.md`` from the application itself: ``python -m vicinal.serve.http.reference``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from vicinal.serve.door import create_app
from vicinal.serve.served import Served
from vicinal.serve.settings import Settings
from vicinal.serve.shelf import Shelf
from vicinal.space import Space

_HEAD = """# HTTP API

Written by `python -m vicinal.serve.http.reference`; a test keeps it equal to the server. A running server says the same
at `/docs`, where every question can be tried, and at `/openapi.json`.
"""


def reference() -> str:
    """Write the whole page.

    Returns
    -------
    str
        Markdown.
    """
    api = create_app(Shelf([Served("words", Space(["a"], [[1.0]]))]), Settings()).openapi()
    parts = [_HEAD, api["info"]["description"].strip() + "\n"]
    tag = None
    for path, item in api["paths"].items():
        for method, about in item.items():
            if about["tags"][0] != tag:
                tag = about["tags"][0]
                parts.append(f"## {tag.capitalize()}\n")
            parts.append(_operation(path, method, about, api))
    return "\n".join(parts)


def _operation(path: str, method: str, about: dict[str, Any], api: dict[str, Any]) -> str:
    lines = [f"### {method.upper()} {path}", "", _joined(about.get("description", "")), ""]
    rows = [
        (f"{one['name']} ({one['in']})", one["schema"], one["required"], one)
        for one in about.get("parameters", ())
        if one["in"] == "query"
    ]
    body = _json(about.get("requestBody", {}))
    if body is not None:
        rows += _fields(body, api)
    if rows:
        lines += ["| asked | type | default | |", "|---|---|---|---|", *(_row(row, api) for row in rows), ""]
    answer = _json(about["responses"]["200"])
    fields = _fields(answer, api) if answer else []
    if fields:
        lines += ["| answered | type | |", "|---|---|---|"]
        lines += [f"| `{name}` | {_type(field, api)} | {_said(field)} |" for name, field, _, _ in fields] + [""]
    examples = _resolved(body, api).get("examples", []) if body else []
    if examples:
        lines += ["```json", json.dumps(examples[0], ensure_ascii=False), "```", ""]
    return "\n".join(lines)


def _row(row: tuple[str, Any, bool, Any], api: dict[str, Any]) -> str:
    name, field, required, about = row
    default = "required" if required else f"`{json.dumps(field['default'])}`" if "default" in field else ""
    return f"| `{name}` | {_type(field, api)} | {default} | {_said(about)} |"


def _json(part: dict[str, Any]) -> Any:
    return part.get("content", {}).get("application/json", {}).get("schema")


def _resolved(schema: dict[str, Any], api: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    found: Any = api
    for part in schema["$ref"].split("/")[1:]:
        found = found[part]
    return found


def _fields(schema: dict[str, Any], api: dict[str, Any]) -> list[tuple[str, Any, bool, Any]]:
    whole = _resolved(schema, api)
    if "properties" not in whole:
        choices = [_resolved(one, api) for one in whole.get("anyOf", ())]
        whole = next((one for one in choices if "properties" in one), {})
    needed = whole.get("required", ())
    return [(name, field, name in needed, field) for name, field in whole.get("properties", {}).items()]


def _type(schema: dict[str, Any], api: dict[str, Any]) -> str:
    whole = _resolved(schema, api)
    if "enum" in whole:
        return " or ".join(f"`{json.dumps(value)}`" for value in whole["enum"])
    if "const" in whole:
        return f"`{json.dumps(whole['const'])}`"
    if "anyOf" in whole:
        return " or ".join(dict.fromkeys(_type(one, api) for one in whole["anyOf"]))
    if "prefixItems" in whole:
        return "list of " + ", ".join(_type(one, api) for one in whole["prefixItems"])
    if whole.get("type") == "array":
        return f"list of {_type(whole.get('items', {}), api)}"
    if whole.get("type") == "object" and whole.get("properties"):
        return "{" + ", ".join(f"`{name}`" for name in whole["properties"]) + "}"
    return {"string": "text", "integer": "whole number", "boolean": "true or false"}.get(
        whole.get("type", ""), whole.get("type", "any")
    )


def _said(field: dict[str, Any]) -> str:
    return _joined(field.get("description", "")).replace("|", "\\|")


def _joined(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/reference/http.md")
    target.write_text(reference(), encoding="utf-8")
    print(f"wrote {target}")
