// The pattern of one head, large, and its tokens as a row of choices: whose look is it?

import { h, spoken } from "./elements.js";
import { limit, positionAfter } from "./keys.js";
import { largest } from "./weights.js";
import { fill } from "./words.js";

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
const SIDE = 300; // pixels of the whole pattern, where its tokens allow it
const FAINTEST = 0.01; // a weight below is not drawn
const SAID = 0.05; // and one below this is not said
const WIDEST_STRIPE = 34; // pixels below a token that gets everything

/**
 * Circles by size for the pattern, its tokens as a row of choices and a sentence.
 *
 * @param {typeof PANEL_EN} words
 * @param {(query: number) => void} choose called when a token is chosen
 */
export function patternPanel(words, choose) {
  let tokens = [];
  let place = null;
  let choices = [];
  const picture = h("svg", { class: "pattern", role: "img", onclick: chooseRow });
  const caption = h("p", { class: "caption" });
  const strip = h("div", { class: "strip", role: "radiogroup", "aria-label": words.who });
  const sentence = spoken();

  function chooseRow(event) {
    const down = event.clientY - picture.getBoundingClientRect().top - place.top;
    choose(limit(Math.floor(down / place.cell), 0, tokens.length - 1));
  }

  function chooseByKey(event) {
    const next = positionAfter(event, choices.indexOf(event.currentTarget), tokens.length);
    if (next === null) return;
    choose(next);
    choices[next].focus();
  }

  function choice(token, position) {
    const attributes = { type: "button", role: "radio", onclick: () => choose(position) };
    return h("button", { ...attributes, onkeydown: chooseByKey }, token, h("i"), h("b"));
  }

  /** What depends on the tokens alone. */
  function build(newTokens) {
    tokens = newTokens;
    place = placeFor(tokens);
    choices = tokens.map(choice);
    strip.replaceChildren(...choices);
    picture.replaceChildren(
      h("path", { class: "grid", d: gridLines(place, tokens.length) }),
      h("path", { class: "all" }),
      h("path", { class: "row" }),
      ...axisNames(place, words),
      ...rowNames(place, tokens),
      ...columnNames(place, tokens),
    );
    picture.setAttribute("width", place.left + place.cell * tokens.length + place.wide * 0.6);
    picture.setAttribute("height", place.top + place.cell * tokens.length + 4);
  }

  /** Show a pattern (rows of weights, each up to the diagonal), with one query set off. */
  function draw(newTokens, rows, query, name) {
    if (String(newTokens) !== String(tokens)) build(newTokens);
    drawCircles(rows, query);
    choices.forEach((one, position) => mark(one, position, rows[query], query));
    const list = largest(rows[query], SAID).slice(0, 4);
    const said = list.map(([weight, position]) => `${tokens[position]} ${weight.toFixed(2)}`).join(", ");
    sentence.textContent = fill(words.line, { q: tokens[query], name, list: said || words.all_alike });
    caption.textContent = fill(words.pattern, { name });
    picture.setAttribute("aria-label", caption.textContent + ". " + sentence.textContent);
  }

  function drawCircles(rows, query) {
    const [, others, chosen] = picture.children;
    const circles = (weights, row) => weights.map((weight, key) => circle(place, row, key, weight)).join("");
    others.setAttribute("d", rows.map((row, i) => (i === query ? "" : circles(row, i))).join(""));
    chosen.setAttribute("d", circles(rows[query], query));
    picture.querySelectorAll(".name").forEach((name, row) => name.classList.toggle("on", row === query));
  }

  function mark(one, position, weights, query) {
    const looks = position <= query;
    const weight = looks ? weights[position] : 0;
    const [bar, shown] = one.children;
    bar.style.width = `${Math.round(WIDEST_STRIPE * weight)}px`;
    shown.textContent = weight >= SAID ? weight.toFixed(2) : "";
    one.setAttribute("aria-checked", position === query);
    one.tabIndex = position === query ? 0 : -1;
    const parts = { token: tokens[position], n: position + 1, weight: weight.toFixed(2) };
    one.setAttribute("aria-label", fill(looks ? words.token : words.later, parts));
  }

  return { picture, caption, strip, sentence, draw };
}

/** Where the pattern stands in its picture, in pixels: names to the left, and above, where they lean. */
function placeFor(tokens) {
  const cell = limit(Math.floor(SIDE / tokens.length), 9, 26);
  const letters = Math.min(12, cell + 1);
  const longest = Math.max(...tokens.map((token) => token.length));
  const wide = 0.57 * letters * longest + 6;
  return { cell, letters, wide, left: wide + 18, top: wide * 0.75 + 26 };
}

function gridLines({ left, top, cell }, count) {
  const end = cell * count;
  let lines = "";
  for (let at = 0; at <= end; at += cell) {
    lines += `M${left},${top + at}H${left + end}M${left + at},${top}V${top + end}`;
  }
  return lines;
}

/** A circle whose area is the weight, as a piece of a path. */
function circle({ left, top, cell }, query, key, weight) {
  if (weight < FAINTEST) return "";
  const radius = 0.47 * cell * Math.sqrt(weight);
  const arc = `a${radius.toFixed(2)},${radius.toFixed(2)} 0 1 0`;
  const start = left + cell * (key + 0.5) - radius;
  const middle = top + cell * (query + 0.5);
  const across = (2 * radius).toFixed(2);
  return `M${start.toFixed(1)},${middle.toFixed(1)}${arc} ${across},0${arc} -${across},0z`;
}

function axisNames({ left, top }, words) {
  const turned = `translate(12 ${top}) rotate(-90)`;
  return [
    h("text", { class: "axis k", x: left, y: 12 }, words.keys),
    h("text", { class: "axis q", transform: turned, "text-anchor": "end" }, words.queries),
  ];
}

function rowNames({ left, top, cell, letters }, tokens) {
  return tokens.map((token, row) => {
    const y = top + cell * row + cell / 2 + letters / 3;
    return h("text", { class: "name", x: left - 5, y, "text-anchor": "end", "font-size": letters }, token);
  });
}

function columnNames({ left, top, cell, letters }, tokens) {
  return tokens.map((token, column) => {
    const x = left + cell * column + cell / 2 + letters / 3;
    return h("text", { transform: `translate(${x} ${top - 5}) rotate(-52)`, "font-size": letters }, token);
  });
}
