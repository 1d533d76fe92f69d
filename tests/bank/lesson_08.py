import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from tests.bank import right, wrong

# ---- layer_norm ----------------------------------------------------------------------------------------------------


@right
def layer_norm(x, gain, shift, eps=1e-5):
    return F.layer_norm(x, x.shape[-1:], gain, shift, eps)


@right
def layer_norm(x, gain, shift, eps=1e-5):
    mean = x.mean(-1, keepdim=True)
    var = x.var(-1, keepdim=True, unbiased=False)
    return (x - mean) / torch.sqrt(var + eps) * gain + shift


@right
def layer_norm(x, gain, shift, eps=1e-5):
    norm = nn.LayerNorm(x.shape[-1], eps=eps)
    norm.weight.data, norm.bias.data = gain, shift
    return norm(x)


@right
def layer_norm(x, gain, shift, eps=1e-5):
    var, mean = torch.var_mean(x, dim=-1, keepdim=True, correction=0)
    return torch.addcmul(shift, (x - mean) * torch.rsqrt(var + eps), gain)


@right
def layer_norm(x, gain, shift, eps=1e-5):
    x, gain, shift = np.asarray(x, dtype=np.float64), np.asarray(gain), np.asarray(shift)
    return gain * (x - x.mean(axis=-1, keepdims=True)) / np.sqrt(x.var(axis=-1, keepdims=True) + eps) + shift


@right
def layer_norm(x, gain, shift, eps=1e-5):
    out = torch.empty_like(x)
    rows, into = x.reshape(-1, x.shape[-1]), out.view(-1, x.shape[-1])
    for i, row in enumerate(rows):
        centred = row - row.mean()
        into[i] = centred / (centred.pow(2).mean() + eps) ** 0.5 * gain + shift
    return out


@right
def layer_norm(x, gain, shift, eps=1e-5):
    def one(row):
        mean = sum(row) / len(row)
        wide = math.sqrt(sum((n - mean) ** 2 for n in row) / len(row) + eps)
        return [(n - mean) / wide * g + s for n, g, s in zip(row, gain.tolist(), shift.tolist(), strict=True)]

    def deep(rows):
        return one(rows) if isinstance(rows[0], float) else [deep(row) for row in rows]

    return deep(x.tolist())


@right
def layer_norm(x, gain, shift, eps=1e-5):
    x = x.clone().double()
    x -= x.mean(-1, keepdim=True)
    x /= ((x * x).sum(-1, keepdim=True) / x.shape[-1] + eps).sqrt()
    x *= gain
    return x + shift


@right
def layer_norm(x, gain, shift, eps=1e-5):
    mean = torch.einsum("...c->...", x)[..., None] / x.size(-1)
    squares = (x**2).mean(dim=-1, keepdims=True) - mean**2  # E[x²] − E[x]²
    return ((x.double() - mean) / (squares.double() + eps).sqrt()).float() * gain + shift


@wrong("eps_outside")
def layer_norm(x, gain, shift, eps=1e-5):
    return (x - x.mean(-1, keepdim=True)) / (x.std(-1, keepdim=True, unbiased=False) + eps) * gain + shift


@wrong("unbiased")
def layer_norm(x, gain, shift, eps=1e-5):
    mean = x.mean(dim=-1, keepdim=True)
    var = x.var(dim=-1, keepdim=True)
    return gain * (x - mean) / torch.sqrt(var + eps) + shift


@wrong("unbiased", "eps_outside")
def layer_norm(x, gain, shift, eps=1e-5):
    return gain * (x - x.mean(-1, keepdim=True)) / (x.std(-1, keepdim=True) + eps) + shift


@wrong("no_eps")
def layer_norm(x, gain, shift, eps=1e-5):
    return (x - x.mean(-1, keepdim=True)) / x.std(-1, keepdim=True, unbiased=False) * gain + shift


@wrong("eps_fixed")
def layer_norm(x, gain, shift, eps=1e-5):
    return F.layer_norm(x, x.shape[-1:], gain, shift)


@wrong("wrong_axis")
def layer_norm(x, gain, shift, eps=1e-5):
    return (x - x.mean(-2, keepdim=True)) / (x.var(-2, keepdim=True, unbiased=False) + eps).sqrt() * gain + shift


@wrong("whole_table")
def layer_norm(x, gain, shift, eps=1e-5):
    return (x - x.mean()) / torch.sqrt(x.var(unbiased=False) + eps) * gain + shift


@wrong("per_text")
def layer_norm(x, gain, shift, eps=1e-5):
    mean, var = x.mean((-2, -1), keepdim=True), x.var((-2, -1), keepdim=True, unbiased=False)
    return (x - mean) / torch.sqrt(var + eps) * gain + shift


