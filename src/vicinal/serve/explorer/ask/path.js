// A path from one name to another in small steps: by the strongest links, and along the straight line.

import { el, replace } from "../dom.js";
import { searchBox } from "../search.js";
import { unit } from "../vectors.js";
import { mendNames } from "./mend.js";
import { examples, failure, fixed, nameButton, newest } from "./parts.js";
import { scene } from "./scene.js";
import { shown } from "./terms.js";

const METHODS = {
  links: {
    title: "Strongest links",
    idea: (n) => "The path whose weakest link is as strong as can be with that many names in between, "
      + `among the ${n} names nearest to both ends; of such paths the shortest.`,
  },
  line: {
    title: "Straight line",
    idea: () => "At even steps on the straight way from one vector to the other, the nearest name not named before.",
  },
};

export const PATH = {
  id: "path",
  title: "Path",
  mount(root, { source, state, space, announce, known, about }) {
    const run = newest();
    let ends = ["", ""];
    const ask = ([from, to]) => state.set({ from, to }, { push: true });
    const boxes = ["From", "To"].map((label, i) => searchBox({
      label, placeholder: label, complete: (text) => source.complete(space.name, text),
      onpick: (text) => { ends[i] = text; if (ends[0] && ends[1]) ask(ends); },
    }));
    const steps = el("select", { "aria-label": "Names in between, at most", onchange: () => state.set({ steps: steps.value }) },
      [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20].map((count) => el("option", { value: count }, `up to ${count} between`)));
    const method = el("select", { "aria-label": "Method", onchange: () => state.set({ method: method.value }) },
      Object.entries(METHODS).map(([id, { title }]) => el("option", { value: id }, title)));
    const swap = el("button", { type: "button", "aria-label": "Swap the two names", onclick: () => ask([ends[1], ends[0]]) }, "⇄");
    const tries = el("div");
    const place = el("div", { class: "answer" });
    const said = el("div");
    let linked = () => {};
    const picture = scene({ label: "The path", onpick: about, onpoint: (name) => linked(name) });
    replace(root, el("div", { class: "asking" }, boxes[0], swap, boxes[1], steps, method), tries, place);
    const show = (answer) => {
      replace(said, words(answer, about, (name) => picture.point(name)));
      if (!said.isConnected || !picture.node.isConnected) replace(place, said, picture.node);
      picture.draw(drawing(answer));
      linked = (name) => { for (const item of said.querySelectorAll("li")) item.classList.toggle("linked", item.dataset.of === name); };
      announce(`Path: ${answer.chosen.path.map(({ name }) => shown(name)).join(", ")}`);
    };
    known.then(({ paths }) => replace(tries, examples(paths.map((pair) => ({ text: pair.join(" → "), pick: () => ask(pair) })))));
    let before = "";
    return {
      update(values) {
        const asked = {
          from: values.from ?? "", to: values.to ?? "", steps: Number(values.steps) || 6,
          method: values.method === "line" ? "line" : "links",
        };
        if (JSON.stringify(asked) === before) return;
        before = JSON.stringify(asked);
        [steps.value, method.value] = [asked.steps, asked.method];
        run(place, async () => {
          ends = asked.from && asked.to ? [asked.from, asked.to] : [...((await known).paths[0] ?? [asked.from, asked.to])];
          boxes.forEach((box, i) => { box.querySelector("input").value = ends[i]; });
          return ends[0] && ends[1] ? found(source, space.name, ends, asked) : null;
        }, (answer) => (answer ? show(answer)
          : replace(place, el("p", { class: "faint" }, "Name two words, and the words on the way from one to the other will be found."))),
        (error) => failure(error, async (right) => ask(await mendNames(source, space.name, ends, right))));
      },
      unmount() { run.forget(); picture.destroy(); },
    };
  },
};

async function found(source, space, [from, to], { steps, method }) {
  const other = method === "links" ? "line" : "links";
  const [chosen, second] = await Promise.all([method, other].map((one) => source.path(space, from, to, { steps, method: one })));
  const [{ vectors }, direct] = await Promise.all([
    source.vectors(space, chosen.path.map(({ name }) => name)),
    source.similarity(space, { pairs: [[from, to]], metric: chosen.metric }),
  ]);
  const placed = vectors.map(({ vector }) => (chosen.metric === "cosine" ? unit(vector) : vector));
  return { chosen, second, method, other, direct: direct.scores[0], vectors: placed };
}

const weakest = ({ path }) => Math.min(...path.slice(1).map(({ score }) => score));
const figureOf = (metric, score) => (metric === "euclidean" ? fixed(Math.abs(score), 2) : fixed(score, 2));

function words({ chosen, second, method, other, direct }, about, point) {
  const { metric } = chosen;
  const kind = metric === "euclidean" ? "distance" : "cosine";
  const low = weakest(chosen);
  const than = chosen.path.length > 2
    ? `without names in between it would be ${figureOf(metric, direct)}` : "no name in between makes it stronger";
  const ends = [chosen.path[0].name, chosen.path.at(-1).name];
  return [
    el("h2", {}, el("bdi", { class: "cut" }, ends[0]), " to ", el("bdi", { class: "cut" }, ends[1])),
    chain(`Path: ${METHODS[method].title}`, chosen, about, point),
    el("p", { class: "why" }, `${METHODS[method].idea(chosen.considered.toLocaleString("en"))} Weakest link: `
      + `${kind} ${figureOf(metric, low)}; ${than}.`),
    el("details", { class: "second" },
      el("summary", {}, `By the other way, ${METHODS[other].title.toLowerCase()}: weakest link ${figureOf(metric, weakest(second))}`),
      chain(`Path: ${METHODS[other].title}`, second, about, () => {})),
  ];
}

// Names with, between two, how near they are; the weakest link is marked
function chain(label, { path, metric }, about, point) {
  const low = weakest({ path });
  return el("ol", { class: "chain", "aria-label": label }, path.map(({ name, score }) => el("li", {
    "data-of": name, onmouseenter: () => point(name), onmouseleave: () => point(null),
    onfocusin: () => point(name), onfocusout: () => point(null),
  },
  score !== null && el("span", { class: score === low ? "link weakest" : "link", title: score === low ? "the weakest link" : null },
    figureOf(metric, score)),
  nameButton(name, about))));
}

function drawing({ chosen, vectors }) {
  const { path } = chosen;
  return {
    points: path.map(({ name }, i) => ({ text: name, word: true, size: i && i < path.length - 1 ? 1.2 : 1.7, vector: vectors[i] })),
    key: "The path, step by step; the large dots are its ends.", shape: `these ${path.length} names`,
    arrows: vectors.slice(1).map((to, i) => ({ from: vectors[i], to, label: "" })),
  };
}
