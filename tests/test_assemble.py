"""A GPT out of a learner's own functions: the same numbers and gradients as the reference, whatever the style, and nothing is fatal."""

import copy
import linecache

import pytest
import torch
from torch.nn import functional as F

from course_lib.mistakes import find
from course_lib.model.gpt import GPT, GPTConfig
from course_lib.my_gpt import assembled, references
from course_lib.my_gpt import kept_files as module
from course_lib.my_gpt.assembled import AssembledGPT
from course_lib.my_gpt.assembly import assemble
from course_lib.my_gpt.own_pieces import Pieces
from course_lib.my_gpt.pieces import MODEL, of_part
from course_lib.my_gpt.trial import Misfit, fit
from course_lib.text.fluffy_language import FluffyCorpus
from tests.portfolios import bank_answers, solutions, styled, write
from tests.shape_comments import ShapeComments

CONFIG = GPTConfig(n_layer=2, n_head=3, n_embd=12, context_length=9, vocab_size=17)
# Why a right answer of the bank may be unfit: loops over single numbers, -inf refused, or something that cuts gradients off.
UNFIT = ("slow to train with", "NaN", "can't be trained")


def reference(config=CONFIG):
    """A GPT whose weights, biases too, are large enough to show every mistake."""
    torch.manual_seed(4)
    model = GPT(config)
    for parameter in model.parameters():
        parameter.data += 0.3 * torch.randn_like(parameter)
    return model