@wrong("no_mean")
def layer_norm(x, gain, shift, eps=1e-5):
    return x / torch.sqrt(x.var(-1, keepdim=True, correction=0) + eps) * gain + shift


@wrong("rms_norm")
def layer_norm(x, gain, shift, eps=1e-5):
    return F.rms_norm(x, x.shape[-1:], gain, eps) + shift


@wrong("no_gain")
def layer_norm(x, gain, shift, eps=1e-5):
    return F.layer_norm(x, x.shape[-1:], None, shift, eps)


@wrong("no_gain", "no_shift")
def layer_norm(x, gain, shift, eps=1e-5):
    return F.layer_norm(x, x.shape[-1:], eps=eps)


@wrong("swapped")
def layer_norm(x, gain, shift, eps=1e-5):
    return F.layer_norm(x, x.shape[-1:], shift, gain, eps)


@wrong("by_variance")
def layer_norm(x, gain, shift, eps=1e-5):
    return (x - x.mean(-1, keepdim=True)) / (x.var(-1, keepdim=True, unbiased=False) + eps) * gain + shift


@wrong("std_in_root")
def layer_norm(x, gain, shift, eps=1e-5):
    std = x.std(-1, keepdim=True, unbiased=False)
    return (x - x.mean(-1, keepdim=True)) / torch.sqrt(std + eps) * gain + shift


@wrong("summed")
def layer_norm(x, gain, shift, eps=1e-5):
    centred = x - x.mean(-1, keepdim=True)
    return centred / torch.sqrt((centred**2).sum(-1, keepdim=True) + eps) * gain + shift


@wrong("shift_first")
def layer_norm(x, gain, shift, eps=1e-5):
    return (F.layer_norm(x, x.shape[-1:], eps=eps) + shift) * gain


@wrong("mean_not_scaled")
def layer_norm(x, gain, shift, eps=1e-5):
    return (x - x.mean(-1, keepdim=True) / (x.var(-1, keepdim=True, unbiased=False) + eps).sqrt()) * gain + shift


@wrong("not_scaled")
def layer_norm(x, gain, shift, eps=1e-5):
    return (x - x.mean(-1, keepdim=True)) * gain + shift


@wrong("affine_first")
def layer_norm(x, gain, shift, eps=1e-5):
    return F.layer_norm(x * gain + shift, x.shape[-1:], eps=eps)


@wrong("residual")
def layer_norm(x, gain, shift, eps=1e-5):
    return x + F.layer_norm(x, x.shape[-1:], gain, shift, eps)


@wrong("mutates_input")
def layer_norm(x, gain, shift, eps=1e-5):
    x -= x.mean(-1, keepdim=True)
    x /= ((x * x).mean(-1, keepdim=True) + eps).sqrt()
    return x * gain + shift


@wrong("no_keepdim")
def layer_norm(x, gain, shift, eps=1e-5):
    return (x - x.mean(-1)) / torch.sqrt(x.var(-1, correction=0) + eps) * gain + shift


@wrong()
def layer_norm(x, gain, shift, eps=1e-5):
    low, high = x.min(-1, keepdim=True).values, x.max(-1, keepdim=True).values
    return (x - low) / (high - low + eps) * gain + shift


@wrong("length_1_with_mean")
def layer_norm(x, gain, shift, eps=1e-5):
    return F.normalize(x, dim=-1) * gain + shift


@wrong()
def layer_norm(x, gain, shift, eps=1e-5):
    middle = x.median(-1, keepdim=True).values
    return (x - middle) / (x.var(-1, keepdim=True, unbiased=False) + eps).sqrt() * gain + shift


# ---- mlp -----------------------------------------------------------------------------------------------------------


@right
def mlp(x, W_up, b_up, W_down, b_down):
    return F.gelu(x @ W_up + b_up) @ W_down + b_down


@right
def mlp(x, W_up, b_up, W_down, b_down):
    return F.gelu(x @ W_up + b_up, approximate="tanh") @ W_down + b_down


@right
def mlp(x, W_up, b_up, W_down, b_down):
    up, down = nn.Linear(*W_up.shape), nn.Linear(*W_down.shape)
    up.weight.data, up.bias.data, down.weight.data, down.bias.data = W_up.T, b_up, W_down.T, b_down
    return nn.Sequential(up, nn.GELU(), down)(x)


@right
def mlp(x, W_up, b_up, W_down, b_down):
    return F.linear(F.gelu(F.linear(x, W_up.T, b_up)), W_down.T, b_down)


@right
def mlp(x, W_up, b_up, W_down, b_down):
    x, W_up, b_up, W_down, b_down = (np.asarray(each, dtype=np.float64) for each in (x, W_up, b_up, W_down, b_down))
    h = np.einsum("...c,cn->...n", x, W_up) + b_up
    h = 0.5 * h * (1 + np.tanh(math.sqrt(2 / math.pi) * (h + 0.044715 * h**3)))
    return np.einsum("...n,nc->...c", h, W_down) + b_down


