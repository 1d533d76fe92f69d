"""Lessons that measure a learner's own function: theirs if it is right and quick enough, else the reference, and they say which."""

import numpy as np
import pytest

from course_lib.attention.numpy_attention import attend
from course_lib.my_gpt.keep import own_or

RIGHT = """import numpy as np


def attend(q, k, v, may_look=None):
    scores = q @ k.T / k.shape[1] ** 0.5
    if may_look is not None:
        scores = np.where(may_look, scores, -np.inf)
    exps = np.exp(scores - scores.max(1, keepdims=True))
    return exps / exps.sum(1, keepdims=True) @ v
"""
HANGS_FOR_50 = RIGHT.replace("    scores = q", "    while len(q) == 50:\n        pass\n    scores = q", 1)


@pytest.fixture
def inputs():
    return np.random.default_rng(0).standard_normal((3, 50, 4))


def keep(home, text):
    (home / "attend.py").write_text(text, encoding="utf-8")


def test_nothing_saved(course_home, inputs):
    function, said = own_or(attend, *inputs)
    assert function is attend
    assert said.startswith("The course's attend")


def test_what_passed_its_check_is_used(course_home, inputs):
    keep(course_home, RIGHT)
    function, said = own_or(attend, *inputs)
    assert function is not attend
    assert said.startswith("Your own attend")
    np.testing.assert_allclose(function(*inputs), attend(*inputs))


@pytest.mark.parametrize("text", ["def attend(", "attend = 3", "raise SystemExit", RIGHT.replace(" @ v", " @ v + 1")])
def test_what_no_longer_passes_is_not(course_home, inputs, text):
    keep(course_home, text)
    function, said = own_or(attend, *inputs)
    assert function is attend
    assert "no longer passes" in said


def test_what_takes_too_long_is_not(course_home, inputs):
    keep(course_home, HANGS_FOR_50)
    function, said = own_or(attend, *inputs, most=0.2)
    assert function is attend
    assert "too long" in said
