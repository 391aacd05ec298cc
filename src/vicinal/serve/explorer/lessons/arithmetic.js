// Lesson 5: arithmetic with words, on vectors of the served space.

import { el, replace } from "../dom.js";
import { searchBox } from "../search.js";
import { Failure } from "../source.js";
import { cosine, unit } from "../vectors.js";
import { exercise } from "./exercise.js";
import { euclidean, figures, minus, plus } from "./maths.js";
import { neighbours, slow, step } from "./parts.js";
import { steps } from "./steps.js";
import { vectorsOf, wholly } from "./words.js";

// a − b + c, and what one expects; those whose words the space has are offered
const EXAMPLES = [
  ["king", "man", "woman", "queen"], ["paris", "france", "italy", "rome"], ["bigger", "big", "small", "smaller"],
  ["father", "man", "woman", "mother"], ["roi", "homme", "femme", "reine"], ["könig", "mann", "frau", "königin"],
  ["rey", "hombre", "mujer", "reina"],
  ["walking", "walk", "swim", "swimming"], ["kings", "king", "man", "men"], ["husband", "man", "woman", "wife"],
  ["son", "man", "woman", "daughter"],
  ["brother", "man", "woman", "sister"], ["egypt", "pharaoh", "king", "israel"], ["uncle", "man", "woman", "aunt"],
];
const OFFERED = 6;
const ASKED = 20; // how far down the list is looked

export const arithmetic = {
  title: "Arithmetic with words",
  question: "If vectors hold meaning, can one calculate with it? What is king − man + woman?",
  minutes: 8,
  remember: "Where a difference of meaning is the same step in many pairs of words, adding the step to a word leads near the word at "
    + "its other end. Near, not onto it, and not always.",
  onward: { view: "ask", text: "Calculate with words of your own in Ask" },
  mount(root, lesson) {
    const { kept, announce } = lesson;
    const asked = questions(lesson);
    const place = el("div", {});
    const load = slow(place, announce);
    replace(root, place, asked.node);
    let drawn = "";
    const show = () => {
      const wanted = ["a", "b", "c", "g", "st"].map((key) => kept.get(key)).join("\n");
      if (wanted !== drawn) load(async () => {
        const made = await page(lesson, await wholly(lesson, EXAMPLES), show);
        drawn = wanted;
        return made;
      });
    };
    show();
    return { update: () => { show(); asked.update(); } };
  },
};

// All three steps for the sum that the address names.
async function page(lesson, examples, again) {
  const { kept, source, space } = lesson;
  if (space.n < 4) throw new Failure(`A sum takes three names, and a fourth to be its answer: ${space.name} has ${space.n} in all. `
    + "Choose another space above; the exercise below needs none.");
  const names = await source.names(space.name);
  const first = examples[0] ?? [0, 1, 2].map((row) => names.get(row));
  const [a, b, c] = ["a", "b", "c"].map((key, i) => kept.text(key, first[i], 100));
  const expected = examples.find(([x, y, z]) => x === a && y === b && z === c)?.[3] ?? null;
  const choosing = chosen(lesson, examples, [a, b, c], again);
  let answer;
  try {
    answer = await calculated(lesson, [a, b, c], expected);
  } catch (error) {
    return [choosing, el("p", { class: "failure", role: "alert" }, error.message)];
  }
  const guess = kept.text("g", "", 100);
  const shown = Boolean(guess) || kept.get("st") !== "";
  const predict = step(2, "First, your prediction", `What is ${a} − ${b} + ${c}? Write down a name before you look.`,
    el("div", { class: "boxes" },
      el("label", {}, "My prediction",
        searchBox({ label: "My prediction", value: guess, complete: (prefix) => source.complete(space.name, prefix),
      onpick: (text) => { kept.set({ g: text, st: kept.get("st", "1") }); again(); } }))),
    shown ? null : el("p", {}, el("button", { class: "quiet", onclick: () => { kept.set({ st: "1" }); again(); } },
      "I would rather see it at once")));
  return [choosing, predict, shown ? [steps(lesson, answer, again), outcome(answer, guess)] : null];
}

function chosen({ kept, source, space }, examples, words, again) {
  const choose = (next) => { kept.set({ a: next[0], b: next[1], c: next[2], g: null, st: null }); again(); };
  const box = (i, label) => el("label", {}, label,
    searchBox({ label, value: words[i], complete: (prefix) => source.complete(space.name, prefix),
    onpick: (text) => choose(words.map((word, j) => (j === i ? text : word))) }));
  return step(1, "Choose a sum", examples.length ? `Take an example, or words of your own. All of them are rows of ${space.name}.`
    : `The usual examples are not in ${space.name}, so its first three names stand here. Put in three of your own: of which two is the `
      + "difference the same as of two others?",
    el("p", { class: "picks" }, examples.slice(0, OFFERED).map(([a, b, c]) => el("button", {
      "data-stay": a + b + c, "aria-pressed": String([a, b, c].every((word, i) => word === words[i])),
      onclick: () => choose([a, b, c]) }, `${a} − ${b} + ${c}`))),
    el("div", { class: "boxes" }, box(0, "From"), box(1, "− take away"), box(2, "+ add")));
}

