// Points without WebGL: the same discs, blended into an image by hand. The interface of WebGLPoints.

import { inOrder } from "./order.js";

export class CanvasPoints {
  constructor(canvas) {
    this.kind = "canvas";
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.shades = new Uint8Array(1024);
    this.styles = null;
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
    if (this.image && this.canvas.width === width && this.canvas.height === height) return;
    this.canvas.width = width;
    this.canvas.height = height;
    this.image = this.context.createImageData(Math.max(1, width), Math.max(1, height));
    this.nearness = null;
  }

  draw(first, count, { lens, ratio, diameter, alpha }, clear) {
    const { image, places, styles, shades, dim } = this;
    const { at: [ax, ay, az], m, focal } = lens;
    if (clear) {
      image.data.fill(0);
      if (focal) this.nearness = new Float32Array(image.width * image.height);
    }
    const scale = lens.scale * ratio;
    const middleX = lens.halfWidth * ratio;
    const middleY = lens.halfHeight * ratio;
    for (let k = first; k < first + count; k += 1) {
      const dx = places[k * dim] - ax;
      const dy = places[k * dim + 1] - ay;
      let x = middleX + dx * scale;
      let y = middleY - dy * scale;
      let size = diameter * ratio;
      let strength = alpha;
      let near = 0;
      if (focal) {
        const dz = places[k * dim + 2] - az;
        const away = 1 - (m[6] * dx + m[7] * dy + m[8] * dz) / focal;
        if (away < lens.nearest) continue;
        near = 1 / away;
        x = middleX + (m[0] * dx + m[1] * dy + m[2] * dz) * scale * near;
        y = middleY - (m[3] * dx + m[4] * dy + m[5] * dz) * scale * near;
        size *= Math.min(3, Math.max(0.35, near));
        strength *= Math.min(1, Math.max(0.16, 1.6 * near - 0.75));
      }
      let shade = 0;
      if (styles) {
        shade = styles[4 * k] * 4;
        size *= styles[4 * k + 1] / 64;
        if (styles[4 * k + 2]) strength *= 0.14;
      }
      const a = (strength * shades[shade + 3]) / 255;
      if (a > 0) this.disc(x, y, size / 2, shades[shade] * a, shades[shade + 1] * a, shades[shade + 2] * a, a, near);
    }
  }

  // One disc with a soft edge; colours already times a. The image is kept premultiplied until it is shown.
  disc(x, y, radius, red, green, blue, a, near) {
    const { width, height, data } = this.image;
    const { nearness } = this;
    const reach = radius + 0.5;
    const bottom = Math.min(height - 1, Math.floor(y + reach));
    const right = Math.min(width - 1, Math.floor(x + reach));
    const left = Math.max(0, Math.floor(x - reach));
    for (let row = Math.max(0, Math.floor(y - reach)); row <= bottom; row += 1) {
      const v = row + 0.5 - y;
      for (let column = left; column <= right; column += 1) {
        const u = column + 0.5 - x;
        const cover = Math.min(1, reach - Math.sqrt(u * u + v * v));
        if (cover <= 0) continue;
        const pixel = row * width + column;
        if (near) {
          if (near < nearness[pixel]) continue;
          nearness[pixel] = near;
        }
        const rest = 1 - a * cover;
        const i = 4 * pixel;
        data[i] = data[i] * rest + red * cover;
        data[i + 1] = data[i + 1] * rest + green * cover;
        data[i + 2] = data[i + 2] * rest + blue * cover;
        data[i + 3] = data[i + 3] * rest + 255 * a * cover;
      }
    }
  }

  show() {
    const { data, width, height } = this.image;
    const straight = this.context.createImageData(width, height);
    const out = straight.data;
    for (let i = 0; i < data.length; i += 4) {
      const a = data[i + 3];
      if (!a) continue;
      out[i] = (data[i] * 255) / a;
      out[i + 1] = (data[i + 1] * 255) / a;
      out[i + 2] = (data[i + 2] * 255) / a;
      out[i + 3] = a;
    }
    this.context.putImageData(straight, 0, 0);
  }

  fence() {
    return null;
  }

  destroy() {
    this.image = null;
  }
}
