"""Lesson 08: the GPT block. The references are NumPy; learners get torch's tensors, and may answer with anything."""

import math

import numpy as np

from course_lib.judge import Exercise, tensor


def _numbers(seed, *shape, size=1.0):
    return (size * np.random.default_rng(seed).normal(size=shape)).round(3)


def _grown(x, axis):
    """n / (n − 1): what a variance that divides by n − 1 is larger by; NaN times it for n = 1."""
    n = np.prod([x.shape[each] for each in np.atleast_1d(axis)])
    return n / (n - 1) if n > 1 else np.nan


# ---- layer norm ----------------------------------------------------------------------------------------------------


def layer_norm(x, gain, shift, eps, slip):
    """Each row to mean 0 and variance 1, then gain and shift."""
    if x.ndim != 3:
        slip(None, three_axes_only=lambda: _raise(ValueError))
    if x.ndim != 2:
        slip(None, two_axes_only=lambda: _raise(ValueError))
    eps = slip(lambda: eps, eps_fixed=1e-5, eps_fixed_6=1e-6, eps_fixed_8=1e-8, no_eps=0.0, eps_squared=lambda: eps**2)
    gain, shift = slip((gain, shift), swapped=(shift, gain), shift_subtracted=(gain, -shift))
    x = slip(lambda: x, affine_first=lambda: x * gain + shift)
    axis = slip(
        -1,
        wrong_axis=-2,
        first_axis=0,
        second_axis=1,
        whole_table=lambda: tuple(range(x.ndim)),
        per_text=lambda: (-2, -1),
        per_entry_of_axis_0=lambda: tuple(range(1, x.ndim)),
    )
    mean = slip(lambda: x.mean(axis, keepdims=True), rms_norm=0.0)
    centred = slip(lambda: x - mean, no_mean=lambda: x, mean_added=lambda: x + mean)
    variance, n = ((x - mean) ** 2).mean(axis, keepdims=True), x.shape[-1]
    with np.errstate(all="ignore"):
        spread = slip(
            lambda: variance,
            unbiased=lambda: variance * _grown(x, axis),
            rms=lambda: (x**2).mean(axis, keepdims=True),
            summed=lambda: variance * n,
            square_of_mean=lambda: mean**2,
            mean_square_added=lambda: (x**2).mean(axis, keepdims=True) + mean**2,
            mean_not_squared=lambda: (x**2).mean(axis, keepdims=True) - mean,
        )
        wide = slip(
            lambda: np.sqrt(spread + eps),
            eps_outside=lambda: np.sqrt(spread) + eps,
            by_variance=lambda: spread + eps,
            squared_for_root=lambda: (spread + eps) ** 2,
            std_in_root=lambda: np.sqrt(np.sqrt(spread) + eps),
            eps_subtracted=lambda: np.sqrt(spread - eps),
            eps_as_floor=lambda: np.sqrt(np.maximum(spread, eps)),
            mean_deviation=lambda: abs(x - mean).mean(axis, keepdims=True) + eps,
            unit_length=lambda: np.maximum(np.sqrt(spread * n), eps),
            not_scaled=1.0,
        )
        normed = slip(
            lambda: centred / wide,
            multiplied=lambda: centred * wide,
            mean_not_scaled=lambda: x - mean / wide,
            eps_on_top=lambda: (centred + eps) / np.sqrt(spread),
            length_1_with_mean=lambda: x / np.maximum(np.sqrt((x**2).sum(-1, keepdims=True)), 1e-12),
            no_keepdim=lambda: _as_torch(lambda: (x - x.mean(-1)) / np.sqrt(x.var(-1) + eps)),
        )
    stretched = slip(
        lambda: normed * gain,
        no_gain=lambda: normed,
        gain_plus_one=lambda: normed * (1 + gain),
        gain_added=lambda: normed + gain,
        affine_first=lambda: normed,
    )
    moved = slip(
        lambda: stretched + shift,
        no_shift=lambda: stretched,
        shift_first=lambda: stretched + shift * gain,
        affine_first=lambda: stretched,
        brackets_missing=lambda: x - mean / wide * gain + shift,
    )
    return slip(lambda: moved, residual=lambda: x + moved, first_row=lambda: moved[0])


def _raise(error):
    raise error


def _as_torch(job):
    """Shapes that don't fit are a RuntimeError there."""
    try:
        return job()
    except ValueError:
        raise RuntimeError from None


def _stream(draw, C):
    """One text (T, C), or several (B, T, C)."""
    return draw.numbers(*draw.choice((), (draw.size(1, 3),)), draw.size(1, 6), C)


def _layer_norm_inputs(draw):
    C = draw.size(3, 9)
    inputs = (_stream(draw, C), draw.numbers(C, low=-5, high=5), draw.numbers(C, low=-5, high=5))
    return draw.choice(inputs, (*inputs, 1e-5), (*inputs, 1e-3), (*inputs, 0.1), (*inputs, 0.5))


def _rows_alone(f):
    """Does row 1 stay as it is when row 0 changes?"""
    x, other = _numbers(1, 2, 4), _numbers(2, 2, 4)
    other[1] = x[1]
    gain, shift = np.ones(4), np.zeros(4)
    one, two = (f(*(tensor(value) for value in (rows, gain, shift)), 1e-5) for rows in (x, other))
    return np.allclose(np.asarray(one)[1], np.asarray(two)[1], atol=1e-4, equal_nan=True)


