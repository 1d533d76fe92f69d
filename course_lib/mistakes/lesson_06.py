"""Lesson 06: values and the residual stream."""

import numpy as np

from course_lib.judge import Exercise


def _softmax(scores, axis=-1):
    exps = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return exps / exps.sum(axis=axis, keepdims=True)


# ---- value_update --------------------------------------------------------------------------------------------------


def value_update(x, weights, W_v, slip):
    """The weighted sum of the values x @ W_v."""
    W_v = slip(lambda: W_v, weight_transposed=lambda: W_v.T)
    v = slip(lambda: x @ W_v, no_value=lambda: x)
    v = slip(lambda: v, x_added_to_values=lambda: x + v)
    shares = slip(
        lambda: weights,
        pattern_transposed=lambda: weights.T,
        everybody_alike=lambda: np.ones_like(weights) / len(weights),
        softmax_again=lambda: _softmax(weights),
        not_itself=lambda: weights * (1 - np.eye(len(weights))),
        masked_again=lambda: np.tril(weights),
        strongest_only=lambda: np.eye(len(weights))[weights.argmax(-1)],
        last_only=lambda: weights * (np.arange(len(weights)) == len(weights) - 1),
        earlier_only=lambda: np.tril(weights, -1),
    )
    update = slip(lambda: shares @ v, no_weights=lambda: v, values_only_summed=lambda: shares @ v / len(x))
    return slip(lambda: update, already_added=lambda: x + update)


VALUE_UPDATE = Exercise(
    value_update,
    cases=[
        (
            np.array([[1.0, 0.0, 2.0], [0.0, 3.0, -1.0]]),
            np.array([[1.0, 0.0], [0.25, 0.75]]),
            np.array([[1.0, 2.0, 0.0], [0.0, -1.0, 4.0], [3.0, 0.0, 1.0]]),
        ),
        (
            np.array([[1.5, -2.0, 0.5, 1.0], [0.2, 1.0, -3.0, 2.0], [-1.0, 0.7, 0.4, 2.5]]),
            np.array([[1.0, 0.0, 0.0], [0.7, 0.3, 0.0], [0.2, 0.3, 0.5]]),
            np.array([[0.5, 1.0, -2.0, 0.3], [2.0, 0.1, 0.6, -1.0], [-0.4, 3.0, 1.0, 0.8], [1.2, -0.7, 0.9, 2.0]]),
        ),
        (np.array([[2.0, -3.0]]), np.array([[1.0]]), np.array([[0.5, 1.0], [-2.0, 4.0]])),
        (
            np.array([[3.0, 1.0], [-2.0, 0.5], [1.0, -4.0], [0.5, 2.0], [2.5, 1.5]]),
            np.array(
                [
                    [0.1, 0.4, 0.2, 0.2, 0.1],
                    [0.5, 0.1, 0.1, 0.0, 0.3],
                    [0.2, 0.2, 0.2, 0.3, 0.1],
                    [0.0, 0.6, 0.1, 0.1, 0.2],
                    [0.3, 0.05, 0.15, 0.4, 0.1],
                ]
            ),
            np.array([[1.0, -2.0], [0.5, 3.0]]),
        ),
    ],
    says=dict(
        pattern_transposed="You used the pattern on its side: there each token gives instead of takes. Row i of `weights` belongs to token i: use `weights @ …`.",
        no_weights="You returned the values themselves; nobody has looked at anybody yet. Mix them: `weights @ values`.",
        no_value="You mixed the vectors as they are, without the value matrix. First turn each token into what it has to give: `x @ W_v`.",
        weight_transposed="You used `W_v.T`. Rows of `x` are tokens, so the product is `x @ W_v`.",
        already_added="You returned E + ΔE. Here only the update ΔE is wanted; the adding is the exercise after next.",
        x_added_to_values="You added `x` to the values before they were shared out. Values are `x @ W_v` alone.",
        everybody_alike="You gave every token the same share. Let `weights` say how much each one counts.",
        softmax_again="You took a softmax of `weights`. They are shares already, and each row sums to 1: use them as they are.",
        not_itself="You left out what a token gives to itself. The diagonal of `weights` counts like any other entry.",
        earlier_only="Only what earlier tokens give arrives. Use every entry of `weights`, the diagonal among them: the inner loop runs over all tokens.",
        masked_again="You hid the future once more. The pattern is finished: use every entry of `weights` as it is.",
        strongest_only="You took the value of the most looked-at token alone. Every token counts by its share: a weighted sum.",
        last_only="Only the last token's share arrives. In a loop, add up: `+=` instead of `=`.",
        values_only_summed="You divided by the number of tokens. Each row of `weights` sums to 1 already: divide by nothing.",
    ),
    hints=(
        "Two things are needed: what does each token have to give, and how much of it does each other token take?",
        "What they give: a matrix product with `W_v`. How much is taken: a matrix product with `weights`, from the left.",
        "Begin with `values = x @ W_v`.",
    ),
)

