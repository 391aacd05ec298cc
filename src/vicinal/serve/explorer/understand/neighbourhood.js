// One point of a map and its surroundings: whom the map shows there, and whom it tore away.

import { beside, fitted, label, shape, sheet, textWidth } from "../charts.js";
import { svg } from "../dom.js";
import { palette } from "../theme.js";

// point: as source.trust gives it; at(i) → [x, y] of a row of the map.
export function neighbourhood(point, at, width) {
  const colours = palette();
  const frame = framed(point, at, width);
  const { spot, away, middle, x0, y0, size, height } = frame;
  const shown = point.shown.map((other) => ({ ...other, spot: spot(away(other)) }));
  const torn = point.true.filter(({ both }) => !both).map((other) => tornAway(away(other), other, frame));
  const [inside, outside] = [torn.filter((one) => one.inside), torn.filter((one) => !one.inside)];
  const box = { left: x0, right: x0 + size - 10, top: y0 + 12, bottom: y0 + size };
  const taken = [middle, ...shown.map((one) => one.spot), ...inside.map((one) => one.spot)].map((place) => around(place, 7));
  const lines = [...shown.filter(({ both }) => both), ...torn].map((one) => one.spot);
  taken.push(...lines.flatMap((end) => along(middle, end)));
  const short = (name) => fitted(name, size / 3);
  return sheet(width, height, described(point),
    svg("rect", { x: x0, y: y0, width: size, height: size, fill: "none", stroke: colours.line, rx: 6 }),
    torn.map(({ spot: [x, y] }) => line(middle, [x, y], { stroke: colours.star, "stroke-width": 1.5, "stroke-dasharray": "4 3" })),
    leaders(outside, frame, colours),
    shown.filter(({ both }) => both).map((other) => line(middle, other.spot, { stroke: colours.accent, "stroke-width": 2 })),
    shown.map((other) => mark(other.both ? "kept" : "false", ...other.spot, colours, other.name.slice(0, 300))),
    inside.map((other) => mark("torn", ...other.spot, colours, other.name.slice(0, 300))),
    shape("circle", ...middle, 7, { fill: colours.ink }, point.name.slice(0, 300)),
    beside(short(point.name), ...middle, box, taken, { size: 14 }),
    [...shown, ...inside].map((other) => beside(short(other.name), ...other.spot, box, taken)),
    key(width, height, colours));
}

// A square window around the point that just holds all that is shown near it, with room for names at both sides.
function framed(point, at, width) {
  const centre = at(point.at);
  const away = (other) => { const [x, y] = at(other.at); return [x - centre[0], y - centre[1]]; };
  const reach = Math.max(...point.shown.map((other) => Math.hypot(...away(other)))) || 1;
  const side = width < 560 ? 92 : Math.min(140, width / 4);
  const size = Math.min(width - 2 * side, 420);
  const rows = Math.ceil(point.true.length / 2) * 15;
  const height = Math.max(size, rows) + 62;
  const [x0, y0] = [(width - size) / 2, (height - 58 - size) / 2 + 2];
  const scale = size / 2 / (reach * 1.18);
  const spot = ([dx, dy]) => [x0 + size / 2 + dx * scale, y0 + size / 2 - dy * scale];
  return { away, reach, side, size, height, x0, y0, spot, middle: spot([0, 0]), width };
}

// Where the line to one torn away ends: at its place, or where it leaves the window.
function tornAway(way, other, { spot, middle, size, reach }) {
  const [x, y] = spot(way);
  const far = Math.max(Math.abs(x - middle[0]), Math.abs(y - middle[1])) / (size / 2);
  const inside = far < 0.96;
  const end = inside ? [x, y] : [middle[0] + (x - middle[0]) / far, middle[1] + (y - middle[1]) / far];
  const angle = Math.atan2(way[1], Math.abs(way[0]));
  return { name: other.name, inside, spot: end, left: x < middle[0], times: Math.hypot(...way) / reach, angle };
}

