// The kit: what every view shares. view.py puts it in front of a view's own file, so a view has no imports and needs no network.
// A host's model needs get(name), set(name, value), save_changes(), on("change:name", fn), off(...): anywidget's, or a plain page's.
const SVG = /^(svg|g|path|line|rect|circle|text|tspan|defs|marker|pattern)$/;
export const h = (tag, attrs = {}, ...kids) => {
  // an element; "onclick" listens, null and false leave an attribute out, text is only text
  const el = SVG.test(tag)
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  // In JupyterLab's command mode a key pressed on a focused control is a shortcut (d d deletes the cell!) unless that very element says no.
  if (/^(td|input|select|button|summary)$/.test(tag) || "tabindex" in attrs)
    el.setAttribute("data-lm-suppress-shortcuts", "true");
  for (const [k, v] of Object.entries(attrs))
    if (v !== null && v !== undefined && v !== false)
      k.startsWith("on") ? el.addEventListener(k.slice(2), v) : el.setAttribute(k, v === true ? "" : v);
  el.append(...kids.flat(3));
  return el;
};
export const number = (x, digits = 2) => String(+x.toFixed(digits) || 0).replace("-", "−"); // 3, −0.5, 0.42
export const wordsOf = (model, english) => ({ ...english, ...(model.get("labels") || {}) });
export const fill = (sentence, parts) =>
  sentence.replace(/\{(\w+)\}/g, (all, name) => (name in parts ? parts[name] : all));
export const putInto = (model) => (name, value) => {
  model.set(name, value);
  model.save_changes();
};
export const frame = (name, ...kids) => h("div", { class: `cv ${name}` }, ...kids);
export const listen = (model, names, fn) => {
  // call fn when one of them changes; returns how to stop that
  names.forEach((name) => model.on(`change:${name}`, fn));
  return () => names.forEach((name) => model.off(`change:${name}`, fn));
};
