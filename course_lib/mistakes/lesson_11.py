"""Lesson 11: the pieces of a training loop. The references are NumPy where the inputs are; estimate_loss and clip_gradients act on torch's objects."""

import math

import numpy as np

from course_lib.judge import Exercise


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
        first_for_all=lambda: np.repeat(starts[:1], B),
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
        last_target=lambda: (x, y[:, -1]),
        last_column=lambda: (x, y[:, -1:]),
    )
    return slip(
        lambda: pair,
        transposed=lambda: tuple(part.T for part in pair),
        flattened=lambda: tuple(part.flatten() for part in pair),
        first_window=lambda: tuple(part[0] for part in pair),
        first_row=lambda: tuple(part[:1] for part in pair),
        last_window=lambda: tuple(part[-1] for part in pair),
    )


def _text(seed, n):
    return np.random.default_rng(seed).permutation(90)[:n] + 5


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
        not_shifted="Your y is x: the model would only have to repeat what it reads. y begins one token later.",
        swapped="You swapped x and y: the model would have to say what came before. Return the earlier tokens first.",
        two_ahead="Your y is two tokens ahead of x. One is right: each token's target is the next one.",
        looks_back="Your y lies one token *before* x. The target is what comes next: one further to the right.",
        next_window="Your y is the whole next window. Every token has its own target, the one right after it: y begins one token after x.",
        rolled="Your last target in each window is the window's own first token: `roll` lets it come round again. Take it from the text, which goes on.",
        filled_up="You filled the last target with 0. The text goes on: the token after the window is there.",
        one_more="You added 1 to the ids. The next *token* is wanted, not the next number: shift the places.",
        x_too_long="Your x has one token too many: length of them, while y has the one after.",
        y_too_long="Your y has one token too many: it begins at the *second* token of the window.",
        one_short="Your windows are one short: cut length + 1 tokens out of the text, then x is all but the last, y all but the first.",
        both_too_long="Your windows have length + 1 tokens. With length + 1 tokens of the text one gets x and y of `length` each.",
        last_target="Only the last place has a target in your y. Each of the T places has one: T examples for the price of one window.",
        last_column="Only the last place has a target in your y. Each of the T places has one: T examples for the price of one window.",
        window_numbers="You multiplied the starts by the length: they are places in the text already, not numbers of windows.",
        in_a_row="Your windows follow each other, after the first start. Each window has its own start.",
        from_the_beginning="Your windows are cut from the beginning of the text. Begin each at its own place in `starts`.",
        neighbours="Your windows begin at neighbouring places. Each window has its own start.",
        row_numbers="You used the numbers of the windows, 0, 1, 2 …, as their places. Window b begins at the place `starts[b]`.",
        one_later="Your windows begin one token late. x begins at the start itself.",
        sorted_starts="You sorted the starts. Keep their order: window b belongs to starts[b].",
        first_for_all="All your windows begin at the first start. Each has its own: starts[b] for window b.",
        places="You returned the places, not the tokens that stand there. Look them up: `ids[places]`.",
        transposed="Your axes are the wrong way round: a row for each window, (B, T).",
        flattened="The right tokens, in one long row. Keep the windows apart: (B, T).",
        first_window="Only the first window came back. Return one for each start: (B, T).",
        first_row="Only the first window came back: is the `return` inside the loop? Return one for each start: (B, T).",
        last_window="Only the last window came back. Collect all of them: (B, T).",
    ),
    hints=(
        "One window with its targets: how many tokens of the text does it take, and where does the first of them stand?",
        "`starts[:, None] + np.arange(length + 1)` is a table of places, a row for each window (torch.arange for tensors). An array of ids can be indexed with it at once.",
        "`windows = ids[starts[:, None] + torch.arange(length + 1)]`; then x is all but the last column.",
    ),
)


