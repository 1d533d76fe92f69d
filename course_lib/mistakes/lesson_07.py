"""Lesson 07: many heads."""

import numpy as np

from course_lib.judge import Exercise

from .in_attention import (
    WHOLE,
    WHOLE_NUMBERS,
    multiplies_by_infinity,
    no_keepdims,
    whole_numbers_too,
)


def _numbers(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape).round(2)


def _counted(*shape):
    return np.arange(1.0, 1 + np.prod(shape)).reshape(shape)


def split_heads(x, n_head, slip):
    """(B, T, C) -> (B, H, T, D): head h has the columns h·D … (h + 1)·D."""
    (B, T, C), H = x.shape, n_head
    H = slip(lambda: H, size_for_number=lambda: C // n_head, two_heads=2)
    D = C // H
    heads = slip(
        lambda: x.reshape(B, T, H, D).swapaxes(1, 2),
        no_transpose=lambda: x.reshape(B, H, T, D),
        interleaved=lambda: x.reshape(B, T, D, H).transpose(0, 3, 1, 2),
        turned_columns=lambda: x.swapaxes(1, 2).reshape(B, H, T, D),
        torn_by_tokens=lambda: x.reshape(B, H, D, T).swapaxes(2, 3),
        mixed_with_batch=lambda: x.reshape(H, B, T, D).swapaxes(0, 1),
        tokens_dealt=lambda: x.reshape(B, H, T // H, C),
        copies=lambda: np.stack([x] * H, axis=1),
        first_columns=lambda: np.stack([x[..., :D]] * H, axis=1),
        overlapping=lambda: np.stack([x[..., h : h + D] for h in range(H)], axis=1),
        first_column_each=lambda: np.stack([x[..., h * D : h * D + 1] for h in range(H)], axis=1),
        two_columns_each=lambda: x.reshape(B, T, -1, 2).swapaxes(1, 2),
        texts_lost=lambda: x[0].reshape(T, H, D).swapaxes(0, 1),
        one_text_only=lambda: x.reshape(1, T, H, D).swapaxes(1, 2),
    )
    heads = slip(lambda: heads, reversed=lambda: heads[:, ::-1])
    return slip(
        lambda: heads,
        not_moved=lambda: heads.swapaxes(1, 2),
        heads_in_front=lambda: heads.swapaxes(0, 1),
        heads_last=lambda: np.moveaxis(heads, 1, -1),
        features_first=lambda: heads.swapaxes(-2, -1),
        one_row_of_heads=lambda: heads.reshape(-1, *heads.shape[-2:]),
        first_head=lambda: heads[:, 0],
        last_head_missing=lambda: np.stack([heads[:, h] for h in range(H - 1)], axis=1),
        first_head_missing=lambda: np.stack([heads[:, h] for h in range(1, H)], axis=1),
        first_text=lambda: heads[:1],
        squeezed=lambda: heads.squeeze(),
    )


def _split_inputs(draw):
    B, T, H, D = draw.size(1, 4), draw.size(1, 6), draw.size(1, 5), draw.size(1, 5)
    return draw.numbers(B, T, H * D), H


SPLIT_HEADS = Exercise(
    split_heads,
    cases=[
        (_counted(1, 3, 4), 2),
        (_counted(2, 3, 12), 4),
        (_numbers(0, 2, 6, 6), 2),
        (_numbers(1, 3, 1, 6), 3),
        (_numbers(2, 2, 4, 5), 1),
        (_numbers(3, 4, 3, 8), 2),
        (_counted(1, 1, 3), 3),
    ],
    makes=_split_inputs,
    says=dict(
        no_transpose="The shape is right, but `reshape` mixed up tokens and heads. ⇒ First `reshape(B, T, H, D)`, then swap the axes of T and H.",
        not_moved="The head axis is still after T. ⇒ Swap axes 1 and 2 to get (B, H, T, D).",
        interleaved="Your heads take turns: each gets every H-th column. ⇒ They should get neighbouring ones: `reshape(B, T, H, D)`, with H before D.",
        turned_columns="You swapped T and C *before* the reshape, which then tears the columns apart. ⇒ Reshape first: (B, T, H, D).",
        torn_by_tokens="The shape is right, but your reshape has T behind D, so rows of x are torn apart. ⇒ First `reshape(B, T, H, D)`: T stays where it is.",
        mixed_with_batch="Heads and texts are mixed up: each text needs all of its own heads. ⇒ Keep B as the first axis: `reshape(B, T, H, D)`.",
        tokens_dealt="You dealt out the tokens. ⇒ Each head sees *all* tokens, and its own columns.",
        copies="Each head got all columns. ⇒ Deal them out: each gets D = C / n_head neighbouring ones.",
        first_columns="All your heads got the same columns, the first D. ⇒ Head h gets columns h·D to (h + 1)·D.",
        overlapping="Your heads overlap: head h begins at column h. ⇒ It begins at column h·D, where the one before ends.",
        first_column_each="Each head got one column. ⇒ It gets D neighbouring ones: columns h·D to (h + 1)·D.",
        two_columns_each="Each head got two columns, whatever `n_head` is. ⇒ The size of a head is D = C // n_head.",
        two_heads="You made two heads, whatever `n_head` is. ⇒ Use `n_head`: the size of a head is C // n_head.",
        texts_lost="Only the first text came back, without its axis. ⇒ Keep the batch axis in front: (B, H, T, D).",
        first_text="Only the first text came back. ⇒ A batch may hold several: keep all of them, (B, H, T, D).",
        one_text_only="Your function works for one text only, and a batch may hold several. ⇒ Take B from `x.shape`, and keep it in front.",
        reversed="Your heads are in reverse order. ⇒ Head 0 gets the first columns.",
        heads_in_front="Your first two axes are heads and texts. ⇒ The batch comes first: (B, H, T, D).",
        heads_last="Your head axis is the last one. ⇒ It comes second: (B, H, T, D).",
        features_first="Your last two axes are (D, T). ⇒ A token is a row: (T, D).",
        one_row_of_heads="You put all heads of all texts into one long axis. ⇒ Keep two axes: (B, H, T, D).",
        first_head="Only head 0 came back. ⇒ Return them all: (B, H, T, D).",
        last_head_missing="The last head is missing. ⇒ There are `n_head` of them: `range(n_head)` ends with n_head − 1.",
        first_head_missing="The first head is missing. ⇒ Counting begins with 0: `range(n_head)`.",
        squeezed="Every axis of length 1 is gone from your output. ⇒ Keep all four, (B, H, T, D): leave out `squeeze`.",
        size_for_number="You used `n_head` as the size of a head. It is their number. ⇒ The size is C // n_head.",
    ),
    hints=(
        "Row 0 of x becomes several short rows, one for each head. Which axis of x is cut, and where must the new axis end up?",
        "`reshape` can cut the last axis into (H, D) without mixing anything. `swapaxes` then moves the head axis.",
        "`B, T, C = x.shape`, then begin with `x.reshape(B, T, n_head, C // n_head)`.",
    ),
)


def merge_heads(x, slip):
    """(B, H, T, D) -> (B, T, C): the heads side by side."""
    B, H, T, D = x.shape
    x = slip(lambda: x, reversed=lambda: x[:, ::-1])
    side_by_side = x.swapaxes(1, 2).reshape(B, T, H * D)
    return slip(
        lambda: side_by_side,
        no_transpose=lambda: x.reshape(B, T, H * D),
        interleaved=lambda: x.transpose(0, 2, 3, 1).reshape(B, T, H * D),
        rows_torn=lambda: x.swapaxes(2, 3).reshape(B, T, H * D),
        features_in_front=lambda: x.transpose(0, 3, 1, 2).reshape(B, T, H * D),
        with_features_swapped=lambda: x.swapaxes(1, 3).reshape(B, T, H * D),
        tokens_and_texts_swapped=lambda: x.swapaxes(0, 2).reshape(B, T, H * D),
        torn_by_tokens=lambda: x.reshape(B, H * D, T).swapaxes(1, 2),
        axes_misread=lambda: x.reshape(B, H, T * D),
        heads_in_a_list=lambda: np.concatenate([x[:, h] for h in range(H)], axis=0),
        largest=lambda: x.max(1),
        not_merged=lambda: x.swapaxes(1, 2),
        stacked=lambda: np.stack([x[:, h] for h in range(H)], axis=-1),
        one_below_the_other=lambda: x.reshape(B, H * T, D),
        tokens_below=lambda: x.swapaxes(1, 2).reshape(B, T * H, D),
        averaged=lambda: x.mean(1),
        added=lambda: x.sum(1),
        first_head=lambda: x[:, 0],
        last_head=lambda: x[:, -1],
        last_head_missing=lambda: np.concatenate([x[:, h] for h in range(H - 1)], axis=-1),
        last_never_added=lambda: np.concatenate([x[:, 0], *(x[:, h] for h in range(1, H - 1))], axis=-1),
        first_head_missing=lambda: np.concatenate([x[:, h] for h in range(1, H)], axis=-1),
        two_heads=lambda: np.concatenate([x[:, 0], x[:, 1]], axis=-1),
        two_heads_in_reshape=lambda: x.swapaxes(1, 2).reshape(B, T, 2 * D),
        first_head_repeated=lambda: np.concatenate([x[:, 0]] * H, axis=-1),
        first_head_twice=lambda: np.concatenate([x[:, 0], *(x[:, h] for h in range(H))], axis=-1),
        overlapping=lambda: _overlapping(x),
        turned=lambda: side_by_side.swapaxes(1, 2),
        turned_by_reshape=lambda: side_by_side.reshape(B, H * D, T),
        texts_lost=lambda: x[0].swapaxes(0, 1).reshape(T, H * D),
        first_text=lambda: side_by_side[:1],
        one_text_only=lambda: side_by_side.reshape(1, T, H * D),
        one_text_without_axis=lambda: side_by_side.reshape(T, H * D),
        texts_side_by_side=lambda: x.transpose(2, 0, 1, 3).reshape(T, B * H * D),
        texts_merged=lambda: np.concatenate(x, axis=-1),
        texts_merged_below=lambda: np.hstack(x),
        texts_below=lambda: side_by_side.reshape(B * T, H * D),
        tokens_merged=lambda: side_by_side.reshape(B, T * H * D),
        all_merged=lambda: side_by_side.reshape(-1),
        tokens_in_front=lambda: x.transpose(2, 0, 1, 3).reshape(T, B, H * D),
        mixed_with_batch=lambda: x.swapaxes(0, 1).reshape(B, T, H * D),
        squeezed=lambda: side_by_side.squeeze(),
        sum_of_sizes=lambda: side_by_side.reshape(B, T, H + D),
    )


def _overlapping(x):
    B, H, T, D = x.shape
    table = np.zeros((B, T, H * D))
    for h in range(H):
        table[:, :, h : h + D] = x[:, h]
    return table


def _merge_inputs(draw):
    return (draw.numbers(draw.size(1, 4), draw.size(1, 5), draw.size(1, 6), draw.size(1, 5)),)


MERGE_HEADS = Exercise(
    merge_heads,
    cases=[
        (_counted(1, 2, 3, 2),),
        (_counted(2, 4, 3, 5),),
        (_numbers(4, 3, 2, 1, 4),),
        (_numbers(5, 2, 1, 4, 3),),
        (_numbers(6, 3, 3, 2, 3),),
        (_counted(1, 3, 2, 2),),
    ],
    makes=_merge_inputs,
    says=dict(
        no_transpose="The shape is right, but `reshape` mixed up tokens and heads. ⇒ First bring T in front of H, with `swapaxes(1, 2)`.",
        interleaved="Your heads take turns, column by column. ⇒ Each head's D columns stay together: the order before the reshape is (B, T, H, D).",
        rows_torn="You swapped the last two axes. ⇒ The heads must come next to the features: swap axes 1 and 2, H and T.",
        with_features_swapped="You swapped heads and features. ⇒ Swap heads and tokens: axes 1 and 2.",
        tokens_and_texts_swapped="You swapped texts and tokens. ⇒ Swap heads and tokens: axes 1 and 2.",
        torn_by_tokens="The shape is right, but your reshape has T as its last axis, so rows are torn apart. ⇒ Bring T in front of H first: `swapaxes(1, 2)`.",
        axes_misread="You took axis 1 for the tokens: your output has a row for each head. ⇒ x is (B, H, T, D): tokens are axis 2.",
        not_merged="Your head axis is in the right place, and still there. ⇒ Merge it with the last one: `reshape(B, T, H * D)`.",
        stacked="You stacked the heads: each number of a row has an axis of its own for them. ⇒ `np.concatenate(…, axis=-1)` puts them side by side without a new axis.",
        one_below_the_other="You put the heads below each other. ⇒ Side by side: each token's row holds all its heads, H · D columns.",
        tokens_below="You gave each token a row for each head. ⇒ Side by side: one row for each token, with H · D columns.",
        features_in_front="Your features came in front of the heads. ⇒ The order before the reshape is (B, T, H, D): `swapaxes(1, 2)`.",
        heads_in_a_list="You put the heads one after the other along the batch axis. ⇒ Side by side: `axis=-1`.",
        largest="You kept the largest number of all heads. ⇒ Put them side by side: nothing is thrown away.",
        averaged="You averaged the heads: what each of them found gets lost. ⇒ Put them side by side.",
        added="You added the heads up: nobody can tell them apart afterwards. ⇒ Put them side by side; `W_o` comes later.",
        first_head="Only the first head came back. ⇒ Put all of them side by side.",
        last_head="Only the last head came back. ⇒ Put all of them side by side.",
        last_head_missing="The last head is missing. ⇒ There are H of them: `range(H)` ends with H − 1.",
        last_never_added="The last head is missing. ⇒ There are H of them: `range(1, H)` ends with H − 1.",
        first_head_missing="The first head is missing. ⇒ Counting begins with 0: `range(H)`.",
        two_heads="You put two heads side by side, whatever their number is. ⇒ Take H from `x.shape`, and merge all of them.",
        two_heads_in_reshape="You merge two heads, whatever their number is. ⇒ Take H from `x.shape`: a row has H · D columns.",
        first_head_repeated="The first head stands in every place. ⇒ Head h belongs into columns h·D to (h + 1)·D.",
        first_head_twice="The first head is in your rows twice. ⇒ Begin with it and go on from head 1, or begin with nothing.",
        one_text_without_axis="Your output has no axis for the texts, and a batch may hold several. ⇒ Keep it in front: `reshape(B, T, H * D)`.",
        overlapping="Your heads overlap: head h begins at column h. ⇒ It begins at column h·D, where the one before ends.",
        turned="Your last two axes are (C, T). ⇒ A token is a row: (B, T, C).",
        turned_by_reshape="Your last two axes are (C, T), and the reshape tore the rows apart. ⇒ A token is a row: `reshape(B, T, H * D)`.",
        texts_lost="Only the first text came back, without its axis. ⇒ Keep the batch axis in front: (B, T, C).",
        first_text="Only the first text came back. ⇒ A batch may hold several: keep all of them, (B, T, C).",
        one_text_only="Your function works for one text only, and a batch may hold several. ⇒ Take B from `x.shape`, and keep it in front.",
        texts_side_by_side="You put the texts side by side as well. ⇒ Only the heads are merged: the batch axis stays in front.",
        texts_merged="You put the texts together, and left the heads as they are. ⇒ Axis 0 is the batch; the heads are axis 1.",
        texts_merged_below="You put the texts together, and left the heads as they are. ⇒ Axis 0 is the batch; the heads are axis 1.",
        texts_below="You put the texts below each other, without an axis of their own. ⇒ Keep it in front: (B, T, C).",
        tokens_merged="You put a whole text into one long row. ⇒ Merge only H and D: `reshape(B, T, H * D)`.",
        all_merged="You returned one long row of numbers. ⇒ Merge only H and D: `reshape(B, T, H * D)`.",
        sum_of_sizes="Your rows should have H + D columns, and that many numbers there are not. ⇒ H heads with D columns each make H · D.",
        tokens_in_front="Your first two axes are tokens and texts. ⇒ The batch comes first: (B, T, C).",
        mixed_with_batch="You swapped heads and texts. ⇒ Swap heads and tokens: axes 1 and 2.",
        squeezed="Every axis of length 1 is gone from your output. ⇒ Keep all three, (B, T, C): leave out `squeeze`.",
        reversed="Your heads are in reverse order. ⇒ Head 0 gives the first columns.",
    ),
    hints=(
        "A token's row should hold head 0's columns, then head 1's. Which two axes must be neighbours before you can merge them?",
        "`swapaxes(1, 2)` brings (B, H, T, D) to (B, T, H, D). Then `reshape` can merge the last two.",
        "`B, H, T, D = x.shape`, then `x.swapaxes(1, 2)…`",
    ),
)


def _softmax(scores, axis=-1):
    exps = np.exp(scores - scores.max(axis, keepdims=True))
    return exps / exps.sum(axis, keepdims=True)


def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look, slip):
    """Split, attend in every head, merge, project."""
    B, T, C = x.shape
    H = slip(lambda: n_head, one_head=1, size_for_number=lambda: C // n_head, two_heads=2)
    D = C // H

    def split(y):
        return slip(
            lambda: y.reshape(B, T, H, D).swapaxes(1, 2),
            no_transpose=lambda: y.reshape(B, H, T, D),
            interleaved=lambda: y.reshape(B, T, D, H).transpose(0, 3, 1, 2),
            interleaved_twice=lambda: y.reshape(B, T, D, H).transpose(0, 3, 1, 2),
        )

    W_v, W_o = slip((W_v, W_o), v_and_o_swapped=(W_o, W_v))
    W_q, W_k = slip((W_q, W_k), q_and_k_swapped=(W_k, W_q), both_from_W_q=(W_q, W_q), both_from_W_k=(W_k, W_k))
    W_q, W_k = slip((W_q, W_k), queries_from_W_v=(W_v, W_k), keys_from_W_v=(W_q, W_v))
    W_k, W_v = slip((W_k, W_v), k_and_v_swapped=(W_v, W_k))
    W_q, W_v = slip((W_q, W_v), q_and_v_swapped=(W_v, W_q))
    W_v = slip(lambda: W_v, values_from_W_k=W_k, values_from_W_q=W_q, values_are_x=np.eye(C))
    q, k, v = (
        slip(
            lambda W=W: split(x @ W),
            weights_transposed=lambda W=W: split(x @ W.T),
            W_in_front=lambda W=W: split(W @ x),
            x_split_too=lambda W=W: split(x @ (W * np.kron(np.eye(H), np.ones((D, D))))),  # own columns only
            head_meets_whole_weight=lambda W=W: split(x) @ W,
            no_projections=lambda: split(x),
        )
        for W in (W_q, W_k, W_v)
    )
    scores = (
        q
        @ k.swapaxes(-2, -1)
        / slip(D**0.5, by_model_width=C**0.5, by_tokens=T**0.5, unscaled=1, by_d=D, by_number_of_heads=H**0.5)
    )
    everything, causal = np.ones((T, T), bool), np.tri(T, dtype=bool)
    allowed = slip(everything, causal_if_none=causal) if may_look is None else may_look
    far = slip(-np.inf, not_low_enough=-100.0, hidden_10000=lambda: scores - 1e4)
    hidden = slip(
        lambda: np.where(allowed, scores, far),
        mask_ignored=scores,
        always_causal=lambda: np.where(causal, scores, -np.inf),
        causal_on_top=lambda: np.where(causal & allowed, scores, -np.inf),
        mask_inverted=lambda: scores if may_look is None else np.where(allowed, -np.inf, scores),
        mask_transposed=lambda: np.where(allowed.T, scores, -np.inf),
        mask_after=scores,
        shared_again=scores,
        zero_before_softmax=lambda: np.where(allowed, scores, 0.0),
        zero_times_inf=lambda: scores if may_look is None else scores + (1 - allowed) * -np.inf,
        first_head_masked=lambda: np.where(allowed | (np.arange(H) > 0)[:, None, None], scores, -np.inf),
    )
    weights = slip(
        lambda: _softmax(hidden),
        columns=lambda: _softmax(hidden, -2),
        over_heads=lambda: _over_heads(hidden),
        overflow=lambda: np.exp(hidden) / np.exp(hidden).sum(-1, keepdims=True),
        one_maximum=lambda: np.exp(hidden - hidden.max()) / np.exp(hidden - hidden.max()).sum(-1, keepdims=True),
        twice=lambda: _softmax(_softmax(hidden)),
    )
    weights = slip(
        lambda: weights,
        mask_after=lambda: weights * allowed,
        shared_again=lambda: weights * allowed / (weights * allowed).sum(-1, keepdims=True),
        shared_pattern=lambda: weights[:, :1],
        patterns_averaged=lambda: weights.mean(1, keepdims=True),
    )
    heads = slip(lambda: weights @ v, softmax_of_heads=lambda: _softmax(weights @ v))  # (B, H, T, D)
    merged = slip(
        lambda: heads.swapaxes(1, 2).reshape(B, T, C),
        merge_no_transpose=lambda: heads.reshape(B, T, C),
        interleaved_twice=lambda: heads.transpose(0, 2, 3, 1).reshape(B, T, C),
        averaged=lambda: np.tile(heads.mean(1), H),
        added=lambda: np.tile(heads.sum(1), H),
        first_head=lambda: np.tile(heads[:, 0], H),
        not_merged=lambda: heads,
    )
    update = slip(
        lambda: merged @ W_o,
        no_W_o=merged,
        W_o_transposed=lambda: merged @ W_o.T,
        W_o_in_front=lambda: W_o @ merged,
        W_o_twice=lambda: merged @ W_o @ W_o,
        last_update=lambda: merged[..., -D:] @ W_o[-D:],
        first_update=lambda: merged[..., :D] @ W_o[:D],
        last_head_missing=lambda: merged[..., :-D] @ W_o[:-D],
        W_o_split_too=lambda: merged @ (W_o * np.kron(np.eye(H), np.ones((D, D)))),
        same_rows=lambda: sum(merged[..., h * D : (h + 1) * D] @ W_o[:D] for h in range(H)),
        divided=lambda: merged @ W_o / H,
    )
    return slip(
        lambda: update,
        added_to_x=lambda: x + update,
        first_text=lambda: update[0],
        first_text_kept=lambda: update[:1],
        softmax_at_the_end=lambda: _softmax(update),
    )


def _at_most(largest, x):
    """The numbers made smaller where they are larger: a mask of −1e9 is fine, and must stay low enough."""
    return x / max(1.0, abs(x).max() / largest)


def _multi_head_inputs(draw):
    B, T, H, D = draw.size(1, 3), draw.size(1, 6), draw.size(1, 4), draw.size(1, 3)
    C = H * D
    inputs = (_at_most(300, draw.numbers(B, T, C)), *(_at_most(3, draw.numbers(C, C)) for _ in range(4)), H)
    return inputs if draw.rng.random() < 0.4 else (*inputs, draw.mask(T, T))


def _over_heads(scores):
    highest = scores.max(1, keepdims=True)
    exps = np.exp(scores - np.where(np.isfinite(highest), highest, 0))
    return exps / np.maximum(exps.sum(1, keepdims=True), 1e-300)


def _weights(seed, C, size=0.7):
    return tuple((size * np.random.default_rng([seed, i]).normal(size=(C, C))).round(2) for i in range(4))


def _mask(*rows):
    return np.array([[letter == "x" for letter in row] for row in rows])


def _whole(*shape):
    return np.arange(np.prod(shape)).reshape(shape) % 5 - 2


MULTI_HEAD_ATTENTION = Exercise(
    multi_head_attention,
    cases=[
        (_numbers(7, 1, 3, 4), *_weights(7, 4), 2, _mask("x..", "xx.", ".xx")),
        (_numbers(8, 2, 3, 6), *_weights(8, 6), 2, None),
        (_numbers(9, 3, 4, 6), *_weights(9, 6), 3, _mask("x..x", "xx..", ".xx.", "xx.x")),
        (_numbers(10, 2, 1, 8), *_weights(10, 8), 4, None),
        (100 * _numbers(11, 2, 3, 6), *_weights(11, 6), 2, _mask("xx.", ".xx", "x.x")),
        (_numbers(12, 2, 4, 4), *_weights(12, 4), 1, None),  # one head; T and C alike: every order can be multiplied
        (_numbers(13, 2, 3, 4), *_weights(13, 4), 2),
        (_numbers(14, 1, 3, 4) * [[[100.0], [1.0], [1.0]]], *_weights(14, 4), 2, None),  # one loud token
    ],
    makes=_multi_head_inputs,
    unfit=WHOLE,
    defaults={"may_look": None},
    only_nan=("zero_times_inf", "one_maximum"),
    true_if={
        "zero_times_inf": multiplies_by_infinity,
        "overflow": lambda code: code.uses("exp"),
        "one_maximum": lambda code: code.uses("exp") and code.has(r"\bmax\(\)|\ba?max\(\w+\)"),
    },
    promises=[(*WHOLE_NUMBERS, whole_numbers_too(_whole(1, 3, 4), *(_whole(4, 4) for _ in range(4)), 2, None))],
    steps={
        "the heads": ("no_transpose", "interleaved", "one_head", "two_heads", "size_for_number"),
        "the three projections": (
            *(
                "q_and_k_swapped",
                "both_from_W_q",
                "both_from_W_k",
                "k_and_v_swapped",
                "queries_from_W_v",
                "keys_from_W_v",
                "values_from_W_q",
                "q_and_v_swapped",
            ),
            *("values_from_W_k", "values_are_x", "weights_transposed", "x_split_too"),
        ),
        "the scale": ("by_model_width", "by_tokens", "by_number_of_heads", "unscaled", "by_d"),
        "the mask": (
            *("mask_ignored", "always_causal", "causal_if_none", "causal_on_top", "mask_inverted", "mask_transposed"),
            *("zero_before_softmax", "not_low_enough", "hidden_10000", "first_head_masked"),
        ),
        "the merge": ("merge_no_transpose", "averaged", "added", "first_head"),
        "the product with `W_o`": (
            "no_W_o",
            "W_o_transposed",
            "W_o_twice",
            "last_update",
            "first_update",
            "last_head_missing",
            "W_o_split_too",
            "same_rows",
            "divided",
        ),
    },
    says=dict(
        no_transpose="Your split mixes up tokens and heads: the shape fits, the numbers don't. ⇒ Use the `split_heads` that you wrote above.",
        interleaved="Your heads take turns, column by column. ⇒ Each gets D neighbouring columns: use your `split_heads`.",
        interleaved_twice="Your heads take turns, column by column, in the split and in the merge. ⇒ Each gets D neighbouring columns: use your `split_heads` and `merge_heads`.",
        merge_no_transpose="Your merge mixes up tokens and heads. ⇒ Bring T in front of H before the reshape, or use your `merge_heads`.",
        not_merged="You multiplied by `W_o` while the head axis was still there. ⇒ Merge the heads first: your `merge_heads`, then `@ W_o`.",
        one_head="That is a single wide head. ⇒ Split q, k and v into `n_head` heads before they attend.",
        two_heads="You made two heads, whatever `n_head` is. ⇒ Hand `n_head` on to `split_heads`.",
        size_for_number="You used `n_head` as the size of a head. It is their number. ⇒ The size is C // n_head.",
        head_meets_whole_weight="It works for a single head only: with more of them, D columns stand where C are wanted. ⇒ First x @ W, then split; and merge before `@ W_o`.",
        x_split_too="Each head sees only its own columns of x, so most of the weights are not used. ⇒ Every head reads all of x: multiply first, then split.",
        W_in_front="The weights stand in front of x, as in the video, where a token is a column. ⇒ A token is a row here: x @ W.",
        W_o_in_front="`W_o` stands in front, as in the video, where a token is a column. ⇒ The merged heads are rows: they come first, then `@ W_o`.",
        by_model_width="You divided the scores by √C, the width of the model. Each head compares D columns. ⇒ Divide by √D, D = C / n_head.",
        by_tokens="You divided the scores by √T, the number of tokens. ⇒ Divide by √D, D = C / n_head.",
        by_number_of_heads="You divided the scores by the root of the number of heads. ⇒ Divide by √D, the root of their size, D = C / n_head.",
        unscaled="The scores are not scaled. ⇒ Divide them by √D, D = C / n_head.",
        by_d="You divided the scores by D, or twice by its square root. ⇒ Once by √D is enough, and `attend` does it for you.",
        q_and_k_swapped="You swapped `W_q` and `W_k`. ⇒ Rows must be those who ask: queries are made by `W_q`.",
        both_from_W_q="You made the keys with `W_q`, too. ⇒ They have their own matrix, `W_k`.",
        both_from_W_k="You made the queries with `W_k`, too. ⇒ They have their own matrix, `W_q`.",
        queries_from_W_v="You made the queries with `W_v`. ⇒ They have their own matrix, `W_q`.",
        keys_from_W_v="You made the keys with `W_v`. ⇒ They have their own matrix, `W_k`.",
        values_from_W_q="What your pattern mixes is made by `W_q`. ⇒ Values have their own matrix, `W_v`.",
        k_and_v_swapped="You swapped keys and values. ⇒ Keys are made by `W_k`, values by `W_v`, and `attend` wants q, k, v in this order.",
        q_and_v_swapped="You swapped queries and values. ⇒ Queries are made by `W_q`, values by `W_v`, and `attend` wants q, k, v in this order.",
        v_and_o_swapped="You swapped `W_v` and `W_o`. ⇒ Values are made by `W_v`; `W_o` comes at the end, after the merge.",
        values_from_W_k="What your pattern mixes is made by `W_k`. ⇒ Values have their own matrix, `W_v`.",
        values_are_x="Your values are x itself. ⇒ Multiply x by `W_v` first.",
        no_projections="Your queries, keys and values are all x itself. ⇒ Multiply x by `W_q`, `W_k` and `W_v` first.",
        weights_transposed="You used the weights on their side. ⇒ A token is a row here: x @ W.",
        mask_ignored="Your answer does not depend on `may_look`. ⇒ Hand it on to `attend`, or put −∞ where it is False. Did you keep what `np.where` returned?",
        always_causal="You always use a causal mask. ⇒ Use `may_look`; if it is `None`, everybody may look at everybody.",
        causal_if_none="You hide the future when `may_look` is None. ⇒ Then everybody may look at everybody: make no mask of your own.",
        causal_on_top="You hide the future as well, whatever `may_look` says. ⇒ Use `may_look` as it is, and no mask if it is None.",
        mask_inverted="You hid the tokens that one may look at. ⇒ True means *may look*.",
        mask_transposed="You turned the mask on its side. ⇒ Its rows are queries already: use `may_look` as it is.",
        zero_before_softmax="Hidden scores are 0 in your table, and exp(0) is 1: hidden tokens still get a share. ⇒ Put −∞ where `may_look` is False.",
        zero_times_inf="Where a key may be seen you multiply 0 by ∞, and that is NaN (not a number). ⇒ Choose entry by entry: `np.where(may_look, scores, -np.inf)`.",
        not_low_enough="Your number for hidden scores is not low enough: real scores can be lower still, and then the hidden ones win. ⇒ Use `-np.inf`, or hand `may_look` to `attend`.",
        hidden_10000="Your number for hidden scores is not low enough: real scores can be lower still, and then the hidden ones win. ⇒ Use `-np.inf`, or hand `may_look` to `attend`.",
        shared_again="Masking after the softmax and sharing out again breaks when a hidden score is very large: 0/0. ⇒ Put −∞ before the softmax.",
        mask_after="You masked after the softmax, so rows sum to less than 1. ⇒ Put −∞ into the scores before it (lesson 5).",
        first_head_masked="Only the first head is masked. ⇒ One mask (T, T) is for all of them: let it be broadcast over the axes in front.",
        columns="You shared out along the columns. ⇒ Each row is a query and shares out 1: `axis=-1`.",
        over_heads="Your softmax runs over the heads. ⇒ Each row of keys shares out 1: `axis=-1`.",
        overflow="Large scores overflow to NaN in your softmax. ⇒ Subtract each row's largest score before `exp`, or use `attend`.",
        one_maximum="You subtract the largest score of the whole table, so a row of much lower ones becomes 0/0. ⇒ Subtract each row's own largest, or use `attend`.",
        twice="You applied the softmax twice. ⇒ `attention_pattern` and `masked_pattern` return shares already.",
        softmax_at_the_end="You took a softmax of the result. ⇒ The shares are made inside `attend`; an update may have any numbers.",
        softmax_of_heads="You took a softmax of what the heads found. ⇒ The shares are made inside `attend`; its results are merged as they are.",
        shared_pattern="All your heads use the pattern of the first one. ⇒ Each has its own, from its own q and k.",
        patterns_averaged="You averaged the patterns. ⇒ Each head uses its own pattern with its own values.",
        averaged="You averaged the heads. ⇒ Put them side by side (`merge_heads`), and multiply by `W_o`.",
        added="You added the heads up before `W_o`. ⇒ Put them side by side (`merge_heads`): each has its own rows of `W_o`.",
        first_head="Only the first head's result was used. ⇒ Merge all of them.",
        no_W_o="The product with the output matrix is missing. ⇒ Multiply the merged heads by `W_o`.",
        W_o_transposed="You used `W_o` on its side. ⇒ The merged heads are rows: merged @ W_o.",
        W_o_twice="You multiplied by `W_o` twice. ⇒ Once is enough.",
        last_update="Only the last head's update came back. ⇒ Add up those of all heads; in a loop that is `+=` instead of `=`.",
        first_update="Only the first head's update came back. ⇒ Add up those of all heads. Is your `return` inside the loop?",
        last_head_missing="The last head's update is missing. ⇒ There are `n_head` of them: `range(n_head)` ends with n_head − 1.",
        W_o_split_too="Each head writes only into its own columns, so most of `W_o` is not used. ⇒ Head h has *rows* h·D to (h + 1)·D of `W_o`, and all of its columns.",
        same_rows="All your heads go up by the same rows of `W_o`. ⇒ Head h has rows h·D to (h + 1)·D.",
        divided="Your update is divided by the number of heads. ⇒ The heads' updates are added, not averaged.",
        added_to_x="You added x: that is the residual stream's part. ⇒ Return the update alone.",
        first_text="Only the first text came back, without its axis. ⇒ Return the update of all: (B, T, C).",
        first_text_kept="Only the first text came back. ⇒ A batch may hold several: return the update of all, (B, T, C).",
    ),
    hints=(
        "Queries, keys and values all have shape (B, T, C). What has to happen to them before `attend` sees them, and what afterwards?",
        "Your `split_heads` and `merge_heads`, with `attend` in between. At the end comes `W_o`.",
        "`q, k, v = (split_heads(x @ W, n_head) for W in (W_q, W_k, W_v))`",
    ),
)


def cross_attention(x, source, W_q, W_k, W_v, slip):
    """Queries from x, keys and values from source."""
    for_q, for_k, for_v = slip(
        (x, source, source),
        texts_swapped=(source, x, x),
        only_x=(x, x, x),
        only_source=(source, source, source),
        keys_from_x=(x, x, source),
        values_from_x=(x, source, x),
    )
    W_q, W_k = slip((W_q, W_k), q_and_k_swapped=(W_k, W_q), queries_from_W_k=(W_k, W_k), queries_from_W_v=(W_v, W_k))
    W_q, W_k, W_v = slip((W_q, W_k, W_v), weights_transposed=(W_q.T, W_k.T, W_v.T))
    W_k, W_v = slip(
        (W_k, W_v),
        weights_swapped=(W_v, W_k),
        values_from_W_k=(W_k, W_k),
        values_from_W_q=(W_k, W_q),
        keys_from_W_v=(W_v, W_v),
    )
    for_k, for_v = slip(
        lambda: (for_k, for_v), both_texts=lambda: (np.concatenate([x, source]), np.concatenate([x, source]))
    )
    q, k = (
        slip(lambda: for_q @ W_q, q_is_x=lambda: for_q),
        slip(lambda: for_k @ W_k, k_is_source=lambda: for_k, keys_from_W_q=lambda: for_k @ W_q),
    )
    v = slip(lambda: for_v @ W_v, v_is_source=for_v)
    T_query, T_key = len(q), len(k)
    k, v = slip(lambda: (k, v), as_many_as_queries=lambda: (k[:T_query], v[:T_query]))
    size = slip(
        q.shape[-1] ** 0.5,
        unscaled=1,
        scaled_after_softmax=1,
        by_d=q.shape[-1],
        by_width=x.shape[-1] ** 0.5,
        by_source_width=source.shape[-1] ** 0.5,
        by_tokens=T_key**0.5,
        by_values=v.shape[-1] ** 0.5,
    )
    scores = (
        slip(lambda: q @ k.T, kq_transposed=lambda: k @ q.T, keys_not_turned=lambda: q @ k) / size
    )  # a row for each query
    scores = slip(
        lambda: scores,
        causal=lambda: np.where(np.tri(*scores.shape, dtype=bool), scores, -np.inf),
        causal_square=lambda: np.where(np.tri(T_query, dtype=bool), scores, -np.inf),
        causal_of_source=lambda: np.where(np.tri(T_key, dtype=bool), scores, -np.inf),
        causal_if_square=lambda: np.where(np.tri(T_query, dtype=bool), scores, -np.inf) if T_query == T_key else scores,
    )
    weights = slip(
        lambda: _softmax(scores),
        columns=lambda: _softmax(scores, 0),
        whole_table=lambda: np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum(),
        one_maximum=lambda: np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum(-1, keepdims=True),
        no_keepdims=lambda: no_keepdims(scores),
        no_softmax=scores,
        not_shared=lambda: np.exp(scores),
        not_shared_shifted=lambda: np.exp(scores - scores.max(-1, keepdims=True)),
        everybody_alike=lambda: np.ones_like(scores) / scores.shape[1],
        hardest=lambda: (np.arange(scores.shape[1]) == scores.argmax(1)[:, None]) * 1.0,
        overflow=lambda: np.exp(scores) / np.exp(scores).sum(-1, keepdims=True),
        twice=lambda: _softmax(_softmax(scores)),
    )
    weights = slip(
        lambda: weights,
        pattern_transposed=lambda: weights.T,
        scaled_after_softmax=lambda: weights / q.shape[-1] ** 0.5,
    )
    found = slip(lambda: weights @ v, only_pattern=weights, only_values=lambda: v)
    return slip(
        lambda: found,
        added_to_x=lambda: x + found,
        added_to_q=lambda: q + found,
        one_row_for_one_source=lambda: v if len(source) == 1 else found,
        last_share_only=lambda: weights[:, -1:] * v[-1],
        last_query=lambda: found[-1],
        divided=lambda: found / len(k),
        turned=lambda: found.T,
    )


def _cross_inputs(draw):
    T_query, T_key, C, C_source = draw.size(1, 6), draw.size(1, 6), draw.size(1, 6), draw.size(1, 6)
    D, D_v = draw.size(1, 6), draw.size(1, 6)
    x, source = draw.numbers(T_query, C), draw.numbers(T_key, C_source)
    return x, source, *(_at_most(3, draw.numbers(*shape)) for shape in ((C, D), (C_source, D), (C_source, D_v)))


def _pair(seed, T_query, T_key, C, C_source, D, D_v, size=1.0):
    return (
        size * _numbers(seed, T_query, C),
        size * _numbers(seed + 1, T_key, C_source),
        _numbers(seed + 2, C, D),
        _numbers(seed + 3, C_source, D),
        _numbers(seed + 4, C_source, D_v),
    )


CROSS_ATTENTION = Exercise(
    cross_attention,
    cases=[
        _pair(20, 3, 3, 2, 2, 2, 2),
        _pair(31, 2, 4, 3, 3, 3, 3),
        _pair(41, 4, 3, 5, 2, 3, 4),
        _pair(51, 1, 3, 2, 4, 5, 3),
        _pair(61, 3, 5, 3, 3, 2, 3, size=40.0),
        _pair(71, 4, 4, 3, 3, 3, 3),
        _pair(81, 3, 1, 2, 4, 3, 2),
    ],
    makes=_cross_inputs,
    only_nan=("overflow",),
    true_if={"overflow": lambda code: code.uses("exp")},
    unfit=WHOLE,
    promises=[(*WHOLE_NUMBERS, whole_numbers_too(_whole(2, 3), _whole(3, 3), *(_whole(3, 3) for _ in range(3))))],
    steps={
        "the three projections": (
            *(
                "texts_swapped",
                "only_x",
                "only_source",
                "keys_from_x",
                "values_from_x",
                "both_texts",
                "weights_swapped",
                "q_and_k_swapped",
            ),
            *(
                "weights_transposed",
                "values_from_W_k",
                "keys_from_W_v",
                "queries_from_W_k",
                "queries_from_W_v",
                "values_from_W_q",
                "keys_from_W_q",
                "q_is_x",
                "k_is_source",
                "v_is_source",
            ),
        ),
        "the scores": (
            *(
                "kq_transposed",
                "keys_not_turned",
                "unscaled",
                "by_d",
                "by_width",
                "by_source_width",
                "by_tokens",
                "by_values",
            ),
            *("causal", "causal_square", "causal_of_source", "causal_if_square"),
        ),
        "the softmax": (
            "columns",
            "whole_table",
            "one_maximum",
            "no_keepdims",
            "not_shared",
            "not_shared_shifted",
            "hardest",
            "overflow",
            "twice",
        ),
        "the product with the values": ("pattern_transposed", "added_to_x", "added_to_q", "divided", "turned"),
    },
    says=dict(
        texts_swapped="You swapped the texts: your queries come from `source`. ⇒ `x` asks, `source` answers.",
        only_x="`source` is not used: that is self-attention. ⇒ Keys and values come from `source`.",
        only_source="`x` is not used: your queries come from `source` as well. ⇒ The queries come from `x`.",
        keys_from_x="Your keys come from `x`. ⇒ Keys and values both come from `source`.",
        values_from_x="Your values come from `x`. ⇒ What is fetched comes from `source`, like the keys.",
        both_texts="You let x look at both texts. ⇒ Keys and values come from `source` alone.",
        as_many_as_queries="You use only the first tokens of `source`, as many as x has. ⇒ The two texts may have different lengths: all of `source` counts.",
        weights_swapped="You swapped keys and values. ⇒ Keys are made by `W_k`, values by `W_v`, and `attend` wants q, k, v in this order.",
        q_and_k_swapped="You swapped `W_q` and `W_k`. ⇒ Queries are made by `W_q`, from `x`.",
        weights_transposed="You used the weights on their side. ⇒ A token is a row here: x @ W.",
        values_from_W_k="What your pattern mixes is made by `W_k`. ⇒ It should mix the *values*, which have their own matrix: source @ W_v.",
        queries_from_W_k="You made the queries with `W_k`. ⇒ They have their own matrix, `W_q`.",
        queries_from_W_v="You made the queries with `W_v`. ⇒ They have their own matrix, `W_q`.",
        values_from_W_q="What your pattern mixes is made by `W_q`. ⇒ It should mix the *values*, which have their own matrix: source @ W_v.",
        keys_from_W_q="You made the keys with `W_q`. ⇒ They have their own matrix, `W_k`.",
        keys_from_W_v="You made the keys with `W_v`. ⇒ They have their own matrix, `W_k`.",
        q_is_x="Your queries are x itself. ⇒ Multiply by `W_q` first.",
        k_is_source="Your keys are `source` itself. ⇒ Multiply by `W_k` first.",
        v_is_source="Your values are `source` itself. ⇒ Multiply by `W_v` first.",
        unscaled="The scores are not scaled. ⇒ Divide them by √D, D being the number of columns of q.",
        scaled_after_softmax="You divided by √D after the softmax, so rows no longer sum to 1. ⇒ Scale the scores, before it.",
        by_d="You divided the scores by D, or twice by its square root. ⇒ Once by √D is enough, and `attend` does it for you.",
        by_width="You divided by √C, the width of x. ⇒ Divide by √D, D being the number of columns of q.",
        by_source_width="You divided by the root of the width of `source`. ⇒ Divide by √D, D being the number of columns of x @ W_q.",
        by_tokens="You divided by the root of the number of tokens. ⇒ Divide by √D, D being the number of columns of q.",
        by_values="You took D from the values. Scores compare queries with keys. ⇒ Divide by √D, D being the number of columns of q.",
        kq_transposed="Your rows are keys. ⇒ Write the queries first: a row for each token of x.",
        keys_not_turned="You multiplied q by k as it is, so queries meet columns of k, not keys. ⇒ A key is a row: turn the table, `q @ k.T`.",
        causal="You used a causal mask. The source is finished. ⇒ All of it may be seen: no mask.",
        causal_square="You used a causal mask, as large as x is long. The source is finished. ⇒ All of it may be seen: no mask.",
        causal_of_source="You used a causal mask, as large as `source` is long. The source is finished. ⇒ All of it may be seen: no mask.",
        causal_if_square="You used a causal mask where both texts have the same length. The source is finished. ⇒ All of it may be seen: no mask.",
        columns="You shared out along the columns. ⇒ Each row is a token of x and shares out 1.",
        whole_table="You shared out 1 over the whole table. ⇒ Each row shares out its own 1.",
        no_keepdims="Your sums lost their axis, so entry j is divided by the sum of row j, whatever row it is in. ⇒ Keep the axis: `keepdims=True`.",
        one_maximum="You subtract the largest score of the whole table, so a row of much lower ones becomes 0/0. ⇒ Subtract each row's own largest, or use `attend`.",
        overflow="Large scores overflow to NaN in your softmax. ⇒ Subtract each row's largest score before `exp`, or use `attend` from lesson 6.",
        twice="You applied the softmax twice. ⇒ `attention_pattern` returns shares already: multiply them by the values.",
        turned="Your table lies on its side. ⇒ Each token of x has a row: leave out the last `.T`.",
        no_softmax="The softmax is missing. ⇒ Turn each row of scores into shares.",
        not_shared="The exps of a row do not sum to 1. ⇒ Divide each row by its sum, or use `attend`.",
        not_shared_shifted="The exps of a row do not sum to 1. ⇒ Divide each row by its sum, or use `attend`.",
        everybody_alike="Every source token counts the same. ⇒ Let the queries choose: softmax of the scaled scores.",
        hardest="You took the best token's value only. ⇒ The softmax mixes all of them.",
        pattern_transposed="You used the pattern on its side. ⇒ Each row is one token of x and its shares: pattern @ values, without `.T`.",
        only_pattern="You returned the pattern. ⇒ Multiply it by the values: what does x get from `source`?",
        only_values="You returned the values of `source`. ⇒ Mix them: each token of x takes by its shares.",
        added_to_x="You added x. ⇒ Return only what comes from `source`.",
        one_row_for_one_source="If `source` has one token, you return a single row. ⇒ Every token of `x` gets one, also then: no special case is needed.",
        last_share_only="Only the last source token's share arrives. ⇒ Add up the shares of all; in a loop that is `+=` instead of `=`.",
        added_to_q="You added the queries. ⇒ Return only what comes from `source`.",
        divided="Your result is divided by the number of source tokens. The shares of a row sum to 1 already. ⇒ Divide by nothing.",
        last_query="Only the last token's row came back. ⇒ Each token of x gets one.",
    ),
    hints=(
        "Who asks, the text that is being written or the finished one? And who has the keys and the values?",
        "`attend(q, k, v)` from lesson 6 does not mind where its arguments come from. No mask is needed.",
        "`q = x @ W_q`, and the other two from `source`.",
    ),
)
