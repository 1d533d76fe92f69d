// LedgerSliders: sliders for the sizes of a GPT. Python counts (costs/ledger.py); this only asks and shows.

import { frame, h, smallPrint, spoken } from "./kit/elements.js";
import { listen, putInto } from "./kit/model.js";
import { thousands, wordsOf } from "./kit/words.js";

const EN = {
  n_layer: "layers",
  n_head: "heads in a layer",
  n_embd: "width",
  context_length: "context",
  vocab_size: "vocabulary",
  counted: "counted as",
  video: "the video does",
  code: "the code holds it",
  line: "line",
  size: "size",
  parameters: "parameters",
  total: "total",
  help: "Choose a slider and use the arrow keys.",
};
const LONGEST_BAR = 220; // pixels

/**
 * One line of the ledger, as Python counted it.
 *
 * @typedef {object} Line
 * @prop {string} name what is counted
 * @prop {string} look the part of the model, a class of the style sheet
 * @prop {string} size rows by columns, in words
 * @prop {number} count of parameters
 * @prop {string} shown the same, written out
 */

/**
 * What crosses to Python: the traits of LedgerSliders in ledger_sliders.py.
 *
 * @typedef {object} State
 * @property {number} n_layer both: layers
 * @property {number} n_head both: heads in a layer
 * @property {number} n_embd both: width
 * @property {number} context_length both: tokens at once
 * @property {number} vocab_size both: tokens in all
 * @property {"video" | "code"} counted both: as the video counts, or as the code holds it
 * @property {Record<string, number[]>} choices Python: the values of each slider
 * @property {Line[]} lines Python: the ledger
 * @property {string} total Python: all parameters, written out
 * @property {string} sentence Python: what the sliders show, in words
 */

/** @import { Model } from "./kit/model.js" */

/** @param {{ model: Model<State>, el: HTMLElement }} host */
function render({ model, el }) {
  const words = wordsOf(model, EN);
  const put = putInto(model);
  const sliders = Object.entries(model.get("choices")).map(([name, values]) => {
    return slider(words, name, values, (value) => put(name, value));
  });
  const ways = ["video", "code"].map((value) => h("option", { value }, words[value]));
  const counted = h("select", { "aria-label": words.counted, onchange: countAnew }, ways);
  const ledger = h("div");
  const sentence = spoken();
  const bar = h(
    "div",
    { class: "bar" },
    sliders.map((one) => [h("span", {}, words[one.name]), one.input, one.shown]),
    h("span", {}, words.counted),
    counted,
  );
  el.append(frame("ls", bar, ledger, sentence, smallPrint(words.help)));

  function countAnew() {
    put("counted", counted.value);
  }

  function paint() {
    ledger.replaceChildren(ledgerTable(words, model.get("lines"), model.get("total")));
    sentence.textContent = model.get("sentence");
    sliders.forEach((one) => one.paint(model.get(one.name)));
    counted.value = model.get("counted");
  }

  paint();
  return listen(model, ["lines", "counted", ...sliders.map((one) => one.name)], paint);
}

/** A slider for one size: it goes from one of these values to the next. */
function slider(words, name, values, choose) {
  const shown = h("output");
  const oninput = () => choose(values[Number(input.value)]);
  const range = { type: "range", min: 0, max: values.length - 1, step: 1 };
  const input = h("input", { ...range, "aria-label": words[name], "data-size": name, oninput });

  function paint(value) {
    input.value = values.indexOf(value);
    shown.textContent = thousands(value);
    input.setAttribute("aria-valuetext", shown.textContent);
  }

  return { name, input, shown, paint };
}

/** @param {Line[]} lines */
function ledgerTable(words, lines, total) {
  const largest = Math.max(...lines.map((line) => line.count));
  const titles = [words.line, words.size, words.parameters].map((word) => h("th", { scope: "col" }, word));
  const rows = lines.map((line) => ledgerRow(line, (LONGEST_BAR * line.count) / largest));
  const sum = [h("th", { scope: "row" }, words.total), h("td"), h("td", { "data-line": "total" }, total)];
  return h(
    "table",
    {},
    h("thead", {}, h("tr", {}, titles)),
    h("tbody", {}, rows),
    h("tfoot", {}, h("tr", {}, sum)),
  );
}

function ledgerRow(line, width) {
  const bar = h("i", { class: line.look, style: `width:${width}px` });
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, line.name),
    h("td", {}, line.size),
    h("td", { "data-line": line.name }, line.shown),
    h("td", { class: "share", "aria-hidden": "true" }, bar),
  );
}

export default { render };
