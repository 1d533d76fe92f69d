import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from tests.bank import right, wrong

# ---- get_batch -----------------------------------------------------------------------------------------------------


@right
def get_batch(ids, starts, length):
    windows = ids[starts[:, None] + torch.arange(length + 1)]
    return windows[:, :-1], windows[:, 1:]


@right
def get_batch(ids, starts, length):
    x = torch.stack([ids[i : i + length] for i in starts])
    y = torch.stack([ids[i + 1 : i + 1 + length] for i in starts])
    return x, y


@right
def get_batch(ids, starts, length):
    ids, starts = ids.tolist(), starts.tolist()
    x = [[ids[s + t] for t in range(length)] for s in starts]
    y = [[ids[s + t + 1] for t in range(length)] for s in starts]
    return x, y


@right
def get_batch(ids, starts, length):
    windows = ids.unfold(0, length + 1, 1)[starts]
    return [windows[:, :length], windows[:, 1:]]


@right
def get_batch(ids, starts, length):
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(ids), length + 1)[np.asarray(starts)]
    return windows[:, :-1], windows[:, 1:]


@right
def get_batch(ids, starts, length):
    x = torch.zeros(len(starts), length)
    y = torch.zeros(len(starts), length, dtype=torch.int64)
    for b, start in enumerate(starts):
        for t in range(length):
            x[b, t] = ids[start + t]
            y[b, t] = ids[start + t + 1]
    return x, y


@right
def get_batch(ids, starts, length):
    places = starts.reshape(-1, 1) + torch.arange(length).reshape(1, -1)
    return torch.take(ids, places), torch.take(ids, places + 1)


@wrong("not_shifted")
def get_batch(ids, starts, length):
    x = torch.stack([ids[i : i + length] for i in starts])
    return x, x


@wrong("swapped")
def get_batch(ids, starts, length):
    windows = ids[starts[:, None] + torch.arange(length + 1)]
    return windows[:, 1:], windows[:, :-1]


@wrong("two_ahead")
def get_batch(ids, starts, length):
    windows = ids[starts[:, None] + torch.arange(length + 2)]
    return windows[:, :-2], windows[:, 2:]


@wrong("next_window")
def get_batch(ids, starts, length):
    return torch.stack([ids[i : i + length] for i in starts]), torch.stack(
        [ids[i + length : i + 2 * length] for i in starts]
    )


@wrong("rolled")
def get_batch(ids, starts, length):
    x = torch.stack([ids[i : i + length] for i in starts])
    return x, x.roll(-1, dims=1)


@wrong("one_short")
def get_batch(ids, starts, length):
    windows = ids[starts[:, None] + torch.arange(length)]
    return windows[:, :-1], windows[:, 1:]


@wrong("x_too_long")
def get_batch(ids, starts, length):
    windows = ids[starts[:, None] + torch.arange(length + 1)]
    return windows, windows[:, 1:]


@wrong("both_too_long")
def get_batch(ids, starts, length):
    x = torch.stack([ids[i : i + length + 1] for i in starts])
    y = torch.stack([ids[i + 1 : i + length + 2] for i in starts])
    return x, y


@wrong("last_target")
def get_batch(ids, starts, length):
    return torch.stack([ids[i : i + length] for i in starts]), torch.stack([ids[i + length] for i in starts])


@wrong("window_numbers")
def get_batch(ids, starts, length):
    windows = [ids[i * length : i * length + length + 1] for i in starts]
    return torch.stack([w[:-1] for w in windows]), torch.stack([w[1:] for w in windows])


@wrong("from_the_beginning")
def get_batch(ids, starts, length):
    n = len(starts) * length
    return ids[:n].view(-1, length), ids[1 : n + 1].view(-1, length)


@wrong("in_a_row")
def get_batch(ids, starts, length):
    s, n = int(starts[0]), len(starts) * length
    return ids[s : s + n].view(-1, length), ids[s + 1 : s + n + 1].view(-1, length)


