// When to draw how many points. While something moves, as many as fit a frame; when it is still, all of them, in slices between which
// the page can answer. The picture before stays until the next one is whole.

const FRAME = 45; // milliseconds that a moving frame may take
const STILL = 140; // milliseconds without a change before all points are drawn
const LEAST = 12000; // points of a moving frame, however slow the machine is
const SLICE = 60000; // points of a slice of the whole, at least
const LATE = 2 * FRAME; // so long for so few points, and the renderer is the wrong one,
const PATIENCE = 4; // if it happens so often in a row

export class Painter {
  // look(count) → what renderer.draw wants when `count` points make the picture; shown({count, all}) after each picture
  constructor(look, shown) {
    this.look = look;
    this.shown = shown;
    this.slow = () => {}; // called when even the fewest points take too long: a browser may hide that it has no graphics processor
    this.late = 0;
    this.renderer = null;
    this.n = 0;
    this.budget = 60000;
    this.frameMs = 0;
    this.measured = 0;
    this.asked = 0;
    this.reset();
  }

  reset() {
    this.dirty = false;
    this.whole = true;
    this.drawn = 0; // of the picture that is under way
    this.pending = null;
    this.touched = 0;
  }

  // Something changed: a new picture is wanted. still: the change is no motion, all points may come at once.
  touch(still = false) {
    this.dirty = true;
    this.touched = still ? 0 : performance.now();
    this.ask();
  }

  ask() {
    if (!this.asked) this.asked = requestAnimationFrame(() => { this.asked = 0; this.step(); });
  }

  step() {
    if (!this.renderer) return;
    const now = performance.now();
    if (this.pending) {
      if (!this.pending.done()) return this.ask();
      this.measure(now - this.pending.since, this.pending);
      this.pending = null;
    }
    if (this.dirty) this.moving();
    else if (!this.whole && now - this.touched > STILL) this.slice();
    if (this.pending || this.dirty || !this.whole) this.ask();
  }

  moving() {
    const count = Math.min(this.n, this.budget);
    this.dirty = false;
    this.whole = count === this.n;
    this.drawn = 0;
    const since = performance.now();
    this.renderer.draw(0, count, this.look(count), true);
    this.renderer.show();
    this.wait({ since, count, moving: true });
    this.shown({ count, all: this.whole });
  }

  slice() {
    const count = Math.min(this.n - this.drawn, Math.max(SLICE, this.budget));
    const since = performance.now();
    if (!this.drawn) this.full = this.look(this.n);
    this.renderer.draw(this.drawn, count, this.full, !this.drawn);
    this.drawn += count;
    this.whole = this.drawn >= this.n;
    if (this.whole) {
      this.renderer.show();
      this.shown({ count: this.n, all: true });
    }
    this.wait({ since, count, moving: false });
  }

  // A renderer that draws elsewhere is waited for; another has done it by now.
  wait(frame) {
    const done = this.renderer.fence();
    if (done) this.pending = { done, ...frame };
    else this.measure(performance.now() - frame.since, frame);
  }

  measure(ms, { count, moving }) {
    if ((this.measured += 1) === 1) return; // the first also makes the program and fills the buffers
    if (moving) this.frameMs = ms;
    if (moving && count <= LEAST) {
      this.late = ms > LATE ? this.late + 1 : 0;
      if (this.late === PATIENCE) return this.slow();
    }
    if (count < this.budget && (ms < FRAME || count <= LEAST)) return; // all points fit, or the time goes elsewhere
    const better = Math.min(this.budget, count) * Math.min(1.4, Math.max(0.4, FRAME / ms));
    this.budget = Math.round(Math.max(LEAST, Math.min(5e6, better)));
  }

  // All points at once, for a picture to keep.
  now() {
    this.renderer.draw(0, this.n, this.look(this.n), true);
    this.renderer.show();
    this.drawn = this.n;
    this.whole = true;
    this.dirty = false;
  }

  stop() {
    cancelAnimationFrame(this.asked);
    this.asked = 0;
    this.renderer = null;
  }
}
