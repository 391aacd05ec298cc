// Understand: what the numbers of a space say, and what they do not. One section at a time, each with its own address.

import { el, replace } from "../dom.js";
import { components } from "../understand/heat.js";
import { variance } from "../understand/variance.js";
import { trust } from "../understand/trust.js";
import { oneHot } from "../understand/onehot.js";
import { costs } from "../understand/costs.js";

const SECTIONS = [components, variance, trust, oneHot, costs]; // each {id, title, mount(root, context) → {update(values), unmount?()}}

export const understand = {
  id: "understand",
  title: "Understand",
  mount(root, context) {
    const tabs = el("nav", { class: "parts", "aria-label": "Sections of Understand" });
    const body = el("div", {});
    root.append(el("div", { class: "page understand" }, tabs, body));
    let shown = null;
    return {
      update(values) {
        const section = SECTIONS.find(({ id }) => id === values.part) ?? SECTIONS[0];
        drawTabs(tabs, values, section);
        if (shown?.section !== section) {
          shown?.mounted.unmount?.();
          shown = { section, mounted: section.mount(replace(body), context) };
        }
        shown.mounted.update(values);
      },
      unmount() {
        shown?.mounted.unmount?.();
      },
    };
  },
};

function drawTabs(tabs, values, section) {
  const focused = tabs.contains(document.activeElement) ? document.activeElement.dataset.part : null;
  replace(tabs, SECTIONS.map(({ id, title }) => el("a", {
    href: "#" + new URLSearchParams({ ...values, view: "understand", part: id }), "data-part": id,
    "aria-current": id === section.id ? "page" : null,
  }, title)));
  const current = tabs.querySelector("[aria-current]"); // which a narrow screen may have to scroll to
  tabs.scrollLeft = current.offsetLeft - tabs.clientWidth / 2 + current.offsetWidth / 2;
  if (focused) tabs.querySelector(`[data-part="${CSS.escape(focused)}"]`)?.focus();
}
