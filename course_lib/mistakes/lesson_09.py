"""Lesson 09: the whole GPT, counted."""

import numpy as np

from course_lib.judge import Exercise, Slip


def _numbers(seed, *shape):
    return np.random.default_rng([9, seed]).normal(size=shape).round(2)


def _ids(V, B, T):
    return np.random.default_rng([9, V]).integers(V, size=(B, T))


def gpt_logits(ids, token_table, position_table, blocks, final_norm, slip):
    """(B, T) ids -> (B, T, V) logits: look up, add the place, run the blocks, norm, compare with the table."""
    ids, token_table, position_table = np.asarray(ids), np.asarray(token_table), np.asarray(position_table)
    (B, T), C = ids.shape, token_table.shape[1]
    rows = slip(
        lambda: position_table[:T],
        whole_table=lambda: position_table,
        rows_for_texts=lambda: position_table[:B],
        one_row_more=lambda: position_table[: T + 1],
        one_row_less=lambda: position_table[: T - 1],
        row_0_left_out=lambda: position_table[1:T],
        from_one=lambda: position_table[1 : T + 1],
        first_place=lambda: position_table[:1],
        last_place_for_all=lambda: position_table[T - 1],
        backwards=lambda: position_table[:T][::-1],
        last_places=lambda: position_table[-T:],
        places_of_ids=lambda: position_table[ids],
        place_of_text=lambda: position_table[np.arange(B)[:, None] % len(position_table)],
        numbers_added=lambda: np.arange(T)[:, None],
    )
    x = slip(
        lambda: _add(token_table[ids], rows),
        no_positions=lambda: token_table[ids],
        only_positions=lambda: np.zeros((B, T, C)) + rows,
        multiplied=lambda: token_table[ids] * rows,
        subtracted=lambda: token_table[ids] - rows,
        tokens_scaled=lambda: token_table[ids] * C**0.5 + rows,
        late_positions=lambda: token_table[ids],
        each_block_positions=lambda: token_table[ids],
        ids_rolled=lambda: token_table[np.roll(ids, 1, axis=1)] + rows,
        first_text_kept=lambda: _add(token_table[ids[:1]], rows),
    )
    x = slip(lambda: x, norm_first=lambda: final_norm(x))
    x = _through(x, blocks, rows, final_norm, slip)
    x = slip(lambda: x, late_positions=lambda: x + rows)
    x = slip(
        lambda: final_norm(x),
        no_norm=lambda: x,
        norm_first=lambda: x,
        norm_in_loop=lambda: x,
        norm_of_logits=lambda: x,
        norm_twice=lambda: final_norm(final_norm(x)),
        norm_added=lambda: x + final_norm(x),
        own_norm=lambda: plain_norm(x),
    )
    x = slip(lambda: x, last_token=lambda: x[:, -1], last_token_kept=lambda: x[:, -1:], first_text=lambda: x[0])
    logits = slip(
        lambda: x @ token_table.T,
        not_unembedded=lambda: x,
        table_not_turned=lambda: _as_torch(x, token_table),
        positions_unembed=lambda: x @ position_table.T,
        normed_table=lambda: x @ final_norm(token_table).T,
        norm_after=lambda: final_norm(x @ token_table.T),
        norm_of_logits=lambda: final_norm(x @ token_table.T),
        scaled=lambda: x @ token_table.T / C**0.5,
        scaled_by_width=lambda: x @ token_table.T / C,
        cosine=lambda: _long(x) @ _long(token_table).T,
        distances=lambda: np.sqrt(((x[..., None, :] - token_table) ** 2).sum(-1)),
    )
    return slip(
        lambda: logits,
        softmax=lambda: _softmax(logits),
        log_softmax=lambda: np.log(_softmax(logits)),
        best_token=lambda: logits.argmax(-1) * 1.0,
        averaged=lambda: logits.sum(1) / logits.shape[1],
        flattened=lambda: logits.reshape(-1, logits.shape[-1]),
        tokens_last=lambda: np.moveaxis(logits, -1, -2),
        texts_second=lambda: np.moveaxis(logits, 0, 1),
        list_called=_no_function,
    )


def _through(x, blocks, rows, final_norm, slip):
    """x after the blocks, one after the other."""
    blocks = slip(
        lambda: blocks,
        no_blocks=(),
        first_block=lambda: blocks[:1],
        last_block=lambda: blocks[-1:],
        blocks_reversed=lambda: blocks[::-1],
        one_block_many_times=lambda: blocks[:1] * len(blocks),
        misses_last_block=lambda: blocks[:-1],
        misses_first_block=lambda: blocks[1:],
    )
    start, update = x, np.zeros_like(x)
    for block in blocks:
        x = slip(lambda x=x: x, each_block_positions=lambda x=x: x + rows)
        x = slip(lambda x=x: x, norm_before_each=lambda x=x: final_norm(x))
        after = lambda x=x, block=block: final_norm(block(x))  # noqa: E731
        new = slip(lambda x=x, block=block: block(x), norm_each_time=after, norm_in_loop=after)
        update = update + block(start)
        x = slip(new, added_again=x + new, taken_away=x - new)
    return slip(
        lambda: x,
        parallel=lambda: update if len(blocks) else start,
        parallel_kept=lambda: start + update,
        start_added=lambda: start + x,
    )


