import numpy as np

from tests.bank import right, wrong

# ---- queries_and_keys ----------------------------------------------------------------------------------------------


@right
def queries_and_keys(x, W_q, W_k):
    return x @ W_q, x @ W_k


@right
def queries_and_keys(x, W_q, W_k):
    q = np.dot(x, W_q)
    k = np.dot(x, W_k)
    return [q, k]


@right
def queries_and_keys(x, W_q, W_k):
    q, k = [], []
    for token in x:
        q.append([sum(token[c] * W_q[c][d] for c in range(len(token))) for d in range(W_q.shape[1])])
        k.append([sum(token[c] * W_k[c][d] for c in range(len(token))) for d in range(W_k.shape[1])])
    return q, k


@right
def queries_and_keys(x, W_q, W_k):
    return np.einsum("tc,cd->td", x, W_q), np.einsum("tc,cd->td", x, W_k)


@right
def queries_and_keys(x, W_q, W_k):
    return (W_q.T @ x.T).T, (W_k.T @ x.T).T


@right
def queries_and_keys(x, W_q, W_k):
    import torch

    x, W_q, W_k = torch.tensor(x).float(), torch.tensor(W_q).float(), torch.tensor(W_k).float()
    return torch.nn.functional.linear(x, W_q.T), x.matmul(W_k)


@right
def queries_and_keys(x, W_q, W_k):
    both = x @ np.hstack([W_q, W_k])
    return np.split(both, 2, axis=1)


@right
def queries_and_keys(tokens, query_weight, key_weight):
    answers = {}
    for name, weight in (("q", query_weight), ("k", key_weight)):
        answers[name] = np.stack([token @ weight for token in tokens])
    return answers["q"], answers["k"]


@wrong("weight_transposed")
def queries_and_keys(x, W_q, W_k):
    return x @ W_q.T, x @ W_k.T


@wrong("weight_first")
def queries_and_keys(x, W_q, W_k):
    return W_q @ x, W_k @ x


@wrong("weight_on_columns")
def queries_and_keys(x, W_q, W_k):
    q = W_q @ x.T
    k = W_k @ x.T
    return q, k


@wrong("video_columns")
def queries_and_keys(x, W_q, W_k):
    E = x.T
    return W_q.T @ E, W_k.T @ E


@wrong("entry_by_entry")
def queries_and_keys(x, W_q, W_k):
    return x * W_q, x * W_k


@wrong("both_from_W_q")
def queries_and_keys(x, W_q, W_k):
    q = x @ W_q
    k = x @ W_q
    return q, k


@wrong("both_from_W_k")
def queries_and_keys(x, W_q, W_k):
    q = k = x @ W_k
    return q, k


@wrong("swapped")
def queries_and_keys(x, W_q, W_k):
    return x @ W_k, x @ W_q


@wrong("q_is_x")
def queries_and_keys(x, W_q, W_k):
    return x, x @ W_k


@wrong("q_is_x", "k_is_x")
def queries_and_keys(x, W_q, W_k):
    return x, x


@wrong("one_query")
def queries_and_keys(x, W_q, W_k):
    return x[-1] @ W_q, x @ W_k


@wrong("k_from_q")
def queries_and_keys(x, W_q, W_k):
    q = x @ W_q
    k = q @ W_k
    return q, k


@wrong("scaled")
def queries_and_keys(x, W_q, W_k):
    d = W_q.shape[1]
    return x @ W_q / np.sqrt(d), x @ W_k / np.sqrt(d)


@wrong("unit_length")
def queries_and_keys(x, W_q, W_k):
    q, k = x @ W_q, x @ W_k
    return q / np.linalg.norm(q, axis=1, keepdims=True), k / np.linalg.norm(k, axis=1, keepdims=True)


@wrong("video_columns", "swapped")
def queries_and_keys(x, W_q, W_k):
    return (x @ W_k).T, (x @ W_q).T


