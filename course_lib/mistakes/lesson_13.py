"""Lesson 13: what attention costs."""

import time
import tracemalloc

import numpy as np

from course_lib.judge import Exercise


def _numbers(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape).round(2)


def _softmax(scores, axis=-1):
    exps = np.exp(scores - scores.max(axis, keepdims=True))
    return exps / exps.sum(axis, keepdims=True)


def _pair(value, inputs):
    """Two numbers in one array are two numbers."""
    return tuple(value) if getattr(value, "shape", None) == (2,) else value


# ---- online_softmax --------------------------------------------------------------------------------------------------


def online_softmax(scores, block_size, slip):
    """(the highest score, the sum of exp(score - highest)), in one pass over the blocks."""
    N = len(scores)
    if slip(False, one_block_too_many=True) and N % block_size == 0:
        raise ValueError  # the highest of an empty block
    highest = slip(-np.inf, starts_at_zero=0.0, first_counted_twice=scores[0])
    total = slip(0.0, first_counted_twice=1.0)
    starts = slip(
        lambda: range(0, N, block_size),
        rest_dropped=lambda: range(0, N - N % block_size, block_size),
        first_block=lambda: range(0, 1),
        two_blocks=lambda: range(0, min(N, 2 * block_size), block_size),
        three_blocks=lambda: range(0, min(N, 3 * block_size), block_size),
        last_block_lost=lambda: range(0, N - block_size, block_size),
        first_block_lost=lambda: range(block_size, N, block_size),
        steps_of_one=lambda: range(N),
        last_block=lambda: range((N - 1) // block_size * block_size, N, block_size),
    )
    for start in starts:
        block = scores[start : start + block_size]
        top = block.max()
        if slip(False, skips_lower_blocks=True) and top <= highest:
            continue
        new = slip(
            lambda: max(highest, top), forgets_maximum=lambda: top, first_maximum=lambda: top if start == 0 else highest
        )
        old = np.exp(highest - new) if np.isfinite(highest) else 0.0
        old = slip(
            lambda: old,
            not_rescaled=1.0,
            wrong_way=lambda: np.exp(new - highest) if np.isfinite(highest) else 0.0,
            rescaled_by_difference=lambda: highest - new if np.isfinite(highest) else 0.0,
        )
        exps = slip(
            lambda: np.exp(block - new),
            block_not_shifted=lambda: np.exp(block - top),
            no_maximum=lambda: np.exp(block),
            no_exp=lambda: block - new,
            block_by_old_maximum=lambda: np.exp(block - (highest if np.isfinite(highest) else scores[0])),
            sign_turned=lambda: np.exp(new - block),
        )
        if slip(False, new_maximum_not_added=True) and start and top > highest:
            exps = np.zeros(1)
        total = slip(
            lambda: total * old + exps.sum(),
            restarted=lambda: exps.sum(),
            block_rescaled_too=lambda: (total + exps.sum()) * (old if start else 1.0),
            no_maximum=lambda: total + exps.sum(),
        )
        highest = new
    total = slip(
        lambda: total,
        log_total=lambda: np.log(total),
        mean=lambda: total / N,
        one_over=lambda: 1 / total,
        log_sum_exp=lambda: highest + np.log(total),
        the_exps=lambda: np.exp(scores - highest),
        the_shares=lambda: np.exp(scores - highest) / total,
    )
    return slip(
        lambda: (highest, total),
        swapped=lambda: (total, highest),
        place_of_highest=lambda: (int(scores.argmax()), total),
        lowest_for_highest=lambda: (scores.min(), np.exp(scores - scores.min()).sum()),
        lowest_from_infinity=lambda: (scores.min(), np.nan),
    )


def _online(function, scores, block_size=2):
    """Is the function right about these scores?"""
    scores = np.array(scores, dtype=float)
    return bool(np.allclose(function(scores, block_size), (scores.max(), np.exp(scores - scores.max()).sum()), 1e-3))


def _only_without_new_maximum(function):
    """True if the function is right while the first block holds the highest score, and wrong where a later one does."""
    first = _online(function, [5, 1, 4, 3, 2]) and _online(function, [1, 5, 4, 3, 2, 0])
    return first and not _online(function, [1, 3, 2, 5])


def _only_one_block(function):
    """True if the function is right about one block and wrong about several, whichever of them holds the highest score."""
    one = _online(function, [2, 5, 3], 3) and _online(function, [4, 1], 2)
    return one and not _online(function, [5, 1, 4, 3, 2]) and not _online(function, [1, 3, 2, 5])


def _highest(function, score):
    """What the function calls the highest of two scores."""
    return float(function(np.array([score - 2, score]), 1)[0])


def _made_for_online(draw):
    N = draw.size(1, 17)
    return draw.numbers(N), draw.choice(draw.size(1, 5), draw.size(1, 5), N, N + 2)


ONLINE_SOFTMAX = Exercise(
    online_softmax,
    cases=[
        (np.array([1.0, 3.0, 2.0, 4.0, 0.0]), 2),
        (np.array([0.3, -1.2, 0.9, 2.1, -0.4, 1.7, 0.2]), 3),
        (np.array([-2.5, -4.0, -1.5, -3.0, -2.2]), 2),
        (np.array([790.0, 801.0, 799.0, 802.5, 805.0, 803.0]), 4),
        (np.array([-9000.0, -9005.0, -9001.0, -9002.0]), 3),
        (np.array([2.0, 1.0, 0.5]), 8),
        (np.array([1.5]), 1),
        (_numbers(60, 9), 2),
        (np.array([0.4, -0.1, 1.2, 0.8, 1.9, 0.6]), 2),
        (np.array([1.0, 3.0, 2.0, 4.0, 0.0, 4.0]), 1),
    ],
    says=dict(
        starts_at_zero="Your highest score stays 0 when all scores are negative. ⇒ Begin with `-np.inf`.",
        first_counted_twice="The first score is in your sum twice: once at the start, and once in its block. ⇒ Begin with `-np.inf` and 0.",
        rest_dropped="You left out the last block when it is smaller than the others. ⇒ Go up to `len(scores)`.",
        last_block_lost="You always leave out the last block. ⇒ Go up to `len(scores)`.",
        first_block_lost="You left out the first block. ⇒ Begin with start 0.",
        one_block_too_many="Where the blocks fit exactly, your loop goes on to one more, which is empty. ⇒ `range(0, len(scores), block_size)` gives just the starts.",
        first_block="Only the first block was read. ⇒ Is `return` inside the loop?",
        two_blocks="No more than two blocks are read. ⇒ Let the loop go on to `len(scores)`, however many blocks that are.",
        three_blocks="No more than three blocks are read. ⇒ Let the loop go on to `len(scores)`, however many blocks that are.",
        last_block="Only the last block counts. ⇒ Keep what you know of the earlier ones.",
        steps_of_one="Your blocks overlap: the start moves by 1. ⇒ Move it by `block_size`.",
        skips_lower_blocks="You left out blocks that bring no new maximum. ⇒ Their exps belong to the sum as well.",
        forgets_maximum="Your highest score is that of the last block. ⇒ Keep the larger of both: `max(highest, block.max())`.",
        first_maximum="Your highest score stays that of the first block. ⇒ Renew it with every block.",
        not_rescaled="When a new maximum is found, your old sum still belongs to the old one. ⇒ Multiply it by exp(old highest − new highest).",
        wrong_way="You rescaled the old sum the wrong way round, so it grows. ⇒ The factor is exp(old highest − new highest), which is at most 1.",
        rescaled_by_difference="You multiplied the old sum by the difference of the maxima. ⇒ It takes `exp` of that difference.",
        block_not_shifted="You shifted each block by its own maximum. ⇒ Take the highest score *so far*, the same for the old sum and the new block.",
        no_maximum="You added up exp(score) without taking the highest score away: that overflows for large scores. ⇒ Add up exp(score − highest).",
        block_by_old_maximum="You took the old highest score from the new block. ⇒ Take the new one: it may be in this very block.",
        sign_turned="In your exp the sign is the other way round: low scores give large numbers. ⇒ It is exp(score − highest).",
        new_maximum_not_added="A block that brings a new highest score is not added to your sum. ⇒ Rescale the old sum, *and* add the block.",
        no_exp="You added up the differences themselves. ⇒ Take `np.exp` of them first.",
        restarted="Your sum begins anew with each block. ⇒ Add the rescaled old sum.",
        block_rescaled_too="You rescaled the new block as well. ⇒ Only the *old* sum belongs to the old maximum.",
        log_total="You returned the logarithm of the sum. ⇒ Return the sum itself.",
        log_sum_exp="You returned the highest score plus the logarithm of the sum. ⇒ Return the sum itself.",
        the_exps="You returned the exps one by one. ⇒ Return their sum.",
        the_shares="You returned the softmax. ⇒ Return the sum that its exps are divided by: one number.",
        mean="You divided the sum by the number of scores. ⇒ Return the sum.",
        one_over="You returned 1 divided by the sum. ⇒ Return the sum.",
        place_of_highest="You returned the place of the highest score. ⇒ Return the score: `max`, not `argmax`.",
        lowest_from_infinity="You kept the lowest score instead of the highest. ⇒ Begin with `-np.inf`, and take `max`.",
        lowest_for_highest="You kept the lowest score, so the exps of the others can overflow. ⇒ Keep the highest.",
        swapped="You returned the sum first. ⇒ First comes the highest score, then the sum.",
    ),
    hints=(
        "You know the sum for the highest score so far. If a block brings a higher one, by which number is every old term too large?",
        "One line of algebra: exp(s − new) = exp(s − old) · exp(old − new): one multiplication mends the whole old sum.",
        "`highest, total = -np.inf, 0.0`, then a loop over `range(0, len(scores), block_size)`.",
    ),
    reads=_pair,
    makes=_made_for_online,
    steps={
        "the highest score": (),
        "the sum": (
            "not_rescaled",
            "wrong_way",
            "rescaled_by_difference",
            "block_not_shifted",
            "no_maximum",
            "no_exp",
            "restarted",
            "block_rescaled_too",
            "skips_lower_blocks",
            "first_counted_twice",
            "log_total",
            "log_sum_exp",
            "the_exps",
            "the_shares",
            "mean",
            "one_over",
        ),
    },
    probes=(
        (
            "starts_at_a_number",
            "Your highest score can be higher than every score: it begins at a number, and scores may lie below it. ⇒ Begin with `-np.inf`.",
            lambda f: not (_highest(f, 5.0) == 5 and _highest(f, -3e6) == _highest(f, -4e6) > -3e6),
        ),
        (
            "new_maximum",
            "Your function is right as long as the first block holds the highest score, and wrong when a later block brings a higher one. ⇒ Then the old sum is to be multiplied by exp(old highest − new highest).",
            lambda f: not _only_without_new_maximum(f),
        ),
        (
            "one_block",
            "Even where all scores fit into one block, your answer is not right. ⇒ Begin with that: the sum of exp(score − highest) over one block.",
            lambda f: _online(f, [2, 5, 3], 3),
        ),
        (
            "several_blocks",
            "With one block your function is right, with several it is not. ⇒ Look at what it keeps from one block to the next: a highest score, and a sum.",
            lambda f: not _only_one_block(f),
        ),
    ),
)


# ---- tiled_attention -------------------------------------------------------------------------------------------------


def tiled_attention(q, k, v, block_size, slip):
    """Attention without a mask, block by block."""
    (T_query, D), T_key = q.shape, len(k)
    highest = np.full((T_query, 1), slip(-1e300, starts_at_zero=0.0, starts_at_a_number=-1e5))
    total, output = np.zeros((T_query, 1)), np.zeros((T_query, v.shape[1]))
    n_blocks = -(-T_key // block_size)
    if slip(False, own_block_only=True):
        blocks = [slice(start, start + block_size) for start in range(0, T_query, block_size)]
        return np.concatenate([_softmax(q[rows] @ k[rows].T / D**0.5) @ v[rows] for rows in blocks])
    if slip(False, one_block_too_many=True) and T_key % block_size == 0:
        raise ValueError  # the highest score of an empty block
    if slip(False, put_side_by_side=True, put_below=True):
        blocks = [slice(start, start + block_size) for start in range(0, T_key, block_size)]
        outputs = [_softmax(q @ k[keys].T / D**0.5) @ v[keys] for keys in blocks]
        return np.concatenate(outputs, axis=slip(1, put_below=0))
    last = slip(
        T_key,
        rest_dropped=T_key - T_key % block_size,
        rest_dropped_after_first=max(T_key - T_key % block_size, 1),
        last_block_lost=T_key - block_size,
        first_block=1,
        two_blocks=min(T_key, 2 * block_size),
        three_blocks=min(T_key, 3 * block_size),
        blocks_of_q=T_query,
    )
    first = slip(0, last_block=(T_key - 1) // block_size * block_size, first_block_lost=block_size)
    for start in range(first, last, block_size):
        keys = slice(start, start + block_size)
        v_block = slip(lambda: v[keys], same_values=lambda: np.resize(v[:block_size], v[keys].shape))
        scores = (
            q
            @ k[keys].T
            / slip(
                D**0.5,
                unscaled=1.0,
                by_d=float(D),
                by_block=block_size**0.5,
                by_block_length=len(k[keys]) ** 0.5,
                times_root=D**-0.5,
                by_tokens=T_key**0.5,
                by_d_v=v.shape[1] ** 0.5,
            )
        )
        scores = slip(lambda: scores, clipped=lambda: np.clip(scores, -100, 100))
        if slip(False, causal=True):
            scores = np.where(np.arange(T_key)[keys] <= np.arange(T_query)[:, None], scores, -np.inf)
        own = slip(
            lambda: scores.max(-1, keepdims=True),
            one_maximum=lambda: np.full_like(highest, scores.max()),
            no_maximum=lambda: np.zeros_like(highest),
        )
        new = slip(lambda: np.maximum(highest, own), no_maximum=lambda: own)
        old = slip(lambda: np.exp(highest - new), wrong_way=lambda: np.exp(new - highest) if start else 0.0)
        shares = slip(lambda: np.exp(scores - new), block_not_shifted=lambda: np.exp(scores - own))
        if slip(False, softmax_per_block=True, softmax_averaged=True):
            output = output + _softmax(scores) @ v_block
            continue
        fresh_sum, fresh = slip(shares.sum(-1, keepdims=True), one_sum=shares.sum()), shares @ v_block
        no_sum, no_output = slip(
            (False, False),
            sum_not_rescaled=(True, False),
            output_not_rescaled=(False, True),
            never_rescaled=(True, True),
            no_maximum=(True, True),
        )
        total = slip(lambda: total * (1 if no_sum else old), sum_of_last_block=0.0) + fresh_sum
        output = slip(lambda: output * (1 if no_output else old), output_of_last_block=0.0) + fresh
        output = slip(lambda: output, divided_in_every_block=lambda: output / total)
        highest = new
    if slip(False, softmax_per_block=True, softmax_averaged=True):
        return slip(lambda: output, softmax_averaged=lambda: output / n_blocks)
    return slip(
        lambda: output / total,
        not_divided=lambda: output,
        divided_in_every_block=lambda: output,
        divided_by_tokens=lambda: output / T_key,
        divided_twice=lambda: output / total**2,
    )


def _made_for_tiled(draw):
    """Numbers with a point, as products with weights are; if they are large, q stays small: float32 has too few digits for such scores."""
    T_key, D = draw.size(1, 17), draw.size(1, 6)
    q, k, v = draw.numbers(draw.size(1, 9), D), draw.numbers(T_key, D), draw.numbers(T_key, draw.size(1, 5))
    q = q / 1000 if draw.style == "large" else q * 1.0
    return q, k * 1.0, v * 1.0, draw.choice(draw.size(1, 5), draw.size(1, 5), T_key, T_key + 2)


def _attended(function, block_size, v):
    return np.array(function(_numbers(64, 3, 2), _numbers(65, 5, 2), v, block_size), dtype=float)


def _attended_right(function, block_size):
    """Is the function right about five keys in such blocks?"""
    wanted = _softmax(_numbers(64, 3, 2) @ _numbers(65, 5, 2).T / 2**0.5) @ _numbers(66, 5, 3)
    mine = _attended(function, block_size, _numbers(66, 5, 3))
    return mine.shape == wanted.shape and bool(np.allclose(mine, wanted, 1e-3, 1e-4))


def _most_bytes(function, T_query):
    """How many bytes the function holds at once, at most, for so many queries and 1,024 keys in blocks of 32."""
    q, k, v = _numbers(61, T_query, 2), _numbers(62, 1024, 2), _numbers(63, 1024, 1)
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    function(q, k, v, 32)
    return tracemalloc.get_traced_memory()[1] - before


def _keeps_to_blocks(function):
    """True if 16 queries more take far less memory than 16 rows of the whole table, or if the function is too slow to be asked."""
    already, started = tracemalloc.is_tracing(), time.monotonic()
    if not already:
        tracemalloc.start()
    try:
        one = _most_bytes(function, 1)
        return time.monotonic() - started > 0.15 or _most_bytes(function, 17) - one < 0.7 * 16 * 1024 * 8
    except Exception:
        return True  # not what is asked here
    finally:
        if not already:
            tracemalloc.stop()


TILED_ATTENTION = Exercise(
    tiled_attention,
    cases=[
        (_numbers(1, 3, 2), _numbers(2, 5, 2), _numbers(3, 5, 4), 2),
        (2 * _numbers(4, 4, 5), 2 * _numbers(5, 7, 5), _numbers(6, 7, 3), 3),
        (_numbers(7, 6, 3), 1.5 * _numbers(8, 6, 3), _numbers(9, 6, 2), 2),
        (60 * _numbers(10, 5, 4), 60 * _numbers(11, 9, 4), _numbers(12, 9, 3), 4),
        (abs(_numbers(13, 4, 2)) + 20, -abs(_numbers(14, 7, 2)) - 30, _numbers(15, 7, 5), 2),
        (_numbers(16, 2, 3), _numbers(17, 3, 3), _numbers(18, 3, 2), 9),
        (_numbers(19, 1, 2), _numbers(20, 1, 2), _numbers(21, 1, 3), 1),
        (_numbers(22, 2, 3), _numbers(23, 8, 3), _numbers(24, 8, 4), 3),
        (_numbers(25, 3, 2), _numbers(26, 4, 2), _numbers(27, 4, 1), 1),
        (_numbers(28, 7, 3), _numbers(29, 3, 3), _numbers(46, 3, 2), 2),
        (_numbers(47, 2, 1), _numbers(48, 9, 1), _numbers(49, 9, 2), 2),
        (np.array([[4000.0, 0.0]]), np.array([[-1000.0, 1], [-1000.0, 2], [-1001.0, 0]]), _numbers(50, 3, 3), 2),
    ],
    says=dict(
        starts_at_zero="Your highest score begins at a number (0?), and if all scores of a row are far below it, every exp becomes 0. ⇒ Begin with `-np.inf`.",
        starts_at_a_number="Your highest score begins at a low number, and if all scores of a row are far below it, every exp becomes 0. ⇒ Begin with `-np.inf`.",
        one_block_too_many="Where the blocks fit exactly, your loop goes on to one more, which is empty. ⇒ `range(0, len(k), block_size)` gives just the starts.",
        put_side_by_side="You put the outputs of the blocks side by side. ⇒ They belong to the same queries: add them up, and share out once, at the end.",
        put_below="You put the outputs of the blocks below each other. ⇒ They belong to the same queries: add them up, and share out once, at the end.",
        rest_dropped="You left out the last block when it is smaller than the others. ⇒ Go up to `len(k)`.",
        rest_dropped_after_first="You left out the last block when it is smaller than the others, unless it is the only one. ⇒ Go up to `len(k)`.",
        last_block_lost="You always leave out the last block. ⇒ Go up to `len(k)`.",
        first_block_lost="You left out the first block. ⇒ Begin with start 0.",
        two_blocks="No more than two blocks are read. ⇒ Let the loop go on to `len(k)`, however many blocks that are.",
        three_blocks="No more than three blocks are read. ⇒ Let the loop go on to `len(k)`, however many blocks that are.",
        blocks_of_q="Your loop goes up to the number of queries. ⇒ It is keys that are read in blocks: go up to `len(k)`.",
        first_block="Only the first block of keys was read. ⇒ Is `return` inside the loop?",
        last_block="Only the last block counts: each block overwrites the earlier ones. ⇒ Add them up.",
        same_values="You used the first values for every block. ⇒ Cut `v` as you cut `k`.",
        unscaled="Your scores are not divided by √D. ⇒ Do it before exp.",
        by_d="You divided the scores by D, or twice by √D. ⇒ Divide once, by √D.",
        by_d_v="You divided by the root of the width of v. ⇒ Divide by √D, the columns of q.",
        causal="You hid later keys. ⇒ There is no mask here: every query looks at every key.",
        by_block="You divided the scores by the root of the block size. ⇒ Divide by √D, the columns of q.",
        by_block_length="You divided the scores by the root of the length of the block. ⇒ Divide by √D, the columns of q.",
        times_root="You multiplied the scores by √D. ⇒ Divide by it.",
        by_tokens="You divided the scores by the root of the number of keys. ⇒ Divide by √D, the columns of q.",
        clipped="Very large scores all count alike in your function, as if they were clipped. ⇒ Leave the scores as they are: with the highest one taken away, no exp overflows.",
        own_block_only="Your queries see only the keys of their own block. ⇒ Cut k and v; q stays whole.",
        one_maximum="You took one maximum for all rows: a row far below it has only zeros left. ⇒ Take one per row: `axis=-1, keepdims=True`.",
        no_maximum="You took exp of the scores themselves: large ones overflow. ⇒ Take the highest score so far away first.",
        block_not_shifted="You shifted each block by its own maximum. ⇒ Take the highest score *so far*, in the new shares and in what is kept.",
        softmax_per_block="You made a softmax of each block and added up: every block shares out a whole 1. ⇒ Share out once, at the very end.",
        softmax_averaged="You averaged a softmax over the blocks: a block full of low scores then counts as much as any other. ⇒ Share out once, at the end.",
        sum_not_rescaled="Your sum is not rescaled at a new maximum. ⇒ Sum and output both need exp(old highest − new highest).",
        output_not_rescaled="Your output is not rescaled at a new maximum. ⇒ Sum and output both need exp(old highest − new highest).",
        never_rescaled="At a new maximum, what you kept still belongs to the old one. ⇒ Multiply sum *and* output by exp(old highest − new highest).",
        wrong_way="You rescaled the wrong way round, so what you kept grows. ⇒ The factor is exp(old highest − new highest), which is at most 1.",
        sum_of_last_block="Your sum is that of the last block alone. ⇒ Add to the rescaled old sum.",
        output_of_last_block="Your output is that of the last block alone. ⇒ Add to the rescaled old output.",
        divided_in_every_block="You divided by the sum in every block. ⇒ Divide once, after the loop.",
        not_divided="You did not divide by the sum of the exps. ⇒ Do it once, after the loop.",
        divided_by_tokens="You divided by the number of keys. ⇒ Divide by the sum of the exps.",
        divided_twice="You divided by the sum twice. ⇒ Once is enough.",
        one_sum="You added up the exps of all queries in one sum. ⇒ Each query has its own: `axis=-1, keepdims=True`.",
    ),
    hints=(
        "Of every query you keep three things: the highest score, the sum of exps, and one more. What is the output before it is divided?",
        "Your `online_softmax` with one more running sum, `output`, of shape (T_query, D_v), that is rescaled as `total` is.",
        "`highest = np.full((len(q), 1), -np.inf)`, `total = np.zeros((len(q), 1))`, `output = np.zeros((len(q), v.shape[1]))`.",
    ),
    makes=_made_for_tiled,
    only_nan=("starts_at_zero", "starts_at_a_number", "no_maximum"),
    steps={
        "the scores": ("unscaled", "by_d", "by_d_v", "by_block", "by_block_length", "by_tokens", "times_root"),
        "the blocks": (
            "rest_dropped",
            "last_block_lost",
            "first_block_lost",
            "three_blocks",
            "blocks_of_q",
            "same_values",
        ),
        "the rescaling": (
            "sum_not_rescaled",
            "output_not_rescaled",
            "never_rescaled",
            "wrong_way",
            "block_not_shifted",
        ),
        "the division": ("divided_in_every_block", "not_divided", "divided_by_tokens", "divided_twice"),
    },
    probes=(
        (
            "shares_sum",
            "The weights in your output do not add up to 1: if every value is 1, the output is not. ⇒ At the end, divide by the sum of all exps.",
            lambda f: bool(np.allclose(_attended(f, 2, np.ones((5, 1))), 1, 1e-3)),
        ),
        (
            "one_block",
            "Even where all keys fit into one block, your answer is not right. ⇒ Begin with that: scores, divided by √D, their softmax, times v.",
            lambda f: _attended_right(f, 5) or not np.allclose(_attended(f, 5, np.ones((5, 1))), 1, 1e-3),
        ),
        (
            "several_blocks",
            "With one block your function is right, with several it is not. ⇒ Look at what it keeps from one block to the next: a highest score, a sum and an output.",
            lambda f: not (_attended_right(f, 5) and not _attended_right(f, 2)),
        ),
    ),
    promises=(
        (
            "whole_table",
            "The answer is right, but your function holds as many numbers at once as a table of all queries and keys. ⇒ Keep a maximum, a sum and an output for each query, and only one block of scores.",
            _keeps_to_blocks,
        ),
    ),
)


# ---- linear_attention ------------------------------------------------------------------------------------------------


def _elu_plus_one(x):
    return np.where(x > 0, x + 1, np.exp(np.minimum(x, 0)))


def linear_attention(q, k, v, slip):
    """Weights in proportion to φ(q)·φ(k), φ = elu + 1, without a table."""
    D, (T_query, T_key) = q.shape[-1], (len(q), len(k))
    q = slip(lambda: q, scaled=lambda: q / D**0.5, both_scaled=lambda: q / D**0.5)
    k = slip(lambda: k, both_scaled=lambda: k / D**0.5)
    features = slip(
        lambda: _elu_plus_one,
        elu_alone=lambda: lambda x: _elu_plus_one(x) - 1,
        relu=lambda: lambda x: np.maximum(x, 0),
        relu_plus_one=lambda: lambda x: np.maximum(x, 0) + 1,
        no_plus_one=lambda: lambda x: np.where(x > 0, x, np.exp(np.minimum(x, 0))),
        branches_swapped=lambda: lambda x: np.where(x > 0, np.exp(x), x + 1),
        size=lambda: np.abs,
        exponential=lambda: np.exp,
        plus_one=lambda: lambda x: x + 1,
        square=lambda: np.square,
        relu_and_a_bit=lambda: lambda x: np.maximum(x, 0) + 1e-6,
        overflow=lambda: lambda x: np.where(x > 709, np.nan, _elu_plus_one(x)),
        softplus=lambda: lambda x: np.log1p(np.exp(x)),
        sigmoid=lambda: lambda x: 1 / (1 + np.exp(-x)),
        softmax_of_rows=lambda: _softmax,
        minus_in_exp=lambda: lambda x: np.where(x > 0, x + 1, np.exp(-x)),
        one_too_much_below=lambda: lambda x: np.where(x > 0, x + 1, np.exp(np.minimum(x, 0)) + 1),
        two_added=lambda: lambda x: _elu_plus_one(x) + 1,
    )
    phi_q = slip(lambda: features(q), no_features=lambda: q, features_on_k_only=lambda: q)
    phi_k = slip(lambda: features(k), no_features=lambda: k, features_on_q_only=lambda: k)
    v = slip(lambda: v, features_on_v_too=lambda: features(v))
    weights = phi_q @ phi_k.T
    weights = slip(
        lambda: weights,
        softmax_too=lambda: np.exp(weights),
        features_of_product=lambda: features(q @ k.T),
        causal=lambda: weights * np.tri(T_query, T_key),
    )
    sums = slip(
        lambda: weights.sum(-1, keepdims=True),
        no_denominator=1.0,
        divided_by_tokens=float(T_key),
        mean_for_sum=lambda: weights.mean(-1, keepdims=True),
        columns=lambda: weights.sum(0, keepdims=True),
        one_denominator=lambda: weights.sum(),
        by_keys=lambda: phi_k.sum(),
        norm_without_features=lambda: (phi_q @ k.sum(0))[:, None],
        by_q_sum=lambda: phi_q.sum(-1, keepdims=True),
        a_bit_added=lambda: weights.sum(-1, keepdims=True) + 1e-6,
    )
    output = (weights / sums) @ v
    scores = q @ k.T / D**0.5
    return slip(
        lambda: output,
        softmax_attention=lambda: _softmax(scores) @ v,
        softmax_unscaled=lambda: _softmax(q @ k.T) @ v,
        the_weights=lambda: weights / sums,
        multiplied=lambda: (weights * sums) @ v,
    )


def _weights(function, *keys):
    """Which share of one query each of these keys gets, one number each, if the features have one column."""
    return np.array(function(np.ones((1, 1)), np.array(keys)[:, None], np.eye(len(keys))), dtype=float).ravel()


def _share_like(function, keys, features):
    """True if the shares go like these features, or if they are no shares at all, which is said elsewhere."""
    weights = _weights(function, *keys)
    return not np.isclose(weights.sum(), 1, 1e-3) or bool(np.allclose(weights, features / np.sum(features), 1e-2))


def _made_for_linear(draw):
    """No number below −5: φ takes float32's digits away there if it is written as elu(x) + 1."""
    T_key, D = draw.size(1, 12), draw.size(1, 6)
    q, k = draw.numbers(draw.size(1, 9), D, low=-5), draw.numbers(T_key, D, low=-5)
    return q, k, draw.numbers(T_key, draw.size(1, 5))


LINEAR_ATTENTION = Exercise(
    linear_attention,
    cases=[
        (np.array([[1.0, -1.0], [0.5, 2.0]]), np.array([[0.0, 1.0], [2.0, -0.5], [-1.0, -2.0]]), _numbers(30, 3, 4)),
        (_numbers(31, 4, 3), _numbers(32, 6, 3), _numbers(33, 6, 2)),
        (_numbers(34, 5, 4), 2 * _numbers(35, 2, 4), _numbers(36, 2, 3)),
        (3 * _numbers(37, 2, 6), _numbers(38, 5, 6), _numbers(39, 5, 1)),
        (_numbers(40, 3, 2), _numbers(41, 1, 2), _numbers(42, 1, 3)),
        (_numbers(43, 4, 3), _numbers(44, 4, 3), _numbers(45, 4, 5)),
        (
            np.array([[-15.0], [-14.0]]),
            np.array([[-15.0]]),
            np.array([[2.0, -1.0]]),
        ),  # φ is small, and nothing is added
        (np.array([[800.0, 0.5]]), np.array([[0.3, 900.0], [-0.4, 1.0]]), np.array([[1.0], [3.0]])),
    ],
    says=dict(
        scaled="You divided q by √D. ⇒ That belongs to the softmax; φ(q)·φ(k) is taken as it is.",
        both_scaled="You divided q and k by √D. ⇒ That belongs to the softmax; φ(q)·φ(k) is taken as it is.",
        elu_alone="Your φ is elu without + 1: weights can become negative. ⇒ φ(x) = elu(x) + 1.",
        relu="Your φ is 0 for every negative number. ⇒ It should be exp(x) there, small but positive.",
        relu_and_a_bit="Your φ is almost 0 for every negative number, however close to 0 it is. ⇒ It should be exp(x) there.",
        relu_plus_one="Your φ is 1 for every negative number. ⇒ It should be exp(x) there.",
        no_plus_one="Above 0 your φ is x. ⇒ It should be x + 1 there.",
        branches_swapped="Your φ is exp(x) above 0 and x + 1 below. ⇒ It is the other way round.",
        size="Your φ takes the minus away. ⇒ It should be x + 1 above 0 and exp(x) below.",
        overflow="Your φ is NaN for large numbers: exp(x) becomes ∞ there, and ∞ · 0 is not a number. ⇒ Choose by `np.where`, and keep large numbers out of the exp: `np.minimum(x, 0)`.",
        softplus="Your φ is a softplus, ln(1 + exp(x)). ⇒ It should be x + 1 above 0 and exp(x) below.",
        sigmoid="Your φ is a sigmoid: it never gets above 1. ⇒ It should be x + 1 above 0 and exp(x) below.",
        minus_in_exp="Below 0 your φ is exp(−x): it grows. ⇒ It should be exp(x) there.",
        one_too_much_below="Below 0 your φ is exp(x) + 1. ⇒ It should be exp(x) there.",
        two_added="Your φ is elu(x) + 2. ⇒ φ(x) = elu(x) + 1.",
        softmax_of_rows="Your φ is a softmax of each row. ⇒ It works entry by entry: x + 1 above 0, exp(x) below.",
        features_of_product="You put φ around the product q·k. ⇒ Put it around q and around k, before they are multiplied.",
        norm_without_features="You divided by φ(q) · Σ k, with k as it is. ⇒ Divide by φ(q) · Σ φ(k).",
        exponential="Your φ is exp everywhere. ⇒ Above 0 it should be x + 1.",
        plus_one="Your φ is x + 1 everywhere, negative for x below −1. ⇒ Below 0 it should be exp(x).",
        square="Your φ is the square. ⇒ It should be x + 1 above 0 and exp(x) below.",
        no_features="You used q and k as they are: weights can become negative. ⇒ Put φ around both.",
        features_on_k_only="The φ is missing around q, so weights can become negative. ⇒ Both sides need it.",
        features_on_q_only="The φ is missing around k, so weights can become negative. ⇒ Both sides need it.",
        features_on_v_too="You put φ around v as well. ⇒ Values are given out as they are.",
        softmax_too="You took exp of φ(q)·φ(k). ⇒ The product itself is the weight, before it is divided.",
        causal="You hid later keys. ⇒ There is no mask here: every query looks at every key.",
        no_denominator="Your shares do not add up to 1. ⇒ Divide each row by φ(q) · Σ φ(k).",
        a_bit_added="With very negative numbers your shares do not add up to 1: something small is added to their sum, and the sum is smaller still. ⇒ Leave it out: φ is never 0.",
        divided_by_tokens="You divided by the number of keys. ⇒ Divide each row by φ(q) · Σ φ(k).",
        mean_for_sum="You divided by a mean. ⇒ Divide by the sum over all keys.",
        columns="You divided by the sum over the queries. ⇒ Each *query* shares out 1: sum over the keys.",
        one_denominator="You divided everything by one number. ⇒ Each query has its own sum: φ(q) · Σ φ(k), one per row.",
        by_keys="You divided by the sum of φ(k) alone. ⇒ Multiply it by φ(q): `phi_q @ phi_k.sum(axis=0)`, one per row.",
        by_q_sum="You divided by the sum of φ(q). ⇒ Divide by φ(q) · Σ φ(k), summed over the keys.",
        softmax_attention="That is attention with a softmax. ⇒ Here the weight is φ(q)·φ(k), without exp and without √D.",
        softmax_unscaled="That is attention with a softmax of q·k. ⇒ Here the weight is φ(q)·φ(k): put φ around q and around k, and take no softmax.",
        the_weights="You returned the weights. ⇒ Multiply them by v.",
        multiplied="You multiplied by the sums. ⇒ Divide by them.",
    ),
    hints=(
        "Here is a product of three: (φ(q) φ(k)ᵀ) v. Which two can you multiply first, so that no (T, T) table appears?",
        "`phi_k.T @ v` has shape (D, D_v), whatever the length of the text. The denominator is `phi_q @ phi_k.sum(axis=0)`.",
        "`phi = lambda x: np.where(x > 0, x + 1, np.exp(np.minimum(x, 0)))`, then `phi_q, phi_k = phi(q), phi(k)`.",
    ),
    probes=(
        (
            "shares_sum",
            "The weights in your output do not add up to 1: if every value is 1, the output is not. ⇒ Divide each row by φ(q) · Σ φ(k).",
            lambda f: bool(np.allclose(f(_numbers(67, 3, 2), _numbers(68, 4, 2), np.ones((4, 2))), 1, 1e-3)),
        ),
        (
            "above_zero",
            "Where k is positive, your weights don't go like k + 1. ⇒ φ(x) is x + 1 above 0.",
            lambda f: _share_like(f, (0.5, 3.0, 1.0), (1.5, 4, 2)),
        ),
        (
            "below_zero",
            "Where k is negative, your weights don't go like exp(k). ⇒ φ(x) is exp(x) below 0.",
            lambda f: _share_like(f, (-0.5, -3.0, -1.0), np.exp([-0.5, -3.0, -1.0])),
        ),
    ),
    makes=_made_for_linear,
    only_nan=("overflow",),
    steps={
        "the function φ": (
            "elu_alone",
            "relu",
            "relu_and_a_bit",
            "relu_plus_one",
            "no_plus_one",
            "branches_swapped",
            "size",
            "overflow",
            "softplus",
            "sigmoid",
            "exponential",
            "plus_one",
            "square",
        ),
        "the division": (
            "no_denominator",
            "a_bit_added",
            "divided_by_tokens",
            "mean_for_sum",
            "columns",
            "one_denominator",
            "by_keys",
            "by_q_sum",
            "multiplied",
        ),
    },
)


# ---- attention_flops -------------------------------------------------------------------------------------------------


def attention_flops(T, n_embd, slip):
    """(projections, table) of one attention layer, a multiply and an add counting 2."""
    T, C = slip((T, n_embd), sizes_swapped=(n_embd, T))
    count = slip(2, multiplications_only=1, forward_and_backward=6)
    matrices = slip(4, no_output_matrix=3, one_matrix=1, two_matrices=2, with_the_mlp=12)
    keys, heads = slip(T, window_of_1024=min(T, 1024)), slip(C, heads_of_64=max(C // 64, 1) * min(C, 64))
    projections = (
        count
        * matrices
        * slip(
            lambda: T * C**2,
            per_token=lambda: C**2,
            width_not_squared=lambda: T * C,
            tokens_squared=lambda: T**2 * C,
            one_addition_less=lambda: T * C * (C - 0.5),
        )
    )
    table = (
        count
        * slip(2, one_product=1, three_products=3)
        * slip(
            lambda: T * keys * heads,
            linear_in_T=lambda: T * C,
            table_width_squared=lambda: T**2 * C**2,
            no_width=lambda: T**2,
            masked_left_out=lambda: T * (T + 1) // 2 * C,
            own_token_left_out=lambda: T * (T - 1) // 2 * C,
            one_addition_less=lambda: (T * T * (C - 0.5) + T * C * (T - 0.5)) / 2,
            table_like_projections=lambda: T * C**2,
        )
    )
    return slip(
        lambda: (projections, table),
        swapped=lambda: (table, projections),
        both_added=lambda: (projections, projections + table),
    )


def _grows(function, part, T=None, C=None):
    """True if one of the two numbers becomes so many times larger where the text, or the width, is twice as large."""
    longer = T is None or np.isclose(function(14, 10)[part], T * function(7, 10)[part], 1e-6)
    wider = C is None or np.isclose(function(7, 20)[part], C * function(7, 10)[part], 1e-6)
    return bool(longer and wider)


def _made_for_flops(draw):
    """Now and then a long text or a wide layer, but not both: there are answers that really do the work, and count."""
    T, C = draw.size(1, 50), draw.size(1, 50)
    return draw.choice((T, C), (T, C), (1500, C), (T, 96), (T, 1600))


ATTENTION_FLOPS = Exercise(
    attention_flops,
    cases=[(3, 10), (128, 48), (1, 7), (1024, 768), (50, 1), (1100, 5), (2, 100)],
    says=dict(
        sizes_swapped="You mixed up T and the width. ⇒ q is (T, C) @ (C, C): every token costs C² multiplications.",
        multiplications_only="You counted multiplications only. ⇒ Each comes with an addition: twice as much.",
        forward_and_backward="That is the cost of training, forward and backward. ⇒ Count the forward pass alone: a third of it.",
        one_addition_less="You left out an addition for each entry: it is true that m products take m − 1 of them. ⇒ Here a product (n, m) @ (m, p) counts 2·n·m·p.",
        no_output_matrix="You counted three matrices. ⇒ W_o is the fourth.",
        one_matrix="You counted one matrix. ⇒ There are four: W_q, W_k, W_v and W_o.",
        two_matrices="In your first number two of the four matrices are missing, or the additions are. ⇒ W_q, W_k, W_v and W_o all count, and each multiplication comes with an addition.",
        with_the_mlp="You counted the MLP as well. ⇒ The attention layer has four matrices (C, C).",
        per_token="Your first number is for one token. ⇒ All T tokens go through the four matrices.",
        width_not_squared="Your first number has C, not C². ⇒ A row of C numbers times a matrix (C, C) takes C² multiplications.",
        tokens_squared="Your first number grows like T². ⇒ Projections treat every token by itself: T · C².",
        one_product="In your second number one of the products is missing, or the additions are. ⇒ Two products have the table: `q @ k.T` and `weights @ v`, and the mask saves neither.",
        three_products="You counted three products with the table. ⇒ Two products have the table: `q @ k.T` and `weights @ v`.",
        masked_left_out="You left out masked pairs. ⇒ They are computed as well here: T² pairs.",
        own_token_left_out="You left out masked pairs, and each token's own. ⇒ All are computed here: T² pairs.",
        linear_in_T="Your second number grows like T. ⇒ Every query meets every key: T².",
        table_width_squared="Your second number has C². ⇒ A dot product of a query and a key, over all heads, takes C multiplications.",
        no_width="Your second number counts the pairs. ⇒ Each pair takes C multiplications, over all heads.",
        table_like_projections="Your second number grows like T · C². ⇒ The table has T² entries, of C multiplications each.",
        window_of_1024="In your second number a query meets at most 1,024 keys. ⇒ That is GPT-2's window; here T may be larger.",
        heads_of_64="Your second number counts heads of 64 columns, and loses columns where the width is no multiple of 64. ⇒ Over all heads there are `n_embd` columns.",
        swapped="You returned them in the other order. ⇒ First the projections, then the table.",
        both_added="Your second number holds the first one as well. ⇒ Return the two parts apart.",
    ),
    hints=(
        "A row of C numbers times a matrix (C, C): how many multiplications, and how many additions?",
        "A product (n, m) @ (m, p) takes 2 · n · m · p. There are four products with a weight matrix, and two with the table.",
        "`projections = 4 * 2 * T * n_embd**2`, and then the same way for (T, C) @ (C, T) and (T, T) @ (T, C).",
    ),
    reads=_pair,
    probes=(
        (
            "first_not_linear",
            "If the text is twice as long, your first number is not twice as large. ⇒ Each token goes through the four matrices by itself: T.",
            lambda f: _grows(f, 0, T=2),
        ),
        (
            "first_not_squared",
            "If the width is twice as large, your first number is not four times as large. ⇒ A row of C numbers times a matrix (C, C): C².",
            lambda f: _grows(f, 0, C=4),
        ),
        (
            "second_not_squared",
            "If the text is twice as long, your second number is not four times as large. ⇒ Every query meets every key: T².",
            lambda f: _grows(f, 1, T=4),
        ),
        (
            "second_not_linear",
            "If the width is twice as large, your second number is not. ⇒ Each entry of the table takes C multiplications, over all heads.",
            lambda f: _grows(f, 1, C=2),
        ),
        (
            "first_by_a_factor",
            "Your first number grows as it should, but it is too large or too small by a factor. ⇒ How many products with a matrix are there? Each takes 2·n·m·p.",
            lambda f: not (_grows(f, 0, T=2, C=4) and 0 < f(3, 10)[0] != 2400),
        ),
        (
            "second_by_a_factor",
            "Your second number grows as it should, but it is too large or too small by a factor. ⇒ How many products with the table are there? Each takes 2·n·m·p.",
            lambda f: not (_grows(f, 1, T=4, C=2) and 0 < f(3, 10)[1] != 360),
        ),
    ),
    makes=_made_for_flops,
    steps={
        "the first number": (
            "no_output_matrix",
            "one_matrix",
            "two_matrices",
            "with_the_mlp",
            "per_token",
            "width_not_squared",
            "tokens_squared",
        ),
        "the second number": (
            "one_product",
            "three_products",
            "masked_left_out",
            "own_token_left_out",
            "linear_in_T",
            "table_width_squared",
            "no_width",
            "table_like_projections",
            "window_of_1024",
            "heads_of_64",
            "both_added",
        ),
    },
)
