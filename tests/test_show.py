"""Pictures carry their words, the words come from the data, and nothing global is touched."""

import subprocess
import sys
from html.parser import HTMLParser

import matplotlib
import numpy as np
import pytest

from course_lib import show
from course_lib.costs.ledger import GPT_2, GPT_3, video_ledger
from course_lib.show.figures import arrows as dot_products
from course_lib.show.figures import labels, plots
from course_lib.show.figures import patterns as grids
from course_lib.show.figures.shards import dealt
from course_lib.show.figures.style import number

TOKENS = ["a", "fluffy", "creature"]
WEIGHTS = np.array([[1, 0, 0], [0.25, 0.75, 0], [0.1, 0.6, 0.3]])

SAMPLES = {
    "arrows": lambda: show.arrows([[3, 1], [2, 2]], ["a", "b"], title="Two arrows", angle_between=(0, 1)),
    "products": lambda: show.products([3, 1, -2], [2, 2, 1]),
    "number_line": lambda: show.number_line([0.5, 2.25, 2.3], ["one", "two", "three"], title="Numbers"),
    "bars": lambda: show.bars([0.42, -0.58], ["fluffy", "blue"], title="Bars", highlight=[1]),
    "lines": lambda: show.lines(
        {"loss": [3, 2, 1.5]}, title="Loss", x_name="step", y_name="nats", floors={"floor": 1.25}
    ),
    "points": lambda: show.points([[1, 2], [3, 4]], ["cat", "dog"], title="Points", groups=["x", "y"]),
    "heatmap": lambda: show.heatmap(WEIGHTS, TOKENS, TOKENS, title="Table", pattern=True),
    "pattern": lambda: show.pattern(WEIGHTS, TOKENS, title="Pattern", may_look=np.tri(3, dtype=bool)),
    "scores_grid": lambda: show.scores_grid(WEIGHTS - 0.5, TOKENS, title="Scores"),
    "compare": lambda: show.compare(WEIGHTS, WEIGHTS.T, name="attend"),
    "head_map": lambda: show.head_map([[0.1, 0.7], [-0.2, 0.05]], title="Scores of heads"),
    "head_patterns": lambda: show.head_patterns([[WEIGHTS, np.eye(3)]], title="Heads", mark=(0, 1)),
    "road": lambda: show.road([1, 2, 2.5], [1.5, 0.75], title="Road"),
    "dealt": lambda: show.dealt({"W_q": np.array([[0, 1], [0, 1]]), "W_o": np.array([[0, 0], [1, 1]])}, title="Dealt"),
    "ledger": lambda: show.ledger(video_ledger(GPT_2), title="Ledger"),
}


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


@pytest.mark.parametrize(
    "name", sorted(set(show.__all__) - {"LossPlot", "Picture", "Table", *show.VIEWS})
)  # LossPlot: test_live.py
def test_every_picture_has_words_with_numbers(name):
    picture = SAMPLES[name]()
    tags = dict(Tags(picture._repr_mimebundle_()["text/html"]).found)
    assert "figure" in tags
    assert tags["img"]["alt"] == picture.alt
    assert any(letter.isdigit() for letter in picture.alt)
    assert len(picture.png) < 80_000


@pytest.mark.parametrize("name", SAMPLES)
def test_the_same_data_gives_the_same_bytes(name):
    assert SAMPLES[name]().png == SAMPLES[name]().png


def test_alt_text_follows_the_data():
    words = show.pattern(WEIGHTS, TOKENS, title="Pattern").alt
    assert "creature looks at fluffy 0.60, creature 0.30, a 0.10" in words
    assert (
        "fluffy finds fluffy 0.25; creature finds fluffy 0.1."
        in show.scores_grid(WEIGHTS - 0.5, TOKENS, title="Scores").alt
    )
    assert "Each row sums to 1" in words
    masked_late = show.pattern(np.tril(np.full((3, 3), 1 / 3)), TOKENS, title="Pattern").alt
    assert "Not every row sums to 1" in masked_late
    assert "columns are queries" in show.pattern(WEIGHTS, TOKENS, title="Pattern", orientation="video").alt.lower()
    assert "The sum is 6" in show.products([3, 1, -2], [2, 2, 1]).alt
    assert "27 degrees" in SAMPLES["arrows"]().alt
    assert "one 0.5, two 2.25, three 2.3" in SAMPLES["number_line"]().alt


