"""What is told of search: the section of the page, and the picture of the trade-off."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any

from _runs import QUICK, RESULTS, ROOT

PICTURE = ROOT / "docs" / "pictures" / "search-tradeoff.svg"
LEAST_DRAWN = 0.6  # recall below which nobody searches
_OWN = "vicinal"


def search_page(record: dict[str, Any]) -> str:
    """Write the page's section on search.

    Parameters
    ----------
    record : dict
        Of ``benchmarks/results/search.json``.
    """
    machine = record["machine"]
    out = ["## Search", "", f"{machine['processor']}, {machine['cores']} cores, Python {machine['python']}.", ""]
    writers = {"speed": _speed, "latency": _latency, "build": _build, "exact": _exact, "spaces": _spaces}
    for part, write in writers.items():
        if record.get(part, {}).get("rows"):
            out += [*write(record[part]), ""]
    return "\n".join(out)


def _speed(part: dict[str, Any]) -> list[str]:
    versions = ", ".join(f"{who} {version}" for who, version in part["versions"].items())
    out = [
        f"GloVe 6B 50d: {part['n']:,} vectors × {part['dim']}, cosine, {part['queries']:,} held-out queries in one "
        f"batch, top {part['k']}, one thread, median over {part['rounds']} interleaved rounds ({versions}; "
        f"{part['date']}). `vicinal` is the kind `tree_ah`; `vicinal build_index` is what `build_index(recall=0.95)` "
        "chose, names included, in rounds of its own. Figures without a range are of one round of an earlier "
        "run on the same machine. "
        "Queries a second at equal recall, between two settings by interpolation:", "",
        "![queries a second over recall](pictures/search-tradeoff.svg)", "",
    ]  # fmt: skip
    rows = {row["recall"]: row for row in part["rows"]}
    everyone = list(dict.fromkeys(who for row in rows.values() for who in row["values"]))
    heads = " | ".join(f"at recall {recall}" for recall in rows)
    out += [
        f"| who | {heads} | {_OWN} is faster by, at {' / '.join(map(str, rows))} |",
        "|---|" + "---|" * (len(rows) + 1),
    ]
    for who in everyone:
        cells = [_rate(row["values"].get(who)) for row in rows.values()]
        ratios = "" if who == _OWN else " / ".join(_times(row["faster_by"].get(who)) for row in rows.values())
        out.append(f"| {who} | {' | '.join(cells)} | {ratios} |")
    return [*out, "", *_verdicts(part["rows"])]


def _latency(part: dict[str, Any]) -> list[str]:
    rows = {row["unit"]: row for row in part["rows"]}
    settings = part["rows"][0]["settings"]
    out = [
        "One query at a time, milliseconds, each at its quickest setting of recall 0.95 or more "
        f"({part['rounds']} rounds of {part['queries']:,} queries; {part['date']}):", "",
        f"| who | p50 | p99 | recall | setting | {_OWN} is faster by, p50 / p99 |", "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for who in rows["p50_ms"]["values"]:
        p50, p99 = (f"{statistics.median(rows[key]['values'][who]):.3f}" for key in ("p50_ms", "p99_ms"))
        ratios = "" if who == _OWN else " / ".join(_times(row["faster_by"].get(who)) for row in rows.values())
        chosen = settings[who]
        out.append(f"| {who} | {p50} | {p99} | {chosen['recall']:.3f} | {_setting(chosen['setting'])} | {ratios} |")
    return [*out, "", *_verdicts(part["rows"])]


def _build(part: dict[str, Any]) -> list[str]:
    (row,) = part["rows"]
    out = [
        f"Building with {part['threads']} threads (`vicinal build_index` includes the search for its settings), and "
        f"bytes a vector besides the full vectors, by the size of what is saved ({part['date']}):", "",
        "| who | seconds | bytes a vector |", "|---|---|---|",
    ]  # fmt: skip
    for who, values in row["values"].items():
        spread = f" ({min(values):.3g}–{max(values):.3g})" if len(values) > 1 else ""
        out.append(f"| {who} | {statistics.median(values):.3g}{spread} | {row['bytes_per_vector'][who]:.1f} |")
    limits = row["limits"]
    seconds, held = statistics.median(row["values"][_OWN]), row["bytes_per_vector"][_OWN]
    return [
        *out, "", f"Aimed at {limits['seconds']} s or less: {_kept(seconds <= limits['seconds'])}. Aimed at "
        f"{limits['bytes_per_vector']} bytes or less: {_kept(held <= limits['bytes_per_vector'])}.",
    ]  # fmt: skip


def _exact(part: dict[str, Any]) -> list[str]:
    out = [
        f"Every row scored, one thread, batches, median of {part['rounds']} interleaved rounds, each side at its "
        f"quickest setting of that recall ({part['date']}):", "",
        "| job | queries/s | other | its queries/s | recall | bytes a vector | faster by | aimed at |",
        "|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    alone = [row for row in part["rows"] if "recalls" not in row]
    for row in part["rows"]:
        if row in alone:
            continue
        other = next(who for who in row["values"] if who != _OWN)
        ratio, aimed = row["faster_by"][other], row["aimed"]
        recall, held = next(iter(row["recalls"].values())), next(iter(row["bytes_per_vector"].values()))
        goal = f"{aimed} ×{' (missed)' * (ratio < aimed)}" if aimed else ""
        rates = [_rate(row["values"][who]) for who in (_OWN, other)]
        out.append(
            f"| {row['job']} | {rates[0]} | {other} | {rates[1]} | {recall:.4f} | {held:.1f} | {ratio:.2f} × | {goal} |"
        )
    told = [f"{key}: {value}." for key, value in part.items() if key.startswith("not compared")]
    for row in alone:
        times = ", ".join(f"{who} {statistics.median(times):.2f} ms" for who, times in row["values"].items())
        ratios = ", ".join(f"{ratio:.1f} × {who}" for who, ratio in row["faster_by"].items())
        told.append(f"One after the other ({row['job']}): {times}; faster by {ratios}.")
    return [*out, *([""] if told else []), *told]


def _spaces(part: dict[str, Any]) -> list[str]:
    out = [
        f"`build_index(recall={part['recall']})`, measured on queries that were in neither the index nor its tuning, "
        f"with 95 % intervals; of several seeds each holds others out ({part['date']}):", "",
        "| space | recall on fresh queries | its own estimate | kind | bytes a vector | seconds | promise |",
        "|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for row in part["rows"]:
        runs = row["runs"]
        cells = [
            row["data"], *("; ".join(_interval(run, key) for run in runs) for key in ("", "own_")),
            ", ".join(dict.fromkeys(run["kind"] for run in runs)),
            f"{statistics.median(run['bytes_per_vector'] for run in runs):.0f}",
            f"{statistics.median(run['seconds'] for run in runs):.1f}", _kept(row["kept"]),
        ]  # fmt: skip
        out.append(f"| {' | '.join(cells)} |")
    return out


def _verdicts(rows: list[dict[str, Any]]) -> list[str]:
    said = []
    for row in rows:
        for who, aimed in (row["aimed"] or {}).items():
            if ratio := row["faster_by"].get(who):
                said.append(f"{row['job']}: {ratio:.2f} × {who}, aimed at {aimed} ×{' (missed)' * (ratio < aimed)}")
        if row.get("never"):
            said.append(f"{row['job']}: never reached by {', '.join(row['never'])}")
    return [f"{'; '.join(said)}."] if said else []


def _rate(values: list[float] | None) -> str:
    if not values:
        return "not reached"
    spread = f" ({min(values):,.0f}–{max(values):,.0f})" if len(values) > 1 else ""
    return f"{statistics.median(values):,.0f}{spread}"


def _times(ratio: float | None) -> str:
    return f"{ratio:.2f} ×" if ratio else "–"


def _interval(run: dict[str, Any], key: str) -> str:
    return f"{run[f'{key}recall']:.3f} ({run[f'{key}low']:.3f} to {run[f'{key}high']:.3f})"


def _setting(setting: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in setting.items())


def _kept(kept: bool) -> str:
    return "kept" if kept else "missed"


def draw(*, quick: bool = False) -> Path:
    """Draw queries a second over recall, a line a contestant, ours whole and the peers' broken.

    Returns
    -------
    pathlib.Path
    """
    from vicinal.maps import trade_off

    folder, target = (QUICK, QUICK / PICTURE.name) if quick else (RESULTS, PICTURE)
    part = json.loads((folder / "search.json").read_text())["speed"]
    curves = {}
    for who, variants in part["curves"].items():
        points = [
            (point["recall"], statistics.median(point["queries_per_s"]))
            for several in variants.values() for point in several if point["queries_per_s"]
        ]  # fmt: skip
        if kept := [point for point in points if point[0] >= LEAST_DRAWN]:
            curves[f"{_OWN} tree_ah" if who == _OWN else who] = kept
    target.parent.mkdir(parents=True, exist_ok=True)
    own = [who for who in curves if who.startswith(_OWN)]
    title = f"GloVe 50d, {part['n']:,} vectors, top {part['k']}, one thread"
    trade_off(curves, target, title=title, bold=own, force=True)
    return target
