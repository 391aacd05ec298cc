// Principal components of a few vectors, and an order of them in which neighbours are alike.

import { dot } from "../vectors.js";
import { sumOf } from "./maths.js";

const NOTHING = 1e-12; // share of the variance below which what is left is rounding
const SWEEPS = 60;

// rows: up to some hundred vectors → {values: [[number] a row], shares, axes}; `most` components at most.
// The loading of largest magnitude is positive, as in the library.
export function components(rows, most) {
  const centre = sumOf(rows, rows.map(() => 1 / rows.length));
  const centred = rows.map((row) => row.map((value, i) => value - centre[i]));
  const { values: eigen, vectors } = symmetric(centred.map((a) => centred.map((b) => dot(a, b))));
  const order = [...eigen.keys()].sort((a, b) => eigen[b] - eigen[a]);
  const whole = eigen.reduce((sum, value) => sum + Math.max(0, value), 0);
  const axes = order.slice(0, most).map((at) => {
    if (!(eigen[at] > NOTHING * whole)) return new Float64Array(centre.length);
    const axis = sumOf(centred, vectors.map((line) => line[at] / Math.sqrt(eigen[at])));
    const largest = axis.reduce((found, value) => Math.max(found, Math.abs(value)), 0);
    const sign = Math.sign(axis.find((value) => Math.abs(value) >= largest * (1 - 1e-9)));
    return axis.map((value) => sign * value);
  });
  const shares = order.slice(0, most).map((at) => (eigen[at] > NOTHING * whole ? eigen[at] / whole : 0));
  return { values: centred.map((row) => axes.map((axis) => dot(row, axis))), shares, axes };
}

// Eigenvalues and eigenvectors (columns) of a symmetric matrix by Jacobi's rotations (1846).
export function symmetric(matrix) {
  const n = matrix.length;
  const a = matrix.map((line) => Float64Array.from(line));
  const vectors = a.map((_, i) => Float64Array.from({ length: n }, (__, j) => Number(i === j)));
  const size = a.reduce((sum, line) => sum + dot(line, line), 0);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    let off = 0;
    for (let p = 0; p < n; p += 1) for (let q = 0; q < p; q += 1) off += a[p][q] ** 2;
    if (off <= 1e-30 * size) break;
    for (let p = 0; p < n - 1; p += 1) for (let q = p + 1; q < n; q += 1) if (a[p][q]) turn(a, vectors, p, q);
  }
  return { values: a.map((line, i) => line[i]), vectors };
}

function turn(a, vectors, p, q) {
  const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (const line of [...a, ...vectors]) {
    const [x, y] = [line[p], line[q]];
    line[p] = c * x - s * y;
    line[q] = s * x + c * y;
  }
  const [above, below] = [a[p], a[q]];
  for (let i = 0; i < above.length; i += 1) {
    const [x, y] = [above[i], below[i]];
    above[i] = c * x - s * y;
    below[i] = s * x + c * y;
  }
}

// A short path through all vectors: always on to the nearest, then parts are turned around while that shortens it (2-opt).
export function seriated(names, rows) {
  if (names.length < 3) return names;
  const order = [...names.keys()].sort((a, b) => (names[a] < names[b] ? -1 : 1));
  const sorted = order.map((at) => rows[at]);
  const apart = sorted.map((a) => sorted.map((b) => Math.fround(Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0)))));
  const along = components(sorted, 1).values.map(([value]) => value);
  const path = shortened(nearestOn(apart, along.indexOf(Math.min(...along))), apart).map((at) => names[order[at]]);
  return path[0] > path.at(-1) ? path.reverse() : path; // a path has no direction of its own
}

function nearestOn(apart, start) {
  const path = [start];
  const left = new Set(apart.keys());
  left.delete(start);
  while (left.size) {
    const line = apart[path.at(-1)];
    const next = [...left].reduce((one, other) => (line[other] < line[one] ? other : one));
    path.push(next);
    left.delete(next);
  }
  return path;
}

function shortened(first, apart) {
  let path = first;
  const edge = (from, to) => (from === undefined || to === undefined ? 0 : apart[from][to]); // the ends are free
  for (let round = 0; round < 20 * path.length; round += 1) {
    let [gain, from, to] = [1e-9, -1, -1];
    for (let i = 0; i < path.length; i += 1) {
      for (let j = i + 1; j < path.length; j += 1) {
        const [before, after] = [path[i - 1], path[j + 1]];
        const won = edge(before, path[i]) + edge(path[j], after) - edge(before, path[j]) - edge(path[i], after);
        if (won > gain) [gain, from, to] = [won, i, j];
      }
    }
    if (from < 0) break;
    path = [...path.slice(0, from), ...path.slice(from, to + 1).reverse(), ...path.slice(to + 1)];
  }
  return path;
}
