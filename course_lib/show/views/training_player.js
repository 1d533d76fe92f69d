// TrainingPlayer: a recorded run to be played: the loss against its floors, all heads as small pictures, one of them large.
import { fill, frame, h, listen, number, putInto, wordsOf } from "./kit/kit.js";
import { headTable, limit, mini, patternPanel, unpack } from "./kit/heads.js";

const EN = {
  ...PANEL_EN,
  play: "Play",
  pause: "Pause",
  back: "Step back",
  step: "Step",
  next: "Next snapshot",
  reset: "Reset",
  slider: "Training step",
  xaxis: "training step →",
  yaxis: "loss (nats per token)",
  now: "After {step} of {all} steps the loss is {loss}.",
  start: "Before the first step: nothing is learned yet.",
  over: "That is {gap} above “{floor}”.",
  under: "That is {gap} below “{floor}”.",
  heads: "All heads after {step} steps. A row is a query, dark is much.",
  cell: "{name}: “{q}” looks most at {most}, {weight}",
  value: "step {step}, loss {loss}",
  curve: "The loss up to step {step}",
};
export const shownAt = (taken, step) => taken.reduce((n, s, i) => (s <= step ? i : n), 0); // the last snapshot that was taken up to this step

function render({ model, el }) {
  const t = wordsOf(model, EN),
    get = (k) => model.get(k),
    put = putInto(model),
    first = get("first"),
    L = get("n_layer"),
    H = get("n_head");
  const name = (l, n) => fill(t.name, { l: l + first, h: n + first }),
    count = (n) => n.toLocaleString("en-US");
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  let film = [],
    timer = null,
    drawn = "";
  const end = () => get("steps").length - 1,
    go = (n) => put("at", limit(n, 0, end()));
  const nextSnapshot = () => {
    const s = get("steps"),
      now = shownAt(get("taken"), s[get("at")]),
      n = s.findIndex((step) => shownAt(get("taken"), step) > now);
    return n < 0 ? end() : n;
  };
  const button = (word, onclick, look) => h("button", { type: "button", onclick, class: look }, word);
  const playing = button(t.play, () => put("playing", !get("playing")), "go"),
    rest = (f) => () => {
      put("playing", false);
      f();
    };
  const back = button(
      t.back,
      rest(() => go(get("at") - 1)),
    ),
    step = button(
      t.step,
      rest(() => go(get("at") + 1)),
    ),
    next = button(
      t.next,
      rest(() => go(nextSnapshot())),
    ),
    reset = button(
      t.reset,
      rest(() => go(0)),
    );
  const slider = h("input", {
    type: "range",
    min: 0,
    max: end(),
    step: 1,
    "aria-label": t.slider,
    oninput: () => {
      const n = +slider.value;
      if (get("playing")) put("playing", false);
      go(n);
    },
  });
  const out = h("output", {}),
    say = h("p", { "aria-live": "polite" });
  const table = headTable(t, L, H, first, (l, n) => {
      model.set("layer", l);
      put("head", n);
    }),
    panel = patternPanel(t, (i) => put("query", i));

  const W = 410,
    HIGH = 230,
    pad = { l: 44, r: 8, t: 8, b: 34 },
    losses = get("losses"),
    floors = get("floors"),
    all = [...losses, ...floors.map((f) => f[1])];
  const low = Math.min(...all),
    high = Math.max(...all),
    span = (high - low || 1) * 1.2,
    last = get("steps")[end()];
  const x = (s) => pad.l + ((W - pad.l - pad.r) * s) / last,
    y = (v) => HIGH - pad.b - ((HIGH - pad.t - pad.b) * (v - low + 0.13 * span)) / span;
  const line = (n, from = 0) =>
    losses
      .slice(from, n)
      .map((v, i) => `${i ? "L" : "M"}${x(get("steps")[i + 1 + from]).toFixed(1)},${y(v).toFixed(1)}`)
      .join("");
  const curve = h("path", { class: "loss" }),
    dot = h("circle", { r: 5 }),
    ticks = [0, 0.25, 0.5, 0.75, 1].map((p) => Math.round(p * last));
  let room = HIGH - pad.b - 3; // the lowest floor's name stands below its line, the others' above, apart from each other
  const labels = [...floors]
    .sort((a, b) => a[1] - b[1])
    .map(([word, v], i) => {
      room = i ? Math.min(y(v) - 4, room - 14) : Math.min(y(v) + 13, room);
      return h(
        "text",
        { class: "label", x: W - pad.r - 4, y: room, "text-anchor": "end" },
        `${word} ${number(v)}`,
      );
    });
  const chart = h(
    "svg",
    { class: "chart", role: "img", width: W, height: HIGH },
    h("path", { class: "frame", d: `M${pad.l},${pad.t}V${HIGH - pad.b}H${W - pad.r}` }),
    ...ticks.map((s, i) =>
      h("text", { x: x(s), y: HIGH - 18, "text-anchor": i === 4 ? "end" : "middle" }, count(s)),
    ),
    h("text", { x: W - pad.r, y: HIGH - 3, "text-anchor": "end" }, t.xaxis),
    h("text", { transform: `translate(12 ${HIGH - pad.b}) rotate(-90)` }, t.yaxis),
    ...[low, (low + high) / 2, high].map((v) =>
      h("text", { x: pad.l - 5, y: y(v) + 4, "text-anchor": "end" }, v.toFixed(1)),
    ),
    ...floors.map(([, v]) => h("path", { class: "floor", d: `M${pad.l},${y(v)}H${W - pad.r}` })),
    ...get("taken").map((s) => h("circle", { class: "seen", cx: x(s), cy: HIGH - pad.b, r: 2.5 })),
    h("path", { class: "ahead", d: line(losses.length) }),
    curve,
    dot,
    ...labels,
  );
  el.append(
    frame(
      "tp",
      h("div", { class: "bar" }, playing, back, step, next, reset, h("label", {}, slider, out)),
      h(
        "div",
        { class: "two" },
        h("div", { class: "side" }, chart, say, table.table),
        h("div", {}, panel.cap, panel.svg),
      ),
      panel.strip,
      panel.say,
    ),
  );

  function develop() {
    const T = get("tokens").length,
      one = unpack(get("packed"), get("taken").length * L * H, T);
    film = get("taken").map((_, n) => one.slice(n * L * H, (n + 1) * L * H));
    drawn = "";
    paint();
  }
  function paint() {
    const at = limit(get("at"), 0, end()),
      s = get("steps")[at],
      shot = shownAt(get("taken"), s),
      heads = film[shot],
      toks = get("tokens"),
      q = limit(get("query"), 0, toks.length - 1),
      l = get("layer"),
      n = get("head");
    const loss = at ? losses[at - 1] : losses[0],
      shown = loss.toFixed(2),
      floor = floors.reduce((a, b) => (a && a[1] <= b[1] ? a : b), null);
    slider.value = at;
    out.textContent = count(s);
    slider.setAttribute("aria-valuetext", fill(t.value, { step: count(s), loss: shown }));
    curve.setAttribute("d", line(at));
    dot.setAttribute("cx", x(s));
    dot.setAttribute("cy", y(loss));
    chart.setAttribute("aria-label", fill(t.curve, { step: count(s) }));
    const gap = floor && loss - floor[1];
    say.textContent = at
      ? fill(t.now, { step: count(s), all: count(last), loss: shown }) +
        (floor
          ? " " +
            fill(gap < 0 ? t.under : t.over, {
              gap: Math.abs(gap).toFixed(2),
              floor: floor[0].replace(/[\s:=]+$/, ""),
            })
          : "")
      : t.start;
    back.disabled = reset.disabled = at === 0;
    step.disabled = next.disabled = at === end();
    if (drawn !== `${shot} ${q}`)
      table.buttons.flat().forEach((b, i) => {
        // small pictures change only where a snapshot was taken
        const row = heads[i][q],
          most = row.indexOf(Math.max(...row));
        b.replaceChildren(mini(heads[i]));
        b.setAttribute(
          "aria-label",
          fill(t.cell, {
            name: name(Math.floor(i / H), i % H),
            q: toks[q],
            most: toks[most],
            weight: row[most].toFixed(2),
          }),
        );
      });
    drawn = `${shot} ${q}`;
    table.caption.textContent = fill(t.heads, { step: count(get("taken")[shot]) });
    table.mark(l, n);
    panel.draw(toks, heads[l * H + n], q, name(l, n));
  }
  function tick() {
    const n = calm.matches ? nextSnapshot() : get("at") + 1;
    model.set("at", Math.min(n, end()));
    if (get("at") >= end()) put("playing", false);
  }
  function run() {
    // the timer follows `playing`; Python hears where it stopped
    clearInterval(timer);
    timer = null;
    const on = get("playing");
    playing.textContent = on ? t.pause : t.play;
    [say, panel.say].forEach((p) => p.setAttribute("aria-live", on ? "off" : "polite"));
    if (!on) return model.save_changes();
    if (get("at") >= end()) model.set("at", 0);
    timer = setInterval(tick, calm.matches ? 1200 : 80);
  }
  develop();
  if (get("playing")) run();
  const stop = [
    listen(model, ["packed"], develop),
    listen(model, ["at", "layer", "head", "query"], paint),
    listen(model, ["playing"], run),
  ];
  return () => {
    clearInterval(timer);
    stop.forEach((f) => f());
  };
}
export default { render };
