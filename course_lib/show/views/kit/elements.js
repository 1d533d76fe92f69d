// Elements, the only way in which a view makes them: text stays text, and keys stay in the view.

const SVG = "http://www.w3.org/2000/svg";
const SVG_TAG = /^(svg|g|path|line|rect|circle|text|tspan|defs|marker|pattern)$/;
const FOCUSABLE_TAG = /^(td|input|select|button|summary)$/;

/**
 * Makes an element. An attribute "onclick" listens, null and false leave an attribute out; a child may be a list.
 *
 * In JupyterLab's command mode a key that is pressed on a focused control is a shortcut (d d deletes the cell!)
 * unless that very element says no.
 */
export function h(tag, attributes = {}, ...children) {
  const element = SVG_TAG.test(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  if (FOCUSABLE_TAG.test(tag) || "tabindex" in attributes) {
    element.setAttribute("data-lm-suppress-shortcuts", "true");
  }
  setAttributes(element, attributes);
  element.append(...children.flat(3));
  return element;
}

export function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
}

/** A view's outermost element; its style sheet speaks of this class. */
export function frame(className, ...children) {
  return h("div", { class: `cv ${className}` }, ...children);
}

export function button(words, onclick, attributes = {}) {
  return h("button", { type: "button", onclick, ...attributes }, words);
}

/** A paragraph that a screen reader speaks when its words change. */
export function spoken(attributes = {}) {
  return h("p", { "aria-live": "polite", ...attributes });
}

/** Advice in small letters. */
export function smallPrint(words) {
  return h("p", {}, h("small", {}, words));
}

/** A name that nothing else in the page has, whatever notebooks are open: for an id, or a group of radio buttons. */
export function uniqueName(word) {
  return `${word}-${Math.random().toString(36).slice(2)}`;
}

/** [make(0), make(1), …]: so many. */
export function times(count, make) {
  return Array.from({ length: count }, (_, index) => make(index));
}