@right
def mlp(x, W_up, b_up, W_down, b_down):
    h = x @ W_up + b_up
    share = torch.distributions.Normal(0, 1).cdf(h)
    return torch.matmul(h * share, W_down).add(b_down)


@right
def mlp(x, W_up, b_up, W_down, b_down):
    update = b_down.repeat(*x.shape[:-1], 1)
    for n in range(W_up.shape[1]):
        h = x @ W_up[:, n] + b_up[n]
        update = update + (h * 0.5 * (1 + torch.erf(h / 2**0.5)))[..., None] * W_down[n]
    return update


@right
def mlp(x, W_up, b_up, W_down, b_down):
    def think(vector):
        h = [
            sum(a * w for a, w in zip(vector, column, strict=True)) + b
            for column, b in zip(W_up.T.tolist(), b_up.tolist(), strict=True)
        ]
        n = [a * (1 + math.erf(a / math.sqrt(2))) / 2 for a in h]
        return [
            sum(a * w for a, w in zip(n, column, strict=True)) + b
            for column, b in zip(W_down.T.tolist(), b_down.tolist(), strict=True)
        ]

    def deep(rows):
        return think(rows) if isinstance(rows[0], float) else [deep(row) for row in rows]

    return deep(x.tolist())


@wrong("no_bend")
def mlp(x, W_up, b_up, W_down, b_down):
    return (x @ W_up + b_up) @ W_down + b_down


@wrong("relu")
def mlp(x, W_up, b_up, W_down, b_down):
    return torch.relu(x @ W_up + b_up) @ W_down + b_down


@wrong("silu")
def mlp(x, W_up, b_up, W_down, b_down):
    return F.silu(x @ W_up + b_up) @ W_down + b_down


@wrong("quick_gelu")
def mlp(x, W_up, b_up, W_down, b_down):
    h = x @ W_up + b_up
    return (h * torch.sigmoid(1.702 * h)) @ W_down + b_down


@wrong("bent_after")
def mlp(x, W_up, b_up, W_down, b_down):
    return F.gelu((x @ W_up + b_up) @ W_down + b_down)


@wrong("bent_before")
def mlp(x, W_up, b_up, W_down, b_down):
    return (F.gelu(x) @ W_up + b_up) @ W_down + b_down


@wrong("bent_at_the_end_too")
def mlp(x, W_up, b_up, W_down, b_down):
    x = F.gelu(x @ W_up + b_up)
    x = F.gelu(x @ W_down + b_down)
    return x


@wrong("no_b_up")
def mlp(x, W_up, b_up, W_down, b_down):
    return F.gelu(x @ W_up) @ W_down + b_down


@wrong("no_b_down")
def mlp(x, W_up, b_up, W_down, b_down):
    return F.gelu(x @ W_up + b_up, approximate="tanh") @ W_down


@wrong("no_b_up", "no_b_down")
def mlp(x, W_up, b_up, W_down, b_down):
    return F.gelu(x @ W_up) @ W_down


@wrong("relu", "no_b_down")
def mlp(x, W_up, b_up, W_down, b_down):
    return (x @ W_up + b_up).clamp(min=0) @ W_down


@wrong("b_up_after")
def mlp(x, W_up, b_up, W_down, b_down):
    return (F.gelu(x @ W_up) + b_up) @ W_down + b_down


@wrong("residual")
def mlp(x, W_up, b_up, W_down, b_down):
    return x + F.gelu(x @ W_up + b_up) @ W_down + b_down


@wrong("only_neurons")
def mlp(x, W_up, b_up, W_down, b_down):
    return F.gelu(x @ W_up + b_up)


@wrong("down_is_up")
def mlp(x, W_up, b_up, W_down, b_down):
    return F.gelu(x @ W_up + b_up) @ W_up.T + b_down


@wrong("no_half")
def mlp(x, W_up, b_up, W_down, b_down):
    h = x @ W_up + b_up
    return h * (1 + torch.tanh((2 / math.pi) ** 0.5 * (h + 0.044715 * h**3))) @ W_down + b_down


@wrong("no_cube")
def mlp(x, W_up, b_up, W_down, b_down):
    h = x @ W_up + b_up
    return 0.5 * h * (1 + torch.tanh(math.sqrt(2 / math.pi) * h)) @ W_down + b_down


@wrong("no_erf_root")
def mlp(x, W_up, b_up, W_down, b_down):
    h = x @ W_up + b_up
    return 0.5 * h * (1 + torch.erf(h)) @ W_down + b_down


@wrong("tanh")
def mlp(x, W_up, b_up, W_down, b_down):
    return torch.tanh(x @ W_up + b_up) @ W_down + b_down


