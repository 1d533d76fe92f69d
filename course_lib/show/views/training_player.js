// TrainingPlayer: a recorded run to be played: the loss against its floors, all heads as small pictures, one of them
// large.

import { button, frame, h, spoken, times } from "./kit/elements.js";
import { headTable, smallPattern } from "./kit/head_table.js";
import { limit } from "./kit/keys.js";
import { lossChart } from "./kit/loss_chart.js";
import { listen, putInto } from "./kit/model.js";
import { PANEL_EN, patternPanel } from "./kit/pattern_panel.js";
import { positionOfLargest, unpack } from "./kit/weights.js";
import { fill, thousands, wordsOf } from "./kit/words.js";

const EN = {
  ...PANEL_EN,
  play: "Play",
  pause: "Pause",
  back: "Step back",
  step: "Step",
  next: "Next snapshot",
  reset: "Reset",
  slider: "Training step",
  xaxis: "training step →",
  yaxis: "loss (nats per token)",
  now: "After {step} of {all} steps the loss is {loss}.",
  start: "Before the first step: nothing is learned yet.",
  over: "That is {gap} above “{floor}”.",
  under: "That is {gap} below “{floor}”.",
  heads: "All heads after {step} steps. A row is a query, dark is much.",
  cell: "{name}: “{q}” looks most at {most}, {weight}",
  value: "step {step}, loss {loss}",
  curve: "The loss up to step {step}",
};
const PACE = 80; // milliseconds from one point of the curve to the next
const CALM_PACE = 1200; // and from one snapshot to the next, where motion is not wanted

/**
 * What crosses to Python: the traits of TrainingPlayer in training_player.py.
 *
 * @typedef {object} State
 * @property {number[]} losses Python: the points of the curve
 * @property {number[]} steps Python: steps done at each of them; the first, 0, stands before the curve
 * @property {number[]} taken Python: steps at which snapshots were taken
 * @property {[string, number][]} floors Python: [name, loss] of the dashed lines
 * @property {string[]} tokens Python: the text of the patterns
 * @property {DataView} packed Python: the patterns of all heads in all snapshots, as pattern_bytes.py packs them
 * @property {number} n_layer Python: layers of the model
 * @property {number} n_head Python: heads in a layer
 * @property {number} first Python: from which number heads are counted
 * @property {number} at both: position in `steps` of what is shown
 * @property {number} layer both: of the chosen head
 * @property {number} head both: its number in the layer
 * @property {number} query both: position of the token that looks
 * @property {boolean} playing both: whether it runs
 */

/** The number of the last snapshot that was taken up to a step. */
export function shownAt(taken, step) {
  return taken.reduce((last, one, number) => (one <= step ? number : last), 0);
}

/** @import { Model } from "./kit/model.js" */

/** @param {{ model: Model<State>, el: HTMLElement }} host */
function render({ model, el }) {
  const words = wordsOf(model, EN);
  const get = (name) => model.get(name);
  const put = putInto(model);
  const lastPoint = () => get("steps").length - 1;
  const player = playerOf(model, paintPlaying);
  const controls = controlBar(words, get, put, player);
  const chart = lossChart(words, get("steps"), get("losses"), get("floors"), get("taken"));
  const sentence = spoken();
  const pictures = headPictures(words, model, put);
  const panel = patternPanel(words, (query) => put("query", query));
  let film = []; // film[snapshot][head]: a pattern

  const side = h("div", { class: "side" }, chart.element, sentence, pictures.element);
  const pattern = h("div", {}, panel.caption, panel.picture);
  const both = h("div", { class: "two" }, side, pattern);
  el.append(frame("tp", controls.element, both, panel.strip, panel.sentence));

  /** Read the snapshots, which come as bytes. */
  function develop() {
    const [snapshots, heads] = [get("taken").length, get("n_layer") * get("n_head")];
    const patterns = unpack(get("packed"), snapshots * heads, get("tokens").length);
    film = times(snapshots, (snapshot) => patterns.slice(snapshot * heads, (snapshot + 1) * heads));
    pictures.forget();
    paint();
  }

  function paint() {
    const point = limit(get("at"), 0, lastPoint());
    const step = get("steps")[point];
    const loss = get("losses")[Math.max(point - 1, 0)];
    controls.paint(point, step, loss);
    chart.draw(point, fill(words.curve, { step: thousands(step) }));
    sentence.textContent = point
      ? lossInWords(words, step, get("steps")[lastPoint()], loss, get("floors"))
      : words.start;
    paintHeads(shownAt(get("taken"), step));
  }

  function paintHeads(snapshot) {
    const [tokens, layer, head] = [get("tokens"), get("layer"), get("head")];
    const query = limit(get("query"), 0, tokens.length - 1);
    const name = nameOfHead(words, layer + get("first"), head + get("first"));
    pictures.paint(film[snapshot], snapshot, query);
    panel.draw(tokens, film[snapshot][layer * get("n_head") + head], query, name);
  }

  /** While it runs, nothing is spoken. */
  function paintPlaying(playing) {
    controls.paintPlaying(playing);
    [sentence, panel.sentence].forEach((one) => one.setAttribute("aria-live", playing ? "off" : "polite"));
  }

  develop();
  if (get("playing")) player.run();
  const stops = [
    listen(model, ["packed"], develop),
    listen(model, ["at", "layer", "head", "query"], paint),
    listen(model, ["playing"], player.run),
  ];
  return () => {
    player.end();
    stops.forEach((stop) => stop());
  };
}

