"""Lesson 01: the dot product."""

import numpy as np

from course_lib.judge import Exercise


def dot(a, b, slip):
    """Multiply entry by entry, and add up."""
    pairs = [(x, y) for x, y in zip(a, b, strict=True)]
    pairs = slip(pairs, skips_last=pairs[:-1], skips_first=pairs[1:])
    products = slip(lambda: np.array([x * y for x, y in pairs]), added=lambda: np.array([x + y for x, y in pairs]))
    total = slip(
        lambda: products.sum(), no_sum=products, first_only=lambda: products[0], last_only=lambda: products[-1]
    )
    total = slip(
        total, product_of_sums=lambda: a.sum() * b.sum(), mean=lambda: products.mean(), outer=lambda: np.outer(a, b)
    )
    total = slip(total, multiplied_up=lambda: products.prod(), squared_distance=lambda: ((a - b) ** 2).sum())
    return slip(lambda: total, starts_at_one=lambda: total + 1, same_twice=lambda: (a * a).sum())


DOT = Exercise(
    dot,
    cases=[
        (np.array([2.0, 1.0, 3.0]), np.array([4.0, -1.0, 5.0])),
        (np.array([1.5, -2.0, 0.5, 3.0, -1.0]), np.array([2.0, 1.0, -4.0, 0.5, 6.0])),
        (np.array([3.0, 0.5]), np.array([-0.5, 3.0])),
        (np.array([1.0, 2.0, -2.0, 5.0]), np.array([1.0, 2.0, 2.0, 1.0])),
    ],
    says=dict(
        no_sum="You multiplied entry by entry, but did not add the products up: the dot product is one number.",
        added="You added the entries of each pair; multiply them, then add the products up.",
        skips_last="You left out the last pair. Does your loop stop one step early?",
        skips_first="You left out the first pair. Positions begin at 0.",
        first_only="You returned only the first product. Is `return` inside the loop? Move it to the left, after the loop.",
        last_only="You returned only the last product. Add each product to the total: `total = total + …`.",
        product_of_sums="You added up each vector first and multiplied the two sums; multiply pair by pair first, then add.",
        mean="You averaged the products; add them up and do not divide.",
        outer="You multiplied every entry with every other; the dot product only pairs entries at the same position.",
        multiplied_up="You multiplied the products together; add them up.",
        squared_distance="You took differences: that is the squared distance. Multiply the entries of each pair.",
        starts_at_one="Your result is too large by exactly 1. Begin the total at 0.",
        same_twice="You multiplied the first vector by itself; use both vectors.",
    ),
    hints=(
        "For [2, 1] and [3, 4] the answer is 10. Which two products are added?",
        "`zip(a, b)` walks through two vectors at once, pair by pair. Keep a running total.",
        "Begin with `total = 0`, then `for x, y in zip(a, b):`.",
    ),
)


def cosine_similarity(a, b, slip):
    """The dot product, divided by both lengths."""
    squares = slip(
        lambda: (a @ a, b @ b),
        sum_of_entries=lambda: (a.sum() ** 2, b.sum() ** 2),
        absolute=lambda: (abs(a).sum() ** 2, abs(b).sum() ** 2),
    )
    lengths = slip(lambda: (squares[0] ** 0.5, squares[1] ** 0.5), no_root=squares, counted=lambda: (len(a), len(b)))
    by = slip(
        lambda: lengths[0] * lengths[1],
        no_lengths=1,
        only_first_length=lengths[0],
        only_second_length=lengths[1],
        lengths_added=lambda: lengths[0] + lengths[1],
        one_root_too_many=lambda: (lengths[0] * lengths[1]) ** 0.5,
    )
    cosine = slip(lambda: a @ b / by, multiplied=lambda: a @ b * by)
    return slip(
        lambda: cosine,
        distance=lambda: 1 - cosine,
        angle=lambda: np.arccos(cosine),
        no_sum=lambda: a * b / by,
        no_sign=lambda: abs(cosine),
    )


COSINE_SIMILARITY = Exercise(
    cosine_similarity,
    cases=[
        (np.array([3.0, 4.0, 0.0]), np.array([1.0, 2.0, 2.0])),
        (np.array([0.2, -0.5, 0.1, 0.4]), np.array([-3.0, 1.0, 2.0, -0.5])),
        (np.array([20.0, 5.0]), np.array([20.0, 6.0])),
        (np.array([0.03, -0.01, 0.02]), np.array([0.01, 0.02, 0.05])),
        (np.array([0.3, -0.5]), np.array([0.6, 0.7])),
        (np.array([0.2, 0.9, 0.1]), np.array([0.5, 0.3, 0.6])),
    ],
    says=dict(
        no_lengths="That is the plain dot product: it grows with the length of the arrows. Divide it by both lengths.",
        no_root="You forgot the square root in the lengths: a length is the root of the sum of squares.",
        only_first_length="You divided by the length of the first vector only; divide by both.",
        only_second_length="You divided by the length of the second vector only; divide by both.",
        lengths_added="You added the two lengths; divide by their product.",
        one_root_too_many="You took a square root too many: divide by the product of the two lengths itself.",
        sum_of_entries="Your length adds the entries up; square each entry first, add the squares, then take the root.",
        absolute="Your length adds up absolute values; the length of an arrow is the root of the sum of squares.",
        counted="You divided by the number of entries (`len`); the length of an arrow is the root of the sum of squares.",
        multiplied="You multiplied by the lengths; divide by them.",
        distance="You returned 1 − cosine, a distance; return the cosine itself: 1 for the same direction.",
        angle="You returned the angle; return its cosine.",
        no_sum="You did not add the products up: the result is one number.",
        no_sign="You lost the sign: opposite directions have the cosine −1. Leave out the `abs`.",
    ),
    hints=(
        "If you make one arrow twice as long, the dot product doubles. What must you divide by so that nothing changes?",
        "The length of `a` is `np.sqrt(dot(a, a))`, or `np.linalg.norm(a)`.",
        "`return dot(a, b) / (…)`, with the product of two lengths in the brackets.",
    ),
)


