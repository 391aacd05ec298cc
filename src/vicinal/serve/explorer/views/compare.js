// Compare: two spaces of the server side by side. What is shown follows from the address; each part asks for what it needs.

import { TwoClouds } from "../compare/clouds.js";
import { cameraText, choice, drawControls, settingsOf } from "../compare/controls.js";
import { alone, skeleton } from "../compare/frame.js";
import { neighbourhoods } from "../compare/neighbourhoods.js";
import { pasting } from "../compare/pasting.js";
import { headline, summary } from "../compare/summary.js";
import { wordTable } from "../compare/table.js";
import { movement, percent, whole } from "../compare/words.js";
import { el, replace } from "../dom.js";

const LARGE = 50_000; // names
const SHARED_SELECTION = 300; // rows of a selection that the address holds

export const COMPARE = { id: "compare", title: "Compare", mount };

function mount(root, context) {
  if (context.spaces.length < 2) {
    replace(root, alone(context.space));
    return { update() {}, unmount() {} };
  }
  const view = new Compare(root, context);
  return { update: (wanted) => view.update(wanted), unmount: () => view.unmount() };
}

class Compare {
  constructor(root, context) {
    Object.assign(this, context);
    this.asked = {};
    this.only = null; // rows of a that were lassoed, a Set
    this.sel = ""; // the same as the address has it
    this.clouds = new TwoClouds({
      onpick: (side, row) => this.pick(side, row),
      onselect: (rows) => this.selected(rows),
      onmove: (side, camera) => this.cameraMoved(side, camera),
    });
    this.table = wordTable({
      onpick: (name) => this.state.set({ q: name }, { push: true }),
      onhover: (row) => this.clouds.point(0, row),
      onsort: (sort, descending) => this.state.set({ sort, way: descending ? "down" : "up" }),
    });
    this.around = neighbourhoods(context, (changes) => this.state.set(changes), (...rows) => this.clouds.choose(rows));
    this.dictionaries = [];
    this.pasting = pasting(this.source, (link) => this.state.set({ link, q: null, sel: null }, { push: true }));
    this.parts = skeleton(root, [this.pasting.node, this.clouds.node, this.table.node, this.around.node],
      (changes) => this.state.set(changes), () => this.clear());
  }

  update(wanted) {
    const now = settingsOf(wanted, this.spaces, this.space);
    this.now = now;
    drawControls(this.parts.controls, { spaces: this.spaces, a: this.space, state: this.state }, now, this.answerFor(now),
      this.dictionaries);
    this.parts.filters.set(now);
    this.takeSelection(wanted.sel ?? "", now.selected);
    this.when("dictionaries", [now.a, now.b, now.link], () => this.listDictionaries());
    this.when("answer", [now.a, now.b, now.k, now.link], () => this.load());
    this.when("maps", [now.a, now.b, now.link, now.lay, now.dim, now.ma, now.mb], () => this.drawClouds());
    this.when("words", [now.q, now.a, now.b, now.k, now.link, now.among], () => this.around.show(now));
    this.when("together", [now.together], () => this.clouds.follow(now.together));
    this.paint();
  }

  // Act if what a part depends on is another than the last time.
  when(part, values, act) {
    const key = JSON.stringify(values);
    if (this.asked[part] === key) return;
    this.asked[part] = key;
    act(key);
  }

  answerFor({ a, b, k, link }) {
    const { answer } = this;
    return answer && answer.a.space === a && answer.b.space === b && answer.k === k && answer.link === link ? answer : null;
  }

  // What else names can be linked by; without the list the others still do.
  async listDictionaries() {
    const { a, b } = this.now;
    const mine = this.asked.dictionaries;
    this.pasting.about(a, b);
    const found = await this.source.compareDictionaries(a, b).catch(() => []);
    if (mine !== this.asked.dictionaries) return;
    this.dictionaries = found;
    this.update(this.state.all());
  }

  async load() {
    const { a, b, k, link } = this.now;
    const { cards } = this.parts;
    const mine = this.asked.answer;
    cards.setAttribute("aria-busy", "true");
    const large = this.space.n > LARGE ? " The first time takes some seconds; it is then kept." : "";
    if (!cards.childElementCount) replace(cards, el("p", { role: "status" }, `Comparing ${a} and ${b} …${large}`));
    try {
      const answer = await this.source.compare(a, b, { k, link });
      if (mine !== this.asked.answer) return; // something else was asked for meanwhile
      this.answer = answer;
      replace(cards, summary(answer));
      this.announce(headline(answer));
      this.update(this.state.all());
    } catch (error) {
      if (mine !== this.asked.answer) return;
      const again = () => { this.asked.answer = null; this.update(this.state.all()); };
      replace(cards, el("p", { class: "failure", role: "alert" }, error.message, " ", el("button", { onclick: again }, "Try again")));
    }
    cards.setAttribute("aria-busy", "false");
  }

