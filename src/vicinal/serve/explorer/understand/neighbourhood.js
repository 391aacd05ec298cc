// One point of a map and its surroundings: whom the map shows there, and whom it tore away.

import { beside, fitted, label, shape, sheet, textWidth } from "../charts.js";
import { svg } from "../dom.js";
import { palette } from "../theme.js";

// point: as source.trust gives it; at(i) → [x, y] of a row of the map.
export function neighbourhood(point, at, width) {
  const colours = palette();
  const centre = at(point.at);
  const away = (other) => { const [x, y] = at(other.at); return [x - centre[0], y - centre[1]]; };
  const reach = Math.max(...point.shown.map((other) => Math.hypot(...away(other)))) || 1;
  const torn = point.true.filter((other) => !other.both).map((other) => ({ ...other, way: away(other) }));
  const side = width < 560 ? 96 : Math.min(170, Math.max(96, width / 4));
  const size = Math.min(width - 2 * side, 420);
  const rows = Math.ceil(torn.length / 2) * 17 + 40;
  const height = Math.max(size, rows) + 58;
  const [x0, y0] = [(width - size) / 2, (height - 46 - size) / 2];
  const scale = size / 2 / (reach * 1.18);
  const spot = ([dx, dy]) => [x0 + size / 2 + dx * scale, y0 + size / 2 - dy * scale];
  const box = { left: x0, right: x0 + size - 10, top: y0 + 12, bottom: y0 + size };
  const middle = spot([0, 0]);
  const taken = [{ x0: middle[0] - 8, x1: middle[0] + 8, y0: middle[1] - 8, y1: middle[1] + 8 }];
  const shown = point.shown.map((other) => ({ ...other, spot: spot(away(other)) }));
  shown.forEach(({ spot: [x, y] }) => taken.push({ x0: x - 6, x1: x + 6, y0: y - 6, y1: y + 6 }));
  const short = (name) => fitted(name, size / 3);
  return sheet(width, height, described(point),
    svg("rect", { x: x0, y: y0, width: size, height: size, fill: "none", stroke: colours.line, rx: 6 }),
    pulled(torn, { middle, x0, y0, size, side, width, reach, height: height - 46 }, colours),
    shown.filter(({ both }) => both).map((other) => svg("line", {
      x1: middle[0], y1: middle[1], x2: other.spot[0], y2: other.spot[1], stroke: colours.accent, "stroke-width": 2,
    })),
    shown.map((other) => mark(other.both ? "kept" : "false", ...other.spot, colours, other.name.slice(0, 300))),
    shape("circle", ...middle, 7, { fill: colours.ink }, point.name.slice(0, 300)),
    beside(short(point.name), ...middle, box, taken, 14),
    shown.map((other) => beside(short(other.name), ...other.spot, box, taken)),
    key(width, height, colours));
}

// The names of those torn away stand at both sides, in the order of their directions, at the ends of lines.
function pulled(torn, frame, colours) {
  const { middle, x0, y0, size, side, width, reach, height } = frame;
  const sorted = [...torn].sort((a, b) => a.way[0] - b.way[0]);
  const half = Math.ceil(sorted.length / 2);
  return [["end", sorted.slice(0, half)], ["start", sorted.slice(half)]].map(([anchor, some]) => {
    const step = Math.min(26, (height - 10) / Math.max(1, some.length));
    const top = height / 2 - (step * (some.length - 1)) / 2;
    const edge = anchor === "end" ? x0 - 8 : x0 + size + 8;
    return some.sort((a, b) => b.way[1] - a.way[1]).map((other, i) => {
      const y = top + i * step;
      const times = `${Math.max(1, Math.round(Math.hypot(...other.way) / reach)).toLocaleString("en")}×`;
      const room = (anchor === "end" ? x0 : width - x0 - size) - 22 - textWidth(times, 11);
      const from = anchor === "end" ? edge - textWidth(times, 11) - 4 : edge + textWidth(times, 11) + 4;
      return [
        svg("line", { x1: middle[0], y1: middle[1], x2: edge + (anchor === "end" ? 4 : -4), y2: y, stroke: colours.star, "stroke-dasharray": "4 3" }),
        label(times, edge, y + 4, { anchor, size: 11, fill: colours.faint }),
        label(fitted(other.name, Math.max(24, Math.min(room, side)), 12), from, y + 4, { anchor }),
      ];
    });
  });
}

function mark(kind, x, y, colours, title) {
  if (kind === "kept") return shape("circle", x, y, 5, { fill: colours.accent }, title);
  return shape("diamond", x, y, 4, { fill: colours.paper, stroke: colours.faint, "stroke-width": 1.5 }, title);
}

function key(width, height, colours) {
  const signs = [
    [(x, y) => mark("kept", x, y, colours), "near, and shown near"],
    [(x, y) => mark("false", x, y, colours), "shown near, but is not"],
    [(x, y) => svg("line", { x1: x - 9, x2: x + 9, y1: y, y2: y, stroke: colours.star, "stroke-width": 2, "stroke-dasharray": "4 3" }),
      "near, but torn away (so many times as far)"],
  ];
  const wide = signs.map(([, text]) => textWidth(text, 11) + 34);
  const stacked = wide.reduce((sum, part) => sum + part, 0) > width;
  let x = stacked ? 12 : (width - wide.reduce((sum, part) => sum + part, 0)) / 2;
  return signs.map(([sign, text], i) => {
    const [left, y] = stacked ? [12, height - 38 + i * 15] : [x, height - 14];
    x += wide[i];
    return [sign(left + 9, y), label(text, left + 24, y + 4, { size: 11, fill: colours.faint })];
  });
}

function described({ name, true: near, shown }) {
  const texts = (some) => (some.length ? some.map((other) => other.name.slice(0, 60)).join(", ") : "none");
  return `Around ${name.slice(0, 60)} on the map. Near and shown near: ${texts(near.filter(({ both }) => both))}. `
    + `Near, but torn away: ${texts(near.filter(({ both }) => !both))}. Shown near, but not near: ${texts(shown.filter(({ both }) => !both))}.`;
}
