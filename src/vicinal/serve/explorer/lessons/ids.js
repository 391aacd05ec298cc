// Lesson 1: from words to ids to vectors.

import { el, replace } from "../dom.js";
import { figure } from "../figure.js";
import { exercise } from "./exercise.js";
import { narrow, neighbours, several, slow, step, strips, table } from "./parts.js";
import { known, spaceless, typing, vectorsOf } from "./words.js";

const SENTENCE = "The king and the queen ate a golden zyxwv";
const LONGEST = 300; // characters
const SHOWN = 12; // tokens
const cells = () => (narrow() ? 20 : 50); // components in a strip

export const ids = {
  title: "From words to ids to vectors",
  question: "A computer works with numbers. How does a word become numbers, and which numbers would be of use?",
  minutes: 8,
  remember: "A word's id is only the number of a row. What the model knows about the word is in the row itself: its vector.",
  onward: { view: "understand", text: "Look at the rows of more words in Understand" },
  mount(root, lesson) {
    const { kept, space } = lesson;
    const own = { found: new Map(), vectors: new Map(), typed: null };
    const text = () => kept.text("s", own.typed?.begin ?? "", LONGEST);
    const read = () => own.typed?.cut(text()).slice(0, SHOWN) ?? [];
    const places = Object.fromEntries(["cut", "numbered", "rows", "beside"].map((key) => [key, el("div", { class: "told" })]));
    const loads = Object.fromEntries(Object.entries(places).map(([key, place]) => [key, slow(place, lesson.announce)]));
    const input = el("textarea", { rows: 2, maxlength: LONGEST, spellcheck: "false", "aria-label": "Your sentence",
      oninput: () => { kept.set({ s: input.value }); refresh(); } });
    const asked = questions(lesson, own, read);
    const refresh = () => {
      if (!own.typed) return;
      if (input.value !== text()) input.value = text();
      const words = read();
      replace(asks, own.typed.parted ? "Type names with semicolons between them, or keep these: the names of this space are no single "
        + "words. First the line is cut into tokens: here, simply its names."
        : "Type a sentence, or keep this one. First it is cut into tokens: here, simply its words.");
      replace(places.cut, chips(words, () => null), note(own.typed.cut(text()).length > SHOWN
        ? `Only the first ${SHOWN} are used here.` : own.typed.parted ? null : spaceless(text())));
      loads.numbered(async () => {
        own.found = await known(lesson, words);
        asked.check();
        return idsOf(words, own.found, space);
      });
      loads.rows(async () => {
        const found = await known(lesson, words);
        const names = [...new Set(words.map((word) => found.get(word)?.name).filter(Boolean))];
        own.vectors = await vectorsOf(lesson, names);
        return rowsOf(names, own.vectors, space);
      });
      loads.beside(() => besideOf(lesson, words, (word) => { kept.set({ t: word }); refresh(); }));
    };
    const asks = el("p", {});
    replace(root,
      step(1, "Cut the sentence into words", asks, input, places.cut),
      step(2, "Give every word its number", `The served space ${space.name} is a table of ${several(space.n, "row")}, one for every word `
        + "it knows. The number of the row, counted from 0, is the word's id. The same word always gets the same id. A word that has no "
        + "row is unknown to the model: add one, such as a name you make up.",
        places.numbered),
      step(3, "Look up the row", `Each row holds ${several(space.dim, "number")}: the word's vector. One cell is one number, blue above `
        + "zero and orange below, stronger where it is farther from zero. Point at a cell to read its number. Which rows look alike?",
        places.rows),
      step(4, "Why an id says nothing, and a row does", "Choose a word. On one side are the words whose ids are next to its id, on "
        + "the other those whose rows are most like its row.",
        places.beside),
      asked.node);
    loads.cut(async () => {
      own.typed = await typing(lesson, SENTENCE);
      refresh();
      return [...places.cut.childNodes];
    });
    return { update: () => { refresh(); asked.update(); } };
  },
};

const note = (said) => (said ? el("p", { class: "faint" }, said) : null);

function chips(words, under) {
  return words.length ? el("ol", { class: "chips" }, words.map((word) => el("li", {}, el("span", {}, word), under(word))))
    : el("p", { class: "faint" }, "Type a few words.");
}

function idsOf(words, found, space) {
  const unknown = words.filter((word) => !found.get(word));
  return [chips(words, (word) => el("span", { class: found.get(word) ? "id" : "id unknown" },
    found.get(word) ? found.get(word).row.toLocaleString("en") : "unknown")),
    unknown.length ? el("p", { class: "faint" }, `Unknown to ${space.name}: `,
      [...new Set(unknown)].map((word, i) => [i ? ", " : "", el("strong", {}, word)]),
      ". What was not in the text that a space was trained on, or too rarely, has no row. Most models leave such words out, or cut them "
        + "into smaller pieces.") : null];
}

