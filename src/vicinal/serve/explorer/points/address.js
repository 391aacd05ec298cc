// A camera as few characters of an address: at, span, and in 3 dimensions the turn.

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