@wrong("places")
def get_batch(ids, starts, length):
    places = starts[:, None] + torch.arange(length)
    return places, places + 1


@wrong("one_more")
def get_batch(ids, starts, length):
    x = ids[starts[:, None] + torch.arange(length)]
    return x, x + 1


@wrong("transposed")
def get_batch(ids, starts, length):
    windows = ids[starts + torch.arange(length + 1)[:, None]]
    return windows[:-1], windows[1:]


@wrong("flattened")
def get_batch(ids, starts, length):
    return torch.cat([ids[i : i + length] for i in starts]), torch.cat([ids[i + 1 : i + length + 1] for i in starts])


@wrong("last_window")
def get_batch(ids, starts, length):
    for start in starts:
        x, y = ids[start : start + length], ids[start + 1 : start + length + 1]
    return x, y


@wrong("swapped", "transposed")
def get_batch(ids, starts, length):
    windows = ids[starts + torch.arange(length + 1)[:, None]]
    return windows[1:], windows[:-1]


@wrong()
def get_batch(ids, starts, length):
    return ids[starts[:, None] + torch.arange(length + 1)]


@wrong()
def get_batch(ids, starts, length):
    starts = torch.randint(len(ids) - length, (len(starts),))
    windows = ids[starts[:, None] + torch.arange(length + 1)]
    return windows[:, :-1], windows[:, 1:]


@wrong("row_numbers")
def get_batch(ids, starts, length):
    x = torch.stack([ids[i : i + length] for i in range(len(starts))])
    return x, torch.stack([ids[i + 1 : i + 1 + length] for i in range(len(starts))])


@wrong("first_row")
def get_batch(ids, starts, length):
    for start in starts:
        return ids[start : start + length][None], ids[start + 1 : start + length + 1][None]


@wrong("not_shifted", "one_later")
def get_batch(ids, starts, length):
    windows = ids[starts[:, None] + torch.arange(1, length + 1)]
    return windows, windows


# ---- learning_rate_at ----------------------------------------------------------------------------------------------


@right
def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    if step < warm_up:
        return peak * (step + 1) / warm_up
    done = min((step - warm_up) / (steps - warm_up), 1)
    return peak + (last - peak) * done


@right
def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    return float(np.interp(step, [warm_up, steps], [peak, last])) if step >= warm_up else peak / warm_up * (step + 1)


@right
def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    if step >= steps:
        return last
    if step < warm_up:
        return (step + 1) * (peak / warm_up)
    left = (steps - step) / (steps - warm_up)
    return last + left * (peak - last)


@right
def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    up = torch.linspace(peak / warm_up, peak, warm_up) if warm_up else torch.empty(0)
    down = torch.linspace(peak, last, steps - warm_up + 1)
    return torch.cat([up, down, torch.full((1000,), float(last))])[step]


@right
def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    rate = peak
    for s in range(step + 1):
        if s < warm_up:
            rate = peak * (s + 1) / warm_up
        elif s == warm_up:
            rate = peak
        elif s <= steps:
            rate -= (peak - last) / (steps - warm_up)
    return rate


@right
def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    slope = (last - peak) / (steps - warm_up)
    return [max(last, peak + slope * (step - warm_up)), peak * (step + 1) / max(warm_up, 1)][step < warm_up]


@wrong("starts_at_zero")
def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    if step < warm_up:
        return peak * step / warm_up
    return peak + (last - peak) * min((step - warm_up) / (steps - warm_up), 1)


@wrong("peak_is_late")
def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    if step < warm_up:
        return peak * (step + 1) / (warm_up + 1)
    return peak + (last - peak) * min((step - warm_up) / (steps - warm_up), 1)


@wrong("goes_on")
def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    if step < warm_up:
        return peak * (step + 1) / warm_up
    return peak + (last - peak) * (step - warm_up) / (steps - warm_up)


@wrong("from_zero")
def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    if step < warm_up:
        return peak * (step + 1) / warm_up
    return peak + (last - peak) * min(step / steps, 1)


