// Which map and which colour.

import { short } from "../cloud/text.js";
import { el, replace } from "../dom.js";

const GROUPS = [6, 12]; // clusters offered
const TITLES = { pca: "PCA, 2-D", pca3: "PCA, 3-D", tsne: "t-SNE", umap: "UMAP" };
const CLUSTERED = [100, 20000]; // names of a space that is shown in clusters unless told otherwise
const TELLING = /^(labels?|groups?|class|categor(y|ies)|kind|type|topic|language|tag)$/i;

export function choices(view) {
  const { space, context: { state } } = view;
  const map = el("select", {
    "aria-label": "Map", onchange: () => state.set({ map: map.value === space.maps[0] ? null : map.value, camera: null }, { push: true }),
  }, space.maps.map((name) => el("option", { value: name }, TITLES[name] ?? name)));
  const colour = el("select", { "aria-label": "Colour", onchange: () => state.set({ colour: colour.value }) });
  replace(colour, el("option", { value: "none" }, "one colour"),
    GROUPS.map((k) => el("option", { value: `clusters:${k}` }, `${k} clusters`)),
    Object.keys(space.columns).map((name) => el("option", { value: `column:${name}` }, short(name))));
  const doing = el("span", {}, "Colour");
  const node = el("div", { class: "points-choices" },
    el("label", {}, el("span", {}, "Map"), map), el("label", {}, doing, colour));
  return {
    node,
    busy(value) {
      doing.textContent = value ? "Colour: working …" : "Colour";
      colour.setAttribute("aria-busy", String(value));
    },
    show(mapName, colourName) {
      map.value = mapName;
      const wanted = colourName ?? usualColour(space);
      colour.value = [...colour.options].some(({ value }) => value === wanted) ? wanted : "none";
    },
  };
}

const WEIGHING = /^(counts?|frequency|degree|weight|importance|n)$/i;

// The numbers by which names are written first, where there are such; a promise
export async function usualPriority(source, space, rows) {
  const found = Object.entries(space.columns).find(([name, kind]) => kind === "number" && WEIGHING.test(name));
  return found ? rows.taken((await source.column(space.name, found[0])).values) : null;
}

// A column that tells what things are, where there is one; else clusters, where they are quick to find.
export function usualColour(space) {
  const found = Object.entries(space.columns).find(([name, kind]) => kind === "text" && TELLING.test(name));
  if (found) return `column:${found[0]}`;
  return space.n >= CLUSTERED[0] && space.n <= CLUSTERED[1] ? `clusters:${GROUPS.at(-1)}` : "none";
}

// What Cloud.setColours takes, by point of the map
export async function colouring(source, space, wanted, rows) {
  const [kind, ...rest] = wanted.split(":");
  const what = rest.join(":");
  let found = null;
  if (kind === "clusters" && GROUPS.includes(Number(what))) found = await source.clusters(space.name, Number(what));
  else if (kind === "column" && Object.hasOwn(space.columns, what)) found = await source.column(space.name, what);
  if (!found) return null;
  if (kind === "clusters") found = { ...found, label: `${what} clusters` };
  if (found.kind === "number") return { ...found, values: rows.taken(found.values) };
  return { ...found, codes: rows.taken(found.codes) };
}
