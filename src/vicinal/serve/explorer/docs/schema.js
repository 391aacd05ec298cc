// Reading JSON Schema, as far as the API uses it.

export function resolved(schema, api) {
  if (!schema?.$ref) return schema ?? {};
  return schema.$ref.split("/").slice(1).reduce((node, part) => node[part], api);
}

// → [{name, type, required, about, fallback}] of an object's fields; of a choice of objects, those of the first
export function fieldsOf(schema, api) {
  const whole = resolved(schema, api);
  const object = whole.properties ? whole : (whole.anyOf ?? []).map((one) => resolved(one, api)).find((one) => one.properties);
  return Object.entries(object?.properties ?? {}).map(([name, field]) => ({
    name, type: typeOf(field, api), required: (object.required ?? []).includes(name), fallback: field.default,
    about: field.description ?? resolved(field, api).description ?? "",
  }));
}

export function typeOf(schema, api) {
  const whole = resolved(schema, api);
  if (whole.enum) return whole.enum.map((value) => JSON.stringify(value)).join(" | ");
  if ("const" in whole) return JSON.stringify(whole.const);
  if (whole.anyOf) return [...new Set(whole.anyOf.map((one) => typeOf(one, api)))].join(" | ");
  if (whole.prefixItems) return `[${whole.prefixItems.map((one) => typeOf(one, api)).join(", ")}]`;
  if (whole.type === "array") return `[${typeOf(whole.items, api)}, …]`;
  if (whole.type === "object" && whole.properties) return `{${Object.keys(whole.properties).join(", ")}}`;
  return whole.type ?? "any";
}

// A body to begin with: required fields, by type, where the schema has no example of its own.
export function exampleOf(schema, api) {
  const whole = resolved(schema, api);
  if (whole.example !== undefined) return whole.example;
  if (whole.examples?.length) return whole.examples[0];
  if (whole.default !== undefined && whole.default !== null) return whole.default;
  if (whole.enum) return whole.enum[0];
  if (whole.anyOf) return exampleOf(whole.anyOf[0], api);
  if (whole.type === "array") return [exampleOf(whole.items ?? {}, api)];
  if (whole.type === "object") {
    const required = Object.entries(whole.properties ?? {}).filter(([name]) => (whole.required ?? []).includes(name));
    return Object.fromEntries(required.map(([name, field]) => [name, exampleOf(field, api)]));
  }
  return { integer: 10, number: 0, boolean: false, string: "" }[whole.type] ?? null;
}
