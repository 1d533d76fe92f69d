"""Checkpoints: always whole, whenever the process dies; a run goes on bit for bit; what can't be used is refused and left alone."""

import errno
import os
import random
import signal
import tempfile
import time

import pytest
import torch
from safetensors.torch import load_file, save_file

from course_lib.model.gpt import GPT, GPTConfig
from course_lib.train.checkpoints import CheckpointError, load_weights, read_checkpoint, write_checkpoint
from course_lib.train.device import Device
from course_lib.train.loop import train

SMALL = GPTConfig(n_layer=1, n_head=2, n_embd=8, context_length=6, vocab_size=20)
TEXT = torch.randint(20, (300,), generator=torch.Generator().manual_seed(0))
RUN = {"steps": 12, "batch_size": 3, "learning_rate": 1e-2, "warm_up": 3, "validation": TEXT[:80], "validate_every": 5}


def new_model(config=SMALL):
    torch.manual_seed(0)
    return GPT(config)


def same(one, other):
    return all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


def stop_at(step):
    def stop(history):
        if history.step == step:
            raise KeyboardInterrupt

    return stop


class WithDropout(GPT):
    """A model that throws PyTorch's own dice at every step."""

    def __init__(self, config):
        super().__init__(config)
        self.blocks[0].mlp.bend = torch.nn.Sequential(torch.nn.GELU(), torch.nn.Dropout(0.3))


@pytest.mark.parametrize("optimiser", ["adamw", "muon"])
@pytest.mark.parametrize("kind", [GPT, WithDropout])
def test_stopped_and_gone_on_is_bit_equal_to_undisturbed(tmp_path, optimiser, kind):
    path = tmp_path / "run.safetensors"
    torch.manual_seed(1)
    whole = kind(SMALL)
    undisturbed = train(whole, TEXT, optimiser=optimiser, **RUN)
    for stop in (4, 5, 11, None):
        torch.manual_seed(1)
        model = kind(SMALL)
        history = train(
            model, TEXT, optimiser=optimiser, checkpoint=path, save_every=100, say=None, on_step=stop_at(stop), **RUN
        )
        torch.manual_seed(99)  # whatever happens between two runs
    assert history.losses == undisturbed.losses
    assert history.validation == undisturbed.validation
    assert history.tokens == undisturbed.tokens
    assert same(model, whole)


def test_a_finished_run_is_only_read(tmp_path):
    path = tmp_path / "run.safetensors"
    first, again = new_model(), new_model()
    train(first, TEXT, checkpoint=path, **RUN)
    before = path.read_bytes()
    history = train(again, TEXT, checkpoint=path, say=None, **RUN)
    assert history.step == 12
    assert same(first, again)
    assert path.read_bytes() == before


def test_it_says_that_and_where_it_goes_on(tmp_path):
    said, path = [], tmp_path / "run.safetensors"
    train(new_model(), TEXT, checkpoint=path, on_step=stop_at(7), say=None, **RUN)
    train(new_model(), TEXT, checkpoint=path, say=said.append, **RUN)
    assert said == ["Goes on from step 7 of 12 (run.safetensors)."]


def test_weights_alone_can_be_read_by_the_course_and_by_safetensors(tmp_path):
    path, model = tmp_path / "run.safetensors", new_model()
    train(model, TEXT, checkpoint=path, **RUN)
    assert same(load_weights(path, new_model()), model)
    assert torch.equal(load_file(path)["model.tokens.weight"], model.tokens.weight)


# ---- killed at any moment -----------------------------------------------------------------------------------------------

KILLS = 20
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")


def in_child(job):
    """Start a job in a forked process; returns its id."""
    child = os.fork()
    if child == 0:
        torch.set_num_threads(1)
        try:
            job()
        finally:
            os._exit(0)
    return child


def long_run(path, model=None, **more):
    settings = {
        **RUN,
        "steps": 300,
        "validate_every": 50,
        "save_every": 1,
        "say": None,
        "device": "cpu",
        "precision": torch.float32,
    }
    return train(model or new_model(), TEXT, checkpoint=path, **{**settings, **more})


def killed_in_step(path, steps, pause):
    """Start the run in a child that may take so many steps and waits in the one after; kill it a moment after it took them.

    The run can't be over before, however slow the machine: the child is held back by a pipe and not by a clock.
    """
    (may, allow), (hear, tell) = os.pipe(), os.pipe()
    os.write(allow, b"." * steps)

    def on_step(_):
        os.read(may, 1)
        os.write(tell, b".")

    child = in_child(lambda: long_run(path, on_step=on_step))
    os.close(tell)  # it is the child's now: if the child fails, reading ends
    for _ in range(steps):
        os.read(hear, 1)
    time.sleep(pause)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    for end in (may, allow, hear):
        os.close(end)
    assert os.WIFSIGNALED(status), "the child failed before it was killed"


