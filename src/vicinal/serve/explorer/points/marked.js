// The names that are marked, and how to mark them no more.

import { el, replace } from "../dom.js";
import { short } from "../cloud/text.js";

export function marked(view) {
  const node = el("section", { class: "points-marked", "aria-label": "Marked names", hidden: true });
  return {
    node,
    show(names) {
      node.hidden = !names.length;
      replace(node, el("span", { class: "faint" }, "Marked"), names.map((name) => el("span", { class: "chip" },
        el("button", { class: "quiet", onclick: () => view.context.state.set({ name }, { push: true }) }, el("bdi", {}, short(name, 24))),
        el("button", { class: "quiet", "aria-label": `Mark ${short(name)} no more`, onclick: () => view.mark(name, false) }, "×"))),
      names.length > 1 && el("button", { class: "quiet", onclick: () => view.context.state.set({ mark: null }) }, "Clear"));
    },
  };
}
