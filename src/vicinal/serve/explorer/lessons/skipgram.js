// Skip-gram with negative sampling (Mikolov et al. 2013), whole: every word has two rows of numbers, one for when it is the
// centre (its vector) and one for when it is the context. From a true pair and a few negatives it learns by
//   loss = −log σ(u⁺·v) − Σ log σ(−u⁻·v),   v: row of the centre, u⁺: of the context, u⁻: of a negative.

import { dot, seeded } from "../vectors.js";
import { counted, drawn, noiseShares, pairsOf } from "./pairs.js";

export const sigmoid = (x) => 1 / (1 + Math.exp(-x));

const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))); // log(1 + eˣ) = −log σ(−x), without overflow

// rows: those of the context and of the negatives; signs: 1 for the context, -1 for a negative
export function lossOf(centre, rows, signs) {
  return rows.reduce((sum, row, i) => sum + softplus(-signs[i] * dot(row, centre)), 0);
}

// How the loss changes with every number of the rows → {centre: […], rows: [[…]]}
export function gradientOf(centre, rows, signs) {
  const pull = rows.map((row, i) => -signs[i] * (1 - sigmoid(signs[i] * dot(row, centre))));
  return {
    centre: Array.from(centre, (_, d) => rows.reduce((sum, row, i) => sum + pull[i] * row[d], 0)),
    rows: rows.map((_, i) => Array.from(centre, (value) => pull[i] * value)),
  };
}

export class SkipGram {
  // sentences: lists of words, of which two at least differ
  constructor(sentences, { dim = 8, window = 2, negatives = 5, learningRate = 0.05, seed = 1 } = {}) {
    Object.assign(this, { sentences, dim, negatives, learningRate, random: seeded(seed), epochs: 0, losses: [] });
    const counts = counted(sentences.flat());
    this.words = [...counts.keys()];
    this.index = new Map(this.words.map((word, i) => [word, i]));
    this.noise = noiseShares(counts.values());
    this.vectors = this.words.map(() => Array.from({ length: dim }, () => (this.random() - 0.5) / dim));
    this.contexts = this.words.map(() => new Array(dim).fill(0));
    this.setWindow(window);
  }

  setWindow(window) {
    this.pairs = this.sentences.flatMap((sentence) => pairsOf(sentence, window)
      .map(({ centre, context }) => [this.index.get(sentence[centre]), this.index.get(sentence[context])]));
  }

  // Go through all pairs once, in an order drawn anew → mean loss of a pair
  epoch() {
    let loss = 0;
    for (const [centre, context] of this.shuffled()) loss += this.learn(centre, context);
    this.epochs += 1;
    this.losses.push(loss / this.pairs.length);
    return this.losses.at(-1);
  }

  // One pair: compare, then move every row a little against its gradient → its loss before
  learn(centre, context) {
    const wrong = Array.from({ length: this.negatives }, () => drawn(this.noise, this.random)).filter((word) => word !== context);
    const vector = this.vectors[centre];
    const rows = [context, ...wrong].map((word) => this.contexts[word]);
    const signs = rows.map((_, i) => (i === 0 ? 1 : -1));
    const loss = lossOf(vector, rows, signs);
    const gradient = gradientOf(vector, rows, signs);
    this.move(vector, gradient.centre);
    rows.forEach((row, i) => this.move(row, gradient.rows[i]));
    return loss;
  }

  move(row, gradient) {
    for (let d = 0; d < row.length; d += 1) row[d] = clipped(row[d] - this.learningRate * gradient[d]);
  }

  shuffled() {
    const pairs = [...this.pairs];
    for (let i = pairs.length - 1; i > 0; i -= 1) {
      const j = Math.floor(this.random() * (i + 1));
      [pairs[i], pairs[j]] = [pairs[j], pairs[i]];
    }
    return pairs;
  }
}

// A learning rate far too large must not end in numbers that are none.
const clipped = (value) => Math.max(-20, Math.min(20, value));
