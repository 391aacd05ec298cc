// Two clouds that know of each other: what is pointed at, chosen or lassoed in one is marked in the other.

import { el } from "../dom.js";
import { Side } from "./side.js";

export class TwoClouds {
  // events: {onpick(side, row), onselect(rowsOfA, rowsOfB), onmove(side, camera)}
  constructor(events) {
    this.events = events;
    this.sides = [new Side("a"), new Side("b")];
    this.node = el("div", { class: "compare-clouds" }, this.sides.map((side) => side.node));
    this.picked = [-1, -1];
    this.links = null;
    this.together = false;
  }

  // said: two of what Side.draw takes; links: {toB, toA}
  draw(said, links, tools) {
    const born = !this.sides[0].cloud;
    this.links = links;
    this.sides.forEach((side, i) => side.draw(said[i], tools[i]));
    if (born) this.listen();
    this.choose(this.picked);
  }

  listen() {
    this.sides.forEach((side, i) => {
      const other = this.sides[1 - i];
      side.cloud.on("hover", (point) => this.point(i, point < 0 ? -1 : side.row(point)));
      side.cloud.on("pick", (point) => point >= 0 && this.events.onpick(i, side.row(point)));
      side.cloud.on("select", (points) => {
        const rows = Array.from(points, (point) => side.row(point));
        const theirs = rows.map((row) => this.partner(i, row)).filter((row) => row >= 0);
        other.select(theirs);
        this.events.onselect(...(i === 0 ? [rows, theirs] : [theirs, rows]));
      });
      side.cloud.on("move", (camera) => {
        if (this.together) other.cloud.camera = camera;
        this.events.onmove(i, camera);
      });
    });
  }

  partner(side, row) {
    return row < 0 || !this.links ? -1 : (side === 0 ? this.links.toB : this.links.toA)[row];
  }

  // Something is pointed at: a row of one side (0 or 1), -1 for nothing any more
  point(side, row) {
    const pointed = side === 0 ? [row, this.partner(0, row)] : [this.partner(1, row), row];
    this.sides.forEach((one, i) => one.mark([this.picked[i], pointed[i]].filter((at) => at >= 0)));
  }

  // What stays marked: rows of a and of b
  choose(rows) {
    this.picked = rows;
    this.point(0, -1);
  }

  select(rowsOfA, rowsOfB) {
    this.sides[0].select(rowsOfA);
    this.sides[1].select(rowsOfB);
  }

  // Both look from the same place, and go on so.
  follow(together) {
    this.together = together;
    const [one, other] = this.sides.map(({ cloud }) => cloud);
    if (together && one && other) other.camera = one.camera;
  }

  busy(yes) { this.sides.forEach((side) => side.busy(yes)); }
  fail(error) { this.sides[0].fail(error); this.sides[1].fail(null); }
  destroy() { this.sides.forEach((side) => side.destroy()); }
}
