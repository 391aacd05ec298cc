// A step of lesson 3: which words are drawn as negatives, and which occurrences are skipped.

import { el } from "../dom.js";
import { seeded } from "../vectors.js";
import { counted, drawn, keepChance, noiseShares } from "./pairs.js";
import { slow, step, table } from "./parts.js";
import { known } from "./words.js";

const NEGATIVES = 5;
const SHOWN = 14; // words in the table

export function noise(lesson, words) {
  const { kept, announce, space } = lesson;
  const place = el("div", { class: "told" });
  const load = slow(place, announce);
  const redraw = el("button", { onclick: () => { kept.set({ n: kept.whole("n", 1, 0, 9999) + 1 }); update(true); } }, "Draw again");
  const update = (aloud = false) => load(async () => {
    const { counts, shares, total, word, place: rowOf, from } = await countsOf(lesson, words());
    if (!counts.length) return el("p", { class: "faint" }, "Type a few words first.");
    const random = seeded(kept.whole("n", 1, 0, 9999));
    const negatives = Array.from({ length: NEGATIVES }, () => word(drawn(shares, random)));
    if (aloud) announce(`Drawn: ${negatives.join(", ")}`);
    const listed = [...new Set(words())].filter((one) => rowOf(one) !== undefined).slice(0, SHOWN);
    const real = space.columns?.count === "number";
    const heads = ["word", { figure: "share of the text" }, { figure: "drawn as a negative" },
      ...(real ? [{ figure: "chance to be kept" }] : [])];
    const row = (one) => {
      const share = counts[rowOf(one)] / total;
      return [one, percent(share), percent(shares[rowOf(one)]), ...(real ? [percent(keepChance(share))] : [])];
    };
    return [el("p", {}, "Five negatives, drawn from ", from, ": ", negatives.map((one, i) => [i ? ", " : "", el("strong", {}, one)])),
      el("div", { class: "scroll" }, table("Chances of the words of the sentence", heads, listed.map(row))),
      real ? null : el("p", { class: "faint" }, `${space.name} does not say how often its words occurred, so the counts are those of your `
        + "sentence; how many occurrences are skipped only shows in a large text.")];
  });
  return { update: () => update(), node: step(4, "What does not belong, and what is too common",
    [el("p", {}, "If all pairs were true, the model could call everything a pair. So each true pair comes with a few false ones: ",
      el("em", {}, "negatives"), ", words drawn at random. Frequent words are drawn more often, but not in full proportion: one that "
      + "occurs 16 times as often is drawn 8 times as often (16 to the power ¾ is 8)."),
    el("p", {}, "Words such as “the” stand in every window and tell little. ", el("em", {}, "Subsampling"), " skips many of their "
      + "occurrences before windows are made; rare words are always kept."),
    ], redraw, place) };
}

// How often words occur: in what the space was trained on, where it has a column `count`, else in the sentence
// → {counts, shares, total, word(i), place(word) → i or undefined, from: text}
async function countsOf(lesson, words) {
  const { source, space } = lesson;
  if (space.columns?.count !== "number") {
    const [texts, counts] = [[...counted(words).keys()], [...counted(words).values()]];
    const at = new Map(texts.map((text, i) => [text, i]));
    return { counts, ...sharesOf(counts), word: (i) => texts[i], place: (text) => at.get(text), from: "the sentence itself" };
  }
  const [{ values }, names, found] = await Promise.all([
    source.column(space.name, "count", "number"), source.names(space.name), known(lesson, words)]);
  if (!made.has(values)) {
    const counts = values.map((count) => (count > 0 ? count : 0)); // a missing count is no number
    made.set(values, { counts, ...sharesOf(counts) });
  }
  return { ...made.get(values), word: (i) => names.get(i), place: (text) => found.get(text)?.row,
    from: `all words of ${space.name}, by how often they occurred` };
}

const made = new WeakMap();

const sharesOf = (counts) => ({ shares: noiseShares(counts), total: counts.reduce((sum, count) => sum + count, 0) });

const percent = (share) => (share >= 0.9995 ? "always" : `${(share * 100).toLocaleString("en", { maximumSignificantDigits: 3 })} %`);
