// A step of lesson 6: change a few numbers of a real row, and see what the result is read as.

import { el, replace } from "../dom.js";
import { searchBox } from "../search.js";
import { cosine, lengthOf } from "../vectors.js";
import { figures } from "./maths.js";
import { neighbours, several, slider, slow, step } from "./parts.js";
import { vectorsOf, wholly } from "./words.js";

const SLIDERS = 6;
const REACH = 4; // times the largest number of the row
const SUGGESTED = [["king"], ["water"], ["queen"], ["one"], ["the"]];

export function editing(lesson) {
  const { kept, source, space, announce } = lesson;
  const [box, controls, found] = [el("div", { class: "boxes" }), el("div", { class: "sliders" }), el("div", { class: "told" })];
  const [load, look] = [slow(controls, announce), slow(found, announce)];
  const own = { name: null, vector: null, leading: [], sliders: [] };
  const changes = () => kept.get("ed").split(",").map((text) => (text.trim() && Number.isFinite(Number(text)) ? Number(text) : null));

  const edited = () => {
    const vector = Array.from(own.vector);
    changes().slice(0, own.leading.length).forEach((value, i) => { if (value !== null) vector[own.leading[i]] = value; });
    return vector;
  };
  const read = () => look(async () => {
    const vector = edited();
    if (!lengthOf(vector)) return el("p", { role: "status" }, "Only zeros are left: such a vector points nowhere, and no row is nearest.");
    const { results } = await source.nearest(space.name, vector, { k: Math.min(5, space.n), metric: "cosine" });
    const [first] = results[0].matches;
    return [el("p", { role: "status" }, "Read as ", el("strong", {}, first?.name ?? "nothing"), first && first.name !== own.name
      ? `, no longer as ${own.name}.` : ".",
      ` Cosine with the row of ${own.name}: ${figures(cosine(vector, own.vector))}.`),
      neighbours(results[0].matches, { marked: [own.name] })];
  });
  const change = (i, value) => {
    const next = own.leading.map((d, j) => (j === i ? value : changes()[j] ?? null));
    kept.set({ ed: next.map((one) => one ?? "").join(",") });
    read();
  };
  const setAll = (text) => { kept.set({ ed: text }); place(); read(); };
  const place = () => own.sliders.forEach((one, i) => one.set(Number((changes()[i] ?? own.vector[own.leading[i]]).toFixed(3))));

  const take = async (name) => {
    own.vector = (await vectorsOf(lesson, [name])).get(name);
    own.name = name;
    own.leading = Array.from(own.vector, (value, d) => [Math.abs(value), d]).sort((a, b) => b[0] - a[0]).slice(0,
      SLIDERS).map(([, d]) => d);
    const most = Number((REACH * Math.max(1e-6, Math.abs(own.vector[own.leading[0]]))).toPrecision(2));
    own.sliders = own.leading.map((d, i) => slider({ label: `Component ${d}`, least: -most, most, by: most / 200, value: own.vector[d],
      show: (value) => figures(value),
      onchange: (value) => change(i, Number(value.toFixed(4))) }));
    place();
    replace(box, el("label", {}, "Name", searchBox({ label: "Name", value: name, complete: (prefix) => source.complete(space.name, prefix),
      onpick: (text) => { kept.set({ n: text, ed: null }); update(); } })));
    return [own.sliders.map(({ node }) => node), el("p", { class: "controls" },
      el("button", { onclick: () => setAll(null) }, "Back to the row itself"),
      el("button", { onclick: () => setAll(own.leading.map(() => 0).join(",")) }, "Set them to 0"),
      el("button", { onclick: () => setAll(own.leading.map((d) => Number((-2 * own.vector[d]).toFixed(4))).join(",")) },
        "Turn them round, twice as long"))];
  };
  const update = () => load(async () => {
    const name = kept.text("n", "", 200) || (await wholly(lesson, SUGGESTED))[0]?.[0] || (await source.names(space.name)).get(0);
    const made = name === own.name ? [...controls.childNodes] : await take(name);
    place();
    read();
    return made;
  });
  update();
  return { update, node: step(2, "The same in the served space", `A row of ${space.name} has ${several(space.dim, "number")}. Take one, `
    + "change its largest numbers, and see which row is nearest now, by cosine. Small changes keep the name: there "
    + "is room around every row. Then, at some point, another name takes over.", box, controls, found) };
}
