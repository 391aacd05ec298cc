// The names of a file: found by name, completed, and corrected, without a string being made of each.

import { Failure } from "../source.js";
import { NameList } from "../tensors.js";

const MARKS = /[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+/g;
const BEYOND = /[^\u0000-\u007f]/; // letters beyond ASCII
const MANY = 50; // names from which on looking up goes through a map of all
const NEAR = 30000; // names that are compared with one that is not there

// Case, compatibility forms and accents folded away, as the server does.
export function fold(text) {
  if (!BEYOND.test(text)) return text.toLowerCase();
  return text.normalize("NFKD").toLowerCase().replaceAll("ß", "ss").replaceAll("ς", "σ").replace(MARKS, "");
}

export class Names extends NameList {
  row(name) {
    if (this.byName) return this.byName.get(name) ?? -1;
    const wanted = new TextEncoder().encode(name);
    for (let row = 0; row < this.length; row += 1) {
      if (this.offsets[row + 1] - this.offsets[row] === wanted.length && this.begins(row, wanted)) return row;
    }
    return -1;
  }

  rows(names) {
    if (names.length > MANY && !this.byName) {
      const found = new Map();
      for (let row = 0; row < this.length; row += 1) found.set(this.get(row), row);
      this.byName = found;
    }
    return names.map((name) => this.row(name));
  }

  // The row of a name that must be there.
  known(name) {
    const row = this.row(name);
    if (row >= 0) return row;
    const near = this.near(name);
    const hint = near.length ? `; did you mean ${near.map((one) => `'${one}'`).join(", ")}?` : "";
    throw Object.assign(new Failure(`'${name}' is not in this page${hint}`), { near });
  }

  begins(row, wanted) {
    const start = this.offsets[row];
    for (let i = 0; i < wanted.length; i += 1) if (this.bytes[start + i] !== wanted[i]) return false;
    return true;
  }

  // Names that are the prefix, then names that begin with it; if there are none, names that hold it. First rows first.
  complete(prefix, k) {
    if (!prefix) return Array.from({ length: Math.min(k, this.length) }, (_, row) => row);
    const wanted = fold(prefix);
    this.folded ??= Array.from({ length: this.length }, (_, row) => fold(this.get(row)));
    const [same, begin, hold] = [[], [], []];
    const exact = this.row(prefix);
    this.folded.forEach((name, row) => {
      if (name === wanted) same.push(row);
      else if (begin.length < k && name.startsWith(wanted)) begin.push(row);
      else if (hold.length < k && wanted && name.includes(wanted)) hold.push(row);
    });
    const found = same.length + begin.length ? [...same, ...begin] : hold;
    return [...new Set(exact >= 0 ? [exact, ...found] : found)].slice(0, k);
  }

  near(name) {
    const [wanted, found] = [name.toLowerCase(), []];
    if (wanted.length > 100) return [];
    for (let row = 0; row < Math.min(this.length, NEAR); row += 1) {
      const one = this.get(row);
      if (Math.abs(one.length - name.length) > 2 || one[0]?.toLowerCase() !== wanted[0]) continue;
      const edits = editsBetween(wanted, one.toLowerCase());
      if (edits <= 1 + (wanted.length > 5)) found.push({ one, edits });
    }
    return found.sort((a, b) => a.edits - b.edits).slice(0, 3).map(({ one }) => one);
  }
}

// How many letters must be put in, taken out or changed (Levenshtein 1966).
export function editsBetween(a, b) {
  let line = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) next[j] = Math.min(line[j] + 1, next[j - 1] + 1, line[j - 1] + (a[i - 1] !== b[j - 1]));
    line = next;
  }
  return line[b.length];
}
