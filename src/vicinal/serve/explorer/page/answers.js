// The answers of the API, by address: (held, body) → what the server answers, but for the space's name and fingerprint.
// held: {space, names, vectors, byKind, drawn(which)} of page/source.js.

import { parseSum } from "../ask/terms.js";
import { Failure } from "../source.js";
import { unit } from "../vectors.js";
import { heat } from "./heat.js";
import { METRICS, belonging, score, sumOf } from "./maths.js";
import { straightPath, strongestPath } from "./paths.js";
import { trusted } from "./trust.js";

const MOST = 1000; // neighbours, names or queries in one question
const STEPS = 20;

export const ASKED = {
  "/complete": complete,
  "/rows": ({ names }, body) => ({ rows: names.rows(body.names) }),
  "/nearest": nearest,
  "/analogy": analogy,
  "/vectors": vectors,
  "/similarity": similarity,
  "/odd": oddOne,
  "/path": path,
  "/heatmap": heat,
  "/costs": costs,
  "/trust": (held, body) => trusted(held, { ...body, k: checkK(body.k ?? 10) }),
};

function complete({ names }, { prefix, k }) {
  return { names: names.complete(prefix, checkK(Number(k))).map((row) => ({ name: names.get(row), row })) };
}

function nearest(held, { query, k = 10, metric = held.space.metric, filter = [], exclude = [] }) {
  checkMetric(metric);
  checkK(k);
  if (filter.length) throw new Failure('this page cannot filter; a server can: run "vicinal serve FILE"');
  const queries = typeof query === "string" || typeof query[0] === "number" ? [query] : query;
  if (!queries.length || queries.length > MOST) throw new Failure(`a question takes 1 to ${MOST} queries, got ${queries.length}`);
  const banned = held.names.rows(exclude).filter((row) => row >= 0);
  const results = queries.map((one, at) => {
    const { vector, own } = resolve(held, one, metric);
    const label = typeof one === "string" ? one : `vector ${at}`;
    return { query: label, matches: listed(held, held.vectors.nearest(vector, k, metric, new Set([...own, ...banned]))) };
  });
  return { metric, by: held.byKind, results };
}

function analogy(held, { a, b, c, k = 10, method = "add" }) {
  checkK(k);
  const rows = [a, b, c].map((name) => withVector(held, held.names.known(name)));
  const units = rows.map((row) => unit(held.vectors.row(row)));
  const query = `${a} : ${b} :: ${c} : …`;
  if (method === "add") {
    const found = held.vectors.nearest(sumOf(units, [-1, 1, 1]), k, "cosine", new Set(rows));
    return { metric: "cosine", by: held.byKind, results: [{ query, matches: listed(held, found) }] };
  }
  if (method !== "multiply") throw new Failure(`method must be 'add' or 'multiply', got '${method}'`);
  const [nearA, nearB, nearC] = units.map((one) => held.vectors.scores(one, "cosine").map((value) => (1 + value) / 2));
  const products = nearA.map((value, i) => (nearB[i] * nearC[i]) / (value + 0.001));
  const found = held.vectors.pick(products, k, new Set(rows));
  return { metric: "3CosMul", by: held.byKind, results: [{ query, matches: listed(held, found) }] };
}

function vectors(held, { names }) {
  checkBatch(names, 1);
  const rows = held.names.rows(names);
  return {
    dim: held.space.dim,
    vectors: names.map((name, at) => {
      const { vector } = resolve(held, name);
      return { name, row: rows[at] < 0 ? null : rows[at], vector: Array.from(vector, Math.fround) };
    }),
  };
}

function similarity(held, { names, pairs, metric = held.space.metric }) {
  checkMetric(metric);
  if (pairs) {
    checkBatch(pairs, 1);
    const found = pairs.map((pair) => pair.map((name) => resolve(held, name, metric).vector));
    return { metric, scores: found.map(([a, b]) => score(a, b, metric)) };
  }
  checkBatch(names, 1);
  const found = names.map((name) => resolve(held, name, metric).vector);
  return { metric, names, scores: found.map((a) => found.map((b) => score(a, b, metric))) };
}

