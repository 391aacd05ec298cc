// Which points are under the cursor, in the view, inside a line drawn around them.

import { projectRow } from "./camera.js";

const FEW = 3000; // points that are looked through one by one; more of 2 dimensions get a grid
const REACH = 24; // pixels around a cursor in which a point may be meant, at most; also the side of a square of `Seen`

export class Picking {
  constructor(coordinates, dim, n, { low, high }) {
    Object.assign(this, { coordinates, dim, n, low, high });
    this.starts = null;
  }

  // Rows by the cell they lie in, made when first needed or when nothing else is to do; some 60 ms for a million.
  grid() {
    if (this.starts || this.dim === 3 || this.n <= FEW) return;
    const { coordinates, n, low, high } = this;
    const side = Math.max(1, Math.min(1024, Math.ceil(Math.sqrt(n / 3))));
    const [across, up] = [0, 1].map((i) => (high[i] > low[i] ? (side * (1 - 1e-9)) / (high[i] - low[i]) : 0));
    const cells = new Uint32Array(n);
    const starts = new Uint32Array(side * side + 1);
    for (let i = 0; i < n; i += 1) {
      const cell = Math.floor((coordinates[2 * i + 1] - low[1]) * up) * side + Math.floor((coordinates[2 * i] - low[0]) * across);
      cells[i] = cell;
      starts[cell + 1] += 1;
    }
    for (let cell = 0; cell < side * side; cell += 1) starts[cell + 1] += starts[cell];
    const next = starts.slice();
    const rows = new Uint32Array(n);
    for (let i = 0; i < n; i += 1) rows[next[cells[i]]++] = i;
    Object.assign(this, { starts, rows, side, across, up });
  }

  // The cells that a box of the map touches: [first column, last column, first row, last row]
  touched(left, bottom, right, top) {
    const { low, across, up, side } = this;
    const at = (value, least, scale) => Math.max(0, Math.min(side - 1, Math.floor((value - least) * scale)));
    return [at(left, low[0], across), at(right, low[0], across), at(bottom, low[1], up), at(top, low[1], up)];
  }

  // Call act(row, x, y, nearness) for all points inside a rectangle of the screen, until it returns false.
  within(lens, { left, top, right, bottom }, act) {
    const { coordinates, dim, n } = this;
    const see = (row) => {
      const [x, y, near] = projectRow(lens, coordinates, dim, row);
      return near && x >= left && x <= right && y >= top && y <= bottom ? act(row, x, y, near) !== false : true;
    };
    if (dim === 3 || n <= FEW) {
      for (let row = 0; row < n; row += 1) if (!see(row)) return;
      return;
    }
    this.grid();
    const map = (x, y) => [lens.at[0] + (x - lens.halfWidth) / lens.scale, lens.at[1] + (lens.halfHeight - y) / lens.scale];
    const [firstColumn, lastColumn, firstRow, lastRow] = this.touched(...map(left, bottom), ...map(right, top));
    for (let row = firstRow; row <= lastRow; row += 1) {
      const stop = this.starts[row * this.side + lastColumn + 1];
      for (let i = this.starts[row * this.side + firstColumn]; i < stop; i += 1) if (!see(this.rows[i])) return;
    }
  }

  // The nearest point to a screen place within some pixels, or -1; of points as near in 3 dimensions the one before the others.
  nearest(lens, x, y, radius = 12) {
    let best = -1;
    let least = radius * radius;
    const places = this.dim === 3 && this.n > FEW ? this.seen(lens) : this;
    places.within(lens, { left: x - radius, top: y - radius, right: x + radius, bottom: y + radius }, (row, px, py, near) => {
      const far = ((px - x) ** 2 + (py - y) ** 2) / (near * near) + 1e-9;
      if (far <= least) { least = far; best = row; }
    });
    return best;
  }

  // What is seen through a lens, kept until the camera moves
  seen(lens) {
    if (!this.knows(lens)) this.last = new Seen(this, lens);
    return this.last;
  }

  // Whether the next look under the cursor is quick
  knows(lens) {
    return this.dim === 2 || this.n <= FEW || this.last?.key === keyOf(lens);
  }

  // Rows inside a polygon of screen places [[x, y], ...] (even-odd), ascending
  inside(lens, polygon) {
    if (polygon.length < 3) return new Int32Array(0);
    const xs = polygon.map(([x]) => x);
    const ys = polygon.map(([, y]) => y);
    const found = [];
    this.within(lens, { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) }, (row, x, y) => {
      if (encloses(polygon, x, y)) found.push(row);
    });
    return Int32Array.from(found).sort();
  }
}

const keyOf = ({ scale, halfWidth, halfHeight, at, m }) => [scale, halfWidth, halfHeight, ...at, ...m].join();

// Points of 3 dimensions by squares of the screen, through one lens; REACH pixels more on each side.
class Seen {
  constructor({ coordinates, dim, n }, lens) {
    this.key = keyOf(lens);
    this.points = { coordinates, dim };
    const across = Math.ceil((2 * lens.halfWidth) / REACH) + 2;
    const down = Math.ceil((2 * lens.halfHeight) / REACH) + 2;
    const cells = new Int32Array(n).fill(-1);
    const starts = new Uint32Array(across * down + 1);
    for (let row = 0; row < n; row += 1) {
      const [x, y, near] = projectRow(lens, coordinates, dim, row);
      const column = Math.floor(x / REACH) + 1;
      const line = Math.floor(y / REACH) + 1;
      if (!near || column < 0 || line < 0 || column >= across || line >= down) continue;
      cells[row] = line * across + column;
      starts[cells[row] + 1] += 1;
    }
    for (let cell = 0; cell < across * down; cell += 1) starts[cell + 1] += starts[cell];
    const next = starts.slice();
    const rows = new Uint32Array(starts.at(-1));
    for (let row = 0; row < n; row += 1) if (cells[row] >= 0) rows[next[cells[row]]++] = row;
    Object.assign(this, { rows, starts, across, down });
  }

  // As Picking.within, for boxes in the view
  within(lens, { left, top, right, bottom }, act) {
    const square = (value, most) => Math.max(0, Math.min(most - 1, Math.floor(value / REACH) + 1));
    for (let line = square(top, this.down); line <= square(bottom, this.down); line += 1) {
      const stop = this.starts[line * this.across + square(right, this.across) + 1];
      for (let i = this.starts[line * this.across + square(left, this.across)]; i < stop; i += 1) {
        const [x, y, near] = projectRow(lens, this.points.coordinates, this.points.dim, this.rows[i]);
        if (x >= left && x <= right && y >= top && y <= bottom) act(this.rows[i], x, y, near);
      }
    }
  }
}

export function encloses(polygon, x, y) {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i, i += 1) {
    const [ax, ay] = polygon[i];
    const [bx, by] = polygon[j];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}
