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
            entry_by_entry=lambda: rows * weight,
        )

    for_q, for_k = slip((W_q, W_k), both_from_W_q=(W_q, W_q), both_from_W_k=(W_k, W_k))
    q = slip(
        lambda: project(x, for_q),
        q_is_x=x,
        one_query=lambda: project(x[-1], for_q),
        first_query=lambda: project(x[0], for_q),
        q_from_k=lambda: project(project(x, W_k), for_q),
    )
    k = slip(
        lambda: project(x, for_k),
        k_is_x=x,
        one_key=lambda: project(x[-1], for_k),
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
        first_features=lambda: (q[:, :1], k[:, :1]),
    )
    return slip(lambda: (q, k), swapped=lambda: (k, q))


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
    ],
    says=dict(
        weight_transposed="You multiplied by `W.T`. Our weights have shape (C, D): x @ W already fits, so leave out the `.T`.",
        weight_first="The weight stands first in your product. A token is a row here, so x comes first: x @ W.",
        weight_on_columns="You computed W @ x.T. With tokens as rows, x comes first and nothing is turned: x @ W.",
        video_columns="Your tables have a token in each column, as in the video. Here a token is a row: x @ W, with shape (T, D).",
        entry_by_entry="`*` multiplies entry by entry; for a matrix product write `@`.",
        both_from_W_q="You used `W_q` for both. The keys come from their own matrix, `W_k`.",
        both_from_W_k="You used `W_k` for both. The queries come from their own matrix, `W_q`.",
        q_is_x="Your queries are x itself. Multiply x by `W_q`: a query is what the token asks, not what it is.",
        k_is_x="Your keys are x itself. Multiply x by `W_k`: a key is what the token can be found by.",
        one_query="Only the last token got a query. Every token asks: use the whole of x, not x[-1], and in a loop collect them all.",
        one_key="Only the last token got a key. Every token can be found: use the whole of x, not x[-1], and in a loop collect them all.",
        first_query="Only the first token got a query. Is `return` inside a loop? No loop is needed: x @ W_q makes all queries at once.",
        first_key="Only the first token got a key. Is `return` inside a loop? No loop is needed: x @ W_k makes all keys at once.",
        q_from_k="You made the queries out of the keys. Both come from x: x @ W_q and x @ W_k.",
        k_from_q="You made the keys out of the queries. Both come from x: x @ W_q and x @ W_k.",
        scaled="You divided by √D. That comes in lesson 4, and there it is the scores that are divided. Return the plain products.",
        q_scaled="You divided the queries by √D. That comes in lesson 4, and there it is the scores that are divided. Return the plain products.",
        positive_only="You cut off the negative numbers. Keep them: a query can also ask for what it does *not* want.",
        whole_numbers="Your numbers lost what stands after the point. Leave out `int`.",
        k_turned="Your keys lie on their side: a token is a column there. Keep a row for each token; the `.T` comes with the scores.",
        first_features="You kept only the first column. A query has D columns: return all of them.",
        unit_length="You divided by the lengths. A long query asks more loudly, and may: return the plain products.",
        swapped="You returned the keys first. The order is queries, keys: `return q, k`.",
    ),
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
    says=dict(
        kq_transposed="Your rows are keys. A row must be a query: write q first, q @ k.T.",
        no_transpose="You computed q @ k. `@` goes along the columns of its second table: turn the keys into columns, with `k.T`.",
        reshaped="`reshape` refills the table row by row and tears the keys apart. To turn it on its side use `k.T`.",
        features="You computed q.T @ k: that pairs columns with columns. Turn the keys instead, so that tokens meet tokens.",
        entry_by_entry="`*` multiplies entry by entry. For the dot products of all pairs use `@`, with the keys turned on their side.",
        own_key_only="Each query met only the key in its own row. Every query must meet every key: a (T_query, T_key) table.",
        one_query="Only the last query asks. All of them do: a row for each.",
        first_query="You returned the row of the first query only. Is `return` inside the loop? Move it to the left, after the loop.",
        flat="You returned one long list; return a table with a row for each query: begin a new row inside the outer loop.",
        no_sum="You kept all the products. Add up the last axis: each score is one number.",
        outer="`np.outer` multiplies every number with every number. Wanted is one dot product for each query and key: use `@`.",
        as_many_keys="Both loops run over the queries. The inner one must run over the keys: `range(len(k))`; there may be more or fewer of them.",
        one_sum="You added everything up to one number. Keep a table: a row for each query, a column for each key.",
        added="You added queries and keys, entry by entry (the attention of 2014 begins like that). Multiply them here.",
        distance="You computed distances. A score is a dot product: large if both are large in the same columns.",
        queries_only="You used q twice: like finds like. The second factor is k.",
        keys_only="You used k twice: like finds like. The first factor is q.",
        cosines="You divided by the lengths. Scores are plain dot products: a loud question may count more.",
        scaled="You already divided by √D. That step gets a function of its own in lesson 4; return the plain products here.",
        averaged="You averaged the products. Add them up, and do not divide.",
        no_sign="You lost the sign. A negative score is allowed: it says that this key is unwanted.",
        last_product="Only the last product of each dot product is there. Inside the loop, add up: `+=` instead of `=`.",
        keys_summed="You added up the scores of each query. Keep a table: a row for each query, a column for each key.",
        queries_summed="You added up the scores of each key. Keep a table: a row for each query, a column for each key.",
        whole_numbers="Your scores lost what stands after the point. Make the empty table without `dtype=int`.",
        positive_only="You cut off the negative scores. Keep them: they say which keys are unwanted.",
        masked="You already hid the later tokens. That comes in lesson 5; here every query meets every key.",
        future_is_zero="The upper right half of your table is 0. Here every query meets every key.",
        softmaxed="You already turned the scores into shares. That is lesson 4; return the scores as they are.",
    ),
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
    )
    return slip(
        lambda: turned,
        shared_again=lambda: turned / turned.sum(-1, keepdims=True),
        softmaxed=lambda: _softmax(turned),
        columns_shared_again=lambda: turned / turned.sum(0, keepdims=True),
        future_is_zero=lambda: np.where(np.tri(*turned.shape, k=-1, dtype=bool), 0, turned),
        flat=lambda: turned.ravel(),
    )


