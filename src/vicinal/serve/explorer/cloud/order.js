// The order points are drawn in: steps of a golden section of n, so that the first m points of it are spread evenly over all rows,
// are a sample, for every m; place k of it holds row (k × step) mod n.

export function stepOf(n) {
  let step = Math.max(1, Math.round(n * 0.6180339887498949));
  while (divisor(step, n) !== 1) step += 1;
  return step;
}

const divisor = (a, b) => (b ? divisor(b, a % b) : a);

// values (n × width) by row → the same in drawing order
export function inOrder(values, width, n) {
  const step = stepOf(n);
  const out = new values.constructor(n * width);
  for (let k = 0, row = 0; k < n; k += 1) {
    if (width === 2) {
      out[2 * k] = values[2 * row];
      out[2 * k + 1] = values[2 * row + 1];
    } else for (let i = 0; i < width; i += 1) out[k * width + i] = values[row * width + i];
    row += step;
    if (row >= n) row -= n;
  }
  return out;
}

// The smallest box around points: all of them, or some rows.
export function box(coordinates, dim, rows = null) {
  const low = [0, 0, 0];
  const high = [0, 0, 0];
  const n = rows ? rows.length : coordinates.length / dim;
  for (let i = 0; i < dim && n; i += 1) {
    let least = Infinity;
    let most = -Infinity;
    for (let k = 0; k < n; k += 1) {
      const value = coordinates[(rows ? rows[k] : k) * dim + i];
      if (value < least) least = value;
      if (value > most) most = value;
    }
    low[i] = least;
    high[i] = most;
  }
  return { low, high };
}
