import math

import numpy as np

from tests.bank import right, wrong

# ---- gpt_logits ----------------------------------------------------------------------------------------------------


@right
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids] + position_table[: ids.shape[1]]
    for block in blocks:
        x = block(x)
    return final_norm(x) @ token_table.T


@right
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    import torch

    B, T = ids.shape
    x = token_table[ids] + position_table[torch.arange(T)]
    for i in range(len(blocks)):
        x = blocks[i](x)
    return torch.einsum("btc,vc->btv", final_norm(x), token_table)


@right
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    from torch.nn import functional as F

    x = F.embedding(ids, token_table) + position_table[None, : ids.size(1)]
    for block in blocks:
        x = block(x)
    return F.linear(final_norm(x), token_table)


@right
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    ids, tokens, places = (
        np.asarray(part, dtype=kind) for part, kind in ((ids, int), (token_table, float), (position_table, float))
    )
    out = []
    for text in ids:
        x = np.array([tokens[i] + places[t] for t, i in enumerate(text)])
        for block in blocks:
            x = block(x)
        out.append(final_norm(x) @ tokens.T)
    return np.stack(out)


@right
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    import functools

    start = token_table[ids].double() + position_table[: len(ids[0])].double()
    return (final_norm(functools.reduce(lambda x, block: block(x), blocks, start)) @ token_table.double().mT).tolist()


@right
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    import torch
    from torch import nn

    tokens = nn.Embedding.from_pretrained(token_table, freeze=False)
    positions = nn.Embedding.from_pretrained(position_table)
    unembed = nn.Linear(token_table.shape[1], token_table.shape[0], bias=False)
    unembed.weight = tokens.weight
    x = tokens(ids) + positions(torch.arange(ids.shape[-1]))
    for block in blocks:
        x = block(x)
    return unembed(final_norm(x))


@right
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    import torch

    one_hot = torch.eye(len(token_table))[ids]
    x = one_hot @ token_table
    x += position_table[: ids.shape[1]]  # x is new: this changes no input
    for block in blocks:
        x = block(x)
    x = final_norm(x)
    return (x[:, :, None, :] * token_table).sum(-1)


@wrong("no_positions")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids]
    for block in blocks:
        x = block(x)
    return final_norm(x) @ token_table.T


@wrong("no_norm")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids] + position_table[: ids.shape[1]]
    for block in blocks:
        x = block(x)
    return x @ token_table.T


@wrong("table_not_turned")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids] + position_table[: ids.shape[1]]
    for block in blocks:
        x = block(x)
    return final_norm(x) @ token_table


@wrong("last_token")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids] + position_table[: ids.shape[1]]
    for block in blocks:
        x = block(x)
    return final_norm(x[:, -1]) @ token_table.T


@wrong("last_token_kept")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids] + position_table[: ids.shape[1]]
    for block in blocks:
        x = block(x)
    return final_norm(x)[:, [-1], :] @ token_table.T


@wrong("parallel")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids] + position_table[: ids.shape[1]]
    y = sum(block(x) for block in blocks) if len(blocks) else x
    return final_norm(y) @ token_table.T


@wrong("parallel_kept")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids] + position_table[: ids.shape[1]]
    out = x
    for block in blocks:
        out = out + block(x)
    return final_norm(out) @ token_table.T


@wrong("last_block")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids] + position_table[: ids.shape[1]]
    y = x
    for block in blocks:
        y = block(x)
    return final_norm(y) @ token_table.T


@wrong("first_block")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids] + position_table[: ids.shape[1]]
    for block in blocks:
        x = block(x)
        return final_norm(x) @ token_table.T
    return final_norm(x) @ token_table.T


@wrong("added_again")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids] + position_table[: ids.shape[1]]
    for block in blocks:
        x = x + block(x)
    return final_norm(x) @ token_table.T


@wrong("too_much")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids] + position_table[: ids.shape[1]]
    for block in blocks:
        x = final_norm(block(x))
    return final_norm(final_norm(x)) @ token_table.T


@wrong("from_one")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids] + position_table[1 : ids.shape[1] + 1]
    for block in blocks:
        x = block(x)
    return final_norm(x) @ token_table.T


@wrong("softmax")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids] + position_table[: ids.shape[1]]
    for block in blocks:
        x = block(x)
    return (final_norm(x) @ token_table.T).softmax(dim=-1)


@wrong("best_token")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids] + position_table[: ids.shape[1]]
    for block in blocks:
        x = block(x)
    return (final_norm(x) @ token_table.T).argmax(dim=-1)


@wrong("not_unembedded")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids] + position_table[: ids.shape[1]]
    for block in blocks:
        x = block(x)
    return final_norm(x)


@wrong("no_positions", "no_norm")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids]
    for block in blocks:
        x = block(x)
    return x @ token_table.T