def test_a_table_of_who_moves_whom_says_whether_the_past_stands_still():
    moves = np.array([[1, 0.3, 0.4], [2, 1, 0.6], [2, 2, 1]])
    leaky = show.heatmap(moves, TOKENS, TOKENS, title="t").alt
    tight = show.heatmap(np.tril(moves), TOKENS, TOKENS, title="t").alt
    assert "Above the diagonal there is 0.3 to 0.6. Below the diagonal all is 2." in leaky
    assert "Above the diagonal all is 0. Below the diagonal all is 2." in tight
    assert "NaN to NaN" not in show.heatmap(moves * np.nan, TOKENS, TOKENS, title="t").alt
    assert "diagonal all" not in show.heatmap(moves + moves.T, TOKENS, TOKENS, title="t").alt


@pytest.mark.parametrize("draw", [show.pattern, show.scores_grid])
def test_the_video_orientation_is_the_transpose(draw, monkeypatch):
    """The same circles, numbers and crosses are drawn, mirrored: a column of the video's picture is a row of the code's."""
    drawn = {"code": set(), "video": set()}
    for name in ("_circle", "_number", "_cross"):
        monkeypatch.setattr(grids, name, lambda axes, *what, name=name, **_: drawn[orientation].add((name, *what)))
    for orientation in drawn:
        draw(WEIGHTS, TOKENS, title="t", orientation=orientation, keys=["x", "y", "z"], may_look=np.tri(3, dtype=bool))
    assert len(drawn["code"]) > 8
    assert drawn["video"] == {(name, y, x, *rest) for name, x, y, *rest in drawn["code"]}


def test_weight_that_leaks_past_the_mask_is_drawn_and_said(monkeypatch):
    filled = []
    monkeypatch.setattr(grids, "_circle", lambda axes, x, y, area, full, colour: filled.append((x, y, full)))
    picture = show.pattern(np.full((2, 2), 0.5), TOKENS[:2], title="t", may_look=np.tri(2, dtype=bool))
    assert "1 hidden cell has weight all the same" in picture.alt
    assert (1, 0, False) in filled
    assert "hidden" not in show.pattern(WEIGHTS, TOKENS, title="t", may_look=np.tri(3, dtype=bool)).alt
    assert "a finds a 1; " in show.scores_grid([[1, 5], [2, 3]], TOKENS[:2], title="t", may_look=np.tri(2)).alt
    assert "NaN" in show.pattern([[np.nan, np.nan], [0.5, 0.5]], TOKENS[:2], title="t").alt


@pytest.mark.parametrize("name", SAMPLES)
def test_every_number_matters(name):
    """Whatever number is changed, the words change too."""
    changes = {
        "arrows": lambda: show.arrows([[3, 1], [2, 3]], ["a", "b"], title="Two arrows", angle_between=(0, 1)),
        "products": lambda: show.products([3, 1, -2], [2, 2, 2]),
        "number_line": lambda: show.number_line([0.5, 2.25, 2.2], ["one", "two", "three"], title="Numbers"),
        "bars": lambda: show.bars([0.42, -0.59], ["fluffy", "blue"], title="Bars", highlight=[1]),
        "lines": lambda: show.lines(
            {"loss": [3, 2, 1.4]}, title="Loss", x_name="step", y_name="nats", floors={"floor": 1.25}
        ),
        "points": lambda: show.points([[1, 2], [3, 5]], ["cat", "dog"], title="Points", groups=["x", "y"]),
        "heatmap": lambda: show.heatmap(WEIGHTS * 0.9, TOKENS, TOKENS, title="Table", pattern=True),
        "pattern": lambda: show.pattern(WEIGHTS * 0.9, TOKENS, title="Pattern", may_look=np.tri(3, dtype=bool)),
        "scores_grid": lambda: show.scores_grid(WEIGHTS - 0.4, TOKENS, title="Scores"),
        "compare": lambda: show.compare(WEIGHTS, WEIGHTS, name="attend"),
        "head_map": lambda: show.head_map([[0.1, 0.6], [-0.2, 0.05]], title="Scores of heads"),
        "head_patterns": lambda: show.head_patterns([[WEIGHTS * 0.9, np.eye(3)]], title="Heads", mark=(0, 1)),
        "road": lambda: show.road([1, 2, 2.5], [1.5, 0.25], title="Road"),
        "dealt": lambda: show.dealt(
            {"W_q": np.array([[0, 1], [0, 1]]), "W_o": np.array([[1, 1], [0, 0]])}, title="Dealt"
        ),
        "ledger": lambda: show.ledger(video_ledger(GPT_3), title="Ledger"),
    }
    assert changes[name]().alt != SAMPLES[name]().alt


