// Lesson 4: training live, a tiny text and vectors that move.

import { el, replace } from "../dom.js";
import { figure } from "../figure.js";
import { CATEGORIES } from "../theme.js";
import { CORPUS, GROUPS } from "./corpus.js";
import { exercise } from "./exercise.js";
import { labelsApart } from "./labels.js";
import { lossCurve } from "./losscurve.js";
import { figures } from "./maths.js";
import { choice, narrow, neighbours, several, slider, step } from "./parts.js";
import { Plane } from "./plane.js";
import { EPOCHS, LONGEST, RATES, Trainer } from "./trainer.js";

const stillness = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

export const training = {
  title: "Training, live",
  question: "Vectors begin as random numbers. How do they come to know that a queen is more like a king than like an apple?",
  minutes: 10,
  remember: "Training nudges vectors, pair by pair, so that words in the same company end up pointing the same way. Nobody tells the "
    + "model what any word means.",
  onward: { view: "points", text: "See the vectors of a whole text in Points" },
  mount(root, lesson) {
    const trainer = new Trainer(lesson);
    const [text, pictures, about] = [textStep(trainer), picture(trainer), company(trainer)];
    const asked = questions(lesson, trainer);
    trainer.draw = () => { pictures.update(); about.update(); };
    replace(root, text.node, pictures.node, about.node, asked.node);
    trainer.adopt();
    text.update();
    return { update: () => { trainer.adopt(); text.update(); asked.update(); }, unmount: () => trainer.stop() };
  },
};

function textStep(trainer) {
  const input = el("textarea", { rows: 8, maxlength: LONGEST, spellcheck: "false", "aria-label": "The text to train on",
    onchange: () => give(input.value === CORPUS ? null : input.value) });
  const give = (x) => { trainer.change({ x }); update(); };
  const size = el("p", {});
  const update = () => {
    const { text } = trainer.settings();
    if (input.value !== text && input !== document.activeElement) input.value = text;
    const words = trainer.sentences.flat();
    replace(size, `${several(words.length, "word")}, ${new Set(words).size} of them different`,
      text === CORPUS ? ": a court, a village, fruits, colours, animals." : ": a text of yours.", " Before you train, guess which words "
      + "will move together. Real models read many millions of words, but they do just this.");
  };
  return { update, node: step(1, "A tiny text", size, el("details", {}, el("summary", {}, "Read the text, or change it"), input,
    el("p", {}, el("button", { onclick: () => { input.value = CORPUS; give(null); } }, "Back to our text")))) };
}

function picture(trainer) {
  const state = el("p", { class: "told" });
  const still = stillness();
  const play = el("button", { class: "main", onclick: () => trainer.play() }, "Play");
  const rate = slider({ label: "Learning rate", least: 0, most: RATES.length - 1, by: 1, value: 3, show: (i) => String(RATES[i]),
    onchange: (lr) => trainer.change({ lr }) });
  const reach = slider({ label: "Window", least: 1, most: 5, by: 1, value: 2, onchange: (w) => trainer.change({ w }) });
  const dims = choice({ label: "Numbers a word", value: "8", options: [{ value: "8", text: "8, flattened for the picture" },
    { value: "2", text: "2, drawn as they are" }],
    onchange: (d) => trainer.change({ d: d === "2" ? "2" : null }) });
  const own = { plane: null };
  const legend = el("p", { class: "faint" });
  const curve = lossCurve();
  const paint = () => {
    if (!own.plane || !trainer.model) return own.plane?.show();
    const shown = trainer.shown();
    const places = trainer.flat(shown);
    const scale = 1 / Math.max(1e-9, ...places.map(([x, y]) => Math.hypot(x, y)));
    const at = places.map(([x, y]) => [x * scale, y * scale]);
    own.plane.show(shown.map(({ group }, i) => own.plane.dot(at[i], CATEGORIES[group] ?? own.plane.colours.accent)),
      labelsApart(own.plane, shown.map(({ word }, i) => ({ at: at[i], text: word, colour: own.plane.colours.ink })),
        { before: trainer.places }));
    const grouped = shown.some(({ group }) => group >= 0);
    replace(legend, grouped ? ["Colours: ", GROUPS.map(({ label }, i) => [i ? ", " : "",
      el("span", { class: "swatch", style: { background: CATEGORIES[i] } }), ` ${label}`]), ". "] : null,
    "Always scaled to fill the picture.");
  };
  const drawing = figure("The words as points", () => {
    own.plane = new Plane({ x: [-1.15, 1.25], y: [-1.1, 1.1], width: narrow() ? 360 : 600, height: narrow() ? 400 : 480,
      label: "Words as points, moving as training goes on" });
    paint();
    return own.plane.node;
  }, { name: "training" });
  const update = () => {
    const settings = trainer.settings();
    rate.set(settings.rate); reach.set(settings.window); dims.set(String(settings.dim));
    replace(play, trainer.playing ? "Pause" : "Play");
    replace(state, trainer.model ? [`Epoch `, el("strong", {}, String(trainer.model.epochs)),
      ` of at most ${EPOCHS}; ${several(trainer.model.pairs.length, "pair")} in each; random start ${settings.seed}`,
      trainer.model.losses.length ? ["; mean loss ", el("strong", {}, figures(trainer.model.losses.at(-1), 3))] : "", "."]
      : "The text needs at least three different words.");
    paint();
    curve.show(trainer.model?.losses ?? []);
  };
  const node = step(2, "Let it learn", ["Every epoch goes once through all pairs (centre, context) of lesson 3 and nudges the "
    + "vectors: a true pair a little together, negatives a little apart; the learning rate says how little. The loss says how badly the "
    + "model still tells true pairs from negatives: near 4 when it only guesses, less as it learns. "
    + "Changing a setting begins again, from the same random start."],
  el("div", { class: "controls" }, still ? null : play, el("button", { onclick: () => trainer.go(1) }, "Step: 1 epoch"),
    el("button", { onclick: () => trainer.go(10) }, "10 epochs"),
    el("button", { onclick: () => trainer.reset() }, "Reset"),
    el("button", { onclick: () => trainer.change({ seed: (trainer.settings().seed % 9999) + 1 }) }, "Other random start")),
  still ? el("p", { class: "faint" }, "Your system asks for less motion, so the picture moves in steps only.") : null,
  el("div", { class: "sliders" }, rate.node, reach.node, dims.node), state, el("div", { class: "beside" }, drawing, curve.node),
  legend);
  return { node, update };
}

