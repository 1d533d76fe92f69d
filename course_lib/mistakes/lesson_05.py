"""Lesson 05: masking."""

import numpy as np

from course_lib.attention.numpy_attention import softmax as imported_softmax
from course_lib.judge import Exercise


def causal_mask(T, slip):
    """True up to and including the diagonal."""
    i, j = np.arange(T)[:, None], np.arange(T)[None]
    may_look = slip(
        lambda: i >= j,
        upside_down=lambda: i <= j,
        no_diagonal=lambda: i > j,
        too_wide=lambda: i + 1 >= j,
        shows_the_future=lambda: i < j,
        no_mask=lambda: i >= 0 * j,
        only_itself=lambda: i == j,
        only_the_one_before=lambda: i == j + 1,
        mirrored=lambda: i + j >= T - 1,
        mirrored_up=lambda: i + j <= T - 1,
        one_row=lambda: np.arange(T) >= 0,
        counts=lambda: np.maximum(i - j + 1, 0),
        whole_rows=lambda: (i >= 1) & (j >= 0),
        first_row_sees_all=lambda: (i >= j) | (i == 0),
        first_row_empty=lambda: (i >= j) & (i > 0),
        last_row_empty=lambda: (i >= j) & (i < T - 1),
        first_row_filled=lambda: (i >= j) & (i == 0),
        two_only=lambda: (i >= j) & (i - j <= 1),
        only_the_first=lambda: (j == 0) & (i >= 0),
        last_row_only=lambda: (i == T - 1) & (j >= 0),
        both_neighbours=lambda: abs(i - j) <= 1,
    )
    return slip(
        lambda: may_look,
        minus_infinity=lambda: np.where(may_look, 0.0, -np.inf),
        minus_one=lambda: np.where(may_look, 1, -1),
        minus_billion=lambda: np.where(may_look, 0.0, -1e9),
        minus_ten_thousand=lambda: np.where(may_look, 0.0, -1e4),
        one_or_minus_infinity=lambda: np.where(may_look, 1.0, -np.inf),
        shared_out=lambda: may_look / np.maximum(may_look.sum(-1, keepdims=True), 1),
        too_small=lambda: may_look[:-1, :-1] if may_look.ndim > 1 else may_look[:-1],
        too_large=lambda: np.tri(T + 1, dtype=bool),
        first_row_only=lambda: may_look[:1],
        first_row_left_out=lambda: may_look[1:],
        last_row_left_out=lambda: may_look[:-1],
        first_column_left_out=lambda: np.atleast_2d(may_look)[:, 1:],
        last_column_left_out=lambda: np.atleast_2d(may_look)[:, :-1],
        first_column_empty=lambda: may_look & (np.arange(T) > 0),
        last_column_empty=lambda: may_look & (np.arange(T) < T - 1),
        flat=lambda: may_look.ravel(),
        as_numbers_of_keys=lambda: may_look.sum(-1),
    )


CAUSAL_MASK = Exercise(
    causal_mask,
    cases=[(3,), (1,), (5,), (2,), (8,)],
    makes=lambda draw: (draw.size(1, 16),),
    says=dict(
        upside_down="Your mask shows the future and hides the past. Row i is the one who looks, column j is looked at. ⇒ True where j <= i.",
        no_diagonal="Your diagonal is False, so the first token may look at nobody. ⇒ A token may look at itself: True where j <= i.",
        too_wide="Your mask is one column too wide: each token sees the next one, which is just what it should guess. ⇒ True where j <= i.",
        shows_the_future="Your mask is the wrong way round: True where a token may *not* look. ⇒ Ours says `may_look`: turn it with `~`.",
        no_mask="Everybody may look at everybody. ⇒ True only where j <= i. (If you set just those: `[[False] * T] * T` is one row, T times; make each row anew.)",
        only_itself="Only the diagonal is True. ⇒ Each token may look at all the earlier ones, too.",
        only_the_one_before="Each token sees only the one right before it. ⇒ It may look at itself and at all earlier ones.",
        two_only="Each token sees itself and the one right before it. ⇒ It may look at all earlier ones.",
        both_neighbours="Each token sees itself and its two neighbours. ⇒ It may look at all earlier ones, and at none that comes later.",
        only_the_first="Each token sees the first one only. ⇒ It may look at itself and at all earlier ones.",
        last_row_only="Only the last token may look. ⇒ Each token has a row of its own: True where j <= i.",
        first_row_filled="Only your first row is filled. ⇒ Is `return` inside the loop? Move it to the left, after the loop.",
        first_row_only="Your table has a single row, the first one. ⇒ Is `return` inside the loop? Move it to the left, after the loop.",
        first_row_left_out="The first row is missing. ⇒ T tokens need T rows: a loop begins at 0.",
        last_row_left_out="The last row is missing. ⇒ T tokens need T rows: let the loop run to the end.",
        first_column_left_out="The first column is missing. ⇒ Each row needs T entries: a loop begins at 0.",
        last_column_left_out="The last column is missing. ⇒ Each row needs T entries: let the loop run to the end.",
        first_column_empty="Nobody sees the first token. ⇒ Column 0 is True in every row: a loop begins at 0.",
        last_column_empty="Nobody sees the last token, not even itself. ⇒ Let the loop over the columns run to the end.",
        first_row_sees_all="Your first token sees the whole future. ⇒ Row 0 has a single True, at the front.",
        first_row_empty="Your first row is empty. ⇒ The first token may look at itself: begin the loop at 0.",
        last_row_empty="Your last row is empty. ⇒ The last token may look at everybody: let the loop run to the end.",
        mirrored="Your triangle leans to the wrong side: its edge runs from the lower left to the upper right. ⇒ Compare row and column: j <= i.",
        mirrored_up="Your triangle fills the upper left. ⇒ Its long side should run from the upper left to the lower right: True where j <= i.",
        one_row="That is one row of True. ⇒ Return a table of shape (T, T): a row for each token that looks.",
        counts="Your entries count up, and only the question matters: may it look, yes or no? ⇒ Compare with `>=` to get True and False.",
        whole_rows="Whole rows are True or False. ⇒ Within a row it depends on the column: True where j <= i.",
        minus_infinity="You made the 0 and −∞ that one adds to scores. ⇒ Here True and False are wanted: `np.where` needs them in the next exercise.",
        minus_billion="You made the 0 and the large negative number that one adds to scores. ⇒ Here True and False are wanted: `np.where` needs them in the next exercise.",
        minus_ten_thousand="You made the 0 and the large negative number that one adds to scores. ⇒ Here True and False are wanted: `np.where` needs them in the next exercise.",
        one_or_minus_infinity="Your hidden entries are −∞; that is for scores. ⇒ A mask only says yes or no: True and False.",
        minus_one="Your hidden entries are -1. ⇒ A mask only says yes or no: True and False (or 1 and 0).",
        shared_out="You divided the rows by their sums: that is already a pattern. ⇒ Return True and False.",
        too_small="One row and column are missing. ⇒ T tokens need a table of shape (T, T).",
        too_large="Your table has one row and one column too many. ⇒ T tokens need shape (T, T).",
        flat="You returned one long list instead of a table. ⇒ Begin a new row for each token.",
        as_numbers_of_keys="You returned how many tokens each may see. ⇒ Return which ones: a table of True and False.",
    ),
    alone=(
        "first_row_filled",
        "first_row_only",
        "no_mask",
        "only_itself",
        "only_the_first",
        "last_row_only",
        "whole_rows",
        "counts",
    ),
    hints=(
        "Row 0 has a single True, row 1 has two. Where do they stand, and what has that to do with i and j?",
        "`np.tri(T, dtype=bool)` or `np.tril` make a lower triangle. Or compare `np.arange(T)[:, None]` with `np.arange(T)`.",
        "`return np.tri(T, dtype=…)`",
    ),
)