@wrong("late_positions")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids]
    for block in blocks:
        x = block(x)
    return final_norm(x + position_table[: ids.shape[1]]) @ token_table.T


@wrong("whole_table")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids] + position_table  # all rows: they don't fit
    for block in blocks:
        x = block(x)
    return final_norm(x) @ token_table.T


@wrong("places_of_ids")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids] + position_table[ids]  # ids are not places; some are too large
    for block in blocks:
        x = block(x)
    return final_norm(x) @ token_table.T


@wrong("mutates_input")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids] + position_table[: ids.shape[1]]
    while blocks:
        x = blocks.pop(0)(x)
    return final_norm(x) @ token_table.T


@wrong("list_called")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids] + position_table[: ids.shape[1]]
    x = blocks(x)
    return final_norm(x) @ token_table.T


@wrong("averaged")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids] + position_table[: ids.shape[1]]
    for block in blocks:
        x = block(x)
    return (final_norm(x) @ token_table.T).mean(1)


@wrong("norm_first")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = final_norm(token_table[ids] + position_table[: ids.shape[1]])
    for block in blocks:
        x = block(x)
    return x @ token_table.T


@wrong("norm_before_each")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids] + position_table[: ids.shape[1]]
    for block in blocks:
        x = block(final_norm(x))
    return final_norm(x) @ token_table.T


@wrong("own_norm")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    from torch.nn import functional as F

    x = token_table[ids] + position_table[: ids.shape[1]]
    for block in blocks:
        x = block(x)
    return F.layer_norm(x, x.shape[-1:]) @ token_table.T


@wrong("no_norm")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids] + position_table[: ids.shape[1]]
    for block in blocks:
        x = block(x)
    final_norm(x)  # its result is lost
    return x @ token_table.T


@wrong("tokens_scaled")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids] * token_table.shape[1] ** 0.5 + position_table[: ids.shape[1]]
    for block in blocks:
        x = block(x)
    return final_norm(x) @ token_table.T


@wrong("norm_in_loop")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids] + position_table[: ids.shape[1]]
    for block in blocks:
        x = final_norm(block(x))
    return x @ token_table.T


@wrong("norm_of_logits")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids] + position_table[: ids.shape[1]]
    for block in blocks:
        x = block(x)
    return final_norm(x @ token_table.T)


@wrong("rows_for_texts")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    T = len(ids)  # that is the number of texts
    x = token_table[ids] + position_table[:T]
    for block in blocks:
        x = block(x)
    return final_norm(x) @ token_table.T


@wrong("last_place_for_all")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    T = ids.shape[1]
    x = token_table[ids] + position_table[T - 1]
    for block in blocks:
        x = block(x)
    return final_norm(x) @ token_table.T


@wrong("numbers_added")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    import torch

    x = token_table[ids] + torch.arange(ids.shape[1])[:, None]
    for block in blocks:
        x = block(x)
    return final_norm(x) @ token_table.T


@wrong("first_text_kept")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = (token_table[ids[0]] + position_table[: ids.shape[1]])[None]
    for block in blocks:
        x = block(x)
    return final_norm(x) @ token_table.T


@wrong("too_much")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids] + position_table[: ids.shape[1]].cumsum(0)
    for block in blocks:
        x = block(x)
    return final_norm(x) @ token_table.T


@wrong("norm_wrong")
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids] + position_table[: ids.shape[1]]
    for block in blocks:
        x = block(x)
    x = (x - x.mean(-1, keepdim=True)) / x.std(-1, keepdim=True)
    return x @ token_table.T


# ---- parameter_ledger ----------------------------------------------------------------------------------------------


@right
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    table = vocab_size * n_embd
    heads = n_layer * n_head * head_size * n_embd
    wide = n_layer * n_neurons * n_embd
    lines = {
        "embedding": table,
        "query": heads,
        "key": heads,
        "value_down": heads,
        "value_up": heads,
        "up_projection": wide,
        "down_projection": wide,
        "unembedding": table,
    }
    return {**lines, "total": sum(lines.values())}


@right
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    out = dict.fromkeys(
        "total unembedding down_projection up_projection value_up value_down key query embedding".split(), 0
    )
    out["embedding"] = n_embd * vocab_size
    out["unembedding"] = vocab_size * n_embd
    for layer in range(n_layer):
        for head in range(n_head):
            for name in ("query", "key", "value_down", "value_up"):
                out[name] += head_size * n_embd
        out["up_projection"] += n_embd * n_neurons
        out["down_projection"] += n_neurons * n_embd
    out["total"] = sum(out.values())
    return out


