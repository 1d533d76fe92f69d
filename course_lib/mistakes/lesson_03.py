"""Lesson 03: queries and keys."""

import numpy as np

from course_lib.judge import Exercise


def queries_and_keys(x, W_q, W_k, slip):
    """One product each: x @ W_q, and x @ W_k."""

    def project(rows, weight):
        return slip(
            lambda: rows @ weight,
            weight_transposed=lambda: rows @ weight.T,
            weight_first=lambda: weight @ rows,
            weight_on_columns=lambda: weight @ rows.T,
            video_columns=lambda: weight.T @ rows.T,
            weight_reshaped=lambda: rows @ weight.T.reshape(weight.shape),
            entry_by_entry=lambda: rows * weight,
            written_into_x=lambda: _written_into_a_table_like(rows, rows @ weight),
        )

    x = slip(lambda: x, x_of_length_one=lambda: x / np.sqrt((x**2).sum(-1, keepdims=True)))
    for_q, for_k = slip(
        lambda: (W_q, W_k),
        both_from_W_q=(W_q, W_q),
        both_from_W_k=(W_k, W_k),
        weights_added=lambda: (W_q + W_k, W_q + W_k),
    )
    q = slip(
        lambda: project(x, for_q),
        q_is_x=x,
        one_query=lambda: project(x[-1], for_q),
        one_row_of_queries=lambda: project(x[-1:], for_q),
        first_query=lambda: project(x[0], for_q),
        q_from_k=lambda: project(project(x, W_k), for_q),
    )
    k = slip(
        lambda: project(x, for_k),
        k_is_x=x,
        one_key=lambda: project(x[-1], for_k),
        one_row_of_keys=lambda: project(x[-1:], for_k),
        first_key=lambda: project(x[0], for_k),
        k_from_q=lambda: project(project(x, W_q), for_k),
    )
    lengths = slip(
        lambda: (1, 1),
        scaled=lambda: (W_q.shape[1] ** 0.5, W_k.shape[1] ** 0.5),
        unit_length=lambda: tuple(np.sqrt((each**2).sum(-1, keepdims=True)) for each in (q, k)),
    )
    q, k = slip(
        lambda: (q / lengths[0], k / lengths[1]),
        q_scaled=lambda: (q / W_q.shape[1] ** 0.5, k),
        positive_only=lambda: (np.maximum(q, 0), np.maximum(k, 0)),
        whole_numbers=lambda: (np.trunc(q), np.trunc(k)),
        k_turned=lambda: (q, k.T),
        q_turned=lambda: (q.T, k),
        first_features=lambda: (q[:, :1], k[:, :1]),
        softmaxed=lambda: (_softmax(q), _softmax(k)),
        no_sign=lambda: (abs(q), abs(k)),
        signs_turned=lambda: (-q, -k),
        rounded=lambda: (np.round(q), np.round(k)),
        rounded_to_one=lambda: (np.round(q, 1), np.round(k, 1)),
        first_row_only=lambda: (q[:1], k[:1]),
        last_token_left_out=lambda: (q[:-1], k[:-1]),
        last_token_zero=lambda: (_last_row_zero(q), _last_row_zero(k)),
        first_token_left_out=lambda: (q[1:], k[1:]),
        runs_on=lambda: (q.cumsum(0), k.cumsum(0)),
        columns_added_up=lambda: (q.sum(-1), k.sum(-1)),
        last_product=lambda: (x[:, -1:] * for_q[-1:], x[:, -1:] * for_k[-1:]),
        averaged=lambda: (q.mean(0), k.mean(0)),
        added_up=lambda: (q.sum(0), k.sum(0)),
        keys_added=lambda: (q + k, k),
        scores_already=lambda: (q @ k.T, k),
    )
    return slip(lambda: (q, k), swapped=lambda: (k, q))


def _last_row_zero(table):
    return table * (np.arange(len(table)) < len(table) - 1)[:, None]


def _written_into_a_table_like(x, products):
    """The products in a table made by zeros_like(x): of x's width and of its kind of number."""
    table = np.zeros_like(x)
    table[:, : products.shape[1]] = products
    return table


def _tokens_and_weights(draw):
    T, C, D = draw.size(1, 8), draw.size(1, 6), draw.size(1, 5)
    return draw.numbers(T, C), draw.numbers(C, D), draw.numbers(C, D)


