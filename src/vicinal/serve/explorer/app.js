// The frame: which space, which view, which theme; everything else is in the views.

import { el, replace, svg } from "./dom.js";
import { askForKey } from "./key.js";
import { Failure, Server } from "./source.js";
import { State } from "./state.js";
import { setTheme } from "./theme.js";
import { VIEWS } from "./views.js";

const THEMES = ["", "light", "dark"];
const THEME_TITLES = { "": "Auto", light: "Light", dark: "Dark" };

export async function start(source = new Server()) {
  const state = new State();
  const main = document.getElementById("main");
  const announce = (text) => replace(document.getElementById("announcer"), text);
  setTheme(themeOf(state.all()));
  replace(main, el("p", { class: "loading faint" }, "Loading …"));
  main.setAttribute("aria-busy", "true");
  let spaces;
  try {
    spaces = await source.spaces();
  } catch (error) {
    if (error.status === 401) return askForKey(main, source, () => start(source));
    return fail(main, error, () => start(source));
  } finally {
    main.removeAttribute("aria-busy");
  }
  let shown = null;
  const show = () => {
    const wanted = state.all();
    const space = spaces.find(({ name }) => name === wanted.space) ?? spaces[0];
    const view = VIEWS.find(({ id }) => id === wanted.view) ?? VIEWS[0];
    const theme = themeOf(wanted);
    if (theme !== (document.documentElement.dataset.theme ?? "")) setTheme(theme);
    drawHeader(state, spaces, space, view, theme);
    if (shown?.view !== view || shown.space !== space) {
      const moved = shown !== null;
      shown?.mounted?.unmount();
      main.replaceChildren();
      main.className = `view-${view.id}`;
      main.scrollTop = 0;
      document.title = `${view.title}: ${space.name} · Vicinal`;
      shown = { view, space, mounted: null };
      attempt(main, () => { shown.mounted = view.mount(main, { source, state, spaces, space, announce }); });
      if (moved && document.activeElement === document.body) main.focus({ preventScroll: true }); // what had the focus is gone
    }
    const now = shown;
    attempt(main, () => now.mounted?.update(wanted), () => shown === now);
  };
  state.on(show);
  source.changed = (names, now) => {
    spaces = now; // other objects, so the view is made anew, of the same address
    const said = `${names.join(", ")} changed on disk; reloaded`;
    notice(said);
    announce(said);
    state.set({ camera: null }); // it looked at places that are no more
    show();
  };
  return show();
}

// A view that fails says so; the rest of the page goes on.
async function attempt(main, act, matters = () => true) {
  try {
    await act();
  } catch (error) {
    if (matters()) main.prepend(failure(error));
    if (!(error instanceof Failure)) globalThis.reportError(error); // a fault of ours, for whoever mends it
  }
}

const themeOf = ({ theme }) => (THEMES.includes(theme) ? theme : "");

// A line at the foot of the page, until it is closed or has been there for a while
function notice(text) {
  document.querySelector(".notice")?.remove();
  const line = el("div", { class: "notice" }, el("span", {}, text),
    el("button", { class: "quiet", "aria-label": "Close this notice", onclick: () => line.remove() }, "×"));
  document.body.append(line);
  setTimeout(() => line.remove(), 20_000);
}

// Drawn anew only when something in it changes, so that a list that is open stays open.
let drawn = "";
function drawHeader(state, spaces, space, view, theme) {
  const now = JSON.stringify([spaces, space.name, view.id, theme]);
  if (now === drawn) return;
  drawn = now;
  const focused = document.activeElement?.dataset?.stay;
  const address = (id) => "#" + new URLSearchParams({ view: id, space: space.name, ...(theme && { theme }) });
  replace(document.getElementById("header"),
    el("h1", { class: "unseen" }, `${view.title}: ${space.name}`),
    el("a", { class: "brand", href: address(VIEWS[0].id), "data-stay": "brand" }, mark(), "Vicinal"),
    el("label", { class: "space" }, el("span", { class: "unseen" }, "Space"),
      el("select", { "data-stay": "space", onchange: (event) => state.go(view.id, { space: event.target.value }) },
        spaces.map(({ name, n, dim }) => el("option", { value: name, selected: name === space.name },
          `${name} (${n.toLocaleString("en")} × ${dim})`)))),
    el("nav", { "aria-label": "Views" }, VIEWS.map(({ id, title }) => el("a", {
      href: address(id), "aria-current": id === view.id ? "page" : null, "data-stay": `view ${id}`,
    }, title))),
    el("button", {
      class: "quiet theme", "data-stay": "theme", title: "Light, dark, or as the system", "aria-label": `Theme: ${THEME_TITLES[theme]}`,
      onclick: () => state.set({ theme: THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] }),
    }, halves(), THEME_TITLES[theme]));
  if (focused) document.querySelector(`[data-stay="${CSS.escape(focused)}"]`)?.focus();
}

function mark() {
  const dot = (cx, cy, r, fill) => svg("circle", { cx, cy, r, fill });
  return svg("svg", { viewBox: "4 5 24 22", width: 20, height: 18, "aria-hidden": "true" },
    dot(10, 20, 5, "#0072B2"), dot(20, 11, 4, "#D55E00"), dot(24, 22, 3, "#009E73"));
}

// A disc half light, half dark
function halves() {
  return svg("svg", { viewBox: "0 0 16 16", width: 14, height: 14, "aria-hidden": "true" },
    svg("circle", { cx: 8, cy: 8, r: 6.8, fill: "none", stroke: "currentColor", "stroke-width": 1.6 }),
    svg("path", { d: "M8 1.2a6.8 6.8 0 0 1 0 13.6z", fill: "currentColor" }));
}

export function fail(root, error, again = null) {
  replace(root, failure(error, again));
}

function failure(error, again = null) {
  return el("div", { class: "failure", role: "alert" }, el("p", {}, error.message), again && el("button", { onclick: again }, "Try again"));
}

if (!globalThis.vicinalPage) start();
