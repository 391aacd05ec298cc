// Sums and lists of names, as text in the address and as what the panels work with.

const OPERATOR = /(?:^|\s+)([+-])\s+/u;
const FACTOR = /^([0-9]+(?:\.[0-9]+)?|\.[0-9]+)\s*\*\s*(.+)$/su;
const LOOSE = /^(?:[+-]\s.*|.*\s[+-])$/su; // an operator with nothing on its other side

// "king - man + 0.5 * woman" → [{weight: 1, name: "king"}, {weight: -1, name: "man"}, …], as the server reads it;
// null where a term is missing
export function parseSum(text) {
  const [first, ...rest] = text.trim().split(OPERATOR);
  const signed = first || !rest.length ? [["+", first]] : [];
  for (let i = 0; i < rest.length; i += 2) signed.push([rest[i], rest[i + 1]]);
  const terms = [];
  for (const [sign, term] of signed) {
    const factor = FACTOR.exec(term.trim());
    const name = factor ? factor[2].trim() : term.trim();
    const weight = factor ? Number(factor[1]) : 1;
    if (!name || LOOSE.test(name) || !Number.isFinite(weight)) return null;
    terms.push({ weight: sign === "+" ? weight : -weight, name });
  }
  return terms;
}

export function formatSum(terms) {
  return terms.map(({ weight, name }, i) => {
    const size = Math.abs(weight);
    const sign = weight < 0 ? "- " : i ? "+ " : "";
    return `${sign}${size === 1 ? "" : `${plain(size)} * `}${name}`;
  }).join(" ");
}

// The sum for eyes: true minus signs
export const shownSum = (terms) => formatSum(terms).replace(/(^|\s)- /gu, "$1− ").replaceAll(" * ", " × ");

// b - a + c in any order, each once → {a, b, c}: "a is to b as c is to …"; else null
export function analogyOf(terms) {
  const plus = terms.filter(({ weight }) => weight === 1).map(({ name }) => name);
  const minus = terms.filter(({ weight }) => weight === -1).map(({ name }) => name);
  return terms.length === 3 && plus.length === 2 && minus.length === 1 ? { a: minus[0], b: plus[0], c: plus[1] } : null;
}

// Names as one value of the address: words with spaces between, or JSON where a name has a space of its own.
export function formatNames(names) {
  return names.some((name) => /[\s,]|^\[/u.test(name)) ? JSON.stringify(names) : names.join(" ");
}

export function parseNames(text) {
  if (text.startsWith("[")) {
    try {
      return [...new Set(JSON.parse(text).map(String).filter(Boolean))];
    } catch { /* then it is words */ }
  }
  return [...new Set(text.split(/[\s,]+/u).filter(Boolean))];
}

// A name on one line of a picture or a message: cut, and what would break the line or turn its direction written out.
export function shown(name, longest = 40) {
  const cut = name.length > longest ? `${[...name.slice(0, longest - 1)].join("")}…` : name;
  return cut.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (c) => `\\u${c.codePointAt(0).toString(16).padStart(4, "0")}`);
}

const plain = (number) => number.toLocaleString("en", { useGrouping: false, maximumFractionDigits: 6 });
