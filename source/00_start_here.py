# %% [markdown] slide="slide" notes="Ask who has watched a video on attention. Today everybody gets it to run; the toy exercise at the end is done together."
# # Start here
#
# In this course you build attention, and then a GPT, with your own hands. Not by reading: by predicting, running, changing and checking.
#
# After this page you can
# - run a cell, and know what to do when one fails,
# - make a prediction before you run,
# - check an answer, get a hint, and see your progress.
#
# *10 minutes · needs nothing but Python and school mathematics.*

# %% [markdown] slide="slide"
# ## Run a cell
#
# A notebook is made of [cells](../GLOSSARY.md#cell). Click the grey one below and press **Shift + Enter**: the cell runs, and the next one is chosen.
#
# This first cell looks at your set-up.

# %%
from course_lib import doctor
from course_lib.check import predict

print(doctor.summary())

# %% [markdown]
# A ✓ means that everything this course needs is there. If you see a ✗, the line says what to do. The long version is the command
# `python3 course.py doctor`, typed in a terminal.

# %% [markdown] slide="slide" notes="Let them choose silently, then raise hands per option before anybody runs the cell."
# ## Predict, then run
#
# Every step of this course begins with a guess. A guess that turns out wrong is worth more than an explanation that you nod at: you
# remember it. Choose an answer. Nobody marks it.

# %%
predict(
    "`np.array([1, 2, 3]) * 2`: what comes out?",
    {
        "[2 4 6]": "NumPy multiplies every number of an array.",
        "[1 2 3 1 2 3]": "A Python list would be repeated like this. A NumPy array is doubled number by number.",
        "an error": "NumPy does this without a loop: every number is multiplied by 2.",
    },
    right="[2 4 6]",
)

# %%
import numpy as np

np.array([1, 2, 3]) * 2

# %% [markdown]
# That is the rhythm: **Predict → Run → Explain → Change it.** Try the last one now: put other numbers into the cell above and run it
# again. You can't break anything. *Kernel → Restart Kernel* in the menu takes you back to a clean start.

# %% [markdown] slide="slide"
# ## Write, then check
#
# After each lesson comes a sheet of exercises. You write a small function, and the course looks at it. Here is one that is not written
# yet, in the way in which every sheet gives it to you.

# %%
from course_lib.check import check


def double(x):
    raise NotImplementedError


check(double)

# %% [markdown]
# ○ means: nothing to judge yet. Now an answer that looks right and is wrong. What do you expect the check to say?


# %% tags=["raises-exception"] slide="subslide"
def double(x):
    return x + 2


check(double)

# %% [markdown]
# ✗ names the mistake, not just "wrong", and shows inputs on which it can be seen. A check tries your function on many inputs, and compares
# it with the right answer *and* with the mistakes that people really make. If the next try fails in the same way, it says what to do as well.
#
# A failed check stops *Run All*. Here it was on purpose.


# %% slide="subslide"
def double(x):
    return 2 * x


check(double)

# %% [markdown]
# ✓ and the function is yours. In your own sheets it is also kept in the folder `my_gpt/`: lesson 11 trains a GPT made of the pieces that you
# find there. How you write a function does not matter. A loop, one line of NumPy, a list: every right answer passes.

# %% [markdown] slide="slide"
# ## Stuck? Three hints, and a picture
#
# `hint(double)` gives the first hint: a question. Call it again for the second, the tool, and for the third, the beginning of the answer.
# After a ✗, `hint` begins with what to do about it, and `replay()` puts the inputs of the failed check into your notebook, so that you can
# call your function on them.

# %%
from course_lib.check import hint

hint(double)

# %% [markdown]
# `draw(double)` draws what your function returns beside what it should return.

# %%
from course_lib.check import draw


def double(x):
    return x + 2


draw(double)

# %% [markdown] slide="slide"
# ## Where you are going
#
# One sentence goes through the whole course: **"a fluffy blue creature roamed the verdant forest"**. In lessons 1 to 7 you find out by hand how
# `creature` comes to know that it is fluffy and blue. Then you build the rest of a GPT around that, train it, look inside it, and work out
# what it costs to make it large.
#
# `progress("00")` draws this lesson's part of your map. `progress()` draws all of it, at any time.

# %% slide="skip"
from course_lib.check import progress

progress("00")

# %% [markdown] slide="slide"
# ## What to take away
#
# 1. Guess first, then run.
# 2. `check(f)` says what is right or which mistake it is; `hint(f)` helps; `draw(f)` draws it; `replay()` hands you the inputs of a ✗.
# 3. What passes is yours, in `my_gpt/`.
#
# **Next:** the [exercise sheet](../exercises/00_start_here.ipynb) has the toy exercise for you to write. Then go on to
# [lesson 1: the dot product](01_dot_product.ipynb).
