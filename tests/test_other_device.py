"""Right answers work where the model is: what they make of their own is made there too. `meta` stands in for a GPU."""

import contextlib

import pytest
import torch
import torch.fx.experimental._config
from torch.utils._pytree import tree_leaves

from course_lib.model import GPTConfig
from course_lib.my_gpt import assemble
from course_lib.my_gpt.own_pieces import Pieces
from course_lib.my_gpt.pieces import MODEL, PIECES, TRAINING, Sample
from course_lib.my_gpt.trial import SINGLE, SMALL, Misfit, fit
from course_lib.my_gpt.trial_as_is import alike, fit_as_is
from tests.elsewhere import DEVICE, Elsewhere, elsewhere, here, there
from tests.portfolios import bank_answers, solutions, write

# Right on the processor alone, as NumPy is: `.numpy()` of a GPU's tensor raises. On a GPU the course's function stands in, and says so.
NEEDS_THE_PROCESSOR = ("estimate_loss", "clip_gradients")


@pytest.fixture
def batched(monkeypatch):
    """A list that is filled when torch.vmap is called: it can't work with tensors that only pretend."""
    calls, plain = [], torch.vmap
    monkeypatch.setattr(torch, "vmap", lambda *args, **named: (calls.append(True), plain(*args, **named))[1])
    return calls


def fitted(name, text):
    """The function as it is used in a run, or None if a reference stands in for it on every device."""
    try:
        return fit(name, text, Pieces().for_files())[0] if PIECES[name].as_tensors else fit_as_is(name, text)
    except Misfit:
        return None


def outcome(function, piece, inputs):
    return [function(*inputs), *piece.changed(inputs)]


def moved(inputs, name):
    """The inputs elsewhere, an optimiser for the weights that are there now."""
    inputs = there(inputs)
    if name == "train_step":
        inputs = (inputs[0], torch.optim.SGD(inputs[0].parameters(), lr=0.1, foreach=False), *inputs[2:])
    return inputs


def where_it_is_called(name):
    """causal_mask has no tensor among its inputs: the model asks for it on its own device."""
    return DEVICE if name == "causal_mask" else contextlib.nullcontext()


ANSWERS = list({(name, line): text for part in (MODEL, TRAINING) for name, line, text in bank_answers(part)}.items())


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("answer", "text"), ANSWERS, ids=[f"{name}-{line}" for (name, line), _ in ANSWERS])
def test_a_right_answer_works_on_another_device(answer, text, batched):
    name, piece = answer[0], PIECES[answer[0]]
    function = fitted(name, text)
    if function is None:
        return
    for sizes in (SMALL, SINGLE):
        batched.clear()
        wanted = outcome(function, piece, piece.inputs(Sample(**sizes)))
        if batched:
            shapes_on_meta(function, piece.inputs(Sample(**sizes)), wanted[0])
            continue
        with elsewhere(), where_it_is_called(name):
            inputs = moved(piece.inputs(Sample(**sizes)), name)
            if name in NEEDS_THE_PROCESSOR and ".numpy()" in text:
                with pytest.raises(RuntimeError, match="numpy"):
                    function(*inputs)
                continue
            found = outcome(function, piece, inputs)
        if piece.as_tensors:
            assert all(isinstance(value, Elsewhere) for value in tree_leaves(found))
        assert alike(here(found), wanted)


def shapes_on_meta(function, inputs, wanted):
    """Without numbers, but with vmap: every result is where the inputs are."""
    with torch.fx.experimental._config.patch(meta_nonzero_assume_all_nonzero=True):  # for `x[~may_look] = …`
        found = function(*(value.to(DEVICE) if isinstance(value, torch.Tensor) else value for value in inputs))
    for mine, theirs in zip(tree_leaves(found), tree_leaves(wanted), strict=True):
        assert mine.device == DEVICE
        assert mine.shape == theirs.shape


@pytest.mark.parametrize("texts", [{}, solutions()], ids=["references", "own"])
def test_a_whole_model_works_on_another_device(texts, tmp_path):
    config = GPTConfig(n_layer=1, n_head=2, n_embd=8, context_length=6, vocab_size=11)
    model = assemble(config, write(tmp_path, texts)).to(DEVICE)
    ids = torch.randint(11, (2, 6), device=DEVICE)
    assert model(ids).shape == (2, 6, 11)
    loss = model.loss(ids)
    loss.backward()
    del model.unembed  # moved to `meta`, and only there, it is no longer the token table
    assert {loss.device, *(parameter.grad.device for parameter in model.parameters())} == {DEVICE}


def test_the_pretence_notices_two_devices():
    with elsewhere(), pytest.raises(RuntimeError, match="two devices"):
        there(torch.ones(3)) + torch.ones(3)
    with elsewhere():
        assert isinstance(torch.tensor([1.0, 2.0], device=DEVICE), Elsewhere)
        assert (there(torch.ones(3)) + torch.arange(3, device=DEVICE)).tolist() == [1, 2, 3]
