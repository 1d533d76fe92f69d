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


def layer_norm(x, gain, shift, eps=1e-5, slip=None):
    """Each row to mean 0 and variance 1, then gain and shift."""
    eps = slip(lambda: eps, eps_fixed=1e-5, no_eps=0.0, eps_squared=lambda: eps**2)
    gain, shift = slip((gain, shift), swapped=(shift, gain), shift_subtracted=(gain, -shift))
    x = slip(lambda: x, affine_first=lambda: x * gain + shift)
    axis = slip(
        -1,
        wrong_axis=-2,
        first_axis=0,
        second_axis=1,
        whole_table=lambda: tuple(range(x.ndim)),
        per_text=lambda: (-2, -1),
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
            mean_deviation=lambda: abs(x - mean).mean(axis, keepdims=True) ** 2,
            square_of_mean=lambda: mean**2,
        )
        wide = slip(
            lambda: np.sqrt(spread + eps),
            eps_outside=lambda: np.sqrt(spread) + eps,
            by_variance=lambda: spread + eps,
            std_in_root=lambda: np.sqrt(np.sqrt(spread) + eps),
            eps_subtracted=lambda: np.sqrt(spread - eps),
            eps_as_floor=lambda: np.sqrt(np.maximum(spread, eps)),
            not_scaled=1.0,
        )
        normed = slip(
            lambda: centred / wide, multiplied=lambda: centred * wide, mean_not_scaled=lambda: x - mean / wide
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
    )
    return slip(lambda: moved, residual=lambda: x + moved)


def _rows_alone(f):
    """Does row 1 stay as it is when row 0 changes?"""
    x, other = _numbers(1, 2, 4), _numbers(2, 2, 4)
    other[1] = x[1]
    gain, shift = np.ones(4), np.zeros(4)
    one, two = (f(*(tensor(value) for value in (rows, gain, shift)), 1e-5) for rows in (x, other))
    return np.allclose(np.asarray(one)[1], np.asarray(two)[1], atol=1e-4)


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
    ],
    says=dict(
        eps_outside="Your ε stands outside the root. Add it to the variance, and take the root of the sum: √(variance + ε).",
        no_eps="There is no ε: a vector of equal numbers becomes 0/0. Divide by √(variance + ε).",
        eps_fixed="You wrote 1e-5 into the code. Use the argument `eps`: its value may be another one.",
        eps_squared="You squared ε. The variance is a square already; `eps` is added to it as it is.",
        eps_subtracted="You subtracted ε. It is added to the variance, so that the root is never 0.",
        eps_as_floor="You used ε as a smallest value. It is *added* to the variance, always: √(variance + ε).",
        unbiased="Your variance divides by C − 1, as torch's `var` and `std` do by themselves. Layer norm divides by C: `unbiased=False`.",
        rms_norm="That is RMS norm, as some newer models have it. Layer norm subtracts the mean first, also inside the variance.",
        rms="You took the mean of the squares, as if the mean were 0. The variance is the mean of (x − mean)².",
        summed="You added up the squares. The variance is their *mean*: divide by C.",
        mean_deviation="You divided by the mean distance from the mean. Take the root of the mean *square* of the distances.",
        square_of_mean="You divided by the mean itself (its square is not the variance). Divide by √(variance + ε).",
        by_variance="You divided by the variance. Divide by its square root, √(variance + ε).",
        std_in_root="You took the root twice: `std` is a root already. Use the variance: √(variance + ε).",
        not_scaled="You moved each vector to mean 0, but its size is still the old one. Divide by √(variance + ε).",
        multiplied="You multiplied by √(variance + ε). Divide by it: a wide vector should become narrower.",
        no_mean="You did not subtract the mean of the vector before dividing.",
        mean_added="You added the mean. Subtract it: x − mean.",
        mean_not_scaled="You divided only the mean. Parentheses: (x − mean) / √(variance + ε).",
        wrong_axis="You normalised over the tokens: then a token would know those after it. Each vector by itself: the last axis, `dim=-1`.",
        first_axis="You normalised over axis 0. The numbers of one vector lie along the last axis: `dim=-1`.",
        second_axis="You used `dim=1`. That is the last axis of a table (T, C), but in a batch (B, T, C) it is the tokens: `dim=-1`.",
        whole_table="You used one mean and one variance for everything. Each vector has its own: `dim=-1, keepdim=True`.",
        per_text="You used one mean and one variance for each text. Each *token's* vector has its own: `dim=-1, keepdim=True`.",
        swapped="You swapped `gain` and `shift`: multiply by gain, then add shift.",
        shift_subtracted="You subtracted `shift`. Add it.",
        affine_first="You used gain and shift before the norm, which takes them away again. They come last.",
        no_gain="`gain` is not used. Multiply the normalised vector by it, column by column.",
        no_shift="`shift` is not used. Add it at the end.",
        shift_first="You added `shift` before you multiplied by `gain`. First times gain, then plus shift.",
        gain_plus_one="You multiplied by 1 + gain. Multiply by gain alone.",
        gain_added="You added `gain`. Multiply by it.",
        residual="You added x at the end: that is the block's part. Return the normalised vectors alone.",
    ),
    hints=(
        "Which numbers share one mean: those of a token, or those of a column? And what makes a variance of 1 out of any other?",
        "`x.mean(-1, keepdim=True)`, and `x.var(-1, keepdim=True, unbiased=False)`. ε is added to the variance before the root.",
        "`centred = x - x.mean(-1, keepdim=True)`",
    ),
    probes=[
        (
            "rows_mixed",
            "A vector's result changes when another token's vector changes. Each token is normalised by itself: the last axis.",
            _rows_alone,
        )
    ],
    tensors=True,
)