@wrong("bent_twice")
def mlp(x, W_up, b_up, W_down, b_down):
    return F.gelu(F.gelu(x @ W_up + b_up)) @ W_down + b_down


@wrong("linear_not_turned")
def mlp(x, W_up, b_up, W_down, b_down):
    return F.linear(F.gelu(F.linear(x, W_up, b_up)), W_down, b_down)


@wrong("leaky_10")
def mlp(x, W_up, b_up, W_down, b_down):
    return F.leaky_relu(x @ W_up + b_up, 0.1) @ W_down + b_down


@wrong()
def mlp(x, W_up, b_up, W_down, b_down):
    return F.dropout(F.gelu(x @ W_up + b_up), 0.5) @ W_down + b_down


@wrong("too_much")
def mlp(x, W_up, b_up, W_down, b_down):
    return F.gelu(x.cumsum(-2) @ W_up + b_up) @ W_down + b_down


# ---- and_neuron ----------------------------------------------------------------------------------------------------


@right
def and_neuron(x, first, second):
    return torch.relu(x @ first + x @ second - 1)


@right
def and_neuron(x, first, second):
    weights, bias = first + second, -1
    return (x @ weights + bias).clamp(min=0)


@right
def and_neuron(x, first, second):
    return F.relu(F.linear(x, (first + second)[None], torch.tensor([-1.0])))[..., 0]


@right
def and_neuron(x, first, second):
    return np.maximum(np.asarray(x) @ np.asarray(first + second) - 1, 0)


@right
def and_neuron(x, first, second):
    h = torch.einsum("...c,c->...", x, first) + torch.einsum("...c,c->...", x, second) - 1
    return torch.where(h > 0, h, 0.0)


@right
def and_neuron(x, first, second):
    h = (x * first).sum(-1) + (x * second).sum(-1) - 1
    return h * (h > 0)


@right
def and_neuron(x, first, second):
    def fires(vector):
        answers = sum(v * (a + b) for v, a, b in zip(vector, first.tolist(), second.tolist(), strict=True))
        return max(0.0, answers - 1)

    def deep(rows):
        return fires(rows) if isinstance(rows[0], float) else [deep(row) for row in rows]

    return deep(x.tolist())


@wrong("no_relu")
def and_neuron(x, first, second):
    return x @ (first + second) - 1


@wrong("no_bias")
def and_neuron(x, first, second):
    return F.relu(x @ (first + second))


@wrong("bias_large")
def and_neuron(x, first, second):
    return F.relu(x @ (first + second) - 2)


@wrong("bias_half")
def and_neuron(x, first, second):
    return F.relu(x @ (first + second) - 0.5)


@wrong("bias_up")
def and_neuron(x, first, second):
    return F.relu(x @ first + x @ second + 1)


@wrong("bias_after")
def and_neuron(x, first, second):
    return F.relu(x @ (first + second)) - 1


@wrong("bias_for_each")
def and_neuron(x, first, second):
    return F.relu(x @ first - 1) + F.relu(x @ second - 1)


@wrong("multiplied")
def and_neuron(x, first, second):
    return F.relu((x @ first) * (x @ second))


@wrong("smaller")
def and_neuron(x, first, second):
    return F.relu(torch.minimum(x @ first, x @ second))


@wrong("step")
def and_neuron(x, first, second):
    return (x @ (first + second) - 1 > 0).float()


@wrong("step")
def and_neuron(x, first, second):
    return x @ (first + second) - 1 > 0


@wrong("averaged")
def and_neuron(x, first, second):
    return F.relu((x @ first + x @ second) / 2 - 1)


@wrong("gelu")
def and_neuron(x, first, second):
    return F.gelu(x @ (first + second) - 1)


@wrong("column")
def and_neuron(x, first, second):
    return F.relu(x @ (first + second)[:, None] - 1)


@wrong("not_summed")
def and_neuron(x, first, second):
    return F.relu(x * (first + second) - 1)


@wrong("only_first")
def and_neuron(x, first, second):
    return F.relu(x @ first - 1)


@wrong("bias_on_x")
def and_neuron(x, first, second):
    return F.relu((x - 1) @ (first + second))


@wrong("bent_apart")
def and_neuron(x, first, second):
    return F.relu(F.relu(x @ first) + F.relu(x @ second) - 1)


@wrong("too_steep")
def and_neuron(x, first, second):
    return F.relu(2 * x @ (first + second) - 3)


@wrong()
def and_neuron(x, first, second):
    return first + second, -1


# ---- block ---------------------------------------------------------------------------------------------------------


@right
def block(x, norm_1, attention, norm_2, mlp):
    x = x + attention(norm_1(x))
    x = x + mlp(norm_2(x))
    return x


