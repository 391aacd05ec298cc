// Lists of words that people put together: chips, a box that completes names, and a label a list.

import { el, replace } from "../dom.js";
import { searchBox } from "../search.js";
import { named, renew } from "./parts.js";

// groups: [{label, names}]; change(groups): the new ones; many: whether lists can be labelled, added and taken away.
// → the editor, with set(groups)
export function wordLists({ source, space, change, many = true, most = 100 }) {
  const lists = el("div", { class: "lists" });
  const said = el("p", { class: "said", role: "alert" });
  let groups = [];
  let stay = null; // the list whose box keeps the focus when the lists are drawn anew
  const changed = (next) => { replace(said); change(next); };
  const changedAt = (i, change_) => groups.map((group, at) => (at === i ? { ...group, ...change_(group) } : group));
  const remove = (i, name) => {
    stay = i;
    changed(changedAt(i, ({ names }) => ({ names: names.filter((one) => one !== name) })));
  };

  const add = async (i, text) => {
    try {
      const wanted = [...new Set(await namesIn(source, space, text))];
      const rows = await source.rows(space, wanted);
      const held = new Set(groups.flatMap(({ names }) => names));
      const fresh = wanted.filter((name, at) => rows[at] >= 0 && !held.has(name));
      const unknown = wanted.filter((_, at) => rows[at] < 0);
      const full = held.size + fresh.length > most;
      stay = i;
      if (fresh.length && !full) changed(changedAt(i, ({ names }) => ({ names: [...names, ...fresh] })));
      if (full) replace(said, `There is room for ${most} words; take some away first.`);
      else if (unknown.length) {
        replace(said, "Not in this space: ", unknown.slice(0, 8).flatMap((one, at) => [at ? ", " : "", named(one)]), ".");
      } else if (!fresh.length) replace(said, "That is in a list already.");
    } catch (error) {
      replace(said, error.message);
    }
  };

  const drawList = (group, i) => {
    const box = searchBox({
      label: many ? `Add a word to list ${i + 1}` : "Add a word", placeholder: "Add a word", onpick: (text) => add(i, text),
      complete: (prefix) => source.complete(space, prefix, 8),
    });
    return el("div", { class: "list", role: "group", "aria-label": group.label || `List ${i + 1}` },
      many && el("input", {
        class: "title", value: group.label, "aria-label": `Label of list ${i + 1}`, placeholder: "Label", maxlength: 60,
        // later, when the focus has gone where it was going: it would be lost with what is drawn anew
        onchange: (event) => setTimeout(() => changed(changedAt(i, () => ({ label: event.target.value.trim() })))),
      }),
      el("div", { class: "chips" }, group.names.map((name) => el("span", { class: "chip" }, named(name),
        el("button", { class: "quiet", "aria-label": `Remove ${name.slice(0, 100)}`, onclick: () => remove(i, name) }, "×"))), box),
      many && groups.length > 1 && el("button", {
        class: "quiet", "aria-label": `Remove list ${i + 1}`, onclick: () => changed(groups.filter((_, at) => at !== i)),
      }, "Remove list"));
  };

  const node = el("div", { class: "words" }, lists, said);
  node.set = (next) => {
    if (JSON.stringify(next) === JSON.stringify(groups)) return;
    groups = next;
    const more = () => {
      stay = groups.length;
      node.set([...groups, { label: "", names: [] }]);
    };
    renew(lists, groups.map(drawList),
      many && groups.length < 8 && el("div", {}, el("button", { class: "quiet", onclick: more }, "Add a list")));
    if (stay !== null) lists.children[stay]?.querySelector("[role=combobox]")?.focus();
    stay = null;
  };
  return node;
}

// What was typed is one name if there is such a name; else the names between its commas.
async function namesIn(source, space, text) {
  if (!text.includes(",") || (await source.rows(space, [text]))[0] >= 0) return [text];
  return text.split(",").map((part) => part.trim()).filter(Boolean);
}
