"""Lesson 12: generate."""

import numpy as np

from course_lib.judge import Exercise
from course_lib.model import ToyModel as PlainToyModel


def _numbers(seed, n, size=1.0):
    return (size * np.random.default_rng(seed).normal(size=n)).round(4)


def _softmax(logits):
    exps = np.exp(logits - logits.max())
    return exps / exps.sum()


# ---- sample ----------------------------------------------------------------------------------------------------------


def sample(logits, temperature, u, slip):
    """The first id whose shares, added up from the left, exceed u; at temperature 0 the highest."""
    V = len(logits)
    if temperature == 0 and not slip(False, zero_not_handled=True):
        return slip(
            lambda: int(logits.argmax()),
            zero_is_one=lambda: _pick(_softmax(logits), u),
            zero_is_small=lambda: _pick(_softmax(logits / 0.01), u),
            zero_gives_logit=lambda: logits.max(),
            lowest_at_zero=lambda: int(logits.argmin()),
        )
    scaled = slip(
        lambda: logits / temperature,
        temperature_multiplied=lambda: logits * temperature,
        temperature_ignored=lambda: logits,
        temperature_squared=lambda: logits / temperature**2,
        temperature_rooted=lambda: logits / temperature**0.5,
        one_added=lambda: logits / (1 + temperature),
        never_below_one=lambda: logits / max(temperature, 1),
        sign_turned=lambda: -logits / temperature,
    )
    shares = slip(
        lambda: _softmax(scaled),
        overflow=lambda: np.exp(scaled) / np.exp(scaled).sum(),
        no_exp=lambda: (scaled - scaled.min()) / (scaled - scaled.min()).sum(),
        base_two=lambda: _softmax(scaled * np.log(2)),
        overflow_raised=lambda: _refusing_large(scaled),
    )
    pick = slip(lambda: _pick, end_belongs_to_the_left=lambda: _pick_up_to)
    number = slip(
        lambda: pick(shares, u),
        highest=lambda: int(logits.argmax()),
        from_the_right=lambda: V - 1 - pick(shares[::-1], u),
        likeliest_first=lambda: int((-shares).argsort(kind="stable")[pick(-np.sort(-shares), u)]),
        least_first=lambda: int(shares.argsort(kind="stable")[pick(np.sort(shares), u)]),
        rank=lambda: pick(-np.sort(-shares), u),
        first_share_above=lambda: int((shares > u).argmax()),
        first_share_above_else_last=lambda: int((shares > u).argmax()) if (shares > u).any() else V - 1,
        first_share_reaching=lambda: int((shares >= u).argmax()),
        first_share_reaching_else_last=lambda: int((shares >= u).argmax()) if (shares >= u).any() else V - 1,
        id_by_u=lambda: int(u * V),
        not_divided=lambda: int((np.cumsum(np.exp(scaled - scaled.max())) > u).argmax()),
        logits_added_up=lambda: int((np.cumsum(scaled) > u).argmax()),
        nearest_end=lambda: int(abs(np.cumsum(shares) - u).argmin()),
        nearest_share=lambda: int(abs(shares - u).argmin()),
        first_below=lambda: int((np.cumsum(shares) < u).argmax()),
        shares_divided=lambda: int((np.cumsum(_softmax(logits) / temperature) > u).argmax()),
        shares_divided_else_last=lambda: pick(_softmax(logits) / temperature, u),
        shares_counted=lambda: int((shares <= u).sum()),
        last_end_below=lambda: np.flatnonzero(np.cumsum(shares) <= u)[-1],
        first_beginning_above=lambda: int((np.cumsum(shares) - shares > u).argmax()),
    )
    return slip(
        lambda: number,
        one_too_low=lambda: max(number - 1, 0),
        one_too_low_to_minus_one=lambda: number - 1,
        one_too_high=lambda: min(number + 1, V - 1),
        counted_from_one=lambda: number + 1,
        the_share=lambda: shares[number],
        the_logit=lambda: logits[number],
        the_sum=lambda: np.cumsum(shares)[number],
        all_above=lambda: np.arange(number, V),
    )


def _refusing_large(scores):
    """A softmax by Python's own exp, which raises an error where NumPy's gives ∞."""
    if (scores > 709).any():
        raise OverflowError
    return _softmax(scores)


def _pick(shares, u):
    if np.isnan(shares).any():
        return 0
    return min(int((np.cumsum(shares) <= u).sum()), len(shares) - 1)


def _pick_up_to(shares, u):
    """Like `_pick`, but an end belongs to the stretch on its left."""
    return 0 if np.isnan(shares).any() else min(int((np.cumsum(shares) < u).sum()), len(shares) - 1)


def _draws(function, *temperatures):
    """Is the function right about one set of logits at these temperatures, all along the line?"""
    for temperature in temperatures:
        ends = np.cumsum(_softmax(_numbers(1, 25) / temperature))
        middles = ends - np.diff(ends, prepend=0) / 2
        if [function(_numbers(1, 25), temperature, u) for u in middles] != list(range(25)):
            return False
    return True


