// Choice: a question with one answer to choose, by mouse or by keyboard; Python says what the guess earns.

import { frame, h, spoken, uniqueName } from "./kit/elements.js";
import { listen, putInto } from "./kit/model.js";
import { wordsOf } from "./kit/words.js";

const EN = {
  predict: "Predict:",
};

/**
 * What crosses to Python: the traits of Choice in choice.py.
 *
 * @typedef {object} State
 * @property {string} question Python: what is asked; `code` stands in backticks, here and below
 * @property {string[]} options Python: the answers to choose from
 * @property {number} guess both: position of the chosen option, or −1
 * @property {string} mark Python: the sign that the guess earns, ✓ or ✗
 * @property {string} said Python: the sentence that it earns
 */

/** @import { Model } from "./kit/model.js" */

/** @param {{ model: Model<State>, el: HTMLElement }} host */
function render({ model, el }) {
  const words = wordsOf(model, EN);
  const put = putInto(model);
  const name = uniqueName("choice"); // radio buttons of one name belong together
  const radios = model.get("options").map((_, position) => {
    return h("input", { type: "radio", name, value: position, onchange: () => put("guess", position) });
  });
  const options = model.get("options").map((option, position) => {
    return h("label", {}, radios[position], h("span", {}, withCode(option)));
  });
  const question = h("legend", {}, h("b", {}, words.predict), " ", withCode(model.get("question")));
  const answer = spoken({ role: "status" });
  el.append(frame("ch", h("fieldset", {}, question, h("div", { class: "all" }, options)), answer));

  function paint() {
    radios.forEach((radio, position) => {
      radio.checked = position === model.get("guess");
    });
    const said = model.get("said");
    answer.replaceChildren(...(said ? [h("b", {}, model.get("mark")), " ", ...withCode(said)] : []));
  }

  paint();
  return listen(model, ["guess", "said", "mark"], paint);
}

/** `code` in backticks becomes code; all else is text. */
function withCode(text) {
  return text.split(/`([^`]+)`/).map((part, index) => (index % 2 ? h("code", {}, part) : part));
}

export default { render };