# ---- MLP -----------------------------------------------------------------------------------------------------------

_erf = np.vectorize(math.erf)


def _gelu(h, slip):
    """GPT-2's form; on the inputs below the exact one is the same within the tolerance (a test holds that)."""
    inner = slip(lambda: h + 0.044715 * h**3, no_cube=lambda: h)
    inner = inner * slip(math.sqrt(2 / math.pi), no_root=2 / math.pi)
    return slip(0.5, no_half=1.0) * h * (1 + np.tanh(inner))


def mlp(x, W_up, b_up, W_down, b_down, slip):
    """Up, bend, down."""
    W_up, W_down = slip((W_up, W_down), down_is_up=lambda: (W_up, W_up.T), up_is_down=lambda: (W_down.T, W_down))
    b_up, b_down = slip((b_up, b_down), biases_subtracted=(-b_up, -b_down))
    b_up, b_down = slip(b_up, no_b_up=0.0), slip(b_down, no_b_down=0.0)

    def bend(h):
        return slip(
            lambda: _gelu(h, slip),
            no_bend=lambda: h,
            relu=lambda: np.maximum(h, 0),
            silu=lambda: h / (1 + np.exp(-h)),
            quick_gelu=lambda: h / (1 + np.exp(-1.702 * h)),
            tanh=lambda: np.tanh(h),
            sigmoid=lambda: 1 / (1 + np.exp(-h)),
            softmax=lambda: (
                np.exp(h - h.max(-1, keepdims=True)) / np.exp(h - h.max(-1, keepdims=True)).sum(-1, keepdims=True)
            ),
            only_gate=lambda: 0.5 * (1 + _erf(h / math.sqrt(2))),
            no_erf_root=lambda: 0.5 * h * (1 + _erf(h)),
            absolute=lambda: abs(h),
        )

    x_in = slip(lambda: x, bent_before=lambda: bend(x))
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
        bent_after=lambda: bend(neurons @ W_down + b_down),
        bent_at_the_end_too=lambda: bend(neurons @ W_down + b_down),
    )
    return slip(
        lambda: down,
        residual=lambda: x + down,
        only_neurons=lambda: neurons,
        first_token=lambda: down[..., :1, :],
        tokens_averaged=lambda: np.broadcast_to(down.mean(-2, keepdims=True), down.shape),
    )


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
    return np.allclose(np.asarray(one)[1], np.asarray(two)[1], atol=1e-4)


