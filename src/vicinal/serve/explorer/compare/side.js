// One of the two clouds: a space on a map, spoken to by rows of the space, whatever points the map shows.

import { Cloud } from "../cloud/cloud.js";
import { el, replace } from "../dom.js";
import { downloads } from "../figure.js";

export class Side {
  constructor(which) {
    this.which = which;
    this.place = el("div", { class: "compare-cloud" });
    this.caption = el("figcaption", {});
    this.node = el("figure", { class: "figure" }, this.caption, this.place);
    this.cloud = null;
    this.rows = null;
  }

  // said: {name, coordinates, dim, rows, names: NameList, note}; tools: what stands in the caption besides
  draw(said, tools) {
    this.fail(null);
    this.cloud ??= this.born();
    this.names = said.names;
    this.rows = said.rows;
    this.n = said.coordinates.length / said.dim;
    this.points = null;
    this.node.setAttribute("aria-label", `${said.name}: ${said.note}`);
    replace(this.caption, el("span", { class: "compare-title" }, el("bdi", {}, said.name), " ", el("span", { class: "faint" }, said.note)),
      el("span", { class: "compare-tools" }, tools, downloads(`compare ${said.name}`, () => this.cloud)));
    this.cloud.setPoints(said.coordinates, said.dim, { name: (i) => said.names.get(this.row(i)) });
  }

  born() {
    const cloud = new Cloud(this.place, { label: `Map of space ${this.which}` });
    return cloud;
  }

  fail(error) {
    this.alert?.remove();
    this.alert = error && el("p", { class: "failure", role: "alert" }, error.message);
    if (error) this.node.append(this.alert);
  }

  busy(yes) {
    this.place.setAttribute("aria-busy", String(yes));
  }

  row(point) {
    return this.rows ? this.rows[point] : point;
  }

  // The point of a row; -1 where the map does not show it
  point(row) {
    if (row < 0 || !this.names) return -1;
    if (!this.rows) return row < this.n ? row : -1;
    if (!this.points) {
      this.points = new Int32Array(this.names.length).fill(-1);
      this.rows.forEach((at, i) => { this.points[at] = i; });
    }
    return this.points[row];
  }

  mark(rows) {
    this.cloud?.setMarked([...new Set(rows.map((row) => this.point(row)))].filter((point) => point >= 0));
  }

  select(rows) {
    this.cloud?.select(rows.map((row) => this.point(row)).filter((point) => point >= 0), false);
  }

  // values: Float32Array by row, or null for one colour
  colour(values, label) {
    if (!this.cloud || !this.names) return;
    if (!values) { this.cloud.setColours(null); this.cloud.setFaded(null); return; }
    const shown = this.rows ? Float32Array.from(this.rows, (row) => values[row]) : values;
    this.cloud.setColours({ kind: "number", values: shown, label });
    this.cloud.setFaded(shown.some(Number.isNaN) ? Uint8Array.from(shown, (value) => (Number.isNaN(value) ? 1 : 0)) : null);
  }

  destroy() {
    this.cloud?.destroy();
  }
}