@needs_fork
def test_killed_at_twenty_random_moments_the_curve_is_bit_equal(tmp_path):
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        start = time.perf_counter()
        undisturbed = long_run(tmp_path / "undisturbed.safetensors")
        a_step = (time.perf_counter() - start) / undisturbed.step
        path, dice, reached = tmp_path / "killed.safetensors", random.Random(1), []
        for _ in range(KILLS):
            killed_in_step(path, dice.randrange(undisturbed.step // KILLS), dice.uniform(0, a_step))
            reached.append(len(read_checkpoint(path)[0]["losses"]) if path.exists() else 0)
        assert reached == sorted(reached), "a kill may not lose a step that was saved"
        assert 0 < reached[-1] < undisturbed.step
        model = new_model()
        history = long_run(path, model)
    finally:
        torch.set_num_threads(threads)
    assert history.losses == undisturbed.losses
    assert history.validation == undisturbed.validation
    assert same(model, load_weights(tmp_path / "undisturbed.safetensors", new_model()))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["killed.safetensors", "undisturbed.safetensors"], "litter"


@needs_fork
@pytest.mark.parametrize("place", ["mkstemp", "fdopen", "fsync", "chmod", "replace"])
@pytest.mark.parametrize("behind", [False, True])
def test_killed_while_it_writes_the_file_is_the_old_or_the_new_one(tmp_path, place, behind):
    """The second writing dies just before or just behind each call to the system."""
    path = tmp_path / "run.safetensors"
    owner = tempfile if place == "mkstemp" else os

    def job():
        write_checkpoint(path, {"a": torch.tensor([1.0])}, {"which": "old"})
        original = getattr(owner, place)

        def deadly(*inputs, **named):
            value = original(*inputs, **named) if behind else None
            os.kill(os.getpid(), signal.SIGKILL)
            return value

        setattr(owner, place, deadly)
        write_checkpoint(path, {"a": torch.tensor([2.0])}, {"which": "new"})

    _, status = os.waitpid(in_child(job), 0)
    assert os.WIFSIGNALED(status)
    tensors, about = read_checkpoint(path)
    moved = place == "replace" and behind
    assert (tensors["a"].item(), about["which"]) == ((2.0, "new") if moved else (1.0, "old"))


# ---- what can't be written ------------------------------------------------------------------------------------------------


def full(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("place", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_one_and_the_training_goes_on(tmp_path, monkeypatch, place):
    path, said = tmp_path / "run.safetensors", []
    train(new_model(), TEXT, checkpoint=path, on_step=stop_at(4), say=None, **RUN)
    before = path.read_bytes()
    monkeypatch.setattr(os, place, full)
    history = train(new_model(), TEXT, checkpoint=path, save_every=6, say=said.append, **RUN)
    assert history.step == 12
    assert said[1:] == 2 * [
        f"The checkpoint {path} can't be written: No space left on device. The one that was there before is intact. The training goes on."
    ]
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path], "nothing half-written stays"


def test_what_can_not_be_written_at_all_is_known_before_the_training(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", full)
    model = new_model()
    with pytest.raises(CheckpointError, match=r"No space left on device\. Nothing was written\."):
        train(model, TEXT, checkpoint=tmp_path / "run.safetensors", **RUN)
    assert same(model, new_model())


def test_a_read_only_folder_is_a_sentence(tmp_path, monkeypatch):
    def refuse(**_):  # root may write everywhere, so a real one would prove nothing there
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    with pytest.raises(CheckpointError, match=r"Permission denied\. Nothing was written\."):
        train(new_model(), TEXT, checkpoint=tmp_path / "run.safetensors", **RUN)


def test_a_folder_that_is_a_file_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"can't be (written|read)"):
        train(new_model(), TEXT, checkpoint=tmp_path / "file" / "run.safetensors", **RUN)


# ---- what can't be read ---------------------------------------------------------------------------------------------------


@pytest.fixture
def made(tmp_path):
    path = tmp_path / "run.safetensors"
    train(new_model(), TEXT, checkpoint=path, on_step=stop_at(4), say=None, **RUN)
    return path


def cut(path):
    path.write_bytes(path.read_bytes()[:-100])


def one_bit(path):
    data = bytearray(path.read_bytes())
    data[-60] ^= 1
    path.write_bytes(data)


def text(path):
    path.write_text("not a checkpoint", encoding="utf-8")


def empty(path):
    path.write_bytes(b"")


def foreign(path):
    save_file({"wte.weight": torch.zeros(3, 3)}, path)


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (cut, "damaged, or no safetensors file"),
        (one_bit, "not those that were written"),
        (text, "damaged, or no safetensors file"),
        (empty, "damaged, or no safetensors file"),
        (foreign, "not written by this course"),
    ],
)
def test_a_damaged_or_foreign_file_is_refused_and_left_alone(made, harm, message):
    harm(made)
    before, model = made.read_bytes(), new_model()
    with pytest.raises(CheckpointError, match=message) as caught:
        train(model, TEXT, checkpoint=made, **RUN)
    assert "choose another file name, or move this one away" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert made.read_bytes() == before
    assert same(model, new_model())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"learning_rate": 0.5}, "learning_rate = 0.01, and now it is 0.5"),
        ({"steps": 13}, "steps = 12, and now it is 13"),
        ({"ids": TEXT.flip(0)}, "a run on another text"),
        ({"length": 5}, "length = 6, and now it is 5"),
        ({"config": GPTConfig(1, 2, 12, 6, 20)}, r"another model: .* is \(.*8.*\) there and \(.*12.*\) here"),
        ({"config": GPTConfig(2, 2, 8, 6, 20)}, "missing there"),
        ({"optimiser": "muon"}, "optimiser = adamw, and now it is muon"),
    ],
)
def test_a_checkpoint_of_another_run_is_refused_and_nothing_changes(made, change, message):
    before, change = made.read_bytes(), dict(change)
    config, ids = change.pop("config", SMALL), change.pop("ids", TEXT)
    model = new_model(config)
    with pytest.raises(CheckpointError, match=message):
        train(model, ids, checkpoint=made, **{**RUN, **change})
    assert made.read_bytes() == before
    assert same(model, new_model(config))


def test_another_device_goes_on_and_says_so(made, monkeypatch):
    said, abacus = [], Device("cpu", torch.float32, 1, "Trains on an abacus.")
    monkeypatch.setattr("course_lib.train.loop.choose_device", lambda *_: abacus)
    history = train(new_model(), TEXT, checkpoint=made, say=said.append, **RUN)
    assert history.step == 12
    assert said[0].startswith("Goes on from step 4")
    assert "Now: Trains on an abacus. The last digits will differ" in said[1]