@wrong("form")
def queries_and_keys(x, W_q, W_k):
    return (x @ W_q) @ (x @ W_k).T


@wrong("form")
def queries_and_keys(x, W_q, W_k):
    q, k = x @ W_q, x @ W_k


@wrong("one_line_too_many", "mutates_input")
def queries_and_keys(x, W_q, W_k):
    W_q *= 1.0001
    return x @ W_q, x @ W_k


@wrong("values")
def queries_and_keys(x, W_q, W_k):
    return x @ W_q + 1, x @ W_k + 1


@wrong("mutates_input", "raised")
def queries_and_keys(x, W_q, W_k):
    return x.dot(W_q, W_k)


# ---- attention_scores ----------------------------------------------------------------------------------------------


@right
def attention_scores(q, k):
    return q @ k.T


@right
def attention_scores(q, k):
    return np.matmul(q, np.swapaxes(k, -1, -2))


@right
def attention_scores(q, k):
    return np.inner(q, k)


@right
def attention_scores(q, k):
    scores = np.zeros((len(q), len(k)))
    for i in range(len(q)):
        for j in range(len(k)):
            for d in range(q.shape[1]):
                scores[i, j] += q[i, d] * k[j, d]
    return scores


@right
def attention_scores(q, k):
    return np.einsum("id,jd->ij", q, k)


@right
def attention_scores(q, k):
    return (q[:, None, :] * k[None, :, :]).sum(-1)


@right
def attention_scores(q, k):
    return [[query @ key for key in k] for query in q]


@right
def attention_scores(q, k):
    return (k @ q.T).T.astype(np.float32)


@right
def attention_scores(q, k):
    import torch

    return torch.as_tensor(q) @ torch.as_tensor(k).transpose(-2, -1)


@wrong("kq_transposed")
def attention_scores(q, k):
    return k @ q.T


@wrong("kq_transposed")
def attention_scores(q, k):
    return [[q[i] @ k[j] for i in range(len(q))] for j in range(len(k))]


@wrong("no_transpose")
def attention_scores(q, k):
    return q @ k


@wrong("reshaped")
def attention_scores(q, k):
    return q @ k.reshape(k.shape[1], k.shape[0])


@wrong("reshaped")
def attention_scores(q, k):
    return q @ k.reshape(q.shape[1], -1)


@wrong("features")
def attention_scores(q, k):
    return q.T @ k


@wrong("entry_by_entry")
def attention_scores(q, k):
    return q * k


@wrong("own_key_only")
def attention_scores(q, k):
    return np.sum(q * k, axis=1)


@wrong("no_sum")
def attention_scores(q, k):
    return q[:, None, :] * k[None, :, :]


@wrong("queries_only")
def attention_scores(q, k):
    return q @ q.T


@wrong("one_query")
def attention_scores(q, k):
    return k @ q[-1]


@wrong("scaled")
def attention_scores(q, k):
    return q @ k.T / np.sqrt(q.shape[-1])


@wrong("cosines")
def attention_scores(q, k):
    lengths = np.outer(np.linalg.norm(q, axis=1), np.linalg.norm(k, axis=1))
    return q @ k.T / lengths


@wrong("masked")
def attention_scores(q, k):
    scores = q @ k.T
    for i in range(scores.shape[0]):
        scores[i, i + 1 :] = -np.inf
    return scores


@wrong("softmaxed")
def attention_scores(q, k):
    scores = q @ k.T
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@wrong("scaled", "softmaxed")
def attention_scores(q, k):
    scores = q @ k.T / k.shape[1] ** 0.5
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@wrong("added")
def attention_scores(q, k):
    return np.array([[np.sum(a + b) for b in k] for a in q])


@wrong("kq_transposed", "scaled")
def attention_scores(q, k):
    return k @ q.T / np.sqrt(k.shape[-1])


@wrong("reshaped", "mutates_input")
def attention_scores(q, k):
    k.resize(k.shape[1], k.shape[0], refcheck=False)
    return q @ k


