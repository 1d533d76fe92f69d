import numpy as np
import torch

from tests.bank import right, wrong

# ---- previous_token_score ------------------------------------------------------------------------------------------


@right
def previous_token_score(weights):
    return weights.diagonal(-1, dim1=-2, dim2=-1).mean(-1)


@right
def previous_token_score(weights):
    T = weights.shape[-1]
    return weights[:, torch.arange(1, T), torch.arange(T - 1)].mean(dim=1)


@right
def previous_token_score(weights):
    scores = []
    for head in weights:
        total = 0
        for i in range(1, len(head)):
            total += head[i, i - 1]
        scores.append(total / (len(head) - 1))
    return torch.stack(scores)


@right
def previous_token_score(weights):
    return np.array([np.diag(head, k=-1).mean() for head in weights.numpy()])


@right
def previous_token_score(weights):
    T = weights.shape[-1]
    below = torch.eye(T).roll(1, 0)
    below[0] = 0
    return torch.einsum("hij,ij->h", weights, below) / (T - 1)


@right
def previous_token_score(weights):
    return [float(np.trace(head[1:, :-1])) / (len(head) - 1) for head in weights.double().numpy()]


@right
def previous_token_score(weights):
    return (
        weights[:, 1:]
        .gather(2, torch.arange(weights.shape[1] - 1).view(1, -1, 1).expand(len(weights), -1, 1))
        .mean((1, 2))
    )


@wrong("itself")
def previous_token_score(weights):
    return weights.diagonal(dim1=-2, dim2=-1).mean(-1)


@wrong("transposed")
def previous_token_score(weights):
    return weights.diagonal(1, dim1=-2, dim2=-1).mean(-1)


@wrong("transposed")
def previous_token_score(weights):
    return torch.stack([torch.stack([head[i - 1, i] for i in range(1, len(head))]).mean() for head in weights])


@wrong("two_back")
def previous_token_score(weights):
    return weights.diagonal(-2, dim1=-2, dim2=-1).mean(-1)


@wrong("first_averaged_in")
def previous_token_score(weights):
    return weights.diagonal(-1, dim1=-2, dim2=-1).sum(-1) / weights.shape[-1]


@wrong("wrong_axis")
def previous_token_score(weights):
    return weights.diagonal(-1, dim1=-2, dim2=-1).mean(0)


@wrong("one_number")
def previous_token_score(weights):
    return weights.diagonal(-1, dim1=-2, dim2=-1).mean()


@wrong("per_token")
def previous_token_score(weights):
    return weights.diagonal(-1, dim1=-2, dim2=-1)


@wrong("summed")
def previous_token_score(weights):
    return weights.diagonal(-1, dim1=-2, dim2=-1).sum(-1)


@wrong("over_the_table")
def previous_token_score(weights):
    T = weights.shape[-1]
    return (weights * torch.diag(torch.ones(T - 1), -1)).mean((1, 2))


@wrong("best_head")
def previous_token_score(weights):
    return weights.diagonal(-1, dim1=-2, dim2=-1).mean(-1).argmax()


@wrong("first_token")
def previous_token_score(weights):
    return weights[:, 1:, 0].mean(1)


@wrong("any_earlier")
def previous_token_score(weights):
    return weights.tril(-1).sum(-1)[:, 1:].mean(-1)


@wrong("largest")
def previous_token_score(weights):
    return weights.diagonal(-1, dim1=-2, dim2=-1).max(-1).values


@wrong("counted")
def previous_token_score(weights):
    T = weights.shape[-1]
    return (weights.argmax(-1)[:, 1:] == torch.arange(T - 1)).float().mean(-1)


@wrong("not_the_last")
def previous_token_score(weights):
    T = weights.shape[-1]
    return torch.stack([weights[:, i, i - 1] for i in range(1, T - 1)]).mean(0)


@wrong("over_heads")
def previous_token_score(weights):
    return weights.mean(0).diagonal(-1).mean().repeat(len(weights))


@wrong("itself", "one_number")
def previous_token_score(weights):
    return weights.diagonal(dim1=-2, dim2=-1).mean()


@wrong("median")
def previous_token_score(weights):
    return weights.diagonal(-1, dim1=-2, dim2=-1).median(-1).values


@wrong("wrong_table")
def previous_token_score(weights):
    return weights.diagonal(-1).mean(-1)  # the axes are H and T_query


@wrong("wrong_table_keys")
def previous_token_score(weights):
    return weights.diagonal(-1, dim2=-1).mean(-1)


