// HeadBrowser: layers × heads with their scores; choose a head, switch it off, type a text. Python reads the text,
// this draws what it found.

import { button, frame, h, spoken } from "./kit/elements.js";
import { headTable } from "./kit/head_table.js";
import { limit } from "./kit/keys.js";
import { listen, putInto } from "./kit/model.js";
import { PANEL_EN, patternPanel } from "./kit/pattern_panel.js";
import { unpack } from "./kit/weights.js";
import { fill, number, wordsOf } from "./kit/words.js";

const EN = {
  ...PANEL_EN,
  text: "Your text",
  read: "Read it",
  known: "The {n} words that it knows",
  more: " and {n} more",
  job: "Score",
  off: "Switch off {name}",
  on: "Switch on {name}",
  all_on: "Switch all on",
  cell: "{name}: {score}",
  gone: "switched off",
  map: "Circles by size: {job}. Hollow is negative.",
  unknown: "The model has never seen {words}.",
  meant: "Do you mean {words}?",
  long: "The text has {n} tokens, and the model can read {most} at once.",
  empty: "Type a few words that it knows.",
  silent: "Python does not answer: run this cell again.",
  after: "What comes after “{q}”?",
  word: "word",
  whole: "all heads",
  without: "without",
  next: "◀ comes next",
  loss: "This text costs {whole} nats per token.",
  loss_off: "This text costs {whole} nats per token, and {without} without {names}.",
};
const PATIENCE = 4000; // milliseconds that Python may take to answer
const LONGEST_BAR = 70; // pixels of probability 1

/**
 * Why a text cannot be read: exactly one of these, or none.
 *
 * @typedef {object} Problem
 * @prop {string[]} [unknown] words that the model has never seen
 * @prop {string[]} [meant] known words that look like them
 * @prop {number} [long] how many tokens it has, of `most`
 * @prop {number} [most] how many the model can read
 * @prop {boolean} [empty] there is none
 */

/**
 * What crosses to Python: the traits of HeadBrowser in head_browser.py.
 *
 * @typedef {object} State
 * @property {number} n_layer Python: layers of the model
 * @property {number} n_head Python: heads in a layer
 * @property {number} first Python: from which number heads are counted
 * @property {string} text both: what is typed
 * @property {string[]} tokens Python: the last text that could be read
 * @property {DataView} packed Python: the patterns of all heads, as pattern_bytes.py packs them
 * @property {Record<string, number[][]>} jobs Python: scores[layer][head] by their name
 * @property {string} job both: the name of the scores that are shown
 * @property {number} layer both: of the chosen head
 * @property {number} head both: its number in the layer
 * @property {number} query both: position of the token that looks
 * @property {[number, number][]} off both: [layer, head] of those that are switched off
 * @property {[number, number]} losses Python: with all heads, and without those
 * @property {[string, number, number][][]} next Python: for each token the likeliest words, with all heads and without
 * @property {Problem} problem Python: why the typed text cannot be read
 * @property {string[]} known Python: the first words of the vocabulary
 * @property {number} vocabulary_size Python: how many there are
 * @property {number} answered Python: how often it has answered
 */

/** @import { Model } from "./kit/model.js" */

