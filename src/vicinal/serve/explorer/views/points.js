// Points: the map of a space, and beside it what is known of what was picked.

import { el, replace } from "../dom.js";
import { downloads } from "../figure.js";
import { Cloud } from "../cloud/cloud.js";
import { short } from "../cloud/text.js";
import { card } from "../points/card.js";
import { cameraText, readCamera, readRows, rowsText } from "../points/address.js";
import { choices, colouring, usualColour, usualPriority } from "../points/choices.js";
import { finder } from "../points/finder.js";
import { marked } from "../points/marked.js";
import { qualityOf } from "../points/quality.js";
import { Rows } from "../points/rows.js";
import { selected } from "../points/selected.js";
import { written } from "../points/written.js";

export const POINTS = { id: "points", title: "Points", mount: (root, context) => new Points(root, context) };

class Points {
  constructor(root, context) {
    Object.assign(this, { root, context, space: context.space, source: context.source, shown: {}, gone: false, colourAsked: 0 });
    this.build();
    this.wire();
  }

  build() {
    const { space } = this;
    this.place = el("div", { class: "points-map", "aria-busy": "true" });
    this.cloud = new Cloud(this.place, { label: `Map of ${space.name}: ${counted(space.n)}` });
    this.wait = el("p", { class: "points-wait faint" }, "Loading the map …");
    this.place.append(this.wait);
    this.choices = choices(this);
    this.quality = el("p", { class: "points-quality faint" });
    this.trouble = el("div", {});
    this.card = card(this);
    this.selected = selected(this);
    this.marked = marked(this);
    this.written = written(this);
    this.hint = el("p", { class: "points-hint faint" }, "Drag to move, scroll to zoom, click a point. Drag with Shift to select. ",
      "Keys on the map: arrows, + and −, 0 for all, N and P from name to name, Enter.");
    this.stats = el("p", { class: "points-stats faint" });
    this.panel = el("aside", { class: "points-panel", "aria-label": "About the map" },
      finder(this), this.choices.node, this.trouble, this.quality, this.marked.node, this.selected.node, this.card.node, this.hint,
      this.written.node, el("div", { class: "points-foot" }, this.stats, downloads(`map of ${space.name}`, () => this.cloud)));
    this.root.append(el("div", { class: "points" }, this.place, this.panel));
  }

  wire() {
    const { cloud, context: { state } } = this;
    let soon = 0;
    cloud.on("pick", (i) => this.pick(this.rows.row(i)));
    cloud.on("select", (points) => {
      if (!this.rows) return;
      this.shown.chosen = rowsText(Array.from(points, (i) => this.rows.row(i)).sort((a, b) => a - b));
      state.set({ chosen: this.shown.chosen }, { push: true });
      this.showSelected(points);
    });
    cloud.on("move", (camera) => {
      clearTimeout(soon);
      soon = setTimeout(() => {
        if (this.gone) return;
        this.shown.camera = cloud.fitted ? "" : cameraText(camera);
        state.set({ camera: this.shown.camera });
      }, 250);
      this.soon = soon;
    });
  }

  // What the address says, shown; only what changed is touched.
  async update(wanted) {
    const { cloud } = this;
    const map = this.space.maps.includes(wanted.map) ? wanted.map : this.space.maps[0];
    if (map !== this.shown.map) {
      this.shown = { map };
      this.choices.show(map, wanted.colour);
      await this.load(map);
    }
    if (this.gone || !this.rows || this.shown.map !== map) return;
    const now = { ...this.context.state.all() };
    this.choices.show(map, now.colour);
    if ((now.camera ?? "") !== (this.shown.camera ?? "")) {
      const camera = readCamera(now.camera, this.map.dim);
      if (camera) cloud.camera = camera;
      else cloud.frame();
      this.shown.camera = now.camera ?? "";
    }
    if ((now.chosen ?? "") !== (this.shown.chosen ?? "")) {
      this.shown.chosen = now.chosen ?? "";
      const points = readRows(now.chosen, this.space.n).map((row) => this.rows.point(row)).filter((i) => i >= 0);
      cloud.select(points, false);
      this.showSelected(Int32Array.from(points).sort());
    }
    this.colour(now.colour ?? usualColour(this.space));
    await this.point(now.name ?? "", now.mark ?? "");
  }

  showSelected(points) {
    this.hint.hidden = points.length > 0 || this.context.state.get("name") !== "";
    this.selected.show(points, points.length > 0 && !this.shown.chosen);
  }

