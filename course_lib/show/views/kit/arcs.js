// Tokens in a line, and an arc for each weight of one query: the way on which information flows, from key to query.

import { h, uniqueName } from "./elements.js";

/**
 * A picture of tokens, each in a column so many pixels wide, with arcs to the query from the keys in `looks`.
 *
 * @param {string[]} tokens
 * @param {number} width pixels of a column
 * @param {number} query position of the token that looks
 * @param {number[]} weights one for each token
 * @param {[number, number][]} looks [weight, position] of each arc
 */
export function arcs(tokens, width, query, weights, looks) {
  const middle = (position) => width * (position + 0.5);
  const tip = uniqueName("tip");
  const base = 30 + 9 * Math.min(8, tokens.length);
  const peak = (distance) => base - 26 - (11 * 8 * distance) / Math.max(8, tokens.length);

  function arc([weight, key]) {
    const thickness = 0.6 + 7 * weight;
    const end = base - 2 * thickness;
    const [from, to, bend, top] = key === query ? loop() : leap(key);
    const d = `M${from},${base} C${from + bend},${top} ${to - bend},${top} ${to},${end}`;
    const opacity = 0.4 + 0.6 * weight;
    return h("path", { d, "marker-end": `url(#${tip})`, "stroke-width": thickness, opacity });
  }

  function leap(key) {
    const aside = 3 * Math.sign(key - query);
    return [middle(key), middle(query) + aside, 0, peak(Math.abs(key - query))];
  }

  /** A token that looks at itself. */
  function loop() {
    return [middle(query) + 12, middle(query) - 4, 22, peak(2.5)];
  }

  function name(token, position) {
    const faded = `opacity:${0.45 + 0.55 * Math.min(1, 2 * weights[position])}`;
    const chosen = "font-weight:800;text-decoration:underline;fill:var(--q)";
    const style = position === query ? chosen : faded;
    return h("text", { x: middle(position), y: base + 16, style }, token);
  }

  return h(
    "svg",
    { width: width * tokens.length, height: base + 24 },
    h("defs", {}, arrowHead(tip)),
    looks.map(arc),
    tokens.map(name),
  );
}

function arrowHead(id) {
  const triangle = h("path", { d: "M0,0 L2.2,1.5 L0,3 z", style: "fill:var(--q);stroke:none" });
  const size = { markerWidth: 3, markerHeight: 3, refX: 0.2, refY: 1.5 };
  return h("marker", { id, ...size, orient: "auto" }, triangle);
}
