// A step of lesson 5: the sum drawn as two equal arrows, in the plane on which its three words lie.

import { el, replace } from "../dom.js";
import { figure } from "../figure.js";
import { CATEGORIES } from "../theme.js";
import { dot, lengthOf, unit } from "../vectors.js";
import { labelsApart } from "./labels.js";
import { figures, minus, times } from "./maths.js";
import { narrow, step } from "./parts.js";
import { Plane } from "./plane.js";

// → place of a vector in the plane through a, b and c, with b at (0, 0) and c to its right: [x, y, distance from the plane]
export function planeOf(a, b, c) {
  const across = unit(minus(c, b));
  const rest = minus(minus(a, b), times(across, dot(minus(a, b), across)));
  const up = lengthOf(rest) > 1e-9 ? unit(rest) : rest.map(() => 0);
  return (vector) => {
    const from = minus(vector, b);
    const [x, y] = [dot(from, across), dot(from, up)];
    return [x, y, Math.sqrt(Math.max(0, dot(from, from) - x * x - y * y))];
  };
}

export function steps({ kept, announce }, { words: [a, b, c], vectors, target, left, expected }, again) {
  const at = planeOf(vectors.get(a), vectors.get(b), vectors.get(c));
  const stage = kept.whole("st", 1, 1, 3);
  const answers = [...new Set([left[0]?.name, expected, left[1]?.name].filter((name) => name && vectors.has(name)))];
  const said = [`From ${b} to ${c}: the step is ${c} − ${b}.`, `The same step from ${a}: it ends at ${a} − ${b} + ${c}, the star.`,
    `Which row lies nearest to the star? By cosine: ${left[0]?.name ?? "none"}.`];
  const drawing = figure(`${a} − ${b} + ${c}`, () => draw(at, { a, b, c, vectors, target, answers, stage }), { name: "arithmetic" });
  const go = (st) => { kept.set({ st }); announce(said[st - 1]); again(); };
  const text = el("p", { class: "told" });
  replace(text, said[stage - 1]);
  return step(3, "Step by step", "Any three words lie on a plane; this is theirs. Distances between them are true. Other rows lie off "
    + "the plane, and are drawn where their shadow falls on it.",
    el("div", { class: "controls" },
      said.map((_, i) => el("button", { "data-stay": `stage ${i}`, "aria-pressed": String(stage === i + 1), onclick: () => go(i + 1) },
      [`1. From ${b} to ${c}`, `2. The same from ${a}`, "3. The nearest row"][i]))),
    text, drawing, stage === 3 ? el("p", { class: "faint" },
      answers.map((name, i) => `${i ? "; " : ""}${name} is ${figures(at(vectors.get(name))[2], 2)} off the plane`),
      ". The vectors themselves have length 1.") : null);
}

function draw(at, { a, b, c, vectors, target, answers, stage }) {
  const places = new Map([...[a, b, c], ...answers].map((name) => [name, at(vectors.get(name))]));
  const star = at(target);
  const all = [...places.values(), star];
  const [width, height, beside] = narrow() ? [370, 330, 150] : [720, 380, 330];
  const span = (i) => [Math.min(...all.map((place) => place[i])), Math.max(...all.map((place) => place[i]))];
  const [[x0, x1], [y0, y1]] = [span(0), span(1)];
  const scale = Math.max((x1 - x0) / (width - beside), (y1 - y0) / (height - 110), 1e-6); // units a pixel, the same both ways
  const around = (from, to, pixels) => [(from + to - pixels * scale) / 2, (from + to + pixels * scale) / 2];
  const plane = new Plane({ x: around(x0, x1, width - 16), y: around(y0, y1, height - 16), width, height,
    label: `${a} − ${b} + ${c} as steps` });
  const { colours } = plane;
  const [blue, orange] = [CATEGORIES[0], colours.star];
  const labels = [a, b, c, ...(stage === 3 ? answers : [])].map((name) => ({ at: places.get(name), text: name,
    bold: [a, b, c].includes(name) }));
  if (stage > 1) labels.push({ at: star, text: narrow() ? "the sum" : `${a} − ${b} + ${c}`, colour: orange, bold: true });
  const lines = [[places.get(b), places.get(c)], ...(stage > 1 ? [[places.get(a), star]] : []),
    ...(stage === 3 ? [[star, places.get(answers[0])]] : [])];
  plane.show(plane.arrow(places.get(b), places.get(c), colours.accent, { width: 3 }),
    stage > 1 ? plane.arrow(places.get(a), star, orange, { width: 3 }) : [],
    stage === 3 ? answers.map((name) => [plane.dot(places.get(name), colours.faint),
      name === answers[0] ? plane.arrow(star, places.get(name), colours.faint, { dashed: true, width: 1.4 }) : []]) : [],
    [a, b, c].map((name) => plane.dot(places.get(name), blue, 5.5)), stage > 1 ? plane.star(star, orange) : [],
    labelsApart(plane, labels, { size: 15, lines }));
  return plane.node;
}
