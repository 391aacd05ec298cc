// Charts as SVG: lines, bars and dots over two axes. Colours are attributes, so that a downloaded picture looks alike.
// Give them to `figure(title, draw)`: draw() is called again when the theme changes. What they show should stand in a table too.

import { svg } from "./dom.js";
import { palette } from "./theme.js";

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif";
let ruler = null;

// Pixels that a text takes at a size, and the text cut so that it takes no more than some.
export function textWidth(text, size = 12) {
  ruler ??= document.createElement("canvas").getContext("2d");
  ruler.font = `${size}px ${FONT}`;
  return ruler.measureText(text).width;
}

export function fitted(text, width, size = 12) {
  const line = text.length > 300 ? text.slice(0, 300) : text; // nothing longer fits a chart, and measuring takes time
  if (line === text && textWidth(text, size) <= width) return text;
  let length = line.length;
  while (length > 0 && textWidth(`${line.slice(0, length)}…`, size) > width) length -= 1;
  return `${line.slice(0, length)}…`;
}

export function label(text, x, y, { anchor = "start", fill = palette().ink, size = 12, weight = null, turn = null } = {}) {
  const transform = turn === null ? null : `rotate(${turn} ${x} ${y})`;
  return svg("text", { x, y, fill, "font-size": size, "text-anchor": anchor, "font-weight": weight, transform }, text);
}

// An empty picture on paper; the label says to those who cannot see it what it shows.
export function sheet(width, height, text, ...children) {
  return svg("svg", {
    viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": text, "font-family": FONT,
  }, svg("rect", { width, height, fill: palette().paper }), ...children);
}

// Round numbers between two ends, about `count` of them; on a scale of factors 1, 2 and 5 times powers of ten.
export function ticks(low, high, count = 5, log = false) {
  if (!(high > low)) return [low];
  if (log) {
    const powers = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += 1) powers.push(power);
    const inside = (tick) => tick >= low * 0.999 && tick <= high * 1.001;
    const many = powers.flatMap((power) => [1, 2, 5].map((step) => step * 10 ** power)).filter(inside);
    return many.length <= count * 2 ? many : many.filter((tick) => Number.isInteger(Math.log10(tick)));
  }
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((size) => size >= rough * 0.999);
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

const number = (value) => value.toLocaleString("en", { maximumSignificantDigits: 4 });

// A chart with two axes.
// x, y: {label, domain: [low, high], log?, format(value)?, ticks?}; layers, drawn in this order:
//   {kind: "bars", edges: [n + 1], values: [n], name?, fill?}     bars from 0 between the edges
//   {kind: "line", points: [[x, y]], name?, stroke?, dash?, step?} a line; dash: "4 3"
//   {kind: "dots", points: [{x, y, label?, title?, fill?, shape?: "circle" | "square" | "diamond" | "triangle"}], name?, fill?,
//     prefer?: sides of a point on which its label stands if there is room, such as ["aboveLeft"]}
//   {kind: "rule", x | y, label?}                                   a thin line across, with a word beside it
// Layers with a name stand in the legend above the chart.
export function plot({ label: text, width = 520, height = 280, x, y, layers }) {
  const colours = palette();
  const named = layers.filter(({ name }) => name);
  const yTicks = y.ticks ?? ticks(...y.domain, 5, y.log);
  const wide = Math.max(...yTicks.map((tick) => textWidth((y.format ?? number)(tick), 11)));
  const places = legendPlaces(named, wide + 30, width - 8);
  const more = places.length ? places.at(-1)[1] + 4 : 0; // a legend of several lines makes the picture taller
  const box = { left: wide + 30, right: width - 14, top: places.length ? more + 16 : 14, bottom: height - 44 + Math.max(0, more - 18) };
  const across = scale(x, box.left, box.right);
  const up = scale(y, box.bottom, box.top);
  const few = Math.max(2, Math.round((box.right - box.left) / 80));
  const parts = [axisX(x, across, box, few, colours), axisY(y, yTicks, up, box, colours)];
  for (const layer of layers) parts.push(LAYERS[layer.kind](layer, across, up, box, colours));
  return sheet(width, height + Math.max(0, more - 18), text, legend(named, places, colours), ...parts);
}

function scale({ domain: [low, high], log }, from, to) {
  const place = log ? Math.log : (value) => value;
  const span = place(high) - place(low) || 1;
  return (value) => from + ((place(value) - place(low)) / span) * (to - from);
}

function axisX(axis, place, box, few, colours) {
  const marks = axis.ticks ?? ticks(...axis.domain, few, axis.log);
  return svg("g", {},
    svg("line", { x1: box.left, x2: box.right, y1: box.bottom, y2: box.bottom, stroke: colours.line }),
    marks.map((tick) => label((axis.format ?? number)(tick), place(tick), box.bottom + 16,
      { anchor: "middle", fill: colours.faint, size: 11 })),
    label(axis.label, (box.left + box.right) / 2, box.bottom + 36, { anchor: "middle", fill: colours.faint, size: 12 }));
}

function axisY(axis, marks, place, box, colours) {
  const middle = (box.top + box.bottom) / 2;
  return svg("g", {},
    marks.map((tick) => [
      svg("line", { x1: box.left, x2: box.right, y1: place(tick), y2: place(tick), stroke: colours.line, "stroke-width": 1 }),
      label((axis.format ?? number)(tick), box.left - 6, place(tick) + 4, { anchor: "end", fill: colours.faint, size: 11 }),
    ]),
    label(axis.label, 12, middle, { anchor: "middle", fill: colours.faint, size: 12, turn: -90 }));
}

