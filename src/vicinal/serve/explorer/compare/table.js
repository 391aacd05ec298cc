// The names, one a row: how many neighbours each kept, how far it moved. Sorted by a click on a heading.

import { el, replace } from "../dom.js";
import { chosen, decimal, descends, whole } from "./words.js";

const STEP = 40;

// events: {onpick(name), onhover(rowOfA or -1), onsort(column, descending)} → {node, draw(answer, options)}
export function wordTable(events) {
  const node = el("div", { class: "compare-words" });
  let shown = STEP;
  let last = null;
  const draw = (answer, options) => {
    if (last?.answer === answer && last.key === options.key && last.shown === shown) return current(node, options.picked);
    if (last?.answer !== answer || last.key !== options.key) shown = STEP;
    last = { answer, key: options.key, shown };
    const { words, k } = answer;
    const rows = chosen(words, options);
    const columns = headings(answer);
    const more = () => {
      const before = shown;
      shown += 5 * STEP;
      draw(answer, options);
      node.querySelector("tbody").rows[before]?.querySelector("button")?.focus();
    };
    const measured = rows.length < words.name.length ? ` (of ${whole(words.name.length)} measured)` : "";
    const focused = node.contains(document.activeElement) ? document.activeElement.dataset.stay : null;
    replace(node,
      el("p", { class: "faint", role: "status" }, rows.length
        ? `${whole(Math.min(shown, rows.length))} of ${whole(rows.length)}${measured}`
        : words.name.length ? "No measured name fits; loosen the filter." : "No name is measured."),
      rows.length > 0 && el("div", { class: "compare-scroll", tabindex: "0", role: "region", "aria-label": "Table of names" },
        el("table", {},
          el("caption", { class: "unseen" }, `Names and how far they moved between ${answer.a.space} and ${answer.b.space}`),
          el("thead", {}, el("tr", {}, columns.map((column) => heading(column, options, events)))),
          el("tbody", {}, rows.slice(0, shown).map((i) => line(words, i, k, columns, events))))),
      rows.length > shown && el("button", { onclick: more }, "Show more"));
    if (focused) node.querySelector(`[data-stay="${CSS.escape(focused)}"]`)?.focus();
    return current(node, options.picked);
  };
  node.addEventListener("pointerleave", () => events.onhover(-1));
  return { node, draw };
}

// The row of the chosen name; the others stay as they are, and so does the place one has scrolled to.
function current(node, picked) {
  for (const button of node.querySelectorAll(".compare-name")) {
    const row = button.closest("tr");
    if (picked && button.firstElementChild.title === picked) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

function headings({ words, a, b }) {
  const oneCount = words.count && words.count_b && words.count.every((count, i) => count === words.count_b[i]);
  return [
    { id: "name", title: words.name_b ? `${a.space} ↔ ${b.space}` : "Name" },
    words.overlap && { id: "overlap", title: "Neighbours kept", figure: true },
    words.moved && { id: "moved", title: "1 − cosine", figure: true, hint: "after laying one on the other; 0: same direction" },
    words.count && { id: "count", title: oneCount ? "Count" : `Count in ${a.space}`, figure: true },
    words.count_b && !oneCount && { id: "count_b", title: `Count in ${b.space}`, figure: true },
  ].filter(Boolean);
}

function heading({ id, title, figure, hint }, { sort, descending }, events) {
  const active = sort === id;
  const arrow = active ? (descending ? " ↓" : " ↑") : "";
  return el("th", { class: figure ? "figure" : null, scope: "col", "aria-sort": active ? (descending ? "descending" : "ascending") : null },
    el("button", {
      class: "quiet", title: hint ?? null, "data-stay": `sort ${id}`, onclick: () => events.onsort(id, active ? !descending : descends(id)),
    }, title + arrow));
}

function line(words, i, k, columns, events) {
  const name = words.name[i];
  const other = words.name_b?.[i];
  const cells = {
    overlap: () => kept(words.overlap[i], k),
    moved: () => decimal(words.moved[i], 3),
    count: () => (words.count[i] === null ? "–" : whole(words.count[i])),
    count_b: () => (words.count_b[i] === null ? "–" : whole(words.count_b[i])),
  };
  return el("tr", {
    onpointerenter: () => events.onhover(words.row_a[i]), onfocusin: () => events.onhover(words.row_a[i]),
  },
  el("th", { scope: "row" }, el("button", { class: "quiet compare-name", "data-stay": `word ${i}`, onclick: () => events.onpick(name) },
    el("bdi", { title: name }, shortened(name)), other !== undefined && [" ↔ ", el("bdi", {}, shortened(other))])),
  columns.slice(1).map(({ id, figure }) => el("td", { class: figure ? "figure" : null }, cells[id]())));
}

// "4 of 10", and a bar of as many tenths
function kept(share, k) {
  const bar = el("span", { class: "compare-bar", "aria-hidden": "true" }, el("span", { style: { width: `${100 * share}%` } }));
  return [bar, `${Math.round(share * k)} of ${k}`];
}

export const shortened = (name, most = 40) => (name.length > most ? `${name.slice(0, most - 1)}…` : name);