# ---- low_rank_value ------------------------------------------------------------------------------------------------


def low_rank_value(x, W_down, W_up, slip):
    """Down into the narrow space, and up again."""
    down = slip(lambda: W_down, down_is_up_turned=lambda: W_up.T)
    up = slip(lambda: W_up, up_is_down_turned=lambda: W_down.T)
    narrow = slip(lambda: x @ down, averaged=lambda: (x @ down).mean(0, keepdims=True) + 0 * (x @ down))
    narrow = slip(
        lambda: narrow,
        relu=lambda: np.maximum(narrow, 0),
        softmax_between=lambda: _softmax(narrow),
        scaled=lambda: narrow / down.shape[1] ** 0.5,
        scaled_by_count=lambda: narrow / down.shape[1],
        tanh_between=lambda: np.tanh(narrow),
    )
    wide = slip(
        lambda: narrow @ up,
        only_down=lambda: narrow,
        matrix_only=lambda: down @ up,
        order_swapped=lambda: x @ W_up @ W_down,
        up_first=lambda: W_up @ W_down @ x,
    )
    return slip(lambda: wide, already_added=lambda: x + wide, turned=lambda: wide.T)


LOW_RANK_VALUE = Exercise(
    low_rank_value,
    cases=[
        (
            np.array([[1.0, 2.0, 0.5], [0.0, -1.0, 3.0]]),
            np.array([[1.0], [2.0], [-1.0]]),
            np.array([[3.0, 0.0, 1.0]]),
        ),
        (
            np.array([[0.4, -0.2, 0.5, 1.0, 0.3], [0.2, 1.0, -0.3, 0.2, -0.6], [-1.0, 0.7, 0.4, 0.5, 0.9]]),
            np.array([[0.5, 1.0], [2.0, 0.1], [-0.4, 1.5], [0.2, -0.7], [1.0, 0.3]]),
            np.array([[1.0, -2.0, 0.5, 0.3, 0.8], [0.2, 1.5, -1.0, 0.6, -0.4]]),
        ),
        (
            np.array([[2.0, -3.0, 1.0, 0.5]]),
            np.array([[1.0, 0.5, 0.0], [0.0, 2.0, 1.0], [-1.0, 0.0, 3.0], [0.5, 1.0, -2.0]]),
            np.array([[0.5, 1.0, 0.0, -1.0], [2.0, 0.0, 1.5, 1.0], [0.0, -1.0, 1.0, 0.5]]),
        ),
        (  # T, C and D alike: here every order can be multiplied, and shows by its numbers
            np.array([[1.0, -2.0], [0.5, 3.0]]),
            np.array([[2.0, 0.5], [-1.0, 1.0]]),
            np.array([[0.0, 1.5], [3.0, -1.0]]),
        ),
    ],
    says=dict(
        order_swapped="You multiplied by `W_up` first. Down comes first, as the name says: `x @ W_down`, and then up.",
        up_first="The matrices stand in front of `x`, as in the video's columns. A token is a row here: begin with `x`, then down, then up.",
        only_down="You stopped in the narrow space: your rows have D numbers. One more product brings them back to C: `… @ W_up`.",
        matrix_only="You multiplied the two matrices with each other and left out the tokens. Begin with `x`.",
        down_is_up_turned="You went down by `W_up.T`. The way down is `W_down`.",
        up_is_down_turned="You went up by `W_down.T`. The way up has a matrix of its own: `W_up`.",
        already_added="You added `x` at the end. The value is only what a token has to give; adding comes in the next exercise.",
        relu="You cut off negative numbers in the narrow space. Nothing happens between the two products.",
        tanh_between="You squeezed the numbers in the narrow space. Nothing happens between the two products.",
        softmax_between="You took a softmax between the two products. Nothing happens there: down, then up.",
        scaled="You divided by √D. That belongs to the scores; values are not scaled.",
        scaled_by_count="You divided by D. Values are not scaled: down, then up.",
        averaged="You averaged over the tokens. Each token has a value of its own: one row per token.",
        turned="Your table lies on its side. Rows are tokens: shape (T, C).",
    ),
    hints=(
        "`x` has shape (T, C), `W_down` (C, D), `W_up` (D, C). In which order can they be multiplied at all?",
        "Two matrix products `@`, one after the other, from left to right.",
        "Begin with `narrow = x @ W_down`, which has shape (T, D).",
    ),
)

