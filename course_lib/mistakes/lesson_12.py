"""Lesson 12: generate."""

import numpy as np

from course_lib.judge import Exercise
from course_lib.model import ToyModel


def _numbers(seed, n, size=1.0):
    return (size * np.random.default_rng(seed).normal(size=n)).round(4)


def _softmax(logits):
    exps = np.exp(logits - logits.max())
    return exps / exps.sum()


# ---- sample ----------------------------------------------------------------------------------------------------------


def sample(logits, temperature, u, slip):
    """The first id whose shares, added up from the left, exceed u; at temperature 0 the highest."""
    V = len(logits)
    if temperature == 0:
        return slip(
            lambda: int(logits.argmax()),
            zero_not_handled=0,
            zero_is_one=lambda: _pick(_softmax(logits), u),
            zero_gives_logit=lambda: logits.max(),
        )
    scaled = slip(
        lambda: logits / temperature,
        temperature_multiplied=lambda: logits * temperature,
        temperature_ignored=lambda: logits,
        temperature_squared=lambda: logits / temperature**2,
    )
    shares = slip(
        lambda: _softmax(scaled),
        overflow=lambda: np.exp(scaled) / np.exp(scaled).sum(),
        no_exp=lambda: (scaled - scaled.min()) / (scaled - scaled.min()).sum(),
        shares_divided=lambda: _softmax(logits) / temperature,
        base_two=lambda: _softmax(scaled * np.log(2)),
        not_divided=lambda: np.exp(scaled - scaled.max()),
        logits_added_up=lambda: scaled,
    )
    number = slip(
        lambda: _pick(shares, u),
        highest=lambda: int(logits.argmax()),
        from_the_right=lambda: V - 1 - _pick(shares[::-1], u),
        likeliest_first=lambda: int((-shares).argsort(kind="stable")[_pick(-np.sort(-shares), u)]),
        rank=lambda: _pick(-np.sort(-shares), u),
        first_share_above=lambda: int((shares > u).argmax()),
        id_by_u=lambda: int(u * V),
        not_divided=lambda: int((np.cumsum(shares) > u).argmax()),
        logits_added_up=lambda: int((np.cumsum(shares) > u).argmax()),
        nearest_end=lambda: int(abs(np.cumsum(shares) - u).argmin()),
        nearest_share=lambda: int(abs(shares - u).argmin()),
        first_below=lambda: int((np.cumsum(shares) < u).argmax()),
    )
    return slip(
        lambda: number,
        one_too_low=lambda: max(number - 1, 0),
        one_too_high=lambda: min(number + 1, V - 1),
        counted_from_one=lambda: number + 1,
        the_share=lambda: shares[number],
    )


def _pick(shares, u):
    if np.isnan(shares).any():
        return 0
    return min(int((np.cumsum(shares) <= u).sum()), len(shares) - 1)


