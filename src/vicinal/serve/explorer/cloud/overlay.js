// What is drawn over the points: arrows, rings, stars, names, the line of the lasso. Everything is first laid out as a list of shapes,
// which a canvas or an SVG then draws, so that both show the same.

import { project, projectRow } from "./camera.js";
import { FONT } from "./labels.js";
import { isolated, short } from "./text.js";

// → {arrows, rings, stars, labels, line} in CSS pixels; dots: points to draw here, too
export function laidOut({ lens, view, labels, coordinates, dim, marked, selected, hovered, stars, arrows, line, covered = [] }) {
  const at = (place) => project(lens, place[0], place[1], place[2] ?? 0);
  const row = (i) => projectRow(lens, coordinates, dim, i);
  const seen = ([x, y, near]) => near && x > -40 && y > -40 && x < view.width + 40 && y < view.height + 40;
  const shapes = { arrows: [], rings: [], stars: [], labels: [], line };
  const taken = [...covered];
  const claim = (text, x, y) => {
    const width = labels.measure(isolated(text));
    const within = (value, most) => Math.max(2, Math.min(most, value));
    const box = { text, left: within(x, view.width - width - 2), top: within(y, view.height - 18), width, height: 16 };
    taken.push(box);
    return box;
  };
  for (const { from, to, label } of arrows) {
    const [start, stop] = [at(from), at(to)];
    if (!start[2] || !stop[2]) continue;
    const name = label ? claim(short(label), (start[0] + stop[0]) / 2 + 6, (start[1] + stop[1]) / 2 - 8) : null;
    shapes.arrows.push({ start, stop, name });
    taken.push(...along(start, stop));
  }
  for (const { at: place, label } of stars) {
    const [x, y, near] = at(place);
    if (seen([x, y, near])) shapes.stars.push({ x, y, name: label ? claim(short(label), x + 11, y - 8) : null });
  }
  for (const i of marked) {
    const [x, y, near] = row(i);
    if (near) taken.push({ left: x - 7, top: y - 7, width: 14, height: 14 }); // no other name over a ring or a star
    const starred = shapes.stars.some((star) => Math.hypot(star.x - x, star.y - y) < 1); // a star marks enough
    if (seen([x, y, near]) && !starred) shapes.rings.push({ x, y, radius: 6, strong: true });
  }
  if (hovered >= 0) {
    const [x, y, near] = row(hovered);
    if (near) shapes.rings.push({ x, y, radius: 8, strong: false });
  }
  shapes.labels = labels.place(lens, view, [...marked, ...selected.filter((i) => !marked.includes(i))], taken);
  return shapes;
}

// Boxes that keep names off an arrow, but for its two ends
function along([x0, y0], [x1, y1]) {
  const length = Math.min(4000, Math.hypot(x1 - x0, y1 - y0));
  const count = Math.max(0, Math.floor((length - 24) / 8));
  return Array.from({ length: count }, (_, i) => {
    const t = (12 + 8 * i) / length;
    return { left: x0 + (x1 - x0) * t - 3, top: y0 + (y1 - y0) * t - 3, width: 6, height: 6 };
  });
}

export function drawShapes(context, shapes, colours) {
  context.lineJoin = "round";
  for (const { start, stop } of shapes.arrows) drawArrow(context, start, stop, colours.star);
  for (const { x, y, radius, strong } of shapes.rings) {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.lineWidth = 5;
    context.strokeStyle = colours.paper;
    context.stroke();
    context.lineWidth = 2.2;
    context.strokeStyle = strong ? colours.star : colours.ink;
    context.stroke();
  }
  for (const { x, y } of shapes.stars) {
    const path = new Path2D(starPath(x, y));
    context.lineWidth = 3;
    context.strokeStyle = colours.paper;
    context.stroke(path);
    context.fillStyle = colours.star;
    context.fill(path);
  }
  for (const { x, y, fill } of shapes.dots ?? []) {
    context.beginPath();
    context.arc(x, y, 2.5, 0, 2 * Math.PI);
    context.fillStyle = fill;
    context.fill();
  }
  context.font = FONT;
  context.textBaseline = "middle";
  for (const label of shapes.labels) {
    if (label.leader) drawLeader(context, label, colours.star);
    written(context, label.text, label, label.marked ? colours.star : colours.ink, colours.paper);
  }
  for (const { name } of [...shapes.arrows, ...shapes.stars]) if (name) written(context, name.text, name, colours.star, colours.paper);
  if (shapes.line?.length > 1) drawLine(context, shapes.line, colours);
}

function written(context, text, { left, top, height }, ink, paper) {
  context.lineWidth = 3.5;
  context.strokeStyle = paper;
  context.strokeText(isolated(text), left, top + height / 2);
  context.fillStyle = ink;
  context.fillText(isolated(text), left, top + height / 2);
}

function drawArrow(context, start, stop, colour) {
  const { shaft, head } = arrowPaths(start, stop);
  context.strokeStyle = colour;
  context.lineWidth = 2.2;
  context.stroke(new Path2D(shaft));
  context.fillStyle = colour;
  context.fill(new Path2D(head));
}

function drawLeader(context, { x, y, left, top, width, height }, colour) {
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(Math.max(left, Math.min(left + width, x)), Math.max(top, Math.min(top + height, y)));
  context.stroke();
}

function drawLine(context, line, colours) {
  context.beginPath();
  line.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.closePath();
  context.globalAlpha = 0.12;
  context.fillStyle = colours.accent;
  context.fill();
  context.globalAlpha = 1;
  context.lineWidth = 1.5;
  context.strokeStyle = colours.accent;
  context.setLineDash([5, 4]);
  context.stroke();
  context.setLineDash([]);
}

const round = (value) => Math.round(value * 10) / 10;

export function starPath(x, y, radius = 9) {
  const corners = Array.from({ length: 10 }, (_, i) => {
    const reach = i % 2 ? radius * 0.42 : radius;
    return `${round(x + Math.sin((i * Math.PI) / 5) * reach)} ${round(y - Math.cos((i * Math.PI) / 5) * reach)}`;
  });
  return `M${corners.join("L")}Z`;
}

export function arrowPaths([x0, y0], [x1, y1]) {
  const angle = Math.atan2(y1 - y0, x1 - x0);
  const side = (turn) => `${round(x1 - 10 * Math.cos(angle + turn))} ${round(y1 - 10 * Math.sin(angle + turn))}`;
  return {
    shaft: `M${round(x0)} ${round(y0)}L${round(x1 - 6 * Math.cos(angle))} ${round(y1 - 6 * Math.sin(angle))}`,
    head: `M${round(x1)} ${round(y1)}L${side(0.42)}L${side(-0.42)}Z`,
  };
}
