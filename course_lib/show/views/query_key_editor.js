// QueryKeyEditor: each matrix stands above what it makes (W_q above q, W_k above k), the scores beside them.

import { button, frame, h, smallPrint, spoken, times } from "./kit/elements.js";
import { cellAfter } from "./kit/keys.js";
import { listen, putInto } from "./kit/model.js";
import { sum } from "./kit/weights.js";
import { fill, number, wordsOf } from "./kit/words.js";

const EN = {
  caption: "From what a token is to whom it asks: x, W_q and W_k make the queries, the keys and the scores",
  W_q: "W_q: asks for",
  W_k: "W_k: is found by",
  x: "x: is",
  q: "q = x @ W_q",
  k: "k = x @ W_k",
  scores: "q @ k.T: a row asks a column",
  token: "token",
  weight: "{matrix}, {feature}, {question}",
  swap: "Swap W_q and W_k",
  same: "Make W_k the same as W_q",
  reset: "Start again",
  cell: "{i} asks {j}: {score}",
  line: "{i} asks {j}: {sum} = {score}. The other way round, {j} asks {i}: {back}.",
  self: "{i} asks itself: {sum} = {score}.",
  differ: "One-sided: {n} of {all} pairs score differently in the two directions.",
  alike: "Symmetric: all {all} pairs score the same in both directions.",
  help:
    "Type over a number, or use ↑ ↓ on it. Click a score, or go there with Tab and the arrow keys, " +
    "to see where it comes from.",
};
const KINDS = ["q", "k"]; // queries and keys; each has a matrix, and a vector for each token
const NEARLY_ZERO = 1e-9;

/**
 * What crosses to Python: the traits of QueryKeyEditor in query_key_editor.py.
 *
 * @typedef {object} State
 * @property {string[]} tokens Python: T names
 * @property {string[]} features Python: C names, of what a token can be
 * @property {string[]} questions Python: D names, of what a token can ask for
 * @property {number[][]} x Python: what each token is, (T, C)
 * @property {{ q: number[][], k: number[][] }} weights both: W_q and W_k, (C, D), in one trait
 * @property {{ q: number[][], k: number[][] }} start Python: the two as they were at first
 * @property {[number, number]} selected both: positions of the query and the key of the chosen score
 */

/**
 * The arithmetic, as NumPy's in query_key_editor.py: queries, keys (T, D) and scores (T, T).
 *
 * @param {number[][]} x (T, C)
 * @param {number[][]} W_q (C, D)
 * @param {number[][]} W_k (C, D)
 */
export function queryKeyScores(x, W_q, W_k) {
  const q = product(x, W_q);
  const k = product(x, W_k);
  return { q, k, scores: q.map((query) => k.map((key) => sum(query.map((value, d) => value * key[d])))) };
}

function product(left, right) {
  return left.map((row) => right[0].map((_, column) => sum(row.map((value, i) => value * right[i][column]))));
}

/** @import { Model } from "./kit/model.js" */

/** @param {{ model: Model<State>, el: HTMLElement }} host */
function render({ model, el }) {
  const words = wordsOf(model, EN);
  const get = (name) => model.get(name);
  const put = putInto(model);
  const matrices = matrixRows(words, get, put, paint);
  const vectors = tokenRows(words, get, put);
  const caption = h("caption", {}, words.caption);
  const sentence = spoken();
  const verdict = spoken({ class: "verdict" });
  const table = h("table", {}, caption, matrices.element, vectors.element);
  el.append(frame("qk", table, sentence, verdict, smallPrint(words.help)));

  function paint() {
    const made = queryKeyScores(get("x"), get("weights").q, get("weights").k);
    matrices.paint();
    vectors.paint(made);
    sentence.textContent = said(words, get("tokens"), made, get("selected"));
    verdict.textContent = verdictOn(words, made.scores);
  }

  paint();
  return listen(model, ["weights", "selected"], paint);
}