def _made_for_sample(draw):
    """A `u` that lies well inside a stretch, and at temperature 0 one highest logit alone."""
    logits = draw.numbers(draw.size(1, 40))
    temperature = draw.choice(0, 0.3, 0.8, 1, 1.5, 3)
    if temperature == 0:
        logits[draw.rng.integers(len(logits))] = logits.max() + 1
        return logits, temperature, draw.rng.random()
    ends = np.cumsum(_softmax(logits / temperature))
    candidates = draw.rng.random(30)
    far = abs(candidates[:, None] - np.append(ends, [0, 1])).min(axis=1)
    return logits, temperature, float(candidates[far.argmax() if far[0] < 1e-3 else 0])


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
        (np.array([1.4, 0.2, 1.40003]), 0, 0.01),  # no small number can stand for 0
        (np.array([-800.0, 0.4, 1.0]), 1.0, 0.0),  # the first stretch is empty
        (np.array([0.0, 0.0]), 1, 0.5),  # u hits an end
        (
            np.array([-np.inf, 0.3, -np.inf, 1.2]),
            1.0,
            0.2,
        ),  # as the sheet's last cell makes them: what is cut stays cut
        (np.array([3, -2, 1, 0]), 2, 0.78),
    ],
    says=dict(
        zero_not_handled="At temperature 0 your function does the same as at any other temperature. ⇒ Return the id of the highest logit there, before you divide.",
        zero_is_one="At temperature 0 you draw as at temperature 1. ⇒ The highest logit gets everything there: return its id, without a draw.",
        zero_is_small="At temperature 0 the highest logit doesn't always win in your function: not if another one is close to it. ⇒ No small number can stand for 0. Return `argmax` before you divide.",
        zero_gives_logit="At temperature 0 you returned the highest logit itself. ⇒ Return its id: `argmax`, not `max`.",
        lowest_at_zero="At temperature 0 you returned the id of the lowest logit. ⇒ Return the highest one's: `argmax`.",
        temperature_multiplied="You multiplied by the temperature, so a high one makes differences larger. ⇒ Divide: it is a low one that does.",
        temperature_ignored="Your draw does not depend on the temperature. ⇒ Divide the logits by it, before the softmax (to subtract it, or to divide all shares by it, changes nothing).",
        temperature_squared="You divided by the temperature twice. ⇒ Once is enough.",
        temperature_rooted="You divided by the root of the temperature. ⇒ Divide by the temperature itself.",
        one_added="You divided by 1 + temperature. ⇒ Divide by the temperature itself; 0 is a case of its own.",
        never_below_one="Temperatures below 1 work like 1 in your function. ⇒ Divide by the temperature itself; only 0 is a case of its own.",
        sign_turned="The lowest logit gets the largest share in your draw. ⇒ Check the sign in front of the logits.",
        overflow="Large logits overflow in your exp. ⇒ Take the highest away first, or use a `softmax` that does.",
        overflow_raised="Large logits are too much for your exp. ⇒ Take the highest away first, or use a `softmax` that does.",
        no_exp="You shared out in proportion to the logits. ⇒ It takes exp of them: a softmax.",
        shares_divided="You divided the shares by the temperature, so they no longer add up to 1. ⇒ Divide the *logits* by it, before the softmax.",
        shares_divided_else_last="You divided the shares by the temperature, and took the last id where their sums stay below `u`. ⇒ Divide the *logits* by it, before the softmax.",
        shares_counted="You counted the shares that are not above `u`. ⇒ Count *sums* of shares: `np.cumsum` first.",
        base_two="Your shares go with 2 to the power of the logits. ⇒ A softmax takes exp.",
        highest="Your function returns the highest logit's id at every temperature. ⇒ That is right at temperature 0 only: elsewhere `u` decides.",
        from_the_right="Your line runs the other way: a `u` near 0 picks the last id, a `u` near 1 the first. ⇒ The stretch of id 0 begins at 0, and the others follow it.",
        likeliest_first="Your line begins with the most probable token. Here the stretches lie in the order of the ids. ⇒ Don't sort.",
        least_first="Your line begins with the least probable token. Here the stretches lie in the order of the ids. ⇒ Don't sort.",
        rank="You returned a place in the sorted list, which is no id. ⇒ Don't sort: add up the shares in the order of the ids.",
        first_share_above="You looked for a single share above `u`. ⇒ Add the shares up (`np.cumsum`), and find the first *sum* above `u`.",
        first_share_above_else_last="You looked for a single share above `u`, and took the last id where there is none. ⇒ Add the shares up, and find the first *sum* above `u`.",
        first_share_reaching="You looked for a single share that reaches `u`. ⇒ Add the shares up (`np.cumsum`), and find the first *sum* above `u`.",
        first_share_reaching_else_last="You looked for a single share that reaches `u`, and took the last id where there is none. ⇒ Add the shares up, and find the first *sum* above `u`.",
        id_by_u="All ids are equally likely in your function. ⇒ Compare `u` with the sums of the softmax's shares.",
        not_divided="You added up the exps as they are, and their sums don't end at 1. ⇒ Divide them by their sum first.",
        logits_added_up="You added up the logits, and their sums don't end at 1. ⇒ Take their softmax first.",
        nearest_end="You took the sum that is nearest to `u`. ⇒ Take the first one that is above it.",
        nearest_share="You took the share that is nearest to `u`. ⇒ Add the shares up (`np.cumsum`), and find the first *sum* above `u`.",
        first_below="You look for the first sum *below* `u`, and that is the first of all, if any. ⇒ Look for the first one above it.",
        end_belongs_to_the_left="Where `u` lies exactly on an end, you take the stretch that ends there (at u = 0 it may be an empty one). ⇒ The end must be *above* `u`.",
        one_too_low="You are one id too low. ⇒ It is the first whose sum *exceeds* `u`.",
        one_too_low_to_minus_one="You are one id too low, and −1 where it should be 0. ⇒ It is the first whose sum *exceeds* `u`.",
        one_too_high="You are one id too high. ⇒ It is the first whose sum exceeds `u`, not the one after it.",
        counted_from_one="Your ids are one too high: they are counted from 1. ⇒ The first one is 0.",
        last_end_below="You took the last stretch that ends before `u`, and there may be none. ⇒ `u` lies in the one after it: the first whose end is above `u`.",
        first_beginning_above="You took the first stretch that begins after `u`. ⇒ `u` lies before it: look for the first *end* above `u`.",
        the_sum="You returned a sum of shares. ⇒ Return the id at which it exceeds `u`.",
        all_above="You returned all ids whose sum is above `u`. ⇒ Return the first of them alone.",
        the_logit="You returned a logit. ⇒ Return its id: where it stands.",
        the_share="You returned a share. ⇒ Return the id that has it.",
    ),
    hints=(
        "Lay the shares side by side on a line from 0 to 1, in the order of the ids. On whose stretch does `u` fall?",
        "`np.cumsum(shares)` gives the right end of every stretch. The first end above `u` is the one.",
        "`if temperature == 0: return int(logits.argmax())`, then the softmax of `logits / temperature`.",
    ),
    makes=_made_for_sample,
    probes=(
        (
            "u_ignored",
            "At temperature 1 your answer is the same for every `u`. ⇒ It is `u` that decides on whose stretch the draw falls.",
            lambda f: len({int(f(_numbers(1, 25), 1.0, u)) for u in (0.05, 0.35, 0.65, 0.95)}) > 1,
        ),
        (
            "only_zero_wrong",
            "Only temperature 0 is wrong. ⇒ Return the id of the highest logit there, whatever `u` is.",
            lambda f: not _draws(f, 1.0, 0.4, 2.5) or f(np.array([1.0, 3.0, 2.0]), 0, 0.1) == 1,
        ),
        (
            "only_one_right",
            "At temperature 1 your draw is right, at others it is not. ⇒ The temperature belongs to the logits alone: divide them by it, before the softmax.",
            lambda f: not _draws(f, 1.0) or _draws(f, 0.4) or _draws(f, 2.5),
        ),
    ),
    true_if={
        "zero_not_handled": lambda code: not code.has(r"temperature (==|!=|<=|>=|<|>) |(not|if) temperature"),
        "temperature_squared": lambda code: code.has(r"\*\*|temperature.*temperature|square"),
        "temperature_rooted": lambda code: code.has(r"\*\*|sqrt"),
    },
    steps={
        "the temperature": (
            "temperature_multiplied",
            "temperature_ignored",
            "temperature_squared",
            "temperature_rooted",
            "one_added",
        ),
        "the softmax": ("no_exp", "base_two", "overflow"),
        "the draw": (
            "from_the_right",
            "likeliest_first",
            "least_first",
            "rank",
            "first_share_above",
            "nearest_end",
            "nearest_share",
            "first_below",
            "end_belongs_to_the_left",
            "one_too_low",
            "one_too_high",
        ),
        "temperature 0": ("zero_not_handled", "zero_is_one", "zero_is_small", "zero_gives_logit", "lowest_at_zero"),
    },
)


