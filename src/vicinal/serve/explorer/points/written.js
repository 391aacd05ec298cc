// The map in words, for those who do not see it: what it shows, and the names written on it as a table.

import { el, replace } from "../dom.js";
import { short } from "../cloud/text.js";

export function written(view) {
  const body = el("div", {});
  const node = el("details", {
    class: "points-written",
    ontoggle: () => { if (node.open) fill(); },
  }, el("summary", {}, "The map as a table"), body);
  const fill = () => {
    const { cloud } = view;
    const labels = [...cloud.stats.labels].sort((a, b) => a.y - b.y || a.x - b.x);
    const percent = (part, whole) => `${Math.round((part / whole) * 100)} %`;
    const place = ({ x, y }) => `${percent(x, cloud.view.width)} from the left, ${percent(y, cloud.view.height)} from the top`;
    const pick = (row) => () => view.pick(view.rows.row(row));
    replace(body,
      el("p", { class: "faint" }, `The ${labels.length} names written on the map now, from the top to the bottom. `,
        el("button", { onclick: fill }, "Renew"), " ",
        el("button", { onclick: () => cloud.select(cloud.visible()) }, "Select all points in view")),
      el("table", {}, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Name"), el("th", { scope: "col" }, "Place"))),
        el("tbody", {}, labels.map((label) => el("tr", {},
          el("td", {}, el("button", { class: "quiet", onclick: pick(label.row) }, el("bdi", {}, short(label.text)))),
          el("td", { class: "faint" }, place(label)))))));
  };
  return { node };
}
