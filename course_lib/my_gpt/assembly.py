"""Build a GPT from the functions in my_gpt/: each that still passes its check and can be trained does its part; a reference does the rest."""

from dataclasses import replace

import torch

from course_lib.disk import home
from course_lib.judge import guarded
from course_lib.model import GPT, GPTConfig

from . import kept_files
from .assembled import AssembledGPT
from .kept_files import fit_all, read, yours
from .own_pieces import Pieces
from .pieces import MODEL, of_part
from .report import Report, line_for


def assemble(config=None, folder=None):
    """A GPT(config) that is made of the functions in my_gpt/ (or another folder); `.report` says whose each piece is. Never fails."""
    config = config or GPTConfig()
    names = of_part(MODEL)
    texts, problems = read(names, folder or home())
    pieces, manners = fit_all(texts, problems)
    while pieces.mine and (problem := _fails(config, pieces)):
        culprit = next((name for name in reversed(pieces.mine) if not _fails(config, pieces, without=name)), None)
        for name in [culprit] if culprit else list(pieces.mine):
            problems[name] = f"Yours is right on small inputs, but not in a model of this size. {problem}"
            texts.pop(name)
        pieces, manners = fit_all(texts, problems)
    model = AssembledGPT(config, pieces)
    model.report = Report(
        line_for(name, pieces.mine, problems, manners.get(name), unused=name not in pieces.called) for name in names
    )
    return model


def _fails(config, pieces, without=None):
    """Why a model of this size with these pieces does not do what the reference does, in a sentence; or an empty one."""
    if without:
        pieces = Pieces({name: function for name, function in pieces.mine.items() if name != without})

    def compare():
        small = replace(config, n_layer=1)
        torch.manual_seed(0)
        reference, model = GPT(small), AssembledGPT(small, pieces)
        for parameter in reference.parameters():
            parameter.data += 0.1 * torch.randn_like(parameter)
        model.load_state_dict(reference.state_dict())
        ids = torch.randint(config.vocab_size, (2, config.context_length))
        pieces.called.clear()
        theirs = reference(ids)
        off = (model(ids) - theirs).abs().max() / theirs.std()
        if config.context_length > 1:
            model.loss(ids).backward()
            off = off + sum(p.grad.isnan().sum() for p in model.parameters() if p.grad is not None)
        return "" if off < 0.02 else "It gives other numbers than the reference."

    said, problem = guarded(compare, kept_files.SECONDS)
    return yours(problem) if problem else said
