"""Lesson 05: masking."""

import numpy as np

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
    )
    return slip(
        lambda: may_look,
        minus_infinity=lambda: np.where(may_look, 0.0, -np.inf),
        minus_one=lambda: np.where(may_look, 1, -1),
        minus_billion=lambda: np.where(may_look, 0.0, -1e9),
        shared_out=lambda: may_look / np.maximum(may_look.sum(-1, keepdims=True), 1),
        too_small=lambda: may_look[:-1, :-1] if may_look.ndim > 1 else may_look[:-1],
        too_large=lambda: np.tri(T + 1, dtype=bool),
        flat=lambda: may_look.ravel(),
        as_numbers_of_keys=lambda: may_look.sum(-1),
    )


CAUSAL_MASK = Exercise(
    causal_mask,
    cases=[(3,), (1,), (5,), (2,), (8,)],
    says=dict(
        upside_down="Your mask shows the future and hides the past. Row i is the one who looks, column j is looked at: True where j <= i.",
        no_diagonal="Your diagonal is False, so the first token may look at nobody. A token may look at itself: True where j <= i.",
        too_wide="Your mask is one column too wide: each token sees the next one, which is just what it should guess. True where j <= i.",
        shows_the_future="Your mask is the wrong way round: True where a token may *not* look. Ours says `may_look`: turn it with `~`.",
        no_mask="Everybody may look at everybody. Hide what comes later: True only where j <= i.",
        only_itself="Only the diagonal is True. Each token may look at all the earlier ones, too.",
        only_the_one_before="Each token sees only the one right before it. It may look at itself and at all earlier ones.",
        mirrored="Your triangle leans to the wrong side: its edge runs from the lower left to the upper right. Compare row and column: j <= i.",
        mirrored_up="Your triangle fills the upper left. Its long side should run from the upper left to the lower right: True where j <= i.",
        one_row="That is one row of True. Return a table of shape (T, T): a row for each token that looks.",
        counts="Your entries count up. Only the question matters: may it look, yes or no? Compare with `>=` to get True and False.",
        whole_rows="Whole rows are True or False. Within a row it depends on the column: True where j <= i.",
        minus_infinity="You made the 0 and −∞ that one adds to scores. Here True and False are wanted: `np.where` needs them in the next exercise.",
        minus_billion="You made the 0 and −1,000,000,000 that one adds to scores. Here True and False are wanted: `np.where` needs them in the next exercise.",
        minus_one="Your hidden entries are -1. A mask only says yes or no: True and False (or 1 and 0).",
        shared_out="You divided the rows by their sums: that is already a pattern. Return True and False.",
        too_small="One row and column are missing: T tokens need a table of shape (T, T).",
        too_large="Your table has one row and one column too many: T tokens need shape (T, T).",
        flat="You returned one long list; return a table with T rows: begin a new row for each token.",
        as_numbers_of_keys="You returned how many tokens each may see. Return which ones: a table of True and False.",
    ),
    hints=(
        "Row 0 has a single True, row 1 has two. Where do they stand, and what has that to do with i and j?",
        "`np.tri(T, dtype=bool)` or `np.tril` make a lower triangle. Or compare `np.arange(T)[:, None]` with `np.arange(T)`.",
        "`return np.tri(T, dtype=…)`",
    ),
)


def _softmax(scores, axis=-1, highest=None):
    highest = scores.max(axis, keepdims=True) if highest is None else highest
    exps = np.exp(scores - highest)
    return exps / exps.sum(axis, keepdims=True)


