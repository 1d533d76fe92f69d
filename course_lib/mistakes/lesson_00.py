"""Lesson 00: one small exercise that shows how checks work."""

import numpy as np

from course_lib.judge import Exercise


def double(x, slip):
    """Twice every number."""
    return slip(lambda: 2 * x, plus_two=lambda: x + 2, squared=lambda: x**2, halved=lambda: x / 2, nothing=lambda: x)


DOUBLE = Exercise(
    double,
    cases=[(np.array([1.0, 5.0, -3.0]),), (np.array([[0.5, 4.0], [10.0, -1.0], [2.0, 0.0]]),)],
    says=dict(
        plus_two="You added 2 to every number; multiply by 2 instead.",
        squared="You multiplied every number by itself; multiply it by 2 instead.",
        halved="You halved every number; twice as much is `* 2`, not `/ 2`.",
        nothing="You returned the input as it came; give back twice of it.",
    ),
    hints=(
        "What is 5 doubled? And −3? Which one operation does that to any number?",
        "NumPy works on a whole array at once: `x * 3` multiplies every number in it by 3.",
        "The one line begins with `return x *`.",
    ),
)