@wrong("wrong_if_whole", "mutates_input")
def attention_scores(q, k):
    q += 0.001
    return (q - 0.001) @ k.T


@wrong("flat")
def attention_scores(q, k):
    return [a @ b for a in q for b in k]


@wrong("first_query")
def attention_scores(q, k):
    for query in q:
        return [query @ key for key in k]


@wrong("signs_turned")
def attention_scores(q, k):
    return -(q @ k.T)


@wrong("outer")
def attention_scores(q, k):
    return np.outer(q, k)


@wrong("rounded")
def attention_scores(q, k):
    return np.round(q @ k.T)


@wrong("form")
def attention_scores(q, k):
    return "q @ k.T"


# ---- to_video_convention -------------------------------------------------------------------------------------------


@right
def to_video_convention(table):
    return table.T


@right
def to_video_convention(table):
    return np.transpose(table)


@right
def to_video_convention(table):
    return list(zip(*table))


@right
def to_video_convention(table):
    rows, columns = table.shape
    turned = np.empty((columns, rows))
    for i in range(rows):
        for j in range(columns):
            turned[j, i] = table[i, j]
    return turned


@right
def to_video_convention(table):
    return np.rot90(table[:, ::-1])


@right
def to_video_convention(table):
    import torch

    return torch.tensor(table).transpose(0, 1)


@right
def to_video_convention(table):
    return [[row[j] for row in table] for j in range(len(table[0]))]


@right
def to_video_convention(table):
    return np.stack(list(table), axis=-1).copy()


@wrong("unchanged")
def to_video_convention(table):
    return table


@wrong("unchanged")
def to_video_convention(table):
    return table.T.T


@wrong("reshaped")
def to_video_convention(table):
    return table.reshape(table.shape[1], table.shape[0])


@wrong("reshaped")
def to_video_convention(table):
    return np.array(list(table.flat)).reshape(-1, len(table))


@wrong("rotated")
def to_video_convention(table):
    return np.rot90(table)


@wrong("rotated_clockwise")
def to_video_convention(table):
    return list(zip(*table[::-1]))


@wrong("other_diagonal")
def to_video_convention(table):
    return np.rot90(table, 2).T


@wrong("columns_reversed")
def to_video_convention(table):
    return np.fliplr(table)


@wrong("rows_reversed")
def to_video_convention(table):
    return np.flip(table, axis=0)


@wrong("both_reversed")
def to_video_convention(table):
    return np.flip(table)


@wrong("flat")
def to_video_convention(table):
    return table.T.flatten()


@wrong("shared_again")
def to_video_convention(table):
    return table.T / table.T.sum(axis=1, keepdims=True)


