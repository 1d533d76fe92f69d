"""A failed check shows evidence that can be followed: the inputs, and the entries that differ, with digits until they differ."""

import numpy as np
import pytest
import torch

from course_lib.judge.compare import Raised, WrongForm, answer
from course_lib.judge.evidence import difference, first_difference, inputs_in_words, with_inputs, wrong_shape

PLACES = np.arange(20.0)


def read(mine, theirs):
    wanted = answer(theirs, theirs)
    return answer(mine, wanted), wanted


@pytest.mark.parametrize(
    ("mine", "theirs", "said"),
    [
        (6e-9, 6000.0, "You returned 6e-09; expected 6000."),
        (1.0003, 1.002, "You returned 1; expected 1.002."),
        (1.0004, 1.00199, "You returned 1; expected 1.002."),
        ([[1, 4.5e-5, 0]], np.array([[1, 0, 0.5]]), "Row 0: you returned [1, 0, 0]; expected [1, 0, 0.5]."),
        ([1.0, np.nan], np.array([1.0, -np.inf]), "You returned [1, NaN]; expected [1, -∞]."),
        (PLACES + (PLACES == 9), PLACES, "Entry 9: you returned 10; expected 9."),
        (np.ones((3, 20)), np.ones((3, 20)) + (PLACES == 15), "Row 0, entry 15: you returned 1; expected 2."),
        (np.ones((2, 2, 20)), np.ones((2, 2, 20)) * 2, "Entry [0, 0, 0]: you returned 1; expected 2."),
        (np.ones((2, 2, 3)), np.ones((2, 2, 3)) * 2, "Row [0, 0]: you returned [1, 1, 1]; expected [2, 2, 2]."),
        (True, False, "You returned True; expected False."),
        (0.0, True, "You returned 0; expected True."),
        (np.tri(2) > 0, np.eye(2) > 0, "Row 1: you returned [True, True]; expected [False, True]."),
        (torch.ones(2) > 0, torch.eye(2)[0] > 0, "You returned [True, True]; expected [True, False]."),
        ((1.0, 2.0), (1.0, 3.0), "You returned (1, 2); expected (1, 3)."),
        (np.array([1, 2]), (1.0, 3.0), "You returned (1, 2); expected (1, 3)."),
        ([np.ones(2), np.ones(2)], (np.ones(2), np.zeros(2)), "Output 2 of 2: you returned [1, 1]; expected [0, 0]."),
        (["a", None], ["a", "b"], "You returned ['a', None]; expected ['a', 'b']."),
        (["x"] * 40, ["x"] * 39 + ["y"], "Entry 39: you returned 'x'; expected 'y'."),
        (["x"] * 40, ["x"] * 39, "Entry 39: you returned 'x', and there should be no such entry."),
        ({"a": [1] * 50}, {"a": [1] * 49 + [2]}, "Entry 'a', entry 49: you returned 1; expected 2."),
        (
            {n: n for n in range(60)},
            {n: n for n in range(59)},
            "Entry 59: you returned 59, and there should be no such entry.",
        ),
        ({n: n for n in range(58)}, {n: n for n in range(59)}, "Entry 58 is missing; expected 58."),
        ([0.1 + 0.2], [0.3], "You returned [0.30000000000000004]; expected [0.3]."),
        ("a" * 200, "a" * 199 + "b", "You returned …'" + "a" * 21 + "'; expected …'" + "a" * 20 + "b'."),
    ],
)
def test_what_differs_is_shown_and_looks_different(mine, theirs, said):
    mine, theirs = read(mine, theirs)
    assert first_difference(mine, theirs) == said


@pytest.mark.parametrize("seed", range(200))
def test_two_different_texts_always(seed):
    """Whatever differs by more than the tolerance, on whatever scale, is printed with enough digits to see it."""
    rng = np.random.default_rng(seed)
    theirs = rng.normal(size=(3, 4)) * 10.0 ** rng.integers(-3, 9)
    mine = theirs.copy()
    mine[1, 2] += 2e-4 + 2e-3 * abs(theirs[1, 2])
    found = difference(*read(mine, theirs))
    assert found.where == "Row 1"
    yours, expected = (side[1:-1].split(", ") for side in (found.yours, found.expected))
    assert [a != b for a, b in zip(yours, expected, strict=True)] == [False, False, True, False]


def test_what_is_compared_has_a_name():
    mine, theirs = read((1.0, np.ones((2, 2))), (1.0, np.zeros((2, 2))))
    said = first_difference(mine, theirs, ("The lengths", "The gradients afterwards"))
    assert said == "The gradients afterwards differ. Row 0: yours [1, 1]; expected [0, 0]."


def test_what_has_a_name_and_a_wrong_shape_is_called_by_it():
    mine, theirs = read((1.0, np.ones(14)), (1.0, np.ones(11)))
    said = wrong_shape(mine, theirs, ("The lengths", "The gradients afterwards"))
    assert said == "The gradients afterwards: 14 numbers; expected 11 numbers."


def test_equal_answers_have_no_difference():
    mine, theirs = read(np.ones(3), np.ones(3))
    assert difference(mine, theirs) is None
    assert first_difference(mine, theirs) == ""


def test_an_error_can_be_what_is_wanted():
    found = difference(answer(3.0, 3.0), Raised("ValueError"))
    assert (found.yours, found.expected) == ("3", "an error (ValueError)")


