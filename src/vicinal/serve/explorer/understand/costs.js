// What the same neighbours cost: bytes of a vector against the neighbours that are still found.

import { plot } from "../charts.js";
import { el, replace } from "../dom.js";
import { figure } from "../figure.js";
import { searchBox } from "../search.js";
import { CATEGORIES, palette } from "../theme.js";
import { asker, bytes, choice, count, fluid, heading, named, percent, plural, proposeWord, renew } from "./parts.js";

const SIZES = [5, 10, 20, 50];
const FAMILIES = {
  stored: { name: "as stored", shape: "circle", colour: () => palette().ink },
  bits: { name: "fewer bits", shape: "square", colour: () => palette().accent },
  "first dimensions": { name: "first dimensions", shape: "triangle", colour: () => palette().star },
  "principal axes": { name: "principal axes", shape: "diamond", colour: () => CATEGORIES[2] },
  both: { name: "axes in int8", shape: "circle", colour: () => CATEGORIES[3] },
};

export const costs = {
  id: "costs",
  title: "Cost of neighbours",
  mount(root, context) {
    const { source, space, state } = context;
    const controls = el("div", { class: "controls" });
    const place = el("div", { class: "result" });
    root.append(heading("How few bytes keep the same neighbours",
      "Vectors can be kept in fewer bits or in fewer dimensions. Each way was tried on this space: how many of the true nearest are "
      + "still found, for how many bytes? Up and left is better."), controls, place);
    const ask = asker(place, "Keeping the space in every way, and looking for neighbours in each…");
    let answered = null;
    return {
      update(values) {
        const k = SIZES.includes(Number(values.k)) ? Number(values.k) : 10;
        const names = values.word ? [values.word] : undefined;
        const question = JSON.stringify([k, names]);
        if (answered?.question === question) return draw(place, answered.answer, values.way, state);
        drawControls(controls, { k, word: values.word ?? "" }, context);
        return ask(question, () => source.costs(space.name, { names, k }), (answer) => {
          answered = { question, answer };
          draw(place, answer, state.get("way"), state);
          proposeWord(controls, answer.names[0].name);
        });
      },
    };
  },
};

function drawControls(controls, { k, word }, { source, space, state }) {
  renew(controls,
    el("div", { class: "ask" }, el("span", { "aria-hidden": "true" }, "Word"), searchBox({
      label: "Word", value: word, placeholder: "a word", complete: (prefix) => source.complete(space.name, prefix, 8),
      onpick: (text) => state.set({ word: text }, { push: true }),
    })),
    choice("Neighbours", k, SIZES.map((size) => [size, String(size)]), (value) => state.set({ k: value })));
}

function draw(place, answer, chosen, state) {
  const way = answer.ways.find(({ key }) => key === chosen) ?? worthSeeing(answer);
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.way : null;
  const chart = el("div", {});
  replace(place, summary(answer), chart, listing(answer, way, state), people(answer, way), cautions(answer));
  chart.append(fluid(chart, (width) => figure("Neighbours kept, over bytes of a vector", () => curve(answer, width()),
    { name: `${answer.space} cost of neighbours` })));
  if (focused) place.querySelector(`[data-way="${CSS.escape(focused)}"]`)?.focus();
}

// The way whose losses are told first: the one of fewest bytes that still keeps nine of ten, or int8
function worthSeeing({ ways }) {
  const good = ways.slice(1).filter(({ recall }) => recall >= 0.9).sort((a, b) => a.bytes - b.bytes);
  return good[0] ?? ways[1] ?? ways[0];
}

function summary({ ways, k }) {
  const [stored] = ways;
  const best = worthSeeing({ ways });
  if (best.recall < 0.9) return el("p", { class: "verdict" }, "No way with fewer bytes keeps nine of ten neighbours of this space.");
  return el("p", { class: "verdict" }, el("b", {}, best.label), ` keeps ${percent(best.recall)} of the ${count(k)} nearest with `
    + `${bytes(best.bytes)} instead of ${bytes(stored.bytes)} a vector: ${bytes(best.total)} instead of `
    + `${bytes(stored.total)} for the whole space.`);
}