// The names of those outside stand at both sides, from top to bottom as their lines leave the window.
function leaders(outside, { x0, y0, size, side, height }, colours) {
  return [true, false].map((left) => {
    const some = outside.filter((one) => one.left === left).sort((a, b) => b.angle - a.angle);
    const step = Math.min(19, (height - 62) / Math.max(1, some.length));
    const heights = spread(some.map(({ spot }) => Math.max(y0 + 8, spot[1])), step, y0 + size + 4);
    const [anchor, edge, turn] = left ? ["end", x0 - 12, -1] : ["start", x0 + size + 12, 1];
    return some.map(({ name, spot, times }, i) => {
      const y = heights[i];
      const far = `${times < 9.95 ? times.toFixed(1) : Math.round(times).toLocaleString("en")}×`;
      const wide = textWidth(far, 11) + 4;
      return [
        line(spot, [edge - turn * 3, y], { stroke: colours.faint, "stroke-width": 0.7 }),
        shape("square", ...spot, 3.5, { fill: colours.star }),
        label(far, edge, y + 4, { anchor, size: 11, fill: colours.faint }),
        label(fitted(name, side - wide - 14), edge + turn * wide, y + 4, { anchor }),
      ];
    });
  });
}

// Heights near the wanted ones, in their order, at least a step apart, none below a limit
function spread(wanted, step, limit) {
  const found = [];
  wanted.forEach((y) => found.push(Math.max(y, (found.at(-1) ?? -Infinity) + step)));
  for (let i = found.length - 1, most = limit; i >= 0; i -= 1, most = found[i + 1] - step) found[i] = Math.min(found[i], most);
  return found;
}

const line = ([x1, y1], [x2, y2], attributes) => svg("line", { x1, y1, x2, y2, ...attributes });
const around = ([x, y], reach) => ({ x0: x - reach, x1: x + reach, y0: y - reach, y1: y + reach });

// Little boxes on a line, over which no name is written
function along([x1, y1], [x2, y2]) {
  const steps = Math.floor(Math.hypot(x2 - x1, y2 - y1) / 8);
  const at = (share) => [x1 + (x2 - x1) * share, y1 + (y2 - y1) * share];
  return Array.from({ length: steps }, (_, i) => ({ ...around(at(i / steps), 2), soft: true }));
}

function mark(kind, x, y, colours, title) {
  if (kind === "kept") return shape("circle", x, y, 5, { fill: colours.accent }, title);
  if (kind === "torn") return shape("square", x, y, 5, { fill: colours.star }, title);
  return shape("diamond", x, y, 4, { fill: colours.paper, stroke: colours.faint, "stroke-width": 1.5 }, title);
}

function key(width, height, colours) {
  const signs = [
    [(x, y) => mark("kept", x, y, colours), "near, and shown near"],
    [(x, y) => mark("false", x, y, colours), "shown near, but is not"],
    [(x, y) => mark("torn", x, y, colours), "near, but torn away (how many times as far)"],
  ];
  const wide = signs.map(([, text]) => textWidth(text, 11) + 34);
  const stacked = wide.reduce((sum, part) => sum + part, 0) > width;
  let x = stacked ? 12 : (width - wide.reduce((sum, part) => sum + part, 0)) / 2;
  return signs.map(([sign, text], i) => {
    const [left, y] = stacked ? [12, height - 38 + i * 16] : [x, height - 14];
    x += wide[i];
    return [sign(left + 9, y), label(text, left + 24, y + 4, { size: 11, fill: colours.faint })];
  });
}

function described({ name, true: near, shown }) {
  const texts = (some) => (some.length ? some.map((other) => other.name.slice(0, 60)).join(", ") : "none");
  return `Around ${name.slice(0, 60)} on the map. Near and shown near: ${texts(near.filter(({ both }) => both))}. `
    + `Near, but torn away: ${texts(near.filter(({ both }) => !both))}. `
    + `Shown near, but not near: ${texts(shown.filter(({ both }) => !both))}.`;
}
