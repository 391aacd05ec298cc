// A heat map as SVG: a table of numbers as coloured tiles, with groups, a legend, and values on hover and by arrow keys.

import { fitted, label, sheet, textWidth } from "./charts.js";
import { svg } from "./dom.js";
import { palette } from "./theme.js";

const NUMBERS_FROM = 34; // pixels of a tile in which its number is written

// Blue for less than 0, orange for more, which nearly all eyes tell apart; the paper's own shade for 0. share: -1 to 1.
export function diverging(share, colours = palette()) {
  const end = parsed(share < 0 ? colours.accent : colours.star);
  const middle = parsed(colours.raised);
  const weight = Math.min(1, Math.abs(share));
  return `rgb(${end.map((part, i) => Math.round(middle[i] + (part - middle[i]) * weight)).join(",")})`;
}

// Black or white, whichever reads better on a colour "rgb(r,g,b)".
export function readable(colour) {
  const light = parsed(colour).map((part) => (part / 255) ** 2.2).reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
  return light > 0.18 ? "#000000" : "#ffffff";
}

function parsed(colour) {
  if (colour.startsWith("rgb")) return colour.match(/[\d.]+/g).slice(0, 3).map(Number);
  const digits = colour.slice(1);
  const wide = digits.length === 3 ? [...digits].map((digit) => digit + digit).join("") : digits;
  return [0, 2, 4].map((at) => parseInt(wide.slice(at, at + 2), 16));
}

// rows: texts; columns: [{heading, below?}]; values: rows × columns; groups: [{label, count}] from the top, or none;
// most: the value of full colour; format(value); onpoint(row, column): a tile is pointed at, or (-1, -1) for none.
export function tiles({ label: text, width, rows, columns, values, groups = [], most, format, across = "", onpoint = () => {} }) {
  const colours = palette();
  const named = groups.some((group) => group.label);
  const side = Math.min(Math.max(...rows.map((row) => textWidth(row.slice(0, 60), 12))), width < 560 ? 96 : 190);
  const left = side + 12 + (named ? 22 : 0);
  const tall = rows.length > 60 ? 16 : 22;
  const cell = Math.max(width < 560 ? 22 : 15, Math.min(64, (width - left - 8) / columns.length));
  const tops = rowTops(rows.length, groups, tall);
  const head = columns.some(({ below }) => below) ? 54 : 40;
  const bottom = head + (tops.at(-1) ?? 0) + tall;
  const [wide, height] = [Math.max(left + cell * columns.length + 8, 260), bottom + 52];
  const tile = (i, j) => {
    const fill = diverging(values[i][j] / most, colours);
    const [x, y] = [left + j * cell, head + tops[i]];
    return [
      svg("rect", { x, y, width: cell - 1, height: tall - 1, fill, "data-at": `${i} ${j}` }),
      cell >= NUMBERS_FROM && svg("text", {
        x: x + cell / 2 - 0.5, y: y + tall / 2 + 3.5, "font-size": 10, "text-anchor": "middle", fill: readable(fill),
        "pointer-events": "none",
      }, format(values[i][j])),
    ];
  };
  const widest = Math.max(...columns.map(({ heading, below = "" }) => Math.max(textWidth(heading, 11), textWidth(below, 10))));
  const every = Math.ceil(widest / (cell - 4)); // so many columns share a heading's room
  const cursor = svg("rect", {
    width: cell - 1, height: tall - 1, fill: "none", stroke: colours.ink, "stroke-width": 2, visibility: "hidden", "pointer-events": "none",
  });
  const node = sheet(wide, height, text,
    label(across, left, 13, { fill: colours.faint, size: 11 }),
    columns.map(({ heading, below }, j) => j % every === 0 && [
      label(heading, left + (j + 0.5) * cell, 30, { anchor: "middle", size: 11 }),
      below && label(below, left + (j + 0.5) * cell, 44, { anchor: "middle", size: 10, fill: colours.faint }),
    ]),
    rows.map((row, i) => label(fitted(row, side), left - 7, head + tops[i] + tall / 2 + 4, { anchor: "end" })),
    named && groupMarks(groups, tops, head, tall, colours),
    rows.map((_, i) => columns.map((__, j) => tile(i, j))),
    cursor, scaleBar(left, bottom + 20, most, format, colours));
  follow(node, cursor, { rows, columns, onpoint, place: (i, j) => [left + j * cell, head + tops[i]] });
  return node;
}

function rowTops(count, groups, tall) {
  const starts = new Set();
  groups.reduce((sum, group) => { starts.add(sum); return sum + group.count; }, 0);
  let gaps = 0;
  return Array.from({ length: count }, (_, i) => {
    if (i && starts.has(i)) gaps += 8;
    return i * tall + gaps;
  });
}

function groupMarks(groups, tops, head, tall, colours) {
  let start = 0;
  return groups.map((group) => {
    const [from, to] = [head + tops[start] + 2, head + tops[start + group.count - 1] + tall - 3];
    start += group.count;
    const middle = (from + to) / 2;
    return [
      svg("line", { x1: 18, x2: 18, y1: from, y2: to, stroke: colours.faint }),
      label(fitted(group.label, to - from + 6, 11), 12, middle, { anchor: "middle", size: 11, turn: -90 }),
    ];
  });
}

function scaleBar(x, y, most, format, colours) {
  const steps = 41;
  return svg("g", {},
    Array.from({ length: steps }, (_, i) => svg("rect", {
      x: x + i * 4, y, width: 4.3, height: 9, fill: diverging((2 * i) / (steps - 1) - 1, colours),
    })),
    [[0, -most], [0.5, 0], [1, most]].map(([share, value]) => label(format(value), x + share * steps * 4, y + 23,
      { anchor: "middle", size: 10, fill: colours.faint })));
}

// The mouse points at tiles; so do the arrow keys, once the picture has the focus.
function follow(node, cursor, { rows, columns, onpoint, place }) {
  let at = null;
  const point = (next) => {
    at = next;
    cursor.setAttribute("visibility", at ? "visible" : "hidden");
    if (!at) return onpoint(-1, -1);
    const [x, y] = place(...at);
    cursor.setAttribute("x", x);
    cursor.setAttribute("y", y);
    return onpoint(...at);
  };
  node.setAttribute("tabindex", "0");
  node.setAttribute("aria-roledescription", "heat map; arrow keys move from value to value");
  node.addEventListener("pointermove", (event) => {
    const found = event.target.getAttribute?.("data-at");
    if (found) point(found.split(" ").map(Number));
  });
  node.addEventListener("pointerleave", () => document.activeElement !== node && point(null));
  node.addEventListener("focus", () => at ?? point([0, 0]));
  node.addEventListener("blur", () => point(null));
  node.addEventListener("keydown", (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step) return;
    event.preventDefault();
    const [i, j] = at ?? [0, 0];
    point([Math.min(rows.length - 1, Math.max(0, i + step[0])), Math.min(columns.length - 1, Math.max(0, j + step[1]))]);
  });
}
