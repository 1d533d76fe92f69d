// ProgressMap: every exercise of the course with its mark; choose one to read what is known of it. The kit (kit.js) stands in front.
import { fill, frame, h, listen, number, putInto, wordsOf } from "./kit/kit.js";

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

function render({ model, el }) {
  const t = wordsOf(model, EN),
    get = (name) => model.get(name),
    put = putInto(model),
    inLab = !!document.getElementById("jupyter-config-data");
  const count = h("b"),
    bar = h("i"),
    all = h("div", { class: "all", "aria-hidden": "true" }, bar),
    guesses = h("span"),
    tick = h("input", { type: "checkbox", onchange: () => put("only_left", tick.checked) });
  const nextButton = h("button", { type: "button", onclick: () => choose(following()) }),
    again = h("button", { type: "button", onclick: () => put("asked", get("asked") + 1) }, t.again);
  const body = h("tbody"),
    say = h("p", { class: "say", "aria-live": "polite" }),
    note = h("p", { class: "note", role: "status" });
  let chips = [],
    shown = "";
  el.append(
    frame(
      "pm",
      h("div", { class: "bar" }, count, all, guesses),
      h("div", { class: "bar" }, nextButton, h("label", {}, tick, t.left), again),
      note,
      say,
      h("table", { "aria-label": t.grid }, body),
    ),
  );

  const left = (one) => one.state !== "done",
    named = (name) => get("exercises").find((one) => one.name === name);
  function following() {
    // the first that is left behind the last one done, or the first of all that are left
    const list = get("exercises"),
      last = list.map((one) => one.state).lastIndexOf("done");
    return (list.slice(last + 1).find(left) || list.find(left) || {}).name || "";
  }
  function choose(name) {
    put("chosen", name);
    chips.find((chip) => chip.dataset.name === name)?.focus();
  }
  function keys(e) {
    const seen = chips.filter((chip) => !chip.closest("tr").hidden),
      row = e.currentTarget.closest("tr"),
      rows = [...body.children].filter((tr) => !tr.hidden),
      at = seen.indexOf(e.currentTarget);
    const beside = (step) => {
      const to = rows[rows.indexOf(row) + step];
      return (
        to &&
        seen.indexOf(
          to.querySelectorAll(".chips button")[
            Math.min(
              [...row.querySelectorAll(".chips button")].indexOf(e.currentTarget),
              to.querySelectorAll(".chips button").length - 1,
            )
          ],
        )
      );
    };
    const to = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      ArrowUp: beside(-1),
      ArrowDown: beside(1),
      Home: 0,
      End: seen.length - 1,
    }[e.key];
    if (!/^(Arrow|Home|End)/.test(e.key)) return;
    e.preventDefault();
    e.stopPropagation();
    if (seen[to]) choose(seen[to].dataset.name);
  }
  const link = (word, path) =>
    h(
      "a",
      {
        href: "#",
        "data-commandlinker-command": "docmanager:open",
        "data-commandlinker-args": JSON.stringify({ path }),
        "data-lm-suppress-shortcuts": "true",
      },
      word,
    );
  function tell() {
    // the sentence about the chosen one, and where its sheet is
    const one = named(get("chosen")),
      chosen = one ? one.name : following();
    chips.forEach((chip) => {
      chip.setAttribute("aria-pressed", !!one && chip.dataset.name === one.name);
      chip.tabIndex = chip.dataset.name === (chosen || chips[0]?.dataset.name) ? 0 : -1;
    });
    if (!one) return say.replaceChildren(t.hint);
    const parts = {
      name: one.name,
      day: one.day,
      tries: one.tries === 1 ? t.one_try : fill(t.tries, { n: one.tries }),
      hints: one.hints ? (one.hints === 1 ? t.one_hint : fill(t.hints, { n: one.hints })) : "",
    };
    if (one.state === "open") parts.hints = parts.hints && ` (${parts.hints.replace(/^ \S+ /, "")})`;
    const lesson = get("lessons").find((l) => l.number === one.lesson),
      words = [fill(t[`said_${one.state}`], parts), one.kept && fill(t.kept, { file: one.kept })]
        .filter(Boolean)
        .join(" ");
    say.replaceChildren(
      words,
      ...(inLab
        ? [link(t.sheet, lesson.sheet), link(t.read, lesson.notebook)]
        : [" ", fill(t.where, { file: lesson.sheet })]),
    );
  }
  function paint() {
    const list = get("exercises"),
      done = list.filter((one) => one.state === "done").length,
      [right, guessed] = get("guesses"),
      next = following(),
      held = document.activeElement?.dataset?.name;
    count.textContent = fill(t.count, { done, all: list.length });
    bar.style.width = `${(100 * done) / Math.max(list.length, 1)}%`;
    guesses.textContent = guessed ? fill(t.guesses, { right, all: guessed }) : "";
    nextButton.textContent = next ? fill(t.next, { name: next }) : t.all;
    nextButton.disabled = !next;
    tick.checked = get("only_left");
    note.textContent = get("note");
    note.hidden = !get("note");
    const key = JSON.stringify([list, get("only_left")]);
    if (key !== shown) {
      shown = key;
      chips = [];
      body.replaceChildren(
        ...get("lessons").map((lesson) => {
          const own = list.filter((one) => one.lesson === lesson.number),
            kept = get("only_left") ? own.filter(left) : own;
          const buttons = kept.map((one) =>
            h(
              "button",
              {
                type: "button",
                class: one.state,
                tabindex: -1,
                "data-name": one.name,
                "aria-label": fill(t.chip, { name: one.name, state: t[one.state] }),
                onclick: () => choose(one.name),
                onkeydown: keys,
              },
              h("b", { "aria-hidden": "true" }, SIGN[one.state]),
              " ",
              one.name,
            ),
          );
          chips.push(...buttons);
          return h(
            "tr",
            { hidden: !kept.length },
            h(
              "th",
              { scope: "row" },
              fill(t.lesson, { number: +lesson.number }),
              " ",
              lesson.title,
              " ",
              h("small", {}, fill(t.share, { done: own.length - own.filter(left).length, all: own.length })),
            ),
            h("td", { class: "chips" }, buttons),
          );
        }),
      );
    }
    tell();
    if (held) chips.find((chip) => chip.dataset.name === held)?.focus();
  }
  paint();
  return listen(model, ["exercises", "guesses", "note", "only_left", "chosen"], paint);
}
export default { render };
