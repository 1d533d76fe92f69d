"""Write docs/would_your_check_catch_it.md: mistakes that happened in published code, and what the course's checks say about each.

python tools/experts_page.py            write it
python tools/experts_page.py --check    exit 1 if it is out of date
"""

import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from course_lib.judge.verdict import THEN  # noqa: E402
from course_lib.mistakes import find  # noqa: E402
from tests import experts  # noqa: E402

PAGE = ROOT / "docs" / "would_your_check_catch_it.md"
TITLES = {
    "masks": "Who may look at whom",
    "scaling": "What scores are divided by",
    "heads": "Splitting into heads, and merging",
    "norm": "Norms and residual connections",
    "cache": "Caches, blocks and places",
    "sampling": "Choosing the next token",
    "training": "Losses, gradients and steps",
    "counting": "Counting, and dealing out",
}
INTRODUCTION = """# Would your check catch it?

{cases} mistakes that really happened, in {projects} projects: tutorials, courses, papers' code, and libraries that half of the field runs on. The
people who made them knew what they were doing. So did those who read the code, and the mistakes stayed, some of them for years: nearly
all of them keep every shape right, raise no error, and let the loss fall.

Each is written anew here as an answer to one of the course's exercises: the code is our own, and only the mistake is borrowed. You see the line
with the mistake, what the check says about it, and what it says when you fail in the same way again. Every word of that comes from the
checks themselves: a test compares this page with them.

**In class.** Show a line and its exercise, and ask two things: what is wrong, and which input would show it? The second is the better
question. One head hides a wrong width; equal batches hide a mean of means; as many queries as keys hide a mask that lies in the wrong
corner. For a test of your own code, this is a list of inputs to try.

Whoever opened these issues took the trouble to say what they saw, and many an answer begins with “good catch”. The numbers lead there.
The answers themselves are in [tests/experts](../tests/experts)."""


@cache
def verdict(case):
    """What the check says about our answer with this mistake."""
    return find.exercise_named(case.answer.__name__).check(case.answer)


def sentences(case):
    """(what is wrong, what to do), each as one text."""
    parts = [text.split(THEN, 1) for _, text in verdict(case).said]
    return " ".join(part[0] for part in parts), " ".join(part[1] for part in parts if len(part) == 2)


def entry(case):
    """One case as Markdown."""
    wrong, cure = sentences(case)
    lines = [
        f"**[{case.place}]({case.address})**, {case.year}, as an answer to `{case.answer.__name__}`. {case.what}",
        "",
        "```python",
        case.marked,
        "```",
        "",
        f"> ✗ {wrong}",
    ]
    lines += [">", f"> *The second time:* {cure}"] if cure else []
    return "\n".join([*lines, "", f"Why nobody noticed: {case.unnoticed}"])


def page():
    """The whole page as Markdown."""
    cases = experts.load()
    parts = [INTRODUCTION.format(cases=len(cases), projects=len({case.project for case in cases}))]
    for topic in experts.TOPICS:
        parts += [f"## {TITLES[topic]}", *(entry(case) for case in cases if case.topic == topic)]
    return "\n\n".join(parts) + "\n"


def main(arguments):
    new = page()
    if "--check" in arguments:
        return 0 if PAGE.exists() and PAGE.read_text(encoding="utf-8") == new else 1
    PAGE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
