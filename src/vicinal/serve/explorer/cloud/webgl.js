// Points by WebGL2: one buffer of places and one of styles in drawing order, colours as a texture of 256; drawn into a buffer of its own,
// slice by slice, and shown when a picture is whole.

import { inOrder } from "./order.js";

const VERTEX = `#version 300 es
layout(location = 0) in vec3 place;
layout(location = 1) in vec4 style; // shade, size × 64, faded
uniform vec3 at;
uniform mat3 turn;
uniform vec2 scale; // of a unit of the map, in halves of the view
uniform float focal, nearest, diameter, alpha;
uniform sampler2D shades;
out vec4 colour;
out float reach;
void main() {
  vec3 seen = turn * (place - at);
  float away = focal > 0.0 ? 1.0 - seen.z / focal : 1.0;
  if (away < nearest) { gl_Position = vec4(2.0, 2.0, 2.0, 1.0); gl_PointSize = 1.0; return; }
  float near = 1.0 / away;
  gl_Position = vec4(seen.xy * scale * near, (1.0 - near) / (1.0 + near), 1.0);
  float size = diameter * style.y / 64.0 * (focal > 0.0 ? clamp(near, 0.35, 3.0) : 1.0);
  gl_PointSize = size + 1.0;
  reach = size * 0.5;
  colour = texelFetch(shades, ivec2(int(style.x), 0), 0);
  colour.a *= alpha * (style.z > 0.5 ? 0.14 : 1.0) * (focal > 0.0 ? clamp(1.6 * near - 0.75, 0.16, 1.0) : 1.0);
}`;

const FRAGMENT = `#version 300 es
precision mediump float;
in vec4 colour;
in float reach;
out vec4 ink;
void main() {
  float far = length(gl_PointCoord - 0.5) * (2.0 * reach + 1.0);
  float a = colour.a * clamp(reach + 0.5 - far, 0.0, 1.0);
  if (a <= 0.0) discard;
  ink = vec4(colour.rgb * a, a);
}`;

const EMULATED = /swiftshader|llvmpipe|softpipe|basic render|software/i;

export class WebGLPoints {
  // canvas, lost(): the context went away, back(): it came again and everything must be given anew; emulated: take it even where no
  // graphics processor is behind it. Throws where there is no WebGL2.
  constructor(canvas, lost, back, emulated) {
    this.kind = "webgl2";
    this.gl = canvas.getContext("webgl2", {
      antialias: false, depth: false, stencil: false, powerPreference: "high-performance", failIfMajorPerformanceCaveat: !emulated,
    });
    if (!this.gl) throw new Error("no WebGL2");
    const about = this.gl.getExtension("WEBGL_debug_renderer_info");
    if (!emulated && about && EMULATED.test(this.gl.getParameter(about.UNMASKED_RENDERER_WEBGL))) {
      this.gl.getExtension("WEBGL_lose_context")?.loseContext();
      throw new Error("no graphics processor");
    }
    this.listeners = [
      ["webglcontextlost", (event) => { event.preventDefault(); lost(); }],
      ["webglcontextrestored", () => { this.build(); back(); }],
    ];
    for (const [name, act] of this.listeners) canvas.addEventListener(name, act);
    this.canvas = canvas;
    this.build();
  }

  build() {
    const { gl } = this;
    this.program = linked(gl, VERTEX, FRAGMENT);
    this.where = Object.fromEntries(["at", "turn", "scale", "focal", "nearest", "diameter", "alpha", "shades"]
      .map((name) => [name, gl.getUniformLocation(this.program, name)]));
    this.places = gl.createBuffer();
    this.styles = gl.createBuffer();
    this.shades = gl.createTexture();
    this.frame = null;
    this.styled = false;
    this.size = [0, 0];
  }

