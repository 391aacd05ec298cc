// A cloud of points in 2 or 3 dimensions: drawn, moved about in, asked what is where. It fills `root` and follows its size and the theme.

import { el } from "../dom.js";
import { palette } from "../theme.js";
import { Camera, between, project } from "./camera.js";
import { CanvasPoints } from "./canvas.js";
import { planned, shadesOf } from "./colours.js";
import { density, sampleRows } from "./density.js";
import { controls } from "./controls.js";
import { FONT, Labels } from "./labels.js";
import { Legend } from "./legend.js";
import { box, stepOf } from "./order.js";
import { drawShapes, laidOut } from "./overlay.js";
import { Painter } from "./painter.js";
import { Picking } from "./picking.js";
import { toPNG, toSVG } from "./picture.js";
import { Tooltip } from "./tooltip.js";
import { WebGLPoints } from "./webgl.js";

const SHARPEST = 2; // device pixels to a CSS pixel, at most
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

export class Cloud {
  // options: {label, renderer: "webgl2" | "canvas" (for tests), tools: false for no buttons}
  constructor(root, { label = "Cloud of points", renderer = "webgl2", tools = true } = {}) {
    this.root = root;
    this.label = label;
    this.listeners = new Map();
    this.camera_ = new Camera(2);
    this.view = { width: 0, height: 0 };
    this.data = { coordinates: new Float32Array(0), dim: 2, n: 0, name: () => "", details: null };
    this.marked = []; this.stars = []; this.arrows = []; this.line = null; this.mode = "";
    this.plan = planned(null, 0);
    this.sizes = null; this.faded = null; this.selection = null; this.hovered = -1;
    this.stats = { points: 0, drawn: 0, frameMs: 0, renderer: "", labels: [] };
    this.ready = new Promise((resolve) => { this.isReady = resolve; });
    this.build(tools);
    this.painter = new Painter((count) => this.look(count), (picture) => this.shown(picture));
    this.startRenderer(renderer);
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(root);
    this.retheme = () => { this.colours = palette(); this.legend.draw(); this.reshade(); };
    window.addEventListener("themechange", this.retheme);
    this.dark = window.matchMedia("(prefers-color-scheme: dark)");
    this.dark.addEventListener("change", this.retheme);
    this.resize();
  }

  build(tools) {
    this.colours = palette();
    this.points = el("canvas", { class: "cloud-points", "aria-hidden": "true" });
    this.over = el("canvas", { class: "cloud-over", "aria-hidden": "true" });
    this.field = el("div", {
      class: "cloud-field", tabindex: "0", role: "application", "aria-roledescription": "map of points", "aria-label": this.label,
      "aria-keyshortcuts": "ArrowLeft ArrowRight ArrowUp ArrowDown + - 0 N P Enter Escape",
    }, this.points, this.over);
    this.brush = this.over.getContext("2d");
    this.legend = new Legend(() => this.reshade());
    this.tooltip = new Tooltip(this);
    this.said = el("div", { class: "unseen", role: "status", "aria-live": "polite" });
    this.box = el("div", { class: "cloud" }, this.field, this.legend.node, this.tooltip.node, this.said);
    this.root.append(this.box);
    this.brush.font = FONT;
    this.widths = new Map();
    this.labels = new Labels((text) => this.widthOf(text));
    controls(this, tools);
  }

  widthOf(text) {
    if (!this.widths.has(text)) {
      if (this.widths.size > 20000) this.widths.clear();
      this.brush.font = FONT;
      this.widths.set(text, Math.ceil(this.brush.measureText(text).width));
    }
    return this.widths.get(text);
  }

  startRenderer(wanted) {
    const again = () => this.give();
    try {
      if (wanted === "canvas") throw new Error("not wanted");
      this.renderer = new WebGLPoints(this.points, () => this.contextLost(), () => { clearTimeout(this.waiting); again(); });
    } catch {
      const fresh = el("canvas", { class: "cloud-points", "aria-hidden": "true" }); // one that had another context cannot change it
      this.points.replaceWith(fresh);
      this.points = fresh;
      this.renderer = new CanvasPoints(fresh);
    }
    this.painter.renderer = this.renderer;
    this.stats.renderer = this.renderer.kind;
    again();
  }

  // The browser took the context away: it mostly comes back; otherwise go on without it.
  contextLost() {
    this.painter.renderer = null;
    this.painter.pending = null;
    this.waiting = setTimeout(() => { this.renderer.destroy(); this.startRenderer("canvas"); }, 3000);
  }

