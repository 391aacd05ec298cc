// What a sum of names is nearest to: by 3CosAdd and 3CosMul, without the words of the question and with them.

import { cosine, lengthOf, unit } from "../vectors.js";
import { fixed } from "./parts.js";
import { arrowsOf } from "./arrows.js";
import { analogyOf, formatSum, shown } from "./terms.js";

const K = 10;

// → {terms, vectors: Map of the terms' unit vectors, landing, added, multiplied: rows for a ranking (null where it does not apply),
// best, answers: Map of vectors, own: [{name, score, rank (null: far behind)}], first: with own words, the sum's nearest, by}
export async function solved(source, space, terms, withOwn) {
  const names = [...new Set(terms.map(({ name }) => name))];
  const analogy = analogyOf(terms);
  const { vectors: listed } = await source.vectors(space, names);
  const vectors = new Map(listed.map(({ name, vector }) => [name, unit(vector)]));
  const { landing } = arrowsOf(terms, vectors);
  const [sum, product, all] = await Promise.all([
    source.nearest(space, formatSum(terms), { k: K, metric: "cosine" }),
    analogy && source.analogy(space, analogy.a, analogy.b, analogy.c, { k: K, method: "multiply" }),
    source.nearest(space, landing, { k: K + names.length, metric: "cosine" }),
  ]);
  const [without, including] = [sum, all].map(({ results }) => results[0].matches);
  const found = without.length ? (await source.vectors(space, without.map(({ name }) => name))).vectors : [];
  const answers = new Map(found.map(({ name, vector }) => [name, vector]));
  const best = without[0]?.name ?? null;
  const rows = (matches, share) => matches.map(({ name, score }) => ({
    name, score, text: fixed(score), share: share(score), own: vectors.has(name), note: vectors.has(name) ? "in the question" : null,
    mark: vectors.has(name) ? "own" : name === matches.find((one) => !vectors.has(one.name))?.name ? "best" : null,
  }));
  let multiplied = product?.results[0].matches ?? null;
  if (multiplied && withOwn) multiplied = [...multiplied, ...productsOf(analogy, vectors)].sort((a, b) => b.score - a.score).slice(0, K);
  const most = Math.max(...(multiplied ?? []).map(({ score }) => score)) || 1;
  return {
    terms, vectors, landing, best, answers, by: sum.by, withOwn, empty: lengthOf(landing) < 1e-9,
    added: rows(withOwn ? including.slice(0, K) : without, (score) => score),
    multiplied: multiplied && rows(multiplied, (score) => score / most),
    own: names.map((name) => {
      const rank = including.findIndex((one) => one.name === name);
      return { name, score: cosine(landing, vectors.get(name)), rank: rank < 0 ? null : rank + 1 };
    }),
    bestRank: including.findIndex((one) => one.name === best) + 1,
  };
}

// 3CosMul (Levy and Goldberg 2014) of the question's own words, which are left out of its answers
function productsOf({ a, b, c }, vectors) {
  const near = (x, y) => (1 + cosine(vectors.get(x), vectors.get(y))) / 2;
  return [...new Set([a, b, c])].map((x) => ({ name: x, score: (near(x, b) * near(x, c)) / (near(x, a) + 0.001) }));
}

// What leaving the words of the question out does to the answer
export function sayOwn({ own, best, bestRank, empty, terms }) {
  if (empty) return "The sum is zero: it points nowhere, and nothing is nearer than anything else.";
  if (best === null) return "";
  if (terms.length === 1) return "One term alone: these are its neighbours by cosine.";
  const place = (rank) => (rank ? `, would be ${ordinal(rank)}` : "");
  const places = own.map(({ name, score, rank }) => `${shown(name)} (${fixed(score)}${place(rank)})`).join(", ");
  const first = own.find(({ rank }) => rank === 1);
  return first
    ? `Left out, as is usual: ${places}. That matters here: with them, the nearest to the sum is ${shown(first.name)} itself, and ${
      shown(best)} ${bestRank ? `comes ${ordinal(bestRank)}` : "is far behind"}.`
    : `Left out, as is usual: ${places}. It does not matter here: ${shown(best)} is first even among them.`;
}

function ordinal(rank) {
  const end = { one: "st", two: "nd", few: "rd", other: "th" }[new Intl.PluralRules("en", { type: "ordinal" }).select(rank)];
  return `${rank}${end}`;
}
