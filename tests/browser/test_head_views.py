"""HeadBrowser, TrainingPlayer and a grid of several heads, moved by mouse and by keyboard in a real JupyterLab."""

import re

import numpy as np
import pytest
import torch

from course_lib.inside.look import look_inside
from course_lib.model.gpt import GPT, GPTConfig
from course_lib.show.views.attention_grid import grid_weights
from course_lib.show.views.pattern_bytes import pack, unpack
from tests.browser import driving, views

EVIL = "<img/src=x/onerror=alert(1)>"
WORDS = ["a", EVIL, "blue", "creature", "."]
MODEL = """torch.manual_seed(4)
model = GPT(GPTConfig(n_layer=2, n_head=3, n_embd=12, context_length=8, vocab_size=5))
for weight in model.parameters():
    weight.data *= 9 if weight.dim() > 1 else 1"""
HEADS = f"""import torch
from course_lib import show
from course_lib.model.gpt import GPT, GPTConfig

{MODEL}
words = {{word: n for n, word in enumerate({WORDS!r})}}
scores = {{"up": [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]], "down": [[-1.0, 0, 0], [0, 0, 0]]}}
browser = show.HeadBrowser(model, words, "a blue creature . a", scores)
browser"""
ASK_HEADS = "print(browser.layer, browser.head, browser.query, browser.job, browser.off, browser.tokens)"
OTHER = """show.HeadBrowser(model, words, "a blue", scores, labels={"read": "Lies", "line": "<b>{q}</b> schaut auf {list}"})"""
RUN = """import numpy as np
from course_lib import show

rng = np.random.default_rng(6)
snapshots = {step: np.tril(rng.random((1, 2, 3, 3))) for step in (0, 5, 12)}
player = show.TrainingPlayer(np.linspace(4, 2, 20), snapshots, ["a", "<i>b</i>", "c"], {"floor": 1.5})
player"""
ASK_RUN = "print(player.step, player.loss, player.layer, player.head, player.query, player.playing)"
OTHER_RUN = 'show.TrainingPlayer([1.0], {0: snapshots[0]}, list("abc"), labels={"play": "<b>Los</b>"})'
GRIDS = """import numpy as np
from course_lib import show

scores = np.random.default_rng(8).normal(size=(3, 4, 4))
grid = show.AttentionGrid(list("abcd"), scores, query=3, heads=["one", "<u>two</u>", "three"])
grid"""
OTHER_GRID = """show.AttentionGrid(list("ab"), [[0, 1], [1, 0]], labels={"temperature": "<b>Temperatur</b>", "line": "{q} schaut auf {list}"})"""
ASK_GRIDS = "print(grid.head, grid.off, grid.weights.sum().round(6))"


@pytest.fixture(scope="module")
def notebooks(lab):
    return {
        name: views.notebook_with(lab[1], name, *sources)
        for name, sources in {
            "heads": (HEADS, ASK_HEADS, OTHER),
            "run": (RUN, ASK_RUN, OTHER_RUN),
            "grids": (GRIDS, ASK_GRIDS, OTHER_GRID),
        }.items()
    }


@pytest.fixture
def browser(lab, page, notebooks):
    return views.opened(lab, page, notebooks["heads"], ".hb")


@pytest.fixture
def player(lab, page, notebooks):
    return views.opened(lab, page, notebooks["run"], ".tp")


@pytest.fixture
def grids(lab, page, notebooks):
    return views.opened(lab, page, notebooks["grids"], ".ag")


def gets(view):
    """What each token gets from the chosen query, as the view says it; None for what comes later."""
    labels = [spot.get_attribute("aria-label") for spot in view.get_by_role("radio").all()]
    found = [re.search(r"gets ([\d.]+)$", label) for label in labels]
    return [float(match[1]) if match else None for match in found]


def row(weights, query):
    return [pytest.approx(float(w), abs=0.0051) if j <= query else None for j, w in enumerate(weights[query])]


