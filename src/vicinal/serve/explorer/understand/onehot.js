// The same words twice: as one 1 among zeros, and as dense vectors.

import { fitted, label, sheet, textWidth } from "../charts.js";
import { el, replace, svg } from "../dom.js";
import { figure } from "../figure.js";
import { palette } from "../theme.js";
import { diverging, readable } from "../tiles.js";
import { asker, bytes, count, fluid, heading, named, numbers, parsedList, signed, table } from "./parts.js";
import { wordLists } from "./words.js";

const SHOWN = 6; // words proposed
const MOST = 12;

export const oneHot = {
  id: "onehot",
  title: "One-hot and dense",
  mount(root, { source, space, state }) {
    const editor = wordLists({
      source, space: space.name, many: false, most: MOST, change: ([{ names }]) => state.set({ few: JSON.stringify(names) }),
    });
    const place = el("div", { class: "result" });
    root.append(heading("Two ways to write a word as numbers",
      `One-hot: a row as long as the vocabulary, all zeros but for a 1 at the word's own place. Dense: ${count(space.dim)} numbers learned `
      + "from use. The one only says which word it is; the other also says what it is like."), editor, place);
    const ask = asker(place);
    return {
      update(values) {
        const chosen = parsedList(values.few ?? "");
        if (chosen) editor.set([{ label: "", names: chosen }]);
        ask(JSON.stringify(chosen), () => answers(source, space, chosen), (answer) => {
          if (!chosen) editor.set([{ label: "", names: answer.names }]);
          draw(place, answer, space);
        });
      },
    };
  },
};

async function answers(source, space, chosen) {
  const names = chosen ?? proposed(await source.heatmap(space.name));
  if (!names.length) return { names, vectors: [], scores: [] };
  const [{ vectors }, { scores }] = await Promise.all([
    source.vectors(space.name, names), source.similarity(space.name, { names, metric: "cosine" }),
  ]);
  return { names, vectors, scores };
}

// Two words of each of the first lists that the heat map proposes
function proposed({ names, groups }) {
  let start = 0;
  const parts = groups.map(({ count: size }) => names.slice(start, (start += size)).slice(0, 2));
  return parts.flat().slice(0, SHOWN);
}

function draw(place, { names, vectors, scores }, space) {
  if (!names.length) return replace(place, el("p", { class: "faint" }, "Add a word to see it written both ways."));
  const left = el("div", {});
  const right = el("div", {});
  replace(place, el("div", { class: "two" }, left, right), costs(space));
  const same = names.map((_, i) => names.map((__, j) => (i === j ? 1 : 0)));
  left.append(
    fluid(left, (width) => figure("One-hot", () => hotStrips(vectors, space.n, width()), { name: `${space.name} one-hot` })),
    el("p", {}, `Each row has ${count(space.n - 1)} zeros and one 1, so any two words stand at right angles: every cosine is 0, `
      + "whatever the words mean."),
    similarities(names, same, "Cosines of the one-hot rows"));
  right.append(
    fluid(right, (width) => figure("Dense", () => denseStrips(vectors, width()), { name: `${space.name} dense rows` })),
    el("p", {}, `Each row has ${count(space.dim)} numbers, hardly any of them 0, and no single one has a meaning: only whole rows `
      + "compared with each other do."),
    similarities(names, scores, "Cosines of the dense rows"));
  place.append(numbers("The dense rows as a table", ["Word", ...Array.from({ length: space.dim }, (_, i) => `${i + 1}`)],
    vectors.map(({ name, vector }) => [name, ...vector.map((value) => signed(value, 3))])));
  return undefined;
}

function strips(vectors, width, text, row) {
  const colours = palette();
  const side = Math.min(110, width / 4);
  const inner = width - side - 14;
  return sheet(width, vectors.length * 26 + 34, text, vectors.map((one, i) => [
    label(fitted(one.name, side - 8), side - 4, i * 26 + 20, { anchor: "end" }),
    row(one, side + 4, i * 26 + 6, inner, colours),
  ]), label("place 1", side + 4, vectors.length * 26 + 22, { size: 11, fill: colours.faint }));
}

function hotStrips(vectors, n, width) {
  const colours = palette();
  const said = vectors.map(({ name, row }) => `${name.slice(0, 60)} has its 1 at place ${count(row + 1)}`).join(", ");
  const node = strips(vectors, width, `One-hot rows: ${said}`, ({ row }, x, y, inner) => {
    const place = x + (n > 1 ? row / (n - 1) : 0) * (inner - 3);
    const text = `1 at place ${count(row + 1)}`;
    const late = place + 12 + textWidth(text, 11) > x + inner;
    return [
      svg("rect", { x, y, width: inner, height: 20, fill: colours.raised }),
      svg("rect", { x: place, y: y - 1, width: 3, height: 22, fill: colours.star }),
      label(text, late ? place - 5 : place + 8, y + 14, { size: 11, fill: colours.faint, anchor: late ? "end" : "start" }),
    ];
  });
  node.append(label(`place ${count(n)}`, width - 10, vectors.length * 26 + 22, { anchor: "end", size: 11, fill: colours.faint }));
  return node;
}

function denseStrips(vectors, width) {
  const most = Math.max(...vectors.flatMap(({ vector }) => vector).map(Math.abs), 1e-12);
  const dim = vectors[0].vector.length;
  const colours = palette();
  const [low, high, bottom] = [`blue −${most.toFixed(2)}`, `orange ${most.toFixed(2)}`, vectors.length * 26 + 22];
  const node = strips(vectors, width, `Dense rows of ${dim} numbers from ${low} to ${high}; they stand in the table below`,
    ({ vector }, x, y, inner) => vector.map((value, i) => svg("rect", {
      x: x + (i / dim) * inner, y, width: inner / dim + 0.3, height: 20, fill: diverging(value / most, colours),
    })));
  node.append(label(`place ${count(dim)}`, width - 10, bottom, { anchor: "end", size: 11, fill: colours.faint }));
  if (width > 440) node.append(label(`${low}, ${high}`, width / 2 + 50, bottom, { anchor: "middle", size: 11, fill: colours.faint }));
  return node;
}

function similarities(names, scores, caption) {
  const colours = palette();
  const cell = (score) => {
    const background = diverging(score, colours);
    return el("td", { class: "figure", style: { background, color: readable(background) } }, signed(score));
  };
  return el("div", { class: "wide" }, el("table", { class: "cosines" }, el("caption", {}, caption),
    el("thead", {}, el("tr", {}, el("td", {}), names.map((name) => el("th", { scope: "col" }, named(name))))),
    el("tbody", {}, names.map((name, i) => el("tr", {}, el("th", { scope: "row" }, named(name)), scores[i].map(cell))))));
}

function costs({ n, dim }) {
  return el("section", { class: "reading" }, el("h3", {}, "What they take"),
    el("div", { class: "wide" }, table(["In float32", "one word", `all ${count(n)} words`], [
      ["One-hot, written out", bytes(4 * n), bytes(4 * n * n)],
      ["One-hot, kept as the place of the 1", bytes(4), bytes(4 * n)],
      ["Dense", bytes(4 * dim), bytes(4 * n * dim)],
    ])),
    el("p", { class: "caution" }, "Nobody writes the zeros out; a number for the place is enough. But a network that takes one-hot rows "
      + `in multiplies them by a table with a row a word, and that only picks a row of it: this table of ${count(n)} × ${count(dim)} is `
      + "the dense space."));
}
