"""Lesson 07: many heads."""

import numpy as np

from course_lib.judge import Exercise


def _numbers(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape).round(2)


def _counted(*shape):
    return np.arange(1.0, 1 + np.prod(shape)).reshape(shape)


def split_heads(x, n_head, slip):
    """(B, T, C) -> (B, H, T, D): head h has the columns h·D … (h + 1)·D."""
    (B, T, C), H = x.shape, n_head
    H = slip(lambda: H, size_for_number=lambda: C // n_head)
    D = C // H
    heads = slip(
        lambda: x.reshape(B, T, H, D).swapaxes(1, 2),
        no_transpose=lambda: x.reshape(B, H, T, D),
        not_moved=lambda: x.reshape(B, T, H, D),
        interleaved=lambda: x.reshape(B, T, D, H).transpose(0, 3, 1, 2),
        turned_columns=lambda: x.swapaxes(1, 2).reshape(B, H, T, D),
        mixed_with_batch=lambda: x.reshape(H, B, T, D).swapaxes(0, 1),
        tokens_dealt=lambda: x.reshape(B, H, T // H, C),
        copies=lambda: np.stack([x] * H, axis=1),
        first_columns=lambda: np.stack([x[..., :D]] * H, axis=1),
        overlapping=lambda: np.stack([x[..., h : h + D] for h in range(H)], axis=1),
        first_column_each=lambda: np.stack([x[..., h * D : h * D + 1] for h in range(H)], axis=1),
        texts_lost=lambda: x[0].reshape(T, H, D).swapaxes(0, 1),
    )
    heads = slip(lambda: heads, reversed=lambda: heads[:, ::-1])
    return slip(
        lambda: heads,
        heads_in_front=lambda: heads.swapaxes(0, 1),
        heads_last=lambda: np.moveaxis(heads, 1, -1),
        features_first=lambda: heads.swapaxes(-2, -1),
        one_row_of_heads=lambda: heads.reshape(-1, *heads.shape[-2:]),
        first_head=lambda: heads[:, 0],
    )


SPLIT_HEADS = Exercise(
    split_heads,
    cases=[
        (_counted(1, 3, 4), 2),
        (_counted(2, 3, 12), 4),
        (_numbers(0, 2, 6, 6), 2),
        (_numbers(1, 3, 1, 6), 3),
        (_numbers(2, 2, 4, 5), 1),
        (_numbers(3, 4, 3, 8), 2),
    ],
    says=dict(
        no_transpose="The shape is right, but `reshape` mixed up tokens and heads. First `reshape(B, T, H, D)`, then swap the axes of T and H.",
        not_moved="You cut the columns correctly. The head axis is still after T: swap axes 1 and 2 to get (B, H, T, D).",
        interleaved="Your heads take turns: each gets every H-th column. They should get neighbouring ones: `reshape(B, T, H, D)`, with H before D.",
        turned_columns="You swapped T and C *before* the reshape, which then tears the columns apart. Reshape first: (B, T, H, D).",
        mixed_with_batch="Heads and texts are mixed up: each text needs all of its own heads. Keep B as the first axis: `reshape(B, T, H, D)`.",
        tokens_dealt="You dealt out the tokens. Each head sees *all* tokens, and its own columns.",
        copies="Each head got all columns. Deal them out: each gets D = C / n_head neighbouring ones.",
        first_columns="All your heads got the same columns, the first D. Head h gets columns h·D to (h + 1)·D.",
        overlapping="Your heads overlap: head h begins at column h. It begins at column h·D, where the one before ends.",
        first_column_each="Each head got one column. It gets D neighbouring ones: columns h·D to (h + 1)·D.",
        texts_lost="Only the first text came back. Keep the batch axis in front: (B, H, T, D).",
        reversed="Your heads are in reverse order: head 0 gets the first columns.",
        heads_in_front="Your first two axes are heads and texts. The batch comes first: (B, H, T, D).",
        heads_last="Your head axis is the last one. It comes second: (B, H, T, D).",
        features_first="Your last two axes are (D, T). A token is a row: (T, D).",
        one_row_of_heads="You put all heads of all texts into one long axis. Keep two axes: (B, H, T, D).",
        first_head="Only head 0 came back. Return them all: (B, H, T, D).",
        size_for_number="You used `n_head` as the size of a head. It is their number: the size is C // n_head.",
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
    return slip(
        lambda: x.swapaxes(1, 2).reshape(B, T, H * D),
        no_transpose=lambda: x.reshape(B, T, H * D),
        interleaved=lambda: x.transpose(0, 2, 3, 1).reshape(B, T, H * D),
        rows_torn=lambda: x.swapaxes(2, 3).reshape(B, T, H * D),
        features_in_front=lambda: x.transpose(0, 3, 1, 2).reshape(B, T, H * D),
        heads_in_a_list=lambda: np.concatenate([x[:, h] for h in range(H)], axis=0),
        largest=lambda: x.max(1),
        not_merged=lambda: x.swapaxes(1, 2),
        one_below_the_other=lambda: x.reshape(B, H * T, D),
        tokens_below=lambda: x.swapaxes(1, 2).reshape(B, T * H, D),
        averaged=lambda: x.mean(1),
        added=lambda: x.sum(1),
        first_head=lambda: x[:, 0],
        last_head=lambda: x[:, -1],
        turned=lambda: x.swapaxes(1, 2).reshape(B, T, H * D).swapaxes(1, 2),
        texts_lost=lambda: x[0].swapaxes(0, 1).reshape(T, H * D),
        texts_side_by_side=lambda: x.transpose(2, 0, 1, 3).reshape(T, B * H * D),
        texts_below=lambda: x.swapaxes(1, 2).reshape(B * T, H * D),
        tokens_in_front=lambda: x.transpose(2, 0, 1, 3).reshape(T, B, H * D),
        mixed_with_batch=lambda: x.swapaxes(0, 1).reshape(B, T, H * D),
    )


MERGE_HEADS = Exercise(
    merge_heads,
    cases=[
        (_counted(1, 2, 3, 2),),
        (_counted(2, 4, 3, 5),),
        (_numbers(4, 3, 2, 1, 4),),
        (_numbers(5, 2, 1, 4, 3),),
        (_numbers(6, 3, 3, 2, 3),),
    ],
    says=dict(
        no_transpose="The shape is right, but `reshape` mixed up tokens and heads. First bring T in front of H, with `swapaxes(1, 2)`.",
        interleaved="Your heads take turns, column by column. Each head's D columns stay together: the order before the reshape is (B, T, H, D).",
        rows_torn="You swapped the last two axes. The heads must come next to the features: swap axes 1 and 2, H and T.",
        not_merged="Your head axis is in the right place, and still there. Merge it with the last one: `reshape(B, T, H * D)`.",
        one_below_the_other="You put the heads below each other. Side by side: each token's row holds all its heads, H · D columns.",
        tokens_below="You gave each token a row for each head. Side by side: one row for each token, with H · D columns.",
        features_in_front="Your features came in front of the heads. The order before the reshape is (B, T, H, D): `swapaxes(1, 2)`.",
        heads_in_a_list="You put the heads one after the other along the batch axis. Side by side: `axis=-1`.",
        largest="You kept the largest number of all heads. Put them side by side: nothing is thrown away.",
        averaged="You averaged the heads: what each of them found gets lost. Put them side by side.",
        added="You added the heads up: nobody can tell them apart afterwards. Put them side by side; `W_o` comes later.",
        first_head="Only the first head came back. Put all of them side by side.",
        last_head="Only the last head came back. Put all of them side by side.",
        turned="Your last two axes are (C, T). A token is a row: (B, T, C).",
        texts_lost="Only the first text came back. Keep the batch axis in front: (B, T, C).",
        texts_side_by_side="You put the texts side by side as well. Only the heads are merged: the batch axis stays in front.",
        texts_below="You put the texts below each other, without an axis of their own. Keep it in front: (B, T, C).",
        tokens_in_front="Your first two axes are tokens and texts. The batch comes first: (B, T, C).",
        mixed_with_batch="You swapped heads and texts. Swap heads and tokens: axes 1 and 2.",
        reversed="Your heads are in reverse order: head 0 gives the first columns.",
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


def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None, slip=None):
    """Split, attend in every head, merge, project."""
    (B, T, C), H = x.shape, slip(lambda: n_head, one_head=1, size_for_number=lambda: x.shape[-1] // n_head)
    D = C // H

    def split(y):
        return slip(
            lambda: y.reshape(B, T, H, D).swapaxes(1, 2),
            no_transpose=lambda: y.reshape(B, H, T, D),
            interleaved=lambda: y.reshape(B, T, D, H).transpose(0, 3, 1, 2),
        )

    W_q, W_k = slip((W_q, W_k), q_and_k_swapped=(W_k, W_q), both_from_W_q=(W_q, W_q), both_from_W_k=(W_k, W_k))
    W_k, W_v = slip((W_k, W_v), k_and_v_swapped=(W_v, W_k))
    W_v = slip(lambda: W_v, values_from_W_k=W_k, values_are_x=np.eye(C))
    q, k, v = (split(slip(lambda W=W: x @ W, weights_transposed=lambda W=W: x @ W.T)) for W in (W_q, W_k, W_v))
    scores = (
        q
        @ k.swapaxes(-2, -1)
        / slip(D**0.5, by_model_width=C**0.5, by_tokens=T**0.5, unscaled=1, by_d=D, by_number_of_heads=H**0.5)
    )
    allowed = np.ones((T, T), bool) if may_look is None else may_look
    always = np.tri(T, dtype=bool)
    hidden = slip(
        lambda: np.where(allowed, scores, -np.inf),
        mask_ignored=scores,
        always_causal=lambda: np.where(always, scores, -np.inf),
        mask_inverted=lambda: scores if may_look is None else np.where(allowed, -np.inf, scores),
        mask_after=scores,
        shared_again=scores,
        first_head_masked=lambda: np.where(allowed | (np.arange(H) > 0)[:, None, None], scores, -np.inf),
    )
    weights = slip(
        lambda: _softmax(hidden), columns=lambda: _softmax(hidden, -2), over_heads=lambda: _over_heads(hidden)
    )
    weights = slip(
        lambda: weights,
        mask_after=lambda: weights * allowed,
        shared_again=lambda: weights * allowed / (weights * allowed).sum(-1, keepdims=True),
        shared_pattern=lambda: weights[:, :1],
        patterns_averaged=lambda: weights.mean(1, keepdims=True),
    )
    heads = weights @ v  # (B, H, T, D)
    merged = slip(
        lambda: heads.swapaxes(1, 2).reshape(B, T, C),
        merge_no_transpose=lambda: heads.reshape(B, T, C),
        averaged=lambda: np.tile(heads.mean(1), H),
        added=lambda: np.tile(heads.sum(1), H),
        first_head=lambda: np.tile(heads[:, 0], H),
    )
    update = slip(
        lambda: merged @ W_o,
        no_W_o=merged,
        W_o_transposed=lambda: merged @ W_o.T,
        last_update=lambda: merged[..., -D:] @ W_o[-D:],
        same_rows=lambda: sum(merged[..., h * D : (h + 1) * D] @ W_o[:D] for h in range(H)),
        divided=lambda: merged @ W_o / H,
    )
    return slip(lambda: update, added_to_x=lambda: x + update, first_text=lambda: update[0])


def _over_heads(scores):
    highest = scores.max(1, keepdims=True)
    exps = np.exp(scores - np.where(np.isfinite(highest), highest, 0))
    return exps / np.maximum(exps.sum(1, keepdims=True), 1e-300)


def _weights(seed, C, size=0.7):
    return tuple((size * np.random.default_rng([seed, i]).normal(size=(C, C))).round(2) for i in range(4))


def _mask(*rows):
    return np.array([[letter == "x" for letter in row] for row in rows])


MULTI_HEAD_ATTENTION = Exercise(
    multi_head_attention,
    cases=[
        (_numbers(7, 1, 3, 4), *_weights(7, 4), 2, _mask("x..", "xx.", ".xx")),
        (_numbers(8, 2, 3, 6), *_weights(8, 6), 2, None),
        (_numbers(9, 3, 4, 6), *_weights(9, 6), 3, _mask("x..x", "xx..", ".xx.", "xx.x")),
        (_numbers(10, 2, 1, 8), *_weights(10, 8), 4, None),
        (100 * _numbers(11, 2, 3, 6), *_weights(11, 6), 2, _mask("xx.", ".xx", "x.x")),
    ],
    says=dict(
        no_transpose="Your split mixes up tokens and heads: the shape fits, the numbers don't. Use the `split_heads` that you wrote above.",
        interleaved="Your heads take turns, column by column. Each gets D neighbouring columns: use your `split_heads`.",
        merge_no_transpose="Your merge mixes up tokens and heads: bring T in front of H before the reshape, or use your `merge_heads`.",
        one_head="That is a single wide head. Split q, k and v into `n_head` heads before they attend.",
        size_for_number="You used `n_head` as the size of a head. It is their number: the size is C // n_head.",
        by_model_width="You divided the scores by √C, the width of the model. Each head compares D columns: divide by √D, D = C / n_head.",
        by_tokens="You divided the scores by √T, the number of tokens. Divide by √D, D = C / n_head.",
        by_number_of_heads="You divided the scores by the root of the number of heads. Divide by √D, the root of their size, D = C / n_head.",
        unscaled="You forgot to divide the scores by √D, D = C / n_head.",
        by_d="You divided the scores by D, or twice by its square root. Once by √D is enough, and `attend` does it for you.",
        q_and_k_swapped="You swapped `W_q` and `W_k`: rows must be those who ask.",
        both_from_W_q="You made the keys with `W_q`, too. They have their own matrix, `W_k`.",
        both_from_W_k="You made the queries with `W_k`, too. They have their own matrix, `W_q`.",
        k_and_v_swapped="You swapped `W_k` and `W_v`: keys are made by `W_k`, values by `W_v`.",
        values_from_W_k="You made the values with `W_k`. They have their own matrix, `W_v`.",
        values_are_x="Your values are x itself. Multiply x by `W_v` first.",
        weights_transposed="You multiplied by `W.T`. A token is a row here: x @ W.",
        mask_ignored="Your answer does not depend on `may_look`. Hand it on to `attend`, or put −∞ where it is False.",
        always_causal="You always use a causal mask. Use `may_look`; if it is `None`, everybody may look at everybody.",
        mask_inverted="You hid the tokens that one may look at. True means *may look*.",
        shared_again="Masking after the softmax and sharing out again breaks when a hidden score is very large: 0/0. Put −∞ before the softmax.",
        mask_after="You masked after the softmax. Put −∞ into the scores before it (lesson 5).",
        first_head_masked="Only the first head is masked. One mask (T, T) is for all of them: let it be broadcast over the axes in front.",
        columns="You shared out along the columns. Each row is a query and shares out 1: `axis=-1`.",
        over_heads="Your softmax runs over the heads. Each row of keys shares out 1: `axis=-1`.",
        shared_pattern="All your heads use the pattern of the first one. Each has its own, from its own q and k.",
        patterns_averaged="You averaged the patterns. Each head uses its own pattern with its own values.",
        averaged="You averaged the heads. Put them side by side (`merge_heads`), and multiply by `W_o`.",
        added="You added the heads up before `W_o`. Put them side by side (`merge_heads`): each has its own rows of `W_o`.",
        first_head="Only the first head's result was used. Merge all of them.",
        no_W_o="The output matrix is missing: multiply the merged heads by `W_o`.",
        W_o_transposed="You multiplied by `W_o.T`. The merged heads are rows: merged @ W_o.",
        last_update="Only the last head's update came back. In a loop, add up: `+=` instead of `=`.",
        same_rows="All your heads go up by the same rows of `W_o`. Head h has rows h·D to (h + 1)·D.",
        divided="You divided by the number of heads. Their updates are added, not averaged.",
        added_to_x="You added x: that is the residual stream's part. Return the update alone.",
        first_text="Only the first text came back. Return the update of all: (B, T, C).",
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
    W_k, W_v = slip((W_k, W_v), weights_swapped=(W_v, W_k), values_from_W_k=(W_k, W_k), keys_from_W_v=(W_v, W_v))
    for_k, for_v = slip(
        lambda: (for_k, for_v), both_texts=lambda: (np.concatenate([x, source]), np.concatenate([x, source]))
    )
    q, k = (
        slip(lambda: for_q @ W_q, q_is_x=lambda: for_q),
        slip(lambda: for_k @ W_k, k_is_source=lambda: for_k, keys_from_W_q=lambda: for_k @ W_q),
    )
    v = slip(lambda: for_v @ W_v, v_is_source=for_v)
    size = slip(
        q.shape[-1] ** 0.5,
        unscaled=1,
        by_d=q.shape[-1],
        by_width=x.shape[-1] ** 0.5,
        by_tokens=len(k) ** 0.5,
        by_values=v.shape[-1] ** 0.5,
    )
    scores = slip(lambda: q @ k.T, kq_transposed=lambda: k @ q.T) / size
    scores = slip(lambda: scores, causal=lambda: np.where(np.tri(*scores.shape, dtype=bool), scores, -np.inf))
    weights = slip(
        lambda: _softmax(scores),
        columns=lambda: _softmax(scores, 0),
        whole_table=lambda: np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum(),
        no_softmax=scores,
        everybody_alike=lambda: np.ones_like(scores) / scores.shape[1],
        hardest=lambda: (np.arange(scores.shape[1]) == scores.argmax(1)[:, None]) * 1.0,
        overflow=lambda: np.exp(scores) / np.exp(scores).sum(-1, keepdims=True),
    )
    found = slip(lambda: weights @ v, only_pattern=weights)
    return slip(
        lambda: found,
        added_to_x=lambda: x + found,
        last_query=lambda: found[-1],
        divided=lambda: found / len(k),
        turned=lambda: found.T,
    )


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
    ],
    says=dict(
        texts_swapped="You swapped the texts: your queries come from `source`. `x` asks, `source` answers.",
        only_x="`source` is not used: that is self-attention. Keys and values come from `source`.",
        only_source="`x` is not used: your queries come from `source` as well. The queries come from `x`.",
        keys_from_x="Your keys come from `x`. Keys and values both come from `source`.",
        values_from_x="Your values come from `x`. What is fetched comes from `source`, like the keys.",
        both_texts="You let x look at both texts. Keys and values come from `source` alone.",
        weights_swapped="You swapped `W_k` and `W_v`: keys are made by `W_k`, values by `W_v`.",
        values_from_W_k="Your pattern mixes keys. It should mix the *values*, which have their own matrix: source @ W_v.",
        keys_from_W_q="You made the keys with `W_q`. They have their own matrix, `W_k`.",
        keys_from_W_v="You made the keys with `W_v`. They have their own matrix, `W_k`.",
        q_is_x="Your queries are x itself. Multiply by `W_q` first.",
        k_is_source="Your keys are `source` itself. Multiply by `W_k` first.",
        v_is_source="Your values are `source` itself. Multiply by `W_v` first.",
        unscaled="You forgot to divide the scores by √D, D being the number of columns of q.",
        by_d="You divided the scores by D, or twice by its square root. Once by √D is enough, and `attend` does it for you.",
        by_width="You divided by √C, the width of x; divide by √D, D being the number of columns of q.",
        by_tokens="You divided by the root of the number of tokens; divide by √D, D being the number of columns of q.",
        by_values="You took D from the values. Scores compare queries with keys: divide by √D, D being the number of columns of q.",
        kq_transposed="Your rows are keys. Write the queries first: a row for each token of x.",
        causal="You used a causal mask. The source is finished, all of it may be seen: no mask.",
        columns="You shared out along the columns. Each row is a token of x and shares out 1.",
        whole_table="You shared out 1 over the whole table. Each row shares out its own 1.",
        overflow="Large scores overflow to NaN. Subtract each row's largest score before `exp`, or use `attend` from lesson 6.",
        turned="Your table lies on its side. Each token of x has a row: leave out the last `.T`.",
        no_softmax="The softmax is missing: turn each row of scores into shares.",
        everybody_alike="Every source token counts the same. Let the queries choose: softmax of the scaled scores.",
        hardest="You took the best token's value only. The softmax mixes all of them.",
        only_pattern="You returned the pattern. Multiply it by the values: what does x get from `source`?",
        added_to_x="You added x. Return only what comes from `source`.",
        divided="You divided by the number of source tokens. The shares of a row sum to 1 already: divide by nothing.",
        last_query="Only the last token's row came back. Each token of x gets one.",
    ),
    hints=(
        "Who asks, the text that is being written or the finished one? And who has the keys and the values?",
        "`attend(q, k, v)` from lesson 6 does not mind where its arguments come from. No mask is needed.",
        "`q = x @ W_q`, and the other two from `source`.",
    ),
)
