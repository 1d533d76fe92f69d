"""Lesson 04: the attention pattern."""

import math

import numpy as np

from course_lib.judge import Exercise


def softmax(scores, slip):
    """Each row: subtract its highest score, exp, divide by the row's sum."""
    scores = slip(
        lambda: scores,
        minus=lambda: -scores,
        clipped=lambda: np.clip(scores, -100, 100),
        standardised=lambda: (scores - scores.mean(-1, keepdims=True)) / scores.std(-1, keepdims=True),
        positive_only=lambda: np.maximum(scores, 0),
    )
    axis = slip(-1, columns=0, whole_table=None)
    top = slip(
        lambda: scores.max(axis, keepdims=True),
        overflow=0,
        one_maximum=lambda: scores.max(),
        maximum_without_keepdims=lambda: scores.max(-1),
        lowest_subtracted=lambda: scores.min(-1, keepdims=True),
        mean_subtracted=lambda: scores.mean(-1, keepdims=True),
        maximum_of_columns=lambda: scores.max(0),
        first_subtracted=lambda: scores[..., :1],
        largest_size_subtracted=lambda: abs(scores).max(-1, keepdims=True),
        half_subtracted=lambda: scores.max(-1, keepdims=True) / 2,
        added_highest=lambda: -scores.max(-1, keepdims=True),
        sum_subtracted=lambda: scores.sum(-1, keepdims=True),
        each_itself_subtracted=lambda: scores,
    )
    exps = slip(
        lambda: np.exp(scores - top),
        no_exp=lambda: scores,
        no_exp_after_subtracting=lambda: scores - top,
        shift_turned=lambda: np.exp(top - scores),
        exp_of_quotients=lambda: np.exp(scores / top),
        cut_above=lambda: np.exp(np.minimum(scores, 700)),
        from_the_lowest=lambda: scores - scores.min(-1, keepdims=True),
        subtracted_after_exp=lambda: np.exp(scores) - np.exp(scores).max(-1, keepdims=True),
        absolute=lambda: abs(scores),
        squares=lambda: scores**2,
        base_two=lambda: 2 ** (scores - top),
        base_ten=lambda: 10 ** (scores - top),
    )
    total = slip(
        lambda: exps.sum(axis, keepdims=True),
        sum_without_keepdims=lambda: exps.sum(-1),
        sum_of_columns=lambda: exps.sum(0),
        sum_of_all=lambda: exps.sum(),
        one_more=lambda: exps.sum(-1, keepdims=True) + 1,
        not_shared=1,
        counted=lambda: exps.shape[-1],
        divided_by_scores=lambda: scores.sum(-1, keepdims=True),
        divided_by_length=lambda: np.sqrt((exps**2).sum(-1, keepdims=True)),
        divided_by_mean=lambda: exps.mean(-1, keepdims=True),
        divided_by_so_far=lambda: exps.cumsum(-1),
        shifted_above_only=lambda: np.exp(scores).sum(-1, keepdims=True),
    )
    return slip(
        lambda: exps / total,
        shifted_below_only=lambda: np.exp(scores) / exps.sum(-1, keepdims=True),
        divided_by_highest=lambda: scores / top,
        overflow_in_python=lambda: _softmax_in_python(scores),
        overflow_hidden=lambda: np.nan_to_num(np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)),
        unchanged=lambda: scores,
        argmax=lambda: (scores == scores.max(-1, keepdims=True)) * 1.0,
        sigmoid=lambda: 1 / (1 + np.exp(-scores)),
        logarithm=lambda: np.log(exps / total),
        log_softmax=lambda: scores - top - np.log(total),
        first_row=lambda: (exps / total)[0],
        first_row_only=lambda: (exps / total)[:1],
        last_row=lambda: (exps / total)[-1],
        twice=lambda: _weights(exps / total),
        rounded_to_two=lambda: np.round(exps / total, 2),
        rounded_to_three=lambda: np.round(exps / total, 3),
        video_view=lambda: (exps / total).T,
    )


def _softmax_in_python(scores):
    """As one writes it without NumPy: the error of math.exp, or of a division by 0, ends it."""
    return np.array(
        [[math.exp(score) / sum(math.exp(other) for other in row) for score in row] for row in scores.tolist()]
    )


def _scores(draw):
    return (draw.numbers(draw.size(1, 7), draw.size(1, 8)),)


def _sums_to_1(f):
    weights = np.asarray(f(np.array([[0.5, -1.0, 2.0, 0.0], [1.0, 1.5, -2.0, 0.3]])), dtype=float)
    return bool((abs(weights.sum(-1) - 1) < 1e-3).all())


def _sees_differences_only(f):
    scores = np.array([[0.5, -1.0, 2.0, 0.0], [1.0, 1.5, -2.0, 0.3]])
    return bool((abs(np.asarray(f(scores + 3.0), dtype=float) - np.asarray(f(scores), dtype=float)) < 1e-3).all())