  async drawClouds() {
    const { a, b, link, lay, dim, ma, mb } = this.now;
    const mine = this.asked.maps;
    const { source, clouds } = this;
    clouds.busy(true);
    try {
      const [names, links] = await Promise.all([Promise.all([source.names(a), source.names(b)]), source.compareLinks(a, b, link)]);
      const maps = lay ? await this.frame(a, b, dim, link) : await Promise.all([this.map(a, ma), this.map(b, mb)]);
      if (mine !== this.asked.maps) return;
      this.links = links;
      const said = maps.map((map, i) => ({ ...map, name: [a, b][i], names: names[i] }));
      clouds.draw(said, links, [this.mapChoice("ma"), this.mapChoice("mb")]);
      this.look();
    } catch (error) {
      if (mine === this.asked.maps) { this.asked.maps = null; clouds.fail(error); }
    }
    clouds.busy(false);
  }

  // Where the cameras stand: as the address says, or over everything.
  look() {
    const { now, clouds } = this;
    if (now.lay) clouds.follow(true);
    now.cameras.forEach((camera, i) => { if (camera) clouds.sides[i].cloud.camera = camera; });
    clouds.follow(now.together);
    this.painted = null;
    this.paint();
    if (this.only) this.showOnly();
  }

  // The selection of the address, where it is not the one that is shown.
  takeSelection(sel, rows) {
    if (sel === this.sel) return;
    this.sel = sel;
    this.only = rows.length ? new Set(rows) : null;
    if (this.links) this.showOnly();
  }

  async map(space, map) {
    const { coordinates, dim, rows, method } = await this.source.map(space, map);
    return { coordinates, dim, rows, note: `on its own ${method} map` };
  }

  async frame(a, b, dim, link) {
    const frame = await this.source.compareFrame(a, b, { dim, link });
    const share = percent(frame.axisShares.reduce((sum, x) => sum + x, 0));
    const how = frame.by === "procrustes" ? `laid on ${a}, same axes` : "same axes, nothing turned";
    return [
      { coordinates: frame.a, dim: frame.dim, rows: null, note: `principal axes, ${share} of its variance` },
      { coordinates: frame.b, dim: frame.dim, rows: null, note: how },
    ];
  }

  mapChoice(id) {
    const { maps } = id === "ma" ? this.space : this.spaces.find(({ name }) => name === this.now.b);
    if (this.now.lay || maps.length < 2) return null;
    const camera = id === "ma" ? "ca" : "cb";
    return choice(id, "Map", this.now[id], maps.map((map) => [map, map]), (map) => this.state.set({ [id]: map, [camera]: null }));
  }

  // What follows from the answer: colours, table, what is marked.
  paint() {
    const { now } = this;
    const answer = this.answerFor(now);
    if (!answer) return;
    const { words } = answer;
    const colour = now.colour === "moved" && !words.moved ? "overlap" : now.colour;
    const key = JSON.stringify([this.asked.maps, this.asked.answer, colour]);
    if (this.links && this.painted !== key) {
      this.painted = key;
      const label = colour === "moved" ? "1 − cosine" : `Share of ${now.k} neighbours lost`;
      [words.row_a, words.row_b].forEach((rows, i) => {
        const side = this.clouds.sides[i];
        side.colour(colour === "none" || !side.names ? null : movement(words, rows, side.names.length, colour), label);
      });
    }
    const sort = words[now.sort] ? now.sort : "overlap";
    const descending = now.way ? now.way === "down" : ["moved", "count", "count_b"].includes(sort);
    const { find, min } = now;
    const shown = JSON.stringify([find, min, sort, descending, this.only && [...this.only]]);
    this.table.draw(answer, { sort, descending, find, min, only: this.only, picked: now.q, key: shown });
    this.parts.filters.counted(Boolean(words.count || words.count_b), this.only?.size ?? 0, whole);
  }

  pick(side, row) {
    const { names } = this.clouds.sides[side];
    const theirs = this.clouds.partner(side, row);
    const name = side === 1 && theirs >= 0 ? this.clouds.sides[0].names.get(theirs) : names.get(row);
    this.state.set({ q: name }, { push: true });
  }

  selected(rows) {
    this.only = rows.length ? new Set(rows) : null;
    this.announce(rows.length ? `${whole(rows.length)} names selected` : "Nothing selected");
    this.sel = rows.length <= SHARED_SELECTION ? rows.join(".") : "";
    this.state.set({ sel: this.sel });
    this.paint();
  }

  showOnly() {
    const rows = [...(this.only ?? [])];
    this.clouds.select(rows, rows.map((row) => this.clouds.partner(0, row)).filter((row) => row >= 0));
  }

  clear() {
    this.clouds.select([], []);
    this.selected([]);
  }

  cameraMoved(side, camera) {
    const keys = ["ca", "cb"];
    this.moves = { ...this.moves, [keys[side]]: cameraText(camera), ...(this.now.together && { [keys[1 - side]]: cameraText(camera) }) };
    clearTimeout(this.later);
    this.later = setTimeout(() => { this.state.set(this.moves); this.moves = {}; }, 300);
  }

  unmount() {
    clearTimeout(this.later);
    this.asked = {};
    this.clouds.destroy();
  }
}