# ---- add_to_stream -------------------------------------------------------------------------------------------------


def add_to_stream(x, update, slip):
    """E + ΔE, if they fit."""
    if x.shape != update.shape:
        slip(
            lambda: _refuse(ValueError),
            no_check=None,
            assertion=lambda: _refuse(AssertionError),
            type_error=lambda: _refuse(TypeError),
            any_error=lambda: _refuse(Exception),
            rows_checked=lambda: _refuse(ValueError) if len(x) != len(update) else None,
            columns_checked=lambda: _refuse(ValueError) if x.shape[1] != update.shape[1] else None,
            size_checked=lambda: _refuse(ValueError) if x.size != update.size else None,
            stretched=lambda: None if np.broadcast_shapes(x.shape, update.shape) == x.shape else _refuse(ValueError),
            refuses_equal=None,
        )
    else:
        slip(None, refuses_equal=lambda: _refuse(ValueError))
    total = slip(lambda: x + update, replaced=update, unchanged_stream=x, subtracted=lambda: x - update)
    total = slip(
        total,
        multiplied=lambda: x * update,
        twice=lambda: total + update,
        rows_appended=lambda: np.concatenate([x, update]) if x.shape[1] == update.shape[1] else total,
        columns_appended=lambda: np.concatenate([x, update], 1) if len(x) == len(update) else total,
    )
    return slip(
        lambda: total,
        averaged=lambda: total / 2,
        normalised=lambda: total / np.sqrt((total**2).sum(-1, keepdims=True)),
        last_only=lambda: total[-1],
        stream_as_shares=lambda: _softmax(total),
    )


def _refuse(error):
    raise error