function rowsOf(names, vectors, space) {
  if (!names.length) return el("p", { class: "faint" }, "None of these words is known to the space; try others.");
  const rows = names.map((name) => ({ name, values: vectors.get(name) }));
  const more = space.dim > cells() ? `, the first ${cells()} of ${space.dim} numbers` : "";
  return [figure(`Rows of the words${more}`, () => strips(rows, { cells: cells() }), { name: "rows" }),
    el("details", {}, el("summary", {}, "Show the numbers"),
      el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Numbers of the rows" },
      table("Numbers of the rows", ["word", ...Array.from({ length: Math.min(8, space.dim) }, (_, d) => ({ figure: String(d) }))],
        rows.map(({ name, values }) => [name, ...Array.from(values).slice(0, 8).map((value) => value.toFixed(3))]))))];
}

// The words with ids around a word's id, and the words with rows like its row.
async function besideOf(lesson, words, choose) {
  const { kept, source, space } = lesson;
  const found = await known(lesson, words);
  const able = [...new Map(words.map((word) => found.get(word)).filter(Boolean).map((one) => [one.name, one])).values()];
  if (!able.length) return el("p", { class: "faint" }, "None of these words is known to the space; try others.");
  const chosen = able.find(({ name }) => name === kept.get("t")) ?? able.find(({ name }) => name.toLowerCase() === "king") ?? able.at(-1);
  const [names, answer] = await Promise.all([source.names(space.name),
    source.nearest(space.name, chosen.name, { k: 6, metric: "cosine" })]);
  const around = [-3, -2, -1, 1, 2, 3].map((by) => chosen.row + by).filter((row) => row >= 0 && row < names.length);
  return [el("p", { class: "picks" },
    able.map(({ name }) => el("button", { "data-stay": name, "aria-pressed": String(name === chosen.name), onclick: () => choose(name) },
      name))),
    el("div", { class: "panels" },
      el("div", {}, el("h4", {}, `Ids beside ${chosen.row.toLocaleString("en")}`),
        table("Words with ids beside it", [{ figure: "id" }, "word"], around.map((row) => [row.toLocaleString("en"), names.get(row)]))),
      el("div", {}, el("h4", {}, "Rows most like its row"), neighbours(answer.results[0].matches))),
    el("p", {}, "Ids were handed out in some order, often by frequency: the words 1,000 and 1,001 have nothing to do with each other. "
      + "Rows were learned from the company that words keep. The figures are cosines: 1 for the same direction, as lesson 2 shows.")];
}

function questions(lesson, own, read) {
  const { dim } = lesson.space;
  const inSpace = () => read().map((word) => own.found.get(word)).filter(Boolean);
  const distinct = () => new Set(inSpace().map(({ row }) => row)).size;
  return exercise(lesson, [
    { key: "e1", kind: "number", ask: "In your sentence above, how many different ids are there? (Unknown words have none.)",
      check: (n) => (n === distinct() ? { right: true, say: `${read().length} tokens, ${inSpace().length} of them known, `
        + `${distinct()} different ids.` }
        : { right: false, say: n === inSpace().length ? "That is how many known tokens there are; does a word come twice?"
        : "Count the numbers in step 2." }),
      hints: ["A word that comes twice has one id.", () => `There are ${read().length} tokens, and `
        + `${read().length - inSpace().length} of them unknown.`],
      worked: () => `${distinct()}: `
        + `${[...new Set(inSpace().map(({ name, row }) => `${name} ${row}`))].join(", ") || "no word is known"}.` },
    { key: "e2", kind: "number", ask: "Each known token is replaced by its row. How many numbers stand for the sentence then?",
      check: (n) => (n === inSpace().length * dim
        ? { right: true, say: `${inSpace().length} × ${dim} = ${(inSpace().length * dim).toLocaleString("en")}.` }
        : { right: false, say: n === distinct() * dim && n ? "Every token counts here, also when a word comes twice." : "Known tokens "
        + "times the numbers in a row." }),
      hints: [`A row has ${several(dim, "number")}.`, () => `There are ${inSpace().length} known tokens.`],
      worked: () => `${inSpace().length} known tokens × ${dim} numbers = ${inSpace().length * dim}.` },
    { key: "e3", kind: "choice", ask: "Two words have the ids 1,000 and 1,001. What follows for their meaning?",
      options: [{ value: "alike", text: "They mean nearly the same" }, { value: "nothing", text: "Nothing" },
        { value: "frequent", text: "The first is 1,000 times as important" }],
      check: (value) => (value === "nothing" ? { right: true, say: "An id is a place in a table, like a house number without a street." }
        : { right: false, say: "Look once more at the two lists of step 4." }),
      hints: ["Could the ids be handed out in another order without changing the model?"],
      worked: "Nothing: the rows could stand in any order." },
  ]);
}
