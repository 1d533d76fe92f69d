"""Lesson 01: the dot product."""

import numpy as np

from course_lib.judge import USUAL, Exercise


def dot(a, b, slip):
    """Multiply entry by entry, and add up."""
    left, right = slip(
        (a, b),
        same_twice=(a, a),
        second_twice=(b, b),
        one_reversed=(a, b[::-1]),
        next_to_it=(a, np.roll(b, 1)),
        whole_inputs=lambda: (np.trunc(a), np.trunc(b)),
    )
    pairs = list(zip(left, right, strict=True))
    pairs = slip(
        pairs,
        skips_last=pairs[:-1],
        skips_first=pairs[1:],
        every_second=pairs[::2],
        positive_only=[(x, y) for x, y in pairs if x * y > 0],
        first_two=lambda: [pairs[i] for i in range(2)],
        first_three=lambda: [pairs[i] for i in range(3)],
    )
    products = slip(
        lambda: np.array([x * y for x, y in pairs]),
        added=lambda: np.array([x + y for x, y in pairs]),
        divided=lambda: np.array([x / y for x, y in pairs]),
        differences=lambda: np.array([x - y for x, y in pairs]),
        no_signs=lambda: np.array([abs(x * y) for x, y in pairs]),
        whole_products=lambda: np.trunc([x * y for x, y in pairs]),
    )
    total = slip(
        lambda: products.sum(),
        no_sum=products,
        first_only=lambda: products[0],
        last_only=lambda: products[-1],
        running_totals=lambda: products.cumsum(),
        equal_once=lambda: sum(set(products.tolist())),
        largest_only=lambda: products.max(),
        mean=lambda: products.sum() / len(products),
        multiplied_up=lambda: products.prod(),
    )
    total = slip(
        total,
        product_of_sums=lambda: a.sum() * b.sum(),
        outer=lambda: np.outer(a, b),
        squared_distance=lambda: ((a - b) ** 2).sum(),
        cosine=lambda: a @ b / np.sqrt((a @ a) * (b @ b)),
        over_first_length=lambda: total / np.sqrt(a @ a),
    )
    return slip(
        lambda: total,
        starts_at_one=lambda: total + 1,
        root=lambda: np.sqrt(total),
        no_sign=lambda: abs(total),
        whole_total=lambda: np.trunc(total),
        rounded=lambda: np.round(total),
    )


def _dot_inputs(draw):
    n = draw.size(1, 12)
    return draw.numbers(n), draw.numbers(n)


