// A pattern as a table to walk through: in the cell of a query and a key a circle, whose area is the weight.

import { h } from "./elements.js";
import { cellAfter } from "./keys.js";
import { sum } from "./weights.js";

const MANY = 12; // tokens; beyond, columns are named upright
export const TOO_MANY = 24; // tokens; beyond, cells are small, without numbers and arcs
export const SAID = 0.005; // a weight below is neither written nor said

/** Pixels of a column that holds the longest of these words. */
export function columnWidth(tokens) {
  return Math.max(46, 8 * Math.max(...tokens.map((token) => token.length)) + 10);
}

/**
 * The table of AttentionGrid. Whoever takes it calls build(), paint(weights) and highlight(query).
 *
 * @param {(name: string) => any} get reads a trait of AttentionGrid: tokens, orientation, mask, numbers, query
 * @param {(name: string, value: any) => void} put
 * @param {() => void} light is called when another query is pointed at
 */
export function patternTable(words, get, put, light) {
  const element = h("div");
  let cells = []; // cells[query][key], whichever of them is a row
  let focused = null; // [row, column]
  let hovered = null; // the query that is pointed at
  let lit = -1; // the query that is set off

  const query = () => Math.min(hovered ?? get("query"), get("tokens").length - 1);
  const isVideo = () => get("orientation") === "video";

  /** What depends on the tokens and the layout alone. */
  function build() {
    const tokens = get("tokens");
    cells = tokens.map(() => Array(tokens.length));
    const sums = tokens.map((_, position) => h("td", { class: "sum", "data-sum": position }));
    const rows = tokens.map((_, row) => tableRow(tokens, row, sums));
    if (isVideo()) rows.push(h("tr", {}, h("th", { scope: "row" }, words.sum), sums));
    const caption = h("caption", {}, words.caption);
    element.replaceChildren(
      h("table", tableAttributes(tokens), caption, columnTitles(tokens), h("tbody", {}, rows)),
    );
    focused = null;
  }

  function tableAttributes(tokens) {
    const small = tokens.length > TOO_MANY;
    const width = small ? 17 : tokens.length > MANY ? 38 : columnWidth(tokens);
    return {
      role: "grid",
      "aria-label": words.caption,
      class: (tokens.length > MANY ? "many" : "") + (small ? " small" : ""),
      style: `--cell-width:${width}px;--cell-height:${small ? 17 : 40}px`,
      onmouseover: onCell(hover),
      onclick: onCell((cell) => put("query", Number(cell.dataset.query))),
      onkeydown: onCell((_, event) => walk(event)),
      onfocusin: onCell(focus),
      onmouseleave: leave,
    };
  }

  function columnTitles(tokens) {
    const titles = tokens.map((_, column) => title(isVideo() ? "q" : "k", column, "col"));
    const sums = isVideo() ? [] : h("th", { scope: "col" }, words.sum);
    return h("thead", {}, h("tr", {}, h("td", { class: "sum" }), titles, sums));
  }

  function tableRow(tokens, row, sums) {
    const name = title(isVideo() ? "k" : "q", row, "row");
    const rowCells = tokens.map((_, column) => tableCell(tokens, row, column));
    return h("tr", {}, name, rowCells, isVideo() ? [] : sums[row]);
  }

  function tableCell(tokens, row, column) {
    const [from, to] = isVideo() ? [column, row] : [row, column];
    const attributes = {
      role: "gridcell",
      tabindex: -1,
      "data-row": row,
      "data-column": column,
      "data-query": from,
    };
    const written = tokens.length > TOO_MANY ? [] : h("span");
    cells[from][to] = h("td", attributes, h("i"), written);
    return cells[from][to];
  }

  function title(kind, position, scope) {
    const small = h("small", {}, `${kind}${position + 1}`);
    const asked = kind === "q" ? position : null;
    return h("th", { class: kind, scope, "data-query": asked }, get("tokens")[position], " ", small);
  }

  function onCell(hear) {
    return (event) => {
      const cell = event.target.closest("td[role=gridcell]");
      if (cell) hear(cell, event);
    };
  }

  function hover(cell) {
    hovered = Number(cell.dataset.query);
    light();
  }

  function focus(cell) {
    focused = [Number(cell.dataset.row), Number(cell.dataset.column)];
    hover(cell);
  }

  function leave() {
    hovered = null;
    light();
  }

  function walk(event) {
    if (event.key === "Enter" || event.key === " ") {
      put("query", query());
      event.preventDefault();
      return;
    }
    const next = cellAfter(event, focused, cells.length, cells.length);
    if (!next) return;
    const [from, to] = isVideo() ? [next[1], next[0]] : next;
    cells[from][to].focus();
  }

  function paint(weights) {
    const [tokens, mask, numbers] = [get("tokens"), get("mask"), get("numbers")];
    const absent = mask === "before" ? "−∞" : "0";
    cells.forEach((row, from) =>
      row.forEach((cell, to) => {
        const weight = weights[from][to];
        const hidden = mask !== "none" && to > from;
        const written = hidden ? absent : weight < SAID ? "" : weight.toFixed(2);
        const said = hidden ? words.masked : `${words.weight} ${weight.toFixed(2)}`;
        const label = `${words.query} ${tokens[from]}, ${words.key} ${tokens[to]}, ${said}`;
        paintCell(cell, weight, hidden, numbers ? written : "", label);
      }),
    );
    element.querySelectorAll("[data-sum]").forEach((cell) => {
      const total = sum(weights[Number(cell.dataset.sum)]);
      cell.textContent = total.toFixed(2);
      cell.classList.toggle("bad", Math.abs(total - 1) > 0.005);
    });
    lit = -1;
  }

  /** Set off the cells and the name of a query; Tab leads to its row. */
  function highlight(chosen) {
    const change = (row, from) => row.forEach((cell) => cell.classList.toggle("on", from === chosen));
    if (lit < 0) cells.forEach(change);
    else if (lit !== chosen) [lit, chosen].forEach((from) => change(cells[from], from));
    lit = chosen;
    element.querySelectorAll('td[tabindex="0"]').forEach((cell) => {
      cell.tabIndex = -1;
    });
    reached(chosen).tabIndex = 0;
    element.querySelectorAll("th[data-query]").forEach((name) => {
      name.classList.toggle("on", Number(name.dataset.query) === chosen);
    });
  }

  /** The cell to which Tab leads: where the focus was, or the first of the query. */
  function reached(chosen) {
    if (!focused) return cells[chosen][0];
    const [row, column] = focused;
    return element.querySelector(`td[data-row="${row}"][data-column="${column}"]`);
  }

  return { element, build, paint, highlight, query };
}

/** Only what changes is written: with 64 tokens there are 4,096 cells. */
function paintCell(cell, weight, hidden, written, label) {
  const [circle, text] = cell.children;
  const size = `scale(${Math.sqrt(weight).toFixed(3)})`;
  cell.classList.toggle("masked", hidden);
  if (circle.style.transform !== size) circle.style.transform = size;
  if (text && text.textContent !== written) text.textContent = written;
  if (cell.ariaLabel !== label) cell.setAttribute("aria-label", label);
}