@right
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    shapes = {
        "embedding": (n_embd, vocab_size),
        "query": (n_layer, n_head, head_size, n_embd),
        "key": (n_layer, n_head, head_size, n_embd),
        "value_down": (n_layer, n_head, head_size, n_embd),
        "value_up": (n_layer, n_head, n_embd, head_size),
        "up_projection": (n_layer, n_neurons, n_embd),
        "down_projection": (n_layer, n_embd, n_neurons),
        "unembedding": (vocab_size, n_embd),
    }
    ledger = {name: math.prod(shape) for name, shape in shapes.items()}
    ledger["total"] = sum(ledger.values())
    return ledger


@right
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    from collections import Counter

    ledger = Counter(embedding=vocab_size * n_embd, unembedding=vocab_size * n_embd)
    for _ in range(n_layer):
        ledger.update(dict.fromkeys(["query", "key", "value_down", "value_up"], n_head * head_size * n_embd))
        ledger.update(up_projection=n_neurons * n_embd, down_projection=n_neurons * n_embd)
    ledger["total"] = ledger.total()
    return ledger


@right
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    per_head = np.int64(head_size) * n_embd
    ledger = dict(
        embedding=float(vocab_size * n_embd),
        query=n_layer * n_head * per_head,
        key=n_layer * n_head * per_head,
        value_down=n_layer * n_head * per_head,
        value_up=n_layer * n_head * per_head,
        up_projection=np.prod([n_layer, n_neurons, n_embd], dtype=np.int64),
        down_projection=np.prod([n_layer, n_neurons, n_embd], dtype=np.float64),
        unembedding=vocab_size * n_embd,
    )
    ledger["total"] = np.array(list(ledger.values())).sum()
    return ledger


@right
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    from torch import nn

    def weights(n_in, n_out, times=1):
        return times * nn.Linear(n_in, n_out, bias=False, device="meta").weight.numel()

    heads = n_layer * n_head
    lines = {name: weights(n_embd, head_size, heads) for name in ("query", "key", "value_down")}
    lines["value_up"] = n_layer * weights(n_head * head_size, n_embd)
    lines |= dict(
        up_projection=weights(n_embd, n_neurons, n_layer), down_projection=weights(n_neurons, n_embd, n_layer)
    )
    lines |= dict(embedding=weights(vocab_size, n_embd), unembedding=weights(n_embd, vocab_size))
    return lines | {"total": sum(lines.values())}


def counted(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons, **changed):
    """A dictionary in the right form, with some lines replaced before the total is taken."""
    heads, wide = n_layer * n_head * head_size * n_embd, n_layer * n_neurons * n_embd
    lines = dict(embedding=vocab_size * n_embd, query=heads, key=heads, value_down=heads, value_up=heads)
    lines |= dict(up_projection=wide, down_projection=wide, unembedding=vocab_size * n_embd) | changed
    return lines | {"total": sum(lines.values())}


@wrong("no_layers")
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    return counted(1, n_head, n_embd, head_size, vocab_size, n_neurons)


@wrong("no_heads")
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    return counted(n_layer, 1, n_embd, head_size, vocab_size, n_neurons)


@wrong("whole_width")
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    return counted(n_layer, n_head, n_embd, n_embd, vocab_size, n_neurons)


@wrong("heads_squared")
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    return counted(n_layer, n_head**2, n_embd, head_size, vocab_size, n_neurons)


@wrong("square_value")
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    sizes = n_layer, n_head, n_embd, head_size, vocab_size, n_neurons
    return counted(*sizes, value_down=n_layer * n_head * n_embd**2, value_up=0)


@wrong("no_output")
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    return counted(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons, value_up=0)


@wrong("tied")
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    return counted(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons, unembedding=0)


@wrong("one_layer_less")
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    out = counted(0, n_head, n_embd, head_size, vocab_size, n_neurons)
    out.pop("total")
    for _ in range(1, n_layer):
        for name in ("query", "key", "value_down", "value_up"):
            out[name] += n_head * head_size * n_embd
        out["up_projection"] += n_embd * n_neurons
        out["down_projection"] += n_neurons * n_embd
    return out | {"total": sum(out.values())}


@wrong("four_widths")
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    return counted(n_layer, n_head, n_embd, head_size, vocab_size, 4 * n_embd)


@wrong("doubled_total")
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    lines = counted(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons)
    lines["total"] = sum(lines.values())
    return lines


@wrong("no_total")
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    lines = counted(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons)
    del lines["total"]
    return lines


@wrong("names_lost")
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    return tuple(counted(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons).values())


@wrong("only_total")
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    return sum(counted(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons).values()) // 2


@wrong("in_words")
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    return {k: f"{v:,}" for k, v in counted(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons).items()}


@wrong("mlp_biases")
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    sizes = n_layer, n_head, n_embd, head_size, vocab_size, n_neurons
    up, down = n_neurons * n_embd + n_neurons, n_embd * n_neurons + n_embd
    return counted(*sizes, up_projection=n_layer * up, down_projection=n_layer * down)