@wrong("over_all_steps")
def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    if step < warm_up:
        return peak * (step + 1) / warm_up
    return peak + (last - peak) * min((step - warm_up) / steps, 1)


@wrong("cosine")
def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    if step < warm_up:
        return peak * (step + 1) / warm_up
    done = min((step - warm_up) / (steps - warm_up), 1)
    return last + 0.5 * (peak - last) * (1 + math.cos(math.pi * done))


@wrong("never_down")
def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    return peak * min(1, (step + 1) / warm_up) if warm_up else peak


@wrong("no_warm_up")
def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    return peak + (last - peak) * min(step / steps, 1)


@wrong("to_zero")
def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    if step < warm_up:
        return peak * (step + 1) / warm_up
    return peak * max(0, (steps - step) / (steps - warm_up))


@wrong("last_on_top")
def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    if step < warm_up:
        return peak * (step + 1) / warm_up
    return peak * (1 - min((step - warm_up) / (steps - warm_up), 1)) + last


@wrong("share")
def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    if step < warm_up:
        return (step + 1) / warm_up
    return 1 + (last / peak - 1) * min((step - warm_up) / (steps - warm_up), 1)


@wrong("peak_at_once")
def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    return peak + (last - peak) * min(max(step - warm_up, 0) / (steps - warm_up), 1)


@wrong("both_at_once")
def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    up = min(1, (step + 1) / warm_up) if warm_up else 1
    return up * (peak + (last - peak) * min(step / steps, 1))


@wrong("starts_at_zero", "goes_on")
def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    if step < warm_up:
        return peak * step / warm_up
    return peak + (last - peak) * (step - warm_up) / (steps - warm_up)


@wrong("zero_warm_up")
def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    return min(peak * (step + 1) / warm_up, peak + (last - peak) * min((step - warm_up) / (steps - warm_up), 1))


@wrong()
def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    if step < warm_up:
        return peak * (step + 1) / warm_up
    return peak / math.sqrt(step + 1)


@wrong("warm_up_too_long")
def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    if step <= warm_up and warm_up > 0:
        return peak * (step + 1) / warm_up
    return peak + (last - peak) * min((step - warm_up) / (steps - warm_up), 1)


@wrong("cut_off")
def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    if step < warm_up:
        return peak * (step + 1) / warm_up
    return max(last, peak * (1 - (step - warm_up) / (steps - warm_up)))


@wrong("wrong_sign")
def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    if step < warm_up:
        return peak * (step + 1) / warm_up
    return peak - (last - peak) * min((step - warm_up) / (steps - warm_up), 1)


@wrong("zero_behind")
def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    if step < warm_up:
        return peak * (step + 1) / warm_up
    return peak + (last - peak) * (step - warm_up) / (steps - warm_up) if step <= steps else 0


@wrong()
def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    if step < warm_up:
        return peak * step // warm_up
    return peak + (last - peak) * min((step - warm_up) / (steps - warm_up), 1)


# ---- estimate_loss -------------------------------------------------------------------------------------------------


@right
@torch.no_grad()
def estimate_loss(model, batches):
    was_training = model.training
    model.eval()
    total = n = 0
    for x, y in batches:
        total += F.cross_entropy(model(x).flatten(0, 1), y.flatten(), reduction="sum").item()
        n += y.numel()
    model.train(was_training)
    return total / n


@right
def estimate_loss(model, batches):
    was = model.training
    model.eval()
    with torch.inference_mode():
        surprises = [nn.CrossEntropyLoss(reduction="none")(model(x).transpose(1, 2), y).flatten() for x, y in batches]
    model.train(was)
    return torch.cat(surprises).mean()


@right
def estimate_loss(model, batches):
    mode = model.training
    model.train(False)
    with torch.no_grad():
        log_p = [model(x).log_softmax(-1).gather(-1, y[..., None]) for x, y in batches]
    model.train(mode)
    return -float(sum(part.sum() for part in log_p)) / sum(part.numel() for part in log_p)


