"""Lesson 10: how it learns."""

import numpy as np

from course_lib.judge import Exercise


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
        inputs_whole=lambda: (ids, later),
        targets_whole=lambda: (first, ids),
        wraps_round=lambda: (ids, np.roll(ids, -1, axis=1)),
        looks_back=lambda: (ids, np.roll(ids, 1, axis=1)),
        swapped=lambda: (later, first),
        next_text=lambda: (ids[:-1], ids[1:]),
        two_ahead=lambda: (ids[:, :-2], ids[:, 2:]),
        last_token=lambda: (first, ids[:, -1]),
        last_column=lambda: (first, ids[:, -1:]),
        halves=lambda: (ids[:, : T // 2], ids[:, T // 2 :]),
        filled_up=lambda: (ids, np.concatenate([later, zeros], axis=1)),
        filled_with_ignored=lambda: (ids, np.concatenate([later, zeros - 100], axis=1)),
        flattened=lambda: (ids.flatten()[:-1], ids.flatten()[1:]),
        rows_flattened=lambda: (first.flatten(), later.flatten()),
        first_text=lambda: (first[0], later[0]),
        one_more=lambda: (first, first + 1),
    )


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
        not_shifted="Your targets are the inputs: the model only has to repeat what it reads. Its loss would go to 0. Targets begin one token later.",
        not_shifted_short="Your targets are the inputs: the model only has to repeat what it reads. Its loss would go to 0. Targets begin one token later: `ids[:, 1:]`.",
        inputs_whole="Your inputs have one token more than your targets: nothing follows the last token here. Leave it out of the inputs.",
        targets_whole="Your targets have one token more than your inputs: nobody has to say the first token. Leave it out of the targets.",
        wraps_round="Your last target is the *first* token of the text: `roll` lets it come round again. Cut instead: nothing follows the last token.",
        looks_back="Your targets are the tokens *before*, and the first one has come round from the end. What follows is one further to the right.",
        swapped="You swapped the two: the model would have to say what came *before*. Return the earlier tokens first, then the later ones.",
        next_text="You shifted texts, not tokens. The batch is axis 0; tokens are axis 1: `ids[:, …]`.",
        two_ahead="Your targets are two tokens ahead. Cut one token on each side, not two.",
        last_token="Only the last token is a target. Each token has one: what comes next. That is T − 1 examples for the price of one.",
        last_column="Only the last token is a target. Each token has one: what comes next. That is T − 1 examples for the price of one.",
        halves="You cut each text into two halves. The two should overlap: each target is the neighbour of its input.",
        filled_up="You filled the last target with 0, and that is the name of a real token: the model would learn to say it. Cut off the last input instead.",
        filled_with_ignored="You filled up with −100. PyTorch's cross-entropy would leave it out, and others would not. Cut off the last input instead.",
        flattened="You put all texts into one row first: the end of one text must then foretell the beginning of the next. Keep them apart: `ids[:, …]`.",
        rows_flattened="The right tokens, but in one long row. Keep the texts apart: (B, T − 1).",
        first_text="Only the first text came back. Keep the batch axis: `ids[:, …]`.",
        one_more="You added 1 to the ids. The next *token* is wanted, not the next number: shift the places.",
    ),
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
        shifted_again=lambda: (logits[:, :-1], targets[:, 1:]) if T > 1 else (logits, targets),
        last_place=lambda: (logits[:, -1:], targets[:, -1:]),
    )

    def p():
        return np.exp(_log_softmax(logits))

    log_p = slip(
        lambda: _log_softmax(logits),
        softmax_twice=lambda: _log_softmax(p()),
        over_tokens=lambda: _log_softmax(logits, 1),
        over_texts=lambda: _log_softmax(logits, 0),
        underflow=lambda: np.log(p()),
        overflow=lambda: np.log(np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)),
        overflow_in_sum=lambda: logits - np.log(np.exp(logits).sum(-1, keepdims=True)),
        no_log=p,
        raw_scores=logits,
    )
    log_p = slip(lambda: log_p, base_2=lambda: log_p / np.log(2))
    one_hot = np.eye(V)[targets]  # (B, T, V)
    of_target = np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]  # (B, T)
    surprise = slip(
        lambda: -of_target,
        sign=of_target,
        best_guess=lambda: -log_p.max(-1),
        entropy=lambda: -(np.exp(log_p) * log_p).sum(-1),
        one_minus_p=lambda: 1 - np.exp(of_target),
        zero_times_infinity=lambda: -(one_hot * np.log(p())).sum(-1),
    )
    return slip(
        lambda: surprise.mean(),
        summed=lambda: surprise.sum(),
        summed_over_tokens=lambda: surprise.sum(1).mean(),
        averaged_over_vocabulary=lambda: surprise.mean() / V,
        one_hot_axis=lambda: -(one_hot * _log_softmax(logits, 1)).sum(1).mean(),
        per_text=lambda: surprise.mean(1),
        per_token=surprise,
        perplexity=lambda: np.exp(surprise.mean()),
    )