function nameOfHead(words, layer, head) {
  return fill(words.name, { l: layer, h: head });
}

function lossInWords(words, step, all, loss, floors) {
  const now = fill(words.now, { step: thousands(step), all: thousands(all), loss: loss.toFixed(2) });
  if (!floors.length) return now;
  const [name, floor] = floors.reduce((lowest, one) => (lowest[1] <= one[1] ? lowest : one));
  const sentence = loss < floor ? words.under : words.over;
  const gap = Math.abs(loss - floor).toFixed(2);
  return `${now} ${fill(sentence, { gap, floor: name.replace(/[\s:=]+$/, "") })}`;
}

// ---- the timer, which follows the trait `playing`

function playerOf(model, paintPlaying) {
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const last = () => model.get("steps").length - 1;
  let timer = null;

  /** The point of the curve at which another snapshot is shown, or the last. */
  function nextSnapshot() {
    const [steps, taken] = [model.get("steps"), model.get("taken")];
    const now = shownAt(taken, steps[model.get("at")]);
    const point = steps.findIndex((step) => shownAt(taken, step) > now);
    return point < 0 ? last() : point;
  }

  function tick() {
    const next = calm.matches ? nextSnapshot() : model.get("at") + 1;
    model.set("at", Math.min(next, last()));
    if (model.get("at") < last()) return;
    model.set("playing", false);
    model.save_changes();
  }

  /** Start or stop; Python hears where it stopped. */
  function run() {
    end();
    paintPlaying(model.get("playing"));
    if (!model.get("playing")) return model.save_changes();
    if (model.get("at") >= last()) model.set("at", 0);
    timer = setInterval(tick, calm.matches ? CALM_PACE : PACE);
  }

  function end() {
    clearInterval(timer);
  }

  return { nextSnapshot, run, end };
}

// ---- buttons and slider

function controlBar(words, get, put, player) {
  const last = () => get("steps").length - 1;
  const play = button(words.play, () => put("playing", !get("playing")), { class: "go" });
  const back = jump(words.back, () => get("at") - 1);
  const step = jump(words.step, () => get("at") + 1);
  const next = jump(words.next, player.nextSnapshot);
  const reset = jump(words.reset, () => 0);
  const range = { type: "range", min: 0, max: last(), step: 1 };
  const slider = h("input", { ...range, "aria-label": words.slider, oninput: slide });
  const shown = h("output");
  const element = h("div", { class: "bar" }, play, back, step, next, reset, h("label", {}, slider, shown));

  function jump(name, target) {
    return button(name, () => {
      put("playing", false);
      go(target());
    });
  }

  function slide() {
    const point = Number(slider.value);
    if (get("playing")) put("playing", false);
    go(point);
  }

  function go(point) {
    put("at", limit(point, 0, last()));
  }

  function paint(point, done, loss) {
    slider.value = point;
    slider.setAttribute(
      "aria-valuetext",
      fill(words.value, { step: thousands(done), loss: loss.toFixed(2) }),
    );
    shown.textContent = thousands(done);
    [back, reset].forEach((one) => (one.disabled = point === 0));
    [step, next].forEach((one) => (one.disabled = point === last()));
  }

  function paintPlaying(playing) {
    play.textContent = playing ? words.pause : words.play;
  }

  return { element, paint, paintPlaying };
}

// ---- all heads as small pictures

function headPictures(words, model, put) {
  const get = (name) => model.get(name);
  const [layers, heads, first] = [get("n_layer"), get("n_head"), get("first")];
  const table = headTable(words, layers, heads, first, (layer, head) => {
    model.set("layer", layer);
    put("head", head);
  });
  let drawn = "";

  function forget() {
    drawn = "";
  }

  /** The pictures change only where another snapshot or another query is shown. */
  function paint(patterns, snapshot, query) {
    const wanted = `${snapshot} ${query}`;
    if (drawn !== wanted)
      table.buttons.flat().forEach((one, number) => paintOne(one, number, patterns[number], query));
    drawn = wanted;
    table.caption.textContent = fill(words.heads, { step: thousands(get("taken")[snapshot]) });
    table.mark(get("layer"), get("head"));
  }

  function paintOne(one, number, pattern, query) {
    const tokens = get("tokens");
    const most = positionOfLargest(pattern[query]);
    const name = nameOfHead(words, Math.floor(number / heads) + first, (number % heads) + first);
    const parts = { name, q: tokens[query], most: tokens[most], weight: pattern[query][most].toFixed(2) };
    one.replaceChildren(smallPattern(pattern));
    one.setAttribute("aria-label", fill(words.cell, parts));
  }

  return { element: table.table, forget, paint };
}

export default { render };