  // Hand everything to the renderer.
  give() {
    const { coordinates, dim, n } = this.data;
    this.painter.renderer = this.renderer;
    this.painter.reset();
    this.painter.n = n;
    this.renderer.setPlaces(coordinates, dim, n);
    this.restyle();
    this.reshade();
    this.resize(true);
  }

  // coordinates: Float32Array of n × dim; name(i) → text or a promise of it; priority: larger = labelled first (null: row order);
  // details(i) → [[what, value], ...] or a promise of it, for the tooltip
  setPoints(coordinates, dim, { name = (i) => String(i), priority = null, details = null } = {}) {
    const n = coordinates.length / dim;
    const turned = this.data.dim !== dim;
    this.data = { coordinates, dim, n, name, details };
    this.stats.points = n;
    this.bounds = box(coordinates, dim);
    this.picking = new Picking(coordinates, dim, n, this.bounds);
    this.sample = sampleRows(n);
    this.labels.set({ coordinates, dim, n, name, priority, picking: this.picking }, () => this.touch(true));
    if (this.plan.codes && this.plan.codes.length !== n) this.setPlan(planned(null, n));
    this.marked = this.marked.filter((i) => i < n);
    this.sizes = null; this.faded = null; this.selection = null; this.hovered = -1;
    this.tooltip.hide();
    if (turned) this.camera_ = new Camera(dim);
    this.camera_.fit(this.bounds, this.view);
    this.fitted = true;
    this.give();
  }

  setColours(said) {
    this.setPlan(planned(said, this.data.n));
    this.restyle();
    this.reshade();
  }

  setPlan(plan) {
    this.plan = plan;
    this.legend.set(plan);
  }

  setPriority(priority) { this.labels.prioritise(priority); this.touch(true); }
  setSizes(sizes) { this.sizes = sizes; this.restyle(); this.touch(true); }
  setFaded(faded) { this.faded = faded; this.restyle(); this.touch(true); }
  setMarked(rows) { this.marked = [...new Set(rows)].filter((i) => i >= 0 && i < this.data.n); this.touch(true); }
  setStars(stars) { this.stars = stars ?? []; this.touch(true); }
  setArrows(arrows) { this.arrows = arrows ?? []; this.touch(true); }

  // rows that stand out, as after a lasso; null for none
  select(rows, tell = true) {
    this.selection = rows?.length ? Int32Array.from(rows).sort() : null;
    this.restyle();
    this.touch(true);
    if (tell) this.tell("select", this.selection ?? new Int32Array(0));
    const count = this.selection?.length ?? 0;
    this.say(count ? `${count.toLocaleString("en")} selected` : "Nothing selected");
  }

  // Rows in the view now, ascending
  visible() {
    const { width, height } = this.view;
    return this.picking?.inside(this.camera_.lens(this.view), [[0, 0], [width, 0], [width, height], [0, height]]) ?? new Int32Array(0);
  }

  say(text) { this.said.textContent = text; }

  // One style a point, in drawing order; none at all while nothing is special.
  restyle() {
    const { plan: { codes }, sizes, faded, selection, data: { n } } = this;
    if (!codes && !sizes && !faded && !selection) return this.renderer.setStyles(null);
    const apart = selection ? new Uint8Array(n).fill(1) : null;
    selection?.forEach((row) => { apart[row] = 0; });
    const bytes = new Uint8Array(4 * n);
    const step = stepOf(n);
    for (let k = 0, row = 0; k < n; k += 1) {
      bytes[4 * k] = codes ? codes[row] : 0;
      bytes[4 * k + 1] = sizes ? Math.max(16, Math.min(255, sizes[row] * 64)) : 64;
      bytes[4 * k + 2] = (apart && apart[row]) || (faded && faded[row]) ? 1 : 0;
      row += step;
      if (row >= n) row -= n;
    }
    return this.renderer.setStyles(bytes);
  }

  reshade() {
    this.renderer.setShades(shadesOf(this.plan, this.legend.quieted()));
    this.touch(true);
  }

  resize(force = false) {
    const width = this.root.clientWidth;
    const height = this.root.clientHeight;
    const ratio = Math.min(SHARPEST, window.devicePixelRatio || 1);
    if (!force && width === this.view.width && height === this.view.height && ratio === this.ratio) return;
    this.view = { width, height };
    this.ratio = ratio;
    if (!width || !height) return;
    this.renderer.resize(Math.round(width * ratio), Math.round(height * ratio));
    this.over.width = Math.round(width * ratio);
    this.over.height = Math.round(height * ratio);
    if (this.fitted && this.bounds) this.camera_.fit(this.bounds, this.view);
    this.touch(true);
  }

