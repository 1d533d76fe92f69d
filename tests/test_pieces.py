"""The table of pieces: whole, in order, true to the exercises, and all of it in the file that a learner exports."""

import inspect

import pytest
import torch

from course_lib.mistakes import find
from course_lib.my_gpt import exported, pieces
from course_lib.my_gpt.pieces import PIECES, ROWS, Sample


def test_every_piece_is_an_exercise_and_has_one_row():
    assert PIECES.keys() <= find.tables().keys()
    assert len(ROWS) == len(PIECES)


def test_the_exported_file_holds_every_piece_but_these():
    """It trains and writes in loops of its own, reads letter by letter, and has its held-back loss in one line."""
    own_loops = {"train_step", "generate_with_cache", "estimate_loss"}
    assert set(PIECES) - set(exported.frame().pieces) == own_loops | {"most_frequent_pair", "merge_pair"}


@pytest.mark.parametrize("name", PIECES)
def test_a_row_is_of_the_exercises_lesson_and_takes_its_arguments(name):
    piece, exercise = PIECES[name], find.exercise_named(name)
    assert piece.lesson == find.tables()[name]
    inputs = piece.inputs(Sample(2, 2, 5, 3))
    assert len(exercise.parameters) - 1 <= len(inputs) <= len(exercise.parameters)
    inspect.signature(piece.reference).bind(*inputs)


def test_a_piece_calls_only_those_before_it():
    known = set()
    for piece in ROWS:
        assert set(piece.calls) <= known, piece.name
        known.add(piece.name)


@pytest.mark.parametrize("name", [piece.name for piece in ROWS if piece.calls])
def test_what_a_reference_is_said_to_call_it_calls(name):
    piece, called = PIECES[name], set()

    def noted(part):
        return lambda *inputs: (called.add(part), PIECES[part].reference(*inputs))[1]

    smaller = {part: noted(part) for part in piece.calls}
    inputs = piece.inputs(Sample(2, 2, 5, 3))
    torch.testing.assert_close(piece.reference(*inputs, **smaller), piece.reference(*inputs))
    if name == "attend":
        piece.reference(*inputs[:3], **smaller)  # without a mask
    assert called == set(piece.calls)


def test_the_parts_hold_every_piece():
    parts = [pieces.of_part(part) for part in (pieces.TOKENIZER, pieces.MODEL, pieces.TRAINING, pieces.WRITING)]
    assert all(parts)
    assert {name for part in parts for name in part} == set(PIECES)