SOFTMAX = Exercise(
    softmax,
    cases=[
        (np.array([[2.0, 1.0, 0.0], [-1.0, 3.0, 0.5]]),),
        (np.array([[0.5, -1.0, 2.0], [3.0, 1.0, -0.5], [-2.0, 0.0, 1.5]]),),
        (np.array([[1000.0, 1001.0, 999.0, 1002.0], [0.0, 0.0, 0.0, 800.0], [3.0, 2.0, 1.0, -1.0]]),),
        (np.array([[-1000.0, -1001.0, -999.0], [-800.0, -802.0, -801.0]]),),
        (np.array([[900.0, 901.0], [900.0, -900.0], [-900.0, -901.0], [0.5, 1.0]]),),
        (np.array([[1000.0, 998.0], [0.5, 1.0]]),),
        (np.array([[0.5, -1.0, 2.0, 0.25, 1.0]]),),
        (np.array([[3000.0, 2999.0, 2000.0], [-3000.0, -3001.0, -4000.0], [2.0, 0.0, 1.0]]),),
    ],
    makes=_scores,
    says=dict(
        columns="Your columns share out 1. A row is a query, and each query shares out its own 1. ⇒ Use `axis=-1`.",
        minus="The lowest score gets the most. ⇒ Check the sign in the exp.",
        whole_table="Your whole table shares out a single 1. ⇒ Each row must share out its own: use `axis=-1`.",
        unchanged="The scores came back as they were. ⇒ Take exp of each score minus its row's highest, and divide by the row's sum.",
        overflow="Right on paper, but exp(1000) is ∞ and exp(−1000) is 0, so some rows become NaN. ⇒ Subtract each row's highest score first.",
        overflow_in_python="Right on paper, but `math.exp(1000)` is too large, and exp(−1000) is 0: division by 0. ⇒ Subtract each row's highest score first.",
        overflow_hidden="Your NaNs of an overflow became zeros, and such a row no longer sums to 1. ⇒ Subtract each row's highest score before the exp.",
        clipped="You cut scores off at a limit: above it they all become alike. ⇒ Subtract each row's highest score instead.",
        one_maximum="You subtract the highest score of the whole table: rows far below it become 0/0. ⇒ Use each row's own maximum.",
        lowest_subtracted="You subtract each row's lowest score, so high ones still overflow. ⇒ Subtract the highest.",
        mean_subtracted="You subtract each row's mean, so high scores still overflow. ⇒ Subtract the highest.",
        first_subtracted="You subtract each row's first score, so a much higher one still overflows. ⇒ Subtract the highest.",
        half_subtracted="You subtract half of each row's highest score, so very high scores still overflow. ⇒ Subtract all of it.",
        added_highest="You add each row's highest score, so high ones overflow even sooner. ⇒ Subtract it.",
        sum_subtracted="You subtract each row's sum, so scores still overflow. ⇒ Subtract the highest.",
        each_itself_subtracted="Every token gets the same share, whatever its score. ⇒ Take exp of each score minus the row's highest.",
        cut_above="You cut scores off at a limit: above it they all become alike. ⇒ Subtract each row's highest score instead.",
        standardised="You divided each row by its own spread first, and then no query could ever be sure. ⇒ Only subtract its highest score.",
        positive_only="You cut off the negative scores. ⇒ Keep them: `np.exp` makes them positive, and small.",
        largest_size_subtracted="You subtract the largest score without its sign, so a row of low scores becomes 0/0. ⇒ Subtract the highest, without `abs`.",
        maximum_of_columns="You subtract each column's highest score, and that shifts the scores of one row against each other. ⇒ Use the row's: `axis=-1`.",
        maximum_without_keepdims="`max(axis=-1)` without `keepdims=True` is a flat list, and NumPy lays it along the columns. ⇒ Add `keepdims=True`.",
        sum_without_keepdims="`sum(axis=-1)` without `keepdims=True` is a flat list, and NumPy lays it along the columns. ⇒ Add `keepdims=True`.",
        sum_of_columns="You subtract each row's maximum, but divide by the sums of columns. ⇒ Both belong to the row: `axis=-1`.",
        sum_of_all="You divide by the sum of the whole table, so the rows share a single 1. ⇒ Divide each row by its own sum: `axis=-1, keepdims=True`.",
        one_more="You divide by the sum and 1 more, so the rows sum to less than 1. ⇒ Divide by the sum alone.",
        no_exp="You divided the scores by their sum, without exp: negative scores become negative shares. ⇒ Take `np.exp` first.",
        no_exp_after_subtracting="You subtracted the highest score and divided, but the exp in between is missing. ⇒ Take `np.exp` of what is left.",
        from_the_lowest="You only moved the lowest score to 0, so it always gets nothing. ⇒ Let `np.exp` make the scores positive.",
        subtracted_after_exp="You subtracted after the exp, when the overflow has already happened. ⇒ Subtract the highest *score*, before it.",
        shift_turned="In your exp the scores have a minus, so the lowest one gets the most. ⇒ The other way round: scores minus their highest.",
        exp_of_quotients="You divided the scores by the highest one before the exp, and that changes the shares. ⇒ Subtract it.",
        absolute="You took away the signs: −2 then counts as much as +2. ⇒ Use `np.exp`.",
        squares="You used squares: −2 then counts as much as +2. ⇒ Use `np.exp`.",
        base_two="You used powers of 2. It is a softmax, but a softer one. ⇒ Here use `np.exp`, powers of e.",
        base_ten="You used powers of 10. It is a softmax, but a sharper one. ⇒ Here use `np.exp`, powers of e.",
        not_shared="Your rows hold the exps, and those do not sum to 1. ⇒ Divide each row by its *sum*.",
        counted="You divided by the number of tokens. ⇒ Divide by the row's sum of exps.",
        divided_by_scores="You divided by the sum of the scores. ⇒ Divide by the sum of their exps.",
        divided_by_length="You divided by the length of the row of exps. ⇒ Shares must *add up* to 1: divide by the sum.",
        divided_by_mean="You divided by the mean of the exps, so each row sums to the number of tokens. ⇒ Divide by their sum.",
        divided_by_so_far="You divide by a sum that is still growing. ⇒ Add up the whole row first, in a loop of its own, and divide afterwards.",
        shifted_above_only="You subtracted the highest score above the line only. ⇒ The same exps belong below it: put them into a variable, and divide it by its sum.",
        shifted_below_only="You subtracted the highest score below the line only. ⇒ The same exps belong above it: put them into a variable, and divide it by its sum.",
        divided_by_highest="You divided the scores by the highest one. ⇒ Subtract it, take exp, and then divide by the sum.",
        argmax="The highest score takes all: that is argmax. ⇒ A softmax gives the others their share, too.",
        sigmoid="You used a sigmoid: each score by itself, and the scores of a row must compete. ⇒ Divide by the sum of exps.",
        logarithm="You returned the logarithm of the shares. ⇒ Return the shares.",
        log_softmax="You returned the logarithm of the shares. ⇒ Return the shares: take exp of it, or divide the exps.",
        first_row="You returned the first row only. ⇒ Is `return` inside the loop? Move it to the left, after the loop.",
        first_row_only="Your table has a single row, the first one. ⇒ Is `return` inside the loop? Move it to the left, after the loop.",
        last_row="You returned the last row only. ⇒ Keep every row: put each into the table, inside the loop.",
        twice="Your shares became scores again, and nearly equal: that is a softmax of a softmax. ⇒ Once is enough.",
        rounded_to_two="You rounded the shares, so the rows no longer sum to exactly 1. ⇒ Return them as they are.",
        rounded_to_three="You rounded the shares, so the rows no longer sum to exactly 1. ⇒ Return them as they are.",
        video_view="Your table is turned on its side: a column is a query there. ⇒ Here a row is a query; leave out the last `.T`.",
    ),
    alone=("unchanged", "argmax", "sigmoid"),
    hints=(
        "What would you have to divide a row of positive numbers by, so that it sums to 1?",
        "`scores.max(axis=-1, keepdims=True)` is a column with the highest score of each row; `np.exp` and `.sum(axis=-1, keepdims=True)` do the rest.",
        "`exps = np.exp(scores - scores.max(axis=-1, keepdims=True))`",
    ),
    probes=[
        (
            "rows_sum_to_1",
            "Each row must sum to exactly 1; yours do not. ⇒ What does a row's share have to be divided by?",
            _sums_to_1,
        ),
        (
            "differences_only",
            "Adding 3 to all scores must change nothing; with yours it does. ⇒ Which of your steps sees more than the differences?",
            _sees_differences_only,
        ),
    ],
)


