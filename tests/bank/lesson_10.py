"""Answers to lesson 10 as learners write them."""

import math

import numpy as np
import torch
import torch.nn.functional as F

from tests.bank import right, wrong

# ---- next_token_targets --------------------------------------------------------------------------------------------


@right
def next_token_targets(ids):
    return ids[:, :-1], ids[:, 1:]


@right
def next_token_targets(ids):
    T = ids.shape[1]
    return ids.narrow(1, 0, T - 1), ids.narrow(1, 1, T - 1)


@right
def next_token_targets(ids):
    rows = ids.tolist()
    return [row[:-1] for row in rows], [row[1:] for row in rows]


@right
def next_token_targets(ids):
    ids = np.asarray(ids)
    targets = np.roll(ids, -1, axis=1)
    return [ids[:, :-1], targets[:, :-1]]


@right
def next_token_targets(ids):
    inputs, targets = [], []
    for row in ids:
        inputs.append([])
        targets.append([])
        for t in range(len(row) - 1):
            inputs[-1].append(row[t])
            targets[-1].append(row[t + 1])
    return torch.tensor(inputs), torch.tensor(targets)


@right
def next_token_targets(ids):
    inputs, _ = ids.split([ids.shape[1] - 1, 1], dim=1)
    return inputs.clone(), ids.unfold(1, 2, 1)[:, :, 1]


@right
def next_token_targets(ids):
    numbers = ids.numpy().astype(np.int32)
    return np.delete(numbers, -1, axis=1), np.delete(numbers, 0, axis=1)


@wrong("not_shifted")
def next_token_targets(ids):
    return ids, ids.clone()


@wrong("not_shifted_short")
def next_token_targets(ids):
    inputs = ids[:, :-1]
    targets = ids[:, : ids.shape[1] - 1]
    return inputs, targets


@wrong("inputs_whole")
def next_token_targets(ids):
    return ids, ids[:, 1:]


@wrong("targets_whole")
def next_token_targets(ids):
    return ids[:, :-1], ids


@wrong("wraps_round")
def next_token_targets(ids):
    return ids, torch.roll(ids, -1, dims=1)


@wrong("wraps_round")
def next_token_targets(ids):
    return ids, torch.cat([ids[:, 1:], ids[:, :1]], dim=1)


@wrong("looks_back")
def next_token_targets(ids):
    return ids, ids.roll(1, 1)


@wrong("swapped")
def next_token_targets(ids):
    targets, inputs = ids[:, :-1], ids[:, 1:]
    return inputs, targets


@wrong("next_text")
def next_token_targets(ids):
    return ids[:-1], ids[1:]


@wrong("two_ahead")
def next_token_targets(ids):
    return ids[:, :-2], ids[:, 2:]


@wrong("last_token")
def next_token_targets(ids):
    return ids[:, :-1], ids[:, -1]


@wrong("filled_up")
def next_token_targets(ids):
    targets = torch.zeros_like(ids)
    targets[:, :-1] = ids[:, 1:]
    return ids, targets


@wrong("filled_with_ignored")
def next_token_targets(ids):
    return ids, F.pad(ids[:, 1:], (0, 1), value=-100)


@wrong("flattened")
def next_token_targets(ids):
    flat = ids.view(-1)
    return flat[:-1], flat[1:]


@wrong("rows_flattened")
def next_token_targets(ids):
    return ids[:, :-1].reshape(-1), ids[:, 1:].reshape(-1)


@wrong("one_more")
def next_token_targets(ids):
    return ids[:, :-1], ids[:, :-1] + 1


@wrong("first_text")
def next_token_targets(ids):
    return ids[0, :-1], ids[0, 1:]


@wrong()
def next_token_targets(ids):
    return ids[:, 1:]


@wrong("one_hot")
def next_token_targets(ids):
    return ids[:, :-1], F.one_hot(ids[:, 1:])


@wrong("tokens_from_texts")
def next_token_targets(ids):
    T = len(ids)  # that is the number of texts
    return ids[:, : T - 1], ids[:, 1:T]


@wrong("targets_too_short")
def next_token_targets(ids):
    return ids[:, :-1], ids[:, 1:-1]


