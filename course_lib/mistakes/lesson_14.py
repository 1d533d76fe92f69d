"""Lesson 14: looking inside. The references are NumPy; learners get torch's tensors, and may answer with anything."""

import numpy as np

from course_lib.judge import Exercise


def _numbers(seed, *shape, size=1.0):
    return (size * np.random.default_rng(seed).normal(size=shape)).round(2)


def _pattern(seed, H, T, sharpness=1.5, causal=True):
    """Weights (H, T, T) whose rows sum to 1; those of an encoder look ahead, too."""
    scores = np.where(np.tri(T, dtype=bool) | (not causal), _numbers(seed, H, T, T, size=sharpness), -np.inf)
    exps = np.exp(scores - scores.max(-1, keepdims=True))
    return exps / exps.sum(-1, keepdims=True)


def _on(H, T, look):
    """Weights (H, T, T) of heads that look at one token only: `look(h, i)` is its place."""
    weights = np.zeros((H, T, T))
    for h in range(H):
        for i in range(T):
            weights[h, i, look(h, i)] = 1
    return weights


# ---- previous_token_score ------------------------------------------------------------------------------------------


def previous_token_score(weights, slip):
    """The mean of weights[h, i, i − 1] over i = 1 … T − 1, for each head."""
    H, T, _ = weights.shape
    weights = slip(lambda: weights, transposed=lambda: weights.swapaxes(1, 2))
    weights = slip(lambda: weights, over_heads=lambda: np.tile(weights.mean(0), (H, 1, 1)))
    back = slip(1, itself=0, two_back=2)
    looked_at = slip(
        lambda: np.stack([np.diagonal(head, -back) for head in weights]),
        any_earlier=lambda: np.stack([np.tril(head, -1).sum(-1)[1:] for head in weights]),
        first_token=lambda: weights[:, 1:, 0],
        not_the_last=lambda: np.stack([np.diagonal(head, -back)[:-1] for head in weights]),
        only_the_last=lambda: weights[:, -1:, -2],
        every_column=lambda: weights[:, 1:, :-1].reshape(H, -1),
    )
    n = looked_at.shape[1]
    score = slip(
        lambda: looked_at.sum(1) / n,
        first_averaged_in=lambda: looked_at.sum(1) / (n + 1),
        over_the_table=lambda: looked_at.sum(1) / T**2,
        summed=lambda: looked_at.sum(1),
        largest=lambda: looked_at.max(1),
        counted=lambda: (weights.argmax(-1)[:, 1:] == np.arange(T - 1)).mean(1),
        best_head=lambda: np.array((looked_at.sum(1) / n).argmax()),
        one_number=lambda: looked_at.sum() / looked_at.size,
        per_token=lambda: looked_at,
        wrong_axis=lambda: looked_at.mean(0),
    )
    return score