SAMPLE = Exercise(
    sample,
    cases=[
        (np.array([0.0, 2.0, 1.0, -1.0]), 0.5, 0.9),
        (_numbers(1, 25), 0.7, 0.37),
        (_numbers(2, 40), 1.6, 0.62),
        (_numbers(3, 31), 0.4, 0.81),
        (_numbers(4, 50, 0.4), 1.0, 0.23),
        (_numbers(5, 36, 0.6), 2.5, 0.94),
        (_numbers(6, 45, 0.8), 1.3, 0.08),
        (np.linspace(903.0, 900.0, 20), 0.8, 0.55),
        (np.array([0.1, 1.4, 2.2, 0.3, -0.7, 1.9]), 0, 0.2),
        (_numbers(7, 60, 0.5), 0.6, 0.71),
        (_numbers(8, 44, 1.2), 3.0, 0.49),
        (np.array([0.7]), 1.5, 0.99),
        (_numbers(9, 12, 1.5), 1.2, 0.06),
        (_numbers(10, 15, 1.2), 0.8, 0.1),
        (_numbers(14, 10, 2.0), 2.0, 0.12),
        (_numbers(15, 9, 1.5), 0.6, 0.17),
        (_numbers(31, 7, 2.0), 2.0, 0.22),  # several shares above u, and others of them if the temperature is wrong
        (_numbers(136, 9, 1.5), 1.7, 0.2),
        (_numbers(156, 6, 1.5), 0.5, 0.3),
        (_numbers(144, 8), 0.6, 0.27),
    ],
    says=dict(
        zero_not_handled="At temperature 0 you divide by 0. Return the id of the highest logit there.",
        zero_is_one="At temperature 0 the highest logit gets everything: return its id, without a draw.",
        zero_gives_logit="At temperature 0 you returned the highest logit. Return its id: `argmax`, not `max`.",
        temperature_multiplied="You multiplied by the temperature. Divide: a low temperature makes differences larger.",
        temperature_ignored="Your answer does not depend on the temperature. Divide the logits by it before the softmax (to subtract it changes nothing).",
        temperature_squared="You divided by the temperature twice. Once is enough.",
        overflow="Large logits overflow in exp. Take the highest away first, or use a `softmax` that does.",
        no_exp="You shared out in proportion to the logits. It takes exp of them: a softmax.",
        shares_divided="You divided the shares by the temperature. Divide the *logits* by it, before the softmax.",
        base_two="You used 2 to the power of the logits. A softmax takes exp.",
        highest="You always return the highest logit. That is right at temperature 0 only: elsewhere `u` decides.",
        from_the_right="You add up from the right. Begin with id 0.",
        likeliest_first="You sorted the tokens first. The chances are right, but here the stretches lie in the order of the ids.",
        rank="You returned a place in the sorted list. Don't sort: add up the shares in the order of the ids.",
        first_share_above="You looked for a single share above `u`. Add the shares up (`np.cumsum`), and find the first *sum* above `u`.",
        id_by_u="All ids are equally likely in your function. Compare `u` with the sums of the softmax's shares.",
        not_divided="You added up the exps as they are. Divide them by their sum first: only shares end at 1.",
        logits_added_up="You added up the logits. Take their softmax first: only shares end at 1.",
        nearest_end="You took the sum that is nearest to `u`. Take the first one that is above it.",
        nearest_share="You took the share that is nearest to `u`. Add the shares up (`np.cumsum`), and find the first *sum* above `u`.",
        first_below="You look for the first sum *below* `u`, so the answer is always 0. It is the first one above it: `ends > u`.",
        one_too_low="You are one id too low: it is the first whose sum *exceeds* `u`.",
        one_too_high="You are one id too high: it is the first whose sum exceeds `u`, not the one after it.",
        counted_from_one="You counted ids from 1. The first one is 0.",
        the_share="You returned a share. Return the id that has it.",
    ),
    hints=(
        "Lay the shares side by side on a line from 0 to 1, in the order of the ids. On whose stretch does `u` fall?",
        "`np.cumsum(shares)` gives the right end of every stretch. The first end above `u` is the one.",
        "`if temperature == 0: return int(logits.argmax())`, then the softmax of `logits / temperature`.",
    ),
)


# ---- top_k -----------------------------------------------------------------------------------------------------------


def _finish(logits, keep, slip):
    """From which tokens stay to the answer, with the mistakes that both cuts share."""
    full = _softmax(logits)
    return slip(
        lambda: _softmax(np.where(keep, logits, -np.inf)),
        zeros_for_cut=lambda: _softmax(np.where(keep, logits, 0)),
        not_renormalised=lambda: np.where(keep, full, 0),
        the_logits=lambda: np.where(keep, logits, -np.inf),
        number_for_cut=lambda: _softmax(np.where(keep, logits, -100)),
        in_proportion=lambda: np.where(keep, logits, 0) / np.where(keep, logits, 0).sum(),
        alike=lambda: keep / keep.sum(),
        the_mask=lambda: keep.astype(float),
        in_order=lambda: -np.sort(-_softmax(np.where(keep, logits, -np.inf))),
        softmax_twice=lambda: _softmax(np.where(keep, full, -np.inf)),
        overflow=lambda: np.where(keep, np.exp(logits), 0) / np.where(keep, np.exp(logits), 0).sum(),
    )