def scale_scores(scores, head_size, slip):
    """Divided by √head_size."""
    divisor = slip(
        lambda: np.sqrt(head_size),
        unscaled=1,
        by_head_size=head_size,
        squared=lambda: head_size**2,
        half_inside=lambda: head_size / 2,
        half_after=lambda: head_size * 2,
        whole_root=lambda: int(np.sqrt(head_size)),
        whole_root_above=lambda: np.ceil(np.sqrt(head_size)),
        root_twice=lambda: head_size**0.25,
        by_root_T_key=lambda: np.sqrt(scores.shape[-1]),
        by_root_T_query=lambda: np.sqrt(scores.shape[0]),
        by_logarithm=lambda: np.log(head_size),
        by_log2=lambda: np.log2(head_size),
        by_log10=lambda: np.log10(head_size),
        by_cube_root=lambda: np.cbrt(head_size),
        one_less=lambda: np.sqrt(head_size - 1),
        one_more=lambda: np.sqrt(head_size + 1),
        root_plus_one=lambda: np.sqrt(head_size) + 1,
        by_exp=lambda: np.exp(head_size),
        by_sum=lambda: scores.sum(-1, keepdims=True),
        by_highest=lambda: scores.max(-1, keepdims=True),
        by_length=lambda: np.sqrt((scores**2).sum()),
        by_spread=lambda: scores.std(),
        by_row_spread=lambda: scores.std(-1, keepdims=True),
        always_two=2,
        always_three=3,
        always_eight=8,
        by_root_of_all=lambda: scores.size**0.5,
    )
    scaled = slip(
        lambda: scores / divisor,
        multiplied=lambda: scores * divisor,
        subtracted=lambda: scores - divisor,
        added=lambda: scores + divisor,
        whole_numbers=lambda: scores // divisor,
        upside_down=lambda: divisor / scores,
    )
    return slip(
        lambda: scaled,
        softmaxed=lambda: _weights(scaled),
        cut=lambda: np.trunc(scaled),
        rounded=lambda: np.round(scaled, 2),
        no_sign=lambda: abs(scaled),
        first_row=lambda: scaled[0],
        first_row_only=lambda: scaled[:1],
        last_row=lambda: scaled[-1],
        root_of_scores=lambda: np.sqrt(scores),
        root_of_all=lambda: np.sqrt(scores / head_size),
    )


def _weights(scores, axis=-1):
    exps = np.exp(scores - scores.max(axis, keepdims=True))
    return exps / exps.sum(axis, keepdims=True)


def _scores_and_head_size(draw):
    return draw.numbers(draw.size(1, 6), draw.size(1, 7)), draw.size(1, 64)