# ---- top_k -----------------------------------------------------------------------------------------------------------


def _some(kept):
    """Which tokens stay; if none does, the error that the course's softmax has for it."""
    if not kept.any():
        raise ValueError
    return kept


def _no_such_place(error):
    """What Python raises for the k-th of fewer than k."""
    raise error


def _finish(logits, keep, slip):
    """From which tokens stay to the answer, with the mistakes that both cuts share."""
    full = _softmax(logits)
    return slip(
        lambda: _softmax(np.where(keep, logits, -np.inf)),
        zeros_for_cut=lambda: _softmax(np.where(keep, logits, 0)),
        not_renormalised=lambda: np.where(keep, full, 0),
        the_logits=lambda: np.where(keep, logits, -np.inf),
        number_for_cut=lambda: _softmax(np.where(keep, logits, -100)),
        lowest_for_cut=lambda: _softmax(np.where(keep, logits, logits.min())),
        in_proportion=lambda: np.where(keep, logits, 0) / np.where(keep, logits, 0).sum(),
        alike=lambda: keep / keep.sum(),
        the_mask=lambda: keep.astype(float),
        in_order=lambda: -np.sort(-_softmax(np.where(keep, logits, -np.inf))),
        kept_alone=lambda: _softmax(logits[keep]),
        kept_alone_highest_first=lambda: -np.sort(-_softmax(logits[keep])),
        kept_alone_lowest_first=lambda: np.sort(_softmax(logits[keep])),
        softmax_twice=lambda: _softmax(np.where(keep, full, -np.inf)),
        softmax_of_zeros=lambda: _softmax(np.where(keep, full, 0)),
        cut_after_softmax=lambda: np.where(keep, full, -np.inf),
        highest_is_one=lambda: np.where(keep, full, 0) / np.where(keep, full, 0).max(),
        zero_cut=lambda: _softmax(np.where(keep & (logits != 0), logits, -np.inf)),
        overflow=lambda: np.where(keep, np.exp(logits), 0) / np.where(keep, np.exp(logits), 0).sum(),
        overflow_where_kept=lambda: np.where(keep, np.exp(logits) / np.where(keep, np.exp(logits), 0).sum(), 0),
        overflow_raised=lambda: _refusing_large(np.where(keep, logits, -np.inf)),
        in_order_lowest_first=lambda: np.sort(_softmax(np.where(keep, logits, -np.inf))),
    )


def top_k(logits, k, slip):
    """Probabilities among the k highest logits alone."""
    V, order = len(logits), (-logits).argsort(kind="stable")
    rank, n, distinct = order.argsort(kind="stable"), min(k, V), np.unique(logits)
    above = logits > logits[order[n - 1]]
    keep = slip(
        lambda: rank < k,
        one_more=lambda: rank < k + 1,
        one_more_fails=lambda: rank < k + 1 if k < V else _no_such_place(IndexError),
        one_less=lambda: above,
        one_less_none_left=lambda: _some(above),
        one_less_one_stays=lambda: above if above.any() else rank < 1,
        one_less_all_for_1=lambda: logits >= np.sort(logits)[-n + 1],
        one_less_of_k=lambda: rank < k - 1,
        one_less_of_k_none_left=lambda: _some(rank < k - 1),
        one_less_of_k_one_stays=lambda: rank < max(k - 1, 1),
        lowest=lambda: rank >= V - k,
        first_ids=lambda: np.arange(V) < k,
        no_cut=lambda: rank < V,
        cut_k=lambda: rank < max(V - k, 1),
        cut_k_none_left=lambda: _some(rank < V - k),
        highest_only=lambda: rank < 1,
        above_k=lambda: logits >= k,
        by_size=lambda: (-abs(logits)).argsort(kind="stable").argsort() < k,
        first_of_equals=lambda: (rank < k) & np.isin(np.arange(V), np.unique(logits, return_index=True)[1]),
        ties_once=lambda: logits >= distinct[-min(k, len(distinct))],
        k_beyond_v=lambda: rank < k if k <= V else _no_such_place(IndexError),
        k_beyond_v_refused=lambda: rank < k if k <= V else _no_such_place(ValueError),
    )
    return slip(
        lambda: _finish(logits, keep, slip),
        the_ids=lambda: order[:k],
        the_ids_turned=lambda: logits.argsort(kind="stable")[::-1][:k],
        the_ids_highest_last=lambda: logits.argsort(kind="stable")[-n:],
        the_ids_in_order=lambda: np.sort(order[:k]),
    )


