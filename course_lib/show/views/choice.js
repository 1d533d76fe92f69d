// Choice: a question with one answer to choose, by mouse or by keyboard; Python says what the guess earns. The kit (kit.js) stands in front.
import { frame, h, listen, putInto, wordsOf } from "./kit/kit.js";

const EN = { predict: "Predict:" };
const inline = (text) => text.split(/`([^`]+)`/).map((part, i) => (i % 2 ? h("code", {}, part) : part)); // `code` in backticks; all else is text
let made = 0;

function render({ model, el }) {
  const t = wordsOf(model, EN),
    put = putInto(model),
    name = `choice-${Date.now()}-${made++}`;
  const radios = model
    .get("options")
    .map((_, i) => h("input", { type: "radio", name, value: i, onchange: () => put("guess", i) }));
  const labels = model
    .get("options")
    .map((option, i) => h("label", {}, radios[i], h("span", {}, inline(option))));
  const said = h("p", { role: "status", "aria-live": "polite" });
  el.append(
    frame(
      "ch",
      h(
        "fieldset",
        {},
        h("legend", {}, h("b", {}, t.predict), " ", inline(model.get("question"))),
        h("div", { class: "all" }, labels),
      ),
      said,
    ),
  );
  function paint() {
    radios.forEach((radio, i) => {
      radio.checked = i === model.get("guess");
    });
    const words = model.get("said");
    said.replaceChildren(...(words ? [h("b", {}, model.get("mark")), " ", ...inline(words)] : []));
  }
  paint();
  return listen(model, ["guess", "said", "mark"], paint);
}
export default { render };