HUGE = np.array([[[1e4, -1e4, 0.0], [9e3, 1e4, 1e4]], [[-1e4, 5.0, 1e4], [0.0, 0.0, -1e4]]])
LOW = np.array([[[-1e4, -9999.0, -9998.0, -1e4], [-9999.5, -9999.0, -1e4, -9998.0]]])


def _has_no_ceiling(function):
    import torch

    at_most = float(function(torch.tensor([[[200.0, 0.0]]]), torch.tensor([[1]])))
    return not 5 < at_most < 90


CROSS_ENTROPY = Exercise(
    cross_entropy,
    cases=[
        (np.array([[[1.0, 0.0, 2.0], [0.0, 1.0, 1.0]]]), np.array([[2, 0]])),
        (2 * _numbers(2, 2, 3, 5), _ids(2, 5, 2, 3)),
        (_numbers(3, 3, 1, 4), np.array([[1], [3], [0]])),
        (HUGE, np.array([[1, 1], [0, 2]])),
        (LOW, np.array([[2, 0]])),
    ],
    tensors=True,
    says=dict(
        softmax_twice="You took a softmax twice: `F.cross_entropy` and `log_softmax` want the logits as they are. Leave your own softmax out.",
        over_tokens="Your softmax runs over the tokens of a text. Each place shares out 1 over the vocabulary: the last axis.",
        over_texts="Your softmax runs over the texts. Each place shares out 1 over the vocabulary: the last axis.",
        underflow="Very unlikely targets give infinity: their p has become 0 before the logarithm. Use `log_softmax`: it never makes p.",
        overflow="Very large logits give NaN: exp of them is infinite (or 0, if they are very negative). Use `log_softmax`, or subtract the highest logit first.",
        overflow_in_sum="Very large logits give infinity in ln Σ exp. Subtract the highest logit of each place first, or use `log_softmax` or `logsumexp`.",
        zero_times_infinity="Where p has become 0, your one-hot 0 meets ln 0: 0 · ∞ is NaN. Use `log_softmax`: it never makes p.",
        one_hot_axis="`F.cross_entropy` looks for the vocabulary on axis 1, and found the tokens there. Flatten texts and tokens, or `transpose(1, 2)`.",
        no_log="The logarithm is missing: the surprise is −ln p, not −p.",
        raw_scores="You took the targets' logits as they are. Make log-probabilities of them first: `log_softmax` over the last axis.",
        base_2="You used the logarithm to base 2: that gives bits. Use the natural one, `log`: nats.",
        sign="Your loss is negative: ln p is never above 0. Put a minus in front: the surprise is −ln p.",
        best_guess="You measured the model's best guess, whatever the target is. Take the probability of the *target*.",
        entropy="That is the entropy of the prediction: the targets play no part in it. Take −ln p of the *target*.",
        one_minus_p="You averaged 1 − p. The surprise is −ln p: it has no upper end.",
        summed="You added up the surprises. Take their mean, so that the loss does not grow with the size of the batch.",
        summed_over_tokens="You added up over the tokens of a text. Take the mean over texts *and* tokens.",
        averaged_over_vocabulary="Your mean also counts the V − 1 zeros of each one-hot row. Add up over the vocabulary, and take the mean over texts and tokens.",
        per_text="You returned one number per text. Take the mean over all of them: a single number.",
        per_token="You returned the surprise of each token. Take the mean over all of them: a single number.",
        perplexity="That is exp of the loss, the perplexity. Return the loss itself.",
        reshaped="`reshape` or `view` to (B, V, T) mixes up tokens and vocabulary. Use `transpose(1, 2)`, or flatten: `logits.flatten(0, 1)`, `targets.flatten()`.",
        shifted_again="You shifted once more. The targets are already the next tokens: `targets[b, t]` belongs to `logits[b, t]`.",
        last_place="You used the last place of each text only. Every place has a target: take the mean over all of them.",
    ),
    hints=(
        "Each place has V logits and one target. Which of the V log-probabilities counts?",
        "`F.cross_entropy` wants (N, V) and (N,): flatten texts and tokens into one axis. Or do it yourself: `log_softmax(-1)` and `gather`.",
        "Begin with `log_p = logits.log_softmax(dim=-1)`, shape (B, T, V). In NumPy subtract the highest logit first.",
    ),
    probes=[
        (
            "ceiling",
            "A very unlikely target is not surprising enough: something (a small number that you add, a clamp) puts a ceiling on −ln p. Use `log_softmax`.",
            _has_no_ceiling,
        )
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
    x, gradient, step = x.copy(), np.zeros(x.shape), slip(eps, eps_ignored=1e-5, half_nudge=eps / 2)
    for place in np.ndindex(x.shape):
        touched = slip(place, all_at_once=..., row_at_once=place[0])
        nudge = np.zeros(x.shape)
        nudge[touched] = step
        here, up, down = f(x), f(x + nudge), f(x - nudge)
        x = slip(lambda: x, not_restored=lambda nudge=nudge: x - nudge, left_above=lambda nudge=nudge: x + nudge)
        up, down = slip((up, down), forward=(up, here), backward=(here, down), sign=(down, up))
        width = 1 if slip(False, forward=True, backward=True) else 2
        gradient[place] = slip(
            (up - down) / (width * step),
            not_halved=(up - down) / step,
            from_the_middle=(up - here) / (2 * step),
            not_divided=up - down,
            no_eps=(up - down) / 2,
            precedence=(up - down) / 2 * step,
        )
    last = np.zeros(x.shape)
    last[place] = gradient[place]
    return slip(gradient, flat=gradient.ravel(), last_only=last, summed=gradient.sum(), all_zero=0 * gradient)


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
        (
            _Function("the sum of (x xᵀ)²", lambda x: ((x @ x.T) ** 2).sum()),
            np.array([[0.5, -1.0], [1.25, 0.75], [-0.5, 2.0]]),
            0.125,
        ),
    ],
    says=dict(
        forward="You only looked upwards: f(x + eps) − f(x). Look both ways, and divide by 2·eps: the error becomes far smaller.",
        backward="You only looked downwards: f(x) − f(x − eps). Look both ways, and divide by 2·eps: the error becomes far smaller.",
        not_halved="Your gradient is twice too large: from x − eps to x + eps it is 2·eps. Divide by that.",
        from_the_middle="You went from x to x + eps, and divided by 2·eps. Go down to x − eps as well: f(x + eps) − f(x − eps).",
        not_divided="You returned how much f changes. The slope is that divided by the length of the way: 2·eps.",
        no_eps="You divided by 2 only. From x − eps to x + eps it is 2·eps.",
        precedence="`/ 2 * eps` divides by 2 and then *multiplies* by eps. Write `/ (2 * eps)`.",
        sign="Your gradient points down: it is f(x − eps) − f(x + eps). Up minus down.",
        all_at_once="You nudged all entries at once. Nudge one at a time, and leave the others as they are.",
        row_at_once="You nudged a whole row at once. Nudge one entry at a time: `np.ndindex(x.shape)` runs through all places.",
        eps_ignored="Your answer does not depend on `eps`. Use the nudge that is handed in.",
        half_nudge="You nudged by eps / 2. Go a whole eps up and a whole eps down, and divide by 2·eps.",
        not_restored="After an entry was nudged, it stays below where it was, and all later slopes are measured in the wrong place. Put it back.",
        left_above="After an entry was nudged, it stays above where it was, and all later slopes are measured in the wrong place. Put it back.",
        flat="The slopes are right, but in one long row. Return them in the shape of x.",
        last_only="Only the last slope is left. Make the array of zeros once, before the loop.",
        all_zero="All your slopes are 0. Are `up` and `down` one and the same array? Each needs a `x.copy()` of its own.",
        summed="You added all slopes up. Return one slope for each entry, in the shape of x.",
    ),
    hints=(
        "You may call f as often as you like. How do you find out what f does if only one entry of x is a little larger?",
        "For each place: a copy of x with eps added there, another with eps taken away; the difference of f, divided by 2·eps. `np.ndindex(x.shape)` gives the places.",
        "`gradient = np.zeros(x.shape)`, then `for place in np.ndindex(x.shape):` and inside it `up = x.copy()`.",
    ),
)