// The sum over vectors of length 1, and what lies nearest to it, with and without the three words of the question.
async function calculated(lesson, [a, b, c], expected) {
  const { source, space } = lesson;
  const names = [a, b, c, ...(expected ? [expected] : [])];
  const vectors = new Map([...await vectorsOf(lesson, names)].map(([name, vector]) => [name, unit(vector)]));
  const target = plus(minus(vectors.get(a), vectors.get(b)), vectors.get(c));
  const { results } = await source.nearest(space.name, target, { k: Math.min(ASKED + 3, space.n), metric: "cosine" });
  const all = results[0].matches;
  const left = all.filter(({ name }) => ![a, b, c].includes(name));
  if (left[0]) for (const [name, vector] of await vectorsOf(lesson, left.slice(0, 3).map(({ name }) => name))) vectors.set(name,
    unit(vector));
  return { words: [a, b, c], expected, vectors, target, all, left };
}

function outcome({ words: [a, b, c], expected, vectors, target, all, left }, guess) {
  const rank = (word) => left.findIndex(({ name }) => name === word) + 1;
  const asked = all.slice(0, 6).map((match) => ({ ...match, note: [a, b, c].includes(match.name) ? "(in the question)" : "" }));
  const marked = [expected, guess].filter(Boolean);
  return step(4, "What lies nearest", "The sum is a place, and hardly ever a word: its name is that of the nearest row. Here are the "
    + "nearest rows, once among all, once without the three words of the question.",
  el("div", { class: "panels" }, el("div", {}, el("h4", {}, "Among all rows"), neighbours(asked, { marked })),
    el("div", {}, el("h4", {}, "Without the words of the question"), neighbours(left.slice(0, 6), { marked }))),
  guess ? el("p", {}, "Your prediction ", el("strong", {}, guess), [a, b, c].includes(guess) ? " is a word of the question, which is "
    + "left out."
    : rank(guess) ? ` comes out at place ${rank(guess)}.` : ` is not among the first ${left.length}.`) : null,
  [a, b, c].includes(all[0]?.name) ? el("p", {}, "Among all rows the nearest is ", el("strong", {}, all[0].name),
    ", a word of the question: the step moves the vector only part of the way, so the sum is still most like a word it was made of. "
    + "That is why the words of the question are left out, here and in most published results.",
    expected ? " Without that rule this sum would fail." : "") : null,
  expected ? verdict({ expected, rank: rank(expected), vectors, target, left, words: [a, b, c] }) : null);
}

function verdict({ expected, rank, vectors, target, left, words: [a, b, c] }) {
  const alike = cosine(minus(vectors.get(expected), vectors.get(a)), minus(vectors.get(c), vectors.get(b)));
  const steps_ = [`The steps from ${b} to ${c} and from ${a} to ${expected} have cosine `, el("strong", {}, figures(alike, 2)),
    ": 1 would be the very same direction. The sum ends ", figures(euclidean(target, vectors.get(expected)), 2), ` from ${expected}.`];
  if (rank === 1) return el("p", { class: "verdict" }, el("strong", {}, "It works here. "), `${expected} comes first. `, steps_);
  return el("p", { class: "verdict" }, el("strong", {}, "It fails here. "), `One would expect ${expected}; first is ${left[0].name}, `
    + `and ${expected} is ${rank ? `at place ${rank}` : `not among the first ${left.length}`}. `, steps_,
    " The text said too little about these words, or used them in other ways too: such sums often fail.");
}

const TOY = { king: [3, 5], man: [3, 1], woman: [1, 1] };

function questions(lesson) {
  const part = (key, i, which, worked) => ({
    key, kind: "number", ask: `By hand: king = [3, 5], man = [3, 1], woman = [1, 1]. What is the ${which} number of king − man + woman?`,
    check: (value) => (value === TOY.king[i] - TOY.man[i] + TOY.woman[i] ? { right: true, say: worked }
      : { right: false, say: value === TOY.king[i] + TOY.man[i] - TOY.woman[i] ? "Take man away and add woman, not the other way round."
      : `Only the ${which} numbers of the three count.` }),
    hints: [`Take the ${which} number of each: ${TOY.king[i]}, ${TOY.man[i]} and ${TOY.woman[i]}.`], worked });
  return exercise(lesson, [
    part("e1", 0, "first", "3 − 3 + 1 = 1."), part("e2", 1, "second", "5 − 1 + 1 = 5."),
    { key: "e3", kind: "choice", ask: "The table also holds queen [1.2, 4.8], castle [4, 6] and child [2, 0.5]. Which is nearest to "
      + "the sum?",
      options: ["queen", "castle", "child"].map((value) => ({ value, text: value })),
      check: (value) => (value === "queen" ? { right: true, say: "It is 0.28 away: near, not equal." }
        : { right: false, say: "The sum is [1, 5]; draw it." }),
      hints: ["Draw the four places on paper."], worked: "queen: √(0.2² + 0.2²) = 0.28; castle is 3.16 away, child 4.61." },
    { key: "e4", kind: "choice", ask: "Why are king, man and woman left out of the answers?",
      options: [{ value: "rude", text: "They are too frequent" }, { value: "near", text: "The sum often ends nearest to one of them" },
        { value: "equal", text: "Their vectors are zero" }],
      check: (value) => (value === "near" ? { right: true, say: "Most often to the word it began from." }
        : { right: false, say: "Look at the list among all rows." }),
      hints: ["How long is the step from man to woman, compared with the vector of king?"],
      worked: "The step is short, so the sum ends near where it began." },
  ]);
}
