// Questions with checked answers and hints. An answer in the address has been checked; the last hint is the worked answer,
// so that nobody gets stuck.

import { el, replace } from "../dom.js";

// questions: [{key, ask, kind: "number" | "choice" | "text", options: [{value, text}] for a choice, check(given) → {right, say},
// hints: [text or () → text], worked: text or () → text}]. A number is read with point or comma. → {node, update(), solved()}
export function exercise(lesson, questions) {
  const asked = questions.map((one) => question(lesson, one, () => report()));
  const end = el("p", { class: "solved" });
  const report = () => {
    const solved = asked.every(({ right }) => right());
    replace(end, solved ? "Exercise done." : null);
    if (solved) lesson.solved();
  };
  const node = el("section", { class: "exercise", "aria-label": "Exercise" }, el("h3", {}, "Exercise"), asked.map((one) => one.node), end);
  const update = () => { asked.forEach((one) => one.update()); report(); };
  update();
  return { node, update, check: () => { asked.forEach((one) => one.check()); report(); } };
}

function question(lesson, { key, ask, kind, options = [], check, hints = [], worked }, changed) {
  const { kept } = lesson;
  const said = el("p", { class: "said", role: "status" });
  const helped = el("ol", { class: "hints" });
  const input = field(`q-${lesson.number}-${key}`, kind, options, () => answer());
  const hint = el("button", { class: "quiet", onclick: () => { kept.set({ [`${key}h`]: hinted() + 1 }); showHints(); } });
  const hinted = () => kept.whole(`${key}h`, 0, 0, hints.length + 1);
  const verdict = () => {
    const given = kept.text(key, "", 200).trim();
    if (!given) return { right: false, say: "" };
    if (kind !== "number") return check(given);
    const checked = readNumbers(given).map(check);
    return checked.find(({ right }) => right) ?? checked[0]
      ?? { right: false, say: "That is not a number; write it with digits, such as 12 or 0.25." };
  };
  const showVerdict = () => {
    const { right, say } = verdict();
    node.dataset.state = say ? (right ? "right" : "wrong") : "open";
    const text = say ? `${right ? "Right." : "Not yet."} ${say}` : "";
    if (said.textContent !== text) replace(said, text); // said aloud once
  };
  const showHints = () => {
    const all = [...hints, worked];
    replace(helped, all.slice(0, hinted()).map((one) => el("li", {}, typeof one === "function" ? one() : one)));
    hint.hidden = hinted() >= all.length;
    replace(hint, hinted() < hints.length ? `Hint ${hinted() + 1} of ${hints.length}` : "Show the answer");
  };
  const answer = () => { kept.set({ [key]: input.read() || null }); showVerdict(); changed(); };
  const node = el("form", { class: "question", onsubmit: (event) => { event.preventDefault(); answer(); } },
    el("label", { for: kind === "choice" ? null : input.id, id: `${input.id}-ask` }, ask),
    el("div", { class: "answer" }, input.node, kind === "choice" ? null : el("button", { class: "main", type: "submit" }, "Check"), hint),
    said, helped);
  hint.type = "button";
  const update = () => { input.write(kept.text(key, "", 200)); showVerdict(); showHints(); };
  return { node, update, check: showVerdict, right: () => verdict().right };
}

// → {node, id, read(), write(text)}
function field(id, kind, options, onchoose) {
  if (kind === "choice") {
    const boxes = options.map(({ value }) => el("input", { type: "radio", name: id, value, onchange: onchoose }));
    const node = el("div", { class: "choices", role: "radiogroup", "aria-labelledby": `${id}-ask` },
      options.map(({ text }, i) => el("label", {}, boxes[i], " ", text)));
    return {
      id, node, read: () => boxes.find(({ checked }) => checked)?.value ?? "",
      write: (text) => { for (const box of boxes) box.checked = box.value === text; },
    };
  }
  const node = el("input", {
    id, type: "text", inputmode: kind === "number" ? "decimal" : null, maxlength: 100, size: kind === "number" ? 8 : 18,
    autocomplete: "off", autocapitalize: "off", spellcheck: "false" });
  return { id, node, read: () => node.value.trim(),
    write: (text) => { if (node !== document.activeElement || !node.value) node.value = text; } };
}

// The numbers that a text may stand for: "0,25" and "−3" for one, "7,762" for two (a comma may part thousands or decimals),
// what is no number for none.
export function readNumbers(text) {
  const plain = text.trim().replace("−", "-");
  const thousands = /^[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/.test(plain) ? [plain.replaceAll(",", "")] : [];
  return [...thousands, plain.replace(",", ".")].filter((digits) => /^[-+]?(\d+\.?\d*|\.\d+)$/.test(digits)).map(Number);
}
