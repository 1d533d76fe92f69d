"""Train a GPT: one loop that chooses its device, shows how it goes, can be stopped, and goes on from a checkpoint.

    history = train(model, ids, steps=300, batch_size=32, learning_rate=1e-2)

A step is in step.py, its pieces in pieces.py, the optimisers in optimisers.py, where to compute in device.py, checkpoints in checkpoints.py.
"""

import contextlib
import difflib
from dataclasses import dataclass, field

import torch

from .checkpoints import Checkpoint
from .device import choose_device, work_of
from .pieces import SCHEDULES, in_windows
from .step import COURSE, Run, Stopped, stop_button


@dataclass(frozen=True)
class Settings:
    """What decides a run; a checkpoint goes on only under the same settings."""

    steps: int = 300
    batch_size: int = 32
    learning_rate: float = 1e-2  # AdamW's peak
    last_rate: float = 0.0  # at the end, as a share of the peak
    warm_up: int = 20  # steps
    schedule: str = "line"  # or "cosine"
    clip: float = 1.0  # the largest length of all gradients together
    optimiser: str = "adamw"  # or "muon": for the matrices inside the blocks
    muon_rate: float = 0.03
    momentum: float = 0.9  # Muon's
    weight_decay: float = 0.0
    beta_2: float = 0.99
    fused: bool = True  # AdamW as one kernel
    seed: int = 0

    def __post_init__(self):
        for name, known in (("schedule", SCHEDULES), ("optimiser", ("adamw", "muon"))):
            if getattr(self, name) not in known:
                raise ValueError(f"{name} is {getattr(self, name)!r}: choose one of {', '.join(known)}")
        for name in ("steps", "batch_size"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}: it must be 1 or more")

    @classmethod
    def of(cls, given):
        """Settings made of a dictionary; a name that does not exist gets a hint."""
        for name in given:
            if name not in cls.__dataclass_fields__:
                close = difflib.get_close_matches(name, cls.__dataclass_fields__, n=1)
                ask = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(cls.__dataclass_fields__)}"
                raise TypeError(f"train has no setting {name!r}: {ask}")
        return cls(**given)


@dataclass
class History:
    """What happened in a run: a training loss for each step, validation losses as (step, loss), tokens, seconds, where, what was said."""

    steps: int  # that were planned
    losses: list = field(default_factory=list)
    validation: list = field(default_factory=list)
    tokens: int = 0
    seconds: float = 0.0
    device: object = None
    said: list = field(default_factory=list)
    stopped: str = ""  # why it ended early

    @property
    def step(self):
        """How many steps are done."""
        return len(self.losses)

    @property
    def tokens_per_second(self):
        return self.tokens / max(self.seconds, 1e-9)


def train(
    model,
    ids,
    *,
    validation=None,
    validate_every=50,
    length=None,
    on_step=None,
    checkpoint=None,
    save_every=100,
    device=None,
    precision=None,
    compile=False,
    say=print,
    pieces=COURSE,
    make_run=Run,
    **settings,
):
    """Train a model on a text's ids (N,), cut into windows at any place, or on rows (N, T + 1); returns a History. The model is changed.

    settings: see Settings. length: T of a window, the model's context_length if not given. validation: ids held back, a loss every
    validate_every steps. on_step(history) is called after each step. checkpoint: a file that is written every save_every steps, and that the
    run goes on from if it is there. device, precision: see choose_device. say: takes a sentence when something goes another way than
    planned. pieces: the TrainingPieces that the run is made of; my_gpt.training_pieces() gives the learner's own. make_run: another kind
    of Run (course_lib.team has one for several processes). Ctrl-C, or the notebook's stop button, ends the run after the current step: the
    model keeps what it has learned, and validation ends with its loss.
    """
    settings = Settings.of(settings)
    ids, length = _as_ids(ids, model, length)
    held_back = _as_ids(validation, model, length)[0] if validation is not None else None
    device = choose_device(device, precision, work_of(model.config, settings.batch_size * length))
    history = History(settings.steps, device=device)
    model.to(device.kind).train()
    run = make_run(model, ids.to(device.kind), length, settings, device, history, say, pieces)
    saved = Checkpoint(checkpoint, run, ids) if checkpoint is not None else None
    tests = None
    if held_back is not None:
        tests = in_windows(held_back.to(device.kind), length, targets=pieces.next_token_targets)
    if pieces.report:
        run.say(pieces.report.whose(run.pieces_in_use(validates=tests is not None)))

    def validate():
        with device.autocast():
            history.validation.append((history.step, pieces.estimate_loss(model, tests)))

    with device.at_work(), stop_button() as pressed, contextlib.suppress(Stopped):
        if saved:
            saved.begin()
        run.compile(compile and not history.step >= settings.steps)
        while history.step < settings.steps:
            run.step()
            if tests and (history.step % validate_every == 0 or history.step == settings.steps):
                validate()
            run.tell(on_step, pressed)
            if saved and (history.step % save_every == 0 or history.step == settings.steps or history.stopped):
                saved.save()
            if history.stopped:
                run.say(history.stopped)
                if tests and history.step % validate_every:
                    validate()
                break
    model.eval()
    return history


def _as_ids(ids, model, length):
    """The ids as a tensor of whole numbers, and the length of a window; what can't be trained on is refused with a reason."""
    ids = torch.as_tensor(ids).long()
    length = length or (model.config.context_length if ids.ndim == 1 else ids.shape[1] - 1)
    if ids.ndim not in (1, 2) or not ids.numel():
        raise ValueError(f"ids have shape {tuple(ids.shape)}: a text is (N,), rows are (N, length + 1)")
    if length > model.config.context_length:
        raise ValueError(
            f"windows of {length} tokens are longer than the model's context_length, {model.config.context_length}"
        )
    if ids.ndim == 1 and len(ids) <= length:
        raise ValueError(f"the text has {len(ids)} tokens: a window of {length} with its next token needs {length + 1}")
    if ids.min() < 0 or ids.max() >= model.config.vocab_size:
        raise ValueError(
            f"the ids go from {ids.min()} to {ids.max()}, and the model knows 0 to {model.config.vocab_size - 1}"
        )
    return ids, length
