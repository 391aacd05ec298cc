// Sums of vectors, scores and the best of many, on plain arrays and typed arrays of numbers; computed in float64.

import { dot, lengthOf, unit } from "../vectors.js";

export const METRICS = ["cosine", "dot", "euclidean"];

export function sumOf(vectors, weights = vectors.map(() => 1)) {
  const total = new Float64Array(vectors[0].length);
  vectors.forEach((vector, at) => { for (let i = 0; i < total.length; i += 1) total[i] += weights[at] * vector[i]; });
  return total;
}

// Larger is nearer under every metric; rounded to float32, so that equals are equal.
export function score(a, b, metric) {
  if (metric === "dot") return Math.fround(dot(a, b));
  if (metric === "euclidean") {
    let sum = 0;
    for (let i = 0; i < a.length; i += 1) sum += (a[i] - b[i]) ** 2;
    return Math.fround(-Math.sqrt(sum)) + 0;
  }
  const lengths = lengthOf(a) * lengthOf(b);
  return lengths ? Math.fround(Math.max(-1, Math.min(1, dot(a, b) / lengths))) : 0;
}

// The k largest of many scores, best first, equals in order → positions. Those in `without` (a Set) are left out.
export function best(scores, k, without = new Set()) {
  const [at, values] = [[], []];
  let least = -Infinity;
  for (let i = 0; i < scores.length; i += 1) {
    const value = scores[i];
    if ((values.length >= k && !(value > least)) || without.has(i)) continue;
    let [low, high] = [0, values.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[middle] >= value) low = middle + 1;
      else high = middle;
    }
    at.splice(low, 0, i);
    values.splice(low, 0, value);
    if (values.length > k) { at.pop(); values.pop(); }
    if (values.length === k) least = values[k - 1];
  }
  return at;
}

// How near each is to the mean direction of the others, by cosine.
export function belonging(vectors) {
  const units = vectors.map(unit);
  const whole = sumOf(units);
  return units.map((one) => Math.fround(dot(one, unit(whole.map((value, i) => value - one[i])))));
}
