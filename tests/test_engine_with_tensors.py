"""Exercises in PyTorch: tensors go in, acts on inputs are compared, and nothing of the learner's moves."""

import numpy as np
import pytest
import torch

from course_lib.judge.engine import Exercise

START = np.array([[1.0, -2.0], [0.5, 3.0]])


def make_cases():
    """A model and its optimiser belong together: copies of both must still do so."""
    model = torch.nn.Linear(2, 2, bias=False)
    model.weight.data = torch.tensor(START, dtype=torch.float32)
    return [(model, torch.optim.SGD(model.parameters(), lr=0.5), torch.tensor([[1.0, 2.0], [0.0, -1.0]]))]


def stepped(model, optimiser, x, slip):
    optimiser.zero_grad()
    loss = (slip(lambda: model(x), doubled=lambda: 2 * model(x)) ** 2).mean()
    loss.backward()
    slip(lambda: optimiser.step(), no_step=lambda: None)


def weights_after(value, inputs):
    return inputs[0].weight.detach().double().numpy()


EXERCISE = Exercise(
    stepped,
    cases=make_cases,
    says=dict(doubled="You doubled.", no_step="You did not step."),
    hints=("Why?", "So.", "First."),
    reads=weights_after,
    may_change=("model", "optimiser"),
)


def right(model, optimiser, x):
    model.zero_grad()
    torch.nn.functional.mse_loss(model(x), torch.zeros(2, 2)).backward()
    optimiser.step()


def test_what_a_function_does_to_its_inputs_is_its_answer():
    assert EXERCISE.selftest() == []
    assert EXERCISE.check(right).ok
    assert EXERCISE.check(lambda model, optimiser, x: None).names == ("no_step",)


def test_an_input_that_may_not_change_is_still_watched():
    def changes_x(model, optimiser, x):
        right(model, optimiser, x)
        x.add_(1)

    assert EXERCISE.check(changes_x).names == ("mutates_input",)


@pytest.mark.usefixtures("two_threads")
def test_dice_and_threads_are_kept():
    torch.manual_seed(3)
    threads, dice = torch.get_num_threads(), torch.get_rng_state()

    def throws(model, optimiser, x):
        torch.manual_seed(0)
        right(model, optimiser, x)

    assert EXERCISE.check(throws).ok
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), dice)


def added(x, slip):
    return slip(x + 0.1, twice=x + 0.2)


TENSORS = Exercise(
    added, cases=[(np.array([0.1, 0.7]),)], says=dict(twice="Twice."), hints=("A?", "B.", "C."), tensors=True
)


def test_tensors_are_what_torch_makes_by_itself():
    def function(x):
        assert x.dtype == torch.float32
        return x + torch.full((2,), 0.1)

    assert TENSORS.check(function).ok  # and 0.7 with fewer digits does not count as changed
    assert TENSORS.check(lambda x: x.add_(0.1)).names == ("mutates_input",)


def counted(state, slip):
    """Adds one to its input, and returns what is there now; or begins anew each time."""
    state[0] = slip(lambda: state[0] + 1, forgets=lambda: 1.0)
    return state[0]


TWICE = Exercise(
    counted,
    cases=[(np.zeros(1),), (np.array([5.0]),)],
    says=dict(forgets="You begin anew."),
    hints=("A?", "B.", "C."),
    reads=lambda values, inputs: (*values, inputs[0]),
    may_change=("state",),
    calls=2,
    parts=("The first numbers", "The second numbers", "The states"),
)


def test_two_calls_in_a_row_show_what_the_second_one_finds():
    assert TWICE.selftest() == []

    def right(state):
        state += 1
        return state.item()

    def forgets(state):
        state[0] = 1
        return 1.0

    def by_two(state):
        state += 1 + (state > 0)
        return state.item()

    assert TWICE.check(right).ok
    assert TWICE.check(forgets).names == ("forgets",)
    assert "The second numbers differ. Yours 3; expected 2." in TWICE.check(by_two).text
    mine, wanted = TWICE.first_answers(by_two)
    assert list(mine) == list(wanted) == list(TWICE.parts)