DOT = Exercise(
    dot,
    cases=[
        (np.array([2.0, 1.0, 3.0]), np.array([4.0, -1.0, 5.0])),
        (np.array([1.5, -2.0, 0.5, 3.0, -1.0]), np.array([2.0, 1.0, -4.0, 0.5, 6.0])),
        (np.array([3.0, 0.5]), np.array([-0.5, 4.0])),
        (np.array([1.0, 2.0, -2.0, 5.0]), np.array([1.0, 2.0, 2.0, 1.0])),
        (np.array([2.25, -1.6, 0.4, 3.0, 3.0, 0.7]), np.array([0.5, 1.25, -2.5, 4.0, 4.0, 0.9])),
        (np.array([0.8, 0.0, 1.5, 0.9, 0.9, -3.0, 2.0]), np.array([0.7, 4.0, 1.5, 0.7, 0.7, 0.0, 1.35])),
    ],
    makes=_dot_inputs,
    says=dict(
        no_sum="You did not add the products up: you returned a number for each pair. ⇒ The dot product is one number, their sum.",
        running_totals="You returned every total on the way. ⇒ Only the last one is the dot product.",
        added="You added the entries of each pair. ⇒ Multiply them, then add the products up.",
        divided="You divided the entries of each pair. ⇒ Multiply them, then add the products up.",
        differences="You subtracted the entries of each pair. ⇒ Multiply them, then add the products up.",
        skips_last="The last pair is left out. ⇒ Does your loop stop one step early?",
        skips_first="The first pair is left out. ⇒ Positions begin at 0.",
        every_second="Only every second pair counts in your result. ⇒ Go through all positions: `range(len(a))`, without a step.",
        positive_only="Negative products are left out. ⇒ Add them too: they pull the total down.",
        largest_only="Only the largest of the pairs counts in your result. ⇒ Add all the products up.",
        first_two="Only the first two pairs count in your result. ⇒ A vector may have any number of entries: go through all of them.",
        first_three="Only the first three pairs count in your result. ⇒ A vector may have any number of entries: go through all of them.",
        first_only="Only the first pair counts in your result. ⇒ Is `return` inside the loop? Move it to the left, after the loop.",
        last_only="Only the last pair counts in your result. ⇒ Add each product to the total: `total = total + …`.",
        product_of_sums="Your result is the sum of `a` times the sum of `b`: every entry has met every other. ⇒ Pair up only the entries at the same position.",
        mean="You averaged over the pairs. ⇒ Add the products them up and do not divide.",
        outer="You multiplied every entry with every other. ⇒ The dot product pairs up only the entries at the same position.",
        multiplied_up="You multiplied the numbers of the pairs together. ⇒ Add the products up.",
        squared_distance="You took differences: that is the squared distance. ⇒ Multiply the entries of each pair.",
        starts_at_one="There is an extra 1 in your result. ⇒ Begin the total at 0.",
        same_twice="You used the first vector twice, and never the second. ⇒ Use both.",
        second_twice="You used the second vector twice, and never the first. ⇒ Use both.",
        one_reversed="The first entry of `a` met the last one of `b`. ⇒ Go through both vectors in the same direction.",
        next_to_it="Each entry of `a` met the entry of `b` one place before. ⇒ Use the same position in both.",
        equal_once="Pairs that give the same number count only once. ⇒ A set forgets repetitions: use a list or a running total.",
        no_signs="Every product counted as positive. ⇒ Leave the signs: products may be negative, and pull the total down.",
        no_sign="Your total lost its minus sign. ⇒ A dot product may be negative: return it as it is.",
        root="You took a square root at the end. ⇒ The sum of the products is the result: a root belongs to lengths.",
        cosine="You divided by both lengths: that is the cosine, the next exercise. ⇒ Return the sum of the products as it is.",
        over_first_length="You divided by the length of the first vector. ⇒ Return the sum of the products as it is.",
        whole_inputs="The entries lost what comes after the point before they met. ⇒ Look for an `int` in your code, and leave it out.",
        whole_products="The products lost what comes after the point. ⇒ Look for an `int` in your code, and leave it out.",
        whole_total="The total lost what comes after the point. ⇒ Look for an `int` in your code, and leave it out.",
        rounded="You rounded the total to a whole number. ⇒ Return all the digits that come out.",
    ),
    hints=(
        "For [2, 1] and [3, 4] the answer is 10. Which two products are added?",
        "`zip(a, b)` walks through two vectors at once, pair by pair. Keep a running total.",
        "Begin with `total = 0`, then `for x, y in zip(a, b):`.",
    ),
)