QUERIES_AND_KEYS = Exercise(
    queries_and_keys,
    cases=[
        (
            np.array([[1.0, 0.0, 2.0, -1.0], [0.0, 3.0, 1.0, 1.0], [2.0, 1.0, 0.0, 4.0]]),
            np.array([[2.0, 0.0], [1.0, -1.0], [0.0, 3.0], [1.0, 1.0]]),
            np.array([[0.0, 1.0], [4.0, 0.0], [-2.0, 1.0], [1.0, 5.0]]),
        ),
        (
            np.array([[0.5, -2.0, 1.0], [3.0, 1.5, -0.5]]),
            np.array([[1.0, 2.0], [-1.0, 0.5], [4.0, -3.0]]),
            np.array([[0.5, -1.5], [2.0, 1.0], [1.0, 2.5]]),
        ),
        (
            np.array([[2.0, -1.0, 3.0]]),
            np.array([[1.0, 2.0, 0.0], [0.5, -1.0, 4.0], [3.0, 1.0, -2.0]]),
            np.array([[0.0, 5.0, 1.0], [2.0, 1.0, -1.0], [1.0, -3.0, 2.0]]),
        ),
        (
            np.linspace(-300.0, 400.0, 15).reshape(5, 3)[:, ::-1] * [1.0, -0.5, 0.25],
            np.linspace(-2.0, 3.0, 12).reshape(3, 4) ** 2,
            np.linspace(3.0, -1.0, 12).reshape(3, 4) ** 3,
        ),
        (
            np.array([[1.0, -2.0, 0.5], [0.25, 3.0, 1.0], [-1.5, 2.0, 4.0]]),
            np.array([[2.0, 1.0, -1.0], [0.5, -2.0, 3.0], [1.0, 0.75, -0.5]]),
            np.array([[-1.0, 0.5, 2.0], [1.5, 1.0, -3.0], [2.0, -0.25, 1.0]]),
        ),
    ],
    makes=_tokens_and_weights,
    says=dict(
        weight_transposed="You multiplied by the weight turned on its side. ⇒ Our weights have shape (C, D), so x @ W fits as it is: leave out the `.T`.",
        weight_first="The weight stands first in your product. ⇒ A token is a row here, so x comes first: x @ W.",
        weight_on_columns="You multiplied the weight by x turned on its side. ⇒ With tokens as rows, x comes first and nothing is turned: x @ W.",
        video_columns="Your tables have a token in each column, as in the video; here a token is a row. ⇒ Write x @ W, with shape (T, D).",
        weight_reshaped="Your weight has the right shape, but `reshape` has torn its columns apart. ⇒ The weights have shape (C, D) already: x @ W.",
        entry_by_entry="`*` multiplies entry by entry; a query needs a matrix product. ⇒ Write `@`.",
        written_into_x="Your tables were made like x, so they are as wide as x and hold x's kind of numbers. ⇒ Make them with shape (T, D), or let `x @ W` do it.",
        both_from_W_q="Both your tables hold the queries. ⇒ The keys come from their own matrix, `W_k`, into a table of their own.",
        both_from_W_k="Both your tables hold the keys. ⇒ The queries come from their own matrix, `W_q`, into a table of their own (`q = k = …` makes only one).",
        q_is_x="Your queries are x itself, but a query is what the token asks, not what it is. ⇒ Multiply x by `W_q`.",
        k_is_x="Your keys are x itself, but a key is what the token can be found by. ⇒ Multiply x by `W_k`.",
        one_query="Only the last token got a query, and every token asks. ⇒ Use the whole of x, not x[-1], and in a loop collect them all.",
        one_row_of_queries="Your queries have a single row, the last token's, and every token asks. ⇒ Use the whole of x.",
        one_key="Only the last token got a key, and every token can be found. ⇒ Use the whole of x, not x[-1], and in a loop collect them all.",
        one_row_of_keys="Your keys have a single row, the last token's, and every token can be found. ⇒ Use the whole of x.",
        first_query="Only the first token got a query. ⇒ Is `return` inside a loop? No loop is needed: x @ W_q makes all queries at once.",
        first_key="Only the first token got a key. ⇒ Is `return` inside a loop? No loop is needed: x @ W_k makes all keys at once.",
        q_from_k="You made the queries out of the keys. ⇒ Both come from x: x @ W_q and x @ W_k.",
        k_from_q="You made the keys out of the queries. ⇒ Both come from x: x @ W_q and x @ W_k.",
        scaled="You divided by √D. That comes in lesson 4, and there it is the scores that are divided. ⇒ Return the plain products.",
        q_scaled="You divided the queries by √D. That comes in lesson 4, and there it is the scores that are divided. ⇒ Return the plain products.",
        positive_only="You cut off the negative numbers, but a query can also ask for what it does *not* want. ⇒ Keep them.",
        whole_numbers="Your numbers lost what comes after the decimal point. ⇒ Leave out `int`; an empty table is made by `np.zeros((T, D))`, with numbers of its own.",
        k_turned="Your keys lie on their side: a token is a column there. ⇒ Keep a row for each token; the `.T` comes with the scores.",
        q_turned="Your queries lie on their side: a token is a column there. ⇒ Keep a row for each token.",
        first_features="You kept only the first column of each. ⇒ A query has D columns: return all of them.",
        unit_length="You divided by the lengths, but a long query asks more loudly, and may. ⇒ Return the plain products.",
        softmaxed="You applied a softmax. It belongs to the scores, in lesson 4. ⇒ Return the plain products.",
        first_row_only="Your tables have a single row, the first token's. ⇒ Is `return` inside the loop? Move it to the left, after the loop.",
        last_product="Only the last product of each sum is there. ⇒ Inside the loop, add up: `+=` instead of `=`.",
        x_of_length_one="You divided the tokens by their lengths first. ⇒ Multiply x as it is: a long token may ask more loudly.",
        weights_added="You added the two weights to each other. ⇒ Each table has a weight of its own: x @ W_q and x @ W_k.",
        no_sign="You lost the signs, but a query can also ask for what it does *not* want. ⇒ Leave out `abs`.",
        signs_turned="All your signs are turned around. ⇒ Leave out the minus.",
        rounded="You rounded your numbers. ⇒ Return them as they are.",
        rounded_to_one="You rounded your numbers. ⇒ Return them as they are.",
        last_token_left_out="The last token is missing in both tables. ⇒ Let the loop run to the end.",
        last_token_zero="The last token's query and key are 0. ⇒ Let the loop run to the end.",
        first_token_left_out="The first token is missing in both tables. ⇒ Begin with it: a loop begins at 0.",
        runs_on="Your sums go on from token to token. ⇒ Begin them at 0 again for each token.",
        columns_added_up="You added up the columns, so each token has a single number left. ⇒ Return tables of shape (T, D).",
        averaged="You averaged over the tokens. ⇒ Each token gets a query and a key of its own: return tables of shape (T, D).",
        added_up="You added up over the tokens. ⇒ Each token gets a query and a key of its own: return tables of shape (T, D).",
        keys_added="Your queries have the keys added to them. ⇒ Keep the two apart: x @ W_q alone makes the queries.",
        scores_already="Your first table holds the scores already, every query with every key. That is the next exercise. ⇒ Return the queries and the keys.",
        swapped="You returned the keys first. ⇒ The order is queries, keys: `return q, k`.",
    ),
    alone=("added_up", "averaged", "columns_added_up", "scores_already"),
    hints=(
        "Each row of x is a token. What do you multiply x by to get what each token asks?",
        "`x @ W` makes each row of x into a new, shorter row. Do it twice, with two weights, and return both with a comma in between.",
        "`q = x @ W_q`",
    ),
)


