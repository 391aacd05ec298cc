// Lesson 2: scalars, vectors and cosine, with five materials of [mass, volume].

import { el, replace } from "../dom.js";
import { figure } from "../figure.js";
import { CATEGORIES } from "../theme.js";
import { cosine, dot, lengthOf } from "../vectors.js";
import { exercise, readNumber } from "./exercise.js";
import { inSpace } from "./inspace.js";
import { labelsApart } from "./labels.js";
import { degrees, euclidean, figures, ranked } from "./maths.js";
import { choice, step, table } from "./parts.js";
import { Plane } from "./plane.js";

export const MATERIALS = [
  { name: "A", vector: [3, 30] }, { name: "B", vector: [15, 4] }, { name: "C", vector: [3, 27] },
  { name: "D", vector: [7.5, 75] }, { name: "E", vector: [7.5, 2] },
];
const PAIRS = MATERIALS.flatMap((a, i) => MATERIALS.slice(i + 1).map((b) => [a, b]));
const RANGE = { x: [0, 40], y: [0, 80] };

export const materials = {
  title: "Scalars, vectors and cosine",
  question: "Five lumps of material lie on a table. Which two are the same stuff?",
  minutes: 10,
  remember: "Euclidean distance asks how far apart two vectors end; cosine asks whether they point the same way, whatever their length.",
  onward: { view: "ask", text: "See neighbours under cosine, dot and euclidean side by side in Ask" },
  mount(root, lesson) {
    const parts = [numbers(), arrows(lesson), nearests(lesson), inSpace(lesson), allPairs(lesson)];
    replace(root, parts.map(({ node }) => node));
    return { update: () => parts.forEach((part) => part.update?.()) };
  },
};

const pair = ([x, y]) => `[${x}, ${y}]`;

function numbers() {
  const rows = MATERIALS.map(({ name, vector: [mass, volume] }) => [name, String(mass), String(volume), pair([mass, volume])]);
  return { node: step(1, "One number, two numbers",
    ["A scalar is one number: a mass of 3, a volume of 30. A vector is a list of numbers in a fixed order: here [mass, volume]. Look "
      + "at the table and guess first: which two lumps are the same material, cut to different sizes?"],
  table("Five materials", ["material", { figure: "mass" }, { figure: "volume" }, "vector"], rows)) };
}

// Every material as an arrow, and one of the reader's own to drag.
function arrows({ kept, announce }) {
  const mine = () => [kept.number("x", 6, ...RANGE.x), kept.number("y", 20, ...RANGE.y)];
  const told = el("div", { class: "told" });
  const drag = { plane: null, handle: null };
  const tell = () => {
    const at = mine();
    const tips = [...MATERIALS.map(({ name, vector }) => ({ at: vector, text: `${name} ${pair(vector)}` })),
      { at, text: `yours ${pair(at)}`, bold: true, colour: drag.plane.colours.star }];
    drag.plane.show(MATERIALS.map(({ vector }, i) => drag.plane.arrow([0, 0], vector, CATEGORIES[i])),
      drag.plane.arrow([0, 0], at, drag.plane.colours.star, { dashed: true }),
      labelsApart(drag.plane, tips, { lines: tips.map((tip) => [[0, 0], tip.at]) }));
    replace(told, el("p", {}, "Yours is ", el("strong", {}, pair(at)), `, of length √(${at[0]}² + ${at[1]}²) = `,
      el("strong", {}, figures(lengthOf(at), 2)), "."),
      table("Your vector against the five", ["", { figure: "angle" }, { figure: "cosine" }, { figure: "distance" }],
        MATERIALS.map(({ name, vector }) => [
        name, `${figures(degrees(at, vector), 1)}°`, figures(cosine(at, vector), 3), figures(euclidean(at, vector), 2)])),
      el("p", {}, "Nearest by cosine: ", el("strong", {}, ranked(at, MATERIALS, "cosine")[0].name),
        ". Nearest by euclidean distance: ", el("strong", {}, ranked(at, MATERIALS, "euclidean")[0].name), "."));
  };
  const move = ([x, y]) => { kept.set({ x, y }); tell(); };
  const say = ([x, y]) => `mass ${x}, volume ${y}`;
  const drawing = figure("Five materials as arrows", () => {
    drag.plane = new Plane({ ...RANGE, width: 370, height: 672, ticks: 10, axes: ["mass", "volume"], label: "Plane of mass and volume" });
    drag.handle = drag.plane.handle({ label: "Your vector", at: mine(), step: 0.5, say, onmove: move });
    tell();
    return drag.plane.node;
  }, { name: "materials" });
  const node = step(2, "Vectors as arrows", ["Each vector is an arrow from (0, 0). It has a length, and an angle to every other. Drag "
    + "the round tip of yours (or focus it and use the arrow keys): make it longer without turning it, then turn it without making it "
    + "longer. What changes, angle or distance?"],
  el("div", { class: "beside" }, drawing, told),
  el("p", {}, el("button", { onclick: () => { move([12, 60]); drag.handle.move(mine()); announce("Your vector is 12, 60"); } },
    "Put it at [12, 60]"), " ",
    el("button", { onclick: () => { move([7.5, 75]); drag.handle.move(mine()); announce("Your vector lies on D"); } }, "Put it on D")));
  return { node, update: () => { drag.handle.move(mine()); tell(); } };
}

