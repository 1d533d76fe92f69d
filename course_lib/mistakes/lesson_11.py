"""Lesson 11: the pieces of a training loop. The references are NumPy where the inputs are; estimate_loss and clip_gradients act on torch's objects."""

import math

import numpy as np

from course_lib.judge import USUAL, Exercise, Slip


def get_batch(ids, starts, length, slip):
    """x (B, T): windows that begin at `starts`; y (B, T): the tokens that follow each of them."""
    T, B = length, len(starts)
    starts = slip(
        lambda: starts,
        window_numbers=lambda: starts * T,
        in_a_row=lambda: starts[0] + T * np.arange(B),
        from_the_beginning=lambda: T * np.arange(B),
        neighbours=lambda: starts[0] + np.arange(B),
        row_numbers=lambda: np.arange(B),
        one_later=lambda: starts + 1,
        sorted_starts=lambda: np.sort(starts),
        one_earlier=lambda: starts - 1,
        first_for_all=lambda: np.repeat(starts[:1], B),
        starts_as_ids=lambda: np.argmax(ids == starts[:, None], axis=1),
    )
    table = slip(lambda: ids, places=lambda: np.arange(len(ids)))
    at = lambda shift, width=T: table[starts[:, None] + shift + np.arange(width)]  # noqa: E731
    x, y = at(0), at(1)
    zeros = np.zeros((B, 1))
    pair = slip(
        lambda: (x, y),
        not_shifted=lambda: (x, x),
        swapped=lambda: (y, x),
        two_ahead=lambda: (x, at(2)),
        looks_back=lambda: (x, at(-1)),
        next_window=lambda: (x, at(T)),
        rolled=lambda: (x, np.roll(x, -1, axis=1)),
        filled_up=lambda: (x, np.concatenate([y[:, :-1], zeros], axis=1)),
        one_more=lambda: (x, x + 1),
        x_too_long=lambda: (at(0, T + 1), y),
        y_too_long=lambda: (x, at(0, T + 1)),
        one_short=lambda: (x[:, :-1], x[:, 1:]),
        both_too_long=lambda: (at(0, T + 1), at(1, T + 1)),
        x_too_short=lambda: (x[:, :-1], y),
        y_too_short=lambda: (x, y[:, :-1]),
        single_tokens=lambda: (x[:, 0], y[:, 0]),
        last_target=lambda: (x, y[:, -1]),
        last_column=lambda: (x, y[:, -1:]),
    )
    return slip(
        lambda: pair,
        transposed=lambda: tuple(part.T for part in pair),
        flattened=lambda: tuple(part.flatten() for part in pair),
        first_window=lambda: tuple(part[0] for part in pair),
        first_row=lambda: tuple(part[:1] for part in pair),
        last_row_lost=lambda: tuple(_not_empty(part[:-1]) for part in pair),
        glued=lambda: np.concatenate(pair, axis=1),
        last_window=lambda: tuple(part[-1] for part in pair),
    )


def _not_empty(part):
    """The part, with the error that stacking no windows gives."""
    if not len(part):
        raise RuntimeError("stack expects a non-empty TensorList")
    return part


def _text(seed, n):
    return np.random.default_rng(seed).permutation(90)[:n] + 5


def _windows(draw):
    """Usually there is room on both sides of the windows, so that a wrong place is no error; the odd inputs go up to both ends."""
    length, B = draw.size(1, 8), draw.size(1, 5)
    if draw.style == USUAL:
        return draw.ids(90, below=60), draw.ids(B, below=8) + 1, length
    ids = draw.ids(length + draw.size(1, 20), below=60)
    return ids, draw.ids(B, below=len(ids) - length), length


def _wrong_half(function):
    """Which of x and y is not right, if the other one is."""
    import torch

    ids, starts = torch.arange(40) * 7 % 41, torch.tensor([5, 20, 11])
    x, y = function(ids, starts, 4)
    rights = get_batch(ids.numpy(), starts.numpy(), 4, Slip())
    right = tuple(np.array_equal(np.asarray(mine), wanted) for mine, wanted in zip((x, y), rights, strict=True))
    return {(False, True): "x", (True, False): "y"}.get(right, "")


def _last_window_right(function):
    """True if the last window that a text has room for is right, with the token after it."""
    import torch

    x, y = function(torch.arange(3, 13), torch.tensor([5]), 4)
    return np.array_equal(np.asarray(x), [[8, 9, 10, 11]]) and np.array_equal(np.asarray(y), [[9, 10, 11, 12]])


