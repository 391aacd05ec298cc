// Pairs of names that somebody brings: pasted, or from a file of theirs.

import { el, replace } from "../dom.js";

// done(link): they can be asked for now → {node, about(a, b)}
export function pasting(source, done) {
  const text = el("textarea", { rows: 6, spellcheck: "false", autocomplete: "off", "aria-label": "Pairs of names, one a line" });
  const said = el("p", { class: "failure", role: "alert", hidden: true });
  const asked = el("p", {});
  const file = el("input", { type: "file", accept: ".tsv,.txt,.csv,text/*", "aria-label": "A file of pairs" });
  const bring = async (pairs) => {
    said.hidden = true;
    try {
      const { link } = await source.comparePairs(pairs);
      node.open = false;
      done(link);
    } catch (error) {
      replace(said, error.message);
      said.hidden = false;
    }
  };
  file.addEventListener("change", async () => {
    if (!file.files[0]) return;
    await bring(await file.files[0].text());
    file.value = ""; // so that the same file, mended, can be taken again
  });
  const node = el("details", { class: "compare-pasting" }, el("summary", {}, "Bring a dictionary"), el("div", { class: "card" },
    asked, text, el("div", { class: "compare-filters" },
      el("button", { onclick: () => bring(text.value) }, "Link by these pairs"), el("label", {}, "or a file of them: ", file)), said));
  const about = (a, b) => {
    replace(asked, "One pair a line: a name of ", el("bdi", {}, a), ", a tab or blanks, a name of ", el("bdi", {}, b),
      ". The server keeps them until it ends, or several newer ones came; ", el("code", {}, "vicinal serve … --pairs FILE"),
      " brings them for good.");
    text.placeholder = "sea\tmer\nking\troi";
  };
  return { node, about };
}
