"""Lesson 14: looking inside. The references are NumPy; learners get torch's tensors, and may answer with anything."""

import numpy as np

from course_lib.judge import Exercise


def _numbers(seed, *shape, size=1.0):
    return (size * np.random.default_rng(seed).normal(size=shape)).round(2)


def _pattern(seed, H, T, sharpness=1.5, causal=True):
    """Weights (H, T, T) whose rows sum to 1; those of an encoder look ahead, too."""
    return _softmax(np.where(np.tri(T, dtype=bool) | (not causal), _numbers(seed, H, T, T, size=sharpness), -np.inf))


def _on(H, T, look):
    """Weights (H, T, T) of heads that look at one token only: `look(h, i)` is its place."""
    weights = np.zeros((H, T, T))
    for h in range(H):
        for i in range(T):
            weights[h, i, look(h, i)] = 1
    return weights


def _softmax(x):
    exps = np.exp(x - x.max(-1, keepdims=True))
    return exps / exps.sum(-1, keepdims=True)


# ---- previous_token_score ------------------------------------------------------------------------------------------


def _drawn_pattern(draw, H, T):
    """Weights (H, T, T) made from scores of the drawn style; some look ahead, too."""
    scores = draw.numbers(H, T, T)
    return _softmax(np.where(np.tri(T, dtype=bool), scores, -np.inf) if draw.choice(True, True, False) else scores)


def _made_patterns(draw):
    return (_drawn_pattern(draw, H=draw.size(1, 8), T=draw.size(2, 16)),)