# ---- cross_entropy -------------------------------------------------------------------------------------------------


@right
def cross_entropy(logits, targets):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


@right
def cross_entropy(logits, targets):
    return F.cross_entropy(logits.transpose(1, 2), targets)


@right
def cross_entropy(logits, targets):
    log_p = logits.log_softmax(dim=-1)
    return -log_p.gather(-1, targets.unsqueeze(-1)).mean()


@right
def cross_entropy(logits, targets):
    B, T, V = logits.shape
    return F.nll_loss(F.log_softmax(logits.view(B * T, V), dim=1), targets.reshape(B * T)).item()


@right
def cross_entropy(logits, targets):
    logits, targets = np.asarray(logits, dtype=np.float64), np.asarray(targets)
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return -(log_p * np.eye(logits.shape[-1])[targets]).sum(-1).mean()


@right
def cross_entropy(logits, targets):
    total, n = 0.0, 0
    for b in range(logits.shape[0]):
        for t in range(logits.shape[1]):
            row = logits[b, t].tolist()
            top = max(row)
            total += top + math.log(sum(math.exp(z - top) for z in row)) - row[targets[b, t]]
            n += 1
    return total / n


@right
def cross_entropy(logits, targets):
    B, T, _ = logits.shape
    of_target = logits[torch.arange(B)[:, None], torch.arange(T), targets]
    return (torch.logsumexp(logits, -1) - of_target).mean()


@right
def cross_entropy(logits, targets):
    """A KL divergence from a one-hot row, which has no entropy, is the cross-entropy."""
    truth = F.one_hot(targets, logits.shape[-1]).float().flatten(0, 1)
    return torch.nn.KLDivLoss(reduction="batchmean")(logits.flatten(0, 1).log_softmax(-1), truth)


@right
def cross_entropy(logits, targets):
    z = logits - logits.amax(-1, keepdim=True)
    z = z.double()
    picked = torch.einsum("btv,btv->bt", z, F.one_hot(targets, z.shape[-1]).double())
    return torch.mean(z.exp().sum(-1).log() - picked)


@right
def cross_entropy(logits, targets):
    return torch.nn.CrossEntropyLoss()(logits.permute(0, 2, 1), targets)


@wrong("softmax_twice")
def cross_entropy(logits, targets):
    p = torch.softmax(logits, dim=-1)
    return F.cross_entropy(p.flatten(0, 1), targets.flatten())


@wrong("summed")
def cross_entropy(logits, targets):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum")


@wrong("summed_over_tokens")
def cross_entropy(logits, targets):
    return F.cross_entropy(logits.transpose(1, 2), targets, reduction="none").sum(1).mean()


@wrong("per_token")
def cross_entropy(logits, targets):
    return -torch.log_softmax(logits, -1).gather(-1, targets[..., None]).squeeze(-1)


@wrong("per_text")
def cross_entropy(logits, targets):
    return torch.stack([F.cross_entropy(z, t) for z, t in zip(logits, targets, strict=True)])


@wrong("underflow")
def cross_entropy(logits, targets):
    p = logits.softmax(-1)
    return -torch.log(p.gather(-1, targets.unsqueeze(-1))).mean()


@wrong("overflow")
def cross_entropy(logits, targets):
    exps = torch.exp(logits)
    p = exps / exps.sum(-1, keepdim=True)
    return -torch.log(p.gather(-1, targets.unsqueeze(-1))).mean()


@wrong("overflow_in_sum")
def cross_entropy(logits, targets):
    of_target = logits.gather(-1, targets[..., None])[..., 0]
    return (torch.log(torch.exp(logits).sum(-1)) - of_target).mean()


@wrong("ceiling")
def cross_entropy(logits, targets):
    p = logits.softmax(-1)
    return -torch.log(p.gather(-1, targets.unsqueeze(-1)) + 1e-9).mean()


@wrong("ceiling")
def cross_entropy(logits, targets):
    p = logits.softmax(-1).clamp(min=1e-12)
    return F.nll_loss(p.log().flatten(0, 1), targets.flatten())