@pytest.mark.parametrize(
    ("mine", "theirs", "said"),
    [
        (np.ones(3), np.ones((2, 3)), "You returned 3 numbers; expected a table with 2 rows of 3 numbers."),
        (np.ones((1, 1)), 1.0, "You returned a table with 1 row of 1 number; expected one number."),
        (np.ones(2) > 0, True, "You returned 2 entries; expected one entry."),
        (np.ones((1, 2, 3)), np.ones((2, 3)), "Your output has shape (1, 2, 3); it should have shape (2, 3)."),
        (
            (np.ones(2), np.ones((2, 3))),
            (np.ones(2), np.ones((3, 2))),
            "Output 2 of 2: you returned a table with 2 rows of 3 numbers; expected a table with 3 rows of 2 numbers.",
        ),
        (np.ones(3), np.zeros(3), ""),
        (["a"], ["b", "c"], ""),
    ],
)
def test_a_wrong_shape_is_said_in_words(mine, theirs, said):
    assert wrong_shape(*read(mine, theirs)) == said


@pytest.mark.parametrize(
    ("value", "wanted", "said"),
    [
        ([np.ones(2)], (np.ones(2), np.ones(3)), "a list with 1 entry; it should return 2 arrays."),
        (np.ones((3, 2)), (np.ones(2), np.ones(3)), "one array; it should return 2 arrays."),
        ((1.0, 2.0), (1.0, 2.0, 3.0), "2 things; it should return 3 numbers."),
        ((np.ones(2),), np.ones(2), "Is there a comma behind the result?"),
        ([["True"]], np.ones((1, 1)), "returned texts, not an array of numbers. Leave out the quotation marks."),
        (np.array(["1.5x"]), np.ones(1), "returned texts"),
        ([1.0, None], np.ones(2), "There is a None in what your function returned"),
        ([[1, 2], [3]], np.ones((2, 2)), "different lengths"),
    ],
)
def test_what_is_no_answer_is_said(value, wanted, said):
    outcome = read(value, wanted)[0]
    assert isinstance(outcome, WrongForm)
    assert said in outcome.sentence


# ---- the inputs ------------------------------------------------------------------------------------------------------


def sums(x):
    """Each row is the sum of the tokens so far."""
    return np.cumsum(x, axis=0)


def _mlp(x):
    return x


class Named:
    """A function with a name."""

    def __call__(self, x):
        return x

    def __repr__(self):
        return "<x² + y>"


def parameter(numbers, gradient=None):
    made = torch.nn.Parameter(torch.tensor(numbers))
    made.grad = None if gradient is None else torch.tensor(gradient)
    return made


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"x": np.array([1.0, 5, -3])}, "x = [1, 5, -3]"),
        ({"scores": np.ones((2, 3)), "rank": 2}, "scores (2, 3) = [[1, 1, 1], [1, 1, 1]], rank = 2"),
        ({"q": np.ones((2, 30)), "x": np.ones(50), "n_head": 4}, "q (2, 30), x (50 numbers), n_head = 4"),
        ({"may_look": None, "causal": True, "T": 3}, "may_look = None, causal = True, T = 3"),
        ({"may_look": np.tri(2) > 0}, "may_look (2, 2) = [[True, False], [True, True]]"),
        ({"x": torch.tensor([[1.5], [2e-6]])}, "x (2, 1) = [[1.5], [2e-06]]"),
        ({"f": sums, "position": 1}, "f (each row is the sum of the tokens so far), position = 1"),
        ({"f": lambda x: x, "mlp": _mlp}, "f (a function), mlp (a function)"),
        ({"blocks": [sums, Named()]}, "blocks = [each row is the sum of the tokens so far, x² + y]"),
        ({"f": Named()}, "f (x² + y)"),
        ({"batches": [(np.ones((2, 9)), np.ones((2, 9)))] * 2}, "batches (2 × [2 × (2, 9)])"),
        ({"model": torch.nn.Linear(3, 4)}, "model (Linear, 16 parameters)"),
        (
            {"parameters": [parameter([[3.0, 4.0]], [[0.6, 0.8]]), parameter([5.0])], "largest": 1.0},
            "parameters ((1, 2), (1,)) = [[[3, 4]], [5]], gradients [[[0.6, 0.8]], None], largest = 1",
        ),
        (
            {"parameters": [parameter([1.0] * 20, [1.0] * 20), parameter([5.0])]},
            "parameters ((20,), (1,), no gradient at place 1)",
        ),
        ({"gradients": [[np.ones((2, 3)), np.ones(4)]] * 3}, "gradients (3 × [(2, 3), (4,)])"),
        ({"tokens": ["the", "pink"]}, "tokens = ['the', 'pink']"),
        ({"tokens": ["the"] * 50}, "tokens (50 entries) = ['the', 'the', 'the', 'the', 'the', 'the', "),
    ],
)
def test_inputs_in_words(inputs, said):
    text = inputs_in_words(inputs)
    assert text == said if not said.endswith(", ") else text.startswith(said)


def test_many_inputs_are_told_by_their_shapes_and_stay_short():
    inputs = {f"W_{n}": np.full((2, 3), n / 7) for n in range(8)} | {"n_head": 4}
    text = inputs_in_words(inputs)
    assert text == ", ".join(f"W_{n} (2, 3)" for n in range(8)) + ", n_head = 4"


def test_a_sentence_with_inputs_never_ends_in_the_air():
    assert with_inputs({"T": 4}, "You returned 3; expected 4.") == "With T = 4: you returned 3; expected 4."
    assert (
        with_inputs({"T": 4}, "Row 0: you returned 3; expected 4.")
        == "Row 0: you returned 3; expected 4. That was with T = 4."
    )
    assert with_inputs({"T": 4}) == "That was with T = 4."
    assert with_inputs({}) == ""