def cosine_similarity(a, b, slip):
    """The dot product, divided by both lengths."""
    above = slip(a @ b, above_first=a @ a, above_second=b @ b)
    squares = slip((a @ a, b @ b), first_mixed=(a @ b, b @ b), second_mixed=(a @ a, a @ b))
    lengths = slip(
        lambda: (squares[0] ** 0.5, squares[1] ** 0.5),
        no_root=squares,
        root_of_first=lambda: (squares[0] ** 0.5, squares[1]),
        root_of_second=lambda: (squares[0], squares[1] ** 0.5),
        absolute=lambda: (abs(a).sum(), abs(b).sum()),
        sign_of_sum=lambda: (abs(a.sum()), abs(b.sum())),
        sum_of_entries=lambda: (a.sum(), b.sum()),
        root_of_sum=lambda: (a.sum() ** 0.5, b.sum() ** 0.5),
        largest_entry=lambda: (abs(a).max(), abs(b).max()),
        first_two=lambda: (np.hypot(a[0], a[1]), np.hypot(b[0], b[1])),
        counted=lambda: (len(a), len(b)),
    )
    by = slip(
        lambda: lengths[0] * lengths[1],
        no_lengths=1,
        only_first_length=lengths[0],
        only_second_length=lengths[1],
        first_length_twice=lambda: lengths[0] ** 2,
        second_length_twice=lambda: lengths[1] ** 2,
        bracket_missing=lambda: lengths[0] / lengths[1],
        lengths_added=lambda: lengths[0] + lengths[1],
        lengths_subtracted=lambda: lengths[0] - lengths[1],
        squares_added=lambda: squares[0] + squares[1],
        one_length_for_both=lambda: (squares[0] + squares[1]) ** 0.5,
        length_of_products=lambda: np.sqrt(((a * b) ** 2).sum()),
        one_root_too_many=lambda: (lengths[0] * lengths[1]) ** 0.5,
        plus_one=lambda: lengths[0] * lengths[1] + 1,
        counted_once=len(a),
    )
    cosine = slip(
        lambda: above / by,
        multiplied=lambda: above * by,
        first_above=lambda: above * lengths[0] / lengths[1],
        upside_down=lambda: by / above,
        mean_above=lambda: above / by / len(a),
        mean_below=lambda: above / by * len(a),
        no_product=lambda: 1 / by,
        floor_divided=lambda: above // by,
        centred=lambda: _correlations(np.stack([a, b]))[0, 1],
        cosine_of_dot=lambda: np.cos(above),
    )
    return slip(
        lambda: cosine,
        distance=lambda: 1 - cosine,
        angle=lambda: np.arccos(cosine),
        degrees=lambda: np.degrees(np.arccos(cosine)),
        no_sum=lambda: a * b / by,
        no_sign=lambda: abs(cosine),
        clipped=lambda: max(cosine, 0),
        squared=lambda: cosine**2,
        rounded=lambda: np.round(cosine, 2),
        whole=lambda: np.trunc(cosine),
        moved_to_zero_one=lambda: (cosine + 1) / 2,
    )


def _correlations(x):
    """What `np.corrcoef` gives, without its warnings: the cosines of the rows less their means."""
    x = x - x.mean(1, keepdims=True)
    lengths = np.sqrt((x**2).sum(1))
    return x @ x.T / lengths / lengths[:, None]


def _two_arrows(draw):
    """Two arrows that are not 0; now and then in the same direction or in opposite ones, where rounding may pass 1."""
    n = draw.size(1, 12)
    while True:
        a, b = draw.numbers(n), draw.numbers(n)
        if a.any() and b.any():
            return a, b if draw.style == USUAL else draw.choice(b, b, 2 * a, -a)


