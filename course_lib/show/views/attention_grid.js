// AttentionGrid: the pattern of a head, or of several to choose from.

import { arcs } from "./kit/arcs.js";
import { attention, average, zerosLike } from "./kit/attention.js";
import { button, frame, h, smallPrint, spoken } from "./kit/elements.js";
import { headTable, smallPattern } from "./kit/head_table.js";
import { listen, putInto } from "./kit/model.js";
import { columnWidth, patternTable, SAID, TOO_MANY } from "./kit/pattern_table.js";
import { largest, positionOfLargest, sum } from "./kit/weights.js";
import { fill, wordsOf } from "./kit/words.js";

const EN = {
  temperature: "Temperature T",
  mask: "Causal mask",
  none: "off",
  before: "before softmax (−∞)",
  after: "after softmax (→ 0)",
  layout: "Layout",
  code: "a row is a query (code)",
  video: "a column is a query (video)",
  numbers: "Numbers",
  sum: "sum",
  query: "query",
  key: "key",
  masked: "masked",
  weight: "weight",
  caption: "Attention pattern: the area of a circle is the weight a query gives a key",
  help: "Hover or use the arrow keys to choose a query. Enter keeps it.",
  line: "{q} looks at: {list}. The weights add up to {sum}.",
  heads: "heads",
  off: "Switch off {name}",
  on: "Switch on {name}",
  all: "all, averaged",
  gone: "{name} is switched off: it adds nothing.",
  cell: "{name}: {q} looks most at {most}, {weight}",
  is_off: "{name}: switched off",
  average: "The average counts only heads that are on.",
};

/**
 * What crosses to Python: the traits of AttentionGrid in attention_grid.py.
 *
 * @typedef {object} State
 * @property {string[]} tokens Python: the text
 * @property {number[][] | number[][][]} scores Python: scaled scores of one head, or of several
 * @property {string[]} heads Python: names of several heads; empty for one
 * @property {number} temperature both: what scores are divided by
 * @property {"none" | "before" | "after"} mask both: where the future is hidden
 * @property {"code" | "video"} orientation both: a row is a query, or a column is
 * @property {boolean} numbers both: whether weights are written into their cells
 * @property {number} query both: position of the token that looks
 * @property {number} head both: the head that is shown, −1 for the average
 * @property {number[]} off both: heads that are switched off
 */

/** @import { Model } from "./kit/model.js" */

/** @param {{ model: Model<State>, el: HTMLElement }} host */
function render({ model, el }) {
  const words = wordsOf(model, EN);
  const get = (name) => model.get(name);
  const put = putInto(model);
  const controls = controlBar(words, get, put);
  const heads = headChoice(words, get, put);
  const table = patternTable(words, get, put, light);
  const arcPlace = h("div", { "aria-hidden": "true" });
  const sentence = spoken();
  const root = frame("ag", controls.element, heads.element, arcPlace, table.element, sentence);
  let weights = [];
  let temperature = null;

  function build() {
    table.build();
    paint();
  }

  /** The weights, on every change of what they are made of. */
  function paint() {
    const several = heads.several();
    const scores = several ? get("scores") : [get("scores")];
    const patterns = scores.map((one) => attention(one, get("temperature"), get("mask")));
    weights = chosenPattern(patterns, several ? get("head") : 0, several ? get("off") : []);
    // Circles follow a slider at once; they grow slowly where a choice changes them.
    root.classList.toggle("at-once", get("temperature") !== temperature);
    temperature = get("temperature");
    controls.paint();
    table.paint(weights);
    heads.paint(patterns);
    light();
  }

  /** What depends on the query that is chosen or pointed at: highlights, the sentence, arcs. */
  function light() {
    const tokens = get("tokens");
    const query = table.query();
    table.highlight(query);
    heads.say(query);
    const looks = largest(weights[query], SAID);
    sentence.textContent = heads.isOff() ? fill(words.gone, { name: heads.name() }) : saidOf(query, looks);
    const fits = tokens.length <= TOO_MANY;
    arcPlace.replaceChildren(
      ...(fits ? [arcs(tokens, columnWidth(tokens), query, weights[query], looks)] : []),
    );
  }

  function saidOf(query, looks) {
    const tokens = get("tokens");
    const list = looks.map(([weight, key]) => `${tokens[key]} ${weight.toFixed(2)}`).join(", ");
    return fill(words.line, { q: tokens[query], list, sum: sum(weights[query]).toFixed(2) });
  }

  root.append(smallPrint(words.help));
  el.append(root);
  heads.build();
  build();
  const stops = [
    listen(model, ["heads"], () => {
      heads.build();
      paint();
    }),
    listen(model, ["tokens", "orientation"], build),
    listen(model, ["scores", "temperature", "mask", "numbers", "head", "off"], paint),
    listen(model, ["query"], light),
  ];
  return () => stops.forEach((stop) => stop());
}