def model_without(*off):
    """The notebook's model with the columns of these heads zeroed in W_o: another way than the library's."""
    space = {"torch": torch, "GPT": GPT, "GPTConfig": GPTConfig}
    exec(MODEL, space)
    for layer, head in off:
        space["model"].blocks[layer].attention.project.weight.data[:, 4 * head : 4 * head + 4] = 0
    return space["model"]


def patterns_of(text, *off):
    ids = torch.tensor([[WORDS.index(word) for word in text.split()]])
    return look_inside(model_without(*off), ids).patterns[:, 0].numpy()


def likeliest(text, *off):
    ids = torch.tensor([[WORDS.index(word) for word in text.split()]])
    p = model_without(*off)(ids)[0, -1].softmax(-1).detach()
    return {word: float(p[n]) for n, word in enumerate(WORDS)}


# ---- HeadBrowser ---------------------------------------------------------------------------------------------------

TEXT = "a blue creature . a"


def test_the_browser_reads_what_python_packed(page):
    patterns = np.random.default_rng(1).random((2, 5, 5))
    got = views.in_a_blank_page(
        page,
        """async ([source, bytes]) => {
            const view = await import("data:text/javascript," + encodeURIComponent(source));
            return view.unpack(new DataView(Uint8Array.from(bytes).buffer), 2, 5);
        }""",
        [views.script("kit/weights"), list(pack(patterns))],
    )
    theirs = unpack(pack(patterns), 2, 5)
    for n in range(2):
        for i in range(5):
            np.testing.assert_allclose(got[n][i], theirs[n, i, : i + 1], atol=1e-12)


def test_heads_by_mouse(page, browser):
    patterns = patterns_of(TEXT)
    assert gets(browser) == row(patterns[1, 2], 4), "it begins with the best head and the last token"
    browser.get_by_role("button", name="layer 0, head 1: 0.2").click()
    assert gets(browser) == row(patterns[0, 1], 4)
    picture = browser.locator("svg.pattern")
    box = picture.bounding_box()
    cell = 26  # of five tokens
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] - 4 - 2.5 * cell)
    assert gets(browser) == row(patterns[0, 1], 2)
    browser.get_by_label("Score").select_option("down")
    browser.get_by_role("button", name="layer 0, head 0: −1").wait_for()
    assert driving.run_cell(page, "print(browser.layer") == f"0 1 2 down [] {TEXT.split()}"


def test_a_head_is_switched_off_by_keyboard_and_python_says_what_is_lost(page, browser):
    browser.get_by_role("button", name="layer 1, head 2: 0.6").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert browser.get_by_role("button", name="layer 0, head 2: 0.3").get_attribute("aria-pressed") == "true"
    browser.get_by_role("button", name="Switch off layer 0, head 2").focus()
    page.keyboard.press("Enter")
    browser.get_by_role("button", name="layer 0, head 2: 0.3, switched off").wait_for()
    whole, less = likeliest(TEXT), likeliest(TEXT, (0, 2))
    for line in browser.locator(".says tbody tr").all():
        word, before, after = line.locator("th, td").all_inner_texts()[:3]
        assert (float(before), float(after)) == tuple(pytest.approx(p[word], abs=0.0051) for p in (whole, less))
    browser.get_by_role("button", name=re.compile("^layer 1, head 0")).click()
    assert gets(browser) == row(patterns_of(TEXT, (0, 2))[1, 0], 4)
    assert gets(browser) != row(patterns_of(TEXT)[1, 0], 4), "a later head sees another stream"
    browser.get_by_role("button", name="Switch all on").click()
    browser.get_by_role("button", name="layer 0, head 2: 0.3", exact=True).wait_for()
    assert gets(browser) == row(patterns_of(TEXT)[1, 0], 4)


def test_a_query_is_chosen_by_keyboard(page, browser):
    browser.get_by_role("radio", checked=True).focus()
    for key in ("ArrowLeft", "Home", "ArrowRight"):
        page.keyboard.press(key)
    assert gets(browser) == row(patterns_of(TEXT)[1, 2], 1)
    assert driving.run_cell(page, "print(browser.layer").startswith("1 2 1 up")