PREVIOUS_TOKEN_SCORE = Exercise(
    previous_token_score,
    cases=[
        (
            np.array(
                [[[1, 0, 0], [0.75, 0.25, 0], [0.5, 0.4, 0.1]], [[1, 0, 0], [0.25, 0.75, 0], [0.125, 0.25, 0.625]]]
            ),
        ),
        (_pattern(1, 3, 5),),
        (_on(3, 6, lambda h, i: max(i - h, 0)),),
        (_pattern(2, 4, 4, sharpness=3.0),),
        (_pattern(3, 5, 8),),
        (_pattern(4, 2, 4),),
        (_pattern(5, 3, 6, causal=False),),
        (_pattern(6, 4, 5, causal=False),),
    ],
    says=dict(
        transposed="You looked above the diagonal, where the next token stands, which is masked. A row is a query: take `weights[h, i, i - 1]`.",
        itself="You measured how much each token looks at itself. The token in front is one column to the left: i − 1.",
        two_back="You looked two tokens back. The previous token is one to the left: column i − 1.",
        any_earlier="You counted all earlier tokens. Take the one just in front alone: column i − 1.",
        first_token="You measured how much the first token is looked at. The target moves with the query: column i − 1.",
        not_the_last="Your last token is left out. Tokens 1 to T − 1 have one in front, so there are T − 1 weights for the mean.",
        only_the_last="You took the last token only. Take the mean over all tokens that have one in front.",
        every_column="You took the mean over all pairs of tokens. Only the entries just below the diagonal count, one for each token.",
        first_averaged_in="You divided by T. The first token has nobody in front of it: take the mean over the other T − 1.",
        over_the_table="You took the mean over the whole table, with all the zeros. Only T − 1 entries count: their sum divided by T − 1.",
        summed="You added the weights up. Take their mean, so that texts of any length give a share between 0 and 1.",
        largest="You took the largest weight. Take the mean over all tokens: one lucky token does not make a previous-token head.",
        counted="You counted how often the token in front gets most. Take the mean of the weights themselves.",
        best_head="You returned the number of the best head. Return all scores: one for each head, shape (H,).",
        one_number="You took the mean over the heads as well. Keep one score for each head: shape (H,).",
        per_token="Your weights are the right ones. Now take the mean over the tokens: shape (H,).",
        wrong_axis="You took the mean over the heads, which leaves a number for each token. Take it over the tokens: shape (H,).",
        over_heads="You averaged the heads' patterns first, so all get the same score. Keep the heads apart.",
    ),
    hints=(
        "Token 3 looks at token 2, token 4 at token 3. Where in the table (row = query) do these weights stand?",
        "They stand one below the diagonal: `torch.diagonal` takes an `offset`, and wants to know which two axes make the table.",
        "`below = weights.diagonal(-1, dim1=-2, dim2=-1)`: shape (H, T − 1). The rest is a mean.",
    ),
    tensors=True,
)


# ---- induction_score -----------------------------------------------------------------------------------------------


def induction_score(weights, period, slip):
    """The mean of weights[h, i, i − period + 1] over i = period … T − 1, for each head."""
    H, T, _ = weights.shape
    weights = slip(lambda: weights, transposed=lambda: weights.swapaxes(1, 2))
    weights = slip(lambda: weights, over_heads=lambda: np.tile(weights.mean(0), (H, 1, 1)))
    back = slip(
        lambda: period - 1,
        same_token=lambda: period,
        before_it=lambda: period + 1,
        two_after=lambda: period - 2,
        previous=1,
        period_fixed=2,
    )
    start = slip(lambda: period, whole_diagonal=lambda: max(back, 0), second_skipped=lambda: period + 1)
    queries = np.arange(start, T)
    queries = queries[queries - back >= 0]
    if slip(False, wrapped=True):
        back, queries = period + 1, np.arange(period, T)
    if slip(False, one_repetition=True):
        queries = queries[queries < 2 * period]
    looked_at = weights[:, queries, queries - back]
    n = slip(lambda: len(queries), over_all=lambda: T, over_period=lambda: period)
    return slip(
        lambda: looked_at.sum(1) / n,
        summed=lambda: looked_at.sum(1),
        largest=lambda: looked_at.max(1),
        best_head=lambda: np.array(looked_at.mean(1).argmax()),
        one_number=lambda: looked_at.mean(),
        per_token=lambda: looked_at,
        wrong_axis=lambda: looked_at.mean(0),
    )