def learning_rate_at(step, steps, peak, warm_up, last, slip):
    """Up in warm_up steps, then straight down to `last` at `steps`."""
    n = slip(lambda: step, counts_from_one=lambda: step + 1, one_behind=lambda: step - 1)
    up = slip(
        lambda: (n + 1) / max(warm_up, 1),
        starts_at_zero=lambda: n / max(warm_up, 1),
        peak_is_late=lambda: (n + 1) / (warm_up + 1),
    )
    span = slip(
        lambda: steps - warm_up,
        over_all_steps=lambda: steps,
        from_zero=lambda: steps,
        one_step_less=lambda: steps - warm_up - 1,
    )
    done = slip(lambda: n - warm_up, from_zero=lambda: n, one_early=lambda: n + 1 - warm_up) / span
    done = slip(lambda: min(done, 1), goes_on=lambda: done)
    down = slip(
        lambda: peak + (last - peak) * done,
        cosine=lambda: last + (peak - last) * (1 + math.cos(math.pi * done)) / 2,
        never_down=lambda: peak,
        wrong_sign=lambda: peak - (last - peak) * done,
        cut_off=lambda: max(last, peak * (1 - done)),
        to_zero=lambda: peak * (1 - done),
        last_is_a_share=lambda: peak + (last * peak - peak) * done,
        last_on_top=lambda: peak * (1 - done) + last,
        quadratic=lambda: last + (peak - last) * (1 - done) ** 2,
        upside_down=lambda: last + (peak - last) * done,
    )
    rising = slip(lambda: peak * up, from_last=lambda: last + (peak - last) * up, share_up=lambda: up)
    return slip(
        lambda: rising if n < warm_up else down,
        warm_up_too_long=lambda: rising if n <= warm_up and warm_up else down,
        zero_behind=lambda: rising if n < warm_up else down if n <= steps else 0,
        no_warm_up=lambda: peak + (last - peak) * min(n / steps, 1),
        peak_at_once=lambda: peak if n < warm_up else down,
        both_at_once=lambda: min(1, up) * (peak + (last - peak) * min(n / steps, 1)),
        share=lambda: (rising if n < warm_up else down) / peak,
    )


LEARNING_RATE_AT = Exercise(
    learning_rate_at,
    cases=[
        (0, 100, 0.5, 10, 0.1),
        (4, 100, 0.5, 10, 0.1),
        (9, 100, 0.5, 10, 0.1),
        (10, 100, 0.5, 10, 0.1),
        (32, 100, 0.5, 10, 0.1),
        (55, 100, 0.5, 10, 0.1),
        (99, 100, 0.5, 10, 0.1),
        (100, 100, 0.5, 10, 0.1),
        (130, 100, 0.5, 10, 0.1),
        (0, 40, 3.0, 0, 0.6),
        (10, 40, 3.0, 0, 0.6),
        (1, 9, 2.0, 4, 0.0),
        (7, 9, 2.0, 4, 0.0),
        (9, 9, 2.0, 4, 0.0),
    ],
    says=dict(
        counts_from_one="You are one step ahead: steps are counted from 0.",
        one_behind="You are one step behind. The first step has the number 0 and gets peak / warm_up.",
        starts_at_zero="Your first step has the rate 0: it learns nothing. Let step 0 have peak / warm_up already: (step + 1) / warm_up.",
        peak_is_late="Your warm-up never quite reaches the peak: divide by warm_up, so that step warm_up − 1 has it.",
        share_up="On the way up you return a share. Multiply it by the peak.",
        from_last="Your warm-up begins at `last`. It begins near 0: peak · (step + 1) / warm_up.",
        no_warm_up="There is no warm-up: you go down from the first step. While step < warm_up, the rate rises.",
        warm_up_too_long="Your warm-up has one step too many: it is for steps below warm_up, `<`, not `<=`.",
        zero_behind="After the end your rate is 0. It stays at `last`.",
        peak_at_once="The warm-up has the full rate. Let it rise: (step + 1) / warm_up of the peak.",
        both_at_once="You go down during the warm-up already: two factors at once. First only up; the way down begins at step warm_up.",
        from_zero="The rate jumps down after the warm-up: the way down begins at step warm_up. What is done of it is (step − warm_up) / (steps − warm_up).",
        over_all_steps="The way down is too long: it has steps − warm_up steps, not steps. So the end is never reached.",
        one_step_less="You arrive one step early: the way down has steps − warm_up steps.",
        one_early="The way down begins one step early: at step warm_up the rate is still the peak.",
        goes_on="After the end the rate goes on falling. It stays at `last`: min(…, 1).",
        cosine="That is half a wave, a good schedule too. Here a straight line is wanted: the same amount down with every step.",
        wrong_sign="After the warm-up the rate climbs on: a sign is wrong. From the peak to `last` one adds a share of last − peak.",
        cut_off="You go down towards 0, and cut off at `last`. The line itself leads from the peak to `last`, at step `steps`.",
        never_down="The rate stays at its peak. After the warm-up it goes down to `last`.",
        to_zero="You go down to 0. The end is `last`: start from the peak and add the share that is done of last − peak.",
        last_is_a_share="You took `last` as a share of the peak. It is the rate itself at the end.",
        last_on_top="You added `last` on top. At the start of the way down the rate is the peak: peak + (last − peak) · done.",
        quadratic="Your way down is bent. A straight line loses the same amount with every step.",
        upside_down="After the warm-up you climb again, from `last` to the peak. It goes the other way: from the peak to `last`.",
        share="You return a share of the peak. The rate itself is wanted: multiply by the peak.",
    ),
    hints=(
        "There are two stretches, up and down. Which number decides on which of them a step lies?",
        "On the way down: which share of it is done? It is 0 at step warm_up, 1 at step `steps`, and never more: `min(…, 1)`.",
        "`if step < warm_up: return peak * (step + 1) / warm_up`",
    ),
)