@wrong("only_the_last")
def previous_token_score(weights):
    return weights[:, -1, -2]


@wrong("every_column")
def previous_token_score(weights):
    return weights[:, 1:, :-1].mean((1, 2))


@wrong("wrapped")
def previous_token_score(weights):
    i = torch.arange(weights.shape[-1])
    return weights[:, i, i - 1].mean(-1)


@wrong("wrapped_summed")
def previous_token_score(weights):
    T = weights.shape[-1]
    return sum(weights[:, i, i - 1] for i in range(T)) / (T - 1)


@wrong("itself_from_1")
def previous_token_score(weights):
    i = torch.arange(1, weights.shape[-1])
    return weights[:, i, i].mean(-1)


@wrong("two_back_wrapped")
def previous_token_score(weights):
    return torch.stack([weights[:, i, i - 2] for i in range(1, weights.shape[-1])]).mean(0)


@wrong("second_left_out")
def previous_token_score(weights):
    return torch.stack([weights[:, i, i - 1] for i in range(2, weights.shape[-1])]).mean(0)


@wrong("second_lost")
def previous_token_score(weights):
    T = weights.shape[-1]
    return sum(weights[:, i, i - 1] for i in range(2, T)) / (T - 1)


@wrong("last_lost")
def previous_token_score(weights):
    H, T, _ = weights.shape
    scores = torch.zeros(H)
    for i in range(1, T - 1):
        scores += weights[:, i, i - 1] / (T - 1)
    return scores


@wrong("one_too_few")
def previous_token_score(weights):
    T = weights.shape[-1]
    return sum(weights[:, i, i - 1] for i in range(1, T)) / (T - 2)


@wrong("zeros_left_out")
def previous_token_score(weights):
    below = weights.diagonal(-1, dim1=-2, dim2=-1)
    return below.sum(-1) / (below > 0).sum(-1).clamp(min=1)


@wrong("counted_halves")
def previous_token_score(weights):
    return (weights.diagonal(-1, dim1=-2, dim2=-1) > 0.5).double().mean(-1)


@wrong("softmax_again")
def previous_token_score(weights):
    return weights.softmax(-1).diagonal(-1, dim1=-2, dim2=-1).mean(-1)


@wrong("one_head")
def previous_token_score(weights):
    return weights[0].diagonal(-1).mean()


@wrong("squeezed")
def previous_token_score(weights):
    return weights.diagonal(-1, dim1=-2, dim2=-1).mean(-1).squeeze()


@wrong("per_token_turned")
def previous_token_score(weights):
    return torch.stack([weights[:, i, i - 1] for i in range(1, weights.shape[-1])])


@wrong("not_reset")
def previous_token_score(weights):
    scores, total = [], 0
    for head in weights:
        for i in range(1, len(head)):
            total += head[i, i - 1]
        scores.append(total / (len(head) - 1))
    return torch.tensor(scores)


@wrong("axis_kept")
def previous_token_score(weights):
    return weights.diagonal(-1, dim1=-2, dim2=-1).mean(-1, keepdim=True)


@wrong("by_heads")
def previous_token_score(weights):
    return weights.diagonal(-1, dim1=-2, dim2=-1).sum(-1) / len(weights)


@wrong("only_the_first")
def previous_token_score(weights):
    for i in range(1, weights.shape[-1]):
        return weights[:, i, i - 1]


@wrong("counted_over_all")
def previous_token_score(weights):
    apart = torch.arange(weights.shape[-1]) - weights.argmax(-1)
    return (apart == 1).double().mean(-1)


@wrong("best_score")
def previous_token_score(weights):
    return weights.diagonal(-1, dim1=-2, dim2=-1).mean(-1).max()


@wrong("in_order")
def previous_token_score(weights):
    return weights.diagonal(-1, dim1=-2, dim2=-1).mean(-1).sort(descending=True).values


@wrong("shared_out")
def previous_token_score(weights):
    scores = weights.diagonal(-1, dim1=-2, dim2=-1).mean(-1)
    return scores / scores.sum()


# ---- induction_score -----------------------------------------------------------------------------------------------


@right
def induction_score(weights, period):
    return weights.diagonal(1 - period, dim1=-2, dim2=-1)[..., 1:].mean(-1)


@right
def induction_score(weights, period):
    i = torch.arange(period, weights.shape[-1])
    return weights[:, i, i - period + 1].mean(1)


