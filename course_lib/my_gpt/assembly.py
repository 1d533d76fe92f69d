"""Build a GPT from the functions in my_gpt/: each that still passes its check and can be trained does its part; a reference does the rest."""

import html
from dataclasses import dataclass, replace

from course_lib.disk import home
from course_lib.judge import COLOURS, MARKS, NOT_ATTEMPTED, RIGHT, WRONG, guarded, guarded_apart, inline, sentence
from course_lib.mistakes import exercise_named
from course_lib.model import GPT, GPTConfig

from .assembled import LESSONS, AssembledGPT, Pieces
from .trial import Misfit, fit

SECONDS = 10.0  # for one file, import and trials together; a good one takes a fraction of a second
LONGEST = 200_000  # bytes


@dataclass(frozen=True)
class Line:
    """What became of one piece: a verdict's state, and what is to be said."""

    name: str
    state: str
    said: str


class Report:
    """Whose each piece of an assembled GPT is, and why; a line per piece, in a notebook and as text."""

    def __init__(self, lines):
        self.lines = tuple(lines)

    @property
    def mine(self):
        """The names of the pieces that are the learner's own."""
        return tuple(line.name for line in self.lines if line.state == RIGHT)

    def summary(self):
        count = len(self.mine)
        if count == len(self.lines):
            return f"All {count} pieces of this GPT are yours."
        return f"{count} of the {len(self.lines)} pieces of this GPT are yours; for the others the reference stands in."

    def __str__(self):
        width = max(len(line.name) for line in self.lines)
        rows = [f"{MARKS[line.state]} {line.name:{width}}  {line.said}" for line in self.lines]
        return "\n".join([self.summary(), *rows])

    def _repr_mimebundle_(self, **_):
        def row(line):
            mark = f'<b style="color:{COLOURS[line.state]}">{MARKS[line.state]}</b>'
            cells = (mark, f"<code>{html.escape(line.name)}</code>", inline(line.said))
            return "<tr>" + "".join(f'<td style="text-align:left">{cell}</td>' for cell in cells) + "</tr>"

        caption = f'<caption style="text-align:left">{html.escape(self.summary())}</caption>'
        return {
            "text/plain": str(self),
            "text/html": f"<table>{caption}<tbody>{''.join(map(row, self.lines))}</tbody></table>",
        }


def assemble(config=None, folder=None):
    """A GPT(config) that is made of the functions in my_gpt/ (or another folder); `.report` says whose each piece is. Never fails."""
    config = config or GPTConfig()
    texts, problems = _read(folder or home())
    pieces, manners = _pieces(texts, problems)
    while pieces.mine and (problem := _fails(config, pieces)):
        culprit = next((name for name in reversed(pieces.mine) if not _fails(config, pieces, without=name)), None)
        for name in [culprit] if culprit else list(pieces.mine):
            problems[name] = f"Yours is right on small inputs, but not in a model of this size. {problem}"
            texts.pop(name)
        pieces, manners = _pieces(texts, problems)
    model = AssembledGPT(config, pieces)
    model.report = Report(_line(name, pieces, problems, manners) for name in LESSONS)
    return model


def _line(name, pieces, problems, manners):
    if name in problems:
        return Line(name, WRONG, f"The reference stands in. {problems[name]}")
    if name not in pieces.mine:
        return Line(name, NOT_ATTEMPTED, f"The reference stands in, until you have done it (lesson {LESSONS[name]}).")
    how = f", {manners[name]}" if manners[name] else ""
    unused = "" if name in pieces.called else ", right, and not needed: nothing in this GPT calls it"
    return Line(name, RIGHT, f"Yours{how}{unused}.")


def _read(folder):
    """({name: (path, text)} of the pieces whose file can be read and still passes its check, {name: why not})."""
    texts, problems = {}, {}
    for name in LESSONS:
        path = folder / f"{name}.py"
        if not path.is_symlink() and not path.exists():
            continue
        try:
            if not path.is_file() or path.stat().st_size > LONGEST:
                raise OSError("it is no text file of a usual size")
            texts[name] = path, path.read_text(encoding="utf-8")
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or getattr(error, "reason", None) or error
            problems[name] = f"my_gpt/{name}.py can't be read: {reason}."
    passed, problem = guarded_apart(lambda: {name: _checked(name, *texts[name]) for name in texts}, SECONDS)
    for name in list(texts):
        said, problem = (
            (passed[name], None) if passed else guarded_apart(lambda n=name: _checked(n, *texts[n]), SECONDS)
        )
        if said or problem:
            problems[name] = said or _yours(problem)
            del texts[name]
    return texts, problems


def _checked(name, path, text):
    """Why the file is not what passed its check, in a sentence; or an empty one."""
    space = {"__name__": f"my_gpt_{name}"}
    _, problem = guarded(lambda: exec(compile(text, str(path), "exec"), space), SECONDS / 3)
    if problem:
        return _yours(problem)
    if not callable(space.get(name)):
        return f"my_gpt/{name}.py no longer defines `{name}`."
    exercise = exercise_named(name)
    verdict = exercise.check(space[name]) if exercise else None
    if verdict is None or verdict.ok:
        return ""
    if verdict.state == NOT_ATTEMPTED:
        return f"my_gpt/{name}.py has no code any more."
    return " ".join(["Yours no longer passes its check.", *(text for _, text in verdict.said)])


def _pieces(texts, problems):
    """The Pieces that fit into a model, smallest first, so that the larger ones can call them; adds to `problems` why others do not."""
    mine, manners, called = {}, {}, set()
    for name in [name for name in LESSONS if name in texts]:
        path, text = texts[name]
        course = Pieces(mine, called).for_files()
        found, problem = guarded(lambda n=name, t=text, c=course, p=path: _fitted(n, t, c, p), SECONDS)
        if problem is None and not isinstance(found, str):
            mine[name], manners[name] = found
        else:
            problems[name] = _yours(problem or found)
    return Pieces(mine, called), manners


def _fitted(name, text, course, path):
    try:
        return fit(name, text, course, path)
    except Misfit as misfit:
        return str(misfit) or sentence(misfit.__cause__)


def _fails(config, pieces, without=None):
    """Why a model of this size with these pieces does not do what the reference does, in a sentence; or an empty one."""
    import torch

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

    said, problem = guarded(compare, SECONDS)
    return _yours(problem) if problem else said


def _yours(problem):
    return problem.replace("Your function", "Yours")