def _softmax(scores, axis=-1, highest=None):
    """As one writes it by hand: a row of −∞ alone becomes NaN."""
    highest = scores.max(axis, keepdims=True) if highest is None else highest
    exps = np.exp(scores - highest)
    return exps / exps.sum(axis, keepdims=True)


def _exps(scores):
    return np.exp(scores - scores.max(-1, keepdims=True))


def _hidden_square(may_look):
    """Two loops over the queries that hide entry by entry: further keys are never hidden, and missing ones are an error."""
    allowed = np.ones_like(may_look)
    for i in range(len(may_look)):
        for j in range(len(may_look)):
            allowed[i, j] = may_look[i, j]
    return allowed


def masked_pattern(q, k, may_look, slip):
    """Scaled scores, −∞ where one may not look, softmax (the one that is imported: it refuses a row of −∞ alone)."""
    D, T_key = q.shape[-1], len(k)
    q, k = slip((q, k), queries_only=(q, q), keys_only=(k, k))
    products = slip(
        lambda: q @ k.T,
        kq_transposed=lambda: k @ q.T,
        no_transpose=lambda: q @ k,
        reshaped=lambda: q @ k.reshape(k.shape[::-1]),
    )
    scores = products / slip(
        D**0.5,
        unscaled=1,
        by_d=D,
        half_inside=D / 2,
        half_after=D * 2,
        whole_root=lambda: int(D**0.5),
        root_twice=D**0.25,
        by_T=T_key**0.5,
        by_T_query=len(q) ** 0.5,
        always_two=2,
        multiplied=D**-0.5,
    )
    allowed = slip(
        lambda: may_look,
        inverted=lambda: ~may_look,
        inverted_by_hand=lambda: ~may_look,
        mask_transposed=lambda: may_look.T,
        mask_transposed_by_hand=lambda: may_look.T,
        own_mask=lambda: np.tri(*may_look.shape, dtype=bool),
        own_square_mask=lambda: np.tri(len(may_look), dtype=bool),
        mask_of_queries=lambda: _hidden_square(may_look),
        both_masks=lambda: may_look & np.tri(*may_look.shape, dtype=bool),
        both_masks_by_hand=lambda: may_look & np.tri(*may_look.shape, dtype=bool),
        no_mask=lambda: may_look | True,
    )
    hidden = slip(
        lambda: np.where(allowed, scores, -np.inf),
        zero_before=lambda: scores * allowed,
        zero_after=scores,
        shared_again=scores,
        nan_hidden=scores,
        plus_infinity=lambda: np.where(allowed, scores, np.inf),
        mask_for_scores=lambda: np.where(allowed, 1.0, -np.inf),
        minus_five=lambda: np.where(allowed, scores, -5.0),
        minus_ten=lambda: np.where(allowed, scores, -10.0),
        not_low_enough=lambda: np.where(allowed, scores, -100.0),
        minus_a_thousand=lambda: np.where(allowed, scores, -1e3),
        minus_ten_thousand=lambda: np.where(allowed, scores, -1e4),
        minus_a_million=lambda: np.where(allowed, scores, -1e6),
        only_one_less=lambda: scores - ~allowed,
        lowered_by_ten=lambda: scores - 10.0 * ~allowed,
        only_lowered=lambda: scores - 100.0 * ~allowed,
        lowered_by_a_thousand=lambda: scores - 1e3 * ~allowed,
        lowered_by_ten_thousand=lambda: scores - 1e4 * ~allowed,
        lowered_by_a_million=lambda: scores - 1e6 * ~allowed,
        times_infinity=lambda: scores * np.where(allowed, 1, -np.inf),
        lowest_score=lambda: np.where(allowed, scores, scores.min()),
        below_the_lowest=lambda: np.where(allowed, scores, scores.min() - 1),
        ten_below_the_lowest=lambda: np.where(allowed, scores, scores.min() - 10),
        row_lowest=lambda: np.where(allowed, scores, scores.min(-1, keepdims=True)),
        zero_removed=lambda: np.where(scores * allowed == 0, -np.inf, scores),
        zero_removed_by_hand=lambda: np.where(scores * allowed == 0, -np.inf, scores),
    )
    weights = slip(
        lambda: imported_softmax(hidden),
        inverted_by_hand=lambda: _softmax(hidden),
        mask_transposed_by_hand=lambda: _softmax(hidden),
        both_masks_by_hand=lambda: _softmax(hidden),
        zero_removed_by_hand=lambda: _softmax(hidden),
        columns=lambda: _softmax(hidden, axis=0),
        columns_by_transposes=lambda: imported_softmax(hidden.T).T,
        whole_table=lambda: _softmax(hidden, axis=None),
        overflow=lambda: _softmax(hidden, highest=0.0),
        one_maximum=lambda: _softmax(hidden, highest=hidden.max()),
        no_softmax=lambda: hidden,
        no_exp=lambda: (
            np.where(np.isfinite(hidden), hidden, 0) / np.where(np.isfinite(hidden), hidden, 0).sum(-1, keepdims=True)
        ),
        exps_only=lambda: _exps(hidden),
        sum_without_keepdims=lambda: _exps(hidden) / _exps(hidden).sum(-1),
        maximum_without_keepdims=lambda: _softmax(hidden, highest=hidden.max(-1)),
        sigmoid=lambda: 1 / (1 + np.exp(-hidden)),
        argmax=lambda: (np.arange(T_key) == hidden.argmax(-1)[:, None]) * 1.0,
        twice=lambda: imported_softmax(imported_softmax(hidden)),
    )
    weights = slip(
        lambda: weights,
        zero_after=lambda: weights * allowed,
        shared_again=lambda: weights * allowed / (weights * allowed).sum(-1, keepdims=True),
        nan_hidden=lambda: np.nan_to_num(weights * allowed / (weights * allowed).sum(-1, keepdims=True)),
    )
    weights = slip(
        lambda: weights,
        nan_left=lambda: np.where(allowed, weights, np.nan),
        infinity_after=lambda: np.where(allowed, imported_softmax(scores), -np.inf),
        masked_between=lambda: imported_softmax(np.where(allowed, imported_softmax(scores), -np.inf)),
        scaled_after=lambda: imported_softmax(np.where(allowed, products, -np.inf)) / D**0.5,
        rounded=lambda: np.round(weights, 3),
        rounded_to_two=lambda: np.round(weights, 2),
    )
    return slip(
        lambda: weights,
        looked_up=lambda: weights @ k,
        video_view=lambda: weights.T,
        first_row=lambda: weights[0],
        first_row_only=lambda: weights[:1],
        last_row=lambda: weights[-1],
    )


def _queries_keys_and_mask(draw):
    T_query, T_key, D = draw.size(1, 7), draw.size(1, 9), draw.size(1, 6)
    return draw.numbers(T_query, D), draw.numbers(T_key, D), draw.mask(T_query, T_key)


