// ProgressMap: every exercise of the course with its mark; choose one to read what is known of it.

import { button, frame, h, spoken } from "./kit/elements.js";
import { keepHere, limit } from "./kit/keys.js";
import { listen, putInto } from "./kit/model.js";
import { fill, wordsOf } from "./kit/words.js";

const EN = {
  count: "{done} of {all} exercises done",
  guesses: "{right} of {all} predictions right",
  next: "Next: {name}",
  all: "All of them done",
  left: "Only what is left",
  again: "Look again",
  lesson: "Lesson {number}",
  share: "{done} of {all}",
  chip: "{name}, {state}",
  done: "done",
  tried: "tried",
  open: "open",
  sheet: "Open its sheet",
  read: "Open its lesson",
  hint: "Choose an exercise, to read what is known of it.",
  grid: "Exercises, lesson by lesson",
  said_done: "{name} is done since {day}, after {tries}{hints}.",
  said_tried: "{name} is not right yet, after {tries}{hints}.",
  said_open: "{name} is still open{hints}.",
  one_try: "one try",
  tries: "{n} tries",
  one_hint: " and one hint",
  hints: " and {n} hints",
  kept: "Kept in {file}.",
  where: "Its sheet: {file}",
};
const SIGN = { done: "✓", tried: "✗", open: "○" };

/**
 * @typedef {object} Exercise
 * @prop {string} name
 * @prop {string} lesson its number, "03"
 * @prop {"done" | "tried" | "open"} state
 * @prop {string} day on which it was done
 * @prop {number} tries
 * @prop {number} hints that were asked for
 * @prop {string} kept the file that holds the answer, or ""
 */

/**
 * @typedef {object} Lesson
 * @prop {string} number "03"
 * @prop {string} title
 * @prop {string} sheet path of its exercise sheet
 * @prop {string} notebook path of the lesson itself
 */

/**
 * What crosses to Python: the traits of ProgressMap in progress_map.py.
 *
 * @typedef {object} State
 * @property {Lesson[]} lessons Python: the rows of the map
 * @property {Exercise[]} exercises Python: what is recorded of each
 * @property {[number, number]} guesses Python: right predictions, of all
 * @property {string} note Python: what is to be said of the record, or ""
 * @property {string} chosen both: the name of an exercise, or ""
 * @property {boolean} only_left both: whether those that are done are hidden
 * @property {number} asked both: how often the reader has asked to look again
 */

/** @import { Model } from "./kit/model.js" */

/** @param {{ model: Model<State>, el: HTMLElement }} host */
function render({ model, el }) {
  const words = wordsOf(model, EN);
  const get = (name) => model.get(name);
  const put = putInto(model);
  const summary = progressBar(words);
  const guesses = h("span");
  const next = button("", () => choose(following(get("exercises"))));
  const onlyLeft = h("input", { type: "checkbox", onchange: () => put("only_left", onlyLeft.checked) });
  const again = button(words.again, () => put("asked", get("asked") + 1));
  const note = h("p", { class: "note", role: "status" });
  const sentence = spoken({ class: "say" });
  const chips = chipTable(words, choose);
  el.append(
    frame(
      "pm",
      h("div", { class: "bar" }, summary.count, summary.bar, guesses),
      h("div", { class: "bar" }, next, h("label", {}, onlyLeft, words.left), again),
      note,
      sentence,
      chips.element,
    ),
  );

  function choose(name) {
    put("chosen", name);
    chips.focus(name);
  }

  function paint() {
    const exercises = get("exercises");
    const nextOne = following(exercises);
    const [right, all] = get("guesses");
    const focused = chips.focused();
    summary.paint(exercises);
    guesses.textContent = all ? fill(words.guesses, { right, all }) : "";
    next.textContent = nextOne ? fill(words.next, { name: nextOne }) : words.all;
    next.disabled = !nextOne;
    onlyLeft.checked = get("only_left");
    note.textContent = get("note");
    note.hidden = !get("note");
    chips.build(get("lessons"), exercises, get("only_left"));
    tell();
    if (focused) chips.focus(focused);
  }

  /** The sentence about the chosen exercise, and where its sheet is. */
  function tell() {
    const exercises = get("exercises");
    const chosen = exercises.find((one) => one.name === get("chosen"));
    chips.mark(chosen?.name, chosen?.name ?? following(exercises));
    if (!chosen) return sentence.replaceChildren(words.hint);
    const lesson = get("lessons").find((one) => one.number === chosen.lesson);
    sentence.replaceChildren(inWords(words, chosen), ...waysTo(words, lesson));
  }

  paint();
  return listen(model, ["exercises", "guesses", "note", "only_left", "chosen"], paint);
}

/** @param {Exercise} exercise */
const isLeft = (exercise) => exercise.state !== "done";

/**
 * The name of the first that is left after the last one done, or of the first of all that are left.
 *
 * @param {Exercise[]} exercises
 */
function following(exercises) {
  const last = exercises.map((one) => one.state).lastIndexOf("done");
  const found = exercises.slice(last + 1).find(isLeft) ?? exercises.find(isLeft);
  return found?.name ?? "";
}

