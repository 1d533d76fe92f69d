// All heads of a model as a table of buttons, and a head as a small picture.

import { h, times } from "./elements.js";
import { cellAfter } from "./keys.js";
import { fill } from "./words.js";

const SHADES = [0.25, 0.5, 0.75, 1];
const LIGHTEST = 0.06; // a weight below is not drawn

/** A pattern (rows of weights) as a small picture: a row is a query, dark is much. */
export function smallPattern(rows, size = 52) {
  const cell = size / rows.length;
  const side = cell.toFixed(2);
  const squares = SHADES.map(() => "");
  rows.forEach((row, query) =>
    row.forEach((weight, key) => {
      if (weight < LIGHTEST) return;
      const shade = Math.min(SHADES.length - 1, Math.floor(SHADES.length * weight));
      const corner = `M${(cell * key).toFixed(2)},${(cell * query).toFixed(2)}`;
      squares[shade] += `${corner}h${side}v${side}h-${side}z`;
    }),
  );
  return h(
    "svg",
    { class: "mini", width: size, height: size, "aria-hidden": "true" },
    h("rect", { width: size, height: size }),
    squares.map((d, shade) => h("path", { d, opacity: SHADES[shade] })),
  );
}

/**
 * A button for each head: arrow keys move, Enter or a click calls choose(layer, head).
 *
 * @param {{ layer: string, head: string }} words of the rows and columns: "layer {l}", "head {h}"
 * @param {number} first from which number layers and heads are counted
 */
export function headTable(words, layers, heads, first, choose) {
  let focused = [0, 0];
  const caption = h("caption");
  const buttons = times(layers, (layer) => times(heads, (head) => headButton(layer, head)));
  const table = h(
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
        times(heads, (head) => h("th", { scope: "col" }, fill(words.head, { h: head + first }))),
      ),
    ),
    h("tbody", {}, times(layers, layerRow)),
  );

  function headButton(layer, head) {
    const onclick = () => {
      focused = [layer, head];
      choose(layer, head);
    };
    return h("button", { type: "button", tabindex: -1, onkeydown: moveFocus, onclick });
  }

  function layerRow(layer) {
    const name = fill(words.layer, { l: layer + first });
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, name),
      buttons[layer].map((one) => h("td", {}, one)),
    );
  }

  function moveFocus(event) {
    const next = cellAfter(event, focused, layers, heads);
    if (!next) return;
    buttons[focused[0]][focused[1]].tabIndex = -1;
    focused = next;
    buttons[next[0]][next[1]].tabIndex = 0;
    buttons[next[0]][next[1]].focus();
  }

  /** Show which head is chosen. Tab leads to it, but while the focus walks through the table it stays where it is. */
  function mark(layer, head) {
    if (!buttons.flat().includes(document.activeElement)) focused = [layer, head];
    buttons.forEach((row, l) =>
      row.forEach((one, n) => {
        one.setAttribute("aria-pressed", l === layer && n === head);
        one.tabIndex = l === focused[0] && n === focused[1] ? 0 : -1;
      }),
    );
  }

  return { table, caption, buttons, mark };
}
