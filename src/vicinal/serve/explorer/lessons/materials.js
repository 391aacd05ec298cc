// Lesson 2: scalars, vectors and cosine, with five materials of [mass, volume].

import { el, replace } from "../dom.js";
import { figure } from "../figure.js";
import { CATEGORIES } from "../theme.js";
import { cosine, dot, lengthOf } from "../vectors.js";
import { allPairs } from "./allpairs.js";
import { inSpace } from "./inspace.js";
import { labelsApart } from "./labels.js";
import { degrees, euclidean, figures, ranked } from "./maths.js";
import { choice, step, table } from "./parts.js";
import { Plane } from "./plane.js";

export const MATERIALS = [
  { name: "A", vector: [3, 30] }, { name: "B", vector: [15, 4] }, { name: "C", vector: [3, 27] },
  { name: "D", vector: [7.5, 75] }, { name: "E", vector: [7.5, 2] },
];
const RANGE = { x: [0, 40], y: [0, 80] };

export const materials = {
  title: "Scalars, vectors and cosine",
  question: "Five lumps of material lie on a table. Which two are the same stuff?",
  minutes: 10,
  remember: "Cosine asks whether two vectors point the same way, whatever their length. Euclidean distance asks how far apart they end. "
    + "The dot product grows with both: the same way, and long.",
  onward: { view: "ask", text: "See neighbours under cosine, dot and euclidean side by side in Ask" },
  mount(root, lesson) {
    const parts = [numbers(), arrows(lesson), nearests(lesson), inSpace(lesson), allPairs(lesson, MATERIALS)];
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
      { at, text: `yours ${pair(at)}`, bold: true, radius: 10, colour: drag.plane.colours.star }];
    drag.plane.show(MATERIALS.map(({ vector }, i) => drag.plane.arrow([0, 0], vector, CATEGORIES[i])),
      drag.plane.arrow([0, 0], at, drag.plane.colours.star, { dashed: true }),
      labelsApart(drag.plane, tips, { lines: tips.map((tip) => [[0, 0], tip.at]) }));
    replace(told, el("p", {}, "Yours is ", el("strong", {}, pair(at)), `, of length √(${at[0]}² + ${at[1]}²) = `,
      el("strong", {}, figures(lengthOf(at), 2)), "."),
      table("Your vector against the five",
        ["", { figure: "angle" }, { figure: "cosine" }, { figure: "dot product" }, { figure: "distance" }],
        MATERIALS.map(({ name, vector }) => [name, `${figures(degrees(at, vector), 1)}°`, figures(cosine(at, vector), 3),
          figures(dot(at, vector), 2), figures(euclidean(at, vector), 2)])),
      el("p", {}, "Nearest by cosine: ", el("strong", {}, ranked(at, MATERIALS, "cosine")[0].name),
        ". Nearest by euclidean distance: ", el("strong", {}, ranked(at, MATERIALS, "euclidean")[0].name), "."),
      calculated(at, MATERIALS[0]));
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

// The three measures between the reader's vector and a material, with its numbers put in
function calculated([x, y], { name, vector: [mass, volume] }) {
  const [product, lengths] = [dot([x, y], [mass, volume]), [[x, y], [mass, volume]].map((one) => figures(lengthOf(one), 2))];
  return el("div", { class: "worked" }, el("p", {}, `How that is calculated, for yours and ${name}:`), el("ul", {},
    el("li", {}, `dot product: ${x} × ${mass} + ${y} × ${volume} = `, el("strong", {}, figures(product, 2))),
    el("li", {}, `cosine: dot product ÷ both lengths = ${figures(product, 2)} ÷ (${lengths.join(" × ")}) = `,
      el("strong", {}, figures(cosine([x, y], [mass, volume]), 3))),
    el("li", {}, `distance: √((${x} − ${mass})² + (${y} − ${volume})²) = `,
      el("strong", {}, figures(euclidean([x, y], [mass, volume]), 2)))));
}

// Whose nearest is who, under each of the three.
function nearests({ kept }) {
  const place = el("div", {});
  const metric = choice({
    label: "Nearest by", value: "euclidean", options: [{ value: "euclidean", text: "euclidean distance" },
      { value: "cosine", text: "cosine" }, { value: "dot", text: "dot product" }],
    onchange: (value) => { kept.set({ by: value }); show(); } });
  const show = () => {
    const by = ["cosine", "dot"].find((one) => one === kept.get("by")) ?? "euclidean";
    metric.set(by);
    replace(place, table("Nearest of each material",
      ["material", "nearest", { figure: { cosine: "cosine", dot: "dot product" }[by] ?? "distance" }, { figure: "mass ÷ volume" }],
      MATERIALS.map(({ name, vector }) => {
        const [first] = ranked(vector, MATERIALS.filter((other) => other.name !== name), by);
        return [name, first.name, figures(first.score, 4), figures(vector[0] / vector[1], 3)];
      })),
    el("p", {}, by === "dot" ? "By dot product all others go with D, since it is the longest: even B and E, which are other stuff. Long "
      + "vectors win. That is of use where length means something, such as how popular a film is." : by === "cosine"
      ? "By cosine A goes with D and B with E: each pair points the same way exactly. The last column says why: mass ÷ volume is the "
      + "density, and theirs is the same, so they may well be the same material. C comes close to A and D, but not quite."
      : "By distance A goes with C and B with E. D, the largest lump, is far from everything, though it is the same stuff as A. Now "
      + "choose cosine."));
  };
  show();
  return { node: step(3, "Three ways of being near", "Euclidean distance measures from tip to tip: small is near. Cosine is 1 where two "
    + "arrows point the same way, 0 at a right angle, −1 the opposite way. The dot product is the cosine times both lengths. Compare.",
  metric.node, place), update: show };
}