SCALE_SCORES = Exercise(
    scale_scores,
    cases=[
        (np.array([[6.0, -3.0], [1.5, 9.0]]), 9),
        (np.array([[2.0, -1.0, 4.0, 0.5], [0.0, 3.0, -2.5, 1.0], [5.0, 1.0, 2.0, -4.0]]), 5),
        (np.array([[700.0, -650.0, 12.0], [3.0, -700.0, 80.0], [1.0, 2.0, 3.5], [-40.0, 0.0, 5.0]]), 64),
        (np.array([[3.0, -2.0]]), 2),
        (np.array([[2.0, -0.5, 1.5]]), 1),
    ],
    makes=_scores_and_head_size,
    says=dict(
        unscaled="The scores came back as they were. ⇒ Divide them by the square root of `head_size`.",
        by_head_size="You used `head_size` itself, and that is too much. ⇒ Take its square root.",
        multiplied="You multiplied, and long vectors make large scores already. ⇒ Divide.",
        squared="You squared `head_size`, and that is far too much. ⇒ Take its square root.",
        half_inside="You used half of `head_size`: so does `head_size**1/2`, which is (head_size**1)/2. ⇒ Write `head_size**0.5` or `np.sqrt(head_size)`.",
        half_after="You divided by head_size and then by 2: so does `/ head_size**1/2`. ⇒ Write `head_size**0.5` or `np.sqrt(head_size)`.",
        whole_root="You used a whole number for the root. ⇒ Leave the root as it is: √5 is 2.236.",
        whole_root_above="You used a whole number for the root. ⇒ Leave the root as it is: √5 is 2.236.",
        rounded="You rounded your results. ⇒ Return them as they are.",
        by_length="You used the length of all these scores together. ⇒ Divide by √head_size, whatever the scores are.",
        by_root_T_key="You used the root of the number of keys. ⇒ It is the head size that makes scores large.",
        by_root_T_query="You used the root of the number of queries. ⇒ It is the head size that makes scores large.",
        by_logarithm="You used the logarithm of `head_size`. ⇒ Take its square root.",
        by_log2="You used the logarithm of `head_size`. ⇒ Take its square root.",
        by_log10="You used the logarithm of `head_size`. ⇒ Take its square root.",
        by_cube_root="You used the cube root of `head_size`. ⇒ Take its square root: `head_size**0.5`.",
        one_less="You took 1 off before the root. ⇒ The whole of `head_size` belongs under it.",
        one_more="You added 1 before the root. ⇒ `head_size` alone belongs under it.",
        root_plus_one="You added 1 to the root. ⇒ The root alone is wanted.",
        by_exp="You used exp of `head_size`. ⇒ Take its square root.",
        by_sum="You used the sums of these very scores. ⇒ Divide by √head_size, whatever the scores are; sharing out comes later.",
        by_highest="You used the highest of these very scores. ⇒ Divide by √head_size, whatever the scores are.",
        by_spread="You used the spread of these very scores, and then no query could ever be sure. ⇒ Divide by √head_size, whatever the scores are.",
        by_row_spread="You used each row's own spread, and then no query could ever be sure. ⇒ Divide by √head_size, whatever the scores are.",
        always_two="You used 2. That fits the sentence, where D is 4, and no other D. ⇒ Take the root of `head_size`.",
        always_three="You used 3. That fits the example, where `head_size` is 9, and no other. ⇒ Take the root of `head_size`.",
        always_eight="You used 8. That fits a head size of 64, and no other. ⇒ Take the root of `head_size`.",
        by_root_of_all="You used the root of the number of scores. ⇒ It is the head size that makes scores large.",
        upside_down="Your fraction is upside down. ⇒ Divide the scores, not by the scores.",
        subtracted="You subtracted. A softmax would not even notice: it sees differences only. ⇒ Divide.",
        added="You added. A softmax would not even notice: it sees differences only. ⇒ Divide.",
        whole_numbers="Your results are rounded down to whole numbers, as `//` does. ⇒ Use `/`.",
        cut="Your results lost what comes after the decimal point. ⇒ Leave out `int`.",
        no_sign="You lost the signs. ⇒ A negative score stays negative: leave out `abs`.",
        first_row="You returned the first row only. ⇒ Is `return` inside the loop? Move it to the left, after the loop.",
        first_row_only="Your table has a single row, the first one. ⇒ Is `return` inside the loop? Move it to the left, after the loop.",
        last_row="You returned the last row only. ⇒ Keep every row: put each into the table, inside the loop.",
        softmaxed="You already shared out. ⇒ Return the divided scores; the softmax comes in the next exercise.",
        root_of_all="You took the root of the quotient, and negative scores became NaN. ⇒ Only `head_size` belongs under the root.",
        root_twice="You took the root twice. ⇒ Once is enough.",
        root_of_scores="You took the root of the scores. ⇒ Take the root of `head_size`, and divide the scores by it.",
    ),
    hints=(
        "The variance of q · k is d. What is its typical size, and so what brings it back to 1?",
        "`np.sqrt(head_size)` is the square root.",
        "`return scores / …`",
    ),
)


