// How far to trust a map: for one word, and for all points.

import { Cloud } from "../cloud/cloud.js";
import { el, replace } from "../dom.js";
import { downloads, figure } from "../figure.js";
import { searchBox } from "../search.js";
import { neighbourhood } from "./neighbourhood.js";
import { asker, choice, count, fluid, heading, named, percent, plural, signed, table } from "./parts.js";

const SIZES = [5, 10, 20, 50];

export const trust = {
  id: "trust",
  title: "Trust of a map",
  mount(root, context) {
    const { space } = context;
    const controls = el("div", { class: "controls" });
    const place = el("div", { class: "result" });
    const whole = el("div", { class: "whole" });
    root.append(heading("What a map lost, and what it made up",
      `A map squeezes ${count(space.dim)} dimensions into two or three. Something must tear: words that are near in the space land far apart, and `
      + "strangers land side by side. Before reading meaning into two points that touch, see here whether they are near at all."),
    controls, place, whole);
    const [ask, askWhole] = [asker(place), asker(whole, "Comparing many points of the map…")];
    const cloud = new Overview(whole, context);
    let drawn = "";
    return {
      update(values) {
        const map = space.maps.includes(values.map) ? values.map : space.maps[0];
        const k = SIZES.includes(Number(values.k)) ? Number(values.k) : 10;
        const names = values.word ? [values.word] : undefined;
        drawControls(controls, { map, k, word: values.word ?? "" }, context);
        ask(async () => {
          const [answer, places] = await Promise.all([context.source.trust(space.name, { map, names, k }), context.source.map(space.name, map)]);
          return { answer, places };
        }, ({ answer, places }) => {
          draw(place, answer, places, context);
          cloud.point(answer.points[0]);
        });
        if (drawn === `${map} ${k}`) return;
        drawn = `${map} ${k}`;
        askWhole(() => cloud.load(map, k), (sample) => cloud.draw(sample));
      },
      unmount: () => cloud.destroy(),
    };
  },
};

function drawControls(controls, { map, k, word }, { source, space, state }) {
  const focused = controls.contains(document.activeElement) ? document.activeElement.dataset.stay : null;
  replace(controls,
    el("div", { class: "ask" }, el("span", { "aria-hidden": "true" }, "Word"), searchBox({
      label: "Word", value: word, placeholder: "a word", complete: (prefix) => source.complete(space.name, prefix, 8),
      onpick: (text) => state.set({ word: text }, { push: true }),
    })),
    choice("Map", map, space.maps.map((name) => [name, mapName(name)]), (value) => state.set({ map: value })),
    choice("Neighbours", k, SIZES.map((size) => [size, String(size)]), (value) => state.set({ k: value })));
  controls.querySelector("[role=combobox]").dataset.stay = "word";
  if (focused) controls.querySelector(`[data-stay="${focused}"]`)?.focus();
}

const mapName = (name) => ({ pca: "principal components, flat", pca3: "principal components, 3-D" }[name] ?? name);

function draw(place, answer, places, { space, state, announce }) {
  const point = answer.points[0];
  const kept = point.true.filter(({ both }) => both).length;
  const at = (i) => [places.coordinates[i * places.dim], places.coordinates[i * places.dim + 1]];
  const sentence = el("p", { class: "verdict" }, `Of the ${plural(answer.k, "nearest word")} of `, named(point.name, "b"), `, this map shows ${count(kept)} beside it. `,
    `Strangers laid out by chance would keep ${percent(answer.chance)}.`);
  const chart = el("div", {});
  const pick = (name) => state.set({ word: name }, { push: true });
  replace(place, sentence, el("div", { class: "two uneven" }, chart, lists(point, pick)));
  chart.append(fluid(chart, (width) => figure(`Around ${shortened(point.name)} on the map`, () => neighbourhood(point, at, width()),
    { name: `${space.name} around ${point.name}` })));
  if (places.dim === 3) chart.append(el("p", { class: "faint" }, "Seen from the front; nearness is counted in all three dimensions."));
  announce(`${kept} of ${answer.k} neighbours kept`);
}

const shortened = (name) => (name.length > 40 ? `${name.slice(0, 40)}…` : name);

function lists(point, pick) {
  const cell = (other) => el("button", { class: "quiet word", onclick: () => pick(other.name) }, named(other.name));
  const rows = (some, yes, no) => some.map((other) => [cell(other), signed(other.score, 3), other.both ? yes : no]);
  return el("div", { class: "panels tables" },
    el("div", { class: "wide" }, table(["Nearest in the space", "score", "on the map"], rows(point.true, "kept", "torn away"))),
    el("div", { class: "wide" }, table(["Nearest on the map", "score", "in the space"], rows(point.shown, "near too", "not near"))));
}

// The whole map, coloured by how much each point keeps.
class Overview {
  constructor(root, { source, space, state, announce }) {
    Object.assign(this, { root, source, space, state, announce, cloud: null, chosen: null });
  }

  async load(map, k) {
    const [answer, places, names] = await Promise.all([
      this.source.trust(this.space.name, { map, k, sample: true }), this.source.map(this.space.name, map), this.source.names(this.space.name),
    ]);
    return { answer, places, names };
  }

  draw({ answer: { sample, k, n, chance }, places, names }) {
    this.cloud?.destroy();
    const field = el("div", { class: "field" });
    const all = sample.at.length === n;
    const mean = all ? percent(sample.mean) : `${percent(sample.mean)} (${percent(sample.low)} to ${percent(sample.high)})`;
    replace(this.root,
      el("div", { class: "bar" }, el("h3", {}, "The whole map, by how much each point keeps"), downloads(`${this.space.name} trust of the map`, () => this.cloud)),
      el("p", {}, `On average ${all ? "a point keeps" : `one of ${count(sample.at.length)} drawn points keeps`} ${mean} of its ${k} nearest; chance would keep ${percent(chance)}. `,
        all ? "" : "The other points are shown faintly: they were not measured. ",
        "Where points are dark, closeness on this map means next to nothing: a cluster there may be an artefact."),
      field);
    this.places = places;
    this.cloud = new Cloud(field, { label: "Map of the space, coloured by the share of neighbours kept" });
    const row = (i) => (places.rows ? places.rows[i] : i);
    this.cloud.setPoints(places.coordinates, places.dim, { name: (i) => names.get(row(i)) });
    const values = new Float32Array(places.n).fill(NaN);
    const faded = new Uint8Array(places.n).fill(1);
    sample.at.forEach((at, i) => { values[at] = sample.share[i]; faded[at] = 0; });
    this.cloud.setColours({ kind: "number", values, label: "share of neighbours kept" });
    if (!all) this.cloud.setFaded(faded);
    this.cloud.on("pick", (i) => i >= 0 && this.state.set({ word: names.get(row(i)) }, { push: true }));
    this.arrows();
  }

  point(chosen) {
    this.chosen = chosen;
    this.arrows();
  }

  // From the chosen word to those torn away from it
  arrows() {
    if (!this.cloud || !this.chosen) return;
    const { coordinates, dim } = this.places;
    const at = (i) => [...coordinates.subarray(i * dim, (i + 1) * dim)];
    const torn = this.chosen.true.filter(({ both }) => !both);
    this.cloud.setMarked([this.chosen.at]);
    this.cloud.setArrows(torn.map((other) => ({ from: at(this.chosen.at), to: at(other.at) })));
  }

  destroy() {
    this.cloud?.destroy();
    this.cloud = null;
  }
}
