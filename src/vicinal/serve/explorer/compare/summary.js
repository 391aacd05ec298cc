// What holds for the two spaces as a whole, in three cards: figures, and what they say.

import { el } from "../dom.js";
import { shortened } from "./table.js";
import { decimal, percent, whole } from "./words.js";

export function summary(answer) {
  return [agreement(answer), similarities(answer), laid(answer)];
}

export function headline({ overlap, k, a, b }) {
  if (overlap.value === null) return `${a.space} and ${b.space} cannot be compared: ${overlap.note}`;
  return `${percent(overlap.value)} of the ${k} nearest neighbours are the same in ${a.space} and ${b.space}; `
    + `chance gives ${percent(overlap.chance, 1)}`;
}

function agreement({ dictionary, overlap, k, measured, among, shared, only_a, only_b, order, link, a, b }) {
  const linked = link === "names" ? "shared names" : "pairs";
  const atChance = overlap.value !== null && overlap.low <= overlap.chance;
  const only = only_a || only_b ? `; ${whole(only_a)} only in ${a.space}, ${whole(only_b)} only in ${b.space}` : "";
  const first = (n) => (order === "most frequent" ? `${whole(n)} most frequent` : `first ${whole(n)}`);
  const counted = measured < shared
    ? `Measured on the ${first(measured)} of ${whole(shared)} ${linked}, neighbours looked for among the ${first(among)}${only}.`
    : `Measured on all ${whole(shared)} ${linked}${only}.`;
  if (overlap.value === null) return card("Neighbours in common", "–", null, overlap.note, `${whole(shared)} ${linked}${only}.`);
  const interval = overlap.low < overlap.high ? `${percent(overlap.low, 1)} to ${percent(overlap.high, 1)}` : null;
  return card("Neighbours in common", percent(overlap.value), interval,
    `of the ${k} nearest. ${atChance ? "It is no more than chance gives:" : "Chance gives"} ${percent(overlap.chance, 1)}.`,
    counted, dictionary && known(dictionary),
    link === "names" && a.fingerprint === b.fingerprint && shared < Math.min(a.n, b.n) / 2
      && "Few names are spelled alike, and those may not mean the same. For two languages, let each other's nearest belong together.",
    link === "nearest" && "Pairs are each other's nearest across the spaces, so this agrees better than a dictionary would.");
}

// How much of the dictionary there is in both spaces
function known({ name, pairs, known: both, linked, examples }) {
  const some = examples.slice(0, 3).map((one) => shortened(one, 20)).join(", ");
  const lacking = both < pairs ? ` (unknown: ${some}${pairs - both > 3 ? ", …" : ""})` : "";
  const once = linked < both ? `, and ${whole(linked)} are linked, since no name belongs to two` : "";
  const which = name.startsWith("pasted-") ? "pasted pairs" : `pairs of ${name}`;
  return `Of ${whole(pairs)} ${which} both spaces know ${whole(both)}${lacking}${once}.`;
}

function similarities({ similarity: { value, low, high, pairs } }) {
  const said = value === null ? "too few names for a correlation"
    : value > 0.8 ? "Who is alike in one is alike in the other."
      : value > 0.4 ? "Roughly the same names are alike in both."
        : value > 0.1 ? "Only a little of what is alike in one is alike in the other."
          : "What is alike in one says nothing about the other.";
  const none = value === null;
  return card("Similarities, ranked", none ? "–" : `ρ ${decimal(value)}`, none ? null : `${decimal(low)} to ${decimal(high)}`, said,
    value === null ? "" : `Spearman's ρ of ${whole(pairs)} pairs of names, drawn at random where there are more.`);
}

function laid({ laid: { by, why, names, cosine, held_out, found }, link, dictionary, a, b }) {
  if (!by) return card(`${b.space} laid on ${a.space}`, "not possible", null, why + ".", "Neighbours can be compared all the same.");
  if (by === "same coordinates") {
    const learned = dictionary && "If that was learned from these pairs, they flatter it: test pairs that it was not learned from.";
    return card("In the same coordinates", `cos ${decimal(cosine)}`, null, "on average, between the two vectors of a name.",
      found !== null && link !== "nearest" && `Of these vectors, ${own(found, names, link)}`, learned,
      `Both carry the fingerprint ${a.fingerprint}: one was laid on the other before, or they are one space. Nothing is turned here.`);
  }
  const kept = held_out === null
    ? `Fitted on all ${whole(names)} names, too few to hold some out: the true figure is lower.`
    : `and ${decimal(held_out)} for names held out of the fit; ${own(found, names, link)}`;
  const rest = `${percent(Math.max(0, 1 - cosine * cosine))} of the squared length stays unexplained.`;
  return card(`${b.space} laid on ${a.space}`, `cos ${decimal(cosine)}`, null, kept,
    `Turned as a whole (orthogonal Procrustes, ${whole(names)} names), nothing stretched. ${rest}`);
}

// How many find themselves: what the accuracy of word translation is for a dictionary
const own = (found, names, link) =>
  `${percent(found)} have their own ${link === "names" ? "name" : "partner"} nearest, of ${whole(names)}.`;

function card(title, figure, interval, ...said) {
  return el("section", { class: "card compare-card", "aria-label": title },
    el("h2", {}, title),
    el("p", { class: "compare-figure" }, figure, interval && el("span", { class: "faint", title: "95 % interval" }, ` ${interval}`)),
    said.filter(Boolean).map((text, i) => el("p", { class: i ? "faint" : null }, text)));
}