LAYER_NORM = Exercise(
    layer_norm,
    cases=[
        (
            np.array([[1.0, 2.0, 3.0, 6.0], [0.5, 0.5, -0.5, 1.5]]),
            np.array([1.0, 2.0, 0.5, -1.0]),
            _numbers(3, 4),
            0.25,
        ),
        (_numbers(4, 3, 5, size=0.003) + 0.005, _numbers(5, 5, size=2), _numbers(6, 5), 1e-5),
        (_numbers(7, 2, 3, 4, size=2) + 1, _numbers(8, 4), _numbers(9, 4), 1e-5),
        (np.array([[3.0, 3.0, 3.0], [1.0, -2.0, 2.0]]), _numbers(10, 3), _numbers(11, 3), 1e-5),
        (_numbers(12, 2, 1, 6, size=30), _numbers(13, 6), _numbers(14, 6), 0.1),
        (_numbers(15, 3, 2, 3, size=0.05), _numbers(16, 3), _numbers(17, 3), 0.002),
        (_numbers(18, 3, 4, size=0.004), _numbers(19, 4, size=2), _numbers(20, 4)),
    ],
    makes=_layer_norm_inputs,
    tries=20,
    defaults={"eps": 1e-5},
    steps={
        "the mean": ("no_mean", "mean_added"),
        "the variance": ("unbiased", "rms", "summed", "square_of_mean", "mean_not_squared"),
        "the root with its ε": (
            *("eps_outside", "no_eps", "eps_fixed", "eps_fixed_6", "eps_fixed_8", "eps_squared", "eps_subtracted"),
            *("eps_as_floor", "by_variance", "squared_for_root", "std_in_root"),
        ),
        "what comes after the division": (
            *("swapped", "shift_subtracted", "no_gain", "no_shift", "shift_first", "gain_plus_one", "gain_added"),
        ),
    },
    alone=("unit_length", "length_1_with_mean", "std_in_root", "per_entry_of_axis_0"),
    says=dict(
        eps_outside="Your ε stands outside the root. ⇒ Add it to the variance, and take the root of the sum: √(variance + ε).",
        no_eps="There is no ε: a vector of equal numbers becomes 0/0. ⇒ Divide by √(variance + ε).",
        eps_fixed="Your ε is 1e-5, whatever `eps` is. ⇒ Use the argument: its value may be another one. `F.layer_norm` takes it as its last argument.",
        eps_fixed_6="Your ε is 1e-6, whatever `eps` is. ⇒ Use the argument: its value may be another one.",
        eps_fixed_8="Your ε is 1e-8, whatever `eps` is. ⇒ Use the argument: its value may be another one.",
        eps_squared="You squared ε. The variance is a square already. ⇒ `eps` is added to it as it is.",
        eps_subtracted="You subtracted ε. ⇒ It is added to the variance, so that the root is never 0.",
        eps_as_floor="You used ε as a smallest value. ⇒ It is *added* to the variance, always: √(variance + ε).",
        eps_on_top="You added ε above the line, to x − mean. ⇒ It belongs below it, under the root: √(variance + ε).",
        unbiased="Your variance divides by C − 1, as torch's `var` and `std` do by themselves. ⇒ Layer norm divides by C: `unbiased=False`.",
        rms_norm="That is RMS norm, as some newer models have it. ⇒ Layer norm subtracts the mean first, also inside the variance.",
        rms="You took the mean of the squares, as if the mean were 0. ⇒ The variance is the mean of (x − mean)².",
        mean_square_added="You added the square of the mean to the mean of the squares. ⇒ Subtract it, or take the mean of (x − mean)².",
        mean_not_squared="You subtracted the mean from the mean of the squares. ⇒ Subtract its square, or take the mean of (x − mean)².",
        summed="You added up the squares. ⇒ The variance is their *mean*: divide by C.",
        unit_length="You brought each vector to length 1. ⇒ It should get variance 1: divide by √(variance + ε), where the variance is a mean of squares.",
        length_1_with_mean="You brought each vector to length 1, and its mean is still in it. ⇒ First x − mean, then divide by √(variance + ε).",
        no_keepdim="Your mean and variance have lost their axis, so they don't meet the rows that they belong to. ⇒ Keep it: `keepdim=True`.",
        mean_deviation="You divided by the mean distance from the mean. ⇒ Take the root of the mean *square* of the distances.",
        square_of_mean="You divided by the mean itself (its square is not the variance). ⇒ Divide by √(variance + ε).",
        by_variance="You divided by the variance. ⇒ Divide by its square root, √(variance + ε).",
        squared_for_root="You squared variance + ε, and divided by that. ⇒ Its square *root* is wanted: √(variance + ε).",
        std_in_root="You took the root twice: `std` is a root already. ⇒ Use the variance: √(variance + ε).",
        not_scaled="You moved each vector to mean 0, but its size is still the old one. ⇒ Divide by √(variance + ε).",
        multiplied="You multiplied by √(variance + ε). ⇒ Divide by it: a wide vector should become narrower.",
        no_mean="The mean is not subtracted from the vector before the division. ⇒ Divide x − mean.",
        mean_added="You added the mean. ⇒ Subtract it: x − mean.",
        mean_not_scaled="You divided only the mean. ⇒ Brackets: (x − mean) / √(variance + ε).",
        brackets_missing="You divided only the mean, and only the mean met `gain`. ⇒ Brackets: (x − mean) / √(variance + ε) · gain + shift.",
        wrong_axis="You normalised over the tokens: then a token would know those after it. ⇒ Each vector by itself: the last axis, `dim=-1`.",
        first_axis="You normalised over axis 0. ⇒ The numbers of one vector lie along the last axis: `dim=-1`.",
        second_axis="You used `dim=1`. That is the last axis of a table (T, C), but in a batch (B, T, C) it is the tokens. ⇒ `dim=-1`.",
        whole_table="You used one mean and one variance for everything. ⇒ Each vector has its own: `dim=-1, keepdim=True`.",
        per_text="You used one mean and one variance for each text. ⇒ Each *token's* vector has its own: `dim=-1, keepdim=True`.",
        per_entry_of_axis_0="Right for a text (T, C), but in a batch (B, T, C) all tokens of a text share one mean: axis 0 is the texts there. ⇒ Each vector by itself: `dim=-1`.",
        three_axes_only="Your function takes (B, T, C) only, and a single text is (T, C). ⇒ `dim=-1, keepdim=True` works for any number of axes.",
        two_axes_only="Your function takes one text (T, C) only, and several are (B, T, C). ⇒ `dim=-1, keepdim=True` works for any number of axes.",
        swapped="You swapped `gain` and `shift`. ⇒ Multiply by gain, then add shift.",
        shift_subtracted="You subtracted `shift`. ⇒ Add it.",
        affine_first="You used gain and shift before the norm, which takes them away again. ⇒ They come last.",
        no_gain="The normalised vector is not multiplied by `gain`. ⇒ Do so, column by column.",
        no_shift="`shift` is never added. ⇒ Add it at the end.",
        shift_first="You added `shift` before you multiplied by `gain`. ⇒ First times gain, then plus shift.",
        gain_plus_one="You multiplied by 1 + gain. ⇒ Multiply by gain alone.",
        gain_added="You added `gain`. ⇒ Multiply by it.",
        residual="You added x at the end: that is the block's part. ⇒ Return the normalised vectors alone.",
        first_row="Only the first entry of axis 0 came back. ⇒ Return all of them: the shape of x.",
    ),
    hints=(
        "Which numbers share one mean: those of a token, or those of a column? And what makes a variance of 1 out of any other?",
        "`x.mean(-1, keepdim=True)`, and `x.var(-1, keepdim=True, unbiased=False)`. ε is added to the variance before the root.",
        "`centred = x - x.mean(-1, keepdim=True)`",
    ),
    probes=[
        (
            "rows_mixed",
            "A vector's result changes when another token's vector changes. ⇒ Each token is normalised by itself: the last axis.",
            _rows_alone,
        )
    ],
    tensors=True,
)