def attention_scores(q, k, slip):
    """Row i, column j: query i with key j."""
    q, k = slip((q, k), queries_only=(q, q), keys_only=(k, k))
    q, k = slip(
        lambda: (q, k), cosines=lambda: tuple(each / np.sqrt((each**2).sum(-1, keepdims=True)) for each in (q, k))
    )
    scores = slip(
        lambda: q @ k.T,
        kq_transposed=lambda: k @ q.T,
        no_transpose=lambda: q @ k,
        reshaped=lambda: q @ k.reshape(k.shape[::-1]),
        features=lambda: q.T @ k,
        entry_by_entry=lambda: q * k,
        own_key_only=lambda: (q * k).sum(-1),
        one_query=lambda: q[-1] @ k.T,
        first_query=lambda: q[0] @ k.T,
        no_sum=lambda: q[:, None] * k[None],
        outer=lambda: np.outer(q, k),
        as_many_keys=lambda: _as_many_keys_as_queries(q, k),
        added=lambda: (q[:, None] + k[None]).sum(-1),
        distance=lambda: np.sqrt(((q[:, None] - k[None]) ** 2).sum(-1)),
        last_product=lambda: np.outer(q[:, -1], k[:, -1]),
        keys_summed=lambda: q @ k.sum(0),
        queries_summed=lambda: q.sum(0) @ k.T,
        whole_numbers=lambda: np.trunc(q @ k.T),
        kept_column=lambda: (q @ k.T).sum(-1, keepdims=True),
        squared_distance=lambda: ((q[:, None] - k[None]) ** 2).sum(-1),
        closeness=lambda: -((q[:, None] - k[None]) ** 2).sum(-1),
        signs_turned=lambda: -(q @ k.T),
        largest_product=lambda: (q[:, None] * k[None]).max(-1),
        multiplied_up=lambda: (q[:, None] * k[None]).prod(-1),
        never_begins_again=lambda: np.cumsum(q @ k.T).reshape(len(q), len(k)),
        adds_along_the_row=lambda: np.cumsum(q @ k.T, axis=-1),
        video_scores=lambda: _video_scores(q, k),
        own_key_again=lambda: np.array([[query @ k[i]] * len(k) for i, query in enumerate(q)]),
        own_key_while_it_lasts=lambda: np.array([query @ key for query, key in zip(q, k, strict=False)]),
        never_a_new_row=lambda: np.tile((q @ k.T).ravel(), (len(q), 1)),
        last_row_only=lambda: q[-1:] @ k.T,
        square=lambda: np.array([[query @ k[j] for j in range(len(q))] for query in q]),
        sorted=lambda: np.sort(q @ k.T, axis=-1),
        last_column_left_out=lambda: q[:, :-1] @ k[:, :-1].T,
        first_column_left_out=lambda: q[:, 1:] @ k[:, 1:].T,
        first_key=lambda: q @ k[0],
        last_key=lambda: q @ k[-1],
        average_key=lambda: q @ k.mean(0),
        last_key_zero=lambda: _last_row_zero(k @ q.T).T,
        last_key_left_out=lambda: q @ k[:-1].T,
        last_query_zero=lambda: _last_row_zero(q @ k.T),
        last_query_left_out=lambda: q[:-1] @ k.T,
        rounded=lambda: np.round(q @ k.T),
        rounded_to_one=lambda: np.round(q @ k.T, 1),
        keys_of_length_one=lambda: q @ (k / np.sqrt((k**2).sum(-1, keepdims=True))).T,
        queries_of_length_one=lambda: (q / np.sqrt((q**2).sum(-1, keepdims=True))) @ k.T,
        added_over_queries=lambda: (q[:, None] * k[None]).sum(0),
        added_over_keys=lambda: (q[:, None] * k[None]).sum(1),
        sums_multiplied=lambda: np.outer(q.sum(-1), k.sum(-1)),
        begins_at_one=lambda: q @ k.T + 1,
        by_T_key=lambda: q @ k.T / len(k),
        no_itself=lambda: q @ k.T * (np.arange(len(q))[:, None] != np.arange(len(k))),
        table_of_queries=lambda: _table_of_queries(q, k),
    )
    scores = slip(lambda: scores, scaled=lambda: scores / q.shape[-1] ** 0.5, averaged=lambda: scores / q.shape[-1])
    scores = slip(lambda: scores, no_sign=lambda: abs(scores), positive_only=lambda: np.maximum(scores, 0))
    may_look = np.tri(*scores.shape[-2:], dtype=bool) if np.ndim(scores) > 1 else True
    scores = slip(
        lambda: scores, masked=lambda: np.where(may_look, scores, -np.inf), future_is_zero=lambda: scores * may_look
    )
    return slip(
        lambda: scores, softmaxed=lambda: _softmax(scores), flat=lambda: scores.ravel(), one_sum=lambda: scores.sum()
    )