TO_VIDEO_CONVENTION = Exercise(
    to_video_convention,
    cases=[
        (np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]),),
        (np.array([[1.0, -np.inf, -np.inf], [0.5, 2.0, -np.inf], [-1.0, 700.0, 3.0]]),),
        (np.array([[0.1, 0.2, 0.3, 0.4]]),),
        (np.array([[0.6, 0.1, 0.3], [0.2, 0.7, 0.1], [0.05, 0.15, 0.8], [0.25, 0.25, 0.5]]),),
    ],
    says=dict(
        unchanged="The table came back as it was: a query is still a row. Turn it on its side.",
        reshaped="`reshape` keeps the order of the numbers and only breaks the lines elsewhere. Rows must become columns: `table.T`.",
        rotated="You rotated the table by 90°. Mirror it at the diagonal instead: the first row becomes the first column, from the top down.",
        rotated_clockwise="You rotated the table clockwise. Mirror it at its diagonal instead: the first row becomes the *first* column.",
        other_diagonal="You mirrored at the other diagonal. Entry (i, j) goes to (j, i), so the top left corner stays where it is.",
        rows_reversed="You turned the table upside down; a query is still a row. Entry (i, j) must go to (j, i).",
        columns_reversed="You reversed each row; a query is still a row. Entry (i, j) must go to (j, i).",
        both_reversed="You turned the table upside down and back to front; a query is still a row. Entry (i, j) must go to (j, i).",
        shared_again="You shared out 1 along the rows again. In the video's table the *columns* sum to 1: change no number, only its place.",
        softmaxed="You applied a softmax. No number changes here, only its place.",
        columns_shared_again="You divided each column by its sum. The columns of a turned pattern sum to 1 already: change no number, only its place.",
        future_is_zero="The lower left half of your table is 0. No number changes here, only its place.",
        flat="You returned one long row of numbers; return a table of shape (T_key, T_query).",
    ),
    hints=(
        "Query 0 with key 2 stands in row 0, column 2. Where does it stand if a query is a column?",
        "Every table has a version that is turned on its side: `.T`, the transpose.",
        "`return table.…`",
    ),
)
