// A plane with axes in SVG: arrows, points and labels, and handles that mouse, finger and arrow keys move.

import { svg } from "../dom.js";
import { palette } from "../theme.js";

const FONT = "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
const ROOM = { left: 46, right: 16, top: 14, bottom: 42 };
const BARE = { left: 8, right: 8, top: 8, bottom: 8 }; // without axes
let count = 0;

export class Plane {
  // x, y: [from, to]; axes: [name of x, name of y], or null for none; ticks: distance between two; label: what is read aloud
  constructor({ x, y, width, height, ticks = 1, axes = null, label }) {
    const room = axes ? ROOM : BARE;
    Object.assign(this, { x, y, width, height, room, colours: palette(), id: `plane-${(count += 1)}` });
    this.back = svg("g", { "clip-path": `url(#${this.id}-clip)` });
    this.marks = svg("g");
    this.handles = svg("g");
    this.node = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": label, "font-family": FONT },
      svg("defs", {}, svg("clipPath", { id: `${this.id}-clip` }, svg("rect", {
        x: room.left, y: room.top, width: width - room.left - room.right, height: height - room.top - room.bottom }))),
      svg("rect", { width, height, fill: this.colours.paper }), this.back, axes ? this.grid(ticks, axes) : [], this.marks, this.handles);
  }

  X(value) {
    return this.room.left + ((value - this.x[0]) / (this.x[1] - this.x[0])) * (this.width - this.room.left - this.room.right);
  }

  Y(value) {
    const share = (value - this.y[0]) / (this.y[1] - this.y[0]);
    return this.height - this.room.bottom - share * (this.height - this.room.top - this.room.bottom);
  }

  grid(ticks, axes) {
    const { line, faint } = this.colours;
    const [left, right, bottom, top] = [this.X(this.x[0]), this.X(this.x[1]), this.Y(this.y[0]), this.Y(this.y[1])];
    const node = svg("g", { fill: faint, "font-size": 12 });
    const zero = ([from, to]) => Math.min(to, Math.max(from, 0));
    for (const value of steps(this.x, ticks)) {
      node.append(stroke(this.X(value), bottom, this.X(value), top, line, 1),
        svg("text", { x: this.X(value), y: bottom + 16, "text-anchor": "middle" }, number(value)));
    }
    for (const value of steps(this.y, ticks)) {
      node.append(stroke(left, this.Y(value), right, this.Y(value), line, 1),
        svg("text", { x: left - 6, y: this.Y(value) + 4, "text-anchor": "end" }, number(value)));
    }
    node.append(stroke(left, this.Y(zero(this.y)), right, this.Y(zero(this.y)), faint, 1.4),
      stroke(this.X(zero(this.x)), bottom, this.X(zero(this.x)), top, faint, 1.4),
      svg("text", { x: right, y: this.height - 8, "text-anchor": "end", "font-size": 13 }, axes[0]),
      svg("text", { x: 0, y: 0, "text-anchor": "end", "font-size": 13, transform: `translate(13 ${top}) rotate(-90)` }, axes[1]));
    return node;
  }

  // An arrow from one place to another.
  arrow(from, to, colour, { width = 2.2, dashed = false } = {}) {
    const [x1, y1, x2, y2] = [this.X(from[0]), this.Y(from[1]), this.X(to[0]), this.Y(to[1])];
    const long = Math.hypot(x2 - x1, y2 - y1);
    if (long < 1) return svg("g");
    const head = Math.min(10, long / 2);
    const [ux, uy] = [(x2 - x1) / long, (y2 - y1) / long];
    const [bx, by] = [x2 - ux * head, y2 - uy * head];
    const wing = head * 0.42;
    return svg("g", {}, stroke(x1, y1, bx, by, colour, width, dashed),
      svg("path", { d: `M${x2} ${y2}L${bx - uy * wing} ${by + ux * wing}L${bx + uy * wing} ${by - ux * wing}Z`, fill: colour }));
  }

  dot(at, colour, radius = 4.5) {
    return svg("circle", { cx: this.X(at[0]), cy: this.Y(at[1]), r: radius, fill: colour });
  }

  star(at, colour, radius = 9) {
    const corner = (i) => {
      const [angle, r] = [(i * Math.PI) / 5 - Math.PI / 2, i % 2 ? radius * 0.45 : radius];
      return `${this.X(at[0]) + r * Math.cos(angle)} ${this.Y(at[1]) + r * Math.sin(angle)}`;
    };
    return svg("path", { d: `M${Array.from({ length: 10 }, (_, i) => corner(i)).join("L")}Z`, fill: colour, stroke: this.colours.paper });
  }

  // Text beside a place, on a halo of paper, kept inside the picture.
  label(at, text, { colour = this.colours.ink, dx = 8, dy = -7, size = 14, bold = false, end = false } = {}) {
    const shown = text.length > 28 ? `${text.slice(0, 27)}…` : text;
    const wide = shown.length * size * 0.62;
    const x = this.X(at[0]) + dx;
    const left = end || x + wide > this.width - 4;
    return svg("text", {
      x: left ? Math.max(wide + 2, end ? x : x - 2 * dx) : Math.max(2, x), y: Math.min(this.height - 4, Math.max(size, this.Y(at[1]) + dy)),
      fill: colour, "font-size": size, "font-weight": bold ? 700 : 500, "text-anchor": left ? "end" : "start",
      stroke: this.colours.paper, "stroke-width": 3.5, "paint-order": "stroke", "stroke-linejoin": "round" }, shown);
  }

  show(...marks) {
    this.marks.replaceChildren(...marks.flat(Infinity));
  }

  // A point to move. step: how far an arrow key goes (with Shift five times as far); say(at) is read aloud. → {move(at)}
  handle({ label, at, step, say, onmove, colour = this.colours.star }) {
    const place = svg("circle", { r: 8, fill: colour, stroke: this.colours.paper, "stroke-width": 2 });
    const node = svg("g", { class: "handle", tabindex: 0, role: "slider", "aria-label": `${label}; drag it, or move it with the arrow `
      + `keys` },
      svg("circle", { r: 22, fill: "transparent" }), place);
    const move = (next) => {
      at = next;
      node.setAttribute("transform", `translate(${this.X(at[0])} ${this.Y(at[1])})`);
      node.setAttribute("aria-valuenow", at[0]);
      node.setAttribute("aria-valuetext", say(at));
    };
    const tell = (next) => { move(this.inside(next, step)); onmove(at); };
    const follow = (event) => {
      const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.node.getScreenCTM().inverse());
      tell(this.value(place));
    };
    node.addEventListener("pointerdown",
      (event) => { event.preventDefault(); node.focus(); node.setPointerCapture(event.pointerId); follow(event); });
    node.addEventListener("pointermove", (event) => { if (node.hasPointerCapture(event.pointerId)) follow(event); });
    node.addEventListener("keydown", (event) => {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!way) return;
      event.preventDefault();
      const far = step * (event.shiftKey ? 5 : 1);
      tell([at[0] + way[0] * far, at[1] + way[1] * far]);
    });
    move(at);
    this.handles.append(node);
    return { node, move };
  }

  value({ x, y }) {
    const { left, right, top, bottom } = this.room;
    const across = (x - left) / (this.width - left - right);
    const up = (this.height - bottom - y) / (this.height - top - bottom);
    return [this.x[0] + across * (this.x[1] - this.x[0]), this.y[0] + up * (this.y[1] - this.y[0])];
  }

  // Within the axes, and on a multiple of the step.
  inside([x, y], step) {
    const fit = (value, [from, to]) => Number((Math.round(Math.min(to, Math.max(from, value)) / step) * step).toFixed(6));
    return [fit(x, this.x), fit(y, this.y)];
  }
}

export function stroke(x1, y1, x2, y2, colour, width = 1, dashed = false) {
  return svg("line", { x1, y1, x2, y2, stroke: colour, "stroke-width": width, "stroke-dasharray": dashed ? "5 4" : null });
}

const steps = ([from, to], by) => Array.from({ length: Math.floor((to - from) / by + 1.001) },
  (_, i) => Number((from + i * by).toFixed(6)));

const number = (value) => String(value).replace("-", "−");
