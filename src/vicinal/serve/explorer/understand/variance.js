// How much of the spread each component carries, at what angles rows stand, how long they are: against random vectors.

import { plot } from "../charts.js";
import { el, replace } from "../dom.js";
import { figure } from "../figure.js";
import { palette } from "../theme.js";
import { asker, axisPercent, count, fluid, heading, numbers, percent, plural, signed, table } from "./parts.js";

export const variance = {
  id: "variance",
  title: "Variance",
  mount(root, { source, space }) {
    const place = el("div", { class: "result" });
    root.append(heading("How many directions a space really uses",
      "All words of the space, along the directions in which they differ most. If a few components carried everything, the other "
      + "numbers of a vector could go. Random vectors of the same shape show what no structure at all looks like."), place);
    const ask = asker(place, "Measuring the whole space…");
    return {
      update: () => ask("variance", () => source.variance(space.name), (answer) => draw(place, answer)),
    };
  },
};

function draw(place, answer) {
  const { shares, random, marks, cosines, lengths, dim, n, sampled } = answer;
  const half = marks[0];
  const cards = el("div", { class: "panels small" },
    card(plural(half.components, "component"),
      `of ${count(shares.length)} carry half of the variance; of random vectors, ${count(half.random)}`),
    card(answer.effective.toLocaleString("en", { maximumFractionDigits: 1 }),
      `dimensions in effect, of ${count(dim)}: so many equal ones would be as even (participation ratio)`),
    card(signed(cosines.mean, 3), "mean cosine of two words; random directions have 0"),
    card(lengths.alike ? figureOf(lengths.most) : `${figureOf(lengths.quartiles[0])} – ${figureOf(lengths.quartiles[2])}`,
      lengths.alike ? "long is every row" : `long is the middle half of the rows; the longest ${figureOf(lengths.most)}`));
  const columns = el("div", { class: "two" });
  replace(place, cards, columns);
  const holders = Array.from({ length: 4 }, () => columns.appendChild(el("div", {})));
  const put = (i, title, make) => holders[i].append(fluid(holders[i], (width) => figure(title, () => make(width()))));
  put(0, "Variance of each component", (width) => scree(shares, random, width));
  put(1, "Variance of the first components together", (width) => cumulative(shares, random, marks, width));
  put(2, "Cosines of pairs of words", (width) => angles(cosines, width));
  put(3, "Lengths of rows", (width) => rowLengths(lengths, width));
  holders[0].append(el("p", {}, screeSentence(answer)));
  holders[1].append(el("p", {}, "A straight line would mean that all directions count alike. Do not read importance into variance: "
    + "a direction that carries 1 % can be the one that your question needs."));
  holders[2].append(el("p", {}, anglesSentence(cosines, dim)));
  holders[3].append(el("p", {}, lengthsSentence(answer)));
  place.append(
    sampled < n ? el("p", { class: "faint" }, `Components are measured on a drawn sample of ${count(sampled)} of ${count(n)} rows.`) : "",
    el("div", { class: "wide" }, table(["Carry together", "components", "of random vectors"],
      marks.map(({ share, components, random: other }) => [percent(share), components, other]))),
    numbers("The numbers as a table", ["Component", "share", "together", "share, random vectors"], rowsOf(shares, random)));
}

const figureOf = (value) => value.toLocaleString("en", { maximumSignificantDigits: 3 });
const card = (big, text) => el("div", { class: "card" }, el("div", { class: "big" }, big), el("div", { class: "faint" }, text));

function sums(shares) {
  let sum = 0;
  return shares.map((share) => (sum += share));
}

function rowsOf(shares, random) {
  const together = sums(shares);
  return shares.slice(0, 300).map((share, i) => [String(i + 1), share, Math.min(1, together[i]), random[i]]);
}

