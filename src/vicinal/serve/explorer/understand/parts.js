// What all sections are made of: asking with its waiting and failing, prose, tables, numbers as people read them.

import { el, replace } from "../dom.js";
import { Failure } from "../source.js";

// → ask(key, question, show): shows only what answers the newest question; before that what was there stays, dimmed.
// The same key twice in a row asks nothing, unless it failed.
export function asker(root, said = "Working it out…") {
  let newest = 0;
  let known = null;
  return async (key, question, show) => {
    if (key === known) return;
    known = key;
    const mine = (newest += 1);
    root.setAttribute("aria-busy", "true");
    const nothing = !root.childElementCount || root.querySelector(":scope > .failure");
    if (nothing) replace(root, el("p", { class: "waiting faint", role: "status" }, said));
    try {
      const answer = await question();
      if (mine === newest) await show(answer);
    } catch (error) {
      if (mine === newest) {
        known = null;
        replace(root, el("p", { class: "failure", role: "alert" }, error.message));
      }
      if (!(error instanceof Failure)) throw error;
    } finally {
      if (mine === newest) root.removeAttribute("aria-busy");
    }
  };
}

// Draw controls anew without taking the focus from the one that has it.
export function renew(root, ...children) {
  const focusable = () => [...root.querySelectorAll("select, input, button")];
  const at = focusable().indexOf(document.activeElement);
  replace(root, ...children);
  if (at >= 0) focusable()[at]?.focus();
}

export function heading(title, ...prose) {
  return el("header", { class: "lead" }, el("h2", {}, title), prose.map((text) => el("p", {}, text)));
}

// A name from the data, which keeps its own direction of writing to itself.
export function named(name, tag = "bdi") {
  const shown = name.length > 300 ? `${name.slice(0, 300)}…` : name;
  return el(tag, { class: "name", dir: "auto", title: name.length > 20 ? shown : null }, shown);
}

// Names in a row: a, b and c
export function listed(names) {
  return names.flatMap((name, i) => [i === 0 ? "" : i === names.length - 1 ? " and " : ", ", named(name)]);
}

// The numbers behind a picture, folded away. headings: texts; rows: [[cell]], the first of each its heading.
export function numbers(summary, headings, rows) {
  const lines = rows.map(([first, ...others]) => [named(first), ...others]);
  return el("details", { class: "numbers" }, el("summary", {}, summary), el("div", { class: "wide" }, table(headings, lines)));
}

export function table(headings, rows, caption = null) {
  const cell = (value) => (typeof value === "number" ? value.toLocaleString("en", { maximumSignificantDigits: 5 }) : value);
  return el("table", {}, caption && el("caption", {}, caption),
    el("thead", {}, el("tr", {}, headings.map((text, i) => el("th", { scope: "col", class: i ? "figure" : null }, text)))),
    el("tbody", {}, rows.map(([first, ...others]) => el("tr", {},
      el("th", { scope: "row" }, first), others.map((value) => el("td", { class: "figure" }, cell(value)))))));
}

// A choice of a few: options: [[value, text]]
export function choice(label, value, options, onchange) {
  return el("label", { class: "choice" }, el("span", {}, label),
    el("select", { onchange: (event) => onchange(event.target.value) },
      options.map(([option, text]) => el("option", { value: option, selected: String(option) === String(value) }, text))));
}

// Charts that are as wide as what they stand in. draw(width) → <svg>; returns draw for `figure`, and redraws as the width changes.
export function fluid(root, make) {
  let width = root.clientWidth;
  let node = null;
  const watch = new ResizeObserver(() => {
    if (!node?.isConnected) return node && watch.disconnect();
    if (Math.abs(root.clientWidth - width) < 8) return undefined;
    width = root.clientWidth;
    return node.redraw();
  });
  node = make(() => Math.max(260, root.clientWidth));
  watch.observe(root);
  return node;
}

export const count = (value) => value.toLocaleString("en");
export const plural = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;

export function percent(share) {
  if (share > 0 && share < 0.0005) return `${(100 * share).toLocaleString("en", { maximumSignificantDigits: 1 })} %`;
  const digits = share > 0.995 && share < 1 ? (share > 0.9995 ? 2 : 1) : share > 0 && share < 0.0995 ? 1 : 0;
  return `${(100 * share).toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })} %`;
}

// At an axis: no more digits than the step needs, alike for all: 0 %, 5 %, 10 %
export const axisPercent = (share) => `${(100 * share).toLocaleString("en", { maximumSignificantDigits: 3 })} %`;

export function bytes(value) {
  const units = ["bytes", "kB", "MB", "GB", "TB", "PB"];
  let step = 0;
  let size = value;
  while (size >= 1000 && step < units.length - 1) { size /= 1000; step += 1; }
  return `${size.toLocaleString("en", step ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 1 })} ${units[step]}`;
}

// −0.25 with a real minus
export function signed(value, digits = 2) {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

export function parsedList(text) {
  try {
    const found = JSON.parse(text);
    return Array.isArray(found) && found.every((name) => typeof name === "string") ? found : null;
  } catch {
    return null;
  }
}

// The word that was answered about stands in the box, unless somebody is writing there.
export function proposeWord(controls, name) {
  const box = controls.querySelector("[role=combobox]");
  if (box && !box.value && box !== document.activeElement) box.value = name;
}