CUT = dict(
    zeros_for_cut="You set the logits of cut tokens to 0, and exp(0) is 1: they still get a share. ⇒ Use −∞.",
    number_for_cut="Cut tokens still get a share where the logits of the others are very low: a low number is not low enough. ⇒ Use −∞ for what is cut.",
    lowest_for_cut="You gave cut tokens the lowest logit, and it still has a share. ⇒ Use −∞.",
    in_proportion="You shared out in proportion to the logits. ⇒ It takes exp of them: a softmax.",
    not_renormalised="The shares of what is left don't add up to 1. ⇒ Cut before the softmax, or divide by their sum.",
    the_logits="You returned logits. ⇒ Take their softmax: probabilities that add up to 1.",
    alike="All tokens that stay have the same share in your answer. ⇒ Their softmax keeps their differences.",
    the_mask="You returned which tokens stay, as ones and zeros. ⇒ Return their probabilities, and 0 for the others.",
    in_order="You returned the probabilities in sorted order. ⇒ Each must stand at the place of its own id.",
    kept_alone="You returned the probabilities of those that stay, and nothing for the others. ⇒ All V ids have a place: 0 for what is cut.",
    kept_alone_highest_first="You returned only the probabilities that stay, in sorted order. ⇒ All V ids have a place, in the order of the ids: 0 for what is cut.",
    kept_alone_lowest_first="You returned only the probabilities that stay, the lowest first. ⇒ All V ids have a place, in the order of the ids: 0 for what is cut.",
    softmax_twice="You took a softmax of probabilities. ⇒ Use the logits for it, or divide the probabilities that stay by their sum.",
    softmax_of_zeros="You took a softmax of probabilities, and there even a 0 gets a share. ⇒ Put −∞ among the *logits*, or divide what stays by its sum.",
    cut_after_softmax="You put −∞ among the probabilities. ⇒ It belongs among the logits, before the softmax: it becomes 0 there.",
    highest_is_one="Your highest probability is always 1: you divided by the largest one. ⇒ Divide by the sum of those that stay.",
    zero_cut="A logit of exactly 0 is cut, though it should stay. ⇒ A 0 can't mark what is cut: logits may be 0. Keep the places apart from the numbers.",
    overflow="Large logits overflow in your exp. ⇒ Take the highest away first.",
    overflow_where_kept="Large logits overflow in your exp, and very low ones all become 0. ⇒ Take the highest away first.",
    overflow_raised="Large logits are too much for your exp. ⇒ Take the highest away first.",
    in_order_lowest_first="You returned the probabilities in sorted order, the lowest first. ⇒ Each must stand at the place of its own id.",
)

CUT_STEP = ("zeros_for_cut", "number_for_cut", "lowest_for_cut", "in_proportion", "not_renormalised", "alike")
CUT_STEP += ("the_logits", "the_mask", "softmax_twice", "softmax_of_zeros", "cut_after_softmax", "highest_is_one")


def _tokens(function, reference, cuts):
    """ "same" or "other", as the tokens to which the function gives a share are those of the reference, for these k or p; or ""."""
    logits = np.array([0.3, 1.4, -0.6, 2.1, 0.9])
    pairs = [(np.asarray(function(logits.copy(), cut)), reference(logits, cut, _no_slip)) for cut in cuts]
    if any(mine.shape != theirs.shape or not np.isfinite(mine).all() or not mine.any() for mine, theirs in pairs):
        return ""
    return "same" if all(((mine != 0) == (theirs > 0)).all() for mine, theirs in pairs) else "other"


def _no_slip(right, **wrong):
    return right() if callable(right) else right


