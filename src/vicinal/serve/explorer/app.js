// The frame: which space, which view, which theme; everything else is in the views.

import { el, replace } from "./dom.js";
import { askForKey } from "./key.js";
import { Server } from "./source.js";
import { State } from "./state.js";
import { setTheme } from "./theme.js";
import { VIEWS } from "./views.js";

const THEMES = ["", "light", "dark"];

export async function start(source = new Server()) {
  const state = new State();
  const main = document.getElementById("main");
  const announce = (text) => replace(document.getElementById("announcer"), text);
  let spaces;
  try {
    spaces = await source.spaces();
  } catch (error) {
    if (error.status === 401) return askForKey(main, source, () => start(source));
    return fail(main, error);
  }
  let shown = null;
  const show = () => {
    const wanted = state.all();
    const space = spaces.find(({ name }) => name === wanted.space) ?? spaces[0];
    const view = VIEWS.find(({ id }) => id === wanted.view) ?? VIEWS[0];
    setTheme(THEMES.includes(wanted.theme) ? wanted.theme : "");
    drawHeader(state, spaces, space, view);
    if (shown?.view === view && shown.space === space) return shown.mounted.update(wanted);
    shown?.mounted.unmount();
    main.replaceChildren();
    main.className = `view-${view.id}`;
    document.title = `${view.title}: ${space.name} · Vicinal`;
    shown = { view, space, mounted: view.mount(main, { source, state, spaces, space, announce }) };
    shown.mounted.update(wanted);
  };
  state.on(show);
  show();
}

function drawHeader(state, spaces, space, view) {
  const theme = state.get("theme");
  const focused = document.activeElement?.dataset?.stay;
  replace(document.getElementById("header"),
    el("a", { class: "brand", href: "#" }, "Vicinal"),
    el("label", { class: "space" }, el("span", { class: "unseen" }, "Space"),
      el("select", { "data-stay": "space", onchange: (event) => state.go(view.id, { space: event.target.value }) },
        spaces.map(({ name, n, dim }) => el("option", { value: name, selected: name === space.name }, `${name} (${n.toLocaleString("en")} × ${dim})`)))),
    el("nav", { "aria-label": "Views" }, VIEWS.map(({ id, title }) => el("a", {
      href: "#" + new URLSearchParams({ view: id, space: space.name, ...(theme && { theme }) }),
      "aria-current": id === view.id ? "page" : null, "data-stay": `view ${id}`,
    }, title))),
    el("button", {
      class: "quiet", "data-stay": "theme", title: "Light, dark, or as the system",
      onclick: () => state.set({ theme: THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] }),
    }, { "": "Auto", light: "Light", dark: "Dark" }[theme] ?? "Auto"));
  if (focused) document.querySelector(`[data-stay="${CSS.escape(focused)}"]`)?.focus();
}

export function fail(root, error) {
  replace(root, el("p", { class: "failure", role: "alert" }, error.message));
}

if (!globalThis.vicinalPage) start();