@wrong("no_log")
def cross_entropy(logits, targets):
    return F.nll_loss(logits.softmax(-1).flatten(0, 1), targets.flatten())


@wrong("raw_scores")
def cross_entropy(logits, targets):
    return F.nll_loss(logits.flatten(0, 1), targets.flatten())


@wrong("over_tokens")
def cross_entropy(logits, targets):
    log_p = F.log_softmax(logits, dim=1)
    return -log_p.gather(-1, targets.unsqueeze(-1)).mean()


@wrong("sign")
def cross_entropy(logits, targets):
    return logits.log_softmax(-1).gather(-1, targets[..., None]).mean()


@wrong("base_2")
def cross_entropy(logits, targets):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten()) / math.log(2)


@wrong("reshaped")
def cross_entropy(logits, targets):
    B, T, V = logits.shape
    return F.cross_entropy(logits.view(B, V, T), targets)


@wrong("averaged_over_vocabulary")
def cross_entropy(logits, targets):
    one_hot = F.one_hot(targets, logits.shape[-1])
    return -(one_hot * logits.log_softmax(-1)).mean()


@wrong("shifted_again")
def cross_entropy(logits, targets):
    return F.cross_entropy(logits[:, :-1].flatten(0, 1), targets[:, 1:].flatten())


@wrong("last_place")
def cross_entropy(logits, targets):
    return F.cross_entropy(logits[:, -1], targets[:, -1])


@wrong("perplexity")
def cross_entropy(logits, targets):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten()).exp()


@wrong("entropy")
def cross_entropy(logits, targets):
    return torch.distributions.Categorical(logits=logits).entropy().mean()


@wrong("zero_times_infinity")
def cross_entropy(logits, targets):
    p, truth = logits.softmax(-1), F.one_hot(targets, logits.shape[-1])
    return -(truth * torch.log(p)).sum(-1).mean()


@wrong("one_hot_axis")
def cross_entropy(logits, targets):
    return F.cross_entropy(logits, F.one_hot(targets, logits.shape[-1]).float())


@wrong("yes_or_no")
def cross_entropy(logits, targets):
    return F.binary_cross_entropy_with_logits(logits, F.one_hot(targets, logits.shape[-1]).float())


@wrong("softmax_twice", "summed")
def cross_entropy(logits, targets):
    return F.cross_entropy(logits.softmax(-1).flatten(0, 1), targets.flatten(), reduction="sum")


@wrong("tokens_as_vocabulary")
def cross_entropy(logits, targets):
    return F.cross_entropy(logits, targets)


@wrong("squared")
def cross_entropy(logits, targets):
    return ((logits.softmax(-1) - F.one_hot(targets, logits.shape[-1])) ** 2).mean()


@wrong("mutates_input")
def cross_entropy(logits, targets):
    logits -= logits.max(-1, keepdim=True).values
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


@wrong("id_0_left_out")
def cross_entropy(logits, targets):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=0)


@wrong("highest_forgotten")
def cross_entropy(logits, targets):
    highest = logits.max(-1, keepdim=True).values
    log_p = logits - (logits - highest).exp().sum(-1, keepdim=True).log()
    return -log_p.gather(-1, targets.unsqueeze(-1)).mean()


@wrong("base_10")
def cross_entropy(logits, targets):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten()) / np.log(10)


@wrong("too_much")
def cross_entropy(logits, targets):
    return F.cross_entropy(logits.flatten(0, 1) / 4, targets.flatten())


@wrong("first_text")
def cross_entropy(logits, targets):
    return F.cross_entropy(logits[0], targets[0])


# ---- gradient_check ------------------------------------------------------------------------------------------------


@right
def gradient_check(f, x, eps=1e-5):
    gradient = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += eps
        down[place] -= eps
        gradient[place] = (f(up) - f(down)) / (2 * eps)
    return gradient


@right
def gradient_check(f, x, eps=1e-5):
    """In place, and put back."""
    gradient = np.empty(x.shape)
    it = np.nditer(x, flags=["multi_index"])
    for _ in it:
        place = it.multi_index
        kept = x[place]
        x[place] = kept + eps
        up = f(x)
        x[place] = kept - eps
        down = f(x)
        x[place] = kept
        gradient[place] = (up - down) / 2 / eps
    return gradient