def _made_for_top_k(draw):
    """A `k` at whose edge no two logits are equal. Logits are what a model computes: numbers with a point."""
    logits = draw.numbers(draw.size(1, 14)) * 1.0
    falling = -np.sort(-logits)
    clear = [k for k in range(1, len(logits)) if falling[k - 1] - falling[k] > 1e-3]
    return logits, int(draw.choice(len(logits), len(logits) + 2, *clear, *clear))


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
        (
            np.array([-2000003.0, -2000001.5, -2000000.5, -2000002.0]),
            2,
        ),  # float32 holds them, and no low number is below
        (np.array([0.0, -1.5, 1.0, -0.5]), 2),
        (np.array([0.5, 1.2, -0.8, 1.2, 0.1, 0.9, 0.1]), 3),  # equal ones stay, and equal ones go
        (_numbers(16, 5), 5),
        (np.array([-0.4]), 1),
    ],
    says=dict(
        one_more="You kept one token too many. ⇒ Exactly `k` stay.",
        one_more_fails="You kept one token too many, and fail where there is none. ⇒ Exactly `k` stay: the k-th highest stands at `[-k]`, and at `[k - 1]` if the highest comes first.",
        one_less="You kept only what is above the k-th highest logit. ⇒ Exactly `k` stay, the k-th highest among them (`>=`, not `>`).",
        one_less_none_left="You kept only what is above the k-th highest logit, and at `k` = 1 nothing is left for the softmax. ⇒ The k-th highest stays, too.",
        one_less_all_for_1="You kept one token too few, and at `k` = 1 all of them. ⇒ `-k` counts from the end: the k-th highest stands at `[-k]`, and the highest at `[-1]`.",
        one_less_one_stays="You kept only what is above the k-th highest logit, or the highest one. ⇒ Exactly `k` stay, the k-th highest among them.",
        one_less_of_k="You kept `k` − 1 tokens. ⇒ Exactly `k` stay.",
        one_less_of_k_none_left="You kept `k` − 1 tokens, and at `k` = 1 nothing is left for the softmax. ⇒ Exactly `k` stay.",
        one_less_of_k_one_stays="You kept `k` − 1 tokens, except where `k` is 1. ⇒ Exactly `k` stay.",
        lowest="You kept the lowest logits. ⇒ Keep the `k` highest ones.",
        first_ids="You kept the first `k` ids. ⇒ Keep the `k` highest logits, wherever they stand.",
        no_cut="You cut nothing: every token has a share. ⇒ Only the `k` highest logits keep one.",
        cut_k="You cut `k` tokens away. ⇒ Keep `k` of them.",
        cut_k_none_left="You cut `k` tokens away, and there may be no more than that. ⇒ Keep `k` of them.",
        highest_only="You kept the highest one only. ⇒ Keep `k`.",
        above_k="You compared the logits with `k`. ⇒ `k` is a number of tokens.",
        by_size="You kept the logits that are largest without their sign. ⇒ −3 is lower than 1: compare them as they are.",
        first_of_equals="Of several equal logits only the first stays in your function. ⇒ Keep places apart: equal numbers are different tokens.",
        ties_once="Equal logits count as one in your function, so more than `k` stay. ⇒ Count tokens, not values.",
        k_beyond_v="Your function fails where `k` is larger than V. ⇒ All tokens stay there.",
        k_beyond_v_refused="Your function raises an error where `k` is larger than V. ⇒ All tokens stay there.",
        the_ids="You returned ids. ⇒ Return probabilities, shape (V,): one for each id, 0 where it is cut.",
        the_ids_turned="You returned ids, the best one first. ⇒ Return probabilities, shape (V,): one for each id, 0 where it is cut.",
        the_ids_highest_last="You returned ids, the best one last. ⇒ Return probabilities, shape (V,): one for each id, 0 where it is cut.",
        the_ids_in_order="You returned the ids that stay. ⇒ Return probabilities, shape (V,): one for each id, 0 where it is cut.",
        **CUT,
    ),
    hints=(
        "Which logit is the lowest that may stay? And what must the others become, so that exp gives them nothing?",
        "`np.sort(logits)[-k]` is the k-th highest; if `k` is larger than V, all of them stay. `np.where` puts −∞ elsewhere.",
        "`k = min(k, len(logits))`, then `lowest = np.sort(logits)[-k]`.",
    ),
    makes=_made_for_top_k,
    probes=(
        (
            "other_tokens",
            "The tokens that get a share are not always the right ones. ⇒ Which are the `k` highest logits? All others get exactly 0.",
            lambda f: _tokens(f, top_k, (2, 1, 4)) != "other",
        ),
        (
            "other_shares",
            "The right tokens get a share, but not always the right one. ⇒ It is the softmax of the logits that stay.",
            lambda f: _tokens(f, top_k, (2, 1, 4)) != "same",
        ),
    ),
    steps={
        "the cut": ("one_more", "one_less", "lowest", "first_ids", "no_cut", "cut_k", "by_size", "ties_once"),
        "the softmax of those that stay": CUT_STEP,
    },
)


# ---- top_p -----------------------------------------------------------------------------------------------------------


def _while_it_fits(shares, p):
    """Which tokens stay if each is kept that still fits under p, also after one that does not."""
    kept, total = np.zeros(len(shares), bool), 0.0
    for place, share in enumerate(shares):
        kept[place] = total == 0 or total + share <= p
        total += share * kept[place]
    return kept


def top_p(logits, p, slip):
    """Probabilities among the fewest tokens whose shares reach p together, the most probable first; at least one."""
    full, V = _softmax(logits), len(logits)
    order = slip(
        lambda: (-logits).argsort(kind="stable"),
        not_sorted=lambda: np.arange(V),
        least_first=lambda: logits.argsort(kind="stable"),
    )
    added = slip(lambda: full[order], logits_added_up=lambda: logits[order])
    reached, first = added.cumsum(), np.arange(V) == 0
    before = reached - added
    kept = slip(
        lambda: (before < p) | first,
        crossing_dropped=lambda: reached <= p,
        crossing_dropped_one_stays=lambda: (reached <= p) | first,
        below_p=lambda: reached < p,
        below_p_one_stays=lambda: (reached < p) | first,
        past_p=lambda: reached >= p,
        one_more=lambda: np.arange(V) <= max((before < p).sum(), 1),
        hit_keeps_one_more=lambda: before <= p,
        argmax_of_none=lambda: np.arange(V) <= (reached > p).argmax(),
        rounding_leaves_none=lambda: np.arange(V) <= (reached >= p).argmax(),
        zero_keeps_none=lambda: before < p,
        threshold=lambda: full[order] >= p,
        threshold_one_stays=lambda: (full[order] >= p) | first,
        threshold_of_rest=lambda: full[order] >= 1 - p,
        at_most_p=lambda: full[order] <= p,
        goes_on=lambda: _while_it_fits(full[order], p),
        share_of_tokens=lambda: np.arange(V) < max(round(p * V), 1),
        share_of_tokens_cut=lambda: np.arange(V) < max(int(p * V), 1),
        no_cut=lambda: np.ones(V, bool),
        highest_only=lambda: first,
        the_rest=lambda: ~((before < p) | first),
        part_of_highest=lambda: full[order] >= p * full.max(),
        crossing_dropped_none_left=lambda: _some(reached <= p),
        below_p_none_left=lambda: _some(reached < p),
        zero_keeps_none_left=lambda: _some(before < p),
        threshold_none_left=lambda: _some(full[order] >= p),
        threshold_of_rest_none_left=lambda: _some(full[order] >= 1 - p),
    )
    keep = np.empty(V, bool)
    keep[order] = kept
    keep = slip(lambda: keep, mask_not_back=lambda: kept, sorted_twice=lambda: kept[order])
    return slip(
        lambda: _finish(logits, keep, slip),
        divided_by_p=lambda: np.where(keep, full, 0) / (p or 1),
        the_ids=lambda: order[kept],
        the_ids_in_order=lambda: np.flatnonzero(keep),
    )


