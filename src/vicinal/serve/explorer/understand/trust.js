// How far to trust a map: for one word, and for all points.

import { Cloud } from "../cloud/cloud.js";
import { el, replace } from "../dom.js";
import { downloads, figure } from "../figure.js";
import { searchBox } from "../search.js";
import { neighbourhood } from "./neighbourhood.js";
import { asker, choice, count, fluid, heading, named, percent, plural, proposeWord, renew, signed, table } from "./parts.js";

const SIZES = [5, 10, 20, 50];
const BACKGROUND = 10000; // points shown beside those measured

export const trust = {
  id: "trust",
  title: "Trust of a map",
  mount(root, context) {
    const { space } = context;
    const controls = el("div", { class: "controls" });
    const place = el("div", { class: "result" });
    const whole = el("div", { class: "whole" });
    root.append(heading("What a map lost, and what it made up",
      `A map squeezes ${count(space.dim)} dimensions into two or three. Something must tear: words that are near in the space land far `
      + "apart, and strangers land side by side. Before reading meaning into two points that touch, see here whether they are "
      + "near at all."),
    controls, place, whole);
    const [ask, askWhole] = [asker(place), asker(whole, "Comparing many points of the map…")];
    const cloud = new Overview(whole, context);
    return {
      update(values) {
        const map = space.maps.includes(values.map) ? values.map : space.maps[0];
        const k = SIZES.includes(Number(values.k)) ? Number(values.k) : 10;
        const names = values.word ? [values.word] : undefined;
        drawControls(controls, { map, k, word: values.word ?? "" }, context);
        const question = () => Promise.all([context.source.trust(space.name, { map, names, k }), context.source.map(space.name, map)]);
        ask(JSON.stringify([map, k, names]), question, ([answer, places]) => {
          draw(place, answer, places, context);
          proposeWord(controls, answer.points[0].name);
          cloud.point(answer.points[0]);
        });
        askWhole(`${map} ${k}`, () => cloud.load(map, k), (sample) => cloud.draw(sample));
      },
      unmount: () => cloud.destroy(),
    };
  },
};

function drawControls(controls, { map, k, word }, { source, space, state }) {
  renew(controls,
    el("div", { class: "ask" }, el("span", { "aria-hidden": "true" }, "Word"), searchBox({
      label: "Word", value: word, placeholder: "a word", complete: (prefix) => source.complete(space.name, prefix, 8),
      onpick: (text) => state.set({ word: text }, { push: true }),
    })),
    choice("Map", map, space.maps.map((name) => [name, mapName(name)]), (value) => state.set({ map: value })),
    choice("Neighbours", k, SIZES.map((size) => [size, String(size)]), (value) => state.set({ k: value })));
}

const mapName = (name) => ({ pca: "principal components, flat", pca3: "principal components, 3-D" }[name] ?? name);

function draw(place, answer, places, { space, state, announce }) {
  const point = answer.points[0];
  const kept = point.true.filter(({ both }) => both).length;
  const at = (i) => [places.coordinates[i * places.dim], places.coordinates[i * places.dim + 1]];
  const sentence = el("p", { class: "verdict" }, `Of the ${plural(answer.k, "nearest name")} to `, named(point.name, "b"),
    `, this map shows ${count(kept)} beside it. `,
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
  return el("div", { class: "tables" },
    el("div", { class: "wide" }, table(["Nearest in the space", "score", "on the map"], rows(point.true, "kept", "torn away"))),
    el("div", { class: "wide" }, table(["Nearest on the map", "score", "in the space"], rows(point.shown, "near too", "not near"))));
}

// Rows of a map at even steps, but for those measured
function others(measured, n) {
  const known = new Set(measured);
  const step = Math.max(1, Math.floor(n / BACKGROUND));
  return Array.from({ length: Math.ceil(n / step) }, (_, i) => i * step).filter((at) => !known.has(at));
}

// The whole map, coloured by how much each point keeps.
class Overview {
  constructor(root, { source, space, state, announce }) {
    Object.assign(this, { root, source, space, state, announce, cloud: null, chosen: null });
  }

  async load(map, k) {
    const [answer, places, names] = await Promise.all([
      this.source.trust(this.space.name, { map, k, sample: true, names: [] }), this.source.map(this.space.name, map),
      this.source.names(this.space.name),
    ]);
    return { answer, places, names };
  }

  draw({ answer: { sample, k, n, chance }, places, names }) {
    this.cloud?.destroy();
    const field = el("div", { class: "field" });
    const all = sample.at.length === n;
    const mean = all ? percent(sample.mean) : `${percent(sample.mean)} (${percent(sample.low)} to ${percent(sample.high)})`;
    replace(this.root,
      el("div", { class: "bar" }, el("h3", {}, "The whole map, by how much each point keeps"),
        downloads(`${this.space.name} trust of the map`, () => this.cloud)),
      el("p", {}, `On average ${all ? "a point" : `one of ${count(sample.at.length)} drawn points`} keeps ${mean} of its ${k} nearest; `,
        `chance would keep ${percent(chance)}. `,
        all ? "" : "Some of the others are shown faintly, so that the shape of the map can be seen. ",
        "Where points have the colour of 0, closeness on this map means nothing: a cluster there may be an artefact."),
      field);
    this.places = places;
    this.shown = all ? sample.at : [...sample.at, ...others(sample.at, n)];
    const { coordinates, dim } = places;
    const some = new Float32Array(this.shown.length * dim);
    this.shown.forEach((at, i) => some.set(coordinates.subarray(at * dim, (at + 1) * dim), i * dim));
    const name = (i) => names.get(places.rows ? places.rows[this.shown[i]] : this.shown[i]);
    this.cloud = new Cloud(field, { label: "Map of the space, coloured by the share of neighbours kept" });
    this.cloud.setPoints(some, dim, { name, priority: Float32Array.from(this.shown, (at) => -at) });
    const values = Float32Array.from(this.shown, (_, i) => (i < sample.at.length ? sample.share[i] : NaN));
    this.cloud.setColours({ kind: "number", values, label: "share of neighbours kept", log: false });
    if (!all) this.cloud.setFaded(Uint8Array.from(values, (value) => Number(Number.isNaN(value))));
    this.cloud.on("pick", (i) => i >= 0 && this.state.set({ word: name(i) }, { push: true }));
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
    const place = this.shown.indexOf(this.chosen.at);
    this.cloud.setMarked(place < 0 ? [] : [place]);
    this.cloud.setStars(place < 0 ? [{ at: at(this.chosen.at), label: this.chosen.name }] : []);
    this.cloud.setArrows(torn.map((other) => ({ from: at(this.chosen.at), to: at(other.at) })));
  }

  destroy() {
    this.cloud?.destroy();
    this.cloud = null;
  }
}
