"""Lesson 00: one small exercise that shows how checks work."""

import numpy as np

from course_lib.judge import USUAL, Exercise


def double(x, slip):
    """Twice every number."""
    twice = slip(
        lambda: 2 * x,
        plus_two=lambda: x + 2,
        minus_two=lambda: x - 2,
        squared=lambda: x**2,
        power_of_two=lambda: 2.0**x,
        halved=lambda: x / 2,
        nothing=lambda: x,
        no_sign=lambda: 2 * abs(x),
        four_times=lambda: 4 * x,
    )
    return slip(
        lambda: twice,
        whole_results=lambda: np.trunc(twice),
        whole_inputs=lambda: 2 * np.trunc(x),
        rounded=lambda: np.round(twice),
        rounded_to_two=lambda: np.round(twice, 2),
        last_as_it_was=lambda: np.concatenate([twice[:-1], x[-1:]]),
        first_as_it_was=lambda: np.concatenate([x[:1], twice[1:]]),
        last_stays_zero=lambda: np.append(twice[:-1], 0.0),
        first_stays_zero=lambda: np.append(0.0, twice[1:]),
        last_missing=lambda: twice[:-1],
        first_missing=lambda: twice[1:],
        first_only=lambda: twice[0],
        last_only=lambda: twice[-1],
        summed=lambda: twice.sum(),
        end_to_end=lambda: np.concatenate([x, x]),
        each_repeated=lambda: np.repeat(x, 2),
        two_rows=lambda: np.stack([x, x]),
    )


def _row_or_table(draw):
    """Numbers in a row; in a table only where something else is special too, so that a loop over a row can still be named."""
    rows, columns = draw.size(1, 9), draw.size(1, 5)
    return (draw.numbers(rows) if draw.style == USUAL else draw.numbers(rows, columns),)


DOUBLE = Exercise(
    double,
    cases=[
        (np.array([1.0, 5.0, -3.0]),),
        (np.array([0.4375, -1.8125, 7.0, 0.0, 2.3125]),),
        (np.array([10.0, -1.0625, 0.75, 4.5, 3.0, 3.0, -0.5, 2.0]),),
        (np.array([-2.65]),),
    ],
    makes=_row_or_table,
    says=dict(
        plus_two="You added 2 to every number. ⇒ Multiply by 2 instead.",
        minus_two="You subtracted 2 from every number. ⇒ Multiply by 2 instead.",
        squared="You multiplied every number by itself. ⇒ Multiply it by 2 instead.",
        power_of_two="You raised 2 to the power of every number. ⇒ One star multiplies, two stars take a power.",
        halved="You halved every number. ⇒ Twice as much is `* 2`, not `/ 2`.",
        nothing="Nothing was doubled. ⇒ Give back twice of every number.",
        no_sign="Your numbers lost their minus signs: twice −3 is −6. ⇒ Leave the sign as it is.",
        four_times="You doubled every number twice. ⇒ Once is enough: is there a 2 too many?",
        whole_results="Your results lost what comes after the point. ⇒ Look for an `int` in your code, and leave it out.",
        whole_inputs="The numbers lost what comes after the point before you doubled them. ⇒ Look for an `int` in your code, and leave it out.",
        rounded="You rounded to whole numbers. ⇒ Return all the digits that come out.",
        rounded_to_two="You rounded to two digits. ⇒ Return all the digits that come out.",
        last_as_it_was="The last entry was left as it was. ⇒ Does your loop stop one step early?",
        first_as_it_was="The first entry was left as it was. ⇒ Positions begin at 0.",
        last_stays_zero="The last entry is 0, whatever came in. ⇒ Does your loop stop one step early?",
        first_stays_zero="The first entry is 0, whatever came in. ⇒ Positions begin at 0.",
        last_missing="The last entry is missing. ⇒ Does your loop stop one step early?",
        first_missing="The first entry is missing. ⇒ Positions begin at 0.",
        first_only="You returned the first entry only. ⇒ Is `return` inside the loop? It belongs after it.",
        last_only="You returned the last entry only. ⇒ Collect all of them, and return the whole array.",
        summed="You added all the numbers up to a single one. ⇒ Return as many numbers as came in.",
        end_to_end="You put the numbers in twice, end to end. ⇒ The numbers should become twice as large, not the array twice as long.",
        each_repeated="You put each number in twice. ⇒ The numbers should become twice as large, not the array twice as long.",
        two_rows="You put the array into a table twice, as two rows. ⇒ Add the two, or multiply one by 2.",
    ),
    hints=(
        "What is 5 doubled? And −3? Which one operation does that to any number?",
        "NumPy works on a whole array at once: `x * 3` multiplies every number in it by 3.",
        "The one line begins with `return x *`.",
    ),
)
