"""How fast the views answer in a browser: milliseconds from a change to the finished layout, at 12 and at 64 tokens.

    python benchmarks/views.py                 a table: the first drawing, and the median and the slowest of 30 answers
    … --write                                  and into benchmarks/RESULTS.md

Each view is drawn in an empty page by the very script and style sheet that notebooks get, with the state that Python gives it. Needs Playwright and a Chromium.
"""

import base64
import statistics
import sys

GOAL, ANSWERS = 16, 30  # milliseconds at 12 tokens; answers a view

PAGE = """async ([script, style, state, bytes, trait, values]) => {
    document.head.appendChild(document.createElement("style")).textContent = style;
    const view = (await import("data:text/javascript," + encodeURIComponent(script))).default, heard = {};
    for (const [name, text] of Object.entries(bytes)) state[name] = new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
    const model = {
        get: (name) => state[name], save_changes: () => {}, off: () => {},
        set: (name, value) => { state[name] = value; (heard[`change:${name}`] || []).forEach((hear) => hear()); },
        on: (name, hear) => { (heard[name] = heard[name] || []).push(hear); },
    };
    const el = document.body.appendChild(document.createElement("div"));
    const timed = (work) => { const start = performance.now(); work(); el.offsetHeight; return performance.now() - start; };
    const first = timed(() => view.render({ model, el }));
    const pause = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const answers = [];
    for (const value of values) { await pause(); answers.push(timed(() => model.set(trait, value))); }
    return [first, answers];
}"""


def samples(T):
    """{name: (view, the trait that changes, its values)} for T tokens."""
    import numpy as np
    import torch

    from course_lib import show
    from course_lib.model.gpt import GPT, GPTConfig

    rng, tokens = np.random.default_rng(1), [f"word{i}" for i in range(T)]
    patterns = np.tril(rng.random((3, 2, 4, T, T)))
    patterns /= patterns.sum(-1, keepdims=True)
    film = dict(zip((0, 10, 30), patterns, strict=True))
    weights = [{"q": rng.normal(size=(4, 3)).tolist(), "k": rng.normal(size=(4, 3)).tolist()} for _ in range(ANSWERS)]
    turning = np.linspace(0.1, 6, ANSWERS)
    torch.manual_seed(1)
    model, words = GPT(GPTConfig(3, 4, 32, T, T)), {token: number for number, token in enumerate(tokens)}
    return {
        "QueryKeyEditor": (show.QueryKeyEditor(tokens, rng.normal(size=(T, 4))), "weights", weights),
        "AttentionGrid, one head": (
            show.AttentionGrid(tokens, rng.normal(size=(T, T))),
            "temperature",
            turning.tolist(),
        ),
        "AttentionGrid, 4 heads": (
            show.AttentionGrid(tokens, rng.normal(size=(4, T, T))),
            "temperature",
            turning.tolist(),
        ),
        "HeadBrowser": (
            show.HeadBrowser(model, words, " ".join(tokens), rng.random((3, 4))),
            "query",
            [n % T for n in range(ANSWERS)],
        ),
        "TrainingPlayer": (show.TrainingPlayer(np.linspace(4, 1, 60), film, tokens), "at", list(range(1, ANSWERS + 1))),
    }


def without_tokens():
    """The same for the views that show no sentence; what Python answers them is there already."""
    import numpy as np

    from course_lib import show
    from course_lib.check.how_far import Overview

    turning, options = np.linspace(0.1, 6, ANSWERS), ["four", "eight", "a vector"]
    ledgers = [show.LedgerSliders(n_layer=layers).lines for layers in range(1, ANSWERS + 1)]
    course = Overview().widget()
    names = [one["name"] for one in course.exercises]
    return {
        "DotProduct": (show.DotProduct(), "a", [[3 * np.cos(t), 3 * np.sin(t)] for t in turning]),
        "LedgerSliders": (show.LedgerSliders(), "lines", ledgers),
        "a prediction": (
            show.Choice("How much?", options, lambda _: ("✓", "Yes."), None),
            "guess",
            [n % 3 for n in range(ANSWERS)],
        ),
        "the map of the course": (course, "chosen", [names[n % len(names)] for n in range(ANSWERS)]),
    }


def measure(page, view, trait, values):
    """(milliseconds of the first drawing, those of the answers)."""
    state = {name: value for name, value in view.get_state().items() if not name.startswith("_")}
    raw = {name: value for name, value in state.items() if isinstance(value, bytes | memoryview)}
    plain = {name: value for name, value in state.items() if name not in raw and name not in ("layout", "tooltip")}
    page.goto("about:blank")
    packed = {name: base64.b64encode(bytes(value)).decode("ascii") for name, value in raw.items()}
    return page.evaluate(PAGE, [view._esm, view._css, plain, packed, trait, values])


def main():
    from playwright.sync_api import sync_playwright

    from benchmarks.results import parser_for, write_section
    from tests.browser import driving

    options = parser_for(__doc__).parse_args()
    lines, met = ["| view | tokens | first drawing | answer, median | answer, slowest |", "|---|---|---|---|---|"], True
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=driving.find_browser(), args=driving.SWITCHES)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        for T in (None, 12, 64):
            for name, (view, trait, values) in (samples(T) if T else without_tokens()).items():
                first, answers = measure(page, view, trait, values)
                middle = statistics.median(answers)
                met &= T == 64 or middle <= GOAL
                lines.append(f"| {name} | {T or '–'} | {first:.1f} ms | {middle:.1f} ms | {max(answers):.1f} ms |")
                print(lines[-1], flush=True)
        version = browser.version
        browser.close()
    if options.write:
        how = f"From a change to the finished layout, in Chromium {version} without a GPU; {ANSWERS} answers each. Goal: {GOAL} ms at 12 tokens."
        write_section("Views: how fast they answer", "\n".join([how, "", *lines]))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
