// The canvas over the points: what of a cloud is laid out on it, and when.

import { drawShapes, laidOut } from "./overlay.js";

const RENEWED = 120; // milliseconds after which a moving picture looks for other names

// Where buttons and legend cover the picture: no names there
export function coveredBy(box) {
  const frame = box.getBoundingClientRect();
  return [...box.querySelectorAll(".cloud-tools, .cloud-legend:not([hidden])")].map((node) => {
    const { left, top, width, height } = node.getBoundingClientRect();
    return { left: left - frame.left, top: top - frame.top, width, height };
  });
}

export function shapesOf(cloud) {
  const { data: { coordinates, dim }, labels, view, marked, stars, arrows, line, hovered, covered, selection } = cloud;
  const lens = cloud.camera_.lens(view);
  const now = performance.now();
  if (now - (labels.renewed ?? -Infinity) > RENEWED || cloud.stats.whole) {
    labels.refresh(lens, view, cloud.camera_.span);
    labels.renewed = now;
  }
  const selected = selection && selection.length <= 60 ? [...selection] : [];
  return laidOut({ lens, view, labels, coordinates, dim, marked, selected, hovered, stars, arrows, line, covered });
}

export function drawOn(brush, ratio, shapes, colours) {
  brush.setTransform(1, 0, 0, 1, 0, 0);
  brush.clearRect(0, 0, brush.canvas.width, brush.canvas.height);
  brush.scale(ratio, ratio);
  drawShapes(brush, shapes, colours);
}
