"""Several processes train as one: same gradients, same curve, nobody left behind; started for real by torchrun, on loopback."""

import os
import re
import shlex
import signal
import socket
import string
import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import psutil
import pytest
import torch

from course_lib.attention.numpy_attention import multi_head_attention
from course_lib.costs.budgets import (
    GPUS,
    PUBLISHED,
    TOKENS,
    activation_bytes,
    memory_budget,
    parameters,
    parameters_of,
    training_days,
    training_flops,
)
from course_lib.costs.ledger import GPT_3
from course_lib.team import launch as launcher
from course_lib.team.launch import TeamFailed, torchrun
from course_lib.team.mates import Team, backend_for, team
from course_lib.team.program import TeamRun, example, parser, train_together
from course_lib.team.sharding import average_gradients, shard_heads
from course_lib.train.checkpoints import CheckpointError, read_checkpoint
from course_lib.train.loop import History, Settings, train
from course_lib.train.pieces import get_batch, next_token_loss
from course_lib.train.step import Run
from tests.conftest import ROOT

SETTINGS = {"steps": 20, "batch_size": 16, "warm_up": 5}
PATIENCE = 300  # seconds for what takes a few: this machine may be busy
posix = pytest.mark.skipif(os.name != "posix", reason="signals as Linux and macOS have them")


@pytest.fixture(scope="module")
def alone():
    """(losses, gradients of the first step) of one process that does it all."""
    model, ids = example()
    starts = torch.randint(len(ids) - 32, (16,), generator=torch.Generator().manual_seed(0))
    next_token_loss(model, *get_batch(torch.tensor(ids), starts, 32)).backward()
    gradients = {name: p.grad for name, p in model.named_parameters()}
    history = train(example()[0], ids, device="cpu", precision=torch.float32, say=None, **SETTINGS)
    return history.losses, gradients


def farthest(mine, theirs):
    assert len(mine) == len(theirs)
    pairs = (
        zip(mine, theirs, strict=True) if isinstance(mine, list) else ((mine[name], theirs[name]) for name in theirs)
    )
    return max(float(abs(torch.as_tensor(a) - torch.as_tensor(b)).max()) for a, b in pairs)