def masked_pattern(q, k, may_look, slip):
    """Scaled scores, −∞ where one may not look, softmax."""
    D, T_key = q.shape[-1], len(k)
    products = slip(lambda: q @ k.T, kq_transposed=lambda: k @ q.T)
    scores = products / slip(D**0.5, unscaled=1, by_d=D, by_T=T_key**0.5, by_T_query=len(q) ** 0.5, multiplied=D**-0.5)
    allowed = slip(
        lambda: may_look,
        inverted=lambda: ~may_look,
        mask_transposed=lambda: may_look.T,
        own_mask=lambda: np.tri(*may_look.shape, dtype=bool),
        no_mask=lambda: may_look | True,
    )
    hidden = slip(
        lambda: np.where(allowed, scores, -np.inf),
        zero_before=lambda: scores * allowed,
        zero_after=scores,
        shared_again=scores,
        not_low_enough=lambda: np.where(allowed, scores, -100.0),
        only_one_less=lambda: scores - ~allowed,
        only_lowered=lambda: scores - 100.0 * ~allowed,
        times_infinity=lambda: scores * np.where(allowed, 1, -np.inf),
        lowest_score=lambda: np.where(allowed, scores, scores.min()),
        row_lowest=lambda: np.where(allowed, scores, scores.min(-1, keepdims=True)),
        zero_removed=lambda: np.where(scores * allowed == 0, -np.inf, scores),
    )
    weights = slip(
        lambda: _softmax(hidden),
        columns=lambda: _softmax(hidden, axis=0),
        whole_table=lambda: _softmax(hidden, axis=None),
        overflow=lambda: _softmax(hidden, highest=0.0),
        no_softmax=lambda: hidden,
        no_exp=lambda: (
            np.where(np.isfinite(hidden), hidden, 0) / np.where(np.isfinite(hidden), hidden, 0).sum(-1, keepdims=True)
        ),
        argmax=lambda: (np.arange(T_key) == hidden.argmax(-1)[:, None]) * 1.0,
        twice=lambda: _softmax(_softmax(hidden)),
    )
    weights = slip(
        lambda: weights,
        zero_after=lambda: weights * allowed,
        shared_again=lambda: weights * allowed / (weights * allowed).sum(-1, keepdims=True),
    )
    weights = slip(
        lambda: weights,
        nan_left=lambda: np.where(allowed, weights, np.nan),
        infinity_after=lambda: np.where(allowed, _softmax(scores), -np.inf),
        scaled_after=lambda: _softmax(np.where(allowed, products, -np.inf)) / D**0.5,
    )
    return slip(lambda: weights, looked_up=lambda: weights @ k, last_row=lambda: weights[-1])


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
]  # fmt: skip

