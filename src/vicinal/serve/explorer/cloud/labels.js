// Which names are written where: the important first, none over another or over the point of another, the same as long as they fit.

import { projectRow } from "./camera.js";
import { isolated, short } from "./text.js";

export const FONT = "12px system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif";
const HEIGHT = 16;
const SCANNED = 60000; // rows looked at for candidates in one go
const NARROW = 480; // pixels of a view in which long names are cut sooner
const DOT = 3; // pixels from the middle of a named point that no name is written over
const SPARSE = 150; // points in the view up to which names keep off all of them where they can

// → measure(text): its width in pixels, remembered
export function widths(brush) {
  const known = new Map();
  return (text) => {
    if (!known.has(text)) {
      if (known.size > 20000) known.clear();
      brush.font = FONT;
      known.set(text, Math.ceil(brush.measureText(text).width));
    }
    return known.get(text);
  };
}

export class Labels {
  constructor(measure) {
    this.measure = measure; // text → its width in pixels
    this.set(null);
  }

  // data: {coordinates, dim, n, name, priority, picking} or null; renew(): called when a name has come
  set(data, renew = () => {}) {
    this.data = data;
    this.renew = renew;
    this.texts = new Map();
    this.candidates = [];
    this.kept = new Map(); // row → slot
    this.span = 0;
    this.rank = null;
    this.order = null;
    this.only = null;
    this.prioritise(data?.priority);
  }

  // priority: larger = labelled first; null = the order of rows
  prioritise(priority) {
    if (!this.data) return;
    this.order = priority ? byPriority(priority) : null;
    this.rank = null;
    this.span = 0;
  }

  // rows: those that alone are named, for they stand out; null for all
  limit(rows) {
    const rank = rows && this.ranks();
    this.only = rows && (rank ? Array.from(rows).sort((a, b) => rank[a] - rank[b]) : rows);
    this.span = 0;
  }

  // Look for what could be labelled in this view, some of every part of it; not on every frame.
  refresh(lens, view, span) {
    const { data } = this;
    if (!data) return;
    const { coordinates, dim, n } = data;
    if (!this.span || Math.abs(Math.log2(span / this.span)) > 0.4) { this.kept.clear(); this.span = span; }
    const spread = new Spread(view);
    const rows = this.only ?? this.order;
    const scanned = Math.min(rows?.length ?? n, SCANNED);
    for (let i = 0; i < scanned; i += 1) {
      const row = rows ? rows[i] : i;
      const [x, y, near] = projectRow(lens, coordinates, dim, row);
      if (near) spread.offer(row, x, y);
    }
    this.candidates = spread.seen < 5 * bound(view) && scanned < n && !this.only ? this.deeper(lens, view) : spread.list();
  }

  // Few of the important are here: look at all that is in the view, the important first.
  deeper(lens, view) {
    const rank = this.ranks();
    const found = [];
    const all = { left: 0, top: 0, right: view.width, bottom: view.height };
    this.data.picking.within(lens, all, (row, x, y) => { found.push({ row, x, y }); });
    found.sort(rank ? (a, b) => rank[a.row] - rank[b.row] : (a, b) => a.row - b.row);
    const spread = new Spread(view);
    for (const { row, x, y } of found) spread.offer(row, x, y);
    return spread.list();
  }

  ranks() {
    if (this.order && !this.rank) {
      this.rank = new Uint32Array(this.order.length);
      this.order.forEach((row, i) => { this.rank[row] = i; });
    }
    return this.rank;
  }

  // The text of a row, or null while it is on its way.
  text(row) {
    if (this.texts.has(row)) return this.texts.get(row);
    const { data, renew } = this;
    const name = data.name(row);
    const keep = (value) => this.texts.set(row, short(value, this.longest));
    if (typeof name === "string") return keep(name).get(row);
    this.texts.set(row, null);
    Promise.resolve(name).then((value) => {
      if (this.data !== data) return;
      keep(value);
      renew();
    }, () => { this.texts.delete(row); });
    return null;
  }

  // → [{row, text, x, y, left, top, width, height, marked, leader}] of what is written in this view.
  // first: rows that must be written; taken: boxes already in use
  place(lens, view, first, taken) {
    if (!this.data) return [];
    const { coordinates, dim } = this.data;
    const longest = view.width < NARROW ? 22 : 40; // characters of a name
    if (longest !== this.longest) { this.texts.clear(); this.longest = longest; }
    const boxes = new Boxes(taken);
    const seen = (row) => projectRow(lens, coordinates, dim, row);
    const dots = new Boxes(this.candidates.length > SPARSE ? [] : this.candidates.map((row) => dotAt(...seen(row))));
    const out = [];
    const kept = new Map();
    const put = (row, marked) => {
      const [x, y, near] = seen(row);
      if (!near || x < -20 || y < -20 || x > view.width + 20 || y > view.height + 20) return;
      const dot = dotAt(x, y);
      if (!marked && !boxes.free(dot)) return; // a name would point at nothing
      const text = this.text(row);
      if (!text) return;
      const label = fitted({ boxes, dots, view }, x, y, this.measure(isolated(text)), this.kept.get(row) ?? 0, marked);
      if (!label) return;
      boxes.take(dot);
      kept.set(row, label.slot);
      out.push({ row, text, x, y, marked, ...label });
    };
    const done = new Set(first);
    for (const row of first) put(row, true);
    const most = bound(view) + first.length;
    for (const row of this.kept.keys()) if (!done.has(row) && out.length < most) { done.add(row); put(row, false); }
    for (const row of this.candidates) {
      if (out.length >= most) break;
      if (!done.has(row)) put(row, false);
    }
    this.kept = kept;
    return out;
  }
}