function company(trainer) {
  const select = el("select", { onchange: () => { trainer.kept.set({ t: select.value }); update(); } });
  const [before, now] = [el("div", {}), el("div", {})];
  let listed = null;
  const update = () => {
    const { model } = trainer;
    if (!model) return [before, now].forEach((place) => replace(place));
    if (listed !== model.words) {
      listed = model.words;
      replace(select, [...model.words].sort().map((word) => el("option", { value: word }, word)));
    }
    const word = [trainer.kept.get("t"), "king"].find((one) => model.index.has(one)) ?? model.words[0];
    select.value = word;
    replace(before, el("h4", {}, "At the start"), neighbours(trainer.nearest(word, trainer.start)));
    replace(now, el("h4", {}, model.epochs ? `After ${model.epochs} epochs` : "Now"), neighbours(trainer.nearest(word, model.vectors)));
  };
  return { update, node: step(3, "Before and after", "The picture has two dimensions, the vectors more: the true neighbours, by "
    + "cosine over all numbers, are here.",
    el("p", {}, el("label", {}, "Neighbours of ", select)), el("div", { class: "panels" }, before, now)) };
}

function questions(lesson, trainer) {
  const usual = () => {
    const { text, rate, window, dim } = trainer.settings();
    return text === CORPUS && RATES[rate] === 0.05 && window === 2 && dim === 8;
  };
  return exercise(lesson, [
    { key: "e1", kind: "choice", ask: "Set the learning rate to 0.001 and train 50 epochs. What do you see?",
      options: [{ value: "slow", text: "The loss hardly falls: every nudge is too small" },
        { value: "fine", text: "The groups come out more clearly than before" },
        { value: "wild", text: "The points jump about without end" }],
      check: (value) => (value === "slow" ? { right: true, say: "Fifty epochs of tiny nudges lead almost nowhere. Much too large a "
        + "rate is as bad: try 1." }
        : { right: false, say: "Reset, move the slider to 0.001, press “10 epochs” five times, and watch the loss." }),
      hints: ["Compare the loss at the start and after 50 epochs, with 0.05 and with 0.001."],
      worked: "With 0.05 the loss falls from about 4 to below 2; with 0.001 it is still near 4." },
    { key: "e2", kind: "number", ask: "With our text, learning rate 0.05, window 2 and 8 numbers a word: what is the loss after 100 "
      + "epochs, to one decimal?",
      check: (value) => (value >= 1.5 && value <= 1.75 ? { right: true, say: "It does not fall to 0: many words may follow “the”, and "
        + "nobody could predict which." }
        : { right: false, say: !usual() ? "Put the settings back first: learning rate 0.05, window 2, 8 numbers."
        : (trainer.model?.epochs ?? 0) < 100
          ? `You are at epoch ${trainer.model?.epochs ?? 0}: train on to 100.` : "Read the loss above the picture." }),
      hints: ["Reset, then press “10 epochs” ten times, or play and wait.", "The loss stands above the picture, and at the end of the "
        + "curve."],
      worked: "1.6 or 1.7, whatever the random start." },
    { key: "e3", kind: "choice", ask: "Nobody told the model that king and queen belong together. How does it know?",
      options: [{ value: "spelling", text: "They are spelled alike" }, { value: "beside", text: "They stand side by side in the text" },
        { value: "company", text: "They stand beside the same words" }],
      check: (value) => (value === "company" ? { right: true, say: "Both wear a crown, sit on the throne, rule the land. Company is "
        + "all there is to learn from." }
        : { right: false, say: value === "spelling" ? "The model sees ids, not letters." : "Read the text: do they ever share a "
        + "sentence?" }),
      hints: ["Read the first ten lines of the text."], worked: "They stand beside the same words: crown, throne, land, palace." },
  ]);
}
