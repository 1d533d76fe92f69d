// Sliders for the sizes of a GPT. Python counts (costs/ledger.py); this only asks and shows. The kit (kit.js) stands in front of this file.
const EN = {
  n_layer: "layers", n_head: "heads in a layer", n_embd: "width", context_length: "context", vocab_size: "vocabulary",
  counted: "counted as", video: "the video does", code: "the code holds it",
  line: "line", size: "size", parameters: "parameters", total: "total", help: "Choose a slider and use the arrow keys.",
};
const CSS = `
.ls{--attention:var(--k);--MLP:var(--v);--tables:var(--quiet);--small:#3c3c3c}[data-jp-theme-light="false"] .ls,.ls.dark{--small:#e0e0e0}
.ls .bar{display:grid;grid-template-columns:auto 220px minmax(5em,auto);gap:2px 12px;align-items:center;justify-content:start;margin:0 0 8px}
.ls select{grid-column:2/4;justify-self:start}
.ls table{border-collapse:collapse;font-variant-numeric:tabular-nums}.ls th{font-weight:500;text-align:left}.ls thead th,.ls tfoot th,.ls tfoot td{font-weight:700}
.ls th,.ls td{padding:2px 10px 2px 0;white-space:nowrap;border-bottom:1px solid var(--line);text-align:right}.ls th:first-child,.ls td.b{text-align:left}
.ls td.b{width:230px;border-bottom-color:transparent}.ls i{display:inline-block;height:13px;min-width:1px;border:1.5px solid;box-sizing:border-box;vertical-align:middle}
.ls i.attention{color:var(--attention);background:var(--attention)}.ls i.tables{color:var(--tables)}.ls i.small{color:var(--small);background:var(--small)}
.ls i.MLP{color:var(--MLP);background:repeating-linear-gradient(135deg,transparent 0 4px,var(--MLP) 4px 5px)}`;

function render({ model, el }) {
  const t = wordsOf(model, EN), put = putInto(model), thousands = (n) => n.toLocaleString("en-US");
  const sliders = Object.entries(model.get("choices")).map(([name, values]) => {
    const out = h("output", {}), input = h("input", { type: "range", min: 0, max: values.length - 1, step: 1, "aria-label": t[name], "data-size": name,
      oninput: () => put(name, values[+input.value]) });
    const paint = () => { input.value = values.indexOf(model.get(name)); out.textContent = thousands(model.get(name)); input.setAttribute("aria-valuetext", out.textContent); };
    return { name, input, out, paint };
  });
  const pick = h("select", { "aria-label": t.counted, onchange: () => put("counted", pick.value) }, ["video", "code"].map((v) => h("option", { value: v }, t[v])));
  const bar = h("div", { class: "bar" }, sliders.map((s) => [h("span", {}, t[s.name]), s.input, s.out]).flat(), h("span", {}, t.counted), pick);
  const grid = h("div"), say = h("p", { "aria-live": "polite" }), help = h("p", {}, h("small", {}, t.help));
  el.append(frame("ls", CSS, bar, grid, say, help));

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
  return listen(model, names, paint);
}
export default { render };