@right
def block(x, norm_1, attention, norm_2, mlp):
    x = attention(norm_1(x)) + x
    return mlp(norm_2(x)) + x


@right
def block(x, norm_1, attention, norm_2, mlp):
    found = attention(norm_1(x))
    thought = mlp(norm_2(x + found))
    return x + found + thought


@right
def block(x, norm_1, attention, norm_2, mlp):
    stream = x.clone()
    stream += attention(norm_1(stream))
    stream += mlp(norm_2(stream))
    return stream


@right
def block(x, norm_1, attention, norm_2, mlp):
    for norm, part in ((norm_1, attention), (norm_2, mlp)):
        x = torch.add(x, part(norm(x)))
    return x


@right
def block(x, norm_1, attention, norm_2, mlp):
    x = x.double().numpy()
    x = x + attention(norm_1(x))
    return (x + mlp(norm_2(x))).tolist()


@right
def block(x, norm_1, attention, norm_2, mlp):
    def with_update(stream, norm, part):
        return stream + part(norm(stream))

    return with_update(with_update(x, norm_1, attention), norm_2, mlp)


@wrong("post_norm")
def block(x, norm_1, attention, norm_2, mlp):
    x = norm_1(x + attention(x))
    return norm_2(x + mlp(x))


@wrong("no_residual_1", "no_residual_2")
def block(x, norm_1, attention, norm_2, mlp):
    return mlp(norm_2(attention(norm_1(x))))


@wrong("no_residual_1")
def block(x, norm_1, attention, norm_2, mlp):
    x = attention(norm_1(x))
    return x + mlp(norm_2(x))


@wrong("no_residual_2")
def block(x, norm_1, attention, norm_2, mlp):
    x = x + attention(norm_1(x))
    return mlp(norm_2(x))


@wrong("stream_normed_1", "stream_normed_2")
def block(x, norm_1, attention, norm_2, mlp):
    x = norm_1(x)
    x = x + attention(x)
    x = norm_2(x)
    return x + mlp(x)


@wrong("old_stream")
def block(x, norm_1, attention, norm_2, mlp):
    y = x + attention(norm_1(x))
    return x + mlp(norm_2(y))


@wrong("parallel")
def block(x, norm_1, attention, norm_2, mlp):
    return x + attention(norm_1(x)) + mlp(norm_2(x))


@wrong("mlp_reads_update")
def block(x, norm_1, attention, norm_2, mlp):
    a = attention(norm_1(x))
    return x + a + mlp(norm_2(a))


@wrong("one_way_round")
def block(x, norm_1, attention, norm_2, mlp):
    return x + mlp(norm_2(attention(norm_1(x))))


@wrong("norm_of_update_1", "norm_of_update_2")
def block(x, norm_1, attention, norm_2, mlp):
    x = x + norm_1(attention(x))
    return x + norm_2(mlp(x))


@wrong("norm_1_twice")
def block(x, norm_1, attention, norm_2, mlp):
    x = x + attention(norm_1(x))
    return x + mlp(norm_1(x))


@wrong("parts_swapped")
def block(x, norm_1, attention, norm_2, mlp):
    x = x + mlp(norm_1(x))
    return x + attention(norm_2(x))


@wrong("mlp_first")
def block(x, norm_1, attention, norm_2, mlp):
    x = x + mlp(norm_2(x))
    return x + attention(norm_1(x))


@wrong("no_norm_1", "no_norm_2")
def block(x, norm_1, attention, norm_2, mlp):
    x = x + attention(x)
    return x + mlp(x)


@wrong("no_norm_2")
def block(x, norm_1, attention, norm_2, mlp):
    x = x + attention(norm_1(x))
    return x + mlp(x)


@wrong("added_twice")
def block(x, norm_1, attention, norm_2, mlp):
    y = x + attention(norm_1(x))
    return x + y + mlp(norm_2(y))


@wrong("normed_at_the_end")
def block(x, norm_1, attention, norm_2, mlp):
    x = x + attention(norm_1(x))
    x = x + mlp(norm_2(x))
    return norm_2(x)


@wrong("only_updates")
def block(x, norm_1, attention, norm_2, mlp):
    a = attention(norm_1(x))
    return a + mlp(norm_2(x + a))


@wrong("no_mlp")
def block(x, norm_1, attention, norm_2, mlp):
    return x + attention(norm_1(x))


@wrong("mutates_input")
def block(x, norm_1, attention, norm_2, mlp):
    x += attention(norm_1(x))
    x += mlp(norm_2(x))
    return x


@wrong("raised")
def block(x, norm_1, attention, norm_2, mlp):
    x = x + attention @ norm_1(x)
    return x + mlp @ norm_2(x)


@wrong()
def block(x, norm_1, attention, norm_2, mlp):
    x = x + attention(norm_1(x))
    return x + mlp(norm_2(x)) / 2