/** Where the chosen score comes from, and the score of the same pair the other way round. */
function said(words, tokens, { q, k, scores }, [query, key]) {
  const factor = (value) => (value < 0 ? `(${number(value)})` : number(value));
  const products = q[query].map((value, d) => `${factor(value)} · ${factor(k[key][d])}`);
  return fill(query === key ? words.self : words.line, {
    ...{ i: tokens[query], j: tokens[key], sum: products.join(" + ") },
    ...{ score: number(scores[query][key]), back: number(scores[key][query]) },
  });
}

function verdictOn(words, scores) {
  const pairs = scores.flatMap((row, query) =>
    row.slice(0, query).map((score, key) => [score, scores[key][query]]),
  );
  const differ = pairs.filter(([there, back]) => Math.abs(there - back) > NEARLY_ZERO).length;
  return fill(differ ? words.differ : words.alike, { n: differ, all: pairs.length });
}

/** A class that leaves a gap before the first column of a table. */
const gapBefore = (column) => (column ? "" : " first");

function groupTitle(kind, words, columns) {
  return h("th", { class: `group first ${kind}`, colspan: columns, scope: "colgroup" }, words);
}

function columnTitle(kind, name, column) {
  return h("th", { class: `upright ${kind}`.trimEnd() + gapBefore(column), scope: "col" }, name);
}

// ---- above: the two matrices as numbers to type over, and what can be done to both

function matrixRows(words, get, put, paintAll) {
  const [features, questions] = [get("features"), get("questions")];
  const boxes = Object.fromEntries(
    KINDS.map((kind) => [
      kind,
      features.map((_, row) => questions.map((_, column) => box(kind, row, column))),
    ]),
  );
  const empty = () => h("td", { colspan: 1 + features.length, class: "empty" });
  const groups = KINDS.map((kind) => groupTitle(kind, words[`W_${kind}`], questions.length));
  const titles = KINDS.map((kind) => questions.map((name, column) => columnTitle(kind, name, column)));
  const rows = features.map((name, row) => {
    const title = h("th", { colspan: 1 + features.length, scope: "row" }, name);
    const cells = KINDS.map((kind) =>
      boxes[kind][row].map((one, column) => h("td", { class: kind + gapBefore(column) }, one)),
    );
    return h("tr", {}, title, cells);
  });
  const element = h("tbody", {}, h("tr", {}, empty(), groups, buttons()), h("tr", {}, empty(), titles), rows);

  function box(kind, row, column) {
    const parts = { matrix: `W_${kind}`, feature: features[row], question: questions[column] };
    const attributes = { type: "number", step: 1, "data-box": `${kind}${row}${column}` };
    const oninput = (event) => type(kind, row, column, event.target.valueAsNumber);
    return h("input", { ...attributes, "aria-label": fill(words.weight, parts), onblur: paintAll, oninput });
  }

  function type(kind, row, column, typed) {
    if (!Number.isFinite(typed)) return;
    const matrix = get("weights")[kind].map((values) => [...values]);
    matrix[row][column] = typed;
    put("weights", { ...get("weights"), [kind]: matrix });
  }

  function buttons() {
    const act = (name, change) => {
      return button(words[name], () => put("weights", change(get("weights"))), { "data-action": name });
    };
    return h(
      "td",
      { class: "actions", colspan: get("tokens").length, rowspan: features.length + 2 },
      act("swap", ({ q, k }) => ({ q: k, k: q })),
      act("same", ({ q }) => ({ q, k: q })),
      act("reset", () => get("start")),
    );
  }

  function paint() {
    KINDS.forEach((kind) =>
      get("weights")[kind].forEach((values, row) =>
        values.forEach((value, column) => {
          const one = boxes[kind][row][column];
          const typing = document.activeElement === one;
          if (!typing) one.value = Number(value.toFixed(2));
        }),
      ),
    );
  }

  return { element, paint };
}

// ---- below: what each token is, its query and its key, and its scores with all the others

