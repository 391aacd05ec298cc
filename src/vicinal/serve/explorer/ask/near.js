// The neighbours of a name or a sum, by all three metrics side by side, in the space itself.

import { el, replace } from "../dom.js";
import { downloads } from "../figure.js";
import { searchBox } from "../search.js";
import { lengthOf } from "../vectors.js";
import { mend } from "./mend.js";
import { examples, failure, fixed, newest, ranking, rankingPicture } from "./parts.js";
import { formatSum, parseSum, shown } from "./terms.js";
import { whyDiffer } from "./why.js";

const DEEP = 100; // how far down a name is looked for in the other lists
const METRICS = [
  { metric: "cosine", title: "Cosine", hint: "direction alone", digits: 3, share: (score) => score },
  { metric: "dot", title: "Dot product", hint: "direction × length", digits: 2, share: (score, most) => score / most },
  { metric: "euclidean", title: "Euclidean distance", hint: "shorter is nearer", digits: 3, share: (score, most) => -score / most },
];

export const NEAR = {
  id: "near",
  title: "Neighbours",
  mount(root, { source, state, space, announce, known }) {
    const run = newest();
    const ask = (q) => state.set({ q }, { push: true });
    const box = searchBox({
      label: "A name or a sum of names", placeholder: "king, or king - man + woman",
      complete: (text) => source.complete(space.name, text), onpick: ask,
    });
    const input = box.querySelector("input");
    const k = el("select", { "aria-label": "How many", onchange: () => state.set({ k: k.value }) },
      [5, 10, 20, 50, 100].map((count) => el("option", { value: count }, `${count} names`)));
    const exact = el("input", { type: "checkbox", onchange: () => state.set({ exact: exact.checked ? "1" : null }) });
    const place = el("div", { class: "answer" });
    const tries = el("div");
    const whole = space.index && el("label", { class: "check" }, exact, " compare every row");
    replace(root, el("div", { class: "asking" }, box, k, whole), tries, place);
    known.then(({ words }) => replace(tries, examples(words.map((text) => ({ text, pick: () => ask(text) })))));
    let before = "";
    return {
      update(values) {
        const asked = { q: values.q ?? "", k: Number(values.k) || 10, exact: values.exact === "1" };
        if (JSON.stringify(asked) === before) return;
        before = JSON.stringify(asked);
        [k.value, exact.checked] = [asked.k, asked.exact];
        if (k.selectedIndex < 0) k.value = asked.k = 10;
        if (asked.q || document.activeElement !== input) input.value = asked.q;
        run(place, async () => {
          const q = asked.q || (await known).words[0] || (await source.complete(space.name, "", 1))[0]?.name;
          if (!asked.q) input.value = q;
          return found(source, space, { ...asked, q });
        }, (answer) => {
          replace(place, draw(answer, ask, (name) => state.go("points", { name })));
          const first = answer.lists[0].matches[0]?.name;
          announce(first ? `Nearest to ${shown(answer.q)} by cosine: ${shown(first)}; three lists` : "Nothing was found");
        }, (error) => failure(error, async (right) => {
          const terms = parseSum(asked.q) ?? [{ weight: 1, name: asked.q }];
          ask(formatSum(await mend(source, space.name, terms, right)));
        }));
      },
      unmount: run.forget,
    };
  },
};

async function found(source, space, { q, k, exact }) {
  const lists = await Promise.all(METRICS.map(async (one) => {
    const quick = !exact && space.index?.metric === one.metric; // an index promises its recall for so many names and no more
    const depth = quick ? k : Math.max(k, DEEP);
    const answer = await source.nearest(space.name, q, { k: depth, metric: one.metric, exact: exact || undefined });
    const all = answer.results[0].matches;
    const most = Math.max(...all.slice(0, k).map(({ score }) => Math.abs(score))) || 1;
    const matches = all.slice(0, k).map(({ name, score }) => ({
      name, share: score === null ? 1 : one.share(score, most),
      text: fixed(score === null || one.metric !== "euclidean" ? score : -score, one.digits),
    }));
    return { ...one, by: answer.by, matches, ranks: new Map(all.map(({ name }, i) => [name, i + 1])), depth: all.length };
  }));
  const asked = [...new Set(lists.flatMap(({ matches }) => matches.slice(0, 10).map(({ name }) => name)))];
  const { vectors } = await source.vectors(space.name, [q, ...asked]);
  const lengths = new Map(vectors.slice(1).map(({ name, vector }) => [name, lengthOf(vector)]));
  return { q, k, lists, lengths, own: vectors[0].row === null ? null : lengthOf(vectors[0].vector), dim: space.dim };
}

function draw({ q, k, lists, lengths, own, dim }, ask, onMap) {
  const ways = [...new Set(lists.map(({ by }) => by))];
  const ranks = lists.map(({ hint }) => el("p", { class: "rank faint", "aria-live": "off" }, hint));
  const columns = el("div", { class: "three" });
  const point = (name) => {
    for (const [i, { hint, ranks: at, depth }] of lists.entries()) {
      replace(ranks[i], name === null ? hint : el("span", {}, el("bdi", { class: "cut" }, shown(name, 24)),
        at.has(name) ? `: rank ${at.get(name)}` : `: not among the first ${depth}`));
      ranks[i].classList.toggle("missing", name !== null && !at.has(name));
    }
    for (const item of columns.querySelectorAll("li")) item.classList.toggle("linked", item.dataset.of === name);
  };
  replace(columns, lists.map(({ title, matches }, i) => el("section", { class: "card" }, el("h3", {}, title), ranks[i],
    ranking({ label: title, rows: matches, onpick: ask, onpoint: point }))));
  const picture = () => rankingPicture(`Nearest to ${q}`, lists.map(({ title, matches }) => ({ title, rows: matches })));
  return [
    el("header", { class: "heading" }, el("h2", {}, "Nearest to ", el("bdi", { class: "cut" }, q)),
      el("span", { class: "downloads" }, own !== null && el("button", { class: "quiet", onclick: () => onMap(q) }, "On the map"),
        downloads(`Nearest to ${shown(q)}`, picture))),
    el("p", { class: "faint" }, `Compared in all ${dim.toLocaleString("en")} dimensions of the space, not on a map`,
      ways.length === 1 ? `; ${said(ways[0])}.` : `; ${lists.map(({ title, by }) => `${title.toLowerCase()} ${said(by)}`).join(", ")}.`),
    columns,
    el("p", { class: "why" }, whyDiffer(lists.map(({ matches }) => matches.map(({ name }) => name)), lengths, own, Math.min(k, 10))),
  ];
}

const said = (by) => (by === "exact" ? "exactly, every row" : `by the ${by}`);