@right
def gradient_check(f, x, eps=1e-5):
    slopes = []
    for i in range(x.size):
        step = eps * np.eye(x.size)[i].reshape(x.shape)
        slopes.append((f(x + step) - f(x - step)) / (eps + eps))
    return np.array(slopes).reshape(x.shape)


@right
def gradient_check(f, x, eps=1e-5):
    """The mean of looking up and looking down."""
    gradient, here = np.zeros(x.shape), f(x)
    flat = x.flatten()
    for i in range(flat.size):
        slopes = []
        for step in (eps, -eps):
            moved = flat.copy()
            moved[i] = moved[i] + step
            slopes.append((f(moved.reshape(x.shape)) - here) / step)
        gradient.flat[i] = sum(slopes) / 2
    return gradient


@right
def gradient_check(f, x, eps=1e-5):
    x = torch.as_tensor(x)
    gradient = torch.zeros(x.shape, dtype=x.dtype)
    for i in range(x.numel()):
        nudge = torch.zeros(x.numel(), dtype=x.dtype)
        nudge[i] = eps
        nudge = nudge.view_as(x)
        gradient.view(-1)[i] = (f(x + nudge) - f(x - nudge)) / (2 * eps)
    return gradient


@wrong()
def gradient_check(f, x, eps=1e-5):
    def slope(place):
        nudge = np.zeros(x.shape)
        nudge[place] = eps
        return 0.5 * (f(x + nudge) - f(x - nudge)) / eps

    if x.ndim == 1:
        return [slope(i) for i in range(len(x))]
    return [[slope((i, j)) for j in range(x.shape[1])] for i in range(x.shape[0])]


@wrong("mutates_input")
def gradient_check(f, x, eps=1e-5):
    """In place, without keeping the old number: rounding leaves x a little beside where it was."""
    gradient = np.zeros(x.shape)
    for place in np.ndindex(*x.shape):
        x[place] += eps
        gradient[place] += f(x)
        x[place] -= 2 * eps
        gradient[place] -= f(x)
        x[place] += eps
    return gradient / (2 * eps)


@right
def gradient_check(f, x, eps=1e-5):
    gradient = np.zeros(x.shape)
    for i in range(x.size):
        up, down = x.copy(), x.copy()
        up.flat[i] += eps
        down.flat[i] -= eps
        gradient.flat[i] = (f(up) - f(down)) / (2 * eps)
    return gradient


@right
def gradient_check(f, x, eps=1e-5):
    """In place, on a copy; what stood there is put back."""
    x, slopes = x.copy(), {}
    for place, kept in list(np.ndenumerate(x)):
        values = []
        for x[place] in (kept + eps, kept - eps):
            values.append(f(x))
        x[place] = kept
        slopes[place] = (values[0] - values[1]) / (2 * eps)
    return np.array(list(slopes.values())).reshape(x.shape)


@wrong("forward")
def gradient_check(f, x, eps=1e-5):
    gradient, here = np.zeros(x.shape), f(x)
    for place in np.ndindex(x.shape):
        up = x.copy()
        up[place] += eps
        gradient[place] = (f(up) - here) / eps
    return gradient


@wrong("backward")
def gradient_check(f, x, eps=1e-5):
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        down = x.copy()
        down[place] -= eps
        gradient[place] = (f(x) - f(down)) / eps
    return gradient


@wrong("from_the_middle")
def gradient_check(f, x, eps=1e-5):
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up = x.copy()
        up[place] += eps
        gradient[place] = (f(up) - f(x)) / (2 * eps)
    return gradient


@wrong("not_halved")
def gradient_check(f, x, eps=1e-5):
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += eps
        down[place] -= eps
        gradient[place] = (f(up) - f(down)) / eps
    return gradient


@wrong("precedence")
def gradient_check(f, x, eps=1e-5):
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += eps
        down[place] -= eps
        gradient[place] = (f(up) - f(down)) / 2 * eps
    return gradient