/** @param {{ model: Model<State>, el: HTMLElement }} host */
function render({ model, el }) {
  const words = wordsOf(model, EN);
  const get = (name) => model.get(name);
  const put = putInto(model);
  const [layers, heads, first] = [get("n_layer"), get("n_head"), get("first")];
  const nameOf = (layer, head) => fill(words.name, { l: layer + first, h: head + first });
  const problem = h("p", { class: "problem", role: "status" });
  const field = textField(words, get, ask, answered);
  const job = jobChoice(get, put);
  const map = headTable(words, layers, heads, first, chooseHead);
  const panel = patternPanel(words, (query) => put("query", query));
  const toggle = button("", switchHead);
  const reset = button(words.all_on, () => ask("off", []));
  const loss = spoken();
  const likely = h("table", { class: "says" });
  let patterns = [];
  let timer = null;

  const side = h(
    "div",
    { class: "side" },
    h("div", { class: "bar" }, h("label", {}, words.job, job)),
    map.table,
    h("div", { class: "bar switch" }, toggle, reset),
    loss,
    likely,
  );
  const pattern = h("div", {}, panel.caption, panel.picture);
  const both = h("div", { class: "two" }, side, pattern);
  el.append(frame("hb", field.element, problem, knownWords(words, get), both, panel.strip, panel.sentence));

  /** Put a value to which Python has to answer; say so if it does not. */
  function ask(name, value) {
    clearTimeout(timer);
    timer = setTimeout(() => {
      problem.textContent = words.silent;
    }, PATIENCE);
    put(name, value);
  }

  function chooseHead(layer, head) {
    model.set("layer", layer);
    put("head", head);
  }

  function isOff(layer, head) {
    return get("off").some(([l, n]) => l === layer && n === head);
  }

  function switchHead() {
    const [layer, head] = [get("layer"), get("head")];
    const others = get("off").filter(([l, n]) => l !== layer || n !== head);
    ask("off", isOff(layer, head) ? others : [...others, [layer, head]]);
  }

  /** Python has read a text, or read it again with other heads switched off. */
  function answered() {
    clearTimeout(timer);
    problem.textContent = problemInWords(words, get("problem"));
    patterns = unpack(get("packed"), layers * heads, get("tokens").length);
    paint();
  }

  function paint() {
    const tokens = get("tokens");
    const [layer, head] = [get("layer"), get("head")];
    const query = limit(get("query"), 0, tokens.length - 1);
    const gone = isOff(layer, head);
    const name = nameOf(layer, head);
    job.value = get("job");
    paintMap();
    map.mark(layer, head);
    panel.draw(tokens, patterns[layer * heads + head], query, gone ? `${name} (${words.gone})` : name);
    toggle.textContent = fill(gone ? words.on : words.off, { name });
    reset.hidden = !get("off").length;
    loss.textContent = lossInWords();
    likely.replaceChildren(...likelyWords(words, tokens, query, get("next")[query], get("off").length > 0));
  }

  function paintMap() {
    const scores = get("jobs")[get("job")];
    const largest = Math.max(...scores.flat().map(Math.abs), 1e-12);
    map.caption.textContent = fill(words.map, { job: get("job") });
    scores.forEach((row, layer) =>
      row.forEach((score, head) => {
        const label = fill(words.cell, { name: nameOf(layer, head), score: number(score) });
        paintScore(map.buttons[layer][head], score, score / largest, label, isOff(layer, head));
      }),
    );
  }

  /** A head's button; where nothing has changed, nothing is drawn. */
  function paintScore(one, score, share, label, gone) {
    const said = gone ? `${label}, ${words.gone}` : label;
    const shown = said + get("job");
    if (one.dataset.said === shown) return;
    one.replaceChildren(scoreCircle(share), number(score));
    one.setAttribute("aria-label", said);
    one.className = gone ? "off" : "";
    one.dataset.said = shown;
  }

  function lossInWords() {
    if (get("tokens").length < 2) return "";
    const [whole, without] = get("losses").map((one) => one.toFixed(2));
    const names = get("off").map(([layer, head]) => nameOf(layer, head));
    return fill(names.length ? words.loss_off : words.loss, { whole, without, names: names.join("; ") });
  }

  field.paint();
  answered();
  const stops = [
    listen(model, ["text"], field.paint),
    listen(model, ["answered"], answered),
    listen(model, ["layer", "head", "query", "job"], paint),
  ];
  return () => {
    clearTimeout(timer);
    stops.forEach((stop) => stop());
  };
}

function textField(words, get, ask, answered) {
  const input = h("input", { type: "text", spellcheck: "false", autocomplete: "off", onkeydown });
  const element = h("div", { class: "bar" }, h("label", {}, words.text, input), button(words.read, read));

  function onkeydown(event) {
    event.stopPropagation();
    if (event.key === "Enter") read();
  }

  function read() {
    if (input.value === get("text")) answered();
    else ask("text", input.value);
  }

  function paint() {
    input.value = get("text");
  }

  return { element, paint };
}

function jobChoice(get, put) {
  const options = Object.keys(get("jobs")).map((job) => h("option", { value: job }, job));
  return h("select", { onchange: (event) => put("job", event.target.value) }, options);
}

function knownWords(words, get) {
  const [known, all] = [get("known"), get("vocabulary_size")];
  const more = all > known.length ? fill(words.more, { n: all - known.length }) : "";
  return h("details", {}, h("summary", {}, fill(words.known, { n: all })), known.join(" "), more);
}

/** @param {Problem} problem */
function problemInWords(words, problem) {
  const quoted = (list) => list.map((word) => `“${word}”`).join(", ");
  if (problem.unknown) {
    const unknown = fill(words.unknown, { words: quoted(problem.unknown) });
    const meant = fill(words.meant, { words: quoted(problem.meant) });
    return problem.meant.length ? `${unknown} ${meant}` : unknown;
  }
  if (problem.long) return fill(words.long, { n: problem.long, most: problem.most });
  return problem.empty ? words.empty : "";
}

/** A circle whose area is the score's share of the largest one; hollow is negative. */
function scoreCircle(share) {
  const radius = 16 * Math.sqrt(Math.abs(share));
  const circle = h("circle", { cx: 18, cy: 17, r: radius, class: share < 0 ? "minus" : "" });
  return h("svg", { width: 36, height: 34, "aria-hidden": "true" }, circle);
}

/** The parts of the table of the words that are likely after a token. */
function likelyWords(words, tokens, query, likeliest, someOff) {
  const title = (name) => h("th", { scope: "col" }, name);
  const bar = (probability, look) => {
    const width = `width:${Math.round(LONGEST_BAR * probability)}px`;
    return h("td", {}, h("i", { class: look, style: width }), probability.toFixed(2));
  };
  const rows = likeliest.map(([word, whole, without]) => {
    const next = word === tokens[query + 1] ? h("small", {}, " " + words.next) : "";
    const name = h("th", { scope: "row" }, word, next);
    return h("tr", {}, name, bar(whole, ""), someOff ? bar(without, "without") : []);
  });
  const titles = [title(words.word), title(words.whole), someOff ? title(words.without) : []];
  return [
    h("caption", {}, fill(words.after, { q: tokens[query] })),
    h("thead", {}, h("tr", {}, titles)),
    h("tbody", {}, rows),
  ];
}

export default { render };