// How many labels a view bears.
const bound = ({ width, height }) => Math.max(6, Math.min(130, Math.round((width * height) / 8500)));

const dotAt = (x, y) => ({ left: x - DOT, top: y - DOT, width: 2 * DOT, height: 2 * DOT });

// Beside the point, at one of four sides; a marked one also further away, with a line to it.
function fitted({ boxes, dots, view }, x, y, width, before, marked) {
  const gap = marked ? 11 : 7; // a ring or a star takes more room than a dot
  const middle = x + Math.max(8 - width, Math.min(-8, Math.max(2 - x, Math.min(view.width - 2 - width - x, -width / 2))));
  const sides = [[x + gap, y - 8], [x - gap - width, y - 8], [middle, y - 17 - gap], [middle, y + gap + 1]];
  const free = [0, 1, 2, 3].map((i) => (before + i) % 4)
    .map((slot) => ({ left: sides[slot][0], top: sides[slot][1], width, height: HEIGHT, slot, leader: false }))
    .filter((box) => within(box, view) && boxes.free(box));
  if (free.length) return boxes.take(free.find((box) => dots.free(box)) ?? free[0]);
  const most = marked ? (view.width * view.height) / 200 : 0;
  for (let i = 0; i < most; i += 1) {
    const angle = i * 2.399963; // the golden angle: places spread evenly around the point, further and further away
    const far = 22 + 9 * Math.sqrt(i);
    const box = { left: x + Math.cos(angle) * far - width / 2, top: y + Math.sin(angle) * far - HEIGHT / 2, width, height: HEIGHT };
    if (within(box, view) && boxes.free(box)) return { ...boxes.take(box), slot: 0, leader: true };
  }
  return null;
}

const within = ({ left, top, width, height }, view) => left >= 2 && top >= 2 && left + width <= view.width - 2
  && top + height <= view.height - 2;

// Boxes in use, by cells of the view.
class Boxes {
  constructor(taken) {
    this.cells = new Map();
    for (const box of taken) this.take(box);
  }

  *near({ left, top, width, height }) {
    for (let row = Math.floor((top - 1) / 32); row <= Math.floor((top + height + 1) / 32); row += 1) {
      for (let column = Math.floor((left - 3) / 64); column <= Math.floor((left + width + 3) / 64); column += 1) yield row * 4096 + column;
    }
  }

  free(box) {
    for (const cell of this.near(box)) {
      for (const other of this.cells.get(cell) ?? []) {
        if (box.left < other.left + other.width + 3 && other.left < box.left + box.width + 3 && box.top < other.top + other.height &&
          other.top < box.top + box.height) return false;
      }
    }
    return true;
  }

  take(box) {
    for (const cell of this.near(box)) {
      if (!this.cells.has(cell)) this.cells.set(cell, []);
      this.cells.get(cell).push(box);
    }
    return box;
  }
}

// A few candidates of every part of the view: the first of each, then the second of each, …
class Spread {
  constructor({ width, height }) {
    Object.assign(this, { width, height, across: Math.max(1, Math.ceil(width / 90)), seen: 0 });
    this.rounds = [[], [], [], []];
    this.counts = new Uint8Array(this.across * Math.max(1, Math.ceil(height / 45)));
  }

  offer(row, x, y) {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const cell = Math.floor(y / 45) * this.across + Math.floor(x / 90);
    this.seen += 1;
    if (this.counts[cell] < this.rounds.length) this.rounds[this.counts[cell]++].push(row);
  }

  list() {
    return this.rounds.flat();
  }
}

// Rows by falling priority, equal ones by row: a radix sort of the bits of the numbers, since a million comparisons take a second.
function byPriority(priority) {
  const n = priority.length;
  const bits = new Uint32Array(Float32Array.from(priority).buffer);
  for (let i = 0; i < n; i += 1) bits[i] = bits[i] & 0x80000000 ? bits[i] : ~bits[i] & 0x7fffffff; // larger numbers first
  let order = Uint32Array.from(bits.keys());
  for (const shift of [0, 16]) {
    const starts = new Uint32Array(65537);
    for (let i = 0; i < n; i += 1) starts[((bits[i] >>> shift) & 0xffff) + 1] += 1;
    for (let i = 0; i < 65536; i += 1) starts[i + 1] += starts[i];
    const next = new Uint32Array(n);
    for (const row of order) next[starts[(bits[row] >>> shift) & 0xffff]++] = row;
    order = next;
  }
  return order;
}
