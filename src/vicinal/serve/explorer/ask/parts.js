// Pieces that the panels of Ask share.

import { el, replace, svg } from "../dom.js";
import { palette } from "../theme.js";
import { shown } from "./terms.js";

export const fixed = (value, digits = 3) => (value === null ? "∞" : value.toLocaleString("en", {
  minimumFractionDigits: digits, maximumFractionDigits: digits,
}).replace("-", "−"));

// A button that asks about a name. It may be long, or written from right to left: the sheet cuts and isolates it.
export function nameButton(name, onpick) {
  return el("button", { class: "name", type: "button", onclick: () => onpick(name) }, el("bdi", {}, name));
}

// Questions to try. items: [{text, pick}]
export function examples(items) {
  if (!items.length) return null;
  return el("p", { class: "examples" }, el("span", { class: "faint" }, "Try "),
    items.map(({ text, pick }) => el("button", { class: "quiet", type: "button", onclick: pick }, el("bdi", {}, text))));
}

// What went wrong, and near spellings to go on with: pick(name)
export function failure(error, pick) {
  const near = error.near ?? [];
  const said = near.length ? `${error.message.split("; did you mean")[0]}.` : error.message; // the buttons say it
  return el("div", { class: "failure", role: "alert" }, el("p", {}, said),
    near.length > 0 && el("p", { class: "near" }, "Did you mean ",
      near.map((name) => nameButton(name, () => pick(name)))));
}

// Answers to the newest question only: run(place, ask, show, fail). While it waits the place is busy and keeps what it showed.
export function newest() {
  let count = 0;
  const run = async (place, ask, show, fail) => {
    const mine = (count += 1);
    const held = place.contains(document.activeElement);
    place.setAttribute("aria-busy", "true");
    try {
      const answer = await ask();
      if (mine !== count) return;
      show(answer);
      if (held && !place.contains(document.activeElement)) focusHeading(place); // what was chosen is gone: go on where the answer begins
    } catch (error) {
      if (mine === count) replace(place, fail(error));
    } finally {
      if (mine === count) place.removeAttribute("aria-busy");
    }
  };
  run.forget = () => { count += 1; };
  return run;
}

export function focusHeading(place) {
  const heading = place.querySelector("h2");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus();
}

// Draw anew and leave the keyboard where it was: what has the same data-stay afterwards is focused.
export function redrawn(root, draw) {
  const stay = root.contains(document.activeElement) ? document.activeElement.dataset.stay : undefined;
  draw();
  if (stay) (root.querySelector(`[data-stay="${CSS.escape(stay)}"]`) ?? root.querySelector("[data-stay], input"))?.focus();
}

// A list of names with bars. rows: [{name, text, share (0 to 1), note, mark}]; mark: null, "best", "own", "odd"
export function ranking({ label, rows, onpick, onpoint = () => {}, numbered = true }) {
  if (!rows.length) return el("p", { class: "faint" }, "Nothing was found.");
  return el(numbered ? "ol" : "ul", { class: "ranking", "aria-label": label }, rows.map(({ name, text, share, note, mark }) => el("li", {
    class: mark ?? null, "data-of": name,
    onmouseenter: () => onpoint(name), onmouseleave: () => onpoint(null), onfocusin: () => onpoint(name), onfocusout: () => onpoint(null),
  },
  el("span", { class: "bar", style: { width: `calc((100% - 3.8em) * ${Math.min(Math.max(share, 0), 1).toFixed(4)})` } }),
  nameButton(name, onpick), note && el("span", { class: "note" }, note), el("span", { class: "score" }, text))));
}

// The same as a picture to keep. lists: [{title, rows}] side by side
export function rankingPicture(title, lists) {
  const colours = palette();
  const [width, line, top] = [250, 22, 58];
  const count = Math.max(...lists.map(({ rows }) => rows.length));
  const total = lists.length * (width + 20) + 20;
  const font = { "font-family": "system-ui, sans-serif", "font-size": 13, fill: colours.ink };
  return svg("svg", { viewBox: `0 0 ${total} ${top + count * line + 16}`, width: total, role: "img", "aria-label": title },
    svg("rect", { width: "100%", height: "100%", fill: colours.paper }),
    svg("text", { ...font, x: 20, y: 24, "font-weight": 600 }, shown(title, 80)),
    lists.map(({ title: name, rows }, column) => svg("g", { transform: `translate(${20 + column * (width + 20)} 0)` },
      svg("text", { ...font, y: top - 12, fill: colours.faint }, name),
      rows.map((row, i) => svg("g", { transform: `translate(0 ${top + i * line})` },
        svg("rect", {
          width: Math.max(0, Math.min(1, row.share)) * (width - 52), height: line - 3, rx: 3, "fill-opacity": 0.2,
          fill: row.mark === "best" || row.mark === "odd" ? colours.star : colours.accent,
        }),
        svg("text", { ...font, x: 5, y: 14 }, `${i + 1}  ${shown(row.name, 22)}${row.note ? ` (${row.note})` : ""}`),
        svg("text", { ...font, x: width - 4, y: 14, "text-anchor": "end" }, row.text))))));
}