def _watched(seed, V, C, optimiser, **settings):
    """A very small model, its optimiser, and a diary of what is done with them."""
    import torch

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.tokens, self.unembed = torch.nn.Embedding(V, C), torch.nn.Linear(C, V, bias=False)
            for n, weights in enumerate(self.parameters()):
                weights.data = torch.tensor(_numbers([seed, n], *weights.shape), dtype=torch.float32)
            self.start = [weights.detach().clone() for weights in self.parameters()]
            self.diary = []

        def forward(self, ids):
            weights = (
                1 * self.unembed.weight
            )  # a copy: who steps before `backward` shall not meet autograd's error first
            logits = torch.nn.functional.linear(self.tokens(ids), weights)
            if logits.requires_grad:
                logits.register_hook(lambda _: self.diary.append("backward"))
            return logits

    class Optimiser(optimiser):
        def step(self, closure=None):
            self.param_groups[0]["diary"].append("step")
            return super().step(closure)

    model = Model()
    return model, Optimiser([{"params": list(model.parameters()), "diary": model.diary}], **settings)


def _train_step_cases():
    import torch

    ids = [torch.tensor(_ids(seed, V, B, T)) for seed, V, B, T in ((4, 3, 1, 5), (5, 5, 2, 4), (6, 4, 3, 3))]
    return [
        (*_watched(7, 3, 2, torch.optim.SGD, lr=0.5), ids[0][:, :-1], ids[0][:, 1:]),
        (*_watched(8, 5, 3, torch.optim.SGD, lr=0.5), ids[1][:, :-1], ids[1][:, 1:]),
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
            shifted_again=lambda: (logits[:, :-1], targets[:, 1:]),
            last_place=lambda: (logits[:, -1:], targets[:, -1:]),
            reshaped=lambda: (logits.reshape(B, V, T).transpose(1, 2), targets),
            softmax_twice=lambda: (logits.softmax(-1), targets),
        )
        surprises = F.cross_entropy(here.flatten(0, 1), there.flatten(), reduction="none")
        return slip(lambda: surprises.mean(), summed=lambda: surprises.sum())

    def step_and_clear():
        optimiser.step()
        optimiser.zero_grad()

    def step_twice():
        optimiser.step()
        optimiser.step()

    slip(optimiser.zero_grad, not_cleared=None, one_behind=None)
    loss = measure()
    slip(None, step_first=optimiser.step, one_behind=step_and_clear)
    slip(loss.backward, no_backward=None, uphill=lambda: (-loss).backward(), twice_back=lambda: (2 * loss).backward())
    slip(None, cleared_before_step=optimiser.zero_grad)
    slip(optimiser.step, no_step=None, step_first=None, one_behind=None, step_twice=step_twice)
    return slip(lambda: loss, loss_after=measure, negative=lambda: -loss)


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
    return (*losses, *(weights.detach().double().numpy() for weights in model.parameters()), _what_happened(model))