@wrong("softmaxed")
def to_video_convention(table):
    e = np.exp(table.T - table.T.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@wrong("form")
def to_video_convention(table):
    table = table.T


@wrong("columns_shared_again")
def to_video_convention(table):
    return table.T / table.T.sum(axis=0)


@wrong("future_is_zero")
def to_video_convention(table):
    return np.triu(table.T)


@wrong("future_is_zero")
def to_video_convention(table):
    out = np.zeros((table.shape[1], table.shape[0]))
    for i in range(table.shape[0]):
        for j in range(table.shape[1]):
            out[j, i] = table[i, j] if j <= i else 0
    return out


# ---- more answers of every kind ------------------------------------------------------------------------------------


@wrong("return_in_loop")
def queries_and_keys(x, W_q, W_k):
    for row in x:
        return row @ W_q, row @ W_k


@wrong("k_turned")
def queries_and_keys(x, W_q, W_k):
    return np.einsum("tc,cd->td", x, W_q), np.einsum("tc,cd->dt", x, W_k)


@wrong("positive_only")
def queries_and_keys(x, W_q, W_k):
    return np.maximum(x @ W_q, 0), np.maximum(x @ W_k, 0)


@wrong("q_scaled")
def queries_and_keys(x, W_q, W_k):
    q = (x @ W_q) / np.sqrt(W_q.shape[1])
    return q, x @ W_k


@wrong("whole_numbers")
def queries_and_keys(x, W_q, W_k):
    return (x @ W_q).astype(int), (x @ W_k).astype(int)


@wrong("as_many_keys")
def attention_scores(q, k):
    table = np.zeros((len(q), len(k)))
    for i in range(len(q)):
        for j in range(len(q)):
            table[i, j] = sum(q[i] * k[j])
    return table


@wrong("one_sum")
def attention_scores(q, k):
    total = 0
    for query in q:
        for key in k:
            total += query @ key
    return total


@wrong("queries_summed")
def attention_scores(q, k):
    return np.einsum("id,jd->j", q, k)


@wrong("last_product")
def attention_scores(q, k):
    s = np.zeros((len(q), len(k)))
    for i in range(len(q)):
        for j in range(len(k)):
            for d in range(q.shape[1]):
                s[i, j] = q[i, d] * k[j, d]
    return s


@wrong("whole_numbers")
def attention_scores(q, k):
    s = np.zeros((len(q), len(k)), dtype=int)
    for i in range(len(q)):
        for j in range(len(k)):
            s[i, j] = q[i] @ k[j]
    return s


# ---- answers that taught the table something ------------------------------------------------------


@wrong("first_row_only")
def queries_and_keys(x, W_q, W_k):
    q, k = [], []
    for token in x:
        q.append(token @ W_q)
        k.append(token @ W_k)
        return q, k


@wrong("both_from_W_k")
def queries_and_keys(x, W_q, W_k):
    q = k = np.zeros((len(x), W_q.shape[1]))
    for t in range(len(x)):
        q[t] = x[t] @ W_q
        k[t] = x[t] @ W_k
    return q, k


@wrong("one_row_of_queries")
def queries_and_keys(x, W_q, W_k):
    return x[-1:] @ W_q, x @ W_k


@wrong("too_much")
def queries_and_keys(x, W_q, W_k):
    return x[-1:] @ W_q, x[-1:] @ W_k


@wrong("q_turned")
def queries_and_keys(x, W_q, W_k):
    return W_q.T @ x.T, x @ W_k


@wrong("written_into_x")
def queries_and_keys(x, W_q, W_k):
    q, k = np.zeros_like(x), np.zeros_like(x)
    D = W_q.shape[1]
    for t in range(len(x)):
        q[t, :D] = x[t] @ W_q
        k[t, :D] = x[t] @ W_k
    return q, k


@wrong("weight_reshaped")
def queries_and_keys(x, W_q, W_k):
    C, D = W_q.shape
    return x @ W_q.T.reshape(C, D), x @ W_k.T.reshape(C, D)


@wrong("last_product")
def queries_and_keys(x, W_q, W_k):
    T, C, D = *x.shape, W_q.shape[1]
    q, k = np.zeros((T, D)), np.zeros((T, D))
    for t in range(T):
        for d in range(D):
            for c in range(C):
                q[t, d] = x[t, c] * W_q[c, d]
                k[t, d] = x[t, c] * W_k[c, d]
    return q, k


@wrong("averaged")
def queries_and_keys(x, W_q, W_k):
    return (x @ W_q).mean(axis=0), (x @ W_k).mean(axis=0)


@wrong("added_up")
def queries_and_keys(x, W_q, W_k):
    return x.sum(0) @ W_q, x.sum(0) @ W_k


@wrong("softmaxed")
def queries_and_keys(x, W_q, W_k):
    def shares(table):
        e = np.exp(table - table.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    return shares(x @ W_q), shares(x @ W_k)


@wrong("x_of_length_one")
def queries_and_keys(x, W_q, W_k):
    x = x / np.linalg.norm(x, axis=1, keepdims=True)
    return x @ W_q, x @ W_k


@wrong("scores_already")
def queries_and_keys(x, W_q, W_k):
    k = x @ W_k
    return (x @ W_q) @ k.T, k


@wrong("keys_added")
def queries_and_keys(x, W_q, W_k):
    q = np.zeros((len(x), W_q.shape[1]))
    for W in (W_q, W_k):
        q += x @ W
    return q, x @ W_k


@wrong("video_scores")
def attention_scores(q, k):
    scores = np.zeros((len(q), len(k)))
    for i in range(len(q)):
        for j in range(len(k)):
            scores[i, j] = q[j] @ k[i]
    return scores


@wrong("own_key_again")
def attention_scores(q, k):
    scores = np.zeros((len(q), len(k)))
    for i in range(len(q)):
        for j in range(len(k)):
            scores[i, j] = q[i] @ k[i]
    return scores


@wrong("own_key_while_it_lasts")
def attention_scores(q, k):
    return [query @ key for query, key in zip(q, k)]


@wrong("never_a_new_row")
def attention_scores(q, k):
    scores, row = [], []
    for query in q:
        for key in k:
            row.append(query @ key)
        scores.append(row)
    return scores


@wrong("last_row_only")
def attention_scores(q, k):
    scores = []
    for query in q:
        row = [query @ key for key in k]
    scores.append(row)
    return scores


@wrong("square")
def attention_scores(q, k):
    T = len(q)
    scores = np.zeros((T, T))
    for i in range(T):
        for j in range(T):
            scores[i, j] = q[i] @ k[j]
    return scores


@wrong("table_of_queries")
def attention_scores(q, k):
    scores = np.zeros((len(q), len(q)))
    for i, query in enumerate(q):
        for j, key in enumerate(k):
            scores[i, j] = query @ key
    return scores


@wrong("closeness")
def attention_scores(q, k):
    return -((q[:, None, :] - k[None, :, :]) ** 2).sum(axis=-1)


@wrong("squared_distance")
def attention_scores(q, k):
    return [[sum((a - b) ** 2) for b in k] for a in q]


@wrong("largest_product")
def attention_scores(q, k):
    return [[max(a * b) for b in k] for a in q]


@wrong("multiplied_up")
def attention_scores(q, k):
    return np.prod(q[:, None] * k, axis=-1)


@wrong("kept_column")
def attention_scores(q, k):
    return (q @ k.T).sum(axis=1, keepdims=True)


@wrong("never_begins_again")
def attention_scores(q, k):
    scores, total = np.zeros((len(q), len(k))), 0
    for i in range(len(q)):
        for j in range(len(k)):
            for d in range(q.shape[1]):
                total += q[i, d] * k[j, d]
            scores[i, j] = total
    return scores


@wrong("adds_along_the_row")
def attention_scores(q, k):
    scores = np.zeros((len(q), len(k)))
    for i in range(len(q)):
        total = 0
        for j in range(len(k)):
            for d in range(q.shape[1]):
                total += q[i, d] * k[j, d]
            scores[i, j] = total
    return scores


@wrong("sorted")
def attention_scores(q, k):
    return [sorted(query @ key for key in k) for query in q]


@wrong("added_over_queries")
def attention_scores(q, k):
    return (q[:, None, :] * k[None, :, :]).sum(axis=0)


@wrong("added_over_keys")
def attention_scores(q, k):
    return np.sum(q[:, None, :] * k[None, :, :], axis=1)


@wrong("sums_multiplied")
def attention_scores(q, k):
    return np.einsum("id,je->ij", q, k)


@wrong("begins_at_one")
def attention_scores(q, k):
    scores = np.ones((len(q), len(k)))
    for i in range(len(q)):
        for j in range(len(k)):
            for d in range(q.shape[1]):
                scores[i, j] += q[i, d] * k[j, d]
    return scores


@wrong("by_T_key")
def attention_scores(q, k):
    return q @ k.T / k.shape[0]


@wrong("no_itself")
def attention_scores(q, k):
    return [[a @ b if i != j else 0 for j, b in enumerate(k)] for i, a in enumerate(q)]


@wrong("read_by_columns")
def to_video_convention(table):
    return table.reshape(table.shape[1], table.shape[0], order="F")


@wrong("turned_and_reshaped")
def to_video_convention(table):
    return table.T.reshape(table.shape)


@wrong("same_shape")
def to_video_convention(table):
    turned = np.zeros_like(table)
    for i in range(len(table)):
        for j in range(len(table[0])):
            turned[j][i] = table[i][j]
    return turned


@wrong("same_shape")
def to_video_convention(table):
    turned = np.zeros((table.shape[1], table.shape[0]))
    for i in range(table.shape[0]):
        for j in range(table.shape[1]):
            turned[i, j] = table[j, i]
    return turned


@wrong("as_many_columns")
def to_video_convention(table):
    turned = np.zeros((table.shape[1], table.shape[0]))
    for i in range(len(table)):
        for j in range(len(table)):
            turned[j, i] = table[i, j]
    return turned


@wrong("square")
def to_video_convention(table):
    n = len(table)
    return [[table[i, j] for i in range(n)] for j in range(n)]


@wrong("first_column")
def to_video_convention(table):
    for j in range(table.shape[1]):
        return table[:, j]


@wrong("infinity_gone")
def to_video_convention(table):
    return np.where(np.isinf(table), 0, table).T


@wrong("softmaxed_first")
def to_video_convention(table):
    e = np.exp(table - table.max())
    return (e / e.sum(axis=1, keepdims=True)).T


@wrong("rows_sorted")
def to_video_convention(table):
    return list(zip(*[sorted(row) for row in table]))


@wrong("negated")
def to_video_convention(table):
    return -table.T


@wrong("whole_numbers")
def to_video_convention(table):
    turned = np.empty((table.shape[1], table.shape[0]), dtype=int)
    for i in range(len(table)):
        turned[:, i] = table[i]
    return turned


@wrong("columns_added_up")
def queries_and_keys(x, W_q, W_k):
    return [sum(row) for row in x @ W_q], [sum(row) for row in x @ W_k]


@wrong("last_token_zero")
def queries_and_keys(x, W_q, W_k):
    q, k = np.zeros((len(x), W_q.shape[1])), np.zeros((len(x), W_k.shape[1]))
    for t in range(len(x) - 1):
        q[t], k[t] = x[t] @ W_q, x[t] @ W_k
    return q, k


@wrong("weights_added")
def queries_and_keys(x, W_q, W_k):
    both = x @ (W_q + W_k)
    return both, both


@wrong("values")
def queries_and_keys(x, W_q, W_k):
    return x @ W_q * 1.5, x @ W_k * 1.5


@wrong("last_key_zero")
def attention_scores(q, k):
    scores = np.zeros((len(q), len(k)))
    for i in range(len(q)):
        for j in range(len(k) - 1):
            scores[i, j] = q[i] @ k[j]
    return scores


@wrong("last_column_left_out")
def attention_scores(q, k):
    return [[sum(a[d] * b[d] for d in range(len(a) - 1)) for b in k] for a in q]


@wrong("average_key")
def attention_scores(q, k):
    return q @ k.mean(axis=0)


@wrong("last_query_zero")
def to_video_convention(table):
    turned = np.zeros((table.shape[1], table.shape[0]))
    for i in range(table.shape[0] - 1):
        for j in range(table.shape[1]):
            turned[j, i] = table[i, j]
    return turned


@wrong("places_swapped")
def to_video_convention(table):
    rows = []
    for j in range(table.shape[1]):
        row = []
        for i in range(table.shape[0]):
            row.append(table[j][i])
        rows.append(row)
    return rows


@wrong("first_key_only")
def to_video_convention(table):
    rows = []
    for j in range(table.shape[1]):
        rows.append(table[:, j])
        return rows