def _as_many_keys_as_queries(q, k):
    """Two loops that both run over the queries: further keys stay at 0, and missing ones are an error."""
    scores = np.zeros((len(q), len(k)))
    for i in range(len(q)):
        for j in range(len(q)):
            scores[i, j] = q[i] @ k[j]
    return scores


def _video_scores(q, k):
    """Row j for key j, filled as scores[j, i] in a table of shape (T_query, T_key): an error if the two differ."""
    scores = np.zeros((len(q), len(k)))
    for i in range(len(q)):
        for j in range(len(k)):
            scores[j, i] = q[i] @ k[j]
    return scores


def _table_of_queries(q, k):
    """A table with as many columns as rows: an error if there are more keys than queries, a column of zeros if there are fewer."""
    scores = np.zeros((len(q), len(q)))
    for i in range(len(q)):
        for j in range(len(k)):
            scores[i, j] = q[i] @ k[j]
    return scores


def _queries_and_keys(draw):
    T_query, T_key, D = draw.size(1, 8), draw.size(1, 6), draw.size(1, 5)
    return draw.numbers(T_query, D), draw.numbers(T_key, D)


def _softmax(scores):
    exps = np.exp(scores - scores.max(-1, keepdims=True))
    return exps / exps.sum(-1, keepdims=True)