ADD_TO_STREAM = Exercise(
    add_to_stream,
    cases=[
        (np.array([[1.0, 2.0, 0.5], [3.0, -1.0, 4.0]]), np.array([[0.5, 0.0, -1.0], [2.0, 1.5, 0.25]])),
        (np.array([[2.0, -3.0, 1.0, 700.0]]), np.array([[0.5, 4.0, -1.5, -699.0]])),
        (
            np.array([[1.0, -2.0], [0.5, 3.0], [-4.0, 1.0]]),
            np.array([[0.3, 0.1], [-0.2, 0.7], [2.0, -0.9]]),
        ),
        (np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([[10.0, 20.0]])),
        (np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([[10.0], [20.0], [30.0]])),
        (np.array([[1.0, 2.0, 3.0]]), np.array([[10.0], [20.0], [30.0]])),
    ],
    says=dict(
        replaced="You returned the update alone: the token forgets what it was. Add it to what is there: E + ΔE.",
        unchanged_stream="You returned the stream as it was. The update must be added to it.",
        subtracted="You subtracted the update; add it.",
        multiplied="`*` multiplies entry by entry, so a 0 in the update wipes out what was there. Use `+`.",
        twice="You added the update twice; once is enough.",
        averaged="You took the middle of the two. The stream is a sum: do not divide by 2.",
        rows_appended="You put the update below the stream, so there are more tokens now. Add entry by entry: `+`.",
        columns_appended="You put the update beside the stream, so the vectors grew longer. Add entry by entry: `+`.",
        normalised="You scaled every row to length 1. The stream is the plain sum; scaling comes in lesson 8.",
        last_only="You returned the last token alone. Every token has a stream: return all rows.",
        stream_as_shares="You took a softmax of the sum. The stream is the plain sum: its numbers are not shares.",
        no_check="If the shapes differ, NumPy quietly stretches the update over all rows or columns. Compare `x.shape` with `update.shape`, and raise a ValueError if they differ.",
        assertion="You refuse different shapes, but by an AssertionError. Write `raise ValueError(…)` with a sentence that names both shapes.",
        stretched="If the update has one row or one column, NumPy quietly stretches it to the shape of `x`. Compare `x.shape` with `update.shape`, and raise a ValueError if they differ.",
        type_error="You refuse different shapes, but by a TypeError. The type is fine, its shape is not: `raise ValueError(…)`.",
        any_error="You refuse different shapes, but by a plain Exception. A ValueError says that a value does not fit: `raise ValueError(…)`.",
        rows_checked="You compared only the numbers of rows. An update with one column is still stretched: compare the whole `x.shape` with `update.shape`.",
        columns_checked="You compared only the numbers of columns. An update with one row is still stretched: compare the whole `x.shape` with `update.shape`.",
        size_checked="You compared how many numbers there are. (1, 3) and (3, 1) both have three: compare `x.shape` with `update.shape`.",
        refuses_equal="You raise the error when the shapes are equal. It should come when they differ: `!=`.",
    ),
    hints=(
        "After the update, should creature still be a creature? So what must not be lost?",
        "One `+`. Before it, an `if` that compares the two shapes and raises a ValueError.",
        "Begin with `if x.shape != update.shape:` and, indented below it, `raise ValueError(…)`.",
    ),
)

# ---- attend --------------------------------------------------------------------------------------------------------


def attend(q, k, v, may_look, slip):
    """softmax(q kᵀ / √D) v, with the mask where there is one."""
    D = q.shape[-1]
    if may_look is None:
        slip(None, none_refused=lambda: _refuse(ValueError))
    answers = slip(lambda: k, keys_are_values=lambda: v if v.shape == k.shape else k)
    scores = slip(lambda: q @ answers.T, kq_transposed=lambda: answers @ q.T)
    scores = slip(
        lambda: scores / D**0.5,
        no_scale=scores,
        scaled_after_softmax=scores,
        scaled_by_d=lambda: scores / D,
        multiplied_by_root=lambda: scores * D**0.5,
        scaled_by_value_size=lambda: scores / v.shape[-1] ** 0.5,
        scaled_by_tokens=lambda: scores / len(k) ** 0.5,
    )
    everything = seen = np.ones(scores.shape, bool)
    if may_look is None:
        seen = slip(
            everything,
            always_causal=lambda: np.tri(*scores.shape, dtype=bool),
            always_causal_square=lambda: np.tri(len(q), dtype=bool),
            none_hides_all=~everything,
        )
    seen = slip(lambda: seen if may_look is None else may_look, mask_ignored=everything)
    seen = slip(
        lambda: seen,
        mask_inverted=lambda: seen if may_look is None else ~seen,
        mask_transposed=lambda: seen if may_look is None else seen.T,
    )
    hidden = slip(
        lambda: np.where(seen, scores, -np.inf),
        zero_before_softmax=lambda: np.where(seen, scores, 0.0),
        zero_after_softmax=scores,
        keeps_only_scores=lambda: scores * seen - 1.0 * ~seen,
        not_low_enough=lambda: np.where(seen, scores, -100.0),
    )
    weights = slip(
        lambda: _softmax(hidden),
        columns=lambda: np.nan_to_num(_softmax(hidden, 0)),
        whole_table=lambda: _softmax(hidden.reshape(1, -1)).reshape(hidden.shape),
        no_softmax=lambda: np.where(np.isfinite(hidden), hidden, 0.0),
        overflow=lambda: np.exp(hidden) / np.exp(hidden).sum(-1, keepdims=True),
        hard=lambda: np.eye(len(k))[hidden.argmax(-1)],
        twice=lambda: _softmax(_softmax(hidden)),
    )
    weights = slip(
        lambda: weights,
        zero_after_softmax=lambda: weights * seen,
        shared_again=lambda: _softmax(scores) * seen / (_softmax(scores) * seen).sum(-1, keepdims=True),
        not_shared=lambda: np.exp(hidden - hidden.max(-1, keepdims=True)),
    )
    weights = slip(lambda: weights, pattern_transposed=lambda: weights.T, scaled_after_softmax=lambda: weights / D**0.5)
    given = slip(lambda: v, used_k=lambda: k)
    out = slip(lambda: weights @ given, returned_pattern=weights, returned_scores=hidden)
    return slip(lambda: out, already_added=lambda: v + out, averaged=lambda: out / len(k))