@wrong("sign")
def gradient_check(f, x, eps=1e-5):
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        nudge = np.zeros(x.shape)
        nudge[place] = eps
        gradient[place] = (f(x - nudge) - f(x + nudge)) / (2 * eps)
    return gradient


@wrong("all_at_once")
def gradient_check(f, x, eps=1e-5):
    return np.full(x.shape, (f(x + eps) - f(x - eps)) / (2 * eps))


@wrong("row_at_once")
def gradient_check(f, x, eps=1e-5):
    gradient = np.zeros(x.shape)
    for i in range(len(x)):
        up, down = x.copy(), x.copy()
        up[i] += eps
        down[i] -= eps
        gradient[i] = (f(up) - f(down)) / (2 * eps)
    return gradient


@wrong("not_restored", "mutates_input")
def gradient_check(f, x, eps=1e-5):
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        x[place] += eps
        up = f(x)
        x[place] -= 2 * eps
        down = f(x)
        gradient[place] = (up - down) / (2 * eps)
    return gradient


@wrong("left_above")
def gradient_check(f, x, eps=1e-5):
    gradient, moved = np.zeros(x.shape), x.copy()
    for place in np.ndindex(x.shape):
        moved[place] -= eps
        down = f(moved)
        moved[place] += 2 * eps
        gradient[place] = (f(moved) - down) / (2 * eps)
    return gradient


@wrong("eps_is_1e_6")
def gradient_check(f, x, eps=1e-5):
    gradient, h = np.zeros(x.shape), 1e-6
    for place in np.ndindex(x.shape):
        nudge = np.zeros(x.shape)
        nudge[place] = h
        gradient[place] = (f(x + nudge) - f(x - nudge)) / (2 * h)
    return gradient


@wrong("flat")
def gradient_check(f, x, eps=1e-5):
    slopes = []
    for place in np.ndindex(x.shape):
        nudge = np.zeros(x.shape)
        nudge[place] = eps
        slopes.append((f(x + nudge) - f(x - nudge)) / (2 * eps))
    return np.array(slopes)


@wrong("last_only")
def gradient_check(f, x, eps=1e-5):
    for place in np.ndindex(x.shape):
        gradient = np.zeros(x.shape)
        up, down = x.copy(), x.copy()
        up[place] += eps
        down[place] -= eps
        gradient[place] = (f(up) - f(down)) / (2 * eps)
    return gradient


@wrong("forward", "all_at_once")
def gradient_check(f, x, eps=1e-5):
    return np.full(x.shape, (f(x + eps) - f(x)) / eps)


@wrong("all_zero")
def gradient_check(f, x, eps=1e-5):
    """`up` and `down` are one and the same array."""
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up = down = x.copy()
        up[place] += eps
        down[place] -= eps
        gradient[place] = (f(up) - f(down)) / (2 * eps)
    return gradient


@wrong()
def gradient_check(f, x, eps=1e-5):
    return f(x)


@wrong("nudges_pile_up")
def gradient_check(f, x, eps=1e-5):
    gradient, up, down = np.zeros(x.shape), x.copy(), x.copy()
    for place in np.ndindex(x.shape):
        up[place] += eps
        down[place] -= eps
        gradient[place] = (f(up) - f(down)) / (2 * eps)
    return gradient


@wrong("set_to_eps")
def gradient_check(f, x, eps=1e-5):
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place], down[place] = eps, -eps
        gradient[place] = (f(up) - f(down)) / (2 * eps)
    return gradient


@wrong("one_slope")
def gradient_check(f, x, eps=1e-5):
    return (f(x + eps) - f(x - eps)) / (2 * eps)


@wrong("relative")
def gradient_check(f, x, eps=1e-5):
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] *= 1 + eps
        down[place] *= 1 - eps
        gradient[place] = (f(up) - f(down)) / (2 * eps)
    return gradient


# ---- train_step ----------------------------------------------------------------------------------------------------


@right
def train_step(model, optimiser, inputs, targets):
    optimiser.zero_grad()
    loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
    loss.backward()
    optimiser.step()
    return loss


@wrong("cleared_late")
def train_step(model, optimiser, inputs, targets):
    loss = F.cross_entropy(model(inputs).transpose(1, 2), targets)
    loss.backward()
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    return loss.item()


