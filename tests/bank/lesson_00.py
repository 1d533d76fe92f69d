import numpy as np

from tests.bank import right, wrong


@right
def double(x):
    return x * 2


@right
def double(x):
    return x + x


@right
def double(x):
    return [2 * number for number in x.tolist()] if x.ndim == 1 else [[2 * n for n in row] for row in x]


@right
def double(x):
    result = np.zeros(x.shape, dtype=np.float32)
    for place in np.ndindex(x.shape):
        result[place] = 2 * x[place]
    return result


@right
def double(x):
    import torch

    return torch.tensor(x, requires_grad=True) * 2


@right
def double(x):
    copy = x.copy()
    copy *= 2
    return copy


@right
def double(array):
    return np.add(array, array)


@wrong("plus_two")
def double(x):
    return np.array([number + 2 for number in x])


@wrong("squared")
def double(x):
    return x * x


@wrong("halved")
def double(x):
    return 0.5 * x


@wrong("nothing")
def double(x):
    x * 2
    return x


@wrong("mutates_input")
def double(x):
    x *= 2
    return x


@wrong("form")
def double(x):
    x * 2


@wrong("form")
def double(x):
    return str(2 * x)


@wrong("summed")
def double(x):
    return 2 * x.sum()


@wrong("values")
def double(x):
    return 3 * x


@wrong("no_sign")
def double(x):
    return 2 * abs(x)


@wrong("end_to_end")
def double(x):
    return np.concatenate([x, x])


@wrong("end_to_end")
def double(x):
    return np.array(list(x) * 2)


@wrong("two_rows")
def double(x):
    return np.array([x, x])


@wrong("power_of_two")
def double(x):
    return 2**x


@wrong("whole_results")
def double(x):
    result = np.zeros(len(x), dtype=int)
    for i in range(len(x)):
        result[i] = 2 * x[i]
    return result


@wrong("whole_inputs")
def double(x):
    return [2 * int(number) for number in x]


@wrong("rounded")
def double(x):
    return [round(2 * number) for number in x]


@wrong("last_as_it_was")
def double(x):
    result = x.copy()
    for i in range(len(x) - 1):
        result[i] = 2 * x[i]
    return result


@wrong("last_stays_zero")
def double(x):
    result = np.zeros(len(x))
    for i in range(len(x) - 1):
        result[i] = 2 * x[i]
    return result


@wrong("first_missing")
def double(x):
    return [2 * x[i] for i in range(1, len(x))]


@wrong("first_only")
def double(x):
    for number in x:
        return 2 * number


@wrong("raised")
def double(x):
    return dubble(x)  # noqa: F821
