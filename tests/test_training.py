"""The training loop: it learns, says what it does, survives too little memory, a broken compiler and the stop button."""

import math
import os
import signal
import threading

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.model.gpt import GPT, GPTConfig
from course_lib.text.fluffy_language import FluffyCorpus
from course_lib.train import device as devices
from course_lib.train import pieces
from course_lib.train.device import choose_device
from course_lib.train.loop import Settings, train

SMALL = GPTConfig(n_layer=1, n_head=2, n_embd=16, context_length=12, vocab_size=40)
TEXT = torch.randint(40, (400,), generator=torch.Generator().manual_seed(0))


def new_model(config=SMALL):
    torch.manual_seed(0)
    return GPT(config)


def weights(model):
    return [p.detach().clone() for p in model.parameters()]


def same(one, other):
    return all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


# ---- pieces, against PyTorch's own ------------------------------------------------------------------------------------


def test_windows_cover_a_text_once_and_in_order():
    batches = pieces.in_windows(TEXT, 12, batch_size=5)
    assert torch.equal(torch.cat([x.flatten() for x, _ in batches]), TEXT[: 33 * 12])
    assert torch.equal(torch.cat([y.flatten() for _, y in batches]), TEXT[1 : 33 * 12 + 1])


def test_clipping_is_pytorchs():
    mine, theirs = new_model(), new_model()
    for scale in (1000.0, 1e-3):
        for model in (mine, theirs):
            model.zero_grad()
            (scale * pieces.next_token_loss(model, TEXT[None, :12], TEXT[None, 1:13])).backward()
        lengths = pieces.clip_gradients(mine.parameters(), 1.0), nn.utils.clip_grad_norm_(theirs.parameters(), 1.0)
        assert float(lengths[0]) == pytest.approx(float(lengths[1]), rel=1e-5)
        for one, other in zip(mine.parameters(), theirs.parameters(), strict=True):
            torch.testing.assert_close(one.grad, other.grad)


def test_the_line_goes_up_then_down_to_its_end():
    rates = [pieces.learning_rate_at(step, 100, 0.5, 10, 0.1) for step in range(130)]
    assert rates[0] == pytest.approx(0.05)
    assert rates[9] == rates[10] == max(rates) == 0.5
    assert rates[55] == pytest.approx(0.3)
    assert set(rates[100:]) == {0.1}


def test_the_wave_is_pytorchs_cosine():
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
    wave = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, T_max=90, eta_min=0.05)
    for step in range(10, 100):
        assert pieces.cosine_rate_at(step, 100, 0.5, 10, 0.05) == pytest.approx(wave.get_last_lr()[0])
        optimiser.step()
        wave.step()


def test_estimated_loss_is_that_of_all_tokens_at_once_and_leaves_no_trace():
    model = new_model().train()
    model.blocks[0].mlp.bend = nn.Sequential(model.blocks[0].mlp.bend, nn.Dropout(0.5))
    estimated = pieces.estimate_loss(model, pieces.in_windows(TEXT, 12, batch_size=5))
    assert model.training
    assert all(p.grad is None for p in model.parameters())
    x, y = TEXT[: 33 * 12].view(33, 12), TEXT[1 : 33 * 12 + 1].view(33, 12)
    at_once = F.cross_entropy(model.eval()(x).flatten(0, 1), y.flatten()).item()
    assert estimated == pytest.approx(at_once, rel=1e-5)


# ---- the loop ---------------------------------------------------------------------------------------------------------