@right
def estimate_loss(model, batches):
    mode = model.training
    with torch.no_grad():
        model.eval()
        total, count = 0.0, 0
        for x, y in batches:
            logits = model(x).double().numpy()
            p = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
            for b in range(y.shape[0]):
                for t in range(y.shape[1]):
                    total -= np.log(p[b, t, y[b, t]])
                    count += 1
    if mode:
        model.train()
    return total / count


@right
def estimate_loss(model, batches):
    mode = model.training
    model.eval()
    try:
        with torch.no_grad():
            means = [F.cross_entropy(model(x).flatten(0, 1), y.flatten()) for x, y in batches]
    finally:
        model.train(mode)
    return np.average([float(m) for m in means], weights=[y.numel() for _, y in batches])


@right
def estimate_loss(model, batches):
    before = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    was_training, _ = model.training, model.eval()
    logits = torch.cat([model(x).flatten(0, 1) for x, _ in batches])
    loss = F.cross_entropy(logits, torch.cat([y.flatten() for _, y in batches]))
    torch.set_grad_enabled(before)
    return model.train(was_training) and loss.item()


@wrong("train_mode")
@torch.no_grad()
def estimate_loss(model, batches):
    total = sum(F.cross_entropy(model(x).flatten(0, 1), y.flatten(), reduction="sum") for x, y in batches)
    return total / sum(y.numel() for _, y in batches)


@wrong("stays_in_eval")
@torch.no_grad()
def estimate_loss(model, batches):
    model.eval()
    total = sum(F.cross_entropy(model(x).flatten(0, 1), y.flatten(), reduction="sum") for x, y in batches)
    return total / sum(y.numel() for _, y in batches)


@wrong("always_train")
@torch.no_grad()
def estimate_loss(model, batches):
    model.eval()
    total = sum(F.cross_entropy(model(x).flatten(0, 1), y.flatten(), reduction="sum") for x, y in batches)
    model.train()
    return total / sum(y.numel() for _, y in batches)


@wrong("remembers")
def estimate_loss(model, batches):
    was = model.training
    model.eval()
    total = sum(F.cross_entropy(model(x).flatten(0, 1), y.flatten(), reduction="sum").item() for x, y in batches)
    model.train(was)
    return total / sum(y.numel() for _, y in batches)


@wrong("always_train", "mean_of_means")
@torch.no_grad()
def estimate_loss(model, batches):
    model.eval()
    losses = torch.zeros(len(batches))
    for k, (x, y) in enumerate(batches):
        losses[k] = F.cross_entropy(model(x).flatten(0, 1), y.flatten()).item()
    model.train()
    return losses.mean()


@wrong("mean_of_means")
@torch.no_grad()
def estimate_loss(model, batches):
    was = model.training
    model.eval()
    losses = [F.cross_entropy(model(x).flatten(0, 1), y.flatten()).item() for x, y in batches]
    model.train(was)
    return sum(losses) / len(losses)


@wrong("by_rows")
@torch.no_grad()
def estimate_loss(model, batches):
    was = model.training
    model.eval()
    total = sum(F.cross_entropy(model(x).flatten(0, 1), y.flatten()).item() * len(x) for x, y in batches)
    model.train(was)
    return total / sum(len(x) for x, _ in batches)


@wrong("summed")
@torch.no_grad()
def estimate_loss(model, batches):
    was = model.training
    model.eval()
    total = sum(F.cross_entropy(model(x).flatten(0, 1), y.flatten(), reduction="sum").item() for x, y in batches)
    model.train(was)
    return total


@wrong("last_batch")
@torch.no_grad()
def estimate_loss(model, batches):
    was = model.training
    model.eval()
    for x, y in batches:
        loss = F.cross_entropy(model(x).flatten(0, 1), y.flatten())
    model.train(was)
    return loss


