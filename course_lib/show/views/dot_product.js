// DotProduct: two arrows to drag (steps of a half), to turn and to lengthen by keyboard.

import { frame, h, setAttributes, smallPrint, spoken, times } from "./kit/elements.js";
import { keepHere, limit } from "./kit/keys.js";
import { listen, putInto } from "./kit/model.js";
import { runningSumBars } from "./kit/running_sum_bars.js";
import { area, dotParts, inDegrees, inRadians, lengthened, turned } from "./kit/vectors.js";
import { fill, number, wordsOf } from "./kit/words.js";

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
  help:
    "Drag a tip. Or choose an arrow with Tab: ← → turn it by 5°, ↑ ↓ make it longer or shorter, " +
    "Shift and an arrow key move its tip.",
};
const NAMES = ["a", "b"];
const SIZE = 290; // pixels of the plane

/**
 * What crosses to Python: the traits of DotProduct in dot_product.py.
 *
 * @typedef {object} State
 * @property {[number, number]} a both: the first arrow
 * @property {[number, number]} b both: the second arrow
 * @property {number} reach Python: the plane goes from −reach to reach
 */

/** @import { Model } from "./kit/model.js" */

/** @param {{ model: Model<State>, el: HTMLElement }} host */
function render({ model, el }) {
  const words = wordsOf(model, EN);
  const put = putInto(model);
  const plane = arrowPlane(words, model, put);
  const bars = runningSumBars(words.sum);
  const table = numberTable(words, model, put, paint);
  const sentence = spoken();
  const side = h("div", { class: "both" }, plane.element, bars.element, table.element);
  el.append(frame("dp", side, sentence, smallPrint(words.help)));

  function paint() {
    const a = model.get("a");
    const b = model.get("b");
    const parts = dotParts(a, b);
    plane.paint(a, b, parts);
    bars.draw(a, b, parts.products, parts.sums);
    table.paint(a, b, parts);
    sentence.textContent = said(words, parts);
  }

  paint();
  return listen(model, ["a", "b"], paint);
}

function said(words, { products, sums, angle, cosine }) {
  const [first, second] = products.map((product) => number(product));
  const parts = { p0: first, p1: second.startsWith("−") ? `(${second})` : second, dot: number(sums[1]) };
  if (cosine === null) return fill(words.empty, { ...parts, side: words.none });
  const side = Math.abs(sums[1]) < 1e-9 ? words.right : sums[1] > 0 ? words.same : words.opposite;
  return fill(words.line, { ...parts, angle: number(angle, 0), cosine: number(cosine), side });
}

// ---- the plane with its two arrows

