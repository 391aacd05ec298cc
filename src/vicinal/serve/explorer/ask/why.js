// Why cosine, dot and euclidean name different neighbours, said with the numbers at hand.

import { fixed } from "./parts.js";

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

// lists: names by cosine, dot and euclidean; lengths: Map of name to row length, for the first names of each;
// own: length of the row asked about, null for a sum → a few sentences
export function whyDiffer(lists, lengths, own, first = 10) {
  const [byCosine, byDot, byEuclidean] = lists;
  if (!byCosine.length) return "";
  const all = lists.map((names) => names.slice(0, first).map((name) => lengths.get(name)).filter((value) => value !== undefined));
  const every = all.flat();
  const [low, high] = [Math.min(...every), Math.max(...every)];
  const same = byCosine.every((name, i) => name === byDot[i] && name === byEuclidean[i]);
  const even = high <= low * 1.01;
  const ofSize = low === high ? `length ${fixed(low, 2)}` : `lengths from ${fixed(low, 2)} to ${fixed(high, 2)}`;
  if (even) return `These rows are all about equally long (${ofSize}), and between rows of one length the three metrics rank alike.`;
  if (same) return `All three agree here, although the rows have ${ofSize}: the nearest differ more in direction than in length.`;
  const shared = byCosine.filter((name) => byDot.includes(name) && byEuclidean.includes(name)).length;
  const [cosine, dot, euclidean] = all.map(mean);
  const because = `because the rows differ in length (${fixed(low, 2)} to ${fixed(high, 2)}).`;
  const lead = shared === byCosine.length
    ? `The three lists hold the same names, but in other orders, ${because}`
    : `${shared} of ${byCosine.length} names are in all three lists; they differ ${because}`;
  const long = dot > cosine * 1.02
    ? `The dot product grows with length, so it favours long rows: its names are ${fixed(dot, 2)} long on average, `
      + `those of cosine, which ignores length, ${fixed(cosine, 2)}.`
    : "The dot product grows with length and cosine ignores it, though here their names are about equally long "
      + `(${fixed(dot, 2)} and ${fixed(cosine, 2)}).`;
  const place = `The euclidean distance wants the same place, length included${
    own === null ? "" : `: this row is ${fixed(own, 2)} long`}${own === null ? ":" : ","} its names are ${fixed(euclidean, 2)} on average.`;
  const short = euclidean < cosine * 0.98 && (own === null || euclidean < own)
    ? " Shorter rows are nearer to everything, so such lists tend to gather them." : "";
  return `${lead} ${long} ${place}${short}`;
}
