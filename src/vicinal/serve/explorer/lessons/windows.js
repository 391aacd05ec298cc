// Lesson 3: how skip-gram's window makes training pairs from a sentence.

import { el, replace } from "../dom.js";
import { exercise } from "./exercise.js";
import { noise } from "./noise.js";
import { counted, pairCount, pairsOf } from "./pairs.js";
import { renewed, several, slider, step, table } from "./parts.js";
import { sentencesOf, spaceless } from "./words.js";

const SENTENCE = "The queen gave the king a red apple and the king ate the apple";
const LONGEST = 240; // characters of a sentence
const MOST = 40; // words
const ROWS = 60; // pairs in the table

export const windows = {
  title: "From a sentence to training pairs",
  question: "Nobody tells the model what a word means. What does it learn from, then?",
  minutes: 8,
  remember: "Skip-gram learns from pairs: a window slides over the text, and each word is paired with the words around it; words "
    + "drawn at random serve as examples of what does not belong.",
  onward: { view: "points", text: "See the map that came of millions of such pairs in Points" },
  mount(root, lesson) {
    const { kept } = lesson;
    const read = () => {
      let left = MOST; // the sentence in which it runs out is cut short, those after it are left out
      const all = sentencesOf(kept.text("s", SENTENCE, LONGEST));
      const sentences = all.map((words) => words.slice(0, (left -= words.length) < 0 ? left : undefined)).filter((words) => words.length);
      return { sentences, words: sentences.flat(), window: kept.whole("w", 2, 1, 6), cut: left < 0 };
    };
    const parts = [sentence(lesson, read, () => refresh()), centres(lesson, read, () => refresh()), list(read),
      noise(lesson, () => read().words), questions(lesson)];
    const refresh = () => parts.slice(0, 4).forEach((part) => part.update());
    replace(root, parts.map(({ node }) => node));
    refresh();
    return { update: () => parts.forEach((part) => part.update()) };
  },
};

function sentence({ kept }, read, changed) {
  const note = el("p", { class: "faint" });
  const input = el("textarea", { rows: 2, maxlength: LONGEST, spellcheck: "false", "aria-label": "Your sentence",
    oninput: () => { kept.set({ s: input.value }); changed(); } });
  const update = () => {
    const text = kept.text("s", SENTENCE, LONGEST);
    if (input.value !== text) input.value = text;
    replace(note, read().cut ? `Only the first ${MOST} words are used here.` : spaceless(text));
  };
  return { update, node: step(1, "A sentence of yours", "All that skip-gram, the method of these lessons, gets is text. Type a sentence or "
    + "two, or keep this one; it is cut into words in lower case.", input, note) };
}

// The window over the sentence, moving.
function centres({ kept, announce }, read, changed) {
  const lines = el("div", { class: "lines" });
  const told = el("p", { class: "told" });
  const window = slider({ label: "Window", least: 1, most: 6, by: 1, value: read().window,
    show: (n) => `${n} ${n === 1 ? "word" : "words"} on each side`,
    onchange: (w) => { kept.set({ w }); changed(); } });
  const at = (words) => Math.min(kept.whole("c", 1, 0, 1000), Math.max(0, words.length - 1));
  const go = (c) => { kept.set({ c }); changed(); announce(told.textContent); };
  const back = el("button", { onclick: () => go(at(read().words) - 1) }, "← Centre back");
  const on = el("button", { onclick: () => go(at(read().words) + 1) }, "Centre onward →");
  const update = () => {
    const { sentences, words, window: reach } = read();
    const centre = at(words);
    const starts = sentences.map((_, s) => sentences.slice(0, s).flat().length);
    const own = starts.findLastIndex((start) => start <= centre); // the sentence that the centre is in
    const inside = (i) => i !== centre && Math.abs(i - centre) <= reach && i >= starts[own] && i < starts[own] + sentences[own].length;
    window.set(reach);
    back.disabled = centre === 0;
    on.disabled = centre >= words.length - 1;
    const button = (word, i) => el("li", { class: i === centre ? "centre" : inside(i) ? "context" : null },
      el("button", { onclick: () => go(i), "data-stay": i, "aria-current": i === centre ? "true" : null,
        "aria-label": `Make ${word} the centre${inside(i) ? ", now in the window" : ""}` }, word));
    renewed(lines, sentences.map((sentence, s) => el("ol", { class: "sentence", "aria-label": `Sentence ${s + 1}, with the window` },
      sentence.map((word, i) => button(word, starts[s] + i)))));
    const around = words.filter((_, i) => inside(i));
    replace(told, words.length
      ? ["Centre ", el("strong", {}, words[centre]), ` makes ${several(around.length, "pair")}${around.length ? ": " : "."}`,
        around.map((word, i) => [i ? ", " : "", el("span", { class: "pair" }, `(${words[centre]}, ${word})`)])]
      : "Type a few words first.");
  };
  return { update, node: step(2, "The window", "One word is the centre. The words within the window, on both sides, are its context. "
    + "Move the centre along, and widen the window. At both ends of a sentence the window is cut off: no pair reaches into the next.",
  window.node, lines,
    el("p", {}, back, " ", on), told) };
}