SMALL_NUMBER_BELOW = "a small number added below the line, against 0/0, is good practice"

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
    makes=_two_arrows,
    alone=("multiplied", "first_above", "upside_down", "bracket_missing", "counted", "root_of_first", "root_of_second"),
    unfit={"zeros": "an arrow of length 0 points nowhere", "tiny": SMALL_NUMBER_BELOW},
    says=dict(
        no_lengths="You did not divide by the lengths: your result grows with the length of the arrows. ⇒ Divide by both.",
        no_root="You divided by the squares of the lengths. ⇒ A length is the *root* of the sum of squares.",
        root_of_first="You divided by the length of `a`, but by the square of the length of `b`. ⇒ Take the root for both.",
        root_of_second="You divided by the length of `b`, but by the square of the length of `a`. ⇒ Take the root for both.",
        only_first_length="You divided by the length of the first vector only. ⇒ Divide by both.",
        only_second_length="You divided by the length of the second vector only. ⇒ Divide by both.",
        first_length_twice="You divided by the length of `a` twice, and never by that of `b`. ⇒ Divide by each once.",
        second_length_twice="You divided by the length of `b` twice, and never by that of `a`. ⇒ Divide by each once.",
        bracket_missing="You divided by the length of `a`, and then *multiplied* by that of `b`. ⇒ Put brackets around the product below the line.",
        lengths_added="You divided by the sum of the two lengths. ⇒ Divide by their product.",
        lengths_subtracted="You divided by the difference of the two lengths. ⇒ Divide by their product.",
        squares_added="You added the squares of the two lengths and divided by that. ⇒ Divide by the product of the lengths.",
        one_length_for_both="You took one root of all squares together. ⇒ Each arrow has a length of its own: divide by the product of both.",
        length_of_products="You divided by the length of `a * b`. ⇒ Take the length of each arrow alone, and divide by both.",
        one_root_too_many="You took a square root of the product of the two lengths. ⇒ Divide by the product itself.",
        plus_one="You added 1 to the product of the lengths. ⇒ Divide by the product alone.",
        above_first="Above the line you have the dot product of `a` with itself. ⇒ `a` should meet `b` there.",
        above_second="Above the line you have the dot product of `b` with itself. ⇒ `b` should meet `a` there.",
        first_mixed="For the length of `a` you took the dot product of `a` and `b`. ⇒ A vector's length comes from itself alone.",
        second_mixed="For the length of `b` you took the dot product of `a` and `b`. ⇒ A vector's length comes from itself alone.",
        sign_of_sum="For a length you squared the sum of the entries. ⇒ Square each entry first, add the squares, then take the root.",
        sum_of_entries="For a length you added the entries up. ⇒ Square each entry first, add the squares, then take the root.",
        root_of_sum="For a length you took the root of the sum of the entries. ⇒ Square each entry before you add.",
        absolute="For a length you added up absolute values. ⇒ The length of an arrow is the root of the sum of squares.",
        largest_entry="For a length you took the largest entry. ⇒ The length of an arrow is the root of the sum of squares.",
        first_two="For the lengths you looked at the first two entries only. ⇒ All entries count: vectors have any number of them.",
        counted="You divided by the number of entries of both. ⇒ The length of an arrow is the root of the sum of squares, not `len`.",
        counted_once="You divided by the number of entries. ⇒ Divide by the lengths of both arrows: roots of sums of squares, not `len`.",
        multiplied="You multiplied by the lengths. ⇒ Divide by them.",
        first_above="You multiplied by the length of `a`, and divided by that of `b`. ⇒ Divide by both.",
        upside_down="You divided the lengths by the dot product. ⇒ Turn the quotient over.",
        mean_above="Your cosine is divided by the number of entries. ⇒ Add the products up, and do not average them.",
        mean_below="Your cosine is multiplied by the number of entries. ⇒ A length is the root of the *sum* of squares, not of their mean.",
        no_product="You divided 1 by the lengths, so the two arrows never meet. ⇒ Above the line belongs their dot product.",
        floor_divided="You rounded the quotient down to a whole number. ⇒ One slash divides; two slashes cut the fraction off.",
        centred="You subtracted each vector's mean first: that is a correlation. ⇒ Leave the vectors as they are.",
        cosine_of_dot="You took the cosine of the dot product, as if that were an angle. ⇒ No `cos` is needed: the quotient is the cosine already.",
        distance="You subtracted from 1: that is a distance. ⇒ Return the cosine itself: 1 for the same direction.",
        angle="You returned an angle. ⇒ Return its cosine.",
        degrees="You returned an angle, in degrees. ⇒ Return its cosine.",
        no_sum="You did not add the products up. ⇒ The result is one number.",
        no_sign="You lost the sign. ⇒ Opposite directions have the cosine −1: leave out what removes the minus.",
        clipped="A negative cosine became 0. ⇒ Return it as it is: opposite directions have the cosine −1.",
        squared="Your result is squared. ⇒ Return the cosine itself.",
        rounded="You rounded to two digits. ⇒ Return all the digits that come out.",
        whole="Your result lost what comes after the point. ⇒ Look for an `int` in your code, and leave it out.",
        moved_to_zero_one="You moved the cosine from −1 … 1 to 0 … 1. ⇒ Return it as it is.",
    ),
    hints=(
        "If you make one arrow twice as long, the dot product doubles. What must you divide by so that nothing changes?",
        "The length of `a` is `np.sqrt(dot(a, a))`, or `np.linalg.norm(a)`.",
        "`return dot(a, b) / (…)`, with the product of two lengths in the brackets.",
    ),
)