# ---- MLP -----------------------------------------------------------------------------------------------------------

_erf = np.vectorize(math.erf)


def _exact_gelu(h):
    return 0.5 * h * (1 + _erf(h / math.sqrt(2)))


def _gelu(h, slip):
    """GPT-2's form; on the inputs below the exact one is the same within the tolerance (a test holds that)."""
    inner = slip(lambda: h + 0.044715 * h**3, no_cube=lambda: h, cube_too_large=lambda: h + 0.44715 * h**3)
    inner = inner * slip(math.sqrt(2 / math.pi), no_root=2 / math.pi, root_of_2_pi=math.sqrt(2 * math.pi))
    inner = slip(lambda: inner, cube_outside=lambda: math.sqrt(2 / math.pi) * h + 0.044715 * h**3)
    return slip(0.5, no_half=1.0) * h * (1 + np.tanh(inner))


def mlp(x, W_up, b_up, W_down, b_down, slip):
    """Up, bend, down."""
    slip(None, linear_not_turned=lambda: _raise(RuntimeError))
    W_up, W_down = slip((W_up, W_down), down_is_up=lambda: (W_up, W_up.T), up_is_down=lambda: (W_down.T, W_down))
    b_up, b_down = slip(
        (b_up, b_down),
        biases_subtracted=(-b_up, -b_down),
        b_up_subtracted=(-b_up, b_down),
        b_down_subtracted=(b_up, -b_down),
    )
    b_up, b_down = slip(b_up, no_b_up=0.0), slip(b_down, no_b_down=0.0)

    def bend(h, right=lambda h: _gelu(h, slip)):
        return slip(
            lambda: right(h),
            no_bend=lambda: h,
            relu=lambda: np.maximum(h, 0),
            silu=lambda: h / (1 + np.exp(-h)),
            quick_gelu=lambda: h / (1 + np.exp(-1.702 * h)),
            quick_gelu_17=lambda: h / (1 + np.exp(-1.7 * h)),
            mish=lambda: h * np.tanh(np.log1p(np.exp(h))),
            selu=lambda: 1.0507 * np.where(h > 0, h, 1.67326 * np.expm1(h)),
            hardswish=lambda: h * np.clip(h + 3, 0, 6) / 6,
            tanh=lambda: np.tanh(h),
            sigmoid=lambda: 1 / (1 + np.exp(-h)),
            softmax=lambda: (
                np.exp(h - h.max(-1, keepdims=True)) / np.exp(h - h.max(-1, keepdims=True)).sum(-1, keepdims=True)
            ),
            only_gate=lambda: 0.5 * (1 + _erf(h / math.sqrt(2))),
            no_erf_root=lambda: 0.5 * h * (1 + _erf(h)),
            half_in_erf=lambda: 0.5 * h * (1 + _erf(h / 2)),
            absolute=lambda: abs(h),
            leaky=lambda: np.where(h > 0, h, 0.01 * h),
            leaky_10=lambda: np.where(h > 0, h, 0.1 * h),
            softplus=lambda: np.log1p(np.exp(h)),
            elu=lambda: np.where(h > 0, h, np.expm1(h)),
            squared=lambda: np.maximum(h, 0) ** 2,
            exponential=lambda: np.exp(h),
            gated_again=lambda: h * _gelu(h, slip),
        )

    x_in = slip(lambda: x, bent_before=lambda: bend(x, _exact_gelu), normed_first=lambda: _normed(x))
    up = x_in @ W_up
    neurons = slip(
        lambda: bend(up + b_up),
        b_up_after=lambda: bend(up) + b_up,
        bent_twice=lambda: bend(bend(up + b_up)),
        bent_before=lambda: up + b_up,
        bent_after=lambda: up + b_up,
    )
    down = slip(
        lambda: neurons @ W_down + b_down,
        bent_after=lambda: bend(neurons @ W_down + b_down, _exact_gelu),
        bent_at_the_end_too=lambda: bend(neurons @ W_down + b_down, _exact_gelu),
        b_down_in_W_down=lambda: neurons @ (W_down + b_down),
        b_down_multiplied=lambda: neurons @ W_down * b_down,
    )
    return slip(
        lambda: down,
        residual=lambda: x + down,
        only_neurons=lambda: neurons,
        first_token=lambda: down[..., :1, :],
        first_row=lambda: down[:1],
        one_for_all=lambda: down.mean(-2),
        tokens_averaged=lambda: np.broadcast_to(down.mean(-2, keepdims=True), down.shape),
    )