INDUCTION_SCORE = Exercise(
    induction_score,
    cases=[
        (_pattern(11, 2, 6), 3),
        (_pattern(12, 3, 12), 4),
        (_on(5, 14, lambda h, i: max(i - (h + 2), 0)), 5),
        (_pattern(13, 4, 11), 4),
        (_pattern(14, 3, 16, sharpness=3.0), 5),
        (_pattern(15, 2, 10), 7),
        (_pattern(16, 3, 12, causal=False), 4),
        (_pattern(17, 4, 9, causal=False), 3),
    ],
    says=dict(
        transposed="You swapped rows and columns. A row is a query: take `weights[h, i, i - period + 1]`.",
        same_token="You looked `period` back: there stands the same token. Induction looks at the one *after* it: i − period + 1.",
        before_it="You looked `period` + 1 back, in front of the same token. Induction looks *after* it: i − period + 1.",
        wrapped="You looked at i − period − 1, which is in front of the same token, and −1 at first: Python reads that as the last. It is i − period **+** 1.",
        two_after="You looked one too far to the right: i − period is the same token, i − period + 1 the one that came next.",
        previous="You measured the previous token: that is the other score. Look at i − period + 1.",
        period_fixed="Your distance does not depend on `period`. Look at i − period + 1.",
        whole_diagonal="Token period − 1 is in your mean. It has not been seen before: begin with token `period`, the first repeated one.",
        second_skipped="You left out token `period`. It is the first one that is repeated: begin there.",
        one_repetition="You stopped after the first repetition. Go on to the end of the text.",
        over_all="You divided by T. Take the mean over the tokens that repeat something: T − period of them.",
        over_period="You divided by `period`. Take the mean over the tokens that repeat something: T − period of them.",
        summed="You added the weights up. Take their mean, so that texts of any length give a share between 0 and 1.",
        largest="You took the largest weight. Take the mean over all repeated tokens.",
        best_head="You returned the number of the best head. Return all scores: one for each head, shape (H,).",
        one_number="You took the mean over the heads as well. Keep one score for each head: shape (H,).",
        per_token="Your weights are the right ones. Now take the mean over the tokens: shape (H,).",
        wrong_axis="You took the mean over the heads, which leaves a number for each token. Take it over the tokens: shape (H,).",
        over_heads="You averaged the heads' patterns first, so all get the same score. Keep the heads apart.",
    ),
    hints=(
        "In `a b c a b c` with period 3, token 3 is the second `a`. What came after the first `a`, and how many places back is that?",
        "It is i − period + 1, for i from `period` on. That is a diagonal again, without its first entry, or a loop.",
        "`weights[:, i, i - period + 1]` for one i has shape (H,). Take the mean over i in `range(period, T)`.",
    ),
    tensors=True,
)


# ---- ablate_head ---------------------------------------------------------------------------------------------------


