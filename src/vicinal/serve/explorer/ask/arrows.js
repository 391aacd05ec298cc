// A sum of names as arrows: from man to king, and the same arrow from woman to where the sum lands.

import { add } from "./plane.js";

// terms: [{weight, name}], vectors: Map of name to vector →
// {landing: vector, origin: whether the point of zeros is drawn on, arrows: [{from, to, label}]}
// A negative term and a positive one of its weight are a difference: an arrow between the two words, and its copy where the sum
// is drawn. What is left over starts the sum, or is added to it. A sum that starts with no word of weight 1 starts at the origin.
export function arrowsOf(terms, vectors) {
  const zeros = vectors.get(terms[0].name).map(() => 0);
  const landing = terms.reduce((sum, { weight, name }) => add(sum, vectors.get(name), weight), zeros);
  const { pairs, rest } = paired(terms);
  const first = rest.findIndex(({ weight }) => weight === 1);
  const origin = terms.length > 1 && first < 0;
  let at = first < 0 ? zeros : vectors.get(rest[first].name);
  const arrows = [];
  const go = (step, label) => { const to = add(at, step); arrows.push({ from: at, to, label }); at = to; };
  for (const { plus, minus } of pairs) {
    const [from, to] = [vectors.get(minus.name), vectors.get(plus.name)];
    arrows.push({ from, to, label: "" });
    const difference = `${plus.name} − ${minus.name}`;
    const label = plus.weight === 1 ? `+ ${difference}` : `+ ${plus.weight} × (${difference})`;
    go(add(to, from, -1).map((value) => value * plus.weight), label);
  }
  for (const [i, { weight, name }] of rest.entries()) {
    if (i === first || terms.length === 1) continue;
    const size = Math.abs(weight);
    go(vectors.get(name).map((value) => value * weight), `${weight < 0 ? "−" : "+"} ${size === 1 ? "" : `${size} × `}${name}`);
  }
  return { landing, origin, arrows };
}

function paired(terms) {
  const open = [...terms];
  const pairs = [];
  for (const minus of terms.filter(({ weight }) => weight < 0)) {
    const plus = open.find(({ weight }) => weight === -minus.weight);
    if (!plus) continue;
    pairs.push({ plus, minus });
    for (const one of [plus, minus]) open.splice(open.indexOf(one), 1);
  }
  return { pairs, rest: open };
}