@right
def induction_score(weights, period):
    return [
        sum(float(head[i, i - period + 1]) for i in range(period, len(head))) / (len(head) - period) for head in weights
    ]


@right
def induction_score(weights, period):
    T = weights.shape[1]
    return np.mean([weights[:, i, i + 1 - period].numpy() for i in range(period, T)], axis=0)


@right
def induction_score(weights, period):
    return torch.stack([torch.diagonal(head[period:, 1:], 0).mean() for head in weights])


@right
def induction_score(weights, period):
    T = weights.shape[1]
    place = torch.arange(T)
    wanted = (place[None] == place[:, None] - period + 1) & (place[:, None] >= period)
    return (weights.double() * wanted).sum((1, 2)) / wanted.sum()


@right
def induction_score(weights, period):
    return np.array([np.diag(head, 1 - period)[1:].mean() for head in weights.numpy()], dtype=np.float64)


@wrong("whole_diagonal")
def induction_score(weights, period):
    return weights.diagonal(1 - period, dim1=-2, dim2=-1).mean(-1)


@wrong("same_token")
def induction_score(weights, period):
    return weights.diagonal(-period, dim1=-2, dim2=-1).mean(-1)


@wrong("before_it")
def induction_score(weights, period):
    return weights.diagonal(-period - 1, dim1=-2, dim2=-1).mean(-1)


@wrong("transposed")
def induction_score(weights, period):
    i = torch.arange(period, weights.shape[-1])
    return weights[:, i - period + 1, i].mean(1)


@wrong("two_after")
def induction_score(weights, period):
    i = torch.arange(period, weights.shape[-1])
    return weights[:, i, i - period + 2].mean(1)


@wrong("second_skipped")
def induction_score(weights, period):
    i = torch.arange(period + 1, weights.shape[-1])
    return weights[:, i, i - period + 1].mean(1)


@wrong("one_repetition")
def induction_score(weights, period):
    i = torch.arange(period, min(2 * period, weights.shape[-1]))
    return weights[:, i, i - period + 1].mean(1)


@wrong("over_all")
def induction_score(weights, period):
    return weights.diagonal(1 - period, dim1=-2, dim2=-1)[..., 1:].sum(-1) / weights.shape[-1]


@wrong("over_period")
def induction_score(weights, period):
    return weights.diagonal(1 - period, dim1=-2, dim2=-1)[..., 1:].sum(-1) / period


@wrong("previous")
def induction_score(weights, period):
    T = weights.shape[-1]
    return torch.stack([weights[:, i, i - 1] for i in range(period, T)]).mean(0)


@wrong("wrong_axis")
def induction_score(weights, period):
    return weights.diagonal(1 - period, dim1=-2, dim2=-1)[..., 1:].mean(0)


@wrong("one_number")
def induction_score(weights, period):
    return weights.diagonal(1 - period, dim1=-2, dim2=-1)[..., 1:].mean()


@wrong("best_head")
def induction_score(weights, period):
    return weights.diagonal(1 - period, dim1=-2, dim2=-1)[..., 1:].mean(-1).argmax()


@wrong("per_token")
def induction_score(weights, period):
    return weights.diagonal(1 - period, dim1=-2, dim2=-1)[..., 1:]


@wrong("summed")
def induction_score(weights, period):
    return weights.diagonal(1 - period, dim1=-2, dim2=-1)[..., 1:].sum(-1)


@wrong("largest")
def induction_score(weights, period):
    return weights.diagonal(1 - period, dim1=-2, dim2=-1)[..., 1:].amax(-1)


@wrong("over_heads")
def induction_score(weights, period):
    return weights.mean(0).diagonal(1 - period)[1:].mean().expand(len(weights))


@wrong("whole_diagonal", "one_number")
def induction_score(weights, period):
    return weights.diagonal(1 - period, dim1=-2, dim2=-1).mean()


@wrong()
def induction_score(weights, period):
    return weights[:, period:].max(-1).values.mean(-1)


@wrong("before_it_wrapped")
def induction_score(weights, period):
    i = torch.arange(period, weights.shape[-1])
    return weights[:, i, i - period - 1].mean(1)


@wrong("wrapped")
def induction_score(weights, period):
    i = torch.arange(weights.shape[-1])
    return weights[:, i, i - period + 1].mean(1)


@wrong("last_left_out")
def induction_score(weights, period):
    i = torch.arange(period, weights.shape[-1] - 1)
    return weights[:, i, i - period + 1].mean(1)


