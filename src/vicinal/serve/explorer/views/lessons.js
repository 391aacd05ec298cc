// Lesson mode: a start page of six cards, and six short pages for learners.

import { el, replace } from "../dom.js";
import { arithmetic } from "../lessons/arithmetic.js";
import { decoding } from "../lessons/decoding.js";
import { ids } from "../lessons/ids.js";
import { Kept } from "../lessons/kept.js";
import { materials } from "../lessons/materials.js";
import { several } from "../lessons/parts.js";
import { training } from "../lessons/training.js";
import { windows } from "../lessons/windows.js";

const LESSONS = [ids, materials, windows, training, arithmetic, decoding];
const SHARED = ["space", "theme", "done", "big"]; // what stays when one goes to another lesson

export const lessons = {
  id: "lessons",
  title: "Lessons",
  mount(root, context) {
    let shown = null;
    const show = (state) => {
      const number = LESSONS[Number(state.lesson) - 1] ? Number(state.lesson) : 0;
      root.classList.toggle("big", state.big === "1");
      if (shown?.number === number) return shown.update(state);
      shown?.unmount();
      root.scrollTop = 0;
      shown = number ? onePage(root, context, number) : startPage(root, context);
      shown.update(state);
      if (context.state.get("lesson")) root.querySelector("h2")?.focus({ preventScroll: true });
    };
    return { update: show, unmount: () => { shown?.unmount(); root.classList.remove("big"); } };
  },
};

// The address of a lesson; 0 is the start page.
function address(state, number) {
  const kept = SHARED.map((key) => [key, state[key]]).filter(([, value]) => value);
  return `#${new URLSearchParams([["view", "lessons"], ...kept, ...(number ? [["lesson", number]] : [])])}`;
}

const isDone = (state, number) => (state.done ?? "").includes(String(number));

function startPage(root, { state: address_, space }) {
  const cards = el("ol", { class: "cards" });
  const size = sizeButton(address_);
  replace(root, el("div", { class: "page lessons" },
    el("h2", { tabindex: -1 }, "Six short lessons"),
    el("p", { class: "lead" }, "How words become vectors, and vectors words again. Each lesson starts from a question, takes five to "
      + "ten minutes and ends with an exercise that checks your answers. No mathematics beyond multiplying and square roots."),
    el("p", { class: "faint" }, "Where a lesson looks into a space, it is the one chosen above: now ", el("strong", {}, space.name),
      `, ${several(space.n, "name")} of ${several(space.dim, "number")} each.`), cards, size.node));
  const update = (state) => {
    size.update(state);
    replace(cards, LESSONS.map((lesson, i) => el("li", {}, el("a", { class: "card", href: address(state, i + 1) },
      el("span", { class: "number", "aria-hidden": "true" }, i + 1), el("strong", {}, lesson.title), el("span", {}, lesson.question),
      el("span", { class: "faint" }, `${lesson.minutes} minutes${isDone(state, i + 1) ? " · exercise done" : ""}`)))));
  };
  return { number: 0, update, unmount: () => {} };
}

function onePage(root, context, number) {
  const about = LESSONS[number - 1];
  const kept = new Kept(context.state);
  const body = el("div", { class: "steps" });
  const places = [el("nav", { class: "progress", "aria-label": "Lessons" }),
    el("nav", { class: "progress after", "aria-label": "Next and previous lesson" })];
  const lesson = {
    ...context, kept, number,
    solved: () => { if (!isDone(kept.values, number)) kept.set({ done: [...new Set(`${kept.get("done")}${number}`)].sort().join("") }); },
  };
  const onward = el("p", { class: "onward" });
  const size = sizeButton(context.state);
  replace(root, el("article", { class: "page lessons" }, places[0],
    el("header", {}, el("h2", { tabindex: -1 }, `${number}. ${about.title}`), el("p", { class: "lead" }, about.question)),
    body, el("aside", { class: "remember" }, el("h3", {}, "What to remember"), el("p", {}, about.remember), onward), places[1]));
  const mounted = about.mount(body, lesson);
  const update = (state) => {
    if (kept.take(state)) mounted.update();
    const { view, text } = about.onward;
    const there = new URLSearchParams({ view, space: context.space.name, ...(state.theme && { theme: state.theme }) });
    replace(onward, el("a", { href: `#${there}` }, text));
    size.update(state);
    replace(places[0], progress(state, number, size.node));
    replace(places[1], steps(state, number));
  };
  return { number, update, unmount: () => { kept.stop(); mounted.unmount?.(); } };
}

function progress(state, number, size) {
  return [el("a", { href: address(state, 0) }, "All lessons"), size,
    el("ol", {}, LESSONS.map(({ title }, i) => el("li", {}, el("a", {
      href: address(state, i + 1), title, "aria-label": `Lesson ${i + 1}: ${title}${isDone(state, i + 1) ? ", exercise done" : ""}`,
      "aria-current": i + 1 === number ? "step" : null, class: isDone(state, i + 1) ? "done" : null,
    }, i + 1))))];
}

function steps(state, number) {
  const link = (to, text) => el("a", { class: "button", href: address(state, to) }, text);
  return [number > 1 ? link(number - 1, `← ${LESSONS[number - 2].title}`) : link(0, "← All lessons"),
    number < LESSONS.length ? link(number + 1, `${LESSONS[number].title} →`) : link(0, "All lessons →")];
}

// For a wall: everything larger.
function sizeButton(state) {
  const node = el("button", { class: "quiet size", onclick: () => state.set({ big: state.get("big") ? null : "1" }) }, "Larger text");
  return { node, update: ({ big }) => node.setAttribute("aria-pressed", String(big === "1")) };
}