GET_BATCH = Exercise(
    get_batch,
    cases=[
        (np.array([7, 2, 5, 9, 1, 8, 3, 6, 4, 12, 10, 15, 13, 19, 16, 18]), np.array([3, 1]), 3),
        (_text(1, 44), np.array([4, 9, 2]), 4),
        (_text(2, 50), np.array([6, 20, 1, 3]), 2),
        (_text(3, 30), np.array([5]), 4),
        (_text(4, 60), np.array([11, 2, 30, 7, 8]), 1),
        (_text(5, 80), np.array([5, 9]), 6),
    ],
    tensors=True,
    says=dict(
        not_shifted="Your y is x: the model would only have to repeat what it reads. ⇒ y begins one token later.",
        swapped="You swapped x and y: the model would have to say what came before. ⇒ Return the earlier tokens first.",
        two_ahead="Your y is two tokens ahead of x. ⇒ One is right: each token's target is the next one.",
        looks_back="Your y lies one token *before* x. ⇒ The target is what comes next: one further to the right.",
        next_window="Your y is the whole next window. ⇒ Every token has its own target, the one right after it: y begins one token after x.",
        rolled="Your last target in each window is the window's own first token: it has come round again. ⇒ Take it from the text, which goes on.",
        filled_up="You filled the last target with 0. ⇒ The text goes on: the token after the window is there.",
        one_more="You added 1 to the ids. ⇒ The next *token* is wanted, not the next number: shift the places.",
        x_too_long="Your x has one token too many. ⇒ It has `length` of them, and y has the one after.",
        y_too_long="Your y has one token too many: it begins where x begins. ⇒ It begins at the *second* token of the window.",
        x_too_short="Your x has one token too few. ⇒ x and y both have `length` tokens.",
        y_too_short="Your y has one token too few. ⇒ x and y both have `length` tokens: the text goes on after the window.",
        one_short="Your windows are one short. ⇒ Cut length + 1 tokens out of the text, then x is all but the last, y all but the first.",
        both_too_long="Your windows have length + 1 tokens. ⇒ With length + 1 tokens of the text one gets x and y of `length` each.",
        single_tokens="You returned one token for each start, and the one after it. ⇒ A window has `length` tokens: (B, T).",
        last_target="Only the last place has a target in your y. ⇒ Each of the T places has one: T examples for the price of one window.",
        last_column="Only the last place has a target in your y. ⇒ Each of the T places has one: T examples for the price of one window.",
        window_numbers="You multiplied the starts by the length. ⇒ They are places in the text already, not numbers of windows.",
        in_a_row="Your windows follow each other, after the first start. ⇒ Each window has its own start.",
        from_the_beginning="Your windows are cut from the beginning of the text. ⇒ Begin each at its own place in `starts`.",
        neighbours="Your windows begin at neighbouring places. ⇒ Each window has its own start.",
        row_numbers="You used the numbers of the windows, 0, 1, 2 …, as their places. ⇒ Window b begins at the place `starts[b]`.",
        one_later="Your windows begin one token late. ⇒ x begins at the start itself.",
        one_earlier="Your windows begin one token early. ⇒ Places are counted from 0: x begins at the start itself.",
        starts_as_ids="You looked for the starts among the tokens. ⇒ A start is a place in the text, not an id.",
        sorted_starts="You sorted the starts. ⇒ Keep their order: window b belongs to starts[b].",
        first_for_all="All your windows begin at the first start. ⇒ Each has its own: starts[b] for window b.",
        places="You returned the places, not the tokens that are found there. ⇒ Look them up in `ids`.",
        transposed="Your axes are the wrong way round. ⇒ A row for each window: (B, T).",
        flattened="The right tokens, in one long row. ⇒ Keep the windows apart: (B, T).",
        first_window="Only the first window came back. ⇒ Return one for each start: (B, T).",
        first_row="Only the first window came back. Is the `return` inside the loop? ⇒ Return one for each start: (B, T).",
        last_window="Only the last window came back. ⇒ Collect all of them: (B, T).",
        last_row_lost="The last window is missing. ⇒ Return one for each start: (B, T).",
        glued="You returned x and y side by side in one table. ⇒ Return two tables, separated by a comma.",
    ),
    probes=[
        (
            "x_wrong",
            "Your y is right, your x is not. ⇒ x holds the `length` tokens from each start on.",
            lambda f: _wrong_half(f) != "x",
        ),
        (
            "y_wrong",
            "Your x is right, your y is not. ⇒ For each token of x, y holds the one that comes next in the text.",
            lambda f: _wrong_half(f) != "y",
        ),
        (
            "last_start_wrong",
            "The last window that the text has room for is not right. ⇒ Its last target is the last token of the text: a start may be as late as that.",
            lambda f: _wrong_half(f) or _last_window_right(f),
        ),
    ],
    makes=_windows,
    tries=15,
    hints=(
        "One window with its targets: how many tokens of the text does it take, and where does the first of them stand?",
        "`starts[:, None] + np.arange(length + 1)` is a table of places, a row for each window (torch.arange for tensors). An array of ids can be indexed with it at once.",
        "`windows = ids[starts[:, None] + torch.arange(length + 1)]`; then x is all but the last column.",
    ),
)


