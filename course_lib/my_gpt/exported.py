"""The text of my_gpt.py: exported_frame.py with the learner's functions in the places of the course's, and without what is not needed."""

import ast
import re
import textwrap
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from .one_file import File, Part, in_order, needed, read, settled

FRAME = Path(__file__).with_name("exported_frame.py")
HEADING = re.compile(r"^# ---- (?:lesson (\d\d): )?(.*?) -+$", re.MULTILINE)


@dataclass(frozen=True)
class Section:
    """What stands under one heading of the frame; `lesson` is "" where it is no lesson."""

    title: str
    lesson: str
    parts: tuple


@dataclass
class Choice:
    """What stands in the place of one piece: the learner's File, or None for the course's; the form in which it fits; why it is the course's."""

    own: File | None = None
    form: tuple | None = None  # None: as it is; otherwise what is in the brackets of @takes(…)
    why: str = ""


@dataclass
class Frame:
    """exported_frame.py, read."""

    imports: list
    settings: tuple = ()  # what is done once: if NumPy is used, if arrays are changed in place, if lists become arrays
    sections: list = field(default_factory=list)

    @property
    def pieces(self):
        """{name: (lesson, the course's Part)} in the order of the file."""
        return {part.name: (s.lesson, part) for s in self.sections if s.lesson for part in s.parts}


