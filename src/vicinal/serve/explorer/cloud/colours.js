// Colours of points: a byte a point (its shade) and 256 shades.

import { CATEGORIES, palette } from "../theme.js";

export const SHOWN = 12; // categories with a colour of their own
const MORE = ["#882255", "#44AA99", "#5a6ec8", "#A0522D"]; // after those of the theme, apart from them for the colour-blind too
const LIGHT = ["#46277e", "#3a5fa0", "#208f8d", "#5ba83c", "#c9a400"]; // low to high, dark to light
const DARK = ["#6a5acd", "#3f8fd0", "#35b8a0", "#9bd45a", "#ffe45c"];
const STEPS = 254; // shades of a number: 1 … 254; 0 is no value
const FAINT = 0.07;

// → {codes: Uint8Array(n) or null, label, entries: [{label, count, shade, other}], scale: null or {low, high, log, label, missing}}
export function planned(said, n) {
  if (!said) return { codes: null, entries: [], scale: null };
  return said.kind === "number" ? numbers(said, n) : categories(said, n);
}

function categories({ codes, labels, label }, n) {
  const counts = new Float64Array(labels.length);
  for (let i = 0; i < n; i += 1) counts[codes[i]] += 1;
  const order = [...labels.keys()].filter((code) => counts[code]).sort((a, b) => counts[b] - counts[a] || a - b);
  const shown = order.length > SHOWN + 1 ? order.slice(0, SHOWN) : order;
  const shadeOf = new Uint8Array(labels.length).fill(SHOWN + 1);
  shown.forEach((code, i) => { shadeOf[code] = i; });
  const out = new Uint8Array(n);
  for (let i = 0; i < n; i += 1) out[i] = shadeOf[codes[i]];
  const entries = shown.map((code, i) => ({ label: labels[code], count: counts[code], shade: i }));
  const others = order.slice(shown.length);
  if (others.length) {
    const count = others.reduce((sum, code) => sum + counts[code], 0);
    entries.push({ label: `other (${others.length.toLocaleString("en")})`, count, shade: SHOWN + 1, other: true });
  }
  return { codes: out, label, entries, scale: null };
}

function numbers({ values, label, log: wanted }, n) {
  let low = Infinity;
  let high = -Infinity;
  let missing = 0;
  const sample = [];
  const step = Math.max(1, Math.floor(n / 2000));
  for (let i = 0; i < n; i += 1) {
    const value = values[i];
    if (!Number.isFinite(value)) { missing += 1; continue; }
    if (value < low) low = value;
    if (value > high) high = value;
    if (i % step === 0) sample.push(value);
  }
  if (low > high) { low = 0; high = 0; }
  sample.sort((a, b) => a - b);
  const log = wanted ?? (low >= 0 && high > 20 * Math.max(sample[sample.length >> 1] ?? 0, 1e-12));
  const at = log ? (value) => Math.log1p(value) : (value) => value;
  const base = at(low);
  const reach = at(high) - base || 1;
  const codes = new Uint8Array(n);
  for (let i = 0; i < n; i += 1) {
    const value = values[i];
    codes[i] = Number.isFinite(value) ? 1 + Math.round(((at(value) - base) / reach) * (STEPS - 1)) : 0;
  }
  return { codes, label, entries: [], scale: { low, high, log, label, missing } };
}

// The 256 shades as bytes, in the theme in force. quieted: a Set of shades to draw faintly
export function shadesOf(plan, quieted) {
  const colours = new Uint8Array(1024);
  for (let shade = 0; shade < 256; shade += 1) {
    colours.set(bytes(shadeColour(plan, shade)), 4 * shade);
    colours[4 * shade + 3] = quieted.has(shade) ? 255 * FAINT : 255;
  }
  return colours;
}

export function shadeColour(plan, shade) {
  if (!plan.codes) return palette().accent;
  if (plan.scale) return shade === 0 ? palette().faint : rampColour((shade - 1) / (STEPS - 1));
  if (shade > SHOWN) return mixed(palette().faint, palette().paper, 0.45);
  const colour = shade < CATEGORIES.length ? CATEGORIES[shade] : MORE[(shade - CATEGORIES.length) % MORE.length];
  return isDark() ? mixed(colour, "#ffffff", 0.22) : colour;
}

export function rampColour(share) {
  const stops = isDark() ? DARK : LIGHT;
  const x = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const i = Math.min(stops.length - 2, Math.floor(x));
  return mixed(stops[i], stops[i + 1], x - i);
}

export function isDark() {
  const [red, green, blue] = bytes(palette().paper);
  return red + green + blue < 384;
}

function mixed(from, to, share) {
  const other = bytes(to);
  return "#" + bytes(from).map((value, i) => Math.round(value + (other[i] - value) * share).toString(16).padStart(2, "0")).join("");
}

function bytes(hex) {
  return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) || 0);
}