@pytest.mark.parametrize("shard", [False, True], ids=["DDP", "FSDP2"])
def test_two_processes_are_one(alone, shard):
    lines = []
    run = torchrun(2, say=lines.append, precision="float32", shard=shard, **SETTINGS)
    assert farthest(run.first_gradient, alone[1]) <= 1e-6
    assert farthest(run.losses, alone[0]) <= 1e-4
    assert run.losses[-1] < 0.9 * run.losses[0], "it learns"
    assert run.held == (run.all // 2 if shard else run.all)
    assert [line for line in lines if line.startswith("step ")] == [
        f"step {step} of 20: loss {run.losses[step - 1]:.2f}" for step in (5, 10, 15, 20)
    ], "rank 0 speaks, and nobody else"
    assert "gloo" in lines[0] or torch.cuda.is_available()


@posix
def test_a_killed_process_ends_the_run_which_then_goes_on(alone, tmp_path):
    saved, options = tmp_path / "run.ckpt", {"save_every": 5, "precision": "float32", **SETTINGS}
    with pytest.raises(TeamFailed) as failed:
        torchrun(2, say=lambda line: None, checkpoint=saved, crash="1:12", **options)
    assert "Process 1 of 2" in str(failed.value)
    assert "SIGKILL" in str(failed.value)
    assert "run.ckpt holds step 10" in str(failed.value)
    copy = tmp_path / "copy.ckpt"
    copy.write_bytes(saved.read_bytes())
    run = torchrun(2, say=lambda line: None, checkpoint=saved, **options)
    assert farthest(run.losses, alone[0]) <= 1e-4
    assert "Goes on from step 10" in run.said[0]
    model, ids = example()  # and with another number of processes: one
    history = train(model, ids, device="cpu", precision=torch.float32, say=None, checkpoint=copy, **SETTINGS)
    assert farthest(history.losses, alone[0]) <= 1e-4
    assert farthest(history.losses[:10], read_checkpoint(saved)[0]["losses"].tolist()[:10]) == 0, "it went on, not anew"


def cluster_lines():
    """The command for several machines, as RUN_ON_A_CLUSTER.md has it."""
    text = (ROOT / "RUN_ON_A_CLUSTER.md").read_text(encoding="utf-8")
    return re.search(r"## Several machines.*?```bash\n(.*?)```", text, re.DOTALL)[1].replace("\\\n", " ")


def free_port():
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


def test_two_machines_by_the_lines_of_the_cluster_page(alone, tmp_path):
    saved = tmp_path / "cluster.ckpt"
    values = {"NODES": 2, "PER_NODE": 1, "HEAD": "127.0.0.1", "PORT": free_port(), "JOB": "two-machines", "STEPS": 20}
    words = shlex.split(string.Template(cluster_lines()).substitute(values, CHECKPOINT=shlex.quote(str(saved))))
    assert words[0] == "torchrun"
    command = [sys.executable, "-m", "torch.distributed.run", "--local-addr", "127.0.0.1", *words[1:]]
    command += ["--batch-size", "16", "--warm-up", "5", "--precision", "float32"]
    environment = {**launcher._environment(2, str(tmp_path)), "COURSE_LAUNCHER": str(os.getpid())}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    nodes = [subprocess.Popen(command, env=environment, **pipes) for _ in range(2)]
    try:
        said = [node.communicate(timeout=PATIENCE) for node in nodes]
    finally:
        for node in nodes:
            node.kill()
    assert [node.returncode for node in nodes] == [0, 0], said[0][1][-2000:]
    assert sorted(out.count("step 20 of 20") for out, _ in said) == [0, 1], "one process speaks, on one of the machines"
    assert farthest(read_checkpoint(saved)[0]["losses"].tolist(), alone[0]) <= 1e-4


@posix
def test_the_slurm_script_trains_a_large_model_on_a_text(tmp_path):
    """The page's script, with pretended srun, scontrol and torchrun: what would every machine start?"""
    text = (ROOT / "RUN_ON_A_CLUSTER.md").read_text(encoding="utf-8")
    script = re.search(r"## Slurm.*?```bash\n(.*?)```", text, re.DOTALL)[1]
    told = tmp_path / "told"
    pretended = {
        "srun": 'echo "cpus $SRUN_CPUS_PER_TASK"; exec "$@"',
        "scontrol": "echo node7; echo node8",
        "torchrun": f'printf "%s\\n" "$@" > "{told}"',
    }
    for name, line in pretended.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    slurm = {"JOB_NUM_NODES": "4", "JOB_ID": "12345", "JOB_NODELIST": "node[7-10]", "CPUS_PER_TASK": "32"}
    environment = {f"SLURM_{name}": value for name, value in slurm.items()}
    environment |= {"SLURM_SUBMIT_DIR": f"{tmp_path}/my course", "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    run = subprocess.run(["bash", "-eu", "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout == "cpus 32\n", "since Slurm 22.05 srun needs it said again"
    words = told.read_text(encoding="utf-8").splitlines()
    assert words[words.index("--rdzv-endpoint") + 1] == "node7:22345"
    options = parser().parse_args(words[words.index("course_lib.team.program") + 1 :])
    assert options.text == f"{tmp_path}/my course/my_text.txt"
    assert parameters_of(options.n_layer, options.n_embd) > 80e6, "no toy"
    assert options.batch_size % (4 * 8) == 0, "as many machines and GPUs as the script asks for"
    assert options.n_embd % options.n_head == 0
    Settings.of({name: value for name, value in vars(options).items() if name in Settings.__dataclass_fields__})


def wait_for(truth, what):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if truth():
            return
        time.sleep(0.2)
    raise AssertionError(f"waited in vain for {what}")


def holds(checkpoint, step):
    try:
        return checkpoint.exists() and len(read_checkpoint(checkpoint)[0]["losses"]) >= step
    except CheckpointError:
        return False


def named_in_their_command(word):
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        line = " ".join(process.info["cmdline"] or [])
        if word in line and "--checkpoint" in line and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


@posix
@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGKILL], ids=["stop button", "killed"])
def test_nobody_is_left_when_the_notebook_stops(tmp_path, kind):
    saved = tmp_path / f"left_{os.getpid()}_{kind}.ckpt"
    code = f"from course_lib.team.launch import torchrun\ntorchrun(2, steps=1_000_000, checkpoint={str(saved)!r}, save_every=1)"
    kernel = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        wait_for(lambda: holds(saved, 2) or kernel.poll() is not None, "two steps")
        assert kernel.poll() is None, kernel.communicate()
        assert len(named_in_their_command(saved.name)) == 3, "torchrun and two processes"
        kernel.send_signal(kind)
        errors = kernel.communicate(timeout=PATIENCE)[1]
        wait_for(lambda: not named_in_their_command(saved.name), "the processes to go")
    finally:
        kernel.kill()
        for process in named_in_their_command(saved.name):
            process.kill()
    assert ("KeyboardInterrupt" in errors) == (kind == signal.SIGINT)
    assert holds(saved, 2), "the checkpoint is whole"