def _rows_sum_to_one(f):
    weights = np.asarray(f(*MASKED_CASES[1]), dtype=float)
    return np.allclose(weights.sum(-1), 1, atol=1e-3)


def _hidden_keys_get_nothing(f):
    weights = np.asarray(f(*MASKED_CASES[1]), dtype=float)
    return abs(weights[~MASKED_CASES[1][2]]).max() < 1e-4


def _hidden_keys_do_not_matter(f):
    q, k, _ = MASKED_CASES[1]
    may_look = np.arange(len(k)) < np.full((len(q), 1), len(k) - 1)
    other = np.concatenate([k[:-1], k[-1:] + 1])
    return np.allclose(np.asarray(f(q, k, may_look))[:, :-1], np.asarray(f(q, other, may_look))[:, :-1])


def _mask(*rows):
    return np.array([[letter == "x" for letter in row] for row in rows])


_rng = np.random.default_rng(5)
MASKED_CASES = [
    (np.array([[1.0, 2.0], [0.5, -1.0], [2.0, 1.0]]), np.array([[1.0, 0.5], [-1.0, 2.0], [2.0, 1.0]]), _mask("x..", "xx.", ".xx")),
    (_rng.normal(size=(4, 3)).round(2), _rng.normal(size=(4, 3)).round(2), _mask("x...", "xx..", ".xx.", "x.xx")),
    (_rng.normal(size=(2, 5)).round(2), _rng.normal(size=(3, 5)).round(2), _mask("x.x", ".xx")),
    (np.array([[1.0, -0.5, 0.25]]), np.array([[2.0, 1.0, 0.5], [3.0, -1.0, 1.0], [-1.0, 2.0, 1.0]]), _mask("x.x")),
    (
        np.array([[1.0, 0.5], [30.0, 1.0], [-25.0, 2.0], [2.0, 1.0]]),
        np.array([[1.0, -1.0], [40.0, 3.0], [39.98, 2.0], [1500.0, 2.0]]),
        _mask("x...", "xx..", ".xx.", "x.x."),
    ),
    (
        np.array([[-2000.0, 1.0], [-50.0, 1.0], [-5.0, 1.0], [2000.0, -1.0]]),
        np.array([[2000.0, 1.0], [-1.0, 500.0], [1.0, -0.5]]),
        _mask("x..", "x..", "x..", ".xx"),
    ),
    (
        np.array([[0.5, 1.0, -1.0], [2.0, 0.0, 1.0], [0.0, 0.0, 0.0]]),
        np.array([[1.0, -0.5, 0.0], [0.5, 1.0, -2.0]]),
        _mask(".x", "xx", "x."),
    ),
    (np.array([[1.0]]), np.linspace(-3.0, 3.0, 40)[:, None], np.arange(40)[None] == 0),
]  # fmt: skip

