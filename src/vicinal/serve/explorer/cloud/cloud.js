// A cloud of points in 2 or 3 dimensions: drawn, moved about in, asked what is where. It fills `root` and follows its size and the theme.

import { el } from "../dom.js";
import { palette } from "../theme.js";
import { Camera, projectRow } from "./camera.js";
import { CanvasPoints } from "./canvas.js";
import { planned, shadeColour, shadesOf } from "./colours.js";
import { controls } from "./controls.js";
import { density, sampleRows } from "./density.js";
import { elements } from "./elements.js";
import { Labels, widths } from "./labels.js";
import { Legend } from "./legend.js";
import { box } from "./order.js";
import { coveredBy, drawOn, shapesOf } from "./over.js";
import { Painter } from "./painter.js";
import { Picking } from "./picking.js";
import { toPNG, toSVG } from "./picture.js";
import { Pilot, framed } from "./pilot.js";
import { styleBytes } from "./styles.js";
import { Tooltip } from "./tooltip.js";
import { WebGLPoints } from "./webgl.js";

const SHARPEST = 2; // device pixels to a CSS pixel, at most

export class Cloud {
  // options: {label, tools: false for no buttons,
  // renderer: "auto" (WebGL2 where a graphics processor is behind it, else by hand), "webgl2" or "canvas"}
  constructor(root, { label = "Cloud of points", renderer = "auto", tools = true } = {}) {
    this.root = root;
    this.label = label;
    this.listeners = new Map();
    this.camera_ = new Camera(2);
    this.view = { width: 0, height: 0 };
    this.data = { coordinates: new Float32Array(0), dim: 2, n: 0, name: () => "", details: null };
    this.marked = []; this.stars = []; this.arrows = []; this.line = null; this.mode = "";
    this.plan = planned(null, 0);
    this.sizes = null; this.faded = null; this.selection = null; this.hovered = -1; this.covered = [];
    this.stats = { points: 0, drawn: 0, frameMs: 0, pictures: 0, renderer: "", labels: [] };
    this.ready = new Promise((resolve) => { this.isReady = resolve; });
    this.colours = palette();
    this.legend = new Legend(() => { this.covered = coveredBy(this.box); this.reshade(); });
    this.tooltip = new Tooltip(this);
    Object.assign(this, elements(label, this.legend.node, this.tooltip.node));
    root.append(this.box);
    this.box.cloud = this; // for whoever looks into the page from its console
    this.brush = this.over.getContext("2d");
    this.labels = new Labels(widths(this.brush));
    controls(this, tools);
    this.pilot = new Pilot(this);
    this.painter = new Painter((count) => this.look(count), (picture) => this.shown(picture));
    if (renderer === "auto") this.painter.slow = () => { if (this.renderer.kind === "webgl2") this.drawByHand(); };
    this.startRenderer(renderer);
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(root);
    this.retheme = () => { this.colours = palette(); this.legend.draw(); this.reshade(); };
    window.addEventListener("themechange", this.retheme);
    this.resize();
  }

  startRenderer(wanted) {
    const again = () => this.give();
    try {
      if (wanted === "canvas") throw new Error("not wanted");
      this.renderer = new WebGLPoints(this.points, () => this.contextLost(), () => { clearTimeout(this.waiting); again(); },
        wanted === "webgl2");
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
    this.waiting = setTimeout(() => this.drawByHand(), 3000);
  }

  drawByHand() {
    this.renderer.destroy();
    this.startRenderer("canvas");
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
    Object.assign(this.stats, { points: n, drawn: 0, whole: false });
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
    this.covered = coveredBy(this.box);
  }

  setPriority(priority) { this.labels.prioritise(priority); this.touch(true); }
  setSizes(sizes) { this.sizes = sizes; this.restyle(); this.touch(true); }
  setFaded(faded) { this.faded = faded; this.restyle(); this.touch(true); }
  setMarked(rows) { this.marked = [...new Set(rows)].filter((i) => i >= 0 && i < this.data.n); this.touch(true); }
  setStars(stars) { this.stars = stars ?? []; this.touch(true); }
  setArrows(arrows) { this.arrows = arrows ?? []; this.touch(true); }

  // rows that stand out, as after a lasso; null for none
  select(rows, tell = true) {
    const chosen = Int32Array.from(rows ? new Set(rows) : []).sort();
    this.selection = chosen.length ? chosen : null;
    this.labels.limit(this.selection);
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

  restyle() {
    const { plan: { codes }, sizes, faded, selection, data: { n } } = this;
    this.renderer.setStyles(styleBytes(n, codes, sizes, faded, selection));
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
    this.covered = coveredBy(this.box);
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
    this.stats.pictures += 1;
    this.drawOver();
    if (all) window.setTimeout(() => this.picking?.grid(), 50); // before the first look under the cursor needs it
    if (this.data.n && !this.wasReady) {
      this.wasReady = true;
      requestAnimationFrame(() => requestAnimationFrame(this.isReady));
    }
  }

  shapes() { return shapesOf(this); }

  drawOver() {
    const shapes = shapesOf(this);
    const { codes } = this.plan;
    const fill = (row) => shadeColour(this.plan, codes ? codes[row] : 0);
    if (!this.stats.whole) shapes.dots = shapes.labels.map(({ row, x, y }) => ({ x, y, fill: fill(row) })); // not in the sample, maybe
    drawOn(this.brush, this.ratio, shapes, this.colours);
    this.stats.labels = shapes.labels;
  }

  // Where a row is: {x, y} in CSS pixels of root, or null behind the eye
  place(row) {
    const { coordinates, dim } = this.data;
    const [x, y, near] = projectRow(this.camera_.lens(this.view), coordinates, dim, row);
    return near ? { x, y } : null;
  }

  // Show all points, or some rows. {glide: true} goes there in a moment's flight, unless people want no motion.
  frame(rows = null, { glide = false } = {}) {
    if (!this.data.n) return;
    this.fitted = !rows?.length;
    this.pilot.go(framed(this, rows), glide);
  }

  moved() {
    this.touch();
    this.tell("move", this.camera);
  }

  get camera() { return (this.pilot.goal ?? this.camera_).toJSON(); }

  // Setting it does not tell "move", so that two clouds can follow each other.
  set camera(said) {
    this.pilot.stop();
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
    this.pilot.stop();
    clearTimeout(this.waiting);
    this.observer.disconnect();
    window.removeEventListener("themechange", this.retheme);
    this.painter.stop();
    this.renderer.destroy();
    this.labels.set(null);
    this.box.remove();
  }
}