/** What is known of an exercise. */
function inWords(words, { name, state, day, tries, hints, kept }) {
  const asked = hints === 1 ? words.one_hint : hints ? fill(words.hints, { n: hints }) : "";
  const tried = tries === 1 ? words.one_try : fill(words.tries, { n: tries });
  const alone = asked && ` (${asked.replace(/^ \S+ /, "")})`; // without the "and"
  const parts = { name, day, tries: tried, hints: state === "open" ? alone : asked };
  const said = fill(words[`said_${state}`], parts);
  return kept ? `${said} ${fill(words.kept, { file: kept })}` : said;
}

/**
 * In JupyterLab links that open the sheet and the lesson, elsewhere where the sheet is.
 *
 * @param {Lesson} lesson
 */
function waysTo(words, lesson) {
  const inLab = Boolean(document.getElementById("jupyter-config-data"));
  if (!inLab) return [" ", fill(words.where, { file: lesson.sheet })];
  return [link(words.sheet, lesson.sheet), link(words.read, lesson.notebook)];
}

function link(words, path) {
  const command = {
    "data-commandlinker-command": "docmanager:open",
    "data-commandlinker-args": JSON.stringify({ path }),
  };
  return h("a", { href: "#", ...command, "data-lm-suppress-shortcuts": "true" }, words);
}

function progressBar(words) {
  const count = h("b");
  const inner = h("i");
  const bar = h("div", { class: "all", "aria-hidden": "true" }, inner);

  function paint(exercises) {
    const done = exercises.filter((one) => !isLeft(one)).length;
    count.textContent = fill(words.count, { done, all: exercises.length });
    inner.style.width = `${(100 * done) / Math.max(exercises.length, 1)}%`;
  }

  return { count, bar, paint };
}

/** A row for each lesson, in it a button for each exercise; arrow keys walk. */
function chipTable(words, choose) {
  const body = h("tbody");
  const element = h("table", { "aria-label": words.grid }, body);
  let rows = []; // of buttons, as they are seen
  let built = "";

  function build(lessons, exercises, onlyLeft) {
    const wanted = JSON.stringify([exercises, onlyLeft]);
    if (wanted === built) return;
    built = wanted;
    rows = [];
    body.replaceChildren(...lessons.map((lesson) => lessonRow(lesson, exercises, onlyLeft)));
  }

  function lessonRow(lesson, exercises, onlyLeft) {
    const own = exercises.filter((one) => one.lesson === lesson.number);
    const left = own.filter(isLeft);
    const buttons = (onlyLeft ? left : own).map(chip);
    if (buttons.length) rows.push(buttons);
    const share = fill(words.share, { done: own.length - left.length, all: own.length });
    const name = fill(words.lesson, { number: Number(lesson.number) });
    const title = h("th", { scope: "row" }, name, " ", lesson.title, " ", h("small", {}, share));
    return h("tr", { hidden: !buttons.length }, title, h("td", { class: "chips" }, buttons));
  }

  function chip({ name, state }) {
    const label = fill(words.chip, { name, state: words[state] });
    const attributes = { class: state, tabindex: -1, "data-name": name, "aria-label": label };
    const hear = { onclick: () => choose(name), onkeydown: walk };
    const sign = h("b", { "aria-hidden": "true" }, SIGN[state]);
    return h("button", { type: "button", ...attributes, ...hear }, sign, " ", name);
  }

  function walk(event) {
    if (!/^(Arrow|Home|End)/.test(event.key)) return;
    keepHere(event);
    const next = chipAfter(event.key, event.currentTarget);
    if (next) choose(next.dataset.name);
  }

  function chipAfter(key, from) {
    const all = rows.flat();
    const at = all.indexOf(from);
    const row = rows.findIndex((buttons) => buttons.includes(from));
    const column = rows[row].indexOf(from);
    const inRow = (buttons) => buttons && buttons[limit(column, 0, buttons.length - 1)];
    switch (key) {
      case "ArrowLeft":
        return all[at - 1];
      case "ArrowRight":
        return all[at + 1];
      case "ArrowUp":
        return inRow(rows[row - 1]);
      case "ArrowDown":
        return inRow(rows[row + 1]);
      case "Home":
        return all[0];
      default:
        return all.at(-1);
    }
  }

  /** The name of the one that has the focus, if any. */
  function focused() {
    return rows.flat().find((one) => one === document.activeElement)?.dataset.name;
  }

  function focus(name) {
    rows
      .flat()
      .find((one) => one.dataset.name === name)
      ?.focus();
  }

  /** Show which one is chosen, if any; Tab leads to the one with the name `reached`, or to the first. */
  function mark(chosen, reached) {
    const all = rows.flat();
    const target = reached || all[0]?.dataset.name;
    all.forEach((one) => {
      one.setAttribute("aria-pressed", one.dataset.name === chosen);
      one.tabIndex = one.dataset.name === target ? 0 : -1;
    });
  }

  return { element, build, focused, focus, mark };
}

export default { render };
