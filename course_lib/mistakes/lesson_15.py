"""Lesson 15: scaling out."""

import numpy as np

from course_lib.judge import Exercise


def _numbers(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape).round(2)


# ---- average_gradients -----------------------------------------------------------------------------------------------


def average_gradients(gradients, n_examples, slip):
    """For each parameter, the mean of the processes' gradients, weighted by their examples."""
    W, counts = len(gradients), np.array(n_examples, dtype=float)
    shares = slip(
        lambda: counts / counts.sum(),
        unweighted=lambda: np.ones(W) / W,
        summed=lambda: np.ones(W),
        not_divided=lambda: counts,
        divided_by_ranks=lambda: counts / W,
        sum_by_examples=lambda: np.ones(W) / counts.sum(),
        doubly_divided=lambda: counts / counts.sum() / W,
        by_most=lambda: counts / counts.max(),
        fewer_count_more=lambda: _inverse(counts),
        each_divided=lambda: 1 / np.maximum(counts, 1) / W,
        idle_left_out=lambda: (counts > 0) / (counts > 0).sum(),
        backwards=lambda: counts[::-1] / counts.sum(),
        first_rank=lambda: np.eye(W)[0],
        last_rank=lambda: np.eye(W)[-1],
        largest_rank=lambda: np.eye(W)[counts.argmax()],
        rounded_shares=lambda: counts // counts.sum(),
        softmax_shares=lambda: np.exp(counts) / np.exp(counts).sum(),
    )
    mean = [sum(s * g for s, g in zip(shares, parts, strict=True)) for parts in zip(*gradients, strict=True)]
    mean = slip(lambda: mean, median=lambda: [np.median(parts, axis=0) for parts in zip(*gradients, strict=True)])
    mean = slip(lambda: mean, lengths_only=lambda: [abs(g) for g in mean], turned=lambda: [-g for g in mean])
    return tuple(slip(lambda: mean, one_number_each=lambda: [np.full_like(g, g.mean()) for g in mean]))


def _inverse(counts):
    turned = 1 / np.maximum(counts, 0.5)
    return turned / turned.sum()


def _parts(seed, W, *shapes):
    return [[_numbers([seed, rank, i], *shape) for i, shape in enumerate(shapes)] for rank in range(W)]


AVERAGE_GRADIENTS = Exercise(
    average_gradients,
    cases=[
        ([[np.array([1.0, 2.0]), np.array([3.0])], [np.array([5.0, -2.0]), np.array([7.0])]], [3, 1]),
        (_parts(1, 3, (2, 3), (3,)), [4, 4, 4]),
        (_parts(2, 4, (3, 2), (2,), (1, 4)), [5, 0, 2, 1]),
        (_parts(3, 1, (2,), (2, 2)), [6]),
        (_parts(4, 3, (4,), (2, 3)), [1, 2, 7]),
        (_parts(5, 2, (3,), (2,)), [8, 2]),
    ],
    says=dict(
        unweighted="You took the plain mean. A process that read more examples counts more: weigh each by n_examples / their sum.",
        summed="You added the gradients up: twice the processes would make twice the step. Take the mean, weighted by the examples.",
        not_divided="You weighted each gradient by its examples, and did not divide by the number of all examples.",
        divided_by_ranks="You weighted by the examples, and divided by the number of processes. Divide by the number of all examples.",
        sum_by_examples="You added up and divided by all examples. Each gradient is a *mean* already: multiply it by its own examples first.",
        doubly_divided="You divided by all examples and by the number of processes as well. Once is enough: the shares sum to 1.",
        by_most="You divided by the largest number of examples. Divide by all of them: the shares sum to 1.",
        fewer_count_more="Your weights are upside down: whoever read fewer examples counts more. Multiply by n_examples.",
        each_divided="You divided each gradient by its examples. Each is a mean already: multiply by the examples, and divide by all of them.",
        idle_left_out="You left out who has read nothing; right. But the others don't count equally: weigh them by their examples.",
        backwards="Your weights go to the wrong processes: the first number of examples belongs to the first process.",
        first_rank="Only the gradients of process 0 came back. All of them count, by their examples.",
        last_rank="Only the gradients of the last process count. Do you overwrite the sum in the loop?",
        largest_rank="Only the process with the most examples counts. All of them do, in proportion.",
        rounded_shares="`//` rounds down: every share that is less than 1 becomes 0. Divide by `/`.",
        softmax_shares="You made the shares by a softmax. They are in proportion: n_examples / their sum.",
        turned="You turned the sign. Return the gradient itself; walking downhill is the optimiser's part.",
        median="You took the median. Take the mean, weighted by the examples.",
        lengths_only="You took absolute values. The sign says which way to go: keep it.",
        one_number_each="You averaged within each gradient too. Average over the processes only; the shape stays.",
    ),
    hints=(
        "One process has read 3 examples, the other 1. Of what is each gradient the mean, and what is the sum over all 4?",
        "A mean times n is the sum over a process's examples. Add those sums, and divide by the number of all examples. `zip(*gradients)` goes over the parameters.",
        "`total = sum(n_examples)`, then for every parameter `sum(n / total * g for …)`.",
    ),
)