# ---- found by a reader -------------------------------------------------------------------------------------------------


@wrong("second_axis")
def layer_norm(x, gain, shift, eps=1e-5):
    return (x - x.mean(1, keepdim=True)) / (x.var(1, keepdim=True, unbiased=False) + eps).sqrt() * gain + shift


@wrong("first_axis")
def layer_norm(x, gain, shift, eps=1e-5):
    return (x - x.mean(0)) / (x.var(0, unbiased=False) + eps).sqrt() * gain + shift


@wrong("second_axis", "eps_outside")
def layer_norm(x, gain, shift, eps=1e-5):
    return (x - x.mean(dim=1, keepdim=True)) / (x.std(dim=1, keepdim=True, unbiased=False) + eps) * gain + shift


@wrong("product")
def and_neuron(x, first, second):
    return F.relu(x @ first) * F.relu(x @ second)


@wrong("yes_and_yes")
def and_neuron(x, first, second):
    return torch.logical_and(x @ first > 0, x @ second > 0)


@wrong("old_stream")
def block(x, norm_1, attention, norm_2, mlp):
    return x + mlp(norm_2(x + attention(norm_1(x))))


@wrong("form")
def block(x, norm_1, attention, norm_2, mlp):
    x = x + attention(norm_1(x))
    x = x + mlp(norm_2(x))


@wrong("tokens_averaged")
def mlp(x, W_up, b_up, W_down, b_down):
    update = F.gelu(x @ W_up + b_up) @ W_down + b_down
    return update.mean(-2, keepdim=True).expand_as(update)


# ---- written from the sheet alone ----------------------------------------------------------------------------------------


@wrong("unit_length")
def layer_norm(x, gain, shift, eps=1e-5):
    centred = x - x.mean(-1, keepdim=True)
    return F.normalize(centred, dim=-1, eps=eps) * gain + shift


@wrong("mean_deviation")
def layer_norm(x, gain, shift, eps=1e-5):
    d = x - x.mean(-1, keepdim=True)
    spread = d.abs().mean(-1, keepdim=True)
    return d / (spread + eps) * gain + shift


@wrong("three_axes_only")
def layer_norm(x, gain, shift, eps=1e-5):
    B, T, C = x.shape
    mean = x.sum(dim=2, keepdim=True) / C
    var = ((x - mean) ** 2).sum(dim=2, keepdim=True) / C
    return (x - mean) / torch.sqrt(var + eps) * gain + shift


@wrong("per_entry_of_axis_0")
def layer_norm(x, gain, shift, eps=1e-5):
    rows = []
    for row in x:
        rows.append((row - row.mean()) / (row.var(unbiased=False) + eps).sqrt())
    return torch.stack(rows) * gain + shift


@wrong("eps_on_top")
def layer_norm(x, gain, shift, eps=1e-5):
    d = x - x.mean(-1, keepdim=True)
    return (d + eps) / d.pow(2).mean(-1, keepdim=True).sqrt() * gain + shift


@wrong("eps_as_floor")
def layer_norm(x, gain, shift, eps=1e-5):
    centred = x - x.mean(-1, keepdim=True)
    var = centred.pow(2).mean(-1, keepdim=True).clamp(min=eps)
    return centred / var.sqrt() * gain + shift


@wrong("brackets_missing")
def layer_norm(x, gain, shift, eps=1e-5):
    mean = x.mean(-1, keepdim=True)
    var = ((x - mean) ** 2).mean(-1, keepdim=True)
    return x - mean / torch.sqrt(var + eps) * gain + shift


@wrong("eps_fixed_6")
def layer_norm(x, gain, shift, eps=1e-5):
    mean = x.mean(-1, keepdim=True)
    var = ((x - mean) ** 2).mean(-1, keepdim=True)
    return (x - mean) / torch.sqrt(var + 1e-6) * gain + shift


@wrong("mean_not_squared")
def layer_norm(x, gain, shift, eps=1e-5):
    mean = x.mean(-1, keepdim=True)
    var = (x**2).mean(-1, keepdim=True) - mean
    return (x - mean) / torch.sqrt(var + eps) * gain + shift


@wrong("per_entry_of_axis_0")
def layer_norm(x, gain, shift, eps=1e-5):
    return F.layer_norm(x, x.shape[1:], eps=eps) * gain + shift


@wrong("leaky")
def mlp(x, W_up, b_up, W_down, b_down):
    h = x @ W_up + b_up
    return torch.where(h > 0, h, 0.01 * h) @ W_down + b_down


@wrong("cube_too_large")
def mlp(x, W_up, b_up, W_down, b_down):
    h = x @ W_up + b_up
    h = 0.5 * h * (1 + torch.tanh(math.sqrt(2 / math.pi) * (h + 0.44715 * h**3)))
    return h @ W_down + b_down


