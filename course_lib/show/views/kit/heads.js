import { fill, h } from "./kit.js";

// The kit's second part, for views of many heads: packed patterns, a table of heads, and one head's pattern with its tokens.
export function unpack(packed, many, T) {
  // weights[n][i][j ≤ i] of patterns packed as 16-bit shares of 1, row by row
  let at = 0;
  return Array.from({ length: many }, () =>
    Array.from({ length: T }, (_, i) =>
      Array.from({ length: i + 1 }, () => packed.getUint16(2 * at++, true) / 65535),
    ),
  );
}
export const limit = (x, low, high) => Math.max(low, Math.min(high, x));
export const mini = (rows, size = 52) => {
  // a head as a small picture: a row is a query, dark is much
  const c = size / rows.length,
    shades = ["", "", "", ""];
  rows.forEach((row, i) =>
    row.forEach((w, j) => {
      if (w >= 0.06)
        shades[Math.min(3, Math.floor(4 * w))] +=
          `M${(c * j).toFixed(2)},${(c * i).toFixed(2)}h${c.toFixed(2)}v${c.toFixed(2)}h-${c.toFixed(2)}z`;
    }),
  );
  return h(
    "svg",
    { class: "mini", width: size, height: size, "aria-hidden": "true" },
    h("rect", { width: size, height: size }),
    shades.map((d, n) => h("path", { d, opacity: 0.25 * n + 0.25 })),
  );
};
export const headTable = (t, L, H, first, choose) => {
  // a button for each head: arrow keys move, Enter or a click chooses
  let at = [0, 0];
  const focus = (l, n) => {
    buttons[at[0]][at[1]].tabIndex = -1;
    at = [l, n];
    buttons[l][n].tabIndex = 0;
    buttons[l][n].focus();
  };
  const keys = (e) => {
    const step = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
      Home: [0, -H],
      End: [0, H],
    }[e.key];
    if (!step) return;
    e.preventDefault();
    e.stopPropagation();
    focus(limit(at[0] + step[0], 0, L - 1), limit(at[1] + step[1], 0, H - 1));
  };
  const buttons = Array.from({ length: L }, (_, l) =>
    Array.from({ length: H }, (_, n) =>
      h("button", {
        type: "button",
        tabindex: -1,
        onkeydown: keys,
        onclick: () => {
          at = [l, n];
          choose(l, n);
        },
      }),
    ),
  );
  const caption = h("caption"),
    table = h(
      "table",
      { class: "heads" },
      caption,
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("td"),
          Array.from({ length: H }, (_, n) => h("th", { scope: "col" }, fill(t.head, { h: n + first }))),
        ),
      ),
      h(
        "tbody",
        {},
        buttons.map((row, l) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, fill(t.layer, { l: l + first })),
            row.map((b) => h("td", {}, b)),
          ),
        ),
      ),
    );
  const mark = (l, n) =>
    buttons.forEach((row, i) =>
      row.forEach((b, j) => {
        const on = i === l && j === n;
        b.setAttribute("aria-pressed", on);
        if (!buttons.flat().includes(document.activeElement)) {
          if (on) at = [l, n];
          b.tabIndex = on ? 0 : -1;
        } else b.tabIndex = i === at[0] && j === at[1] ? 0 : -1;
      }),
    );
  return { table, caption, buttons, mark };
};
export const patternPanel = (t, choose) => {
  // one head: circles by size, and its tokens as a row of choices for the query
  let tokens = [],
    cell = 20,
    left = 0,
    top = 0,
    spots = [];
  const svg = h("svg", {
    class: "pattern",
    role: "img",
    onclick: (e) =>
      choose(
        limit(Math.floor((e.clientY - svg.getBoundingClientRect().top - top) / cell), 0, tokens.length - 1),
      ),
  });
  const cap = h("p", { class: "cap" }),
    strip = h("div", { class: "strip", role: "radiogroup", "aria-label": t.who }),
    say = h("p", { "aria-live": "polite" });
  const keys = (e) => {
    const n = tokens.length,
      i = spots.indexOf(e.currentTarget),
      to = { ArrowLeft: i - 1, ArrowUp: i - 1, ArrowRight: i + 1, ArrowDown: i + 1, Home: 0, End: n - 1 }[
        e.key
      ];
    if (to === undefined) return;
    e.preventDefault();
    e.stopPropagation();
    choose(limit(to, 0, n - 1));
    spots[limit(to, 0, n - 1)].focus();
  };
  const dot = (x, y, r) =>
    `M${(x - r).toFixed(1)},${y.toFixed(1)}a${r.toFixed(2)},${r.toFixed(2)} 0 1 0 ${(2 * r).toFixed(2)},0a${r.toFixed(2)},${r.toFixed(2)} 0 1 0 ${(-2 * r).toFixed(2)},0z`;
  function build(toks) {
    tokens = toks;
    cell = limit(Math.floor(300 / toks.length), 9, 26);
    const size = Math.min(12, cell + 1),
      long = Math.max(...toks.map((s) => s.length)),
      wide = 0.57 * size * long + 6;
    left = wide + 18;
    top = wide * 0.75 + 26;
    spots = toks.map((s, i) =>
      h(
        "button",
        { type: "button", role: "radio", onclick: () => choose(i), onkeydown: keys },
        s,
        h("i"),
        h("b"),
      ),
    );
    strip.replaceChildren(...spots);
    const n = toks.length,
      x = (i) => left + cell * i,
      y = (i) => top + cell * i,
      lines = Array.from(
        { length: n + 1 },
        (_, i) => `M${x(0)},${y(i)}H${x(n)}M${x(i)},${y(0)}V${y(n)}`,
      ).join("");
    svg.replaceChildren(
      h("path", { class: "grid", d: lines }),
      h("path", { class: "all" }),
      h("path", { class: "row" }),
      h("text", { class: "axis k", x: left, y: 12 }, t.keys),
      h(
        "text",
        { class: "axis q", transform: `translate(12 ${top}) rotate(-90)`, "text-anchor": "end" },
        t.queries,
      ),
      ...toks.map((s, i) =>
        h(
          "text",
          {
            class: "name",
            x: left - 5,
            y: y(i) + cell / 2 + size / 3,
            "text-anchor": "end",
            "font-size": size,
          },
          s,
        ),
      ),
      ...toks.map((s, i) =>
        h(
          "text",
          { transform: `translate(${x(i) + cell / 2 + size / 3} ${top - 5}) rotate(-52)`, "font-size": size },
          s,
        ),
      ),
    );
    svg.setAttribute("width", left + cell * n + wide * 0.6);
    svg.setAttribute("height", top + cell * n + 4);
  }
  function draw(toks, rows, query, name) {
    if (String(toks) !== String(tokens)) build(toks);
    const marks = ["", ""];
    rows.forEach((row, i) =>
      row.forEach((w, j) => {
        if (w >= 0.01)
          marks[+(i === query)] += dot(
            left + cell * (j + 0.5),
            top + cell * (i + 0.5),
            0.47 * cell * Math.sqrt(w),
          );
      }),
    );
    svg.children[1].setAttribute("d", marks[0]);
    svg.children[2].setAttribute("d", marks[1]);
    svg.querySelectorAll(".name").forEach((text, i) => text.classList.toggle("on", i === query));
    spots.forEach((b, j) => {
      const w = j <= query ? rows[query][j] : 0;
      b.children[0].style.width = `${Math.round(34 * w)}px`;
      b.children[1].textContent = w >= 0.05 ? w.toFixed(2) : "";
      b.setAttribute("aria-checked", j === query);
      b.tabIndex = j === query ? 0 : -1;
      b.setAttribute(
        "aria-label",
        fill(j <= query ? t.token : t.later, { token: toks[j], n: j + 1, weight: w.toFixed(2) }),
      );
    });
    const order = rows[query]
      .map((w, j) => [w, j])
      .filter(([w]) => w >= 0.05)
      .sort((a, b) => b[0] - a[0])
      .slice(0, 4);
    say.textContent = fill(t.line, {
      q: toks[query],
      name,
      list: order.map(([w, j]) => `${toks[j]} ${w.toFixed(2)}`).join(", ") || t.all_alike,
    });
    cap.textContent = fill(t.pattern, { name });
    svg.setAttribute("aria-label", cap.textContent + ". " + say.textContent);
  }
  return { svg, cap, strip, say, draw };
};
export const PANEL_EN = {
  layer: "layer {l}",
  head: "head {h}",
  name: "layer {l}, head {h}",
  who: "who looks",
  token: "{token}, token {n}: gets {weight}",
  later: "{token}, token {n}: comes later",
  keys: "key: who is looked at →",
  queries: "← query: who looks",
  line: "“{q}” looks at {list}.",
  all_alike: "nobody in particular",
  pattern: "What {name} looks at",
};