def learning_rate_at(step, steps, peak, warm_up, last, slip):
    """Up in warm_up steps, then straight down to `last` at `steps`."""
    n = slip(lambda: step, counts_from_one=lambda: step + 1, one_behind=lambda: step - 1)
    slip(None, zero_warm_up=lambda: _raised() if warm_up == 0 else None)
    up = slip(
        lambda: (n + 1) / max(warm_up, 1),
        starts_at_zero=lambda: n / max(warm_up, 1),
        peak_is_late=lambda: (n + 1) / (warm_up + 1),
        up_over_all_steps=lambda: (n + 1) / steps,
        whole_steps_up=lambda: (n + 1) // max(warm_up, 1),
        bent_up=lambda: ((n + 1) / max(warm_up, 1)) ** 2,
    )
    span = slip(
        lambda: steps - warm_up,
        over_all_steps=lambda: steps,
        from_zero=lambda: steps,
        one_step_less=lambda: steps - warm_up - 1,
        one_step_more=lambda: steps - warm_up + 1,
    )
    done = slip(
        lambda: n - warm_up, from_zero=lambda: n, one_early=lambda: n + 1 - warm_up, one_late=lambda: n - 1 - warm_up
    )
    done = slip(lambda: done / span if span else math.inf, whole_steps=lambda: done // span if span else math.inf)
    done = slip(lambda: min(done, 1), goes_on=lambda: done, goes_down_to_zero=lambda: done)
    down = slip(
        lambda: peak + (last - peak) * done,
        cosine=lambda: last + (peak - last) * (1 + math.cos(math.pi * done)) / 2,
        exponential=lambda: peak * (last / peak) ** done,
        never_down=lambda: peak,
        wrong_sign=lambda: peak - (last - peak) * done,
        cut_off=lambda: max(last, peak * (1 - done)),
        to_zero=lambda: peak * (1 - done),
        last_is_a_share=lambda: peak + (last * peak - peak) * done,
        last_on_top=lambda: peak * (1 - done) + last,
        quadratic=lambda: last + (peak - last) * (1 - done) ** 2,
        bent_down=lambda: peak + (last - peak) * done**2,
        upside_down=lambda: last + (peak - last) * done,
    )
    down = slip(lambda: down, goes_down_to_zero=lambda: max(down, 0))
    rising = slip(
        lambda: peak * up,
        from_last=lambda: last + (peak - last) * up,
        at_least_last=lambda: max(last, peak * up),
        share_up=lambda: up,
    )
    return slip(
        lambda: rising if n < warm_up else down,
        warm_up_too_long=lambda: rising if n <= warm_up and warm_up else down,
        warm_up_never_empty=lambda: _raised() if n == warm_up == 0 else rising if n <= warm_up else down,
        warm_up_too_short=lambda: rising if n < warm_up - 1 else down,
        zero_behind=lambda: rising if n < warm_up else down if n <= steps else 0,
        zero_at_the_end=lambda: rising if n < warm_up else down if n < steps else 0,
        jumps_at_the_end=lambda: (
            rising if n < warm_up else peak + (last - peak) * (n - warm_up) / steps if n < steps else last
        ),
        no_warm_up=lambda: peak + (last - peak) * min(n / steps, 1),
        down_without_warm_up=lambda: down,
        peak_at_once=lambda: peak if n < warm_up else down,
        both_at_once=lambda: min(1, up) * (peak + (last - peak) * min(n / steps, 1)),
        share=lambda: (rising if n < warm_up else down) / peak,
    )


def _raised():
    raise ZeroDivisionError("division by zero")


def _when(draw):
    steps = draw.size(1, 60)
    warm_up = draw.choice(0, 1, steps - 1, int(draw.rng.integers(steps)))
    warm_up = min(warm_up, steps - 1)
    step = draw.choice(
        0, warm_up, max(warm_up - 1, 0), warm_up + 1, steps - 1, steps, steps + 1, int(draw.rng.integers(2 * steps))
    )
    peak = draw.choice(0.5, 1.0, 3.0, 2)
    last = draw.choice(0.0, 0.1, 0.25, 0.5 * peak, peak)
    return (step, steps, peak, warm_up) if draw.rng.random() < 0.3 else (step, steps, peak, warm_up, min(last, peak))


def _rates(function, peak=2.0, last=0.4, warm_up=5):
    """Whether a learner's rates are right in the warm-up, on the way down, and after the end."""

    def right(n):
        rate = learning_rate_at(n, 20, peak, warm_up, last, Slip())
        return abs(float(function(n, 20, peak, warm_up, last)) - rate) < 1e-4 * peak

    return all(map(right, range(warm_up))), all(map(right, range(warm_up, 21))), all(map(right, range(21, 45)))


def _small_rates(function):
    """True if rates are right where they are as small as in life, and at the end of a way down to the default."""
    return all(_rates(function, peak=3e-4, last=3e-5)) and abs(float(function(20, 20, 3e-4, 5))) < 1e-8


LEARNING_RATE_AT = Exercise(
    learning_rate_at,
    cases=[
        (0, 100, 0.5, 10, 0.1),
        (4, 100, 0.5, 10, 0.1),
        (9, 100, 0.5, 10, 0.1),
        (10, 100, 0.5, 10, 0.1),
        (11, 100, 0.5, 10, 0.1),
        (32, 100, 0.5, 10, 0.1),
        (55, 100, 0.5, 10, 0.1),
        (99, 100, 0.5, 10, 0.1),
        (100, 100, 0.5, 10, 0.1),
        (105, 100, 0.5, 10, 0.1),
        (130, 100, 0.5, 10, 0.1),
        (0, 40, 3.0, 0, 0.6),
        (10, 40, 3.0, 0, 0.6),
        (1, 9, 2.0, 4, 0.0),
        (7, 9, 2.0, 4, 0.0),
        (9, 9, 2.0, 4, 0.0),
        (0, 6, 2.0, 1, 0.5),
        (1, 6, 2.0, 1, 0.5),
        (4, 8, 1.0, 7, 0.5),
        (5, 12, 1.0, 2),
        (14, 12, 1.0, 2),
    ],
    defaults={"last": 0.0},
    says=dict(
        counts_from_one="You are one step ahead. ⇒ Steps are counted from 0.",
        one_behind="You are one step behind. ⇒ The first step has the number 0 and gets peak / warm_up.",
        zero_warm_up="With warm_up = 0 you divide by 0. ⇒ Ask first whether step < warm_up: without a warm-up that is never so.",
        starts_at_zero="Your first step has the rate 0: it learns nothing. ⇒ Let step 0 have peak / warm_up already.",
        peak_is_late="Your warm-up never quite reaches the peak. ⇒ Divide by warm_up, so that step warm_up − 1 has it.",
        up_over_all_steps="Your warm-up rises as slowly as if it took all steps. ⇒ It has warm_up steps: divide by that.",
        whole_steps_up="Your warm-up stays at 0, and jumps: `//` cuts off what is behind the point. ⇒ Divide by `/`.",
        bent_up="Your warm-up is bent. ⇒ It rises by the same amount with every step.",
        share_up="On the way up you return a share. ⇒ Multiply it by the peak.",
        from_last="Your warm-up begins at `last`. ⇒ It begins near 0: step 0 has peak / warm_up.",
        at_least_last="In the warm-up your rate is never below `last`. ⇒ `last` belongs to the way down; step 0 has peak / warm_up.",
        no_warm_up="There is no warm-up: you go down from the first step. ⇒ While step < warm_up, the rate rises.",
        down_without_warm_up="Below step warm_up your rate is on the way down's line already, above the peak. ⇒ While step < warm_up, the rate rises to the peak.",
        warm_up_too_long="Your warm-up has one step too many. ⇒ It is for steps below warm_up, `<`, not `<=`.",
        warm_up_never_empty="Your warm-up has one step too many: step warm_up belongs to it, and with warm_up = 0 you divide by 0. ⇒ It is for steps below warm_up, `<`.",
        warm_up_too_short="Your warm-up has one step too few. ⇒ It is for all steps below warm_up; step warm_up − 1 has the peak.",
        zero_behind="After the end your rate is 0. ⇒ It stays at `last`.",
        zero_at_the_end="At the end, from step `steps` on, your rate is 0. ⇒ There it is `last`, and it stays so.",
        jumps_at_the_end="Your way down is too slow, and jumps to `last` at the end. ⇒ It has steps − warm_up steps, not steps.",
        goes_down_to_zero="After the end your rate goes on falling, as far as 0. ⇒ It stays at `last`: no more than all of the way is done.",
        peak_at_once="The warm-up has the full rate. ⇒ Let it rise: (step + 1) / warm_up of the peak.",
        both_at_once="You go down during the warm-up already: two factors at once. ⇒ First only up; the way down begins at step warm_up.",
        from_zero="The rate jumps down after the warm-up. ⇒ The way down begins at step warm_up: done of it is (step − warm_up) / (steps − warm_up).",
        over_all_steps="The way down is too long, so the end is never reached. ⇒ It has steps − warm_up steps, not steps.",
        one_step_less="You arrive one step early. ⇒ The way down has steps − warm_up steps.",
        one_step_more="You arrive one step late. ⇒ The way down has steps − warm_up steps.",
        one_early="The way down begins one step early. ⇒ At step warm_up the rate is still the peak.",
        one_late="The way down begins one step late, above the peak. ⇒ At step warm_up the rate is the peak, and from there it falls.",
        whole_steps="The rate stays at its peak, and jumps: `//` cuts off what is behind the point. ⇒ Divide by `/`.",
        goes_on="After the end the rate goes on falling. ⇒ It stays at `last`: min(…, 1).",
        cosine="That is half a wave, a good schedule too. ⇒ Here a straight line is wanted: the same amount down with every step.",
        exponential="Your rate shrinks by the same factor with every step. ⇒ Here a straight line is wanted: the same amount down with every step.",
        wrong_sign="After the warm-up the rate climbs on: a sign is wrong. ⇒ From the peak to `last` one adds a share of last − peak.",
        cut_off="You go down towards 0, and cut off at `last`. ⇒ The line itself leads from the peak to `last`, at step `steps`.",
        never_down="The rate stays at its peak. ⇒ After the warm-up it goes down to `last`.",
        to_zero="You go down to 0. ⇒ The end is `last`: start from the peak and add the share that is done of last − peak.",
        last_is_a_share="You took `last` as a share of the peak. ⇒ It is the rate itself at the end.",
        last_on_top="You added `last` on top. ⇒ At the start of the way down the rate is the peak: peak + (last − peak) · done.",
        quadratic="Your way down is bent. ⇒ A straight line loses the same amount with every step.",
        bent_down="Your way down is bent. ⇒ A straight line loses the same amount with every step.",
        upside_down="After the warm-up you climb again, from `last` to the peak. ⇒ It goes the other way: from the peak to `last`.",
        share="You return a share of the peak. ⇒ The rate itself is wanted: multiply by the peak.",
    ),
    true_if=dict(
        whole_steps=lambda code: code.has("//|int|floor"), whole_steps_up=lambda code: code.has("//|int|floor")
    ),
    steps={
        "the warm-up": (
            *(
                "starts_at_zero",
                "peak_is_late",
                "up_over_all_steps",
                "whole_steps_up",
                "bent_up",
                "share_up",
                "from_last",
            ),
            *("at_least_last", "peak_at_once"),
        ),
        "the way down": (
            *("from_zero", "one_early", "one_late", "whole_steps", "cosine", "wrong_sign", "last_on_top", "quadratic"),
            *("upside_down", "last_is_a_share", "exponential"),
        ),
        "what comes after the end": ("zero_behind", "goes_on", "goes_down_to_zero"),
    },
    probes=[
        (
            "warm_up_wrong",
            "Your warm-up is not right. ⇒ It rises evenly: step 0 has peak / warm_up, step warm_up − 1 has the peak.",
            lambda f: _rates(f)[0],
        ),
        (
            "down_wrong",
            "Your way down is not right. ⇒ A straight line from the peak, at step warm_up, to `last`, at step `steps`.",
            lambda f: _rates(f)[1],
        ),
        ("after_wrong", "After the end your rate is not right. ⇒ It stays at `last`.", lambda f: _rates(f)[2]),
        (
            "no_warm_up_wrong",
            "Without a warm-up, with warm_up = 0, your rate is not right. ⇒ Then step 0 has the peak, and it goes down from there.",
            lambda f: not all(_rates(f)) or all(_rates(f, warm_up=0)),
        ),
        (
            "other_default",
            "Without `last` your way down does not end at 0. ⇒ The first line of the stub says `last=0.0`: leave it so.",
            lambda f: not all(_rates(f)) or abs(float(f(20, 20, 2.0, 5))) < 1e-4,
        ),
    ],
    makes=_when,
    promises=[
        (
            "small_rates",
            "Right for rates near 1, not for small ones: with peak = 0.0003 it is off. ⇒ Don't round, and compare with no fixed number.",
            _small_rates,
        )
    ],
    hints=(
        "There are two stretches, up and down. Which number decides on which of them a step lies?",
        "On the way down: which share of it is done? It is 0 at step warm_up, 1 at step `steps`, and never more: `min(…, 1)`.",
        "`if step < warm_up: return peak * (step + 1) / warm_up`",
    ),
)


# ---- estimate_loss ------------------------------------------------------------------------------------------------------


def _model(seed, vocab_size, training, size=1.0):
    """A model that is a table of logits, larger in training mode, with a part that has a mode, too; it notes how it is called."""
    import torch

    class Table(torch.nn.Module):
        def __init__(self):
            super().__init__()
            table = size * np.random.default_rng(seed).normal(size=(vocab_size, vocab_size)).round(2)
            self.table = torch.nn.Parameter(torch.tensor(table).float())
            self.part = torch.nn.Identity()
            self.diary, self.modes = [], []

        def forward(self, ids):
            logits = self.part(self.table[ids]) * (2 if self.training else 1) * (1.5 if self.part.training else 1)
            self.diary.append("with gradients" if logits.requires_grad else "without")
            self.modes.append(self.training or self.part.training)
            return logits

    return Table().train(training)


def _pairs(rng, vocab_size, sizes):
    import torch

    texts = [torch.tensor(rng.integers(vocab_size, size=(B, T + 1))) for B, T in sizes]
    return [(text[:, :-1], text[:, 1:]) for text in texts]


def _estimate_loss_cases():
    rng = np.random.default_rng
    return [
        (_model(1, 4, True), _pairs(rng(1), 4, [(2, 3), (1, 2)])),
        (_model(2, 6, False), _pairs(rng(2), 6, [(3, 4), (3, 4), (1, 4)])),
        (_model(3, 5, True), _pairs(rng(3), 5, [(2, 1), (1, 6), (4, 2)])),
        (_model(4, 5, False, size=150), _pairs(rng(4), 5, [(2, 3), (3, 2)])),  # so sure that some p are 0
        (_model(5, 3, True), _pairs(rng(5), 3, [(1, 1)])),
    ]


def _model_and_batches(draw):
    vocab_size = draw.size(2, 9)
    sizes = [(draw.size(1, 4), draw.size(1, 6)) for _ in range(draw.size(1, 5))]
    model = _model(int(draw.rng.integers(1_000)), vocab_size, draw.choice(True, False), draw.choice(1.0, 3.0, 100.0))
    return model, _pairs(draw.rng, vocab_size, sizes)


def estimate_loss(model, batches, slip):
    """The mean surprise over all tokens of all pairs, in eval mode, without gradients; the mode is put back."""
    import torch
    from torch.nn import functional as F

    was_training = model.training
    model.train(slip(False, train_mode=was_training, forced_training=True, root_only=was_training))
    if slip(False, root_only=True):
        model.training = False
    model.requires_grad_(slip(True, frozen=False))
    sums, counts, rights = [], [], []
    with torch.set_grad_enabled(slip(False, remembers=True)):
        for x, y in batches:
            logits = model(x)
            B, T, V = logits.shape
            here, there = slip(
                lambda: (logits, y),
                inputs_as_targets=lambda: (logits, x),
                shifted_again=lambda: (logits[:, :-1], y[:, 1:]),
                last_place=lambda: (logits[:, -1:], y[:, -1:]),
                first_place=lambda: (logits[:, :1], y[:, :1]),
                first_text=lambda: (logits[:1], y[:1]),
                softmax_twice=lambda: (logits.softmax(-1), y),
                reshaped=lambda: (logits.reshape(B, V, T).transpose(1, 2), y),
                over_tokens=lambda: (logits.log_softmax(1), y),
                own_guess=lambda: (logits, logits.argmax(-1)),
                views=lambda: (logits.view(-1, V)[None], y.view(-1)[None]),
            )
            here, there = here.flatten(0, 1), there.flatten()
            if slip(False, id_0_left_out=True):
                here, there = here[there != 0], there[there != 0]
            surprises = slip(
                lambda: F.cross_entropy(here, there, reduction="none").double(),
                underflow=lambda: -here.softmax(-1).log().gather(-1, there[:, None])[:, 0].double(),
                over_tokens=lambda: -here.gather(-1, there[:, None])[:, 0].double(),
                one_minus_p=lambda: 1 - here.softmax(-1).gather(-1, there[:, None])[:, 0].double(),
            )
            sums.append(float(surprises.detach().sum()))
            counts.append(there.numel())
            rights.append(int((here.argmax(-1) == there).sum()))
    if slip(False, children_left=True):
        model.training = was_training
    else:
        model.train(slip(was_training, stays_in_eval=False, always_train=True))
    if slip(False, off_for_good=True):
        torch.set_grad_enabled(False)
    means = [total / n for total, n in zip(sums, counts, strict=True) if n]
    total = sum(sums) / sum(counts) if sum(counts) else math.nan
    tokens = sum(y.numel() for _, y in batches)
    return slip(
        lambda: total,
        mean_of_means=lambda: sum(means) / len(means),
        by_rows=lambda: (
            sum(mean * len(x) for mean, (x, _) in zip(means, batches, strict=True)) / sum(len(x) for x, _ in batches)
        ),
        by_lengths=lambda: (
            sum(mean * x.shape[1] for mean, (x, _) in zip(means, batches, strict=True))
            / sum(x.shape[1] for x, _ in batches)
        ),
        summed=lambda: sum(sums),
        means_summed=lambda: sum(means),
        means_by_tokens=lambda: sum(means) / tokens,
        by_batches=lambda: sum(sums) / len(sums),
        by_texts=lambda: sum(sums) / sum(len(x) for x, _ in batches),
        first_batch=lambda: means[0],
        last_batch=lambda: means[-1],
        misses_first_batch=lambda: sum(sums[1:]) / sum(counts[1:]),
        misses_last_batch=lambda: sum(sums[:-1]) / sum(counts[:-1]),
        a_list=lambda: means,
        perplexity=lambda: math.exp(total),
        in_bits=lambda: total / math.log(2),
        negative=lambda: -total,
        accuracy=lambda: sum(rights) / sum(counts),
    )


def _tried(function):
    """A model after the function has measured a single pair with it; it was in training mode before."""
    model, batches = _estimate_loss_cases()[0]
    function(model, batches[:1])
    return model


def _loss_is_right(function, sizes):
    """True if the function measures batches of these sizes rightly, whatever it does to the model."""
    measure = [
        f(_model(7, 3, False), _pairs(np.random.default_rng(7), 3, sizes))
        for f in (function, lambda *inputs: estimate_loss(*inputs, Slip()))
    ]
    return abs(float(measure[0]) - measure[1]) < 1e-3


def _mode(model):
    modes = {"training" if module.training else "evaluation" for module in model.modules()}
    return " and ".join(sorted(modes))


def _state_after(value, inputs):
    """What came back, the mode that the model is left in, how it was called, the gradients that it has, and what can't be learned any more."""
    import torch

    model = inputs[0]
    kinds = sorted(set(model.diary)) or ["never called"]
    touched = model.table.grad is not None and bool(model.table.grad.abs().max() > 0)
    still = "the weights can learn" if model.table.requires_grad else "the weights are frozen"
    switched_on = torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    return (
        value,
        _mode(model),
        " and ".join(kinds),
        "with gradients" if touched else "no gradients",
        still if switched_on else "gradients are off in the whole notebook",
    )


ESTIMATE_LOSS = Exercise(
    estimate_loss,
    cases=_estimate_loss_cases,
    reads=_state_after,
    may_change=("model",),
    parts=(
        "The losses",
        "The modes that the model is left in",
        "The ways in which the model is called",
        "The gradients afterwards",
        "What can still be learned afterwards",
    ),
    says=dict(
        train_mode="The model is still in training mode while you measure: dropout, for one, would be on. ⇒ Call `model.eval()` first.",
        forced_training="You switch the model *to* training mode before you measure. ⇒ `model.eval()` is the mode for measuring.",
        root_only="You switch the model itself to evaluation, and its parts stay in training mode: dropout, for one, would be on. ⇒ `model.eval()` reaches all parts.",
        stays_in_eval="You leave the model in evaluation mode. ⇒ Put back what was: remember `model.training`, and call `model.train(was_training)` at the end.",
        children_left="You put back the model's own mode, and its parts stay in evaluation. ⇒ `model.train(was_training)` reaches all parts.",
        always_train="You leave the model in training mode, also if it was not before. ⇒ Put back what was: `model.train(was_training)`.",
        remembers="PyTorch remembers every step of your forward passes, ready for a `backward` that never comes. ⇒ Measure inside `with torch.no_grad():`.",
        frozen="You froze the weights, and leave them so: they can't learn any more. ⇒ Measure inside `with torch.no_grad():`, which ends with its block.",
        off_for_good="You switched gradients off for the whole notebook: after this nothing can learn. ⇒ `with torch.no_grad():` ends with its block.",
        mean_of_means="You averaged the batches' means: a token in a small batch counts more than one in a large batch. ⇒ Weigh each by its number of tokens.",
        by_rows="You weighed each batch by its number of texts. ⇒ Texts differ in length: weigh by the number of tokens, `y.numel()`.",
        by_lengths="You weighed each batch by the length of its texts. ⇒ It has several texts: weigh by the number of tokens, `y.numel()`.",
        summed="You added up the surprises of all tokens. ⇒ Divide by how many tokens there are.",
        means_summed="You added up the batches' means. ⇒ A mean over all tokens is wanted.",
        means_by_tokens="You added up the batches' means, and divided by the number of tokens. ⇒ Add up the surprises of all tokens before you divide.",
        by_batches="You divided by the number of batches. ⇒ Divide by the number of tokens.",
        by_texts="You divided by the number of texts. ⇒ Divide by the number of tokens.",
        first_batch="Only the first batch counts. Is the `return` inside the loop? ⇒ Add up over all pairs first.",
        last_batch="Only the last batch counts: each one overwrites the one before. ⇒ Add up.",
        misses_first_batch="The first batch is missing. ⇒ Every pair counts.",
        misses_last_batch="The last batch is missing. ⇒ Every pair counts.",
        a_list="You return one loss for each batch. ⇒ One number for all tokens is wanted.",
        perplexity="That is the perplexity, exp of the loss. ⇒ Return the loss itself.",
        in_bits="You measured in bits. ⇒ Use the natural logarithm, as `F.cross_entropy` does.",
        negative="Your loss is negative. ⇒ The surprise is −ln p, which is never below 0.",
        accuracy="That is the share of right guesses. ⇒ The loss is the mean surprise, −ln of what the model gave the right token.",
        one_minus_p="You averaged 1 − p. ⇒ The surprise is −ln p: it has no upper end.",
        underflow="Very unlikely tokens give infinity: their p has become 0 before the logarithm. ⇒ Use `F.cross_entropy` or `log_softmax`: they never make p.",
        inputs_as_targets="You compare the predictions with x: then repeating is right. ⇒ The targets are y.",
        own_guess="You compare the predictions with the model's own best guess. ⇒ The targets are y.",
        shifted_again="You shifted once more. ⇒ y holds the next tokens already: y[b, t] belongs to logits[b, t].",
        last_place="Only the last place of each window counts. ⇒ Every place has a target.",
        first_place="Only the first place of each window counts. ⇒ Every place has a target.",
        first_text="Only the first text of each batch counts. ⇒ Every text does.",
        id_0_left_out="Targets with the id 0 don't count in your mean. ⇒ 0 is the name of a token like any other.",
        softmax_twice="You took a softmax twice. ⇒ `F.cross_entropy` wants the logits as they are.",
        reshaped="A reshape to (B, V, T) mixes up tokens and vocabulary. ⇒ Use `transpose(1, 2)`, or flatten: `logits.flatten(0, 1)`, `y.flatten()`.",
        over_tokens="Your softmax runs over the tokens of a text. ⇒ Each place shares out 1 over the vocabulary: the last axis.",
        views="`y` is cut out of a longer table, as `get_batch` does it, and `view` refuses that. ⇒ `reshape` or `flatten` take it.",
    ),
    true_if=dict(views=lambda code: code.uses("view")),
    steps={
        "the modes": ("train_mode", "forced_training", "root_only", "stays_in_eval", "children_left", "always_train"),
        "the gradients": ("remembers", "frozen", "off_for_good"),
        "the loss": (
            *(
                "mean_of_means",
                "by_rows",
                "by_lengths",
                "summed",
                "means_summed",
                "means_by_tokens",
                "by_batches",
                "by_texts",
            ),
            *("first_batch", "last_batch", "a_list", "perplexity", "in_bits", "negative", "accuracy", "one_minus_p"),
            *(
                "inputs_as_targets",
                "own_guess",
                "shifted_again",
                "last_place",
                "first_place",
                "first_text",
                "softmax_twice",
            ),
            *("reshaped", "over_tokens", "underflow"),
        ),
    },
    hints=(
        "Nothing shall be learned here. What has to be switched off, in the model and in PyTorch, and what must be as before when you are done?",
        '`model.eval()`, `torch.no_grad()`, `F.cross_entropy(…, reduction="sum")`; at the end `model.train(was_training)`.',
        "`was_training = model.training`, then `model.eval()`.",
    ),
    probes=[
        (
            "mode_meanwhile",
            "The model is in training mode while you measure. ⇒ Call `model.eval()` first.",
            lambda f: not any(_tried(f).modes),
        ),
        (
            "mode_afterwards",
            "The model is not in the mode in which it was before. ⇒ Put that back at the end.",
            lambda f: _mode(_tried(f)) == "training",
        ),
        (
            "remembering",
            "PyTorch remembers your steps for a backward pass. ⇒ Measure inside `with torch.no_grad():`.",
            lambda f: "with gradients" not in _tried(f).diary,
        ),
        (
            "one_pair_wrong",
            "Your loss is not right for a single pair. ⇒ The mean of −ln p of all its targets.",
            lambda f: _loss_is_right(f, [(3, 4)]),
        ),
        (
            "pairs_wrong",
            "Your loss is right for a single pair, not for several. ⇒ Add up the surprises of all tokens, count them, and divide once, at the end.",
            lambda f: not _loss_is_right(f, [(3, 4)]) or _loss_is_right(f, [(2, 3), (1, 5), (3, 1)]),
        ),
    ],
    makes=_model_and_batches,
    tries=3,
)


# ---- clip_gradients -----------------------------------------------------------------------------------------------------


def _parameters(seed, size, shapes, without=()):
    import torch

    rng = np.random.default_rng(seed)
    made = [torch.tensor(rng.normal(size=shape).round(2), dtype=torch.float32, requires_grad=True) for shape in shapes]
    for number, parameter in enumerate(made):
        if number not in without:
            parameter.grad = torch.tensor((size * rng.normal(size=parameter.shape)).round(3), dtype=torch.float32)
    return made


def _clip_cases():
    import torch

    small = [torch.tensor([1.0, 2.0], requires_grad=True), torch.tensor([5.0], requires_grad=True)]
    small[0].grad, small[1].grad = torch.tensor([2.0, -1.0]), torch.tensor([2.0])
    return [
        (small, 1.5),
        (_parameters(1, 1.0, [(3, 2), (4,), (2, 2)]), 1.0),
        (_parameters(2, 0.05, [(3, 2), (4,)]), 2.0),
        (_parameters(3, 30.0, [(2, 3), (3,), (5,)], without=(1,)), 0.5),
        (_parameters(4, 0.3, [(2, 2), (3,)]), 1.7),
        (_parameters(5, 2.0, [(6,)]), 3.0),
        (_parameters(6, 0.0, [(2, 2), (3,)]), 0.7),
        (_parameters(7, 0.2, [(3,), (2,), (2, 2)], without=(0,)), 2.5),
    ]


def _with_gradients(draw):
    import torch

    parameters = []
    for number in range(draw.size(1, 5)):
        shape = tuple(draw.size(1, 4) for _ in range(draw.choice(1, 2, 2, 3)))
        parameters.append(torch.tensor(draw.rng.normal(size=shape)).float().requires_grad_())
        if number == 0 or draw.rng.random() < 0.8:
            parameters[-1].grad = torch.tensor(draw.numbers(*shape)).float()
    draw.rng.shuffle(parameters)
    length = math.sqrt(sum(float((p.grad**2).sum()) for p in parameters if p.grad is not None))
    return parameters, draw.choice(0.5 * length or 1.0, 2.0 * length or 1.0, 1.0, 3)


def clip_gradients(parameters, largest, slip):
    """One factor for all gradients, so that together they are at most `largest` long; returns their length before."""
    import torch

    def refuse(kind):
        if any(p.grad is None for p in parameters):
            raise kind("'NoneType' object")

    slip(None, none_counts=lambda: refuse(TypeError), none_asked=lambda: refuse(AttributeError))
    for p in parameters:
        if p.grad is None and slip(False, zeros_for_none=True):
            p.grad = torch.zeros_like(p)
    given = [p for p in parameters if p.grad is not None]
    first_none = next((n for n, p in enumerate(parameters) if p.grad is None), len(parameters))
    given = slip(lambda: given, stops_at_none=lambda: parameters[:first_none])
    vectors = slip(lambda: [p.grad for p in given], of_weights=lambda: [p.detach() for p in given])
    squares = [float((v.double() ** 2).sum()) for v in vectors]
    entries = sum(v.numel() for v in vectors)
    length = slip(
        lambda: sum(squares) ** 0.5,
        no_root=lambda: sum(squares),
        lengths_added=lambda: sum(square**0.5 for square in squares),
        lengths_averaged=lambda: sum(square**0.5 for square in squares) / max(len(squares), 1),
        largest_entry=lambda: max((float(v.abs().max()) for v in vectors), default=0.0),
        entries_added=lambda: sum(float(v.abs().sum()) for v in vectors),
        plain_sum=lambda: sum(float(v.sum()) for v in vectors),
        mean_square=lambda: (sum(squares) / max(entries, 1)) ** 0.5,
        longest_alone=lambda: max(squares, default=0.0) ** 0.5,
        first_alone=lambda: squares[0] ** 0.5 if squares else 0.0,
        last_alone=lambda: squares[-1] ** 0.5 if squares else 0.0,
    )
    if length == 0 and slip(False, zero_length=True):
        raise ZeroDivisionError("float division by zero")
    if length == 0 and slip(False, zero_over_zero=True):
        for p in given:
            p.grad.fill_(math.nan)
    share = largest / length if length else math.inf
    factor = slip(
        lambda: min(1, share),
        always=lambda: share,
        to_length_one=lambda: 1 / length if length > largest else 1,
        times_largest=lambda: largest if length > largest else 1,
        divided_by_largest=lambda: 1 / largest if length > largest else 1,
        upside_down=lambda: length / largest if length > largest else 1,
        only_short_ones=lambda: max(1, share),
        set_to_zero=lambda: 0 if length > largest else 1,
        root_of_factor=lambda: min(1, share) ** 0.5,
        square_of_factor=lambda: min(1, share) ** 2,
        halved=lambda: 0.5 if length > largest else 1,
    )
    with torch.no_grad():
        for number, (p, square) in enumerate(zip(given, squares, strict=True)):
            if slip(False, measured_anew=True):
                now = sum(float((other.grad.double() ** 2).sum()) for other in given) ** 0.5
                factor = min(1, largest / now) if now else 1
            slip(
                lambda: p.grad.mul_(factor),
                each_alone=lambda: p.grad.mul_(min(1, largest / max(square**0.5, 1e-12))),
                by_value=lambda: p.grad.clamp_(-largest, largest),
                not_in_place=None,
                subtracted=lambda: p.grad.sub_(largest) if length > largest else None,
                weights_scaled=lambda: p.mul_(factor),
                first_only=lambda: p.grad.mul_(factor if number == 0 else 1),
                last_left=lambda: p.grad.mul_(1 if number == len(given) - 1 else factor),
            )
    after = sum(float((p.grad.double() ** 2).sum()) for p in given) ** 0.5
    return slip(
        lambda: length,
        length_after=lambda: after,
        returns_factor=lambda: factor,
        returns_largest=lambda: largest,
        squared_back=lambda: length**2,
    )


def _gradients_after(value, inputs):
    """The length that came back, which tensors have a gradient, the gradients, and the weights."""
    parameters = inputs[0]
    flat = lambda tensors: np.concatenate([t.detach().double().flatten().numpy() for t in tensors])  # noqa: E731
    have = ["a gradient" if p.grad is not None else "None" for p in parameters]
    return value, ", ".join(have), flat([p.grad for p in parameters if p.grad is not None]), flat(parameters)


def _first_fault_of_clip(function):
    """In what a clipping differs from the right one, first of all; "" if in nothing that is asked here."""
    import torch

    def clipped(largest):
        parameters = [torch.zeros(2, requires_grad=True), torch.zeros(1, 1, requires_grad=True)]
        parameters[0].grad, parameters[1].grad = torch.tensor([2.0, -6.0]), torch.tensor([[9.0]])
        length = float(function(parameters, largest))
        return length, np.array([*parameters[0].grad.tolist(), parameters[1].grad.item()]), parameters

    whole = np.array([2.0, -6.0, 9.0])
    (length, short, _), (_, cut, parameters) = clipped(20.0), clipped(5.5)
    if any(p.abs().sum() > 0 for p in parameters):
        return "weights"
    if abs(length - 11) > 1e-3:
        return "length"
    if not np.allclose(short, whole):
        return "short"
    if not np.allclose(cut / np.linalg.norm(cut), whole / 11, atol=1e-4):
        return "direction"
    return "" if np.allclose(cut, whole / 2, atol=1e-3) else "size"


CLIP_GRADIENTS = Exercise(
    clip_gradients,
    cases=_clip_cases,
    reads=_gradients_after,
    may_change=("parameters",),
    parts=(
        "The lengths that are returned",
        "The tensors that have a gradient afterwards",
        "The gradients afterwards",
        "The weights afterwards",
    ),
    says=dict(
        no_root="Your length is the sum of squares. ⇒ The length is the root of that.",
        lengths_added="You added up the lengths of the gradients. Together they are one long vector. ⇒ Add up the *squares*, and take the root once.",
        lengths_averaged="You averaged the lengths of the gradients. Together they are one long vector. ⇒ Add up the *squares*, and take the root once.",
        largest_entry="You took the largest entry for the length. ⇒ The length is √ of the sum of all squares.",
        entries_added="You added up the sizes of all entries. ⇒ The length is √ of the sum of their squares.",
        plain_sum="You added up the entries themselves, and those above and below 0 cancel. ⇒ The length is √ of the sum of their squares.",
        mean_square="You took the mean of the squares. ⇒ The length is √ of their *sum*.",
        longest_alone="You took the longest gradient alone. Together they are one long vector. ⇒ Add up the squares of all.",
        first_alone="Only the first gradient counts for your length. ⇒ Add up the squares of all.",
        last_alone="Only the last parameter's gradient counts for your length. ⇒ Add up the squares of all: `+=`.",
        of_weights="You measured the weights. ⇒ It is their gradients that must not be too long: `p.grad`.",
        none_counts="A tensor without a gradient has None in `.grad`, and you compute with that. ⇒ Skip it: `if p.grad is not None`.",
        none_asked="A tensor without a gradient has None in `.grad`, and you ask that for something. ⇒ Skip it: `if p.grad is not None`.",
        stops_at_none="At the first tensor without a gradient you stop. ⇒ Skip it, and go on with the next.",
        zeros_for_none="You give zeros to the tensors that had no gradient. ⇒ Skip them, and leave None as it is.",
        zero_length="If all gradients are 0, you divide by 0. ⇒ Divide only if the length is above `largest`.",
        zero_over_zero="If all gradients are 0, you compute 0/0, and they become NaN. ⇒ Change something only if the length is above `largest`.",
        always="You scale short gradients up, too. ⇒ Only what is longer than `largest` is shortened: the factor is 1 at most.",
        to_length_one="You shorten to length 1. ⇒ The length becomes `largest`: multiply by largest / length.",
        times_largest="You multiply by `largest`. ⇒ The factor is largest / length.",
        divided_by_largest="You divide by `largest`. ⇒ The factor is largest / length.",
        upside_down="Your factor is upside down: gradients that are too long become longer still. ⇒ It is largest / length.",
        only_short_ones="You scale the short ones up and leave the long ones as they are. ⇒ It is the other way round: `min(1, largest / length)`.",
        set_to_zero="You set gradients that are too long to 0: then such a step learns nothing. ⇒ Shorten them: multiply by largest / length.",
        root_of_factor="Your factor is the root of the right one. ⇒ Multiply by largest / length itself.",
        square_of_factor="You shortened twice: your factor is the square of the right one. ⇒ Multiply by largest / length once.",
        halved="You halve gradients that are too long. ⇒ Multiply by largest / length, so that they are `largest` long.",
        each_alone="You clip each parameter by itself: that changes the direction. ⇒ One length for all, one factor for all.",
        measured_anew="You measure anew for each parameter, when some gradients are shortened already. ⇒ Measure once, before: one factor for all.",
        by_value="You cut off single entries: that changes the direction. ⇒ Multiply all by one factor.",
        not_in_place="The gradients are as before: what you compute is never put back. ⇒ Change them where they are: `p.grad *= factor`.",
        subtracted="You subtract from the entries: that changes the direction. ⇒ Multiply all by one factor, largest / length.",
        weights_scaled="You scaled the weights. ⇒ Scale their gradients: `p.grad *= factor`.",
        first_only="Only the first parameter's gradient was scaled. Is the `return` inside the loop? ⇒ All get the same factor.",
        last_left="The last parameter's gradient was not scaled. ⇒ All get the same factor.",
        length_after="You return the length after the clipping. ⇒ The one from before is wanted: it tells how wild the step was.",
        returns_factor="You return the factor. ⇒ Return how long the gradients were before.",
        returns_largest="You return `largest`. ⇒ Return how long the gradients were before.",
        squared_back="You return the square of the length. ⇒ Take the root: the length itself is wanted.",
    ),
    steps={
        "the length": (),
        "the factor": (
            "always",
            "to_length_one",
            "times_largest",
            "divided_by_largest",
            "upside_down",
            "only_short_ones",
            "set_to_zero",
            "root_of_factor",
            "halved",
        ),
    },
    hints=(
        "If all gradients were written one after the other, as one long vector, how long would it be?",
        "`(p.grad ** 2).sum()` for each parameter that has a gradient; add up, take the root. Then a single factor for all of them.",
        "`gradients = [p.grad for p in parameters if p.grad is not None]`",
    ),
    probes=[
        (f"{name}_wrong", sentence, lambda f, name=name: _first_fault_of_clip(f) != name)
        for name, sentence in dict(
            weights="You changed the weights. ⇒ Only their gradients are shortened: `p.grad`.",
            length="The gradients [2, −6] and [9] are √(4 + 36 + 81) = 11 long together, and you return another number. ⇒ √ of the sum of all squares, before the clipping.",
            short="Gradients that are shorter than `largest` are not as before. ⇒ Change something only if the length is above `largest`.",
            direction="Your length is right, but the gradients point another way afterwards. ⇒ Multiply all of them by the same factor.",
            size="Length and direction are right, but gradients that are too long are not `largest` long afterwards. ⇒ The factor is largest / length.",
        ).items()
    ],
    makes=_with_gradients,
    tries=6,
)