def previous_token_score(weights, slip):
    """The mean of weights[h, i, i − 1] over i = 1 … T − 1, for each head."""
    H, T, _ = weights.shape
    weights = slip(
        lambda: weights,
        transposed=lambda: weights.swapaxes(1, 2),
        softmax_again=lambda: _softmax(weights),
        over_heads=lambda: np.tile(weights.mean(0), (H, 1, 1)),
    )
    back = slip(1, itself=0, itself_from_1=0, two_back=2, two_back_wrapped=2)
    first = slip(
        lambda: back, itself_from_1=1, two_back_wrapped=1, second_left_out=2, second_lost=2, wrapped=0, wrapped_summed=0
    )
    last = slip(lambda: T, not_the_last=lambda: T - 1, last_lost=lambda: T - 1)
    queries = np.arange(first, last)
    looked_at = slip(
        lambda: weights[:, queries, queries - back],
        any_earlier=lambda: np.stack([np.tril(head, -1).sum(-1)[1:] for head in weights]),
        first_token=lambda: weights[:, 1:, 0],
        only_the_first=lambda: weights[:, 1:2, 0],
        only_the_last=lambda: weights[:, -1:, -2],
        every_column=lambda: weights[:, 1:, :-1].reshape(H, -1),
        wrong_table=lambda: np.diagonal(weights, -1, 0, 1),
        wrong_table_keys=lambda: np.diagonal(weights, -1, 0, 2),
    )
    n = slip(
        lambda: looked_at.shape[1],
        wrapped_summed=lambda: T - 1,
        second_lost=lambda: T - 1,
        last_lost=lambda: T - 1,
        first_averaged_in=lambda: T,
        one_too_few=lambda: T - 2,
        by_heads=lambda: H,
        over_the_table=lambda: T**2,
    )
    score = looked_at.sum(1) / n
    return slip(
        lambda: score,
        summed=lambda: looked_at.sum(1),
        largest=lambda: looked_at.max(1),
        median=lambda: np.sort(looked_at)[:, (looked_at.shape[1] - 1) // 2],
        zeros_left_out=lambda: looked_at.sum(1) / np.maximum((looked_at > 0).sum(1), 1),
        counted=lambda: (weights.argmax(-1)[:, 1:] == np.arange(T - 1)).sum(1) / (T - 1),
        counted_over_all=lambda: (weights.argmax(-1)[:, 1:] == np.arange(T - 1)).sum(1) / T,
        counted_halves=lambda: (looked_at > 0.5).sum(1) / looked_at.shape[1],
        best_head=lambda: np.array(score.argmax()),
        one_number=lambda: looked_at.sum() / looked_at.size,
        one_head=lambda: score[0],
        squeezed=lambda: score.squeeze(),
        axis_kept=lambda: score[:, None],
        best_score=lambda: score.max(),
        in_order=lambda: np.sort(score)[::-1],
        shared_out=lambda: score / score.sum(),
        not_reset=lambda: np.cumsum(score),
        per_token=lambda: looked_at,
        per_token_turned=lambda: looked_at.T,
        wrong_axis=lambda: looked_at.mean(0),
    )


PREVIOUS_TOKEN_SCORE = Exercise(
    previous_token_score,
    cases=[
        (
            np.array(
                [[[1, 0, 0], [0.75, 0.25, 0], [0.5, 0.4, 0.1]], [[1, 0, 0], [0.25, 0.75, 0], [0.125, 0.25, 0.625]]]
            ),
        ),
        (_pattern(1, 3, 5),),
        (_on(3, 6, lambda h, i: max(i - h, 0)),),
        (_pattern(2, 4, 4, sharpness=3.0),),
        (_pattern(3, 5, 8),),
        (_pattern(4, 2, 4),),
        (_pattern(5, 3, 6, causal=False),),
        (_pattern(6, 4, 5, causal=False),),
        (_pattern(7, 1, 7),),
    ],
    makes=_made_patterns,
    tries=12,
    says=dict(
        transposed="You looked above the diagonal: how much each token looks at the *next* one, which is masked. ⇒ A row is a query: token i looks at i − 1 in row i, column i − 1.",
        softmax_again="You put the weights through a softmax. They are shares already. ⇒ Take them as they are.",
        itself="You measured how much each token looks at itself. ⇒ The token in front is one column to the left: i − 1.",
        itself_from_1="You measured how much each token but the first looks at itself. ⇒ The token in front is one column to the left: i − 1.",
        two_back="You looked two tokens back. ⇒ The previous token is one to the left: column i − 1.",
        two_back_wrapped="You looked two tokens back, and for token 1 that is place −1: the last one. ⇒ The previous token is one to the left: column i − 1.",
        second_left_out="You began with token 2. Token 1 has a token in front of it, too. ⇒ Take the mean over tokens 1 to T − 1.",
        second_lost="The weight of token 1 is missing in your sum. ⇒ It has a token in front of it: begin with token 1.",
        last_lost="The weight of the last token is missing in your sum. ⇒ Go up to token T − 1.",
        wrapped="The first token is in your mean, with its weight on the *last* one: that is where place −1 is. ⇒ It has nobody in front of it: begin with token 1.",
        wrapped_summed="The first token is in your sum, with its weight on the *last* one: that is where place −1 is. ⇒ It has nobody in front of it: begin with token 1.",
        any_earlier="You counted the weights of all earlier tokens. ⇒ Take the one just in front alone: column i − 1.",
        first_token="You measured how much the first token is looked at. ⇒ The target moves with the query: column i − 1.",
        not_the_last="The last token is left out of your mean, and it has one in front of it. ⇒ Take the mean over tokens 1 to T − 1: T − 1 weights.",
        only_the_first="You took token 1 only. Does the loop end too early? ⇒ Take the mean over all tokens that have one in front.",
        only_the_last="You took the last token only. ⇒ Take the mean over all tokens that have one in front.",
        every_column="You took the mean over all pairs of tokens, apart from the first row and the last column. ⇒ Only the entries just below the diagonal count, one for each token.",
        wrong_table_keys="Your diagonal runs through heads and keys. A pattern is a table of queries and keys. ⇒ Tell `diagonal` the last two axes, or take one head at a time.",
        wrong_table="Your diagonal runs through heads and queries. A pattern is a table of queries and keys. ⇒ Tell `diagonal` the last two axes, or take one head at a time.",
        first_averaged_in="You divided by T, the number of all tokens. The first one has nobody in front of it. ⇒ Take the mean over the other T − 1.",
        one_too_few="You divided by T − 2. ⇒ Count the tokens that have one in front: T − 1.",
        by_heads="You divided by the number of heads. ⇒ Take the mean over the tokens: T − 1 of them have one in front.",
        over_the_table="You divided by the number of *all* pairs, T². ⇒ Only T − 1 entries count: their sum divided by T − 1.",
        summed="You added the weights up: the longer the text, the larger the score. ⇒ Take their mean, a share between 0 and 1.",
        largest="You took the largest weight. One lucky token doesn't make a previous-token head. ⇒ Take the mean over all tokens.",
        median="You took the middle one of the weights, their median. ⇒ Take their mean.",
        zeros_left_out="You left weights of 0 out of the mean. A token that never looks in front of it counts, too. ⇒ Divide by T − 1.",
        counted="You counted how often the token in front gets most. ⇒ Take the mean of the weights themselves.",
        counted_over_all="You counted how often the token in front gets most, out of all T tokens. ⇒ Take the mean of the weights themselves, over T − 1 tokens.",
        counted_halves="You counted how often the token in front gets more than half. ⇒ Take the mean of the weights themselves.",
        best_head="You returned the number of the best head. ⇒ Return all scores: one for each head, shape (H,).",
        one_number="You took the mean over the heads as well. ⇒ Keep one score for each head: shape (H,).",
        best_score="You returned the best head's score alone. ⇒ Return all scores: one for each head, shape (H,).",
        in_order="Your scores are in order of size. ⇒ Keep the order of the heads: head 0 first.",
        shared_out="Your scores are divided by their sum. ⇒ Heads don't share anything out: take the mean of each by itself.",
        axis_kept="You kept the axis of the tokens: your answer has shape (H, 1). ⇒ One score for each head is shape (H,).",
        not_reset="Each score has those of the heads before it in it. Is the total set to 0 only once? ⇒ Set it to 0 for each head.",
        one_head="You returned the score of head 0 alone. ⇒ Return one score for each head: shape (H,).",
        squeezed="With a single head your answer loses its axis. ⇒ Its shape is (H,) for every H, also (1,): don't squeeze it.",
        per_token="You returned one weight for each head and token. ⇒ Now take the mean over the tokens: shape (H,).",
        per_token_turned="You returned one weight for each token and head. ⇒ Now take the mean over the tokens: shape (H,).",
        wrong_axis="You took the mean over the heads, which leaves a number for each token. ⇒ Take it over the tokens: shape (H,).",
        over_heads="You averaged the heads' patterns, so all heads get the same score. ⇒ Keep the heads apart.",
    ),
    alone="itself_from_1 two_back_wrapped second_lost last_lost wrapped_summed".split(),
    steps={
        "the chosen weights": (
            "transposed itself itself_from_1 two_back two_back_wrapped second_left_out second_lost last_lost wrapped "
            "wrapped_summed any_earlier first_token not_the_last only_the_first only_the_last every_column "
            "wrong_table wrong_table_keys"
        ).split(),
        "the mean": (
            "first_averaged_in one_too_few over_the_table summed largest median zeros_left_out best_head one_number "
            "one_head squeezed axis_kept best_score in_order shared_out not_reset by_heads per_token per_token_turned "
            "wrong_axis"
        ).split(),
    },
    hints=(
        "Token 3 looks at token 2, token 4 at token 3. Where in the table (row = query) do these weights stand?",
        "They stand one below the diagonal: `torch.diagonal` takes an `offset`, and wants to know which two axes make the table.",
        "`below = weights.diagonal(-1, dim1=-2, dim2=-1)`: shape (H, T − 1). The rest is a mean.",
    ),
    tensors=True,
)


# ---- induction_score -----------------------------------------------------------------------------------------------


def _made_repetitions(draw):
    period = draw.size(2, 7)
    return _drawn_pattern(draw, H=draw.size(1, 6), T=period + draw.size(1, 12)), period


def induction_score(weights, period, slip):
    """The mean of weights[h, i, i − period + 1] over i = period … T − 1, for each head."""
    H, T, _ = weights.shape
    weights = slip(
        lambda: weights,
        transposed=lambda: weights.swapaxes(1, 2),
        softmax_again=lambda: _softmax(weights),
        over_heads=lambda: np.tile(weights.mean(0), (H, 1, 1)),
    )
    back = slip(
        lambda: period - 1,
        same_token=lambda: period,
        before_it=lambda: period + 1,
        before_it_wrapped=lambda: period + 1,
        two_periods=lambda: 2 * period - 1,
        two_after=lambda: period - 2,
        previous=1,
        previous_everywhere=1,
        itself=0,
        two_back=2,
        three_back=3,
        period_3=2,
    )
    begin = slip(
        lambda: period if slip(False, before_it_wrapped=True) else max(period, back),
        whole_diagonal=lambda: max(back, 0),
        whole_diagonal_summed=lambda: period - 1,
        previous_everywhere=1,
        period_3=3,
        wrapped=0,
        two_periods=lambda: 2 * period,
        second_repetition_on=lambda: 2 * period,
        second_skipped=lambda: period + 1,
        first_lost=lambda: period + 1,
    )
    end = slip(
        lambda: T,
        last_left_out=lambda: T - 1,
        last_lost=lambda: T - 1,
        one_repetition=lambda: min(2 * period, T),
        whole_rounds_only=lambda: T // period * period,
    )
    queries = np.arange(begin, end, slip(1, once_a_round=period))
    looked_at = slip(
        lambda: weights[:, queries, queries - back],
        only_the_first=lambda: weights[:, period : period + 1, 1],
        only_the_last=lambda: weights[:, -1:, -period],
        first_time=lambda: weights[:, queries, queries % period + 1],
        first_round=lambda: weights[:, queries, (queries + 1) % period],
        every_round=lambda: _every_round(weights, queries, period, 1),
        every_column=lambda: weights[:, period:, 1:].reshape(H, -1),
        every_round_and_0=lambda: _every_round(weights, queries, period, 0),
        wrong_table=lambda: np.diagonal(weights, 1 - period, 0, 1)[..., 1:],
        wrong_table_keys=lambda: np.diagonal(weights, 1 - period, 0, 2)[..., 1:],
    )
    n = slip(
        lambda: looked_at.shape[1],
        first_lost=lambda: T - period,
        whole_diagonal_summed=lambda: T - period,
        last_lost=lambda: T - period,
        over_all=lambda: T,
        over_period=lambda: period,
        one_too_few=lambda: T - period - 1,
        over_all_but_one=lambda: T - 1,
        over_the_table=lambda: T**2,
        by_heads=lambda: H,
    )
    score = looked_at.sum(1) / n
    return slip(
        lambda: score,
        summed=lambda: looked_at.sum(1),
        largest=lambda: looked_at.max(1),
        median=lambda: np.sort(looked_at)[:, (looked_at.shape[1] - 1) // 2],
        zeros_left_out=lambda: looked_at.sum(1) / np.maximum((looked_at > 0).sum(1), 1),
        counted=lambda: (weights.argmax(-1)[:, queries] == queries - back).sum(1) / len(queries),
        counted_halves=lambda: (looked_at > 0.5).sum(1) / looked_at.shape[1],
        best_head=lambda: np.array(score.argmax()),
        one_number=lambda: looked_at.sum() / looked_at.size,
        one_head=lambda: score[0],
        squeezed=lambda: score.squeeze(),
        axis_kept=lambda: score[:, None],
        best_score=lambda: score.max(),
        in_order=lambda: np.sort(score)[::-1],
        shared_out=lambda: score / score.sum(),
        not_reset=lambda: np.cumsum(score),
        per_token=lambda: looked_at,
        per_token_turned=lambda: looked_at.T,
        wrong_axis=lambda: looked_at.mean(0),
    )


def _every_round(weights, queries, period, least):
    """What each query gives to everything that came after the same token, one period back, two, …; shape (H, queries)."""
    columns = [[j for j in range(i - period + 1, -1, -period) if j >= least] for i in queries]
    return np.stack([weights[:, i, js].sum(-1) for i, js in zip(queries, columns, strict=True)], axis=1)


INDUCTION_SCORE = Exercise(
    induction_score,
    cases=[
        (_pattern(11, 2, 6), 3),
        (_pattern(12, 3, 12), 4),
        (_on(5, 14, lambda h, i: max(i - (h + 2), 0) if i % 3 else 0), 5),
        (_pattern(13, 4, 11), 4),
        (_pattern(14, 3, 16, sharpness=3.0), 5),
        (_pattern(15, 2, 17), 7),
        (_pattern(16, 3, 12, causal=False), 4),
        (_pattern(17, 4, 9, causal=False), 3),
        (_pattern(18, 1, 11), 5),
    ],
    makes=_made_repetitions,
    tries=12,
    says=dict(
        transposed="You swapped rows and columns: how much a token is looked at by a later one. ⇒ A row is a query: the weight is in row i, column i − period + 1.",
        softmax_again="You put the weights through a softmax. They are shares already. ⇒ Take them as they are.",
        same_token="You looked `period` back: there stands the same token. ⇒ Induction looks at the one *after* it: i − period + 1.",
        before_it="You looked `period` + 1 back: that is the token in front of the same one. ⇒ Induction looks *after* it: i − period + 1.",
        before_it_wrapped="You looked `period` + 1 back, in front of the same token; for token `period` that is place −1, the last one. ⇒ Induction looks *after* it: i − period + 1.",
        two_after="You looked one too far to the right: i − period is the same token, i − period + 2 the second one after it. ⇒ The one that came next is i − period + 1.",
        previous="You measured how much each repeated token looks at the one in front of it: that is the other score. ⇒ Look at i − period + 1.",
        previous_everywhere="You measured how much each token looks at the one in front of it: that is the other score. ⇒ Look at i − period + 1, from token `period` on.",
        itself="You measured how much each repeated token looks at itself. ⇒ Look at what came after it the last time: i − period + 1.",
        two_back="You looked two places back, whatever `period` is. ⇒ The distance depends on it: look at i − period + 1.",
        three_back="You looked three places back, whatever `period` is. ⇒ The distance depends on it: look at i − period + 1.",
        first_time="You looked at what came after the token the *first* time. ⇒ Take the last time before this one: i − period + 1.",
        first_round="You looked at the *first* round, at the place that the next token has there. ⇒ Take what came after the last time: i − period + 1.",
        period_3="Your code looks two places back from token 3 on, as is right for period 3 alone. ⇒ The distance depends on `period`: look at i − period + 1.",
        once_a_round="You looked at one token in each round, the first of it. ⇒ Take the mean over all repeated tokens, from number `period` on.",
        two_periods="You looked at what came after the token two rounds back. ⇒ Take the last time before this one: i − period + 1.",
        second_repetition_on="You began with token 2 · period. The first repetition counts, too. ⇒ Begin with token `period`.",
        every_column="You took the mean over whole rows. ⇒ Only one entry of each row counts: column i − period + 1.",
        every_round="You added up the weights on what followed *every* earlier time. ⇒ Take the last time alone: i − period + 1.",
        every_round_and_0="You added up the weights on what followed *every* earlier time, column 0 included. ⇒ Take the last time alone: i − period + 1.",
        wrong_table_keys="Your diagonal runs through heads and keys. A pattern is a table of queries and keys. ⇒ Tell `diagonal` the last two axes, or take one head at a time.",
        wrong_table="Your diagonal runs through heads and queries. A pattern is a table of queries and keys. ⇒ Tell `diagonal` the last two axes, or take one head at a time.",
        whole_diagonal="Token period − 1 is in your mean. It hasn't been seen before. ⇒ Begin with token `period`, the first repeated one.",
        whole_diagonal_summed="Token period − 1 is in your sum. It hasn't been seen before. ⇒ Begin with token `period`, the first repeated one.",
        wrapped="You began with token 0. The first `period` tokens repeat nothing. ⇒ Begin with token `period`.",
        second_skipped="Token `period` is left out of your mean, and it is the first one that is repeated. ⇒ Begin there.",
        last_left_out="The last token is left out of your mean, and it is a repeated one. ⇒ Go on to the end: i up to T − 1.",
        first_lost="The weight of token `period` is missing in your sum. ⇒ It is the first repeated one: begin there.",
        last_lost="The weight of the last token is missing in your sum. ⇒ Go up to token T − 1.",
        only_the_first="You took token `period` only. Does the loop end too early? ⇒ Take the mean over all repeated tokens, from number `period` on.",
        only_the_last="You took the last token only. ⇒ Take the mean over all repeated tokens, from number `period` on.",
        one_repetition="You stopped after the first repetition. ⇒ Go on to the end of the text.",
        whole_rounds_only="You stopped after the last *whole* round; the tokens after it are repeated ones, too. ⇒ Go on to the end of the text.",
        over_all="You divided by T, the number of all tokens. ⇒ Take the mean over the tokens that repeat something: T − period of them.",
        over_all_but_one="You divided by T − 1. ⇒ Take the mean over the tokens that repeat something: T − period of them.",
        over_the_table="You divided by the number of *all* pairs, T². ⇒ Only T − period entries count.",
        over_period="You divided by `period`. ⇒ Take the mean over the tokens that repeat something: T − period of them.",
        one_too_few="You divided by T − period − 1. ⇒ Count them: i from `period` to T − 1 are T − period tokens.",
        by_heads="You divided by the number of heads. ⇒ Take the mean over the tokens that repeat something: T − period of them.",
        summed="You added the weights up: the longer the text, the larger the score. ⇒ Take their mean, a share between 0 and 1.",
        largest="You took the largest weight. One lucky token doesn't make an induction head. ⇒ Take the mean over all repeated tokens.",
        median="You took the middle one of the weights, their median. ⇒ Take their mean.",
        zeros_left_out="You left weights of 0 out of the mean. A token that never looks there counts, too. ⇒ Divide by T − period.",
        counted="You counted how often that token gets most. ⇒ Take the mean of the weights themselves.",
        counted_halves="You counted how often that token gets more than half. ⇒ Take the mean of the weights themselves.",
        best_head="You returned the number of the best head. ⇒ Return all scores: one for each head, shape (H,).",
        one_number="You took the mean over the heads as well. ⇒ Keep one score for each head: shape (H,).",
        best_score="You returned the best head's score alone. ⇒ Return all scores: one for each head, shape (H,).",
        in_order="Your scores are in order of size. ⇒ Keep the order of the heads: head 0 first.",
        shared_out="Your scores are divided by their sum. ⇒ Heads don't share anything out: take the mean of each by itself.",
        axis_kept="You kept the axis of the tokens: your answer has shape (H, 1). ⇒ One score for each head is shape (H,).",
        not_reset="Each score has those of the heads before it in it. Is the total set to 0 only once? ⇒ Set it to 0 for each head.",
        one_head="You returned the score of head 0 alone. ⇒ Return one score for each head: shape (H,).",
        squeezed="With a single head your answer loses its axis. ⇒ Its shape is (H,) for every H, also (1,): don't squeeze it.",
        per_token="You returned one weight for each head and token. ⇒ Now take the mean over the tokens: shape (H,).",
        per_token_turned="You returned one weight for each token and head. ⇒ Now take the mean over the tokens: shape (H,).",
        wrong_axis="You took the mean over the heads, which leaves a number for each token. ⇒ Take it over the tokens: shape (H,).",
        over_heads="You averaged the heads' patterns, so all heads get the same score. ⇒ Keep the heads apart.",
    ),
    alone=(
        "before_it_wrapped previous_everywhere two_periods period_3 first_lost last_lost whole_diagonal_summed "
        "once_a_round"
    ).split(),
    steps={
        "the chosen weights": (
            "transposed same_token before_it before_it_wrapped two_after previous previous_everywhere itself two_back "
            "three_back period_3 first_time first_round once_a_round two_periods second_repetition_on every_column "
            "every_round every_round_and_0 wrong_table wrong_table_keys whole_diagonal whole_diagonal_summed wrapped "
            "second_skipped first_lost last_lost last_left_out only_the_first only_the_last one_repetition "
            "whole_rounds_only"
        ).split(),
        "the mean": (
            "over_all over_all_but_one over_the_table over_period one_too_few summed largest median zeros_left_out "
            "best_head one_number one_head squeezed axis_kept best_score in_order shared_out not_reset by_heads "
            "per_token per_token_turned wrong_axis"
        ).split(),
    },
    hints=(
        "In `a b c a b c` with period 3, token 3 is the second `a`. What came after the first `a`, and how many places back is that?",
        "It is i − period + 1, for i from `period` on. That is a diagonal again, without its first entry, or a loop.",
        "`weights[:, i, i - period + 1]` for one i has shape (H,). Take the mean over i in `range(period, T)`.",
    ),
    tensors=True,
)


# ---- ablate_head ---------------------------------------------------------------------------------------------------


def _made_merged(draw):
    n_head, D = draw.size(1, 6), draw.size(1, 6)
    return draw.numbers(draw.size(1, 3), draw.size(1, 9), n_head * D), draw.place(n_head), n_head


def ablate_head(merged, h, n_head, slip):
    """A copy in which the columns of head h are 0."""
    B, T, C = merged.shape
    D = slip(lambda: C // n_head, number_for_size=n_head, always_two=2)
    h = slip(
        lambda: h,
        from_one=lambda: h - 1,
        from_one_wrapped=lambda: (h - 1) % n_head,
        next_head=lambda: h + 1,
        from_behind=lambda: n_head - 1 - h,
        always_first=0,
    )
    own = slip(
        lambda: slice(h * D, (h + 1) * D) if h >= 0 else slice(0, 0),
        interleaved=lambda: slice(max(h, 0), None, n_head),
        every_other_head=lambda: slice(max(h, 0), None, D),
        one_column=lambda: slice(h, h + 1),
        first_column=lambda: slice(h * D, h * D + 1),
        begins_at_h=lambda: slice(h, h + D),
        one_too_many=lambda: slice(h * D, (h + 1) * D + 1),
        one_too_few=lambda: slice(h * D, (h + 1) * D - 1),
        first_kept=lambda: slice(h * D + 1, (h + 1) * D),
        all_before=lambda: slice(0, (h + 1) * D),
        others_before=lambda: slice(0, h * D),
        all_behind=lambda: slice(h * D, None),
        others_behind=lambda: slice((h + 1) * D, None),
        last_head_stays=lambda: slice(h * D, -(n_head - h - 1) * D),
        from_behind_by_slice=lambda: slice(-(h + 1) * D, -h * D),
        ends_at_D=lambda: slice(h * D, D),
    )
    chosen = np.zeros(C, dtype=bool)
    chosen[own] = True
    if slip(False, only_this_head=True):
        chosen = ~chosen
    zeroed = slip(
        lambda: np.where(chosen, 0, merged),
        removed=lambda: merged[..., ~chosen],
        only_columns=lambda: merged[..., chosen],
        set_to_one=lambda: np.where(chosen, 1, merged),
        minus_infinity=lambda: np.where(chosen, -np.inf, merged),
        sign_turned=lambda: np.where(chosen, -merged, merged),
        mean_instead=lambda: np.where(chosen, merged.mean((0, 1)), merged),
        mean_of_all=lambda: np.where(chosen, merged.mean(), merged),
        unchanged=merged,
        rows=lambda: _rows_zeroed(merged, own),
        one_token=lambda: _rows_zeroed(merged, slice(max(h, 0), h + 1)),
        one_of_each=lambda: _one_of_each_zeroed(merged, h, n_head),
        one_text=lambda: _text_zeroed(merged, h),
        reshaped=lambda: _split_by_reshape(merged, h, n_head),
        turned_back_wrong=lambda: _merged_by_reshape(merged, h, n_head),
        first_text=lambda: np.where(chosen & (np.arange(B) == 0)[:, None, None], 0, merged),
        first_token=lambda: np.where(chosen & (np.arange(T) == 0)[:, None], 0, merged),
        last_token=lambda: np.where(chosen & (np.arange(T) == T - 1)[:, None], 0, merged),
    )
    return slip(
        lambda: zeroed,
        scaled_up=lambda: zeroed * n_head / max(n_head - 1, 1),
        heads_first=lambda: zeroed.reshape(B, T, n_head, -1).swapaxes(1, 2),
        heads_apart=lambda: zeroed.reshape(B, T, n_head, -1),
    )


def _rows_zeroed(merged, own):
    out = merged.copy()
    out[:, own] = 0
    return out


def _text_zeroed(merged, h):
    out = merged.copy()
    out[h] = 0  # as NumPy and torch: an IndexError if there is no text h
    return out


def _one_of_each_zeroed(merged, h, n_head):
    heads = merged.reshape(*merged.shape[:2], n_head, -1).copy()
    heads[..., h] = 0  # an IndexError if h is not below D
    return heads.reshape(merged.shape)


def _split_by_reshape(merged, h, n_head):
    """Head h set to 0 after a view as (B, n_head, T, D), where a transpose is needed."""
    B, T, C = merged.shape
    return _rows_zeroed(merged.reshape(B, n_head, T, C // n_head), slice(max(h, 0), h + 1)).reshape(B, T, C)


def _merged_by_reshape(merged, h, n_head):
    """Head h set to 0 among heads that were split well, and merged without a transpose."""
    B, T, C = merged.shape
    heads = merged.reshape(B, T, n_head, C // n_head).swapaxes(1, 2)
    return _rows_zeroed(heads, slice(max(h, 0), h + 1)).reshape(B, T, C)


ABLATE_HEAD = Exercise(
    ablate_head,
    cases=[
        (np.arange(1.0, 13).reshape(1, 2, 6), 1, 3),
        (_numbers(21, 2, 7, 12), 1, 4),
        (_numbers(22, 3, 9, 8), 0, 2),
        (_numbers(23, 2, 6, 12), 2, 3),
        (_numbers(24, 2, 8, 10), 3, 5),
        (_numbers(25, 2, 5, 8), 1, 4),
    ],
    makes=_made_merged,
    tries=12,
    says=dict(
        number_for_size="You used `n_head` as the size of a head. It is their number. ⇒ A head has D = C // n_head columns.",
        always_two="Every head has two columns in your code, whatever C and `n_head` are. ⇒ A head has D = C // n_head columns.",
        from_one="You count heads from 1, so head 0 is never switched off. ⇒ They count from 0: head h has the columns h·D to (h + 1)·D.",
        from_one_wrapped="You switched off the head before, for head 0 the last one. ⇒ Heads count from 0: head h has the columns h·D to (h + 1)·D.",
        next_head="You switched off the next head. ⇒ Head h has the columns h·D to (h + 1)·D.",
        from_behind="You count heads from the end. Head 0 has the first columns. ⇒ Head h has h·D to (h + 1)·D.",
        always_first="Your code switches off head 0, whatever `h` is. ⇒ Head h has the columns h·D to (h + 1)·D.",
        interleaved="You set every `n_head`-th column to 0. Merged heads don't take turns, they stand side by side. ⇒ Head h has the neighbouring columns h·D to (h + 1)·D.",
        every_other_head="You set every D-th column to 0: one column of each head. ⇒ Head h has D neighbouring columns, h·D to (h + 1)·D.",
        one_column="You set one column to 0, number h. ⇒ A head has D of them: h·D to (h + 1)·D.",
        first_column="You set only the first of the head's columns to 0. ⇒ It has D of them: h·D to (h + 1)·D.",
        begins_at_h="Your D columns begin at column h: heads overlap. ⇒ Before head h there are h heads with D columns each: it begins at h·D.",
        one_too_many="You took one column too many. ⇒ A slice ends *before* its second number: (h + 1)·D needs no + 1.",
        one_too_few="You left the head's last column as it was. ⇒ A slice ends *before* its second number: (h + 1)·D needs no − 1.",
        first_kept="You left the head's first column as it was. ⇒ The head begins at h·D.",
        all_before="You switched off all heads up to h. ⇒ Only the columns h·D to (h + 1)·D belong to head h.",
        others_before="You switched off the heads before h, and not h itself. ⇒ Head h has the columns h·D to (h + 1)·D.",
        all_behind="You switched off all heads from h on. ⇒ Only the columns h·D to (h + 1)·D belong to head h.",
        others_behind="You switched off the heads after h, and not h itself. ⇒ Head h has the columns h·D to (h + 1)·D.",
        from_behind_by_slice="You count heads from the end, and head 0 is never switched off: a slice that ends at −0 ends at 0. ⇒ Head h has the columns h·D to (h + 1)·D.",
        ends_at_D="Only head 0 can be switched off: your slice ends at column D, where the others only begin. ⇒ Head h has the columns h·D to (h + 1)·D.",
        last_head_stays="All heads can be switched off but the last: your slice ends at −0 there, which is 0, so it is empty. ⇒ Count its end from the front: (h + 1)·D.",
        only_this_head="You kept head h and switched off all others. ⇒ It is the other way round.",
        removed="You cut the head's columns out, and `W_o` expects all C columns. ⇒ Keep them, and set them to 0.",
        only_columns="You returned only the head's columns. ⇒ Return all C columns, those of head h set to 0.",
        heads_first="Your answer has shape (B, n_head, T, D): the heads aren't merged again. ⇒ Transpose back, and put them side by side: (B, T, C).",
        heads_apart="Your heads have an axis of their own in what you return. ⇒ Put them side by side again: shape (B, T, C).",
        set_to_one="You set the columns to 1. That adds something to the stream. ⇒ A head that adds nothing has 0 there.",
        minus_infinity="You set the columns to −∞. That is for scores before a softmax, and these are values. ⇒ A head that adds nothing has 0 there.",
        sign_turned="You turned the sign of the head's numbers: it now takes off what it added before. ⇒ A head that adds nothing has 0 there.",
        mean_instead="You set each of the columns to its mean: another kind of ablation, used in papers. ⇒ Here: 0.",
        mean_of_all="You set the columns to the mean of all numbers. ⇒ A head that adds nothing has 0 there.",
        unchanged="Your answer is the input, unchanged. ⇒ Did you return the copy in which you set the columns to 0?",
        rows="You set rows, that is tokens, to 0. ⇒ The head's columns are on the last axis.",
        one_token="You set token h to 0. ⇒ A head is a group of columns, on the last axis.",
        one_of_each="You set number h of each head's D columns to 0. ⇒ After the split h chooses on the axis of the heads, the last but one.",
        one_text="You set text h to 0: the first axis counts the texts. ⇒ A head is a group of columns, on the last axis.",
        reshaped="You cut each text into `n_head` groups of numbers in reading order: that mixes tokens and heads. ⇒ Split the last axis alone: (B, T, n_head, D).",
        turned_back_wrong="Your numbers come back in another order: heads and tokens are still swapped. ⇒ Transpose back before you merge.",
        first_text="The head is switched off in the first text only. ⇒ Do it in all texts: leave the first axis whole.",
        first_token="The head is switched off for the first token only. ⇒ Do it for all tokens: leave the second axis whole.",
        last_token="The head is switched off for the last token only. ⇒ Do it for all tokens: leave the second axis whole.",
        scaled_up="You made the other heads louder, as dropout does. ⇒ Leave them as they are.",
    ),
    alone=("last_head_stays", "from_behind_by_slice"),
    steps={
        "the chosen columns": (
            "number_for_size always_two from_one from_one_wrapped next_head from_behind always_first interleaved "
            "every_other_head one_column first_column begins_at_h one_too_many one_too_few first_kept all_before "
            "others_before all_behind others_behind last_head_stays from_behind_by_slice ends_at_D only_this_head "
            "rows one_token one_of_each one_text reshaped"
        ).split(),
        "what you put there": "set_to_one minus_infinity sign_turned mean_instead mean_of_all removed only_columns".split(),
    },
    hints=(
        "`merge_heads` put the heads side by side, D columns each. Which columns are head 2's if D is 4?",
        "Copy with `merged.clone()`, so that the input stays as it was, then set a slice of the last axis to 0.",
        "`D = merged.shape[-1] // n_head`, and head h has the columns `h * D : (h + 1) * D`.",
    ),
    tensors=True,
)


# ---- logit_lens ----------------------------------------------------------------------------------------------------


def _norm(gain, shift):
    """A layer norm that has learned something, as in a trained model."""
    import torch

    norm = torch.nn.LayerNorm(len(gain))
    norm.weight.data, norm.bias.data = (torch.tensor(x, dtype=torch.float32) for x in (gain, shift))
    return norm.requires_grad_(False)


def _lens_cases():
    sizes = [(2, 2, 3, 4), (4, 3, 4, 7), (3, 5, 6, 8), (3, 3, 5, 5), (6, 4, 7, 9)]  # L + 1, T, C, V
    for seed, (layers, T, C, V) in enumerate(sizes):
        norm = _norm(1 + 0.5 * _numbers(seed + 40, C), _numbers(seed + 50, C))
        yield _numbers(seed + 30, layers, T, C, size=2.0), norm, _numbers(seed + 35, V, C)


def _made_lens(draw):
    layers, T, C, V = draw.size(2, 7), draw.size(1, 9), draw.size(2, 12), draw.size(1, 15)
    norm = _norm(1 + 0.5 * draw.rng.normal(size=C), draw.rng.normal(size=C))
    return draw.numbers(layers, T, C), norm, draw.numbers(V, C, low=-9, high=9)


def _centred(x, axis=-1):
    return x - x.mean(axis, keepdims=True)


def _plain(x, norm, axis=-1):
    return _centred(x, axis) / np.sqrt(x.var(axis, keepdims=True) + norm.eps)


def _normed(x, norm, axis=-1):
    """What torch's layer norm does, in NumPy."""
    gain, shift = _learned(norm)
    return _plain(x, norm, axis) * gain + shift


def _learned(norm):
    return [p.detach().double().numpy() for p in (norm.weight, norm.bias)]


def _with_unbiased_variance(x, norm):
    """What torch's `var` and `std` give by themselves: divided by C − 1."""
    gain, shift = _learned(norm)
    return _centred(x) / np.sqrt(x.var(-1, keepdims=True, ddof=1) + norm.eps) * gain + shift


def _by_variance(x, norm):
    gain, shift = _learned(norm)
    return _centred(x) / (x.var(-1, keepdims=True) + norm.eps) * gain + shift


def _of_length_1(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def _by_root_mean_square(x, norm):
    return x / np.sqrt((x**2).mean(-1, keepdims=True) + norm.eps) * _learned(norm)[0]


def _product(x, table):
    """x @ table, which torch refuses with a RuntimeError where the sizes differ."""
    if x.shape[-1] != len(table):
        raise RuntimeError(f"{x.shape} and {table.shape} cannot be multiplied")
    return x @ table


def _norm_after(logits, norm):
    """The layer norm of the logits, which torch refuses unless V is C."""
    if logits.shape[-1] != len(norm.weight):
        raise RuntimeError(f"expected {len(norm.weight)} columns")
    return _normed(logits, norm)


def logit_lens(streams, final_norm, token_table, slip):
    """final_norm(streams) @ token_table.T, for every layer's stream."""
    streams, token_table = np.asarray(streams, dtype=float), np.asarray(token_table, dtype=float)
    C = streams.shape[-1]
    streams = slip(
        lambda: streams,
        differences=lambda: np.concatenate([streams[:1], np.diff(streams, axis=0)]),
        summed_up=lambda: np.cumsum(streams, axis=0),
    )
    streams = slip(
        lambda: streams,
        last_layer=lambda: streams[-1],
        last_layer_only=lambda: streams[-1:],
        first_left_out=lambda: streams[1:],
        last_left_out=lambda: streams[:-1],
        last_token=lambda: streams[:, -1],
        reversed=lambda: streams[::-1],
        mean_of_tokens=lambda: streams.mean(1),
        mean_of_layers=lambda: streams.mean(0),
    )
    normed = slip(
        lambda: _normed(streams, final_norm),
        no_norm=streams,
        norm_without_gain=lambda: _plain(streams, final_norm),
        norm_without_shift=lambda: _plain(streams, final_norm) * _learned(final_norm)[0],
        normed_twice=lambda: _normed(_normed(streams, final_norm), final_norm),
        last_only_normed=lambda: np.concatenate([streams[:-1], _normed(streams[-1:], final_norm)]),
        last_not_normed=lambda: np.concatenate([_normed(streams[:-1], final_norm), streams[-1:]]),
        first_not_normed=lambda: np.concatenate([streams[:1], _normed(streams[1:], final_norm)]),
        over_tokens=lambda: _normed(streams, final_norm, -2),
        by_length=lambda: _of_length_1(streams),
        by_length_after=lambda: _of_length_1(_normed(streams, final_norm)),
        learned_part_alone=lambda: streams * _learned(final_norm)[0] + _learned(final_norm)[1],
        by_root_mean_square=lambda: _by_root_mean_square(streams, final_norm),
        unbiased_without_gain=lambda: _centred(streams) / streams.std(-1, ddof=1, keepdims=True),
        unbiased=lambda: _with_unbiased_variance(streams, final_norm),
        by_variance=lambda: _by_variance(streams, final_norm),
        norm_added=lambda: streams + _normed(streams, final_norm),
    )
    table = slip(
        lambda: token_table,
        table_normed=lambda: _normed(token_table, final_norm),
        table_of_length_1=lambda: _of_length_1(token_table),
    )
    logits = slip(
        lambda: normed @ table.T,
        norm_on_table=lambda: streams @ _normed(token_table, final_norm).T,
        cosines=lambda: _of_length_1(normed) @ _of_length_1(token_table).T,
        norm_after=lambda: _norm_after(streams @ token_table.T, final_norm),
        not_transposed=lambda: _product(normed, table),
        reshaped_table=lambda: normed @ table.reshape(C, -1),
        no_table=normed,
    )
    return slip(
        lambda: logits,
        probabilities=lambda: _softmax(logits),
        log_probabilities=lambda: np.log(_softmax(logits)),
        divided_by_root=lambda: logits / C**0.5,
        best_ids=lambda: logits.argmax(-1).astype(float),
        best_logits=lambda: logits.max(-1),
        turned=lambda: logits.swapaxes(-2, -1),
        vocabulary_first=lambda: np.moveaxis(logits, -1, 0),
        tokens_first=lambda: logits.swapaxes(0, 1),
        run_together=lambda: logits.reshape(-1, logits.shape[-1]),
    )


LOGIT_LENS = Exercise(
    logit_lens,
    cases=_lens_cases,
    makes=_made_lens,
    tries=12,
    says=dict(
        no_norm="Your streams meet the table without `final_norm`. In the model the last one goes through it first. ⇒ Put all streams through it.",
        norm_on_table="You normalised the table, and not the streams. ⇒ `final_norm` belongs to the streams; the table stays as it is.",
        table_normed="You normalised the table as well. ⇒ `final_norm` belongs to the streams; the table stays as it is.",
        table_of_length_1="You made every row of the table as long as the others. The model doesn't, and long rows win more often. ⇒ Take the table as it is.",
        cosines="You took cosines: a token's row and the stream are both cut to length 1. ⇒ The model takes the plain product of the normalised stream and the table.",
        norm_after="You normalised the logits. ⇒ `final_norm` is for streams, with C numbers each: it comes before the product.",
        norm_without_gain="You normalised, but left out what `final_norm` has learned, its weight and bias. ⇒ Call `final_norm` itself.",
        norm_without_shift="You normalised, but left out the bias that `final_norm` has learned. ⇒ Call `final_norm` itself.",
        normed_twice="You normalised the streams twice. ⇒ Once is enough.",
        last_only_normed="Only the last layer's stream was normalised. ⇒ All layers go through `final_norm`.",
        last_not_normed="The last layer's stream isn't normalised. It is the stream *before* the model's last norm. ⇒ All of them go through `final_norm`.",
        first_not_normed="The first stream isn't normalised. ⇒ All of them go through `final_norm`.",
        over_tokens="You normalised over the tokens. ⇒ `final_norm` takes each token's vector by itself, over its C entries.",
        by_length="You divided by the length of the vectors. ⇒ Use the model's own norm, `final_norm`.",
        by_length_after="You cut the normalised vectors to length 1. ⇒ Go on with what `final_norm` returns.",
        learned_part_alone="You used what `final_norm` has learned, without taking off the mean and dividing by the spread. ⇒ Call `final_norm` itself.",
        by_root_mean_square="You didn't take the mean off: that is an RMS norm. ⇒ Use the model's own norm, `final_norm`.",
        unbiased_without_gain="You wrote a norm of your own: it divides by a root over C − 1, and lacks what `final_norm` has learned. ⇒ Call `final_norm` itself.",
        unbiased="You divided by the root of a variance over C − 1, which is what torch's `var` and `std` give. A layer norm takes it over C. ⇒ Call `final_norm` itself.",
        by_variance="You divided by the variance; a layer norm divides by its square root. ⇒ Call `final_norm` itself.",
        norm_added="You added the normalised stream to the stream itself. After the last layer the norm takes its place. ⇒ Go on with what `final_norm` returns.",
        not_transposed="You multiplied by `token_table` itself. It has a row for each token of the vocabulary. ⇒ Use its transpose.",
        reshaped_table="Your table has the right shape, (C, V), but its numbers in another order: a reshape isn't a transpose. ⇒ Use its transpose.",
        no_table="You returned the normalised streams. ⇒ Now ask for every token of the vocabulary: a product with the table is missing.",
        last_layer="You looked at the last layer only: that is what the model says anyway. ⇒ Keep all L + 1 streams.",
        last_layer_only="You looked at the last layer only: that is what the model says anyway. ⇒ Keep all L + 1 streams.",
        first_left_out="The stream before the first layer is missing. ⇒ Keep all L + 1 of them.",
        last_left_out="The stream after the last layer is missing. ⇒ Keep all L + 1 of them.",
        last_token="You looked at the last token only. ⇒ Return a prediction for every token: (L + 1, T, V).",
        mean_of_tokens="You averaged the tokens' streams, or added them up. ⇒ Return a prediction for every token: (L + 1, T, V).",
        mean_of_layers="You averaged the layers' streams, or added them up. ⇒ Return a prediction for every layer: (L + 1, T, V).",
        reversed="Your layers are in reverse order. ⇒ Begin with the stream before the first layer.",
        differences="You looked at what each layer adds. ⇒ The lens reads the stream itself: everything that has been added so far.",
        summed_up="You added up the streams. ⇒ Each of them is a sum already: take it as it is.",
        probabilities="You returned probabilities. ⇒ Return the logits, before the softmax.",
        log_probabilities="You returned log-probabilities. ⇒ Return the logits, before the softmax.",
        divided_by_root="You divided by √C. That belongs to attention's scores. ⇒ A logit is the plain product.",
        best_ids="You returned the best token's id. ⇒ Return all logits: (L + 1, T, V).",
        best_logits="You returned the largest logit. ⇒ Return all of them: (L + 1, T, V).",
        turned="Your last two axes are (V, T). ⇒ A token of the text is a row: (L + 1, T, V).",
        run_together="Your layers run together in one long table. ⇒ A layer has an axis of its own: (L + 1, T, V).",
        vocabulary_first="Your vocabulary is the first axis. ⇒ It is the last one, after the layers and the tokens: (L + 1, T, V).",
        tokens_first="Your first two axes are (T, L + 1). ⇒ A layer comes first: (L + 1, T, V).",
    ),
    steps={
        "the chosen streams": (
            "last_layer last_layer_only first_left_out last_left_out last_token mean_of_tokens mean_of_layers "
            "reversed differences summed_up"
        ).split(),
        "the norm": (
            "no_norm norm_without_gain norm_without_shift normed_twice last_only_normed last_not_normed "
            "first_not_normed over_tokens by_length by_length_after learned_part_alone by_root_mean_square unbiased "
            "unbiased_without_gain by_variance norm_added"
        ).split(),
        "the product with the table": "table_normed table_of_length_1 not_transposed reshaped_table no_table".split(),
    },
    hints=(
        "What does the model do with the stream after its last layer? Do the same with all of them. Which two steps are that?",
        "`final_norm` takes (…, C) and gives (…, C): all layers at once. Then comes a product with the table, turned round.",
        "`read = final_norm(streams)`, and one `@` is left.",
    ),
    tensors=True,
)
