// The few formulas of the lessons, on plain arrays or Float32Arrays.

import { cosine, dot, lengthOf, unit } from "../vectors.js";

export const degrees = (a, b) => (Math.acos(cosine(a, b)) * 180) / Math.PI;

export const minus = (a, b) => Array.from(a, (value, i) => value - b[i]);

export const plus = (a, b) => Array.from(a, (value, i) => value + b[i]);

export const times = (a, factor) => Array.from(a, (value) => value * factor);

export const euclidean = (a, b) => lengthOf(minus(a, b));

// Between two vectors; by "euclidean" less is nearer.
export const MEASURES = { cosine, dot, euclidean };

// items: [{vector}] → the same with `score`, nearest first; of equals the earlier.
export function ranked(vector, items, metric) {
  const score = MEASURES[metric];
  const sign = metric === "euclidean" ? 1 : -1;
  return items.map((item) => ({ ...item, score: score(vector, item.vector) }))
    .map((item, order) => ({ item, order }))
    .sort((a, b) => sign * (a.item.score - b.item.score) || a.order - b.order)
    .map(({ item }) => item);
}

// Two axes along which the points spread most (principal components), by subspace iteration. `before`: axes of an earlier
// call, which the new ones stay near to. → {mean, axes: [a, b], at: [[x, y], …]}
export function principal(points, before = null, rounds = 100) {
  const dim = points[0].length;
  const mean = Array.from({ length: dim }, (_, d) => points.reduce((sum, point) => sum + point[d], 0) / points.length);
  const centred = points.map((point) => minus(point, mean));
  let axes = before ?? [0, 1].map((j) => Array.from({ length: dim }, (_, d) => Math.sin(1 + d * (j + 1) + j)));
  for (let round = 0; round < rounds; round += 1) axes = orthonormal(axes.map((axis) => covered(centred, axis)), axes);
  axes = turned(centred, axes);
  return { mean, axes, at: centred.map((point) => axes.map((axis) => dot(point, axis))) };
}

// The scatter of the points applied to a direction: Xᵀ(Xa)
function covered(centred, axis) {
  const out = new Array(axis.length).fill(0);
  for (const point of centred) {
    const share = dot(point, axis);
    for (let d = 0; d < out.length; d += 1) out[d] += share * point[d];
  }
  return out;
}

function orthonormal([a, b], [oldA, oldB]) {
  const first = lengthOf(a) > 1e-30 ? unit(a) : unit(oldA);
  const rest = minus(b, times(first, dot(b, first)));
  const second = lengthOf(rest) > 1e-12 * lengthOf(b) ? unit(rest) : unit(minus(oldB, times(first, dot(oldB, first))));
  return [first, second];
}

// Within the plane of two axes, turn to the directions of largest and smallest spread.
function turned(centred, [a, b]) {
  let [aa, ab, bb] = [0, 0, 0];
  for (const point of centred) {
    const [x, y] = [dot(point, a), dot(point, b)];
    aa += x * x; ab += x * y; bb += y * y;
  }
  const angle = Math.atan2(2 * ab, aa - bb) / 2;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return [plus(times(a, c), times(b, s)), minus(times(b, c), times(a, s))];
}

// Turn (and where it helps, mirror) points of the plane about the origin so that they lie nearest to others, row by row:
// orthogonal Procrustes in two dimensions. Keeps a moving picture from spinning.
export function laidOnto(points, others) {
  const turn = (mirror) => {
    let [along, across] = [0, 0];
    points.forEach(([x, y], i) => {
      const [p, q] = [x, mirror * y];
      along += p * others[i][0] + q * others[i][1];
      across += p * others[i][1] - q * others[i][0];
    });
    return { mirror, gain: Math.hypot(along, across), angle: Math.atan2(across, along) };
  };
  const { mirror, angle } = [turn(1), turn(-1)].reduce((best, next) => (next.gain > best.gain + 1e-12 ? next : best));
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return points.map(([x, y]) => [c * x - s * mirror * y, s * x + c * mirror * y]);
}

export const figures = (value, digits = 3) => value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
