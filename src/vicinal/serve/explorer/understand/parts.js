// What all sections are made of: asking with its waiting and failing, prose, tables, numbers as people read them.

import { el, replace } from "../dom.js";
import { Failure } from "../source.js";

// → ask(question, show): shows only what answers the newest question; before that what was there stays, dimmed.
export function asker(root, said = "Working it out…") {
  let newest = 0;
  return async (question, show) => {
    const mine = (newest += 1);
    root.setAttribute("aria-busy", "true");
    if (!root.childElementCount || root.querySelector(":scope > .failure")) replace(root, el("p", { class: "waiting faint", role: "status" }, said));
    try {
      const answer = await question();
      if (mine === newest) await show(answer);
    } catch (error) {
      if (mine === newest) replace(root, el("p", { class: "failure", role: "alert" }, error.message));
      if (!(error instanceof Failure)) throw error;
    } finally {
      if (mine === newest) root.removeAttribute("aria-busy");
    }
  };
}

export function heading(title, ...prose) {
  return el("header", { class: "lead" }, el("h2", {}, title), prose.map((text) => el("p", {}, text)));
}

// A name from the data, which keeps its own direction of writing to itself.
export function named(name, tag = "bdi") {
  return el(tag, { class: "name", dir: "auto", title: name.length > 40 ? name.slice(0, 300) : null }, name.length > 300 ? `${name.slice(0, 300)}…` : name);
}

// Names in a row: a, b and c
export function listed(names) {
  return names.flatMap((name, i) => [i === 0 ? "" : i === names.length - 1 ? " and " : ", ", named(name)]);
}

// The numbers behind a picture, folded away. headings: texts; rows: [[cell]], the first of each its heading.
export function numbers(summary, headings, rows) {
  return el("details", { class: "numbers" }, el("summary", {}, summary), el("div", { class: "wide" }, table(headings, rows)));
}

export function table(headings, rows, caption = null) {
  const cell = (value) => (typeof value === "number" ? value.toLocaleString("en", { maximumSignificantDigits: 5 }) : value);
  return el("table", {}, caption && el("caption", {}, caption),
    el("thead", {}, el("tr", {}, headings.map((text, i) => el("th", { scope: "col", class: i ? "figure" : null }, text)))),
    el("tbody", {}, rows.map(([first, ...others]) => el("tr", {},
      el("th", { scope: "row" }, first instanceof Node ? first : named(String(first))), others.map((value) => el("td", { class: "figure" }, cell(value)))))));
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
  const digits = share > 0 && share < 0.0995 ? 1 : 0;
  return `${(100 * share).toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })} %`;
}

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
