"""The table of every encoder, and the sections of rows that it is made of."""

from __future__ import annotations

import statistics

# encoder, the file that measures it, and the measure shown (the first that its rows have)
SHOWN = {
    "Word2Vec": ("words", "WordSim-353"),
    "FastText": ("fasttext", "WordSim-353, both words seen"),
    "Doc2Vec, PV-DBOW": ("documents", "accuracy"),
    "Doc2Vec, PV-DM": ("documents", "accuracy"),
    "SentenceMean, mean": ("sentences", "Spearman's ρ"),
    "SentenceMean, sum": ("sentences", "Spearman's ρ"),
    "SentenceMean, min_max": ("sentences", "Spearman's ρ"),
    "SentenceMean, tfidf": ("sentences", "Spearman's ρ"),
    "SentenceMean, sif": ("sentences", "Spearman's ρ"),
    "TfIdf": ("counts", "accuracy"),
    "LSA": ("counts", "accuracy"),
    "RandomProjection, Gaussian": ("counts", "accuracy"),
    "RandomProjection, sparse": ("counts", "accuracy"),
    "PPMI": ("counts", "WordSim-353"),
    "GloVe": ("glove", "WordSim-353"),
    "DeepWalk": ("graphs", "micro-F1 at 50 %"),
    "Node2Vec": ("graphs", "micro-F1 at 50 %"),
    "OneHot": ("tables", ""),
    "Ordinal": ("tables", ""),
    "BinaryCode": ("tables", ""),
    "Standardize": ("tables", ""),
    "MinMax": ("tables", ""),
    "Multiplexed": ("tables", ""),
    "Sketch, MinHash": ("tables", "mean error of Jaccard, 128 hashes"),
    "Sketch, SimHash": ("tables", ""),
    "Sketch, count-sketch": ("tables", ""),
    "Procrustes": ("align", "P@1, CSLS"),
    "ProcrustesRefined": ("align", "P@1, CSLS"),
}


def spread(values: list[float]) -> str:
    """Write mean and standard deviation, or that there is none: one seed has no spread."""
    if len(values) == 1:
        return f"{values[0]:.3f} (1 seed)"
    return f"{statistics.mean(values):.3f} ± {statistics.stdev(values):.3f} ({len(values)} seeds)"


def million(values: list[float]) -> str:
    """Write the median, least and most of rates in millions."""
    return f"{statistics.median(values) / 1e6:.2f} ({min(values) / 1e6:.2f}–{max(values) / 1e6:.2f})"


def all_rows(records: dict[str, dict]) -> list[dict]:
    """Rows of speed and of quality of all files; those of files with a form of their own are brought to it."""
    rows = [row for record in records.values() for part in record.values() for row in part.get("rows", [])]
    return rows + _words_rows(records.get("words", {}))


def _words_rows(record: dict) -> list[dict]:
    name, rows = "skip-gram, negative sampling", []
    for part in (record[key] for key in sorted(record) if key.startswith("speed")):
        if model := part["models"].get(name):
            rows.append({
                "encoder": "Word2Vec", "job": f"training, {name}", "unit": "words_per_s",
                "values": model["words_per_s"], "faster_by": model["ratio_of_medians"],
                "aimed": {"gensim": 12, "pWord2Vec": 1.5},
            })  # fmt: skip
    runs = record.get("quality", {}).get("models", {}).get(name, {})
    if runs.get("vicinal"):
        values = {who: [run["WordSim-353"] for run in several] for who, several in runs.items()}
        rows.append({"encoder": "Word2Vec", "data": "wiki8a", "measure": "WordSim-353", "values": values})
    return rows


def documents_in_rows(record: dict) -> dict:
    """Bring the figures of documents.py to the form of the other files."""
    return {
        key: part | {"reviews": part["reviews"] or "all", "rows": _documents_rows(key, part)}
        if "models" in part
        else part
        for key, part in record.items()
    }


def _documents_rows(key: str, part: dict) -> list[dict]:
    rows = []
    for model, found in part.get("models", {}).items():
        encoder = "Doc2Vec, PV-DBOW" if "DBOW" in model.upper().replace("-", "") else "Doc2Vec, PV-DM"
        if key.startswith("speed"):
            rates, ratios = found["words_per_s"], found["ratio_of_medians_words_per_s"]
            for who in sorted(ratios, reverse=True):  # the default last: it stands in the table of all encoders
                rows.append({
                    "encoder": encoder, "job": f"training, {who.replace('vicinal', model)}", "unit": "words_per_s",
                    "values": {"vicinal": rates[who], "gensim": rates["gensim"]},
                    "faster_by": {"gensim": ratios[who]}, "aimed": 3,
                })  # fmt: skip
        elif key.startswith("quality"):
            rows += [
                {"encoder": encoder, "data": f"IMDB, {protocol}", "measure": "accuracy", "values": values}
                for protocol, values in found.items()
            ]
    return rows


def verdict(row: dict) -> str:
    """Say whether ours is below a peer's mean minus its spread over seeds, or beyond what theory promises.

    One seed has no spread, and is not judged.
    """
    larger, own = row.get("larger", True), statistics.mean(row["values"]["vicinal"])
    if row.get("bound") is not None and own > row["bound"]:
        return f"beyond the bound {row['bound']:.3g}"
    for who, values in row["values"].items():
        if not who.startswith("vicinal") and len(values) > 1:
            margin = statistics.stdev(values)
            if (own < statistics.mean(values) - margin) if larger else (own > statistics.mean(values) + margin):
                return f"worse than {who}"
    return ""