@cache
def frame():
    """The frame, read."""
    head, *rest = re.split(r"^(?=# ---- )", FRAME.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = Frame(read(head).imports)
    for text in rest:
        heading, body = text.split("\n", 1)
        lesson, title = HEADING.match(heading).groups()
        if not found.settings:
            settings, body = body.strip("\n").split("\n\n\n", 1)
            found.settings = tuple(settings.split("\n\n"))
        body, main, end = body.partition("\n\nif __name__")
        parts = list(read(body).parts)
        if main:
            parts.append(Part("__main__", (main + end).strip()))
        found.sections.append(Section(title, lesson or "", tuple(parts)))
    return found


def text(choices, day=None, also=()):
    """The text of my_gpt.py for these choices, {name: Choice}; what nothing calls is left out, except for the names in `also`."""
    the_frame = frame()
    pieces, taken = the_frame.pieces, {entry.name: entry for entry in the_frame.imports}
    for section in the_frame.sections:
        taken |= {part.name: part for part in section.parts if not section.lesson}
    own = {name: _main(name, choices[name].own) if choices[name].own else None for name in pieces}
    written = {}
    for name, (_, course) in pieces.items():
        choice = choices[name]
        file = settled(name, choice.own, taken, own) if choice.own else File([], [course])
        written[name] = File(file.imports, _formed(name, file.parts, choice.form))
    settings = _settings(the_frame, choices, written)
    wanted = {"__main__", *also} | ({"arrays", "tensors"} if the_frame.settings[-1] in settings else set())
    kept = _kept(the_frame, written, wanted)
    parts = [part for _, parts in kept for part in parts]
    imports = [*the_frame.imports, *(entry for file in written.values() for entry in file.imports)]
    used = set().union(*(part.uses for part in parts))
    imports = [entry for entry in dict.fromkeys(imports) if entry.name.partition(".")[0] in used]
    needs = "PyTorch and NumPy" if any(entry.module == "numpy" for entry in imports) else "PyTorch"
    docstring = heading(choices, the_frame, {part.name for part in parts}, needs, day)
    rows = []
    if File(imports).with_numpy:
        rows.append("\n\n".join([_rule(the_frame.sections[0]), *settings]))
    for section, parts in kept:
        body = "\n\n\n".join(_remark(part, choices) + part.text for part in parts)
        body = re.sub(r"^(\w+ = .*)\n{3}(?=\w+ = )", r"\1\n", body, flags=re.MULTILINE)
        if section is the_frame.sections[0]:
            rows[-1] += "\n\n\n" + body
        else:
            rows.append(f"{_rule(section)}\n\n\n{body}")
    return f'"""{docstring}"""\n\n{in_order(imports)}\n\n' + "\n\n\n".join(rows) + "\n"


def _settings(the_frame, choices, written):
    """Those of the frame's settings that the functions for arrays among these need."""
    files = [file for name, file in written.items() if file.with_numpy or (choices[name].form or "")[:1] == ("arrays",)]
    nodes = [node for file in files for part in file.parts for node in ast.walk(ast.parse(part.text))]
    at_all, in_place, of_lists = the_frame.settings
    changes = any(isinstance(node, ast.AugAssign) for node in nodes)
    makes = any(isinstance(node, ast.Attribute) and node.attr == "array" for node in nodes)
    return [at_all, *[in_place] * changes, *[of_lists] * makes]


def _main(name, file):
    """The part that defines a piece, if that is all there is of this name."""
    return next((part for part in file.parts if part.name == name), None)


def _formed(name, parts, form):
    """The parts of a piece, with @takes(…) in front of it."""
    if form is None:
        return parts
    brackets = ", ".join(map(str, form))
    last = max(number for number, part in enumerate(parts) if part.name == name)
    part = parts[last]
    if part.text.lstrip().startswith(("def ", "@")):
        changed = Part(name, f"@takes({brackets})\n{part.text}")
    elif re.match(r"(#.*\n)+(def|@)", part.text):
        changed = Part(name, re.sub(r"^(?=def |@)", f"@takes({brackets})\n", part.text, count=1, flags=re.MULTILINE))
    else:
        changed = Part(name, f"{part.text}\n{name} = takes({brackets})({name})")
    return [*parts[:last], changed, *parts[last + 1 :]]


def _kept(the_frame, written, wanted):
    """[(Section, its parts)] of all that is needed for the wanted names."""
    sections = [
        (section, [p for part in section.parts for p in (written[part.name].parts if section.lesson else [part])])
        for section in the_frame.sections
    ]
    reached = {id(part) for part in needed([part for _, parts in sections for part in parts], wanted)}
    kept = [(section, [part for part in parts if id(part) in reached]) for section, parts in sections]
    return [(section, parts) for section, parts in kept if parts]


def _rule(section):
    rule = f"# ---- {f'lesson {section.lesson}: ' if section.lesson else ''}{section.title} "
    return rule + "-" * (120 - len(rule))


def _remark(part, choices):
    """The comment above a function of the course that is there in the place of one of the learner's."""
    choice = choices.get(part.name)
    if choice is None or choice.own or not any(choice.own for choice in choices.values()):
        return ""
    why = f". {choice.why.replace('Yours', 'Mine')}" if choice.why else ""
    return textwrap.fill(f"The course's{why}", 118, initial_indent="# ", subsequent_indent="# ") + "\n"


def heading(choices, the_frame, kept, needs, day=None):
    """The file's docstring: what it is, whose each function is, and how to run it."""
    day, rows, idle = day or date.today(), [("Lesson", "Mine", "The course's")], []
    for section in the_frame.sections:
        names = [part.name for part in section.parts if section.lesson]
        idle += [name for name in names if choices[name].own and name not in kept]
        mine, theirs = ([n for n in names if n in kept and bool(choices[n].own) is own] for own in (True, False))
        if mine or theirs:
            rows.append((section.lesson, ", ".join(mine), ", ".join(theirs)))
    width = max(len(row[1]) for row in rows) + 3
    table = "\n".join(f"    {lesson:8}{mine:{width}}{theirs}".rstrip() for lesson, mine, theirs in rows)
    idle = f"\nMine as well, and not needed here, since nothing calls them: {', '.join(idle)}.\n" if idle else ""
    return f"""{_first_line(choices, the_frame, kept)}

    python my_gpt.py train               learns from made-up stories, in a minute or two
    python my_gpt.py train my_text.txt   learns from any text
    python my_gpt.py write "a fluffy"    goes on from there, letter by letter

{table}
{idle}
Put together by the course "Attention by hand", {day.day} {day:%B %Y}. It needs {needs}, and nothing else.
"""


def _first_line(choices, the_frame, kept):
    names = [name for name in the_frame.pieces if name in kept]
    mine = [name for name in names if choices[name].own]
    if len(mine) == len(names):
        return f"My GPT: all {len(names)} functions that it is made of are my own."
    if mine:
        return f"My GPT: {len(mine)} of the {len(names)} functions that it is made of are my own."
    return f"A GPT of {len(names)} functions: the course's, until mine take their places."
