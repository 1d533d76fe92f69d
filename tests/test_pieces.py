"""The table of pieces: whole, in order, true to the exercises, and every exercise says what becomes of it."""

import inspect

import pytest
import torch

from course_lib.mistakes import find
from course_lib.my_gpt import pieces
from course_lib.my_gpt.pieces import KEPT_TO_READ, PIECES, ROWS, Sample


def test_every_exercise_is_a_piece_or_kept_to_read():
    assert {name for name in find.tables() if name not in PIECES} == KEPT_TO_READ
    assert PIECES.keys() <= find.tables().keys()
    assert len(ROWS) == len(PIECES)


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
    assert {name for part in parts for name in part} == set(PIECES)
    assert len(pieces.of_part(pieces.MODEL)) == 18