function tokenRows(words, get, put) {
  const [tokens, features, questions, x] = [get("tokens"), get("features"), get("questions"), get("x")];
  const [T, C, D] = [tokens.length, features.length, questions.length];
  const numbers = Object.fromEntries(
    KINDS.map((kind) => [kind, tokens.map(() => times(D, (d) => vectorCell(kind, d)))]),
  );
  const names = {
    q: tokens.map((name) => h("th", { class: "q", scope: "row" }, name)),
    k: tokens.map((name, column) => columnTitle("k", name, column)),
  };
  const scores = tokens.map((_, query) => tokens.map((_, key) => scoreCell(query, key)));
  const drawn = tokens.map(() => []); // what each score's cell shows
  const groups = [groupTitle("", words.x, C), ...KINDS.map((kind) => groupTitle(kind, words[kind], D))];
  const element = h(
    "tbody",
    {},
    h("tr", {}, h("td", { class: "empty" }), groups, groupTitle("", words.scores, T)),
    h(
      "tr",
      {},
      h("th", {}, words.token),
      features.map((name, column) => columnTitle("", name, column)),
      h("td", { class: "empty", colspan: 2 * D }),
      names.k,
    ),
    tokens.map((_, row) => {
      const vectors = KINDS.map((kind) => numbers[kind][row]);
      return h("tr", {}, names.q[row], x[row].map(featureCell), vectors, scores[row]);
    }),
  );

  function featureCell(value, column) {
    return h("td", { class: `number${gapBefore(column)}${value ? "" : " zero"}` }, number(value));
  }

  function vectorCell(kind, column) {
    return h("td", { class: `number ${kind}${gapBefore(column)}` });
  }

  function scoreCell(query, key) {
    const hear = {
      onclick: () => put("selected", [query, key]),
      onkeydown: (event) => walk(event, [query, key]),
    };
    const spot = h("button", { type: "button", tabindex: -1, ...hear }, h("i"), h("b"));
    return h("td", { class: "score", "data-score": `${query},${key}` }, spot);
  }

  function walk(event, from) {
    const next = cellAfter(event, from, T, T);
    if (!next) return;
    put("selected", next);
    scores[next[0]][next[1]].firstChild.focus();
  }

  function paint(made) {
    const [query, key] = get("selected");
    paintVectors("q", made.q, query);
    paintVectors("k", made.k, key);
    const largest = Math.max(NEARLY_ZERO, ...made.scores.flat().map(Math.abs));
    scores.forEach((row, i) =>
      row.forEach((cell, j) => {
        const chosen = i === query && j === key;
        const back = i === key && j === query && query !== key;
        markScore(cell, chosen, back);
        paintScore(cell, i, j, made.scores[i][j], largest);
      }),
    );
  }

  function paintVectors(kind, vectors, chosen) {
    numbers[kind].forEach((row, token) =>
      row.forEach((cell, column) => {
        const value = vectors[token][column];
        cell.textContent = number(value);
        cell.classList.toggle("zero", !value);
        cell.classList.toggle("on", token === chosen);
      }),
    );
    names[kind].forEach((name, token) => name.classList.toggle("on", token === chosen));
  }

  function markScore(cell, chosen, back) {
    cell.classList.toggle("on", chosen);
    cell.classList.toggle("back", back);
    const reached = chosen ? 0 : -1; // by Tab
    if (cell.firstChild.tabIndex !== reached) cell.firstChild.tabIndex = reached;
  }

  /** A circle whose area is the score, hollow if it is negative. A new choice alone repaints none. */
  function paintScore(cell, query, key, score, largest) {
    const wanted = `${score} ${largest}`;
    if (drawn[query][key] === wanted) return;
    drawn[query][key] = wanted;
    const [circle, text] = cell.firstChild.children;
    const none = Math.abs(score) < NEARLY_ZERO;
    const size = `${none ? 0 : 6 + 24 * Math.sqrt(Math.abs(score) / largest)}px`;
    circle.style.width = size;
    circle.style.height = size;
    circle.style.visibility = none ? "hidden" : "";
    circle.className = score < 0 ? "less" : "";
    text.textContent = number(score);
    const parts = { i: tokens[query], j: tokens[key], score: text.textContent };
    cell.firstChild.setAttribute("aria-label", fill(words.cell, parts));
  }

  return { element, paint };
}

export default { render };