MASKED_PATTERN = Exercise(
    masked_pattern,
    cases=MASKED_CASES,
    makes=_queries_keys_and_mask,
    says=dict(
        queries_only="You used q twice: like finds like. ⇒ The second factor is k.",
        keys_only="You used k twice: like finds like. ⇒ The first factor is q.",
        kq_transposed="Your rows are keys. ⇒ Write q first: q @ k.T has a query in each row, as the mask has.",
        no_transpose="You computed q @ k, and `@` goes along the columns of its second table. ⇒ Turn the keys into columns: q @ k.T.",
        reshaped="`reshape` tears the keys apart. ⇒ To turn them on their side use `k.T`.",
        unscaled="The scores were not divided by √D (lesson 4). ⇒ Divide them before the softmax: `scale_scores` does it.",
        by_d="You used D itself, or its square root twice. ⇒ Once √D is enough: `scale_scores` does it.",
        half_inside="You used half of D: so does `D**1/2`, which is (D**1)/2. ⇒ Write `D**0.5`, or use `scale_scores`.",
        half_after="You divided by D and then by 2: so does `/ D**1/2`. ⇒ Write `D**0.5`, or use `scale_scores`.",
        whole_root="You used a whole number for the root of D. ⇒ Leave the root as it is: √5 is 2.236.",
        root_twice="You took the root of D twice. ⇒ Once is enough.",
        by_T="You used the root of the number of tokens. ⇒ Use the root of D, the number of columns of q.",
        by_T_query="You used the root of the number of queries. ⇒ Use the root of D, the number of columns of q.",
        always_two="You used 2, or √4, which fits no other D. ⇒ Take the root of `q.shape[-1]`.",
        multiplied="You multiplied the scores, and long vectors make large ones already. ⇒ Divide them by √D.",
        inverted="You hid the tokens that one may look at. ⇒ True means *may look*: keep the score there, and put −∞ elsewhere.",
        inverted_by_hand="You hid the tokens that one may look at. ⇒ True means *may look*: keep the score there, and put −∞ elsewhere.",
        mask_transposed="You turned the mask on its side. ⇒ Its rows are queries already, like those of the scores.",
        mask_transposed_by_hand="You turned the mask on its side. ⇒ Its rows are queries already, like those of the scores.",
        own_mask="You used a causal mask of your own. ⇒ Use `may_look`: other masks must work, too.",
        own_square_mask="You used a causal mask of your own, and with as many columns as rows. ⇒ Use `may_look`: other masks must work, too.",
        mask_of_queries="Both loops run over the queries, so further keys are never hidden. ⇒ Let the inner one run over the keys, or use `np.where`.",
        both_masks="Besides `may_look` you apply a causal mask of your own. ⇒ `may_look` alone decides.",
        both_masks_by_hand="Besides `may_look` you apply a causal mask of your own. ⇒ `may_look` alone decides.",
        no_mask="Your answer does not depend on `may_look`. ⇒ Put −∞ where it is False, before the softmax, and keep what `np.where` returns.",
        zero_before="You set the hidden scores to 0, but exp(0) = 1: they still get a share. ⇒ Put −∞ there.",
        zero_after="You masked after the softmax: rows no longer sum to 1, and their size gives the future away. ⇒ Put −∞ into the scores, before it.",
        shared_again="You erase the hidden tokens after the exp and share out again. If a hidden score is very large, 0/0 is left. ⇒ Put −∞ into the scores, before the softmax.",
        nan_hidden="You erase the hidden tokens after the exp. If a hidden score is very large, only zeros are left, and the row no longer sums to 1. ⇒ Put −∞ into the scores, before the softmax.",
        infinity_after="You put −∞ into the weights, after the softmax. ⇒ It belongs into the scores, before the softmax, which turns it into 0.",
        nan_left="Your hidden weights are NaN (not a number), and they must be 0. ⇒ Put −∞, not NaN, into the scores before the softmax.",
        plus_infinity="Each row with something hidden becomes NaN: +∞ or NaN has got into its scores. ⇒ Put −∞ where `may_look` is False, and subtract the row's highest score.",
        mask_for_scores="Your pattern shares out evenly: what q and k say is lost. ⇒ Keep the scores where one may look: `np.where(may_look, scores, -np.inf)`.",
        lowest_score="You gave hidden tokens the lowest score of the table. Low is not never: they still get a share. ⇒ Use `-np.inf`.",
        below_the_lowest="You gave hidden tokens a little less than the lowest score. Low is not never: they still get a share. ⇒ Use `-np.inf`.",
        ten_below_the_lowest="You gave hidden tokens a little less than the lowest score. Low is not never: they still get a share. ⇒ Use `-np.inf`.",
        row_lowest="You gave hidden tokens the lowest score of their row. Low is not never: they still get a share. ⇒ Use `-np.inf`.",
        masked_between="You applied a softmax before the mask and another one after it. ⇒ Once is enough: mask the scores, and then share out.",
        scaled_after="You divided by √D after the softmax, so the rows no longer sum to 1. ⇒ Divide the scores, before the softmax.",
        minus_five="Your number for hidden scores is not low enough: real scores can be even lower, and then the hidden ones win. ⇒ Use `-np.inf`.",
        minus_ten="Your number for hidden scores is not low enough: real scores can be even lower, and then the hidden ones win. ⇒ Use `-np.inf`.",
        not_low_enough="Your number for hidden scores is not low enough: real scores can be even lower, and then the hidden ones win. ⇒ Use `-np.inf`.",
        minus_a_thousand="Your number for hidden scores is not low enough: real scores can be even lower, and then the hidden ones win. ⇒ Use `-np.inf`.",
        minus_ten_thousand="Your number for hidden scores is not low enough: real scores can be even lower, and then the hidden ones win. ⇒ Use `-np.inf`.",
        minus_a_million="Your number for hidden scores is not low enough: real scores can be even lower, and then the hidden ones win. ⇒ Use `-np.inf`.",
        only_one_less="Your mask moves the scores by 1 only (True counts as 1), so hidden tokens still get a share. ⇒ Replace them: `np.where(may_look, scores, -np.inf)`.",
        lowered_by_ten="You lowered the hidden scores by a fixed amount, and one that is larger still wins. ⇒ Replace them: `np.where(may_look, scores, -np.inf)`.",
        only_lowered="You lowered the hidden scores by a fixed amount, and one that is larger still wins. ⇒ Replace them: `np.where(may_look, scores, -np.inf)`.",
        lowered_by_a_thousand="You lowered the hidden scores by a fixed amount, and one that is larger still wins. ⇒ Replace them: `np.where(may_look, scores, -np.inf)`.",
        lowered_by_ten_thousand="You lowered the hidden scores by a fixed amount, and one that is larger still wins. ⇒ Replace them: `np.where(may_look, scores, -np.inf)`.",
        lowered_by_a_million="You lowered the hidden scores by a fixed amount, and one that is larger still wins. ⇒ Replace them: `np.where(may_look, scores, -np.inf)`.",
        times_infinity="You multiplied the hidden scores by −∞, and a negative score becomes +∞. ⇒ Replace them: `np.where(may_look, scores, -np.inf)`.",
        zero_removed="You look for zeros to find what is hidden, and a real score of 0 vanishes, too. ⇒ Use `np.where(may_look, scores, -np.inf)`.",
        zero_removed_by_hand="You look for zeros to find what is hidden, and a real score of 0 vanishes, too. ⇒ Use `np.where(may_look, scores, -np.inf)`.",
        columns="You shared out along the columns. ⇒ Each *row* is a query and must share out 1: `axis=-1`.",
        columns_by_transposes="You shared out along the columns. ⇒ Each *row* is a query and must share out 1: leave out the `.T`.",
        whole_table="You shared out 1 over the whole table. ⇒ Each row shares out its own 1: `axis=-1, keepdims=True`.",
        one_maximum="You subtract the highest score of the whole table: rows far below it become 0/0. ⇒ Use each row's own maximum, or the `softmax` that is imported.",
        overflow="The exp of a large score overflows. ⇒ Subtract each row's largest score first, or use the `softmax` that is imported.",
        no_softmax="You returned the masked scores. ⇒ The softmax is still missing: it turns them into shares.",
        no_exp="You divided the scores by their sum. ⇒ Take exp first, that is what the softmax does.",
        exps_only="Your rows hold the exps, and those do not sum to 1. ⇒ Divide each row by its sum.",
        sum_without_keepdims="`sum(axis=-1)` without `keepdims=True` is a flat list, and NumPy lays it along the columns. ⇒ Add `keepdims=True`.",
        maximum_without_keepdims="`max(axis=-1)` without `keepdims=True` is a flat list, and NumPy lays it along the columns. ⇒ Add `keepdims=True`.",
        sigmoid="You used a sigmoid: each score by itself, and the scores of a row must compete. ⇒ Use a softmax.",
        argmax="You gave everything to the highest score. ⇒ The softmax shares out 1 among all that are allowed.",
        twice="You applied the softmax twice, and after the second one the hidden tokens have a share again. ⇒ Once is enough.",
        rounded="You rounded the shares. ⇒ Return them as they are.",
        rounded_to_two="You rounded the shares. ⇒ Return them as they are.",
        looked_up="You went one step too far and multiplied the pattern with k. ⇒ Return the pattern itself.",
        video_view="A column is a query in your table. ⇒ Here a row is a query: leave out the last transpose.",
        first_row="You returned the first row only. ⇒ Is `return` inside the loop? Move it to the left, after the loop.",
        first_row_only="Your table has a single row, the first one. ⇒ Is `return` inside the loop? Move it to the left, after the loop.",
        last_row="Only the last query's row came back. ⇒ Every query has its row: return the whole table.",
    ),
    hints=(
        "The softmax takes exp of every score. For which score is exp exactly 0, so that nothing is left of it?",
        "`np.where(may_look, scores, -np.inf)` keeps the scores where may_look is True. It must stand before the softmax.",
        "`scores = scale_scores(attention_scores(q, k), q.shape[-1])`",
    ),
    probes=(
        ("hidden_weight", "A hidden key still gets some weight, and it must get exactly 0. ⇒ Put −∞ in the place of its score before the softmax.", _hidden_keys_get_nothing),
        ("row_sums", "Your rows do not sum to 1. ⇒ Hide the scores before the softmax: then the others share out the whole 1.", _rows_sum_to_one),
        ("saw_hidden", "A hidden key still changes the other weights of its row. ⇒ Its score must be gone before anything is shared out.", _hidden_keys_do_not_matter),
    ),
    steps={
        "the scores": (
            "queries_only", "keys_only", "kq_transposed", "no_transpose", "reshaped", "unscaled", "by_d", "half_inside", "half_after",
            "whole_root", "root_twice", "by_T", "by_T_query", "always_two", "multiplied",
        ),
        "the mask": (
            "inverted", "inverted_by_hand", "mask_transposed", "mask_transposed_by_hand", "own_mask", "both_masks", "both_masks_by_hand",
            "no_mask", "zero_before", "plus_infinity", "minus_five", "minus_ten", "not_low_enough", "minus_a_thousand",
            "minus_ten_thousand", "minus_a_million", "only_one_less", "lowered_by_ten", "only_lowered", "lowered_by_a_thousand",
            "lowered_by_ten_thousand", "lowered_by_a_million", "times_infinity", "lowest_score", "row_lowest", "zero_removed",
            "zero_removed_by_hand",
        ),
        "the softmax": (
            "columns", "columns_by_transposes", "whole_table", "overflow", "no_softmax", "no_exp", "exps_only", "sigmoid", "argmax", "twice",
        ),
    },
)  # fmt: skip


# ---- leaks: functions to be probed ---------------------------------------------------------------------------------


