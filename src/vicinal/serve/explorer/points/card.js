// The picked point: its columns, and its neighbours where it matters, in the space itself and not on the map.

import { el, replace } from "../dom.js";
import { short } from "../cloud/text.js";

const METRICS = ["cosine", "dot", "euclidean"];
const MOST = 10;

export function card(view) {
  const node = el("section", { class: "points-card", "aria-label": "Picked point", hidden: true });
  let asked = 0;
  return {
    node,
    async unknown(text) {
      const mine = (asked += 1);
      const near = el("p", { class: "actions" });
      node.hidden = false;
      replace(node, el("div", { class: "failure", role: "alert" },
        el("p", {}, "There is no name “", el("bdi", {}, short(text)), "” in this space."), near));
      const found = await alike(view, text);
      if (mine === asked && found.length) {
        replace(near, "These begin alike: ", found.map(({ name, row }) => el("button", { onclick: () => view.pick(row, { fly: true }) },
          el("bdi", {}, short(name, 24)))));
      }
    },
    async show(name, row) {
      const mine = (asked += 1);
      node.hidden = !name;
      view.hint.hidden = Boolean(name) || !view.selected.node.hidden;
      if (!name) return replace(node);
      if (row < 0) return this.unknown(name);
      const table = el("div", { "aria-busy": "true" }, el("p", { class: "faint" }, "Asking for neighbours …"));
      const details = el("dl", {});
      replace(node, heading(view, name, row), details, actions(view, name), table);
      view.details(row).then((found) => replace(details, found.map(([what, value]) => [
        el("dt", {}, el("bdi", {}, short(what))), el("dd", {}, el("bdi", {}, short(value)))])));
      const found = await Promise.all(METRICS.map((metric) => view.source.nearest(view.space.name, name, { k: MOST, metric })
        .then(({ results: [{ matches }] }) => matches, (error) => error)));
      if (mine !== asked) return undefined;
      table.removeAttribute("aria-busy");
      const failed = found.find((one) => one instanceof Error);
      return replace(table, failed && el("p", { class: "failure", role: "alert" }, failed.message),
        found.some(Array.isArray) && neighbours(view, found));
    },
  };
}

// A few names that share as long a beginning with a text as any does
async function alike({ source, space }, text) {
  for (let letters = [...text].slice(0, 12); letters.length; letters.pop()) {
    const found = await source.complete(space.name, letters.join(""), 4).catch(() => []);
    if (found.length) return found;
  }
  return [];
}

function heading(view, name, row) {
  const hidden = view.rows.point(row) < 0;
  return [
    el("div", { class: "head" }, el("h2", {}, el("bdi", {}, short(name, 80))),
      el("button", { class: "quiet", "aria-label": "Close", onclick: () => view.context.state.set({ name: null }) }, "×")),
    hidden && el("p", { class: "faint" }, "This map does not show it."),
  ];
}

function actions(view, name) {
  const { state } = view.context;
  const marked = view.marks.some((one) => one.name === name);
  const mark = el("button", {
    "aria-pressed": String(marked),
    onclick: () => {
      const wanted = mark.getAttribute("aria-pressed") !== "true";
      mark.setAttribute("aria-pressed", String(wanted));
      view.mark(name, wanted);
    },
  }, "Mark");
  return el("div", { class: "actions" }, mark,
    el("button", { onclick: () => view.cloud.frame([view.rows.point(view.picked)].filter((i) => i >= 0), { glide: true }) }, "Go there"),
    el("button", { onclick: () => state.go("ask", { q: name }) }, "Ask about it"),
    el("button", { onclick: () => state.go("understand", { part: "trust", word: name }) }, "Understand"));
}

function neighbours(view, found) {
  const inAll = (name) => found.every((list) => Array.isArray(list) && list.some((one) => one.name === name));
  const cell = (match, metric) => (match ? el("td", {}, el("button", {
    class: inAll(match.name) ? "quiet shared" : "quiet", title: `${short(match.name)}: ${score(match.score, metric)}`,
    onclick: () => view.pick(match.row, { fly: view.rows.point(match.row) >= 0 }),
  }, el("bdi", {}, short(match.name, 24))), el("span", { class: "score" }, score(match.score, metric))) : el("td", {}));
  const length = Math.max(...found.map((list) => list.length || 0));
  const rows = Array.from({ length }, (_, i) => el("tr", {}, found.map((list, m) => cell(list[i], METRICS[m]))));
  return [
    el("table", { class: "points-near" }, el("caption", {}, "Nearest in the space, not on the map"),
      el("thead", {}, el("tr", {}, METRICS.map((metric) => el("th", { scope: "col" }, metric)))), el("tbody", {}, rows)),
    el("button", { class: "quiet", onclick: () => view.cloud.select(near(view, found)) }, "Show them on the map"),
  ];
}

// The picked point and its neighbours by the metric of the space
function near(view, found) {
  const list = found[Math.max(0, METRICS.indexOf(view.space.metric))];
  const rows = [view.picked, ...(Array.isArray(list) ? list : found.find(Array.isArray)).map(({ row }) => row)];
  return rows.map((row) => view.rows.point(row)).filter((i) => i >= 0);
}

// A euclidean score is less the distance; the distance is what people know.
function score(value, metric) {
  if (value === null) return "–";
  const figure = Math.abs(value) < 10 ? value.toFixed(3) : value.toLocaleString("en", { maximumFractionDigits: 1 });
  return metric === "euclidean" ? `${figure.replace("-", "")} away` : figure;
}
