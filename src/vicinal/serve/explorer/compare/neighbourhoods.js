// One chosen name: its neighbours in both spaces as a slope chart, as words, and across.

import { el, replace } from "../dom.js";
import { figure } from "../figure.js";
import { searchBox } from "../search.js";
import { choice } from "./controls.js";
import { MARKS, slopeChart, slopeTable } from "./slope.js";
import { shortened } from "./table.js";
import { decimal } from "./words.js";

// set(changes): into the address; found(rowOfA, rowOfB): where the name stands → {node, show(settings)}
export function neighbourhoods({ source, announce }, set, found) {
  const place = el("div", { class: "compare-chosen" });
  let settings = null;
  const search = searchBox({
    label: "Name", placeholder: "A name of either space",
    complete: (prefix) => completed(source, settings, prefix), onpick: (q) => set({ q }),
  });
  const input = search.querySelector("input");
  const among = el("div", {});
  const node = el("section", { class: "compare-around", "aria-labelledby": "compare-around" },
    el("h2", { id: "compare-around" }, "Neighbours of a name"),
    el("div", { class: "compare-filters" }, search, among), place);
  let asked = 0;
  const show = async (now) => {
    const mine = (asked += 1);
    settings = now;
    if (input.value !== now.q) input.value = now.q.slice(0, 200);
    replace(among,
      choice("among", "Looked for among", now.among, [["linked", "those compared"], ["all", "all names"]],
        (wanted) => set({ among: wanted === "linked" ? null : wanted })));
    if (!now.q) found(-1, -1);
    if (!now.q) return replace(place, el("p", { class: "faint" }, "Choose a name: here, in the table, or in one of the maps."));
    place.setAttribute("aria-busy", "true");
    try {
      const answer = await source.compareNames(now.a, now.b, [now.q], now);
      if (mine !== asked) return undefined;
      draw(place, answer, announce);
      found(answer.results[0].a.row, answer.results[0].b.row);
    } catch (error) {
      if (mine !== asked) return undefined;
      found(-1, -1);
      replace(place, el("p", { class: "failure", role: "alert" }, error.message));
    }
    place.setAttribute("aria-busy", "false");
    return undefined;
  };
  return { node, show };
}

async function completed(source, { a, b }, prefix) {
  const found = await Promise.all([a, b].map((space) => source.complete(space, prefix, 6)));
  const seen = new Set();
  return found.flat().filter(({ name }) => !seen.has(name) && seen.add(name)).slice(0, 10);
}

function draw(place, answer, announce) {
  const [found] = answer.results;
  const width = () => Math.round(Math.max(300, Math.min(640, place.clientWidth || 560)));
  const chart = figure(title(found), () => slopeChart(found, answer, width()), { name: `neighbours of ${found.query}` });
  replace(place, verdict(found, answer), found.a.matches.length + found.b.matches.length > 0 && [chart, legend(found, answer),
    el("details", {}, el("summary", {}, "As a table"),
      el("div", { class: "compare-scroll", tabindex: "0", role: "region", "aria-label": "Neighbours as a table" },
        slopeTable(found, answer)))],
  across(found, answer));
  let last = width();
  new ResizeObserver(() => { if (width() !== last) { last = width(); chart.redraw(); } }).observe(place);
  announce(place.firstElementChild.textContent);
}

function title({ query, a, b }) {
  return a.name && b.name && a.name !== b.name ? `${shortened(a.name)} ↔ ${shortened(b.name)}` : shortened(query);
}

function verdict(found, { a, b }) {
  const [here, there] = [found.a.matches.length, found.b.matches.length];
  const say = (...text) => el("p", {}, ...text);
  if (found.a.row < 0) return say(`${b.space} holds this name, ${a.space} has none that belongs to it.`);
  if (found.b.row < 0) return say(`${a.space} holds this name, ${b.space} has none that belongs to it.`);
  if (!here || !there) return say("Its vector is zero in one of the spaces, so it has no neighbours there.");
  return say(el("b", {}, `${found.kept} of ${here} kept`),
    `, ${here - found.kept} lost, ${there - found.kept} gained, from ${a.space} to ${b.space}.`);
}

// The marks in words; only those that occur.
function legend(found, { b }) {
  const signs = { kept: "●", lost: "×", gained: "+", absent: "□" };
  const there = new Set([...found.a.matches, ...found.b.matches].map(({ mark }) => mark));
  const meaning = {
    kept: "in both lists", lost: "no longer among the nearest", gained: `new in ${b.space}`, absent: "the other space has no such name",
  };
  return el("p", { class: "faint compare-legend" }, Object.keys(MARKS).filter((mark) => there.has(mark)).map((mark) =>
    el("span", {}, `${signs[mark]} ${MARKS[mark]}: ${meaning[mark]}`)));
}

// What the other space has where this name stands: an honest question only in one frame of coordinates.
function across(found, { across: by, a, b }) {
  if (!by || !found.across) return null;
  const list = (matches, from, into) => matches.length > 0 && el("p", {}, `Where ${from} has it, ${into} has: `,
    matches.slice(0, 5).map(({ name, score }, i) => [
      i ? ", " : "", el("bdi", {}, shortened(name)), el("span", { class: "faint" }, ` ${decimal(score)}`),
    ]));
  const how = by === "procrustes" ? "after turning one space onto the other" : "both spaces being in the same coordinates";
  return el("div", { class: "card compare-across" }, el("h3", {}, "Across the spaces"),
    list(found.across.in_b, a.space, b.space), list(found.across.in_a, b.space, a.space),
    el("p", { class: "faint" }, `Nearest by cosine, ${how}.`));
}

