"""Start torchrun from a notebook: several processes on this machine, whose first one speaks, and of which none is left behind.

    run = torchrun(2, steps=20)       # prints what rank 0 says, as it says it
    run.losses

The program that each of them runs is distributed.py. All of them meet on this machine's loopback, at a port that torchrun finds free.
"""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

import torch.distributed as dist

from course_lib.disk import ROOT
from course_lib.train import CheckpointError, read_checkpoint

EXIT = re.compile(
    r"rank\s*:\s*(\d+) .*?exitcode\s*:\s*(-?\d+)", re.DOTALL
)  # in what torchrun says of a process that failed


class TeamFailed(RuntimeError):
    """A process of the run ended early, and the others with it; the message says which, why, and how to go on."""


@dataclass(frozen=True)
class Finished:
    """What a run of several processes gave: a loss for each step, what rank 0 said, and how many of all parameters it held itself.

    first_gradient: {name: tensor}, what the processes agreed on in the first step.
    """

    first_gradient: dict
    losses: list
    said: list
    held: int
    all: int


def torchrun(processes, say=print, **options):
    """Run distributed.py by so many processes, and return what came out (Finished); say gets every line of rank 0 when it comes.

    options: those of its command line, such as steps=20, shard=True, checkpoint="run.ckpt". Interrupted (the notebook's stop button), it ends
    all processes. Raises TeamFailed if one of them ends early.
    """
    if not (dist.is_available() and dist.is_gloo_available()):
        raise TeamFailed(
            "This PyTorch was built without torch.distributed and gloo, so several processes can't train together here. "
            "The rest of the lesson does not need it; Linux, macOS and WSL have it."
        )
    with tempfile.TemporaryDirectory(prefix="torchrun_", ignore_cleanup_errors=True) as folder:
        result = Path(folder, "result")
        code, errors = _run(_command(processes, {**options, "result": result}), _environment(processes, folder), say)
        if code == 0 and result.exists():
            gradient, about = read_checkpoint(result)
            return Finished(gradient, about["losses"], about["said"], about["held"], about["all"])
        raise TeamFailed(_what_happened(errors, folder, processes, options.get("checkpoint")))


def _command(processes, options):
    agent = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    agent += ["--local-addr", "127.0.0.1", "-m", "course_lib.team.program"]
    for name, value in options.items():
        if value is not False and value is not None:
            agent += ["--" + name.replace("_", "-")] + ([] if value is True else [str(value)])
    return agent


def _environment(processes, folder):
    """What the processes find in their environment: the course, their share of the processor, the loopback, and who started them."""
    loopback = [name for _, name in socket.if_nameindex() if name in ("lo", "lo0")] if os.name == "posix" else []
    changes = {
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")])),
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8",
        "OMP_NUM_THREADS": str(max(1, (os.cpu_count() or 1) // processes)),
        "COURSE_LAUNCHER": str(os.getpid()),
        "COURSE_NOTES": folder,
    }
    if loopback:
        changes["GLOO_SOCKET_IFNAME"] = loopback[0]
    if os.name == "nt":
        changes["USE_LIBUV"] = "0"  # PyTorch's wheels for Windows are built without it
    return {**os.environ, **changes}


def _run(command, environment, say):
    """(exit code, everything on standard error) of a command, its lines passed on as they come; it never outlives this function."""
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        errors="replace", start_new_session=True,
    )  # fmt: skip
    errors = []
    listener = threading.Thread(target=lambda: errors.extend(process.stderr), daemon=True)
    listener.start()
    try:
        for line in process.stdout:
            say(line.rstrip("\n"))
        process.wait()
    finally:
        stop(process)
    listener.join(5)
    return process.returncode, "".join(errors)


def stop(process):
    """End a torchrun and its processes: asked first, so that they can write a checkpoint, then made to."""
    asked = [(signal.SIGINT, 20), (signal.SIGTERM, 10)] if os.name == "posix" else []
    try:
        for kind, patience in asked:
            if process.poll() is not None:
                return
            process.send_signal(kind)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(patience)
    finally:
        if process.poll() is None:
            process.kill()  # its processes see that it has gone, and go too (team._leave_with)
            process.wait()


def _what_happened(errors, folder, processes, checkpoint):
    """One or two sentences on a run that failed: who ended it, why, and how to go on."""
    codes = {int(rank): int(code) for rank, code in EXIT.findall(errors)}
    notes = {path.name: path.read_text(encoding="utf-8") for path in sorted(Path(folder).glob("rank-*"))}
    killed = {rank: -code for rank, code in codes.items() if code < 0 and -code not in (signal.SIGTERM, signal.SIGABRT)}
    if killed:
        rank, number = next(iter(killed.items()))
        text = f"Process {rank} of {processes} (counted from 0) was killed ({signal.Signals(number).name}), so torchrun ended the others."
    elif notes:
        rank, note = next(iter(notes.items()))
        text = f"The run failed. {rank.replace('rank-', 'Process ')}: {note}"
    else:
        text = f"The run failed. torchrun says: {_last_words(errors)}"
    return " ".join(filter(None, [text, _how_to_go_on(checkpoint)]))


def _last_words(errors):
    """The end of what the processes themselves wrote, before torchrun's long report on them."""
    return errors.partition("=====")[0].strip()[-400:] or errors.strip()[-400:] or "nothing"


def _how_to_go_on(checkpoint):
    if not checkpoint or not Path(checkpoint).exists():
        return ""
    try:
        step = len(read_checkpoint(checkpoint)[0]["losses"])
    except CheckpointError as error:
        return str(error)
    return f"{Path(checkpoint).name} holds step {step}: start the same run again, and it goes on from there."
