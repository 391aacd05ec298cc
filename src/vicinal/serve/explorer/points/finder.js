// A name typed → its point on the map.

import { el } from "../dom.js";
import { short } from "../cloud/text.js";
import { searchBox } from "../search.js";

export function finder(view) {
  const { source, space, context: { announce, state } } = view;
  const find = async (text) => {
    try {
      const [row] = await source.rows(space.name, [text]);
      if (row < 0) return announce(`There is no ${short(text)} here`), view.card.unknown(text);
      if (state.get("name") === text) view.cloud.frame([view.rows.point(row)].filter((i) => i >= 0), { glide: true });
      return await view.pick(row, { fly: true });
    } catch (error) {
      return view.fail(error);
    }
  };
  return el("div", { class: "points-find" }, searchBox({
    label: "Find a name", placeholder: "Find a name …", complete: (prefix) => source.complete(space.name, prefix), onpick: find,
  }));
}