def top_k(logits, k, slip):
    """Probabilities among the k highest logits alone."""
    rank = (-logits).argsort(kind="stable").argsort(kind="stable")
    V = len(logits)
    keep = slip(
        lambda: rank < k,
        one_more=lambda: rank < k + 1,
        one_less=lambda: rank < k - 1,
        lowest=lambda: rank >= V - k,
        first_ids=lambda: np.arange(V) < k,
        no_cut=lambda: rank < V,
        cut_k=lambda: rank < max(V - k, 1),
        highest_only=lambda: rank < 1,
        above_k=lambda: logits >= k,
    )
    return _finish(logits, keep, slip)


CUT = dict(
    zeros_for_cut="You set the logits of cut tokens to 0, and exp(0) is 1: they still get a share. Use −∞.",
    number_for_cut="You gave cut tokens a low logit, and logits can be lower still: they still get a share here. Use −∞.",
    in_proportion="You shared out in proportion to the logits. It takes exp of them: a softmax.",
    not_renormalised="The shares of what is left don't add up to 1. Cut before the softmax, or divide by their sum.",
    the_logits="You returned logits. Take their softmax: probabilities that add up to 1.",
    alike="All tokens that stay have the same share in your answer. Their softmax keeps their differences.",
    the_mask="You returned which tokens stay. Return their probabilities, and 0 for the others.",
    in_order="You returned the probabilities in sorted order. Each must stand at the place of its own id.",
    softmax_twice="You took a softmax of probabilities. Use the logits for it, or divide the probabilities that stay by their sum.",
    overflow="Large logits overflow in exp. Take the highest away first.",
)

TOP_K = Exercise(
    top_k,
    cases=[
        (np.array([2.0, -1.0, 3.0, 0.5]), 2),
        (_numbers(11, 9, 2.0), 4),
        (_numbers(12, 6), 1),
        (_numbers(13, 7, 3.0), 6),
        (np.array([0.4, -0.6, 1.1]), 8),
        (np.array([801.0, 799.5, 803.0, 802.2, 790.0]), 3),
        (np.array([-2.0, -3.5, -1.0, -4.0, -2.5, -0.5]), 2),
        (np.array([-4003.0, -4001.5, -4000.5, -4002.0]), 2),
    ],
    says=dict(
        one_more="You kept one token too many: exactly `k` stay.",
        one_less="You kept one token too few: exactly `k` stay, the k-th highest among them (`>=`, not `>`).",
        lowest="You kept the lowest logits. Keep the `k` highest ones.",
        first_ids="You kept the first `k` ids. Keep the `k` highest logits, wherever they stand.",
        no_cut="You cut nothing: every token has a share. Only the `k` highest logits keep one.",
        cut_k="You cut `k` tokens away. Keep `k` of them.",
        highest_only="You kept the highest one only. Keep `k`.",
        above_k="You compared the logits with `k`. `k` is a number of tokens.",
        **CUT,
    ),
    hints=(
        "Which logit is the lowest that may stay? And what must the others become, so that exp gives them nothing?",
        "`np.sort(logits)[-k]` is the k-th highest; if `k` is larger than V, all of them stay. `np.where` puts −∞ elsewhere.",
        "`k = min(k, len(logits))`, then `lowest = np.sort(logits)[-k]`.",
    ),
)


# ---- top_p -----------------------------------------------------------------------------------------------------------


def _some(kept):
    """Which tokens stay; if none does, the error that the course's softmax has for it."""
    if not kept.any():
        raise ValueError
    return kept