MASKED_PATTERN = Exercise(
    masked_pattern,
    cases=MASKED_CASES,
    says=dict(
        kq_transposed="Your rows are keys. Write q first: q @ k.T has a query in each row, as the mask has.",
        unscaled="You forgot to divide the scores by √D, before the softmax (lesson 4).",
        by_d="You divided the scores by D, or twice by its square root. Once by √D is enough: `scale_scores` does it.",
        by_T="You divided by the root of the number of tokens; divide by the root of D, the number of columns of q.",
        by_T_query="You divided by the root of the number of queries; divide by the root of D, the number of columns of q.",
        multiplied="You multiplied the scores by √D; divide by it.",
        inverted="You hid the tokens that one may look at. True means *may look*: keep the score there, and put −∞ elsewhere.",
        mask_transposed="You turned the mask on its side. Its rows are queries already, like those of the scores.",
        own_mask="You used a causal mask of your own. Use `may_look`: other masks must work, too.",
        no_mask="Your answer does not depend on `may_look`. Put −∞ where it is False, before the softmax.",
        zero_before="You set the hidden scores to 0, but exp(0) = 1: they still get a share. Put −∞ there.",
        zero_after="You masked after the softmax: rows no longer sum to 1, and their size gives the future away. Put −∞ into the scores, before it.",
        shared_again="Masking after the softmax and sharing out again breaks when a hidden score is very large: 0/0. Put −∞ before the softmax.",
        infinity_after="You put −∞ into the weights, after the softmax. It belongs into the scores, before the softmax, which turns it into 0.",
        nan_left="Your hidden weights are NaN (not a number). They must be 0: put −∞, not NaN, into the scores before the softmax.",
        lowest_score="You gave hidden tokens the lowest score of the table. Low is not never: they still get a share. Use `-np.inf`.",
        row_lowest="You gave hidden tokens the lowest score of their row. Low is not never: they still get a share. Use `-np.inf`.",
        scaled_after="You divided by √D after the softmax, so the rows no longer sum to 1. Divide the scores, before the softmax.",
        not_low_enough="Your number for hidden scores is not low enough: real scores can be even lower, and then the hidden ones win. Use `-np.inf`.",
        only_one_less="Your hidden scores are only 1 lower than they were (True counts as 1), so they still get a share. Replace them: `np.where(may_look, scores, -np.inf)`.",
        only_lowered="You lowered the hidden scores by a fixed amount, and one that is larger still wins. Replace them: `np.where(may_look, scores, -np.inf)`.",
        times_infinity="You multiplied the hidden scores by −∞, and a negative score becomes +∞. Replace them: `np.where(may_look, scores, -np.inf)`.",
        zero_removed="You multiply by the mask and then look for zeros, and a real score of 0 vanishes too. Use `np.where(may_look, scores, -np.inf)`.",
        columns="You shared out along the columns. Each *row* is a query and must share out 1: `axis=-1`.",
        whole_table="You shared out 1 over the whole table. Each row shares out its own 1: `axis=-1, keepdims=True`.",
        overflow="The exp of a large score overflows. Subtract each row's largest score first, or use the `softmax` that is imported.",
        no_softmax="You returned the masked scores. The softmax is still missing: it turns them into shares.",
        no_exp="You divided the scores by their sum. Take exp first, that is what the softmax does.",
        argmax="You gave everything to the highest score. The softmax shares out 1 among all that are allowed.",
        twice="You applied the softmax twice. After the second one the hidden tokens have a share again: once is enough.",
        looked_up="You went one step too far and multiplied the pattern with k. Return the pattern itself.",
        last_row="Only the last query's row came back. Every query has its row: return the whole table.",
    ),
    hints=(
        "The softmax takes exp of every score. For which score is exp exactly 0, so that nothing is left of it?",
        "`np.where(may_look, scores, -np.inf)` keeps the scores where may_look is True. It must stand before the softmax.",
        "`scores = scale_scores(attention_scores(q, k), q.shape[-1])`",
    ),
    probes=(
        ("hidden_weight", "A hidden key still gets some weight. It must get exactly 0.", _hidden_keys_get_nothing),
        ("row_sums", "Your rows do not sum to 1.", _rows_sum_to_one),
        ("saw_hidden", "A hidden key still changes the other weights of its row.", _hidden_keys_do_not_matter),
    ),
)


# ---- leaks: functions to be probed ---------------------------------------------------------------------------------


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


_CAUSAL = {
    "itself": lambda x: 2 * x,
    "sum so far": lambda x: np.cumsum(x, axis=0),
    "the one before": lambda x: np.concatenate([np.zeros_like(x[:1]), x[:-1]]),
    "masked attention": lambda x: _attention(x),
    "window": lambda x: _attention(x, _window(x, 2)),
    "always 1": lambda x: np.ones_like(x),
    "first token": lambda x: x[:1] + 0 * np.arange(len(x))[:, None],
    "place only": lambda x: np.arange(len(x))[:, None] * np.ones(x.shape[1]),
}
_LEAKING = {
    "sum of all": lambda x: x + x.sum(0),
    "next": lambda x: _from_later(x),
    "next but one": lambda x: x + _from_later(x, 2),
    "lowered by the next": lambda x: x - 3 * _from_later(x),
    "no mask": lambda x: _attention(x, np.ones((len(x), len(x)), bool)),
    "zero before": lambda x: _attention(x, fill=0.0),
    "erased after": lambda x: _attention(x, erase=True),
    "too wide": lambda x: _attention(x, np.tri(len(x), k=1, dtype=bool)),
    "first row": _first_row_gets_last,
    "cancels": _cancels,
    "first feature": lambda x: x[:, :1] * 1.0 + _from_later(x)[:, :1],
    "last feature": lambda x: np.cumsum(x, axis=0) + [[0.0, 1.0]] * _from_later(x)[:, -1:],
    "loud": lambda x: 1e9 * _from_later(x),
    "all but the next": lambda x: x + np.cumsum(_from_later(x, 2)[::-1], axis=0)[::-1],
}