def attention_pattern(q, k, slip):
    """Scores, divided by √D, softmax along each row."""
    q, k = slip(
        (q, k),
        queries_only=(q, q),
        keys_only=(k, k),
        softmax_first=lambda: (_weights(q), _weights(k)),
        cosines=lambda: tuple(each / np.sqrt((each**2).sum(-1, keepdims=True)) for each in (q, k)),
    )
    scores = slip(
        lambda: q @ k.T,
        kq_transposed=lambda: k @ q.T,
        no_transpose=lambda: q @ k,
        entry_by_entry=lambda: q * k,
        reshaped=lambda: q @ k.reshape(k.shape[::-1]),
    )
    D = q.shape[-1]
    divisor = slip(
        lambda: np.sqrt(D),
        unscaled=1,
        by_head_size=D,
        half_inside=lambda: D / 2,
        half_after=lambda: D * 2,
        by_root_T_key=lambda: np.sqrt(len(k)),
        by_root_T_query=lambda: np.sqrt(len(q)),
        by_root_model_width=lambda: np.sqrt(12),
        whole_root=lambda: int(np.sqrt(D)),
        root_twice=lambda: D**0.25,
        squared=lambda: D**2,
        by_logarithm=lambda: np.log(D),
        always_two=2,
        always_eight=8,
        by_root_of_all=lambda: q.size**0.5,
        scaled_after_softmax=1,
    )
    scaled = slip(lambda: scores / divisor, multiplied=lambda: scores * divisor)
    scaled = slip(
        lambda: scaled,
        masked=lambda: np.where(np.tri(*scaled.shape, dtype=bool), scaled, -np.inf),
        masked_by_zero=lambda: np.tril(scaled),
        no_itself=lambda: np.where(np.eye(*scaled.shape, dtype=bool), -np.inf, scaled),
        minus=lambda: -scaled,
    )
    axis = slip(-1, columns=0, whole_table=None)
    top = slip(
        lambda: scaled.max(axis, keepdims=True),
        overflow=0,
        one_maximum=lambda: scaled.max(),
        maximum_without_keepdims=lambda: scaled.max(-1),
        mean_subtracted=lambda: scaled.mean(-1, keepdims=True),
        lowest_subtracted=lambda: scaled.min(-1, keepdims=True),
        each_itself_subtracted=lambda: scaled,
    )
    exps = slip(lambda: np.exp(scaled - top), base_two=lambda: 2 ** (scaled - top))
    total = slip(lambda: exps.sum(axis, keepdims=True), sum_without_keepdims=lambda: exps.sum(-1), not_shared=1)
    weights = slip(
        lambda: exps / total,
        no_softmax=lambda: scaled,
        argmax=lambda: (scaled == scaled.max(-1, keepdims=True)) * 1.0,
        sigmoid=lambda: 1 / (1 + np.exp(-scaled)),
        no_exp=lambda: scaled / scaled.sum(-1, keepdims=True),
        scaled_between=lambda: _weights(_weights(scores) / np.sqrt(D)),
        multiplied_after_softmax=lambda: _weights(scores) * np.sqrt(D),
    )
    weights = slip(
        lambda: weights,
        softmax_twice=lambda: _weights(weights),
        logarithm=lambda: np.log(weights),
        log_softmax=lambda: scaled - top - np.log(total),
        rounded_to_two=lambda: np.round(weights, 2),
        rounded=lambda: np.round(weights, 3),
        masked_after=lambda: np.tril(weights),
    )
    return slip(
        lambda: weights,
        scaled_after_softmax=lambda: weights / np.sqrt(D),
        video_view=lambda: weights.T,
        times_keys=lambda: weights @ k,
        first_row=lambda: weights[0],
        first_row_only=lambda: weights[:1],
        last_row=lambda: weights[-1],
    )


def _queries_and_keys(draw):
    T_query, T_key, D = draw.size(1, 8), draw.size(1, 6), draw.size(1, 8)
    return draw.numbers(T_query, D), draw.numbers(T_key, D)


def _pattern_sums_to_1(f):
    rng = np.random.default_rng(7)
    weights = np.asarray(f(rng.standard_normal((3, 4)), rng.standard_normal((5, 4))), dtype=float)
    return bool((abs(weights.sum(-1) - 1) < 1e-3).all())


