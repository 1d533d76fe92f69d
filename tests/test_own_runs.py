"""What trains and writes with a learner's own functions: they are really called, they make the course's numbers, and nothing is fatal."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from course_lib.model import GPT, GPTConfig, fluffy_model, generate
from course_lib.my_gpt import runs, tokenizer, training_pieces, writing_pieces
from course_lib.my_gpt.own_pieces import Pieces
from course_lib.my_gpt.pieces import PIECES, TOKENIZER, TRAINING, WRITING
from course_lib.my_gpt.trial import Misfit, fit
from course_lib.my_gpt.trial_as_is import fit_as_is
from course_lib.text import FluffyCorpus
from course_lib.train import train
from tests.portfolios import bank_answers, solutions, styled, write

ROOT = Path(__file__).resolve().parents[1]
CORPUS = FluffyCorpus(words_per_kind=3)
CONFIG = GPTConfig(n_layer=1, n_head=2, n_embd=16, context_length=24, vocab_size=len(CORPUS.vocabulary))
ROWS = torch.tensor(CORPUS.rows(64, 25))
TEXT = "a fluffy blue creature roamed the verdant forest . the creature was fluffy . "
SETTINGS = [{}, {"temperature": 0}, {"k": 5, "temperature": 2.0}, {"p": 0.8}, {"k": 9, "p": 0.9, "temperature": 1.5}]
UNFIT = ("would be slow", "can't be trained")


def trained(ids, pieces=None, **settings):
    torch.manual_seed(0)
    model, said = GPT(CONFIG), []
    given = {"pieces": pieces} if pieces else {}
    history = train(model, ids, steps=8, batch_size=8, device="cpu", say=said.append, **given, **settings)
    return history, said, model


def text_of(settings, **pieces):
    ids = torch.tensor([[3, 4, 5], [7, 8, 9]])
    return generate(fluffy_model(), ids, 60, generator=torch.Generator().manual_seed(1), **settings, **pieces).tolist()


@pytest.mark.parametrize("part", [TOKENIZER, TRAINING, WRITING], ids="".join)
def test_nearly_every_right_answer_of_the_bank_fits_and_the_others_are_told_why(part):
    course, unfit = Pieces().for_files(), []
    for name, line, text in bank_answers(part):
        try:
            fit(name, text, course) if PIECES[name].as_tensors else fit_as_is(name, text)
        except Misfit as misfit:
            unfit.append((name, line, str(misfit) or str(misfit.__cause__)))
    assert all(any(word in why for word in UNFIT) for *_, why in unfit), unfit
    assert len(unfit) <= len(bank_answers(part)) / 6


# ---- training -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ids", [ROWS, ROWS.flatten()], ids=["rows", "text"])
@pytest.mark.parametrize("style", ["solutions", 0, 1, 2])
def test_a_run_of_own_pieces_is_the_courses_run(ids, style, tmp_path):
    texts = solutions(TRAINING) if style == "solutions" else styled(style, TRAINING)
    theirs, _, right = trained(ids, validation=ROWS)
    mine, said, model = trained(ids, training_pieces(write(tmp_path, texts)), validation=ROWS)
    assert said[0].startswith("Made of your ")
    assert mine.losses == pytest.approx(theirs.losses, abs=1e-4)
    assert mine.validation[-1][1] == pytest.approx(theirs.validation[-1][1], abs=1e-4)
    for parameter, other in zip(model.parameters(), right.parameters(), strict=True):
        torch.testing.assert_close(parameter, other, atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("name", list(solutions(TRAINING)))
def test_each_training_piece_is_called_and_steps_aside_when_it_raises(name, tmp_path):
    others = {} if name == "train_step" else {"train_step": ""}
    texts = {key: text for key, text in solutions(TRAINING).items() if key not in others}
    pieces, said = training_pieces(write(tmp_path, texts)), []
    broken = runs._until_it_fails(lambda *_: 1 / 0, name, said.append)
    mine, _, _ = trained(ROWS, type(pieces)(**{**vars(pieces), name: broken}), validation=ROWS)
    assert len(said) == 1
    assert said[0].startswith(f"The course's {name} goes on from here. Yours raised ZeroDivisionError")
    assert mine.losses == pytest.approx(trained(ROWS)[0].losses, abs=1e-4)


def test_without_files_the_course_trains_and_says_so(tmp_path):
    history, said, _ = trained(ROWS, training_pieces(tmp_path), validation=ROWS)
    assert said == [
        "Not made of yours yet: the course's get_batch, cross_entropy, learning_rate_at, clip_gradients, "
        "next_token_targets and estimate_loss stand in."
    ]
    assert history.losses == trained(ROWS)[0].losses


def test_the_sentence_names_what_this_run_uses_and_what_stands_aside(tmp_path):
    broken = "def clip_gradients(parameters, largest):\n    return 0.0\n"
    write(tmp_path, {"clip_gradients": broken, "get_batch": solutions(TRAINING)["get_batch"]})
    _, said, _ = trained(ROWS, training_pieces(tmp_path), schedule="cosine")
    assert said[0].startswith(
        "Made of your get_batch; the course's cross_entropy and clip_gradients stand in. clip_gradients: "
    )
    assert "no longer passes its check" in said[0]


def test_a_piece_that_makes_too_many_steps_stands_aside(tmp_path, monkeypatch):
    slow = "def learning_rate_at(step, steps, peak, warm_up, last=0.0):\n    for _ in range(2_000):\n        pass\n"
    slow += solutions(TRAINING)["learning_rate_at"].split(":\n", 1)[1]
    report = training_pieces(write(tmp_path, {"learning_rate_at": slow})).report
    assert report.mine == ()
    assert "would be slow: it makes more than" in str(report)


def test_a_gradient_that_is_not_finite_moves_nothing(tmp_path):
    pieces = training_pieces(write(tmp_path, {"train_step": solutions(TRAINING)["train_step"]}))
    history, _, model = trained(ROWS, pieces, learning_rate=1e12, warm_up=0, clip=1e12)
    assert "the run stops" in history.stopped
    assert all(parameter.isfinite().all() for parameter in model.parameters())


def test_a_step_that_has_not_enough_memory_is_the_courses_from_then_on():
    def train_step(*_):
        raise torch.OutOfMemoryError("out of memory")

    pieces = training_pieces.__globals__["TrainingPieces"](train_step=train_step)
    history, said, _ = trained(ROWS, pieces)
    assert said == ["Out of memory in train_step: from here on, each step is the course's."]
    assert history.losses == trained(ROWS)[0].losses


# ---- writing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("style", ["solutions", 0, 1, 2, 3])
def test_own_pieces_write_what_the_courses_write(settings, style, tmp_path):
    texts, said = solutions(WRITING) if style == "solutions" else styled(style, WRITING), []
    pieces = writing_pieces(write(tmp_path, texts))
    assert text_of(settings, pieces=pieces, say=said.append) == text_of(settings)
    cuts = [name for name, key in (("top_k", "k"), ("top_p", "p")) if key in settings]
    assert said[0].startswith(f"Made of your {', '.join(['sample', *cuts])} and generate_with_cache.")


@pytest.mark.parametrize("name", ["sample", "top_k", "top_p", "generate_with_cache"])
def test_each_writing_piece_is_really_called(name, tmp_path, monkeypatch):
    asked, fit_all = [], runs.fit_all

    def watched(texts, problems):
        pieces, manners = fit_all(texts, problems)
        plain = pieces.mine[name]
        pieces.mine[name] = lambda *inputs: (asked.append(name), plain(*inputs))[1]
        return pieces, manners

    monkeypatch.setattr(runs, "fit_all", watched)
    text_of(SETTINGS[-1], pieces=writing_pieces(write(tmp_path, solutions(WRITING))), say=str)
    assert asked


def test_without_files_the_course_writes_and_says_so(tmp_path):
    said = []
    assert text_of({}, pieces=writing_pieces(tmp_path), say=said.append) == text_of({})
    assert said == ["Not made of yours yet: the course's sample stands in."]


# ---- the tokenizer --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("merges", [0, 8])
@pytest.mark.parametrize("style", ["nothing", "solutions", 0, 1])
def test_a_tokenizer_finds_its_way_back(style, merges, tmp_path):
    texts = (
        {"nothing": {}, "solutions": solutions(TOKENIZER)}.get(style)
        if isinstance(style, str)
        else styled(style, TOKENIZER)
    )
    said, text = [], TEXT * 40
    mine = tokenizer(text, merges, write(tmp_path, texts), say=said.append)
    assert mine.decode(mine.encode(text)) == text
    assert mine.decode(mine.encode("the blob")) == "the blob"
    course = tokenizer(text, merges, tmp_path / "empty", say=str)
    assert (mine.encode(text), mine.merges) == (course.encode(text), course.merges)
    assert len(mine.merges) == merges
    assert said[0].startswith("Made of your" if texts else "Not made of yours yet")


def test_merges_shorten_the_text_and_stop_when_no_pair_comes_twice(tmp_path):
    assert len(tokenizer(TEXT, 8, tmp_path, str).tokens(TEXT)) < len(TEXT)
    assert tokenizer("abcdef", 8, tmp_path, str).merges == []


# ---- PyTorch without its NumPy layer --------------------------------------------------------------------------------

WITHOUT = """
import sys
{damage}
from course_lib.model import GPTConfig
from course_lib.my_gpt import assemble
print(assemble(GPTConfig(1, 1, 4, 3, 5), __import__("pathlib").Path(sys.argv[1])).report)
"""
DAMAGE = {
    "gone": "import torch._dynamo; sys.modules['torch._numpy'] = None",  # dynamo imports it too, as long as it is there
    "changed": "import torch._numpy._ndarray as inside; import importlib.util as u\n"
    "plain = u.module_from_spec\n"
    "def damaged(spec):\n    raise AttributeError('no ndarray')\n"
    "u.module_from_spec = lambda spec: damaged(spec) if 'numpy_layer' in spec.name else plain(spec)",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_without_pytorchs_numpy_layer_references_stand_in_for_numpy_answers(damage, tmp_path):
    numpy_answer = (
        "import numpy as np\n\n\ndef softmax(scores):\n    e = np.exp(scores - scores.max(axis=-1, keepdims=True))\n"
    )
    numpy_answer += "    return e / e.sum(axis=-1, keepdims=True)\n"
    torch_answer = (
        "import torch\n\n\ndef attention_scores(q, k):\n    return torch.as_tensor(q) @ torch.as_tensor(k).mT\n"
    )
    write(tmp_path, {"softmax": numpy_answer, "attention_scores": torch_answer})
    code = [sys.executable, "-c", WITHOUT.format(damage=DAMAGE[damage]), str(tmp_path)]
    done = subprocess.run(code, capture_output=True, encoding="utf-8", cwd=ROOT, timeout=300)
    assert done.returncode == 0, done.stderr
    lines = {line.split()[1]: line for line in done.stdout.splitlines()[1:]}
    assert "The reference stands in. Yours is written with NumPy, and PyTorch" in lines["softmax"]
    assert "Yours" in lines["attention_scores"][:30]
