// Questions to begin with, written by us; a space is offered those whose names it has.

import { parseSum } from "./terms.js";

const WORDS = ["king", "water", "gold", "music", "paris", "mother", "computer", "wisdom", "sheep", "physics"];
const SUMS = [
  "king - man + woman", "father - man + woman", "husband - man + woman", "paris - france + italy", "tokyo - japan + germany",
  "bigger - big + small", "walking - walk + swim", "went - go + come", "mice - mouse + dog", "brethren - brother + sister",
  "came - come + go", "sons - son + daughter", "spoke - speak + write", "euro - germany + japan",
];
const ODD = [
  ["gold", "silver", "brass", "bread"], ["father", "mother", "sister", "horse"], ["breakfast", "cereal", "dinner", "lunch"],
  ["sheep", "oxen", "goats", "camels", "sword"], ["paris", "london", "berlin", "banana"], ["bread", "wine", "oil", "prophet"],
  ["violin", "piano", "guitar", "keyboard", "carrot"],
];
const PATHS = [
  ["gold", "bread"], ["cat", "democracy"], ["king", "sheep"], ["coffee", "algebra"], ["father", "water"], ["paris", "tokyo"],
  ["king", "cabbage"],
];

// → {words, sums, odd, paths}: those that a space can answer
export async function examplesOf(source, space) {
  const all = [...new Set([...WORDS, ...SUMS.flatMap((sum) => parseSum(sum).map(({ name }) => name)), ...ODD.flat(), ...PATHS.flat()])];
  const rows = await source.rows(space, all);
  const known = new Set(all.filter((_, i) => rows[i] >= 0));
  const has = (names) => names.every((name) => known.has(name));
  return {
    words: WORDS.filter((name) => known.has(name)).slice(0, 5),
    sums: SUMS.filter((sum) => has(parseSum(sum).map(({ name }) => name))).slice(0, 5),
    odd: ODD.filter(has).slice(0, 4),
    paths: PATHS.filter(has).slice(0, 4),
  };
}