@wrong("inputs_as_targets")
@torch.no_grad()
def estimate_loss(model, batches):
    was = model.training
    model.eval()
    total = sum(F.cross_entropy(model(x).flatten(0, 1), x.flatten(), reduction="sum").item() for x, y in batches)
    model.train(was)
    return total / sum(y.numel() for _, y in batches)


@wrong("softmax_twice")
@torch.no_grad()
def estimate_loss(model, batches):
    was = model.training
    model.eval()
    total = sum(
        F.cross_entropy(model(x).softmax(-1).flatten(0, 1), y.flatten(), reduction="sum").item() for x, y in batches
    )
    model.train(was)
    return total / sum(y.numel() for _, y in batches)


@wrong("perplexity")
@torch.no_grad()
def estimate_loss(model, batches):
    was = model.training
    model.eval()
    total = sum(F.cross_entropy(model(x).flatten(0, 1), y.flatten(), reduction="sum").item() for x, y in batches)
    model.train(was)
    return math.exp(total / sum(y.numel() for _, y in batches))


@wrong("stays_in_eval", "remembers")
def estimate_loss(model, batches):
    model.eval()
    total = sum(F.cross_entropy(model(x).flatten(0, 1), y.flatten(), reduction="sum").item() for x, y in batches)
    return total / sum(y.numel() for _, y in batches)


@wrong()
def estimate_loss(model, batches):
    was = model.training
    model.eval()
    total = torch.zeros(())
    for x, y in batches:
        total = total + F.cross_entropy(model(x).flatten(0, 1), y.flatten(), reduction="sum")
    (total / sum(y.numel() for _, y in batches)).backward()
    model.train(was)
    return total.item() / sum(y.numel() for _, y in batches)


@wrong()
def estimate_loss(model, batches):
    return 0.0


@wrong()  # three at once: the probes say what is true of it
def estimate_loss(model, batches):
    total = 0
    for x, y in batches:
        total += F.cross_entropy(model(x).flatten(0, 1), y.flatten())
    return total / len(batches)


@wrong("underflow")
@torch.no_grad()
def estimate_loss(model, batches):
    was_training = model.training
    model.eval()
    surprises = [-model(x).softmax(-1).gather(-1, y[..., None]).log().flatten() for x, y in batches]
    model.train(was_training)
    return torch.cat(surprises).mean()


@wrong("frozen")
def estimate_loss(model, batches):
    was_training = model.training
    model.eval()
    for weights in model.parameters():
        weights.requires_grad = False
    total = n = 0
    for x, y in batches:
        total += F.cross_entropy(model(x).flatten(0, 1), y.flatten(), reduction="sum").item()
        n += y.numel()
    model.train(was_training)
    return total / n


@wrong("off_for_good")
def estimate_loss(model, batches):
    was_training = model.training
    model.eval()
    torch.set_grad_enabled(False)
    total = n = 0
    for x, y in batches:
        total += F.cross_entropy(model(x).flatten(0, 1), y.flatten(), reduction="sum").item()
        n += y.numel()
    model.train(was_training)
    return total / n


@wrong("children_left")
@torch.no_grad()
def estimate_loss(model, batches):
    was_training = model.training
    model.eval()
    total = n = 0
    for x, y in batches:
        total += F.cross_entropy(model(x).flatten(0, 1), y.flatten(), reduction="sum").item()
        n += y.numel()
    model.training = was_training
    return total / n


@wrong("views")
@torch.no_grad()
def estimate_loss(model, batches):
    was_training = model.training
    model.eval()
    total = n = 0
    for x, y in batches:
        logits = model(x)
        total += F.cross_entropy(logits.view(-1, logits.size(-1)), y.view(-1)).item() * y.numel()
        n += y.numel()
    model.train(was_training)
    return total / n


# ---- clip_gradients ------------------------------------------------------------------------------------------------


@right
def clip_gradients(parameters, largest):
    gradients = [p.grad for p in parameters if p.grad is not None]
    length = torch.stack([g.norm() for g in gradients]).norm()
    for g in gradients:
        g.mul_((largest / length).clamp(max=1))
    return length