_LAST_TWO = np.tri(3, dtype=bool) & ~np.tri(3, k=-2, dtype=bool)  # upside down, it still leaves something for every row
ATTEND = Exercise(
    attend,
    cases=[
        (
            np.array([[1.0, 0.0], [0.0, 2.0]]),
            np.array([[1.0, 1.0], [-1.0, 0.5]]),
            np.array([[4.0, 0.0, 1.0], [0.0, 8.0, 2.0]]),
            None,
        ),
        (
            np.array([[0.5, 1.0, -1.0, 2.0], [1.5, -0.5, 0.3, 1.0], [-1.0, 0.8, 0.6, 0.4]]),
            np.array([[1.0, -1.0, 0.5, 0.7], [0.2, 1.2, -0.8, 0.1], [-0.6, 0.4, 1.1, 0.9]]),
            np.array([[2.0, -1.0], [0.5, 3.0], [-4.0, 1.0]]),
            _LAST_TWO,
        ),
        (
            np.array([[0.5, 1.0, -1.0], [1.0, 0.3, 0.8]]),
            np.array([[1.0, -1.0, 0.5], [0.2, 1.2, -0.8], [-0.6, 0.4, 1.1], [0.9, 0.1, -0.3]]),
            np.array([[2.0, -1.0, 0.6], [0.5, 3.0, 1.4], [-4.0, 1.0, 0.2], [1.0, 0.4, -2.0]]),
            None,
        ),
        (
            np.array([[2.0, -3.0, 1.0, 0.5, 1.0]]),
            np.array([[1.0, 0.5, 2.0, -1.0, 0.2]]),
            np.array([[0.7, -1.3, 2.1]]),
            None,
        ),
        (
            np.array([[30.0, -10.0], [20.0, 40.0], [0.5, 0.2]]),
            np.array([[40.0, 1.0], [-5.0, 30.0], [0.4, -0.6]]),
            np.array([[1.0, 2.0, -3.0, 0.5], [0.3, -1.0, 2.0, 4.0], [5.0, 0.1, 0.7, -2.0]]),
            np.array([[True, False, True], [False, True, True], [True, False, True]]),
        ),
        (
            np.array([[1.0, 0.5], [30.0, 1.0], [-32.0, 2.0]]),
            np.array([[1.0, -1.0], [40.0, 3.0], [39.98, 2.0]]),
            np.array([[1.0, -2.0], [0.5, 4.0], [3.0, 0.3]]),
            np.array([[True, False, False], [True, True, False], [False, True, True]]),
        ),
    ],
    says=dict(
        returned_pattern="You returned the pattern: who looks at whom. One product is missing: `weights @ v` says what comes of it.",
        returned_scores="You returned the scores. Still to do: softmax, and then the product with `v`.",
        no_softmax="You multiplied raw scores with `v`. First turn each row into shares that sum to 1: `softmax(scores)`.",
        kq_transposed="You computed keys times queries. Each row must belong to one query, so q comes first: `q @ k.T`.",
        pattern_transposed="You used the pattern on its side. Each row of `weights` is one query's shares: `weights @ v`, without `.T`.",
        used_k="You mixed the keys. The keys are only for being found; what is handed over are the values `v`.",
        keys_are_values="You compared the queries with the values. Queries meet keys: `q @ k.T`; the values come in at the end.",
        no_scale="You did not scale the scores. Divide them by √D before the softmax, with D the number of columns of `q`.",
        scaled_by_d="You divided the scores by D, or twice by its square root. Once by √D is enough, and `attention_pattern` does it for you.",
        multiplied_by_root="You multiplied the scores by √D; divide by it.",
        scaled_by_value_size="You took D from `v`. The scores come from `q` and `k`: use √ of their number of columns.",
        scaled_by_tokens="You divided by √T, the number of tokens. Divide by √D: `q.shape[-1]`.",
        columns="Your columns share out 1. Each row (one query) must: take the softmax along the last axis.",
        whole_table="You shared out one single 1 over the whole table. Each row needs its own: softmax with `axis=-1`, `keepdims=True`.",
        overflow="Large scores overflow to NaN. Subtract each row's largest score before `exp`, or use `softmax` from lesson 4.",
        hard="You took the best key's value alone. Softmax gives every key a share, also the second best.",
        none_refused="Your function fails when `may_look` is None. Then there is no mask: `attention_pattern(q, k)` is all you need.",
        none_hides_all="When `may_look` is None you hide everything, and nothing is left to share out. Use the mask only `if may_look is not None:`.",
        always_causal="You hide the future even when `may_look` is None. Then everybody may look everywhere: make no mask of your own.",
        always_causal_square="You hide the future even when `may_look` is None, and with a square mask at that. Then everybody may look everywhere: make no mask of your own.",
        scaled_after_softmax="You divided by √D after the softmax, so rows no longer sum to 1. Scale the scores, before it.",
        mask_ignored="You never use `may_look`. Where it is False, the score must be −∞ before the softmax.",
        mask_inverted="Your mask is upside down: True means *may* look. `np.where(may_look, scores, -np.inf)`.",
        mask_transposed="You turned the mask on its side. Its rows are queries already: use `may_look` as it is.",
        not_low_enough="Your number for hidden scores is not low enough: real scores can be even lower, and then the hidden ones win. Use `-np.inf`.",
        twice="You applied the softmax twice. `attention_pattern` and `masked_pattern` return shares already: multiply them by `v`.",
        zero_before_softmax="You set hidden scores to 0, and exp(0) is 1: hidden tokens still get a share. Set them to −∞ (`-np.inf`).",
        shared_again="Masking after the softmax and sharing out again breaks when a hidden score is very large: 0/0. Put −∞ before the softmax.",
        not_shared="You multiplied the exps with `v`. Divide each row by its sum first, or use `softmax`: shares sum to 1.",
        zero_after_softmax="You removed hidden tokens after the softmax, so rows sum to less than 1. Set their scores to −∞ before it.",
        keeps_only_scores="Hidden scores became −1: still a share. They must be −∞ (`-np.inf`) before the softmax.",
        already_added="You added `v` to the result. Attention computes the update ΔE alone; adding it comes after.",
        averaged="You divided by the number of tokens. The shares sum to 1 already: divide by nothing.",
    ),
    hints=(
        "You built every piece: scores, scale, mask, softmax. What is the one product that turns shares into an update?",
        "`attention_pattern(q, k)` or, if there is a mask, `masked_pattern(q, k, may_look)` gives the weights. Then `@ v`.",
        "Begin with `weights = attention_pattern(q, k) if may_look is None else masked_pattern(q, k, may_look)`.",
    ),
    probes=[
        (
            "future_seen",
            "A value that `may_look` hides changes your result. Hide it before the softmax, with −∞.",
            lambda f: np.allclose(
                np.asarray(f(np.ones((2, 3)), np.ones((2, 3)), np.array([[1.0], [2.0]]), np.tri(2, dtype=bool)), float)[
                    0
                ],
                np.asarray(
                    f(np.ones((2, 3)), np.ones((2, 3)), np.array([[1.0], [99.0]]), np.tri(2, dtype=bool)), float
                )[0],
            ),
        ),
        (
            "not_shares",
            "If all values are 1, every result must be 1: the shares of each row do not sum to 1.",
            lambda f: np.allclose(
                np.asarray(f(np.array([[1.0, 2.0]]), np.array([[0.5, 1.0], [2.0, 0.1]]), np.ones((2, 1)), None), float),
                1,
            ),
        ),
    ],
)