def test_the_shadow_times_the_length_is_the_dot_product():
    alt = show.arrows([[1, 2], [3, 1]], ["a", "b"], title="t", shadow=(0, 1)).alt
    assert "shadow of a on b is 1.58 long; times the length of b, 3.16, it is the dot product, 5." in alt
    assert "negative" in show.arrows([[-2, 1], [3, 1]], ["a", "b"], title="t", shadow=(0, 1)).alt
    np.testing.assert_allclose(dot_products._shadow_end(np.array([1, 2]), np.array([3, 1])), [1.5, 0.5])
    with pytest.raises(ValueError, match="length 0"):
        show.arrows([[1, 2], [0, 0]], ["a", "b"], title="t", shadow=(0, 1))


def test_no_line_runs_through_the_name_of_a_curve(monkeypatch):
    """A curve that ends on 0 or on a floor has its name there, on white, above the line."""
    drawn, annotate = [], matplotlib.axes.Axes.annotate
    monkeypatch.setattr(matplotlib.axes.Axes, "annotate", lambda *a, **k: drawn.append(annotate(*a, **k)) or drawn[-1])
    show.lines({"loss": [-1, 1, 0.0]}, title="t", x_name="x", y_name="y", floors={"f": 0.0})
    name = next(text for text in drawn if text.get_text() == "loss")
    assert name.get_bbox_patch().get_facecolor() == (1, 1, 1, 1)
    assert name.get_zorder() > max(line.get_zorder() for line in name.axes.lines)


def test_long_data_is_not_read_out_in_full():
    vectors = np.random.default_rng(1).normal(size=(2, 50))
    assert "and 38 more. The sum is" in show.products(*vectors).alt
    assert "and 26 more" in show.bars(np.arange(50), range(50), title="t").alt


def test_tokens_are_only_text():
    evil = ['"><img onerror=alert(1)>', "&amp;", r"$\frac{$"]
    picture = show.pattern(WEIGHTS, evil, title="<script> $_$")
    assert [tag for tag, _ in Tags(picture._repr_mimebundle_()["text/html"]).found] == ["figure", "img"]
    table = show.compare("<b>", "x", name="decode")
    assert "b" not in [tag for tag, _ in Tags(table._repr_mimebundle_()["text/html"]).found]


def test_spaces_and_line_breaks_can_be_seen():
    assert "␣the looks at ␣the" in show.pattern(np.eye(2), [" the", "\n"], title="t").alt
    assert "↵ looks at ↵" in show.pattern(np.eye(2), [" the", "\n"], title="t").alt


def test_no_warning_whatever_is_drawn(recwarn):
    show.pattern(np.eye(2), ["森", "🙂"], title="Other scripts")
    show.heatmap([[-np.inf, np.nan], [1, np.inf]], "ab", "ab", title="Not finite")
    curves = {"diverged": [2, 1, np.nan, 3], "gone": [np.nan] * 4}
    words = show.lines(curves, "t", "step", "loss", floors={"f": 1.0}).alt
    assert (
        "diverged starts at 2, ends at 3, is lowest with 1 at 1 and highest with 3 at 3; gone has no finite value"
        in words
    )
    show.scores_grid(np.zeros((2, 2)), TOKENS[:2], title="All zero")
    show.number_line([2, 2, 2], TOKENS, title="All the same")
    show.products([0.0], [0.0])
    assert not recwarn.list


def test_labels_keep_apart():
    heights = labels.apart(np.array([5.0, 5.0, 30.0, 4.0]), gap=10)
    assert np.diff(np.sort(heights)).min() >= 10 - 1e-9
    assert heights[3] < heights[0] < heights[1] < heights[2]
    assert heights[2] == 30  # nothing is in its way
    level = labels.levels(np.array([0.0, 1.0, 50.0]), np.array([20.0, 20.0, 20.0]))
    assert list(level) == [0, 1, 0]


def test_a_head_map_says_which_head_is_which():
    words = show.head_map([[0.1, 0.7], [-0.2, 0.05]], title="t", score_name="share").alt
    assert "2 layers by 2 heads, share. Largest: layer 0 head 1 0.7, layer 0 head 0 0.1, layer 1 head 1 0.05" in words
    assert "layer 0 head 1 looks most at itself (1)" in SAMPLES["head_patterns"]().alt
    assert "Framed: layer 0, head 1" in SAMPLES["head_patterns"]().alt
    with pytest.raises(ValueError, match=r"\(3, 3\).*T, T"):
        show.head_patterns(WEIGHTS, title="t")
    with pytest.raises(ValueError, match=r"\(2,\).*n_layer"):
        show.head_map([1, 2], title="t")


