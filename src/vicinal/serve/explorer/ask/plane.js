// A plane that shows a few vectors as well as a plane can: their two largest principal components.

import { dot } from "../vectors.js";

export const add = (a, b, weight = 1) => a.map((value, i) => value + weight * b[i]);

// vectors: a few lists of numbers → {place(vector) → [x, y], share}: where a vector stands on the plane, and how much of the
// variance of the given vectors it shows, 0 to 1. Few vectors of many dimensions, so the axes are had from the products of
// all pairs: X = U S Vᵀ, XXᵀ = U S² Uᵀ, V = XᵀU/S.
export function plane(vectors) {
  const mean = vectors.reduce((sum, one) => add(sum, one)).map((value) => value / vectors.length);
  const rows = vectors.map((one) => add(one, mean, -1));
  const { values, columns } = eigen(rows.map((a) => rows.map((b) => dot(a, b))));
  const total = values.reduce((sum, value) => sum + Math.max(value, 0), 0);
  const axes = [0, 1].map((at) => {
    const size = Math.sqrt(Math.max(values[at] ?? 0, 0));
    if (!(size > 1e-9 * Math.sqrt(total || 1))) return mean.map(() => 0); // all on a line, or on a point
    const column = columns[at];
    const largest = column.reduce((best, value) => (Math.abs(value) > Math.abs(best) + 1e-9 ? value : best), 0);
    const turn = Math.sign(largest) / size; // so that the same words are always drawn the same way round
    return mean.map((_, i) => turn * rows.reduce((sum, row, j) => sum + row[i] * column[j], 0));
  });
  const share = total > 0 ? (Math.max(values[0], 0) + Math.max(values[1] ?? 0, 0)) / total : 1;
  return { share, place: (vector) => { const from = add(vector, mean, -1); return axes.map((axis) => dot(axis, from)); } };
}

// Of a small symmetric matrix, largest value first, by Jacobi's rotations → {values, columns}
function eigen(matrix) {
  const n = matrix.length;
  const a = matrix.map((row) => [...row]);
  const v = a.map((_, i) => a.map((__, j) => Number(i === j)));
  for (let sweep = 0; sweep < 60; sweep += 1) {
    let off = 0;
    for (let p = 0; p < n; p += 1) for (let q = p + 1; q < n; q += 1) off += a[p][q] ** 2;
    if (off <= 1e-24 * a.reduce((sum, row, i) => sum + row[i] ** 2, 0)) break;
    for (let p = 0; p < n; p += 1) for (let q = p + 1; q < n; q += 1) if (a[p][q]) rotate(a, v, p, q);
  }
  const order = a.map((_, i) => i).sort((i, j) => a[j][j] - a[i][i]);
  return { values: order.map((i) => a[i][i]), columns: order.map((i) => v.map((row) => row[i])) };
}

function rotate(a, v, p, q) {
  const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  const mix = (get, set, k) => { const [x, y] = [get(k, p), get(k, q)]; set(k, p, c * x - s * y); set(k, q, s * x + c * y); };
  for (let k = 0; k < a.length; k += 1) mix((i, j) => a[i][j], (i, j, x) => { a[i][j] = x; }, k);
  for (let k = 0; k < a.length; k += 1) mix((i, j) => a[j][i], (i, j, x) => { a[j][i] = x; }, k);
  for (let k = 0; k < a.length; k += 1) mix((i, j) => v[i][j], (i, j, x) => { v[i][j] = x; }, k);
}