# ---- estimate_loss ------------------------------------------------------------------------------------------------------


def _model(seed, vocab_size, training):
    """A model that is a table of logits, doubled in training mode; it notes under which conditions it is called."""
    import torch

    class Table(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.table = torch.nn.Parameter(
                torch.tensor(np.random.default_rng(seed).normal(size=(vocab_size, vocab_size)).round(2)).float()
            )
            self.diary, self.modes = [], []

        def forward(self, ids):
            self.diary.append("with gradients" if torch.is_grad_enabled() else "without")
            self.modes.append(self.training)
            return self.table[ids] * (2 if self.training else 1)

    return Table().train(training)


def _estimate_loss_cases():
    import torch

    def pairs(seed, vocab_size, sizes):
        rng = np.random.default_rng(seed)
        texts = [torch.tensor(rng.integers(vocab_size, size=(B, T + 1))) for B, T in sizes]
        return [(text[:, :-1], text[:, 1:]) for text in texts]

    return [
        (_model(1, 4, True), pairs(1, 4, [(2, 3), (1, 2)])),
        (_model(2, 6, False), pairs(2, 6, [(3, 4), (3, 4), (1, 4)])),
        (_model(3, 5, True), pairs(3, 5, [(2, 1), (1, 6), (4, 2)])),
    ]


def estimate_loss(model, batches, slip):
    """The mean surprise over all tokens of all pairs, in eval mode, without gradients; the mode is put back."""
    import torch
    from torch.nn import functional as F

    was_training = model.training
    model.train(slip(False, train_mode=was_training, forced_training=True))
    sums, counts, rights = [], [], []
    with torch.set_grad_enabled(slip(False, remembers=True)):
        for x, y in batches:
            logits = model(x)
            here, there = slip(
                lambda logits=logits, y=y: (logits, y),
                inputs_as_targets=lambda logits=logits, x=x: (logits, x),
                shifted_again=lambda logits=logits, y=y: (logits[:, :-1], y[:, 1:]),
                last_place=lambda logits=logits, y=y: (logits[:, -1:], y[:, -1:]),
                softmax_twice=lambda logits=logits, y=y: (logits.softmax(-1), y),
            )
            surprises = F.cross_entropy(here.flatten(0, 1), there.flatten(), reduction="none").double()
            sums.append(float(surprises.detach().sum()))
            counts.append(there.numel())
            rights.append(int((here.argmax(-1) == there).sum()))
    model.train(slip(was_training, stays_in_eval=False, always_train=True))
    means = [total / n for total, n in zip(sums, counts, strict=True) if n]
    total = sum(sums) / sum(counts)
    return slip(
        lambda: total,
        mean_of_means=lambda: sum(means) / len(means),
        by_rows=lambda: (
            sum(mean * len(x) for mean, (x, _) in zip(means, batches, strict=True)) / sum(len(x) for x, _ in batches)
        ),
        summed=lambda: sum(sums),
        means_summed=lambda: sum(means),
        by_batches=lambda: sum(sums) / len(sums),
        first_batch=lambda: means[0],
        last_batch=lambda: means[-1],
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


def _state_after(value, inputs):
    """What came back, the mode that the model is left in, how it was called, and the gradients that it has afterwards."""
    model = inputs[0]
    kinds = sorted(set(model.diary)) or ["never called"]
    touched = model.table.grad is not None and bool(model.table.grad.abs().max() > 0)
    return (
        value,
        "training" if model.training else "evaluation",
        " and ".join(kinds),
        "with gradients" if touched else "no gradients",
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
    ),
    says=dict(
        train_mode="The model is still in training mode while you measure: dropout, for one, would be on. Call `model.eval()` first.",
        forced_training="You switch the model *to* training mode before you measure. `model.eval()` is the mode for measuring.",
        stays_in_eval="You leave the model in evaluation mode. Put back what was: remember `model.training`, and call `model.train(was_training)` at the end.",
        always_train="You leave the model in training mode, also if it was not before. Put back what was: `model.train(was_training)`.",
        remembers="PyTorch remembers every step of your forward passes, ready for a `backward` that never comes. Measure inside `with torch.no_grad():`.",
        mean_of_means="You averaged the batches' means: a token in a small batch counts more than one in a large batch. Weigh each by its number of tokens.",
        by_rows="You weighed each batch by its number of texts. Texts differ in length: weigh by the number of tokens, `y.numel()`.",
        summed="You added up the surprises of all tokens. Divide by how many tokens there are.",
        means_summed="You added up the batches' means. A mean over all tokens is wanted.",
        by_batches="You divided by the number of batches. Divide by the number of tokens.",
        first_batch="Only the first batch counts: is the `return` inside the loop?",
        last_batch="Only the last batch counts: each one overwrites the one before. Add up.",
        a_list="You return one loss for each batch. One number for all tokens is wanted.",
        perplexity="That is the perplexity, exp of the loss. Return the loss itself.",
        in_bits="You measured in bits. Use the natural logarithm, as `F.cross_entropy` does.",
        negative="Your loss is negative. The surprise is −ln p, which is never below 0.",
        accuracy="That is the share of right guesses. The loss is the mean surprise, −ln of what the model gave the right token.",
        inputs_as_targets="You compare the predictions with x: then repeating is right. The targets are y.",
        shifted_again="You shifted once more. y holds the next tokens already: y[b, t] belongs to logits[b, t].",
        last_place="Only the last place of each window counts. Every place has a target.",
        softmax_twice="You took a softmax twice: `F.cross_entropy` wants the logits as they are.",
    ),
    hints=(
        "Nothing shall be learned here. What has to be switched off, in the model and in PyTorch, and what must be as before when you are done?",
        '`model.eval()`, `torch.no_grad()`, `F.cross_entropy(…, reduction="sum")`; at the end `model.train(was_training)`.',
        "`was_training = model.training`, then `model.eval()`.",
    ),
    probes=[
        (
            "mode_meanwhile",
            "The model is in training mode while you measure: call `model.eval()` first.",
            lambda f: not any(_tried(f).modes),
        ),
        (
            "mode_afterwards",
            "The model is not in the mode in which it was before: put that back at the end.",
            lambda f: _tried(f).training,
        ),
        (
            "remembering",
            "PyTorch remembers your steps for a backward pass: measure inside `with torch.no_grad():`.",
            lambda f: "with gradients" not in _tried(f).diary,
        ),
    ],
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
    ]


def clip_gradients(parameters, largest, slip):
    """One factor for all gradients, so that together they are at most `largest` long; returns their length before."""
    import torch

    given = [p for p in parameters if p.grad is not None]
    vectors = slip(lambda: [p.grad for p in given], of_weights=lambda: [p.detach() for p in given])
    squares = [float((v.double() ** 2).sum()) for v in vectors]
    entries = sum(v.numel() for v in vectors)
    length = slip(
        lambda: sum(squares) ** 0.5,
        no_root=lambda: sum(squares),
        lengths_added=lambda: sum(square**0.5 for square in squares),
        largest_entry=lambda: max(float(v.abs().max()) for v in vectors),
        entries_added=lambda: sum(float(v.abs().sum()) for v in vectors),
        mean_square=lambda: (sum(squares) / entries) ** 0.5,
        longest_alone=lambda: max(squares) ** 0.5,
        last_alone=lambda: squares[-1] ** 0.5,
    )
    factor = slip(
        lambda: min(1, largest / length),
        always=lambda: largest / length,
        to_length_one=lambda: 1 / length if length > largest else 1,
        times_largest=lambda: largest if length > largest else 1,
        divided_by_largest=lambda: 1 / largest if length > largest else 1,
        upside_down=lambda: length / largest if length > largest else 1,
        only_short_ones=lambda: max(1, largest / length),
        set_to_zero=lambda: 0 if length > largest else 1,
        root_of_factor=lambda: min(1, largest / length) ** 0.5,
    )
    with torch.no_grad():
        for number, (p, square) in enumerate(zip(given, squares, strict=True)):
            slip(
                lambda p=p: p.grad.mul_(factor),
                each_alone=lambda p=p, square=square: p.grad.mul_(min(1, largest / max(square**0.5, 1e-12))),
                by_value=lambda p=p: p.grad.clamp_(-largest, largest),
                not_in_place=None,
                subtracted=lambda p=p: p.grad.sub_(largest) if length > largest else None,
                weights_scaled=lambda p=p: p.mul_(factor),
                first_only=lambda p=p, number=number: p.grad.mul_(factor if number == 0 else 1),
            )
    return slip(
        lambda: length,
        length_after=lambda: length * factor,
        returns_factor=lambda: factor,
        squared_back=lambda: length**2,
    )


def _gradients_after(value, inputs):
    parameters = inputs[0]
    flat = lambda tensors: np.concatenate([t.detach().double().flatten().numpy() for t in tensors])  # noqa: E731
    return value, flat([p.grad for p in parameters if p.grad is not None]), flat(parameters)


CLIP_GRADIENTS = Exercise(
    clip_gradients,
    cases=_clip_cases,
    reads=_gradients_after,
    may_change=("parameters",),
    parts=("The lengths that are returned", "The gradients afterwards", "The weights afterwards"),
    says=dict(
        no_root="You forgot the square root: the length is √ of the sum of squares.",
        lengths_added="You added up the lengths of the gradients. Together they are one long vector: add up the *squares*, and take the root once.",
        largest_entry="You took the largest entry for the length. The length is √ of the sum of all squares.",
        entries_added="You added up the sizes of all entries. The length is √ of the sum of their squares.",
        mean_square="You took the mean of the squares. The length is √ of their *sum*.",
        longest_alone="You took the longest gradient alone. Together they are one long vector: add up the squares of all.",
        last_alone="Only the last parameter's gradient counts for your length. Add up the squares of all: `+=`.",
        of_weights="You measured the weights. It is their gradients that must not be too long: `p.grad`.",
        always="You scale short gradients up, too. Only what is longer than `largest` is shortened: the factor is 1 at most.",
        to_length_one="You shorten to length 1. The length shall be `largest`: multiply by largest / length.",
        times_largest="You multiply by `largest`. The factor is largest / length.",
        divided_by_largest="You divide by `largest`. The factor is largest / length.",
        upside_down="Your factor is upside down: too long gradients become longer still. It is largest / length.",
        only_short_ones="You scale the short ones up and leave the long ones as they are. It is the other way round: `min(1, largest / length)`.",
        set_to_zero="You set gradients that are too long to 0: then such a step learns nothing. Shorten them: multiply by largest / length.",
        root_of_factor="Your factor is the root of the right one. Multiply by largest / length itself.",
        each_alone="You clip each parameter by itself: that changes the direction. One length for all, one factor for all.",
        by_value="You cut off single entries: that changes the direction. Multiply all by one factor.",
        not_in_place="The gradients are as before: what you compute is never put back. Change them where they are: `p.grad *= factor`.",
        subtracted="You subtract from the entries: that changes the direction. Multiply all by one factor, largest / length.",
        weights_scaled="You scaled the weights. Scale their gradients: `p.grad *= factor`.",
        first_only="Only the first parameter's gradient was scaled: is the `return` inside the loop?",
        length_after="You return the length after the clipping. The one from before is wanted: it tells how wild the step was.",
        returns_factor="You return the factor. Return how long the gradients were before.",
        squared_back="You return the square of the length. Take the root: the length itself is wanted.",
    ),
    hints=(
        "If all gradients were written one after the other, as one long vector, how long would it be?",
        "`(p.grad ** 2).sum()` for each parameter that has a gradient; add up, take the root. Then a single factor for all of them.",
        "`gradients = [p.grad for p in parameters if p.grad is not None]`",
    ),
)
