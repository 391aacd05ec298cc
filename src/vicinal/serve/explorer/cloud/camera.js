// What of a map is seen. `span` is how many units of the map fit the shorter side of the view; a map of 3 dimensions is turned by a
// unit quaternion and seen in perspective from 2 × span before the point looked at. Screen places are CSS pixels, y downwards.

const FOCAL = 2; // distance of the eye, in spans
const NEAREST = 0.06; // what comes closer to the eye than this share of its distance is not drawn
const EDGE = 46; // pixels kept free around what is fitted, for buttons and names

export class Camera {
  constructor(dim = 2) {
    this.dim = dim;
    this.at = [0, 0, 0];
    this.span = 2;
    this.turn = [0, 0, 0, 1];
  }

  // → plain object, as in an address: {dim, at, span, turn}
  toJSON() {
    return { dim: this.dim, at: this.at.slice(0, this.dim), span: this.span, ...(this.dim === 3 && { turn: [...this.turn] }) };
  }

  // Take what is sound of a plain object; the rest stays. → whether anything was taken
  take(said) {
    const sound = (list, length) => Array.isArray(list) && list.length === length && list.every(Number.isFinite);
    if (!said || typeof said !== "object" || (said.dim ?? this.dim) !== this.dim) return false;
    if (sound(said.at, this.dim)) this.at = [...said.at, 0].slice(0, 3);
    if (Number.isFinite(said.span) && said.span > 0) this.span = said.span;
    if (this.dim === 3 && sound(said.turn, 4) && Math.hypot(...said.turn) > 0) this.turn = unit(said.turn);
    return true;
  }

  copy() {
    const other = new Camera(this.dim);
    other.take(this.toJSON());
    return other;
  }

  // What projecting takes, as plain numbers for loops: {scale, focal, m: rotation by rows, at, halfWidth, halfHeight}
  lens({ width, height }) {
    return {
      scale: Math.min(width, height) / this.span, focal: this.dim === 3 ? FOCAL * this.span : 0, nearest: NEAREST,
      m: matrix(this.turn), at: this.at, halfWidth: width / 2, halfHeight: height / 2,
    };
  }

  // The place on the target plane under a screen place
  placeUnder(x, y, view) {
    const { scale, m, at, halfWidth, halfHeight } = this.lens(view);
    const u = (x - halfWidth) / scale;
    const v = (halfHeight - y) / scale;
    if (this.dim === 2) return [at[0] + u, at[1] + v, 0];
    return [at[0] + m[0] * u + m[3] * v, at[1] + m[1] * u + m[4] * v, at[2] + m[2] * u + m[5] * v];
  }

  // Drag the map by pixels.
  pan(dx, dy, view) {
    const middle = this.placeUnder(view.width / 2 - dx, view.height / 2 - dy, view);
    this.at = middle;
  }

  // Zoom in (factor > 1) or out; what is under the screen place stays under it.
  zoom(factor, x, y, view) {
    const before = this.placeUnder(x, y, view);
    this.span = Math.min(1e12, Math.max(1e-9, this.span / factor));
    const after = this.placeUnder(x, y, view);
    this.at = this.at.map((value, i) => value + before[i] - after[i]);
  }

  // Turn by pixels dragged: half the view is a half turn.
  rotate(dx, dy, view) {
    const length = Math.hypot(dx, dy);
    if (this.dim !== 3 || !length) return;
    const half = (length / Math.min(view.width, view.height)) * Math.PI / 2 * 1.6;
    const sine = Math.sin(half);
    this.turn = unit(product([(dy / length) * sine, (dx / length) * sine, 0, Math.cos(half)], this.turn));
  }

  // Show a box {low, high} whole.
  fit({ low, high }, view) {
    this.at = low.map((value, i) => (value + high[i]) / 2);
    const sides = low.map((value, i) => high[i] - value);
    const shorter = Math.min(view.width, view.height) || 1;
    const room = (side) => Math.max(1, side - 2 * Math.min(EDGE, side * 0.08));
    const needed = this.dim === 3
      ? Math.hypot(...sides) * 0.66
      : Math.max((sides[0] * shorter) / room(view.width), (sides[1] * shorter) / room(view.height));
    this.span = needed > 0 && Number.isFinite(needed) ? needed : 1;
  }
}

// Where a place is on the screen → [x, y, nearness]; nearness is 1 on the target plane, more before it, 0 for behind the eye.
export function project(lens, px, py, pz) {
  const dx = px - lens.at[0];
  const dy = py - lens.at[1];
  if (!lens.focal) return [lens.halfWidth + dx * lens.scale, lens.halfHeight - dy * lens.scale, 1];
  const dz = pz - lens.at[2];
  const { m } = lens;
  const away = 1 - (m[6] * dx + m[7] * dy + m[8] * dz) / lens.focal;
  if (away < lens.nearest) return [0, 0, 0];
  const scale = lens.scale / away;
  return [
    lens.halfWidth + (m[0] * dx + m[1] * dy + m[2] * dz) * scale, lens.halfHeight - (m[3] * dx + m[4] * dy + m[5] * dz) * scale, 1 / away,
  ];
}

// The same for a row of coordinates (n × dim)
export function projectRow(lens, coordinates, dim, row) {
  const i = row * dim;
  return project(lens, coordinates[i], coordinates[i + 1], dim === 3 ? coordinates[i + 2] : 0);
}

// Between two cameras, t from 0 to 1: zoomed out in the middle when the way is long.
export function between(from, to, t) {
  const camera = to.copy();
  const ease = t * t * (3 - 2 * t);
  const way = Math.hypot(...from.at.map((value, i) => to.at[i] - value));
  const span = from.span ** (1 - ease) * to.span ** ease;
  camera.span = span + Math.max(0, way * 0.6 - span) * 4 * ease * (1 - ease);
  camera.at = from.at.map((value, i) => value + (to.at[i] - value) * ease);
  const sign = from.turn.reduce((sum, value, i) => sum + value * to.turn[i], 0) < 0 ? -1 : 1;
  camera.turn = unit(from.turn.map((value, i) => value * (1 - ease) * sign + to.turn[i] * ease));
  return camera;
}

function matrix([x, y, z, w]) {
  return [
    1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w),
    2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w),
    2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y),
  ];
}

function product([a, b, c, d], [x, y, z, w]) {
  return [d * x + a * w + b * z - c * y, d * y - a * z + b * w + c * x, d * z + a * y - b * x + c * w, d * w - a * x - b * y - c * z];
}

function unit(list) {
  const length = Math.hypot(...list) || 1;
  return list.map((value) => value / length);
}