def test_what_is_wrong_is_said(tmp_path):
    with pytest.raises(TeamFailed, match="batch_size is 15 and there are 2 processes"):
        torchrun(2, say=lambda line: None, steps=20, batch_size=15)


def test_without_torchrun_there_is_no_team(monkeypatch):
    monkeypatch.delenv("RANK", raising=False)
    with pytest.raises(RuntimeError, match="started by torchrun"), team():
        pass


def test_only_process_0_writes(tmp_path):
    class Silent(Run):
        writes = False

    model, ids = example()
    train(model, ids, steps=2, batch_size=4, save_every=1, checkpoint=tmp_path / "none.ckpt", say=None, make_run=Silent)
    assert not list(tmp_path.iterdir())


def test_a_stop_of_one_process_is_a_stop_for_all():
    run = object.__new__(TeamRun)
    run.team, run.settings = SimpleNamespace(mean=lambda value: 0.5), Settings(steps=9)  # another one was stopped
    run.history, pressed = History(9, losses=[1.0]), []
    run.tell(None, pressed)
    assert run.history.stopped.startswith("Stopped after 1 of 9 steps")


def test_a_sharded_run_refuses_a_checkpoint(tmp_path):
    model, ids = example()
    with pytest.raises(ValueError, match=r"torch\.distributed\.checkpoint"):
        train_together(Team(0, 2, "gloo", ""), model, ids, shard=True, steps=2, checkpoint=tmp_path / "run.ckpt")


def test_each_process_needs_a_gpu_for_nccl(monkeypatch):
    monkeypatch.setattr("torch.distributed.is_nccl_available", lambda: True)
    assert [backend_for(gpus, 2)[0] for gpus in (0, 1, 2, 8)] == ["gloo", "gloo", "nccl", "nccl"]


def test_where_processes_cannot_talk_it_is_said(monkeypatch):
    monkeypatch.setattr(launcher.dist, "is_gloo_available", lambda: False)
    with pytest.raises(TeamFailed, match=r"without torch\.distributed and gloo"):
        torchrun(2)


# ---- the arithmetic ------------------------------------------------------------------------------------------------


def test_the_average_is_the_gradient_of_the_whole_batch(alone):
    model, ids = example()
    starts = torch.randint(len(ids) - 32, (16,), generator=torch.Generator().manual_seed(0))
    x, y = get_batch(torch.tensor(ids), starts, 32)
    parts = [(x[:5], y[:5]), (x[5:6], y[5:6]), (x[6:], y[6:])]
    gradients = [list(torch.autograd.grad(next_token_loss(model, *part), model.parameters())) for part in parts]
    averaged = average_gradients(gradients, [5, 1, 10])
    assert farthest(averaged, list(alone[1].values())) <= 1e-6


