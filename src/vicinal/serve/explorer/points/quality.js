// How far the map can be trusted, in a sentence.

import { replace } from "../dom.js";

const percent = (share) => `${(share * 100).toLocaleString("en", { maximumFractionDigits: share < 0.1 ? 1 : 0 })} %`;

export async function qualityOf(view, map) {
  const { source, space, quality } = view;
  replace(quality, "Checking how far this map can be trusted …");
  let said;
  try {
    said = sentence(view.map.method, await source.quality(space.name, map));
  } catch (error) {
    said = `How far this map can be trusted is not known: ${error.message}`;
  }
  if (view.shown.map === map && !view.gone) replace(quality, said);
}

export function sentence(method, { trustworthiness, continuity, variance_kept: kept, points, among, neighbours }) {
  if (points < 3) return ""; // nothing to be trusted or not
  const share = Number.isFinite(kept) ? ` keeps ${percent(kept)} of the variance` : "";
  if (!Number.isFinite(trustworthiness)) return `${method}${share}.`;
  const figures = `trustworthiness ${trustworthiness.toFixed(2)}, continuity ${continuity.toFixed(2)} of 1`;
  const basis = points < among ? ` (by ${points.toLocaleString("en")} points, ${neighbours} neighbours)` : "";
  const advice = trustworthiness >= 0.95 ? "What is close here is mostly close in the space."
    : trustworthiness >= 0.85 ? "Most of what is close here is close in the space; not all."
      : "Much of what is close here is not close in the space: ask for neighbours before believing a group.";
  return `${method}${share}${share ? ";" : ":"} ${figures}${basis}. ${advice}`;
}