def assert_the_same(model, config=CONFIG):
    """Logits, and the gradients of one training step, as the reference's with the same weights."""
    right, ids = reference(config), torch.randint(config.vocab_size, (3, config.context_length))
    model.load_state_dict(right.state_dict())
    x = torch.randn(1, 20, 1)
    if not torch.allclose(model.pieces("mlp")(x, *[torch.ones(1, 1), torch.zeros(1)] * 2), right.blocks[0].mlp.bend(x)):
        for block in right.blocks:
            block.mlp.bend = torch.nn.GELU()  # the exact one is a right answer too
    for T in (1, 4, config.context_length):
        torch.testing.assert_close(model(ids[:, :T]), right(ids[:, :T]), atol=1e-4, rtol=1e-4)
    model.loss(ids).backward()
    F.cross_entropy(right(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten()).backward()
    for (name, mine), theirs in zip(model.named_parameters(), right.parameters(), strict=True):
        torch.testing.assert_close(
            mine.grad, theirs.grad, atol=1e-4, rtol=1e-4, msg=lambda text, n=name: f"{n}: {text}"
        )


def said(model, name):
    return next(line.said for line in model.report.lines if line.name == name)


def states(model):
    return {line.name: line.state for line in model.report.lines}


# ---- portfolios -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", range(7))
def test_answers_in_any_style_make_the_reference(style, tmp_path):
    model = assemble(CONFIG, write(tmp_path / "mine", styled(style)))
    assert_the_same(model)
    assert len(model.report.mine) >= len(styled(style)) // 2


def test_nearly_every_right_answer_of_the_bank_fits_and_the_others_are_told_why():
    course, unfit = Pieces().for_files(), []
    for name, line, text in bank_answers():
        try:
            fit(name, text, course)
        except Misfit as misfit:
            unfit.append((name, line, str(misfit) or repr(misfit.__cause__)))
    assert not [entry for entry in unfit if not any(word in entry[-1] for word in UNFIT)]
    assert len(unfit) < len(bank_answers()) / 4


def test_the_sheets_solutions_are_all_used(tmp_path):
    model = assemble(CONFIG, write(tmp_path, solutions()))
    assert set(model.report.mine) == set(solutions())
    model.pieces.called.clear()
    assert_the_same(model)
    chain = {"multi_head_attention", "attend", "masked_pattern", "attention_scores", "scale_scores", "softmax"}
    assert chain < model.pieces.called


def test_a_partial_portfolio_is_called_from_inside_the_reference(tmp_path):
    some = {name: solutions()[name] for name in ("softmax", "add_to_stream", "embed", "merge_heads")}
    model = assemble(CONFIG, write(tmp_path, some))
    assert model.report.mine == ("embed", "softmax", "add_to_stream", "merge_heads")
    assert "lesson 06" in said(model, "attend")
    assert_the_same(model)
    for name in some:
        kept, model.pieces.mine[name] = model.pieces.mine[name], lambda *_: 1 / 0
        with pytest.raises(ZeroDivisionError):
            model(torch.zeros(1, 4, dtype=torch.long))
        model.pieces.mine[name] = kept


@pytest.mark.parametrize("made", [True, False], ids=["empty", "missing"])
def test_an_empty_portfolio_is_the_reference(tmp_path, made):
    folder = tmp_path / "my_gpt"
    if made:
        folder.mkdir()
    model = assemble(CONFIG, folder)
    assert set(states(model).values()) == {"not attempted"}
    assert model.report.summary().startswith(f"0 of the {len(of_part(MODEL))}")
    assert_the_same(model)


def test_the_learners_own_folder_is_the_one_that_is_read(course_home):
    write(course_home, {"softmax": solutions()["softmax"]})
    assert assemble().report.mine == ("softmax",)


# ---- damage ---------------------------------------------------------------------------------------------------------

ATTEND = "import numpy as np\n\n\ndef attend(q, k, v, may_look=None):\n    scores = q @ k.swapaxes(-2, -1)"
BODY = """
    if may_look is not None:
        scores = np.where(may_look, scores, -np.inf)
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True) @ v
"""
GOOD = f"{ATTEND} / q.shape[-1] ** 0.5{BODY}"
DAMAGED = {
    "cut off": (GOOD[:120], "raised SyntaxError"),
    "typing": (GOOD.replace("np.exp(", "np.exp((", 1), "raised SyntaxError"),
    "at import": (f"{GOOD}\n\nprint(attend)\n1 / 0\n", "raised ZeroDivisionError at line"),
    "exit": (f"{GOOD}\nexit()\n", "end Python"),
    "os._exit": (f"import os\n{GOOD}\nos._exit(3)\n", "end Python"),
    "killed": (f"import os\n{GOOD}\nos.kill(os.getpid(), 9)\n", "ended the whole Python process"),
    "killed when called": (
        GOOD.replace("    scores", "    import os; os.kill(os.getpid(), 9)\n    scores", 1),
        "whole Python process",
    ),
    "endless": (f"{GOOD}\nwhile True:\n    pass\n", "still running"),
    "endless when called": (
        GOOD.replace("    scores", "    while True:\n        pass\n    scores", 1),
        "still running",
    ),
    "edited": (f"{ATTEND}{BODY}", "no longer passes its check"),
    "edited input": (GOOD.replace("    scores =", "    q *= 2\n    scores =", 1), "in place"),
    "renamed": (GOOD.replace("def attend", "def attention"), "no longer defines `attend`"),
    "another thing": ("attend = 3\n", "no longer defines `attend`"),
    "stub": ("def attend(q, k, v, may_look=None):\n    raise NotImplementedError\n", "no code"),
    "empty": ("", "no longer defines"),
    "parameters": (GOOD.replace(", may_look=None", ""), "it should take (q, k, v, may_look)"),
    "unknown import": (f"import nowhere_to_be_found\n{GOOD}", "ModuleNotFoundError"),
    "itself": (
        f"{GOOD}\n\n\ndef attend(q, k, v, may_look=None):\n    return attend(q, k, v, may_look)\n",
        "without end",
    ),
    "null": (GOOD + "\0", "null bytes"),
    "long": (GOOD + "#" * 300_000, "can't be read"),
    "no gradient": (GOOD.replace("np.exp(scores - s", "np.exp(scores.round(3) - s", 1), "no longer passes"),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_file_is_named_and_replaced(damage, tmp_path, monkeypatch, capfd):
    text, words = DAMAGED[damage]
    monkeypatch.setattr(module, "SECONDS", 3.0)
    monkeypatch.setattr(find.exercise_named("attend"), "seconds", 0.5)
    write(tmp_path, {"attend": text, "softmax": solutions()["softmax"]})
    model = assemble(CONFIG, tmp_path)
    assert states(model)["attend"] == "wrong"
    assert said(model, "attend").startswith("The reference stands in. ")
    assert words in said(model, "attend")
    assert model.report.mine == ("softmax",)
    assert_the_same(model)
    assert capfd.readouterr() == ("", "")


def test_the_undamaged_file_fits(tmp_path):
    assert assemble(CONFIG, write(tmp_path, {"attend": GOOD})).report.mine == ("attend",)


def test_a_mistake_that_was_edited_in_is_named(tmp_path):
    write(tmp_path, {"attend": f"{ATTEND}{BODY}"})
    assert find.exercise_named("attend").says["no_scale"] in said(assemble(CONFIG, tmp_path), "attend")


@pytest.mark.parametrize("kind", ["folder", "bytes", "nowhere", "itself"])
def test_what_is_no_text_file_is_named_too(kind, tmp_path):
    path = tmp_path / "attend.py"
    if kind == "folder":
        path.mkdir()
    elif kind == "bytes":
        path.write_bytes(b"\xff\xfe\x00def")
    else:
        path.symlink_to(path if kind == "itself" else tmp_path / "gone.py")
    assert "can't be read" in said(assemble(CONFIG, tmp_path), "attend")


def test_what_fails_only_at_the_models_own_size_is_found(tmp_path):
    late = GOOD.replace("    scores =", "    if q.shape[-2] == 9:\n        raise ValueError('nine')\n    scores =", 1)
    write(tmp_path, {"attend": late, "softmax": solutions()["softmax"], "embed": solutions()["embed"]})
    model = assemble(CONFIG, tmp_path)
    assert "not in a model of this size. Yours raised ValueError at line" in said(model, "attend")
    assert model.report.mine == ("embed", "softmax")
    assert_the_same(model)


CUTS = {
    "no_grad": ("with torch.no_grad():\n        return torch.tensor(scores).softmax(-1)", "no gradient arrives"),
    "foreign": ("return scipy.special.softmax(scores, axis=-1)", "raised"),
    "half": ("e = torch.exp(scores - scores.max(-1, True)[0])\n    return e / e.sum(-1, True).data", "differs"),
    "numpy_only": (
        "return np.apply_along_axis(lambda row: np.exp(row) / np.exp(row).sum(), 1, scores)",
        "`apply_along",
    ),
    "by_number": (
        "return [[math.exp(s) / sum(math.exp(t) for t in row) for s in row] for row in scores]",
        "slow to train",
    ),
}


@pytest.mark.parametrize("cut", CUTS)
def test_what_cannot_be_trained_stands_aside(cut, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "exercise_named", lambda name: None)  # some would not pass it: scores are large there
    body, words = CUTS[cut]
    text = f"import math\nimport numpy as np\nimport torch\n\n\ndef softmax(scores):\n    {body}\n"
    model = assemble(CONFIG, write(tmp_path, {"softmax": text}))
    assert words in said(model, "softmax")
    assert_the_same(model)


# ---- the model ------------------------------------------------------------------------------------------------------


def test_it_starts_saves_and_counts_as_a_gpt(tmp_path):
    write(tmp_path, solutions())
    torch.manual_seed(8)
    model = assemble(CONFIG, tmp_path)
    torch.manual_seed(8)
    right = GPT(CONFIG)
    assert model.state_dict().keys() == right.state_dict().keys()
    assert all(torch.equal(mine, theirs) for mine, theirs in zip(model.parameters(), right.parameters(), strict=True))
    assert model.count() == right.count()
    right.load_state_dict(model.state_dict())


@pytest.mark.usefixtures("two_threads")
def test_assembling_leaves_dice_and_threads_alone(tmp_path):
    write(tmp_path, styled(1))
    config = GPTConfig(n_layer=1, n_head=1, n_embd=4, context_length=3, vocab_size=5)
    torch.manual_seed(8)
    GPT(config)
    wanted = torch.rand(3)
    threads = torch.get_num_threads()
    torch.manual_seed(8)
    assemble(config, tmp_path)
    assert torch.equal(torch.rand(3), wanted)
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize("n_head", [1, 2, 4])
def test_any_number_of_heads(n_head, tmp_path):
    config = GPTConfig(n_layer=1, n_head=n_head, n_embd=8, context_length=5, vocab_size=11)
    assert_the_same(assemble(config, write(tmp_path, solutions())), config)


def test_a_copy_has_its_own_parameters_and_the_same_functions(tmp_path):
    model = assemble(CONFIG, write(tmp_path, solutions()))
    other, ids = copy.deepcopy(model), torch.arange(6)[None]
    before = model(ids)
    for parameter in other.parameters():
        parameter.data += 1
    assert torch.equal(model(ids), before)
    assert not torch.allclose(other(ids), before)
    assert other.pieces is model.pieces
    assert all(block.attention.attend.__self__ is block.attention for block in other.blocks)


@pytest.mark.parametrize("style", [None, 0, 1, 2])
def test_it_works_in_half_precision(style, tmp_path):
    model, right = assemble(CONFIG, write(tmp_path, solutions() if style is None else styled(style))), reference()
    model.load_state_dict(right.state_dict())
    ids = torch.randint(17, (2, 9))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits, loss = model(ids), model.loss(ids)
    assert (logits - right(ids)).abs().max() < 0.05 * right(ids).abs().max()
    loss.backward()
    assert all(parameter.grad.isfinite().all() for parameter in model.parameters())


class Cache:
    """The keys and values of one layer so far."""

    def __init__(self):
        self.kept, self.length = [], 0

    def extend(self, k, v):
        self.kept.append((k, v))
        self.length += k.shape[-2]
        return tuple(torch.cat(parts, dim=-2) for parts in zip(*self.kept, strict=True))


@pytest.mark.parametrize("texts", [{}, "all"], ids=["reference", "own"])
def test_with_caches_it_goes_on_where_it_was(texts, tmp_path):
    model = assemble(CONFIG, write(tmp_path, solutions() if texts else {}))
    model.load_state_dict(reference().state_dict())
    ids, caches = torch.randint(17, (2, 9)), [Cache(), Cache()]
    parts = [model(part, caches) for part in ids.split([4, 1, 3, 1], dim=1)]
    torch.testing.assert_close(torch.cat(parts, dim=1), model(ids), atol=1e-4, rtol=1e-4)
    with pytest.raises(ValueError, match="10 tokens"):
        model(ids[:, :1], caches)


def test_another_way_to_attend_can_be_swapped_in(tmp_path):
    model = assemble(CONFIG, write(tmp_path, solutions()))
    seen, ids = [], torch.arange(6)[None]
    attention = model.blocks[1].attention
    before, look_back = model(ids), attention.attend
    attention.attend = lambda q, k, v: (seen.append(q.shape), look_back(q, k, v))[1]
    torch.testing.assert_close(model(ids), before)
    assert seen == [(1, 3, 6, 4)]


@pytest.mark.parametrize("part", ["qkv", "project"])
def test_what_is_hooked_inside_is_called(part, tmp_path):
    model = assemble(CONFIG, write(tmp_path, solutions()))
    seen, ids = [], torch.arange(6)[None]
    before = model(ids)
    getattr(model.blocks[0].attention, part).register_forward_hook(lambda *_: seen.append(part))
    torch.testing.assert_close(model(ids), before)
    assert seen == [part]


def test_it_learns_the_fluffy_corpus(tmp_path):
    corpus = FluffyCorpus(words_per_kind=3)
    config = GPTConfig(n_layer=1, n_head=2, n_embd=16, context_length=24, vocab_size=len(corpus.vocabulary))
    torch.manual_seed(0)
    model = assemble(config, write(tmp_path, solutions()))
    rows = torch.tensor(corpus.rows(64, 25))
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-2)
    losses = []
    for _ in range(60):
        loss = model.loss(rows)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < corpus.unigram_entropy() - 0.5 < losses[0]


# ---- what is said ---------------------------------------------------------------------------------------------------


def test_the_report_has_a_line_per_piece_as_text_and_in_a_notebook(tmp_path):
    write(tmp_path, {"softmax": solutions()["softmax"], "attend": "raise ValueError('<b>')\n"})
    report = assemble(CONFIG, tmp_path).report
    lines = str(report).splitlines()
    assert (
        lines[0]
        == f"1 of the {len(of_part(MODEL))} pieces of this GPT are yours; for the others the reference stands in."
    )
    assert [line.split()[1] for line in lines[1:]] == of_part(MODEL)
    assert {line[0] for line in lines[1:]} == {"✓", "✗", "○"}
    shown = report._repr_mimebundle_()
    assert shown["text/plain"] == str(report)
    assert shown["text/html"].count("<tr>") == len(of_part(MODEL))
    assert "&lt;b&gt;" in shown["text/html"]


def test_a_piece_that_nothing_calls_is_said_to_be_so(tmp_path):
    model = assemble(
        CONFIG, write(tmp_path, {name: solutions()[name] for name in ("multi_head_attention", "split_heads")})
    )
    assert "nothing in this GPT calls it" in said(model, "split_heads")
    assert said(model, "multi_head_attention") == "Yours."


def test_a_model_without_a_portfolio_can_be_made_too():
    assert isinstance(AssembledGPT(CONFIG), GPT)
    assert_the_same(AssembledGPT(CONFIG))


def test_the_mask_is_asked_for_once(tmp_path):
    model = assemble(CONFIG, write(tmp_path, {"causal_mask": solutions()["causal_mask"]}))
    asked = []
    plain = model.pieces.mine["causal_mask"]
    model.pieces.mine["causal_mask"] = lambda T: (asked.append(T), plain(T))[1]
    for T in (9, 3, 9):
        model(torch.zeros(1, T, dtype=torch.long))
    assert asked == [9, 9]  # once in each layer


def test_the_shape_comments_are_true(tmp_path):
    own, reference_alone = assemble(CONFIG, write(tmp_path, solutions())), AssembledGPT(CONFIG)
    with ShapeComments({assembled.__file__, references.__file__}.__contains__, linecache.getline) as watch:
        for model in (own, reference_alone):
            model(torch.zeros(2, 4, dtype=torch.long))
    assert watch.wrong == []
    assert len(watch.seen) == 5