MLP = Exercise(
    mlp,
    cases=[_mlp_case(171, 2, 2), _mlp_case(157, 2, 3, 2), _mlp_case(114, 2, 2, 3), _mlp_case(124, 3, 3)],
    says=dict(
        no_bend="There is no bend: two matrices in a row are one matrix. Put GELU between them.",
        relu="You used ReLU. GPT-2 bends softly: GELU, in torch `F.gelu`.",
        silu="You used h · sigmoid(h), which is called SiLU. GPT-2's is GELU, in torch `F.gelu`.",
        quick_gelu="You used h · sigmoid(1.702 h), a rough GELU. Take `F.gelu`; the exact and the tanh form are both fine.",
        tanh="You used tanh, which is never larger than 1. Use GELU, in torch `F.gelu`.",
        sigmoid="You used the sigmoid, which is never larger than 1. Use GELU, in torch `F.gelu`.",
        softmax="You used a softmax: neurons don't share out a 1, each fires for itself. Use GELU, in torch `F.gelu`.",
        absolute="You used the absolute value. A neuron that hears “no” should be silent: GELU, in torch `F.gelu`.",
        only_gate="Your GELU is only Φ(h), the share that passes. Multiply it by h.",
        no_half="Your GELU is twice too large: 0.5 · h · (1 + tanh(…)).",
        no_cube="In your GELU the cube is missing: tanh(√(2/π) · (h + 0.044715 h³)).",
        no_root="In your GELU the root is missing: tanh(√(2/π) · (h + 0.044715 h³)).",
        no_erf_root="In your GELU the argument of erf is h; it should be h/√2.",
        bent_before="You bent x itself. The neurons are bent: first up, x @ W_up + b_up, then GELU.",
        bent_after="You bent the result. The neurons are bent: GELU comes between up and down.",
        bent_at_the_end_too="You bent the result as well. Once, between up and down, is enough: what is added to the stream may be negative.",
        bent_twice="You bent the neurons twice. Once is enough.",
        b_up_after="You added `b_up` after the bend. It belongs in front: it says how much it takes until a neuron fires.",
        no_b_up="`b_up` is not used. Add it to x @ W_up, before the bend.",
        no_b_down="`b_down` is not used. Add it at the end.",
        biases_subtracted="You subtracted the biases. Add them.",
        down_is_up="You went down by `W_up.T`. The way down has its own matrix, `W_down`.",
        up_is_down="You went up by `W_down.T`. The way up has its own matrix, `W_up`.",
        residual="You added x: that is the block's part. Return the update alone.",
        only_neurons="You returned the neurons. Bring them down again: neurons @ W_down + b_down.",
        first_token="Only the first token's row came back. Each token gets an update.",
        tokens_averaged="All your tokens got the same, their average. In the MLP each token is by itself.",
    ),
    hints=(
        "What are the three stations between x and the update, and which of them has no weights?",
        "Two matrix products, each with its bias added, and `torch.nn.functional.gelu` between them.",
        "`neurons = F.gelu(x @ W_up + b_up)`, with `from torch.nn import functional as F`",
    ),
    probes=[
        (
            "tokens_mixed",
            "A token's update changes when another token changes. In the MLP each token is by itself: no sum or mean over tokens.",
            _tokens_alone,
        )
    ],
    tensors=True,
)


# ---- a neuron ------------------------------------------------------------------------------------------------------


