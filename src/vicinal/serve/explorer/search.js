// A search box that completes names: an ARIA combobox.

import { el, replace } from "./dom.js";

let count = 0;

// options: {label, value, complete(prefix) → [{name, row}], onpick(text), placeholder}.
// A sum completes its last term, after its factor if it has one.
export function searchBox({ label, value = "", complete, onpick, placeholder = "" }) {
  const id = `names-${(count += 1)}`;
  const list = el("ul", { id, class: "names", role: "listbox", "aria-label": label, hidden: true });
  const input = el("input", {
    type: "search", role: "combobox", "aria-label": label, "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list",
    autocomplete: "off", autocapitalize: "off", spellcheck: "false", dir: "auto", placeholder, value,
  });
  const said = el("span", { class: "unseen", role: "status" });
  let found = [];
  let at = -1;
  let asked = 0;
  const lead = () => /^(?:.*(?:^|\s)[+-]\s+)?(?:\d*\.?\d+\s*\*\s*)?/s.exec(input.value)[0];
  const close = () => {
    asked += 1; // names that are still on their way come too late
    found = [];
    at = -1;
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const pick = (text) => { input.value = text; close(); onpick(text.trim()); };
  const point = (next) => {
    at = found.length ? (next + found.length) % found.length : -1;
    [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === at)));
    if (at >= 0) { input.setAttribute("aria-activedescendant", `${id}-${at}`); list.children[at].scrollIntoView({ block: "nearest" }); }
  };
  const offer = async () => {
    const before = lead();
    const prefix = input.value.slice(before.length).trimStart();
    const mine = (asked += 1);
    const names = prefix ? await complete(prefix).catch(() => []) : [];
    if (mine !== asked) return; // something newer was typed meanwhile
    found = names.map(({ name }) => before + name);
    at = -1;
    replace(list, names.map(({ name }, i) => el("li", {
      id: `${id}-${i}`, role: "option", "aria-selected": "false",
      onpointerdown: (event) => { event.preventDefault(); pick(before + name); },
    }, name)));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
    replace(said, prefix && (found.length ? `${found.length} to choose from` : "No name begins so"));
  };
  input.addEventListener("input", offer);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // the keys are those of an input method
    if (event.key === "ArrowDown") { event.preventDefault(); point(at + 1); }
    else if (event.key === "ArrowUp") { event.preventDefault(); point(at - 1); }
    else if (event.key === "Escape" && !list.hidden) { event.preventDefault(); close(); } // a second one empties the field
    else if (event.key === "Enter" && (at >= 0 || input.value.trim())) { event.preventDefault(); pick(at >= 0 ? found[at] : input.value); }
  });
  return el("div", { class: "search" }, input, list, said);
}