function arrowPlane(words, model, put) {
  const reach = model.get("reach");
  const unit = SIZE / (2 * reach + 1.2);
  const toX = (x) => SIZE / 2 + x * unit;
  const toY = (y) => SIZE / 2 - y * unit;
  const inside = (vector) => vector.map((x) => limit(x, -reach, reach));
  const fits = (vector) => Math.max(...vector.map(Math.abs)) <= reach + 1e-9;
  const turn = h("path", { class: "turn" });
  const degrees = h("text", { "text-anchor": "middle" });
  const tips = NAMES.map(tip);
  const grid = h(
    "g",
    { class: "grid" },
    times(2 * reach + 1, (index) => gridLines(index - reach)),
    h("text", { x: SIZE - 10, y: toY(0) + 14, "text-anchor": "end" }, words.first),
    h("text", { x: toX(0) + 6, y: 21 }, words.second),
  );
  const size = { width: SIZE, height: SIZE };
  const element = h("svg", { ...size, role: "group", "aria-label": words.plane }, grid, turn, degrees, tips);

  function gridLines(at) {
    const name = at ? "" : "axis";
    return [
      h("line", { x1: toX(at), x2: toX(at), y1: toY(-reach), y2: toY(reach), class: name }),
      h("line", { y1: toY(at), y2: toY(at), x1: toX(-reach), x2: toX(reach), class: name }),
    ];
  }

  function tip(name) {
    const slider = { role: "slider", "aria-label": fill(words.arrow, { name }) };
    const group = h(
      "g",
      {
        ...{ class: `tip ${name}`, tabindex: 0, ...slider },
        ...{ "aria-valuemin": -180, "aria-valuemax": 180, "data-arrow": name },
        onkeydown: (event) => moveByKey(event, name),
        onpointerdown: take,
        onpointermove: (event) => {
          if (group.hasPointerCapture(event.pointerId)) drag(event, name);
        },
      },
      h("line"),
      h("path", { d: "M0,0 L-13,-5.5 L-13,5.5 z" }),
      h("circle", { r: 13 }),
      h("text"),
    );
    return group;
  }

  function take(event) {
    event.preventDefault();
    event.currentTarget.focus();
    event.currentTarget.setPointerCapture(event.pointerId);
  }

  function drag(event, name) {
    const box = element.getBoundingClientRect();
    const toHalf = (x) => Math.round(2 * x) / 2 || 0;
    const right = toHalf((event.clientX - box.left - SIZE / 2) / unit);
    const up = toHalf((SIZE / 2 - event.clientY + box.top) / unit);
    const vector = inside([right, up]);
    if (String(vector) !== String(model.get(name))) put(name, vector);
  }

  function moveByKey(event, name) {
    const steps = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (!(event.key in steps)) return;
    keepHere(event);
    const [right, up] = steps[event.key];
    const [x, y] = model.get(name);
    if (event.shiftKey) return put(name, inside([x + right / 2, y + up / 2]));
    const vector = right ? turned([x, y], -right) : lengthened([x, y], up);
    if (fits(vector)) put(name, vector); // turning and lengthening stop at the edge
  }

  function paint(a, b, parts) {
    const { angle, lengths } = parts;
    const close = angle !== null && angle < 8 && Math.abs(lengths[0] - lengths[1]) * unit < 24;
    paintTip(0, a, lengths[0], 0);
    paintTip(1, b, lengths[1], close ? -30 : 0); // two names in one place
    paintAngle(a, b, parts);
  }

  function paintTip(which, [x, y], length, aside) {
    const [line, head, ring, label] = tips[which].children;
    const way = Math.atan2(y, x);
    const neck = length ? 10 : 0;
    const [endX, endY] = [toX(x) - neck * Math.cos(way), toY(y) + neck * Math.sin(way)];
    setAttributes(line, { x1: toX(0), y1: toY(0), x2: endX, y2: endY });
    setAttributes(head, { transform: `translate(${toX(x)},${toY(y)}) rotate(${-inDegrees(way)})` });
    setAttributes(ring, { cx: toX(x), cy: toY(y) });
    const beyond = length ? 21 / unit : 0.6;
    const seen = (pixel) => limit(pixel, 9, SIZE - 9);
    const [labelX, labelY] = [toX(x + beyond * Math.cos(way)), toY(y + beyond * Math.sin(way))];
    setAttributes(label, { x: seen(labelX + aside), y: seen(labelY + 5) });
    label.textContent = NAMES[which];
    const spot = { name: NAMES[which], x: number(x), y: number(y), length: number(length) };
    setAttributes(tips[which], {
      "aria-valuenow": Math.round(inDegrees(way)),
      "aria-valuetext": fill(words.at, spot),
    });
  }

  /** The arc from a to b, and the angle beside its middle. */
  function paintAngle(a, b, { angle, lengths }) {
    const start = Math.atan2(a[1], a[0]);
    const end = Math.atan2(b[1], b[0]);
    const turnsLeft = area(a, b) >= 0;
    const middle = start + ((turnsLeft ? 1 : -1) * inRadians(angle ?? 0)) / 2;
    const radius = 0.42 * Math.min(...lengths) * unit;
    const onCircle = (way, at) => [toX(0) + at * Math.cos(way), toY(0) - at * Math.sin(way)];
    const arc = `A${radius},${radius} 0 0 ${turnsLeft ? 0 : 1} ${onCircle(end, radius)}`;
    turn.setAttribute("d", angle ? `M${onCircle(start, radius)} ${arc}` : "");
    degrees.textContent = angle === null ? "" : `${number(angle, 0)}°`;
    const [x, y] = onCircle(middle, radius + 16);
    setAttributes(degrees, { x, y: y + 4 });
  }

  return { element, paint };
}

// ---- the numbers to type over, their products and running sums

function numberTable(words, model, put, paintAll) {
  const reach = model.get("reach");
  const boxes = NAMES.map((name) => [box(name, 0), box(name, 1)]);
  const products = [h("td"), h("td")];
  const sums = [h("td"), h("td")];
  const title = (name) => h("th", { scope: "col" }, name);
  const row = (name, attributes, cells) => {
    return h("tr", attributes.row ?? {}, h("th", { scope: "row", ...attributes.name }, name), cells);
  };
  const element = h(
    "table",
    {},
    h("thead", {}, h("tr", {}, h("td"), title(words.first), title(words.second))),
    h(
      "tbody",
      {},
      NAMES.map((name, which) =>
        row(
          name,
          { name: { class: name } },
          boxes[which].map((one) => h("td", {}, one)),
        ),
      ),
      row(words.product, {}, products),
      row(words.running, { row: { class: "sum" } }, sums),
    ),
  );

  function box(name, axis) {
    const label = `${name}, ${axis ? words.second : words.first}`;
    const oninput = (event) => type(name, axis, event.target.valueAsNumber);
    const range = { step: 0.5, min: -reach, max: reach };
    const attributes = { type: "number", ...range, "aria-label": label, "data-box": name + axis };
    return h("input", { ...attributes, oninput, onblur: paintAll });
  }

  function type(name, axis, typed) {
    if (!Number.isFinite(typed)) return;
    const vector = [...model.get(name)];
    vector[axis] = limit(typed, -reach, reach);
    put(name, vector);
  }

  function paint(a, b, parts) {
    [a, b].forEach((vector, which) =>
      boxes[which].forEach((one, axis) => {
        const typing = document.activeElement === one;
        if (!typing) one.value = Number(vector[axis].toFixed(2));
      }),
    );
    products.forEach((cell, axis) => {
      cell.textContent = number(parts.products[axis]);
      sums[axis].textContent = number(parts.sums[axis]);
    });
  }

  return { element, paint };
}

export default { render };