def test_a_step_is_what_pytorch_does_by_hand():
    """Float32, AdamW: the same batches, rates, clipping and updates, written with PyTorch's own pieces."""
    settings = {"steps": 6, "batch_size": 4, "learning_rate": 3e-3, "warm_up": 2, "weight_decay": 0.1, "seed": 5}
    mine, theirs = new_model(), new_model()
    history = train(mine, TEXT, precision=torch.float32, device="cpu", **settings)
    groups = [
        {"params": [p for p in theirs.parameters() if p.ndim >= 2], "weight_decay": 0.1},
        {"params": [p for p in theirs.parameters() if p.ndim < 2], "weight_decay": 0.0},
    ]
    optimiser = torch.optim.AdamW(groups, lr=1.0, betas=(0.9, 0.99))
    dice = torch.Generator().manual_seed(5)
    for step, rate in enumerate([1.5e-3, 3e-3, 3e-3, 2.25e-3, 1.5e-3, 0.75e-3]):
        starts = torch.randint(400 - 12, (4,), generator=dice)
        x, y = (torch.stack([TEXT[s + shift : s + shift + 12] for s in starts]) for shift in (0, 1))
        loss = F.cross_entropy(theirs(x).flatten(0, 1), y.flatten())
        assert history.losses[step] == pytest.approx(loss.item(), rel=1e-4)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(theirs.parameters(), 1.0)
        for group in optimiser.param_groups:
            group["lr"] = rate
        optimiser.step()
    for one, other in zip(mine.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=2e-5)


@pytest.mark.parametrize("optimiser", ["adamw", "muon"])
def test_it_learns_the_fluffy_corpus_below_what_pairs_can_tell(optimiser):
    corpus = FluffyCorpus(words_per_kind=4)
    rows = corpus.rows(400, 25)
    model = new_model(GPTConfig(2, 2, 32, 24, len(corpus.vocabulary)))
    history = train(
        model, rows, validation=rows[:100], validate_every=60, steps=120, batch_size=16, optimiser=optimiser
    )
    assert history.step == len(history.losses) == 120
    assert [step for step, _ in history.validation] == [60, 120]
    assert history.tokens == 120 * 16 * 24
    assert corpus.entropy_floor(length=24) < history.validation[-1][1] < corpus.bigram_entropy()


def test_the_same_seed_gives_the_same_run_and_another_seed_another():
    runs = []
    for seed in (1, 1, 2):
        model = new_model()
        runs.append((train(model, TEXT, steps=4, batch_size=3, seed=seed).losses, weights(model)))
    assert runs[0][0] == runs[1][0] != runs[2][0]
    assert same(runs[0][1], runs[1][1])


def test_what_was_global_is_as_before():
    torch.manual_seed(3)
    before, threads, handler = torch.get_rng_state(), torch.get_num_threads(), signal.getsignal(signal.SIGINT)
    model = GPT(SMALL)
    after_start = torch.get_rng_state()
    train(model, TEXT, steps=2, batch_size=3)
    assert torch.equal(torch.get_rng_state(), after_start)
    assert not torch.equal(before, after_start)
    assert torch.get_num_threads() == threads
    assert signal.getsignal(signal.SIGINT) is handler


def test_a_batch_in_parts_has_the_same_gradients():
    x, y = pieces.get_batch(TEXT, torch.arange(10), 12)
    whole = new_model()
    pieces.next_token_loss(whole, x, y).backward()

    class TooLarge(GPT):
        def forward(self, ids):
            if len(ids) > 3:
                raise torch.OutOfMemoryError("CUDA out of memory (simulated)")
            return super().forward(ids)

    torch.manual_seed(0)
    halved, said = TooLarge(SMALL), []
    from course_lib.train.loop import History
    from course_lib.train.step import Run

    device = choose_device("cpu", precision=torch.float32)
    run = Run(halved, TEXT, 12, Settings(batch_size=10), device, History(1, device=device), said.append)
    run.gradients(x, y)
    assert run.parts == 4
    assert [sentence.startswith("Out of memory") for sentence in said] == [True, True]
    for one, other in zip(whole.parameters(), halved.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad)


def test_out_of_memory_halves_the_batch_says_so_and_the_curve_stays():
    class TooLarge(GPT):
        def forward(self, ids):
            if len(ids) > 4:
                raise RuntimeError("CUDA out of memory. Tried to allocate (simulated)")
            return super().forward(ids)

    said = []
    torch.manual_seed(0)
    settings = {"steps": 5, "batch_size": 8, "precision": torch.float32}
    history = train(TooLarge(SMALL), TEXT, say=said.append, **settings)
    assert history.losses == pytest.approx(train(new_model(), TEXT, **settings).losses, rel=1e-3)
    assert len(said) == 1
    assert "each batch of 8 now goes through the model in 2 parts" in said[0]


