"""What is told of search: the section of the page, and the picture of the trade-off."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any

from _runs import QUICK, RESULTS, ROOT

PICTURE = ROOT / "docs" / "pictures" / "search-tradeoff.svg"
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
        f"batch, top {part['k']}, one thread, median of {part['rounds']} interleaved rounds ({versions}; "
        f"{part['date']}). `vicinal` is the kind `tree_ah`; `vicinal build_index` is what `build_index(recall=0.95)` "
        "chose, names included. Queries a second at equal recall, between two settings by interpolation:", "",
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
    for row in part["rows"]:
        other = next(who for who in row["values"] if who != _OWN)
        ratio, aimed = row["faster_by"][other], row["aimed"]
        recall, held = next(iter(row["recalls"].values())), next(iter(row["bytes_per_vector"].values()))
        goal = f"{aimed} ×{' (missed)' * (ratio < aimed)}" if aimed else ""
        rates = [_rate(row["values"][who]) for who in (_OWN, other)]
        out.append(
            f"| {row['job']} | {rates[0]} | {other} | {rates[1]} | {recall:.4f} | {held:.1f} | {ratio:.2f} × | {goal} |"
        )
    told = [f"{key}: {value}." for key, value in part.items() if key.startswith("not compared")]
    return [*out, *([""] if told else []), *told]


def _spaces(part: dict[str, Any]) -> list[str]:
    out = [
        f"`build_index(recall={part['recall']})`, measured on queries that were in neither the index nor its tuning, "
        f"{part['seeds']} seeds, each with another hold-out ({part['date']}):", "",
        "| space | recall on fresh queries | its own estimate | kind | bytes a vector | seconds | promise |",
        "|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for row in part["rows"]:
        runs = row["runs"]
        cells = [
            row["data"], *(", ".join(f"{run[key]:.3f}" for run in runs) for key in ("recall", "own_recall")),
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


def _setting(setting: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in setting.items())


def _kept(kept: bool) -> str:
    return "kept" if kept else "missed"


def front(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Points (recall, speed) that no other beats in both, by rising recall."""
    kept: list[tuple[float, float]] = []
    for recall, speed in sorted(points, reverse=True):
        if not kept or speed > kept[-1][1]:
            kept.append((recall, speed))
    return kept[::-1]


def draw(*, quick: bool = False) -> Path:
    """Draw queries a second over recall, a line a contestant: each one's settings that no other of its own beats.

    Returns
    -------
    pathlib.Path
    """
    import matplotlib

    matplotlib.use("agg")
    matplotlib.rcParams["svg.hashsalt"] = "vicinal"  # the same file for the same figures
    from matplotlib import pyplot

    folder, target = (QUICK, QUICK / PICTURE.name) if quick else (RESULTS, PICTURE)
    part = json.loads((folder / "search.json").read_text())["speed"]
    figure, axes = pyplot.subplots(figsize=(9, 6), layout="constrained")
    colours = [*pyplot.get_cmap("tab10").colors, *pyplot.get_cmap("Dark2").colors]
    for at, (who, variants) in enumerate(part["curves"].items()):
        points = [
            (point["recall"], statistics.median(point["queries_per_s"]))
            for several in variants.values() for point in several if point["queries_per_s"]
        ]  # fmt: skip
        best = [point for point in front(points) if point[0] >= 0.6]
        if not best:
            continue
        own = who.startswith(_OWN)
        axes.plot(
            [1 - min(recall, 0.9995) for recall, _ in best], [speed for _, speed in best],
            "-" if own else "--", marker="os"[not own] if who != f"{_OWN} build_index" else "*", label=who,
            color="black" if who == _OWN else colours[at % len(colours)], linewidth=2.5 if who == _OWN else 1.3,
            markersize=12 if who == f"{_OWN} build_index" else 4, zorder=3 if own else 2,
        )  # fmt: skip
    ticks = [0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999]
    axes.set(xscale="log", yscale="log", xlim=(0.4, 0.0004), xlabel=f"recall@{part['k']}", ylabel="queries a second")
    axes.set_xticks([1 - tick for tick in ticks], [f"{tick:g}" for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.axvline(0.05, color="grey", linewidth=0.8)
    axes.grid(True, which="major", color="0.9")
    axes.set_title(f"GloVe 50d, {part['n']:,} vectors, one thread: right and up is better")
    axes.legend(fontsize="small", loc="lower left")
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target, metadata={"Date": None})
    pyplot.close(figure)
    return target