def _add(x, rows):
    """x + rows, with the error that a tensor would give."""
    if rows.ndim > 1 and len({x.shape[-2], rows.shape[-2], 1}) > 2:
        raise RuntimeError("sizes must match")
    return x + rows


def _as_torch(x, table):
    """x @ table, with the error that a tensor would give."""
    if x.shape[-1] != len(table):
        raise RuntimeError("shapes cannot be multiplied")
    return x @ table


def _no_function():
    raise TypeError("'list' object is not callable")


def _long(x):
    return x / np.sqrt((x**2).sum(-1, keepdims=True))


def _softmax(scores):
    exps = np.exp(scores - scores.max(-1, keepdims=True))
    return exps / exps.sum(-1, keepdims=True)


# Blocks and norms that work on arrays and on tensors, on (B, T, C) and on one text (T, C).
def look_back(x):
    """A block in which each token gets a part of all earlier ones."""
    return x + 0.4 * x.cumsum(-2)


def bend(x):
    """A block that treats every token by itself."""
    return x + 0.3 * x * abs(x)


def gather(x):
    """A block in which each token's numbers meet each other."""
    return x - 0.5 * x.cumsum(-1) + 0.2


def plain_norm(x):
    """A layer norm without gain and shift."""
    centred = x - x.sum(-1)[..., None] / x.shape[-1]
    return centred / ((centred**2).sum(-1)[..., None] / x.shape[-1] + 1e-5) ** 0.5


def gained_norm(x):
    """A norm with a gain that differs between what is above and below the mean, and a shift: norming twice shows."""
    return 1.7 * plain_norm(x) + 0.6 * abs(plain_norm(x)) + 0.3


def soft_norm(x):
    """A norm that divides by a little more, so that rows of almost equal numbers stay quiet."""
    centred = x - x.sum(-1)[..., None] / x.shape[-1]
    return 1.3 * centred / ((centred**2).sum(-1)[..., None] / x.shape[-1] + 0.5) ** 0.5 - 0.2


def unchanged(x):
    """The norm of the sheet's own example."""
    return x


def _first_fault(function):
    """The first step that goes wrong in a GPT of four blocks, told by what the blocks and the norm are handed; "" if none does."""
    import torch

    handed = {}

    def note(word, x):
        handed.setdefault(word, np.asarray(x.detach()))
        return x + 1

    def is_right(x, wanted):
        return np.allclose(x, wanted if x.ndim == 3 else wanted[0], atol=1e-3)  # a loop may hand over one text

    ids, tokens, places = np.array([[1, 0, 3], [2, 1, 1]]), _numbers(20, 4, 2), _numbers(21, 4, 2)
    blocks = [lambda x, i=i: note(i, x) for i in range(4)]
    given = [torch.tensor(ids), torch.tensor(tokens).float(), torch.tensor(places).float()]
    logits = np.asarray(function(*given, blocks, lambda x: note("norm", x)))
    start = tokens[ids] + places[:3]
    first = next((x for word, x in handed.items() if word != "norm"), None)
    if first is not None and not is_right(first, start):
        return "start"
    if not handed.keys() >= {0, 1, 2, 3}:
        return "blocks"
    if "norm" not in handed:
        return "norm"
    if not is_right(handed["norm"], start + 4):
        return "stream"
    return "" if logits.ndim == 3 and is_right(logits, (start + 5) @ tokens.T) else "logits"


def _gpt_inputs(draw):
    B, T, V, C = draw.size(1, 3), draw.size(1, 8), draw.size(2, 9), draw.size(2, 6)
    ids = draw.ids(B, T, below=V)
    tokens, places = draw.numbers(V, C, low=-4, high=4), draw.numbers(T + draw.size(0, 3), C, low=-4, high=4)
    blocks = draw.choice(
        [], [bend], [look_back, gather], [gather, bend, look_back], [look_back, gather, look_back, gather]
    )
    return ids, tokens, places, list(blocks), draw.choice(soft_norm, soft_norm, unchanged)


