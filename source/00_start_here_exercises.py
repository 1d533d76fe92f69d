# %% [markdown]
# # Exercises 00: start here
#
# Write the function, run its cell, then run the check below it. Wrong is fine: read what the check says, change the function, run both
# cells again.

# %%
from course_lib.check import check, draw, hint, progress, replay

# %% [markdown]
# ## Twice as much
#
# `x` is a NumPy array. Return an array with every number doubled: `double(np.array([1, 5, -3]))` is `[2, 10, -6]`.


# %%
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION


# %%
check(double)

# %% [markdown]
# Stuck? Run `hint(double)` in a cell of your own, or `draw(double)`. After a ✗, `replay()` puts the inputs of the failed check into the
# notebook, so that you can call `double` on them.

# %%
hint(double)

# %% [markdown]
# Try a wrong answer on purpose as well, to see what a ✗ looks like. Then look at the map.

# %%
progress("00")  # this lesson; progress() shows the whole course
