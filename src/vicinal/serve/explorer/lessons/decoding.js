// Lesson 6: from a vector back to a word, by the nearest row.

import { el, replace, svg } from "../dom.js";
import { figure } from "../figure.js";
import { CATEGORIES } from "../theme.js";
import { editing } from "./editing.js";
import { exercise } from "./exercise.js";
import { labelsApart } from "./labels.js";
import { figures, ranked } from "./maths.js";
import { choice, mixed, narrow, step, table } from "./parts.js";
import { Plane } from "./plane.js";
import { region } from "./regions.js";

export const TABLE = [
  { name: "are", vector: [1, 0] }, { name: "were", vector: [1.6, 0.4] }, { name: "is", vector: [0.7, -0.6] },
  { name: "was", vector: [1.3, -1.2] },
  { name: "we", vector: [0.4, 1.2] }, { name: "they", vector: [-0.3, 1.5] }, { name: "cats", vector: [-1.2, 0.7] },
  { name: "dogs", vector: [-1.6, 0.2] },
  { name: "small", vector: [-0.6, -1.2] }, { name: "hungry", vector: [0.1, -1.6] }, { name: "the", vector: [0.2, 0.2] },
];
const SENTENCE = [[-0.2, 1.4], [1.1, -0.1], [0, -1.5]];
const RANGE = { x: [-2, 2], y: [-2, 2] };

export const decoding = {
  title: "From a vector back to a word",
  question: "A model computes and ends with the vector [1, 0]. Which word is that?",
  minutes: 8,
  remember: "To read a vector as a word, find the nearest row of the table. Which row is nearest depends on how nearness is measured.",
  onward: { view: "ask", text: "Find the nearest rows of any vector in Ask" },
  mount(root, lesson) {
    const parts = [map(lesson), editing(lesson), questions(lesson)];
    replace(root, parts.map(({ node }) => node));
    return { update: () => parts.forEach((part) => part.update()) };
  },
};

const pair = (at) => `[${at.map((value) => String(Number(value.toFixed(2))).replace("-", "−")).join(", ")}]`;

function map({ kept, announce }) {
  const by = () => (kept.get("by") === "cosine" ? "cosine" : "euclidean");
  const mine = () => [kept.number("x", -0.5, ...RANGE.x), kept.number("y", 0.4, ...RANGE.y)];
  const told = el("div", { class: "told" });
  const own = { plane: null, handle: null, areas: [] };
  const metric = choice({ label: "Nearest by", value: by(), options: [{ value: "euclidean", text: "euclidean distance" },
    { value: "cosine", text: "cosine" }],
    onchange: (value) => { kept.set({ by: value }); lay(); tell(); announce(`Nearest by ${value}: `
      + `${ranked(mine(), TABLE, value)[0].name}`); } });
  // The region of each word: all places that it is nearest to.
  const lay = () => {
    const { plane } = own;
    own.areas = TABLE.map((word, i) => {
      const corners = region(i, TABLE.map(({ vector }) => vector), by(), RANGE);
      return svg("path", { d: corners.length ? `M${corners.map(([x, y]) => `${plane.X(x)} ${plane.Y(y)}`).join("L")}Z` : "",
        stroke: plane.colours.faint, "stroke-width": 1 });
    });
    plane.back.replaceChildren(...own.areas);
  };
  const tell = () => {
    const { plane } = own;
    const at = mine();
    metric.set(by());
    const order = { euclidean: ranked(at, TABLE, "euclidean"), cosine: ranked(at, TABLE, "cosine") };
    const [first] = order[by()];
    own.areas.forEach((area, i) => area.setAttribute("fill", mixed(plane.colours.paper, CATEGORIES[i % CATEGORIES.length],
      TABLE[i].name === first.name ? 0.45 : 0.1)));
    plane.show(TABLE.map(({ vector }) => plane.dot(vector, plane.colours.ink)),
      labelsApart(plane, [...TABLE.map(({ name, vector }) => ({ at: vector, text: name, bold: name === first.name })),
        { at, text: pair(at), colour: plane.colours.star, bold: true, radius: 10 }], { size: 15 }));
    replace(told, el("p", {}, "The vector ", el("strong", {}, pair(at)), " is read as ", el("strong", {}, first.name), "."),
      table("The nearest words both ways", ["by distance", { figure: "distance" }, "by cosine", { figure: "cosine" }],
        [0, 1, 2].map((i) => [
        order.euclidean[i].name, figures(order.euclidean[i].score, 2), order.cosine[i].name, figures(order.cosine[i].score, 3)])),
      order.euclidean[0].name === order.cosine[0].name ? null : el("p", {}, "Here the two measures disagree: by cosine, length does "
        + "not count."));
  };
  const move = ([x, y]) => { kept.set({ x, y }); tell(); };
  const drawing = figure("A plane of eleven words", () => {
    const size = narrow() ? 370 : 520;
    own.plane = new Plane({ ...RANGE, width: size, height: size, axes: ["first number", "second number"], label: "Plane of eleven words" });
    own.handle = own.plane.handle({ label: "Your vector", at: mine(), step: 0.1, onmove: move,
      say: (at) => `${pair(at)}, read as ${ranked(at, TABLE, by())[0].name}` });
    lay();
    tell();
    return own.plane.node;
  }, { name: "decoding" });
  const node = step(1, "Drag a vector, read a word",
    ["Here is a table of eleven words with two numbers each. Your vector is the round point: drag it, or focus it and press the arrow "
      + "keys. The coloured region is every vector that is read as the same word. Where must you put it to read “are”?"],
  metric.node, el("div", { class: "beside" }, drawing, told),
  el("p", {}, el("button", { onclick: () => { move([1, 0]); own.handle.move(mine()); announce(`1, 0 is read as `
    + `${ranked([1, 0], TABLE, by())[0].name}`); } }, "Put it at [1, 0]")),
  el("p", {}, "Switch between the measures. By distance the regions are cells around the words; by cosine they are wedges from (0, "
    + "0), because only the direction counts. Find a place where the two read different words."));
  return { node, update: () => { own.handle.move(mine()); lay(); tell(); } };
}

