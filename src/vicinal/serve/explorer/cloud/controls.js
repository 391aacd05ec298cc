// How people move about in a cloud and choose in it: gestures, keys, and a few buttons.

import { el } from "../dom.js";
import { gestures } from "./gestures.js";

export function controls(cloud, tools) {
  const buttons = tools ? toolbar(cloud) : null;
  const moving = (change) => {
    cloud.pilot.stop();
    cloud.fitted = false;
    cloud.tooltip.hide();
    cloud.hovered = -1;
    change(cloud.camera_);
    cloud.moved();
  };
  const zoom = (factor, x, y) => moving((camera) => camera.zoom(factor, x, y, cloud.view));
  const middle = () => [cloud.view.width / 2, cloud.view.height / 2];
  const under = (x, y, radius) => cloud.picking?.nearest(cloud.camera_.lens(cloud.view), x, y, radius) ?? -1;
  let over = null;
  let soon = 0;
  const look = () => { // at most once a frame; the first look at many points in 3 dimensions waits until the cursor rests
    soon = 0;
    if (over) cloud.hover(under(...over));
  };
  gestures(cloud.field, {
    pan: (dx, dy) => moving((camera) => camera.pan(dx, dy, cloud.view)),
    rotate: (dx, dy) => moving((camera) => camera.rotate(dx, dy, cloud.view)),
    turns: () => cloud.data.dim === 3,
    zoom,
    hover: (x, y) => {
      over = x === null ? null : [x, y];
      if (!over) return cloud.hover(-1);
      const slow = cloud.data.n > 100000 && !cloud.picking.knows(cloud.camera_.lens(cloud.view));
      if (slow) { clearTimeout(soon); soon = setTimeout(look, 60); }
      else if (!soon) soon = requestAnimationFrame(look);
      return undefined;
    },
    pick: (x, y, radius) => {
      const row = under(x, y, radius);
      if (row >= 0) cloud.tell("pick", row);
    },
    jump: (x, y) => {
      const goal = cloud.camera_.copy();
      goal.zoom(2.5, x, y, cloud.view);
      cloud.fitted = false;
      cloud.pilot.go(goal, true);
    },
    drawing: () => cloud.mode,
    line: (line) => {
      if (line === cloud.line) return;
      cloud.line = line;
      cloud.drawOver();
    },
    enclose: (line, add) => {
      const found = cloud.picking?.inside(cloud.camera_.lens(cloud.view), line) ?? [];
      cloud.select(add && cloud.selection ? new Set([...cloud.selection, ...found]) : found);
    },
    key: (event) => keyed(cloud, event, { moving, zoom: (factor) => zoom(factor, ...middle()) }),
  });
  cloud.setMode = (mode) => {
    cloud.mode = mode;
    cloud.field.classList.toggle("drawing", Boolean(mode));
    buttons?.forEach((button, name) => button.setAttribute("aria-pressed", String(name === mode)));
  };
}

const STEP = 60; // pixels that an arrow key moves

function keyed(cloud, { key, shiftKey }, { moving, zoom }) {
  const way = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[key];
  if (way) {
    const [dx, dy] = way.map((value) => value * STEP);
    moving((camera) => (camera.dim === 3 && !shiftKey ? camera.rotate(-dx, -dy, cloud.view) : camera.pan(dx, dy, cloud.view)));
  } else if (key === "+" || key === "=") zoom(1.3);
  else if (key === "-" || key === "_") zoom(1 / 1.3);
  else if (key === "0") cloud.frame(null, { glide: true });
  else if (key === "n" || key === "N") step(cloud, 1);
  else if (key === "p" || key === "P") step(cloud, -1);
  else if (key === "Enter" && cloud.hovered >= 0) cloud.tell("pick", cloud.hovered);
  else if (key === "Escape" && (cloud.mode || cloud.selection || cloud.hovered >= 0)) {
    cloud.setMode("");
    cloud.hover(-1);
    if (cloud.selection) cloud.select(null);
  } else return false;
  return true;
}

// To the next of the names that are written, from the top to the bottom of the picture.
function step(cloud, by) {
  const written = [...cloud.stats.labels].sort((a, b) => a.y - b.y || a.x - b.x);
  if (!written.length) return;
  const at = written.findIndex(({ row }) => row === cloud.hovered);
  const next = written[at < 0 && by < 0 ? written.length - 1 : (at + by + written.length) % written.length];
  cloud.hover(next.row);
  cloud.say(next.text);
}

function toolbar(cloud) {
  const button = (label, sign, act, more = {}) => el("button", { title: label, "aria-label": label, onclick: act, ...more }, sign);
  const mode = (name) => () => cloud.setMode(cloud.mode === name ? "" : name);
  const lasso = button("Select by a line drawn around points (or drag with Shift)", "Lasso", mode("lasso"), { "aria-pressed": "false" });
  const rectangle = button("Select by a rectangle", "Box", mode("rectangle"), { "aria-pressed": "false" });
  const zoom = (factor) => () => {
    const goal = cloud.camera_.copy();
    goal.zoom(factor, cloud.view.width / 2, cloud.view.height / 2, cloud.view);
    cloud.fitted = false;
    cloud.pilot.go(goal, true);
  };
  cloud.field.after(el("div", { class: "cloud-tools", role: "group", "aria-label": "Move and select" },
    button("Zoom in", "+", zoom(1.6)), button("Zoom out", "−", zoom(1 / 1.6)),
    button("Show all points", "Fit", () => cloud.frame(null, { glide: true })), lasso, rectangle));
  return new Map([["lasso", lasso], ["rectangle", rectangle]]);
}
