// Words × components: which direction carries what.

import { el, replace } from "../dom.js";
import { figure } from "../figure.js";
import { tiles } from "../tiles.js";
import { asker, choice, fluid, heading, listed, named, numbers, percent, renew, signed } from "./parts.js";
import { wordLists } from "./words.js";

const COLUMNS = [5, 10, 15, 20, 40, 100];

export const components = {
  id: "components",
  title: "Components",
  mount(root, context) {
    const { source, space, state } = context;
    const editor = wordLists({ source, space: space.name, change: (groups) => state.set({ words: written(groups) }) });
    const controls = el("div", { class: "controls" });
    const place = el("div", { class: "result" });
    root.append(
      heading("What tells words apart",
        "Each row is a word, each column one direction in which these words differ; the first carries most. Words of one "
        + "pattern are alike, and a column in which two lists have opposite colours is one that tells them apart."),
      editor, controls, place);
    const ask = asker(place);
    return {
      update(values) {
        const groups = read(values.words);
        const dims = values.dims === "stored" ? "stored" : "components";
        const columns = COLUMNS.includes(Number(values.columns)) ? Number(values.columns) : 15;
        drawControls(controls, { dims, columns, own: groups !== undefined }, state);
        if (groups) editor.set(groups);
        const question = { groups: groups?.filter(({ names }) => names.length), dims, components: columns };
        ask(JSON.stringify(question), () => source.heatmap(space.name, question), (answer) => {
          if (!groups) editor.set(groupsOf(answer));
          draw(place, answer, context);
        });
      },
    };
  },
};

function drawControls(controls, { dims, columns, own }, state) {
  renew(controls,
    choice("Columns", dims, [["components", "principal components of these words"], ["stored", "stored dimensions"]],
      (value) => state.set({ dims: value === "stored" ? value : null })),
    choice("At most", columns, COLUMNS.map((count) => [count, String(count)]), (value) => state.set({ columns: value })),
    own && el("button", { class: "quiet", onclick: () => state.set({ words: null }) }, "Back to the words proposed"));
}

function draw(place, answer, context) {
  const kind = answer.dims === "stored" ? "dimension" : "component";
  const title = `${answer.names.length} words × ${answer.shares.length} ${kind}s`;
  const most = Math.max(...answer.values.flat().map(Math.abs), 1e-12);
  const columns = answer.shares.map((share, i) => ({ heading: String(i + 1), below: percent(share) }));
  const readout = el("p", { class: "readout" }, hint());
  const point = (i, j) => {
    if (i < 0) return replace(readout, hint());
    const value = signed(answer.values[i][j], 3);
    replace(readout, named(answer.names[i]), `, ${kind} ${j + 1}: `, el("b", {}, value),
      ` (this ${kind} carries ${percent(answer.shares[j])})`);
    if (place.contains(document.activeElement)) context.announce(`${answer.names[i].slice(0, 100)}, ${kind} ${j + 1}: ${value}`);
    return undefined;
  };
  const picture = () => fluid(place, (width) => figure(title, () => tiles({
    label: `Heat map of ${title}; the numbers are in the table below`, width: width(), rows: answer.names, columns,
    values: answer.values, groups: answer.groups, most, format: (value) => signed(value), onpoint: point,
    across: answer.dims === "stored" ? "stored dimension, share of the variance" : "component, share of the variance of these words",
  }), { name: `${context.space.name} heat map` }));
  replace(place);
  replace(place, picture(), readout, reading(answer, kind), caution(answer),
    numbers("The numbers as a table", ["Word", ...columns.map(({ heading: text }) => `${kind} ${text}`)],
      answer.names.map((name, i) => [name, ...answer.values[i].map((value) => signed(value, 3))])));
}

const hint = () => el("span", { class: "faint" }, "Point at a tile, or use the arrow keys on the picture, to read its value.");

function reading({ ends, groups }, kind) {
  if (!ends.length) return el("p", {}, "These words do not differ at all.");
  return el("section", { class: "reading" }, el("h3", {}, `What the strongest ${kind}s separate`),
    el("ol", {}, ends.map((end) => el("li", {}, el("b", {}, `${kind[0].toUpperCase()}${kind.slice(1)} ${end.column + 1}`),
      ` (${percent(end.share)}): `, listed(end.low), " at the blue end, ", listed(end.high), " at the orange end. ",
      end.tells.length
        ? [el("span", { class: "tells" }, "Mostly tells ", groupName(end.tells[0]), " from ", groupName(end.tells[1])),
          `: ${percent(end.between_groups)} of its spread lies between the lists.`]
        : groups.length > 1 ? "It runs across the lists: it tells words apart within them." : ""))));
}

const groupName = (label) => (label ? named(label) : "the list without a label");

function caution({ dims, names }) {
  const text = dims === "stored"
    ? "A stored dimension rarely means anything by itself: all of them can be turned at once without changing a single neighbour. "
      + "Do not look for the “royal dimension” here."
    : `Which end is blue means nothing. These components are fitted on these ${names.length} words alone: they describe this choice, `
      + "not the space, and other words have others.";
  return el("p", { class: "caution" }, text);
}

// In the address: [[label, name, name, …], …]
function written(groups) {
  return JSON.stringify(groups.map(({ label, names }) => [label, ...names]));
}

function read(text) {
  try {
    const found = JSON.parse(text ?? "");
    const isGroup = (group) => Array.isArray(group) && group.length && group.every((one) => typeof one === "string");
    const fits = Array.isArray(found) && found.length && found.every(isGroup);
    return fits ? found.map(([label, ...names]) => ({ label, names })) : undefined;
  } catch {
    return undefined;
  }
}

function groupsOf({ names, groups }) {
  let start = 0;
  return groups.map(({ label, count }) => ({ label, names: names.slice(start, (start += count)) }));
}