function curve({ ways, k }, width) {
  const sizes = ways.map((way) => way.bytes);
  return plot({
    label: `Share of the ${k} nearest that are still found, over bytes of a vector; the figures are in the table below`, width, height: 330,
    x: { label: "bytes of a vector, by factors", domain: [Math.min(...sizes) / 1.4, Math.max(...sizes) * 1.5], log: true, format: count },
    y: { label: "neighbours kept", domain: [0, 1.04], ticks: [0, 0.25, 0.5, 0.75, 1], format: percent },
    layers: Object.entries(FAMILIES).map(([family, { name, shape, colour }]) => ({
      kind: "dots", name, shape, fill: colour(),
      points: ways.filter((way) => way.family === family).map((way) => ({
        x: way.bytes, y: way.recall, label: shortLabel(way), shape, title: `${way.label}: ${percent(way.recall)} for ${bytes(way.bytes)}`,
      })),
    })).filter(({ points }) => points.length),
  });
}

function shortLabel({ key, dim, family }) {
  return { "first dimensions": `first ${dim}`, "principal axes": `${dim} axes`, both: `${dim} axes, int8` }[family] ?? key;
}

// With a digit after the point, so that narrow intervals have two ends
const tenths = (share) => `${(100 * share).toFixed(share < 1 ? 1 : 0)} %`;

function listing({ ways, names: [word], k }, chosen, state) {
  const row = (way) => {
    const found = word.ways[way.key].kept.filter(Boolean).length;
    return el("tr", { "aria-current": way === chosen ? "true" : null },
      el("th", { scope: "row" }, el("button", {
        class: "quiet word", "data-way": way.key, "aria-pressed": String(way === chosen), onclick: () => state.set({ way: way.key }),
      }, way.label)),
      [count(way.dim), bytes(way.bytes), bytes(way.total)].map((text) => el("td", { class: "figure" }, text)),
      el("td", { class: "figure" }, tenths(way.recall),
        way.high > way.low && el("span", { class: "faint" }, ` (${tenths(way.low)} to ${tenths(way.high)})`)),
      el("td", { class: "figure" }, `${found} of ${word.true.length}`));
  };
  return el("div", { class: "wide" }, el("table", { class: "ways" },
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Kept as"),
      ["dimensions", "a vector", "whole space", `of the ${k} nearest kept`]
        .map((text) => el("th", { scope: "col", class: "figure" }, text)),
      el("th", { scope: "col", class: "figure" }, "of ", named(word.name)))),
    el("tbody", {}, ways.map(row))));
}

// Who is still found, by name
function people({ names: [word] }, way) {
  const { kept, gained } = word.ways[way.key];
  const item = (one, gone) => el("li", { class: gone ? "lost" : "kept" }, named(one.name));
  const lost = word.true.filter((_, i) => !kept[i]);
  return el("section", { class: "reading" }, el("h3", {}, "Neighbours of ", named(word.name), `, kept as ${way.label}`),
    el("div", { class: "panels" },
      group("Still found", word.true.filter((_, i) => kept[i]).map((one) => item(one, false))),
      group("Lost", lost.map((one) => item(one, true))),
      group("In their place", gained.map((one) => item(one, false)))));
}

function group(title, items) {
  return el("div", { class: "card" }, el("h4", {}, `${title} (${items.length})`),
    items.length ? el("ul", { class: "plain" }, items) : el("p", { class: "faint" }, "None."));
}

function cautions({ queries, among, n, k, left_out: out }) {
  const where = among < n ? `a drawn sample of ${count(among)} of ${count(n)} rows` : `all ${count(n)} rows`;
  return el("div", { class: "caution" },
    el("p", {}, `The shares are means over ${plural(queries, "drawn name")}, whose ${k} nearest are sought among ${where}, `
      + "with the interval that holds the mean of all in 95 of 100 samples. "
      + "A neighbour lost need not be a bad answer: the tenth may have changed places with the eleventh, so look at the names. "
      + "And a search that fetches more candidates and compares their full vectors can win some of the loss back."),
    out.map(({ label, why }) => el("p", {}, `${label} is left out: ${why}`)));
}