def top_p(logits, p, slip):
    """Probabilities among the fewest tokens whose shares reach p together, the most probable first; at least one."""
    full, V = _softmax(logits), len(logits)
    order = slip(
        lambda: (-logits).argsort(kind="stable"),
        not_sorted=lambda: np.arange(V),
        least_first=lambda: logits.argsort(kind="stable"),
    )
    reached = full[order].cumsum()
    before = reached - full[order]
    kept = slip(
        lambda: (before < p) | (np.arange(V) == 0),
        crossing_dropped=lambda: reached <= p,
        crossing_dropped_one_stays=lambda: (reached <= p) | (np.arange(V) == 0),
        one_more=lambda: np.arange(V) <= max((before < p).sum(), 1),
        argmax_of_none=lambda: np.arange(V) <= (reached > p).argmax(),
        zero_keeps_none=lambda: before < p,
        threshold=lambda: full[order] >= p,
        threshold_of_rest=lambda: full[order] >= 1 - p,
        share_of_tokens=lambda: np.arange(V) < max(round(p * V), 1),
        no_cut=lambda: np.ones(V, bool),
        highest_only=lambda: np.arange(V) == 0,
        the_rest=lambda: ~((before < p) | (np.arange(V) == 0)),
        part_of_highest=lambda: full[order] >= p * full.max(),
        crossing_dropped_none_left=lambda: _some(reached <= p),
        zero_keeps_none_left=lambda: _some(before < p),
        threshold_none_left=lambda: _some(full[order] >= p),
        threshold_of_rest_none_left=lambda: _some(full[order] >= 1 - p),
    )
    keep = np.empty(V, bool)
    keep[order] = kept
    keep = slip(lambda: keep, mask_not_back=lambda: kept, sorted_twice=lambda: kept[order])
    return slip(lambda: _finish(logits, keep, slip), divided_by_p=lambda: np.where(keep, full, 0) / (p or 1))


TOP_P = Exercise(
    top_p,
    cases=[
        (np.log([0.15, 0.5, 0.05, 0.3]).round(3), 0.7),
        (_numbers(21, 8, 1.5), 0.9),
        (_numbers(22, 10), 0.45),
        (_numbers(23, 6, 2.5), 0.2),
        (_numbers(24, 7), 1),
        (_numbers(25, 5), 0),
        (np.array([801.0, 800.2, 803.0, 802.2, 790.0]), 0.8),
        (_numbers(26, 12, 0.3), 0.6),
        (np.array([0.2]), 0.5),
        (np.array([-4003.0, -4001.5, -4000.5, -4002.0, -4001.0]), 0.6),
    ],
    says=dict(
        not_sorted="You added up in the order of the ids. Begin with the most probable token: sort first.",
        least_first="You began with the least probable token. Begin with the most probable one.",
        crossing_dropped="The token that carries the sum across `p` stays, too. You dropped it.",
        crossing_dropped_one_stays="The token that carries the sum across `p` stays, too; you keep it only if it is the first one.",
        one_more="You kept one token too many. Stop as soon as the sum reaches `p`.",
        argmax_of_none="At `p` = 1 no sum is above `p`, and `argmax` of nothing but False is 0. All tokens stay there: ask for `>= p`, or for the sum *before* each token.",
        mask_not_back="Your mask is in sorted order, and the logits are not. Put it back to the ids: `keep[order] = stays`.",
        sorted_twice="`stays[order]` sorts a second time. To put the mask back to the ids, write `keep[order] = stays`.",
        divided_by_p="You divided by `p`. What stays adds up to more than `p`: divide by its own sum.",
        zero_keeps_none="At `p` = 0 you cut everything. The most probable token always stays.",
        threshold="You kept the tokens whose own share is at least `p`. It is their *sum*, from the most probable on, that must reach `p`.",
        threshold_of_rest="You compared each share with 1 − p. It is the *sum* of shares, from the most probable on, that must reach `p`.",
        share_of_tokens="You kept a fixed part of the vocabulary. `p` is a sum of probabilities.",
        no_cut="You cut nothing: every token has a share. Only the most probable ones that reach `p` together keep one.",
        highest_only="You kept the highest one only. Go on until the sum of the shares reaches `p`.",
        the_rest="You kept what should be cut. Keep the most probable tokens.",
        crossing_dropped_none_left="The token that carries the sum across `p` stays, too. You dropped it, and where that is the first one, nothing is left for the softmax.",
        zero_keeps_none_left="At `p` = 0 you cut everything, and the softmax has nothing to share out. The most probable token always stays.",
        threshold_none_left="You kept the tokens whose own share is at least `p`, and there may be none. It is their *sum*, from the most probable on, that must reach `p`.",
        threshold_of_rest_none_left="You compared each share with 1 − p, and there may be none so large. It is the *sum* of shares, from the most probable on, that must reach `p`.",
        part_of_highest="You compared each share with a part of the largest one (that is called min-p). Here the *sum* of shares must reach `p`.",
        **CUT,
    ),
    hints=(
        "A token stays if those that are more probable have not reached `p` yet. Which sum do you need for that?",
        "`order = (-probabilities).argsort()` sorts; `np.cumsum(probabilities[order])` adds up. What is the sum *before* each token?",
        "`before = np.cumsum(probabilities[order]) - probabilities[order]`; stays: `before < p`, and the first one always.",
    ),
)


