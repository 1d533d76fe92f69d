"""Pictures carry their words, the words come from the data, and nothing global is touched."""

import subprocess
import sys
from html.parser import HTMLParser

import matplotlib
import numpy as np
import pytest

from course_lib import show
from course_lib.show.style import number

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
}


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


@pytest.mark.parametrize("name", sorted(set(show.__all__) - {"Picture", "Table"}))
def test_every_picture_has_words_with_numbers(name):
    picture = SAMPLES[name]()
    tags = dict(Tags(picture._repr_mimebundle_()["text/html"]).found)
    assert "figure" in tags
    assert tags["img"]["alt"] == picture.alt
    assert any(letter.isdigit() for letter in picture.alt)
    assert len(picture.png) < 160_000


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
    assert "columns are queries" in show.pattern(WEIGHTS, TOKENS, title="Pattern", view="video").alt.lower()
    assert "The sum is 6" in show.products([3, 1, -2], [2, 2, 1]).alt
    assert "27 degrees" in SAMPLES["arrows"]().alt
    assert "one 0.5, two 2.25, three 2.3" in SAMPLES["number_line"]().alt


def test_the_video_view_is_the_transpose():
    """The same cells are drawn, mirrored: a column of the video's picture is a row of the code's."""
    from course_lib.show.grids import _oriented

    rows, columns, table, hidden = _oriented(WEIGHTS, TOKENS, ["x", "y", "z"], "video", np.tri(3, dtype=bool))
    assert (rows, columns) == (["x", "y", "z"], TOKENS)
    np.testing.assert_array_equal(table, WEIGHTS.T)
    np.testing.assert_array_equal(hidden, ~np.tri(3, dtype=bool).T)


def test_tokens_are_only_text():
    evil = ["<img onerror=alert(1)>", "&amp;", "$x$"]
    picture = show.pattern(WEIGHTS, evil, title="<script>")
    assert [tag for tag, _ in Tags(picture._repr_mimebundle_()["text/html"]).found] == ["figure", "img"]
    table = show.compare("<b>", "x", name="decode")
    assert "b" not in [tag for tag, _ in Tags(table._repr_mimebundle_()["text/html"]).found]


def test_compare_marks_what_differs():
    picture = show.compare(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 2.0], [3.0, 5.0]]), name="f")
    assert "1 of 4 entries differ" in picture.alt
    assert "row 1, column 1: yours 4, target 5" in picture.alt
    assert "Every entry agrees" in show.compare(WEIGHTS, WEIGHTS, name="f").alt
    assert "shape (3,), the target (2,)" in show.compare(np.ones(3), np.ones(2), name="f").alt
    assert "✗ different" in str(show.compare(["a"], ["b"], name="f"))
    assert "✓ the same" in str(show.compare(np.array(3.0), np.array(3.0), name="f"))
    assert show.compare((np.ones(2), np.ones(2)), (np.ones(2), np.zeros(2)), name="f").alt
    assert show.compare(np.ones((2, 2, 3)), np.zeros((2, 2, 3)), name="f").alt


def test_wrong_sizes_are_said():
    with pytest.raises(ValueError, match=r"\(3, 3\).*2 row"):
        show.heatmap(WEIGHTS, TOKENS[:2], TOKENS, title="t")
    with pytest.raises(ValueError, match="3 queries and 2 keys"):
        show.pattern(np.ones((3, 3)), TOKENS, title="t", keys=TOKENS[:2])
    with pytest.raises(ValueError, match="view is 'rows'"):
        show.pattern(WEIGHTS, TOKENS, title="t", view="rows")
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
