// The measured names: sorted, filtered and put into words. Columns come from the server as lists of one length.

export const COLUMNS = ["name", "overlap", "moved", "count", "count_b"];
const LARGEST_FIRST = new Set(["moved", "count", "count_b"]);

// Which way a column is sorted when it is first asked for: what moved most comes first.
export const descends = (column) => LARGEST_FIRST.has(column);

// → positions in the columns. only: a Set of rows of a, or null
export function chosen(words, { sort = "overlap", descending = descends(sort), find = "", min = 0, only = null } = {}) {
  const text = find.trim().toLocaleLowerCase("en");
  const kept = [];
  for (let i = 0; i < words.name.length; i += 1) {
    if (only && !only.has(words.row_a[i])) continue;
    if (text && !names(words, i).some((name) => name.toLocaleLowerCase("en").includes(text))) continue;
    if (min > 0 && Math.min(words.count?.[i] ?? Infinity, words.count_b?.[i] ?? Infinity) < min) continue;
    kept.push(i);
  }
  const way = descending ? -1 : 1;
  return kept.sort((i, j) => way * order(words, sort, i, j) || tie(words, sort, way, i, j) || i - j);
}

// How far each row moved, for the colours of one side: Float32Array(n), NaN where it was not measured.
export function movement(words, rows, n, by) {
  const values = new Float32Array(n).fill(NaN);
  const column = by === "moved" ? words.moved : words.overlap;
  if (column) rows.forEach((row, i) => { values[row] = by === "moved" ? column[i] : 1 - column[i]; });
  return values;
}

// A share in percent, with the digits that tell it from nothing and from all.
export function percent(share, digits = 0) {
  if (share === null || share === undefined) return "–";
  const more = share > 0 && share < 0.01 ? 2 : share > 0.995 && share < 1 ? 1 : 0;
  return `${(100 * share).toFixed(Math.max(digits, more))} %`;
}

export const whole = (number) => number.toLocaleString("en");
export function decimal(number, digits = 2) {
  if (number === null || number === undefined) return "–";
  const text = number.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

const names = (words, i) => (words.name_b ? [words.name[i], words.name_b[i]] : [words.name[i]]);

function order(words, sort, i, j) {
  const column = words[sort] ?? words.name;
  const [x, y] = [column[i], column[j]];
  if (typeof x === "string") return x.localeCompare(y, "en");
  return (x ?? -Infinity) - (y ?? -Infinity);
}

// Of those that lost as many neighbours, the one that lies farther away moved more.
function tie(words, sort, way, i, j) {
  return sort === "overlap" && words.moved ? -way * (words.moved[i] - words.moved[j]) : 0;
}