def leaks(f, x, position, slip):
    """Change what stands after `position`; do the rows up to there move?"""
    T = len(x)
    behind = slip(
        lambda: slice(position + 1, T),
        changes_earlier=lambda: slice(0, position + 1),
        changes_itself=lambda: slice(position, T),
        skips_the_next=lambda: slice(position + 2, T),
        only_the_next=lambda: slice(position + 1, position + 2),
        next_is_missing=lambda: position + 1,
        only_the_last=lambda: slice(T - 1, T),
        changes_all=lambda: slice(0, T),
    )
    changed = np.array(x)
    columns = slip(lambda: slice(None), one_feature=lambda: 0)
    changed[behind, columns] = slip(lambda: changed[behind, columns] + 1.0, nan=np.nan)
    before, after = f(np.array(x)), f(slip(lambda: changed, nothing_changed=lambda: np.array(x)))
    before = slip(lambda: before, compares_with_x=lambda: x)
    rows = slip(
        lambda: slice(0, position + 1),
        compares_all=lambda: slice(0, T),
        compares_last=lambda: slice(T - 1, T),
        compares_one=lambda: slice(position, position + 1),
        compares_first=lambda: slice(0, 1),
        compares_before=lambda: slice(0, position),
        compares_behind=lambda: slice(position + 1, T),
    )
    before, after = (output[rows] for output in np.broadcast_arrays(before, after))
    before, after = slip(lambda: (before, after), sums=lambda: (before.sum(), after.sum()))
    moved = ~np.isclose(before, after)
    found = slip(
        lambda: moved.any(),
        all_must_move=lambda: moved.all(),
        only_upwards=lambda: (after - before > 1e-8).any(),
        only_large=lambda: (abs(after - before) > 0.5).any(),
    )
    found = slip(
        lambda: found,
        negated=lambda: not found,
        entry_by_entry=lambda: moved,
        how_far=lambda: abs(after - before).max(initial=0),
    )
    return slip(lambda: found, always=True)


# halves and quarters: what one row gains and another loses cancels without a rounding error
CANCELS = (_cancels, np.array([[0.25, -1.5], [2.0, 0.5], [-0.75, 1.0], [1.25, -2.0]]), 1)


def _case(name, seed, T, position):
    return ({**_CAUSAL, **_LEAKING}[name], np.random.default_rng(seed).normal(size=(T, 2)).round(2) + 0.05, position)


