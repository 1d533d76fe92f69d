# %% [markdown]
# # Exercises 01: the dot product
#
# Four functions. Write one, run its cell, then run the check below it. `hint(dot)` helps in three steps, `draw(dot)` draws your result beside
# the right one. Any way of writing it counts, as long as the numbers are right.

# %%
import numpy as np

from course_lib.check import check, draw, hint, progress, replay

# %% [markdown]
# ## 1. The dot product, by hand
#
# `a` and `b` have the same number of entries. Multiply entry by entry and add up. Use a loop this once, so that you have done it.
#
# For `a = [2, 1]` and `b = [3, 4]` the result is 10.


# %%
def dot(a, b):
    ### BEGIN SOLUTION
    total = 0.0
    for x, y in zip(a, b):
        total = total + x * y
    return total
    ### END SOLUTION


# %%
check(dot)

# %% [markdown]
# ## 2. Directions only
#
# Return the cosine of the angle between `a` and `b`: their dot product, divided by both lengths. Your own `dot` may be used.


# %%
def cosine_similarity(a, b):
    ### BEGIN SOLUTION
    return dot(a, b) / np.sqrt(dot(a, a) * dot(b, b))
    ### END SOLUTION


# %%
check(cosine_similarity)

# %% [markdown]
# ## 3. Who is most similar?
#
# `vectors` is a table with one word vector per row. Return the *position* (a whole number) of the row that is most similar to row `index`, by
# cosine. Mind who is most similar to everybody.


# %%
def most_similar(index, vectors):
    ### BEGIN SOLUTION
    similarities = np.array([cosine_similarity(vectors[index], vector) for vector in vectors])
    similarities[index] = -np.inf  # everybody is most similar to itself
    return np.argmax(similarities)
    ### END SOLUTION


# %%
check(most_similar)

# %% [markdown]
# ## 4. Everybody with everybody
#
# `x` has one vector per row. Return the table whose entry in row `i` and column `j` is the dot product of vectors `i` and `j`. One short line is
# enough.


# %%
def all_pairs(x):
    ### BEGIN SOLUTION
    return x @ x.T
    ### END SOLUTION


# %%
check(all_pairs)

# %% [markdown]
# ## How far are you?

# %%
progress("01")  # this lesson; progress() shows the whole course