class Probed:
    """A function from tokens (T, C) to rows, which shows itself as a sentence."""

    def __init__(self, words, function):
        self.words, self.function = words, function

    def __call__(self, x):
        return self.function(np.asarray(x))

    def __repr__(self):
        return f"<{self.words}>"


def _attention(x, may_look=None, fill=-np.inf, erase=False):
    directions = x / (np.sqrt((x**2).sum(-1, keepdims=True)) + 1e-9)
    scores = 2 * directions @ directions.T
    visible = np.tri(len(x), dtype=bool) if may_look is None else may_look
    weights = _softmax(scores if erase else np.where(visible, scores, fill))
    return (weights * visible if erase else weights) @ x


def _from_later(x, step=1):
    """Row i is row i + step of x; the rows after the end are 0."""
    return np.concatenate([x[step:], np.zeros_like(x[:step])])[: len(x)]


def _window(x, window):
    return np.tri(len(x), dtype=bool) & ~np.tri(len(x), k=-window, dtype=bool)


def _first_row_gets_last(x):
    return x + (np.arange(len(x)) == 0)[:, None] * x[-1]


def _cancels(x):
    return x + np.select([np.arange(len(x)) == 0, np.arange(len(x)) == 1], [1.0, -1.0])[:, None] * x[-1]


def _normed(x):
    """A layer norm (lesson 8): each row minus its mean, divided by its spread."""
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)


def _there_and_back(x):
    """Each row plus ten times all later ones, minus the same again: only the rounding knows of them, and that is no leak."""
    later = 10 * (np.cumsum(x[::-1], axis=0)[::-1] - x)
    return (x + later) - later


def _fixed(T, k=0):
    """Attention with a mask that was made for T tokens, and fits no other number of them."""
    mask = np.tri(T, k=k, dtype=bool)
    return lambda x: _attention(x, mask)


_CAUSAL = {
    "itself": ("each row, doubled", lambda x: 2 * x),
    "untouched": ("each row as it is", lambda x: x),
    "sum so far": ("each row is the sum of the rows so far", lambda x: np.cumsum(x, axis=0)),
    "rounded otherwise": ("each row plus ten times all later ones, minus the same again", _there_and_back),
    "the one before": ("each row is the row before", lambda x: np.concatenate([np.zeros_like(x[:1]), x[:-1]])),
    "masked attention": ("attention with a causal mask", lambda x: _attention(x)),
    "window": ("attention that sees two tokens back", lambda x: _attention(x, _window(x, 2))),
    "masked block": ("a layer norm, attention with a causal mask, and x", lambda x: x + _attention(_normed(x))),
    "always 1": ("every entry is 1", lambda x: np.ones_like(x)),
    "first token": ("each row is the first row", lambda x: x[:1] + 0 * np.arange(len(x))[:, None]),
    "place only": ("each row is its number", lambda x: np.arange(len(x))[:, None] * np.ones(x.shape[1])),
    "one column": ("one number for each row: the sum so far", lambda x: np.cumsum(x, axis=0).sum(-1, keepdims=True)),
}
_LEAKING = {
    "sum of all": ("each row plus the sum of all rows", lambda x: x + x.sum(0)),
    "next": ("each row is the next row", lambda x: _from_later(x)),
    "next but one": ("each row plus the next but one", lambda x: x + _from_later(x, 2)),
    "lowered by the next": ("each row minus 3 times the next", lambda x: x - 3 * _from_later(x)),
    "no mask": ("attention without a mask", lambda x: _attention(x, np.ones((len(x), len(x)), bool))),
    "zero before": ("attention, hidden scores set to 0", lambda x: _attention(x, fill=0.0)),
    "erased after": ("attention, hidden weights erased after the softmax", lambda x: _attention(x, erase=True)),
    "too wide": ("attention with a mask one column too wide", lambda x: _attention(x, np.tri(len(x), k=1, dtype=bool))),
    "first row": ("the last row is added to the first", _first_row_gets_last),
    "cancels": ("the last row is added to the first and taken off the second", _cancels),
    "first feature": ("each row's first entry plus the next row's", lambda x: x[:, :1] * 1.0 + _from_later(x)[:, :1]),
    "last feature": (
        "the sum so far, with the next row's last entry",
        lambda x: np.cumsum(x, axis=0) + np.eye(x.shape[1])[-1] * _from_later(x)[:, -1:],
    ),
    "loud": ("each row is the next row, times 1e9", lambda x: 1e9 * _from_later(x)),
    "soft": ("each row plus the next, times 0.03", lambda x: x + 0.03 * _from_later(x)),
    "softer": ("each row plus the next, times 0.003", lambda x: x + 0.003 * _from_later(x)),
    "quiet": ("each row is the next row, times 0.0001", lambda x: 1e-4 * _from_later(x)),
    "squares": ("each row plus the squares of the next", lambda x: x + _from_later(x) ** 2),
    "first into last": (
        "the next row's first entry is added to each row's last one",
        lambda x: x + np.eye(x.shape[1])[-1] * _from_later(x)[:, :1],
    ),
    "all but the next": (
        "each row plus all later ones but the next",
        lambda x: x + np.cumsum(_from_later(x, 2)[::-1], axis=0)[::-1],
    ),
    "last step": ("each row plus the last row minus the one before it", lambda x: x + x[-1] - x[max(len(x) - 2, 0)]),
}
# a layer norm takes out what all entries of a row have in common: these need rows of three entries or more
_NORMED = {
    "block without a mask": (
        "a layer norm, attention without a mask, and x",
        lambda x: x + _attention(_normed(x), np.ones((len(x), len(x)), bool)),
    ),
    "sum of the normed": (
        "each row plus the sum of all rows, each through a layer norm",
        lambda x: x + _normed(x).sum(0),
    ),
}


