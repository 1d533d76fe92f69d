"""Lesson 06: values and the residual stream."""

import re

import numpy as np

from course_lib.judge import Exercise

from .in_attention import (
    WHOLE,
    WHOLE_NUMBERS,
    multiplies,
    multiplies_by_infinity,
    no_keepdims,
    whole_numbers_too,
)


def _softmax(scores, axis=-1):
    exps = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return exps / exps.sum(axis=axis, keepdims=True)


# ---- value_update --------------------------------------------------------------------------------------------------


def value_update(x, weights, W_v, slip):
    """The weighted sum of the values x @ W_v."""
    W_v = slip(lambda: W_v, weight_transposed=lambda: W_v.T)
    v = slip(lambda: x @ W_v, no_value=lambda: x, value_in_front=lambda: W_v @ x, value_twice=lambda: x @ W_v @ W_v)
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
        columns_shared=lambda: weights / weights.sum(0),
        pattern_twice=lambda: weights @ weights,
    )
    update = slip(
        lambda: shares @ v,
        no_weights=lambda: v,
        values_only_summed=lambda: shares @ v / len(x),
        pattern_behind=lambda: v @ shares,
        entry_by_entry=lambda: shares * v,
        summed_over_takers=lambda: shares.sum(0)[:, None] * v,
    )
    return slip(
        lambda: update,
        already_added=lambda: x + update,
        turned=lambda: update.T,
        last_token=lambda: update[-1],
        alone_left_out=lambda: x if len(x) == 1 else update,
        own_value_added=lambda: update + v,
        scaled=lambda: update / x.shape[1] ** 0.5,
        relu_at_the_end=lambda: np.maximum(update, 0),
        averaged=lambda: np.tile(update.mean(0), (len(x), 1)),
    )


def _value_update_inputs(draw):
    T, C = draw.size(1, 8), draw.size(1, 10)
    weights = draw.choice(draw.shares(T, T), np.eye(T, dtype=int)[draw.rng.integers(T, size=T)])
    return draw.numbers(T, C), weights, draw.numbers(C, C)


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
        (  # T and C alike: here every order can be multiplied, and shows by its numbers
            np.array([[1.0, -2.0], [0.5, 3.0]]),
            np.array([[0.9, 0.1], [0.4, 0.6]]),
            np.array([[2.0, 0.5], [-1.0, 1.5]]),
        ),
    ],
    makes=_value_update_inputs,
    true_if={"entry_by_entry": multiplies},
    unfit=WHOLE,
    promises=[
        (*WHOLE_NUMBERS, whole_numbers_too(np.array([[1], [2]]), np.array([[1.0, 0.0], [0.5, 0.5]]), np.array([[5]])))
    ],
    says=dict(
        pattern_transposed="You used the pattern on its side: there each token gives instead of takes. ⇒ Row i of `weights` belongs to token i: use `weights @ …`.",
        no_weights="Every token gets its own value back; nobody has taken anything from anybody else. ⇒ Mix the values by the shares in `weights`: `weights @ values`.",
        no_value="You mixed the vectors as they are, without the value matrix. ⇒ First turn each token into what it has to give: `x @ W_v`.",
        weight_transposed="You used `W_v` on its side: its columns meet the features of `x`, not its rows. ⇒ Rows of `x` are tokens, so the product is `x @ W_v`.",
        value_in_front="The value matrix stands in front of `x`, as in the video, where a token is a column. ⇒ A token is a row here: `x @ W_v`.",
        already_added="You returned E + ΔE. Here only the update ΔE is wanted. ⇒ Leave the adding to the exercise after next.",
        x_added_to_values="You added `x` to the values before they were shared out. ⇒ Values are `x @ W_v` alone.",
        everybody_alike="Every token counts the same in your sum, whatever `weights` says. ⇒ Let `weights` say how much each one counts.",
        softmax_again="You took a softmax of `weights`. They are shares already, and each row sums to 1. ⇒ Use them as they are.",
        columns_shared="You divided `weights` by the sums of its columns. Its rows are shares already. ⇒ Use `weights` as it is.",
        not_itself="What a token gives to itself is left out. The diagonal of `weights` counts like any other entry. ⇒ Use every entry.",
        earlier_only="Only what earlier tokens give arrives. ⇒ Use every entry of `weights`, the diagonal among them: an inner loop runs over all tokens.",
        masked_again="What later tokens give is left out: you hid the future once more. The pattern is finished. ⇒ Use every entry of `weights` as it is.",
        strongest_only="You took the value of the most looked-at token alone. ⇒ Every token counts by its share: a weighted sum.",
        last_only="Only the last token's share arrives. ⇒ Add up the shares of all tokens; in a loop that is `+=` instead of `=`.",
        values_only_summed="Your sums are divided by the number of tokens. Each row of `weights` sums to 1 already. ⇒ Divide by nothing.",
        pattern_behind="The pattern stands behind the values, so it mixes columns, not tokens. ⇒ Put `weights` in front of the product.",
        entry_by_entry="`*` multiplies entry by entry, and nothing is added up. ⇒ A weighted sum of rows is a matrix product: `@`.",
        summed_over_takers="You added up over those who take, so every token gets only its own value. ⇒ Add up over those who give: row i of `weights` goes with the rows of the values.",
        turned="Your table lies on its side: it has a column for each token. ⇒ Rows are tokens: shape (T, C).",
        last_token="Only the last token's update came back. ⇒ Every token gets one: return all rows.",
        value_twice="You multiplied by `W_v` twice. ⇒ Once is enough: `x @ W_v`.",
        pattern_twice="You mixed the values twice by `weights`. ⇒ Once is enough.",
        own_value_added="You added each token's own value to its update. What it gives to itself is in `weights` already. ⇒ Return the weighted sum alone.",
        scaled="Your update is divided by the root of C. That belongs to the scores. ⇒ Leave it out: `weights` are shares already.",
        relu_at_the_end="You cut off what is negative in the update. ⇒ Return it as it is: an update may point either way.",
        averaged="Every token gets the same update: you averaged over those who take. ⇒ Each has a row of its own.",
        alone_left_out="A text of one token comes back as it is. It looks at itself with 1, so its own value is its update. ⇒ Treat it like any other text.",
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
        absolute=lambda: abs(narrow),
        length_one=lambda: narrow / np.linalg.norm(narrow, axis=-1, keepdims=True),
    )
    wide = slip(
        lambda: narrow @ up,
        only_down=lambda: narrow,
        matrix_only=lambda: down @ up,
        order_swapped=lambda: x @ W_up @ W_down,
        up_first=lambda: W_up @ W_down @ x,
        in_front=lambda: down @ up @ x,
        product_turned=lambda: x @ (down @ up).T,
        entry_by_entry=lambda: narrow * up,
        one_direction=lambda: np.outer(narrow[:, 0], up[0]),
        last_direction=lambda: np.outer(narrow[:, -1], up[-1]),
    )
    return slip(
        lambda: wide,
        already_added=lambda: x + wide,
        turned=lambda: wide.T,
        first_token=lambda: wide[0],
        last_token=lambda: wide[-1],
        divided_by_tokens=lambda: wide / len(x),
        softmax_at_the_end=lambda: _softmax(wide),
    )


