// What was chosen with the lasso: how many, their names, a file of them.

import { el, replace } from "../dom.js";
import { save } from "../figure.js";
import { short } from "../cloud/text.js";

const SHOWN = 200;

export function selected(view) {
  const node = el("section", { class: "points-selected", "aria-label": "Selection", hidden: true });
  const names = async (points) => {
    const list = await view.names;
    return Array.from(points, (point) => list.get(view.rows.row(point)));
  };
  return {
    node,
    // long: there are too many for the address
    async show(points, long = false) {
      node.hidden = !points.length;
      if (!points.length) return replace(node);
      const all = await names(points.subarray(0, SHOWN));
      const rest = points.length - all.length;
      const copied = el("span", { class: "faint", role: "status" });
      return replace(node,
        el("div", { class: "head" }, el("h2", {}, `${points.length.toLocaleString("en")} selected`),
          el("button", { class: "quiet", "aria-label": "Clear the selection", onclick: () => view.cloud.select(null) }, "×")),
        el("div", { class: "actions" },
          el("button", {
            onclick: async () => replace(copied, await copy((await names(points)).join("\n")) ? "copied" : "the browser does not allow it"),
          }, "Copy names"),
          el("button", { onclick: async () => save("selection.csv", new Blob([table(await names(points))], { type: "text/csv" })) }, "CSV"),
          el("button", { onclick: () => view.cloud.frame(points, { glide: true }) }, "Zoom to it"), copied),
        el("ul", { class: "points-list" }, all.map((name, i) => el("li", {},
          el("button", { class: "quiet", onclick: () => view.pick(view.rows.row(points[i])) }, el("bdi", {}, short(name)))))),
        long && el("p", { class: "faint" }, "Too many to be kept in the address of this page."),
        rest > 0 && el("p", { class: "faint" }, `and ${rest.toLocaleString("en")} more`));
    },
  };
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

// One name a row, quoted; a first character that a spreadsheet would take for a formula is quoted too.
export function table(names) {
  const cell = (name) => `"${(/^[=+\-@\t\r]/.test(name) ? `'${name}` : name).replaceAll('"', '""')}"`;
  return `name\r\n${names.map(cell).join("\r\n")}\r\n`;
}
