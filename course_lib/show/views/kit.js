// The kit: what every view shares. view.py puts it in front of a view's own file, so a view has no imports and needs no network.
// A host's model needs get(name), set(name, value), save_changes(), on("change:name", fn), off(...): anywidget's, or a plain page's.
const KIT = `
.cv{--q:#7a5200;--k:#0050e0;--v:#cc1480;--fg:var(--jp-ui-font-color1,var(--vscode-foreground,#1c1c1c));--bg:var(--jp-layout-color0,var(--vscode-editor-background,#fff));
 --line:var(--jp-border-color2,#c9c9c9);--quiet:#5f6368;font:14px/1.4 var(--jp-ui-font-family,system-ui,sans-serif);color:var(--fg);background:var(--bg);padding:8px;max-width:100%;overflow:auto}
[data-jp-theme-light="false"] .cv,[data-vscode-theme-kind$="dark"] .cv,.cv.dark{--q:#f2cc0c;--k:#4d90ff;--v:#f0507f;--quiet:#a9aeb3}
.cv.dark{--fg:#e4e4e4;--bg:#111;--line:#4a4a4a}
:where(.cv) .bar{display:flex;flex-wrap:wrap;gap:4px 18px;align-items:center;margin:0 0 6px}:where(.cv) label{display:inline-flex;gap:6px;align-items:center}
:where(.cv) output{font-variant-numeric:tabular-nums}:where(.cv) select,:where(.cv) button{font:inherit;color:inherit;background:var(--bg)}
:where(.cv) button,:where(.cv) select{border:1px solid var(--quiet);border-radius:4px;padding:2px 8px}:where(.cv) button{cursor:pointer}:where(.cv) button:disabled{opacity:.5;cursor:default}
:where(.cv) :focus-visible{outline:3px solid var(--k);outline-offset:1px}:where(.cv) p{margin:6px 0 0;max-width:62em}:where(.cv) p[aria-live]{min-height:1.4em}
@media(prefers-reduced-motion:reduce){.cv *{transition:none!important;animation:none!important}}`;
const SVG = /^(svg|g|path|line|rect|circle|text|tspan|defs|marker|pattern)$/;
const h = (tag, attrs = {}, ...kids) => {                            // an element; "onclick" listens, null and false leave an attribute out, text is only text
  const el = SVG.test(tag) ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  // In JupyterLab's command mode a key pressed on a focused control is a shortcut (d d deletes the cell!) unless that very element says no.
  if (/^(td|input|select|button|summary)$/.test(tag) || "tabindex" in attrs) el.setAttribute("data-lm-suppress-shortcuts", "true");
  for (const [k, v] of Object.entries(attrs)) if (v !== null && v !== undefined && v !== false) k.startsWith("on") ? el.addEventListener(k.slice(2), v) : el.setAttribute(k, v === true ? "" : v);
  el.append(...kids.flat(3));
  return el;
};
const number = (x, digits = 2) => String(+x.toFixed(digits) || 0).replace("-", "−");          // 3, −0.5, 0.42
const wordsOf = (model, english) => ({ ...english, ...(model.get("labels") || {}) });
const fill = (sentence, parts) => sentence.replace(/\{(\w+)\}/g, (all, name) => (name in parts ? parts[name] : all));
const putInto = (model) => (name, value) => { model.set(name, value); model.save_changes(); };
const frame = (name, css, ...kids) => h("div", { class: `cv ${name}` }, h("style", {}, KIT + css), ...kids);
const listen = (model, names, fn) => {                               // call fn when one of them changes; returns how to stop that
  names.forEach((name) => model.on(`change:${name}`, fn));
  return () => names.forEach((name) => model.off(`change:${name}`, fn));
};