def most_similar(index, vectors, slip):
    """The other row with the largest cosine."""
    places = np.arange(len(vectors))
    x = slip(vectors, centred=lambda: vectors - vectors.mean(1, keepdims=True))
    word = slip(x[index], row_zero=x[0])
    lengths = slip(
        lambda: np.sqrt((x**2).sum(1)),
        no_lengths=lambda: np.ones(len(x)),
        no_root=lambda: (x**2).sum(1),
        absolute=lambda: abs(x).sum(1),
    )
    similar = slip(
        lambda: x @ word / lengths / lengths[index],
        by_distance=lambda: -np.sqrt(((x - word) ** 2).sum(1)),
        lengths_of_columns=lambda: (x / (y := np.sqrt((x**2).sum(0)))) @ (word / y),
        multiplied=lambda: x @ word * lengths,
    )
    similar = slip(lambda: similar, no_sign=lambda: abs(similar))
    left_out = slip(
        lambda: places == index,
        itself=lambda: places < 0,
        same_direction_out=lambda: similar > 0.999999,
        equal_rows_out=lambda: (vectors == vectors[index]).all(1),
    )
    others = np.where(left_out, slip(-np.inf, zero_for_itself=0.0), similar)
    others = slip(
        lambda: others,
        skips_last=lambda: np.where(places == len(x) - 1, -np.inf, others),
        skips_first=lambda: np.where(places == 0, -np.inf, others),
        later_only=lambda: np.where(places < index, -np.inf, others),
    )
    found = slip(
        lambda: np.argmax(others),
        least_similar=lambda: np.argmin(similar),
        position_shifted=lambda: np.argmax(np.delete(others, index)),
        second_of_all=lambda: np.argsort(similar, kind="stable")[-2],
        second_in_ranking=lambda: np.argsort(-similar, kind="stable")[1],
        starts_at_zero=lambda: np.argmax(others) if others.max() > 0 else 0,
        first_other=lambda: np.delete(places, index)[0],
        last_other=lambda: np.delete(places, index)[-1],
    )
    return slip(
        lambda: found,
        counted_from_one=lambda: found + 1,
        the_value=lambda: others.max(),
        the_row=lambda: vectors[found],
        all_of_them=lambda: similar,
        in_an_array=lambda: np.array([found]),
        ranking=lambda: np.argsort(-others),
    )


