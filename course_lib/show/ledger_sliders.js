// Sliders for the sizes of a GPT. Python counts (gpt/ledger.py); this only asks and shows. No imports, no network.
const EN = {
  n_layer: "layers", n_head: "heads in a layer", n_embd: "width", context_length: "context", vocab_size: "vocabulary",
  counted: "counted as", video: "the video does", code: "the code holds it",
  line: "line", size: "size", parameters: "parameters", total: "total", help: "Choose a slider and use the arrow keys.",
};
const CSS = `
.ls{--attention:#0050e0;--MLP:#cc1480;--tables:#5f6368;--small:#3c3c3c;--fg:var(--jp-ui-font-color1,#1c1c1c);--bg:var(--jp-layout-color0,#fff);
 --line:var(--jp-border-color2,#c9c9c9);font:14px/1.4 var(--jp-ui-font-family,system-ui,sans-serif);color:var(--fg);background:var(--bg);padding:8px;max-width:100%;overflow:auto}
[data-jp-theme-light="false"] .ls,.ls.dark{--attention:#4d90ff;--MLP:#f0507f;--tables:#b0b4b8;--small:#e0e0e0}
.ls .bar{display:grid;grid-template-columns:auto 220px minmax(5em,auto);gap:2px 12px;align-items:center;justify-content:start;margin:0 0 8px}
.ls output{font-variant-numeric:tabular-nums}.ls select{font:inherit;color:inherit;background:var(--bg);grid-column:2/4;justify-self:start}
.ls table{border-collapse:collapse;font-variant-numeric:tabular-nums}.ls th{font-weight:500;text-align:left}.ls thead th,.ls tfoot th,.ls tfoot td{font-weight:700}
.ls th,.ls td{padding:2px 10px 2px 0;white-space:nowrap;border-bottom:1px solid var(--line);text-align:right}.ls th:first-child,.ls td.b{text-align:left}
.ls td.b{width:230px;border-bottom-color:transparent}.ls i{display:inline-block;height:13px;min-width:1px;border:1.5px solid;box-sizing:border-box;vertical-align:middle}
.ls i.attention{color:var(--attention);background:var(--attention)}.ls i.tables{color:var(--tables)}.ls i.small{color:var(--small);background:var(--small)}
.ls i.MLP{color:var(--MLP);background:repeating-linear-gradient(135deg,transparent 0 4px,var(--MLP) 4px 5px)}
.ls p{margin:8px 0 0;min-height:1.4em;max-width:62em}`;
const h = (tag, attrs = {}, ...kids) => {
  const el = document.createElement(tag);
  // In JupyterLab's command mode a key pressed on a focused control is a shortcut (d d deletes the cell!) unless that very element says no.
  if (/^(input|select)$/.test(tag)) el.setAttribute("data-lm-suppress-shortcuts", "true");
  for (const [k, v] of Object.entries(attrs)) k.startsWith("on") ? el.addEventListener(k.slice(2), v) : el.setAttribute(k, v);
  el.append(...kids.flat());
  return el;
};

function render({ model, el }) {
  const t = { ...EN, ...(model.get("labels") || {}) }, thousands = (n) => n.toLocaleString("en-US");
  const put = (name, value) => { model.set(name, value); model.save_changes(); };
  const sliders = Object.entries(model.get("choices")).map(([name, values]) => {
    const out = h("output", {}), input = h("input", { type: "range", min: 0, max: values.length - 1, step: 1, "aria-label": t[name], "data-size": name,
      oninput: () => put(name, values[+input.value]) });
    const paint = () => { input.value = values.indexOf(model.get(name)); out.textContent = thousands(model.get(name)); input.setAttribute("aria-valuetext", out.textContent); };
    return { name, input, out, paint };
  });
  const pick = h("select", { "aria-label": t.counted, onchange: () => put("counted", pick.value) }, ["video", "code"].map((v) => h("option", { value: v }, t[v])));
  const bar = h("div", { class: "bar" }, sliders.map((s) => [h("span", {}, t[s.name]), s.input, s.out]).flat(), h("span", {}, t.counted), pick);
  const grid = h("div"), say = h("p", { "aria-live": "polite" }), help = h("p", {}, h("small", {}, t.help));
  el.append(h("div", { class: "ls" }, h("style", {}, CSS), bar, grid, say, help));

  function paint() {                                                  // the table, from the lines that Python counted
    const lines = model.get("lines"), top = Math.max(...lines.map((l) => l.count));
    const row = (l) => h("tr", {}, h("th", { scope: "row" }, l.name), h("td", {}, l.size), h("td", { "data-line": l.name }, l.shown),
      h("td", { class: "b", "aria-hidden": "true" }, h("i", { class: l.look, style: `width:${(220 * l.count) / top}px` })));
    const head = h("tr", {}, [t.line, t.size, t.parameters].map((word) => h("th", { scope: "col" }, word)));
    const foot = h("tr", {}, h("th", { scope: "row" }, t.total), h("td"), h("td", { "data-line": "total" }, model.get("total")));
    grid.replaceChildren(h("table", {}, h("thead", {}, head), h("tbody", {}, lines.map(row)), h("tfoot", {}, foot)));
    say.textContent = model.get("sentence");
    sliders.forEach((s) => s.paint()); pick.value = model.get("counted");
  }
  const names = ["lines", "counted", ...sliders.map((s) => s.name)];
  paint();
  names.forEach((name) => model.on(`change:${name}`, paint));
  return () => names.forEach((name) => model.off(`change:${name}`, paint));
}
export default { render };