def _optimiser_steps(function):
    (model, *rest), *_ = _train_step_cases()
    function(model, *rest)
    return "step" in model.diary


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
    ),
    says=dict(
        not_cleared="The gradients are never cleared: from the second step on, old ones are added to the new. Call `optimiser.zero_grad()` before `backward`.",
        no_backward="There is no gradient when the step is made: `loss.backward()` is missing.",
        no_step="The gradients are there, but nothing moves: `optimiser.step()` is missing.",
        step_first="You step before `backward()`: there is no gradient yet, and nothing moves. First `loss.backward()`, then `optimiser.step()`.",
        one_behind="You step before `backward()`: each gradient is used one step too late. First `loss.backward()`, then `optimiser.step()`.",
        cleared_before_step="You clear the gradients between `backward()` and `step()`: nothing is left to follow. Clear them before `backward()`.",
        step_twice="You step twice with the same gradient. Once is enough.",
        twice_back="Your gradient is twice too large. Is the loss counted twice, or `backward()` called twice?",
        uphill="You climb: the loss grows. `backward()` belongs to the loss itself, without a minus.",
        loss_after="You returned the loss *after* the step. Return the one that the step was made from; a second forward pass doubles the cost.",
        negative="You returned minus the loss. The loss is −ln p, which is never below 0.",
        summed="You added up the surprises: the steps become larger with every larger batch. Take the mean.",
        unshifted="You compared the predictions with the `inputs`: then repeating is right. Compare them with `targets`.",
        shifted_again="You shifted once more. The targets are already the next tokens: `targets[b, t]` belongs to `logits[b, t]`.",
        last_place="Only the last place of each text counts in your loss. Every place has a target.",
        reshaped="`reshape` or `view` to (B, V, T) mixes up tokens and vocabulary. Flatten instead: `logits.flatten(0, 1)`, `targets.flatten()`.",
        softmax_twice="You took a softmax twice: `F.cross_entropy` wants the logits as they are. Leave your own softmax out.",
    ),
    hints=(
        "Five things happen: clear, predict, measure, go back, step. Which of them need the optimiser, and which the model?",
        "`optimiser.zero_grad()`, `model(inputs)`, your `cross_entropy`, `loss.backward()`, `optimiser.step()`.",
        "Begin with `optimiser.zero_grad()` and `loss = cross_entropy(model(inputs), targets)`.",
    ),
    probes=[
        (
            "optimiser_unused",
            "The optimiser that is handed in never steps. Leave the update to it: `optimiser.step()`.",
            _optimiser_steps,
        )
    ],
)