ATTENTION_SCORES = Exercise(
    attention_scores,
    cases=[
        (np.array([[1.0, 0.0], [2.0, 1.0], [-1.0, 3.0]]), np.array([[3.0, 4.0], [5.0, -2.0], [0.0, 1.0]])),
        (
            np.array([[1.0, -2.0, 0.5], [0.0, 1.0, 3.0]]),
            np.array([[2.0, 1.0, 0.0], [-1.0, 0.5, 1.0], [0.5, -3.0, 2.0], [4.0, 0.0, -1.0]]),
        ),
        (np.array([[1.0, 2.0], [0.5, -1.0], [-2.0, 1.5]]), np.array([[0.5, 3.0], [-1.0, 2.0]])),
        (np.array([[1.0, -0.5, 2.0, 0.25]]), np.array([[-2.0, 4.0, 0.5, 1.0]])),
        (
            np.array([[30.0, -7.0, 12.0], [-25.0, 3.0, 1.0], [4.0, 28.0, -9.0], [0.5, 1.0, 26.0]]),
            np.array([[26.0, 5.0, -3.0], [2.0, -27.0, 11.0], [-8.0, 9.0, 29.0], [1.0, 2.0, 3.0]]),
        ),
    ],
    makes=_queries_and_keys,
    says=dict(
        kq_transposed="Your rows are keys. ⇒ A row must be a query: write q first, q @ k.T.",
        video_scores="Queries and keys have changed places in your loops: your rows are keys. ⇒ Row i, column j: query i with key j.",
        own_key_again="Each query met only the key with its own number, again and again. ⇒ Use the inner loop's number for the key: `k[j]`.",
        own_key_while_it_lasts="Each query met only the key in its own row. ⇒ Every query must meet every key: one loop inside the other, or `@`.",
        never_a_new_row="Your row goes on growing from query to query. ⇒ Begin a new one for each query, inside the outer loop.",
        last_row_only="Your table has a single row, the last query's. ⇒ All of them ask: put each row into the table, inside the outer loop.",
        square="Your table has as many columns as there are queries, but there may be more or fewer keys. ⇒ Let the inner loop run over the keys.",
        sorted="You sorted the scores of each query. ⇒ Column j belongs to key j: keep the order of the keys.",
        last_column_left_out="You left out the last column of q and k. ⇒ A dot product goes over all D columns.",
        first_column_left_out="You left out the first column of q and k. ⇒ A dot product goes over all D columns: the loop begins at 0.",
        first_key="Only the first key was asked for. ⇒ Every query must meet every key: a (T_query, T_key) table.",
        last_key="Only the last key was asked for. ⇒ Every query must meet every key: a (T_query, T_key) table.",
        average_key="You averaged over the keys. ⇒ Every query must meet every key: a (T_query, T_key) table.",
        last_key_zero="The scores of the last key are 0. ⇒ Let the loop over the keys run to the end.",
        last_key_left_out="The last key is missing. ⇒ Let the loop over the keys run to the end.",
        last_query_zero="The scores of the last query are 0. ⇒ Let the loop over the queries run to the end.",
        last_query_left_out="The last query is missing. ⇒ Let the loop over the queries run to the end.",
        rounded="You rounded the scores. ⇒ Return them as they are.",
        rounded_to_one="You rounded the scores. ⇒ Return them as they are.",
        keys_of_length_one="You divided the keys by their lengths, but a long key may be found more loudly. ⇒ Scores are plain dot products.",
        queries_of_length_one="You divided the queries by their lengths, but a loud question may count more. ⇒ Scores are plain dot products.",
        added_over_queries="You added up over the queries. ⇒ Add up over the last axis, the D columns: one score for each query and key.",
        added_over_keys="You added up over the keys. ⇒ Add up over the last axis, the D columns: one score for each query and key.",
        sums_multiplied="That is the sum of a query times the sum of a key. ⇒ Multiply column by column first, and then add: the dot product.",
        begins_at_one="Each of your scores is 1 too large. ⇒ Begin the sums at 0.",
        by_T_key="You divided by the number of keys. ⇒ Return the plain dot products.",
        no_itself="Your diagonal is 0. ⇒ Here every query meets every key, its own one, too.",
        no_transpose="You computed q @ k, and `@` goes along the columns of its second table. ⇒ Turn the keys into columns, with `k.T`.",
        reshaped="`reshape` refills the table row by row and tears the keys apart. ⇒ To turn it on its side use `k.T`.",
        features="You computed q.T @ k: that pairs columns with columns. ⇒ Turn the keys instead, so that tokens meet tokens.",
        entry_by_entry="`*` multiplies entry by entry. ⇒ For the dot products of all pairs use `@`, with the keys turned on their side.",
        own_key_only="Each query met only the key in its own row. ⇒ Every query must meet every key: a (T_query, T_key) table.",
        one_query="Only the last query asks. ⇒ All of them do: a row for each.",
        first_query="You returned the row of the first query only. ⇒ Is `return` inside the loop? Move it to the left, after the loop.",
        flat="You returned one long list instead of a table. ⇒ Begin a new row for each query, inside the outer loop.",
        no_sum="You kept all the products. ⇒ Add up the last axis: each score is one number.",
        outer="`np.outer` multiplies every number with every number; wanted is one dot product for each query and key. ⇒ Use `@`.",
        as_many_keys="Both loops run over the queries; there may be more or fewer keys. ⇒ Let the inner one run over the keys: `range(len(k))`.",
        table_of_queries="Your table has as many columns as there are queries. ⇒ It needs a column for each key: shape (len(q), len(k)).",
        one_sum="You added everything up to one number. ⇒ Keep a table: a row for each query, a column for each key.",
        added="You added queries and keys, entry by entry (the attention of 2014 begins like that). ⇒ Multiply them here.",
        distance="You computed distances. A score is a dot product: large if both are large in the same columns. ⇒ Multiply, and do not subtract.",
        squared_distance="You computed squared distances. A score is a dot product: large if both are large in the same columns. ⇒ Multiply, and do not subtract.",
        closeness="You computed distances, with a minus. A score is a dot product: large if both are large in the same columns. ⇒ Multiply, and do not subtract.",
        signs_turned="All your signs are turned around. ⇒ Leave out the minus: a large dot product is a large score.",
        largest_product="You took the largest product of each pair. ⇒ A dot product adds all of them up.",
        multiplied_up="You multiplied the products with each other. ⇒ A dot product adds them up.",
        never_begins_again="Your sum goes on from one score to the next. ⇒ Begin it at 0 again for each pair, inside both loops.",
        adds_along_the_row="Your sum goes on from one key to the next within a row. ⇒ Begin it at 0 again for each pair, inside both loops.",
        queries_only="You used q twice: like finds like. ⇒ The second factor is k.",
        keys_only="You used k twice: like finds like. ⇒ The first factor is q.",
        cosines="You divided by the lengths, but a loud question may count more. ⇒ Scores are plain dot products.",
        scaled="You already divided by √D. That step gets a function of its own in lesson 4. ⇒ Return the plain products here.",
        averaged="You averaged the products. ⇒ Add them up, and do not divide.",
        no_sign="You lost the sign. A negative score is allowed: it says that this key is unwanted. ⇒ Leave out `abs`.",
        last_product="Only the last product of each dot product is there. ⇒ Inside the loop, add up: `+=` instead of `=`.",
        keys_summed="You added up the scores of each query. ⇒ Keep a table: a row for each query, a column for each key.",
        kept_column="You added up the scores of each query. ⇒ Keep a table: a row for each query, a column for each key.",
        queries_summed="You added up the scores of each key. ⇒ Keep a table: a row for each query, a column for each key.",
        whole_numbers="Your scores lost what comes after the decimal point. ⇒ Make the empty table without `dtype=int`.",
        positive_only="You cut off the negative scores, and they say which keys are unwanted. ⇒ Keep them.",
        masked="You already hid the later tokens. That comes in lesson 5. ⇒ Here every query meets every key.",
        future_is_zero="The upper right half of your table is 0. ⇒ Here every query meets every key.",
        softmaxed="You already turned the scores into shares. That is lesson 4. ⇒ Return the scores as they are.",
    ),
    alone=("one_sum", "own_key_only"),
    hints=(
        "For 8 queries and 8 keys, how many dot products are there, and where in a table does query i with key j stand?",
        "`a @ b` takes every row of `a` with every *column* of `b`. The keys are rows: `k.T` makes them columns.",
        "`return q @ …`",
    ),
)


