// k-means in the original space, on a sample of the rows, then every row to its nearest centre.

import { Failure } from "../source.js";
import { seeded, unit } from "../vectors.js";

const SAMPLE = 5000;
const [STARTS, ROUNDS, MOST, FREQUENT] = [3, 25, 64, 30];

// → what Cloud.setColours takes: {kind: "category", codes, labels, explained…}, the largest group first
export function clustered({ space, names, vectors }, k) {
  const most = Math.min(MOST, vectors.length);
  if (!(k >= 2 && k <= most)) throw new Failure(`k must be from 2 to ${most} groups, got ${k}`);
  const row = (at) => (space.metric === "cosine" ? unit(vectors.row(at)) : vectors.row(at));
  const stride = Math.max(1, Math.floor(vectors.length / SAMPLE));
  const points = Array.from({ length: Math.ceil(vectors.length / stride) }, (_, i) => row(i * stride));
  const random = seeded(1);
  const tries = Array.from({ length: STARTS }, () => lloyd(points, firstCentres(points, k, random)));
  const { centres, loss } = tries.reduce((one, other) => (other.loss < one.loss ? other : one));
  const whole = lloyd(points, [mean(points)], 1).loss;
  const found = Array.from({ length: vectors.length }, (_, at) => nearest(row(at), centres));
  const sizes = centres.map(() => 0);
  for (const { at } of found) sizes[at] += 1;
  const order = [...centres.keys()].filter((at) => sizes[at]).sort((a, b) => sizes[b] - sizes[a] || a - b);
  const without = vectors.length < space.n;
  const codes = new Uint16Array(space.n).fill(order.length); // names without vectors belong to no group
  found.forEach(({ at }, i) => { codes[i] = order.indexOf(at); });
  const labels = order.map((at) => labelled(found, at, names));
  if (without) labels.push("no vector in this page");
  return { kind: "category", codes, labels, others: 0, label: "cluster", explained: whole ? 1 - loss / whole : 1 };
}

function labelled(found, group, names) {
  const first = [];
  for (let i = 0; i < found.length && first.length < FREQUENT; i += 1) if (found[i].at === group) first.push(i);
  first.sort((a, b) => found[a].gap - found[b].gap);
  return first.slice(0, 3).map((i) => shortened(names.get(i))).join(", ");
}

const shortened = (name) => (name.length > 40 ? `${name.slice(0, 39)}…` : name);

export function gapOf(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] - b[i]) ** 2;
  return sum;
}

function nearest(point, centres) {
  let [at, gap] = [0, Infinity];
  centres.forEach((centre, i) => { const found = gapOf(point, centre); if (found < gap) [at, gap] = [i, found]; });
  return { at, gap };
}

function mean(points) {
  const total = new Float64Array(points[0].length);
  for (const point of points) for (let i = 0; i < total.length; i += 1) total[i] += point[i] / points.length;
  return total;
}

// k-means++: each centre drawn with a chance in proportion to its squared distance from those before.
function firstCentres(points, k, random) {
  const centres = [points[Math.floor(random() * points.length)]];
  const gaps = points.map(() => Infinity);
  while (centres.length < k) {
    points.forEach((point, i) => { gaps[i] = Math.min(gaps[i], gapOf(point, centres.at(-1))); });
    let left = random() * gaps.reduce((sum, gap) => sum + gap, 0);
    if (!left) break;
    const at = gaps.findIndex((gap) => (left -= gap) < 0);
    centres.push(points[at < 0 ? points.length - 1 : at]);
  }
  return centres;
}

export function lloyd(points, first, rounds = ROUNDS) {
  let centres = first;
  let [before, loss] = ["", 0];
  for (let round = 0; round < rounds; round += 1) {
    const groups = centres.map(() => []);
    loss = 0;
    const own = points.map((point) => {
      const { at, gap } = nearest(point, centres);
      groups[at].push(point);
      loss += gap;
      return at;
    }).join();
    if (own === before) break;
    before = own;
    if (round + 1 < rounds) centres = groups.map((members, at) => (members.length ? mean(members) : centres[at]));
  }
  return { centres, loss };
}
