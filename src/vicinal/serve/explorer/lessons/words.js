// Words and the served space: how sentences are cut, and which words the space knows.

import { Failure } from "../source.js";

const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:(?<=[\p{L}\p{M}])['’](?=\p{L})[\p{L}\p{N}][\p{L}\p{N}\p{M}]*)*/gu;

// Letters, digits and their marks, with apostrophes kept inside
export function tokens(text, { lower = true } = {}) {
  return (lower ? text.toLowerCase() : text).match(WORD) ?? [];
}

// → Map of each word to {name, row} as the space spells it (as typed, else in lower case), or to null where it is unknown
export async function known({ source, space }, words) {
  const distinct = [...new Set(words)];
  const lower = distinct.map((word) => word.toLowerCase());
  const rows = await source.rows(space.name, [...distinct, ...lower]);
  return new Map(distinct.map((word, i) => {
    const [name, row] = rows[i] >= 0 ? [word, rows[i]] : [lower[i], rows[distinct.length + i]];
    return [word, row >= 0 ? { name, row } : null];
  }));
}

// Those of some groups of words that the space knows wholly, spelled as it spells them
export async function wholly(context, groups) {
  const found = await known(context, groups.flat());
  return groups.map((group) => group.map((word) => found.get(word)?.name)).filter((group) => group.every(Boolean));
}

// → Map of each name to its vector
export async function vectorsOf({ source, space }, names) {
  const distinct = [...new Set(names)];
  if (!distinct.length) return new Map();
  const rows = await source.rows(space.name, distinct);
  const unknown = distinct.find((_, i) => rows[i] < 0);
  if (unknown !== undefined) throw new Failure(`${unknown.slice(0, 60)} is not in ${space.name}; choose another name`);
  const { vectors } = await source.vectors(space.name, distinct);
  return new Map(distinct.map((name, i) => [name, vectors[i].vector]));
}
