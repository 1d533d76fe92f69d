// Sliders for the sizes of a GPT. Python counts (costs/ledger.py); this only asks and shows. The kit (kit.js) stands in front of this file.
import { frame, h, listen, putInto, wordsOf } from "./kit/kit.js";

const EN = {
  n_layer: "layers",
  n_head: "heads in a layer",
  n_embd: "width",
  context_length: "context",
  vocab_size: "vocabulary",
  counted: "counted as",
  video: "the video does",
  code: "the code holds it",
  line: "line",
  size: "size",
  parameters: "parameters",
  total: "total",
  help: "Choose a slider and use the arrow keys.",
};

function render({ model, el }) {
  const t = wordsOf(model, EN),
    put = putInto(model),
    thousands = (n) => n.toLocaleString("en-US");
  const sliders = Object.entries(model.get("choices")).map(([name, values]) => {
    const out = h("output", {}),
      input = h("input", {
        type: "range",
        min: 0,
        max: values.length - 1,
        step: 1,
        "aria-label": t[name],
        "data-size": name,
        oninput: () => put(name, values[+input.value]),
      });
    const paint = () => {
      input.value = values.indexOf(model.get(name));
      out.textContent = thousands(model.get(name));
      input.setAttribute("aria-valuetext", out.textContent);
    };
    return { name, input, out, paint };
  });
  const pick = h(
    "select",
    { "aria-label": t.counted, onchange: () => put("counted", pick.value) },
    ["video", "code"].map((v) => h("option", { value: v }, t[v])),
  );
  const bar = h(
    "div",
    { class: "bar" },
    sliders.map((s) => [h("span", {}, t[s.name]), s.input, s.out]).flat(),
    h("span", {}, t.counted),
    pick,
  );
  const grid = h("div"),
    say = h("p", { "aria-live": "polite" }),
    help = h("p", {}, h("small", {}, t.help));
  el.append(frame("ls", bar, grid, say, help));

  function paint() {
    // the table, from the lines that Python counted
    const lines = model.get("lines"),
      top = Math.max(...lines.map((l) => l.count));
    const row = (l) =>
      h(
        "tr",
        {},
        h("th", { scope: "row" }, l.name),
        h("td", {}, l.size),
        h("td", { "data-line": l.name }, l.shown),
        h(
          "td",
          { class: "b", "aria-hidden": "true" },
          h("i", { class: l.look, style: `width:${(220 * l.count) / top}px` }),
        ),
      );
    const head = h(
      "tr",
      {},
      [t.line, t.size, t.parameters].map((word) => h("th", { scope: "col" }, word)),
    );
    const foot = h(
      "tr",
      {},
      h("th", { scope: "row" }, t.total),
      h("td"),
      h("td", { "data-line": "total" }, model.get("total")),
    );
    grid.replaceChildren(
      h("table", {}, h("thead", {}, head), h("tbody", {}, lines.map(row)), h("tfoot", {}, foot)),
    );
    say.textContent = model.get("sentence");
    sliders.forEach((s) => s.paint());
    pick.value = model.get("counted");
  }
  const names = ["lines", "counted", ...sliders.map((s) => s.name)];
  paint();
  return listen(model, names, paint);
}
export default { render };
