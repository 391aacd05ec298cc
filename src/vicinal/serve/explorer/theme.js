// Light or dark, and the colours of it for what is drawn on canvases and in pictures to download.

export const CATEGORIES = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7a7a7a", "#B8A800"];

// The colours in force, resolved: {ink, faint, line, paper, raised, accent, star}
export function palette() {
  const style = getComputedStyle(document.documentElement);
  const names = ["ink", "faint", "line", "paper", "raised", "accent", "star"];
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

// theme: "light", "dark", or "" for what the system wants. Pictures are drawn again only where it changes.
export function setTheme(theme) {
  if ((document.documentElement.dataset.theme ?? "") === theme) return;
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  changed();
}

// The system's own change matters too, as at nightfall; what is drawn listens to one event for both.
const changed = () => window.dispatchEvent(new Event("themechange"));
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