def test_a_text_is_typed_and_unknown_words_are_named(page, browser):
    field = browser.get_by_label("Your text")
    field.fill("a zebra . blu")
    page.keyboard.press("Enter")
    browser.get_by_text("The model has never seen “zebra”, “blu”. Do you mean “blue”?").wait_for()
    assert browser.get_by_role("radio").count() == 5, "the last text stays"
    field.fill(f"creature {EVIL} a")
    page.keyboard.press("Enter")
    browser.get_by_role("radio", name=f"{EVIL}, token 2").wait_for()
    assert browser.get_by_role("status").inner_text() == ""
    assert gets(browser) == row(patterns_of(f"creature {EVIL} a")[1, 2], 2)
    assert browser.locator("img").count() == 0, "a token is only text"
    assert driving.run_cell(page, "print(browser.layer").endswith(str(["creature", EVIL, "a"]))


def test_the_browser_keeps_its_keys_takes_other_words_and_leaves_its_twin(lab, page, browser, notebooks):
    controls = "button:not([tabindex='-1']):visible, input, select, summary"
    views.no_key_gets_out(page, browser.locator(controls).all())
    other = page.locator(".hb").nth(1)
    other.scroll_into_view_if_needed()
    assert other.get_by_role("button", name="Lies").count() == 1
    assert other.get_by_text("<b>blue</b> schaut auf").count() == 1
    views.reopen_without_kernel(page, lab[0], notebooks["heads"])
    page.locator("figure img[alt*='layer 1, head 2 has 0.6']").first.wait_for()
    assert page.locator(".hb").count() == page.get_by_text("model not found").count() == 0


# ---- TrainingPlayer ------------------------------------------------------------------------------------------------

RNG = np.random.default_rng(6)
SHOTS = {step: np.tril(RNG.random((1, 2, 3, 3))) for step in (0, 5, 12)}
LOSSES = np.linspace(4, 2, 20).round(3)  # as they are sent


def at_step(player, step, head=None):
    """Assert that the player is after this step: number, sentence and pattern."""
    assert player.locator("output").inner_text() == str(step)
    said = player.locator("p[aria-live]").first.inner_text()
    if step:
        assert said.startswith(f"After {step} of 20 steps the loss is {LOSSES[step - 1]:.2f}. That is")
        assert f"{LOSSES[step - 1] - 1.5:.2f} above “floor”" in said
    else:
        assert said.startswith("Before the first step")
    if head is not None:
        shot = SHOTS[max(taken for taken in SHOTS if taken <= step)]
        assert gets(player) == row(shot[0, head], 2)


def test_the_last_snapshot_up_to_a_step(page):
    taken = [0, 10, 15, 100]
    asked = [[taken, step] for step in (0, 9, 10, 14, 15, 99, 100, 1000)]
    got = views.calculate(page, "training_player", "shownAt", asked)
    assert got == [int(np.searchsorted(taken, step, side="right")) - 1 for _, step in asked]


def test_the_player_by_mouse(page, player):
    press = lambda name: player.get_by_role("button", name=name, exact=True).click()  # noqa: E731
    at_step(player, 20)
    press("Reset")
    at_step(player, 0)
    assert player.get_by_role("button", name="Step back").is_disabled()
    press("Step")
    at_step(player, 1)
    player.get_by_role("button", name=re.compile("head 1")).click()
    at_step(player, 1, head=1)
    press("Next snapshot")
    at_step(player, 5, head=1)
    press("Next snapshot")
    at_step(player, 12, head=1)
    press("Step back")
    at_step(player, 11, head=1)
    assert driving.run_cell(page, "print(player.step") == f"11 {round(LOSSES[10], 3)} 0 1 2 False"


def test_the_player_plays_to_the_end_and_can_be_paused(page, player):
    player.get_by_role("button", name="Play").click()
    player.get_by_role("button", name="Play").wait_for(timeout=20_000)
    at_step(player, 20)
    player.get_by_role("button", name="Play").click()
    player.get_by_role("button", name="Pause").click()
    step = int(player.locator("output").inner_text())
    assert step < 20
    at_step(player, step)
    assert driving.run_cell(page, "print(player.step").startswith(f"{step} ")