// Whose nearest is who, under the one and the other.
function nearests({ kept }) {
  const place = el("div", {});
  const metric = choice({
    label: "Nearest by", value: "euclidean", options: [{ value: "euclidean", text: "euclidean distance" },
      { value: "cosine", text: "cosine" }],
    onchange: (value) => { kept.set({ by: value }); show(); } });
  const show = () => {
    const by = kept.get("by") === "cosine" ? "cosine" : "euclidean";
    metric.set(by);
    replace(place, table("Nearest of each material", ["material", "nearest", { figure: by === "cosine" ? "cosine" : "distance" },
      { figure: "mass ÷ volume" }],
      MATERIALS.map(({ name, vector }) => {
        const [first] = ranked(vector, MATERIALS.filter((other) => other.name !== name), by);
        return [name, first.name, figures(first.score, 4), figures(vector[0] / vector[1], 3)];
      })),
    el("p", {}, by === "cosine"
      ? "By cosine A goes with D and B with E: each pair points the same way exactly. The last column says why: mass ÷ volume is the "
      + "density, and theirs is the same, so they may well be the same material. C comes close to A and D, but not quite."
      : "By distance A goes with C and B with E. D, the largest lump, is far from everything, though it is the same stuff as A. Now "
      + "choose cosine."));
  };
  show();
  return { node: step(3, "Two ways of being near", "Euclidean distance measures from tip to tip. Cosine is 1 where two arrows point "
    + "the same way, 0 at a right angle, −1 the opposite way. Compare.", metric.node, place), update: show };
}

const worked = ([a, b]) => `${a.name}·${b.name} = ${a.vector[0]} × ${b.vector[0]} + ${a.vector[1]} × ${b.vector[1]} = `
  + `${dot(a.vector, b.vector)}. Lengths: |${a.name}| = ${figures(lengthOf(a.vector), 3)}, |${b.name}| = `
  + `${figures(lengthOf(b.vector), 3)}. Cosine = ${dot(a.vector, b.vector)} ÷ (${figures(lengthOf(a.vector), 3)} × `
  + `${figures(lengthOf(b.vector), 3)}) = ${figures(cosine(a.vector, b.vector), 3)}.`;

const isRight = (value, a, b) => Math.abs(value - cosine(a.vector, b.vector)) <= 0.0051; // two decimals

// The all-pairs exercise: ten cosines.
function allPairs(lesson) {
  const questions = PAIRS.map(([a, b]) => ({
    key: `p${a.name}${b.name}`, ask: `${a.name} ${pair(a.vector)} and ${b.name} ${pair(b.vector)}`, kind: "number",
    check: (value) => (isRight(value, a, b) ? { right: true, say: figures(cosine(a.vector, b.vector), 3) }
      : { right: false, say: Math.abs(value) > 1 ? "A cosine is never above 1: divide by both lengths." : "Look at the first hint." }),
    hints: ["Multiply mass by mass and volume by volume, and add: that is the dot product. Divide it by both lengths.",
      () => `The dot product is ${a.vector[0]} × ${b.vector[0]} + ${a.vector[1]} × ${b.vector[1]} = ${dot(a.vector, b.vector)}; the `
        + `lengths are ${figures(lengthOf(a.vector), 3)} and ${figures(lengthOf(b.vector), 3)}.`],
    worked: () => worked([a, b]),
  }));
  const asked = exercise(lesson, questions);
  asked.node.classList.add("pairs");
  asked.node.firstChild.after(el("p", {}, "All pairs: what is the cosine of each two? Two decimals are enough; a calculator is "
    + "welcome. Ten pairs, since a pair is the same both ways and each material has cosine 1 with itself."), matrix(lesson));
  const shown = asked.node.querySelector(".matrix");
  const fill = () => shown.replaceChildren(matrix(lesson).firstChild);
  asked.node.addEventListener("submit", fill);
  return { node: asked.node, update: () => { asked.update(); fill(); } };
}

// What has been found so far, as a table of five by five.
function matrix({ kept }) {
  const cell = (a, b) => {
    if (a === b) return "1";
    const [first, second] = MATERIALS.indexOf(a) < MATERIALS.indexOf(b) ? [a, b] : [b, a];
    const value = readNumber(kept.text(`p${first.name}${second.name}`, "", 20));
    return value !== null && isRight(value, a, b) ? figures(cosine(a.vector, b.vector), 3) : "?";
  };
  return el("div", { class: "matrix" }, table("Cosines found so far", ["", ...MATERIALS.map(({ name }) => ({ figure: name }))],
    MATERIALS.map((a) => [el("strong", {}, a.name), ...MATERIALS.map((b) => cell(a, b))])));
}