def to_video_convention(table, slip):
    """Turned on its side."""
    turned = slip(
        lambda: table.T,
        unchanged=table,
        reshaped=lambda: table.reshape(table.shape[::-1]),
        rotated=lambda: np.rot90(table),
        rotated_clockwise=lambda: np.rot90(table, -1),
        other_diagonal=lambda: table[::-1, ::-1].T,
        rows_reversed=lambda: table[::-1],
        columns_reversed=lambda: table[:, ::-1],
        both_reversed=lambda: table[::-1, ::-1],
        read_by_columns=lambda: table.reshape(table.shape[::-1], order="F"),
        turned_and_reshaped=lambda: table.T.reshape(table.shape),
        same_shape=lambda: _turned_into_the_same_shape(table),
        as_many_columns=lambda: _turned_square(table),
        square=lambda: np.array([[table[i, j] for i in range(len(table))] for j in range(len(table))]),
        first_column=lambda: table[:, 0],
        first_key_only=lambda: table.T[:1],
        first_query_only=lambda: table[:1].T,
        last_query_left_out=lambda: table[:-1].T,
        last_query_zero=lambda: np.where((np.arange(len(table)) == len(table) - 1)[:, None], 0, table).T,
        last_key_left_out=lambda: table[:, :-1].T,
        last_key_zero=lambda: np.where(np.arange(table.shape[1]) == table.shape[1] - 1, 0, table).T,
        places_swapped=lambda: np.array([[table[j, i] for i in range(len(table))] for j in range(table.shape[1])]),
        rounded=lambda: np.round(table.T),
        rounded_to_one=lambda: np.round(table.T, 1),
        infinity_gone=lambda: np.where(np.isinf(table), 0, table).T,
        softmaxed_first=lambda: _softmax(table).T,
        rows_sorted=lambda: np.sort(table, axis=-1).T,
    )
    return slip(
        lambda: turned,
        whole_numbers=lambda: turned.astype(int),
        negated=lambda: -turned,
        shared_again=lambda: turned / turned.sum(-1, keepdims=True),
        softmaxed=lambda: _softmax(turned),
        columns_shared_again=lambda: turned / turned.sum(0, keepdims=True),
        future_is_zero=lambda: np.where(np.tri(*turned.shape, k=-1, dtype=bool), 0, turned),
        flat=lambda: turned.ravel(),
    )


