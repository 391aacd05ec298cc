// The elements of a cloud.

import { el } from "../dom.js";

const KEYS = "ArrowLeft ArrowRight ArrowUp ArrowDown + - 0 N P Enter Escape";

// → {box, field, points, over, said}: all of it, what takes the focus, the two canvases, what is read aloud
export function elements(label, ...others) {
  const points = el("canvas", { class: "cloud-points", "aria-hidden": "true" });
  const over = el("canvas", { class: "cloud-over", "aria-hidden": "true" });
  const field = el("div", {
    class: "cloud-field", tabindex: "0", role: "application", "aria-roledescription": "map of points", "aria-label": label,
    "aria-keyshortcuts": KEYS,
  }, points, over);
  const said = el("div", { class: "unseen", role: "status", "aria-live": "polite" });
  return { box: el("div", { class: "cloud" }, field, others, said), field, points, over, said };
}