def test_compare_marks_what_differs():
    picture = show.compare(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 2.0], [3.0, 5.0]]), name="f")
    assert "1 of 4 entries differ" in picture.alt
    assert "row 1, column 1: yours 4, target 5" in picture.alt
    assert "Every entry agrees" in show.compare(WEIGHTS, WEIGHTS, name="f").alt
    assert "shape (3,), the target (2,)" in show.compare(np.ones(3), np.ones(2), name="f").alt
    assert "✗ different" in str(show.compare(["a"], ["b"], name="f"))
    assert "✓ the same" in str(show.compare(np.array(3.0), np.array(3.0), name="f"))
    assert "2 of 4 entries differ" in show.compare((np.ones(2), np.ones(2)), (np.ones(2), np.zeros(2)), name="f").alt
    assert "12 of 12" in show.compare(np.ones((2, 2, 3)), np.zeros((2, 2, 3)), name="f").alt
    assert (
        "at [1, 0, 2]: yours 0, target 9"
        in show.compare(np.zeros((2, 1, 3)), np.array([[[0, 0, 0]], [[0, 0, 9.0]]]), name="f").alt
    )


def test_compare_draws_heads_slice_by_slice():
    heads = np.arange(24.0).reshape(2, 2, 3, 2)
    wrong = heads.copy()
    wrong[1, 0, 2, 1] = 9.5
    words = show.compare(wrong, heads, name="split_heads").alt
    assert "1 of 24 entries differ" in words
    assert "First difference at [1, 0, 2, 1]: yours 9.5, target 17." in words
    unlike = show.compare(np.zeros((2, 3, 2, 2)), heads, name="split_heads").alt
    assert "shape (2, 3, 2, 2), the target (2, 2, 3, 2). The first 4 of 6 tables are drawn." in unlike


def test_compare_names_each_slice_by_its_own_place(monkeypatch):
    titles = []
    monkeypatch.setitem(
        show.compare.__globals__, "_grid", lambda axes, table, other, title, *a, **k: titles.append(title)
    )
    show.compare(np.zeros((2, 3)), np.zeros((1, 2, 1, 3)), name="f")
    assert titles == ["yours", "target[0, 0]", "yours", "target[0, 1]"]
    titles.clear()
    show.compare((np.zeros((2, 1, 3)), np.ones(2)), (np.zeros((2, 1, 3)), np.ones(2)), name="f")
    assert titles[::2] == ["yours, output 1[0]", "yours, output 1[1]", "yours, output 2"]


def test_pictures_and_checks_have_one_tolerance():
    """A picture beside a verdict marks exactly what the verdict counts as wrong."""
    from course_lib.judge.compare import same

    for off in (0.0, 9e-5, 1.1e-4, 9e-4, 1.2e-3, np.nan, np.inf):
        for target in (0.0, 1.0, np.inf, np.nan):
            pair = np.array([target + off]), np.array([target])
            assert ("Every entry agrees" in show.compare(*pair, name="f").alt) == same(*pair), (target, off)


def test_compare_takes_whatever_a_learner_returns():
    mask = np.tri(3, dtype=bool)
    assert "6 of 9 entries differ" in show.compare(mask.T, mask, name="f").alt
    assert "● is True" in show.compare(mask, mask, name="f").alt
    assert "yours 0.421, target 0.4243" in show.compare(np.array([0.421]), np.array([0.4243]), name="f").alt
    assert "1 | nothing |" in str(show.compare((np.ones(2),), (np.ones(2), np.ones(2)), name="f"))
    assert "c | nothing | 2 | ✗ different" in str(show.compare({"a": 0}, {"a": 0, "c": 2}, name="f"))
    assert "1 | b | c | ✗ different" in str(show.compare(["a", "b"], ["a", "c"], name="f"))
    assert "✗ different" in str(show.compare(np.array(["a"]), np.array(["b"]), name="f"))
    assert "✓ the same" in str(show.compare(0.1 + 0.2, 0.3, name="f"))
    assert "✗ different" in str(show.compare(np.ones(3000), np.zeros(3000), name="f"))
    assert show.compare(np.ones(3), np.ones((2, 2, 2)), name="f").alt
    assert show.compare(None, [], name="f").alt


def test_dealt_says_who_holds_what():
    by_columns, by_rows = (
        np.repeat([[0, 1, 2]], 6, axis=0).repeat(2, axis=1),
        np.arange(6)[:, None].repeat(6, axis=1) // 3,
    )
    picture = dealt({"W_q": by_columns, "W_o": by_rows, "W": np.zeros((2, 2), dtype=int)}, title="Whose?")
    assert "W_q: device 0 has columns 0 to 1; device 1 has columns 2 to 3; device 2 has columns 4 to 5." in picture.alt
    assert "W_o: device 0 has rows 0 to 2; device 1 has rows 3 to 5. W: device 0 has all." in picture.alt
    with pytest.raises(ValueError, match="device 0 holds is not one rectangle"):
        dealt({"W_q": [[0, 1, 0]]}, title="In turn, as cards")


