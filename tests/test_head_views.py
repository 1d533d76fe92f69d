"""HeadBrowser and TrainingPlayer without a browser: what they say is what the model does, and recording changes nothing."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from course_lib import show
from course_lib.inside.look import ablate_head, look_inside
from course_lib.model.gpt import GPT, GPTConfig
from course_lib.model.shipped import fluffy_model
from course_lib.show.views.pattern_bytes import pack, unpack
from course_lib.text.fluffy_language import FluffyCorpus
from course_lib.train.loop import train
from course_lib.train.recording import Recording

TEXT = "a fluffy bear found the verdant den . the bear was".replace("den", "forest")
SCORES = np.arange(12.0).reshape(3, 4)[::-1] / 12


@pytest.fixture
def browser():
    return show.HeadBrowser(fluffy_model(), FluffyCorpus().vocabulary, TEXT, {"one": SCORES, "two": -SCORES})


def ids_of(text):
    return torch.tensor([[FluffyCorpus().vocabulary[word] for word in text.split()]])


def test_packing_keeps_what_is_on_and_below_the_diagonal():
    patterns = np.random.default_rng(3).random((2, 3, 5, 5))
    back = unpack(pack(patterns), 6, 5).reshape(patterns.shape)
    np.testing.assert_allclose(back, np.tril(patterns), atol=0.5 / 65_535)
    assert len(pack(patterns)) == 6 * 15 * 2


def test_the_browser_shows_what_the_model_does(browser):
    model, ids = fluffy_model(), ids_of(TEXT)
    np.testing.assert_allclose(browser.patterns, look_inside(model, ids).patterns[:, 0].numpy(), atol=1e-6)
    assert (browser.layer, browser.head) == (0, 3), "the head with the largest score"
    np.testing.assert_array_equal(browser.weights, browser.patterns[0, 3])
    logits = model(ids)[0].detach()
    for place, table in enumerate(browser.next):
        p = logits[place].softmax(-1)
        assert max(table, key=lambda row: row[1])[0] == list(FluffyCorpus().vocabulary)[int(p.argmax())]
        assert max(row[1] for row in table) == pytest.approx(float(p.max()), abs=1e-4)
    mean = torch.nn.functional.cross_entropy(logits[:-1], ids[0, 1:])
    assert browser.losses == pytest.approx([float(mean)] * 2, abs=1e-4)


def test_scores_are_rounded_once():
    """0.6649 was sent as 0.665, and shown as 0.67."""
    view = show.HeadBrowser(fluffy_model(), FluffyCorpus().vocabulary, TEXT, np.full((3, 4), 0.6649))
    assert "layer 0, head 0 has 0.66," in str(view.twin())


def test_a_head_that_is_switched_off_adds_nothing(browser):
    """By another way than the library's: the columns of the head are set to 0 in the weights of W_o."""
    model, D = fluffy_model(), 16
    with torch.no_grad():
        model.blocks[1].attention.project.weight[:, 2 * D : 3 * D] = 0
    browser.off = [[1, 2]]
    np.testing.assert_allclose(browser.patterns, look_inside(model, ids_of(TEXT)).patterns[:, 0].numpy(), atol=1e-6)
    p = dict((word, less) for word, _, less in browser.next[-1])
    mine = model(ids_of(TEXT))[0, -1].softmax(-1).detach()
    assert p == pytest.approx({word: float(mine[FluffyCorpus().vocabulary[word]]) for word in p}, abs=1e-4)
    assert browser.losses[0] != browser.losses[1]
    browser.off = []
    assert browser.losses[0] == browser.losses[1]
    assert ablate_head(torch.ones(1, 1, 64), 2, 4).sum() == 48


def test_a_text_that_is_typed_is_read(browser):
    browser.text = "the bear was."
    assert browser.tokens == ["the", "bear", "was", "."]
    assert browser.query == 3
    assert browser.patterns.shape == (3, 4, 4, 4)
    assert browser.problem == {}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a zebra found the forrest", {"unknown": ["zebra", "forrest"], "meant": ["forest"]}),
        ("The bear", {"unknown": ["The"], "meant": ["the"]}),
        ("  ", {"empty": True}),
        ("the " * 50, {"long": 50, "most": 48}),
    ],
)
def test_a_text_that_cannot_be_read_is_named_and_the_last_one_stays(browser, text, problem):
    before, answered = browser.tokens, browser.answered
    browser.text = text
    assert browser.problem == problem
    assert browser.tokens == before
    assert browser.answered == answered + 1
    browser.off = [[0, 0]]
    assert browser.problem == problem, "the field still shows what could not be read"


