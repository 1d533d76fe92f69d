"""When two arrays count as the same: the one tolerance of the checks and of the pictures beside them."""

from numpy import errstate

ABSOLUTE, RELATIVE = 1e-4, 1e-3  # float32 and a different order of summation pass; every listed mistake is far outside


def agree(mine, theirs):
    """Entry by entry: do two float arrays of one shape agree? NaN agrees with NaN, and ∞ with nothing but ∞."""
    with errstate(all="ignore"):
        near = (abs(theirs) < float("inf")) & (abs(mine - theirs) <= ABSOLUTE + RELATIVE * abs(theirs))
    return near | (mine == theirs) | ((mine != mine) & (theirs != theirs))