def _made_for_top_p(draw):
    """A `p` well inside the share of the last token that stays, whose next one is less probable; now and then 0 or 1."""
    logits = draw.numbers(draw.size(1, 14)) * 1.0
    falling = -np.sort(-_softmax(logits))
    steps = [n for n in range(1, len(logits)) if falling[n - 1] > 2e-3 and falling[n] < 0.99 * falling[n - 1]]
    if not steps or draw.rng.random() < 0.15:
        return logits, 1
    n = int(draw.choice(*steps))
    if n == 1 and draw.rng.random() < 0.3:
        return logits, 0
    return logits, float(falling[: n - 1].sum() + draw.choice(0.2, 0.5, 0.8) * falling[n - 1])


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
        (np.array([-2000003.0, -2000001.5, -2000000.5, -2000002.0, -2000001.0]), 0.6),
        (np.log(2) * np.array([-2.0, -3.0, 0.0, -1.0, -3.0]), 0.75),  # the first two add up to p exactly,
        (np.array([0.0, -1.2, 0.7, -0.3]), 0.72),
        (np.array([0.5, 1.5, -0.5, 1.5, -1.0]), 0.85),
    ],
    says=dict(
        not_sorted="You added up in the order of the ids. ⇒ Begin with the most probable token: sort first.",
        least_first="You began with the least probable token. ⇒ Begin with the most probable one.",
        crossing_dropped="You dropped the token that carries the sum across `p`. ⇒ It stays, too.",
        crossing_dropped_one_stays="You dropped the token that carries the sum across `p`, unless it is the first one. ⇒ It always stays.",
        below_p="You kept a token only if the sum with it is still below `p`. ⇒ The one that reaches `p` stays, too.",
        below_p_one_stays="You kept a token only if the sum with it is still below `p`, or if it is the first. ⇒ The one that reaches `p` always stays.",
        below_p_none_left="You kept a token only if the sum with it is still below `p`, and then there may be none. ⇒ The one that reaches `p` stays, too.",
        past_p="You kept the tokens at which `p` is already reached. ⇒ Keep those before which it is not.",
        logits_added_up="You added up logits. ⇒ Add up the probabilities: take the softmax first.",
        one_more="You kept one token too many. ⇒ Stop as soon as the sum reaches `p`.",
        hit_keeps_one_more="Where the sum hits `p` exactly, you keep one token more. ⇒ `p` is reached there, and that is enough: what stays has a sum *below* `p` before it.",
        argmax_of_none="At `p` = 1 no sum is above `p`, and `argmax` of nothing but False is 0: one token stays instead of all. ⇒ Ask for the sum *before* each token: is it below `p`?",
        rounding_leaves_none="At `p` = 1 rounding leaves every sum below 1, and `argmax` of nothing but False is 0: one token stays instead of all. ⇒ Ask for the sum *before* each token: is it below `p`?",
        mask_not_back="Your mask is in sorted order, and the logits are not. ⇒ Put it back to the ids: `keep[order] = stays`.",
        sorted_twice="Your mask is sorted a second time instead of put back to the ids. ⇒ To put it back, write `keep[order] = stays`.",
        divided_by_p="You divided by `p`, and what stays adds up to more than `p`. ⇒ Divide by its own sum.",
        zero_keeps_none="At `p` = 0 you cut everything. ⇒ The most probable token always stays.",
        threshold="You kept the tokens whose own share is at least `p`. ⇒ It is their *sum*, from the most probable on, that must reach `p`.",
        threshold_one_stays="You kept the tokens whose own share is at least `p`, or the best one. ⇒ It is their *sum*, from the most probable on, that must reach `p`.",
        threshold_of_rest="You compared each share with 1 − p. ⇒ It is the *sum* of shares, from the most probable on, that must reach `p`.",
        at_most_p="You kept the tokens whose own share is at most `p`. ⇒ It is the *sum* of shares, from the most probable on, that must reach `p`.",
        goes_on="You left out the token that crosses `p`, and went on with smaller ones that still fit. ⇒ The one that crosses stays, and it is the last.",
        share_of_tokens="You kept a fixed part of the vocabulary. ⇒ `p` is a sum of probabilities.",
        share_of_tokens_cut="You kept p · V tokens, a fixed part of the vocabulary. ⇒ `p` is a sum of probabilities.",
        no_cut="You cut nothing: every token has a share. ⇒ Only the most probable ones that reach `p` together keep one.",
        highest_only="You kept the highest one only. ⇒ Go on until the sum of the shares reaches `p`.",
        the_rest="You kept what should be cut. ⇒ Keep the most probable tokens.",
        crossing_dropped_none_left="You dropped the token that carries the sum across `p`, and where that is the first one, nothing is left for the softmax. ⇒ It stays, too.",
        zero_keeps_none_left="At `p` = 0 you cut everything, and the softmax has nothing to share out. ⇒ The most probable token always stays.",
        threshold_none_left="You kept the tokens whose own share is at least `p`, and there may be none. ⇒ It is their *sum*, from the most probable on, that must reach `p`.",
        threshold_of_rest_none_left="You compared each share with 1 − p, and there may be none so large. ⇒ It is the *sum* of shares, from the most probable on, that must reach `p`.",
        part_of_highest="You compared each share with a part of the largest one (that is called min-p). ⇒ Here the *sum* of shares must reach `p`.",
        the_ids="You returned ids. ⇒ Return probabilities, shape (V,): one for each id, 0 where it is cut.",
        the_ids_in_order="You returned the ids that stay. ⇒ Return probabilities, shape (V,): one for each id, 0 where it is cut.",
        **CUT,
    ),
    hints=(
        "A token stays if those that are more probable have not reached `p` yet. Which sum do you need for that?",
        "`order = (-probabilities).argsort()` sorts; `np.cumsum(probabilities[order])` adds up. What is the sum *before* each token?",
        "`before = np.cumsum(probabilities[order]) - probabilities[order]`; stays: `before < p`, and the first one always.",
    ),
    makes=_made_for_top_p,
    probes=(
        (
            "other_tokens",
            "The tokens that get a share are not always the right ones. ⇒ Add up the shares from the largest on, until they reach `p`. All others get exactly 0.",
            lambda f: _tokens(f, top_p, (0.5, 0.1, 0.9)) != "other",
        ),
        (
            "other_shares",
            "The right tokens get a share, but not always the right one. ⇒ It is the softmax of the logits that stay.",
            lambda f: _tokens(f, top_p, (0.5, 0.1, 0.9)) != "same",
        ),
    ),
    only_nan=("zero_keeps_none",),
    true_if={
        "argmax_of_none": lambda code: code.uses("argmax"),
        "rounding_leaves_none": lambda code: code.uses("argmax"),
    },
    steps={
        "the cut": (
            "not_sorted",
            "least_first",
            "crossing_dropped",
            "crossing_dropped_one_stays",
            "one_more",
            "hit_keeps_one_more",
            "goes_on",
            "no_cut",
        ),
        "the softmax of those that stay": CUT_STEP,
    },
)


