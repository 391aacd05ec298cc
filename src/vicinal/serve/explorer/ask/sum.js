// The arithmetic bench: a sum of names as chips, as arrows, and its answers by 3CosAdd and 3CosMul.

import { el, replace } from "../dom.js";
import { downloads } from "../figure.js";
import { searchBox } from "../search.js";
import { unit } from "../vectors.js";
import { arrowsOf } from "./arrows.js";
import { adder, termChips } from "./chips.js";
import { mend } from "./mend.js";
import { examples, failure, newest, ranking, rankingPicture, redrawn } from "./parts.js";
import { scene } from "./scene.js";
import { sayOwn, solved } from "./solve.js";
import { formatSum, parseSum, shown, shownSum } from "./terms.js";

const DRAWN = 6; // answers on the plane

export const SUM = {
  id: "sum",
  title: "Arithmetic",
  mount(root, { source, state, space, announce, known, about }) {
    const run = newest();
    const ask = (terms) => state.set({ sum: formatSum(terms) }, { push: true });
    const complete = (text) => source.complete(space.name, text);
    const box = searchBox({
      label: "A sum of names", placeholder: "king - man + woman", complete, onpick: (text) => state.set({ sum: text }, { push: true }),
    });
    const input = box.querySelector("input");
    let terms = [];
    const add = adder({ label: "Add a term", complete, onpick: (name) => ask([...terms, { weight: 1, name }]) });
    const chips = el("div", { class: "chips", role: "group", "aria-label": "Terms" });
    const own = el("input", { type: "checkbox", onchange: () => state.set({ own: own.checked ? "1" : null }) });
    const tries = el("div");
    const place = el("div", { class: "answer" });
    const lists = el("div", { class: "side" });
    let linked = () => {};
    const picture = scene({ label: "The sum as arrows", onpick: about, onpoint: (name) => linked(name) });
    const bench = el("div", { class: "bench" }, picture.node, lists);
    replace(root, el("div", { class: "asking" }, box, el("label", { class: "check" }, own, " rank the words of the question too")),
      el("div", { class: "asking chiprow" }, chips, add), tries, place);
    const show = (answer) => {
      if (!bench.isConnected) replace(place, bench);
      picture.draw(drawing(answer));
      linked = drawLists(lists, answer, about, (name) => picture.point(name));
      announce(sentence(answer));
    };
    known.then(({ sums }) => {
      const read = sums.map((sum) => parseSum(sum));
      replace(tries, examples(read.map((sum) => ({ text: shownSum(sum), pick: () => ask(sum) }))));
    });
    let before = "";
    return {
      update(values) {
        const asked = { sum: values.sum ?? "", own: values.own === "1" };
        if (JSON.stringify(asked) === before) return;
        before = JSON.stringify(asked);
        own.checked = asked.own;
        run(place, async () => {
          const text = asked.sum || (await known).sums[0] || "";
          input.value = text;
          terms = text ? parseSum(text) : [];
          redrawn(root, () => replace(chips, termChips(terms ?? [], ask)));
          if (!terms) throw new Error(`a term is missing in “${shown(text)}”; write sums as king - man + woman`);
          return terms.length ? solved(source, space.name, terms, asked.own) : null;
        }, (answer) => (answer ? show(answer) : replace(place, el("p", { class: "faint" }, "Type a sum of names, or add terms."))),
        (error) => failure(error, async (right) => ask(await mend(source, space.name, terms, right))));
      },
      unmount() { run.forget(); picture.destroy(); },
    };
  },
};

function drawing({ terms, vectors, added, answers, landing }) {
  const { arrows, origin } = arrowsOf(terms, vectors);
  const title = shownSum(terms);
  const copies = arrows.filter(({ label }) => label);
  const names = [...vectors.keys()];
  const found = added.filter(({ own }) => !own).slice(0, DRAWN);
  const points = [
    ...names.map((name) => ({ text: name, word: true, size: 1.4, vector: vectors.get(name) })),
    { text: title.length > 28 ? "the sum" : title, word: false, size: 0.8, vector: landing },
    ...found.map(({ name }) => ({ text: name, word: true, size: 1, vector: unit(answers.get(name)) })),
    ...(origin ? [{ text: "0", word: false, size: 0.8, vector: landing.map(() => 0) }] : []),
  ];
  return {
    points, shape: `these ${points.length} points`,
    key: "Large dots are the words of the question, the star is the answer, small dots are the runners-up"
      + `${copies.length ? "; where the last arrow ends is the sum" : ""}.`,
    arrows: arrows.map((arrow) => (copies.length > 1 ? arrow : { ...arrow, label: "" })), // one step: the label of the sum says it
    star: found.length ? names.length + 1 : null,
  };
}

function drawLists(root, answer, about, point) {
  const { added, multiplied, by, terms } = answer;
  const link = (name) => { for (const item of root.querySelectorAll("li")) item.classList.toggle("linked", item.dataset.of === name); };
  const pointed = (name) => { link(name); point(name); };
  const list = (title, hint, rows) => el("section", { class: "card" }, el("h3", {}, title), el("p", { class: "rank faint" }, hint),
    rows ? ranking({ label: title, rows, onpick: about, onpoint: pointed })
      : el("p", { class: "faint" }, "Only for sums of the form b − a + c: “a is to b as c is to …”."));
  const title = shownSum(terms);
  const kept = [["3CosAdd", added], ["3CosMul", multiplied]].filter(([, rows]) => rows).map(([name, rows]) => ({ title: name, rows }));
  replace(root,
    el("header", { class: "heading" },
      el("h2", {}, el("bdi", { class: "cut" }, title), " ≈ ", el("bdi", { class: "cut star" }, answer.best ?? "nothing")),
      downloads(`Answers to ${shown(title, 80)}`, () => rankingPicture(title, kept))),
    el("div", { class: "two" }, list("3CosAdd", `cosine with the sum, ${by === "exact" ? "every row" : `by the ${by}`}`, added),
      list("3CosMul", "products of cosines, every row", multiplied)),
    el("p", { class: "why" }, sayOwn(answer)));
  return link;
}

const sentence = ({ terms, best }) => (best ? `${shownSum(terms)} is nearest to ${shown(best)}` : "Nothing was found");