GPT_LOGITS = Exercise(
    gpt_logits,
    cases=[
        (np.array([[2, 0]]), _numbers(1, 3, 3), _numbers(2, 4, 3), [look_back, bend], plain_norm),
        (
            np.array([[1, 4, 4], [0, 2, 3]]),
            _numbers(3, 5, 4),
            _numbers(4, 6, 4),
            [look_back, bend, gather],
            gained_norm,
        ),
        (
            np.array([[3, 1, 0, 6]] * 2 + [[5, 5, 2, 1]]),
            _numbers(5, 7, 5),
            _numbers(6, 5, 5),
            [gather, look_back, bend],
            plain_norm,
        ),
        (np.array([[4], [1]]), _numbers(7, 6, 6), _numbers(8, 3, 6), [bend, gather], gained_norm),
        (np.array([[0, 1, 2]]), _numbers(9, 4, 3), _numbers(10, 5, 3), [], gained_norm),
        (np.array([[0], [1], [0]]), np.array([[1.0, 2.0], [2.0, 0.0]]), np.array([[0.0, 1.0]]), [], unchanged),
        (_ids(11, 4, 9), _numbers(11, 11, 5), _numbers(12, 12, 5), [look_back, gather, bend], gained_norm),
    ],
    says=dict(
        no_positions="The places are missing. ⇒ Add the first T rows of `position_table` to the tokens' vectors.",
        only_positions="Your answer does not depend on the ids. ⇒ Look them up in `token_table`, then add the places.",
        multiplied="You multiplied tokens by places. ⇒ Add them.",
        subtracted="You took the places away from the tokens. ⇒ Add them.",
        whole_table="You added all rows of `position_table`, and a text may have fewer tokens. ⇒ Cut it to its first T rows.",
        rows_for_texts="You took as many rows of `position_table` as there are texts. ⇒ A token has a place: T rows, and T is `ids.shape[1]`.",
        one_row_more="You took one row of `position_table` too many. ⇒ T tokens stand at the places 0 to T − 1: `[:T]`.",
        one_row_less="You took one row of `position_table` too few. ⇒ T tokens stand at the places 0 to T − 1: `[:T]`.",
        row_0_left_out="You left out row 0 of `position_table`, so there is one row too few. ⇒ T tokens stand at the places 0 to T − 1: `[:T]`.",
        from_one="Your places begin with row 1 of `position_table`. ⇒ The first token gets row 0.",
        first_place="All your tokens stand at the same place, the first. ⇒ Token t gets row t of `position_table`.",
        last_place_for_all="All your tokens stand at the same place, the last. ⇒ Token t gets row t of `position_table`: `[:T]`, with a colon.",
        backwards="Your places run backwards. ⇒ The first token gets row 0.",
        last_places="You took the last rows of `position_table`. ⇒ A text of T tokens has the first T.",
        places_of_ids="You looked up the ids in `position_table`. ⇒ It is asked for places: 0, 1, … T − 1.",
        place_of_text="Each text got a place of its own. ⇒ Tokens get them: the same T rows for every text.",
        numbers_added="You added the numbers of the places, 0, 1, 2, …, themselves. ⇒ A place is a vector, too: its row of `position_table`.",
        late_positions="You added the places after the blocks, which never saw them. ⇒ Add them before the first block.",
        each_block_positions="You added the places again for every block. ⇒ Once, before the first block, is enough.",
        ids_rolled="Your tokens are shifted by one place. ⇒ `token_table[ids]` keeps their order.",
        no_blocks="The blocks are missing. ⇒ Let x run through them, one after the other: each gets what the one before returned.",
        first_block="Only the first block was used. Is your `return` inside the loop? ⇒ Every block gets what the one before returned.",
        last_block="Only the last block's work is left. ⇒ Each block should get what the one before returned, `x = block(x)`.",
        misses_last_block="The last block is missing. ⇒ Run all of them.",
        misses_first_block="The first block is missing. ⇒ Run all of them: `blocks[0]` is one, too.",
        blocks_reversed="Your blocks run in reverse order. ⇒ `blocks[0]` comes first.",
        one_block_many_times="You used `blocks[0]` every time. ⇒ Each layer has a block of its own.",
        parallel="All your blocks read the same start, and you added up what they return. ⇒ Each reads what the one before returned.",
        parallel_kept="Your blocks all read the start, and you added everything up. ⇒ Each reads what the one before returned: `x = block(x)`.",
        added_again="You added x to `block(x)`, and the block has added its updates to the stream already. ⇒ Keep what it returns: `x = block(x)`.",
        taken_away="You took what a block returns away from x. ⇒ The block has done the adding: keep what it returns, `x = block(x)`.",
        start_added="You added the first vectors once more after the blocks. ⇒ Leave that out: the blocks carry them along already.",
        norm_each_time="You used `final_norm` after every block, and once more at the end. ⇒ It comes once, after the last block.",
        norm_in_loop="You used `final_norm` after every block. ⇒ It comes once, after the last: move it out of the loop.",
        tokens_scaled="You stretched the tokens by √C. The paper of 2017 did so. ⇒ This model adds the places to them as they are.",
        norm_first="You normed before the blocks. ⇒ `final_norm` comes after the last one.",
        norm_before_each="You used `final_norm` in front of every block. Blocks have norms of their own. ⇒ It comes once, after the last.",
        norm_added="You added the normed stream to the stream. ⇒ Only the normed one is compared with the table.",
        own_norm="You normed in a way of your own. This model's norm has learned its own gain and shift. ⇒ Use `final_norm`.",
        no_norm="The final norm is missing, or its result is lost. ⇒ `final_norm(x)` comes after the last block, and what it returns goes on.",
        norm_twice="You normed twice. ⇒ Once, after the last block.",
        norm_after="You normed the stream, and then the logits as well. ⇒ Leave the logits as they are.",
        norm_of_logits="You normed the logits, and not the stream. ⇒ The norm comes first, and then the comparison with the table.",
        normed_table="You normed the table as well. ⇒ Only x is normed.",
        last_token="Only the last token's logits came back. ⇒ Every place predicts: (B, T, V).",
        last_token_kept="Only the last token's logits came back, with an axis of 1. ⇒ Every place predicts: (B, T, V).",
        first_text="Only the first text came back. ⇒ Return all: (B, T, V).",
        first_text_kept="Only the first text came back, with an axis of 1. ⇒ Return all: (B, T, V).",
        not_unembedded="You returned the stream, with C numbers for each token. ⇒ Compare it with every row of the table: V scores.",
        table_not_turned="You multiplied by `token_table`, which has a row for each token: (V, C). ⇒ From C numbers to V scores it must be turned.",
        positions_unembed="You compared x with the places. ⇒ Scores for tokens come from `token_table`, turned.",
        scaled="You divided the logits by √C. ⇒ That belongs to the scores inside a head; logits stay as they are.",
        scaled_by_width="You divided the logits by C. ⇒ They stay as they are.",
        cosine="You took cosines. ⇒ Logits are plain dot products with the rows of the table.",
        distances="You measured distances from the rows of the table. ⇒ Logits are dot products with them.",
        softmax="You took the softmax. ⇒ Logits are the scores before it.",
        log_softmax="You took the logarithm of the softmax. ⇒ Logits are the scores before it.",
        best_token="You returned the best token's id. ⇒ Return all V scores of each place.",
        averaged="You averaged over the tokens. ⇒ Every place has its own logits: (B, T, V).",
        flattened="You put all texts below each other. ⇒ Keep their axis in front: (B, T, V).",
        tokens_last="Your last two axes are (V, T). ⇒ A token is a row: (B, T, V).",
        texts_second="Your first two axes are (T, B). ⇒ The texts come first: (B, T, V).",
        list_called="You called the list of blocks as if it were one function. ⇒ Go through it with a loop, and call each block.",
    ),
    true_if=dict(
        list_called=lambda code: code.has(r"\bblocks\("),
        norm_in_loop=lambda code: code.uses("final_norm"),
    ),
    steps={
        "the start": (
            *(
                "no_positions",
                "only_positions",
                "multiplied",
                "subtracted",
                "whole_table",
                "rows_for_texts",
                "from_one",
            ),
            *("first_place", "last_place_for_all", "backwards", "last_places", "places_of_ids", "place_of_text"),
            *("numbers_added", "ids_rolled", "tokens_scaled"),
        ),
        "the blocks": (
            *("no_blocks", "last_block", "misses_last_block", "misses_first_block", "blocks_reversed", "added_again"),
            *("one_block_many_times", "parallel", "parallel_kept", "start_added"),
        ),
        "the norm": ("no_norm", "norm_twice", "norm_added", "own_norm"),
        "the comparison with the table": (
            *("not_unembedded", "table_not_turned", "positions_unembed", "scaled", "scaled_by_width", "cosine"),
            *("distances", "softmax", "log_softmax", "best_token", "averaged", "flattened", "tokens_last"),
        ),
    },
    probes=[
        (f"{name}_wrong", sentence, lambda f, name=name: _first_fault(f) != name)
        for name, sentence in dict(
            start="What your first block receives is not right yet. ⇒ For each token: its row of `token_table`, plus the row of `position_table` at its place.",
            blocks="Not every one of the blocks is called. ⇒ Go through the whole list, whatever its length: `for block in blocks:`.",
            norm="Your function never calls `final_norm`. ⇒ It comes after the last block.",
            stream="The start is right, and each block is called. But what `final_norm` receives is not what the last block returned. ⇒ Keep what each block returns.",
            logits="Right up to `final_norm`. What you make of its result is not. ⇒ The dot product with every row of `token_table`: V scores, and nothing more.",
        ).items()
    ],
    makes=_gpt_inputs,
    tries=12,
    hints=(
        "Which five things happen between an id and its logits, and in which order? The lesson's `forward` has them in five lines.",
        "`token_table[ids]`, `position_table[:T]`, a loop `x = block(x)`, `final_norm(x)`, and a product with `token_table.T`.",
        "`x = token_table[ids] + position_table[: ids.shape[1]]`, then the loop over the blocks.",
    ),
    tensors=True,
)


