// How large and how opaque points are, so that a few are easy to see and a million still show where they are dense.

import { projectRow } from "./camera.js";

const CELLS = 48;
const SAMPLE = 3000;
const TYPICAL = 0.62; // opacity where a typical point lies

// → {diameter in CSS pixels, alpha} for a picture of `count` of all n points. sample: rows to judge by
export function density(coordinates, dim, sample, count, lens, ratio) {
  const cells = new Uint16Array(CELLS * CELLS);
  let seen = 0;
  for (const row of sample) {
    const [x, y, near] = projectRow(lens, coordinates, dim, row);
    if (!near || x < 0 || y < 0 || x >= 2 * lens.halfWidth || y >= 2 * lens.halfHeight) continue;
    const column = Math.floor((x / lens.halfWidth) * CELLS / 2);
    cells[Math.floor((y / lens.halfHeight) * CELLS / 2) * CELLS + column] += 1;
    seen += 1;
  }
  if (!seen) return { diameter: 8, alpha: 0.9 };
  let crowd = 0; // how many of the sample share a cell with a typical one of it, itself not counted
  for (const cell of cells) crowd += cell * (cell - 1);
  const share = count / sample.length;
  const area = (4 * lens.halfWidth * lens.halfHeight) / (CELLS * CELLS);
  const perPixel = Math.max(((crowd / seen) * share) / area, (seen * share) / (4 * lens.halfWidth * lens.halfHeight));
  const least = ratio > 1 ? 1.6 : 2;
  const diameter = Math.min(9, Math.max(least, Math.sqrt(0.32 / perPixel)));
  const layers = (perPixel * Math.PI * diameter * diameter) / 4;
  return { diameter, alpha: Math.min(0.85, Math.max(0.035, 1 - (1 - TYPICAL) ** (1 / Math.max(layers, 0.01)))) };
}

// Rows spread over all, the same for every picture.
export function sampleRows(n) {
  const count = Math.min(n, SAMPLE);
  return Int32Array.from({ length: count }, (_, i) => Math.floor((i * n) / count));
}