// Where each entry of a legend begins, line after line
function legendPlaces(named, left, right) {
  let [x, y] = [left, 15];
  return named.map(({ name }) => {
    const wide = textWidth(name, 12) + 30;
    if (x > left && x + wide > right) [x, y] = [left, y + 18];
    const place = [x, y];
    x += wide + 12;
    return place;
  });
}

function legend(named, places, colours) {
  return svg("g", {}, named.map((layer, i) => {
    const [start, y] = places[i];
    const fill = layer.fill ?? layer.stroke ?? (layer.kind === "bars" ? colours.accent : colours.ink);
    const sign = layer.kind === "line"
      ? svg("line", { x1: start, x2: start + 20, y1: y, y2: y, stroke: fill, "stroke-width": 2, "stroke-dasharray": layer.dash })
      : layer.kind === "bars" ? svg("rect", { x: start + 4, y: y - 6, width: 12, height: 12, fill })
        : shape(layer.shape ?? "circle", start + 10, y, 5, { fill });
    return [sign, label(layer.name, start + 26, y + 4)];
  }));
}

const LAYERS = {
  bars({ edges, values, fill }, across, up, box, colours) {
    return svg("g", { fill: fill ?? colours.accent }, values.map((value, i) => {
      const [from, to] = [across(edges[i]), across(edges[i + 1])];
      const gap = Math.min(1, (to - from) * 0.15);
      return svg("rect", {
        x: from + gap / 2, width: Math.max(0.5, to - from - gap), y: up(value), height: Math.max(0, box.bottom - up(value)),
      });
    }));
  },
  line({ points, stroke, dash, step }, across, up, box, colours) {
    const on = step ? ([x, y]) => `H${across(x)}V${up(y)}` : ([x, y]) => `L${across(x)} ${up(y)}`;
    const way = points.map((point, i) => (i ? on(point) : `M${across(point[0])} ${up(point[1])}`)).join("");
    return svg("path", {
      d: way, fill: "none", stroke: stroke ?? colours.ink, "stroke-width": 2, "stroke-dasharray": dash, "stroke-linejoin": "round",
    });
  },
  dots({ points, fill, shape: common = "circle", prefer }, across, up, box, colours) {
    const taken = box.taken ??= []; // by the labels of all layers
    const places = points.map((point) => [across(point.x), up(point.y)]);
    taken.push(...places.map(([x, y]) => ({ x0: x - 6, x1: x + 6, y0: y - 6, y1: y + 6 })));
    return svg("g", {}, points.map((point, i) => [
      shape(point.shape ?? common, ...places[i], 5, { fill: point.fill ?? fill ?? colours.accent, stroke: colours.paper }, point.title),
      point.label && beside(point.label, ...places[i], box, taken, { prefer }),
    ]));
  },
  rule({ x, y, label: text }, across, up, box, colours) {
    const line = x === undefined
      ? { x1: box.left, x2: box.right, y1: up(y), y2: up(y) }
      : { x1: across(x), x2: across(x), y1: box.top, y2: box.bottom };
    const place = x === undefined ? [box.right - 2, up(y) - 5] : [across(x) + 5, box.top + 12];
    return svg("g", {}, svg("line", { ...line, stroke: colours.star, "stroke-dasharray": "4 3" }),
      text && label(text, ...place, { anchor: x === undefined ? "end" : "start", size: 11 }));
  },
};

// A mark around a point: shapes differ, so that colour is never all that tells them apart.
export function shape(kind, x, y, radius, attributes, title = null) {
  const name = title && svg("title", {}, title);
  if (kind === "circle") return svg("circle", { cx: x, cy: y, r: radius, ...attributes }, name);
  const around = {
    square: [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
    diamond: [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]],
    triangle: [[0, -1.25], [1.2, 0.9], [-1.2, 0.9]],
  }[kind];
  return svg("polygon", { points: around.map(([a, b]) => `${x + a * radius},${y + b * radius}`).join(" "), ...attributes }, name);
}

// A label at the first free side of a point: of those preferred, or right, left, above, …
// taken: boxes that are not free, {x0, x1, y0, y1, soft?}; over soft ones it is written only if there is no other room.
export function beside(text, x, y, box, taken, { size = 12, prefer = [] } = {}) {
  const wide = textWidth(text, size);
  const around = {
    right: ["start", x + 9, y + 4], left: ["end", x - 9, y + 4], above: ["middle", x, y - 10], below: ["middle", x, y + 19],
    aboveLeft: ["end", x - 4, y - 11], aboveRight: ["start", x + 5, y - 11],
    belowLeft: ["end", x - 4, y + 19], belowRight: ["start", x + 5, y + 19],
  };
  const sides = [...new Set([...prefer, ...Object.keys(around)])].map((side) => around[side]);
  const boxed = ([anchor, at, base]) => {
    const x0 = at - { start: 0, end: wide, middle: wide / 2 }[anchor];
    return { x0, x1: x0 + wide, y0: base - size + 1, y1: base + 3 };
  };
  const free = (one, all) => one.x0 >= box.left && one.x1 <= box.right + 10 && one.y0 >= box.top - 12 && one.y1 <= box.bottom
    && !taken.some((other) => (all || !other.soft) && one.x0 < other.x1 && one.x1 > other.x0 && one.y0 < other.y1 && one.y1 > other.y0);
  const find = (all) => sides.find((candidate) => free(boxed(candidate), all));
  const side = find(true) ?? find(false) ?? sides[0];
  taken.push(boxed(side));
  return label(text, side[1], side[2], { anchor: side[0], size });
}
