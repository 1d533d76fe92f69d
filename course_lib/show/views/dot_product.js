// DotProduct: two arrows to drag (steps of a half), to turn and to lengthen by keyboard. The kit (kit.js) stands in front of this file.
import { fill, frame, h, listen, number, putInto, wordsOf } from "./kit/kit.js";

const EN = {
  plane: "Two arrows: drag their tips",
  arrow: "arrow {name}",
  first: "first number",
  second: "second number",
  product: "product",
  running: "running sum",
  sum: "sum",
  same: "they point to the same side",
  right: "a right angle: neither goes along the other",
  opposite: "they point to opposite sides",
  none: "an arrow of length 0 has no direction",
  length: "length",
  angle: "angle",
  cosine: "cosine",
  at: "{name} goes to ({x}, {y}), length {length}",
  line: "a · b = {p0} + {p1} = {dot}. Angle {angle}°, cosine {cosine}: {side}.",
  empty: "a · b = {p0} + {p1} = {dot}: {side}.",
  help: "Drag a tip. Or choose an arrow with Tab: ← → turn it by 5°, ↑ ↓ make it longer or shorter, Shift and an arrow key move its tip.",
};
const SIZE = 290,
  WIDE = 250,
  HIGH = 290; // pixels of the plane, and of the bars
export function dotParts(a, b) {
  // the arithmetic, as NumPy's in dot_product.py
  const products = a.map((x, i) => x * b[i]),
    sums = [products[0], products[0] + products[1]],
    lengths = [Math.hypot(...a), Math.hypot(...b)];
  const point = lengths[0] * lengths[1] > 0,
    angle = point ? (Math.atan2(Math.abs(a[0] * b[1] - a[1] * b[0]), sums[1]) * 180) / Math.PI : null;
  return { products, sums, lengths, angle, cosine: point ? sums[1] / (lengths[0] * lengths[1]) : null };
}
export function turned([x, y], steps) {
  // to the next multiples of 5 degrees; the length stays
  const now = (Math.atan2(y, x) * 180) / Math.PI / 5,
    to = (steps > 0 ? Math.floor(now + 1e-6) : Math.ceil(now - 1e-6)) + steps,
    r = Math.hypot(x, y);
  return [r * Math.cos((to * Math.PI) / 36), r * Math.sin((to * Math.PI) / 36)];
}
export function lengthened([x, y], steps) {
  // to the next multiples of a half; an arrow never vanishes this way
  const r = Math.hypot(x, y),
    to = Math.max(0.5, ((steps > 0 ? Math.floor(2 * r + 1e-6) : Math.ceil(2 * r - 1e-6)) + steps) / 2);
  return r ? [(x * to) / r, (y * to) / r] : [0.5, 0];
}