  async load(map) {
    const { source, space, cloud, place, wait } = this;
    this.rows = null;
    this.showSelected(new Int32Array(0)); // what the address keeps of it is selected again
    place.setAttribute("aria-busy", "true");
    replace(this.trouble);
    replace(this.quality);
    try {
      this.map = await source.map(space.name, map);
      if (this.gone || this.shown.map !== map) return;
      this.rows = new Rows(this.map.rows, this.map.n);
      this.names = source.names(space.name);
      this.names.then((list) => { this.list = list; }, (error) => this.fail(error));
      cloud.setPoints(this.map.coordinates, this.map.dim, {
        name: (i) => this.name(this.rows.row(i)), details: (i) => this.details(this.rows.row(i)),
      });
    } catch (error) {
      wait.remove();
      return this.fail(error, () => { this.shown = {}; return this.update(this.context.state.all()); });
    }
    await cloud.ready;
    if (this.gone) return undefined;
    performance.mark("first picture");
    wait.remove();
    place.removeAttribute("aria-busy");
    this.showStats();
    qualityOf(this, map);
    const priority = await usualPriority(source, space, this.rows).catch(() => null); // the order of rows does as well
    if (priority && !this.gone && this.shown.map === map) cloud.setPriority(priority);
    return undefined;
  }

  // The name of a row, or a promise of it while names are on their way
  name(row) {
    return this.list ? this.list.get(row) : this.names.then((list) => list.get(row));
  }

  async details(row) {
    const columns = Object.keys(this.space.columns).slice(0, 4);
    const found = await Promise.all(columns.map((column) => this.source.column(this.space.name, column).catch(() => null)));
    return found.flatMap((column, i) => {
      if (!column) return [];
      const value = column.kind === "number" ? column.values[row] : column.labels[column.codes[row]];
      return [[columns[i], typeof value === "number" ? (Number.isFinite(value) ? value.toLocaleString("en") : "no value") : value]];
    });
  }

  async colour(wanted) {
    if (wanted === this.shown.colour) return;
    this.shown.colour = wanted;
    const mine = (this.colourAsked += 1);
    this.choices.busy(true);
    try {
      const colours = await colouring(this.source, this.space, wanted, this.rows);
      if (mine === this.colourAsked && !this.gone) this.cloud.setColours(colours);
    } catch (error) {
      if (mine === this.colourAsked) this.fail(error);
    } finally {
      if (mine === this.colourAsked) this.choices.busy(false);
    }
  }

  // Show which names are picked and marked; names of rows not on this map are said so by the card.
  async point(name, mark) {
    if (name === this.shown.name && mark === this.shown.mark) return;
    const fly = name !== this.shown.name && this.shown.name !== undefined;
    Object.assign(this.shown, { name, mark });
    const marks = readMarks(mark);
    try {
      const all = [...(name ? [name] : []), ...marks];
      const rows = await this.source.rows(this.space.name, all);
      if (this.gone || this.shown.name !== name || this.shown.mark !== mark) return;
      this.picked = name ? rows[0] : -1;
      this.marks = marks.map((text, i) => ({ name: text, row: rows[i + (name ? 1 : 0)] })).filter(({ row }) => row >= 0);
      this.ring();
      const at = name ? this.rows.point(rows[0]) : -1;
      if (fly && at >= 0 && this.flyNext) this.cloud.frame([at], { glide: true });
      this.flyNext = false;
      await this.card.show(name, this.picked);
    } catch (error) {
      this.fail(error);
    }
  }

  ring() {
    const points = [this.picked, ...this.marks.map(({ row }) => row)].filter((row) => row >= 0).map((row) => this.rows.point(row));
    this.cloud.setMarked(points.filter((i) => i >= 0));
    this.marked.show(this.marks.map(({ name }) => name));
  }

  // Pick a row, and go there if asked to
  async pick(row, { fly = false } = {}) {
    const name = await this.name(row);
    this.flyNext = fly;
    this.context.state.set({ name }, { push: true });
    this.context.announce(`${short(name)} picked`);
  }

  mark(name, wanted) {
    const others = readMarks(this.context.state.get("mark")).filter((other) => other !== name);
    const marks = wanted ? [...others, name] : others;
    this.context.state.set({ mark: marks.length ? JSON.stringify(marks) : null });
  }

  showStats() {
    const { points, renderer } = this.cloud.stats;
    const of = this.space.n > this.map.n ? ` of ${this.space.n.toLocaleString("en")}` : "";
    replace(this.stats, `${counted(points)}${of} · ${this.map.dim}-D`);
    this.stats.title = renderer === "canvas" ? "Drawn without a graphics processor" : "";
  }

  fail(error, again = null) {
    if (this.gone) return;
    this.place.removeAttribute("aria-busy");
    replace(this.trouble, el("div", { class: "failure", role: "alert" },
      el("p", {}, error.message), again && el("button", { onclick: again }, "Try again")));
  }

  unmount() {
    this.gone = true;
    clearTimeout(this.soon);
    this.cloud.destroy();
  }
}

const counted = (n) => `${n.toLocaleString("en")} ${n === 1 ? "point" : "points"}`;

export function readMarks(text) {
  try {
    const said = JSON.parse(text || "[]");
    return Array.isArray(said) ? said.filter((name) => typeof name === "string").slice(0, 100) : [];
  } catch {
    return [];
  }
}