function chosenPattern(patterns, head, off) {
  if (head < 0) return average(patterns, off);
  return off.includes(head) ? zerosLike(patterns[head]) : patterns[head];
}

// ---- temperature, mask, layout, numbers

function controlBar(words, get, put) {
  const warmth = h("input", { type: "range", min: -1, max: 1, step: 0.05, oninput: putTemperature });
  const shown = h("output");
  const mask = selection("mask", ["none", "before", "after"]);
  const layout = selection("orientation", ["code", "video"]);
  const onchange = () => put("numbers", numbers.checked);
  const numbers = h("input", { type: "checkbox", onchange });
  const element = h(
    "div",
    { class: "bar" },
    h("label", {}, words.temperature, warmth, shown),
    h("label", {}, words.mask, mask),
    h("label", {}, words.layout, layout),
    h("label", {}, numbers, words.numbers),
  );

  function putTemperature() {
    put("temperature", Number((10 ** Number(warmth.value)).toFixed(2)));
  }

  function selection(name, values) {
    const options = values.map((value) => h("option", { value }, words[value]));
    return h("select", { onchange: (event) => put(name, event.target.value) }, options);
  }

  function paint() {
    const temperature = get("temperature").toFixed(2);
    warmth.value = Math.log10(get("temperature"));
    warmth.setAttribute("aria-valuetext", temperature);
    shown.textContent = temperature;
    mask.value = get("mask");
    layout.value = get("orientation");
    numbers.disabled = get("tokens").length > TOO_MANY;
    numbers.checked = get("numbers") && !numbers.disabled;
  }

  return { element, paint };
}

// ---- several heads: a small picture of each, and one of all of them together, the last

function headChoice(words, get, put) {
  const element = h("div");
  const toggle = button("", switchHead);
  let table = null;
  let patterns = [];

  const several = () => Array.isArray(get("scores")[0][0]);
  const nameOf = (head) => (head < 0 ? words.all : get("heads")[head]);
  const isOff = () => Boolean(table) && get("off").includes(get("head"));
  /** The head at a place of the table; the last one is the average. */
  const headAt = (place) => (place === get("scores").length ? -1 : place);

  function switchHead() {
    const [head, off] = [get("head"), get("off")];
    put("off", off.includes(head) ? off.filter((one) => one !== head) : [...off, head]);
  }

  function build() {
    const count = several() ? get("scores").length : 0;
    table = null;
    element.replaceChildren();
    if (count < 2) return;
    const titles = { layer: words.heads, head: "{h}" };
    table = headTable(titles, 1, count + 1, 0, (_, place) => put("head", headAt(place)));
    table.table.querySelectorAll("thead th").forEach((title, place) => {
      title.textContent = nameOf(headAt(place));
    });
    element.append(table.table, h("div", { class: "bar" }, toggle, h("small", {}, words.average)));
  }

  function paint(newPatterns) {
    if (!table) return;
    const [head, off] = [get("head"), get("off")];
    patterns = [...newPatterns, average(newPatterns, off)];
    table.buttons[0].forEach((one, place) => {
      one.replaceChildren(smallPattern(patterns[place]));
      one.className = off.includes(place) ? "off" : "";
    });
    table.mark(0, head < 0 ? newPatterns.length : head);
    toggle.disabled = head < 0;
    toggle.textContent = fill(off.includes(head) ? words.on : words.off, { name: nameOf(head) });
  }

  /** Tell screen readers whom the query looks at, head by head. */
  function say(query) {
    const tokens = get("tokens");
    table?.buttons[0].forEach((one, place) => {
      const name = nameOf(headAt(place));
      const row = patterns[place][query];
      const most = positionOfLargest(row);
      const parts = { name, q: tokens[query], most: tokens[most], weight: row[most].toFixed(2) };
      const off = get("off").includes(place);
      one.setAttribute("aria-label", off ? fill(words.is_off, { name }) : fill(words.cell, parts));
    });
  }

  return { element, several, build, paint, say, isOff, name: () => nameOf(get("head")) };
}

export default { render };