def most_similar(index, vectors, slip):
    """The other row with the largest cosine."""
    word = vectors[index]
    lengths = slip(lambda: np.sqrt((vectors**2).sum(1)), no_lengths=lambda: np.ones(len(vectors)))
    cosines = vectors @ word / (lengths * lengths[index])
    similar = slip(cosines, by_distance=lambda: -np.sqrt(((vectors - word) ** 2).sum(1)), no_sign=abs(cosines))
    others = slip(lambda: np.where(np.arange(len(vectors)) == index, -np.inf, similar), itself=lambda: similar)
    found = slip(
        lambda: np.argmax(others),
        least_similar=lambda: np.argmin(similar),
        position_shifted=lambda: np.argmax(np.delete(others, index)),
        second_of_all=lambda: np.argsort(similar)[0] + 1,
    )
    return slip(
        lambda: found, the_value=lambda: others.max(), the_row=lambda: vectors[found], all_of_them=lambda: similar
    )


MOST_SIMILAR = Exercise(
    most_similar,
    cases=[
        (1, np.array([[4.0, 4.0], [1.0, 0.0], [-5.0, 0.5], [2.0, 0.5], [0.9, -1.0]])),
        (
            0,
            np.array(
                [
                    [1.0, 2.0, 0.0],
                    [-3.0, -6.0, 0.5],
                    [3.0, -1.0, 9.0],
                    [0.5, 0.4, 0.1],
                    [2.0, 1.0, -1.0],
                    [1.0, 0.0, 0.0],
                ]
            ),
        ),
        (
            3,
            np.array(
                [[0.1, 0.1, 0.1], [7.0, 7.0, -9.0], [1.0, 0.0, -2.0], [2.0, 2.0, 1.0], [8.0, 0.0, 1.0], [2.0, 1.0, 2.0]]
            ),
        ),
        (2, np.array([[5.0, -4.0], [0.0, 3.0], [1.0, 1.0], [0.5, -0.1], [3.0, 4.0]])),
        *((row, np.random.default_rng(row).normal(size=(7 + row, 3)).round(2)) for row in range(8)),
    ],
    says=dict(
        itself="You found the word itself: every vector is most similar to itself. Leave row `index` out of the search.",
        no_lengths="You compared plain dot products, so long vectors win. Divide by the lengths: use the cosine.",
        by_distance="You looked for the smallest distance; look for the largest cosine: only the direction counts.",
        no_sign="You ignored the sign: a vector that points the opposite way is not similar.",
        least_similar="You found the least similar row; look for the largest cosine, not the smallest.",
        position_shifted="After you removed row `index`, the rows after it moved up by one. Keep the row, and make its similarity −∞.",
        second_of_all="Your position does not come from the largest similarity. `np.argmax` gives the position of the largest entry.",
        the_value="You returned the similarity; return the position of the row that has it (`np.argmax`).",
        the_row="You returned the vector; return its position in `vectors`.",
        all_of_them="You returned all similarities; return the position of the largest one.",
    ),
    hints=(
        "Which row is most similar to row `index`, if you count that row too? So what must you leave out?",
        "`np.argmax(similarities)` gives the position of the largest. Setting one entry to `-np.inf` takes it out of the race.",
        "Begin with `similarities = np.array([cosine_similarity(vectors[index], v) for v in vectors])`.",
    ),
)


def all_pairs(x, slip):
    """Row i, column j: the dot product of vectors i and j."""
    y = slip(lambda: x, cosines=lambda: x / np.sqrt((x**2).sum(1, keepdims=True)))
    table = slip(
        lambda: y @ y.T, features=lambda: y.T @ y, only_itself=lambda: (y * y).sum(1), entry_by_entry=lambda: y * y
    )
    return slip(
        lambda: table,
        no_diagonal=lambda: table * (1 - np.eye(*table.shape)),
        upper_only=lambda: np.triu(table),
        lower_only=lambda: np.tril(table),
        scaled=lambda: table / x.shape[1],
    )


ALL_PAIRS = Exercise(
    all_pairs,
    cases=[
        (np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 4.0]]),),
        (np.array([[1.0, 0.0, 2.0, -1.0], [0.5, 3.0, -2.0, 1.0]]),),
        (np.array([[2.0, -3.0, 1.0]]),),
    ],
    says=dict(
        features="You computed x.T @ x: one row per feature. Row i, column j must belong to *vectors* i and j: transpose the other one.",
        only_itself="You have each vector with itself only; every vector must meet every other: a (T, T) table.",
        entry_by_entry="`*` multiplies entry by entry; for all dot products at once use the matrix product `@`.",
        cosines="You divided by the lengths; here the plain dot products are wanted.",
        no_diagonal="The diagonal is missing: each vector also meets itself.",
        upper_only="Only the upper half is filled; the table has both (i, j) and (j, i).",
        lower_only="Only the lower half is filled; the table has both (i, j) and (j, i).",
        scaled="Your numbers are too small by the number of features: no division is needed here.",
    ),
    hints=(
        "For T vectors, how many pairs are there, counting each vector with itself and both orders?",
        "A matrix product `a @ b` holds the dot product of every row of `a` with every column of `b`.",
        "To turn rows into columns: `x.T`.",
    ),
)