function render({ model, el }) {
  const t = wordsOf(model, EN),
    put = putInto(model),
    reach = model.get("reach"),
    unit = SIZE / (2 * reach + 1.2),
    names = ["a", "b"];
  const px = (x) => SIZE / 2 + x * unit,
    py = (y) => SIZE / 2 - y * unit;
  const limited = (v) => v.map((x) => Math.max(-reach, Math.min(reach, x)));
  const within = (v) => (Math.max(...v.map(Math.abs)) > reach + 1e-9 ? null : v); // turning and lengthening stop at the edge
  const lines = Array.from({ length: 2 * reach + 1 }, (_, i) => i - reach).flatMap((n) => [
    h("line", { x1: px(n), x2: px(n), y1: py(-reach), y2: py(reach), class: n ? "" : "axis" }),
    h("line", { y1: py(n), y2: py(n), x1: px(-reach), x2: px(reach), class: n ? "" : "axis" }),
  ]);
  const turn = h("path", { class: "turn" }),
    degrees = h("text", { "text-anchor": "middle" });
  const tips = names.map((name) => {
    const g = h(
      "g",
      {
        class: `tip ${name}`,
        tabindex: 0,
        role: "slider",
        "aria-label": fill(t.arrow, { name }),
        "aria-valuemin": -180,
        "aria-valuemax": 180,
        "data-arrow": name,
        onkeydown: (e) => keys(e, name),
        onpointerdown: (e) => {
          e.preventDefault();
          g.focus();
          g.setPointerCapture(e.pointerId);
        },
        onpointermove: (e) => {
          if (g.hasPointerCapture(e.pointerId)) drag(e, name);
        },
      },
      h("line"),
      h("path", { d: "M0,0 L-13,-5.5 L-13,5.5 z" }),
      h("circle", { r: 13 }),
      h("text"),
    );
    return g;
  });
  const plane = h(
    "svg",
    { width: SIZE, height: SIZE, role: "group", "aria-label": t.plane },
    h(
      "g",
      { class: "grid" },
      lines,
      h("text", { x: SIZE - 10, y: py(0) + 14, "text-anchor": "end" }, t.first),
      h("text", { x: px(0) + 6, y: 21 }, t.second),
    ),
    turn,
    degrees,
    tips,
  );
  const bars = h("svg", { class: "bars", width: WIDE, height: HIGH, "aria-hidden": "true" });
  const boxes = names.map((name) =>
    [0, 1].map((i) =>
      h("input", {
        type: "number",
        step: 0.5,
        min: -reach,
        max: reach,
        "aria-label": `${name}, ${i ? t.second : t.first}`,
        "data-box": name + i,
        oninput: (e) => {
          const x = e.target.valueAsNumber;
          if (Number.isFinite(x)) {
            const v = [...model.get(name)];
            v[i] = limited([x])[0];
            put(name, v);
          }
        },
        onblur: paint,
      }),
    ),
  );
  const cells = { product: [h("td"), h("td")], running: [h("td"), h("td")] };
  const table = h(
    "table",
    {},
    h(
      "thead",
      {},
      h("tr", {}, h("td"), h("th", { scope: "col" }, t.first), h("th", { scope: "col" }, t.second)),
    ),
    h(
      "tbody",
      {},
      names.map((name, n) =>
        h(
          "tr",
          {},
          h("th", { scope: "row", class: name }, name),
          boxes[n].map((box) => h("td", {}, box)),
        ),
      ),
      h("tr", {}, h("th", { scope: "row" }, t.product), cells.product),
      h("tr", { class: "sum" }, h("th", { scope: "row" }, t.running), cells.running),
    ),
  );
  const say = h("p", { "aria-live": "polite" });
  el.append(
    frame("dp", h("div", { class: "both" }, plane, bars, table), say, h("p", {}, h("small", {}, t.help))),
  );

  function drag(e, name) {
    const box = plane.getBoundingClientRect(),
      half = (x) => Math.round(2 * x) / 2 || 0;
    const to = limited([
      half((e.clientX - box.left - SIZE / 2) / unit),
      half((SIZE / 2 - e.clientY + box.top) / unit),
    ]);
    if (String(to) !== String(model.get(name))) put(name, to);
  }
  function keys(e, name) {
    const [x, y] = model.get(name),
      [right, up] = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[
        e.key
      ] ?? [0, 0];
    if (!right && !up) return;
    e.preventDefault();
    e.stopPropagation();
    const to = e.shiftKey
      ? limited([x + right / 2, y + up / 2])
      : within(right ? turned([x, y], -right) : lengthened([x, y], up));
    if (to) put(name, to);
  }
  function paint() {
    // the arrows, the bars, the table and the sentence: on every change
    const a = model.get("a"),
      b = model.get("b"),
      { products, sums, lengths, angle, cosine } = dotParts(a, b);
    [a, b].forEach(([x, y], n) => {
      const [line, head, ring, label] = tips[n].children,
        way = Math.atan2(y, x),
        out = lengths[n] ? 21 / unit : 0.6;
      const set = (node, attrs) => Object.entries(attrs).forEach(([k, v]) => node.setAttribute(k, v));
      set(line, {
        x1: px(0),
        y1: py(0),
        x2: px(x) - 10 * Math.cos(way) * !!lengths[n],
        y2: py(y) + 10 * Math.sin(way) * !!lengths[n],
      });
      set(head, { transform: `translate(${px(x)},${py(y)}) rotate(${(-way * 180) / Math.PI})` });
      set(ring, { cx: px(x), cy: py(y) });
      const lift =
        n && angle !== null && angle < 8 && Math.abs(lengths[0] - lengths[1]) * unit < 24 ? -30 : 0; // two names in one place
      const keep = (v) => Math.max(9, Math.min(SIZE - 9, v));
      set(label, { x: keep(px(x + out * Math.cos(way)) + lift), y: keep(py(y + out * Math.sin(way)) + 5) });
      label.textContent = names[n];
      set(tips[n], {
        "aria-valuenow": Math.round((way * 180) / Math.PI),
        "aria-valuetext": fill(t.at, {
          name: names[n],
          x: number(x),
          y: number(y),
          length: number(lengths[n]),
        }),
      });
      boxes[n].forEach((box, i) => {
        if (document.activeElement !== box) box.value = +[x, y][i].toFixed(2);
      }); // never under the typing hand
    });
    const from = Math.atan2(a[1], a[0]),
      r = 0.42 * Math.min(...lengths) * unit,
      by = Math.sign(a[0] * b[1] - a[1] * b[0]) || 1,
      mid = from + (by * (angle ?? 0) * Math.PI) / 360;
    const arc = (w) => `${px(0) + r * Math.cos(w)},${py(0) - r * Math.sin(w)}`;
    turn.setAttribute(
      "d",
      angle ? `M${arc(from)} A${r},${r} 0 0 ${by > 0 ? 0 : 1} ${arc(Math.atan2(b[1], b[0]))}` : "",
    );
    degrees.textContent = angle === null ? "" : `${number(angle, 0)}°`;
    degrees.setAttribute("x", px(0) + (r + 16) * Math.cos(mid));
    degrees.setAttribute("y", py(0) - (r + 16) * Math.sin(mid) + 4);
    products.forEach((p, i) => {
      cells.product[i].textContent = number(p);
      cells.running[i].textContent = number(sums[i]);
    });
    drawBars(a, b, products, sums);
    const side =
      cosine === null ? t.none : Math.abs(sums[1]) < 1e-9 ? t.right : sums[1] > 0 ? t.same : t.opposite;
    say.textContent = fill(cosine === null ? t.empty : t.line, {
      p0: number(products[0]),
      p1: products[1] < 0 && number(products[1]) !== "0" ? `(${number(products[1])})` : number(products[1]),
      dot: number(sums[1]),
      angle: angle === null ? "" : number(angle, 0),
      cosine: cosine === null ? "" : number(cosine),
      side,
    });
  }
  function drawBars(a, b, products, sums) {
    const low = Math.min(0, ...sums),
      high = Math.max(0, ...sums),
      span = high - low || 1,
      y = (v) => 24 + ((high - v) / span) * (HIGH - 66),
      x = (i) => 6 + i * 82,
      W = 62;
    const bar = (i, start, value, kind) => {
      const [top, bottom] = [y(Math.max(start, start + value)), y(Math.min(start, start + value))],
        tall = bottom - top,
        inside = tall > 24 && kind !== "down";
      return [
        h("rect", { class: kind, x: x(i), y: top, width: W, height: Math.max(tall, 0.5) }),
        h(
          "text",
          {
            class: "n",
            x: x(i) + W / 2,
            y: inside ? (top + bottom) / 2 + 4 : value < 0 ? bottom + 14 : top - 5,
            style: inside ? "fill:var(--bg)" : null,
          },
          number(value),
        ),
      ];
    };
    const foot = (i, text) => h("text", { x: x(i) + W / 2, y: HIGH - 8 }, text);
    bars.replaceChildren(
      h("defs", {}, hatch()),
      ...[0, 1].flatMap((i) => [
        ...bar(i, i ? sums[0] : 0, products[i], products[i] < 0 ? "down" : "up"),
        h("line", { x1: x(i) + W, x2: x(i + 1), y1: y(sums[i]), y2: y(sums[i]) }),
        foot(i, `${number(a[i])} · ${number(b[i])}`),
      ]),
      ...bar(2, 0, sums[1], "sum"),
      foot(2, t.sum),
      h("line", { x1: 4, x2: WIDE - 6, y1: y(0), y2: y(0), style: "stroke:var(--fg)" }),
    );
  }
  function hatch() {
    return h(
      "pattern",
      { id: "dp-hatch", width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      h("path", { d: "M0,0 V7" }),
    );
  }
  paint();
  return listen(model, ["a", "b"], paint);
}
export default { render };
