// Words × components, as the server answers POST /heatmap.

import { Failure } from "../source.js";
import { unit } from "../vectors.js";
import { components, seriated } from "./components.js";

const MOST = 100; // words
const [TOLD, END, SHORT_OF, TELLS] = [4, 4, 0.4, 0.5]; // as the server tells of columns in words

export function heat(held, { groups = undefined, names = undefined, dims = "components", components: most = 20 }) {
  const asked = names ? [...(groups ?? []), { label: "", names }] : groups ?? held.examples.groups;
  const vector = (name) => {
    const row = held.vectors.row(held.row(name));
    return held.space.metric === "cosine" ? unit(row) : row;
  };
  const kept = asked.filter((group) => group.names.length)
    .map(({ label, names: all }) => ({ label, names: seriated(all, all.map(vector)) }));
  const ordered = kept.flatMap((group) => group.names);
  const twice = ordered.find((name, at) => ordered.indexOf(name) !== at);
  if (twice !== undefined) throw new Failure(`the name '${twice}' is there more than once; names must be distinct`);
  if (ordered.length < 3) throw new Failure(`a map needs three names or more, got ${ordered.length}`);
  if (ordered.length > MOST) throw new Failure(`a heat map shows at most ${MOST} words, got ${ordered.length}; choose some`);
  const rows = ordered.map((name) => held.row(name));
  const { values, shares } = dims === "stored"
    ? stored(rows.map((row) => held.vectors.row(row)), most)
    : components(ordered.map(vector), Math.min(most, ordered.length - 1, held.space.dim));
  return {
    dims, dim: held.space.dim, names: ordered, rows, groups: kept.map((group) => ({ label: group.label, count: group.names.length })),
    values: values.map((line) => Array.from(line)), shares, ends: endsOf(kept, ordered, values, shares),
  };
}

function stored(rows, most) {
  const spread = Array.from(rows[0], (_, d) => {
    const mean = rows.reduce((sum, row) => sum + row[d], 0) / rows.length;
    return rows.reduce((sum, row) => sum + (row[d] - mean) ** 2, 0) / rows.length;
  });
  const whole = spread.reduce((sum, one) => sum + one, 0);
  return { values: rows.map((row) => row.slice(0, most)), shares: spread.slice(0, most).map((one) => (whole ? one / whole : 0)) };
}

// Of the columns of largest variance: which names, and which groups, lie at their ends.
function endsOf(groups, names, values, shares) {
  const columns = [...shares.keys()].sort((a, b) => shares[b] - shares[a] || a - b).slice(0, TOLD).filter((at) => shares[at]);
  return columns.map((at) => {
    const mean = values.reduce((sum, line) => sum + line[at], 0) / values.length;
    const column = values.map((line) => line[at] - mean);
    let start = 0;
    const means = groups.map((group) => {
      const part = column.slice(start, (start += group.names.length));
      return part.reduce((sum, one) => sum + one, 0) / part.length;
    });
    const whole = column.reduce((sum, one) => sum + one * one, 0);
    const between = groups.reduce((sum, group, i) => sum + group.names.length * means[i] ** 2, 0) / whole;
    const ends = [Math.min(...means), Math.max(...means)].map((one) => groups[means.indexOf(one)].label);
    return {
      column: at, share: shares[at], low: endOf(names, column.map((one) => -one)), high: endOf(names, column),
      between_groups: between, tells: groups.length > 1 && between >= TELLS ? ends : [],
    };
  });
}

function endOf(names, column) {
  const order = [...column.keys()].sort((a, b) => column[b] - column[a] || a - b).slice(0, END);
  return order.filter((at) => column[at] >= SHORT_OF * column[order[0]]).map((at) => names[at]);
}