def and_neuron(x, first, second, slip):
    """ReLU of both answers minus 1."""

    def relu(h):
        return slip(
            lambda: np.maximum(h, 0),
            no_relu=lambda: h,
            absolute=lambda: abs(h),
            step=lambda: (h > 0) * 1.0,
            capped=lambda: np.clip(h, 0, 1),
            gelu=lambda: 0.5 * h * (1 + _erf(h / math.sqrt(2))),
            sigmoid=lambda: 1 / (1 + np.exp(-h)),
            flipped=lambda: np.minimum(h, 0),
        )

    x = slip(lambda: x, bias_on_x=lambda: x - 1)
    one, two = slip(
        lambda: (x @ first, x @ second),
        only_first=lambda: (x @ first, 0.0),
        only_second=lambda: (0.0, x @ second),
        bent_apart=lambda: (relu(x @ first), relu(x @ second)),
    )
    bias = slip(-1.0, no_bias=0.0, bias_up=1.0, bias_large=-2.0, bias_half=-0.5, bias_on_x=0.0)
    both = slip(
        lambda: one + two,
        multiplied=lambda: one * two,
        smaller=lambda: np.minimum(one, two),
        larger=lambda: np.maximum(one, two),
        averaged=lambda: (one + two) / 2,
        difference=lambda: one - two,
        directions_multiplied=lambda: x @ (first * second),
    )
    fires = slip(
        lambda: relu(both + bias),
        bias_after=lambda: relu(both) + bias,
        bias_for_each=lambda: relu(one + bias) + relu(two + bias),
        product=lambda: relu(one) * relu(two),
        yes_and_yes=lambda: ((one > 0) & (two > 0)) * 1.0,
    )
    return slip(
        lambda: fires,
        column=lambda: fires[..., None],
        not_summed=lambda: np.maximum(x * (first + second) - 1, 0),
        tokens_summed=lambda: fires.sum(-1),
        writes=lambda: fires[..., None] * (first + second),
    )


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
    says=dict(
        no_relu="Your neuron can be negative. Put a ReLU after the bias: what is below 0 becomes 0.",
        absolute="You took the absolute value. Then a loud “no” fires. ReLU: what is below 0 becomes 0.",
        step="Your neuron says only yes or no. ReLU keeps the size of what is above 0.",
        capped="You cut off everything above 1. ReLU only cuts off what is below 0.",
        gelu="You used GELU. For this neuron take ReLU: exactly 0 for whoever has one property only.",
        sigmoid="You used a sigmoid: it fires a little for everybody. ReLU is exactly 0 below 0.",
        flipped="You kept what is below 0. ReLU keeps what is above: the larger of h and 0.",
        no_bias="There is no bias, so one property is enough to fire: that is an OR. Which number must be taken away, so that one alone gives 0?",
        bias_up="Your bias is +1. It should hold the neuron back: −1.",
        bias_large="Your bias is −2: even both properties give 0. Both together must give 1.",
        bias_half="Your bias is −0.5: one property alone still fires. It must give exactly 0.",
        bias_after="You subtracted 1 after the ReLU. The bias comes first, then the ReLU.",
        bias_for_each="You subtracted 1 from each answer, and bent each. One neuron: add both answers, subtract 1 once, then ReLU.",
        bent_apart="You bent each answer by itself. A neuron adds first, so that a “no” can outweigh a “yes”; one ReLU comes at the end.",
        bias_on_x="You subtracted 1 from x. The bias is added to the dot product.",
        only_first="Only `first` is asked. The neuron's weights are first + second.",
        only_second="Only `second` is asked. The neuron's weights are first + second.",
        product="You multiplied the outputs of two neurons. A single one can do it: add both answers, subtract 1, ReLU.",
        yes_and_yes="You asked whether both answers are above 0. A neuron can't ask that: it adds both answers, subtracts 1, and ReLU follows.",
        multiplied="You multiplied both answers. A neuron can only add: its weights are first + second.",
        smaller="You took the smaller answer. A neuron can only add: its weights are first + second.",
        larger="You took the larger answer: that is an OR. The neuron's weights are first + second.",
        averaged="You averaged both answers. Add them: the weights are first + second.",
        difference="You subtracted the second answer. Add it: the weights are first + second.",
        directions_multiplied="You multiplied the two directions entry by entry. Add them: the weights are first + second.",
        column="Your output has a column of its own at the end. One number for each token: shape (…,).",
        not_summed="You multiplied entry by entry and did not add up: a dot product, `x @ weights`, gives one number for each token.",
        tokens_summed="You added up the tokens. Each token has its own number.",
        writes="You made a vector out of it. Return only how strongly the neuron fires, one number for each token.",
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
        stream_normed_1=lambda: first + update,
        post_norm=lambda: norm_1(x + attention(x)),
        subtracted=lambda: x - update,
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
        one_way_round=lambda: x + mlp(norm_2(update)),
    )
    return slip(lambda: end, normed_at_the_end=lambda: norm_2(end), only_updates=lambda: end - x)


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