@wrong("only_gate")
def mlp(x, W_up, b_up, W_down, b_down):
    h = x @ W_up + b_up
    h = 0.5 * (1 + torch.erf(h / 2**0.5))
    return h @ W_down + b_down


@wrong("softplus")
def mlp(x, W_up, b_up, W_down, b_down):
    return F.softplus(x @ W_up + b_up) @ W_down + b_down


@wrong("elu")
def mlp(x, W_up, b_up, W_down, b_down):
    return F.elu(x @ W_up + b_up) @ W_down + b_down


@wrong("squared")
def mlp(x, W_up, b_up, W_down, b_down):
    return F.relu(x @ W_up + b_up) ** 2 @ W_down + b_down


@wrong("normed_first")
def mlp(x, W_up, b_up, W_down, b_down):
    x = F.layer_norm(x, x.shape[-1:])
    return F.gelu(x @ W_up + b_up) @ W_down + b_down


@wrong("no_b_up", "silu")
def mlp(x, W_up, b_up, W_down, b_down):
    return F.silu(x @ W_up) @ W_down + b_down


@wrong("b_down_in_W_down")
def mlp(x, W_up, b_up, W_down, b_down):
    return F.gelu(x @ W_up + b_up) @ (W_down + b_down)


@wrong("cube_outside")
def mlp(x, W_up, b_up, W_down, b_down):
    h = x @ W_up + b_up
    h = 0.5 * h * (1 + torch.tanh(math.sqrt(2 / math.pi) * h + 0.044715 * h**3))
    return h @ W_down + b_down


@wrong("root_of_2_pi")
def mlp(x, W_up, b_up, W_down, b_down):
    h = x @ W_up + b_up
    h = 0.5 * h * (1 + torch.tanh(math.sqrt(2 * math.pi) * (h + 0.044715 * h**3)))
    return h @ W_down + b_down


@wrong("half_in_erf")
def mlp(x, W_up, b_up, W_down, b_down):
    h = x @ W_up + b_up
    h = 0.5 * h * (1 + torch.erf(h / 2))
    return h @ W_down + b_down


@wrong("exponential")
def mlp(x, W_up, b_up, W_down, b_down):
    h = torch.exp(x @ W_up + b_up)
    return h @ W_down + b_down


@wrong("b_down_multiplied")
def mlp(x, W_up, b_up, W_down, b_down):
    return F.gelu(x @ W_up + b_up) @ W_down * b_down


@wrong("one_for_all")
def mlp(x, W_up, b_up, W_down, b_down):
    return (F.gelu(x @ W_up + b_up) @ W_down + b_down).mean(-2)


@wrong("gated_again")
def mlp(x, W_up, b_up, W_down, b_down):
    h = x @ W_up + b_up
    return h * F.gelu(h) @ W_down + b_down


@wrong("bias_one_and_a_half")
def and_neuron(x, first, second):
    return torch.relu(x @ (first + second) - 1.5)


@wrong("step_at_2")
def and_neuron(x, first, second):
    return ((x @ first + x @ second) >= 2).float()


@wrong("first_columns")
def and_neuron(x, first, second):
    return torch.relu(x[..., 0] + x[..., 1] - 1)


@wrong("matrix_only")
def and_neuron(x, first, second):
    return torch.relu(torch.mv(x, first + second) - 1)


@wrong("bias_large", "no_relu")
def and_neuron(x, first, second):
    return x @ (first + second) - 2


@wrong("half_for_each")
def and_neuron(x, first, second):
    return torch.relu(x @ first - 0.5) + torch.relu(x @ second - 0.5)


@wrong("halved")
def and_neuron(x, first, second):
    w = (first + second) / 2
    return torch.relu(x @ w - 0.5)


@wrong("threshold")
def and_neuron(x, first, second):
    s = x @ (first + second)
    return torch.where(s > 1, s, 0.0)


@wrong("bias_large", "sigmoid")
def and_neuron(x, first, second):
    return torch.sigmoid(x @ (first + second) - 2)


@wrong("bias_for_each_entry")
def and_neuron(x, first, second):
    return F.relu(x * (first + second) - 1).sum(-1)


@wrong("all_summed")
def and_neuron(x, first, second):
    return F.relu(x @ (first + second) - 1).sum()


@wrong("sign_turned")
def and_neuron(x, first, second):
    return F.relu(1 - x @ (first + second))


@wrong("leaky")
def and_neuron(x, first, second):
    return F.leaky_relu(x @ (first + second) - 1)


@wrong("first_vector")
def and_neuron(x, first, second):
    return F.relu(x @ (first + second) - 1)[0]


