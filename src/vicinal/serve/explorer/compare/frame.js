// The page of the view: where everything stands, the filters of the table, and what is said where there is one space only.

import { el, replace } from "../dom.js";

// set(changes): into the address; clear(): forget the selection
export function skeleton(root, [pasting, clouds, table, around], set, clear) {
  const controls = el("div", { class: "compare-controls", role: "group", "aria-label": "What is compared" });
  const cards = el("div", { class: "panels compare-cards", "aria-live": "off" });
  const filters = filterRow(set, clear);
  replace(root, el("div", { class: "compare" },
    el("h2", { class: "unseen" }, "Two spaces side by side"),
    controls, pasting, cards, clouds,
    el("div", { class: "compare-below" },
      el("section", { "aria-labelledby": "compare-moved" },
        el("h2", { id: "compare-moved" }, "Which names moved"),
        el("p", { class: "faint" }, "Rare names move between any two trainings, even of one text with two seeds; ",
          "so do not read a meaning into every move. Of two languages, a pair far apart may be a poor translation."),
        filters.node, table),
      around)));
  return { controls, cards, filters };
}

function filterRow(set, clear) {
  const find = el("input", {
    type: "search", placeholder: "Filter by text", "aria-label": "Filter names by text", autocomplete: "off", spellcheck: "false",
  });
  const min = el("input", { type: "number", min: "0", step: "1", "aria-label": "Smallest count", placeholder: "0" });
  const least = el("label", { class: "compare-choice" }, el("span", { class: "faint" }, "Smallest count"), min);
  const first = el("select", { "aria-label": "What comes first" },
    el("option", { value: "" }, "moved most first"), el("option", { value: "down" }, "stayed most first"));
  first.addEventListener("change", () => set({ sort: null, way: first.value || null }));
  const chip = el("button", { hidden: true, onclick: clear });
  find.addEventListener("input", () => set({ find: find.value }));
  min.addEventListener("input", () => set({ min: Number(min.value) > 0 ? min.value : null }));
  return {
    node: el("div", { class: "compare-filters", role: "group", "aria-label": "Filter of the table" }, first, find, least, chip),
    set(now) {
      first.value = now.sort === "overlap" && now.way === "down" ? "down" : "";
      if (find.value !== now.find) find.value = now.find;
      if ((Number(min.value) || 0) !== now.min) min.value = now.min || "";
    },
    counted(hasCounts, selected, whole) {
      least.hidden = !hasCounts;
      chip.hidden = !selected;
      chip.textContent = `${whole(selected)} selected: show all`;
    },
  };
}

export function alone(space) {
  return el("div", { class: "page" },
    el("h2", {}, "Two spaces side by side"),
    el("p", {}, "There is one space here, ", el("b", {}, el("bdi", {}, space.name)), ". Serve it together with another to compare them: ",
      "a training with another seed, the same names untrained, another language laid on it, another model."),
    el("pre", { class: "card compare-command" }, el("code", {}, `vicinal serve ${quoted(space.name)}.space another.space`)),
    el("p", { class: "faint" }, "Names are linked by their spelling, or by a dictionary (", el("code", {}, "--pairs en-fr.tsv"),
      "); dimensions and models may differ. ",
      "Vectors of different models never meet here: their neighbours are compared, ",
      "or one space is turned onto the other first, and the page says so."));
}

const quoted = (name) => (/^[\w.-]+$/.test(name) ? name : `'${name.replace(/'/g, "'\\''").slice(0, 200)}'`);
