// Products as bars, each beginning where the one before it ends, and their sum as the last bar.

import { h, uniqueName } from "./elements.js";
import { number } from "./words.js";

const WIDTH = 250;
const HEIGHT = 290;
const BAR = 62; // pixels of a bar
const STEP = 82; // from one bar to the next

/** @param {string} sumWord stands below the sum */
export function runningSumBars(sumWord) {
  const id = uniqueName("hatching"); // the style sheet knows it as --hatching
  const size = { width: WIDTH, height: HEIGHT, style: `--hatching:url(#${id})` };
  const element = h("svg", { class: "bars", ...size, "aria-hidden": "true" });

  function draw(a, b, products, sums) {
    const toY = scaleFor(sums);
    const bars = products.flatMap((product, place) => [
      ...bar(toY, place, place ? sums[place - 1] : 0, product, product < 0 ? "down" : "up"),
      bridge(toY(sums[place]), place),
      foot(place, `${number(a[place])} · ${number(b[place])}`),
    ]);
    const zero = h("line", { x1: 4, x2: WIDTH - 6, y1: toY(0), y2: toY(0), style: "stroke:var(--ink)" });
    const last = products.length;
    const total = bar(toY, last, 0, sums[sums.length - 1], "sum");
    element.replaceChildren(h("defs", {}, hatching(id)), ...bars, ...total, foot(last, sumWord), zero);
  }

  return { element, draw };
}

/** From a number to its height in pixels; 0 and all running sums have room. */
function scaleFor(sums) {
  const low = Math.min(0, ...sums);
  const high = Math.max(0, ...sums);
  const span = high - low || 1;
  return (value) => 24 + ((high - value) / span) * (HEIGHT - 66);
}

const leftOf = (place) => 6 + place * STEP;
const middleOf = (place) => leftOf(place) + BAR / 2;

/** A bar and its number, inside it where there is room. */
function bar(toY, place, start, value, kind) {
  const top = toY(Math.max(start, start + value));
  const bottom = toY(Math.min(start, start + value));
  const inside = bottom - top > 24 && kind !== "down";
  const beside = value < 0 ? bottom + 14 : top - 5;
  const written = { class: "number", x: middleOf(place), y: inside ? (top + bottom) / 2 + 4 : beside };
  return [
    h("rect", { class: kind, x: leftOf(place), y: top, width: BAR, height: Math.max(bottom - top, 0.5) }),
    h("text", { ...written, style: inside ? "fill:var(--paper)" : null }, number(value)),
  ];
}

/** A line from the end of a bar to where the next one begins. */
function bridge(height, place) {
  return h("line", { x1: leftOf(place) + BAR, x2: leftOf(place + 1), y1: height, y2: height });
}

function foot(place, words) {
  return h("text", { x: middleOf(place), y: HEIGHT - 8 }, words);
}

function hatching(id) {
  const turned = { patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };
  return h("pattern", { id, width: 7, height: 7, ...turned }, h("path", { d: "M0,0 V7" }));
}