def test_a_single_text_that_does_not_fit_is_an_error():
    class Never(GPT):
        def forward(self, ids):
            raise torch.OutOfMemoryError("CUDA out of memory (simulated)")

    with pytest.raises(torch.OutOfMemoryError):
        train(Never(SMALL), TEXT, steps=1, batch_size=4, say=None)


def test_an_error_that_is_not_about_memory_is_raised_at_once():
    class Wrong(GPT):
        def forward(self, ids):
            raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    said = []
    with pytest.raises(RuntimeError, match="mat1"):
        train(Wrong(SMALL), TEXT, steps=1, say=said.append)
    assert said == []


def test_without_a_working_compiler_it_goes_on(monkeypatch):
    def broken(model):
        def call(ids):
            raise RuntimeError("No working C++ compiler\nand a long traceback")

        return call

    plain = train(new_model(), TEXT, steps=3, batch_size=4)
    monkeypatch.setattr(torch, "compile", broken)
    said = []
    history = train(new_model(), TEXT, steps=3, batch_size=4, compile=True, say=said.append)
    assert said == ["torch.compile does not work here, so the run goes on without it (No working C++ compiler)."]
    assert history.losses == plain.losses


def test_a_compiled_model_is_used(monkeypatch):
    used = []

    def compiled(model):
        return lambda ids: used.append(len(ids)) or model(ids)

    monkeypatch.setattr(torch, "compile", compiled)
    train(new_model(), TEXT, steps=3, batch_size=4, compile=True, say=None)
    assert used == [4] * 4  # once to see whether it works


def test_a_stop_from_a_callback_keeps_the_model_and_says_how_far_it_got():
    def stop(history):
        if history.step == 3:
            raise KeyboardInterrupt

    said, model, until_3 = [], new_model(), []
    history = train(model, TEXT, steps=9, batch_size=4, on_step=stop, say=said.append)
    train(new_model(), TEXT, steps=9, batch_size=4, on_step=lambda h: until_3.append(h.losses[-1]), say=None)
    assert said == [history.stopped] == ["Stopped after 3 of 9 steps: the model keeps what it has learned."]
    assert history.losses == until_3[:3]
    assert history.validation == []
    assert not same(weights(model), weights(new_model()))


@pytest.mark.parametrize("stop_at", [1, 4, 5])
def test_a_stopped_run_says_the_loss_of_what_it_keeps(stop_at):
    """Whoever stops a lesson's training early reads `history.validation[-1]` in the next line all the same."""

    def stop(history):
        if history.step == stop_at:
            raise KeyboardInterrupt

    model = new_model()
    held_back = torch.arange(90) % SMALL.vocab_size
    settings = {"validation": held_back, "validate_every": 4, "steps": 9, "batch_size": 4, "say": None}
    history = train(model, TEXT, on_step=stop, **settings)
    steps, losses = zip(*history.validation, strict=True)
    assert steps == tuple(sorted({stop_at, *([4] if stop_at >= 4 else [])}))
    assert losses[-1] == pytest.approx(pieces.estimate_loss(model, pieces.in_windows(held_back, 12)), rel=1e-5)


@pytest.mark.skipif(os.name == "nt", reason="a signal can't be sent to one's own process alone")
def test_the_stop_button_ends_behind_the_step_that_is_running():
    """The signal comes in the middle of a step; the model is what it is after that whole step."""
    steps_seen = []

    class Interrupted(GPT):
        def forward(self, ids):
            steps_seen.append(len(ids))
            if len(steps_seen) == 2:
                os.kill(os.getpid(), signal.SIGINT)
            return super().forward(ids)

    torch.manual_seed(0)
    model = Interrupted(SMALL)
    history = train(model, TEXT, steps=7, batch_size=4, say=None)
    assert history.step == 2
    undisturbed = new_model()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "course_lib.train.step.Run.tell",
            lambda self, *_: self.history.step == 2 and setattr(self.history, "stopped", "."),
        )
        train(undisturbed, TEXT, steps=7, batch_size=4, say=None)
    assert same(weights(model), weights(undisturbed))


def test_it_runs_in_a_thread_where_there_are_no_signals():
    found = []
    worker = threading.Thread(target=lambda: found.append(train(new_model(), TEXT, steps=2, batch_size=2).step))
    worker.start()
    worker.join()
    assert found == [2]