function oddOne(held, { names }) {
  checkBatch(names, 3);
  const scores = belonging(names.map((name) => resolve(held, name, "cosine").vector));
  const odd = names[scores.indexOf(Math.min(...scores))];
  return { metric: "cosine", odd, scores: names.map((name, at) => ({ name, score: scores[at] })) };
}

// What fewer bytes cost was worked out when the page was written, for some names.
function costs({ examples, costs: worked }, { names = undefined, k = 10 }) {
  const wanted = names ?? examples.names.slice(0, 1);
  const found = wanted.map((name) => worked?.names.find((one) => one.name === name));
  if (worked?.k === Math.min(k, worked?.among - 1) && !found.includes(undefined)) return { ...worked, names: found };
  const held = worked ? `, but for ${worked.k} neighbours of ${worked.names.map(({ name }) => name).join(", ")}` : "";
  throw new Failure(`this page cannot tell what fewer bytes cost${held}; a server can: run "vicinal serve FILE"`);
}

function path(held, { from, to, steps = 6, method = "links" }) {
  const { space, names, vectors: all } = held;
  const [start, end] = [from, to].map((name) => withVector(held, names.known(name)));
  if (start === end) throw new Failure(`a path leads from one name to another, got '${from}' twice`);
  if (!(steps >= 1 && steps <= STEPS)) throw new Failure(`steps must be from 1 to ${STEPS}, got ${steps}`);
  if (!["links", "line"].includes(method)) throw new Failure(`method must be 'links' or 'line', got '${method}'`);
  const metric = space.metric === "euclidean" ? "euclidean" : "cosine"; // a dot product is no distance
  const { rows, considered } = (method === "links" ? strongestPath : straightPath)(all, start, end, steps, metric);
  const link = (row, at) => (at ? score(all.row(rows[at - 1]), all.row(row), metric) : null);
  return { metric, method, considered, path: rows.map((row, at) => ({ name: names.get(row), row, score: link(row, at) })) };
}

// A name, a sum or a vector → its vector and the rows it is made of. Under cosine the terms of a sum have length 1.
export function resolve(held, query, metric = held.space.metric) {
  if (typeof query !== "string") {
    const { dim } = held.space;
    if (query.length !== dim) throw new Failure(`a query has ${query.length} numbers; this space has ${dim} dimensions`);
    return { vector: Float64Array.from(query), own: [] };
  }
  const row = held.names.row(query);
  if (row >= 0) return { vector: held.vectors.row(withVector(held, row)), own: [row] };
  const terms = parseSum(query);
  if (!terms) throw new Failure(`a term is missing in '${query}'; write sums as 'king - man + woman'`);
  const rows = terms.map(({ name }) => withVector(held, held.names.known(name)));
  const parts = rows.map((one) => (metric === "cosine" ? unit(held.vectors.row(one)) : held.vectors.row(one)));
  return { vector: sumOf(parts, terms.map(({ weight }) => weight)).map(Math.fround), own: rows };
}

export function withVector(held, row) {
  if (row < held.vectors.length) return row;
  const count = held.vectors.length.toLocaleString("en");
  throw new Failure(`this page holds the vectors of its first ${count} names, but not of '${held.names.get(row)}'; a server has all`);
}

function listed(held, { rows, scores }) {
  return rows.map((row, at) => ({ name: held.names.get(row), row, score: scores[at] }));
}

function checkMetric(metric) {
  if (!METRICS.includes(metric)) throw new Failure(`metric must be one of ${METRICS.join(", ")}, got '${metric}'`);
}

function checkK(k) {
  if (!Number.isInteger(k) || k < 1 || k > MOST) throw new Failure(`k must be from 1 to ${MOST}, got ${k}`);
  return k;
}

function checkBatch(items, least) {
  const count = items?.length ?? 0;
  if (count < least || count > MOST) throw new Failure(`a question takes ${least} to ${MOST} names, got ${count}`);
}
