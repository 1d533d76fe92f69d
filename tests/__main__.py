"""The tests, as `python3 course.py test` runs them:

python3 course.py test             all of them
python3 course.py test 05          what concerns lesson 05: its notebooks, exercises, slides, views and mathematics
python3 course.py test --list      what the course promises, and the tests that hold it
python3 course.py test tests/test_bank.py -k softmax     anything else goes to pytest as it is
"""

import re
import sys
from itertools import takewhile


def pytest_arguments(words):
    """What to tell pytest; the numbers that come first are lessons, and there is one worker more than there are processors."""
    numbers = list(takewhile(re.compile(r"\d\d?").fullmatch, words))
    chosen = [argument for number in numbers for argument in ("--lesson", f"{number:0>2}")]
    return ["-n", "auto", "--dist", "worksteal", *chosen, *words[len(numbers) :]]


def main(words):
    if words == ["--list"]:
        from tests import promises

        print(promises.as_text())
        return 0
    import pytest

    return pytest.main(pytest_arguments(words))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