@pytest.mark.parametrize(("x", "whole"), [(range(1, 21), True), (np.arange(20) / 19, False)], ids=["steps", "shares"])
def test_steps_have_no_fractions(x, whole, monkeypatch):
    seen = []
    monkeypatch.setattr(plots, "Picture", lambda figure, alt: seen.append(figure))
    show.lines({"loss": np.linspace(3, 2, 20)}, "Loss", "step", "nats", x=x)
    ticks = seen[0].axes[0].get_xticks()
    assert np.array_equal(ticks, np.round(ticks)) == whole


def test_wrong_sizes_are_said():
    with pytest.raises(ValueError, match=r"\(3, 3\).*2 row"):
        show.heatmap(WEIGHTS, TOKENS[:2], TOKENS, title="t")
    with pytest.raises(ValueError, match="3 queries and 2 keys"):
        show.pattern(np.ones((3, 3)), TOKENS, title="t", keys=TOKENS[:2])
    with pytest.raises(ValueError, match=r"may_look has shape \(2, 2\)"):
        show.pattern(WEIGHTS, TOKENS, title="t", may_look=np.ones((2, 2)))
    with pytest.raises(ValueError, match="'loss' has 3 values but x has 2"):
        show.lines({"loss": [3, 2, 1]}, "t", "x", "y", x=[1, 2])
    with pytest.raises(ValueError, match="2 points but 1 groups"):
        show.points(np.ones((2, 2)), "ab", title="t", groups=["one"])
    with pytest.raises(ValueError, match=r"\(2,\) and \(3,\)"):
        show.products([1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match="orientation is 'rows'"):
        show.pattern(WEIGHTS, TOKENS, title="t", orientation="rows")
    with pytest.raises(ValueError, match="2 values but 1 labels"):
        show.bars([1, 2], ["one"], title="t")
    with pytest.raises(ValueError, match="alt text"):
        show.Picture(None, alt=" ")


def test_nothing_global_changes():
    before = dict(matplotlib.rcParams)
    SAMPLES["arrows"]()
    assert dict(matplotlib.rcParams) == before
    code = "from course_lib import show; show.bars([1], ['a'], title='t'); import sys; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_numbers_read_well():
    assert [number(x) for x in (3.0, -0.5, 0.421, -0.001, 1e6, np.inf, -np.inf, np.nan)] == [
        "3",
        "−0.5",
        "0.42",
        "0",
        "1.0e+06",
        "∞",
        "−∞",
        "NaN",
    ]


# ---- AttentionGrid -------------------------------------------------------------------------------------------------


@pytest.fixture
def grid():
    scores = np.random.default_rng(1).normal(size=(3, 3))
    return show.AttentionGrid(TOKENS, scores)


@pytest.mark.parametrize("mask", ["none", "before", "after"])
@pytest.mark.parametrize("temperature", [0.1, 1.0, 3.0])
def test_the_grids_weights_are_torchs(grid, mask, temperature):
    torch = pytest.importorskip("torch")
    grid.mask, grid.temperature = mask, temperature
    scores, may_look = (
        torch.tensor(grid.scores, dtype=torch.float64) / temperature,
        torch.ones(3, 3, dtype=torch.bool).tril(),
    )
    theirs = torch.softmax(scores.masked_fill(~may_look, -torch.inf) if mask == "before" else scores, dim=-1)
    np.testing.assert_allclose(grid.weights, (theirs * may_look if mask == "after" else theirs).numpy(), atol=1e-12)


def test_the_grid_comes_with_its_twin(grid):
    grid.mask = "after"
    bundle, _ = grid._repr_mimebundle_()
    assert any("widget-view" in kind for kind in bundle)
    assert "Not every row sums to 1" in bundle["text/plain"]
    assert bundle["text/html"] == grid.twin()._repr_mimebundle_()["text/html"]


def test_the_grid_says_what_it_needs():
    with pytest.raises(ValueError, match=r"\(2, 3\).*\(3, 3\)"):
        show.AttentionGrid(TOKENS, np.ones((2, 3)))
    with pytest.raises(ValueError, match="finite"):
        show.AttentionGrid(TOKENS, np.full((3, 3), -np.inf))
