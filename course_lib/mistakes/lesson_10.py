"""Lesson 10: how it learns."""

import copy

import numpy as np

from course_lib.judge import Exercise, Slip


def _numbers(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape).round(2)


def _ids(seed, vocab_size, *shape):
    return np.random.default_rng(seed).integers(vocab_size, size=shape)


def next_token_targets(ids, slip):
    """(B, T) -> what the model reads and what it should say, (B, T - 1) each."""
    T = ids.shape[1]
    first, later = ids[:, :-1], ids[:, 1:]
    zeros = np.zeros_like(ids[:, :1])
    return slip(
        lambda: (first, later),
        not_shifted=lambda: (ids, ids),
        not_shifted_short=lambda: (first, first),
        not_shifted_late=lambda: (later, later),
        inputs_whole=lambda: (ids, later),
        targets_whole=lambda: (first, ids),
        wraps_round=lambda: (ids, np.roll(ids, -1, axis=1)),
        looks_back=lambda: (ids, np.roll(ids, 1, axis=1)),
        swapped=lambda: (later, first),
        next_text=lambda: (ids[:-1], ids[1:]),
        two_ahead=lambda: (ids[:, :-2], ids[:, 2:]),
        two_ahead_uncut=lambda: (first, ids[:, 2:]),
        targets_too_short=lambda: (first, ids[:, 1:-1]),
        inputs_too_short=lambda: (ids[:, :-2], later),
        last_pair_lost=lambda: (ids[:, :-2], ids[:, 1:-1]),
        tokens_from_texts=lambda: (ids[:, : len(ids) - 1], ids[:, 1 : len(ids)]),
        swapped_whole=lambda: (later, ids),
        second_column=lambda: (first, ids[:, 1]),
        first_token=lambda: (ids[:, :1], later),
        last_token=lambda: (first, ids[:, -1]),
        last_column=lambda: (first, ids[:, -1:]),
        halves=lambda: (ids[:, : T // 2], ids[:, T // 2 :]),
        halves_by_chunk=lambda: (ids[:, : (T + 1) // 2], ids[:, (T + 1) // 2 :]),
        begins_with_0=lambda: (np.concatenate([zeros, first], axis=1), ids),
        last_repeated=lambda: (ids, np.concatenate([later, ids[:, -1:]], axis=1)),
        filled_up=lambda: (ids, np.concatenate([later, zeros], axis=1)),
        filled_with_ignored=lambda: (ids, np.concatenate([later, zeros - 100], axis=1)),
        flattened=lambda: (ids.flatten()[:-1], ids.flatten()[1:]),
        rows_flattened=lambda: (first.flatten(), later.flatten()),
        first_text=lambda: (first[0], later[0]),
        last_text=lambda: (first[-1], later[-1]),
        first_text_kept=lambda: (first[:1], later[:1]),
        turned=lambda: (first.T, later.T),
        one_hot=lambda: (first, np.eye(later.max() + 1)[later]),
        one_more=lambda: (first, first + 1),
    )


def _texts(draw):
    return (draw.ids(draw.size(1, 5), draw.size(2, 9), below=draw.choice(3, 50)),)


def _wrong_half(function):
    """Which half of the pair is not right, if the other one is."""
    import torch

    ids = torch.arange(15).reshape(3, 5) * 7 % 11
    inputs, targets = function(ids)
    right = [
        np.array_equal(np.asarray(mine), wanted) for mine, wanted in ((inputs, ids[:, :-1]), (targets, ids[:, 1:]))
    ]
    return {(False, True): "inputs", (True, False): "targets"}.get(tuple(right), "")


NEXT_TOKEN_TARGETS = Exercise(
    next_token_targets,
    cases=[
        (np.array([[5, 2, 7, 1]]),),
        (np.array([[3, 8, 4], [9, 6, 0]]),),
        (_ids(0, 50, 4, 7),),
        (_ids(1, 50, 3, 2),),
    ],
    tensors=True,
    says=dict(
        not_shifted="Your targets are the inputs: the model only has to repeat what it reads, and its loss would go to 0. ⇒ Targets begin one token later.",
        not_shifted_short="Your targets are the inputs: the model only has to repeat what it reads. ⇒ The inputs are right. Targets begin one token later.",
        not_shifted_late="Your inputs are the targets: the model only has to repeat what it reads. ⇒ The targets are right. Inputs begin one token earlier.",
        inputs_whole="Your inputs have one token more than your targets: nothing follows the last token here. ⇒ Leave it out of the inputs.",
        targets_whole="Your targets have one token more than your inputs: nobody has to say the first token. ⇒ Leave it out of the targets.",
        wraps_round="Your last target is the *first* token of the text, come round again. ⇒ Cut instead: nothing follows the last token.",
        looks_back="Your targets are the tokens *before*, and the first one has come round from the end. ⇒ What follows is one further to the right.",
        swapped="You swapped the two: the model would have to say what came *before*. ⇒ Return the earlier tokens first, then the later ones.",
        swapped_whole="You swapped the two, and the second is not cut. ⇒ First all tokens but the last, then all but the first.",
        next_text="You shifted texts, not tokens. ⇒ The batch is axis 0; tokens are axis 1.",
        two_ahead="Your targets are two tokens ahead. ⇒ Cut one token on each side, not two.",
        two_ahead_uncut="Your targets begin two tokens later than your inputs. ⇒ One later: each target is the neighbour of its input.",
        targets_too_short="Your targets lack the last token. ⇒ Only the first one is left out there.",
        inputs_too_short="Your inputs lack two tokens. ⇒ Only the last one is left out there.",
        last_pair_lost="The last token of each text appears nowhere. ⇒ It is a target, too: the inputs go up to the last but one.",
        tokens_from_texts="You cut at the number of texts. ⇒ Tokens are counted by `ids.shape[1]`; `len(ids)` counts the texts.",
        second_column="Only the second token of each text is a target. ⇒ Each token has one, the next: `1:` with a colon.",
        first_token="Only the first token of each text is an input. ⇒ Every token is, but the last.",
        last_token="Only the last token is a target. ⇒ Each token has one: what comes next. That is T − 1 examples for the price of one.",
        last_column="Only the last token is a target. ⇒ Each token has one: what comes next. That is T − 1 examples for the price of one.",
        halves="You cut each text into two halves. ⇒ The two should overlap: each target is the neighbour of its input.",
        halves_by_chunk="You cut each text into two halves. ⇒ The two should overlap: each target is the neighbour of its input.",
        begins_with_0="You put a 0 in front, and that is the name of a real token. ⇒ The first token has no target to be: only the later ones are foretold.",
        last_repeated="You filled the last target with the last token itself: the model would learn to repeat it. ⇒ Cut off the last input instead.",
        filled_up="You filled the last target with 0, and that is the name of a real token: the model would learn to say it. ⇒ Cut off the last input instead.",
        filled_with_ignored="You filled up with −100. PyTorch's cross-entropy would leave it out, and others would not. ⇒ Cut off the last input instead.",
        flattened="You put all texts into one row first: the end of one text must then foretell the beginning of the next. ⇒ Keep them apart, on axis 0.",
        rows_flattened="The right tokens, but in one long row. ⇒ Keep the texts apart: (B, T − 1).",
        first_text="Only the first text came back. ⇒ Keep the batch axis, and cut along the tokens.",
        last_text="Only the last text came back. ⇒ Keep the batch axis, and cut along the tokens.",
        first_text_kept="Only the first text came back. ⇒ Cut along the tokens, and keep all texts.",
        turned="Your axes are the wrong way round: (T − 1, B). ⇒ A text is a row: (B, T − 1).",
        one_hot="Your targets are rows of 0 and 1. ⇒ The ids themselves are wanted: (B, T − 1).",
        one_more="You added 1 to the ids. ⇒ The next *token* is wanted, not the next number: shift the places.",
    ),
    probes=[
        (
            "inputs_wrong",
            "Your targets are right, your inputs are not. ⇒ They are all tokens but the last of each text.",
            lambda f: _wrong_half(f) != "inputs",
        ),
        (
            "targets_wrong",
            "Your inputs are right, your targets are not. ⇒ They are all tokens but the first of each text.",
            lambda f: _wrong_half(f) != "targets",
        ),
    ],
    makes=_texts,
    tries=15,
    hints=(
        "A text of four tokens: how many of them are followed by another one that you know?",
        "Slices. `ids[:, a:b]` keeps all texts, and tokens a to b − 1 of each; negative numbers count from the end.",
        "The inputs are `ids[:, :-1]`: all tokens but the last.",
    ),
)


def _log_softmax(logits, axis=-1):
    shifted = logits - logits.max(axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis, keepdims=True))


def cross_entropy(logits, targets, slip):
    """logits (B, T, V), targets (B, T) -> the mean of -ln p(target)."""
    logits, targets = np.asarray(logits, dtype=float), np.asarray(targets)
    B, T, V = logits.shape
    logits = slip(lambda: logits, reshaped=lambda: logits.reshape(B, V, T).swapaxes(1, 2))
    logits, targets = slip(
        lambda: (logits, targets),
        shifted_again=lambda: (logits[:, :-1], targets[:, 1:]),
        last_place=lambda: (logits[:, -1:], targets[:, -1:]),
        first_place=lambda: (logits[:, :1], targets[:, :1]),
        first_text=lambda: (logits[:1], targets[:1]),
    )

    def p():
        return np.exp(_log_softmax(logits))

    def log_of_sum(shift):
        return np.log(np.exp(logits - shift).sum(-1, keepdims=True))

    highest = logits.max(-1, keepdims=True) if logits.size else 0
    log_p = slip(
        lambda: _log_softmax(logits),
        softmax_twice=lambda: _log_softmax(p()),
        over_tokens=lambda: _log_softmax(logits, 1),
        over_texts=lambda: _log_softmax(logits, 0),
        underflow=lambda: np.log(p()),
        overflow=lambda: np.log(np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)),
        overflow_in_sum=lambda: logits - log_of_sum(0),
        highest_forgotten=lambda: logits - log_of_sum(highest),
        highest_of_all=lambda: logits - logits.max() - log_of_sum(logits.max()),
        no_log=p,
        raw_scores=logits,
    )
    log_p = slip(lambda: log_p, base_2=lambda: log_p / np.log(2), base_10=lambda: log_p / np.log(10))
    one_hot = np.eye(V)[targets]  # (B, T, V)
    of_target = np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]  # (B, T)
    counts = slip(lambda: np.ones(targets.shape, bool), id_0_left_out=lambda: targets != 0)
    surprise = slip(
        lambda: -of_target,
        sign=of_target,
        best_guess=lambda: -log_p.max(-1),
        entropy=lambda: -(np.exp(log_p) * log_p).sum(-1),
        one_minus_p=lambda: 1 - np.exp(of_target),
        zero_times_infinity=lambda: -(one_hot * np.log(p())).sum(-1),
        accuracy=lambda: logits.argmax(-1) == targets,
        share_of_errors=lambda: logits.argmax(-1) != targets,
        squared=lambda: ((p() - one_hot) ** 2).mean(-1),
        squares_added=lambda: ((p() - one_hot) ** 2).sum(-1),
        yes_or_no=lambda: (np.logaddexp(0, logits) - one_hot * logits).mean(-1),
    )[counts]
    mean = surprise.sum() / surprise.size
    return slip(
        lambda: mean,
        summed=lambda: surprise.sum(),
        summed_over_tokens=lambda: surprise.sum() / B,
        summed_over_texts=lambda: surprise.sum() / T,
        averaged_over_vocabulary=lambda: mean / V,
        one_hot_axis=lambda: -(one_hot * _log_softmax(logits, 1)).sum(1).mean(),
        tokens_as_vocabulary=lambda: _tokens_as_vocabulary(logits, targets),
        all_pairings=lambda: -log_p[:, :, targets].sum() / targets.size**2,
        per_text=lambda: surprise.reshape(targets.shape).sum(1) / targets.shape[1],
        per_place=lambda: surprise.reshape(targets.shape).sum(0) / B,
        per_token=lambda: surprise.reshape(targets.shape),
        with_an_axis=lambda: mean[None],
        perplexity=lambda: np.exp(mean),
    )


def _tokens_as_vocabulary(logits, targets):
    """What `F.cross_entropy` makes of (B, T, V) and (B, T): it looks for the vocabulary on axis 1."""
    if logits.shape[1] != logits.shape[2]:
        raise RuntimeError("Expected target size")
    return -np.take_along_axis(_log_softmax(logits, 1), targets[:, None], axis=1).mean()


HUGE = np.array([[[1e4, -1e4, 0.0], [9e3, 1e4, 1e4]], [[-1e4, 5.0, 1e4], [0.0, 0.0, -1e4]]])
LOW = np.array([[[-1e4, -9999.0, -9998.0, -1e4], [-9999.5, -9999.0, -1e4, -9998.0]]])


def _loss(function, logits, targets):
    import torch

    return float(function(torch.tensor(logits), torch.tensor(targets)))


def _has_no_ceiling(function):
    """True if a surprise of 400 is larger than one of 200; what is small anyway has another fault, what is infinite none of this kind."""
    surprises = [_loss(function, [[[high, 0.0]]], [[1]]) for high in (200.0, 400.0)]
    return not (5 < surprises[0] < np.inf and abs(surprises[1] - surprises[0]) < 1)


def _first_fault_of_loss(function):
    """In what a loss differs from the right one, first of all; "" if in nothing that is asked here."""
    logits = np.array([[[0.5, -1.0, 2.0, 0.3], [1.5, 0.2, -0.7, 0.1], [0.0, 0.4, 0.9, -1.2]]] * 2)
    if _loss(function, logits, [[0, 1, 2]] * 2) == _loss(function, logits, [[3, 2, 1]] * 2):
        return "targets"
    if abs(_loss(function, np.zeros((1, 1, 4)), [[2]]) - np.log(4)) > 1e-4:
        return "equal"
    targets = [[0, 1, 2], [3, 3, 0]]
    right = -np.take_along_axis(_log_softmax(logits), np.array(targets)[..., None], axis=-1)
    single = [_loss(function, logits[:1, t : t + 1], [[targets[0][t]]]) for t in range(3)]
    if not np.allclose(single, right[0, :, 0], atol=1e-4):
        return "one"
    return "several" if abs(_loss(function, logits, targets) - right.mean()) > 1e-4 else ""


def _guesses(draw):
    B, T, V = draw.size(1, 4), draw.size(1, 6), draw.size(2, 9)
    return draw.numbers(B, T, V), draw.ids(B, T, below=V)


CROSS_ENTROPY = Exercise(
    cross_entropy,
    cases=[
        (np.array([[[1.0, 0.0, 2.0], [0.0, 1.0, 1.0]]]), np.array([[2, 0]])),
        (2 * _numbers(2, 2, 3, 5), _ids(2, 5, 2, 3)),
        (_numbers(3, 3, 1, 4), np.array([[1], [3], [0]])),
        (_numbers(4, 2, 4, 4), np.array([[1, 3, 0, 2], [2, 2, 3, 1]])),
        (HUGE, np.array([[1, 1], [0, 2]])),
        (LOW, np.array([[2, 0]])),
    ],
    tensors=True,
    says=dict(
        softmax_twice="You took a softmax twice. ⇒ `F.cross_entropy` and `log_softmax` want the logits as they are: leave your own softmax out.",
        over_tokens="Your softmax runs over the tokens of a text. ⇒ Each place shares out 1 over the vocabulary: the last axis.",
        over_texts="Your softmax runs over the texts. ⇒ Each place shares out 1 over the vocabulary: the last axis.",
        underflow="Very unlikely targets give infinity: their p has become 0 before the logarithm. ⇒ Use `log_softmax`: it never makes p.",
        overflow="Very large logits give NaN: exp of them is infinite (or 0, if they are very negative). ⇒ Use `log_softmax`, or subtract the highest logit first.",
        overflow_in_sum="Very large logits give infinity in ln Σ exp. ⇒ Subtract the highest logit of each place first, or use `log_softmax` or `logsumexp`.",
        highest_forgotten="You subtracted the highest logit inside ln Σ exp only. ⇒ Subtract it from the target's logit as well, or add it to ln Σ exp again.",
        highest_of_all="You subtracted the highest logit of the whole batch. Where all logits are far below it, every exp is 0. ⇒ Each place has a highest of its own.",
        zero_times_infinity="Where p has become 0, your one-hot 0 meets ln 0: 0 · ∞ is NaN. ⇒ Use `log_softmax`: it never makes p.",
        one_hot_axis="`F.cross_entropy` looks for the vocabulary on axis 1, and found the tokens there. ⇒ Flatten texts and tokens, or `transpose(1, 2)`.",
        tokens_as_vocabulary="The tokens were taken for the vocabulary: `F.cross_entropy` looks for that on axis 1. ⇒ Flatten texts and tokens, or `transpose(1, 2)`.",
        all_pairings="Each place was asked for every target of the batch. ⇒ Each has one target of its own: `gather` along the last axis takes that.",
        no_log="The logarithm is missing: that is −p. ⇒ The surprise is −ln p.",
        raw_scores="You took the targets' logits as they are. ⇒ Make log-probabilities of them first: `log_softmax` over the last axis.",
        base_2="You used the logarithm to base 2: that gives bits. ⇒ Use the natural one, `log`: nats.",
        base_10="You used the logarithm to base 10. ⇒ Use the natural one, `log`.",
        sign="Your loss is negative: ln p is never above 0. ⇒ Put a minus in front: the surprise is −ln p.",
        best_guess="You measured the model's best guess, whatever the target is. ⇒ Take the probability of the *target*.",
        entropy="That is the entropy of the prediction: the targets play no part in it. ⇒ Take −ln p of the *target*.",
        one_minus_p="You averaged 1 − p. ⇒ The surprise is −ln p: it has no upper end.",
        accuracy="That is the share of places at which the best guess is right. ⇒ The loss is the mean of −ln p of the target.",
        share_of_errors="That is the share of places at which the best guess is wrong. ⇒ The loss is the mean of −ln p of the target.",
        squared="You squared the difference between probabilities and truth. ⇒ The surprise is −ln of the target's probability; the others don't count.",
        squares_added="You squared the difference between probabilities and truth. ⇒ The surprise is −ln of the target's probability; the others don't count.",
        yes_or_no="You asked V separate questions with yes or no. ⇒ There is one question with V answers: a softmax over them, then −ln p of the target.",
        id_0_left_out="Targets with the id 0 don't count in your mean. ⇒ 0 is the name of a token like any other.",
        summed="You added up the surprises. ⇒ Take their mean, so that the loss does not grow with the size of the batch.",
        summed_over_tokens="You added up over the tokens of a text. ⇒ Take the mean over texts *and* tokens.",
        summed_over_texts="You added up over the texts. ⇒ Take the mean over texts *and* tokens.",
        averaged_over_vocabulary="Your mean also counts the V − 1 zeros of each one-hot row. ⇒ Add up over the vocabulary, and take the mean over texts and tokens.",
        per_text="You returned one number per text. ⇒ Take the mean over all of them: a single number.",
        per_place="You returned one number per place, the mean over the texts. ⇒ Take the mean over all of them: a single number.",
        per_token="You returned the surprise of each token. ⇒ Take the mean over all of them: a single number.",
        with_an_axis="The number is right, and you return it in an array of its own. ⇒ Return the number itself, without an axis.",
        perplexity="That is exp of the loss, the perplexity. ⇒ Return the loss itself.",
        reshaped="A reshape to (B, V, T) mixes up tokens and vocabulary. ⇒ Use `transpose(1, 2)`, or flatten: `logits.flatten(0, 1)`, `targets.flatten()`.",
        shifted_again="You shifted once more. ⇒ The targets are already the next tokens: `targets[b, t]` belongs to `logits[b, t]`.",
        last_place="You used the last place of each text only. ⇒ Every place has a target: take the mean over all of them.",
        first_place="You used the first place of each text only. ⇒ Every place has a target: take the mean over all of them.",
        first_text="You used the first text only. ⇒ Every place of every text has a target: take the mean over all of them.",
    ),
    only_nan=("overflow", "zero_times_infinity"),
    true_if=dict(
        tokens_as_vocabulary=lambda code: code.uses("cross_entropy", "nll_loss", "CrossEntropyLoss", "NLLLoss")
    ),
    steps={
        "the log-probabilities": (
            *(
                "softmax_twice",
                "over_tokens",
                "over_texts",
                "underflow",
                "overflow",
                "overflow_in_sum",
                "highest_forgotten",
            ),
            *("highest_of_all", "no_log", "raw_scores", "base_2", "base_10"),
        ),
        "the choice of the target": ("best_guess",),
        "the mean": (
            *(
                "summed",
                "summed_over_tokens",
                "summed_over_texts",
                "averaged_over_vocabulary",
                "per_text",
                "per_place",
                "per_token",
            ),
            *("with_an_axis", "last_place", "first_place", "first_text", "id_0_left_out"),
        ),
    },
    makes=_guesses,
    tries=14,
    hints=(
        "Each place has V logits and one target. Which of the V log-probabilities counts?",
        "`F.cross_entropy` wants (N, V) and (N,): flatten texts and tokens into one axis. Or do it yourself: `log_softmax(-1)` and `gather`.",
        "Begin with `log_p = logits.log_softmax(dim=-1)`, shape (B, T, V). In NumPy subtract the highest logit first.",
    ),
    probes=[
        (
            "ceiling",
            "A very unlikely target is not surprising enough: a small number that you add, or a clamp, puts a ceiling on −ln p. ⇒ Use `log_softmax`.",
            _has_no_ceiling,
        ),
        *(
            (f"{name}_wrong", sentence, lambda f, name=name: _first_fault_of_loss(f) != name)
            for name, sentence in dict(
                targets="Other targets give the same loss with you. ⇒ Take the log-probability of the *target* at each place.",
                equal="Four equal logits have the surprise ln 4 = 1.386, and yours is another number. ⇒ Softmax gives each 1/4; the surprise is −ln of that.",
                one="Four equal logits give ln 4 with you, as they should. Other logits don't give the right surprise, not even for a single place. ⇒ −ln of the target's share.",
                several="Right for a single place, not for several. ⇒ Each place has a target of its own; then the mean over all texts and tokens.",
            ).items()
        ),
    ],
)


class _Function:
    """A function with words, so that a message can name it."""

    def __init__(self, words, f):
        self.words, self.f = words, f

    def __call__(self, x):
        return float(self.f(np.asarray(x, dtype=float)))

    def __repr__(self):
        return self.words


def gradient_check(f, x, eps, slip):
    """Central differences: (f(x + eps) - f(x - eps)) / (2 eps), entry by entry."""
    x, gradient = x.copy(), np.zeros(x.shape)
    step = slip(eps, eps_ignored=1e-5, eps_is_1e_3=1e-3, eps_is_1e_4=1e-4, eps_is_1e_6=1e-6, half_nudge=eps / 2)
    piled = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        touched = slip(place, all_at_once=..., row_at_once=place[0], column_at_once=(..., place[-1]))
        nudge = np.zeros(x.shape)
        nudge[touched] = slip(step, relative=lambda: step * x[place])
        piled += nudge
        nudge = slip(nudge, nudges_pile_up=piled)
        above, below = slip(
            lambda: (x + nudge, x - nudge),
            set_to_eps=lambda: _with(x, place, step),
            around_zero=lambda: (nudge, -nudge),
        )
        here, up, down = f(x), f(above), f(below)
        x = slip(lambda: x, not_restored=lambda: x - nudge, left_above=lambda: x + nudge)
        up, down = slip((up, down), forward=(up, here), backward=(here, down), sign=(down, up))
        width = 1 if slip(False, forward=True, backward=True) else 2
        gradient[place] = slip(
            (up - down) / (width * step),
            not_halved=(up - down) / step,
            from_the_middle=(up - here) / (2 * step),
            not_divided=up - down,
            no_eps=(up - down) / 2,
            precedence=(up - down) / 2 * step,
            eps_squared=(up - down) / step**2,
            eps_added=(up - down) / (2 + step),
            added=(up + down) / (2 * step),
            second=(up - 2 * here + down) / step**2,
            five_points=lambda: (8 * (up - down) - f(x + 2 * nudge) + f(x - 2 * nudge)) / (12 * step),
        )
    last = np.zeros(x.shape)
    last[place] = gradient[place]
    return slip(
        gradient,
        flat=gradient.ravel(),
        turned=gradient.T,
        last_only=last,
        summed=gradient.sum(),
        one_slope=lambda: (f(x + eps) - f(x - eps)) / (2 * eps),
        all_zero=0 * gradient,
    )


def _with(x, place, eps):
    """Two copies of x, with eps and -eps at this place."""
    above, below = x.copy(), x.copy()
    above[place], below[place] = eps, -eps
    return above, below


def _first_fault_of_slopes(function):
    """In what a gradient differs from the right one, first of all; "" if in nothing that is asked here."""
    calls = []

    def right(f, slopes, x, eps=0.25):
        return np.allclose(function(lambda x: float(f(x)), np.array(x), eps), slopes, atol=1e-6)

    function(lambda x: float(calls.append(0) or 0), np.array([1.0, 2.0]), 0.25)
    if not calls:
        return "never"
    if not right(lambda x: 5 * x[0], [5.0], [1.0]):
        return "line"
    if not right(lambda x: x[0] ** 3, [12.0625], [2.0]):
        return "curve"
    if not right(lambda x: x[0] ** 2 + 3 * x[1] * x[2], [4.0, 3.0, -6.0], [2.0, -2.0, 1.0]):
        return "several"
    table = np.array([[1.0, 2.0, -1.0], [0.5, 3.0, 2.0]])
    if not right(lambda x: (x**2).sum(), 2 * table, table):
        return "axes"
    if not right(lambda x: (x**2).sum(), 2 * table[None], table[None]):
        return "more_axes"
    return "" if right(lambda x: (x**2).sum(), 2 * table.T, table.T) else "turned"


def _default_right(function):
    """True if the nudges are 1e-5 where no `eps` is handed in."""
    seen = []
    function(lambda x: seen.append(float(x[0])) or 0.0, np.array([0.0]))
    nudges = [abs(x) for x in seen if x]
    return not nudges or abs(min(nudges) - 1e-5) < 1e-7


CUBES = _Function("the sum of x³", lambda x: (x**3).sum())
SQUARED_PRODUCTS = _Function("the sum of (x xᵀ)²", lambda x: ((x @ x.T) ** 2).sum())
WEIGHTED = _Function("a sum of squares, each with a weight", lambda x: x.ravel() ** 2 @ np.arange(1, x.size + 1))
STEEP = _Function("exp(20,000·a) + 3b", lambda x: np.exp(20_000 * x[0]) + 3 * x[1])  # so steep that eps shows


def _places_to_nudge(draw):
    f = draw.choice(CUBES, SQUARED_PRODUCTS, WEIGHTED)
    axes = 2 if f is SQUARED_PRODUCTS else draw.choice(1, 2, 3)
    x = 1.0 * draw.numbers(*(draw.size(1, 3) for _ in range(axes)), low=-4, high=4)
    x = draw.choice(x, x.T)  # turned: its entries don't lie in memory in the order of its places
    return (f, x) if draw.rng.random() < 0.3 else (f, x, draw.choice(0.5, 0.25, 0.1))


GRADIENT_CHECK = Exercise(
    gradient_check,
    cases=[
        (_Function("a³ + 2b", lambda x: x[0] ** 3 + 2 * x[1]), np.array([1.0, 3.0]), 0.5),
        (
            _Function("the sum of x³, and a product", lambda x: (x**3).sum() + x[0, 0] * x[1, 2] * x[0, 1]),
            np.array([[1.0, -0.5, 2.0], [0.25, 1.5, -1.0]]),
            0.25,
        ),
        (_Function("exp(2x)", lambda x: np.exp(2 * x[0])), np.array([0.5]), 0.5),
        (SQUARED_PRODUCTS, np.array([[0.5, -1.0], [1.25, 0.75], [-0.5, 2.0]]), 0.125),
        (WEIGHTED, np.array([[0.1, 0.7, -0.3], [1.1, 0.9, 2.3]]).T, 0.1),
        (CUBES, np.array([[[0.3, -1.2], [2.1, 0.0]]]), 0.2),
        (STEEP, np.array([0.0, 1.0])),
    ],
    defaults={"eps": 1e-5},
    says=dict(
        forward="You only looked upwards: f(x + eps) − f(x). ⇒ Look both ways, and divide by 2·eps: the error becomes far smaller.",
        backward="You only looked downwards: f(x) − f(x − eps). ⇒ Look both ways, and divide by 2·eps: the error becomes far smaller.",
        not_halved="Your gradient is twice too large. ⇒ From x − eps to x + eps it is 2·eps: divide by that.",
        from_the_middle="You went from x to x + eps, and divided by 2·eps. ⇒ Go down to x − eps as well: f(x + eps) − f(x − eps).",
        not_divided="You returned how much f changes. ⇒ The slope is that divided by the length of the way: 2·eps.",
        no_eps="You divided by 2 only. ⇒ From x − eps to x + eps it is 2·eps.",
        precedence="You divided by 2 and then *multiplied* by eps: that is what `/ 2 * eps` does. ⇒ Write `/ (2 * eps)`.",
        eps_squared="You divided by eps squared. ⇒ From x − eps to x + eps it is 2·eps.",
        eps_added="You divided by 2 + eps. ⇒ From x − eps to x + eps it is 2·eps.",
        added="You added the two values of f. ⇒ How much f changes is a difference: up minus down.",
        second="That is how much the slope itself changes, the second derivative. ⇒ The slope: f(x + eps) − f(x − eps), divided by 2·eps.",
        five_points="You measured at four places for each entry, a finer way. ⇒ Here two are wanted: one eps up, and one eps down.",
        sign="Your gradient points down: it is f(x − eps) − f(x + eps). ⇒ Up minus down.",
        all_at_once="You nudged all entries at once. ⇒ Nudge one at a time, and leave the others as they are.",
        one_slope="You nudged all entries at once, and returned one slope. ⇒ Nudge one entry at a time: one slope for each.",
        row_at_once="You nudged a whole row at once. ⇒ Nudge one entry at a time: `np.ndindex(x.shape)` runs through all places.",
        column_at_once="You nudged a whole column at once. ⇒ Nudge one entry at a time: `np.ndindex(x.shape)` runs through all places.",
        nudges_pile_up="Your nudges pile up: entries that had their turn stay nudged. ⇒ Take fresh copies of x for each entry, inside the loop.",
        relative="Your nudge is a share of the entry: eps times its value. ⇒ Add eps itself, and take it away.",
        set_to_eps="You *set* the entry to eps and to −eps. ⇒ Add eps to what stands there, and take it away.",
        around_zero="You measured around 0. ⇒ Start from x, and nudge one entry of it.",
        eps_ignored="Your answer does not depend on `eps`. ⇒ Use the nudge that is handed in.",
        eps_is_1e_3="Your answer does not depend on `eps`. ⇒ Use the nudge that is handed in.",
        eps_is_1e_4="Your answer does not depend on `eps`. ⇒ Use the nudge that is handed in.",
        eps_is_1e_6="Your answer does not depend on `eps`. ⇒ Use the nudge that is handed in.",
        half_nudge="You nudged by eps / 2. ⇒ Go a whole eps up and a whole eps down, and divide by 2·eps.",
        not_restored="After an entry was nudged, it stays below where it was, and all later slopes are measured in the wrong place. ⇒ Put it back.",
        left_above="After an entry was nudged, it stays above where it was, and all later slopes are measured in the wrong place. ⇒ Put it back.",
        flat="The slopes are right, but in one long row. ⇒ Return them in the shape of x.",
        turned="The slopes are right, but rows and columns are exchanged. ⇒ Return them in the shape of x.",
        last_only="Only the last slope is left. ⇒ Make the array of zeros once, before the loop.",
        all_zero="All your slopes are 0. Are `up` and `down` one and the same array? Or is no slope ever put into the gradient? ⇒ Two copies of x, and one slope for each place.",
        summed="You added all slopes up. ⇒ Return one slope for each entry, in the shape of x.",
    ),
    steps={
        "the nudges": (
            "all_at_once",
            "row_at_once",
            "column_at_once",
            "nudges_pile_up",
            "relative",
            "set_to_eps",
            "around_zero",
        ),
        "the slope": ("not_halved", "not_divided", "no_eps", "precedence", "eps_squared", "eps_added", "added", "sign"),
    },
    makes=_places_to_nudge,
    tries=20,
    probes=[
        (f"{name}_wrong", sentence, lambda f, name=name: _first_fault_of_slopes(f) != name)
        for name, sentence in dict(
            never="Your function never calls `f`. ⇒ How f changes is found out by calling it, with a little more and a little less.",
            line="For f(x) = 5·x, a straight line, the slope is 5 everywhere, and yours is not. ⇒ The change of f from eps below to eps above, divided by 2·eps.",
            curve="Right for a straight line, not for a curve. ⇒ Nudge x itself: by eps up, by eps down, from where it is.",
            several="Right for x with a single entry, not for several. ⇒ One entry at a time is nudged, all others stay as they are.",
            turned="Right for a table, not for one that was turned by `.T`: there `ravel` and `reshape` are copies. ⇒ Nudge x by its places: `np.ndindex(x.shape)`.",
            more_axes="Right for a table, not for three axes. ⇒ `np.ndindex(x.shape)` runs through all places, whatever the shape.",
            axes="Right for x with one axis, not for a table. ⇒ `np.ndindex(x.shape)` runs through all places, whatever the shape.",
        ).items()
    ]
    + [
        (
            "other_default",
            "Without `eps` you nudge by another number than the sheet's 0.00001. ⇒ The first line of the stub says `eps=1e-5`: leave it so.",
            _default_right,
        )
    ],
    hints=(
        "You may call f as often as you like. How do you find out what f does if only one entry of x is a little larger?",
        "For each place: a copy of x with eps added there, another with eps taken away; the difference of f, divided by 2·eps. `np.ndindex(x.shape)` gives the places.",
        "`gradient = np.zeros(x.shape)`, then `for place in np.ndindex(x.shape):` and inside it `up = x.copy()`.",
    ),
)


def _watched(seed, V, C, optimiser, stale=False, **settings):
    """A very small model, its optimiser, and a diary of what is done with them; stale: it has gradients from before."""
    import torch

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.tokens, self.unembed = (
                torch.nn.Parameter(torch.tensor(_numbers([seed, n], V, C), dtype=torch.float32)) for n in (0, 1)
            )
            for weights in self.parameters():
                weights.grad = torch.ones_like(weights) if stale else None
            self.start = [weights.detach().clone() for weights in self.parameters()]
            self.diary = []

        def __deepcopy__(self, memo):
            """A new one: far quicker than PyTorch's copy, which would leave the gradients out."""
            twin = Model().train(self.training)
            pairs = zip([self, self.diary, *self.parameters()], [twin, twin.diary, *twin.parameters()], strict=True)
            memo |= {id(mine): theirs for mine, theirs in pairs}
            return twin

        def forward(self, ids):
            weights = 1 * self.unembed  # a copy: a step before `backward` shall not end in autograd's error
            logits = torch.nn.functional.linear(torch.nn.functional.embedding(ids, self.tokens), weights)
            if logits.requires_grad:
                logits.register_hook(lambda _: self.diary.append("backward"))
            return logits

    class Optimiser(optimiser):
        def __deepcopy__(self, memo):
            return _of(copy.deepcopy(self.param_groups[0]["params"], memo), memo[id(self.param_groups[0]["diary"])])

        def step(self, closure=None):
            self.param_groups[0]["diary"].append("step")
            return super().step(closure)

    def _of(weights, diary):
        return Optimiser([{"params": weights, "diary": diary}], **settings)

    model = Model()
    return model, _of(list(model.parameters()), model.diary)


def _train_step_cases():
    import torch

    ids = [torch.tensor(_ids(seed, V, B, T)) for seed, V, B, T in ((4, 3, 1, 5), (5, 5, 2, 4), (6, 4, 3, 3))]
    return [
        (*_watched(7, 3, 2, torch.optim.SGD, lr=0.5), ids[0][:, :-1], ids[0][:, 1:]),
        (*_watched(8, 5, 3, torch.optim.SGD, stale=True, lr=0.5), ids[1][:, :-1], ids[1][:, 1:]),
        (*_watched(9, 4, 3, torch.optim.AdamW, lr=0.1), ids[2][:, :-1], ids[2][:, 1:]),
    ]


def train_step(model, optimiser, inputs, targets, slip):
    """Clear, predict, measure, go back, step; the loss before the step."""
    from torch.nn import functional as F

    def measure():
        logits = model(inputs)
        B, T, V = logits.shape
        here, there = slip(
            lambda: (logits, targets),
            unshifted=lambda: (logits, inputs),
            own_guess=lambda: (logits, logits.argmax(-1)),
            first_text=lambda: (logits[:1], targets[:1]),
            shifted_again=lambda: (logits[:, :-1], targets[:, 1:]),
            last_place=lambda: (logits[:, -1:], targets[:, -1:]),
            reshaped=lambda: (logits.reshape(B, V, T).transpose(1, 2), targets),
            softmax_twice=lambda: (logits.softmax(-1), targets),
        )
        surprises = F.cross_entropy(here.flatten(0, 1), there.flatten(), reduction="none")
        return slip(
            lambda: surprises.mean(), summed=lambda: surprises.sum(), summed_over_tokens=lambda: surprises.sum() / B
        )

    def step_and_clear():
        optimiser.step()
        optimiser.zero_grad()

    def step_twice():
        optimiser.step()
        optimiser.step()

    def no_way_back():
        raise AttributeError("'float' object has no attribute 'backward'")

    def cleared_by_hand():
        for weights in model.parameters():
            weights.grad.zero_()

    slip(None, in_eval=model.eval)
    slip(optimiser.zero_grad, not_cleared=None, one_behind=None, cleared_late=None, cleared_by_hand=cleared_by_hand)
    loss = measure()
    slip(None, plain_number=no_way_back)
    slip(None, step_first=optimiser.step, one_behind=step_and_clear)
    slip(
        loss.backward,
        no_backward=None,
        uphill=lambda: (-loss).backward(),
        minus_forgotten=lambda: (-loss).backward(),
        twice_back=lambda: (2 * loss).backward(),
    )
    slip(None, cleared_before_step=optimiser.zero_grad)
    slip(optimiser.step, no_step=None, step_first=None, one_behind=None, step_twice=step_twice)
    slip(None, cleared_late=optimiser.zero_grad)
    return slip(
        lambda: loss,
        loss_after=measure,
        negative=lambda: -loss,
        minus_forgotten=lambda: -loss,
        with_an_axis=lambda: loss[None],
    )


def _what_happened(model):
    """Whether the weights moved, and if not, why."""
    import torch

    if not all(map(torch.equal, model.parameters(), model.start)):
        return "the weights moved"
    steps, gradients = ("step" in model.diary), ("backward" in model.diary)
    if not steps:
        return "nothing moved: no step" if gradients else "nothing moved: no gradient, no step"
    if not gradients:
        return "nothing moved: a step without a gradient"
    late = model.diary[-1] == "backward"
    return "nothing moved: the gradient came after the step" if late else "nothing moved: the gradient was gone"


def _reads(losses, inputs):
    model = inputs[0]
    weights = (weights.detach().double().numpy() for weights in model.parameters())
    return (*losses, *weights, _what_happened(model), "training" if model.training else "evaluation")


def _optimiser_steps(function):
    (model, *rest), *_ = _train_step_cases()
    function(model, *rest)
    return "step" in model.diary


def _first_fault_of_step(function):
    """In what two steps differ from the right ones, first of all; "" if in nothing, or if the optimiser never steps."""
    given = _train_step_cases()[1]
    mine, right = copy.deepcopy(given), copy.deepcopy(given)

    def same_weights():
        pairs = zip(mine[0].parameters(), right[0].parameters(), strict=True)
        return all(np.allclose(a.detach(), b.detach(), atol=1e-4) for a, b in pairs)

    same_loss = abs(float(function(*mine)) - float(train_step(*right, Slip()))) < 2e-4
    if "step" not in mine[0].diary:
        return ""
    if not same_loss:
        return "loss"
    if not same_weights():
        return "first"
    same_loss = abs(float(function(*mine)) - float(train_step(*right, Slip()))) < 2e-4
    return "" if same_loss and same_weights() else "second"


def _batch(draw):
    import torch

    V, C, B, T = draw.size(2, 6), draw.size(1, 4), draw.size(1, 4), draw.size(1, 5)
    settings = dict(lr=draw.choice(0.1, 0.5), momentum=draw.choice(0.0, 0.9))
    model, optimiser = _watched(
        int(draw.rng.integers(1_000)), V, C, torch.optim.SGD, draw.choice(True, False), **settings
    )
    ids = torch.tensor(draw.ids(B, T + 1, below=V))
    return model, optimiser, ids[:, :-1], ids[:, 1:]


TRAIN_STEP = Exercise(
    train_step,
    cases=_train_step_cases,
    reads=_reads,
    may_change=("model", "optimiser"),
    calls=2,
    parts=(
        "The losses of the first step",
        "The losses of the second step",
        "The embeddings after two steps",
        "The weights of the last layer after two steps",
        "The events",
        "The modes that the model is left in",
    ),
    says=dict(
        not_cleared="The gradients are never cleared: old ones are added to the new. ⇒ Call `optimiser.zero_grad()` before `backward`, with its brackets.",
        cleared_late="You clear the gradients after the step only. What earlier code left in `.grad` is then added to your first gradient. ⇒ Clear before `backward`.",
        cleared_by_hand="A weight that had no gradient yet has None in `.grad`, and None can't be set to 0. ⇒ `optimiser.zero_grad()` knows that.",
        no_backward="No gradient of your loss reaches the weights before the step: none is asked for, or the way back is cut off. ⇒ `loss.backward()`, with brackets; before it no `.item()`, `.detach()`, `no_grad`.",
        no_step="The gradients are there, but nothing moves: the optimiser never steps. ⇒ Call `optimiser.step()`, with its brackets.",
        step_first="You step before `backward()`: there is no gradient yet, and nothing moves. ⇒ First `loss.backward()`, then `optimiser.step()`.",
        one_behind="You step before `backward()`: each gradient is used one step too late. ⇒ First `loss.backward()`, then `optimiser.step()`.",
        cleared_before_step="You clear the gradients between `backward()` and `step()`: nothing is left to follow. ⇒ Clear them before `backward()`.",
        plain_number="`.item()` makes a plain number of the loss, and that knows no way back. ⇒ First `backward()`, then `.item()` for what you return.",
        in_eval="You put the model into evaluation mode, where it does not train as it should: dropout, for one, is off. ⇒ Leave its mode as it is.",
        step_twice="You step twice with the same gradient. ⇒ Once is enough.",
        twice_back="Your gradient is twice too large. Is the loss counted twice, or `backward()` called twice? ⇒ Once each.",
        uphill="You climb: the loss grows. ⇒ `backward()` belongs to the loss itself, without a minus.",
        minus_forgotten="Your loss is negative, and each step makes it more so: you climb. ⇒ ln p is never above 0; the surprise is −ln p, with a minus.",
        loss_after="You returned the loss *after* the step. ⇒ Return the one that the step was made from; a second forward pass doubles the cost.",
        negative="You returned minus the loss. ⇒ The loss is −ln p, which is never below 0.",
        with_an_axis="The loss is right, and you return it in a list or an array of its own. ⇒ Return the number itself.",
        summed="Your loss is the sum of all surprises: the steps become larger with every larger batch. ⇒ Take the mean.",
        summed_over_tokens="Your loss adds up over the tokens of a text. ⇒ Take the mean over texts *and* tokens.",
        unshifted="You compared the predictions with the `inputs`: then repeating is right. ⇒ Compare them with `targets`.",
        own_guess="You compared the predictions with the model's own best guess. ⇒ Compare them with `targets`.",
        shifted_again="You shifted once more. ⇒ The targets are already the next tokens: `targets[b, t]` belongs to `logits[b, t]`.",
        last_place="Only the last place of each text counts in your loss. ⇒ Every place has a target.",
        first_text="Only the first text counts in your loss. ⇒ Take the mean over all texts.",
        reshaped="A reshape to (B, V, T) mixes up tokens and vocabulary. ⇒ Flatten instead: `logits.flatten(0, 1)`, `targets.flatten()`.",
        softmax_twice="You took a softmax twice. ⇒ `F.cross_entropy` wants the logits as they are: leave your own softmax out.",
    ),
    true_if=dict(
        plain_number=lambda code: code.has(r"=.*\.item\(\)\n(.*\n)*.*backward|\.item\(\)\.backward"),
        cleared_by_hand=lambda code: code.uses("zero_", "fill_", "mul_"),
    ),
    makes=_batch,
    tries=1,
    hints=(
        "Five things happen: clear, predict, measure, go back, step. Which of them need the optimiser, and which the model?",
        "`optimiser.zero_grad()`, `model(inputs)`, your `cross_entropy`, `loss.backward()`, `optimiser.step()`.",
        "Begin with `optimiser.zero_grad()` and `loss = cross_entropy(model(inputs), targets)`.",
    ),
    probes=[
        (
            "optimiser_unused",
            "The optimiser that is handed in never steps. ⇒ Leave the update to it: `optimiser.step()`.",
            _optimiser_steps,
        ),
        *(
            (f"{name}_wrong", sentence, lambda f, name=name: _first_fault_of_step(f) != name)
            for name, sentence in dict(
                loss="The loss that you return is not the one of this batch before the step. ⇒ The mean of −ln p of all targets.",
                first="Your loss is right, the weights after the step are not. ⇒ Clear, `backward()` once, `step()` once, and nothing else in between.",
                second="Your first step is right, the second is not. Is something left over from the first? ⇒ Each call begins with cleared gradients.",
            ).items()
        ),
    ],
)
