// Where answers come from. `Server` asks the API; the single-file page has a source of its own with the same methods.
// Every method is asynchronous and throws `Failure`, whose message is for people.

import { NameList, coloursOf, readTensors } from "./tensors.js";

export class Failure extends Error {}

const TRIES = 3;
const KEY = "vicinal-key"; // kept for as long as the tab is open

function keptKey() {
  try {
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    return ""; // a browser that keeps nothing
  }
}

export class Server {
  constructor(base = "..") {
    this.base = base;
    this.key = keptKey();
    this.kept = new Map();
    this.prints = new Map(); // name of a space → fingerprint of its vectors, as they were last listed
    this.changed = () => {}; // called with the names of spaces that have other vectors now, and the new list of all
    this.looking = null;
  }

  // What the server wants to be given with every question
  setKey(key) {
    this.key = key;
    try {
      sessionStorage.setItem(KEY, key);
    } catch {
      // it is asked for again when the page is loaded again
    }
  }

  async spaces() {
    const { spaces } = await this.json("/spaces");
    const others = spaces.filter(({ name, fingerprint }) => (this.prints.get(name) ?? fingerprint) !== fingerprint);
    this.prints = new Map(spaces.map(({ name, fingerprint }) => [name, fingerprint]));
    if (others.length) {
      this.kept.clear();
      this.changed(others.map(({ name }) => name), spaces);
    }
    return spaces;
  }

  // Every answer names its vectors. Where they are not those that were listed, the list is asked for again, since an
  // answer that was long on its way may be the older one.
  notice(answer) {
    const known = this.prints.get(answer?.space);
    if (known && answer.fingerprint && answer.fingerprint !== known) this.look();
  }

  look() {
    this.looking ??= this.spaces().catch(() => {}).finally(() => { this.looking = null; });
  }

  // query: a name, a sum, a vector, or a list of them → {fingerprint, metric, by, results: [{query, matches: [{name, row, score}]}]}
  // by: "exact", or the index and its recall; filter: ["count > 100", …]
  nearest(space, query, { k = 10, metric = undefined, filter = undefined, exclude = undefined, exact = undefined } = {}) {
    return this.json(`/spaces/${encodeURIComponent(space)}/nearest`, { query, k, metric, filter, exclude, exact });
  }

  // As nearest, by the index alone; setting: {leaves: 60, …} instead of what was found best
  search(space, query, { k = 10, filter = undefined, exclude = undefined, setting = undefined } = {}) {
    return this.json(`/spaces/${encodeURIComponent(space)}/search`, { query, k, filter, exclude, setting });
  }

  // "a is to b as c is to …": as nearest, with one result
  analogy(space, a, b, c, { k = 10, method = undefined } = {}) {
    return this.json(`/spaces/${encodeURIComponent(space)}/analogy`, { a, b, c, k, method });
  }

  // names: names or sums → {fingerprint, dim, vectors: [{name, row (null for a sum), vector: [numbers]}]}
  vectors(space, names) {
    return this.json(`/spaces/${encodeURIComponent(space)}/vectors`, { names });
  }

  // {names} → {fingerprint, metric, names, scores: [[…]]} of all pairs; {pairs: [[a, b], …]} → {fingerprint, metric, scores: […]}
  similarity(space, { names = undefined, pairs = undefined, metric = undefined }) {
    return this.json(`/spaces/${encodeURIComponent(space)}/similarity`, { names, pairs, metric });
  }

  // three or more names → {odd, metric, scores: [{name, score}]}: who does not belong; score: to the mean of the others
  odd(space, names) {
    return this.json(`/spaces/${encodeURIComponent(space)}/odd`, { names });
  }

  // steps: names in between, at most; method: "links" | "line" → {metric, path: [{name, row, score (to the one before)}], considered}
  path(space, from, to, { steps = 6, method = undefined } = {}) {
    return this.json(`/spaces/${encodeURIComponent(space)}/path`, { from, to, steps, method });
  }

  async complete(space, prefix, k = 10) {
    return (await this.json(`/spaces/${encodeURIComponent(space)}/complete?${new URLSearchParams({ prefix, k })}`)).names;
  }