# ---- generate_with_cache ---------------------------------------------------------------------------------------------


class ToyModel(PlainToyModel):
    """A toy model that notes how many tokens each call reads."""

    def __init__(self, *sizes, **more):
        super().__init__(*sizes, **more)
        self.calls = []

    def __call__(self, new_ids, start, cache):
        before = self.tokens_read
        try:
            return super().__call__(new_ids, start, cache)
        finally:
            self.calls.append(self.tokens_read - before)


def generate_with_cache(model, ids, n_tokens, slip):
    """Greedy: the highest logit of the last row, each token read once while the text fits the window."""
    T, begin, ids, cache = model.context_length, len(ids), list(ids), []
    n_tokens = slip(
        n_tokens,
        one_too_few=n_tokens - 1,
        one_too_many=n_tokens + 1,
        one_for_none=max(n_tokens, 1),
        twice=2 * n_tokens,
        prompt_counted=max(n_tokens - begin, 0),
    )
    whole = len(ids) + n_tokens <= T
    window = slip(lambda: ids[-T:], long_prompt=lambda: ids, window_from_start=lambda: ids[:T])
    begun = slip(
        lambda: (window, 0),
        prompt_not_read=lambda: (ids[-1:], min(len(ids), T) - 1),
        prompt_at_one=lambda: (window, 1),
    )
    logits = model(*begun, cache)
    again = slip(False, last_read_twice=True)  # the loop reads before it appends, so the prompt's last id comes twice
    for number in range(n_tokens + again):
        if number or not again:
            picked = ids[begin:]
            row = slip(lambda: logits[-1], first_row=lambda: logits[0], all_rows=lambda: logits)
            best = int(slip(lambda: row.argmax(), lowest=lambda: row.argmin(), max_for_argmax=lambda: row.max()))
            ids.append(slip(best, picked_once=(picked or [best])[0]))
        at_the_end = number == n_tokens + again - 1 and not slip(False, all_rows=True)
        if at_the_end or slip(False, not_read=True):
            continue
        if slip(False, stops_at_zero=True) and ids[-1] == 0:
            break
        last = slip(len(ids), cropped_too_late=len(ids) - 1, cropped_too_early=len(ids) + 1)
        if slip(False, everything_again=True) or (slip(False, cache_only_if_all_fits=True) and not whole):
            logits = model(ids[-T:], 0, [])
        elif slip(False, fresh_cache=True):
            logits = model(ids[-1:], min(len(ids), T) - 1, [])
        elif last <= T or slip(False, not_cropped=True):
            start = slip(
                len(ids) - 1,
                position_too_high=len(ids),
                position_zero=0,
                position_too_low=len(ids) - 2,
                position_from_new=len(ids) - 1 - begin,
                prompt_added_to_position=len(ids) - 1 + min(begin, T),
            )
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
                window_one_short=lambda: ids[-(T - 1) :],
                one_id=lambda: ids[-1:],
            )
            logits = model(part, 0, cache)
    return slip(
        lambda: ids,
        new_only=lambda: ids[begin:],
        text_cropped=lambda: ids[-T:],
        text_cropped_first=lambda: ids[-T - 1 :],
    )


def _text_and_reads(value, inputs):
    """What is compared: the text, and how many tokens were read for each new one (to read the last one as well does no harm)."""
    if value is None:
        return None
    model, ids, n_tokens = inputs
    try:
        text = [int(token) for token in value]
    except (TypeError, ValueError):
        text = value
    given = len(ids) - n_tokens if value is ids else len(ids)  # a function may have lengthened `ids` itself
    prompt, calls = min(given, model.context_length), list(model.calls)
    while len(calls) > 1 and calls[0] + calls[1] <= prompt:  # the prompt may be read in pieces
        calls[:2] = [calls[0] + calls[1]]
    goes_on = isinstance(text, list) and text[:given] == list(ids)[:given]
    if len(calls) in (n_tokens + 1, len(text) - given + 1 if goes_on else 0):
        calls.pop()
    return {"text": text, "tokens read for each new one": calls if n_tokens else []}


def _written(function, context_length):
    """(the first new token is right, the text is right, what was read is right) for one prompt."""
    mine, theirs = ToyModel(11, 9, context_length), ToyModel(11, 9, context_length)
    value = _text_and_reads(function(mine, [3, 1, 4], 5), (mine, [3, 1, 4], 5))
    wanted = _text_and_reads(generate_with_cache(theirs, [3, 1, 4], 5, _no_slip), (theirs, [3, 1, 4], 5))
    texts = value["text"], wanted["text"]
    return len(texts[0]) == 8 and texts[0][3] == texts[1][3], texts[0] == texts[1], value == wanted


def _made_for_generate(draw):
    """A text whose last id is not at the last place or one behind it: a harmless last read would fail there or not."""
    shortest = 1 if draw.style == "smallest" else 2
    model = ToyModel(int(draw.rng.integers(1000)), draw.size(2, 9), draw.size(shortest, 9))
    ids, n_tokens = draw.ids(draw.size(shortest, 12), below=len(model.says)).tolist(), draw.size(0, 9)
    return model, ids, n_tokens + 2 * (len(ids) + n_tokens - model.context_length in (0, 1))