  setPlaces(coordinates, dim, n) {
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.places);
    gl.bufferData(gl.ARRAY_BUFFER, inOrder(coordinates, dim, n), gl.STATIC_DRAW);
    this.dim = dim;
    this.styled = false;
  }

  // bytes: Uint8Array of n × 4 in drawing order (shade, size × 64, faded, 0), or null for shade 0 and size 1
  setStyles(bytes) {
    const { gl } = this;
    this.styled = bytes !== null;
    if (!bytes) return;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.styles);
    gl.bufferData(gl.ARRAY_BUFFER, bytes, gl.DYNAMIC_DRAW);
  }

  // colours: Uint8Array of 256 × 4
  setShades(colours) {
    const { gl } = this;
    gl.bindTexture(gl.TEXTURE_2D, this.shades);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, colours);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  }

  resize(width, height) {
    const { gl } = this;
    if (this.frame && this.size[0] === width && this.size[1] === height) return;
    this.size = [width, height];
    this.canvas.width = width;
    this.canvas.height = height;
    if (this.frame) {
      gl.deleteFramebuffer(this.frame);
      this.stores.forEach((store) => gl.deleteRenderbuffer(store));
    }
    this.frame = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.frame);
    this.stores = [[gl.RGBA8, gl.COLOR_ATTACHMENT0], [gl.DEPTH_COMPONENT16, gl.DEPTH_ATTACHMENT]].map(([format, attachment]) => {
      const store = gl.createRenderbuffer();
      gl.bindRenderbuffer(gl.RENDERBUFFER, store);
      gl.renderbufferStorage(gl.RENDERBUFFER, format, width, height);
      gl.framebufferRenderbuffer(gl.FRAMEBUFFER, attachment, gl.RENDERBUFFER, store);
      return store;
    });
  }

  // Draw places first … first + count - 1 of the drawing order; clear: begin a new picture. look: {lens, ratio, diameter, alpha}
  draw(first, count, { lens, ratio, diameter, alpha }, clear) {
    const { gl, where } = this;
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.frame);
    gl.viewport(0, 0, ...this.size);
    if (clear) {
      gl.clearColor(0, 0, 0, 0);
      gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    }
    if (!count) return;
    gl.useProgram(this.program);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    if (lens.focal) gl.enable(gl.DEPTH_TEST); else gl.disable(gl.DEPTH_TEST);
    gl.depthFunc(gl.LEQUAL);
    gl.uniform3fv(where.at, lens.at);
    gl.uniformMatrix3fv(where.turn, true, lens.m);
    gl.uniform2f(where.scale, lens.scale / lens.halfWidth, lens.scale / lens.halfHeight);
    gl.uniform1f(where.focal, lens.focal);
    gl.uniform1f(where.nearest, lens.nearest);
    gl.uniform1f(where.diameter, diameter * ratio);
    gl.uniform1f(where.alpha, alpha);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.shades);
    gl.uniform1i(where.shades, 0);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.places);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, this.dim, gl.FLOAT, false, 0, 0);
    if (this.styled) {
      gl.bindBuffer(gl.ARRAY_BUFFER, this.styles);
      gl.enableVertexAttribArray(1);
      gl.vertexAttribPointer(1, 4, gl.UNSIGNED_BYTE, false, 0, 0);
    } else {
      gl.disableVertexAttribArray(1);
      gl.vertexAttrib4f(1, 0, 64, 0, 0);
    }
    gl.drawArrays(gl.POINTS, first, count);
  }

  show() {
    const { gl } = this;
    const [width, height] = this.size;
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, this.frame);
    gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, null);
    gl.blitFramebuffer(0, 0, width, height, 0, 0, width, height, gl.COLOR_BUFFER_BIT, gl.NEAREST);
  }

  // → done(): whether all that was asked for so far is drawn
  fence() {
    const { gl } = this;
    const sync = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    return () => {
      if (!gl.isContextLost() && sync && gl.getSyncParameter(sync, gl.SYNC_STATUS) !== gl.SIGNALED) return false;
      gl.deleteSync(sync);
      return true;
    };
  }

  // A browser keeps few contexts: give this one back at once.
  destroy() {
    for (const [name, act] of this.listeners) this.canvas.removeEventListener(name, act);
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}

function linked(gl, ...sources) {
  const program = gl.createProgram();
  sources.forEach((source, i) => {
    const shader = gl.createShader(i ? gl.FRAGMENT_SHADER : gl.VERTEX_SHADER);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  });
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) throw new Error(gl.getProgramInfoLog(program));
  return program;
}
