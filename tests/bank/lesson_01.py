import math

import numpy as np

from tests.bank import right, wrong

# ---- dot -----------------------------------------------------------------------------------------------------------


@right
def dot(a, b):
    total = 0
    for i in range(len(a)):
        total += a[i] * b[i]
    return total


@right
def dot(a, b):
    return a @ b


@right
def dot(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True))


@right
def dot(a, b):
    return np.einsum("i,i->", a, b)


@right
def dot(first, second):
    return float((first.astype(np.float32) * second.astype(np.float32)).sum())


@right
def dot(a, b):
    import torch

    return torch.tensor(a) @ torch.tensor(b)


@right
def dot(a, b):
    result, i = 0.0, len(a)
    while i > 0:
        i -= 1
        result = result + a[i] * b[i]
    return np.array(result)


@right
def dot(a, b):
    return math.fsum(map(lambda x, y: x * y, a, b))


@wrong("no_sum")
def dot(a, b):
    return [x * y for x, y in zip(a, b, strict=True)]


@wrong("first_only")
def dot(a, b):
    total = 0
    for x, y in zip(a, b, strict=True):
        total += x * y
        return total


@wrong("last_only")
def dot(a, b):
    for x, y in zip(a, b, strict=True):
        total = x * y
    return total


@wrong("skips_last")
def dot(a, b):
    return sum(a[i] * b[i] for i in range(len(a) - 1))


@wrong("skips_first")
def dot(a, b):
    total = 0
    for i in range(1, len(a)):
        total += a[i] * b[i]
    return total


@wrong("added")
def dot(a, b):
    return sum(x + y for x, y in zip(a, b, strict=True))


@wrong("product_of_sums")
def dot(a, b):
    return sum(a) * sum(b)


@wrong("product_of_sums")
def dot(a, b):
    return sum(x * y for x in a for y in b)


@wrong("skips_last", "starts_at_one")
def dot(a, b):
    total = 1
    for i in range(len(a) - 1):
        total += a[i] * b[i]
    return total


@wrong("multiplied_up")
def dot(a, b):
    total = 1
    for x, y in zip(a, b, strict=True):
        total *= x * y
    return total


@wrong("outer")
def dot(a, b):
    return [[x * y for y in b] for x in a]


@wrong("no_sign")
def dot(a, b):
    return abs(a @ b)


@wrong("no_signs")
def dot(a, b):
    total = 0
    for x, y in zip(a, b, strict=True):
        total += abs(x) * abs(y)
    return total


@wrong("over_first_length")
def dot(a, b):
    return a @ b / np.linalg.norm(a)


@wrong("cosine")
def dot(a, b):
    return a @ b / (np.linalg.norm(a) * np.linalg.norm(b))


@wrong("root")
def dot(a, b):
    return np.sqrt(sum(x * y for x, y in zip(a, b, strict=True)))


@wrong("first_two")
def dot(a, b):
    return a[0] * b[0] + a[1] * b[1]


@wrong("first_three")
def dot(a, b):
    total = 0
    for i in range(3):
        total += a[i] * b[i]
    return total


@wrong("equal_once")
def dot(a, b):
    return sum({x * y for x, y in zip(a, b, strict=True)})


@wrong("one_reversed")
def dot(a, b):
    return sum(x * y for x, y in zip(a, reversed(b), strict=True))


@wrong("whole_inputs")
def dot(a, b):
    return int(a.astype(int) @ b.astype(int))


@wrong("whole_products")
def dot(a, b):
    total = 0
    for x, y in zip(a, b, strict=True):
        total += int(x * y)
    return total


@wrong("running_totals")
def dot(a, b):
    totals, total = [], 0
    for x, y in zip(a, b, strict=True):
        total += x * y
        totals.append(total)
    return totals


@wrong("unstable")
def dot(a, b):
    return a @ b + np.random.default_rng().normal()


@wrong("raised")
def dot(a, b):
    return a @ b.reshape(1, -1)


@wrong("form")
def dot(a, b):
    print(a @ b)