  // → {coordinates: Float32Array of n × dim, dim, n, rows: Int32Array or null, method, quality, fingerprint, axisShares}
  map(space, map = "pca") {
    return this.once(`map ${space} ${map}`, async () => {
      const path = `/spaces/${encodeURIComponent(space)}/map?${new URLSearchParams({ map })}`;
      const { metadata, tensors } = await this.tensors(path);
      const [n, dim] = tensors.coordinates.shape;
      return {
        n, dim, coordinates: tensors.coordinates.data, rows: tensors.rows?.data ?? null, method: metadata.method,
        fingerprint: metadata.fingerprint, quality: JSON.parse(metadata.quality ?? "{}"),
        axisShares: JSON.parse(metadata.axis_shares ?? "[]"),
      };
    });
  }

  // → {trustworthiness, continuity, stress, variance_kept, points, among…}: takes a moment for a large map
  async quality(space, map = "pca") {
    return (await this.once(`quality ${space} ${map}`, () =>
      this.json(`/spaces/${encodeURIComponent(space)}/map/quality?${new URLSearchParams({ map })}`))).quality;
  }

  // → what Cloud.setColours takes: {kind: "number", values: Float32Array (NaN where missing), label, least, most, missing}
  // or {kind: "category", codes: Uint16Array, labels, others}. kind: "auto", "number" or "category"
  column(space, column, kind = "auto") {
    const query = new URLSearchParams({ kind });
    return this.colours(`/spaces/${encodeURIComponent(space)}/columns/${encodeURIComponent(column)}?${query}`, column);
  }

  // k-means in the original space → {kind: "category", codes, labels (names near each centre), explained (share of variance)}
  clusters(space, k = 8) {
    return this.colours(`/spaces/${encodeURIComponent(space)}/clusters?${new URLSearchParams({ k })}`, "cluster");
  }

  // The rows of names, -1 where one is not known → [row, …]
  async rows(space, names) {
    return names.length ? (await this.json(`/spaces/${encodeURIComponent(space)}/rows`, { names })).rows : [];
  }

  // → NameList of all names of the space, by row
  names(space) {
    return this.once(`names ${space}`, async () => {
      const { tensors } = await this.tensors(`/spaces/${encodeURIComponent(space)}/names`);
      return new NameList(tensors.name_offsets.data, tensors.names.data);
    });
  }

  // Two spaces: → {a, b: {space, fingerprint, n, dim, metric, encoder}, k, link, shared, only_a, only_b, measured, among, order,
  // overlap: {value, low, high, chance, note}, similarity: {value, low, high, pairs}, laid: {by, why, names, cosine, held_out, found},
  // words: {name, row_a, row_b, overlap, moved, count?, count_b?, name_b?}, a list a column}.
  // link: "names", "nearest" or "pairs:…", which also brings dictionary: {name, pairs, known, linked, turned, examples}
  compare(a, b, { k = 10, link = "names" } = {}) {
    return this.once(`compare ${JSON.stringify([a, b, k, link])}`, () => this.json("/compare", { a, b, k, link }));
  }

  // Dictionaries of the server, and what two spaces know of them → [{name, pairs, known, linked, turned, examples}]
  async compareDictionaries(a, b) {
    return (await this.json(`/compare/dictionaries?${new URLSearchParams({ a, b })}`)).dictionaries;
  }

  // text: two names a line → {name, pairs, link}, by which the others can be asked
  comparePairs(text) {
    return this.json("/compare/pairs", { text });
  }

  // → {across, results: [{query, a: {name, row, matches: [{name, row, score, mark, rank, partner, belongs?}]}, b, kept, overlap, across}]}
  compareNames(a, b, names, { k = 10, link = "names", among = "linked" } = {}) {
    return this.json("/compare/names", { a, b, names, k, link, among });
  }

  // For every row the row of the other space that it belongs to, or -1 → {toB: Int32Array, toA: Int32Array}
  compareLinks(a, b, link = "names") {
    return this.once(`links ${JSON.stringify([a, b, link])}`, async () => {
      const { tensors } = await this.tensors(`/compare/links?${new URLSearchParams({ a, b, link })}`);
      return { toB: tensors.to_b.data, toA: tensors.to_a.data };
    });
  }