def _normed(x):
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)


def _mlp_inputs(draw):
    """As below: in front of the bend every number is small."""
    C = draw.size(1, 4)
    x, W_up, b_up = _stream(draw, C), draw.numbers(C, 4 * C), draw.numbers(4 * C, low=-0.1, high=0.1)
    W_up = W_up * 0.2 / max(abs(x @ W_up).max(), 1e-9)
    return x, W_up, b_up, draw.numbers(4 * C, C, low=-2, high=2), draw.numbers(C)


def _mlp_case(seed, *shape):
    """Small numbers in front of the bend: there both GELUs agree, and every other bend is far away."""
    C = shape[-1]
    return (
        _numbers([seed, 0], *shape, size=0.6),
        _numbers([seed, 1], C, 4 * C, size=0.5),
        _numbers([seed, 2], 4 * C, size=0.3),
        _numbers([seed, 3], 4 * C, C),
        _numbers([seed, 4], C),
    )


def _tokens_alone(f):
    """Does token 1 stay as it is when token 0 changes?"""
    x, *weights = _mlp_case(90, 2, 3)
    other = x.copy()
    other[0] = 1.0
    one, two = (f(*(tensor(value) for value in (rows, *weights))) for rows in (x, other))
    return np.allclose(np.asarray(one)[1], np.asarray(two)[1], atol=1e-4, equal_nan=True)


MLP = Exercise(
    mlp,
    cases=[_mlp_case(171, 2, 2), _mlp_case(157, 2, 3, 2), _mlp_case(114, 2, 2, 3), _mlp_case(124, 3, 3)],
    makes=_mlp_inputs,
    tries=20,
    alone=("b_down_multiplied",),
    true_if={"linear_not_turned": lambda code: code.uses("linear") and not code.has(r"\.m?T\b|transpose|\.t\(")},
    steps={
        "the way up": ("up_is_down", "no_b_up", "b_up_after", "normed_first"),
        "the bend": (
            *(
                "no_bend",
                "relu",
                "silu",
                "quick_gelu",
                "tanh",
                "sigmoid",
                "softmax",
                "absolute",
                "only_gate",
                "leaky",
                "leaky_10",
            ),
            *(
                "softplus",
                "elu",
                "squared",
                "exponential",
                "gated_again",
                "no_half",
                "no_cube",
                "no_root",
                "cube_too_large",
            ),
            *("root_of_2_pi", "cube_outside", "no_erf_root", "half_in_erf"),
        ),
        "the way down": ("down_is_up", "no_b_down", "b_down_in_W_down", "b_down_multiplied"),
    },
    says=dict(
        linear_not_turned="`F.linear` wants weights of shape (out, in), and here they are (in, out). ⇒ Write x @ W_up + b_up, or give it `W_up.T`.",
        no_bend="There is no bend: two matrices in a row are one matrix. ⇒ Put GELU between them.",
        relu="You used ReLU. ⇒ GPT-2 bends softly: GELU, in torch `F.gelu`.",
        leaky="Below 0 a small, fixed share passes: that is a leaky ReLU. ⇒ GPT-2's bend is GELU, in torch `F.gelu`.",
        leaky_10="Below 0 a small, fixed share passes: that is a leaky ReLU. ⇒ GPT-2's bend is GELU, in torch `F.gelu`.",
        silu="You used h · sigmoid(h), which is called SiLU. ⇒ GPT-2's is GELU, in torch `F.gelu`.",
        quick_gelu="You used h · sigmoid(1.702 h), a rough GELU. ⇒ Take `F.gelu`; the exact and the tanh form are both fine.",
        quick_gelu_17="You used h · sigmoid(1.7 h), a rough GELU. ⇒ Take `F.gelu`; the exact and the tanh form are both fine.",
        mish="You used h · tanh(softplus(h)), which is called Mish. ⇒ GPT-2's is GELU, in torch `F.gelu`.",
        selu="You used SELU, a scaled ELU. ⇒ GPT-2's is GELU, in torch `F.gelu`.",
        hardswish="You used h · clip(h + 3, 0, 6) / 6, which is called hard Swish. ⇒ GPT-2's is GELU, in torch `F.gelu`.",
        tanh="You used tanh, which is never larger than 1. ⇒ Use GELU, in torch `F.gelu`.",
        sigmoid="You used the sigmoid, which is never larger than 1. ⇒ Use GELU, in torch `F.gelu`.",
        softmax="You used a softmax: neurons don't share out a 1, each fires for itself. ⇒ Use GELU, in torch `F.gelu`.",
        softplus="You used log(1 + exp(h)), which is called softplus: it is never 0. ⇒ Use GELU, in torch `F.gelu`.",
        elu="Below 0 you used exp(h) − 1, which is called ELU. ⇒ Use GELU, in torch `F.gelu`.",
        squared="You squared what ReLU leaves. ⇒ GPT-2's bend is GELU, in torch `F.gelu`.",
        exponential="You used exp as the bend: it grows without end. ⇒ Use GELU, in torch `F.gelu`.",
        absolute="You used the absolute value: a neuron that hears “no” fires. ⇒ It should be silent: GELU, in torch `F.gelu`.",
        only_gate="Your GELU is only Φ(h), the share that passes. ⇒ Multiply it by h.",
        gated_again="You multiplied GELU(h) by h once more. ⇒ GELU has its h already: h · Φ(h).",
        no_half="Your GELU is twice too large. ⇒ 0.5 · h · (1 + tanh(…)).",
        no_cube="In your GELU the term with h³ is missing, or far too small. ⇒ tanh(√(2/π) · (h + 0.044715 h³)).",
        cube_too_large="In your GELU the number in front of h³ is ten times too large. ⇒ tanh(√(2/π) · (h + 0.044715 h³)).",
        cube_outside="In your GELU the root meets only h, not the cube. ⇒ Brackets: tanh(√(2/π) · (h + 0.044715 h³)).",
        no_root="In your GELU the root is missing. ⇒ tanh(√(2/π) · (h + 0.044715 h³)).",
        root_of_2_pi="In your GELU the root is that of 2π. ⇒ It is that of 2/π: tanh(√(2/π) · (h + 0.044715 h³)).",
        no_erf_root="In your GELU the argument of erf is h. ⇒ It should be h/√2.",
        half_in_erf="In your GELU the argument of erf is h/2. ⇒ It should be h/√2.",
        bent_before="You bent x itself. ⇒ The neurons are bent: first up, x @ W_up + b_up, then GELU.",
        bent_after="You bent the result. ⇒ The neurons are bent: GELU comes between up and down.",
        bent_at_the_end_too="You bent the result as well. What is added to the stream may be negative. ⇒ Once, between up and down, is enough.",
        bent_twice="You bent the neurons twice. ⇒ Once is enough.",
        normed_first="You normalised x first: that is the block's part. ⇒ The MLP begins with x @ W_up + b_up.",
        b_up_after="You added `b_up` after the bend. ⇒ It belongs in front: it says how much it takes until a neuron fires.",
        no_b_up="`b_up` does not change your result. ⇒ Add it to x @ W_up, before the bend.",
        no_b_down="`b_down` does not change your result. ⇒ Add it at the end.",
        b_down_in_W_down="You added `b_down` to the matrix, so it counts once for each neuron, as strongly as that fires. ⇒ Add it after the product.",
        b_down_multiplied="You multiplied by `b_down`. ⇒ Add it at the end.",
        b_up_subtracted="You subtracted `b_up`. ⇒ Add it.",
        b_down_subtracted="You subtracted `b_down`. ⇒ Add it.",
        biases_subtracted="You subtracted the biases. ⇒ Add them.",
        down_is_up="You went down by `W_up` on its side. ⇒ The way down has its own matrix, `W_down`.",
        up_is_down="You went up by `W_down` on its side. ⇒ The way up has its own matrix, `W_up`.",
        residual="You added x: that is the block's part. ⇒ Return the update alone.",
        only_neurons="You returned the neurons. ⇒ Bring them down again: neurons @ W_down + b_down.",
        first_token="Only the first token's row came back. ⇒ Each token gets an update.",
        first_row="Only the first entry of axis 0 came back. ⇒ Each token of each text gets an update.",
        one_for_all="You averaged over the tokens. ⇒ Each token gets its own update: the shape of x.",
        tokens_averaged="All your tokens got the same, their average. ⇒ In the MLP each token is by itself.",
    ),
    hints=(
        "What are the three stations between x and the update, and which of them has no weights?",
        "Two matrix products, each with its bias added, and `torch.nn.functional.gelu` between them.",
        "`neurons = F.gelu(x @ W_up + b_up)`, with `from torch.nn import functional as F`",
    ),
    probes=[
        (
            "tokens_mixed",
            "A token's update changes when another token changes. ⇒ In the MLP each token is by itself: no sum or mean over tokens.",
            _tokens_alone,
        )
    ],
    tensors=True,
)


