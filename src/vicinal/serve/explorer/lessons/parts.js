// What the pages of all lessons are made of: steps, strips of numbers, tables, lists of neighbours.

import { el, replace, svg } from "../dom.js";
import { palette } from "../theme.js";

// Whether pictures should be drawn small, so that their text stays readable.
export const narrow = () => window.matchMedia("(max-width: 720px)").matches;

// "1 row", "3,579 rows"
export const several = (n, noun) => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;

// A numbered step: a sentence or two, then something to do.
export function step(number, title, text, ...content) {
  return el("section", { class: "step" },
    el("h3", {}, el("span", { class: "number", "aria-hidden": "true" }, number), title),
    [text].flat().map((one) => (typeof one === "string" ? el("p", {}, one) : one)), content);
}

// heads: [text], a number column as {figure: text}; rows: [[cell]]
export function table(caption, heads, rows) {
  return el("table", {}, el("caption", { class: "unseen" }, caption),
    el("thead", {}, el("tr", {},
      heads.map((head) => (head === "" ? el("td", {}) // over the names of the rows
        : el("th", { scope: "col", class: head.figure ? "figure" : null }, head.figure ?? head))))),
    el("tbody", {}, rows.map((cells) => el("tr", {},
      cells.map((cell, i) => el("td", { class: heads[i].figure ? "figure" : null }, cell))))));
}

// Put new children in a place; what had the focus has it again, if it is there again (by data-stay).
export function renewed(place, ...children) {
  const stay = place.contains(document.activeElement) ? document.activeElement.dataset.stay : undefined;
  replace(place, ...children);
  if (stay !== undefined) place.querySelector(`[data-stay="${CSS.escape(stay)}"]`)?.focus({ preventScroll: true });
}

// What is slow: shows `make()` in a place when it has come, the reason when it fails; an answer that is overtaken is dropped.
export function slow(place, announce = () => {}) {
  let asked = 0;
  return async (make) => {
    const mine = (asked += 1);
    place.setAttribute("aria-busy", "true");
    if (!place.childNodes.length) replace(place, el("p", { class: "faint" }, "Asking the space …"));
    try {
      const made = await make();
      if (mine === asked) renewed(place, made);
    } catch (error) {
      if (mine === asked) { replace(place, el("p", { class: "failure", role: "alert" }, error.message)); announce(error.message); }
    } finally {
      if (mine === asked) place.removeAttribute("aria-busy");
    }
  };
}

// Between two colours "#rrggbb"
export function mixed(from, to, share) {
  const channel = (text, i) => parseInt(text.slice(1 + 2 * i, 3 + 2 * i), 16);
  const between = (i) => Math.round(channel(from, i) + (channel(to, i) - channel(from, i)) * share);
  return `#${[0, 1, 2].map((i) => between(i).toString(16).padStart(2, "0")).join("")}`;
}

// Rows of numbers as strips of cells: blue above zero, orange below, and a tick up or down that says the same without colour.
// rows: [{name, values}] → <svg>
export function strips(rows, { cells = narrow() ? 20 : 50, label = "Rows of numbers" } = {}) {
  const colours = palette();
  const shown = Math.min(cells, Math.max(...rows.map(({ values }) => values.length)));
  const largest = Math.max(1e-12, ...rows.flatMap(({ values }) => Array.from(values).slice(0, shown).map(Math.abs)));
  const [left, size, high] = narrow() ? [84, 278 / shown, 30] : [110, Math.min(30, 780 / shown), 30];
  const width = left + size * shown + 4;
  const most = Math.floor(left / 8.2); // characters of a name
  const first = (values) => Array.from(values).slice(0, 4).map((value) => value.toFixed(2)).join(", ");
  const node = svg("svg", { viewBox: `0 0 ${width} ${rows.length * (high + 6) + 4}`, width, height: rows.length * (high + 6) + 4,
    role: "img",
    "aria-label": `${label}: ${rows.map(({ name, values }) => `${name} begins ${first(values)}`).join("; ")}`,
    "font-family": "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif" });
  rows.forEach(({ name, values }, r) => {
    const top = 2 + r * (high + 6);
    node.append(svg("text", { x: left - 8, y: top + high / 2 + 5, "text-anchor": "end", fill: colours.ink, "font-size": 14 },
      name.length > most ? `${name.slice(0, most - 1)}…` : name));
    Array.from(values).slice(0, shown).forEach((value, d) => {
      const share = Math.min(1, Math.abs(value) / largest);
      const x = left + d * size;
      node.append(svg("g", {}, svg("title", {}, `${name}, component ${d}: ${value.toFixed(4)}`),
        svg("rect", { x, y: top, width: size - 1, height: high, fill: mixed(colours.raised, value < 0 ? colours.star : colours.accent,
          0.12 + 0.88 * share) }),
        svg("rect", { x: x + size / 2 - 1, y: value < 0 ? top + high / 2 : top + (high / 2) * (1 - share), width: Math.max(1, size / 8),
          height: (high / 2) * share, fill: colours.paper })));
    });
  });
  return node;
}

// Names with their scores, as bars; marked: names shown strong. Bars stand for what the numbers beside them say.
export function neighbours(matches, { marked = [], empty = "Nothing found." } = {}) {
  if (!matches.length) return el("p", { class: "faint" }, empty);
  const largest = Math.max(1e-12, ...matches.map(({ score }) => Math.abs(score)));
  return el("ol", { class: "neighbours" },
    matches.map(({ name, score, note }) => el("li", { class: marked.includes(name) ? "marked" : null },
    el("span", { class: "name" }, name, note ? el("span", { class: "faint" }, ` ${note}`) : null),
    el("span", { class: "bar", "aria-hidden": "true" }, el("span", { style: { width: `${(Math.max(0, score) / largest) * 100}%` } })),
    el("span", { class: "score" }, score.toFixed(3)))));
}

// A slider with its name and its value beside it. → {node, set(value)}
export function slider({ label, least, most, by, value, show = (v) => String(v), onchange, ...more }) {
  const said = el("output", {}, show(value));
  const input = el("input", { type: "range", min: least, max: most, step: by, ...more, oninput: () => {
    replace(said, show(Number(input.value)));
    input.setAttribute("aria-valuetext", show(Number(input.value)));
    onchange(Number(input.value));
  } });
  input.value = value;
  input.setAttribute("aria-valuetext", show(value));
  const set = (next) => {
    if (Number(input.value) !== next) input.value = next;
    replace(said, show(next));
    input.setAttribute("aria-valuetext", show(next));
  };
  return { node: el("label", { class: "slider" }, el("span", {}, label), input, said), input, set };
}

// Radio buttons in a line. → {node, set(value)}
export function choice({ label, options, value, onchange }) {
  const name = `choice-${(choice.count = (choice.count ?? 0) + 1)}`;
  const boxes = options.map(({ value: one }) => el("input", { type: "radio", name, value: one, checked: one === value,
    onchange: () => onchange(one) }));
  const node = el("fieldset", { class: "choice" }, el("legend", {}, label),
    options.map(({ text }, i) => el("label", {}, boxes[i], ` ${text}`)));
  return { node, set: (next) => { for (const box of boxes) box.checked = box.value === next; } };
}