# ---- generate_with_cache ---------------------------------------------------------------------------------------------


def generate_with_cache(model, ids, n_tokens, slip):
    """Greedy: the highest logit of the last row, each token read once while the text fits the window."""
    T, V_first = model.context_length, slip(-1, first_row=0)
    begin = len(ids)
    ids = list(ids)
    window = slip(lambda: ids[-T:], long_prompt=lambda: ids, window_from_start=lambda: ids[:T])
    cache = []
    begun = slip(lambda: (window, 0), prompt_not_read=lambda: (ids[-1:], min(len(ids), T) - 1))
    logits = model(*begun, cache)
    if slip(False, last_read_twice=True):
        logits = model(ids[-1:], min(len(ids), T) - 1, cache)
    n_tokens = slip(n_tokens, one_too_few=n_tokens - 1, one_too_many=n_tokens + 1)
    for number in range(n_tokens):
        ids.append(int(slip(lambda: logits[V_first].argmax(), lowest=lambda: logits[V_first].argmin())))
        if number == n_tokens - 1 or slip(False, not_read=True):
            continue
        last = slip(len(ids), cropped_too_late=len(ids) - 1, cropped_too_early=len(ids) + 1)
        if slip(False, everything_again=True):
            logits = model(ids[-T:], 0, [])
        elif slip(False, fresh_cache=True):
            logits = model(ids[-1:], min(len(ids), T) - 1, [])
        elif last <= T or slip(False, not_cropped=True):
            start = slip(len(ids) - 1, position_too_high=len(ids), position_zero=0, position_too_low=len(ids) - 2)
            new = slip(lambda: ids[-1:], whole_text=lambda: ids, two_tokens=lambda: ids[-2:])
            start = slip(start, whole_text=0, two_tokens=len(ids) - 2)
            logits = model(new, start, cache)
        elif slip(False, position_wraps=True):
            logits = model(ids[-1:], (len(ids) - 1) % T, cache)
        elif slip(False, position_stays=True):
            logits = model(ids[-1:], T - 1, cache)
        elif slip(False, cache_shortened=True):
            del cache[0]
            logits = model(ids[-1:], T - 1, cache)
        else:
            cache = slip(lambda: [], cache_kept=lambda: cache)
            part = slip(
                lambda: ids[-T:],
                window_from_start=lambda: ids[:T],
                half_window=lambda: ids[-(T // 2) :],
                one_id=lambda: ids[-1:],
            )
            logits = model(part, 0, cache)
    return slip(lambda: ids, new_only=lambda: ids[begin:], text_cropped=lambda: ids[-T:])


def _fewest_reads(model, ids, n_tokens):
    """How many tokens must be read at least: each once while they fit, then the window for every new token."""
    T = model.context_length
    lengths = range(len(ids) + 1, len(ids) + n_tokens)
    return min(len(ids), T) + sum(1 if length <= T else T for length in lengths)


def _text_and_reads(value, inputs):
    """What is compared: the text, and whether the model read no more than it had to (to read the last token as well does no harm)."""
    if value is None:
        return None
    model, ids, n_tokens = inputs
    try:
        text = [int(token) for token in value]
    except (TypeError, ValueError):
        text = value
    original = ids if isinstance(ids, list) else [int(token) for token in ids]
    at_the_end = (1, model.context_length) if len(original) + n_tokens >= model.context_length else (1,)
    too_many = model.tokens_read - _fewest_reads(model, original, n_tokens)
    return {"text": text, "no token read twice": too_many <= 0 or too_many in at_the_end}


GENERATE_WITH_CACHE = Exercise(
    generate_with_cache,
    cases=[
        (ToyModel(1, context_length=8), [2, 5, 1], 4),
        (ToyModel(2, vocab_size=9, context_length=12), [0], 9),
        (ToyModel(3, vocab_size=11, context_length=5), [4, 1, 7], 8),
        (ToyModel(4, vocab_size=8, context_length=4), [1, 3, 0, 2, 5, 7, 6], 5),
        (ToyModel(5, vocab_size=6, context_length=7), [3, 3], 5),
        (ToyModel(6, vocab_size=13, context_length=6), [12, 4, 0, 9, 2, 7], 6),
        (ToyModel(7, vocab_size=10, context_length=20), [5, 0, 8, 1], 12),
    ],
    says=dict(
        first_row="You took the logits of the first token. What comes next stands in the last row: `logits[-1]`.",
        lowest="You took the lowest logit. Take the highest: `argmax`.",
        long_prompt="A text longer than the window can't be read whole. Read its last `model.context_length` ids.",
        window_from_start="You kept the first ids of a long text. The window keeps the *last* ones.",
        prompt_not_read="You read only the last id of the prompt. Read all of it first: the cache is empty.",
        one_too_few="You wrote one token too few.",
        one_too_many="You wrote one token too many.",
        not_read="Every new token is the same: the model never reads what you add. Give it the new id.",
        cropped_too_late="You begin anew one token too late: a text of `context_length` + 1 ids no longer fits.",
        cropped_too_early="The text is right, but you begin anew one token too early: a text of exactly `context_length` ids still fits.",
        last_read_twice="The model reads the last id of the prompt twice. The first logits already say what follows it: append first, then read the new id.",
        position_wraps="You let positions begin at 0 again, and the cache still holds the old ids. Begin anew: an empty cache, and the last `context_length` ids from position 0 on.",
        position_stays="You put every further id at the last position, and the cache grows. Begin anew: an empty cache, and the last `context_length` ids from position 0 on.",
        one_id="You begin anew with the newest id alone: the model has forgotten the text. Read the last `context_length` ids.",
        text_cropped="You cut the text that you return. Keep all ids, and hand only the last `context_length` of them to the model.",
        everything_again="The text is right, but the model reads everything again for every token. Give it the new id alone: the cache knows the rest.",
        fresh_cache="You gave the new id with an empty cache: the model has forgotten the text. Hand on the same list each time.",
        not_cropped="The text outgrew the window. Then begin anew: an empty cache, and the last `context_length` ids from position 0 on.",
        position_too_high="Your position is one too high: the last of N ids stands at position N − 1.",
        position_zero="You put every new id at position 0. The last of N ids stands at position N − 1.",
        position_too_low="Your position is one too low: the last of N ids stands at position N − 1.",
        whole_text="You gave the whole text together with a full cache, which then holds it twice. Give the new id alone.",
        two_tokens="You gave the last two ids, and the cache holds the first of them already. Give the new id alone.",
        cache_shortened="You dropped the oldest entry of the cache. But all positions shift by one: begin anew, with an empty cache.",
        cache_kept="You read the window anew, into the old cache. Begin with an empty one.",
        half_window="You keep half a window when it is full. Here it stays full: the last `context_length` ids.",
        new_only="You returned the new ids alone. Return the prompt as well, in front.",
    ),
    hints=(
        "After the prompt, the cache knows all but one id of the text. Which one, and where does it stand?",
        "`model(ids[-1:], len(ids) - 1, cache)` reads the newest id. When the text no longer fits: `cache = []`, and the last ids from 0 on.",
        "`ids, cache = list(ids), []`, then `logits = model(ids[-model.context_length:], 0, cache)`.",
    ),
    reads=_text_and_reads,
    may_change=("model",),
)