# ---- a neuron ------------------------------------------------------------------------------------------------------


def and_neuron(x, first, second, slip):
    """ReLU of both answers minus 1."""
    if x.ndim != 2:
        slip(None, two_axes_only=lambda: _raise(ValueError), matrix_only=lambda: _raise(RuntimeError))

    def relu(h):
        return slip(
            lambda: np.maximum(h, 0),
            no_relu=lambda: h,
            absolute=lambda: abs(h),
            step=lambda: (h > 0) * 1.0,
            step_at_2=lambda: (h >= 1) * 1.0,
            capped=lambda: np.clip(h, 0, 1),
            gelu=lambda: 0.5 * h * (1 + _erf(h / math.sqrt(2))),
            sigmoid=lambda: 1 / (1 + np.exp(-h)),
            leaky=lambda: np.where(h > 0, h, 0.01 * h),
            softplus=lambda: np.log1p(np.exp(h)),
            flipped=lambda: np.minimum(h, 0),
            sign_turned=lambda: np.maximum(-h, 0),
        )

    x = slip(lambda: x, bias_on_x=lambda: x - 1)
    one, two = slip(
        lambda: (x @ first, x @ second),
        only_first=lambda: (x @ first, 0.0),
        only_second=lambda: (0.0, x @ second),
        bent_apart=lambda: (relu(x @ first), relu(x @ second)),
        first_columns=lambda: (x[..., 0], x[..., 1]),
    )
    bias = slip(
        -1.0, no_bias=0.0, bias_up=1.0, bias_large=-2.0, bias_one_and_a_half=-1.5, bias_half=-0.5, bias_on_x=0.0
    )
    both = slip(
        lambda: one + two,
        multiplied_less_1=lambda: (x @ first) * (x @ second),
        smaller_less_1=lambda: np.minimum(x @ first, x @ second),
        larger=lambda: np.maximum(x @ first, x @ second),
        averaged=lambda: (one + two) / 2,
        difference=lambda: one - two,
        directions_multiplied=lambda: x @ (first * second),
    )
    fires = slip(
        lambda: relu(both + bias),
        bias_after=lambda: relu(both) + bias,
        bias_for_each=lambda: relu(one + bias) + relu(two + bias),
        half_for_each=lambda: np.maximum(one - 0.5, 0) + np.maximum(two - 0.5, 0),
        product=lambda: relu(x @ first) * relu(x @ second),
        yes_and_yes=lambda: ((x @ first > 0) & (x @ second > 0)) * 1.0,
        multiplied=lambda: np.maximum((x @ first) * (x @ second), 0),
        smaller=lambda: np.maximum(np.minimum(x @ first, x @ second), 0),
        halved=lambda: relu((one + two) / 2 - 0.5),
        too_steep=lambda: np.maximum(2 * (one + two) - 3, 0),
        threshold=lambda: np.where(one + two > 1, one + two, 0.0),
        bias_for_each_entry=lambda: np.maximum(x * (first + second) - 1, 0).sum(-1),
    )
    return slip(
        lambda: fires,
        column=lambda: fires[..., None],
        not_summed=lambda: np.maximum(x * (first + second) - 1, 0),
        tokens_summed=lambda: fires.sum(-1),
        all_summed=lambda: fires.sum(),
        first_vector=lambda: fires[0],
        turned=lambda: fires.T,
        writes=lambda: fires[..., None] * (first + second),
    )


