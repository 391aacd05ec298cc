// The arithmetic of vectors that several views share: plain or typed arrays in, plain arrays out, computed in float64.

export function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i] * b[i];
  return sum;
}

export const lengthOf = (a) => Math.sqrt(dot(a, a));

// Length 1; a vector of zeros stays one.
export function unit(a) {
  const length = lengthOf(a);
  return Array.from(a, (value) => (length ? value / length : 0));
}

// A vector of zeros has no direction: its cosine with anything is 0.
export function cosine(a, b) {
  const lengths = lengthOf(a) * lengthOf(b);
  return lengths ? Math.max(-1, Math.min(1, dot(a, b) / lengths)) : 0;
}

// Random numbers from 0 to 1 that a seed decides (mulberry32).
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