  // Both spaces on the axes of a, b laid on it → {dim, a: Float32Array, b: Float32Array, by, axisShares}
  compareFrame(a, b, { dim = 2, link = "names" } = {}) {
    return this.once(`frame ${JSON.stringify([a, b, dim, link])}`, async () => {
      const path = `/compare/frame?${new URLSearchParams({ a, b, dim, link })}`;
      const { metadata, tensors } = await this.tensors(path);
      return {
        dim: tensors.a.shape[1], a: tensors.a.data, b: tensors.b.data, by: metadata.by, axisShares: JSON.parse(metadata.axis_shares),
      };
    });
  }

  colours(path, label) {
    return this.once(path, async () => coloursOf(await this.tensors(path), label));
  }

  // groups: [{label, names}] or nothing, for words chosen by the server; dims: "components" or "stored"
  // → {dims, dim, names (from the top), rows, groups: [{label, count}], values: [[number]] a name, shares: [number] a column,
  //    ends: [{column, share, low: [name], high: [name], tells: [] or [label, label], between_groups}]}
  heatmap(space, { groups = undefined, dims = undefined, components = undefined } = {}) {
    return this.json(`/spaces/${encodeURIComponent(space)}/heatmap`, { groups, dims, components });
  }

  // → {n, dim, metric, sampled, shares, random, marks: [{share, components, random}], effective,
  //    cosines: {mean, pairs, edges, counts, random (shares), random_spread},
  //    lengths: {least, most, quartiles, alike, zero, edges, counts, beyond}}
  variance(space) {
    return this.once(`variance ${space}`, () => this.json(`/spaces/${encodeURIComponent(space)}/variance`));
  }

  // names: on the map, or nothing for one chosen by the server; sample: true for the share kept of many points
  // → {map, method, k, n, chance, points: [{name, row, at, share, true: [{name, row, at, score, both}], shown: [the same]}],
  //    sample?: {at: [row of the map], share: [0 … 1], mean, low, high}}; `at` is a row of the map
  trust(space, { map = "pca", names = undefined, k = 10, sample = false } = {}) {
    return this.json(`/spaces/${encodeURIComponent(space)}/trust`, { map, names, k, sample });
  }

  // names: or nothing for one chosen by the server → {metric, n, dim, k, among, queries, left_out: [{label, why}],
  //    ways: [{key, label, family, dim, bytes, total, recall, low, high}], the first the vectors as they are,
  //    names: [{name, row, true: [{name, row}], ways: {key: {found: [{name, row}], kept: [bool a true one], gained: [{name, row}]}}}]}
  costs(space, { names = undefined, k = 10 } = {}) {
    return this.json(`/spaces/${encodeURIComponent(space)}/costs`, { names, k });
  }

  // What does not change is asked for once; a failure is forgotten, so that it can be tried again.
  once(what, ask) {
    if (!this.kept.has(what)) {
      const answer = ask();
      this.kept.set(what, answer);
      answer.catch(() => this.kept.delete(what));
    }
    return this.kept.get(what);
  }

  async json(path, body = undefined) {
    const answer = await (await this.ask(path, body)).json();
    for (const from of [answer, answer.a, answer.b]) this.notice(from);
    return answer;
  }

  async tensors(path) {
    const read = readTensors(await this.bytes(path));
    this.notice(read.metadata);
    return read;
  }

  async bytes(path) {
    return (await this.ask(path)).arrayBuffer();
  }

  // tries: how often an answer is waited for again that took longer than the server allows: it is worked out all the same, and kept.
  async ask(path, body = undefined, tries = TRIES) {
    const headers = this.key ? { Authorization: `Bearer ${this.key}` } : {};
    const options = body === undefined
      ? { headers }
      : { method: "POST", headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(body) };
    let response;
    try {
      response = await fetch(this.base + path, options);
    } catch {
      throw new Failure("The server does not answer; is it still running?");
    }
    if (response.ok) return response;
    if (response.status === 503 && tries > 1) {
      await new Promise((resolve) => { setTimeout(resolve, 1000 * Number(response.headers.get("Retry-After") ?? 1)); });
      return this.ask(path, body, tries - 1);
    }
    const said = await response.json().catch(() => ({}));
    if (said.error?.type === "UnknownName") this.look(); // it may have been there a moment ago
    const failure = new Failure(said.error?.message ?? `the server answered ${response.status}`);
    // near: names spelled like one that is not known; 401: the server wants a key
    throw Object.assign(failure, { near: said.error?.near ?? [], status: response.status });
  }
}
