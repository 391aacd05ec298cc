// The neighbours of one word in two spaces: two ranked lists, lines between what both hold.
// ● and a line: kept; × lost; + gained; □ the other space has no such name. Shape and words say it, not colour alone.

import { el, svg } from "../dom.js";
import { palette } from "../theme.js";
import { decimal, whole } from "./words.js";

const ROW = 26;
const TOP = 34;
const LONGEST = 10000;

export const MARKS = { kept: "kept", lost: "lost", gained: "gained", absent: "not there" };

// What became of a neighbour, in words; `other` is the name of the other space.
export function fate({ mark, rank }, other) {
  if (mark === "kept") return `kept, now ${ordinal(rank)}`;
  if (mark === "absent") return `not in ${other}`;
  return `${mark}: ${rank ? `${ordinal(rank)} in ${other}` : `not compared in ${other}`}`;
}

// The same for the margin of the picture, where room is short.
function brief({ mark, rank }, other, narrow) {
  if (mark === "kept") return "";
  if (mark === "absent") return narrow ? "none" : `not in ${fitting(other, 10)}`;
  if (!rank) return narrow ? "" : mark;
  return narrow ? `${whole(rank)}.` : `${mark === "lost" ? "lost, now" : "new, was"} ${ordinal(rank)}`;
}

export function ordinal(rank) {
  const ending = rank % 100 >= 11 && rank % 100 <= 13 ? "th" : { 1: "st", 2: "nd", 3: "rd" }[rank % 10] ?? "th";
  return whole(rank) + ending;
}

// found: one of the results of compareNames; width in pixels → <svg>
export function slopeChart(found, answer, width) {
  const colours = palette();
  const narrow = width < 520;
  const rows = Math.max(found.a.matches.length, found.b.matches.length, 1);
  const height = TOP + rows * ROW + 10;
  const gap = narrow ? 56 : Math.min(150, width * 0.22);
  const [left, right] = [(width - gap) / 2, (width + gap) / 2];
  const room = Math.floor((left - 34) / 7.4);
  const y = (i) => TOP + i * ROW + ROW / 2;
  const places = new Map(found.b.matches.map(({ row }, i) => [row, i]));
  const lines = found.a.matches.map((match, i) => match.mark === "kept" && svg("line", {
    x1: left + 8, y1: y(i), x2: right - 8, y2: y(places.get(match.partner)), stroke: colours.accent, "stroke-width": 1.8,
  }));
  const side = (matches, at, end, other) => matches.map((match, i) => entry(match, i, { at, end, y: y(i), room, narrow, other, colours }));
  return svg("svg", {
    viewBox: `0 0 ${width} ${height}`, width, height, role: "img",
    "aria-label": `Neighbours of ${limited(found.query)}: ${found.kept} kept of ${found.a.matches.length}`,
    "font-family": "system-ui, sans-serif", "font-size": 13,
  },
  title(found.a.name, answer.a.space, left, "end", room, colours), title(found.b.name, answer.b.space, right, "start", room, colours),
  lines, side(found.a.matches, left, "end", answer.b.space), side(found.b.matches, right, "start", answer.a.space));
}

// The same as a table, for those who cannot see the picture or want to copy it.
export function slopeTable(found, answer) {
  const rows = [
    ...found.a.matches.map((match, i) => [i + 1, match, answer.a.space, answer.b.space]),
    ...found.b.matches.map((match, i) => [i + 1, match, answer.b.space, answer.a.space]).filter(([, { mark }]) => mark !== "kept"),
  ];
  const belongs = rows.some(([, match]) => match.belongs !== undefined);
  const headings = ["Neighbour", ...(belongs ? ["Belongs to"] : []), "Space", "Rank", "Score", "What became of it"];
  return el("table", {}, el("thead", {}, el("tr", {}, headings.map((text) => el("th", { scope: "col" }, text)))),
    el("tbody", {}, rows.map(([rank, match, space, other]) => el("tr", {},
      el("th", { scope: "row" }, el("bdi", {}, match.name)),
      belongs && el("td", {}, el("bdi", {}, match.belongs ?? "–")), el("td", {}, space), el("td", { class: "figure" }, rank),
      el("td", { class: "figure" }, decimal(match.score, 3)), el("td", {}, fate(match, other))))));
}

function title(name, space, x, end, room, colours) {
  return svg("text", { x, y: 16, "text-anchor": end, fill: colours.ink, "font-weight": 700 },
    fitting(space, Math.max(8, room - 6)), svg("title", {}, limited(name ? `${name} in ${space}` : `not in ${space}`)));
}

function entry(match, i, { at, end, y, room, narrow, other, colours }) {
  const { mark, name } = match;
  const side = end === "end" ? -1 : 1;
  const note = brief(match, other, narrow);
  const letters = Math.max(5, room - (note ? note.length * 0.85 + 1 : 0));
  const said = svg("tspan", { fill: colours.ink }, `\u2068${fitting(name, letters)}\u2069`);
  const aside = (text) => note && svg("tspan", { fill: colours.faint, "font-size": 11.5 }, text);
  return svg("g", {},
    svg("title", {}, `${i + 1}. ${limited(name)}${belonging(match)}: ${fate(match, other)}; score ${decimal(match.score, 3)}`),
    shape(mark, at, y, mark === "kept" ? colours.accent : mark === "absent" ? colours.faint : colours.star, colours.paper),
    svg("text", { x: at + side * 14, y: y + 4.5, "text-anchor": end, "xml:space": "preserve" },
      end === "end" ? [aside(`${note}  `), said] : [said, aside(`  ${note}`)]));
}

function shape(mark, x, y, colour, paper) {
  const stroke = { stroke: colour, "stroke-width": 2, fill: "none" };
  if (mark === "kept") return svg("circle", { cx: x, cy: y, r: 4.5, fill: colour });
  if (mark === "lost") return svg("path", { d: `M${x - 4} ${y - 4}l8 8m0-8l-8 8`, ...stroke });
  if (mark === "gained") return svg("path", { d: `M${x - 5} ${y}h10m-5-5v10`, ...stroke });
  return svg("rect", { x: x - 4, y: y - 4, width: 8, height: 8, ...stroke, fill: paper });
}

// The name of the other space, where it is another
const belonging = ({ belongs }) => (belongs === undefined ? "" : ` ↔ ${limited(belongs)}`);
const limited = (name) => (name.length > LONGEST ? `${name.slice(0, LONGEST)}…` : name);

function fitting(name, letters) {
  const most = Math.max(4, Math.floor(letters));
  const drawn = name.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, "�").slice(0, most + 1);
  return drawn.length > most ? `${drawn.slice(0, most - 1)}…` : drawn;
}
