// The field for a server's key; shown when the server asks for one.

import { el, replace } from "./dom.js";

export function askForKey(root, source, done) {
  const field = el("input", { type: "password", name: "key", autocomplete: "current-password", required: true, "aria-label": "Key" });
  const again = source.key !== "";
  replace(root, el("form", {
    class: "key",
    onsubmit: (event) => {
      event.preventDefault();
      source.setKey(field.value.trim());
      replace(root);
      done();
    },
  },
  el("p", { role: "alert" }, again ? "That is not the key of this server." : "This server needs a key."),
  el("p", { class: "faint" }, "Whoever started it has set it. It is kept until this tab is closed."),
  el("p", {}, field, " ", el("button", { class: "main", type: "submit" }, "Open"))));
  field.focus();
}