GENERATE_WITH_CACHE = Exercise(
    generate_with_cache,
    cases=[
        (ToyModel(1, context_length=8), [2, 5, 1], 4),
        (ToyModel(2, vocab_size=9, context_length=12), [0], 9),
        (ToyModel(3, vocab_size=11, context_length=5), [4, 1, 7], 8),
        (ToyModel(4, vocab_size=8, context_length=4), [1, 3, 0, 2, 5, 7, 6], 5),
        (ToyModel(5, vocab_size=6, context_length=7), [3, 3], 9),
        (ToyModel(6, vocab_size=13, context_length=6), [12, 4, 0, 9, 2, 7], 6),
        (ToyModel(7, vocab_size=10, context_length=20), [5, 0, 8, 1], 12),
        (ToyModel(8, context_length=5), [6, 2], 0),
    ],
    says=dict(
        first_row="You took the logits of the first token. ⇒ What comes next stands in the last row: `logits[-1]`.",
        all_rows="You took the `argmax` of all rows at once: that is no id if there are several. ⇒ Take the last row first: `logits[-1]`.",
        lowest="You took the lowest logit. ⇒ Take the highest: `argmax`.",
        max_for_argmax="You took the highest logit itself as the next id. ⇒ Its place is the id: `argmax`, not `max`.",
        long_prompt="You read a text that is longer than the window as a whole. ⇒ Read its last `model.context_length` ids.",
        window_from_start="You kept the first ids of a long text. ⇒ The window keeps the *last* ones.",
        prompt_not_read="You read only the last id of the prompt, and the cache is empty. ⇒ Read all of it first.",
        prompt_at_one="Your prompt begins at position 1. ⇒ Positions begin at 0.",
        one_too_few="You wrote one token too few. ⇒ Count how often you append: `n_tokens` times.",
        one_too_many="You wrote one token too many. ⇒ Count how often you append: `n_tokens` times.",
        one_for_none="With `n_tokens` = 0 you still wrote one. ⇒ Append inside the loop only.",
        prompt_counted="You counted the prompt among the `n_tokens`. ⇒ That many are to be *added*.",
        picked_once="Every new token is the same: you pick it once, from the first logits. ⇒ Pick anew after each reading, inside the loop.",
        twice="You wrote twice as many tokens as were asked for. ⇒ Append one for each turn of the loop.",
        stops_at_zero="You stopped at id 0. ⇒ No id ends a text here: write all `n_tokens`.",
        not_read="Every new token is the same: the model never reads what you add. ⇒ Give it the new id.",
        cropped_too_late="You begin anew one token too late. ⇒ A text of `context_length` + 1 ids no longer fits.",
        cropped_too_early="You begin anew one token too early. ⇒ A text of exactly `context_length` ids still fits.",
        last_read_twice="The model reads the last id of the prompt twice. ⇒ The first logits already say what follows it: append first, then read the new id.",
        position_wraps="You let positions begin at 0 again, and the cache still holds the old ids. ⇒ Begin anew: an empty cache, and the last `context_length` ids from position 0 on.",
        position_stays="You put every further id at the last position, and the cache grows. ⇒ Begin anew: an empty cache, and the last `context_length` ids from position 0 on.",
        one_id="You begin anew with the newest id alone: the model has forgotten the text. ⇒ Read the last `context_length` ids.",
        text_cropped="You cut the text that you return. ⇒ Keep all ids, and hand only the last `context_length` of them to the model.",
        text_cropped_first="You cut the text itself before the model reads it, so its beginning is lost. ⇒ Keep all ids, and hand only the last `context_length` of them to the model.",
        everything_again="The model reads everything again for every new token. ⇒ Give it the new id alone: the cache knows the rest.",
        cache_only_if_all_fits="If the text outgrows the window later, the model reads everything again from the first new token on. ⇒ Use the cache as long as the text fits.",
        fresh_cache="You gave the new id with an empty cache: the model has forgotten the text. ⇒ Hand on the same list each time.",
        not_cropped="The text outgrew the window, and you went on. ⇒ Then begin anew: an empty cache, and the last `context_length` ids from position 0 on.",
        position_too_high="Your position is one too high. ⇒ The last of N ids stands at position N − 1.",
        position_zero="You put every new id at position 0. ⇒ The last of N ids stands at position N − 1.",
        position_too_low="Your position is one too low. ⇒ The last of N ids stands at position N − 1.",
        position_from_new="Your positions count the new ids only. ⇒ The prompt stands in front of them: the last of N ids stands at position N − 1.",
        prompt_added_to_position="Your positions jump by the length of the prompt when the first new token is read. ⇒ The last of N ids stands at position N − 1.",
        whole_text="You gave the whole text together with a full cache, which then holds it twice. ⇒ Give the new id alone.",
        two_tokens="You gave the last two ids, and the cache holds the first of them already. ⇒ Give the new id alone.",
        cache_shortened="You dropped the oldest entry of the cache, but all positions shift by one. ⇒ Begin anew, with an empty cache.",
        cache_kept="You read the window anew, into the old cache. ⇒ Begin with an empty one.",
        half_window="You keep half a window when it is full. ⇒ Here it stays full: the last `context_length` ids.",
        window_one_short="When the text no longer fits, you read one id less than the window holds. ⇒ Read the last `context_length` ids.",
        new_only="You returned the new ids alone. ⇒ Return the prompt as well, in front.",
    ),
    hints=(
        "After the prompt, the cache knows all but one id of the text. Which one, and where does it stand?",
        "`model(ids[-1:], len(ids) - 1, cache)` reads the newest id. When the text no longer fits: `cache = []`, and the last ids from 0 on.",
        "`ids, cache = list(ids), []`, then `logits = model(ids[-model.context_length:], 0, cache)`.",
    ),
    reads=_text_and_reads,
    may_change=("model",),
    probes=(
        (
            "reads_too_much",
            "Your text is right, but the model reads other tokens than it must. ⇒ Each one once while the text fits; after that the window, for each new token.",
            lambda f: not (_written(f, 20)[1] and _written(f, 4)[1]) or (_written(f, 20)[2] and _written(f, 4)[2]),
        ),
        (
            "fits_only",
            "As long as the text fits the window your function is right, and when it no longer does, it is not. ⇒ Then begin anew: an empty cache, and the last `context_length` ids from position 0 on.",
            lambda f: not _written(f, 20)[2] or _written(f, 4)[2],
        ),
        (
            "first_only",
            "Your first new token is right, and the later ones are not. ⇒ What does the model have to read before the next one, and where does it stand?",
            lambda f: not (_written(f, 20)[0] and _written(f, 4)[0]) or _written(f, 20)[1],
        ),
    ),
    makes=_made_for_generate,
    tries=15,
)