# ---- shard_heads -----------------------------------------------------------------------------------------------------


def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device, slip):
    """The columns of W_q, W_k, W_v and the rows of W_o of the heads that one device holds."""
    C = W_q.shape[1]
    D, each = C // n_head, max(n_head // n_device, 1)
    wide = slip(each * D, head_cut=C // n_device)
    if n_head % n_device and not slip(False, head_cut=True, head_lost=True):
        raise ValueError("can't be dealt out evenly")
    number = slip(
        lambda: rank,
        always_first=0,
        counted_from_one=lambda: (rank - 1) % n_device,
        backwards=lambda: n_device - 1 - rank,
    )
    begin = number * wide
    columns = slip(
        lambda: list(range(begin, begin + wide)),
        one_head=lambda: list(range(number * D, (number + 1) * D)),
        every_nth_head=lambda: [h * D + d for h in range(number, n_head, n_device) for d in range(D)],
        every_nth_column=lambda: list(range(number, C, n_device)),
        n_head_as_size=lambda: [c % C for c in range(number * n_head, (number + 1) * n_head)],
        overlapping=lambda: [c % C for c in range(number * D, number * D + wide)],
        last_column_lost=lambda: list(range(begin, begin + wide - 1)),
        begins_at_rank=lambda: list(range(number, number + wide)),
        up_to_mine=lambda: list(range(begin + wide)),
        from_mine_on=lambda: list(range(begin, C)),
        the_others=lambda: [c for c in range(C) if c // wide != number],
    )
    three = slip(
        lambda: [W[:, columns] for W in (W_q, W_k, W_v)],
        inputs_cut=lambda: [W[columns] for W in (W_q, W_k, W_v)],
        all_whole=lambda: [W_q, W_k, W_v],
    )
    q, k, v = slip(
        lambda: three,
        values_whole=lambda: [three[0], three[1], W_v],
        only_queries=lambda: [three[0], W_k, W_v],
        keys_from_W_q=lambda: [three[0], three[0], three[2]],
        turned=lambda: [W.T for W in three],
    )
    o = slip(
        lambda: W_o[columns],
        W_o_columns=lambda: W_o[:, columns],
        W_o_whole=lambda: W_o,
        W_o_block=lambda: W_o[columns][:, columns],
        W_o_first_rows=lambda: W_o[: len(columns)],
        W_o_turned=lambda: W_o[columns].T,
        W_o_divided=lambda: W_o[columns] / n_device,
    )
    return slip(lambda: (q, k, v, o), zeros_kept=lambda: _with_zeros((W_q, W_k, W_v, W_o), columns))


def _with_zeros(four, columns):
    mine = np.isin(np.arange(len(four[0])), columns)
    return *(W * mine for W in four[:3]), four[3] * mine[:, None]


def _four(seed, C):
    return tuple(_numbers([seed, i], C, C) for i in range(4))


SHARD_HEADS = Exercise(
    shard_heads,
    cases=[
        (*_four(1, 4), 2, 1, 2),
        (*_four(2, 12), 6, 1, 3),
        (*_four(3, 12), 4, 0, 2),
        (*_four(4, 8), 4, 3, 4),
        (*_four(5, 6), 3, 0, 1),
        (*_four(6, 12), 3, 1, 2),
        (*_four(7, 16), 8, 2, 4),
    ],
    says=dict(
        head_cut="3 heads can't be dealt out to 2 devices: cut by columns, one head is torn in two. If n_head % n_device is not 0, raise a ValueError.",
        head_lost="3 heads can't be dealt out to 2 devices: one of them is lost. If n_head % n_device is not 0, raise a ValueError.",
        always_first="Every device gets the first heads. Device `rank` begins after those of the devices before it.",
        counted_from_one="You count the devices from 1. The first one has rank 0.",
        backwards="You deal the heads out in reverse: device 0 gets the first ones.",
        one_head="Each device gets one head only. It gets n_head / n_device of them, side by side.",
        every_nth_head="You deal the heads out in turn, as cards. Give each device neighbouring ones: one slice is enough.",
        every_nth_column="You deal out single columns in turn: every head is torn apart. Give each device neighbouring columns.",
        n_head_as_size="You took `n_head` as the number of columns. A device gets C / n_device columns.",
        overlapping="Your devices overlap: each begins one head further. It begins after all heads of the devices before it.",
        last_column_lost="The last column of the last head is missing: a slice ends *before* its second number, so no − 1.",
        begins_at_rank="Your slice begins at column `rank`. It begins at rank · C / n_device.",
        zeros_kept="You kept the size (C, C), with zeros for the others' heads. To save memory, cut them off.",
        up_to_mine="You kept the heads of the earlier devices as well. Begin the slice at rank · C / n_device.",
        from_mine_on="You kept the heads of the later devices as well. End the slice at (rank + 1) · C / n_device.",
        the_others="You kept what the *other* devices hold. Keep this device's own heads.",
        inputs_cut="You cut the rows of W_q, W_k and W_v, which read the stream. A head has its own *columns*, and reads all of the stream.",
        all_whole="Each device holds all of W_q, W_k and W_v. Cut their columns.",
        values_whole="W_v is whole. A head has its own columns of W_v, too.",
        only_queries="Only W_q is cut. The same heads need their columns of W_k and W_v.",
        keys_from_W_q="You cut W_q twice. The keys come from W_k.",
        turned="Your parts of W_q, W_k and W_v lie on their side. They keep C rows, and have fewer columns.",
        W_o_columns="You cut the columns of W_o. A head's numbers meet its own *rows* of W_o (lesson 7): cut those.",
        W_o_whole="W_o is whole. A device holds the rows that its own heads meet.",
        W_o_block="You cut rows and columns of W_o. Only rows: every head may write into the whole stream.",
        W_o_first_rows="You took the first rows of W_o. Take those of this device's heads: the same numbers as the columns of W_q.",
        W_o_turned="Your part of W_o lies on its side. It keeps C columns, and has fewer rows.",
        W_o_divided="You divided W_o by the number of devices. Updates of heads are added up, not averaged.",
    ),
    hints=(
        "Which columns of W_q belong to head h, and which rows of W_o does that head meet? (Lesson 7.)",
        "A device has n_head / n_device neighbouring heads, so C / n_device neighbouring columns. One slice serves all four matrices.",
        "`wide = W_q.shape[1] // n_device`, `mine = slice(rank * wide, (rank + 1) * wide)`; before that, refuse what can't be dealt out evenly.",
    ),
)


# ---- training_flops --------------------------------------------------------------------------------------------------


def training_flops(n_parameters, n_tokens, recompute=False, slip=None):
    """6·N·D, or 8·N·D if the forward values are computed twice."""
    forward = slip(2, multiplications_only=1)
    backward = slip(
        lambda: 2 * forward,
        no_backward=0,
        backward_like_forward=lambda: forward,
        backward_thrice=lambda: 3 * forward,
    )
    again = slip(
        lambda: forward if recompute else 0,
        recompute_ignored=0,
        always_again=lambda: forward,
        upside_down=lambda: 0 if recompute else forward,
        all_again=lambda: forward + backward if recompute else 0,
        instead=lambda: -forward if recompute else 0,
        both_again=lambda: 2 * forward if recompute else 0,
        half_again=lambda: forward / 2 if recompute else 0,
    )
    N, D = slip(
        lambda: (n_parameters, n_tokens),
        per_token=lambda: (n_parameters, 1),
        no_parameters=lambda: (1, n_tokens),
        squared=lambda: (n_parameters**2, n_tokens),
        tokens_squared=lambda: (n_parameters, n_tokens**2),
    )
    product = slip(lambda: N * D, added=lambda: N + D)
    ways = slip(lambda: forward + backward + again, forward_only=lambda: forward, always_four=4, always_twelve=12)
    return ways * slip(lambda: product, in_exa=lambda: product / 1e18)


TRAINING_FLOPS = Exercise(
    training_flops,
    cases=[
        (10, 100, False),
        (10, 100, True),
        (124_439_808, 10_000, False),
        (7, 3, True),
        (1, 50, False),
        (40, 1, True),
    ],
    says=dict(
        multiplications_only="You counted multiplications only. Each comes with an addition: twice as much.",
        no_backward="The way back is missing: it costs twice as much as the way forward. 2 + 4 = 6.",
        forward_only="That is the way forward alone. The way back costs twice as much on top: 2 + 4 = 6.",
        always_four="That is 4 · N · D, which the way back costs alone. The way forward is 2 more; with `recompute`, 2 more again.",
        always_twelve="That is 12 · N · D. 6 counts multiplications *and* additions already; with `recompute` it is 8.",
        backward_like_forward="You took the way back to cost as much as the way forward. It costs twice: gradients of the weights *and* of what came in.",
        backward_thrice="You took the way back to cost three times the way forward. It costs twice.",
        recompute_ignored="Your answer does not depend on `recompute`. If it is True, the way forward is done once more: 2 · N · D on top.",
        always_again="You always count a second way forward. It is only done if `recompute` is True.",
        upside_down="You count the second way forward when `recompute` is False. It is the other way round.",
        all_again="With `recompute` you doubled everything. Only the way *forward* is done again.",
        instead="With `recompute` you took the way forward off. It is done once *more*.",
        both_again="With `recompute` you counted two further ways forward. It is one.",
        half_again="The second way forward costs as much as the first one: 2 · N · D, a multiplication *and* an addition.",
        per_token="That is for one token. Multiply by the number of tokens.",
        no_parameters="That is for one parameter. Multiply by the number of parameters.",
        squared="You squared the number of parameters. Each is used once for each token.",
        tokens_squared="You squared the number of tokens. What grows like T² is only the table of attention, which is left out here.",
        added="You added parameters and tokens. *Each* parameter meets *each* token: multiply.",
        in_exa="Your answer is in 10¹⁸ FLOPs. Return the number itself.",
    ),
    hints=(
        "A parameter meets a token: one multiplication and one addition. How often, on the way forward and on the way back?",
        "2 forward. 4 back: what the weight's gradient takes, and what is handed on to the layer before. 2 more if the way forward is repeated.",
        "`return (8 if recompute else …) * …`",
    ),
)


# ---- memory_budget ---------------------------------------------------------------------------------------------------


def memory_budget(n_parameters, n_device=1, stage=0, slip=None):
    """(weights, gradients, optimiser): bytes on each device."""
    N = n_parameters
    kept = slip(4 + 4 + 4, one_missing=8, two_missing=4, master_16_bit=10, master_twice=16)
    weights = slip(2, weights_32_bit=4, weights_with_master=6)
    gradients = slip(2, gradients_32_bit=4, no_gradients=0)
    parts = [weights * N, gradients * N, kept * N]
    first = slip([3, 2, 1], weights_first=[1, 2, 3], one_stage_early=[2, 1, 0], one_stage_late=[4, 3, 2])
    shared = slip(
        lambda: [stage >= s for s in first],
        always_shared=lambda: [True] * 3,
        never_shared=lambda: [False] * 3,
        only_this_stage=lambda: [stage == s for s in first],
        all_from_stage_1=lambda: [stage >= 1] * 3,
        all_at_stage_3=lambda: [stage >= 3] * 3,
    )
    share = slip(lambda: n_device, squared=lambda: n_device**2, multiplied=lambda: 1 / n_device)
    parts = [part / share if cut else part for part, cut in zip(parts, shared, strict=True)]
    parts = slip(
        lambda: parts,
        all_32_bit=lambda: [n * N / (n_device if cut else 1) for n, cut in zip((4, 4, 8), shared, strict=True)],
        copy_not_shared=lambda: [*parts[:2], 4 * N + 8 * N / n_device] if stage >= 1 else parts,
        means_not_shared=lambda: [*parts[:2], 8 * N + 4 * N / n_device] if stage >= 1 else parts,
    )
    parts = slip(lambda: parts, all_devices=lambda: [part * n_device for part in parts])
    unit = slip(1, in_gb=1e9, in_gib=2**30, in_bits=1 / 8)
    w, g, o = (part / unit for part in parts)
    return slip(
        lambda: (w, g, o),
        reordered=lambda: (w, o, g),
        backwards=lambda: (o, g, w),
        running=lambda: (w, w + g, w + g + o),
    )


MEMORY_BUDGET = Exercise(
    memory_budget,
    cases=[(100, 1, 0), (100, 5, 1), (100, 5, 2), (100, 5, 3), (6_400, 64, 2), (12, 3, 0), (175_000_000_000, 1_024, 3)],
    says=dict(
        one_missing="Your optimiser has 8 bytes a parameter. It is 12: 4 for its own 32-bit copy of the weight, and 4 + 4 for Adam's two means.",
        two_missing="Your optimiser has 4 bytes a parameter. It is 12: 4 for its own 32-bit copy of the weight, and 4 + 4 for Adam's two means.",
        master_16_bit="Your copy of the weights has 16 bits. It is there because it has 32: 4 bytes.",
        master_twice="You counted the 32-bit copy of the weights twice.",
        weights_32_bit="The weights that are multiplied have 16 bits: 2 bytes. The 32-bit copy belongs to the optimiser.",
        weights_with_master="You counted the 32-bit copy with the weights. It belongs to the optimiser, which is shared out first.",
        gradients_32_bit="The gradients have 16 bits here: 2 bytes a parameter.",
        no_gradients="The gradients are missing: 2 bytes a parameter.",
        weights_first="You shared out the weights first. Stage 1 is the optimiser, the largest part; then the gradients, then the weights.",
        one_stage_early="Each part is shared out one stage too early. At stage 0 everybody holds everything; 1 is the optimiser.",
        one_stage_late="Each part is shared out one stage too late: 1 the optimiser, 2 the gradients too, 3 the weights too.",
        always_shared="You always share out everything. At stage 0 every device holds all of it.",
        never_shared="You never share anything out. From stage 1 on, a device holds 1 / n_device of the optimiser's part.",
        only_this_stage="At each stage you shared out one part only. Stages add up: at stage 2 it is the optimiser *and* the gradients.",
        all_from_stage_1="You share out everything from stage 1 on. Stage 1 is the optimiser only.",
        all_at_stage_3="You share nothing out before stage 3. Stage 1 is the optimiser, stage 2 the gradients too.",
        all_32_bit="You counted a training all in 32 bits: 4, 4 and 8. Here weights and gradients have 16 bits, and the optimiser adds a 32-bit copy: 2, 2 and 12.",
        copy_not_shared="You share out Adam's means, and not its copy of the weights. All 12 bytes of the optimiser are shared out.",
        means_not_shared="You share out the copy of the weights, and not Adam's means. All 12 bytes of the optimiser are shared out.",
        squared="You divided by n_device twice.",
        multiplied="You multiplied by n_device. Who shares holds less: divide.",
        all_devices="You added up all devices. Return what *each* of them holds.",
        in_gb="Your answer is in GB. Return bytes.",
        in_gib="Your answer is in GiB. Return bytes.",
        in_bits="Your answer is in bits. 8 bits are one byte.",
        reordered="Your last two are in the other order: weights, gradients, optimiser.",
        backwards="You returned them in reverse: weights, gradients, optimiser.",
        running="You returned running sums. Return the three parts by themselves.",
    ),
    hints=(
        "What does a parameter need besides itself, so that it can be trained: which numbers, of how many bytes each?",
        "16 bits are 2 bytes: weights 2, gradients 2, and for the optimiser 4 + 4 + 4. Then divide what the stage shares out by n_device.",
        "`weights, gradients, optimiser = 2 * n_parameters, 2 * n_parameters, 12 * n_parameters`, then `if stage >= 1: optimiser /= n_device`.",
    ),
)