def classics_table(rows: list[dict]) -> list[str]:
    """One row an encoder: its quality beside the reference's, its speed beside the peer's; what is missing is said."""
    lines = [
        "| encoder | data, measure | Vicinal | reference | job | faster than the peer by | note |",
        "|---|---|---|---|---|---|---|",
    ]
    for encoder, (file, measure) in SHOWN.items():
        own = [row for row in rows if row["encoder"] == encoder]
        good = [
            row
            for row in own
            if "measure" in row and row["values"].get("vicinal") and row["measure"].startswith(measure)
        ]
        # by the options that the quality is of: rows of others stand in the pages below
        fast = [row for row in own if "faster_by" in row and "sharing=" not in row["job"]]
        notes, cells = [], [encoder, "not measured", "", "", "not measured", ""]
        if good:
            row = good[0]
            others = [f"{who} {spread(v)}" for who, v in row["values"].items() if who != "vicinal" and v]
            if row.get("bound") is not None:
                others.append(f"bound {row['bound']:.3g}")
            cells[1:4] = [f"{row['data']}: {row['measure']}", spread(row["values"]["vicinal"]), "; ".join(others)]
            notes += [verdict(row)]
        if fast:
            ratios = {
                who: ratio for row in fast[-1:] for who, ratio in row["faster_by"].items() if "vicinal" not in who
            }
            cells[4:6] = [fast[-1]["job"], "; ".join(f"{who} {r:.2f} ×" for who, r in ratios.items()) or "no peer"]
            notes += [_missed(fast[-1], who, ratio) for who, ratio in ratios.items()]
        if not own:
            notes.append(f"missing: run benchmarks/{file}.py")
        lines.append(f"| {' | '.join(cells)} | {'; '.join(note for note in notes if note)} |")
    return lines


def _aim(row: dict, who: str) -> float | None:
    """How many times faster than a peer ours was to be."""
    aimed = row.get("aimed")
    return aimed.get(who) if isinstance(aimed, dict) else aimed


def _missed(row: dict, who: str, ratio: float) -> str:
    aimed = _aim(row, who)
    if ratio >= (aimed or 1):
        return ""
    return f"aimed at {aimed} × {who}: missed" if aimed else f"slower than {who}"


def detail_page(name: str, record: dict) -> str:
    """All rows of one file, with the conditions they were measured under."""
    machine = record["machine"]
    out = [
        f"## {name.capitalize()}",
        "",
        f"{machine['processor']}, {machine['cores']} cores, Python {machine['python']}.",
    ]
    for key, part in record.items():
        rows = [row for row in part.get("rows", []) if "values" in row]
        if key == "machine" or not rows:
            continue
        hidden = ("rows", "date", "seconds", "scores", "losses", "models")
        told = "; ".join(f"{k.replace('_', ' ')} {_plain(v)}" for k, v in part.items() if k not in hidden)
        out += ["", f"{key.capitalize()}, {part['date']}: {told}.", ""]
        fast, good = [row for row in rows if "faster_by" in row], [row for row in rows if "measure" in row]
        if fast:
            out += ["| encoder | job | who | median (range) | Vicinal is faster by |", "|---|---|---|---|---|"]
            out += [line for row in fast for line in _speed_lines(row)]
        if good:
            out += [""] * bool(fast) + [
                "| encoder | data | measure | who | mean ± deviation | note |",
                "|---|---|---|---|---|---|",
            ]
            for row in good:
                for who, values in row["values"].items():
                    note = verdict(row) if who == "vicinal" else ""
                    shown = spread(values) if values else "not measured"
                    out.append(f"| {row['encoder']} | {row['data']} | {row['measure']} | {who} | {shown} | {note} |")
    slopes = [row for part in record.values() for row in part.get("rows", []) if "bytes_per_edge" in row]
    for row in slopes:
        out += ["", f"Memory, {row['encoder']}, {row['who']}: {row['bytes_per_edge']:.0f} bytes an edge."]
    return "\n".join([*out, ""])


def _speed_lines(row: dict) -> list[str]:
    lines = []
    for who, values in row["values"].items():
        ratio = row["faster_by"].get(who)
        aimed = f", aimed at {_aim(row, who)} ×" if _aim(row, who) and ratio else ""
        faster = f"{ratio:.2f} ×{aimed}" if ratio else _asked(row, values) if who == "vicinal" else ""
        lines.append(f"| {row['encoder']} | {row['job']} | {who} | {_amount(row['unit'], values)} | {faster} |")
    return lines


def _amount(unit: str, values: list[float]) -> str:
    """Write the median, least and most of a figure with its unit."""
    low, mid, high = min(values), statistics.median(values), max(values)
    if unit.endswith("_per_s"):
        return million(values) + " M/s" if mid >= 1e5 else f"{mid:,.4g} /s ({low:,.4g}–{high:,.4g})"
    return f"{mid:.3g} {'ms' if unit.endswith('_ms') else 's'} ({low:.3g}–{high:.3g})"


def _asked(row: dict, values: list[float]) -> str:
    """Say what was asked of the figure itself, and whether it was missed."""
    mid = statistics.median(values)
    for key, missed in (("at_least", lambda limit: mid < limit), ("at_most", lambda limit: mid > limit)):
        if row.get(key) is not None:
            return f"{key.replace('_', ' ')} {row[key]:,g} asked{': missed' if missed(row[key]) else ''}"
    return ""


def _plain(value: object) -> str:
    return ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else str(value)
