// What the address keeps of a map in few characters: the camera and the rows that are selected.

const LONGEST = 4000; // characters of a selection; a longer one is not kept

// A camera: at, span, and in 3 dimensions the turn

export function cameraText({ dim, at, span, turn }) {
  const figures = (list) => list.map((value) => Number(value.toPrecision(4)));
  // places to a thousandth of what is seen: more digits the further one is in
  const digits = (value) => Math.min(12, Math.max(4, 4 + Math.ceil(Math.log10(Math.abs(value) / span + 1e-9))));
  const places = at.map((value) => Number(value.toPrecision(digits(value))));
  return [...places, ...figures([span]), ...(dim === 3 ? figures(turn) : [])].join(",");
}

// → {dim, at, span, turn}, or null for what is no camera of a map of `dim` dimensions
export function readCamera(text, dim) {
  const list = (text ?? "").split(",").map((part) => (part.trim() ? Number(part) : NaN));
  if (list.length !== (dim === 3 ? 8 : 3) || !list.every(Number.isFinite) || !(list[dim] > 0)) return null;
  return { dim, at: list.slice(0, dim), span: list[dim], ...(dim === 3 && { turn: list.slice(4) }) };
}

// Rows, ascending: the way from each to the next, in base 36 → "a.1.2f", or "" where that is too long
export function rowsText(rows) {
  if (rows.length > LONGEST / 2) return "";
  const text = Array.from(rows, (row, i) => (row - (i ? rows[i - 1] : 0)).toString(36)).join(".");
  return text.length > LONGEST ? "" : text;
}

// → rows, those of a space of n names; none where the text is not of this form
export function readRows(text, n) {
  if (!/^[0-9a-z]+(\.[0-9a-z]+)*$/.test(text ?? "")) return [];
  let row = 0;
  return text.split(".").map((step) => (row += parseInt(step, 36))).filter((one) => one < n);
}
