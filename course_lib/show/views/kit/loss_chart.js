// The loss of a training run as a curve, with its floors as dashed lines.

import { h, setAttributes } from "./elements.js";
import { number, thousands } from "./words.js";

const WIDTH = 410;
const HEIGHT = 230;
const LEFT = 44; // pixels beside the axes
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 34;
const LINE = 14; // pixels from one name to the next
const [FIRST, LAST] = [LEFT, WIDTH - RIGHT];
const BASE = HEIGHT - BOTTOM;

/**
 * @param {{ xaxis: string, yaxis: string }} words
 * @param {number[]} steps at which the curve has a point; the first, before any training, has none
 * @param {number[]} losses of the others
 * @param {[string, number][]} floors [name, loss]
 * @param {number[]} taken steps at which patterns were kept
 */
export function lossChart(words, steps, losses, floors, taken) {
  const { toX, toY, ticks } = scalesFor(steps, losses, floors);
  const curve = h("path", { class: "loss" });
  const dot = h("circle", { r: 5 });
  const element = h(
    "svg",
    { class: "chart", role: "img", width: WIDTH, height: HEIGHT },
    h("path", { class: "frame", d: `M${FIRST},${TOP}V${BASE}H${LAST}` }),
    stepTicks(toX, steps.at(-1)),
    h("text", { x: LAST, y: HEIGHT - 3, "text-anchor": "end" }, words.xaxis),
    h("text", { transform: `translate(12 ${BASE}) rotate(-90)` }, words.yaxis),
    ticks.map((loss) => h("text", { x: LEFT - 5, y: toY(loss) + 4, "text-anchor": "end" }, loss.toFixed(1))),
    floors.map(([, loss]) => h("path", { class: "floor", d: `M${FIRST},${toY(loss)}H${LAST}` })),
    taken.map((step) => h("circle", { class: "seen", cx: toX(step), cy: BASE, r: 2.5 })),
    h("path", { class: "ahead", d: curveTo(losses.length) }),
    curve,
    dot,
    floorNames(floors, toY),
  );

  function curveTo(point) {
    const spots = losses
      .slice(0, point)
      .map((loss, i) => `${toX(steps[i + 1]).toFixed(1)},${toY(loss).toFixed(1)}`);
    return spots.length ? `M${spots.join("L")}` : "";
  }

  /** Show the curve up to a point. At point 0 the dot waits where the curve will begin. */
  function draw(point, label) {
    curve.setAttribute("d", curveTo(point));
    setAttributes(dot, { cx: toX(steps[point]), cy: toY(losses[Math.max(point - 1, 0)]) });
    element.setAttribute("aria-label", label);
  }

  return { element, draw };
}

/** From steps and losses to pixels; below the lowest loss there is some air. */
function scalesFor(steps, losses, floors) {
  const all = [...losses, ...floors.map(([, loss]) => loss)];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const span = (high - low || 1) * 1.2;
  const toX = (step) => FIRST + ((LAST - FIRST) * step) / steps.at(-1);
  const toY = (loss) => BASE - ((BASE - TOP) * (loss - low + 0.13 * span)) / span;
  return { toX, toY, ticks: [low, (low + high) / 2, high] };
}

function stepTicks(toX, last) {
  return [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const step = Math.round(part * last);
    const anchor = part === 1 ? "end" : "middle";
    return h("text", { x: toX(step), y: HEIGHT - 18, "text-anchor": anchor }, thousands(step));
  });
}

/** The lowest floor's name stands below its line, the others' above theirs, apart from each other. */
function floorNames(floors, toY) {
  let room = BASE - 3;
  const fromBelow = [...floors].sort((one, other) => one[1] - other[1]);
  return fromBelow.map(([name, loss], place) => {
    room = place ? Math.min(toY(loss) - 4, room - LINE) : Math.min(toY(loss) + 13, room);
    const words = `${name} ${number(loss)}`;
    return h("text", { class: "label", x: LAST - 4, y: room, "text-anchor": "end" }, words);
  });
}