ATTENTION_PATTERN = Exercise(
    attention_pattern,
    cases=[
        (
            np.array([[2.0, 0.0, 1.0, 0.0], [0.0, 1.0, -1.0, 3.0]]),
            np.array([[1.0, 0.0, 0.0, 0.5], [0.0, 1.0, 1.0, 0.0], [-1.0, 0.5, 2.0, 0.5]]),
        ),
        (
            np.array([[1.0, -0.5, 0.25, 2.0, 0.0], [0.5, 1.5, -1.0, 0.0, 1.0], [-1.0, 0.0, 2.0, 0.5, -0.5]]),
            np.array([[0.5, 1.0, 0.0, 1.0, -1.0], [1.0, -1.0, 0.5, 0.0, 2.0], [0.0, 2.0, 1.0, -0.5, 0.5]]),
        ),
        (np.array([[1.0, 2.0], [-0.5, 1.0], [1.5, 0.5]]), np.array([[0.5, 1.0], [2.0, -1.0]])),
        (np.array([[1.0, 0.5, -1.0, 2.0, 0.0, 1.5]]), np.array([[0.5, -2.0, 1.0, 1.0, 3.0, 0.0]])),
        (
            np.array([[100.0, 20.0, 5.0], [-120.0, 3.0, 1.0], [0.5, 1.0, -1.0], [1.0, 0.0, 0.5]]),
            np.array([[101.0, 3.0, 2.0], [100.0, 10.0, -4.0], [1.0, -2.0, 0.5], [90.0, 7.0, 3.0]]),
        ),
    ],
    makes=_queries_and_keys,
    says=dict(
        queries_only="You used q twice: like finds like. ⇒ The second factor is k.",
        keys_only="You used k twice: like finds like. ⇒ The first factor is q.",
        softmax_first="You applied the softmax to q and k. ⇒ It belongs to the scores: first q @ k.T, divided by √D, and then the softmax.",
        cosines="You divided q and k by their lengths, but a loud question may count more. ⇒ Use plain dot products.",
        kq_transposed="Your rows are keys. ⇒ A row must be a query: q @ k.T.",
        no_transpose="You computed q @ k, and `@` goes along the columns of its second table. ⇒ Turn the keys into columns: q @ k.T.",
        reshaped="`reshape` tears the keys apart. ⇒ To turn them on their side use `k.T`.",
        entry_by_entry="`*` multiplies entry by entry. ⇒ Every query must meet every key: q @ k.T.",
        softmax_twice="You applied the softmax twice: the shares became scores again, and nearly equal. ⇒ Once is enough.",
        overflow="Large scores overflow: some rows are NaN. ⇒ Subtract each row's highest score before the exp, or use your softmax.",
        unscaled="The scores were not divided by √D. ⇒ Divide them before the softmax.",
        by_head_size="You used D itself, or its square root twice. ⇒ Once √D is enough: `scale_scores` does it.",
        half_inside="You used half of D: so does `D**1/2`, which is (D**1)/2. ⇒ Write `D**0.5` or `np.sqrt(D)`.",
        half_after="You divided by D and then by 2: so does `/ D**1/2`. ⇒ Write `D**0.5` or `np.sqrt(D)`.",
        whole_root="You used a whole number for the root of D. ⇒ Leave the root as it is: √5 is 2.236.",
        root_twice="You took the root of D twice. ⇒ Once is enough.",
        squared="You used the square of D. ⇒ Take its square root.",
        by_logarithm="You used the logarithm of D. ⇒ Take its square root.",
        by_root_T_key="You used √T, the root of the number of keys. ⇒ D is the number of *columns*: `q.shape[-1]`.",
        by_root_T_query="You used √T, the root of the number of queries. ⇒ D is the number of *columns*: `q.shape[-1]`.",
        by_root_model_width="You used √12, and 12 is the width C of the sentence's vectors. ⇒ What makes q · k large is the head size, `q.shape[-1]`.",
        always_two="You used 2, or √4. That fits the sentence, where D is 4, and no other D. ⇒ Take the root of `q.shape[-1]`.",
        always_eight="You used 8, or √64. That fits a head size of 64, and no other. ⇒ Take the root of `q.shape[-1]`.",
        by_root_of_all="You used the root of the number of all entries of q. ⇒ D is the number of *columns*: `q.shape[-1]`.",
        mean_subtracted="You subtract each row's mean, so high scores still overflow. ⇒ Subtract the highest, or use your softmax.",
        lowest_subtracted="You subtract each row's lowest score, so high ones still overflow. ⇒ Subtract the highest, or use your softmax.",
        each_itself_subtracted="Every token gets the same share, whatever its score. ⇒ Take exp of each score minus the row's highest.",
        base_two="You used powers of 2. It is a softmax, but a softer one. ⇒ Use `np.exp`, powers of e, or your softmax.",
        rounded_to_two="You rounded the shares. ⇒ Return them as they are.",
        scaled_after_softmax="You divided by √D after the softmax, so the rows no longer sum to 1. ⇒ Divide the scores, before the softmax.",
        multiplied="You multiplied the scores, and long vectors make large ones already. ⇒ Divide.",
        multiplied_after_softmax="You multiplied by √D after the softmax, so the rows no longer sum to 1. ⇒ *Divide* the scores, *before* the softmax.",
        scaled_between="You applied the softmax, divided by √D, and applied it again. ⇒ Once is enough: divide the scores, and then share out.",
        sigmoid="You used a sigmoid: each score by itself, and the scores of a row must compete. ⇒ Use a softmax.",
        no_exp="You divided the scores by their sum, without exp: negative scores become negative shares. ⇒ Use a softmax.",
        minus="The lowest score gets the most. ⇒ Check the signs.",
        masked="You already hid the later tokens. That is lesson 5. ⇒ Here every query sees every key.",
        masked_by_zero="The upper right half of your scores is 0. ⇒ Here every query sees every key.",
        masked_after="The upper right half of your pattern is 0. ⇒ Here every query sees every key.",
        no_itself="You hid each token from itself. ⇒ Here every query sees every key.",
        columns="Your columns share out 1. A row is a query, and each query shares out its own 1. ⇒ Use `axis=-1`.",
        one_maximum="You subtract the highest score of the whole table: rows far below it become 0/0. ⇒ Use each row's own maximum.",
        maximum_without_keepdims="`max(axis=-1)` without `keepdims=True` is a flat list, and NumPy lays it along the columns. ⇒ Add `keepdims=True`.",
        sum_without_keepdims="`sum(axis=-1)` without `keepdims=True` is a flat list, and NumPy lays it along the columns. ⇒ Add `keepdims=True`.",
        not_shared="Your rows hold the exps, and those do not sum to 1. ⇒ Divide each row by its *sum*.",
        no_softmax="You returned the scaled scores. ⇒ The softmax along each row is missing.",
        argmax="The highest score takes all: that is argmax. ⇒ Use a softmax, which gives the others their share.",
        log_softmax="You returned the logarithm of the shares. ⇒ Return the shares: take exp of it, or divide the exps.",
        logarithm="You returned the logarithm of the shares. ⇒ Return the shares.",
        rounded="You rounded the shares. ⇒ Return them as they are.",
        times_keys="You went one step too far: the pattern itself is wanted. ⇒ Leave out the last product; using the pattern to add something up is lesson 6.",
        video_view="A column is a query in your table, as the video draws it. ⇒ Here a row is a query: leave out the last transpose.",
        whole_table="Your whole table shares out a single 1. ⇒ Each row must share out its own: `axis=-1`.",
        first_row="You returned the first row only. ⇒ Is `return` inside the loop? Move it to the left, after the loop.",
        first_row_only="Your table has a single row, the first one. ⇒ Is `return` inside the loop? Move it to the left, after the loop.",
        last_row="You returned the last row only. ⇒ Keep every row: put each into the table, inside the loop.",
    ),
    hints=(
        "Three steps lead from q and k to the pattern. Which, and in which order?",
        "`attention_scores(q, k)`, then `scale_scores(…, q.shape[-1])`, then `softmax(…)`.",
        "`scores = attention_scores(q, k)`",
    ),
    probes=[("rows_sum_to_1", "Each row must sum to exactly 1; yours do not. ⇒ What does a row's share have to be divided by?", _pattern_sums_to_1)],
    steps={
        "the scores": ("queries_only", "keys_only", "kq_transposed", "no_transpose", "reshaped", "entry_by_entry", "cosines"),
        "the division by √D": (
            "unscaled", "by_head_size", "half_inside", "half_after", "by_root_T_key", "by_root_T_query", "by_root_model_width",
            "always_two", "multiplied", "whole_root", "root_twice", "squared", "by_logarithm",
        ),
        "the softmax": (
            "columns", "whole_table", "overflow", "one_maximum", "maximum_without_keepdims", "sum_without_keepdims", "not_shared",
            "no_softmax", "argmax", "sigmoid", "no_exp",
        ),
    },
)  # fmt: skip


