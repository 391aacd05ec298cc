// The way from one name to another, as the server finds it (see its documentation of POST /path).

import { dot, unit } from "../vectors.js";
import { best, sumOf } from "./maths.js";

const POOL = 1000; // names that a path may pass

// The path whose weakest link is strongest, and among such the one of smallest squared steps; by dynamic programming.
export function strongestPath(vectors, start, end, steps, metric) {
  const [first, second] = [start, end].map((row) => vectors.scores(vectors.row(row), metric));
  const total = Float32Array.from(first, (value, i) => -(apart(value, metric) + apart(second[i], metric)));
  total[start] = total[end] = Infinity;
  const near = best(total, Math.min(POOL, total.length)).filter((row) => row !== start && row !== end);
  const rows = [start, end, ...near.sort((a, b) => a - b)];
  const n = rows.length;
  const found = rows.map((row) => (metric === "cosine" ? unit(vectors.row(row)) : vectors.row(row)));
  const between = new Float64Array(n * n); // to stay is free, so that fewer steps may be taken
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < i; j += 1) between[i * n + j] = between[j * n + i] = step(found[i], found[j], metric);
  }
  const { cost } = cheapest(between, n, steps, Math.max);
  const squares = between.map((value) => (value <= cost ? value * value : Infinity));
  const { route } = cheapest(squares, n, steps, (a, b) => a + b);
  return { rows: route.map((at) => rows[at]), considered: Math.min(POOL, vectors.length) };
}

// Straight from one vector to the other; at even steps the nearest name not named before.
export function straightPath(vectors, start, end, steps, metric) {
  const ends = [start, end].map((row) => (metric === "cosine" ? unit(vectors.row(row)) : vectors.row(row)));
  const angle = Math.acos(Math.max(-1, Math.min(1, dot(...ends))));
  const arc = metric === "cosine" && angle > 1e-6 && angle < Math.PI - 1e-6; // else no great circle is singled out
  const used = [start];
  for (let at = 1; at <= steps; at += 1) {
    const share = at / (steps + 1);
    const weights = arc ? [Math.sin((1 - share) * angle) / Math.sin(angle), Math.sin(share * angle) / Math.sin(angle)] : [1 - share, share];
    const { rows } = vectors.nearest(sumOf(ends, weights).map(Math.fround), 1, metric, new Set([...used, end]));
    used.push(...rows);
  }
  return { rows: [...used, end], considered: vectors.length };
}

const apart = (value, metric) => (metric === "euclidean" ? -value : Math.acos(Math.max(-1, Math.min(1, value))));

function step(a, b, metric) {
  if (metric === "cosine") return apart(Math.fround(dot(a, b)), metric);
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] - b[i]) ** 2;
  return Math.fround(Math.sqrt(sum));
}

// Cost and places of the best way from 0 to 1 over at most `steps` others; `join` adds a step to a cost.
function cheapest(between, n, steps, join) {
  let cost = between.slice(0, n);
  const before = [];
  for (let turn = 0; turn < steps; turn += 1) {
    const [next, from] = [new Float64Array(n).fill(Infinity), new Int32Array(n)];
    for (let i = 0; i < n; i += 1) {
      if (cost[i] === Infinity) continue;
      for (let j = 0; j < n; j += 1) {
        const value = join(cost[i], between[i * n + j]);
        if (value < next[j]) { next[j] = value; from[j] = i; }
      }
    }
    before.push(from);
    cost = next;
  }
  const backwards = [1];
  for (const from of before.reverse()) backwards.push(from[backwards.at(-1)]);
  const route = [];
  for (const place of [0, ...backwards.reverse()]) { // staying, or coming back over equal rows, is left out
    if (route.includes(place)) route.length = route.indexOf(place);
    route.push(place);
  }
  return { cost: cost[1], route };
}
