// Names as they are drawn: one line, not too long, and no character that turns the text around it.

const LONGEST = 40;

export function short(name, longest = LONGEST) {
  const line = String(name).slice(0, 400).replace(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu, " ").trim();
  const letters = [...line];
  const cut = letters.length > longest ? letters.slice(0, longest - 1).join("") + "…" : line;
  return cut || "(no visible name)";
}

// For canvases and SVG, which have no element to isolate it: marks of Unicode do.
export const isolated = (text) => `\u2068${text}\u2069`;
