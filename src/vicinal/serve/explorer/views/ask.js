// Ask: neighbours, arithmetic, odd one out, a path. One panel at a time; which one, and what it shows, is in the address.

import { el, replace } from "../dom.js";
import { examplesOf } from "../ask/examples.js";
import { NEAR } from "../ask/near.js";
import { ODD } from "../ask/odd.js";
import { PATH } from "../ask/path.js";
import { SUM } from "../ask/sum.js";

const PANELS = [NEAR, SUM, ODD, PATH];

export const ASK = {
  id: "ask",
  title: "Ask",
  mount(root, context) {
    const { source, state, space } = context;
    const known = examplesOf(source, space.name).catch(() => ({ words: [], sums: [], odd: [], paths: [] }));
    const about = (name) => {
      state.set({ panel: "near", q: name }, { push: true });
      place.focus(); // the button that was pressed may be gone
    };
    const tabs = el("nav", { class: "tabs", "aria-label": "Questions" });
    const place = el("div", { class: "panel", tabindex: "-1" });
    replace(root, el("div", { class: "page ask" }, tabs, place));
    let shown = null;
    return {
      update(values) {
        const panel = PANELS.find(({ id }) => id === values.panel) ?? PANELS[0];
        const focused = tabs.contains(document.activeElement);
        replace(tabs, PANELS.map(({ id, title }) => el("a", {
          href: "#" + new URLSearchParams({ ...values, view: "ask", panel: id }), "aria-current": id === panel.id ? "page" : null,
        }, title)));
        if (focused) tabs.querySelector("[aria-current]").focus();
        if (shown?.panel !== panel) {
          shown?.mounted.unmount();
          replace(place);
          place.dataset.panel = panel.id;
          shown = { panel, mounted: panel.mount(place, { ...context, known, about }) };
        }
        shown.mounted.update(values);
      },
      unmount() { shown?.mounted.unmount(); },
    };
  },
};
