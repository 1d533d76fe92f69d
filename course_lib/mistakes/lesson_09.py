"""Lesson 09: the whole GPT, counted."""

import numpy as np

from course_lib.judge import Exercise


def _numbers(seed, *shape):
    return np.random.default_rng([9, seed]).normal(size=shape).round(2)


def _ids(V, B, T):
    return np.random.default_rng([9, V]).integers(V, size=(B, T))


def gpt_logits(ids, token_table, position_table, blocks, final_norm, slip):
    """(B, T) ids -> (B, T, V) logits: look up, add the place, run the blocks, norm, compare with the table."""
    ids, token_table, position_table = np.asarray(ids), np.asarray(token_table), np.asarray(position_table)
    (B, T), C = ids.shape, token_table.shape[1]
    places = slip(
        lambda: np.arange(T),
        from_one=lambda: (np.arange(T) + 1) % len(position_table),
        first_place=lambda: np.zeros(T, int),
        backwards=lambda: np.arange(T)[::-1],
        last_places=lambda: np.arange(len(position_table) - T, len(position_table)),
        places_of_ids=lambda: ids,
        place_of_text=lambda: np.arange(B)[:, None] % len(position_table),
    )
    where = position_table[places]
    x = slip(
        lambda: token_table[ids] + where,
        no_positions=lambda: token_table[ids],
        only_positions=lambda: np.zeros((B, T, C)) + where,
        multiplied=lambda: token_table[ids] * where,
        tokens_scaled=lambda: token_table[ids] * C**0.5 + where,
        late_positions=lambda: token_table[ids],
        each_block_positions=lambda: token_table[ids],
        ids_rolled=lambda: token_table[np.roll(ids, 1, axis=1)] + where,
    )
    x = slip(lambda: x, norm_first=lambda: final_norm(x))
    if len(blocks) > 0:
        x = _through(x, blocks, where, final_norm, slip)
    x = slip(lambda: x, late_positions=lambda: x + where)
    x = slip(
        lambda: final_norm(x),
        no_norm=lambda: x,
        norm_first=lambda: x,
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
        scaled=lambda: x @ token_table.T / C**0.5,
        cosine=lambda: _long(x) @ _long(token_table).T,
    )
    return slip(
        lambda: logits,
        softmax=lambda: _softmax(logits),
        log_softmax=lambda: np.log(_softmax(logits)),
        best_token=lambda: logits.argmax(-1) * 1.0,
        averaged=lambda: logits.mean(1),
        flattened=lambda: logits.reshape(-1, logits.shape[-1]),
        tokens_last=lambda: np.moveaxis(logits, -1, -2),
    )


def _through(x, blocks, where, final_norm, slip):
    """x after the blocks, one after the other."""
    blocks = slip(
        lambda: blocks,
        no_blocks=(),
        first_block=lambda: blocks[:1],
        last_block=lambda: blocks[-1:],
        blocks_reversed=lambda: blocks[::-1],
        one_block_many_times=lambda: [blocks[0]] * len(blocks),
        misses_last_block=lambda: blocks[:-1] if len(blocks) > 1 else blocks,
    )
    start, update = x, np.zeros_like(x)
    for block in blocks:
        x = slip(lambda x=x: x, each_block_positions=lambda x=x: x + where)
        x = slip(lambda x=x: x, norm_before_each=lambda x=x: final_norm(x))
        new = slip(lambda x=x, block=block: block(x), norm_each_time=lambda x=x, block=block: final_norm(block(x)))
        update = update + block(start)
        x = slip(lambda x=x, new=new: new, added_again=lambda x=x, new=new: x + new)
    return slip(
        lambda: x,
        parallel=lambda: update if len(blocks) else start,
        parallel_kept=lambda: start + update,
        start_added=lambda: start + x,
    )


