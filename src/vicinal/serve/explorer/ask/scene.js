// A few vectors on the plane that shows them best: a cloud with arrows, and a line that says how much the plane shows.

import { Cloud } from "../cloud/cloud.js";
import { el, replace } from "../dom.js";
import { downloads } from "../figure.js";
import { plane } from "./plane.js";
import { shown } from "./terms.js";

const ROOM = 1.3;

export const percent = (share) => `${(100 * share).toLocaleString("en", { maximumFractionDigits: 0 })} %`;

// → {node, draw(…), point(name or null), destroy()}; onpick(name): a point was chosen, onpoint(name or null): it is pointed at
export function scene({ label, onpick, onpoint }) {
  const field = el("div", { class: "field" });
  const said = el("p", { class: "faint" });
  const title = el("span", {}, label);
  const node = el("figure", { class: "scene card" }, el("figcaption", {}, title, downloads(label, () => cloud)), field, said);
  let cloud = null;
  let names = [];
  const fit = () => { // with room for names at the edges
    if (!cloud) return;
    cloud.frame();
    cloud.camera = { ...cloud.camera, span: cloud.camera.span * ROOM };
  };
  const follow = new ResizeObserver(fit);
  follow.observe(field);
  const nameOf = (i) => (names[i]?.word ? names[i].text : null);
  return {
    node,
    get cloud() { return cloud; },
    // points: [{text, vector, word: whether one can ask about it, size}], star: index or null, arrows: [{from, to, label}] of vectors;
    // key: what is what, in words; shape: what the plane is fitted to
    draw({ points, star = null, arrows, key, shape }) {
      if (!cloud) {
        cloud = new Cloud(field, { label, tools: false });
        cloud.on("pick", (i) => nameOf(i) !== null && onpick(nameOf(i)));
        cloud.on("hover", (i) => onpoint(nameOf(i)));
      }
      names = points;
      const { place, share } = plane(points.map(({ vector }) => vector));
      const places = points.map(({ vector }) => place(vector));
      cloud.setPoints(Float32Array.from(places.flat()), 2, { name: (i) => shown(points[i].text) });
      cloud.setSizes(Float32Array.from(points.map(({ size }) => size)));
      cloud.setMarked(star === null ? [] : [star]);
      cloud.setStars(star === null ? [] : [{ at: places[star], label: "" }]); // the mark names it
      cloud.setArrows(arrows.map(({ from, to, label: text }) => ({ from: place(from), to: place(to), label: shown(text) })));
      fit();
      replace(said, `${key} This is the plane that shows ${shape} best: ${percent(share)} of their variance. It shortens distances; `
        + "scores and ranks are worked out in all dimensions.");
      node.dataset.share = share.toFixed(6);
    },
    point(name) {
      const at = name === null ? -1 : names.findIndex(({ text, word }) => word && text === name);
      cloud?.hover?.(at);
    },
    destroy() { follow.disconnect(); cloud?.destroy(); },
  };
}