LEAKS = Exercise(
    leaks,
    cases=[
        _case("sum of all", 0, 4, 1),
        _case("sum so far", 1, 4, 1),
        *(_case(name, seed, 6, 2) for seed, name in enumerate(_CAUSAL)),
        *(_case(name, seed, 6, 2) for seed, name in enumerate(_LEAKING)),
        *(_case(name, 3, 5, 4) for name in ("itself", "sum of all", "masked attention", "next", "always 1", "first row")),
        *(_case(name, 4, 5, 0) for name in ("itself", "sum so far", "next", "first row", "no mask", "the one before")),
        *(_case(name, 6, 7, 5) for name in ("sum so far", "next", "too wide", "erased after", "first token")),
        _case("itself", 7, 1, 0),
        CANCELS,
    ],
    says=dict(
        changes_earlier="You changed the tokens up to `position`: those may move the rows. Change only the ones after: `changed[position + 1 :]`.",
        changes_itself="You changed the token at `position` as well, and its own row may move with it. Begin one later: `changed[position + 1 :]`.",
        skips_the_next="You left out the token right after `position`, the one that leaks most often. Begin at `position + 1`.",
        only_the_next="You changed only the token right after `position`. A leak can come from any later one: change them all.",
        next_is_missing="You changed only the token right after `position`, and after the last one there is none. Change all of them: `changed[position + 1 :]`.",
        only_the_last="You changed only the last token. A leak can come from any token after `position`: change them all.",
        changes_all="You changed every token. Leave those up to `position` as they are, or their rows move for a good reason.",
        one_feature="You changed only one column of the later tokens. A leak may sit in any feature: change whole rows.",
        nan="You put NaN or ∞ into the later tokens. 0 · NaN and 0 · ∞ are NaN, which gets through a tight mask, too. Use ordinary numbers.",
        nothing_changed="Your probe never finds anything. Does the second call of f get other tokens? `changed = x` is no copy (write `x.copy()`), and the change must be large enough to be seen.",
        compares_with_x="You compared f's output with x. Compare two outputs: f(x) and f(changed).",
        compares_all="You compared all rows. Those after `position` may move: compare only rows 0 to `position`.",
        compares_last="You compared only the last row, and that one may see everything. Compare rows 0 to `position`.",
        compares_one="You compared only the row at `position`. A leak can be in an earlier row: compare all rows up to there.",
        compares_first="You compared only row 0. Compare all rows up to and including `position`.",
        compares_before="You left out the row at `position` itself. It must not move either: `[: position + 1]`.",
        compares_behind="You compared the rows after `position`: those may move. Compare the rows up to and including it.",
        sums="You compared sums: if one row rises and another falls, they cancel. Compare entry by entry.",
        all_must_move="You ask whether *every* entry moved. One that moves is enough: `.any()`, or `not np.allclose(…)`.",
        only_upwards="You only notice entries that get larger. Take the absolute difference: a leak can lower a number, too.",
        only_large="You overlook small movements. However little a row moves, it has seen the future: `not np.allclose(…)`.",
        negated="Yours is the wrong way round: True means that f leaks, so that the rows are *not* the same.",
        entry_by_entry="You returned an answer for every entry. One answer is wanted: did any of them move?",
        how_far="You returned how far the rows moved. One answer is wanted, yes or no: is it more than a rounding error?",
        always="Your probe says that everything leaks, even if nothing stands after `position`. Compare f(x) with f(changed).",
    ),
    hints=(
        "If f can't see what is after `position`, what happens to its first rows when you change something there?",
        "Copy x, change the copy after `position`, call f twice, and compare the rows up to `position` with `np.allclose`.",
        "`changed = x.copy()`, then `changed[position + 1 :] += 1.0`.",
    ),
    probes=(
        (
            "missed_a_leak",
            "Your probe misses a leak: in one of the tests f adds the sum of all tokens to every row.",
            lambda leaks: bool(leaks(*_case("sum of all", 8, 5, 2))),
        ),
        (
            "missed_the_next",
            "Your probe misses a leak: in one of the tests each row is the token that comes next.",
            lambda leaks: bool(leaks(*_case("next", 8, 5, 2))),
        ),
        (
            "false_alarm",
            "Your probe raises a false alarm: in one of the tests each row is the sum of the tokens so far, and nothing leaks.",
            lambda leaks: not leaks(*_case("sum so far", 8, 5, 2)),
        ),
        (
            "cancelled",
            "Your probe misses a leak: in one of the tests one row rises by as much as another falls. Do not add up what moves: look at each entry.",
            lambda leaks: bool(leaks(*CANCELS)),
        ),
    ),
)  # fmt: skip


def _by_slices(T, window, first_row):
    """Row i filled from i - window + 1 to i, where a negative start counts from the end."""
    mask = np.zeros((T, T), dtype=bool)
    for i in range(first_row, T):
        mask[i, i - window + 1 : i + 1] = True
    return mask


