// Words and the served space: how sentences are cut, and which words the space knows.

import { Failure } from "../source.js";

const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:(?<=[\p{L}\p{M}])['’](?=\p{L})[\p{L}\p{N}][\p{L}\p{N}\p{M}]*)*/gu;

// Letters, digits and their marks, with apostrophes kept inside
export function tokens(text, { lower = true } = {}) {
  return (lower ? text.toLowerCase() : text).match(WORD) ?? [];
}

const END = /[\n!?。！？؟।…]+|\.+(?=["'”’»)\]]*(?:\s|$))/u;

// Sentences, as lists of words: no window reaches from one into the next. A point within a number ends none.
export function sentencesOf(text) {
  return text.split(END).map((sentence) => tokens(sentence)).filter((words) => words.length);
}

// What to say of scripts that put no spaces between words; null for others
export const spaceless = (text) => (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}]{2}/u.test(text)
  ? "This script puts no spaces between words. Type some: only they part words here." : null);

// How the names of the served space are typed → {parted, cut(text) → words, begin}. Names that are no single words, such as
// titles, stand in a list with semicolons. `begin` is the sentence if the space knows half of its words, else names of its own.
export async function typing(lesson, sentence) {
  const { source, space } = lesson;
  const names = await source.names(space.name);
  const first = Array.from({ length: Math.min(50, names.length) }, (_, row) => names.get(row));
  const single = first.filter((name) => tokens(name, { lower: false })[0] === name);
  const parted = single.length < first.length / 2;
  const cut = parted ? (text) => text.split(/[;\n]/).map((name) => name.trim()).filter(Boolean) : (text) => tokens(text, { lower: false });
  const found = parted ? [] : [...(await known(lesson, tokens(sentence))).values()];
  const own = [...(parted ? first : single).filter((name) => name.length <= 40 && cut(name)[0] === name).slice(0, 4), "zyxwv"];
  return { parted, cut, begin: found.filter(Boolean).length * 2 > found.length ? sentence : own.join(parted ? "; " : " ") };
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