  look(count) {
    const lens = this.camera_.lens(this.view);
    const { coordinates, dim } = this.data;
    return { lens, ratio: this.ratio, ...density(coordinates, dim, this.sample ?? [], count, lens, this.ratio) };
  }

  touch(still = false) {
    if (this.view.width && this.view.height) this.painter.touch(still);
  }

  // A picture of points was drawn: names and rings over it; and the promise is kept.
  shown({ count, all }) {
    this.stats.drawn = count;
    this.stats.frameMs = this.painter.frameMs;
    this.stats.whole = all;
    this.drawOver();
    if (this.data.n && !this.wasReady) {
      this.wasReady = true;
      requestAnimationFrame(() => requestAnimationFrame(this.isReady));
    }
  }

  shapes() {
    const { data: { coordinates, dim }, labels, view, marked, stars, arrows, line } = this;
    const lens = this.camera_.lens(view);
    const now = performance.now();
    if (now - (this.labelled ?? -1e9) > 120 || this.stats.whole) { labels.refresh(lens, view, this.camera_.span); this.labelled = now; }
    const selected = this.selection && this.selection.length <= 60 ? [...this.selection] : [];
    return laidOut({ lens, view, labels, coordinates, dim, marked, selected, hovered: this.hovered, stars, arrows, line });
  }

  drawOver() {
    const { brush, over, ratio } = this;
    const shapes = this.shapes();
    brush.setTransform(1, 0, 0, 1, 0, 0);
    brush.clearRect(0, 0, over.width, over.height);
    brush.scale(ratio, ratio);
    drawShapes(brush, shapes, this.colours);
    this.stats.labels = shapes.labels;
  }

  // Where a row is: {x, y} in CSS pixels of root, or null behind the eye
  place(row) {
    const { coordinates, dim } = this.data;
    const [x, y, near] = project(this.camera_.lens(this.view), ...[0, 1, 2].map((i) => (i < dim ? coordinates[row * dim + i] : 0)));
    return near ? { x, y } : null;
  }

  // Show all points, or some rows. {glide: true} goes there in a moment's flight, unless people want no motion.
  frame(rows = null, { glide = false } = {}) {
    const { coordinates, dim, n } = this.data;
    if (!n) return;
    const goal = this.camera_.copy();
    const bounds = rows?.length ? box(coordinates, dim, rows) : this.bounds;
    goal.fit(bounds, this.view);
    if (rows?.length) {
      const whole = this.camera_.copy();
      whole.fit(this.bounds, this.view);
      goal.span = Math.max(goal.span * 1.15, rows.length === 1 ? Math.min(this.camera_.span, whole.span / 6) : whole.span / 1e5);
    }
    this.fitted = !rows?.length;
    this.goTo(goal, glide);
  }

  goTo(goal, glide) {
    cancelAnimationFrame(this.flight);
    this.goal = goal;
    if (!glide || calm.matches) return this.land(goal);
    const from = this.camera_.copy();
    const since = performance.now();
    const fly = () => {
      const t = (performance.now() - since) / 450;
      if (t >= 1) return this.land(goal);
      this.camera_ = between(from, goal, t);
      this.touch();
      this.flight = requestAnimationFrame(fly);
      return undefined;
    };
    return fly();
  }

  land(goal) {
    this.camera_ = goal;
    this.goal = null;
    this.moved();
  }

  moved() {
    this.touch();
    this.tell("move", this.camera);
  }

  get camera() { return (this.goal ?? this.camera_).toJSON(); }

  // Setting it does not tell "move", so that two clouds can follow each other.
  set camera(said) {
    cancelAnimationFrame(this.flight);
    this.goal = null;
    if (this.camera_.take(said)) { this.fitted = false; this.touch(); }
  }

  on(event, listener) {
    if (!this.listeners.has(event)) this.listeners.set(event, new Set());
    this.listeners.get(event).add(listener);
    return () => this.listeners.get(event).delete(listener);
  }

  tell(event, value) {
    for (const listener of [...(this.listeners.get(event) ?? [])]) listener(value);
  }

  hover(row) {
    if (row === this.hovered) return;
    this.hovered = row;
    this.tooltip.show(row);
    this.drawOver();
    this.tell("hover", row);
  }

  toPNG(scale = 2) { return toPNG(this, scale); }
  toSVG() { return toSVG(this); }

  destroy() {
    cancelAnimationFrame(this.flight);
    clearTimeout(this.waiting);
    this.observer.disconnect();
    window.removeEventListener("themechange", this.retheme);
    this.dark.removeEventListener("change", this.retheme);
    this.painter.stop();
    this.renderer.destroy();
    this.labels.set(null);
    this.box.remove();
  }
}