def leaks(f, x, position, slip):
    """Put other numbers in place of what comes after `position`; do the rows up to there move?"""
    T = len(x)
    behind = slip(
        lambda: slice(position + 1, T),
        changes_earlier=lambda: slice(0, position + 1),
        changes_before=lambda: slice(0, position),
        changes_itself=lambda: slice(position, T),
        skips_the_next=lambda: slice(position + 2, T),
        only_the_next=lambda: slice(position + 1, position + 2),
        next_is_missing=lambda: position + 1,
        only_the_last=lambda: slice(T - 1, T),
        last_is_missing=lambda: slice(position + 1, T - 1),
        changes_all=lambda: slice(0, T),
    )
    changed = np.array(x, dtype=float)
    columns = slip(lambda: slice(None), one_feature=lambda: 0)
    other = slip(
        lambda: np.random.default_rng(5).normal(size=x.shape),
        constant_added=lambda: x + 1.0,
        constant_put=lambda: np.full(x.shape, 7.0),
        set_to_zero=lambda: np.zeros(x.shape),
        doubled=lambda: 2.0 * x,
        signs_turned=lambda: -1.0 * x,
        one_row_for_all=lambda: x + np.random.default_rng(5).normal(size=x.shape[1]),
        reordered=lambda: np.concatenate([x[: position + 1], x[position + 1 :][::-1]]),
        nan=lambda: np.full(x.shape, np.nan),
        nudged=lambda: x + 1e-7,
        nudged_by_a_millionth=lambda: x + 1e-6,
        nudged_by_a_hundred_thousandth=lambda: x + 1e-5,
        nudged_at_random=lambda: x + 1e-5 * np.random.default_rng(5).normal(size=x.shape),
    )
    changed[behind, columns] = other[behind, columns]
    first, second = np.array(x), slip(lambda: changed, nothing_changed=lambda: np.array(x))
    first, second = slip(
        lambda: (first, second),
        cut_off=lambda: (x[: position + 1], first),
        turned_around=lambda: (first, first[::-1]),
    )
    before, after = f(first), f(second)
    before = slip(lambda: before, compares_with_x=lambda: x)
    rows = slip(
        lambda: slice(0, position + 1),
        compares_all=lambda: slice(0, T),
        compares_last=lambda: slice(T - 1, T),
        compares_one=lambda: slice(position, position + 1),
        compares_first=lambda: slice(0, 1),
        compares_before=lambda: slice(0, position),
        compares_one_more=lambda: slice(0, position + 2),
        compares_behind=lambda: slice(position + 1, T),
    )
    before, after = (
        output[rows]
        for output in slip(lambda: (before, after), compares_with_x=lambda: np.broadcast_arrays(before, after))
    )
    before, after = slip(
        lambda: (before, after),
        sums=lambda: (before.sum(), after.sum()),
        one_column_compared=lambda: (before[:, 0], after[:, 0]),
        maxima=lambda: (before.max(initial=-np.inf), after.max(initial=-np.inf)),
    )
    moved = slip(lambda: ~np.isclose(before, after), exactly=lambda: before != after)
    found = slip(
        lambda: moved.any(),
        all_must_move=lambda: moved.all(),
        only_upwards=lambda: (after - before > 1e-8).any(),
        only_downwards=lambda: (before - after > 1e-8).any(),
        only_large=lambda: (abs(after - before) > 0.5).any(),
        only_over_a_tenth=lambda: (abs(after - before) > 0.1).any(),
        only_over_a_hundredth=lambda: (abs(after - before) > 1e-2).any(),
        only_over_a_thousandth=lambda: (abs(after - before) > 1e-3).any(),
    )
    found = slip(
        lambda: found,
        negated=lambda: not found,
        entry_by_entry=lambda: moved,
        entry_by_entry_exactly=lambda: before != after,
        how_far=lambda: abs(after - before).max(initial=0),
    )
    return slip(lambda: found, always=True, always_if_later=position < T - 1)


# halves and quarters: what one row gains and another loses cancels without a rounding error
CANCELS = (Probed(*_LEAKING["cancels"]), np.array([[0.25, -1.5], [2.0, 0.5], [-0.75, 1.0], [1.25, -2.0]]), 1)
# nothing but zeros after the place: putting zeros there, or twice as much, changes nothing
ZEROS_AFTER = np.array([[0.5, -1.0, 2.0], [1.5, 0.5, -0.5], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]])


def _tokens(seed, T, C):
    return np.random.default_rng(1000 + seed).normal(size=(T, C)).round(2) + 0.05


def _case(name, seed, T, position, C=2):
    return Probed(*{**_CAUSAL, **_LEAKING, **_NORMED}[name]), _tokens(seed, T, C), position