# ---- cosine_similarity ---------------------------------------------------------------------------------------------


@right
def cosine_similarity(a, b):
    return a @ b / (np.linalg.norm(a) * np.linalg.norm(b))


@right
def cosine_similarity(a, b):
    return (a / np.linalg.norm(a)) @ (b / np.linalg.norm(b))


@right
def cosine_similarity(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True)) / math.sqrt(sum(x * x for x in a)) / math.hypot(*b)


@right
def cosine_similarity(a, b):
    a, b = a.astype("float32"), b.astype("float32")
    return np.dot(a, b) / np.sqrt(np.dot(a, a) * np.dot(b, b))


@right
def cosine_similarity(a, b):
    import torch

    return torch.nn.functional.cosine_similarity(torch.tensor(a), torch.tensor(b), dim=0)


@right
def cosine_similarity(a, b):
    both = np.stack([a, b])
    both = both / np.sqrt((both**2).sum(axis=1))[:, None]
    return (both @ both.T)[0, 1]


@wrong("no_lengths")
def cosine_similarity(a, b):
    return np.dot(a, b)


@wrong("no_root")
def cosine_similarity(a, b):
    return np.dot(a, b) / (sum(a * a) * sum(b * b))


@wrong("only_first_length")
def cosine_similarity(a, b):
    return a @ b / np.linalg.norm(a)


@wrong("only_second_length")
def cosine_similarity(a, b):
    return a @ (b / np.linalg.norm(b))


@wrong("multiplied")
def cosine_similarity(a, b):
    return a @ b / np.linalg.norm(a) * np.linalg.norm(b) * np.linalg.norm(a) ** 2


@wrong("counted")
def cosine_similarity(a, b):
    return a @ b / (len(a) * len(b))


@wrong("lengths_added")
def cosine_similarity(a, b):
    return a @ b / (np.linalg.norm(a) + np.linalg.norm(b))


@wrong("absolute")
def cosine_similarity(a, b):
    return a @ b / (np.linalg.norm(a, 1) * np.linalg.norm(b, 1))


@wrong("distance")
def cosine_similarity(a, b):
    return 1 - a @ b / (np.linalg.norm(a) * np.linalg.norm(b))


@wrong("no_sum")
def cosine_similarity(a, b):
    return a * b / (np.linalg.norm(a) * np.linalg.norm(b))


@wrong("values")
def cosine_similarity(a, b):
    return np.linalg.norm(a - b)


@wrong("bracket_missing")
def cosine_similarity(a, b):
    # operator precedence: divides by the first length, then multiplies by the second
    return a @ b / np.linalg.norm(a) * np.linalg.norm(b)


@wrong("first_length_twice")
def cosine_similarity(a, b):
    return np.dot(a, b) / (np.linalg.norm(a) * np.linalg.norm(a))


@wrong("first_length_twice")
def cosine_similarity(a, b):
    return a @ b / (a @ a)


@wrong("root_of_first")
def cosine_similarity(a, b):
    return a @ b / ((a @ a) ** 0.5 * (b @ b))


@wrong("second_mixed")
def cosine_similarity(a, b):
    return a @ b / np.sqrt((a @ a) * (a @ b))


@wrong("length_of_products")
def cosine_similarity(a, b):
    return a @ b / np.linalg.norm(a * b)


@wrong("one_length_for_both")
def cosine_similarity(a, b):
    return a @ b / np.sqrt(a @ a + b @ b)


@wrong("centred")
def cosine_similarity(a, b):
    return np.corrcoef(a, b)[0, 1]


@wrong("floor_divided")
def cosine_similarity(a, b):
    return a @ b // (np.linalg.norm(a) * np.linalg.norm(b))


@wrong("largest_entry")
def cosine_similarity(a, b):
    return (a / abs(a).max()) @ (b / abs(b).max())


