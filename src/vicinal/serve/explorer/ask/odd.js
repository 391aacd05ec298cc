// Which of some names does not belong, and how alike each pair of them is.

import { el, replace, svg } from "../dom.js";
import { downloads, figure } from "../figure.js";
import { palette } from "../theme.js";
import { adder, nameChips } from "./chips.js";
import { mendNames } from "./mend.js";
import { examples, failure, fixed, newest, ranking, rankingPicture, redrawn } from "./parts.js";
import { formatNames, parseNames, shown } from "./terms.js";

export const ODD = {
  id: "odd",
  title: "Odd one out",
  mount(root, { source, state, space, announce, known, about }) {
    const run = newest();
    const ask = (names) => state.set({ odd: formatNames([...new Set(names)]) || null }, { push: true });
    let names = [];
    const complete = (text) => source.complete(space.name, text);
    const add = adder({ label: "Add a name", complete, onpick: (name) => ask([...names, name]) });
    const chips = el("div", { class: "chips", role: "group", "aria-label": "Names" });
    const tries = el("div");
    const place = el("div", { class: "answer" });
    replace(root, el("div", { class: "asking chiprow" }, chips, add), tries, place);
    known.then(({ odd }) => replace(tries, examples(odd.map((list) => ({ text: list.join(" · "), pick: () => ask(list) })))));
    let before = null;
    return {
      update(values) {
        if ((values.odd ?? "") === before) return;
        before = values.odd ?? "";
        run(place, async () => {
          names = before ? parseNames(before) : (await known).odd[0] ?? [];
          redrawn(root, () => replace(chips, nameChips(names, ask)));
          if (names.length < 3) return null;
          const [answer, table] = await Promise.all([
            source.odd(space.name, names), source.similarity(space.name, { names, metric: "cosine" }),
          ]);
          return { ...answer, table: table.scores, names };
        }, (answer) => {
          replace(place, answer ? draw(answer, about)
            : el("p", { class: "faint" }, "Add three names or more, and one will be named that does not belong."));
          if (answer) announce(`${shown(answer.odd)} is the odd one out`);
        }, (error) => failure(error, async (right) => ask(await mendNames(source, space.name, names, right))));
      },
      unmount: run.forget,
    };
  },
};

function draw({ odd, scores, table, names }, about) {
  const order = scores.map((_, i) => i).sort((i, j) => scores[j].score - scores[i].score || i - j);
  const rows = order.map((i) => ({
    name: names[i], text: fixed(scores[i].score), share: scores[i].score,
    mark: names[i] === odd ? "odd" : null, note: names[i] === odd ? "odd one out" : null,
  }));
  const title = `Odd one out of ${names.map((name) => shown(name, 20)).join(", ")}`;
  const falling = scores.map(({ score }) => score).sort((a, b) => a - b);
  const gap = falling[1] - falling[0];
  const surely = gap < 0.05 ? "a close call: the next is only" : "the next is";
  const [labels, sorted] = [order.map((i) => names[i]), order.map((i) => order.map((j) => table[i][j]))];
  const node = el("div", { class: "bench" },
    el("section", { class: "card" }, el("h3", {}, "Cosine with the mean of the others"),
      ranking({ label: "Scores", rows, onpick: about, numbered: false }),
      el("p", { class: "why" }, `The lowest is ${fixed(falling[0])}; ${surely} ${fixed(gap)} above it.`)),
    el("section", { class: "card" }, figure("Cosine of every pair", () => heat(labels, sorted))));
  return [el("header", { class: "heading" }, el("h2", {}, el("bdi", { class: "cut star" }, odd), " does not belong"),
    downloads(title, () => rankingPicture(title, [{ title: "cosine with the mean of the others", rows }]))), node];
}

// A table as a picture: the nearer, the fuller the cell; every cell says its number
function heat(names, table) {
  const colours = palette();
  const cell = Math.max(34, Math.min(60, 420 / names.length));
  const left = 12 + 7.2 * Math.max(...names.map((name) => Math.min(14, [...name].length)));
  const size = names.length * cell;
  const font = { "font-family": "system-ui, sans-serif", "font-size": 12, fill: colours.ink };
  const above = left;
  const [width, height] = [left + size + 8, above + size + 8];
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, width, role: "img", "aria-label": "Cosine of every pair" },
    names.map((name, i) => [
      svg("text", { ...font, x: left - 8, y: above + (i + 0.5) * cell + 4, "text-anchor": "end" }, shown(name, 14)),
      svg("text", { ...font, transform: `translate(${left + (i + 0.5) * cell + 4} ${above - 8}) rotate(-90)` }, shown(name, 14)),
    ]),
    table.map((line, i) => line.map((score, j) => svg("g", {},
      svg("title", {}, `${shown(names[i])} and ${shown(names[j])}: ${fixed(score)}`),
      svg("rect", {
        x: left + j * cell, y: above + i * cell, width: cell - 2, height: cell - 2, rx: 3,
        fill: score < 0 ? colours.star : colours.accent, "fill-opacity": (0.06 + 0.64 * Math.min(1, Math.abs(score))).toFixed(3),
      }),
      svg("text", { ...font, x: left + (j + 0.5) * cell - 1, y: above + (i + 0.5) * cell + 3, "text-anchor": "middle" },
        fixed(score, 2))))));
}