@wrong("total_of_all_layers")
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    lines = counted(1, n_head, n_embd, head_size, vocab_size, n_neurons)
    tables = 2 * vocab_size * n_embd
    return lines | {"total": n_layer * (lines["total"] - tables) + tables}


@wrong("output_square")
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    return counted(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons, value_up=n_layer * n_embd**2)


@wrong("too_much")
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    return counted(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons, unembedding=0, value_up=0)


@wrong()
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    return counted(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons, positions=2_048 * n_embd)


@wrong()
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    lines = counted(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons)
    return {name.replace("_", "-"): count for name, count in lines.items()}


@wrong("width_shared_out")
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    return counted(n_layer, n_head, n_embd, n_embd / n_head, vocab_size, n_neurons)


@wrong("tables_without_width")
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    return counted(
        n_layer, n_head, n_embd, head_size, vocab_size, n_neurons, embedding=vocab_size, unembedding=vocab_size
    )


@wrong("tables_each_layer")
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    tables = n_layer * vocab_size * n_embd
    return counted(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons, embedding=tables, unembedding=tables)


@wrong("total_beside")
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    lines = counted(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons)
    return lines, lines.pop("total")


@wrong("whole_numbers_end")
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    return {
        name: np.int64(count).astype(np.int32)
        for name, count in counted(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons).items()
    }


@wrong("argument_too_many")
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    return counted(
        n_layer, n_head, n_embd, head_size, vocab_size, n_neurons, down_projection=n_layer * (n_neurons + n_embd)
    )


# ---- fully_connected_parameters ------------------------------------------------------------------------------------


@right
def fully_connected_parameters(context_length, n_embd):
    return (context_length * n_embd) ** 2


@right
def fully_connected_parameters(context_length, n_embd):
    numbers = context_length * n_embd
    return numbers * numbers


@right
def fully_connected_parameters(context_length, n_embd):
    return float(context_length) ** 2 * float(n_embd) ** 2


@right
def fully_connected_parameters(context_length, n_embd):
    return np.prod([context_length, n_embd, context_length, n_embd], dtype=np.int64)


@right
def fully_connected_parameters(context_length, n_embd):
    from torch import nn

    return nn.Linear(context_length * n_embd, context_length * n_embd, bias=False, device="meta").weight.numel()


@right
def fully_connected_parameters(context_length, n_embd):
    one_token_to_one_token = n_embd * n_embd
    return sum(context_length * one_token_to_one_token for _ in range(context_length))


@right
def fully_connected_parameters(context_length, n_embd):
    import torch

    return torch.tensor(context_length * n_embd) ** 2


@wrong("tokens_not_squared")
def fully_connected_parameters(context_length, n_embd):
    return context_length * n_embd**2


@wrong("width_not_squared")
def fully_connected_parameters(context_length, n_embd):
    return context_length**2 * n_embd


@wrong("numbers_only")
def fully_connected_parameters(context_length, n_embd):
    return context_length * n_embd


@wrong("added")
def fully_connected_parameters(context_length, n_embd):
    return (context_length + n_embd) ** 2


@wrong("with_biases")
def fully_connected_parameters(context_length, n_embd):
    n = context_length * n_embd
    return n * n + n


@wrong("halved")
def fully_connected_parameters(context_length, n_embd):
    return sum(n_embd**2 for i in range(context_length) for j in range(i + 1))


@wrong("tokens_only")
def fully_connected_parameters(context_length, n_embd):
    return context_length**2


@wrong("doubled")
def fully_connected_parameters(context_length, n_embd):
    return context_length * n_embd * 2


@wrong("both_ways")
def fully_connected_parameters(context_length, n_embd):
    return 2 * (context_length * n_embd) ** 2


@wrong("without_itself")
def fully_connected_parameters(context_length, n_embd):
    n = context_length * n_embd
    return n * (n - 1)


@wrong("width_only")
def fully_connected_parameters(context_length, n_embd):
    return n_embd * n_embd


@wrong()
def fully_connected_parameters(context_length, n_embd):
    return (2_048 * 12_288) ** 2


@wrong("no_power")
def fully_connected_parameters(context_length, n_embd):
    return context_length * n_embd ^ 2


@wrong("in_32_bits")
def fully_connected_parameters(context_length, n_embd):
    return np.int32(context_length * n_embd) * np.int32(context_length * n_embd)


@wrong("product_wrong")
def fully_connected_parameters(context_length, n_embd):
    return context_length**2 + context_length * n_embd


@wrong("power_wrong")
def fully_connected_parameters(context_length, n_embd):
    numbers = context_length * n_embd
    return sum(range(numbers)) ** 2
