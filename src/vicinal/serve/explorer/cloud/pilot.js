// Taking the camera somewhere: at once, or in a moment's flight.

import { between } from "./camera.js";
import { box } from "./order.js";

const FLIGHT = 450; // milliseconds
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

export class Pilot {
  constructor(cloud) {
    this.cloud = cloud;
    this.goal = null; // while under way
    this.asked = 0;
  }

  go(goal, glide) {
    this.stop();
    if (!glide || calm.matches) return this.land(goal);
    this.goal = goal;
    const from = this.cloud.camera_.copy();
    const since = performance.now();
    const fly = () => {
      const t = (performance.now() - since) / FLIGHT;
      if (t >= 1) return this.land(goal);
      this.cloud.camera_ = between(from, goal, t);
      this.cloud.touch();
      this.asked = requestAnimationFrame(fly);
      return undefined;
    };
    return fly();
  }

  land(goal) {
    this.goal = null;
    this.cloud.camera_ = goal;
    this.cloud.moved();
  }

  stop() {
    cancelAnimationFrame(this.asked);
    this.goal = null;
  }
}

// The camera that shows all points or some rows; a single one with what is around it.
export function framed({ camera_, view, bounds, data: { coordinates, dim } }, rows) {
  const whole = camera_.copy();
  whole.fit(bounds, view);
  if (!rows?.length) return whole;
  const goal = camera_.copy();
  goal.fit(box(coordinates, dim, rows), view);
  goal.span = rows.length === 1 ? Math.min(camera_.span, whole.span / 6) : Math.max(goal.span * 1.15, whole.span / 1e5);
  return goal;
}