def _one_is_clearly_nearest(draw):
    """An index and rows without a zero row, in which one other row is clearly the most similar; sometimes all others point away."""
    while True:
        vectors = draw.numbers(draw.size(2, 9), draw.size(2, 6)).copy()
        index = draw.place(len(vectors))
        other = (index + draw.choice(1, len(vectors) - 1)) % len(vectors)
        word, special = vectors[index], draw.choice("", "", "the same", "same direction", "all away")
        if special in ("the same", "same direction") and len(vectors) > 2:
            vectors[other] = word if special == "the same" else 2 * word
        if special == "all away":
            vectors[(vectors @ word > 0) & (np.arange(len(vectors)) != index)] *= -1
        lengths = np.linalg.norm(vectors, axis=1)
        if lengths.all():
            cosines = np.sort(np.delete(vectors @ word / lengths / lengths[index], index))
            if len(cosines) < 2 or cosines[-1] > cosines[-2] + 0.002:
                return index, vectors


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
        (2, np.array([[-1.0, -1.0], [-3.0, 1.0], [3.0, 4.0], [1.0, -2.0]])),  # all others point away
        (1, np.array([[5.0, -2.0], [3.0, 4.0], [1.0, 3.0], [3.0, 4.0], [-1.0, 2.0]])),  # the same row again
        (0, np.array([[3.0, 4.0], [3.0, 3.4], [1.5, 2.2], [0.0, 2.0], [3.0, 3.0]])),  # a close race
        (3, np.array([[0.0, 5.0], [6.0, 8.0], [4.0, 4.0], [3.0, 4.0]])),  # the same direction
        *((row, np.random.default_rng(row).normal(size=(7 + row, 3)).round(2)) for row in range(8)),
    ],
    makes=_one_is_clearly_nearest,
    unfit={
        "zeros": "an arrow of length 0 points nowhere",
        "parallel": "all other rows would be equally similar",
        "tiny": SMALL_NUMBER_BELOW,
    },
    says=dict(
        itself="Row `index` takes part in your search, and every vector is most similar to itself. ⇒ Leave it out.",
        no_lengths="Your similarities grow with the length of the rows. ⇒ Divide each row by its own length: use the cosine.",
        no_root="You divided by the squares of the lengths. ⇒ A length is the *root* of the sum of squares.",
        absolute="For a length you added up absolute values. ⇒ The length of an arrow is the root of the sum of squares.",
        lengths_of_columns="You divided each column by its length. ⇒ The vectors are the rows: `axis=1`, with `keepdims=True`.",
        multiplied="You multiplied by the lengths. ⇒ Divide by them: use the cosine.",
        by_distance="You compared distances. ⇒ Look for the largest cosine: only the direction counts.",
        centred="You subtracted each row's mean first: that is a correlation. ⇒ Leave the rows as they are.",
        no_sign="You ignored the sign. ⇒ A vector that points the opposite way is not similar: its cosine is −1.",
        row_zero="You compared every row with row 0. ⇒ Compare them with row `index`.",
        least_similar="You found the least similar row. ⇒ Look for the largest cosine, not the smallest.",
        zero_for_itself="Where all other rows point away, you find row `index` itself: what it got in place of its cosine is more than theirs. ⇒ Take it out of the race with −∞.",
        starts_at_zero="Where all other rows point away, none beats the 0 that your search begins with. ⇒ Begin at −∞.",
        second_of_all="Where another row equals row `index`, the second largest cosine may be that of `index` itself. ⇒ Leave it out by its position, not by its rank.",
        second_in_ranking="Where another row points the same way, the second largest cosine may be that of `index` itself. ⇒ Leave it out by its position, not by its rank.",
        same_direction_out="You leave out every row in the direction of row `index`. ⇒ Leave out one row only, by its position.",
        equal_rows_out="You leave out every row that equals row `index`. ⇒ Another row may hold the same numbers: leave out one row only, by its position.",
        skips_last="The last row is never found. ⇒ Does your loop stop one step early?",
        skips_first="Row 0 is never found. ⇒ Positions begin at 0.",
        later_only="You look at the rows after row `index` only. ⇒ Go through all of them.",
        first_other="You return the first other row, whatever it is. ⇒ Is `return` inside the loop? Compare all rows first.",
        last_other="You return the last other row, whatever it is. ⇒ Remember the position in the same `if` in which you remember the best cosine.",
        position_shifted="Without row `index`, the rows after it move up by one, and so do their positions. ⇒ Keep the row, and make its similarity −∞.",
        counted_from_one="Your position is one too large. ⇒ Positions begin at 0.",
        the_value="You returned the similarity. ⇒ Return the position of the row that has it (`np.argmax`).",
        the_row="You returned the vector. ⇒ Return its position in `vectors`.",
        all_of_them="You returned all similarities. ⇒ Return the position of the largest one.",
        in_an_array="You returned an array that holds the position. ⇒ Return the number itself: take entry [0].",
        ranking="You returned all positions, in order of similarity. ⇒ Return the first of them.",
    ),
    hints=(
        "Which row is most similar to row `index`, if you count that row too? So what must you leave out?",
        "`np.argmax(similarities)` gives the position of the largest. Setting one entry to `-np.inf` takes it out of the race.",
        "Begin with `similarities = np.array([cosine_similarity(vectors[index], v) for v in vectors])`.",
    ),
)