@right
def clip_gradients(parameters, largest):
    return nn.utils.clip_grad_norm_(parameters, largest)


@right
def clip_gradients(parameters, largest):
    total = 0.0
    for p in parameters:
        if p.grad is not None:
            total += (p.grad**2).sum().item()
    length = total**0.5
    if length > largest:
        for p in parameters:
            if p.grad is not None:
                p.grad = p.grad * (largest / length)
    return length


@wrong("zero_length")
def clip_gradients(parameters, largest):
    given = [p for p in parameters if p.grad is not None]
    vector = torch.cat([p.grad.flatten() for p in given])
    length = torch.linalg.vector_norm(vector)
    for p in given:
        p.grad *= min(1.0, largest / length.item())
    return length.item()


@right
def clip_gradients(parameters, largest):
    given = [p for p in parameters if p.grad is not None]
    vector = torch.cat([p.grad.flatten() for p in given])
    length = torch.linalg.vector_norm(vector)
    for p in given:
        p.grad *= min(1.0, largest / max(length.item(), 1e-12))
    return length.item()


@right
def clip_gradients(parameters, largest):
    length = np.sqrt(sum(np.sum(p.grad.numpy() ** 2) for p in parameters if p.grad is not None))
    factor = min(1, largest / (length + 1e-6))
    for p in parameters:
        if p.grad is not None:
            p.grad.copy_(torch.tensor(p.grad.numpy() * factor))
    return length


@right
def clip_gradients(parameters, largest):
    length = math.hypot(*[g for p in parameters if p.grad is not None for g in p.grad.flatten().tolist()])
    for p in parameters:
        if p.grad is not None and length > largest:
            p.grad.data = p.grad.data / length * largest
    return length


@wrong("each_alone")
def clip_gradients(parameters, largest):
    gradients = [p.grad for p in parameters if p.grad is not None]
    length = torch.stack([g.norm() for g in gradients]).norm()
    for g in gradients:
        g.mul_((largest / g.norm()).clamp(max=1))
    return length


@wrong("by_value")
def clip_gradients(parameters, largest):
    gradients = [p.grad for p in parameters if p.grad is not None]
    length = torch.stack([g.norm() for g in gradients]).norm()
    for g in gradients:
        g.clamp_(-largest, largest)
    return length


@wrong("always")
def clip_gradients(parameters, largest):
    gradients = [p.grad for p in parameters if p.grad is not None]
    length = torch.stack([g.norm() for g in gradients]).norm()
    for g in gradients:
        g.mul_(largest / length)
    return length


@wrong("no_root")
def clip_gradients(parameters, largest):
    gradients = [p.grad for p in parameters if p.grad is not None]
    length = sum((g**2).sum() for g in gradients)
    for g in gradients:
        g.mul_((largest / length).clamp(max=1))
    return length


@wrong("lengths_added")
def clip_gradients(parameters, largest):
    gradients = [p.grad for p in parameters if p.grad is not None]
    length = sum(g.norm() for g in gradients)
    for g in gradients:
        g.mul_((largest / length).clamp(max=1))
    return length


@wrong("largest_entry")
def clip_gradients(parameters, largest):
    gradients = [p.grad for p in parameters if p.grad is not None]
    length = max(g.abs().max() for g in gradients)
    for g in gradients:
        g.mul_((largest / length).clamp(max=1))
    return length


@wrong("not_in_place")
def clip_gradients(parameters, largest):
    gradients = [p.grad for p in parameters if p.grad is not None]
    length = torch.stack([g.norm() for g in gradients]).norm()
    if length > largest:
        for g in gradients:
            g = g * largest / length  # noqa: PLW2901
    return length


@wrong("to_length_one")
def clip_gradients(parameters, largest):
    gradients = [p.grad for p in parameters if p.grad is not None]
    length = torch.stack([g.norm() for g in gradients]).norm()
    if length > largest:
        for g in gradients:
            g.div_(length)
    return length