function scree(shares, random, width) {
  const edges = Array.from({ length: shares.length + 1 }, (_, i) => i + 0.5);
  return plot({
    label: `Share of the variance of each of ${shares.length} components, beside that of random vectors; numbers in the table below`,
    width, x: { label: "component", domain: [0.5, shares.length + 0.5] },
    y: { label: "share of the variance", domain: [0, Math.max(...shares, ...random) * 1.05], format: axisPercent },
    layers: [
      { kind: "bars", edges, values: shares, name: "this space" },
      { kind: "line", points: random.map((share, i) => [i + 1, share]), name: "random vectors", stroke: palette().star, dash: "5 3" },
    ],
  });
}

function cumulative(shares, random, marks, width) {
  const colours = palette();
  const said = marks.map(({ share, components }) => `${components} carry ${percent(share)}`).join(", ");
  const points = (values) => [[0, 0], ...sums(values).map((sum, i) => [i + 1, Math.min(1, sum)])];
  return plot({
    label: `Share of the variance that the first components carry together: ${said}`,
    width, x: { label: "first components", domain: [0, shares.length] },
    y: { label: "share together", domain: [0, 1], format: axisPercent },
    layers: [
      { kind: "line", points: points(random), name: "random vectors", stroke: colours.star, dash: "5 3" },
      { kind: "line", points: points(shares), name: "this space", stroke: colours.accent },
      {
        kind: "dots", fill: colours.accent, prefer: ["aboveLeft"],
        points: marks.slice(0, 3).filter(({ components }) => components).map(({ share, components }) => ({
          x: components, y: Math.min(1, sums(shares)[components - 1]), label: `${components} carry ${percent(share)}`,
        })),
      },
    ],
  });
}

function angles({ edges, counts, random, pairs }, width) {
  const values = counts.map((value) => value / Math.max(1, pairs));
  const middles = random.map((share, i) => [(edges[i] + edges[i + 1]) / 2, share]);
  return plot({
    label: "Histogram of the cosines of drawn pairs of words, beside that of random directions", width,
    x: { label: "cosine", domain: [-1, 1], format: (value) => signed(value, 1) },
    y: { label: "share of the pairs", domain: [0, Math.max(...values, ...random) * 1.05], format: axisPercent },
    layers: [
      { kind: "bars", edges, values, name: "this space" },
      { kind: "line", points: middles, name: "random directions", stroke: palette().star, dash: "5 3" },
      { kind: "rule", x: 0 },
    ],
  });
}

function rowLengths({ edges, counts, alike }, width) {
  return plot({
    label: "Histogram of the lengths of rows", width, x: { label: "length of a row", domain: [edges[0], edges.at(-1)] },
    y: { label: "rows", domain: [0, Math.max(...counts, 1) * 1.05] },
    layers: [{ kind: "bars", edges, values: counts, name: alike ? "all rows" : null }],
  });
}

function screeSentence({ shares, random, unit }) {
  const more = shares.filter((share, i) => share > random[i]).length;
  const about = unit ? " Rows are brought to length 1 first, as cosine sees them." : "";
  return `${plural(more, "component carries", "components carry")} more than random vectors would: what rises above the line is structure. `
    + `The others lie below it because all shares add up to 100 %.${about}`;
}

function anglesSentence({ mean, random_spread: spread, pairs }, dim) {
  const lean = mean > 0.05
    ? `Words here lean the same way (mean ${signed(mean, 2)}), so a cosine of ${signed(mean, 2)} says nothing: `
      + "compare it with other pairs, not with 0."
    : "Words here lean no particular way, so 0 does mean unrelated.";
  return `${lean} In ${count(dim)} dimensions random directions have cosines of 0 ± ${spread.toFixed(2)}: the more dimensions, the nearer `
    + `to 0. The histogram is of ${count(pairs)} drawn pairs.`;
}

function lengthsSentence({ lengths, metric, n }) {
  const zero = lengths.zero ? ` ${plural(lengths.zero, "row is", "rows are")} zero and like nothing.` : "";
  const beyond = lengths.beyond ? ` The picture leaves out the ${count(lengths.beyond)} longest of ${count(n)}.` : "";
  const use = metric === "cosine"
    ? "Cosine does not see lengths; dot products do, and then long rows come first whatever is asked."
    : "Lengths count here: long rows come first in dot products, and lie far off in euclidean distance.";
  return `${use}${zero}${beyond}`;
}
