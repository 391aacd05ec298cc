// The API's documentation, drawn from openapi.json by this page itself: nothing comes from elsewhere.

import { el, replace } from "../dom.js";
import { askForKey } from "../key.js";
import { Server } from "../source.js";
import { exampleOf, fieldsOf, typeOf } from "./schema.js";

const METHODS = ["get", "post", "put", "patch", "delete"];

async function start() {
  const main = document.getElementById("main");
  const source = new Server(".");
  let api;
  let spaces = [];
  try {
    api = await source.json("/openapi.json");
    spaces = (await source.spaces()).map(({ name }) => name);
  } catch (error) {
    if (error.status === 401) return askForKey(main, source, start);
    return replace(main, el("p", { class: "failure", role: "alert" }, error.message));
  }
  const groups = new Map();
  for (const [path, item] of Object.entries(api.paths)) {
    for (const method of METHODS.filter((one) => one in item)) {
      const group = item[method].tags?.[0] ?? "other";
      groups.set(group, [...(groups.get(group) ?? []), { path, method, about: item[method] }]);
    }
  }
  replace(main,
    el("h1", {}, `${api.info.title} ${api.info.version}`),
    text(api.info.description),
    [...groups].map(([group, operations]) => [
      el("h2", {}, group), operations.map((operation) => drawn(operation, { api, source, spaces })),
    ]));
}

function drawn({ path, method, about }, context) {
  const body = el("div", { class: "body" });
  const details = el("details", {
    ontoggle: () => {
      if (details.open && !body.firstChild) fill(body, { path, method, about }, context);
    },
  },
  el("summary", {}, el("span", { class: `method ${method}` }, method.toUpperCase()), el("code", {}, path),
    el("span", { class: "faint" }, (about.description ?? about.summary ?? "").split("\n")[0])), body);
  return details;
}

function fill(root, operation, context) {
  const { about } = operation;
  const schema = about.requestBody?.content?.["application/json"]?.schema;
  const answer = about.responses["200"]?.content?.["application/json"]?.schema;
  replace(root,
    text(about.description),
    about.parameters?.length > 0 && table("Parameters", about.parameters.map(({ name, in: where, required, schema: of, description }) => ({
      name: `${name} (${where})`, type: typeOf(of, context.api), required, about: description ?? "", fallback: of?.default,
    }))),
    schema && table("Body", fieldsOf(schema, context.api)),
    answer && table("Answer", fieldsOf(answer, context.api)),
    trial(operation, schema, context));
}

function table(title, fields) {
  if (fields.length === 0) return null;
  return [el("h3", {}, title), el("div", { class: "scroll" }, el("table", {},
    el("thead", {}, el("tr", {}, ["field", "type", "default", ""].map((head) => el("th", {}, head)))),
    el("tbody", {}, fields.map(({ name, type, required, about, fallback }) => el("tr", {},
      el("td", {}, el("code", {}, name)), el("td", {}, type),
      el("td", { class: "faint" }, required ? "required" : fallback === undefined ? "" : JSON.stringify(fallback)),
      el("td", {}, about))))))];
}

// A form that asks the server itself, and the same question as a command line.
function trial({ path, method, about }, schema, { api, source, spaces }) {
  const parameters = (about.parameters ?? []).map(({ name, in: where, required, schema: of }) => ({
    where, required, input: el("input", {
      name, "aria-label": name, placeholder: name, value: where === "path" && name === "name" ? spaces[0] ?? "" : of?.default ?? "",
    }),
  }));
  const example = schema && exampleOf(schema, api);
  const body = schema && el("textarea", { "aria-label": "Body", spellcheck: "false", value: JSON.stringify(example, null, 2) });
  const command = el("pre", { "aria-label": "Command line" });
  const answer = el("pre", { "aria-live": "polite", hidden: true });
  const address = () => {
    let written = path;
    const query = new URLSearchParams();
    for (const { where, required, input } of parameters) {
      if (where === "path") written = written.replace(`{${input.name}}`, encodeURIComponent(input.value));
      else if (where === "query" && (required || input.value)) query.set(input.name, input.value);
    }
    return written + (query.size ? `?${query}` : "");
  };
  const show = () => replace(command, curl(method, new URL(`.${address()}`, location.href).href, body?.value, source.key));
  const send = async () => {
    answer.hidden = false;
    replace(answer, "…");
    try {
      const response = await source.ask(address(), body ? JSON.parse(body.value) : undefined);
      const type = response.headers.get("content-type") ?? "";
      if (type.startsWith("application/json")) replace(answer, JSON.stringify(await response.json(), null, 1).slice(0, 20_000));
      else if (type.startsWith("text/")) replace(answer, (await response.text()).slice(0, 20_000));
      else replace(answer, `${(await response.arrayBuffer()).byteLength.toLocaleString("en")} bytes`);
    } catch (error) {
      replace(answer, error instanceof SyntaxError ? "The body is not JSON." : error.message);
    }
  };
  const form = el("form", { oninput: show, onsubmit: (event) => { event.preventDefault(); send(); } },
    el("h3", {}, "Try it"),
    parameters.length > 0 && el("div", { class: "row" }, parameters.map(({ input }) => el("label", {}, `${input.name} `, input))),
    body, el("div", { class: "row" }, el("button", { class: "main", type: "submit" }, "Send")), answer, command);
  show();
  return form;
}

function curl(method, address, body, key) {
  const quoted = (value) => `'${value.replaceAll("'", "'\\''")}'`;
  const parts = ["curl", quoted(address)];
  if (key) parts.push("-H", quoted("Authorization: Bearer $VICINAL_KEY").replaceAll("'", '"'));
  if (method === "post") parts.push("-H", quoted("Content-Type: application/json"), "-d", quoted((body ?? "").replace(/\s*\n\s*/g, " ")));
  return parts.join(" ");
}

// Paragraphs; `code` is set as such.
function text(written = "") {
  return written.split(/\n\s*\n/).filter(Boolean).map((part) =>
    el("p", {}, part.split("`").map((piece, at) => at % 2 ? el("code", {}, piece) : piece)));
}

start();
