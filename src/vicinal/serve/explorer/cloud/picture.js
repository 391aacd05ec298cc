// A cloud as a picture to keep.

import { svg } from "../dom.js";
import { projectRow } from "./camera.js";
import { rampColour, shadeColour } from "./colours.js";
import { FONT } from "./labels.js";
import { number } from "./legend.js";
import { arrowPaths, drawShapes, starPath } from "./overlay.js";
import { isolated, short } from "./text.js";

const MOST = 20000; // visible points that are drawn one by one in an SVG; more are an image in it
const ROW = 18;

// The points alone at some scale → canvas. The canvas of the page is used for it and then put back.
function pointsAt(cloud, scale) {
  const { width, height } = cloud.view;
  const ratio = cloud.ratio;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  cloud.ratio = scale;
  cloud.renderer.resize(canvas.width, canvas.height);
  cloud.painter.now();
  canvas.getContext("2d").drawImage(cloud.points, 0, 0);
  cloud.ratio = ratio;
  cloud.renderer.resize(Math.round(width * ratio), Math.round(height * ratio));
  cloud.painter.now();
  return canvas;
}

export async function toPNG(cloud, scale) {
  const { width, height } = cloud.view;
  const points = pointsAt(cloud, scale);
  const canvas = document.createElement("canvas");
  canvas.width = points.width;
  canvas.height = points.height;
  const brush = canvas.getContext("2d");
  brush.fillStyle = cloud.colours.paper;
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.drawImage(points, 0, 0);
  brush.scale(scale, scale);
  drawShapes(brush, { ...cloud.shapes(), line: null }, cloud.colours);
  for (const { x, y, width: across, height: down, fill } of legendParts(cloud, width, height).boxes) {
    brush.fillStyle = fill;
    brush.fillRect(x, y, across, down);
  }
  brush.font = FONT;
  brush.textBaseline = "middle";
  brush.fillStyle = cloud.colours.ink;
  for (const { x, y, text } of legendParts(cloud, width, height).texts) brush.fillText(isolated(text), x, y);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

export function toSVG(cloud) {
  const { view: { width, height }, colours } = cloud;
  const shapes = cloud.shapes();
  const text = ({ text: said, left, top, height: tall }, fill) => svg("text", {
    x: fixed(left), y: fixed(top + tall / 2), fill, stroke: colours.paper, "stroke-width": 3.5, "stroke-linejoin": "round",
    "paint-order": "stroke", "dominant-baseline": "central",
  }, isolated(said));
  const legend = legendParts(cloud, width, height);
  const node = svg("svg", {
    xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${width} ${height}`, width, height,
    "font-family": "system-ui, sans-serif", "font-size": 12,
  },
  svg("title", {}, short(cloud.label, 200)), svg("rect", { width, height, fill: colours.paper }), drawnPoints(cloud),
  shapes.arrows.map(({ start, stop }) => {
    const { shaft, head } = arrowPaths(start, stop);
    const stroke = colours.star;
    return [svg("path", { d: shaft, stroke, "stroke-width": 2.2, fill: "none" }), svg("path", { d: head, fill: stroke })];
  }),
  shapes.rings.map(({ x, y, radius, strong }) => svg("circle", {
    cx: fixed(x), cy: fixed(y), r: radius, fill: "none", stroke: strong ? colours.star : colours.ink, "stroke-width": 2.2,
  })),
  shapes.stars.map(({ x, y }) => svg("path", { d: starPath(x, y), fill: colours.star })),
  shapes.labels.map((label) => [
    label.leader && svg("line", {
      x1: fixed(label.x), y1: fixed(label.y), x2: fixed(label.left), y2: fixed(label.top + 8), stroke: colours.star,
    }),
    text(label, label.marked ? colours.star : colours.ink),
  ]),
  [...shapes.arrows, ...shapes.stars].map(({ name }) => name && text(name, colours.star)),
  legend.boxes.map((part) => svg("rect", part)),
  legend.texts.map(({ x, y, text: said }) => svg("text", { x, y, fill: colours.ink, "dominant-baseline": "central" }, isolated(said))));
  return new XMLSerializer().serializeToString(node);
}

const fixed = (value) => Math.round(value * 100) / 100;

function drawnPoints(cloud) {
  const { data: { coordinates, dim, n }, view: { width, height }, plan, sizes, faded, selection } = cloud;
  const { lens, diameter, alpha } = cloud.look(n);
  const quiet = cloud.legend.quieted();
  const chosen = selection && new Set(selection);
  const groups = new Map(); // one group a look, so that each point is short
  let seen = 0;
  for (let row = 0; row < n && seen <= MOST; row += 1) {
    const [x, y, near] = projectRow(lens, coordinates, dim, row);
    if (!near || x < -9 || y < -9 || x > width + 9 || y > height + 9) continue;
    seen += 1;
    const shade = plan.codes ? plan.codes[row] : 0;
    const faint = (chosen && !chosen.has(row)) || faded?.[row] ? 0.14 : 1;
    const depth = dim === 3 ? Math.min(1, Math.max(0.16, 1.6 * near - 0.75)) : 1;
    const opacity = fixed(alpha * faint * depth * (quiet.has(shade) ? 0.07 : 1));
    const key = `${shadeColour(plan, shade)} ${opacity}`;
    if (!groups.has(key)) groups.set(key, []);
    const size = (sizes ? Math.max(0.25, Math.min(4, sizes[row])) : 1) * (dim === 3 ? Math.min(3, Math.max(0.35, near)) : 1);
    groups.get(key).push(svg("circle", { cx: fixed(x), cy: fixed(y), r: fixed((diameter / 2) * size) }));
  }
  if (seen > MOST) return svg("image", { href: pointsAt(cloud, 2).toDataURL("image/png"), width, height });
  return [...groups].map(([key, circles]) => {
    const [fill, opacity] = key.split(" ");
    return svg("g", { fill, "fill-opacity": opacity }, circles);
  });
}

// What the colours mean, at the lower left: {boxes: [{x, y, width, height, fill}], texts: [{x, y, text}]}
function legendParts({ plan, colours }, width, height) {
  const boxes = [];
  const texts = [];
  if (!plan.codes) return { boxes, texts };
  const rows = plan.scale ? 2 : plan.entries.length + 1;
  const top = height - 12 - rows * ROW;
  boxes.push({ x: 8, y: top - 6, width: 216, height: rows * ROW + 10, fill: colours.raised });
  texts.push({ x: 16, y: top + 6, text: short(plan.label ?? "groups", 24) + (plan.scale?.log ? " (logarithmic)" : "") });
  if (plan.scale) {
    const { low, high } = plan.scale;
    for (let i = 0; i < 40; i += 1) boxes.push({ x: 60 + i * 2, y: top + 18, width: 2, height: 10, fill: rampColour(i / 39) });
    texts.push({ x: 16, y: top + 23, text: number(low) }, { x: 146, y: top + 23, text: number(high) });
  }
  plan.entries.forEach(({ label, count, shade }, i) => {
    boxes.push({ x: 16, y: top + (i + 1) * ROW + 2, width: 10, height: 10, fill: shadeColour(plan, shade) });
    texts.push({ x: 32, y: top + (i + 1) * ROW + 7, text: `${short(label, 20)}  ${count.toLocaleString("en")}` });
  });
  return { boxes, texts };
}