def test_the_browser_says_what_it_needs():
    with pytest.raises(ValueError, match=r"\(2, 2\).*3 layers of 4 heads"):
        show.HeadBrowser(fluffy_model(), FluffyCorpus().vocabulary, TEXT, np.ones((2, 2)))
    with pytest.raises(ValueError, match="never seen zebra"):
        show.HeadBrowser(fluffy_model(), FluffyCorpus().vocabulary, "a zebra", SCORES)


def test_characters_can_be_tokens():
    torch.manual_seed(1)
    model = GPT(GPTConfig(n_layer=1, n_head=2, n_embd=8, context_length=16, vocab_size=3))
    browser = show.HeadBrowser(model, {"a": 0, "\n": 1, " ": 2}, "a a\n", np.ones((1, 2)), cut=list)
    assert browser.tokens == ["a", "␣", "a", "↵"]
    browser.text = "abba"
    assert browser.problem["unknown"] == ["b"]


def test_the_browsers_twin_says_it_all_and_is_small(browser):
    browser.off = [[0, 3]]
    browser.query = 4
    alt = browser.twin().alt
    word = browser.next[4][0][0]
    for part in ("layer 0, head 3", "Switched off", f"After “{browser.tokens[4]}” come {word}", "nats per token"):
        assert part in alt
    assert len(browser.twin().png) * 4 / 3 < 40_000
    bundle, _ = browser._repr_mimebundle_()
    assert any("widget-view" in kind for kind in bundle)


# ---- TrainingPlayer ------------------------------------------------------------------------------------------------


def tiny(steps=40):
    torch.manual_seed(5)
    model = GPT(GPTConfig(n_layer=2, n_head=2, n_embd=16, context_length=24, vocab_size=36))
    rows = torch.tensor(FluffyCorpus(words_per_kind=6, third_noun=0).rows(n=200, length=25))
    return model, rows, {"steps": steps, "batch_size": 8, "device": "cpu", "precision": "float32", "say": None}


def test_recording_changes_nothing_and_sees_the_model_as_it_was():
    model, rows, how = tiny()
    plain = train(model, rows, **how)
    watched, _, _ = tiny()
    start = look_inside(watched, rows[:1, :7]).patterns[:, 0].numpy()
    heard = []
    film = Recording(rows[0, :7], watched, also=heard.append)
    history = train(watched, rows, on_step=film, **how)
    assert history.losses == plain.losses == film.losses
    assert len(heard) == 40
    assert list(film.snapshots) == [0, 10, 15, 22, 33, 40]
    np.testing.assert_array_equal(film.snapshots[0], start)
    np.testing.assert_array_equal(film.snapshots[40], look_inside(model, rows[:1, :7]).patterns[:, 0].numpy())


def test_recording_a_loop_of_ones_own():
    model, rows, _ = tiny()
    film = Recording(rows[0, :5])
    loss_of = film.watching(lambda model, ids: model(ids[:, :-1]).square().mean())
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(12):
        optimiser.zero_grad()
        loss_of(model, rows[:4]).backward()
        optimiser.step()
    assert len(film.losses) == 12
    assert film.losses[-1] < film.losses[0]
    assert list(film.snapshots) == [0, 10, 12]
    assert film.snapshots[12].shape == (2, 2, 5, 5)


@pytest.fixture
def player():
    rng = np.random.default_rng(2)
    snapshots = {step: np.tril(rng.random((2, 3, 4, 4))) for step in (0, 10, 200)}
    return show.TrainingPlayer(np.linspace(4, 1, 250), snapshots, list("abcd"), {"floor": 0.5}), snapshots