def all_pairs(x, slip):
    """Row i, column j: the dot product of vectors i and j."""
    T, C = x.shape
    y = slip(
        lambda: x,
        cosines=lambda: x / np.sqrt((x**2).sum(1, keepdims=True)),
        last_feature_missing=lambda: x[:, :-1],
        first_feature_missing=lambda: x[:, 1:],
    )
    own = (y * y).sum(1)
    table = slip(
        lambda: y @ y.T,
        features=lambda: y.T @ y,
        both_turned=lambda: y.T @ y.T,
        turned_entry_by_entry=lambda: y * y.T,
        all_with_all=lambda: np.outer(y, y),
        last_product_only=lambda: np.outer(y[:, -1], y[:, -1]),
        added=lambda: y.sum(1)[:, None] + y.sum(1),
        not_turned=lambda: y @ y,
        reshaped=lambda: y @ y.reshape(C, T),
        only_itself=own,
        only_itself_below=lambda: own[:, None],
        entry_by_entry=lambda: y * y,
        not_summed=lambda: y[:, None] * y,
        row_with_itself=lambda: np.tile(own[:, None], T),
        column_with_itself=lambda: np.tile(own, (T, 1)),
        product_of_sums=lambda: np.outer(y.sum(1), y.sum(1)),
        distances=lambda: np.sqrt(((y[:, None] - y) ** 2).sum(-1)),
        squared_distances=lambda: ((y[:, None] - y) ** 2).sum(-1),
        correlations=lambda: _correlations(y) if T > 1 else _correlations(y)[0, 0],
    )
    return slip(
        lambda: table,
        no_diagonal=lambda: table * (1 - np.eye(*table.shape)),
        only_diagonal=lambda: table * np.eye(*table.shape),
        upper_only=lambda: np.triu(table),
        lower_only=lambda: np.tril(table),
        below_diagonal=lambda: np.tril(table, -1),
        above_diagonal=lambda: np.triu(table, 1),
        scaled=lambda: table / C,
        scaled_by_root=lambda: table / np.sqrt(C),
        scaled_by_count=lambda: table / T,
        flat=lambda: table.ravel(),
        one_row_for_all=lambda: np.tile(table.ravel(), (T, 1)),
        last_row_everywhere=lambda: np.tile(table[-1], (T, 1)),
        last_row_zero=lambda: np.where(np.arange(T)[:, None] < T - 1, table, 0),
        last_row_missing=lambda: table[:-1].tolist(),
        last_column_missing=lambda: table[:, :-1],
        last_column_zero=lambda: np.where(np.arange(T) < T - 1, table, 0),
        last_of_both_missing=lambda: table[:-1, :-1].tolist(),
        last_of_both_zero=lambda: np.pad(table[:-1, :-1], (0, 1)),
        first_of_both_zero=lambda: np.pad(table[1:, 1:], ((1, 0), (1, 0))),
        each_pair_once=lambda: table[np.triu_indices(T, 1)],
        first_of_both_missing=lambda: table[1:, 1:].tolist(),
        first_row=lambda: table[0],
        added_up=lambda: table.sum(),
        softmaxed=lambda: (e := np.exp(table - table.max(-1, keepdims=True))) / e.sum(-1, keepdims=True),
        no_sign=lambda: abs(table),
        whole_numbers=lambda: np.trunc(table),
    )


def _rows_of_numbers(draw):
    return (draw.numbers(draw.size(1, 9), draw.size(1, 7)),)


