// HeadBrowser: layers × heads with their scores; choose a head, switch it off, type a text. Python reads the text, this draws what it found.
import { fill, frame, h, listen, number, putInto, wordsOf } from "./kit/kit.js";
import { headTable, limit, patternPanel, unpack } from "./kit/heads.js";

const EN = {
  ...PANEL_EN,
  text: "Your text",
  read: "Read it",
  known: "The {n} words that it knows",
  more: " and {n} more",
  job: "Score",
  off: "Switch off {name}",
  on: "Switch on {name}",
  all_on: "Switch all on",
  cell: "{name}: {score}",
  gone: "switched off",
  map: "Circles by size: {job}. Hollow is negative.",
  unknown: "The model has never seen {words}.",
  meant: "Do you mean {words}?",
  long: "That are {n} tokens, and the model can read {most} at once.",
  empty: "Type a few words that it knows.",
  silent: "Python does not answer: run this cell again.",
  after: "What comes after “{q}”?",
  word: "word",
  whole: "all heads",
  without: "without",
  next: "◀ comes next",
  loss: "This text costs {whole} nats per token.",
  loss_off: "This text costs {whole} nats per token, and {without} without {names}.",
};

function render({ model, el }) {
  const t = wordsOf(model, EN),
    get = (k) => model.get(k),
    put = putInto(model),
    first = get("first");
  const name = (l, n) => fill(t.name, { l: l + first, h: n + first });
  let patterns = [],
    waits = null;
  const bad = h("p", { class: "bad", role: "status" });
  const ask = (key, value) => {
    // Python has to work this out: say so if it does not
    clearTimeout(waits);
    waits = setTimeout(() => {
      bad.textContent = t.silent;
    }, 4000);
    put(key, value);
  };
  const field = h("input", {
    type: "text",
    spellcheck: "false",
    autocomplete: "off",
    onkeydown: (e) => {
      e.stopPropagation();
      if (e.key === "Enter") read();
    },
  });
  const read = () => (field.value === get("text") ? answered() : ask("text", field.value)),
    typed = () => {
      field.value = get("text");
    };
  const pick = h(
    "select",
    { onchange: () => put("job", pick.value) },
    Object.keys(get("jobs")).map((job) => h("option", { value: job }, job)),
  );
  const known = h(
    "details",
    {},
    h("summary", {}, fill(t.known, { n: get("vocabulary_size") })),
    get("known").join(" "),
    get("vocabulary_size") > get("known").length
      ? fill(t.more, { n: get("vocabulary_size") - get("known").length })
      : "",
  );
  const map = headTable(t, get("n_layer"), get("n_head"), first, (l, n) => {
    model.set("layer", l);
    put("head", n);
  });
  const panel = patternPanel(t, (i) => put("query", i));
  const toggle = h("button", {
      type: "button",
      onclick: () => {
        const here = [get("layer"), get("head")],
          rest = get("off").filter((one) => String(one) !== String(here));
        ask("off", rest.length < get("off").length ? rest : [...rest, here]);
      },
    }),
    reset = h("button", { type: "button", onclick: () => ask("off", []) }, t.all_on);
  const says = h("table", { class: "says" }),
    loss = h("p", { "aria-live": "polite" });
  el.append(
    frame(
      "hb",
      h(
        "div",
        { class: "bar" },
        h("label", {}, t.text, field),
        h("button", { type: "button", onclick: read }, t.read),
      ),
      bad,
      known,
      h(
        "div",
        { class: "two" },
        h(
          "div",
          { class: "side" },
          h("div", { class: "bar" }, h("label", {}, t.job, pick)),
          map.table,
          h("div", { class: "bar switch" }, toggle, reset),
          loss,
          says,
        ),
        h("div", {}, panel.cap, panel.svg),
      ),
      panel.strip,
      panel.say,
    ),
  );

  function answered() {
    // Python has read a text, or read it again with other heads switched off
    clearTimeout(waits);
    const wrong = get("problem"),
      list = (words) => words.map((word) => `“${word}”`).join(", ");
    bad.textContent = wrong.unknown
      ? fill(t.unknown, { words: list(wrong.unknown) }) +
        (wrong.meant.length ? " " + fill(t.meant, { words: list(wrong.meant) }) : "")
      : wrong.long
        ? fill(t.long, { n: wrong.long, most: wrong.most })
        : wrong.empty
          ? t.empty
          : "";
    patterns = unpack(get("packed"), get("n_layer") * get("n_head"), get("tokens").length);
    paint();
  }
  function paint() {
    const toks = get("tokens"),
      l = get("layer"),
      n = get("head"),
      q = limit(get("query"), 0, toks.length - 1),
      scores = get("jobs")[get("job")],
      off = get("off").map(String),
      here = name(l, n);
    const top = Math.max(...scores.flat().map(Math.abs), 1e-12);
    pick.value = get("job");
    map.caption.textContent = fill(t.map, { job: get("job") });
    map.buttons.forEach((row, i) =>
      row.forEach((b, j) => {
        const s = scores[i][j],
          gone = off.includes(`${i},${j}`),
          said = fill(t.cell, { name: name(i, j), score: number(s) }) + (gone ? `, ${t.gone}` : "");
        if (b.dataset.said !== said + get("job")) {
          b.replaceChildren(
            h(
              "svg",
              { width: 36, height: 34, "aria-hidden": "true" },
              h("circle", {
                cx: 18,
                cy: 17,
                r: 16 * Math.sqrt(Math.abs(s) / top),
                class: s < 0 ? "minus" : "",
              }),
            ),
            number(s),
          );
          b.setAttribute("aria-label", said);
          b.className = gone ? "off" : "";
          b.dataset.said = said + get("job");
        }
      }),
    );
    map.mark(l, n);
    panel.draw(
      toks,
      patterns[l * get("n_head") + n],
      q,
      here + (off.includes(`${l},${n}`) ? ` (${t.gone})` : ""),
    );
    toggle.textContent = fill(off.includes(`${l},${n}`) ? t.on : t.off, { name: here });
    reset.hidden = !off.length;
    const [whole, without] = get("losses").map((x) => x.toFixed(2)),
      names = get("off")
        .map(([i, j]) => name(i, j))
        .join("; ");
    loss.textContent =
      toks.length < 2 ? "" : fill(off.length ? t.loss_off : t.loss, { whole, without, names });
    const bar = (p, look) =>
      h("td", {}, h("i", { class: look, style: `width:${Math.round(70 * p)}px` }), p.toFixed(2));
    says.replaceChildren(
      h("caption", {}, fill(t.after, { q: toks[q] })),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", { scope: "col" }, t.word),
          h("th", { scope: "col" }, t.whole),
          off.length ? h("th", { scope: "col" }, t.without) : [],
        ),
      ),
      h(
        "tbody",
        {},
        get("next")[q].map(([word, p, less]) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, word, word === toks[q + 1] ? h("small", {}, " " + t.next) : ""),
            bar(p, ""),
            off.length ? bar(less, "w") : [],
          ),
        ),
      ),
    );
  }
  typed();
  answered();
  const stop = [
    listen(model, ["text"], typed),
    listen(model, ["answered"], answered),
    listen(model, ["layer", "head", "query", "job"], paint),
  ];
  return () => {
    clearTimeout(waits);
    stop.forEach((f) => f());
  };
}
export default { render };
