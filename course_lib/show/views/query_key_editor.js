// QueryKeyEditor: each matrix stands above what it makes (W_q above q, W_k above k). The kit (kit.js) stands in front of this file.
import { fill, frame, h, listen, number, putInto, wordsOf } from "./kit/kit.js";

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
  help: "Type over a number, or use ↑ ↓ on it. Click a score, or go there with Tab and the arrow keys, to see where it comes from.",
};
export function queryKeyScores(x, Wq, Wk) {
  // the arithmetic, as NumPy's in query_key_editor.py
  const times = (a, b) => a.map((row) => b[0].map((_, j) => row.reduce((sum, v, i) => sum + v * b[i][j], 0)));
  const q = times(x, Wq),
    k = times(x, Wk);
  return { q, k, scores: q.map((qi) => k.map((kj) => qi.reduce((sum, v, d) => sum + v * kj[d], 0))) };
}

function render({ model, el }) {
  const t = wordsOf(model, EN),
    get = (name) => model.get(name),
    put = putInto(model),
    round = (v) => number(v);
  const [tokens, features, questions, x] = ["tokens", "features", "questions", "x"].map(get),
    T = tokens.length,
    C = features.length,
    D = questions.length;
  const kinds = ["q", "k"],
    each = (n, fn) => Array.from({ length: n }, (_, i) => fn(i)),
    first = (i) => (i ? "" : " first");
  const boxes = {},
    rows = { q: [], k: [] },
    cells = [],
    heads = { q: [], k: [] },
    shown = tokens.map(() => []);
  const matrix = (kind, c) =>
    each(D, (d) =>
      h(
        "td",
        { class: kind + first(d) },
        (boxes[kind + c + d] = h("input", {
          type: "number",
          step: 1,
          "data-box": `${kind}${c}${d}`,
          "aria-label": fill(t.weight, { matrix: `W_${kind}`, feature: features[c], question: questions[d] }),
          onblur: paint,
          oninput: (e) => {
            const v = e.target.valueAsNumber;
            if (Number.isFinite(v))
              put("weights", {
                ...get("weights"),
                [kind]: get("weights")[kind].map((row, i) => row.map((w, j) => (i === c && j === d ? v : w))),
              });
          },
        })),
      ),
    );
  const group = (kind, word, span) =>
    h("th", { class: `mid first ${kind}`, colspan: span, scope: "colgroup" }, word);
  const button = (name, change) =>
    h(
      "button",
      { type: "button", "data-do": name, onclick: () => put("weights", change(get("weights"))) },
      t[name],
    );
  const buttons = h(
    "td",
    { class: "do", colspan: T, rowspan: C + 2 },
    button("swap", ({ q, k }) => ({ q: k, k: q })),
    button("same", ({ q }) => ({ q, k: q })),
    button("reset", () => get("start")),
  );
  const above = h(
    "tbody",
    {},
    h(
      "tr",
      {},
      h("td", { colspan: 1 + C, class: "empty" }),
      group("q", t.W_q, D),
      group("k", t.W_k, D),
      buttons,
    ),
    h(
      "tr",
      {},
      h("td", { colspan: 1 + C, class: "empty" }),
      kinds.map((kind) =>
        questions.map((name, d) => h("th", { class: `up ${kind}${first(d)}`, scope: "col" }, name)),
      ),
    ),
    features.map((name, c) =>
      h(
        "tr",
        {},
        h("th", { colspan: 1 + C, scope: "row" }, name),
        kinds.map((kind) => matrix(kind, c)),
      ),
    ),
  );
  const below = h(
    "tbody",
    {},
    h(
      "tr",
      {},
      h("td", { class: "empty" }),
      group("", t.x, C),
      group("q", t.q, D),
      group("k", t.k, D),
      group("", t.scores, T),
    ),
    h(
      "tr",
      {},
      h("th", {}, t.token),
      features.map((name, c) => h("th", { class: "up" + first(c), scope: "col" }, name)),
      h("td", { class: "empty", colspan: 2 * D }),
      tokens.map((name, j) => (heads.k[j] = h("th", { class: "up k" + first(j), scope: "col" }, name))),
    ),
    tokens.map((name, i) =>
      h(
        "tr",
        {},
        (heads.q[i] = h("th", { class: "q", scope: "row" }, name)),
        x[i].map((v, c) => h("td", { class: `n${first(c)}${v ? "" : " zero"}` }, round(v))),
        kinds.map((kind) => (rows[kind][i] = each(D, (d) => h("td", { class: `n ${kind}${first(d)}` })))),
        (cells[i] = each(T, (j) =>
          h(
            "td",
            { class: "s", "data-score": `${i},${j}` },
            h(
              "button",
              {
                type: "button",
                tabindex: -1,
                onclick: () => put("selected", [i, j]),
                onkeydown: (e) => keys(e, i, j),
              },
              h("i"),
              h("b"),
            ),
          ),
        )),
      ),
    ),
  );
  const say = h("p", { "aria-live": "polite" }),
    verdict = h("p", { class: "verdict", "aria-live": "polite" });
  el.append(
    frame(
      "qk",
      h("table", {}, h("caption", {}, t.caption), above, below),
      say,
      verdict,
      h("p", {}, h("small", {}, t.help)),
    ),
  );

  function keys(e, i, j) {
    const step = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
      Home: [0, -T],
      End: [0, T],
    }[e.key];
    if (!step) return;
    e.preventDefault();
    e.stopPropagation();
    const keep = (v) => Math.max(0, Math.min(T - 1, v)),
      to = [keep(i + step[0]), keep(j + step[1])];
    put("selected", to);
    cells[to[0]][to[1]].firstChild.focus();
  }
  function paint() {
    // every number, the circles and the two sentences: on every change
    const W = get("weights"),
      made = queryKeyScores(x, W.q, W.k),
      { scores } = made,
      [qi, kj] = get("selected"),
      top = Math.max(1e-9, ...scores.flat().map(Math.abs));
    kinds.forEach((kind) => {
      W[kind].forEach((row, c) =>
        row.forEach((w, d) => {
          const box = boxes[kind + c + d];
          if (document.activeElement !== box) box.value = +w.toFixed(2);
        }),
      ); // never under the typing hand
      rows[kind].forEach((row, i) =>
        row.forEach((td, d) => {
          const v = made[kind][i][d];
          td.textContent = round(v);
          td.classList.toggle("zero", !v);
          td.classList.toggle("on", i === (kind === "q" ? qi : kj));
        }),
      );
      heads[kind].forEach((th, i) => th.classList.toggle("on", i === (kind === "q" ? qi : kj)));
    });
    cells.forEach((row, i) =>
      row.forEach((td, j) => {
        const score = scores[i][j],
          chosen = i === qi && j === kj,
          key = `${score} ${top}`;
        td.classList.toggle("on", chosen);
        td.classList.toggle("back", i === kj && j === qi && qi !== kj);
        if (td.firstChild.tabIndex !== (chosen ? 0 : -1)) td.firstChild.tabIndex = chosen ? 0 : -1;
        if (shown[i][j] === key) return; // a new choice alone repaints no circle
        shown[i][j] = key;
        const [circle, text] = td.firstChild.children,
          none = Math.abs(score) < 1e-9,
          size = `${none ? 0 : 6 + 24 * Math.sqrt(Math.abs(score) / top)}px`;
        circle.style.width = circle.style.height = size;
        circle.style.visibility = none ? "hidden" : "";
        circle.className = score < 0 ? "less" : "";
        text.textContent = round(score);
        td.firstChild.setAttribute(
          "aria-label",
          fill(t.cell, { i: tokens[i], j: tokens[j], score: round(score) }),
        );
      }),
    );
    const factor = (v) => (v < 0 ? `(${round(v)})` : round(v)),
      sum = made.q[qi].map((v, d) => `${factor(v)} · ${factor(made.k[kj][d])}`).join(" + ");
    say.textContent = fill(qi === kj ? t.self : t.line, {
      i: tokens[qi],
      j: tokens[kj],
      sum,
      score: round(scores[qi][kj]),
      back: round(scores[kj][qi]),
    });
    const pairs = tokens.flatMap((_, i) => each(i, (j) => Math.abs(scores[i][j] - scores[j][i]) > 1e-9)),
      n = pairs.filter(Boolean).length;
    verdict.textContent = fill(n ? t.differ : t.alike, { n, all: pairs.length });
  }
  paint();
  return listen(model, ["weights", "selected"], paint);
}
export default { render };