@wrong("clipped")
def cosine_similarity(a, b):
    return max(0, a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


@wrong("wrong_if_whole", "mutates_input")
def cosine_similarity(a, b):
    a /= np.linalg.norm(a)
    return a @ b / np.linalg.norm(b)


# ---- most_similar --------------------------------------------------------------------------------------------------


def _cosines(index, vectors):
    return vectors @ vectors[index] / np.linalg.norm(vectors, axis=1) / np.linalg.norm(vectors[index])


@right
def most_similar(index, vectors):
    cosines = _cosines(index, vectors)
    cosines[index] = -2
    return cosines.argmax()


@right
def most_similar(index, vectors):
    others = [i for i in np.argsort(_cosines(index, vectors)) if i != index]
    return others[-1]


@right
def most_similar(index, vectors):
    best, place = -np.inf, None
    for i, row in enumerate(vectors):
        cosine = row @ vectors[index] / (np.linalg.norm(row) * np.linalg.norm(vectors[index]))
        if i != index and cosine > best:
            best, place = cosine, i
    return place


@right
def most_similar(index, vectors):
    return max((i for i in range(len(vectors)) if i != index), key=lambda i: _cosines(index, vectors)[i])


@right
def most_similar(index, vectors):
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    table = unit @ unit.T
    np.fill_diagonal(table, -1)
    return int(table[index].argmax())


@right
def most_similar(index, vectors):
    import torch

    x = torch.nn.functional.normalize(torch.tensor(vectors), dim=1)
    cosines = x @ x[index]
    cosines[index] = -torch.inf
    return cosines.topk(1).indices[0]


@wrong("itself")
def most_similar(index, vectors):
    return _cosines(index, vectors).argmax()


@wrong("no_lengths")
def most_similar(index, vectors):
    dots = vectors @ vectors[index]
    dots[index] = -np.inf
    return dots.argmax()


@wrong("the_value")
def most_similar(index, vectors):
    return sorted(_cosines(index, vectors))[-2]


@wrong("the_row")
def most_similar(index, vectors):
    cosines = _cosines(index, vectors)
    cosines[index] = -np.inf
    return vectors[cosines.argmax()]


@wrong("second_of_all")
def most_similar(index, vectors):
    return np.argsort(_cosines(index, vectors))[-2]


@wrong("second_in_ranking")
def most_similar(index, vectors):
    return sorted(range(len(vectors)), key=lambda i: -_cosines(index, vectors)[i])[1]


@wrong("zero_for_itself")
def most_similar(index, vectors):
    cosines = _cosines(index, vectors)
    cosines[index] = 0
    return cosines.argmax()


@wrong("starts_at_zero")
def most_similar(index, vectors):
    best, where = 0, 0
    for i, cosine in enumerate(_cosines(index, vectors)):
        if i != index and cosine > best:
            best, where = cosine, i
    return where


@wrong("same_direction_out")
def most_similar(index, vectors):
    cosines = _cosines(index, vectors)
    cosines[cosines > 0.9999] = -1
    return cosines.argmax()


@wrong("equal_rows_out")
def most_similar(index, vectors):
    best, where = -np.inf, None
    for i, row in enumerate(vectors):
        if not np.array_equal(row, vectors[index]) and _cosines(index, vectors)[i] > best:
            best, where = _cosines(index, vectors)[i], i
    return where


@wrong("no_lengths")
def most_similar(index, vectors):
    unit = vectors / np.linalg.norm(vectors)  # one length for all
    cosines = unit @ unit[index]
    cosines[index] = -np.inf
    return cosines.argmax()


@wrong("lengths_of_columns")
def most_similar(index, vectors):
    unit = vectors / np.linalg.norm(vectors, axis=0)
    cosines = unit @ unit[index]
    cosines[index] = -np.inf
    return cosines.argmax()


@wrong("last_other")
def most_similar(index, vectors):
    best = -np.inf
    for i, cosine in enumerate(_cosines(index, vectors)):
        if i == index:
            continue
        if cosine > best:
            best = cosine
        where = i
    return where


@wrong("in_an_array")
def most_similar(index, vectors):
    cosines = _cosines(index, vectors)
    cosines[index] = -np.inf
    return np.where(cosines == cosines.max())[0]


@wrong("position_shifted")
def most_similar(index, vectors):
    return np.delete(_cosines(index, vectors), index).argmax()


@wrong("by_distance")
def most_similar(index, vectors):
    distances = np.linalg.norm(vectors - vectors[index], axis=1)
    distances[index] = np.inf
    return distances.argmin()


@wrong("least_similar")
def most_similar(index, vectors):
    return _cosines(index, vectors).argmin()


@wrong("all_of_them")
def most_similar(index, vectors):
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit @ unit[index]


@wrong("itself", "no_lengths")
def most_similar(index, vectors):
    return (vectors @ vectors[index]).argmax()


@wrong("mutates_input")
def most_similar(index, vectors):
    cosines = _cosines(index, vectors)
    vectors[index] = 0
    cosines[index] = -1
    return cosines.argmax()


@wrong("raised")
def most_similar(index, vectors):
    return _cosines(index, vectors).index(max(_cosines(index, vectors)))


# ---- all_pairs -----------------------------------------------------------------------------------------------------


@right
def all_pairs(x):
    return x @ x.T


@right
def all_pairs(x):
    return np.array([[a @ b for b in x] for a in x])


@right
def all_pairs(x):
    return np.einsum("ic,jc->ij", x, x)


@right
def all_pairs(x):
    return (x[:, None, :] * x[None, :, :]).sum(-1)


@right
def all_pairs(x):
    table = np.zeros((len(x), len(x)), np.float32)
    for i in range(len(x)):
        for j in range(i + 1):
            table[i, j] = table[j, i] = np.dot(x[i], x[j])
    return table


@right
def all_pairs(x):
    import torch

    x = torch.tensor(x)
    return x.matmul(x.transpose(0, 1))


@right
def all_pairs(x):
    return [[sum(p * q for p, q in zip(a, b, strict=True)) for b in x] for a in x]


@wrong("features")
def all_pairs(x):
    return x.T @ x


@wrong("entry_by_entry")
def all_pairs(x):
    return x * x


@wrong("only_itself")
def all_pairs(x):
    return np.einsum("ic,ic->i", x, x)


@wrong("cosines")
def all_pairs(x):
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    return unit @ unit.T


@wrong("not_turned")
def all_pairs(x):
    return x @ x


@wrong("reshaped")
def all_pairs(x):
    return x @ x.reshape(x.shape[1], x.shape[0])


@wrong("lower_only")
def all_pairs(x):
    return [[x[i] @ x[j] if j <= i else 0 for j in range(len(x))] for i in range(len(x))]


@wrong("no_diagonal")
def all_pairs(x):
    return x @ x.T - np.diag((x**2).sum(1))


@wrong("scaled")
def all_pairs(x):
    return (x[:, None] * x[None]).mean(-1)


@wrong("flat")
def all_pairs(x):
    return [a @ b for a in x for b in x]


@wrong("one_row_for_all")
def all_pairs(x):
    table, row = [], []
    for a in x:
        for b in x:
            row.append(a @ b)
        table.append(row)
    return table


@wrong("last_row_everywhere")
def all_pairs(x):
    table = [[0] * len(x)] * len(x)
    for i, a in enumerate(x):
        for j, b in enumerate(x):
            table[i][j] = a @ b
    return table


@wrong("distances")
def all_pairs(x):
    return np.linalg.norm(x[:, None] - x[None], axis=-1)


@wrong("correlations")
def all_pairs(x):
    return np.corrcoef(x)


@wrong("scaled_by_root")
def all_pairs(x):
    return x @ x.T / x.shape[1] ** 0.5


@wrong("last_row_missing")
def all_pairs(x):
    return [[x[i] @ b for b in x] for i in range(len(x) - 1)]


@wrong("last_product_only")
def all_pairs(x):
    table = np.zeros((len(x), len(x)))
    for i, a in enumerate(x):
        for j, b in enumerate(x):
            for p, q in zip(a, b, strict=True):
                table[i, j] = p * q
    return table


@wrong("first_row")
def all_pairs(x):
    return x @ x[0]