def _and_inputs(draw):
    C = draw.size(2, 6)
    return _stream(draw, C), draw.numbers(C, low=-3, high=3), draw.numbers(C, low=-3, high=3)


AND_NEURON = Exercise(
    and_neuron,
    cases=[
        (
            np.array([[1.0, 1, 0], [1, 0, 0], [0, 1, 1], [0, 0, 1], [2, 0.5, 0], [-1, 1, 3], [-1, 2.5, 0]]),
            np.array([1.0, 0, 0]),
            np.array([0.0, 1, 0]),
        ),
        (_numbers(30, 5, 4, size=2), np.array([0.6, 0.8, 0, 0]), np.array([-0.8, 0.6, 0, 0])),
        (_numbers(31, 2, 3, 3, size=2), np.array([0, 0.8, 0.6]), np.array([1.0, 0, 0])),
        (_numbers(32, 6, 3, size=2), np.array([1.0, 0.5, -0.5]), np.array([0.5, 1.0, 0.5])),
        (np.array([[0.9, 0.9]]), np.array([0.0, 1]), np.array([1.0, 0])),
    ],
    makes=_and_inputs,
    tries=20,
    alone=("too_steep", "threshold", "halved", "half_for_each", "bias_for_each_entry"),
    true_if={
        "bias_large": lambda code: code.has(r"- ?2\b"),
        "bias_one_and_a_half": lambda code: code.has(r"1\.5\b|\b3\b"),
        "bias_half": lambda code: code.has(r"0\.5\b|/ 2"),
    },
    says=dict(
        no_relu="Your neuron can be negative. ⇒ Put a ReLU after the bias: what is below 0 becomes 0.",
        absolute="You took the absolute value, so a loud “no” fires. ⇒ ReLU: what is below 0 becomes 0.",
        step="Your neuron says only yes or no. ⇒ ReLU keeps the size of what is above 0.",
        step_at_2="Your neuron says only yes or no. ⇒ ReLU keeps the size of what is above 0.",
        capped="You cut off everything above 1. ⇒ ReLU only cuts off what is below 0.",
        gelu="You used GELU, which lets a little through below 0. ⇒ For this neuron take ReLU: exactly 0 for whoever has one property only.",
        sigmoid="You used a sigmoid: it fires a little for everybody. ⇒ ReLU is exactly 0 below 0.",
        leaky="Below 0 a small share passes: that is a leaky ReLU. ⇒ ReLU is exactly 0 below 0.",
        softplus="You used a softplus, log(1 + exp(h)): it fires a little for everybody. ⇒ ReLU is exactly 0 below 0.",
        flipped="You kept what is below 0. ⇒ ReLU keeps what is above: the larger of h and 0.",
        sign_turned="Your neuron fires for those that have too little: a sign is turned. ⇒ The answers count plus, the bias minus.",
        no_bias="There is no bias. ⇒ Without one, a single property is enough to fire, which is an OR: which number must be taken away, so that it gives 0?",
        bias_up="Your bias is +1. ⇒ It should hold the neuron back, so that one property alone gives 0.",
        bias_large="Your bias is −2. ⇒ With it, even both properties give 0. Together they must give 1.",
        bias_one_and_a_half="Your bias is −1.5. ⇒ With it, both properties together give only 0.5. They must give 1.",
        bias_half="Your bias is −0.5. ⇒ With it, one property alone still fires. It must give exactly 0.",
        bias_after="Your neuron goes down to −1, as if the bias came after the ReLU. ⇒ First the bias, then the ReLU.",
        bias_for_each="You bent each answer by itself, with a bias of its own. ⇒ One neuron: add both answers, subtract 1 once, then ReLU.",
        half_for_each="You bent each answer by itself, with a bias of its own. ⇒ One neuron: add both answers, subtract 1 once, then ReLU.",
        bias_for_each_entry="You subtracted 1 from each entry, and bent each, before adding up. ⇒ First the dot product, then one bias and one ReLU.",
        bent_apart="You bent each answer by itself. ⇒ A neuron adds first, so that a “no” can outweigh a “yes”; one ReLU comes at the end.",
        bias_on_x="You subtracted 1 from x. ⇒ The bias is added to the dot product.",
        only_first="Only `first` is asked. ⇒ The neuron's weights are first + second.",
        only_second="Only `second` is asked. ⇒ The neuron's weights are first + second.",
        first_columns="You took two columns of x, whatever the directions are. ⇒ `x @ first` and `x @ second` ask for the properties.",
        product="You multiplied the outputs of two neurons. ⇒ A single one can do it: add both answers, subtract 1, ReLU.",
        yes_and_yes="You asked whether both answers are above 0. A neuron can't ask that. ⇒ It adds both answers, subtracts 1, and ReLU follows.",
        multiplied="You multiplied both answers. A neuron can only add. ⇒ Its weights are first + second, and a bias follows.",
        multiplied_less_1="You multiplied both answers. ⇒ A neuron can only add: its weights are first + second.",
        smaller="You took the smaller answer. A neuron can only add. ⇒ Its weights are first + second, and a bias follows.",
        smaller_less_1="You took the smaller answer. ⇒ A neuron can only add: its weights are first + second.",
        larger="You took the larger answer. ⇒ A neuron can only add: its weights are first + second.",
        averaged="You averaged both answers. ⇒ Add them: the weights are first + second.",
        halved="Everything is half too small: both properties together give 0.5. ⇒ The weights are first + second, not half of it.",
        too_steep="Your neuron is right for 0 and 1, and too steep above: its weights are twice first + second. ⇒ Take first + second, and another bias.",
        threshold="You ask whether the sum is above 1, and return the sum itself: both properties give 2. ⇒ Subtract the 1: a bias, then ReLU.",
        difference="You subtracted the second answer. ⇒ Add it: the weights are first + second.",
        directions_multiplied="You multiplied the two directions entry by entry. ⇒ Add them: the weights are first + second.",
        column="Your output has a column of its own at the end. ⇒ One number for each token: shape (…,).",
        not_summed="You multiplied entry by entry and did not add up. ⇒ A dot product, `x @ weights`, gives one number for each token.",
        tokens_summed="You added up the tokens. ⇒ Each token has its own number.",
        all_summed="You added up everything. ⇒ Each token has its own number.",
        first_vector="Only the first entry of axis 0 came back. ⇒ Each vector of x has its own number.",
        turned="Your axes are in reverse order. ⇒ Keep x in front, as it is: `x @ weights` has the shape of x without its last axis.",
        two_axes_only="Your function takes one text (T, C) only, and several are (B, T, C). ⇒ `x @ weights` works for any number of axes.",
        matrix_only="Your function takes one text (T, C) only, and several are (B, T, C). ⇒ `x @ weights` works for any number of axes.",
        writes="You made a vector out of it. ⇒ Return only how strongly the neuron fires, one number for each token.",
    ),
    hints=(
        "Both answers together are 2, one alone is 1, none is 0. Which number, taken away, leaves 1, 0 and less?",
        "`x @ (first + second)` asks both questions at once. A bias, then `.relu()` or `clamp(min=0)`.",
        "`answers = x @ (first + second)`",
    ),
    tensors=True,
)