@wrong("mlp_first")
def block(x, norm_1, attention, norm_2, mlp):
    x = x + mlp(norm_2(x))
    x = x + attention(norm_1(x))
    return x


@wrong("multiplied")
def block(x, norm_1, attention, norm_2, mlp):
    x = x * attention(norm_1(x))
    return x * mlp(norm_2(x))


@wrong("stream_normed_1")
def block(x, norm_1, attention, norm_2, mlp):
    x = norm_1(x)
    x = x + attention(x)
    x = x + mlp(norm_2(x))
    return x


@wrong("normed_twice")
def block(x, norm_1, attention, norm_2, mlp):
    x = x + attention(norm_1(x))
    x = x + mlp(norm_2(norm_1(x)))
    return x


@wrong("first_update_again")
def block(x, norm_1, attention, norm_2, mlp):
    x = x + attention(norm_1(x)) + mlp(norm_2(x + attention(norm_1(x)))) + attention(norm_1(x))
    return x


@wrong("attention_twice")
def block(x, norm_1, attention, norm_2, mlp):
    x = x + attention(norm_1(x))
    x = x + attention(norm_2(x))
    return x


@wrong("eps_fixed_8")
def layer_norm(x, gain, shift, eps=1e-5):
    centred = x - x.mean(-1, keepdim=True)
    return centred / (centred.pow(2).mean(-1, keepdim=True) + 1e-8).sqrt() * gain + shift


@wrong("two_axes_only")
def layer_norm(x, gain, shift, eps=1e-5):
    T, C = x.shape
    out = torch.empty(T, C)
    for i in range(T):
        out[i] = (x[i] - x[i].mean()) / (x[i].var(unbiased=False) + eps).sqrt() * gain + shift
    return out


@wrong("two_axes_only")
def and_neuron(x, first, second):
    T, C = x.shape
    return F.relu(x @ (first + second) - 1)


@wrong("multiplied_less_1")
def and_neuron(x, first, second):
    return F.relu((x @ first) * (x @ second) - 1)


@wrong("smaller_less_1")
def and_neuron(x, first, second):
    return F.relu(torch.minimum(x @ first, x @ second) - 1)


@wrong("first_row")
def mlp(x, W_up, b_up, W_down, b_down):
    updates = []
    for vector in x:
        updates.append(F.gelu(vector @ W_up + b_up) @ W_down + b_down)
        return torch.stack(updates)


@wrong("mean_square_added")
def layer_norm(x, gain, shift, eps=1e-5):
    mean = x.mean(-1, keepdim=True)
    var = (x**2).mean(-1, keepdim=True) + mean**2
    return (x - mean) / torch.sqrt(var + eps) * gain + shift


@wrong("first_row")
def layer_norm(x, gain, shift, eps=1e-5):
    mean = x.mean(-1, keepdim=True)
    var = ((x - mean) ** 2).mean(-1, keepdim=True)
    return ((x - mean) / torch.sqrt(var + eps) * gain + shift)[0]


@wrong("mish")
def mlp(x, W_up, b_up, W_down, b_down):
    return F.mish(x @ W_up + b_up) @ W_down + b_down


@wrong("hardswish")
def mlp(x, W_up, b_up, W_down, b_down):
    return F.hardswish(x @ W_up + b_up) @ W_down + b_down


@wrong("selu")
def mlp(x, W_up, b_up, W_down, b_down):
    return F.selu(x @ W_up + b_up) @ W_down + b_down


@wrong("b_up_subtracted")
def mlp(x, W_up, b_up, W_down, b_down):
    h = F.gelu(x @ W_up - b_up)
    return h @ W_down + b_down


@wrong("quick_gelu_17")
def mlp(x, W_up, b_up, W_down, b_down):
    h = x @ W_up + b_up
    gate = torch.sigmoid(1.7 * h)
    return (h * gate) @ W_down + b_down


@wrong("softplus")
def and_neuron(x, first, second):
    return F.softplus(x @ (first + second) - 1)


@wrong("norm_on_the_stream_1", "norm_on_the_stream_2")
def block(x, norm_1, attention, norm_2, mlp):
    x = norm_1(x) + attention(x)
    return norm_2(x) + mlp(x)


@wrong("norm_1_at_the_end")
def block(x, norm_1, attention, norm_2, mlp):
    x = x + attention(norm_1(x))
    x = x + mlp(norm_2(x))
    return norm_1(x)


@wrong("normed_after_too_1", "normed_after_too_2")
def block(x, norm_1, attention, norm_2, mlp):
    x = x + norm_1(attention(norm_1(x)))
    return x + norm_2(mlp(norm_2(x)))


@wrong("before_and_after")
def block(x, norm_1, attention, norm_2, mlp):
    x = norm_1(x + attention(norm_1(x)))
    return norm_2(x + mlp(norm_2(x)))