BLOCK = Exercise(
    block,
    cases=[
        (np.array([[1.0, -2.0, 0.5], [0.0, 3.0, -1.0]]), _norm_1, _attention, _norm_2, _mlp),
        (_numbers(40, 2, 3, 4, size=3), _norm_1, _attention, _norm_2, _mlp),
        (_numbers(41, 4, 2), _norm_2, _strong, _norm_1, _attention),
        (_numbers(42, 1, 1, 3, size=2), _norm_1, _attention, _norm_2, _strong),
    ],
    says=dict(
        post_norm="You normalised the stream itself, after adding (post-norm). Here each part reads a normalised copy: x + attention(norm_1(x)).",
        no_residual_1="The first “x +” is missing: attention's update is added to x, it does not replace it.",
        no_residual_2="The second “x +” is missing: the MLP's update is added to the stream, it does not replace it.",
        stream_normed_1="You added attention's update to norm_1(x). Add it to x itself: only attention sees the normalised copy.",
        stream_normed_2="You added the MLP's update to norm_2(x). Add it to the stream itself: only the MLP sees the normalised copy.",
        normed_between="You normalised the stream between the two parts. Nobody changes the stream: each part gets a normalised copy.",
        normed_at_the_end="You normalised the stream at the end. Return it as it is: the next block makes its own copy.",
        norm_of_update_1="You normalised what comes out of attention. Normalise what goes in: attention(norm_1(x)).",
        norm_of_update_2="You normalised what comes out of the MLP. Normalise what goes in: mlp(norm_2(x)).",
        no_norm_1="`norm_1` is missing: attention reads norm_1(x).",
        no_norm_2="`norm_2` is missing: the MLP reads norm_2 of the stream.",
        normed_twice="The MLP reads the stream through both norms. Only norm_2 belongs there.",
        norm_1_twice="You used `norm_1` in both places. The MLP has its own: `norm_2`.",
        norm_2_twice="You used `norm_2` in both places. Attention has its own: `norm_1`.",
        norms_swapped="You swapped the norms: `norm_1` is attention's, `norm_2` the MLP's.",
        parts_swapped="You swapped attention and MLP. First attention collects, then the MLP thinks about it.",
        attention_twice="You used attention in both places. The second part is the MLP.",
        mlp_twice="You used the MLP in both places. The first part is attention.",
        parallel="Your MLP reads the old x. It should see what attention has just added.",
        mlp_reads_update="Your MLP reads only attention's update. It should read the whole stream, x with the update added.",
        mlp_reads_norm_1="Your MLP reads norm_1(x), from before attention. It should read the stream with attention's update added.",
        old_stream="You added the MLP's update to the old x, and attention's is lost. Add it to the stream: x, then attention's update, then the MLP's.",
        one_way_round="One “x +” goes round both parts. Each adds its own update to the stream: first attention's, then the MLP's.",
        added_twice="Your result has x in it twice. The MLP's update is added to the stream, which holds x already.",
        subtracted="You subtracted the updates. Add them.",
        no_attention="`attention` is not used: the first update is attention(norm_1(x)).",
        no_mlp="`mlp` is not used: the second update is mlp(norm_2(x)).",
        mlp_only="Attention's update got lost. Keep x = x + attention(norm_1(x)) for the second line.",
        only_updates="You returned the sum of the updates. Return the stream, with x in it.",
    ),
    hints=(
        "Which of the four functions read the stream itself, and which read what another one gives them?",
        "One line for each part: the stream becomes the stream plus part(norm(stream)).",
        "`x = x + attention(norm_1(x))`",
    ),
    tensors=True,
)