def test_the_player_by_keyboard(page, player):
    player.get_by_label("Training step").focus()
    for key in ("Home", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    at_step(player, 2)
    assert player.get_by_label("Training step").get_attribute("aria-valuetext") == f"step 2, loss {LOSSES[1]:.2f}"
    player.locator(".heads button[tabindex='0']").focus()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    at_step(player, 2, head=0)
    player.get_by_role("radio", checked=True).focus()
    page.keyboard.press("ArrowLeft")
    assert gets(player) == row(SHOTS[0][0, 0], 1)
    assert driving.run_cell(page, "print(player.step") == f"2 {round(LOSSES[1], 3)} 0 0 1 False"


def test_with_reduced_motion_the_player_jumps_from_snapshot_to_snapshot(page, player):
    page.emulate_media(reduced_motion="reduce")
    player.get_by_role("button", name="Play").click()
    steps = []
    while player.get_by_role("button", name="Pause").count():
        steps.append(int(player.locator("output").inner_text()))
        page.wait_for_timeout(100)
    assert set(steps) <= {0, 5, 12, 20}


def test_the_player_keeps_its_keys_takes_other_words_and_leaves_its_twin(lab, page, player, notebooks):
    assert player.get_by_role("radio", name="<i>b</i>, token 2").count() == 1
    assert player.locator("i", has_text="b").count() == 0, "a token is only text"
    player.get_by_role("button", name="Step back").click()  # now all buttons can be used
    controls = "button:not([tabindex='-1']):enabled, input"
    views.no_key_gets_out(page, player.locator(controls).all())
    other = page.locator(".tp").nth(1)
    other.scroll_into_view_if_needed()
    assert other.get_by_role("button", name="<b>Los</b>").count() == 1
    views.reopen_without_kernel(page, lab[0], notebooks["run"])
    page.locator("figure img[alt*='starts at 4 and ends at 2 after 20 steps']").first.wait_for()
    assert page.locator(".tp").count() == page.get_by_text("model not found").count() == 0


# ---- AttentionGrid with several heads ------------------------------------------------------------------------------


def weights_of(grids):
    labels = grids.locator("td[role=gridcell]").evaluate_all("all => all.map((td) => td.getAttribute('aria-label'))")
    return np.array([float(label.split()[-1]) for label in labels]).reshape(4, 4)


def test_average_is_numpys(page):
    patterns, offs = np.random.default_rng(2).random((3, 4, 4)), ([], [1], [0, 2], [0, 1, 2])
    asked = [[patterns.tolist(), off] for off in offs]
    for off, got in zip(offs, views.calculate(page, "kit/attention", "average", asked), strict=True):
        on = [n for n in range(3) if n not in off]
        np.testing.assert_allclose(got, patterns[on].sum(0) / max(len(on), 1), atol=1e-12)


def test_a_grids_heads_are_chosen_and_switched_off(page, grids):
    patterns = grid_weights(np.random.default_rng(8).normal(size=(3, 4, 4)))
    np.testing.assert_allclose(weights_of(grids), patterns[0], atol=0.0051)
    grids.get_by_role("button", name="three: d looks most at").click()
    np.testing.assert_allclose(weights_of(grids), patterns[2], atol=0.0051)
    grids.get_by_role("button", name="Switch off three").click()
    assert grids.get_by_text("three is switched off: it adds nothing.").count() == 1
    assert not weights_of(grids).any()
    grids.locator(".heads button[tabindex='0']").focus()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    np.testing.assert_allclose(weights_of(grids), patterns[:2].mean(0), atol=0.0051)
    assert driving.run_cell(page, "print(grid.head") == "-1 [2] 4.0"
    views.no_key_gets_out(page, grids.locator("button:not([tabindex='-1'])").all())
    assert grids.locator("u").count() == 0, "a name is only text"
    other = page.locator(".ag").nth(1)
    other.scroll_into_view_if_needed()
    assert other.get_by_label("<b>Temperatur</b>").count() == 1, "a label is only text"
    assert other.locator("p[aria-live]").inner_text() == "a schaut auf b 0.73, a 0.27"
