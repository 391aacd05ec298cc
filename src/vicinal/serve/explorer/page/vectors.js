// The vectors of a file: float32, or whole numbers from -127 to 127 with a scale a row.

import { lengthOf } from "../vectors.js";
import { best } from "./maths.js";

export class Vectors {
  constructor(data, scales, dim) {
    this.data = data;
    this.scales = scales;
    this.dim = dim;
    this.length = data.length / dim;
  }

  // One row, float64
  row(at) {
    const scale = this.scales ? this.scales[at] : 1;
    return Float64Array.from(this.data.subarray(at * this.dim, (at + 1) * this.dim), (value) => value * scale);
  }

  // Lengths of all rows
  get norms() {
    if (!this.kept) {
      this.kept = new Float64Array(this.length);
      for (let row = 0; row < this.length; row += 1) {
        let sum = 0;
        for (let i = row * this.dim, end = i + this.dim; i < end; i += 1) sum += this.data[i] * this.data[i];
        this.kept[row] = Math.sqrt(sum) * (this.scales ? this.scales[row] : 1);
      }
    }
    return this.kept;
  }

  // Scores of all rows against one vector → Float32Array, larger is nearer
  scores(query, metric) {
    const { data, scales, dim, norms } = this;
    const out = new Float32Array(this.length);
    const asked = Float64Array.from(query);
    const length = lengthOf(asked);
    for (let row = 0; row < out.length; row += 1) {
      let sum = 0;
      let at = row * dim;
      const scale = scales ? scales[row] : 1;
      if (metric === "euclidean") {
        for (let i = 0; i < dim; i += 1, at += 1) sum += (asked[i] - data[at] * scale) ** 2;
        out[row] = 0 - Math.sqrt(sum);
        continue;
      }
      for (let i = 0; i < dim; i += 1, at += 1) sum += asked[i] * data[at];
      sum *= scale;
      if (metric === "dot") out[row] = sum;
      else if (length && norms[row]) out[row] = Math.max(-1, Math.min(1, sum / (length * norms[row])));
    }
    return out;
  }

  // The k nearest rows → {rows, scores}; those in `without` (a Set) are left out
  nearest(query, k, metric, without = new Set()) {
    return this.pick(this.scores(query, metric), k, without);
  }

  pick(scores, k, without) {
    const rows = best(scores, k, without);
    return { rows, scores: rows.map((row) => scores[row]) };
  }
}
