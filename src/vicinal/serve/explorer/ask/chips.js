// Names, or terms of a sum, as chips that are taken away one by one and added by a box that completes.

import { el } from "../dom.js";
import { searchBox } from "../search.js";

// options: {label, complete, onpick} → a box that forgets what was picked
export function adder({ label, complete, onpick }) {
  const box = searchBox({
    label, placeholder: label, complete,
    onpick: (text) => { box.querySelector("input").value = ""; if (text) onpick(text); },
  });
  return box;
}

export function nameChips(names, onchange) {
  return names.map((name, i) => el("span", { class: "chip" }, el("bdi", { class: "cut" }, name),
    remove(name, () => onchange(names.filter((_, j) => j !== i)))));
}

// terms: [{weight, name}]; a chip turns its sign and takes a factor
export function termChips(terms, onchange) {
  const put = (i, weight) => onchange(terms.map((term, j) => (j === i ? { ...term, weight } : term)));
  return terms.map(({ weight, name }, i) => {
    const size = el("input", {
      type: "number", min: "0", step: "0.1", value: Math.abs(weight), "aria-label": `Factor of ${name}`, "data-stay": `factor ${i}`,
      onchange: () => put(i, Math.sign(weight || 1) * (Math.abs(Number(size.value)) || 1)),
    });
    return el("span", { class: weight < 0 ? "chip minus" : "chip" },
      el("button", {
        class: "sign", type: "button", "data-stay": `sign ${i}`,
        "aria-label": weight < 0 ? `Add ${name} instead` : `Take ${name} away instead`, onclick: () => put(i, -weight),
      }, weight < 0 ? "−" : "+"),
      size, el("span", { class: "faint", "aria-hidden": "true" }, "×"), el("bdi", { class: "cut" }, name),
      remove(name, () => onchange(terms.filter((_, j) => j !== i)), terms.length < 2));
  });
}

const remove = (name, act, disabled = false) => el("button", {
  class: "remove", type: "button", "aria-label": `Remove ${name}`, "data-stay": `remove ${name}`, onclick: act, disabled,
}, "×");
