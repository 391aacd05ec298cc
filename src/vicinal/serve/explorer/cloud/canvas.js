// Points without a graphics processor: the same discs, blended into an image by hand. The interface of WebGLPoints, which where WebGL is
// emulated takes several times as long.

import { inOrder } from "./order.js";

const PARTS = 4; // places within a pixel that discs are prepared for, each way
const SIZES = 8; // radii within a pixel

export class CanvasPoints {
  constructor(canvas) {
    this.kind = "canvas";
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { willReadFrequently: true });
    this.shades = new Uint8Array(1024);
    this.styles = null;
    this.discs = new Map();
    this.size = [0, 0];
  }

  setPlaces(coordinates, dim, n) {
    this.places = inOrder(coordinates, dim, n);
    this.dim = dim;
    this.styles = null;
  }

  setStyles(bytes) {
    this.styles = bytes;
  }

  setShades(colours) {
    this.shades = colours;
  }

  resize(width, height) {
    if (this.size[0] === width && this.size[1] === height) return;
    this.size = [width, height];
    this.canvas.width = width;
    this.canvas.height = height;
    this.image = this.context.createImageData(Math.max(1, width), Math.max(1, height));
    this.ink = new Float32Array(4 * width * height); // red, green, blue, opacity; colours times opacity
    this.nearness = null;
  }

  draw(first, count, { lens, ratio, diameter, alpha }, clear) {
    const { places, styles, shades, dim } = this;
    const { at: [ax, ay, az], m, focal } = lens;
    const [width, height] = this.size;
    if (clear) {
      this.ink.fill(0);
      this.nearness = focal ? (this.nearness ?? new Float32Array(width * height)).fill(0) : null;
    }
    const scale = lens.scale * ratio;
    const middleX = lens.halfWidth * ratio;
    const middleY = lens.halfHeight * ratio;
    const usual = (diameter * ratio) / 2;
    for (let k = first; k < first + count; k += 1) {
      const dx = places[k * dim] - ax;
      const dy = places[k * dim + 1] - ay;
      let x = middleX + dx * scale;
      let y = middleY - dy * scale;
      let radius = usual;
      let strength = alpha;
      let near = 0;
      if (focal) {
        const dz = places[k * dim + 2] - az;
        const away = 1 - (m[6] * dx + m[7] * dy + m[8] * dz) / focal;
        if (away < lens.nearest) continue;
        near = 1 / away;
        x = middleX + (m[0] * dx + m[1] * dy + m[2] * dz) * scale * near;
        y = middleY - (m[3] * dx + m[4] * dy + m[5] * dz) * scale * near;
        radius *= Math.min(3, Math.max(0.35, near));
        strength *= Math.min(1, Math.max(0.16, 1.6 * near - 0.75));
      }
      let shade = 0;
      if (styles !== null) {
        shade = styles[4 * k] * 4;
        radius *= styles[4 * k + 1] / 64;
        if (styles[4 * k + 2]) strength *= 0.14;
      }
      if (x < -radius || y < -radius || x > width + radius || y > height + radius) continue;
      const a = (strength * shades[shade + 3]) / 255;
      this.stamp(x, y, radius, shades[shade] / 255, shades[shade + 1] / 255, shades[shade + 2] / 255, a, near);
    }
  }

  // Blend one disc.
  stamp(x, y, radius, red, green, blue, a, near) {
    const { ink, nearness } = this;
    const width = this.size[0];
    const height = this.size[1];
    const column = Math.floor(x);
    const row = Math.floor(y);
    const { covers, right, down, reach } = this.disc(radius, x - column, y - row);
    const inside = column >= reach && row >= reach && column < width - reach && row < height - reach;
    for (let i = 0; i < covers.length; i += 1) {
      const u = column + right[i];
      const v = row + down[i];
      if (!inside && (u < 0 || v < 0 || u >= width || v >= height)) continue;
      const pixel = v * width + u;
      if (nearness !== null) {
        if (near < nearness[pixel]) continue;
        nearness[pixel] = near;
      }
      const part = a * covers[i];
      const rest = 1 - part;
      ink[4 * pixel] = ink[4 * pixel] * rest + red * part;
      ink[4 * pixel + 1] = ink[4 * pixel + 1] * rest + green * part;
      ink[4 * pixel + 2] = ink[4 * pixel + 2] * rest + blue * part;
      ink[4 * pixel + 3] = ink[4 * pixel + 3] * rest + part;
    }
  }

  // How far a disc covers the pixels around it, by its radius and its place within a pixel: prepared once.
  disc(radius, partX, partY) {
    const size = Math.max(1, Math.round(radius * SIZES));
    const u = Math.floor(partX * PARTS);
    const v = Math.floor(partY * PARTS);
    const key = (size * PARTS + u) * PARTS + v;
    const known = this.discs.get(key);
    if (known !== undefined) return known;
    const edge = size / SIZES + 0.5;
    const reach = Math.ceil(edge) + 1;
    const found = { covers: [], right: [], down: [] };
    for (let row = -reach; row <= reach; row += 1) {
      for (let column = -reach; column <= reach; column += 1) {
        const cover = Math.min(1, edge - Math.hypot(column + 0.5 - (u + 0.5) / PARTS, row + 0.5 - (v + 0.5) / PARTS));
        if (cover <= 0) continue;
        found.covers.push(cover);
        found.right.push(column);
        found.down.push(row);
      }
    }
    const made = { covers: Float32Array.from(found.covers), right: Int32Array.from(found.right), down: Int32Array.from(found.down), reach };
    this.discs.set(key, made);
    return made;
  }

  show() {
    const { ink, image: { data } } = this;
    data.fill(0);
    for (let i = 0; i < ink.length; i += 4) {
      const a = ink[i + 3];
      if (a === 0) continue;
      const scale = 255 / a;
      data[i] = ink[i] * scale;
      data[i + 1] = ink[i + 1] * scale;
      data[i + 2] = ink[i + 2] * scale;
      data[i + 3] = a * 255;
    }
    this.context.putImageData(this.image, 0, 0);
  }

  // Nothing is left to wait for.
  fence() {
    return null;
  }

  destroy() {
    this.ink = null;
  }
}
