// The model of lesson 4 while it learns: its settings as the address has them, and the frames in which it runs.

import { CORPUS, GROUPS } from "./corpus.js";
import { figures, laidOnto, principal, ranked } from "./maths.js";
import { SkipGram } from "./skipgram.js";
import { sentencesOf } from "./words.js";

export const LONGEST = 4000; // characters of a text
export const EPOCHS = 300;
export const RATES = [0.001, 0.005, 0.02, 0.05, 0.1, 0.3, 1];
const SHOWN = 24; // words of another text in the picture
const BUDGET = 12; // milliseconds of training a frame, when catching up

export class Trainer {
  constructor(lesson) {
    Object.assign(this, { lesson, kept: lesson.kept, frame: 0, playing: false, model: null, made: "", draw: () => {} });
  }

  settings() {
    const { kept } = this;
    return {
      text: kept.text("x", CORPUS, LONGEST), rate: kept.whole("lr", 3, 0, RATES.length - 1), window: kept.whole("w", 2, 1, 5),
      dim: kept.get("d") === "2" ? 2 : 8, seed: kept.whole("seed", 1, 1, 9999),
    };
  }

  // Take over what the address says: a model of these settings, trained as far.
  adopt() {
    const settings = this.settings();
    const target = this.kept.whole("e", 0, 0, EPOCHS);
    if (JSON.stringify(settings) !== this.made || (this.model && target < this.model.epochs && !this.playing)) this.begin(settings);
    this.target = this.playing ? EPOCHS : target;
    this.run();
    this.draw();
  }

  begin(settings) {
    this.made = JSON.stringify(settings);
    this.sentences = sentencesOf(settings.text).filter((words) => words.length > 1);
    this.model = new Set(this.sentences.flat()).size < 3 ? null
      : new SkipGram(this.sentences, { ...settings, learningRate: RATES[settings.rate] });
    this.start = this.model?.vectors.map((vector) => [...vector]);
    this.view = null;
    this.places = new Map();
  }

  // From the same random vectors again, by other settings.
  change(changes) {
    this.kept.set({ ...changes, e: null });
    this.adopt();
  }

  go(epochs) {
    const from = this.playing ? 0 : this.target; // what was asked for and is not reached yet counts
    this.playing = false;
    this.train(Math.min(EPOCHS, Math.max(this.model?.epochs ?? 0, from) + epochs));
  }

  train(target) {
    this.kept.set({ e: target || null });
    this.target = target;
    this.run();
  }

  play() {
    this.playing = !this.playing;
    if (this.playing && this.model?.epochs >= EPOCHS) this.begin(this.settings());
    if (this.playing) this.target = EPOCHS;
    else this.pause();
    this.run();
    this.draw();
  }

  pause() {
    this.stop(); // a frame that is due would run another epoch
    this.train(this.model?.epochs ?? 0);
    this.tell();
  }

  reset() {
    this.playing = false;
    this.kept.set({ e: null });
    this.begin(this.settings());
    this.adopt();
    this.tell();
  }

  run() {
    if (!this.frame && this.model && this.model.epochs < this.target) this.frame = requestAnimationFrame(() => this.tick());
  }

  // One epoch a frame while playing, so that one sees them pass; as many as fit when catching up.
  tick() {
    this.frame = 0;
    const end = performance.now() + BUDGET;
    do this.model.epoch(); while (!this.playing && this.model.epochs < this.target && performance.now() < end);
    const there = this.model.epochs >= this.target;
    if (there) this.playing = false;
    if (this.playing ? this.model.epochs % 25 === 0 : there) this.kept.set({ e: this.model.epochs });
    this.draw();
    if (there) this.tell();
    this.run();
  }

  tell() {
    if (!this.model) return;
    const { epochs, losses } = this.model;
    this.lesson.announce(epochs ? `Epoch ${epochs}, loss ${figures(losses.at(-1), 2)}` : "Back at the start");
  }

  stop() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
  }

  // The words in the picture, with their groups.
  shown() {
    const own = GROUPS.flatMap(({ words }, group) => words.filter((word) => this.model.index.has(word)).map((word) => ({ word, group })));
    if (own.length > 5) return own;
    const times = new Map(this.model.words.map((word) => [word, 0]));
    for (const word of this.model.sentences.flat()) times.set(word, times.get(word) + 1);
    return [...times].sort(([, a], [, b]) => b - a).slice(0, SHOWN).map(([word]) => ({ word, group: -1 }));
  }

  // Where the shown words are in the plane: their two numbers, or their principal components, turned to lie as in the frame before.
  flat(shown) {
    const points = shown.map(({ word }) => this.model.vectors[this.model.index.get(word)]);
    if (this.model.dim === 2) return points;
    const { at, axes } = principal(points, this.view?.axes, this.view ? 8 : 100);
    const places = this.view?.places.length === at.length ? laidOnto(at, this.view.places) : at;
    this.view = { axes, places };
    return places;
  }

  nearest(word, vectors) {
    const i = this.model.index.get(word);
    const others = this.model.words.map((name, j) => ({ name, vector: vectors[j] })).filter((_, j) => j !== i);
    return ranked(vectors[i], others, "cosine").slice(0, 5);
  }
}