# ---- the block -----------------------------------------------------------------------------------------------------


def block(x, norm_1, attention, norm_2, mlp, slip):
    """x + attention(norm_1(x)), then the same with norm_2 and mlp."""
    norm_1, norm_2 = slip(
        (norm_1, norm_2), norm_1_twice=(norm_1, norm_1), norm_2_twice=(norm_2, norm_2), norms_swapped=(norm_2, norm_1)
    )
    attention, mlp = slip(
        (attention, mlp), parts_swapped=(mlp, attention), attention_twice=(attention, attention), mlp_twice=(mlp, mlp)
    )
    first = slip(lambda: norm_1(x), no_norm_1=lambda: x)
    update = slip(lambda: attention(first), norm_of_update_1=lambda: norm_1(attention(x)), no_attention=lambda: first)
    middle = slip(
        lambda: x + update,
        no_residual_1=lambda: update,
        update_doubled_1=lambda: update + update,
        stream_normed_1=lambda: first + update,
        post_norm=lambda: norm_1(x + attention(x)),
        subtracted=lambda: x - update,
        multiplied=lambda: x * update,
        norm_on_the_stream_1=lambda: norm_1(x) + attention(x),
        normed_after_too_1=lambda: x + norm_1(update),
        before_and_after=lambda: norm_1(x + update),
    )
    middle = slip(lambda: middle, normed_between=lambda: norm_2(middle))
    second = slip(
        lambda: norm_2(middle),
        no_norm_2=lambda: middle,
        parallel=lambda: norm_2(x),
        mlp_reads_update=lambda: norm_2(update),
        mlp_reads_norm_1=lambda: norm_2(first),
        normed_twice=lambda: norm_2(norm_1(middle)),
    )
    thought = slip(lambda: mlp(second), norm_of_update_2=lambda: norm_2(mlp(middle)))
    end = slip(
        lambda: middle + thought,
        no_residual_2=lambda: thought,
        old_stream=lambda: x + thought,
        stream_normed_2=lambda: second + thought,
        post_norm=lambda: norm_2(middle + mlp(middle)),
        added_twice=lambda: x + middle + thought,
        subtracted=lambda: middle - thought,
        no_mlp=lambda: middle,
        mlp_only=lambda: x + mlp(norm_2(x)),
        mlp_first=lambda: _one_part(_one_part(x, norm_2, mlp), norm_1, attention),
        multiplied=lambda: middle * thought,
        first_update_again=lambda: middle + thought + update,
        norm_on_the_stream_2=lambda: norm_2(middle) + mlp(middle),
        normed_after_too_2=lambda: middle + norm_2(thought),
        before_and_after=lambda: norm_2(middle + thought),
        one_way_round=lambda: x + mlp(norm_2(update)),
    )
    return slip(
        lambda: end,
        normed_at_the_end=lambda: norm_2(end),
        norm_1_at_the_end=lambda: norm_1(end),
        only_updates=lambda: end - x,
    )


def _one_part(x, norm, part):
    return x + part(norm(x))


def _norm_1(v):
    centred = v - v.mean(-1)[..., None]
    return centred / (1 + abs(centred))


def _norm_2(v):
    return 2 * v / (1 + abs(v)) + 0.1


def _attention(v):
    return v.cumsum(-2) * 0.6


