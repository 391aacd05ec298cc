"""Write docs/benchmarks.md from the figures in benchmarks/results.

python benchmarks/report.py            # docs/benchmarks.md
python benchmarks/report.py --quick    # bench-work/quick/benchmarks.md, of the figures of quick runs
"""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path

from _classics import all_rows, classics_table, detail_page, documents_in_rows, million, spread
from _runs import QUICK, RESULTS, ROOT
from _search_page import search_page

WANTED = {
    ("skip-gram, negative sampling", "gensim"): 12,
    ("skip-gram, negative sampling", "pWord2Vec"): 1.5,
    ("CBOW, negative sampling", "gensim"): 3,
    ("skip-gram, hierarchical softmax", "gensim"): 4,
    ("CBOW, hierarchical softmax", "gensim"): 2,
    ("skip-gram, dim 300, 10 negatives", "gensim"): 8,
}

WHY_BELOW = [
    "Why. Skip-gram here updates all words of a window from the values before it, gensim one pair after the other: "
    "that moves WordSim-353 up and SimLex-999 down, with hierarchical softmax, which draws nothing, as well. "
    "`sharing=0`, a draw for every pair in turn, scores as gensim does (one seed: 0.590, 0.280, 0.362) and is several "
    "times slower. CBOW at 0.025 is undertrained by both: word2vec.c at the same settings scores as ours does (0.538, "
    "0.226, 0.289). gensim gains there by a rate that, with two workers on one file, falls only half way within each "
    "epoch, and by a start twice as far from zero; ours with those two changes scores 0.545, 0.219, 0.304 (two "
    "seeds). At 0.05, the rate that the original takes for CBOW and ours unless told otherwise, both score far higher.",
]


def speed_table(part: dict) -> list[str]:
    """Words a second in training."""
    lines = [
        "| model | who | million words/s, median (range) | Vicinal is faster by | aimed at |",
        "|---|---|---|---|---|",
    ]
    for model, figures in part["models"].items():
        for who, rates in figures["words_per_s"].items():
            ratio, wanted = figures["ratio_of_medians"].get(who), WANTED.get((model, who))
            shown = "" if ratio is None or who.startswith("vicinal") else f"{ratio:.2f} ×"
            verdict = (
                "" if wanted is None or not shown else f"{wanted} × {'(missed)' if ratio < wanted else ''}".strip()
            )
            lines.append(f"| {model} | {who} | {million(rates)} | {shown} | {verdict} |")
    return lines


def quality_table(part: dict) -> list[str]:
    """Scores, mean and standard deviation over seeds."""
    sets = ["WordSim-353", "SimLex-999", "Google analogies"]
    lines, below = [f"| model | who | {' | '.join(sets)} |", "|---|---|---|---|---|"], []
    for model, scores in part["models"].items():
        for who, runs in scores.items():
            if runs:
                lines.append(f"| {model} | {who} | {' | '.join(spread([run[s] for run in runs]) for s in sets)} |")
        for name in sets:
            own, peers = ([run[name] for run in scores[who]] for who in ("vicinal", "gensim"))
            if len(peers) > 1 and statistics.mean(own) < statistics.mean(peers) - statistics.stdev(peers):
                below.append(f"{name} with {model}")
    return [*lines, "", f"Below gensim's mean minus its own spread: {'; '.join(below) or 'nothing'}."]


def words_page(record: dict) -> str:
    """The page's section on words."""
    machine, out = record["machine"], ["## Words", ""]
    out += [f"{machine['processor']}, {machine['cores']} cores, Python {machine['python']}.", ""]
    for part in (value for key, value in record.items() if key.startswith("speed")):
        extent = f"the first {part['text_words']:,} words" if part["text_words"] else "all 17.3 million words"
        out += [
            f"Training on {extent} of an English Wikipedia text, {part['threads']} "
            f"threads each, {part['rounds']} interleaved rounds; dim 100, window 5, 5 negatives, subsample 1e-3, "
            "min_count 5 unless stated; reading and vocabulary left out; "
            f"gensim {part['gensim']} from its fastest source (corpus_file).", "",
            *speed_table(part), "",
        ]  # fmt: skip
    if "quality" in record:
        part = record["quality"]
        out += [
            f"Quality after {part['epochs']} epochs on the whole text (17.3M words), equal settings, mean ± standard "
            "deviation over seeds: Spearman's ρ for the similarity sets, accuracy (3CosAdd, the 30,000 most frequent "
            "words) for the analogies. Both sets of vectors are scored by the same code.", "", *quality_table(part), "",
            *WHY_BELOW, "",
        ]  # fmt: skip
    if "whole" in record:
        part = record["whole"]
        seconds = ", ".join(f"{who} {statistics.median(values):.1f} s" for who, values in part["seconds"].items())
        out += [
            f"The whole command, from the text file to the written vectors, 5 epochs: {seconds}; {part['ratio']:.1f} × "
            f"(aimed at 8 ×). Peak memory beyond the two matrices and the mapped ids: "
            f"{part['memory_beyond_matrices_and_ids'] / 1e6:.0f} MB (aimed at < 300 MB).", "",
        ]  # fmt: skip
    if "import" in record:
        part = record["import"]
        seconds = ", ".join(f"{who} {statistics.median(values):.2f} s" for who, values in part["seconds"].items())
        opened = statistics.median(part["open_and_first_nearest_seconds"])
        out += [
            f"Importing GloVe text of 400,000 × 50: {seconds}; {part['ratio']:.1f} × (aimed at 8 ×). Opening the "
            f"same as `.space` and asking for the first neighbours in a new process: {opened:.3f} s "
            "(aimed at < 0.2 s).", "",
        ]  # fmt: skip
    if "start" in record:
        seconds = statistics.median(record["start"]["seconds"])
        out += [f"From the command to the first training step, kernels on disk: {seconds:.2f} s (aimed: < 2 s).", ""]
    return "\n".join(out)


def main() -> None:
    """Write the page."""
    quick = "--quick" in sys.argv[1:]
    folder, target = (QUICK, QUICK / "benchmarks.md") if quick else (RESULTS, ROOT / "docs" / "benchmarks.md")
    records = {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}
    if "documents" in records:
        records["documents"] = documents_in_rows(records["documents"])
    rows = all_rows(records)
    page = [
        "# Benchmarks\n\nMeasured side by side in one run, contestants taking turns, on a shared and noisy machine: "
        "read the ratios, not the absolute figures. `make bench` repeats them; the raw figures are in "
        "[benchmarks/results](../benchmarks/results). Losses are listed too.\n",
        "## Every encoder\n",
        *classics_table(rows), "",
    ]  # fmt: skip
    if "words" in records:
        page.append(words_page(records["words"]))
    page += [detail_page(name, records[name]) for name in sorted(records) if name not in ("words", "search")]
    if "search" in records:
        page.append(search_page(records["search"]))
    Path(target).write_text("\n".join(page).rstrip() + "\n", encoding="utf-8")
    print(f"written: {target}")


if __name__ == "__main__":
    main()
