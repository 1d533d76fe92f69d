// Choice: a question with one answer to choose, by mouse or by keyboard; Python says what the guess earns. The kit (kit.js) stands in front.
const EN = { predict: "Predict:" };
const CSS = `
.cv.ch{font-size:var(--jp-widgets-font-size,14px);padding:4px 0}
.ch fieldset{border:0;border-left:5px solid var(--k);margin:0;padding:.35em .8em;min-width:0}.ch legend{float:left;width:100%;padding:0;margin:0 0 6px}.ch .all{clear:both}
.ch label{display:flex;align-items:center;gap:.5em;width:fit-content;padding:2px 6px 2px 2px;cursor:pointer}.ch input{accent-color:var(--k);margin:0;flex:none}.ch p{max-width:44em;margin-left:18px}.ch code{font-family:var(--jp-code-font-family,monospace)}`;
const inline = (text) => text.split(/`([^`]+)`/).map((part, i) => (i % 2 ? h("code", {}, part) : part));       // `code` in backticks; all else is text
let made = 0;

function render({ model, el }) {
  const t = wordsOf(model, EN), put = putInto(model), name = `choice-${Date.now()}-${made++}`;
  const radios = model.get("options").map((_, i) => h("input", { type: "radio", name, value: i, onchange: () => put("guess", i) }));
  const labels = model.get("options").map((option, i) => h("label", {}, radios[i], h("span", {}, inline(option))));
  const said = h("p", { role: "status", "aria-live": "polite" });
  el.append(frame("ch", CSS, h("fieldset", {}, h("legend", {}, h("b", {}, t.predict), " ", inline(model.get("question"))), h("div", { class: "all" }, labels)), said));
  function paint() {
    radios.forEach((radio, i) => { radio.checked = i === model.get("guess"); });
    const words = model.get("said");
    said.replaceChildren(...(words ? [h("b", {}, model.get("mark")), " ", ...inline(words)] : []));
  }
  paint();
  return listen(model, ["guess", "said", "mark"], paint);
}
export default { render };
