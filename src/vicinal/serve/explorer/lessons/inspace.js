// The same two measures on two names of the served space.

import { el, replace } from "../dom.js";
import { searchBox } from "../search.js";
import { cosine, dot, lengthOf } from "../vectors.js";
import { euclidean, figures } from "./maths.js";
import { several, slow, step } from "./parts.js";
import { vectorsOf, wholly } from "./words.js";

const SUGGESTED = [["king", "queen"], ["man", "woman"], ["water", "sea"], ["one", "two"], ["the", "of"]];

export function inSpace(lesson) {
  const { kept, source, space, announce } = lesson;
  const place = el("div", { class: "told", role: "status" });
  const load = slow(place, announce);
  const boxes = el("div", { class: "boxes" });
  let names = null;
  const box = (key, label, value) => el("label", {}, label, searchBox({
    label, value, complete: (prefix) => source.complete(space.name, prefix), onpick: (text) => { kept.set({ [key]: text }); show(); } }));
  const show = () => load(async () => {
    names ??= (await wholly(lesson, SUGGESTED))[0] ?? await firstTwo(lesson);
    const [a, b] = [kept.text("u", names[0]), kept.text("v", names[1])];
    if (boxes.dataset.shown !== JSON.stringify([a, b])) {
      boxes.dataset.shown = JSON.stringify([a, b]);
      replace(boxes, box("u", "First name", a), box("v", "Second name", b));
    }
    const vectors = await vectorsOf(lesson, [a, b]);
    const [first, second] = [vectors.get(a), vectors.get(b)];
    return [el("p", {}, el("strong", {}, a), " has length ", figures(lengthOf(first)), ", ", el("strong", {}, b), " has length ",
      figures(lengthOf(second)), "."),
      el("p", {}, "Dot product ", el("strong", {}, figures(dot(first, second))), ", cosine ",
        el("strong", {}, figures(cosine(first, second))), ", euclidean distance ",
        el("strong", {}, figures(euclidean(first, second))), ".")];
  });
  show();
  return { update: show, node: step(4, "The same with many numbers",
    `Nothing changes when a vector has ${several(space.dim, "number")} instead of two: multiply, add, divide by both lengths. Here are `
      + "two names of the served space.",
    boxes, place) };
}

async function firstTwo({ source, space }) {
  const names = await source.names(space.name);
  return [names.get(0), names.get(Math.min(1, names.length - 1))];
}