@pytest.mark.parametrize("n_device", [1, 2, 3, 6])
def test_the_updates_of_all_devices_add_up_to_the_layer(n_device):
    rng = np.random.default_rng(0)
    x, weights, n_head = rng.normal(size=(2, 5, 12)), rng.normal(size=(4, 12, 12)), 6
    may_look = np.tri(5, dtype=bool)
    q, k, v, o = weights
    parts = [shard_heads(*weights, n_head, rank, n_device) for rank in range(n_device)]
    assert sum(part.size for device in parts for part in device) == weights.size, "nothing twice"
    padded = [[np.zeros((12, 12)) for _ in range(4)] for _ in parts]  # outside of a device's heads: nothing
    for rank, (device, full) in enumerate(zip(parts, padded, strict=True)):
        mine = slice(rank * 12 // n_device, (rank + 1) * 12 // n_device)
        for i in range(3):
            full[i][:, mine] = device[i]
        full[3][mine] = device[3]
    update = sum(multi_head_attention(x, *full, n_head, may_look) for full in padded)
    assert np.allclose(update, multi_head_attention(x, q, k, v, o, n_head, may_look), atol=1e-12)


def test_heads_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="3 heads can't be dealt out evenly to 2 devices"):
        shard_heads(*np.zeros((4, 6, 6)), 3, 0, 2)


@pytest.mark.parametrize("name", PUBLISHED)
def test_sizes_and_flops_of_brown_et_al(name):
    """Tables 2.1 and D.1 of Brown et al. (2020), whose last digit is rounded: the ledger makes N from layers and width alone."""
    n_layer, n_embd, n_parameters, flops = PUBLISHED[name]
    assert parameters_of(n_layer, n_embd) == pytest.approx(n_parameters, rel=0.005)
    assert training_flops(n_parameters, TOKENS) == pytest.approx(flops, rel=0.005)


def test_parameters_of_the_papers():
    assert parameters("GPT-2") == pytest.approx(124e6, rel=0.005)  # as the authors' code names it
    assert parameters("GPT-2 XL") == pytest.approx(1_558e6, rel=0.001)
    assert parameters("GPT-3") == pytest.approx(174_600e6, rel=0.001)  # Brown et al. (2020), table D.1


def test_memory_of_rajbhandari_et_al():
    """Figure 1 of "ZeRO" (2020): 7.5 billion parameters on 64 GPUs, in GB."""
    totals = [sum(memory_budget(7.5e9, 64, stage)) / 1e9 for stage in range(4)]
    assert totals == pytest.approx([120, 31.4, 16.6, 1.9], rel=0.02)


def test_days_of_narayanan_et_al():
    """Section 5.1 of "Efficient large-scale language model training" (2021): 1,024 A100s at 140 · 10¹² a second need 34 days."""
    assert training_days(training_flops(175e9, 300e9, recompute=True), 1_024, 140e12, 1) == pytest.approx(34, abs=0.5)


def test_days_of_bloom():
    """A run that happened: 118 days, 5 hours, 41 minutes (Luccioni et al. 2022, table 1), and 1,082,990 GPU-hours (Le Scao et al. 2022)."""
    flops = training_flops(176e9, 366e9, recompute=True)
    assert training_days(flops, 384, GPUS["A100"][1], 0.4) == pytest.approx(118.2, rel=0.06)
    by_hours = 1_082_990 / 384 / 24
    assert by_hours == pytest.approx(118.2, rel=0.01), "their two numbers agree"


def test_activations_of_korthikanti_et_al():
    """ "Reducing activation recomputation" (2022): for each number of GPT-3's stream 34 + 80 bytes, 34 without the tables, 2 for inputs alone."""
    numbers = 96 * 2_048 * 12_288
    assert activation_bytes(GPT_3) == numbers * (34 + 80)
    assert activation_bytes(GPT_3, kept="no tables") == numbers * 34
    assert activation_bytes(GPT_3, n_texts=3, kept="layer inputs") == 3 * numbers * 2