@wrong("first_lost")
def induction_score(weights, period):
    T = weights.shape[-1]
    return sum(weights[:, i, i - period + 1] for i in range(period + 1, T)) / (T - period)


@wrong("last_lost")
def induction_score(weights, period):
    T = weights.shape[-1]
    return sum(weights[:, i, i - period + 1] for i in range(period, T - 1)) / (T - period)


@wrong("one_too_few")
def induction_score(weights, period):
    T = weights.shape[-1]
    return sum(weights[:, i, i - period + 1] for i in range(period, T)) / (T - period - 1)


@wrong("only_the_last")
def induction_score(weights, period):
    return weights[:, -1, -period]


@wrong("whole_rounds_only")
def induction_score(weights, period):
    i = torch.arange(period, weights.shape[-1] // period * period)
    return weights[:, i, i - period + 1].mean(-1)


@wrong("first_time")
def induction_score(weights, period):
    i = torch.arange(period, weights.shape[-1])
    return weights[:, i, i % period + 1].mean(-1)


@wrong("every_round")
def induction_score(weights, period):
    H, T, _ = weights.shape
    scores = torch.zeros(H)
    for i in range(period, T):
        for before in range(i - period, -1, -period):
            scores += weights[:, i, before + 1]
    return scores / (T - period)


@wrong("every_round_and_0")
def induction_score(weights, period):
    place = torch.arange(weights.shape[-1])
    apart = place[:, None] - place
    after = (apart % period == period - 1) & (apart > 0) & (place[:, None] >= period)
    return (weights * after).sum(-1)[:, period:].mean(-1)


@wrong("previous_everywhere")
def induction_score(weights, period):
    return weights.diagonal(-1, dim1=-2, dim2=-1).mean(-1)


@wrong("itself")
def induction_score(weights, period):
    return weights.diagonal(dim1=-2, dim2=-1)[:, period:].mean(-1)


@wrong("two_back")
def induction_score(weights, period):
    i = torch.arange(period, weights.shape[-1])
    return weights[:, i, i - 2].mean(-1)  # right for the sheet's period 3 alone


@wrong("counted")
def induction_score(weights, period):
    i = torch.arange(period, weights.shape[-1])
    return (weights[:, i].argmax(-1) == i - period + 1).float().mean(-1)


@wrong("counted_halves")
def induction_score(weights, period):
    i = torch.arange(period, weights.shape[-1])
    return (weights[:, i, i - period + 1] > 0.5).float().mean(-1)


@wrong("zeros_left_out")
def induction_score(weights, period):
    i = torch.arange(period, weights.shape[-1])
    given = weights[:, i, i - period + 1]
    return given.sum(-1) / (given > 0).sum(-1).clamp(min=1)


@wrong("wrong_table")
def induction_score(weights, period):
    return weights.diagonal(1 - period)[..., 1:].mean(-1)


@wrong("squeezed")
def induction_score(weights, period):
    i = torch.arange(period, weights.shape[-1])
    return weights[:, i, i - period + 1].mean(-1).squeeze()


@wrong("per_token_turned")
def induction_score(weights, period):
    return torch.stack([weights[:, i, i - period + 1] for i in range(period, weights.shape[-1])])


@wrong("period_3")
def induction_score(weights, period):
    i = torch.arange(3, weights.shape[-1])
    return weights[:, i, i - 2].mean(-1)


@wrong("once_a_round")
def induction_score(weights, period):
    i = torch.arange(period, weights.shape[-1], period)
    return weights[:, i, i - period + 1].mean(-1)


@wrong("first_round")
def induction_score(weights, period):
    i = torch.arange(period, weights.shape[-1])
    return weights[:, i, (i + 1) % period].mean(-1)


@wrong("whole_diagonal_summed")
def induction_score(weights, period):
    T = weights.shape[-1]
    return sum(weights[:, i, i - period + 1] for i in range(period - 1, T)) / (T - period)


@wrong("not_reset")
def induction_score(weights, period):
    scores, total = [], 0
    for head in weights.tolist():
        total += sum(row[i - period + 1] for i, row in enumerate(head) if i >= period)
        scores.append(total / (len(head) - period))
    return scores


@wrong("two_periods")
def induction_score(weights, period):
    return weights.diagonal(1 - 2 * period, dim1=-2, dim2=-1)[:, 1:].mean(-1)


@wrong("second_repetition_on")
def induction_score(weights, period):
    i = torch.arange(2 * period, weights.shape[-1])
    return weights[:, i, i - period + 1].mean(-1)


@wrong("over_the_table")
def induction_score(weights, period):
    T = weights.shape[-1]
    after = torch.zeros(T, T)
    for i in range(period, T):
        after[i, i - period + 1] = 1
    return (weights * after).mean((1, 2))


@wrong("every_column")
def induction_score(weights, period):
    return weights[:, period:, 1:].mean((1, 2))


# ---- ablate_head ---------------------------------------------------------------------------------------------------


@right
def ablate_head(merged, h, n_head):
    D = merged.shape[-1] // n_head
    out = merged.clone()
    out[:, :, h * D : (h + 1) * D] = 0
    return out


@right
def ablate_head(merged, h, n_head):
    B, T, C = merged.shape
    keep = torch.ones(n_head)
    keep[h] = 0
    return merged * keep.repeat_interleave(C // n_head)


@right
def ablate_head(merged, h, n_head):
    parts = list(merged.chunk(n_head, dim=-1))
    parts[h] = torch.zeros_like(parts[h])
    return torch.cat(parts, dim=-1)


@right
def ablate_head(merged, h, n_head):
    heads = merged.unflatten(-1, (n_head, -1)).clone()
    heads[..., h, :] = 0
    return heads.flatten(-2)


@right
def ablate_head(merged, h, n_head):
    out = merged.numpy().copy()
    D = out.shape[-1] // n_head
    for d in range(D):
        out[..., h * D + d] = 0.0
    return out


@right
def ablate_head(merged, h, n_head):
    D = merged.shape[-1] // n_head
    return [
        [[0 if h * D <= c < (h + 1) * D else float(n) for c, n in enumerate(row)] for row in text] for text in merged
    ]


@right
def ablate_head(merged, h, n_head):
    which = torch.arange(merged.shape[-1]) // (merged.shape[-1] // n_head)
    return merged.double().masked_fill(which == h, 0)


@right
def ablate_head(merged, h, n_head):
    B, T, C = merged.shape
    heads = merged.view(B, T, n_head, C // n_head).transpose(1, 2)
    keep = torch.arange(n_head) != h
    return (heads * keep.view(1, -1, 1, 1)).transpose(1, 2).reshape(B, T, C)


@wrong("mutates_input")
def ablate_head(merged, h, n_head):
    D = merged.shape[-1] // n_head
    merged[..., h * D : (h + 1) * D] = 0
    return merged


@wrong("interleaved")
def ablate_head(merged, h, n_head):
    out = merged.clone()
    out[..., h::n_head] = 0
    return out


@wrong("removed")
def ablate_head(merged, h, n_head):
    D = merged.shape[-1] // n_head
    return torch.cat([merged[..., : h * D], merged[..., (h + 1) * D :]], dim=-1)


@wrong("number_for_size")
def ablate_head(merged, h, n_head):
    out = merged.clone()
    out[..., h * n_head : (h + 1) * n_head] = 0
    return out


@wrong("one_column")
def ablate_head(merged, h, n_head):
    out = merged.clone()
    out[..., h] = 0
    return out


@wrong("first_column")
def ablate_head(merged, h, n_head):
    out = merged.clone()
    out[..., h * (merged.shape[-1] // n_head)] = 0
    return out


@wrong("from_one")
def ablate_head(merged, h, n_head):
    D = merged.shape[-1] // n_head
    out = merged.clone()
    if h > 0:
        out[..., (h - 1) * D : h * D] = 0
    return out


@wrong("next_head")
def ablate_head(merged, h, n_head):
    D = merged.shape[-1] // n_head
    out = merged.clone()
    out[..., (h + 1) * D : (h + 2) * D] = 0
    return out


@wrong("only_this_head")
def ablate_head(merged, h, n_head):
    D = merged.shape[-1] // n_head
    out = torch.zeros_like(merged)
    out[..., h * D : (h + 1) * D] = merged[..., h * D : (h + 1) * D]
    return out


@wrong("rows")
def ablate_head(merged, h, n_head):
    D = merged.shape[-1] // n_head
    out = merged.clone()
    out[:, h * D : (h + 1) * D] = 0
    return out


@wrong("one_too_few")
def ablate_head(merged, h, n_head):
    D = merged.shape[-1] // n_head
    out = merged.clone()
    out[..., h * D : (h + 1) * D - 1] = 0
    return out


@wrong("all_behind")
def ablate_head(merged, h, n_head):
    out = merged.clone()
    out[..., h * (merged.shape[-1] // n_head) :] = 0
    return out


@wrong("only_columns")
def ablate_head(merged, h, n_head):
    D = merged.shape[-1] // n_head
    return merged[..., h * D : (h + 1) * D]


@wrong("mean_instead")
def ablate_head(merged, h, n_head):
    D = merged.shape[-1] // n_head
    out = merged.clone()
    out[..., h * D : (h + 1) * D] = merged[..., h * D : (h + 1) * D].mean((0, 1))
    return out


@wrong("unchanged")
def ablate_head(merged, h, n_head):
    D = merged.shape[-1] // n_head
    out = merged.clone()
    out[..., h * D : (h + 1) * D] = 0
    return merged


@wrong("from_behind")
def ablate_head(merged, h, n_head):
    parts = list(merged.chunk(n_head, dim=-1))
    parts[-1 - h] = 0 * parts[-1 - h]
    return torch.cat(parts, dim=-1)


@wrong("first_text")
def ablate_head(merged, h, n_head):
    D = merged.shape[-1] // n_head
    out = merged.clone()
    out[0, :, h * D : (h + 1) * D] = 0
    return out


@wrong("always_two")
def ablate_head(merged, h, n_head):
    out = merged.clone()
    out[..., h * 2 : h * 2 + 2] = 0
    return out


@wrong("from_one_wrapped")
def ablate_head(merged, h, n_head):
    heads = merged.unflatten(-1, (n_head, -1)).clone()
    heads[:, :, h - 1] = 0
    return heads.flatten(-2)


@wrong("last_head_stays")
def ablate_head(merged, h, n_head):
    D = merged.shape[-1] // n_head
    out = merged.clone()
    out[..., h * D : -(n_head - h - 1) * D] = 0
    return out


@wrong("reshaped")
def ablate_head(merged, h, n_head):
    B, T, C = merged.shape
    heads = merged.clone().view(B, n_head, T, C // n_head)
    heads[:, h] = 0
    return heads.view(B, T, C)


@wrong("turned_back_wrong")
def ablate_head(merged, h, n_head):
    B, T, C = merged.shape
    heads = merged.view(B, T, n_head, -1).transpose(1, 2).clone()
    heads[:, h] = 0
    return heads.reshape(B, T, C)


@wrong("every_other_head")
def ablate_head(merged, h, n_head):
    out = merged.clone()
    out[..., h :: merged.shape[-1] // n_head] = 0
    return out


@wrong("begins_at_h")
def ablate_head(merged, h, n_head):
    D = merged.shape[-1] // n_head
    keep = torch.ones(merged.shape[-1])
    keep[h : h + D] = 0
    return merged * keep


@wrong("first_kept")
def ablate_head(merged, h, n_head):
    D = merged.shape[-1] // n_head
    column = torch.arange(merged.shape[-1])
    return merged.masked_fill((column > h * D) & (column < (h + 1) * D), 0)


@wrong("one_token")
def ablate_head(merged, h, n_head):
    out = merged.clone()
    out[:, h] = 0
    return out


@wrong("heads_apart")
def ablate_head(merged, h, n_head):
    B, T, C = merged.shape
    heads = merged.view(B, T, n_head, C // n_head).clone()
    heads[:, :, h] = 0
    return heads


@wrong("last_token")
def ablate_head(merged, h, n_head):
    D = merged.shape[-1] // n_head
    out = merged.clone()
    out[:, -1, h * D : (h + 1) * D] = 0
    return out


@wrong("scaled_up")
def ablate_head(merged, h, n_head):
    keep = torch.ones(n_head)
    keep[h] = 0
    return merged * keep.repeat_interleave(merged.shape[-1] // n_head) / keep.mean()


@wrong("mean_of_all")
def ablate_head(merged, h, n_head):
    D = merged.shape[-1] // n_head
    out = merged.clone()
    out[..., h * D : (h + 1) * D] = merged.mean()
    return out


@wrong("minus_infinity")
def ablate_head(merged, h, n_head):
    D = merged.shape[-1] // n_head
    out = merged.clone()
    out[..., h * D : (h + 1) * D] = -torch.inf
    return out


@wrong("one_text")
def ablate_head(merged, h, n_head):
    out = merged.clone()
    out[h] = 0
    return out


@wrong("from_behind_by_slice")
def ablate_head(merged, h, n_head):
    D = merged.shape[-1] // n_head
    out = merged.clone()
    out[..., -(h + 1) * D : -h * D] = 0
    return out


@wrong("ends_at_D")
def ablate_head(merged, h, n_head):
    D = merged.shape[-1] // n_head
    out = merged.clone()
    out[..., h * D : D] = 0
    return out


@wrong("heads_first")
def ablate_head(merged, h, n_head):
    B, T, C = merged.shape
    heads = merged.clone().view(B, T, n_head, C // n_head).transpose(1, 2)
    heads[:, h] = 0
    return heads


@wrong("one_of_each")
def ablate_head(merged, h, n_head):
    B, T, C = merged.shape
    heads = merged.clone().view(B, T, n_head, C // n_head)
    heads[..., h] = 0
    return heads.view(B, T, C)


# ---- logit_lens ----------------------------------------------------------------------------------------------------


@right
def logit_lens(streams, final_norm, token_table):
    return final_norm(streams) @ token_table.T


@right
def logit_lens(streams, final_norm, token_table):
    return torch.stack([final_norm(x) @ token_table.t() for x in streams])


@right
def logit_lens(streams, final_norm, token_table):
    return torch.einsum("ltc,vc->ltv", final_norm(streams), token_table)


@right
def logit_lens(streams, final_norm, token_table):
    return torch.nn.functional.linear(final_norm(streams), token_table)


@right
def logit_lens(streams, final_norm, token_table):
    read = final_norm(streams).detach().numpy().astype(np.float64)
    return np.dot(read, token_table.numpy().T)


@right
def logit_lens(streams, final_norm, token_table):
    layers = []
    for x in streams:
        layers.append([[float(token @ row) for row in token_table] for token in final_norm(x)])
    return layers


@right
def logit_lens(streams, final_norm, token_table):
    unembed = torch.nn.Linear(token_table.shape[1], token_table.shape[0], bias=False)
    unembed.weight.data = token_table.clone()
    return unembed(final_norm(streams))


@right
def logit_lens(streams, final_norm, token_table):
    mean, variance = streams.mean(-1, keepdim=True), streams.var(-1, keepdim=True, unbiased=False)
    normed = (streams - mean) / (variance + final_norm.eps).sqrt()
    return (normed * final_norm.weight + final_norm.bias) @ token_table.mT


@wrong("no_norm")
def logit_lens(streams, final_norm, token_table):
    return streams @ token_table.T


@wrong("norm_without_gain")
def logit_lens(streams, final_norm, token_table):
    return torch.nn.functional.layer_norm(streams, streams.shape[-1:]) @ token_table.T


@wrong("not_transposed")
def logit_lens(streams, final_norm, token_table):
    return final_norm(streams) @ token_table


@wrong("no_table")
def logit_lens(streams, final_norm, token_table):
    return final_norm(streams)


@wrong("last_layer")
def logit_lens(streams, final_norm, token_table):
    return final_norm(streams[-1]) @ token_table.T


@wrong("first_left_out")
def logit_lens(streams, final_norm, token_table):
    return torch.stack([final_norm(streams[layer]) @ token_table.T for layer in range(1, len(streams))])


@wrong("last_left_out")
def logit_lens(streams, final_norm, token_table):
    return torch.stack([final_norm(streams[layer]) @ token_table.T for layer in range(len(streams) - 1)])


@wrong("last_token")
def logit_lens(streams, final_norm, token_table):
    return final_norm(streams[:, -1]) @ token_table.T


@wrong("probabilities")
def logit_lens(streams, final_norm, token_table):
    return (final_norm(streams) @ token_table.T).softmax(-1)


@wrong("log_probabilities")
def logit_lens(streams, final_norm, token_table):
    return (final_norm(streams) @ token_table.T).log_softmax(-1)


@wrong("best_ids")
def logit_lens(streams, final_norm, token_table):
    return (final_norm(streams) @ token_table.T).argmax(-1)


@wrong("differences")
def logit_lens(streams, final_norm, token_table):
    added = torch.cat([streams[:1], streams[1:] - streams[:-1]])
    return final_norm(added) @ token_table.T


@wrong("summed_up")
def logit_lens(streams, final_norm, token_table):
    return final_norm(streams.cumsum(0)) @ token_table.T


@wrong("last_only_normed")
def logit_lens(streams, final_norm, token_table):
    out = streams @ token_table.T
    out[-1] = final_norm(streams[-1]) @ token_table.T
    return out


@wrong("normed_twice")
def logit_lens(streams, final_norm, token_table):
    return final_norm(final_norm(streams)) @ token_table.T


@wrong("turned")
def logit_lens(streams, final_norm, token_table):
    return token_table @ final_norm(streams).transpose(-2, -1)


@wrong("by_length")
def logit_lens(streams, final_norm, token_table):
    return torch.nn.functional.normalize(streams, dim=-1) @ token_table.T


@wrong("no_norm", "probabilities")
def logit_lens(streams, final_norm, token_table):
    return (streams @ token_table.T).softmax(-1)


@wrong()
def logit_lens(streams, final_norm, token_table):
    return torch.nn.functional.layer_norm(streams @ token_table.T, token_table.shape[:1])


@wrong("last_not_normed")
def logit_lens(streams, final_norm, token_table):
    normed = [final_norm(x) for x in streams[:-1]] + [streams[-1]]
    return torch.stack(normed) @ token_table.T


@wrong("first_not_normed")
def logit_lens(streams, final_norm, token_table):
    x = streams.clone()
    for layer in range(1, len(x)):
        x[layer] = final_norm(x[layer])
    return x @ token_table.T


@wrong("norm_without_shift")
def logit_lens(streams, final_norm, token_table):
    return torch.nn.functional.layer_norm(streams, final_norm.normalized_shape, final_norm.weight) @ token_table.T


@wrong("unbiased")
def logit_lens(streams, final_norm, token_table):
    normed = (streams - streams.mean(-1, keepdim=True)) / streams.std(-1, keepdim=True)
    return (normed * final_norm.weight + final_norm.bias) @ token_table.T


@wrong("by_root_mean_square")
def logit_lens(streams, final_norm, token_table):
    return torch.nn.functional.rms_norm(streams, streams.shape[-1:], final_norm.weight, final_norm.eps) @ token_table.T


@wrong("norm_after")
def logit_lens(streams, final_norm, token_table):
    return final_norm(streams @ token_table.T)


@wrong("norm_added")
def logit_lens(streams, final_norm, token_table):
    return (streams + final_norm(streams)) @ token_table.T


@wrong("table_normed")
def logit_lens(streams, final_norm, token_table):
    return final_norm(streams) @ final_norm(token_table).T


@wrong("table_of_length_1")
def logit_lens(streams, final_norm, token_table):
    return final_norm(streams) @ torch.nn.functional.normalize(token_table, dim=-1).T


@wrong("cosines")
def logit_lens(streams, final_norm, token_table):
    read = final_norm(streams)[..., None, :]
    return torch.cosine_similarity(read, token_table, dim=-1)


@wrong("reshaped_table")
def logit_lens(streams, final_norm, token_table):
    return final_norm(streams) @ token_table.reshape(token_table.shape[1], token_table.shape[0])


@wrong("divided_by_root")
def logit_lens(streams, final_norm, token_table):
    return final_norm(streams) @ token_table.T / streams.shape[-1] ** 0.5


@wrong("last_layer_only")
def logit_lens(streams, final_norm, token_table):
    return final_norm(streams[-1:]) @ token_table.T


@wrong("tokens_first")
def logit_lens(streams, final_norm, token_table):
    T = streams.shape[1]
    return torch.stack([final_norm(streams[:, t]) @ token_table.T for t in range(T)])


@wrong("run_together")
def logit_lens(streams, final_norm, token_table):
    return torch.cat([final_norm(x) @ token_table.T for x in streams])


@wrong()
def logit_lens(streams, final_norm, token_table):
    return torch.stack([final_norm(streams[layer]) @ token_table.T for layer in range(4)])  # a model of three layers


@wrong("unbiased_without_gain")
def logit_lens(streams, final_norm, token_table):
    normed = (streams - streams.mean(-1, keepdim=True)) / (streams.std(-1, keepdim=True) + 1e-5)
    return normed @ token_table.T


@wrong("vocabulary_first")
def logit_lens(streams, final_norm, token_table):
    return torch.einsum("ltc,vc->vlt", final_norm(streams), token_table)


@wrong("by_length_after")
def logit_lens(streams, final_norm, token_table):
    return torch.nn.functional.normalize(final_norm(streams), dim=-1) @ token_table.T


@wrong("learned_part_alone")
def logit_lens(streams, final_norm, token_table):
    return (streams * final_norm.weight + final_norm.bias) @ token_table.T


@wrong("mean_of_layers")
def logit_lens(streams, final_norm, token_table):
    return final_norm(streams.sum(0)) @ token_table.T


@wrong("norm_on_table")
def logit_lens(streams, final_norm, token_table):
    return streams @ final_norm(token_table).T
