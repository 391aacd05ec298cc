// How far to trust points of a map: their neighbours in the space against those on the map.

import { Failure } from "../source.js";
import { best, score } from "./maths.js";

const WORK = 2e9; // multiplications that a sample may cost
const [LEAST, MOST] = [50, 1000]; // points of a sample
const AT_ONCE = 8; // points after which the page draws itself anew

export async function trusted(held, { map = "pca", names = undefined, k = 10, sample = false }) {
  const drawn = await held.drawn(map);
  const n = Math.min(drawn.n, held.vectors.length);
  if (drawn.rows) throw new Failure("this map shows only some names; a server can tell how far to trust it");
  if (n < 2) throw new Failure("a point of a map of one has no neighbours");
  const count = Math.min(k, n - 1);
  const asked = (names ?? [held.names.get(Math.max(0, held.names.row("king")))]).map((name) => held.names.known(name));
  const late = asked.find((row) => row >= n);
  if (late !== undefined) throw new Failure(`this page does not hold the vector of '${held.names.get(late)}'; a server has all`);
  const points = asked.map((row) => pointOf(held, drawn, row, count));
  const answer = { map, method: drawn.method, k: count, n, chance: count / (n - 1), points };
  return sample ? { ...answer, sample: await held.once(`trust ${map} ${count}`, () => sampled(held, drawn, n, count)) } : answer;
}

// The nearest on the map, the point itself left out.
function shownBeside({ coordinates, dim }, row, n, k) {
  const gaps = new Float32Array(n);
  for (let i = 0; i < n; i += 1) {
    let sum = 0;
    for (let d = 0; d < dim; d += 1) sum += (coordinates[i * dim + d] - coordinates[row * dim + d]) ** 2;
    gaps[i] = -sum;
  }
  return best(gaps, k, new Set([row]));
}

function pairOf({ space, vectors }, drawn, row, k) {
  const truly = vectors.nearest(vectors.row(row), k, space.metric, new Set([row])).rows;
  return { truly, shown: shownBeside(drawn, row, vectors.length, k) };
}

function pointOf(held, drawn, row, k) {
  const { truly, shown } = pairOf(held, drawn, row, k);
  const own = held.vectors.row(row);
  const listed = (rows, others) => rows.map((at) => ({
    name: held.names.get(at), row: at, at, score: score(own, held.vectors.row(at), held.space.metric), both: others.includes(at),
  }));
  return { name: held.names.get(row), row, at: row, share: kept(truly, shown), true: listed(truly, shown), shown: listed(shown, truly) };
}

const kept = (truly, shown) => truly.filter((row) => shown.includes(row)).length / truly.length;

// Evenly spread points; the mean share with an interval of 95 %.
async function sampled(held, drawn, n, k) {
  const count = Math.min(n, MOST, Math.max(LEAST, Math.floor(WORK / (n * held.space.dim))));
  const at = Array.from({ length: count }, (_, i) => Math.floor((i * n) / count));
  const share = [];
  for (const row of at) {
    const { truly, shown } = pairOf(held, drawn, row, k);
    share.push(kept(truly, shown));
    if (share.length % AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  const mean = share.reduce((sum, one) => sum + one, 0) / count;
  const spread = Math.sqrt(share.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, count - 1) / count);
  const half = count === n ? 0 : 1.96 * spread;
  return { at, share, mean, low: Math.max(0, mean - half), high: Math.min(1, mean + half) };
}