function list(read) {
  const place = el("div", {});
  const update = () => {
    const { sentences, words, window } = read();
    const pairs = sentences.flatMap((own) => pairsOf(own, window).map(({ centre, context }) => `${own[centre]} ${own[context]}`));
    const counts = [...counted(pairs)].sort(([, a], [, b]) => b - a);
    replace(place, el("p", {}, `${several(words.length, "word")}, window ${window}: `, el("strong", {}, several(pairs.length, "pair")),
      `, ${counts.length} of them different.`),
      el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "All pairs" },
        table("Training pairs", ["centre", "context", { figure: "times" }],
          counts.slice(0, ROWS).map(([pair, times]) => [...pair.split(" "), String(times)]))),
      counts.length > ROWS ? el("p", { class: "faint" }, `and ${counts.length - ROWS} more`) : null);
  };
  return { update, node: step(3, "All pairs", "Slide the window over every sentence and write down all pairs. This list is the training "
    + "data: from the centre, the model must predict the context. Words that keep the same company get the same pairs, and so similar "
    + "vectors.", place, el("p", { class: "faint" }, "Here the window is always as wide as it is set. Most programs, Vicinal among them, "
    + "draw its width anew for every centre, from 1 to the one that is set: so the nearest words make the most pairs.")) };
}

function questions(lesson) {
  return exercise(lesson, [
    { key: "e1", kind: "number", ask: "A sentence of 6 words, window 2: how many pairs (centre, context)?",
      check: (n) => (n === pairCount(6, 2) ? { right: true, say: "2 + 3 + 4 + 4 + 3 + 2 = 18." }
        : { right: false, say: n === 24 ? "That would be so if no window were cut off at the ends." : n === 9 ? "Count both "
        + "directions: (a, b) and (b, a) are two pairs."
          : "Go through the six centres one by one." }),
      hints: ["A word in the middle has 2 words on each side: 4 pairs.", "The first word has nothing on its left: 2 pairs. The second "
        + "has one: 3 pairs."],
      worked: "2 + 3 + 4 + 4 + 3 + 2 = 18. In general 2 × window × words − window × (window + 1) = 2 × 2 × 6 − 2 × 3 = 18." },
    { key: "e2", kind: "number", ask: "A sentence of 10 words, window 1: how many pairs?",
      check: (n) => (n === pairCount(10, 1) ? { right: true, say: "Eight words with 2 neighbours and two with 1." }
        : { right: false, say: n === 20 ? "The first and the last word have only one neighbour." : "How many neighbours has each word?" }),
      hints: ["Window 1 pairs a word with its direct neighbours only.", "Eight words have two neighbours, the two at the ends have one."],
      worked: "8 × 2 + 2 × 1 = 18, the same as before. A wider window makes more pairs of the same text." },
    { key: "e3", kind: "choice", ask: "Two words never stand near each other, but both stand near the same other words. What becomes "
      + "of their vectors?",
      options: [{ value: "apart", text: "They end far apart, since they never make a pair" },
        { value: "near", text: "They end near each other, since they must predict the same words" },
        { value: "equal", text: "They stay where they began" }],
      check: (value) => (value === "near" ? { right: true, say: "king and queen need not meet; they share their company." }
        : { right: false, say: value === "apart" ? "The pairs that count are those with their context." : "Every pair moves vectors a "
        + "little." }),
      hints: ["Think of “ate the apple” and “ate the pear”.", "Two centres with the same contexts get the same training."],
      worked: "They end near each other: to predict the same contexts, they need similar vectors." },
  ]);
}
