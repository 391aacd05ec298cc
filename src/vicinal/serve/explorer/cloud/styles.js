// How each point looks, as four bytes in drawing order: shade, size × 64, faded, nothing.

import { stepOf } from "./order.js";

// Of what is set by row: codes, sizes, faded, selection (rows; all others are faded). null when nothing is special.
export function styleBytes(n, codes, sizes, faded, selection) {
  if (!codes && !sizes && !faded && !selection) return null;
  const apart = selection ? new Uint8Array(n).fill(1) : null;
  selection?.forEach((row) => { apart[row] = 0; });
  const bytes = new Uint8Array(4 * n);
  const step = stepOf(n);
  for (let k = 0, row = 0; k < n; k += 1) {
    bytes[4 * k] = codes ? codes[row] : 0;
    bytes[4 * k + 1] = sizes ? Math.max(16, Math.min(255, sizes[row] * 64)) : 64;
    bytes[4 * k + 2] = (apart && apart[row]) || (faded && faded[row]) ? 1 : 0;
    row += step;
    if (row >= n) row -= n;
  }
  return bytes;
}