def effective_tokens(weights, slip):
    """exp of the entropy of each row."""
    safe = slip(lambda: np.where(weights > 0, weights, 1), nan_at_zero=lambda: weights)
    logs = slip(
        lambda: np.log(safe),
        bits=lambda: np.log2(safe),
        base_ten=lambda: np.log10(safe),
        log_of_one_more=lambda: np.log(weights + 1),
    )
    products = slip(lambda: weights * logs, no_weight=lambda: logs)
    entropy = -slip(
        lambda: products.sum(-1),
        columns=lambda: products.sum(0),
        whole_table=lambda: products.sum(),
        averaged=lambda: products.mean(-1),
    )
    tokens = slip(
        lambda: np.exp(entropy),
        no_exp=lambda: entropy,
        no_minus=lambda: np.exp(-entropy),
        minus_outside=lambda: -np.exp(-entropy),
        base_two=lambda: 2**entropy,
        exp_too_early=lambda: np.exp(-products).sum(-1),
    )
    return slip(
        lambda: tokens,
        counted=lambda: (weights > 0).sum(-1),
        inverse_squares=lambda: 1 / (weights**2).sum(-1),
        one_over_largest=lambda: 1 / weights.max(-1),
        mean_of_rows=lambda: tokens.mean(),
        shares_of_all=lambda: tokens / weights.shape[-1],
        kept_column=lambda: np.atleast_1d(tokens)[..., None],
        no_sum=lambda: np.exp(-products),
        nan_hidden=lambda: np.nan_to_num(np.exp(-(weights * np.log(weights)).sum(-1))),
        log_of_zero_in_python=lambda: _tokens_in_python(weights),
        rounded=lambda: tokens.round(),
        cut=lambda: np.trunc(tokens),
        entropy_as_a_share=lambda: entropy / np.log(weights.shape[-1]),
        last_product=lambda: _exp_of_the_last_product(weights),
        row_sums=lambda: weights.sum(-1),
        never_begins_again=lambda: np.exp(np.cumsum(np.log(tokens))),
        first_row=lambda: np.atleast_1d(tokens)[0],
        first_row_only=lambda: np.atleast_1d(tokens)[:1],
        last_row=lambda: np.atleast_1d(tokens)[-1],
        tenth_added=lambda: np.exp(-(weights * np.log(weights + 0.1)).sum(-1)),
        tiny_added=lambda: np.exp(-(weights * np.log(weights + 0.01)).sum(-1)),
        thousandth_added=lambda: np.exp(-(weights * np.log(weights + 0.001)).sum(-1)),
        under_a_tenth_left_out=lambda: _tokens_above(weights, 0.1),
        under_a_twentieth_left_out=lambda: _tokens_above(weights, 0.05),
        under_two_hundredths_left_out=lambda: _tokens_above(weights, 0.02),
        under_a_hundredth_left_out=lambda: _tokens_above(weights, 0.01),
        under_a_thousandth_left_out=lambda: _tokens_above(weights, 0.001),
        stops_at_zero=lambda: _tokens_above(weights * np.cumprod(weights > 0, axis=-1), 0),
    )


def _exp_of_the_last_product(weights):
    """The sum is overwritten instead of added to: what is left is the last weight that is not 0."""
    last = np.array([row[row > 0][-1] for row in weights])
    return np.exp(-last * np.log(last))


def _tokens_above(weights, least):
    """The exponential of the entropy of those weights that are larger than `least`."""
    return np.exp(-(weights * np.log(np.where(weights > least, weights, 1))).sum(-1))


def _tokens_in_python(weights):
    """As one writes it without NumPy: math.log(0) is an error."""
    return np.array([math.exp(-sum(w * math.log(w) for w in row)) for row in weights.tolist()])


def _shares(draw):
    T_query, T_key = draw.size(1, 6), draw.size(1, 9)
    certain = np.eye(T_key)[draw.rng.integers(T_key, size=T_query)]
    alike = np.full((T_query, T_key), 1 / T_key)
    sharp = _weights(draw.rng.normal(size=(T_query, T_key)) * 4)
    return (draw.choice(certain, alike, sharp, *[draw.shares(T_query, T_key)] * 4),)