KEYS = (
    "embedding",
    "query",
    "key",
    "value_down",
    "value_up",
    "up_projection",
    "down_projection",
    "unembedding",
    "total",
)


def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons, slip):
    """{line: parameters} as the video counts, with their total."""
    L, H, C, D, V, N = n_layer, n_head, n_embd, head_size, vocab_size, n_neurons
    table, wide = V * C, N * C
    L = slip(lambda: L, no_layers=1, one_layer_less=lambda: L - 1, one_layer_more=lambda: L + 1)
    one = slip(
        lambda: D * C,
        whole_width=lambda: C * C,
        divided_head=lambda: D // H * C,
        square_of_head=lambda: D * D,
        head_from_width=lambda: C // H * C,
        width_shared_out=lambda: C * C / H,
        no_width=lambda: D,
    )
    heads = slip(
        lambda: L * H,
        no_heads=lambda: L,
        heads_squared=lambda: L * H * H,
        layers_squared=lambda: L * L * H,
        heads_without_layers=lambda: H,
        layers_plus_heads=lambda: L + H,
    )
    mlps = slip(
        lambda: L, mlp_for_each_head=lambda: L * H, mlp_once=1, mlp_twice=lambda: 2 * L, mlps_squared=lambda: L * L
    )
    wide = slip(
        lambda: wide,
        four_widths=lambda: 4 * C * C,
        square_mlp=lambda: C * C,
        neurons_only=lambda: N,
        neurons_squared=lambda: N * N,
        mlp_halved=lambda: wide / 2,
    )
    lines = {
        "embedding": slip(
            lambda: table,
            no_embedding=0,
            width_squared=lambda: C * C,
            tables_without_width=lambda: V,
            tables_added=lambda: V + C,
            table_each_layer=lambda: table * L,
            tables_each_layer=lambda: table * L,
            no_tables=0,
        ),
        "query": slip(lambda: heads * one, query_once=lambda: L * one, query_square=lambda: heads * C * C),
        "key": slip(lambda: heads * one, key_is_query=0, key_once=lambda: L * one, key_square=lambda: heads * C * C),
        "value_down": slip(
            lambda: heads * one,
            square_value=lambda: heads * C * C,
            square_half=lambda: heads * C * C,
            no_down=0,
            down_once=lambda: L * one,
        ),
        "value_up": slip(
            lambda: heads * one,
            square_value=0,
            square_up=lambda: heads * C * C,
            no_output=0,
            up_once=lambda: L * one,
            output_square=lambda: L * C * C,
        ),
        "up_projection": mlps * slip(lambda: wide, mlp_biases=lambda: wide + N),
        "down_projection": mlps
        * slip(lambda: wide, only_up=0, mlp_biases=lambda: wide + C, down_without_neurons=lambda: C * C),
        "unembedding": slip(
            lambda: table,
            tied=0,
            width_squared=lambda: C * C,
            tables_without_width=lambda: V,
            tables_added=lambda: V + C,
            unembedding_each_layer=lambda: table * L,
            tables_each_layer=lambda: table * L,
            no_tables=0,
        ),
    }
    lines["total"] = slip(
        lambda: sum(lines.values()),
        total_without_tables=lambda: sum(lines.values()) - lines["embedding"] - lines["unembedding"],
        total_without_one_table=lambda: sum(lines.values()) - lines["embedding"],
        total_without_mlps=lambda: sum(lines.values()) - lines["up_projection"] - lines["down_projection"],
        total_of_all_layers=lambda: sum(lines.values()),
        doubled_total=lambda: 2 * sum(lines.values()),
        total_in_every_layer=lambda: L * sum(lines.values()),
        total_in_32_bits=lambda: float(np.float32(sum(lines.values()))),
        total_with_norms=lambda: sum(lines.values()) + (4 * L + 2) * C,
        total_with_gains=lambda: sum(lines.values()) + (2 * L + 1) * C,
        largest=lambda: max(lines.values()),
        last_line=lambda: lines["unembedding"],
    )
    one_each = {name: count // n_layer for name, count in lines.items() if name in KEYS[1:-2]}  # of a single layer
    return slip(
        lambda: lines,
        total_of_all_layers=lambda: {**lines, **one_each},
        whole_numbers_end=lambda: {name: _in_32_bits(count) for name, count in lines.items()},
        total_beside=lambda: [{name: count for name, count in lines.items() if name != "total"}, lines["total"]],
        total_twice=lambda: [lines, lines["total"]],
        names_lost=lambda: list(lines.values()),
        only_total=lambda: lines["total"],
        no_total=lambda: {name: count for name, count in lines.items() if name != "total"},
        in_words=lambda: {name: f"{count:,}" for name, count in lines.items()},
    )


def _in_32_bits(count):
    """What is left of a whole number in 32 bits."""
    return (int(count) + 2**31) % 2**32 - 2**31


def _ledger_inputs(draw):
    if draw.style == "usual" and draw.rng.random() < 0.1:
        return draw.choice((12, 12, 768, 64, 50_257, 3_072), (48, 25, 1_600, 64, 50_257, 6_400))
    return tuple(draw.size(1, largest) for largest in (5, 5, 16, 9, 40, 30))


SMALL = (2, 3, 7, 5, 11, 13)


def _lines_right(*names):
    """A test: are these lines of a learner's ledger of a small model right? (Yes, where there is no such line.)"""

    def test(function):
        mine, right = function(*SMALL), parameter_ledger(*SMALL, Slip())
        return not isinstance(mine, dict) or all(mine.get(name, right[name]) == right[name] for name in names)

    return test


def _names_right(function):
    mine = function(*SMALL)
    return not isinstance(mine, dict) or set(mine) == set(KEYS)


def _adds_up(function):
    mine = function(*SMALL)
    return not isinstance(mine, dict) or "total" not in mine or sum(mine.values()) == 2 * mine["total"]


PARAMETER_LEDGER = Exercise(
    parameter_ledger,
    cases=[
        (2, 3, 6, 4, 7, 11),
        (3, 2, 10, 6, 13, 30),
        (4, 5, 15, 7, 23, 17),
        (1, 1, 6, 2, 9, 5),
        (2, 4, 6, 5, 8, 3),
        (1, 1, 3, 2, 5, 4),
        (96, 96, 12_288, 128, 50_257, 49_152),
    ],
    says=dict(
        no_layers="The layers are not counted. ⇒ Everything in a block exists `n_layer` times; the two tables exist once.",
        one_layer_less="You have one layer too few. ⇒ There are exactly `n_layer`: `range(1, n_layer)`, for one, has n_layer − 1 entries.",
        one_layer_more="You have one layer too many. ⇒ There are exactly `n_layer`.",
        whole_width="Your heads' matrices are square. ⇒ They lead from `n_embd` numbers down to `head_size`, or up again.",
        divided_head="You divided `head_size` by the number of heads. ⇒ It is the size of *one* head already.",
        square_of_head="Your heads' matrices are `head_size` squared. ⇒ They read the whole width, or write it: head_size · n_embd.",
        head_from_width="Your heads have the size n_embd // n_head. ⇒ The size is given: `head_size`.",
        width_shared_out="Your heads' lines hold n_embd squared in each layer, as if all heads together were as wide as the stream. ⇒ A head is `head_size` wide, whatever that comes to.",
        no_width="Your heads' lines don't depend on `n_embd`. ⇒ A head's matrix leads from n_embd numbers to head_size, or back.",
        no_heads="Your heads' lines count one head in a layer. ⇒ There are `n_head`.",
        heads_squared="You counted the heads twice. ⇒ A layer has `n_head` of them, and each has its own four matrices.",
        layers_squared="In the heads' lines the layers are counted twice. ⇒ There are n_layer · n_head heads in all.",
        heads_without_layers="Your heads' lines hold the heads of one layer only. ⇒ Every layer has `n_head` of its own.",
        layers_plus_heads="You added layers and heads. ⇒ Each layer has `n_head` heads: multiply.",
        mlp_for_each_head="You counted an MLP for each head. ⇒ A layer has many heads and one MLP.",
        mlp_once="You counted one MLP in all. ⇒ Each layer has its own.",
        mlp_twice="Your up and down lines are twice too large. ⇒ Each is *one* matrix a layer.",
        mlp_halved="Your up and down lines are half as large as they should be. ⇒ Each is a whole matrix: n_neurons · n_embd a layer.",
        mlps_squared="In the MLP's lines the layers are counted twice. ⇒ Each layer has one MLP.",
        four_widths="Your MLP's lines hold 4 · n_embd². ⇒ The number of neurons is given: `n_neurons`.",
        square_mlp="Your MLP's matrices are square. ⇒ They lead from `n_embd` numbers to `n_neurons`, and back.",
        neurons_only="Your MLP's lines don't depend on `n_embd`. ⇒ Each neuron reads n_embd numbers: n_neurons · n_embd weights.",
        neurons_squared="Your MLP's lines hold `n_neurons` squared. ⇒ The MLP leads from `n_embd` numbers to `n_neurons`, and back.",
        no_embedding="Your embedding is 0. ⇒ It has a row of `n_embd` numbers for each token of the vocabulary.",
        no_tables="Both your tables are 0. ⇒ Each has a row of `n_embd` numbers for each token of the vocabulary.",
        width_squared="Your tables are square. ⇒ Each has `n_embd` numbers for each of the `vocab_size` tokens.",
        tables_without_width="Your tables hold one number for each token. ⇒ They have a row of `n_embd` numbers for each.",
        tables_added="For the tables you added `vocab_size` and `n_embd`. ⇒ There are n_embd numbers for each token: multiply.",
        table_each_layer="You counted the embedding once a layer. ⇒ Tokens are looked up once, before the first.",
        unembedding_each_layer="You counted the unembedding once a layer. ⇒ It comes once, at the end.",
        tables_each_layer="You counted both tables once a layer. ⇒ They exist once in the whole model: at the start and at the end.",
        key_is_query="Your line of keys is 0. ⇒ The keys have a matrix of their own, as large as the queries'.",
        query_once="Your line of queries counts one head a layer. ⇒ Every head has its own matrix: `n_head` of them.",
        key_once="Your line of keys counts one head a layer. ⇒ Every head has its own matrix: `n_head` of them.",
        down_once="Your value_down counts one head a layer. ⇒ Every head has its own way down: `n_head` of them.",
        query_square="Your queries' matrices are square. ⇒ They lead from `n_embd` numbers down to `head_size`.",
        key_square="Your keys' matrices are square. ⇒ They lead from `n_embd` numbers down to `head_size`.",
        square_value="You counted a square value matrix. ⇒ It is made of two thin ones: value_down and value_up, head_size · n_embd each.",
        square_half="Your value_down is square. ⇒ It leads down to `head_size` numbers: head_size · n_embd.",
        square_up="Your value_up is square. ⇒ It leads up from `head_size` numbers: head_size · n_embd.",
        no_down="The way down is missing. ⇒ Your value_down should be as large as a query matrix.",
        no_output="The way up (the output matrix) is missing. ⇒ Your value_up should be as large as value_down.",
        up_once="Your value_up has one head's rows a layer. ⇒ Every head has its own way up: `n_head` of them.",
        output_square="Your value_up is a square output matrix. ⇒ Its rows are those of all heads: n_head · head_size of them, not n_embd.",
        mlp_biases="You counted the MLP's biases. ⇒ The video counts matrices only.",
        only_up="The way down is missing. ⇒ Your down_projection should be as large as up_projection.",
        down_without_neurons="Your down_projection does not depend on `n_neurons`. ⇒ It reads all of them: n_neurons · n_embd.",
        tied="Your unembedding is 0, as if one table did both jobs. ⇒ The video counts an unembedding of its own, as large as the embedding.",
        total_without_tables="Your total leaves out the two tables. ⇒ Add up all eight lines.",
        total_without_one_table="Your total leaves out one of the two tables. ⇒ Add up all eight lines.",
        total_without_mlps="Your total leaves out the MLPs. ⇒ Add up all eight lines.",
        total_of_all_layers="Your total counts all layers, and your lines a single one. ⇒ Every line counts the whole model.",
        total_in_every_layer="Your total is multiplied by the layers, which the lines have counted already. ⇒ Add up the eight lines, and no more.",
        total_in_32_bits="Your total is right to seven digits only: 32 bits hold no more of a number with a point. ⇒ Add up whole numbers.",
        total_with_norms="Your total counts the norms as well. ⇒ It is the sum of the eight lines.",
        total_with_gains="Your total counts the norms' gains as well. ⇒ It is the sum of the eight lines.",
        doubled_total="Your total is twice too large. Did you add up with the total already among the lines? ⇒ Add up the eight, then put the sum in.",
        largest="Your total is the largest line. ⇒ Add them up: `sum(…)`.",
        last_line="Your total is the last line alone. ⇒ Add up all eight: `sum(….values())`.",
        whole_numbers_end="Large counts come out wrong: whole numbers of 32 bits end at 2,147,483,647. ⇒ Use Python's own, which have no end, or 64 bits.",
        total_beside='You returned the lines and the total side by side. ⇒ The total is an entry of the dictionary, "total": return that alone.',
        total_twice="You returned the total beside the dictionary. It is in there already. ⇒ Return the dictionary alone.",
        names_lost='The numbers are right, but their names are lost. ⇒ Return a dictionary: {"embedding": …, …}.',
        only_total="That is the total alone. ⇒ Return the dictionary with all nine entries.",
        no_total='The entry "total" is missing. ⇒ It is the sum of the other eight.',
        in_words="You returned texts. ⇒ Return the numbers, and leave the commas to the one who prints them.",
    ),
    probes=[
        (
            "other_names",
            "An entry of your dictionary has a name that is not in the sheet's list, or one of the list is missing. ⇒ Copy the nine names, letter by letter.",
            _names_right,
        ),
        (
            "tables_wrong",
            "Your lines of the two tables are not both right. ⇒ Each has `vocab_size` rows of `n_embd` numbers, and exists once in the whole model.",
            _lines_right("embedding", "unembedding"),
        ),
        (
            "heads_wrong",
            "Your four lines of the heads are not all right. ⇒ In each: one matrix, times the heads of a layer, times the layers.",
            _lines_right("query", "key", "value_down", "value_up"),
        ),
        (
            "mlp_wrong",
            "Your two lines of the MLP are not both right. ⇒ In each: one matrix, times the layers.",
            _lines_right("up_projection", "down_projection"),
        ),
        (
            "total_is_no_sum",
            "Your total is not the sum of your other entries. ⇒ Make the eight first, then add up exactly these.",
            _adds_up,
        ),
    ],
    makes=_ledger_inputs,
    hints=(
        "How large is one matrix of each kind, and how many of it are there: one in all, one a layer, or one for each head of each layer?",
        "Three products are enough: the table, one matrix of a head times all heads, one matrix of an MLP times all layers.",
        "`table, head, wide = vocab_size * n_embd, n_layer * n_head * head_size * n_embd, …`",
    ),
)


def fully_connected_parameters(context_length, n_embd, slip):
    """(T · C)²: every number in tied to every number out."""
    T, C = context_length, n_embd
    return slip(
        lambda: (T * C) ** 2,
        width_not_squared=lambda: T**2 * C,
        tokens_not_squared=lambda: T * C**2,
        no_power=lambda: (T * C) ^ 2,
        cubed=lambda: (T * C) ** 3,
        sum_of_squares=lambda: T**2 + C**2,
        sum_of_both=lambda: T + C,
        as_an_mlp=lambda: 8 * (T * C) ** 2,
        attention_instead=lambda: 4 * C**2,
        in_32_bits=lambda: _in_32_bits((T * C) ** 2),
        numbers_only=lambda: T * C,
        tokens_only=lambda: T**2,
        width_only=lambda: C**2,
        added=lambda: (T + C) ** 2,
        with_biases=lambda: (T * C) ** 2 + T * C,
        halved=lambda: T * (T + 1) // 2 * C**2,
        others_only=lambda: T * (T - 1) * C**2,
        earlier_only=lambda: T * (T - 1) // 2 * C**2,
        without_itself=lambda: T * C * (T * C - 1),
        both_ways=lambda: 2 * (T * C) ** 2,
        doubled=lambda: 2 * T * C,
        pairs=lambda: T * C * (T * C - 1) // 2,
        pairs_and_itself=lambda: T * C * (T * C + 1) // 2,
        to_the_fourth=lambda: (T * C) ** 4,
        root=lambda: (T * C) ** 0.5,
    )


def _sizes(draw):
    if draw.style == "usual" and draw.rng.random() < 0.2:
        return draw.choice((1_024, 768), (2_048, 12_288), (512, 1_600), (1_000, 10_001))
    return draw.size(1, 12), draw.size(1, 12)


def _exact(function):
    """True if large counts are right to the last digit."""
    return all(float(function(T, C)) == (T * C) ** 2 for T, C in ((2_047, 12_289), (4_095, 16_383), (333, 30_001)))


def _first_fault_of_count(function):
    """In what a count differs from the right one, first of all."""
    if function(2, 3) == function(5, 3):
        return "tokens"
    if function(2, 3) == function(2, 5):
        return "width"
    return "product" if function(2, 6) != function(3, 4) else "power"


FULLY_CONNECTED_PARAMETERS = Exercise(
    fully_connected_parameters,
    cases=[(2, 3), (4, 3), (1, 5), (6, 1), (3, 10), (2, 2), (1, 2), (1, 1), (9, 8), (2_048, 12_288)],
    says=dict(
        width_not_squared="You squared the tokens only. ⇒ *Every number* is tied to every number: T · C of them on both sides.",
        tokens_not_squared="That is T · C²: one matrix for each token, and tokens never meet. ⇒ Tie all T · C numbers to all T · C numbers. (A power comes before a product.)",
        no_power="In Python `^` is no power: it compares bits. ⇒ Write `**`.",
        cubed="You took the third power. ⇒ T · C numbers in times T · C numbers out: two factors.",
        sum_of_squares="You squared tokens and width apart, and added. ⇒ A context is T · C numbers: multiply first, then square.",
        sum_of_both="You added tokens and width. ⇒ A context holds T · C numbers, and each is tied to all of them.",
        as_an_mlp="You counted two layers with four times as many numbers between them, as in an MLP. ⇒ Here it is one layer, from all numbers to as many.",
        attention_instead="You counted four matrices of a token's width. ⇒ Here all numbers of the whole context are tied to each other.",
        in_32_bits="Large counts come out wrong: whole numbers of 32 bits end at 2,147,483,647. ⇒ Use Python's own, which have no end, or 64 bits.",
        numbers_only="That is how many numbers there are. ⇒ Each is tied to all of them: how many ties is that?",
        tokens_only="You tied tokens to tokens with one weight each. ⇒ A token is `n_embd` numbers, and each of them is tied.",
        width_only="That ties the numbers of one token. ⇒ A context has `context_length` of them.",
        added="You added tokens and width before squaring. ⇒ A context holds T · C numbers: multiply.",
        with_biases="You counted biases as well. ⇒ Only the weights are asked for.",
        halved="You counted the ties to earlier tokens and to the token itself only. ⇒ Fully connected means all of them.",
        earlier_only="You counted the ties to earlier tokens only. ⇒ Fully connected means all of them.",
        others_only="You counted the ties between different tokens only. ⇒ A token's numbers are tied to each other, too.",
        without_itself="You left out the tie of each number to its own place. ⇒ It counts as well: T · C in, T · C out.",
        both_ways="You counted each weight twice. ⇒ A weight leads from one number in to one number out.",
        doubled="You added both sides. ⇒ Each number on one side is tied to each on the other: multiply.",
        pairs="You counted pairs within one side. ⇒ There are T · C numbers in and T · C numbers out, each with each.",
        pairs_and_itself="You counted each pair once, whichever way round. ⇒ From a to b and from b to a are two weights: T · C in, T · C out.",
        to_the_fourth="You squared twice. ⇒ T · C numbers in times T · C numbers out.",
        root="You took a root. ⇒ T · C numbers in times T · C numbers out.",
    ),
    probes=[
        (f"{name}_wrong", sentence, lambda f, name=name: _first_fault_of_count(f) != name)
        for name, sentence in dict(
            tokens="For 2 tokens and for 5 tokens of 3 numbers, you count the same. ⇒ Each token brings `n_embd` numbers of its own.",
            width="For 2 tokens of 3 numbers and of 5 numbers, you count the same. ⇒ More numbers in a token mean more ties.",
            product="2 tokens of 6 numbers and 3 tokens of 4 numbers are both 12 numbers, and you count them differently. ⇒ Only T · C matters.",
            power="Equally many numbers give equally many weights with you, and that is right. How many, is not. ⇒ n numbers in, n numbers out: n · n.",
        ).items()
    ],
    makes=_sizes,
    promises=[
        (
            "digits_lost",
            "Large counts are right to seven digits only: 32 bits hold no more of a number with a point. ⇒ Count with whole numbers, or with 64 bits.",
            _exact,
        )
    ],
    hints=(
        "How many numbers go into the layer, if a context is T tokens with C numbers each? And how many come out?",
        "A matrix from n numbers to n numbers has n² weights.",
        "`numbers = context_length * n_embd`",
    ),
)