def sliding_window_mask(T, window, slip):
    """True for itself and the window − 1 tokens before."""
    i, j = np.arange(T)[:, None], np.arange(T)[None]
    far = slip(window, one_too_many=window + 1, one_too_few=lambda: window - 1, doubled=2 * window)
    near = slip(
        lambda: i - j < far,
        not_causal=lambda: abs(i - j) < far,
        half_each_side=lambda: abs(i - j) <= far // 2,
        no_window=lambda: i >= 0 * j,
        no_itself=lambda: (i - j < far) & (i != j),
        moved_back=lambda: (i - j <= far) & (i != j),
        outside=lambda: i - j >= far,
        one_diagonal=lambda: i - j == far - 1,
        first_ones=lambda: (j < far) & (i >= 0),
        blocks=lambda: i // max(far, 1) == j // max(far, 1),
        looks_forward=lambda: j - i < far,
        last_columns=lambda: (j >= T - far) & (i >= 0),
        negative_start=lambda: _by_slices(T, far, 0),
        first_rows_empty=lambda: _by_slices(T, far, far - 1),
    )
    causal = slip(lambda: i >= j, not_causal=True, half_each_side=True, looks_forward=lambda: j >= i, no_causal=True)
    may_look = near & causal
    return slip(
        lambda: may_look,
        shows_the_rest=lambda: ~may_look,
        either=lambda: may_look | True,
        minus_infinity=lambda: np.where(may_look, 0.0, -np.inf),
    )


SLIDING_WINDOW_MASK = Exercise(
    sliding_window_mask,
    cases=[(4, 2), (7, 3), (1, 1), (5, 1), (3, 6), (9, 4), (6, 5)],
    says=dict(
        one_too_many="Your tokens see one too many. The window counts the token itself: with a window of 2, itself and one before.",
        one_too_few="Your tokens see one too few. With a window of 2 a token sees itself and the one before.",
        doubled="Your window is twice as long as it should be.",
        not_causal="Your window reaches into the future as well. A token sees only itself and earlier ones: also ask for j <= i.",
        half_each_side="You put the token in the middle of its window. The window ends with the token itself: nothing after it.",
        no_window="That is the plain causal mask. Hide the tokens that are too far back, too: i - j must be smaller than `window`.",
        no_itself="Your tokens do not see themselves. The window contains the token itself: i == j is allowed.",
        moved_back="Your window ends one token too early. It contains the token itself, and `window` - 1 before it.",
        outside="You show what is *outside* of the window. Near ones should be seen: i - j smaller than `window`.",
        one_diagonal="Only the far end of the window is True. All tokens from there up to the token itself may be seen.",
        first_ones="Your tokens see the *first* ones of the text. The window moves along with the token: compare i - j with `window`.",
        blocks="You cut the text into blocks. The window moves along: each token has its own, which ends with itself.",
        looks_forward="Your window looks forward, to the tokens that follow. Rows look, columns are looked at: swap i and j.",
        no_causal="Your tokens see the whole future: i - j is negative there, and so smaller than `window`. Also ask for j <= i.",
        last_columns="Your window stays at the end of the text. It moves along with the token that looks: compare i - j with `window`.",
        negative_start="Your first rows are wrong: `i - window + 1` is negative there, and a slice counts that from the end. Write `max(0, i - window + 1)`.",
        first_rows_empty="Your first rows are empty. As long as there are fewer than `window` tokens, a token sees all there are, itself among them.",
        either="Everybody may look at everybody. Both conditions must hold, not one of them: join them by `&`.",
        shows_the_rest="Your mask is True where one may *not* look. Turn it around with `~`.",
        minus_infinity="You made the 0 and −∞ that one adds to scores. Return True and False.",
    ),
    hints=(
        "With `window` = 2, token 3 sees tokens 2 and 3. How far back, as i - j, may a token look at most?",
        "Two conditions joined by `&`: not in the future, and not too far back. `np.arange(T)[:, None] - np.arange(T)` holds every i - j.",
        "`distance = np.arange(T)[:, None] - np.arange(T)`",
    ),
)
