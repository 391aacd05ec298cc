// A few vectors on the plane that shows them best: a cloud with arrows, and a line that says how much the plane shows.

import { Cloud } from "../cloud/cloud.js";
import { el, replace } from "../dom.js";
import { downloads } from "../figure.js";
import { plane } from "./plane.js";
import { shown } from "./terms.js";

export const percent = (share) => `${(100 * share).toLocaleString("en", { maximumFractionDigits: 0 })} %`;

// → {node, draw(…), point(name or null), destroy()}; onpick(name): a point was chosen, onpoint(name or null): it is pointed at
export function scene({ label, onpick, onpoint }) {
  const field = el("div", { class: "field" });
  const said = el("p", { class: "faint" });
  const title = el("span", {}, label);
  const node = el("figure", { class: "scene card" }, el("figcaption", {}, title, downloads(label, () => cloud)), field, said);
  let cloud = null;
  let names = [];
  const nameOf = (i) => (names[i]?.word ? names[i].text : null);
  return {
    node,
    get cloud() { return cloud; },
    // points: [{text, vector, word: whether one can ask about it, kind: 0 …}], kinds: their labels; marked: indices, star: {at: index, label},
    // arrows: [{from, to, label}] of vectors; shape: what the plane is fitted to, in words
    draw({ points, kinds, marked, star = null, arrows, shape }) {
      if (!cloud) {
        cloud = new Cloud(field, { label, tools: false });
        cloud.on("pick", (i) => nameOf(i) !== null && onpick(nameOf(i)));
        cloud.on("hover", (i) => onpoint(nameOf(i)));
      }
      names = points;
      const { place, share } = plane(points.map(({ vector }) => vector));
      const places = points.map(({ vector }) => place(vector));
      cloud.setPoints(Float32Array.from(places.flat()), 2, { name: (i) => shown(points[i].text) });
      cloud.setColours({ kind: "category", codes: Uint16Array.from(points.map(({ kind }) => kind)), labels: kinds });
      cloud.setSizes(new Float32Array(points.length).fill(2));
      cloud.setMarked(marked);
      cloud.setStars(star ? [{ at: places[star.at], label: shown(star.label) }] : []);
      cloud.setArrows(arrows.map(({ from, to, label: text }) => ({ from: place(from), to: place(to), label: shown(text) })));
      cloud.frame();
      replace(said, `The plane that shows ${shape} best: ${percent(share)} of their variance. Distances on it are shortened; `
        + "scores and ranks are worked out in all dimensions.");
      node.dataset.share = share.toFixed(6);
    },
    point(name) {
      const at = name === null ? -1 : names.findIndex(({ text, word }) => word && text === name);
      cloud?.hover?.(at);
    },
    destroy() { cloud?.destroy(); },
  };
}
