// What is compared and how: two spaces, how many neighbours, what belongs together, in which frame they are drawn.

import { el, replace } from "../dom.js";

const KS = [1, 5, 10, 20, 50];

// settings: what `settingsOf` returns; answer: of /compare, or null while it is on its way; dictionaries: of these spaces
export function drawControls(node, { spaces, a, state }, settings, answer, dictionaries) {
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset.stay : null;
  const b = spaces.find(({ name }) => name === settings.b);
  const same = a.fingerprint === b.fingerprint;
  const turnable = answer ? answer.laid.by !== "" : a.dim === b.dim;
  const links = linksOf(settings.link, same, dictionaries);
  const swap = () => state.go("compare", {
    ...kept(settings), space: b.name, b: a.name, link: settings.link === "names" ? null : settings.link,
  });
  replace(node,
    choice("a", "a", a.name, spaces.map(({ name }) => [name, name]), (name) => state.go("compare", {
      ...kept(settings), space: name, b: name === b.name ? a.name : b.name,
    })),
    el("button", { class: "quiet", "data-stay": "swap", title: "Swap a and b", "aria-label": "Swap a and b", onclick: swap }, "⇄"),
    choice("b", "b", b.name, spaces.filter(({ name }) => name !== a.name).map(({ name }) => [name, name]),
      (name) => state.set({ b: name, q: null, sel: null, ca: null, cb: null, mb: null, link: null }, { push: true })),
    choice("k", "Neighbours", String(settings.k),
      [...new Set([...KS, settings.k])].sort((x, y) => x - y).map((k) => [String(k), String(k)]),
      (k) => state.set({ k: k === "10" ? null : k })),
    links.length > 1 && choice("link", "Belong together", settings.link, links,
      (link) => state.set({ link: link === "names" ? null : link, q: null, sel: null })),
    choice("colour", "Colour", settings.colour, [
      ["overlap", "neighbours lost"], ...(turnable ? [["moved", "1 − cosine"]] : []), ["none", "one colour"],
    ], (colour) => state.set({ colour: colour === "overlap" ? null : colour })),
    el("span", { class: "compare-switches" },
      toggle("lay", same ? "One frame of axes" : `Lay ${b.name} on ${a.name}`, settings.lay, !turnable && !settings.lay,
        turnable ? "Draw both on the same axes" : answer?.laid.why ?? "Only spaces of the same dimensions can be laid onto each other",
        (on) => state.set({ lay: on ? "1" : null, together: null, ca: null, cb: null })),
      settings.lay && choice("d", "Axes", String(settings.dim), [["2", "2"], ["3", "3"]],
        (d) => state.set({ d: d === "2" ? null : d, ca: null, cb: null })),
      toggle("together", "Move together", settings.together, false, "Both cameras look from the same place",
        (on) => state.set({ together: on === settings.lay ? null : on ? "1" : "0" }))));
  if (focused) node.querySelector(`[data-stay="${CSS.escape(focused)}"]`)?.focus();
}

// What may belong together: [[link, text]]
function linksOf(chosen, same, dictionaries) {
  const brought = dictionaries.filter(({ known }) => known).map(({ name, linked }) =>
    [`pairs:${name}`, `${name.startsWith("pasted-") ? "pasted pairs" : name} (${linked.toLocaleString("en")} pairs)`]);
  const links = [["names", "same names"], ...(same ? [["nearest", "each other's nearest"]] : []), ...brought];
  return links.some(([link]) => link === chosen) ? links : [...links, [chosen, chosen.replace("pairs:", "")]];
}

// Everything that the view keeps in its address, made sound.
export function settingsOf(wanted, spaces, a) {
  const others = spaces.filter(({ name }) => name !== a.name);
  const b = others.find(({ name }) => name === wanted.b) ?? others[0];
  const oneOf = (value, choices) => (choices.includes(value) ? value : choices[0]);
  const lay = wanted.lay === "1" && b?.dim === a.dim;
  return {
    a: a.name, b: b?.name, k: Math.min(50, Math.max(1, Math.round(Number(wanted.k)) || 10)),
    link: wanted.link?.startsWith("pairs:") ? wanted.link
      : oneOf(wanted.link, b?.fingerprint === a.fingerprint ? ["names", "nearest"] : ["names"]),
    lay, dim: wanted.d === "3" ? 3 : 2, together: wanted.together ? wanted.together === "1" : lay,
    ma: oneOf(wanted.ma, a.maps), mb: oneOf(wanted.mb, b?.maps ?? []),
    colour: oneOf(wanted.colour, ["overlap", "moved", "none"]), q: wanted.q ?? "", among: oneOf(wanted.among, ["linked", "all"]),
    sort: oneOf(wanted.sort, ["overlap", "name", "moved", "count", "count_b"]), way: oneOf(wanted.way, ["", "up", "down"]),
    find: wanted.find ?? "", min: Math.max(0, Number(wanted.min) || 0),
    selected: (wanted.sel ?? "").split(".").filter((row) => /^\d{1,9}$/.test(row)).map(Number).filter((row) => row < a.n),
    cameras: [camera(wanted.ca), camera(wanted.cb)],
  };
}

export function choice(id, label, value, options, act) {
  const spoken = { a: "First space, a", b: "Second space, b" }[id];
  return el("label", { class: "compare-choice" }, el("span", { class: "faint" }, label),
    el("select", { "data-stay": id, "aria-label": spoken ?? null, onchange: (event) => act(event.target.value) },
      options.map(([key, text]) => el("option", { value: key, selected: key === value }, text))));
}

export function toggle(id, label, checked, disabled, title, act) {
  return el("label", { class: "compare-toggle", title },
    el("input", { type: "checkbox", "data-stay": id, checked, disabled, onchange: (event) => act(event.target.checked) }), label);
}

// A camera in the address: "2_x_y_span", or with its turn "3_x_y_z_span_w_x_y_z"
export function cameraText({ dim, at, span, turn = [] }) {
  return [dim, ...at, span, ...turn].map((value) => Number(value.toPrecision(5))).join("_");
}

function camera(text) {
  const [dim, ...values] = (text ?? "").split("_").map(Number);
  if (![2, 3].includes(dim) || values.length !== (dim === 2 ? 3 : 8) || !values.every(Number.isFinite)) return null;
  return { dim, at: values.slice(0, dim), span: values[dim], ...(dim === 3 && { turn: values.slice(4) }) };
}

// What stays when other spaces are chosen.
const kept = ({ k, lay, colour }) => ({
  k: k === 10 ? null : String(k), lay: lay ? "1" : null, colour: colour === "overlap" ? null : colour,
});