@right
def train_step(model, optimiser, inputs, targets):
    model.train()
    log_p = torch.log_softmax(model(inputs), dim=-1)
    loss = -log_p.gather(-1, targets[..., None]).mean()
    for weights in model.parameters():
        weights.grad = None
    torch.autograd.backward(loss)
    optimiser.step()
    return loss.detach()


@right
def train_step(model, optimiser, inputs, targets):
    def closure():
        model.zero_grad()
        loss = torch.nn.CrossEntropyLoss()(model(inputs).flatten(0, 1), targets.reshape(-1))
        loss.backward()
        return loss

    return float(optimiser.step(closure))


@right
def train_step(model, optimiser, inputs, targets):
    logits = model(inputs)
    losses = [F.cross_entropy(z, t) for z, t in zip(logits, targets, strict=True)]
    loss = sum(losses) / len(losses)
    weights = list(model.parameters())
    for parameter, gradient in zip(weights, torch.autograd.grad(loss, weights), strict=True):
        parameter.grad = gradient
    optimiser.step()
    return loss.detach().numpy()


@right
def train_step(model, optimiser, inputs, targets):
    """Text by text: the gradients add up to that of the batch."""
    optimiser.zero_grad(set_to_none=False)
    total = 0.0
    for x, y in zip(inputs, targets, strict=True):
        loss = F.cross_entropy(model(x[None])[0], y) / len(inputs)
        loss.backward()
        total += loss.item()
    optimiser.step()
    return total


@right
def train_step(model, optimiser, inputs, targets):
    z = model(inputs).double()
    loss = (z.logsumexp(-1) - torch.einsum("btv,btv->bt", z, F.one_hot(targets, z.shape[-1]).double())).mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss


def _loss(model, inputs, targets, **settings):
    return F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten(), **settings)


@wrong("not_cleared")
def train_step(model, optimiser, inputs, targets):
    loss = _loss(model, inputs, targets)
    loss.backward()
    optimiser.step()
    return loss.item()


@wrong("no_backward")
def train_step(model, optimiser, inputs, targets):
    optimiser.zero_grad()
    loss = _loss(model, inputs, targets)
    optimiser.step()
    return loss.item()


@wrong("no_step")
def train_step(model, optimiser, inputs, targets):
    optimiser.zero_grad()
    loss = _loss(model, inputs, targets)
    loss.backward()
    return loss.item()


@wrong("step_first")
def train_step(model, optimiser, inputs, targets):
    optimiser.zero_grad()
    loss = _loss(model, inputs, targets)
    optimiser.step()
    loss.backward()
    return loss.item()


@wrong("one_behind")
def train_step(model, optimiser, inputs, targets):
    loss = _loss(model, inputs, targets)
    optimiser.step()
    optimiser.zero_grad()
    loss.backward()
    return loss.item()


@wrong("cleared_before_step")
def train_step(model, optimiser, inputs, targets):
    loss = _loss(model, inputs, targets)
    loss.backward()
    optimiser.zero_grad()
    optimiser.step()
    return loss.item()


@wrong("cleared_before_step")
def train_step(model, optimiser, inputs, targets):
    loss = _loss(model, inputs, targets)
    loss.backward()
    model.zero_grad()
    optimiser.step()
    return loss.item()


@wrong("summed")
def train_step(model, optimiser, inputs, targets):
    optimiser.zero_grad()
    loss = _loss(model, inputs, targets, reduction="sum")
    loss.backward()
    optimiser.step()
    return loss.item()


@wrong("softmax_twice")
def train_step(model, optimiser, inputs, targets):
    optimiser.zero_grad()
    p = model(inputs).softmax(-1)
    loss = F.cross_entropy(p.flatten(0, 1), targets.flatten())
    loss.backward()
    optimiser.step()
    return loss.item()


@wrong("unshifted")
def train_step(model, optimiser, inputs, targets):
    optimiser.zero_grad()
    loss = _loss(model, inputs, inputs)
    loss.backward()
    optimiser.step()
    return loss.item()


