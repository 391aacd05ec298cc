// What the colours mean. A group is shown faintly after a click on it; while the pointer or the focus is on it, it stands alone.
// Its heading says what the colours are of, and folds it away.

import { el, replace } from "../dom.js";
import { rampColour, shadeColour } from "./colours.js";
import { short } from "./text.js";

export class Legend {
  // changed(): which groups are quiet, or how much of the picture is covered, is not what it was
  constructor(changed) {
    this.changed = changed;
    this.node = el("details", { class: "cloud-legend", "aria-label": "Colours", open: true, hidden: true, ontoggle: () => this.changed() });
    this.set({ codes: null, entries: [], scale: null });
  }

  set(plan) {
    this.plan = plan;
    this.off = new Set();
    this.alone = null;
    this.draw();
  }

  // The shades that are to be drawn faintly
  quieted() {
    if (this.alone === null) return this.off;
    return new Set(this.plan.entries.map(({ shade }) => shade).filter((shade) => shade !== this.alone));
  }

  draw() {
    const { plan } = this;
    this.node.hidden = !plan.codes;
    const title = el("summary", {}, el("bdi", {}, short(plan.label ?? "groups")), plan.scale?.log ? " (logarithmic)" : "");
    const body = plan.scale ? scaleBar(plan.scale, plan) : el("div", { class: "groups" }, plan.entries.map((entry) => this.button(entry)));
    return replace(this.node, title, body);
  }

  button({ label, count, shade }) {
    const colour = shadeColour(this.plan, shade);
    const alone = (value) => () => {
      if (this.alone === value) return;
      this.alone = value;
      this.changed();
    };
    const node = el("button", {
      "aria-pressed": String(!this.off.has(shade)), title: "Show or fade this group",
      onclick: () => {
        if (!this.off.delete(shade)) this.off.add(shade);
        node.setAttribute("aria-pressed", String(!this.off.has(shade)));
        this.alone = null;
        this.changed();
      },
      onpointerenter: (event) => event.pointerType === "mouse" && alone(shade)(), onpointerleave: alone(null),
      onfocus: () => node.matches(":focus-visible") && alone(shade)(), onblur: alone(null),
    }, el("span", { class: "swatch", style: { background: colour } }), el("bdi", {}, short(label, 28)),
    el("span", { class: "count" }, count.toLocaleString("en")));
    return node;
  }
}

function scaleBar({ low, high, label, missing }, plan) {
  const steps = 40;
  const bar = el("div", { class: "ramp", "aria-hidden": "true" },
    Array.from({ length: steps }, (_, i) => el("span", { style: { background: rampColour(i / (steps - 1)) } })));
  return el("div", { class: "scale", role: "img", "aria-label": `${short(label)}: colour from ${number(low)} to ${number(high)}` }, bar,
    el("div", { class: "ends" }, el("span", {}, number(low)), el("span", {}, number(high))),
    missing ? el("div", { class: "missing" }, el("span", { class: "swatch", style: { background: shadeColour(plan, 0) } }),
      `no value: ${missing.toLocaleString("en")}`) : null);
}

export function number(value) {
  if (!Number.isFinite(value)) return "no value";
  const size = Math.abs(value);
  if (size && (size < 0.001 || size >= 1e7)) return value.toExponential(2);
  return value.toLocaleString("en", { maximumSignificantDigits: size >= 1000 ? 7 : 4 }).replace("-", "−");
}