def _low_rank_inputs(draw):
    T, C = draw.size(1, 8), draw.size(1, 12)
    D = draw.size(1, min(C, 4))
    return draw.numbers(T, C), draw.numbers(C, D), draw.numbers(D, C)


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
    makes=_low_rank_inputs,
    true_if={"entry_by_entry": multiplies},
    says=dict(
        order_swapped="You multiplied by `W_up` first. ⇒ Down comes first, as the name says: `x @ W_down`, and then up.",
        up_first="`W_up` comes first, and `x` stands behind the matrices, as a column in the video. ⇒ A token is a row here: begin with `x`, then down, then up.",
        in_front="The matrices stand in front of `x`, as in the video, where a token is a column. ⇒ A token is a row here: begin with `x`, then down, then up.",
        only_down="You stopped in the narrow space: your rows have D numbers. ⇒ One more product brings them back to C: `… @ W_up`.",
        matrix_only="You multiplied the two matrices with each other and left out the tokens. ⇒ Begin with `x`.",
        product_turned="The product of your two matrices lies on its side: tokens go in by `W_up` and come out by `W_down`. ⇒ First `x @ W_down`, then `@ W_up`, both as they are.",
        down_is_up_turned="You went down by `W_up` on its side. ⇒ The way down is `W_down`.",
        up_is_down_turned="You went up by `W_down` on its side. ⇒ The way up has a matrix of its own: `W_up`.",
        already_added="You added `x` at the end. The value is only what a token has to give. ⇒ Leave the adding to the next exercise.",
        relu="You cut off negative numbers in the narrow space. ⇒ Nothing happens between the two products.",
        absolute="You took away the signs in the narrow space. ⇒ Nothing happens between the two products.",
        length_one="You brought the vectors of the narrow space to length 1. ⇒ Nothing happens between the two products.",
        tanh_between="You squeezed the numbers of the narrow space. ⇒ Nothing happens between the two products.",
        softmax_between="You took a softmax between the two products. ⇒ Nothing happens there: down, then up.",
        softmax_at_the_end="You took a softmax of the result. Values are no shares. ⇒ Return what the second product gives.",
        scaled="Your result is divided by √D. That belongs to the scores. ⇒ Values are not scaled: leave it out.",
        scaled_by_count="Your result is divided by D. ⇒ Values are not scaled: down, then up.",
        averaged="You averaged over the tokens in the narrow space. ⇒ Each token has a value of its own: one row per token.",
        entry_by_entry="`*` multiplies entry by entry, and nothing is added up. ⇒ The way up is a matrix product, too: `@`.",
        one_direction="Only the first of the D directions comes through. ⇒ Use all columns of `W_down` and all rows of `W_up`.",
        last_direction="Only the last of the D directions comes through. ⇒ Add up all of them; in a loop that is `+=` instead of `=`.",
        turned="Your table lies on its side: it has a column for each token. ⇒ Rows are tokens: shape (T, C).",
        last_token="Only the last token's value came back. ⇒ Every token has one: return all rows.",
        divided_by_tokens="Your result is divided by the number of tokens. ⇒ Each token has a value of its own: divide by nothing.",
        first_token="Only the first token's value came back. ⇒ Every token has one: return all rows.",
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
    refuse = lambda: _refuse(ValueError("the stream and its update differ in shape"))  # noqa: E731
    if x.shape != update.shape:
        (rows, columns), (more_rows, more_columns) = x.shape, update.shape
        slip(
            refuse,
            reshaped=None,
            no_check=None,
            assertion=lambda: _refuse(AssertionError),
            type_error=lambda: _refuse(TypeError),
            runtime_error=lambda: _refuse(RuntimeError),
            any_error=lambda: _refuse(Exception),
            rows_checked=lambda: refuse() if rows != more_rows else None,
            columns_checked=lambda: refuse() if columns != more_columns else None,
            both_must_differ=lambda: refuse() if rows != more_rows and columns != more_columns else None,
            size_checked=lambda: refuse() if x.size != update.size else None,
            stretched=lambda: None if np.broadcast_shapes(x.shape, update.shape) == x.shape else refuse(),
            stream_stretched=lambda: None if np.broadcast_shapes(x.shape, update.shape) == update.shape else refuse(),
            larger_checked=lambda: refuse() if update.shape > x.shape else None,
            smaller_checked=lambda: refuse() if update.shape < x.shape else None,
            rows_with_columns=lambda: refuse() if rows != more_columns else None,
            refuses_equal=None,
        )
        update = slip(lambda: update, reshaped=lambda: update.reshape(x.shape))
    else:
        slip(
            None,
            refuses_equal=refuse,
            refuses_all=refuse,
            refuses_one_row=lambda: refuse() if len(x) == 1 else None,
            rows_with_columns=lambda: refuse() if x.shape[0] != update.shape[1] else None,
        )
    total = slip(lambda: x + update, replaced=update, unchanged_stream=x, subtracted=lambda: x - update)
    total = slip(
        total,
        multiplied=lambda: x * update,
        twice=lambda: x + 2 * update,
        rows_appended=lambda: np.concatenate([x, update]) if x.shape[1] == update.shape[1] else total,
        columns_appended=lambda: np.concatenate([x, update], 1) if len(x) == len(update) else total,
    )
    return slip(
        lambda: total,
        averaged=lambda: total / 2,
        normalised=lambda: total / np.sqrt((total**2).sum(-1, keepdims=True)),
        last_only=lambda: total[-1],
        stream_as_shares=lambda: _softmax(total),
        flat=lambda: total.ravel(),
        relu=lambda: np.maximum(total, 0),
    )


def _refuse(error):
    raise error


def _stream_inputs(draw):
    T, C = draw.size(1, 8), draw.size(1, 12)
    return draw.numbers(T, C), draw.numbers(T, C)


def _says_why(f):
    """Is the error's text a sentence, or does it name both shapes?"""
    try:
        f(np.ones((3, 2)), np.ones((1, 2)))
    except Exception as error:
        text = str(error).lower()
        words, numbers = re.findall(r"[^\W\d_]{2,}", text), re.findall(r"\d+", text)
        return len(words) > 2 or len(numbers) > 3 or bool(len(words) == 2 and re.search("shape|size", text))
    return True


def _refuses_flat(f):
    """Is an update without rows refused?"""
    try:
        f(np.ones((2, 2)), np.ones(2))
    except Exception:
        return True
    return False


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
        (np.array([[10.0], [20.0], [30.0]]), np.array([[1.0, 2.0, 3.0]])),
        (np.array([[10.0, 20.0]]), np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])),
        (np.array([[10.0], [20.0], [30.0]]), np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])),
        (np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[10.0]])),
        (np.array([[10.0]]), np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])),
        (np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[0.5, 1.0], [2.0, 3.0]])),
    ],
    makes=_stream_inputs,
    promises=[
        (
            "no_sentence",
            "Your ValueError comes, but it does not say what is wrong: at midnight that helps nobody. ⇒ Name both shapes in its text.",
            _says_why,
        ),
        (
            "flat_stretched",
            "An update of shape (2,) passes for one of shape (2, 2), and NumPy stretches it. ⇒ Compare the whole `x.shape` with the whole `update.shape`.",
            _refuses_flat,
        ),
    ],
    says=dict(
        replaced="You returned the update alone: the token forgets what it was. ⇒ Add it to what is there: E + ΔE.",
        unchanged_stream="The stream came back as it was. ⇒ The update must be added to it; `x + update` alone on a line changes nothing.",
        subtracted="You subtracted the update. ⇒ Add it.",
        multiplied="`*` multiplies entry by entry, so a 0 in the update wipes out what was there. ⇒ Use `+`.",
        twice="You added the update twice. ⇒ Once is enough.",
        averaged="You took the middle of the two. The stream is a sum. ⇒ Do not divide by 2.",
        rows_appended="You put the update below the stream, so there are more tokens now. ⇒ Add entry by entry: `+`.",
        columns_appended="You put the update beside the stream, so the vectors grew longer. ⇒ Add entry by entry: `+`.",
        normalised="You scaled every row to length 1. The stream is the plain sum. ⇒ Leave the scaling to lesson 8.",
        last_only="Only the last token came back. ⇒ Every token has a stream: return all rows.",
        stream_as_shares="You took a softmax of the sum. The numbers of the stream are not shares. ⇒ Return the plain sum.",
        flat="You returned one long row of numbers. ⇒ Keep the shape of the stream: (T, C).",
        relu="You cut off what is negative in the sum. ⇒ The stream is the plain sum: its numbers may have either sign.",
        no_check="If the shapes differ, NumPy quietly stretches one of them over all rows or columns. ⇒ Compare `x.shape` with `update.shape`, and raise a ValueError if they differ.",
        assertion="You refuse different shapes, but by an AssertionError. ⇒ Write `raise ValueError(…)` with a sentence that names both shapes.",
        stretched="If the update has one row or one column, NumPy quietly stretches it to the shape of `x`. ⇒ Compare `x.shape` with `update.shape`, and raise a ValueError if they differ.",
        stream_stretched="If the stream has one row or one column and the update has more, NumPy quietly stretches the stream. ⇒ Refuse every pair of shapes that are not equal.",
        larger_checked="You refuse some updates that are larger than the stream, and let smaller ones pass. ⇒ Any difference counts: `!=`.",
        smaller_checked="You refuse some updates that are smaller than the stream, and let larger ones pass. ⇒ Any difference counts: `!=`.",
        both_must_differ="You refuse only if the rows and the columns both differ. One difference is enough. ⇒ Compare the whole `x.shape` with `update.shape`.",
        type_error="You refuse different shapes, but by a TypeError. The type is fine, its shape is not. ⇒ `raise ValueError(…)`.",
        runtime_error="You refuse different shapes, but by a RuntimeError. ⇒ A ValueError says that a value does not fit: `raise ValueError(…)`.",
        any_error="You refuse different shapes, but by a plain Exception. ⇒ A ValueError says that a value does not fit: `raise ValueError(…)`.",
        rows_checked="Only the numbers of rows count in your check: an update with one column is still stretched. ⇒ Compare the whole `x.shape` with `update.shape`.",
        columns_checked="Only the numbers of columns count in your check: an update with one row is still stretched. ⇒ Compare the whole `x.shape` with `update.shape`.",
        size_checked="Shapes such as (1, 3) and (3, 1) pass for equal in your check: it does not ask which axis is which. ⇒ Compare `x.shape` with `update.shape`, as they are.",
        reshaped="You bring the update into the shape of the stream. Then its numbers stand in the wrong places, and nobody notices. ⇒ Refuse it: `raise ValueError(…)`.",
        refuses_equal="You raise the error when the shapes are equal. ⇒ It should come when they differ: `!=`.",
        refuses_all="Your function raises a ValueError for every update, even for one of the right shape. ⇒ Raise only if the two shapes differ: `!=`.",
        refuses_one_row="You refuse an update of one row even if the stream has one row, too. A text may be a single token. ⇒ Refuse only shapes that differ.",
        rows_with_columns="Equal shapes are refused unless they are square: rows meet columns in your check. ⇒ Compare rows with rows and columns with columns: `x.shape` with `update.shape`.",
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
    T_query, T_key, D = len(q), len(k), q.shape[-1]
    if may_look is None:
        slip(None, none_refused=lambda: _refuse(ValueError))
    answers = slip(lambda: k, keys_are_values=lambda: v)
    scores = slip(
        lambda: q @ answers.T,
        kq_transposed=lambda: answers @ q.T,
        keys_not_turned=lambda: q @ answers,
        square_loop=lambda: np.where(np.arange(T_key) < T_query, q @ answers.T, 0.0 if T_key >= T_query else _no_key()),
    )
    scores = slip(
        lambda: scores / D**0.5,
        no_scale=scores,
        scaled_after_softmax=scores,
        scaled_by_d=lambda: scores / D,
        multiplied_by_root=lambda: scores * D**0.5,
        scaled_by_value_size=lambda: scores / v.shape[-1] ** 0.5,
        scaled_by_tokens=lambda: scores / T_key**0.5,
        scaled_by_queries=lambda: scores / T_query**0.5,
        no_scale_with_a_mask=lambda: scores / D**0.5 if may_look is None else scores,
        no_scale_without_a_mask=lambda: scores if may_look is None else scores / D**0.5,
        cosines=lambda: _cosines(q, k),
    )
    everything = np.ones(scores.shape, bool)
    causal = slip(lambda: np.tri(T_query, T_key, dtype=bool), always_causal_square=lambda: np.tri(T_query, dtype=bool))
    if may_look is None:
        seen = slip(
            everything,
            always_causal=causal,
            always_causal_square=causal,
            causal_on_top=causal,
            only_causal=causal,
            square_when_none=lambda: np.ones((T_query, T_query), bool),
            none_hides_all=~everything,
            mask_if_square=everything,
        )
    else:
        seen = slip(
            may_look,
            mask_inverted=lambda: ~may_look,
            mask_transposed=lambda: may_look.T,
            causal_on_top=lambda: may_look & causal,
            only_causal=causal,
            mask_loop_square=lambda: may_look | (np.arange(T_key) >= (T_query if T_key >= T_query else _no_key())),
            mask_square=lambda: _square(may_look),
            mask_if_square=lambda: may_look if T_query == T_key else everything,
        )
    seen = slip(lambda: seen, mask_ignored=everything)
    far = slip(-np.inf, hidden_10=-10.0, not_low_enough=-100.0, hidden_1000=-1000.0, hidden_10000=-1e4)
    hidden = slip(
        lambda: np.where(seen, scores, far),
        zero_before_softmax=lambda: np.where(seen, scores, 0.0),
        zero_after_softmax=scores,
        inf_after_softmax=scores,
        softmax_of_shares=scores,
        mask_added=lambda: scores if may_look is None else scores + may_look,
        zero_times_inf=lambda: scores if may_look is None else scores + (1 - seen) * -np.inf,
    )
    weights = slip(
        lambda: _softmax(hidden),
        columns=lambda: np.nan_to_num(_softmax(hidden, 0)),
        whole_table=lambda: _softmax(hidden.reshape(1, -1)).reshape(hidden.shape),
        no_softmax=lambda: np.where(np.isfinite(hidden), hidden, 0.0),
        overflow=lambda: np.exp(hidden) / np.exp(hidden).sum(-1, keepdims=True),
        one_maximum=lambda: np.exp(hidden - hidden.max()) / np.exp(hidden - hidden.max()).sum(-1, keepdims=True),
        no_keepdims=lambda: no_keepdims(hidden),
        hard=lambda: np.eye(T_key)[hidden.argmax(-1)],
        twice=lambda: _softmax(_softmax(hidden)),
    )
    weights = slip(
        lambda: weights,
        zero_after_softmax=lambda: weights * seen,
        inf_after_softmax=lambda: np.where(seen, weights, -np.inf),
        alike_if_none=lambda: np.full(weights.shape, 1 / T_key) if may_look is None else weights,
        softmax_of_shares=lambda: weights if may_look is None else _softmax(np.where(seen, weights, -np.inf)),
        shared_again=lambda: _softmax(scores) * seen / (_softmax(scores) * seen).sum(-1, keepdims=True),
        not_shared=lambda: np.exp(hidden - hidden.max(-1, keepdims=True)),
        not_shared_plain=lambda: np.exp(hidden),
    )
    weights = slip(lambda: weights, pattern_transposed=lambda: weights.T, scaled_after_softmax=lambda: weights / D**0.5)
    given = slip(lambda: v, used_k=lambda: k, used_q=lambda: q)
    out = slip(
        lambda: weights @ given,
        returned_pattern=weights,
        returned_scores=hidden,
        entry_by_entry=lambda: weights * given,
        pattern_if_masked=lambda: weights @ given if may_look is None else weights,
    )
    return slip(
        lambda: out,
        already_added=lambda: v + out,
        averaged=lambda: out / T_key,
        softmax_at_the_end=lambda: _softmax(out),
    )


def _no_key():
    raise IndexError("a loop over the queries asks for a key that is not there")


def _cosines(q, k):
    return (q / np.linalg.norm(q, axis=-1, keepdims=True)) @ (k / np.linalg.norm(k, axis=-1, keepdims=True)).T


def _square(may_look):
    """A mask as wide as there are queries, as `np.zeros((T, T))[~may_look] = …` makes it."""
    table = np.ones((len(may_look), len(may_look)), bool)
    table[~may_look] = False
    return table


def _attend_inputs(draw):
    T_query, T_key, D, D_v = draw.size(1, 7), draw.size(1, 7), draw.size(1, 9), draw.size(1, 6)
    q, k, v = draw.numbers(T_query, D), draw.numbers(T_key, D), draw.numbers(T_key, D_v)
    return draw.choice((q, k, v), (q, k, v, draw.mask(T_query, T_key)), (q, k, v, draw.mask(T_query, T_key)))


def _mask_leaves_numbers(f):
    """Is there a NaN only without a mask, or nowhere?"""
    q, k, v = np.ones((2, 3)), np.ones((2, 3)), np.array([[1.0], [2.0]])
    one, two = (np.asarray(f(q, k, v, mask), float) for mask in (None, np.tri(2, dtype=bool)))
    return np.isnan(one).any() or not np.isnan(two).any()


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
        (  # more keys than queries under a mask
            np.array([[0.5, 1.0, -1.0], [1.0, 0.3, 0.8]]),
            np.array([[1.0, -1.0, 0.5], [0.2, 1.2, -0.8], [-0.6, 0.4, 1.1], [0.9, 0.1, -0.3]]),
            np.array([[2.0, -1.0, 0.6], [0.5, 3.0, 1.4], [-4.0, 1.0, 0.2], [1.0, 0.4, -2.0]]),
            np.array([[True, False, True, False], [False, True, False, True]]),
        ),
        (  # more queries than keys, and real scores as low as −50,000
            np.array([[1.0], [10.0], [100.0], [1000.0]]),
            np.array([[-50.0], [0.2], [-49.9]]),
            np.array([[1.0, 4.0], [3.0, -2.0], [-1.0, 0.5]]),
            np.array([[True, False, True], [False, True, True], [True, False, True], [True, False, True]]),
        ),
        (
            np.array([[0.5, 1.0], [-1.0, 0.3]]),
            np.array([[1.0, -1.0], [0.2, 1.2], [-0.6, 0.4]]),
            np.array([[2.0, -1.0], [0.5, 3.0], [-4.0, 1.0]]),
        ),
    ],
    makes=_attend_inputs,
    unfit=WHOLE,
    promises=[(*WHOLE_NUMBERS, whole_numbers_too(np.array([[0], [1]]), np.array([[1], [2]]), np.array([[4], [7]])))],
    defaults={"may_look": None},
    only_nan=("none_hides_all", "zero_times_inf"),
    true_if={"zero_times_inf": multiplies_by_infinity, "entry_by_entry": multiplies},
    steps={
        "the scores": (
            *(
                "kq_transposed",
                "keys_not_turned",
                "keys_are_values",
                "square_loop",
                "no_scale",
                "scaled_by_d",
                "multiplied_by_root",
            ),
            *(
                "scaled_by_value_size",
                "scaled_by_tokens",
                "no_scale_with_a_mask",
                "no_scale_without_a_mask",
                "cosines",
                "scaled_by_queries",
            ),
        ),
        "the mask": (
            *(
                "none_hides_all",
                "always_causal",
                "always_causal_square",
                "causal_on_top",
                "only_causal",
                "square_when_none",
                "mask_ignored",
                "mask_inverted",
            ),
            *(
                "mask_transposed",
                "mask_loop_square",
                "mask_if_square",
                "mask_square",
                "hidden_10",
                "not_low_enough",
                "hidden_1000",
                "hidden_10000",
            ),
            *("zero_before_softmax", "mask_added"),
        ),
        "the softmax": (
            "columns",
            "whole_table",
            "overflow",
            "one_maximum",
            "no_keepdims",
            "hard",
            "twice",
            "not_shared",
        ),
        "the product with `v`": ("used_k", "used_q", "pattern_transposed", "already_added", "averaged"),
    },
    says=dict(
        returned_pattern="You returned the pattern: who looks at whom. ⇒ One product is missing: `weights @ v` says what comes of it.",
        pattern_if_masked="With a mask you return the pattern, without one the update. ⇒ Both need the product with `v` at the end.",
        returned_scores="You returned the scores. ⇒ Still to do: softmax, and then the product with `v`.",
        no_softmax="You multiplied raw scores with `v`. ⇒ First turn each row into shares that sum to 1: `softmax(scores)`.",
        kq_transposed="You computed keys times queries, so a row of your table is a key. ⇒ Each row must belong to one query: q comes first, `q @ k.T`.",
        keys_not_turned="You multiplied `q` by `k` as it is, so queries meet columns of `k`, not keys. ⇒ A key is a row: turn the table, `q @ k.T`.",
        square_loop="Only as many keys as there are queries get a score. There may be more keys than queries, or fewer. ⇒ Let the inner loop run over `len(k)`, or use `q @ k.T`.",
        pattern_transposed="You used the pattern on its side. ⇒ Each row of `weights` is one query's shares: `weights @ v`, without `.T`.",
        used_k="You mixed the keys. They are only for being found. ⇒ What is handed over are the values: `weights @ v`.",
        used_q="You mixed the queries. They only ask. ⇒ What is handed over are the values: `weights @ v`.",
        entry_by_entry="`*` multiplies entry by entry, and nothing is added up. ⇒ A weighted sum of the rows of `v` is a matrix product: `@`.",
        keys_are_values="You compared the queries with the values. ⇒ Queries meet keys, `q @ k.T`; the values come in at the end.",
        no_scale="The scores are not scaled. ⇒ Divide them by √D before the softmax, with D the number of columns of `q`.",
        scaled_by_d="You divided the scores by D, or twice by its square root. ⇒ Once by √D is enough, and `attention_pattern` does it for you.",
        multiplied_by_root="You multiplied the scores by √D, so large heads get larger scores still. ⇒ Divide by it.",
        scaled_by_value_size="You took D from `v`. The scores come from `q` and `k`. ⇒ Divide by the root of their number of columns.",
        scaled_by_tokens="You divided by the root of the number of keys. ⇒ Divide by √D, and D is `q.shape[-1]`.",
        scaled_by_queries="You divided by the root of the number of queries. ⇒ Divide by √D, and D is `q.shape[-1]`.",
        no_scale_with_a_mask="Without a mask your scores are scaled, with one they are not. ⇒ Both need the division by √D.",
        no_scale_without_a_mask="With a mask your scores are scaled, without one they are not. ⇒ Both need the division by √D.",
        cosines="You brought queries and keys to length 1: those are cosines. ⇒ Attention takes the plain dot products, divided by √D.",
        mask_if_square="You use the mask only if there are as many queries as keys. ⇒ Use it whenever it is there: `if may_look is not None:`.",
        alike_if_none="When `may_look` is None, all keys count the same in your function. ⇒ Then, too, the scores decide: `attention_pattern(q, k)`.",
        columns="Your columns share out 1, and each row (one query) should. ⇒ Take the softmax along the last axis.",
        whole_table="You shared out one single 1 over the whole table. ⇒ Each row needs its own: softmax with `axis=-1`, `keepdims=True`.",
        no_keepdims="Your sums lost their axis, so entry j is divided by the sum of row j, whatever row it is in. ⇒ Keep the axis: `keepdims=True`.",
        overflow="Large scores overflow to NaN in your softmax. ⇒ Subtract each row's largest score before `exp`, or use `softmax` from lesson 4.",
        one_maximum="You subtract the largest score of the whole table, so a row of much lower ones becomes 0/0. ⇒ Subtract each row's own largest: `axis=-1, keepdims=True`.",
        hard="You took the best key's value alone. ⇒ Softmax gives every key a share, also the second best.",
        none_refused="Your function fails when `may_look` is None. ⇒ Then there is no mask: `attention_pattern(q, k)` is all you need.",
        none_hides_all="When `may_look` is None you hide everything, and nothing is left to share out. ⇒ Use the mask only `if may_look is not None:`.",
        square_when_none="When `may_look` is None you make a square mask, but there may be more keys than queries. ⇒ Make no mask of your own then.",
        always_causal="You hide the future even when `may_look` is None. Then everybody may look everywhere. ⇒ Make no mask of your own.",
        always_causal_square="You hide the future even when `may_look` is None, and with a square mask at that. ⇒ Then everybody may look everywhere: make no mask of your own.",
        causal_on_top="You always hide the future, whatever `may_look` says. ⇒ Use `may_look` as it is, and no mask if it is None.",
        only_causal="You always hide the future, and your answer does not depend on `may_look`. ⇒ Use `may_look` in place of your own mask, and no mask if it is None.",
        scaled_after_softmax="You divided by √D after the softmax, so rows no longer sum to 1. ⇒ Scale the scores, before it.",
        mask_ignored="Your answer does not depend on `may_look`. ⇒ Where it is False, the score must be −∞ before the softmax. Did you keep what `np.where` returned?",
        mask_inverted="Your mask is upside down: what `may_look` allows is hidden. ⇒ True means *may* look: `np.where(may_look, scores, -np.inf)`.",
        mask_transposed="You turned the mask on its side. ⇒ Its rows are queries already: use `may_look` as it is.",
        mask_loop_square="You hide only among the first keys, as many as there are queries. There may be more keys. ⇒ Go through all `len(k)` columns, or use `np.where`.",
        mask_square="You make a square table for the mask, but there may be more keys than queries, or fewer. ⇒ Use `may_look` itself: `np.where(may_look, scores, -np.inf)`.",
        mask_added="You added `may_look` to the scores, and True counts as 1: hidden keys still get a share. ⇒ Where it is False, the score must be −∞.",
        zero_times_inf="Where a key may be seen you multiply 0 by ∞, and that is NaN (not a number). ⇒ Choose entry by entry: `np.where(may_look, scores, -np.inf)`.",
        hidden_10="Your number for hidden scores is not low enough: real scores can be lower still, and then the hidden ones win. ⇒ Use `-np.inf`.",
        not_low_enough="Your number for hidden scores is not low enough: real scores can be lower still, and then the hidden ones win. ⇒ Use `-np.inf`.",
        hidden_1000="Your number for hidden scores is not low enough: real scores can be lower still, and then the hidden ones win. ⇒ Use `-np.inf`.",
        hidden_10000="Your number for hidden scores is not low enough: real scores can be lower still, and then the hidden ones win. ⇒ Use `-np.inf`.",
        twice="You applied the softmax twice. ⇒ `attention_pattern` and `masked_pattern` return shares already: multiply them by `v`.",
        softmax_at_the_end="You took a softmax of the result. What a query receives are no shares. ⇒ Return what the product with `v` gives.",
        zero_before_softmax="Hidden scores are 0 in your table, and exp(0) is 1: hidden tokens still get a share. ⇒ Set them to −∞ (`-np.inf`).",
        shared_again="Masking after the exp and sharing out again breaks when a hidden score is very large: 0/0. ⇒ Put −∞ into the scores before the softmax.",
        not_shared="The exps of a row do not sum to 1 in your sum with `v`. ⇒ Divide each row by its sum first, or use `softmax`.",
        not_shared_plain="The exps of a row do not sum to 1 in your sum with `v`. ⇒ Divide each row by its sum, or use `softmax`.",
        zero_after_softmax="You removed hidden tokens after the softmax, so rows sum to less than 1. ⇒ Set their scores to −∞ before it.",
        inf_after_softmax="You put −∞ into the shares, after the softmax. ⇒ It belongs into the scores, before the softmax: exp(−∞) is 0.",
        softmax_of_shares="With a mask you take a softmax of shares, where some are hidden. ⇒ Hide the *scores*, by −∞, and take one softmax.",
        already_added="You added `v` to the result. Attention computes the update ΔE alone. ⇒ Leave the adding to `add_to_stream`.",
        averaged="Your result is divided by the number of keys. The shares sum to 1 already. ⇒ Divide by nothing.",
    ),
    hints=(
        "You built every piece: scores, scale, mask, softmax. What is the one product that turns shares into an update?",
        "`attention_pattern(q, k)` or, if there is a mask, `masked_pattern(q, k, may_look)` gives the weights. Then `@ v`.",
        "Begin with `weights = attention_pattern(q, k) if may_look is None else masked_pattern(q, k, may_look)`.",
    ),
    probes=[
        (
            "nan_with_a_mask",
            "With a mask, your result holds NaN (not a number). ⇒ 0 · ∞ and ∞ − ∞ are NaN: choose entry by entry, by `np.where`.",
            _mask_leaves_numbers,
        ),
        (
            "future_seen",
            "A value that `may_look` hides changes your result. ⇒ Hide it before the softmax, with −∞.",
            lambda f: np.allclose(
                np.asarray(f(np.ones((2, 3)), np.ones((2, 3)), np.array([[1.0], [2.0]]), np.tri(2, dtype=bool)), float)[
                    0
                ],
                np.asarray(
                    f(np.ones((2, 3)), np.ones((2, 3)), np.array([[1.0], [99.0]]), np.tri(2, dtype=bool)), float
                )[0],
                equal_nan=True,
            ),
        ),
        (
            "not_shares",
            "If all values are 1, every result must be 1, and yours is not. ⇒ Do the shares of each row sum to 1? And does nothing come after the product with `v`?",
            lambda f: np.allclose(
                np.asarray(f(np.array([[1.0, 2.0]]), np.array([[0.5, 1.0], [2.0, 0.1]]), np.ones((2, 1)), None), float),
                1,
            ),
        ),
    ],
)