@wrong("shifted_again")
def train_step(model, optimiser, inputs, targets):
    optimiser.zero_grad()
    logits = model(inputs)[:, :-1]
    loss = F.cross_entropy(logits.flatten(0, 1), targets[:, 1:].flatten())
    loss.backward()
    optimiser.step()
    return loss.item()


@wrong("uphill")
def train_step(model, optimiser, inputs, targets):
    optimiser.zero_grad()
    loss = _loss(model, inputs, targets)
    (-loss).backward()
    optimiser.step()
    return loss.item()


@wrong("minus_forgotten")
def train_step(model, optimiser, inputs, targets):
    optimiser.zero_grad()
    loss = model(inputs).log_softmax(-1).gather(-1, targets[..., None]).mean()
    loss.backward()
    optimiser.step()
    return loss.item()


@wrong("loss_after")
def train_step(model, optimiser, inputs, targets):
    optimiser.zero_grad()
    _loss(model, inputs, targets).backward()
    optimiser.step()
    return _loss(model, inputs, targets).item()


@wrong("step_twice")
def train_step(model, optimiser, inputs, targets):
    optimiser.zero_grad()
    loss = _loss(model, inputs, targets)
    loss.backward()
    optimiser.step()
    optimiser.step()
    return loss


@wrong("not_cleared", "summed")
def train_step(model, optimiser, inputs, targets):
    loss = _loss(model, inputs, targets, reduction="sum")
    loss.backward()
    optimiser.step()
    return loss


@wrong("name")
def train_step(model, optimiser, inputs, targets):
    mine = torch.optim.SGD(model.parameters(), lr=0.1)
    mine.zero_grad()
    loss = _loss(model, inputs, targets)
    loss.backward()
    mine.step()
    return loss


@wrong("plain_number")
def train_step(model, optimiser, inputs, targets):
    optimiser.zero_grad()
    loss = _loss(model, inputs, targets).item()
    loss.backward()
    optimiser.step()
    return loss


@wrong()
def train_step(model, optimiser, inputs, targets):
    optimiser.zero_grad()
    loss = _loss(model, inputs, targets)
    loss.backward()
    optimiser.step()


@wrong()
def train_step(model, optimiser, inputs, targets):
    optimiser.zero_grad()
    loss = _loss(model, inputs, targets)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 0.1)
    optimiser.step()
    return loss


@wrong()
def train_step(model, optimiser, inputs, targets):
    optimiser.zero_grad()
    with torch.no_grad():
        loss = _loss(model, inputs, targets)
    loss.backward()
    optimiser.step()
    return loss


@wrong("no_backward")
def train_step(model, optimiser, inputs, targets):
    optimiser.zero_grad()
    loss = torch.tensor(_loss(model, inputs, targets).item(), requires_grad=True)  # the way back is cut off
    loss.backward()
    optimiser.step()
    return loss


@wrong("cleared_by_hand")
def train_step(model, optimiser, inputs, targets):
    for weights in model.parameters():
        weights.grad.zero_()
    loss = _loss(model, inputs, targets)
    loss.backward()
    optimiser.step()
    return loss.item()


@wrong("own_guess")
def train_step(model, optimiser, inputs, targets):
    optimiser.zero_grad()
    logits = model(inputs)
    loss = F.cross_entropy(logits.flatten(0, 1), logits.argmax(-1).flatten())
    loss.backward()
    optimiser.step()
    return loss.item()


@wrong("first_text")
def train_step(model, optimiser, inputs, targets):
    optimiser.zero_grad()
    loss = F.cross_entropy(model(inputs)[0], targets[0])
    loss.backward()
    optimiser.step()
    return loss.item()


@wrong("too_much")
def train_step(model, optimiser, inputs, targets):
    optimiser.zero_grad()
    loss = _loss(model, inputs, targets) + 0.01 * sum((weights**2).sum() for weights in model.parameters())
    loss.backward()
    optimiser.step()
    return loss.item()


@wrong("with_an_axis")
def train_step(model, optimiser, inputs, targets):
    optimiser.zero_grad()
    loss = _loss(model, inputs, targets)
    loss.backward()
    optimiser.step()
    return [loss.item()]