def test_a_loss_that_is_no_number_stops_with_advice():
    model, said = new_model(), []
    with torch.no_grad():
        model.unembed.weight[3, 3] = math.inf
    before = weights(model)
    history = train(model, TEXT, steps=5, batch_size=4, say=said.append)
    assert history.step == 0
    assert "smaller learning_rate" in said[0]
    assert same(before, weights(model))


@pytest.mark.parametrize(
    ("ids", "given", "message"),
    [
        (TEXT[:12], {}, "a window of 12 with its next token needs 13"),
        (TEXT + 1, {}, "the model knows 0 to 39"),
        (TEXT, {"length": 13}, "longer than the model's context_length, 12"),
        (TEXT[:, None, None], {}, "a text is"),
        (TEXT, {"learningrate": 1}, "did you mean 'learning_rate'"),
        (TEXT, {"optimiser": "adam"}, "choose one of adamw, muon"),
        (TEXT, {"steps": 0}, "it must be 1 or more"),
        (TEXT, {"device": "gpu"}, "choose one of cuda, mps, cpu"),
    ],
)
def test_what_can_not_be_trained_is_refused_with_a_reason(ids, given, message):
    with pytest.raises((ValueError, TypeError), match=message):
        train(new_model(), ids, **given)


# ---- where to compute --------------------------------------------------------------------------------------------------


def pretend(monkeypatch, cuda=False, mps=False, bf16=True, cpu_bf16=False, threads=8):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Pretended 100")
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: bf16)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):
        monkeypatch.setattr(torch.cpu, name, lambda: cpu_bf16, raising=False)
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads)


@pytest.mark.parametrize(
    ("there", "asked", "kind", "precision", "words"),
    [
        ({"cuda": True}, {}, "cuda", torch.bfloat16, "Pretended 100"),
        ({"cuda": True, "bf16": False}, {}, "cuda", torch.float32, "all in float32"),
        ({"cuda": True, "bf16": False}, {"precision": torch.bfloat16}, "cuda", torch.float32, "it has no bfloat16"),
        ({"mps": True}, {}, "mps", torch.float32, "Mac's GPU"),
        ({"cpu_bf16": True}, {}, "cpu", torch.bfloat16, "no GPU was found"),
        ({}, {}, "cpu", torch.float32, "8 threads"),
        ({"cuda": True}, {"kind": "cpu"}, "cpu", torch.float32, "as asked"),
        ({}, {"kind": "cuda"}, "cpu", torch.float32, "cuda was asked for, and there is none"),
        ({"cpu_bf16": True}, {"work": 1000}, "cpu", torch.float32, "all in float32"),
        ({"cpu_bf16": True}, {"work": 10**9}, "cpu", torch.bfloat16, "products in bfloat16"),
        ({"cuda": True}, {"work": 1000}, "cuda", torch.bfloat16, "products in bfloat16"),
        ({}, {"work": 1000}, "cpu", torch.float32, "1 thread (in so small a model more would"),
        ({}, {"work": 70_000_000}, "cpu", torch.float32, "3 threads (in so small a model more would"),
        ({}, {"work": 10**9}, "cpu", torch.float32, "8 threads."),
    ],
)
def test_the_device_is_chosen_and_explained(monkeypatch, there, asked, kind, precision, words):
    pretend(monkeypatch, **there)
    found = choose_device(**asked)
    assert (found.kind, found.precision) == (kind, precision)
    assert words in found.why
    assert found.why.endswith(".")
    assert found.why.count(".") == 1, "one sentence"


def test_threads_are_set_while_it_works_and_put_back():
    before = torch.get_num_threads()
    with devices.Device("cpu", torch.float32, 1, "").at_work():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before


def test_products_are_rounded_only_where_bfloat16_was_chosen():
    one = torch.tensor([[1.001]])
    with devices.Device("cpu", torch.bfloat16, 1, "").autocast():
        assert (one @ one).dtype == torch.bfloat16
    with devices.Device("cpu", torch.float32, 1, "").autocast():
        assert (one @ one).dtype == torch.float32