def _turned_into_the_same_shape(table):
    """Entry (j, i) of a new table of the old shape: an error unless the table is square."""
    turned = np.zeros(table.shape)
    for i in range(table.shape[0]):
        for j in range(table.shape[1]):
            turned[j, i] = table[i, j]
    return turned


def _turned_square(table):
    """Both loops over the rows: further columns stay at 0, and missing ones are an error."""
    turned = np.zeros(table.shape[::-1])
    for i in range(len(table)):
        for j in range(len(table)):
            turned[j, i] = table[i, j]
    return turned


def _any_table(draw):
    T_query, T_key = draw.size(1, 7), draw.size(1, 6)
    table = draw.numbers(T_query, T_key)
    return (np.where(draw.mask(T_query, T_key), table, -np.inf) if draw.choice(True, False, False) else table,)


TO_VIDEO_CONVENTION = Exercise(
    to_video_convention,
    cases=[
        (np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]),),
        (np.array([[1.0, -np.inf, -np.inf], [0.5, 2.0, -np.inf], [-1.0, 700.0, 3.0]]),),
        (np.array([[0.1, 0.2, 0.3, 0.4]]),),
        (np.array([[0.6, 0.1, 0.3], [0.2, 0.7, 0.1], [0.05, 0.15, 0.8], [0.25, 0.25, 0.5]]),),
        (np.array([[3.0, 1.5], [0.0, 2.0]]),),
    ],
    makes=_any_table,
    says=dict(
        unchanged="The table came back as it was: a query is still a row. ⇒ Turn it on its side.",
        reshaped="`reshape` keeps the order of the numbers and only breaks the lines elsewhere. ⇒ Rows must become columns: `table.T`.",
        read_by_columns="The shape is right, but the numbers are only in another order: rows have not become columns. ⇒ Leave out `reshape` and write `table.T`.",
        turned_and_reshaped="You turned the table and then forced it back into its old shape. ⇒ Leave out the `reshape`.",
        same_shape="Rows and columns get mixed up unless the table is square. ⇒ The new one has shape (T_key, T_query), and its entry [j, i] takes the old [i, j].",
        as_many_columns="Both loops run over the rows, but there may be more or fewer columns. ⇒ Let one of them run over the columns: `range(table.shape[1])`.",
        square="Your new table has as many rows as columns, but there may be more queries than keys, or fewer. ⇒ Let one loop run over the columns.",
        first_column="You returned the first key's row only. ⇒ Is `return` inside the loop? Move it to the left, after the loop.",
        first_key_only="Your table has a single row, the first key's. ⇒ Is `return` inside the loop? Move it to the left, after the loop.",
        first_query_only="Your table has a single column, the first query's. ⇒ All of them belong there: `table.T`.",
        last_query_left_out="The last query is missing. ⇒ Let the loop over the rows run to the end.",
        last_query_zero="The last query's column is 0. ⇒ Let the loop over the rows run to the end.",
        last_key_left_out="The last key is missing. ⇒ Let the loop over the columns run to the end.",
        last_key_zero="The last key's row is 0. ⇒ Let the loop over the columns run to the end.",
        places_swapped="You look up the old table at row j, column i, and it has no such place unless it is square. ⇒ The new entry [j, i] takes the old [i, j].",
        rounded="You rounded, and no number should change here. ⇒ Change only its place.",
        rounded_to_one="You rounded, and no number should change here. ⇒ Change only its place.",
        infinity_gone="You put 0 in place of −∞, and no number should change here. ⇒ Change only its place.",
        rotated="You rotated the table by 90°, so the order of the queries or of the keys is reversed. ⇒ Mirror it at the diagonal: the first row becomes the first column, from the top down.",
        rotated_clockwise="You rotated the table clockwise, so the first query has become the last column. ⇒ Mirror it at its diagonal: the first row becomes the *first* column.",
        other_diagonal="You mirrored at the other diagonal. ⇒ Entry (i, j) goes to (j, i), so the top left corner stays where it is.",
        rows_reversed="You turned the table upside down; a query is still a row. ⇒ Entry (i, j) must go to (j, i).",
        columns_reversed="You reversed each row; a query is still a row. ⇒ Entry (i, j) must go to (j, i).",
        both_reversed="You turned the table upside down and back to front; a query is still a row. ⇒ Entry (i, j) must go to (j, i).",
        shared_again="You shared out 1 along the rows again. In the video's table the *columns* sum to 1. ⇒ Change no number, only its place.",
        softmaxed="You applied a softmax, and no number should change here. ⇒ Change only its place.",
        softmaxed_first="You applied a softmax, and no number should change here. ⇒ Change only its place.",
        rows_sorted="You sorted the rows. ⇒ Change no number and no order, only rows into columns.",
        whole_numbers="Your numbers lost what comes after the decimal point. ⇒ Make the new table without `int`.",
        negated="You turned the signs around, and no number should change here. ⇒ Change only its place.",
        columns_shared_again="You divided each column by its sum. The columns of a turned pattern sum to 1 already. ⇒ Change no number, only its place.",
        future_is_zero="The lower left half of your table is 0, and no number should change here. ⇒ Change only its place.",
        flat="You returned one long row of numbers instead of a table. ⇒ Return a table of shape (T_key, T_query).",
    ),
    hints=(
        "Query 0 with key 2 stands in row 0, column 2. Where does it stand if a query is a column?",
        "Every table has a version that is turned on its side: `.T`, the transpose.",
        "`return table.…`",
    ),
)
