// AttentionGrid: the pattern of a head, or of several to choose from. The kit (kit.js) stands in front of this file.
import { fill, frame, h, listen, putInto, wordsOf } from "./kit/kit.js";
import { headTable, limit, mini } from "./kit/heads.js";

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
export function attention(scores, T, mask) {
  // scores[i][j] = q_i · k_j / √d   →  weights[i][j]
  return scores.map((row, i) => {
    const s = row.map((x, j) => (mask === "before" && j > i ? -Infinity : x / T));
    const top = Math.max(...s),
      e = s.map((x) => Math.exp(x - top)),
      z = e.reduce((a, b) => a + b, 0);
    return e.map((x, j) => (mask === "after" && j > i ? 0 : x / z));
  });
}
export function average(patterns, off) {
  // of the heads that are on: weights[i][j]; 0 if none is
  const on = patterns.filter((_, n) => !off.includes(n));
  return patterns[0].map((row, i) =>
    row.map((_, j) => on.reduce((sum, W) => sum + W[i][j], 0) / Math.max(on.length, 1)),
  );
}

function render({ model, el }) {
  const t = wordsOf(model, EN),
    get = (k) => model.get(k),
    put = putInto(model);
  let hover = null,
    focus = null,
    cells = [],
    W = [],
    all = [],
    lit = -1,
    warm = null;
  const query = () => Math.min(hover ?? get("query"), get("tokens").length - 1),
    several = () => Array.isArray(get("scores")[0][0]);
  const T = h("input", {
    type: "range",
    min: -1,
    max: 1,
    step: 0.05,
    oninput: () => put("temperature", +(10 ** +T.value).toFixed(2)),
  });
  const Tout = h("output", {});
  const pick = (name, values) =>
    h(
      "select",
      { onchange: (e) => put(name, e.target.value) },
      values.map((v) => h("option", { value: v }, t[v])),
    );
  const maskSel = pick("mask", ["none", "before", "after"]),
    laySel = pick("view", ["code", "video"]);
  const num = h("input", { type: "checkbox", onchange: () => put("numbers", num.checked) });
  const bar = h(
    "div",
    { class: "bar" },
    h("label", {}, t.temperature, T, Tout),
    h("label", {}, t.mask, maskSel),
    h("label", {}, t.layout, laySel),
    h("label", {}, num, t.numbers),
  );
  const heads = h("div"),
    arcs = h("div", { "aria-hidden": "true" }),
    grid = h("div"),
    say = h("p", { "aria-live": "polite" }),
    help = h("p", {}, h("small", {}, t.help));
  const root = frame("ag", bar, heads, arcs, grid, say, help);
  const nameOf = (n) => (n < 0 ? t.all : get("heads")[n]);
  let table = null,
    toggle = null;

  function buildHeads() {
    // a small picture of each head, and one of all of them together
    const H = several() ? get("scores").length : 0;
    table =
      H > 1
        ? headTable({ ...t, layer: t.heads, head: "{h}" }, 1, H + 1, 0, (_, n) =>
            put("head", n === H ? -1 : n),
          )
        : null;
    if (!table) return heads.replaceChildren();
    table.table.querySelectorAll("thead th").forEach((th, n) => {
      th.textContent = nameOf(n === H ? -1 : n);
    });
    toggle = h("button", {
      type: "button",
      onclick: () => {
        const n = get("head"),
          off = get("off");
        put("off", off.includes(n) ? off.filter((one) => one !== n) : [...off, n]);
      },
    });
    heads.replaceChildren(table.table, h("div", { class: "bar" }, toggle, h("small", {}, t.average)));
  }
  function build() {
    // the table: once per change of tokens or layout
    const toks = get("tokens"),
      n = toks.length,
      video = get("view") === "video",
      rowKind = video ? "k" : "q",
      colKind = video ? "q" : "k",
      small = n > 24;
    const head = (kind, i, scope) =>
      h(
        "th",
        { class: kind, scope, "data-q": kind === "q" ? i : null },
        toks[i],
        " ",
        h("small", {}, `${kind}${i + 1}`),
      );
    cells = toks.map(() => Array(n));
    const sums = toks.map((_, i) => h("td", { class: "s", "data-sum": i }));
    const rows = toks.map((_, r) =>
      h(
        "tr",
        {},
        head(rowKind, r, "row"),
        toks.map((_, c) => {
          const [i, j] = video ? [c, r] : [r, c];
          return (cells[i][j] = h(
            "td",
            { role: "gridcell", tabindex: -1, "data-r": r, "data-c": c, "data-i": i },
            h("i"),
            small ? [] : h("span"),
          ));
        }),
        video ? [] : sums[r],
      ),
    );
    if (video) rows.push(h("tr", {}, h("th", { scope: "row" }, t.sum), sums));
    const at = (f) => (e) => {
      const td = e.target.closest("td[role=gridcell]");
      if (td) f(td, e);
    };
    grid.replaceChildren(
      h(
        "table",
        {
          role: "grid",
          "aria-label": t.caption,
          class: (n > 12 ? "many" : "") + (small ? " small" : ""),
          style: `--w:${small ? 17 : n > 12 ? 38 : width(toks)}px;--h:${small ? 17 : 40}px`,
          onmouseover: at((td) => {
            hover = +td.dataset.i;
            light();
          }),
          onclick: at((td) => put("query", +td.dataset.i)),
          onkeydown: at((_, e) => keys(e)),
          onfocusin: at((td) => {
            focus = [+td.dataset.r, +td.dataset.c];
            hover = +td.dataset.i;
            light();
          }),
          onmouseleave: () => {
            hover = null;
            light();
          },
        },
        h("caption", {}, t.caption),
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            h("td", { class: "s" }),
            toks.map((_, c) => head(colKind, c, "col")),
            video ? [] : h("th", { scope: "col" }, t.sum),
          ),
        ),
        h("tbody", {}, rows),
      ),
    );
    focus = null;
    num.disabled = small;
    paint();
  }
  const width = (toks) => Math.max(46, 8 * Math.max(...toks.map((s) => s.length)) + 10);
  function keys(e) {
    const n = get("tokens").length,
      [r, c] = focus,
      step = {
        ArrowUp: [-1, 0],
        ArrowDown: [1, 0],
        ArrowLeft: [0, -1],
        ArrowRight: [0, 1],
        Home: [0, -n],
        End: [0, n],
      }[e.key];
    if (e.key === "Enter" || e.key === " ") {
      put("query", query());
      e.preventDefault();
      return;
    }
    if (!step) return;
    e.preventDefault();
    e.stopPropagation();
    const lim = (x) => limit(x, 0, n - 1),
      [R, C] = [lim(r + step[0]), lim(c + step[1])];
    (get("view") === "video" ? cells[C][R] : cells[R][C]).focus();
  }
  function paint() {
    // the weights: on every change of what they are made of
    const toks = get("tokens"),
      temp = get("temperature"),
      mask = get("mask"),
      off = get("off"),
      n = get("head"),
      numbers = get("numbers"),
      zero = (P) => P.map((row) => row.map(() => 0));
    all = (several() ? get("scores") : [get("scores")]).map((scores) => attention(scores, temp, mask));
    const chosen = several() ? n : 0,
      gone = several() && off.includes(chosen);
    W = chosen < 0 ? average(all, off) : gone ? zero(all[chosen]) : all[chosen];
    root.classList.toggle("at-once", temp !== warm);
    warm = temp; // circles follow a slider at once; they grow only where a choice changes them
    T.value = Math.log10(temp);
    Tout.textContent = temp.toFixed(2);
    maskSel.value = mask;
    laySel.value = get("view");
    num.checked = get("numbers") && !num.disabled;
    T.setAttribute("aria-valuetext", temp.toFixed(2));
    cells.forEach((row, i) =>
      row.forEach((td, j) => {
        const w = W[i][j],
          x = mask !== "none" && j > i,
          d = `scale(${Math.sqrt(w).toFixed(3)})`;
        td.classList.toggle("x", x);
        if (td.firstChild.style.transform !== d) td.firstChild.style.transform = d;
        const text = numbers ? (x ? (mask === "before" ? "−∞" : "0") : w < 0.005 ? "" : w.toFixed(2)) : "",
          spot = td.children[1];
        if (spot && spot.textContent !== text) spot.textContent = text;
        const label = `${t.query} ${toks[i]}, ${t.key} ${toks[j]}, ${x ? t.masked : t.weight + " " + w.toFixed(2)}`;
        if (td.ariaLabel !== label) td.setAttribute("aria-label", label);
      }),
    );
    grid.querySelectorAll("[data-sum]").forEach((td) => {
      const s = W[+td.dataset.sum].reduce((a, b) => a + b, 0),
        bad = Math.abs(s - 1) > 0.005;
      td.textContent = s.toFixed(2);
      td.classList.toggle("bad", bad);
    });
    if (table) {
      const H = all.length;
      table.buttons[0].forEach((b, i) => {
        b.replaceChildren(mini(i === H ? average(all, off) : all[i]));
        b.className = off.includes(i) ? "off" : "";
      });
      table.mark(0, n < 0 ? H : n);
      toggle.disabled = n < 0;
      toggle.textContent = fill(off.includes(n) ? t.on : t.off, { name: nameOf(n) });
    }
    lit = -1;
    light();
  }
  function light() {
    // the query that is chosen: highlights, arcs, sentence
    const toks = get("tokens"),
      n = toks.length,
      q = query();
    if (lit !== q)
      cells.forEach((row, i) => {
        if (lit < 0 || i === lit || i === q) row.forEach((td) => td.classList.toggle("on", i === q));
      });
    const stop = focus ? grid.querySelector(`td[data-r="${focus[0]}"][data-c="${focus[1]}"]`) : cells[q][0];
    grid.querySelectorAll('td[tabindex="0"]').forEach((td) => {
      td.tabIndex = -1;
    });
    stop.tabIndex = 0;
    grid.querySelectorAll("[data-q]").forEach((th) => th.classList.toggle("on", +th.dataset.q === q));
    if (table)
      table.buttons[0].forEach((b, i) => {
        const row = (i === all.length ? average(all, get("off")) : all[i])[q],
          most = row.indexOf(Math.max(...row)),
          name = nameOf(i === all.length ? -1 : i);
        b.setAttribute(
          "aria-label",
          get("off").includes(i)
            ? fill(t.is_off, { name })
            : fill(t.cell, { name, q: toks[q], most: toks[most], weight: row[most].toFixed(2) }),
        );
      });
    lit = q;
    const order = W[q]
      .map((w, j) => [w, j])
      .filter(([w]) => w >= 0.005)
      .sort((a, b) => b[0] - a[0]);
    say.textContent =
      table && get("off").includes(get("head"))
        ? fill(t.gone, { name: nameOf(get("head")) })
        : fill(t.line, {
            q: toks[q],
            list: order.map(([w, j]) => `${toks[j]} ${w.toFixed(2)}`).join(", "),
            sum: W[q].reduce((a, b) => a + b, 0).toFixed(2),
          });
    if (n > 24) return arcs.replaceChildren(); // words side by side would not fit
    const wide = width(toks),
      x = (i) => wide * (i + 0.5),
      H = 30 + 9 * Math.min(8, n),
      up = (d) => H - 26 - (11 * 8 * d) / Math.max(8, n);
    arcs.replaceChildren(
      h(
        "svg",
        { width: wide * n, height: H + 24 }, // an arrow points the way the information flows: key → query
        h(
          "defs",
          {},
          h(
            "marker",
            { id: "ag-tip", markerWidth: 3, markerHeight: 3, refX: 0.2, refY: 1.5, orient: "auto" },
            h("path", { d: "M0,0 L2.2,1.5 L0,3 z", style: "fill:var(--q);stroke:none" }),
          ),
        ),
        order.map(([w, j]) => {
          const sw = 0.6 + 7 * w,
            end = H - 2 * sw,
            d = Math.abs(j - q),
            peak = d ? up(d) : up(2.5),
            [from, to, bend] = d ? [x(j), x(q) + 3 * Math.sign(j - q), 0] : [x(q) + 12, x(q) - 4, 22];
          return h("path", {
            d: `M${from},${H} C${from + bend},${peak} ${to - bend},${peak} ${to},${end}`,
            "marker-end": "url(#ag-tip)",
            "stroke-width": sw,
            opacity: 0.4 + 0.6 * w,
          });
        }),
        toks.map((s, i) =>
          h(
            "text",
            {
              x: x(i),
              y: H + 16,
              style:
                i === q
                  ? "font-weight:800;text-decoration:underline;fill:var(--q)"
                  : `opacity:${0.45 + 0.55 * Math.min(1, 2 * W[q][i])}`,
            },
            s,
          ),
        ),
      ),
    );
  }
  el.append(root);
  buildHeads();
  build();
  const stop = [
    listen(model, ["heads"], () => {
      buildHeads();
      paint();
    }),
    listen(model, ["tokens", "view"], build),
    listen(model, ["scores", "temperature", "mask", "numbers", "head", "off"], paint),
    listen(model, ["query"], light),
  ];
  return () => stop.forEach((f) => f());
}
export default { render };