function questions(lesson) {
  const { kept } = lesson;
  const words = SENTENCE.map((vector) => ranked(vector, TABLE, "euclidean")[0].name).join(" ");
  return exercise(lesson, [
    { key: "e1", kind: "choice", ask: "Which word is the vector [1, 0]?",
      options: ["are", "were", "is", "the"].map((value) => ({ value, text: value })),
      check: (value) => (value === "are" ? { right: true, say: "Its row is exactly [1, 0]: distance 0, cosine 1." }
        : { right: false, say: "Put your vector at [1, 0] in the picture." }),
      hints: ["Go one to the right of the middle, and not up or down."], worked: "are: its row in the table is [1, 0]." },
    { key: "e2", kind: "text", ask: `Three vectors, read by distance: ${SENTENCE.map(pair).join(" ")}. Which three words?`,
      check: (given) => {
        const typed = given.toLowerCase().split(/[^a-z]+/).filter(Boolean).join(" ");
        const wrong = words.split(" ").findIndex((word, i) => typed.split(" ")[i] !== word);
        return typed === words ? { right: true, say: "A model that writes text does this step again and again." }
          : { right: false, say: wrong < 0 ? "Three words, please." : `The ${["first", "second", "third"][wrong]} word is not right yet.` };
      },
      hints: ["Put your vector at each of the three places.", "Choose euclidean distance above; the first is a pronoun."],
      worked: () => words },
    { key: "e3", kind: "choice", ask: "By cosine, “the” is hardly ever the answer near the middle, by distance it often is. Why?",
      options: [{ value: "short", text: "Its vector is short: near the middle by distance, but one direction among many by cosine" },
        { value: "rare", text: "It is a rare word" }, { value: "zero", text: "Its cosine is always 0" }],
      check: (value) => (value === "short" ? { right: true, say: "Cosine never sees length." }
        : { right: false, say: `Move your vector to [0.1, −0.2] and compare the two columns.` }),
      hints: [() => `Your vector is at ${pair([kept.number("x", -0.5, -2, 2), kept.number("y", 0.4, -2, 2)])}; bring it near [0, 0].`],
      worked: "Its vector [0.2, 0.2] is short: all short vectors are near it by distance." },
  ]);
}
