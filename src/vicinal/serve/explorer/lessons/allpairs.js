// The exercise of lesson 2: a measure between all pairs of materials, by hand.

import { el } from "../dom.js";
import { cosine, dot, lengthOf } from "../vectors.js";
import { exercise, readNumbers } from "./exercise.js";
import { euclidean, figures, MEASURES } from "./maths.js";
import { choice, table } from "./parts.js";

const ABOUT = {
  cosine: { key: "p", text: "cosine", digits: 3, near: 0.0051, asked: "two decimals are enough; each material has cosine 1 with itself",
    hint: "Multiply mass by mass and volume by volume, and add: that is the dot product. Divide it by both lengths." },
  dot: { key: "o", text: "dot product", digits: 2, near: 0.051, asked: "with itself, the dot product is the length times itself",
    hint: "Multiply mass by mass and volume by volume, and add." },
  euclidean: { key: "q", text: "euclidean distance", digits: 2, near: 0.0051,
    asked: "two decimals are enough; each material has distance 0 from itself",
    hint: "Subtract mass from mass and volume from volume, square both, add, and take the square root." },
};

const isRight = (value, a, b, by) => Math.abs(value - MEASURES[by](a.vector, b.vector)) <= ABOUT[by].near;

export function allPairs(lesson, materials) {
  const { kept } = lesson;
  const pairs = materials.flatMap((a, i) => materials.slice(i + 1).map((b) => [a, b]));
  const shown = () => (Object.hasOwn(ABOUT, kept.get("m")) ? kept.get("m") : "cosine");
  const measure = choice({ label: "Measure", value: shown(), options: Object.entries(ABOUT).map(([value, { text }]) => ({ value, text })),
    onchange: (m) => { kept.set({ m }); update(); } });
  const node = el("div", {});
  let now = null;
  const update = () => {
    measure.set(shown());
    if (now?.by !== shown()) {
      now = asking(lesson, materials, pairs, shown(), measure.node);
      node.replaceChildren(now.node);
    }
    now.update();
  };
  update();
  return { node, update };
}

function asking(lesson, materials, pairs, by, measure) {
  const { key, text, digits, hint, asked } = ABOUT[by];
  const asks = exercise(lesson, pairs.map(([a, b]) => ({
    key: `${key}${a.name}${b.name}`, ask: `${a.name} [${a.vector.join(", ")}] and ${b.name} [${b.vector.join(", ")}]`, kind: "number",
    check: (value) => (isRight(value, a, b, by) ? { right: true, say: figures(MEASURES[by](a.vector, b.vector), digits) }
      : { right: false, say: missed(value, a, b, by) }),
    hints: [hint, () => sums(a, b, by)], worked: () => worked(a, b, by),
  })));
  const found = el("div", { class: "matrix" });
  const fill = () => found.replaceChildren(matrix(lesson, materials, by));
  asks.node.classList.add("pairs");
  asks.node.firstChild.after(el("p", {}, `All pairs: what is the ${text} of each two? Ten pairs, since a pair is the same both ways; `
    + `${asked}. A calculator is welcome. Cosine first; then the others, if you like.`), measure, found);
  asks.node.addEventListener("submit", fill);
  return { by, node: asks.node, update: () => { asks.update(); fill(); } };
}

function missed(value, a, b, by) {
  const other = Object.keys(ABOUT).find((one) => one !== by && isRight(value, a, b, one));
  if (other) return `That is their ${ABOUT[other].text}.${by === "cosine" && other === "dot" ? " Divide it by both lengths." : ""}`;
  return by === "cosine" && Math.abs(value) > 1 ? "A cosine is never above 1: divide by both lengths." : "Look at the first hint.";
}

const lengths = (a, b) => [a, b].map(({ vector }) => figures(lengthOf(vector), 3));

function sums(a, b, by) {
  const [[x, y], [u, v]] = [a.vector, b.vector];
  if (by === "euclidean") return `The differences are ${Math.abs(x - u)} and ${Math.abs(y - v)}.`;
  const product = `The dot product is ${x} × ${u} + ${y} × ${v}`;
  return by === "dot" ? `${product}: add the two.`
    : `${product} = ${dot(a.vector, b.vector)}; the lengths are ${lengths(a, b).join(" and ")}.`;
}

function worked(a, b, by) {
  const [[x, y], [u, v]] = [a.vector, b.vector];
  if (by === "euclidean") return `√(${Math.abs(x - u)}² + ${Math.abs(y - v)}²) = ${figures(euclidean(a.vector, b.vector), 2)}.`;
  const product = dot(a.vector, b.vector);
  return by === "dot" ? `${x * u} + ${y * v} = ${product}.`
    : `Cosine = ${product} ÷ (${lengths(a, b).join(" × ")}) = ${figures(cosine(a.vector, b.vector), 3)}.`;
}

// What has been found so far, as a table of five by five.
function matrix({ kept }, materials, by) {
  const { key, text, digits } = ABOUT[by];
  const cell = (a, b) => {
    const [first, second] = materials.indexOf(a) < materials.indexOf(b) ? [a, b] : [b, a];
    const given = kept.text(`${key}${first.name}${second.name}`, "", 20);
    const right = a === b || readNumbers(given).some((value) => isRight(value, a, b, by));
    return right ? figures(MEASURES[by](a.vector, b.vector), digits) : "?";
  };
  return table(`Found so far: ${text}`, ["", ...materials.map(({ name }) => ({ figure: name }))],
    materials.map((a) => [el("strong", {}, a.name), ...materials.map((b) => cell(a, b))]));
}