def _as_torch(x, table):
    """x @ table, with the error that a tensor would give."""
    if x.shape[-1] != len(table):
        raise RuntimeError("shapes cannot be multiplied")
    return x @ table


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
        (_ids(11, 4, 9), _numbers(11, 11, 5), _numbers(12, 12, 5), [look_back, gather, bend], gained_norm),
    ],
    says=dict(
        no_positions="The places are missing: add `position_table`'s first T rows to the tokens' vectors.",
        only_positions="Your answer does not depend on the ids. Look them up in `token_table`, then add the places.",
        multiplied="You multiplied tokens by places. Add them.",
        from_one="Your places begin with row 1 of `position_table`. The first token gets row 0.",
        first_place="All your tokens stand at the same place. Token t gets row t of `position_table`.",
        backwards="Your places run backwards. The first token gets row 0.",
        last_places="You took the last rows of `position_table`. A text of T tokens has the first T.",
        places_of_ids="You looked up the ids in `position_table`. It is asked for places: 0, 1, … T − 1.",
        place_of_text="Each text got a place of its own. Tokens get them: the same T rows for every text.",
        late_positions="You added the places after the blocks. They must know them: add them before the first block.",
        each_block_positions="You added the places again for every block. Once, before the first block, is enough.",
        ids_rolled="Your tokens are shifted by one place. `token_table[ids]` keeps their order.",
        no_blocks="The blocks are missing: `for block in blocks: x = block(x)`.",
        first_block="Only the first block was used. Is your `return` inside the loop?",
        last_block="Only the last block's work is left: each should get what the one before returned, `x = block(x)`.",
        misses_last_block="The last block is missing. Run all of them.",
        blocks_reversed="Your blocks run in reverse order. `blocks[0]` comes first.",
        one_block_many_times="You used `blocks[0]` every time. Each layer has a block of its own.",
        parallel="All your blocks read the same start, and you added up what they return. Each reads what the one before returned.",
        parallel_kept="Your blocks all read the start, and you added everything up. Each reads what the one before returned: `x = block(x)`.",
        added_again="You wrote `x = x + block(x)`. A block adds its updates to the stream by itself: `x = block(x)`.",
        start_added="You added the first vectors once more after the blocks. The blocks carry them along already.",
        norm_each_time="You used `final_norm` after every block. It comes once, after the last one.",
        tokens_scaled="You stretched the tokens by √C. The paper of 2017 did so; this model adds the places to them as they are.",
        norm_first="You normed before the blocks. `final_norm` comes after the last one.",
        norm_before_each="You used `final_norm` in front of every block. Blocks have norms of their own: it comes once, after the last.",
        norm_added="You added the normed stream to the stream. Only the normed one is compared with the table.",
        own_norm="You normed in a way of your own. This model's norm has learned its own gain and shift: use `final_norm`.",
        no_norm="The final norm is missing: `final_norm(x)` comes after the last block.",
        norm_twice="You normed twice. Once, after the last block.",
        norm_after="You normed the logits. The norm comes before the table: `final_norm(x) @ token_table.T`.",
        normed_table="You normed the table as well. Only x is normed.",
        last_token="Only the last token's logits came back. Every place predicts: (B, T, V).",
        last_token_kept="Only the last token's logits came back, with an axis of 1. Every place predicts: (B, T, V).",
        first_text="Only the first text came back. Return all: (B, T, V).",
        not_unembedded="You returned the stream, with C numbers for each token. Compare it with every row of the table: `@ token_table.T`.",
        table_not_turned="You multiplied by `token_table`, (V, C). From C numbers to V scores it must be turned: `token_table.T`.",
        positions_unembed="You compared x with the places. Scores for tokens come from `token_table.T`.",
        scaled="You divided the logits by √C. That belongs to the scores inside a head; logits stay as they are.",
        cosine="You took cosines. Logits are plain dot products: x @ token_table.T.",
        softmax="You took the softmax. Logits are the scores before it.",
        log_softmax="You took the logarithm of the softmax. Logits are the scores before it.",
        best_token="You returned the best token's id. Return all V scores of each place.",
        averaged="You averaged over the tokens. Every place has its own logits: (B, T, V).",
        flattened="You put all texts below each other. Keep their axis in front: (B, T, V).",
        tokens_last="Your last two axes are (V, T). A token is a row: (B, T, V).",
    ),
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
    )
    heads = slip(
        lambda: L * H,
        no_heads=lambda: L,
        heads_squared=lambda: L * H * H,
        layers_squared=lambda: L * L * H,
        heads_without_layers=lambda: H,
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
    )
    lines = {
        "embedding": slip(
            lambda: table, no_embedding=0, width_squared=lambda: C * C, table_each_layer=lambda: table * L
        ),
        "query": heads * one,
        "key": slip(lambda: heads * one, key_is_query=0),
        "value_down": slip(
            lambda: heads * one, square_value=lambda: heads * C * C, square_half=lambda: heads * C * C, no_down=0
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
            lambda: table, tied=0, width_squared=lambda: C * C, unembedding_each_layer=lambda: table * L
        ),
    }
    lines["total"] = slip(
        lambda: sum(lines.values()),
        total_without_tables=lambda: sum(lines.values()) - lines["embedding"] - lines["unembedding"],
        total_without_one_table=lambda: sum(lines.values()) - lines["embedding"],
        total_without_mlps=lambda: sum(lines.values()) - lines["up_projection"] - lines["down_projection"],
        total_of_all_layers=lambda: sum(lines.values()),
        doubled_total=lambda: 2 * sum(lines.values()),
        largest=lambda: max(lines.values()),
        last_line=lambda: lines["unembedding"],
    )
    one_each = {name: count // n_layer for name, count in lines.items() if name in KEYS[1:-2]}  # of a single layer
    return slip(
        lambda: lines,
        total_of_all_layers=lambda: {**lines, **one_each},
        names_lost=lambda: list(lines.values()),
        only_total=lambda: lines["total"],
        no_total=lambda: {name: count for name, count in lines.items() if name != "total"},
        in_words=lambda: {name: f"{count:,}" for name, count in lines.items()},
    )


PARAMETER_LEDGER = Exercise(
    parameter_ledger,
    cases=[
        (2, 3, 6, 4, 7, 11),
        (3, 2, 10, 6, 13, 30),
        (4, 5, 15, 7, 23, 17),
        (1, 1, 6, 2, 9, 5),
        (96, 96, 12_288, 128, 50_257, 49_152),
    ],
    says=dict(
        no_layers="The layers are not counted. Everything in a block exists `n_layer` times; the two tables exist once.",
        one_layer_less="You have one layer too few: `range(1, n_layer)` has n_layer − 1 entries.",
        one_layer_more="You have one layer too many. There are exactly `n_layer`.",
        whole_width="A head's matrix is not square: from `n_embd` numbers down to `head_size`, or up again.",
        divided_head="You divided `head_size` by the number of heads. It is the size of *one* head already.",
        square_of_head="A head's matrix reads the whole width: `head_size` · `n_embd`, not `head_size` squared.",
        head_from_width="You worked out a head's size as n_embd / n_head. Here it is given: `head_size`.",
        no_heads="You counted one head in a layer. There are `n_head`.",
        heads_squared="You counted the heads twice. A layer has `n_head` of them, and each has its own four matrices.",
        layers_squared="In the heads' lines the layers are counted twice. n_layer · n_head heads in all.",
        heads_without_layers="The heads of one layer only. Every layer has `n_head` of its own.",
        mlp_for_each_head="You counted an MLP for each head. A layer has many heads and one MLP.",
        mlp_once="You counted one MLP in all. Each layer has its own.",
        mlp_twice="Your up and down lines are twice too large. Each is *one* matrix a layer.",
        mlps_squared="In the MLP's lines the layers are counted twice. Each layer has one MLP.",
        four_widths="You took 4 · n_embd neurons. Here their number is given: `n_neurons`.",
        square_mlp="The MLP's matrices lead from `n_embd` numbers to `n_neurons`, and back. Yours are square.",
        neurons_only="Each neuron of the MLP reads `n_embd` numbers: n_neurons · n_embd weights.",
        neurons_squared="You took `n_neurons` squared. The MLP leads from `n_embd` numbers to `n_neurons`, and back.",
        no_embedding="The embedding is missing: one row of `n_embd` numbers for each token of the vocabulary.",
        width_squared="Your tables are square. Each has `n_embd` numbers for each of the `vocab_size` tokens.",
        table_each_layer="You counted the embedding once a layer. Tokens are looked up once, before the first.",
        unembedding_each_layer="You counted the unembedding once a layer. It stands once, at the end.",
        key_is_query="The keys have a matrix of their own, as large as the queries'.",
        square_value="You counted a square value matrix. It is made of two thin ones: value_down and value_up, head_size · n_embd each.",
        square_half="Your value_down is square. It leads down to `head_size` numbers: head_size · n_embd.",
        square_up="Your value_up is square. It leads up from `head_size` numbers: head_size · n_embd.",
        no_down="The way down is missing: value_down is as large as a query matrix.",
        no_output="The way up (the output matrix) is missing: value_up is as large as value_down.",
        up_once="Your value_up has one head's rows a layer. Every head has its own way up: `n_head` of them.",
        output_square="Your value_up is a square output matrix. Its rows are those of all heads: n_head · head_size of them, not n_embd.",
        mlp_biases="You counted the MLP's biases. The video counts matrices only.",
        only_up="The way down is missing: down_projection is as large as up_projection.",
        down_without_neurons="Your down_projection does not depend on `n_neurons`. It reads all of them: n_neurons · n_embd.",
        tied="You let one table do both jobs. The video counts an unembedding of its own, as large as the embedding.",
        total_without_tables="Your total leaves out the two tables. Add up all eight lines.",
        total_without_one_table="Your total leaves out one of the two tables. Add up all eight lines.",
        total_without_mlps="Your total leaves out the MLPs. Add up all eight lines.",
        total_of_all_layers="Your total counts all layers, and your lines a single one. Every line counts the whole model.",
        doubled_total="Your total is twice too large. Did you add up with the total already among the lines?",
        largest="Your total is the largest line. Add them up: `sum(…)`.",
        last_line="Your total is the last line alone. Add up all eight: `sum(….values())`.",
        names_lost='The numbers are right, but their names are lost. Return a dictionary: {"embedding": …, …}.',
        only_total="That is the total alone. Return the dictionary with all nine entries.",
        no_total='The entry "total" is missing: the sum of the other eight.',
        in_words="You returned texts. Return the numbers, and leave the commas to the one who prints them.",
    ),
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
        numbers_only=lambda: T * C,
        tokens_only=lambda: T**2,
        width_only=lambda: C**2,
        added=lambda: (T + C) ** 2,
        with_biases=lambda: (T * C) ** 2 + T * C,
        halved=lambda: T * (T + 1) // 2 * C**2,
        without_itself=lambda: T * C * (T * C - 1),
        both_ways=lambda: 2 * (T * C) ** 2,
        doubled=lambda: 2 * T * C,
        pairs=lambda: T * C * (T * C - 1) // 2,
        to_the_fourth=lambda: (T * C) ** 4,
        root=lambda: (T * C) ** 0.5,
    )


FULLY_CONNECTED_PARAMETERS = Exercise(
    fully_connected_parameters,
    cases=[(2, 3), (4, 3), (1, 5), (6, 1), (3, 10), (2_048, 12_288)],
    says=dict(
        width_not_squared="You squared the tokens only. *Every number* is tied to every number: T · C of them on both sides.",
        tokens_not_squared="That is one matrix for each token, in which tokens never meet. Tie all T · C numbers to all T · C numbers.",
        numbers_only="That is how many numbers there are. Each is tied to all of them: how many ties is that?",
        tokens_only="You tied tokens to tokens with one weight each. A token is `n_embd` numbers, and each of them is tied.",
        width_only="That ties the numbers of one token. A context has `context_length` of them.",
        added="You added tokens and width. A context holds T · C numbers: multiply.",
        with_biases="You counted biases as well. Only the weights are asked for.",
        halved="You counted the ties to earlier tokens only. Fully connected means all of them.",
        without_itself="You left out the tie of each number to its own place. It counts as well: T · C in, T · C out.",
        both_ways="You counted each weight twice. A weight leads from one number in to one number out.",
        doubled="You added both sides. Each number on one side is tied to each on the other: multiply.",
        pairs="You counted pairs within one side. There are T · C numbers in and T · C numbers out, each with each.",
        to_the_fourth="You squared twice. T · C numbers in times T · C numbers out.",
        root="You took a root. T · C numbers in times T · C numbers out.",
    ),
    hints=(
        "How many numbers go into the layer, if a context is T tokens with C numbers each? And how many come out?",
        "A matrix from n numbers to n numbers has n² weights.",
        "`numbers = context_length * n_embd`",
    ),
)