@wrong("times_largest")
def clip_gradients(parameters, largest):
    gradients = [p.grad for p in parameters if p.grad is not None]
    length = torch.stack([g.norm() for g in gradients]).norm()
    if length > largest:
        for g in gradients:
            g.mul_(largest)
    return length


@wrong("length_after")
def clip_gradients(parameters, largest):
    nn.utils.clip_grad_norm_(parameters, largest)
    return torch.stack([p.grad.norm() for p in parameters if p.grad is not None]).norm()


@wrong("set_to_zero")
def clip_gradients(parameters, largest):
    gradients = [p.grad for p in parameters if p.grad is not None]
    length = torch.stack([g.norm() for g in gradients]).norm()
    if length > largest:
        for g in gradients:
            g.zero_()
    return length


@wrong("first_only")
def clip_gradients(parameters, largest):
    gradients = [p.grad for p in parameters if p.grad is not None]
    length = torch.stack([g.norm() for g in gradients]).norm()
    for g in gradients:
        g.mul_((largest / length).clamp(max=1))
        return length


@wrong("returns_factor")
def clip_gradients(parameters, largest):
    gradients = [p.grad for p in parameters if p.grad is not None]
    factor = (largest / torch.stack([g.norm() for g in gradients]).norm()).clamp(max=1)
    for g in gradients:
        g.mul_(factor)
    return factor


@wrong("no_root", "always")
def clip_gradients(parameters, largest):
    gradients = [p.grad for p in parameters if p.grad is not None]
    length = sum((g**2).sum() for g in gradients)
    for g in gradients:
        g.mul_(largest / length)
    return length


@wrong()
def clip_gradients(parameters, largest):
    nn.utils.clip_grad_norm_(parameters, largest)


@wrong("none_counts")
def clip_gradients(parameters, largest):
    length = sum((p.grad**2).sum() for p in parameters) ** 0.5
    for p in parameters:
        p.grad.mul_((largest / length).clamp(max=1))
    return length


@wrong("subtracted")
def clip_gradients(parameters, largest):
    gradients = [p.grad for p in parameters if p.grad is not None]
    length = torch.stack([g.norm() for g in gradients]).norm()
    if length > largest:
        for g in gradients:
            g -= largest  # noqa: PLW2901
    return length


@wrong("each_alone", "last_alone")
def clip_gradients(parameters, largest):
    for p in parameters:
        if p.grad is not None:
            length = p.grad.norm()
            if length > largest:
                p.grad *= largest / length
    return length


@wrong("stops_at_none")
def clip_gradients(parameters, largest):
    gradients = []
    for p in parameters:
        if p.grad is None:
            break
        gradients.append(p.grad)
    length = sum((g**2).sum() for g in gradients) ** 0.5
    if length > largest:
        for g in gradients:
            g *= largest / length
    return length


@wrong("none_asked")
def clip_gradients(parameters, largest):
    length = torch.stack([p.grad.norm() for p in parameters]).norm()
    if length > largest:
        for p in parameters:
            p.grad *= largest / length
    return length


@wrong("zeros_for_none")
def clip_gradients(parameters, largest):
    for p in parameters:
        if p.grad is None:
            p.grad = torch.zeros_like(p)
    length = torch.cat([p.grad.flatten() for p in parameters]).norm()
    for p in parameters:
        p.grad *= (largest / length).clamp(max=1)
    return length


@wrong("measured_anew")
def clip_gradients(parameters, largest):
    def length():
        return torch.cat([p.grad.flatten() for p in parameters if p.grad is not None]).norm()

    before = length()
    for p in parameters:
        if p.grad is not None and length() > largest:
            p.grad *= largest / length()
    return before


@wrong("each_alone", "length_after")
def clip_gradients(parameters, largest):
    given = [p for p in parameters if p.grad is not None]
    for p in given:
        if p.grad.norm() > largest:
            p.grad *= largest / p.grad.norm()
    return torch.stack([p.grad.norm() for p in given]).norm()