def test_the_player_begins_at_the_end(player):
    player, snapshots = player
    assert (player.step, player.loss) == (250, pytest.approx(1.0, abs=0.05))
    np.testing.assert_allclose(player.weights, snapshots[200][player.layer, player.head], atol=1e-4)


@pytest.mark.parametrize(("step", "shot"), [(0, 0), (9, 0), (10, 10), (199, 10), (200, 200)])
def test_the_player_shows_the_last_snapshot_up_to_its_step(player, step, shot):
    player, snapshots = player
    player.at = max(i for i, done in enumerate(player.steps) if done <= step)
    np.testing.assert_allclose(player.snapshot, snapshots[max(s for s in snapshots if s <= player.step)], atol=1e-4)
    assert player.step <= step
    assert (player.loss != player.loss) == (player.at == 0)


def test_the_curve_is_the_mean_of_stretches_and_small(player):
    player, _ = player
    assert len(player.steps) == len(player.losses) + 1 <= 122
    losses = np.linspace(4, 1, 250)
    for (start, end), mean in zip(pairwise(player.steps), player.losses, strict=True):
        assert mean == pytest.approx(losses[start:end].mean(), abs=6e-4)
    player.at = 10_000
    assert player.at == len(player.losses)


def test_the_player_says_what_it_needs():
    fine = {0: np.ones((1, 1, 2, 2))}
    with pytest.raises(ValueError, match="finite loss"):
        show.TrainingPlayer([1.0, np.nan], fine, ["a", "b"])
    with pytest.raises(ValueError, match="3 tokens"):
        show.TrainingPlayer([1.0], fine, ["a", "b", "c"])
    with pytest.raises(ValueError, match="at step 0"):
        show.TrainingPlayer([1.0], {5: fine[0]}, ["a", "b"])


def test_the_players_twin_is_the_whole_run_and_small(player):
    player, snapshots = player
    player.at = 3
    alt = player.twin().alt
    assert "after 250 steps" in alt
    assert "marks floor 0.5" in alt
    last = snapshots[200][player.layer, player.head][player.query]
    assert f"{player.tokens[int(last.argmax())]} {last.max():.2f}" in alt
    assert len(player.twin().png) * 4 / 3 < 40_000


# ---- AttentionGrid with several heads ------------------------------------------------------------------------------


@pytest.fixture
def grids():
    return show.AttentionGrid(list("abc"), np.random.default_rng(1).normal(size=(3, 3, 3)), mask="before", query=2)


def test_each_head_has_its_pattern_and_the_average_counts_those_that_are_on(grids):
    theirs = torch.softmax(
        torch.tensor(grids.scores, dtype=torch.float64).masked_fill(
            ~torch.ones(3, 3, dtype=torch.bool).tril(), -torch.inf
        ),
        dim=-1,
    ).numpy()
    np.testing.assert_allclose(grids.patterns, theirs, atol=1e-12)
    grids.head = 1
    np.testing.assert_allclose(grids.weights, theirs[1], atol=1e-12)
    grids.head, grids.off = -1, [1]
    np.testing.assert_allclose(grids.weights, (theirs[0] + theirs[2]) / 2, atol=1e-12)
    grids.head = 1
    assert not grids.weights.any()
    grids.head, grids.off = -1, [0, 1, 2]
    assert not grids.weights.any()


def test_the_twin_of_several_heads_names_each(grids):
    grids.off = [1]
    alt = grids.twin().alt
    assert "head 0: c looks at" in alt
    assert "head 1 (switched off): c looks at nobody" in alt


def test_the_twin_of_64_tokens_can_be_read():
    grid = show.AttentionGrid([f"t{i}" for i in range(64)], np.eye(64) * 9, query=40)
    assert "t40 looks at t40" in grid.twin().alt
    assert len(grid.twin().png) * 4 / 3 < 60_000


def test_the_grid_of_several_heads_says_what_it_needs():
    with pytest.raises(ValueError, match="2 heads but 3 names"):
        show.AttentionGrid(["a"], np.ones((2, 1, 1)), heads=["x", "y", "z"])
    with pytest.raises(ValueError, match=r"\(H, 2, 2\) for several heads"):
        show.AttentionGrid(["a", "b"], np.ones((2, 3, 3)))