EFFECTIVE_TOKENS = Exercise(
    effective_tokens,
    cases=[
        (np.array([[0.5, 0.5, 0.0, 0.0], [0.25, 0.25, 0.25, 0.25], [0.1, 0.2, 0.3, 0.4]]),),
        (np.array([[0.1, 0.15, 0.2, 0.25, 0.3], [0.02, 0.03, 0.05, 0.1, 0.8]]),),
        (np.array([[0.0, 1.0, 0.0], [0.6, 0.3, 0.1], [1.0, 0.0, 0.0], [0.7, 0.0, 0.3]]),),
        (np.array([[1.0]]),),
        (np.array([[0.0006, 0.0054, 0.094, 0.9], [0.05, 0.05, 0.0, 0.9]]),),
    ],
    makes=_shares,
    says=dict(
        nan_at_zero="A weight of 0 gives NaN: log(0) is −∞, and 0 · −∞ has no value. ⇒ Put 1 in place of 0 before the log: log(1) = 0.",
        log_of_zero_in_python="`math.log(0)` is an error, as log(0) would be −∞. ⇒ Leave out the weights that are 0: they add nothing.",
        no_exp="That is the entropy itself. ⇒ Take its exponential: `np.exp(entropy)` counts tokens.",
        no_minus="The entropy is *minus* the sum; without the minus your numbers are upside down (0.5 instead of 2). ⇒ Put a minus before the sum.",
        minus_outside="Your minus comes after the exp, so your numbers are negative. ⇒ It belongs inside the exponent: `np.exp(-sum)`.",
        bits="You mixed bases: logarithms to base 2 with powers of e. ⇒ Use the natural logarithm, `np.log`.",
        base_ten="You mixed bases: logarithms to base 10 with powers of e. ⇒ Use the natural logarithm, `np.log`.",
        log_of_one_more="Adding 1 avoids log(0), but it changes every other logarithm, too. ⇒ Put 1 in place of 0 only: `np.where(weights > 0, weights, 1)`.",
        base_two="You mixed bases: powers of 2 with natural logarithms. ⇒ Use `np.exp`.",
        columns="You summed down the columns, and a row is a query. ⇒ Use `axis=-1`: one number for each row.",
        whole_table="You summed over the whole table. ⇒ One number for each row: `sum(axis=-1)`.",
        averaged="You averaged the products. ⇒ Add them up: `sum(axis=-1)`.",
        no_weight="You added up the logarithms alone. ⇒ Multiply each by its weight first.",
        exp_too_early="You took the exp of each product and then the sum. ⇒ First the sum, then the exp.",
        counted="You counted the tokens with a weight above 0, but a weight of 0.02 should hardly count. ⇒ Use the entropy.",
        inverse_squares="1 / Σw² is an honest measure, too (physicists use it). ⇒ Here take the exponential of the entropy.",
        one_over_largest="You used the largest weight only, and the others count, too. ⇒ Take the exponential of the entropy.",
        mean_of_rows="You averaged over the rows. ⇒ Return one number for each row.",
        shares_of_all="You divided by the number of tokens. ⇒ Return how many tokens it is, from 1 to T_key.",
        kept_column="Your result is a table with one column. ⇒ Leave out `keepdims`: one number for each row, shape (T_query,).",
        row_sums="All your numbers are 1, the sum of a row's weights. ⇒ Each weight belongs with its logarithm: the exponential of the entropy.",
        rounded="You rounded to whole tokens. ⇒ Half tokens are fine: return the number as it is.",
        never_begins_again="Your sum goes on from row to row. ⇒ Begin it at 0 again for each row, inside the outer loop.",
        first_row="You returned the first row's number only. ⇒ Is `return` inside the loop? Move it to the left, after the loop.",
        first_row_only="Your list has a single number, the first row's. ⇒ Is `return` inside the loop? Move it to the left, after the loop.",
        last_row="You returned the last row's number only. ⇒ Keep one for each row: put it into the list, inside the loop.",
        tenth_added="You added a number before the log, and that changes the result. ⇒ Put 1 in place of 0 only: `np.where(weights > 0, weights, 1)`.",
        tiny_added="You added a number before the log, and that changes the result. ⇒ Put 1 in place of 0 only: `np.where(weights > 0, weights, 1)`.",
        thousandth_added="You added a number before the log, and that changes the result. ⇒ Put 1 in place of 0 only: `np.where(weights > 0, weights, 1)`.",
        cut="You cut your numbers off to whole tokens. ⇒ Half tokens are fine: leave out `int`.",
        entropy_as_a_share="You returned the entropy as a share of the largest there can be. ⇒ Take its exponential: `np.exp(entropy)` counts tokens.",
        last_product="Only the last product of each row is there. ⇒ Inside the loop, add up: `-=` or `+=` instead of `=`.",
        under_a_twentieth_left_out="You leave small weights out, and they count, too. ⇒ Leave out only the zeros.",
        under_two_hundredths_left_out="You leave small weights out, and they count, too. ⇒ Leave out only the zeros.",
        under_a_tenth_left_out="You leave small weights out, and they count, too. ⇒ Leave out only the zeros.",
        under_a_hundredth_left_out="You leave small weights out, and they count, too. ⇒ Leave out only the zeros.",
        under_a_thousandth_left_out="You leave small weights out, and they count, too. ⇒ Leave out only the zeros.",
        stops_at_zero="Your sum ends at the first 0, and more may follow. ⇒ Skip a 0 with `continue`, or put 1 in its place.",
        no_sum="You kept a number for every weight. ⇒ Add up each row before the exp: `sum(axis=-1)`.",
        nan_hidden="The NaN of log(0) has become 0, and a row can't look at 0 tokens. ⇒ Put 1 in place of 0 before the log: log(1) = 0.",
    ),
    alone=("row_sums", "counted", "inverse_squares", "one_over_largest"),
    hints=(
        "For [0.5, 0.5, 0] the answer is 2. What is −(0.5 · ln 0.5 + 0.5 · ln 0.5), and e to that power?",
        "`np.log`, a sum with `axis=-1`, a minus, `np.exp`. And `np.where(weights > 0, weights, 1)` gets rid of the zeros before the log.",
        "`logs = np.log(np.where(weights > 0, weights, 1))`",
    ),
)