def _f_tokens_and_place(draw):
    T, C = draw.size(1, 8), draw.size(3, 6)
    fixed = {
        "fixed": ("attention with a causal mask for so many tokens", _fixed(T)),
        "fixed, too wide": ("attention with a mask for so many tokens, one column too wide", _fixed(T, 1)),
    }
    f = draw.choice(*_CAUSAL.values(), *_LEAKING.values(), *_NORMED.values(), *fixed.values())
    x = draw.numbers(T, C).astype(float)
    x[x.shape[0] - draw.rng.integers(1 + T // 2 * draw.choice(0, 0, 1)) :] = 0
    return Probed(*f), x, draw.place(T)


LEAKS = Exercise(
    leaks,
    cases=[
        _case("sum of all", 0, 4, 1),
        _case("sum so far", 1, 4, 1),
        *(_case(name, seed, 6, 2) for seed, name in enumerate(_CAUSAL)),
        *(_case(name, seed, 6, 2) for seed, name in enumerate(_LEAKING)),
        *(_case(name, 3, 5, 4) for name in ("itself", "sum of all", "next", "first row")),
        *(_case(name, 4, 5, 0) for name in ("itself", "sum so far", "next", "first row")),
        *(_case(name, 6, 7, 5) for name in ("sum so far", "next", "erased after")),
        _case("itself", 7, 1, 0),
        CANCELS,
        *(_case(name, 8, 5, 1, 4) for name in ("block without a mask", "sum of the normed", "masked block")),
        (Probed(*_LEAKING["sum of all"]), ZEROS_AFTER, 1),
        (Probed(*_NORMED["sum of the normed"]), ZEROS_AFTER, 1),
        (Probed("attention with a causal mask for 5 tokens", _fixed(5)), _tokens(9, 5, 3), 2),
    ],
    makes=_f_tokens_and_place,
    tries=12,
    unfit={
        "large": "a change of the usual size is then a small one, and may count as a rounding error",
        "tiny": "what moves is then as small as a rounding error",
    },
    says=dict(
        changes_earlier="You changed the tokens up to `position`, and those may move the rows. ⇒ Change only the ones after: `changed[position + 1 :]`.",
        changes_before="You changed the tokens before `position`, and those may move the rows. ⇒ Change only the ones after: `changed[position + 1 :]`.",
        changes_itself="You changed the token at `position` as well, and its own row may move with it. ⇒ Begin one later: `changed[position + 1 :]`.",
        skips_the_next="You left out the token right after `position`, the one that leaks most often. ⇒ Begin at `position + 1`.",
        only_the_next="You changed only the token right after `position`, and a leak can come from any later one. ⇒ Change them all.",
        next_is_missing="You changed only the token right after `position`, and after the last one there is none. ⇒ Change all of them: `changed[position + 1 :]`.",
        only_the_last="You changed only the last token, and a leak can come from any token after `position`. ⇒ Change them all.",
        last_is_missing="You left out the last token. ⇒ Change everything after `position`, to the end: `changed[position + 1 :]`.",
        changes_all="You changed every token. ⇒ Leave those up to `position` as they are, or their rows move for a good reason.",
        one_feature="You changed only one column of the later tokens, and a leak may come from any feature. ⇒ Change whole rows.",
        constant_added="You added one number to all entries, and some functions take it out again: a layer norm (lesson 8) subtracts each row's mean. ⇒ Put random numbers there: `rng.normal(size=…)`.",
        one_row_for_all="You added the same row to all later tokens, and where f takes the difference of two of them nothing moves. ⇒ Put a random number into each entry: `rng.normal(size=…)`.",
        constant_put="You made all later entries the same, and some tokens are so already, at least after a layer norm (lesson 8). ⇒ Put random numbers there: `rng.normal(size=…)`.",
        set_to_zero="You set the later tokens to 0, and if they are 0 already, nothing has changed. ⇒ Put random numbers there: `rng.normal(size=…)`.",
        doubled="You made the later tokens a multiple of themselves: zeros stay as they are, and a layer norm (lesson 8) undoes it. ⇒ Put random numbers there: `rng.normal(size=…)`.",
        signs_turned="You made the later tokens a multiple of themselves, and zeros stay as they are. ⇒ Put random numbers there: `rng.normal(size=…)`.",
        reordered="You only changed the order of the later tokens: their sum stays the same, and a single one stays as it is. ⇒ Put random numbers there: `rng.normal(size=…)`.",
        nan="You put NaN or ∞ into the later tokens. 0 · NaN and 0 · ∞ are NaN, which gets through a tight mask, too. ⇒ Use ordinary numbers.",
        nudged="Your change is so small that it passes for a rounding error. ⇒ Change the tokens by about as much as they are large.",
        nudged_by_a_millionth="Your change is so small that it passes for a rounding error. ⇒ Change the tokens by about as much as they are large.",
        nudged_by_a_hundred_thousandth="Your change is so small that some leaks pass for a rounding error. ⇒ Change the tokens by about as much as they are large.",
        nudged_at_random="Your change is so small that some leaks pass for a rounding error. ⇒ Change the tokens by about as much as they are large.",
        nothing_changed="Your probe never finds anything. ⇒ Does f get other tokens the second time? (`changed = x` is no copy: write `x.copy()`.) And do you compare what f returns?",
        cut_off="You gave f fewer tokens, and a function made for T of them can refuse. ⇒ Keep all of them, and put random numbers in place of the later ones.",
        turned_around="You turned the order of all tokens around. ⇒ Leave those up to `position` as they are, and put random numbers in place of the later ones.",
        compares_with_x="You compared f's output with x. ⇒ Compare two outputs: f(x) and f(changed).",
        compares_all="You compared all rows, and those after `position` may move. ⇒ Compare only rows 0 to `position`.",
        compares_last="You compared only the last row, and that one may see everything. ⇒ Compare rows 0 to `position`.",
        compares_one="You compared only the row at `position`, and a leak can be in an earlier row. ⇒ Compare all rows up to there.",
        compares_first="You compared only row 0. ⇒ Compare all rows up to and including `position`.",
        compares_before="You left out the row at `position` itself, and it must not move either. ⇒ Compare `[: position + 1]`.",
        compares_one_more="You compared one row too many: the one after `position` may move. ⇒ Compare `[: position + 1]`.",
        compares_behind="You compared the rows after `position`, and those may move. ⇒ Compare the rows up to and including it.",
        sums="You compared sums or means: if one row rises and another falls, they cancel. ⇒ Compare entry by entry.",
        one_column_compared="You compared only the first column of what f returns. ⇒ Compare whole rows.",
        maxima="You compared the largest entries only, and others can move. ⇒ Compare entry by entry.",
        all_must_move="You ask whether *every* entry moved, and one that moves is enough. ⇒ `.any()`, or `not np.allclose(…)`.",
        only_upwards="You only notice entries that get larger, and a leak can lower a number, too. ⇒ Take the absolute difference.",
        only_downwards="You only notice entries that get smaller, and a leak can raise a number, too. ⇒ Take the absolute difference.",
        only_large="You overlook small movements, and however little a row moves, it has seen the future. ⇒ `not np.allclose(…)`.",
        only_over_a_tenth="You overlook small movements, and however little a row moves, it has seen the future. ⇒ `not np.allclose(…)`.",
        only_over_a_hundredth="You overlook small movements, and however little a row moves, it has seen the future. ⇒ `not np.allclose(…)`.",
        only_over_a_thousandth="You overlook small movements, and however little a row moves, it has seen the future. ⇒ `not np.allclose(…)`.",
        exactly="You compare exactly, and two calls may differ by a rounding error although nothing leaks. ⇒ Allow for it: `np.allclose`.",
        negated="Yours is the wrong way round. ⇒ True means that f leaks, so that the rows are *not* the same.",
        entry_by_entry="You returned an answer for every entry, and one answer is wanted. ⇒ Did any of them move? `.any()`, or `np.allclose`.",
        entry_by_entry_exactly="You returned an answer for every entry, and one answer is wanted. ⇒ Did any of them move, by more than a rounding error? `not np.allclose(…)`.",
        how_far="You returned how far the rows moved, and a yes or no is wanted. ⇒ Is it more than a rounding error?",
        always_if_later="Your probe says that everything leaks, wherever anything comes after `position`. ⇒ Do you compare f(x) with f(changed), and only rows that did move?",
        always="Your probe says that everything leaks, even if nothing comes after `position`. ⇒ Compare f(x) with f(changed).",
    ),
    alone=(
        "always", "always_if_later", "changes_all", "compares_behind", "compares_with_x", "cut_off", "nan", "nothing_changed", "turned_around",
    ),
    true_if=dict(changes_all=lambda code: not code.has(r"position[^\]:]*:\]|range\(position")),
    hints=(
        "If f can't see what is after `position`, what happens to its first rows when you change something there?",
        "Copy x, put random numbers into the copy after `position` (a layer norm would undo a plain `+ 1`), call f twice, and compare the rows up to `position` with `np.allclose`.",
        "`rng = np.random.default_rng(5)`, `changed = x.copy()`, and then `changed[position + 1 :] = rng.normal(size=changed[position + 1 :].shape)`.",
    ),
    probes=(
        (
            "missed_a_leak",
            "Your probe misses a leak: in one of the tests f adds the sum of all tokens to every row. ⇒ Which tokens do you change, and which rows do you compare?",
            lambda leaks: bool(leaks(*_case("sum of all", 8, 5, 2))),
        ),
        (
            "missed_the_next",
            "Your probe misses a leak: in one of the tests each row is the token that comes next. ⇒ Which tokens do you change, and which rows do you compare?",
            lambda leaks: bool(leaks(*_case("next", 8, 5, 2))),
        ),
        (
            "false_alarm",
            "Your probe raises a false alarm: in one of the tests each row is the sum of the tokens so far, and nothing leaks. ⇒ Do the tokens up to `position` stay as they are?",
            lambda leaks: not leaks(*_case("sum so far", 8, 5, 2)),
        ),
        (
            "cancelled",
            "Your probe misses a leak: in one of the tests one row rises by as much as another falls. ⇒ Look at each entry, not at one number for all.",
            lambda leaks: bool(leaks(*CANCELS)),
        ),
    ),
)  # fmt: skip


def _by_slices(T, window, first_row, itself=1):
    """Row i filled from i - window + 1 to i (or, without itself, one earlier), where a negative start counts from the end."""
    mask = np.zeros((T, T), dtype=bool)
    for i in range(first_row, T):
        mask[i, i - window + itself : i + itself] = True
    return mask


def _by_entries(T, window):
    """Entry after entry from i - window + 1 to i, where a negative place counts from the end."""
    mask = np.zeros((T, T), dtype=bool)
    for i in range(T):
        for j in range(i - window + 1, i + 1):
            mask[i, j] = True
    return mask


def sliding_window_mask(T, window, slip):
    """True for itself and the window − 1 tokens before."""
    i, j = np.arange(T)[:, None], np.arange(T)[None]
    far = slip(
        window,
        one_too_many=window + 1,
        one_too_few=lambda: window - 1,
        doubled=2 * window,
        halved=lambda: window // 2,
        always_two=2,
        always_three=3,
    )
    near = slip(
        lambda: i - j < far,
        not_causal=lambda: abs(i - j) < far,
        half_each_side=lambda: abs(i - j) <= far // 2,
        no_window=lambda: i >= 0 * j,
        no_itself=lambda: (i - j < far) & (i != j),
        moved_back=lambda: (i - j <= far) & (i != j),
        outside=lambda: i - j >= far,
        far_outside=lambda: i - j > far,
        one_diagonal=lambda: i - j == far - 1,
        first_ones=lambda: (j < far) & (i >= 0),
        blocks=lambda: i // max(far, 1) == j // max(far, 1),
        looks_forward=lambda: j - i < far,
        last_columns=lambda: (j >= T - far) & (i >= 0),
        negative_start=lambda: _by_slices(T, far, 0),
        first_rows_empty=lambda: _by_slices(T, far, far - 1),
        rolled=lambda: (i - j) % T < far,
        slice_without_itself=lambda: _by_slices(T, far, 0, 0),
        wraps_round=lambda: _by_entries(T, far),
        only_itself=lambda: i == j,
    )
    causal = slip(
        lambda: i >= j,
        not_causal=True,
        half_each_side=True,
        looks_forward=lambda: j >= i,
        no_causal=True,
        rolled=True,
        wraps_round=True,
    )
    may_look = near & causal
    return slip(
        lambda: may_look,
        shows_the_rest=lambda: ~may_look,
        either=lambda: may_look | True,
        minus_infinity=lambda: np.where(may_look, 0.0, -np.inf),
        minus_billion=lambda: np.where(may_look, 0.0, -1e9),
        shared_out=lambda: may_look / np.maximum(may_look.sum(-1, keepdims=True), 1),
        triangles_added=lambda: np.tri(T) + np.tri(T, k=-window),
        first_row_only=lambda: may_look[:1],
        first_row_left_out=lambda: may_look[1:],
        last_row_left_out=lambda: may_look[:-1],
        first_column_left_out=lambda: may_look[:, 1:],
        last_column_left_out=lambda: may_look[:, :-1],
        first_column_empty=lambda: may_look & (j > 0),
        first_row_filled=lambda: may_look & (i == 0),
        first_row_empty=lambda: may_look & (i > 0),
        last_row_empty=lambda: may_look & (i < T - 1),
    )


SLIDING_WINDOW_MASK = Exercise(
    sliding_window_mask,
    cases=[(4, 2), (7, 3), (1, 1), (5, 1), (3, 6), (9, 4), (6, 5)],
    makes=lambda draw: (draw.size(1, 12), draw.size(1, 9)),
    says=dict(
        one_too_many="Your tokens see one too many. ⇒ The window counts the token itself: with a window of 2, itself and one before.",
        one_too_few="Your tokens see one too few. ⇒ With a window of 2 a token sees itself and the one before.",
        doubled="Your window is twice as long as it should be. ⇒ A token sees `window` tokens in all, itself among them.",
        halved="Your window is half as long as it should be. ⇒ A token sees `window` tokens in all, itself among them.",
        always_two="Your window is always 2. ⇒ Use the argument `window`.",
        always_three="Your window is always 3. ⇒ Use the argument `window`.",
        not_causal="Your window reaches into the future as well. ⇒ A token sees only itself and earlier ones: also ask for j <= i.",
        half_each_side="You put the token in the middle of its window. ⇒ The window ends with the token itself: nothing after it.",
        no_window="That is the plain causal mask. ⇒ Hide the tokens that are too far back, too: i - j must be smaller than `window`.",
        no_itself="Your tokens do not see themselves. ⇒ The window contains the token itself: i == j is allowed.",
        only_itself="Your tokens see only themselves. ⇒ The window reaches `window` - 1 tokens back as well.",
        moved_back="Your window ends one token too early. ⇒ It contains the token itself, and `window` - 1 before it.",
        outside="You show what lies before the window. ⇒ Near ones should be seen: i - j smaller than `window`.",
        far_outside="You show what lies before the window. ⇒ Near ones should be seen: i - j smaller than `window`.",
        one_diagonal="Only the far end of the window is True. ⇒ All tokens from there up to the token itself may be seen.",
        first_ones="Your tokens see the *first* ones of the text. ⇒ The window moves along with the token: compare i - j with `window`.",
        blocks="You cut the text into blocks. ⇒ The window moves along: each token has its own, which ends with itself.",
        looks_forward="Your window looks forward, to the tokens that follow. ⇒ Rows look, columns are looked at: swap i and j.",
        no_causal="Your tokens see the whole future: i - j is negative there, and so smaller than `window`. ⇒ Also ask for j <= i.",
        last_columns="Your window stays at the end of the text. ⇒ It moves along with the token that looks: compare i - j with `window`.",
        negative_start="Your first rows are wrong: `i - window + 1` is negative there, and a slice counts that from the end. ⇒ Write `max(0, i - window + 1)`.",
        wraps_round="Your first rows are wrong: `i - window + 1` is negative there, and a negative place counts from the end. ⇒ Write `max(0, i - window + 1)`.",
        slice_without_itself="Your slice ends before the token itself, and in the first rows it begins at a negative place, counted from the end. ⇒ Write `max(0, i - window + 1) : i + 1`.",
        triangles_added="You added two triangles, so what is too far back counts double. ⇒ Take the second one off: it is what must not be seen.",
        first_row_left_out="The first row is missing. ⇒ T tokens need T rows: a loop begins at 0.",
        last_row_left_out="The last row is missing. ⇒ T tokens need T rows: let the loop run to the end.",
        first_column_left_out="The first column is missing. ⇒ Each row needs T entries: a loop begins at 0.",
        last_column_left_out="The last column is missing. ⇒ Each row needs T entries: let the loop run to the end.",
        first_column_empty="Nobody sees the first token. ⇒ It stands in the window of the first tokens: a loop begins at 0.",
        first_row_only="Your table has a single row, the first one. ⇒ Is `return` inside the loop? Move it to the left, after the loop.",
        first_row_filled="Only your first row is filled. ⇒ Is `return` inside the loop? Move it to the left, after the loop.",
        rolled="Your window goes round: the first tokens see the last ones. ⇒ Cut it off at the front; `np.roll` brings back at one end what falls off at the other.",
        first_rows_empty="Your first rows are empty. ⇒ As long as there are fewer than `window` tokens, a token sees all there are, itself among them.",
        first_row_empty="Your first row is empty. ⇒ The first token sees itself: begin the loop at 0.",
        last_row_empty="Your last row is empty. ⇒ The last token sees its window, too: let the loop run to the end.",
        either="Everybody may look at everybody. ⇒ Both conditions must hold: join them by `&`. (And `[[False] * T] * T` is one row, T times; make each row anew.)",
        shows_the_rest="Your mask is True where one may *not* look. ⇒ Turn it around with `~`.",
        minus_infinity="You made the 0 and −∞ that one adds to scores. ⇒ Return True and False.",
        minus_billion="You made the 0 and the large negative number that one adds to scores. ⇒ Return True and False.",
        shared_out="You divided the rows by their sums: that is already a pattern. ⇒ Return True and False.",
    ),
    alone=(
        "first_row_filled",
        "first_row_only",
        "outside",
        "far_outside",
        "shows_the_rest",
        "either",
        "no_window",
        "only_itself",
        "one_diagonal",
    ),
    hints=(
        "With `window` = 2, token 3 sees tokens 2 and 3. How far back, as i - j, may a token look at most?",
        "Two conditions joined by `&`: not in the future, and not too far back. `np.arange(T)[:, None] - np.arange(T)` holds every i - j.",
        "`distance = np.arange(T)[:, None] - np.arange(T)`",
    ),
)