def ablate_head(merged, h, n_head, slip):
    """A copy in which the columns of head h are 0."""
    B, T, C = merged.shape
    D = slip(lambda: C // n_head, number_for_size=n_head)
    h = slip(lambda: h, from_one=lambda: h - 1, next_head=lambda: h + 1, from_behind=lambda: n_head - 1 - h)
    own = slip(
        lambda: slice(h * D, (h + 1) * D) if h >= 0 else slice(0, 0),
        interleaved=lambda: slice(max(h, 0), None, n_head),
        one_column=lambda: slice(h, h + 1),
        first_column=lambda: slice(h * D, h * D + 1),
        one_too_many=lambda: slice(h * D, (h + 1) * D + 1),
        one_too_few=lambda: slice(h * D, (h + 1) * D - 1),
        all_before=lambda: slice(0, (h + 1) * D),
        all_behind=lambda: slice(h * D, None),
    )
    chosen = np.zeros(C, dtype=bool)
    chosen[own] = True
    if slip(False, only_this_head=True):
        chosen = ~chosen
    zeroed = slip(
        lambda: np.where(chosen, 0, merged),
        removed=lambda: merged[..., ~chosen],
        only_columns=lambda: merged[..., chosen],
        set_to_one=lambda: np.where(chosen, 1, merged),
        minus_infinity=lambda: np.where(chosen, -np.inf, merged),
        mean_instead=lambda: np.where(chosen, merged.mean((0, 1)), merged),
        unchanged=merged,
        rows=lambda: _rows_zeroed(merged, own),
        first_text=lambda: np.where(chosen & (np.arange(B) == 0)[:, None, None], 0, merged),
        last_token=lambda: np.where(chosen & (np.arange(T) == T - 1)[:, None], 0, merged),
    )
    return slip(lambda: zeroed, scaled_up=lambda: zeroed * n_head / max(n_head - 1, 1))


def _rows_zeroed(merged, own):
    out = merged.copy()
    out[:, own] = 0
    return out


ABLATE_HEAD = Exercise(
    ablate_head,
    cases=[
        (np.arange(1.0, 13).reshape(1, 2, 6), 1, 3),
        (_numbers(21, 2, 7, 12), 1, 4),
        (_numbers(22, 3, 9, 8), 0, 2),
        (_numbers(23, 2, 6, 12), 2, 3),
        (_numbers(24, 2, 8, 10), 3, 5),
        (_numbers(25, 2, 5, 8), 1, 4),
    ],
    says=dict(
        number_for_size="You used `n_head` as the size of a head. It is their number: a head has D = C // n_head columns.",
        from_one="You count heads from 1. They count from 0: head h has the columns h·D to (h + 1)·D.",
        next_head="You switched off the next head. Head h has the columns h·D to (h + 1)·D.",
        from_behind="You count heads from the end. Head 0 has the first columns: head h has h·D to (h + 1)·D.",
        interleaved="You set every `n_head`-th column to 0. Merged heads stand side by side: head h has the neighbouring columns h·D to (h + 1)·D.",
        one_column="You set one column to 0, number h. A head has D of them: h·D to (h + 1)·D.",
        first_column="You set only the first of the head's columns to 0. It has D of them: h·D to (h + 1)·D.",
        one_too_many="You took one column too many: Python's slices end *before* their second number, so `h*D : (h+1)*D` is right.",
        one_too_few="You left the head's last column as it was. Python's slices end before their second number: `h*D : (h+1)*D`.",
        all_before="You switched off all heads up to h. Only the columns h·D to (h + 1)·D belong to it.",
        all_behind="You switched off all heads from h on. Only the columns h·D to (h + 1)·D belong to it.",
        only_this_head="You kept head h and switched off all others. It is the other way round.",
        removed="You cut the head's columns out. `W_o` expects all C columns: keep them, and set them to 0.",
        only_columns="You returned only the head's columns. Return all C columns, those of head h set to 0.",
        set_to_one="You set the columns to 1. A head that adds nothing has 0 there.",
        minus_infinity="You set the columns to −∞. That is for scores before a softmax; these are values, and a head that adds nothing has 0 there.",
        mean_instead="You set the columns to their mean: that is another kind of ablation, used in papers. Here: 0.",
        unchanged="Nothing has changed. Did you return the copy in which you set the columns to 0?",
        rows="You set rows, that is tokens, to 0. The head's columns are on the last axis: `[..., h*D : (h+1)*D]`.",
        first_text="Only the first text's head is switched off. Do it in all texts: `[..., h*D : (h+1)*D]`.",
        last_token="Only the last token's head is switched off. Do it for all tokens: `[..., h*D : (h+1)*D]`.",
        scaled_up="You made the other heads louder, as dropout does. Leave them as they are.",
    ),
    hints=(
        "`merge_heads` put the heads side by side, D columns each. Which columns are head 2's if D is 4?",
        "Copy with `merged.clone()`, so that the input stays as it was, then set a slice of the last axis to 0.",
        "`D = merged.shape[-1] // n_head`, and head h has the columns `h * D : (h + 1) * D`.",
    ),
    tensors=True,
)


# ---- logit_lens ----------------------------------------------------------------------------------------------------


def _norms():
    """Layer norms that have learned something, as in a trained model: (module, width)."""
    import torch

    for seed, C in enumerate((3, 4, 6, 5)):
        norm = torch.nn.LayerNorm(C)
        norm.weight.data = torch.tensor(1 + 0.5 * _numbers(seed + 40, C), dtype=torch.float32)
        norm.bias.data = torch.tensor(_numbers(seed + 50, C), dtype=torch.float32)
        yield norm.requires_grad_(False), C


def _lens_cases():
    shapes = [(2, 2, 3), (4, 3, 4), (3, 5, 6), (3, 3, 5)]  # L + 1, T, C; V differs from all
    for seed, ((norm, C), (layers, T, _), V) in enumerate(zip(_norms(), shapes, (4, 7, 8, 5), strict=True)):
        yield _numbers(seed + 30, layers, T, C, size=2.0), norm, _numbers(seed + 35, V, C)


def _normed(x, norm, axis=-1):
    """What torch's layer norm does, in NumPy."""
    gain, shift = (p.detach().double().numpy() for p in (norm.weight, norm.bias))
    return _plain(x, norm, axis) * gain + shift


def _plain(x, norm, axis=-1):
    return (x - x.mean(axis, keepdims=True)) / np.sqrt(x.var(axis, keepdims=True) + norm.eps)


def _product(x, table):
    """x @ table, which torch refuses with a RuntimeError where the sizes differ."""
    if x.shape[-1] != len(table):
        raise RuntimeError(f"{x.shape} and {table.shape} cannot be multiplied")
    return x @ table


def logit_lens(streams, final_norm, token_table, slip):
    """final_norm(streams) @ token_table.T, for every layer's stream."""
    streams, token_table = np.asarray(streams, dtype=float), np.asarray(token_table, dtype=float)
    streams = slip(
        lambda: streams,
        differences=lambda: np.concatenate([streams[:1], np.diff(streams, axis=0)]),
        summed_up=lambda: np.cumsum(streams, axis=0),
    )
    streams = slip(
        lambda: streams,
        last_layer=lambda: streams[-1],
        first_left_out=lambda: streams[1:],
        last_left_out=lambda: streams[:-1],
        last_token=lambda: streams[:, -1],
        reversed=lambda: streams[::-1],
    )
    normed = slip(
        lambda: _normed(streams, final_norm),
        no_norm=streams,
        norm_without_gain=lambda: _plain(streams, final_norm),
        normed_twice=lambda: _normed(_normed(streams, final_norm), final_norm),
        last_only_normed=lambda: np.concatenate([streams[:-1], _normed(streams[-1:], final_norm)]),
        over_tokens=lambda: _normed(streams, final_norm, -2),
        by_length=lambda: streams / np.linalg.norm(streams, axis=-1, keepdims=True),
    )
    logits = slip(
        lambda: normed @ token_table.T,
        norm_on_table=lambda: streams @ _normed(token_table, final_norm).T,
        not_transposed=lambda: _product(normed, token_table),
        no_table=normed,
    )
    return slip(
        lambda: logits,
        probabilities=lambda: _softmax(logits),
        log_probabilities=lambda: np.log(_softmax(logits)),
        best_ids=lambda: logits.argmax(-1).astype(float),
        best_logits=lambda: logits.max(-1),
        turned=lambda: logits.swapaxes(-2, -1),
    )


def _softmax(x):
    exps = np.exp(x - x.max(-1, keepdims=True))
    return exps / exps.sum(-1, keepdims=True)


LOGIT_LENS = Exercise(
    logit_lens,
    cases=_lens_cases,
    says=dict(
        no_norm="`final_norm` is missing. The last layer's stream goes through it before it meets the table, so the others must, too.",
        norm_on_table="You normalised the table. `final_norm` belongs to the streams; the table stays as it is.",
        norm_without_gain="You normalised, but left out what `final_norm` has learned, its weight and bias. Call `final_norm(streams)`.",
        normed_twice="You used `final_norm` twice. Once is enough.",
        last_only_normed="Only the last layer's stream was normalised. All layers go through `final_norm`.",
        over_tokens="You normalised over the tokens. `final_norm(streams)` takes each token's vector by itself, over its C entries.",
        by_length="You divided by the length of the vectors. Use the model's own `final_norm(streams)`.",
        not_transposed="You multiplied by `token_table` itself. It has a row for each token of the vocabulary: use its transpose.",
        no_table="You returned the normalised streams. Now ask for every token of the vocabulary: `@ token_table.T`.",
        last_layer="You looked at the last layer only: that is what the model says anyway. Keep all L + 1 streams.",
        first_left_out="The stream before the first layer is missing. Keep all L + 1 of them.",
        last_left_out="The stream after the last layer is missing. Keep all L + 1 of them.",
        last_token="You looked at the last token only. Return a prediction for every token: (L + 1, T, V).",
        reversed="Your layers are in reverse order.",
        differences="You looked at what each layer adds. The lens reads the stream itself: everything that has been added so far.",
        summed_up="You added up the streams. Each of them is a sum already: take it as it is.",
        probabilities="You returned probabilities. Return the logits, before the softmax.",
        log_probabilities="You returned log-probabilities. Return the logits, before the softmax.",
        best_ids="You returned the best token's id. Return all logits: (L + 1, T, V).",
        best_logits="You returned the largest logit. Return all of them: (L + 1, T, V).",
        turned="Your last two axes are (V, T). A token of the text is a row: (L + 1, T, V).",
    ),
    hints=(
        "What does the model do with the stream after its last layer? Do the same with all of them. Which two steps are that?",
        "`final_norm` takes (…, C) and gives (…, C): all layers at once. Then comes a product with the table, turned round.",
        "`read = final_norm(streams)`, and one `@` is left.",
    ),
    tensors=True,
)