def _mlp(v):
    return v * abs(v) + 0.3


def _strong(v):
    return 3 - v * v


def _block_inputs(draw):
    functions = (_norm_1, _attention, _norm_2, _mlp)
    others = (
        (_norm_2, _strong, _norm_1, _attention),
        (_norm_1, _attention, _norm_2, _strong),
        (_norm_2, _mlp, _norm_1, _strong),
    )
    return _stream(draw, draw.size(1, 5)), *draw.choice(functions, *others)


BLOCK = Exercise(
    block,
    cases=[
        (np.array([[1.0, -2.0, 0.5], [0.0, 3.0, -1.0]]), _norm_1, _attention, _norm_2, _mlp),
        (_numbers(40, 2, 3, 4, size=3), _norm_1, _attention, _norm_2, _mlp),
        (_numbers(41, 4, 2), _norm_2, _strong, _norm_1, _attention),
        (_numbers(42, 1, 1, 3, size=2), _norm_1, _attention, _norm_2, _strong),
    ],
    makes=_block_inputs,
    tries=20,
    alone=("no_attention",),
    says=dict(
        post_norm="You normalised the stream itself, after adding (post-norm). ⇒ Here each part reads a normalised copy: x + attention(norm_1(x)).",
        mlp_first="The MLP comes first in your block, and attention reads what it has written. ⇒ First attention collects, then the MLP thinks about it.",
        no_residual_1="The first “x +” is missing: attention's update replaces x. ⇒ It is added to x.",
        update_doubled_1="You added attention's update to itself, and the stream is lost. ⇒ It is added to what was there before: x + attention(norm_1(x)).",
        no_residual_2="The second “x +” is missing: the MLP's update replaces the stream. ⇒ It is added to the stream.",
        stream_normed_1="You added attention's update to norm_1(x). ⇒ Add it to x itself: only attention sees the normalised copy.",
        stream_normed_2="You added the MLP's update to norm_2(x). ⇒ Add it to the stream itself: only the MLP sees the normalised copy.",
        normed_between="You normalised the stream between the two parts. ⇒ Nobody changes the stream: each part gets a normalised copy.",
        normed_at_the_end="You normalised the stream at the end. ⇒ Return it as it is: the next block makes its own copy.",
        norm_1_at_the_end="You normalised the stream at the end. ⇒ Return it as it is: the next block makes its own copy.",
        norm_on_the_stream_1="You normalised the stream, and attention reads it unnormalised. ⇒ The other way round: x + attention(norm_1(x)).",
        norm_on_the_stream_2="You normalised the stream, and the MLP reads it unnormalised. ⇒ The other way round: x + mlp(norm_2(x)).",
        normed_after_too_1="You normalised what comes out of attention as well. ⇒ Normalise only what goes in.",
        normed_after_too_2="You normalised what comes out of the MLP as well. ⇒ Normalise only what goes in.",
        before_and_after="You normalise before each part and again after the adding. ⇒ Only what a part reads is normalised, never the stream.",
        norm_of_update_1="You normalised what comes out of attention. ⇒ Normalise what goes in: attention(norm_1(x)).",
        norm_of_update_2="You normalised what comes out of the MLP. ⇒ Normalise what goes in: mlp(norm_2(x)).",
        no_norm_1="Attention reads the stream as it is. ⇒ It reads norm_1(x).",
        no_norm_2="The MLP reads the stream as it is. ⇒ It reads norm_2 of the stream.",
        normed_twice="The MLP reads the stream through both norms. ⇒ Only norm_2 belongs there.",
        norm_1_twice="You used `norm_1` in both places. ⇒ The MLP has its own: `norm_2`.",
        norm_2_twice="You used `norm_2` in both places. ⇒ Attention has its own: `norm_1`.",
        norms_swapped="You swapped the norms. ⇒ `norm_1` is attention's, `norm_2` the MLP's.",
        parts_swapped="You swapped attention and MLP, and left the norms where they are. ⇒ First attention collects, then the MLP thinks about it.",
        attention_twice="You used attention in both places. ⇒ The second part is the MLP.",
        mlp_twice="You used the MLP in both places. ⇒ The first part is attention.",
        parallel="Your MLP reads the old x. ⇒ It should see what attention has just added.",
        mlp_reads_update="Your MLP reads only attention's update. ⇒ It should read the whole stream, x with the update added.",
        mlp_reads_norm_1="Your MLP reads norm_1(x), from before attention. ⇒ It should read the stream with attention's update added.",
        old_stream="You added the MLP's update to the old x, and attention's is lost. ⇒ Add it to the stream: x, then attention's update, then the MLP's.",
        one_way_round="One “x +” goes round both parts. ⇒ Each adds its own update to the stream: first attention's, then the MLP's.",
        added_twice="Your result has x in it twice. ⇒ The MLP's update is added to the stream, which holds x already.",
        first_update_again="Attention's update is in your result twice. ⇒ The MLP's update is added to the stream, which holds attention's already.",
        subtracted="You subtracted the updates. ⇒ Add them.",
        multiplied="You multiplied the stream by the updates. ⇒ Add them: “x +”.",
        no_attention="You added norm_1(x) itself: attention has not read it. ⇒ The first update is attention(norm_1(x)).",
        no_mlp="The MLP's update is missing. ⇒ The second update is mlp(norm_2(x)). Is your `return` inside a loop?",
        mlp_only="Attention's update got lost. ⇒ Keep x = x + attention(norm_1(x)) for the second line.",
        only_updates="You returned the sum of the updates. ⇒ Return the stream, with x in it.",
    ),
    hints=(
        "Which of the four functions read the stream itself, and which read what another one gives them?",
        "One line for each part: the stream becomes the stream plus part(norm(stream)).",
        "`x = x + attention(norm_1(x))`",
    ),
    tensors=True,
)