ALL_PAIRS = Exercise(
    all_pairs,
    cases=[
        (np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 4.0]]),),
        (np.array([[1.0, 0.0, 2.0, -1.0], [0.5, 3.0, -2.0, 1.0]]),),
        (np.array([[2.0, -3.0, 1.0]]),),
        (np.array([[0.2, 1.0, -0.7], [2.0, 0.1, 0.4], [-1.3, 0.6, 3.0]]),),
    ],
    makes=_rows_of_numbers,
    says=dict(
        features="You computed x.T @ x: one row for each feature. ⇒ Row i, column j should belong to *vectors* i and j: turn the other one.",
        not_turned="You multiplied the table by itself as it is. ⇒ `@` lets rows meet columns: the second table needs its vectors in columns.",
        both_turned="You turned both tables. ⇒ Turn the second one only: row i of the first should be a vector.",
        turned_entry_by_entry="You multiplied entry by entry with the turned table. ⇒ For all dot products at once use the matrix product `@`.",
        all_with_all="You multiplied every number of the table with every other. ⇒ Multiply vectors: the dot product of each pair of rows.",
        last_product_only="Your entries hold the last product of each pair only. ⇒ Add the products up: `+=`, not `=`.",
        added="You added the entries of each pair of vectors. ⇒ Multiply them, then add the products up.",
        reshaped="`reshape` pours the numbers into a new form, row by row, and tears the vectors apart. ⇒ To turn rows into columns: `.T`.",
        only_itself="You have each vector with itself only. ⇒ Every vector should meet every other: a (T, T) table.",
        only_itself_below="You have each vector with itself only, in one column. ⇒ Every vector should meet every other: a (T, T) table.",
        entry_by_entry="You multiplied entry by entry. ⇒ For all dot products at once use the matrix product `@`.",
        not_summed="You multiplied all pairs of vectors, but did not add the products up. ⇒ Sum over the last axis.",
        row_with_itself="In your row i every entry is vector i with itself. ⇒ In column j it should meet vector j.",
        column_with_itself="In your column j every entry is vector j with itself. ⇒ In row i it should meet vector i.",
        product_of_sums="Your entries are sums of vectors, multiplied. ⇒ Multiply entry by entry first, then add up: a dot product.",
        distances="You measured distances. ⇒ The dot products are wanted.",
        squared_distances="You measured squared distances. ⇒ The dot products are wanted.",
        correlations="You computed correlations: each vector's mean is taken off, and its length divided out. ⇒ The plain dot products are wanted.",
        cosines="You divided by the lengths. ⇒ Here the plain dot products are wanted.",
        no_diagonal="The diagonal is missing. ⇒ Each vector also meets itself.",
        only_diagonal="Only the diagonal is filled: each vector with itself. ⇒ Every vector should meet every other.",
        upper_only="Only the upper half is filled. ⇒ The table has both (i, j) and (j, i).",
        lower_only="Only the lower half is filled. ⇒ The table has both (i, j) and (j, i).",
        above_diagonal="Only what is above the diagonal is filled. ⇒ Each vector meets every vector, itself too, in both orders.",
        below_diagonal="Only what is below the diagonal is filled. ⇒ Each vector meets every vector, itself too, in both orders.",
        scaled="Your numbers are divided by the number of features. ⇒ No division is needed here.",
        scaled_by_root="Your numbers are divided by the root of the number of features. ⇒ That comes in lesson 3: no division is needed here.",
        scaled_by_count="Your numbers are divided by the number of vectors. ⇒ No division is needed here.",
        flat="Your table is one long row of numbers. ⇒ Give each vector a row of its own: a (T, T) table.",
        one_row_for_all="Every row of your table holds the numbers of all rows. ⇒ Begin a new row for each vector.",
        last_row_everywhere="All your rows are the same: the last one. ⇒ Are they one and the same list? Make a new row for each vector.",
        last_row_zero="The last row is still 0. ⇒ Does your outer loop stop one step early?",
        last_row_missing="The last row is missing. ⇒ Does your outer loop stop one step early?",
        last_column_missing="The last column is missing. ⇒ Does your inner loop stop one step early?",
        last_column_zero="The last column is still 0. ⇒ Does your inner loop stop one step early?",
        last_feature_missing="Your dot products leave out the last entry of the vectors. ⇒ Does your innermost loop stop one step early?",
        first_feature_missing="Your dot products leave out the first entry of the vectors. ⇒ Positions begin at 0.",
        last_of_both_missing="The last vector is left out. ⇒ Do your loops stop one step early?",
        first_of_both_missing="The first vector is left out. ⇒ Positions begin at 0.",
        last_of_both_zero="The last row and the last column are still 0. ⇒ Do your loops stop one step early?",
        first_of_both_zero="Row 0 and column 0 are still 0. ⇒ Positions begin at 0.",
        each_pair_once="You have each pair of different vectors once, in one row. ⇒ The table has both orders, and each vector with itself: (T, T).",
        first_row="You returned the first row only. ⇒ Is `return` inside the loop? Collect all rows, and return them after it.",
        added_up="You added the whole table up. ⇒ Return the table.",
        softmaxed="You went on to a softmax. ⇒ Here the plain dot products are wanted.",
        no_sign="Your numbers lost their minus signs. ⇒ A dot product may be negative: leave it as it is.",
        whole_numbers="Your numbers lost what comes after the point. ⇒ Look for an `int` in your code, and leave it out.",
    ),
    hints=(
        "For T vectors, how many pairs are there, counting each vector with itself and both orders?",
        "A matrix product `a @ b` holds the dot product of every row of `a` with every column of `b`.",
        "To turn rows into columns: `x.T`.",
    ),
)
