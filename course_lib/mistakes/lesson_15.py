"""Lesson 15: scaling out."""

import math

import numpy as np

from course_lib.judge import Exercise


def _numbers(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape).round(2)


# ---- average_gradients -----------------------------------------------------------------------------------------------


def _made_gradients(draw):
    W, P = draw.size(1, 6), draw.size(1, 4)
    n_examples = draw.ids(W, below=6)
    n_examples[draw.place(W)] += not n_examples.any()
    shapes = [draw.choice((1,), (3,), (2, 3), (3, 1), (2, 1, 2)) for _ in range(P)]
    ends = np.cumsum([math.prod(shape) for shape in shapes])
    numbers = 1.0 * draw.numbers(W, ends[-1])  # gradients have a point, whole or not
    gradients = [
        [g.reshape(shape) for g, shape in zip(np.split(row, ends[:-1]), shapes, strict=True)] for row in numbers
    ]
    return gradients, n_examples.tolist()


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
        one_too_few=lambda: counts / (counts.sum() - 1),
        by_most=lambda: counts / counts.max(),
        by_first=lambda: counts / counts[0],
        by_length=lambda: counts / np.linalg.norm(counts),
        by_parameters=lambda: counts / len(gradients[0]),
        first_count_for_all=lambda: np.full(W, counts[0] / counts.sum()),
        fewer_count_more=lambda: _inverse(counts, idle=0),
        fewer_count_more_bare=lambda: _inverse(counts),
        each_divided=lambda: 1 / counts / W,
        each_divided_and_summed=lambda: 1 / counts,
        idle_left_out=lambda: (counts > 0) / (counts > 0).sum(),
        idle_divides=lambda: counts / counts.sum() if counts.all() else _raise(ZeroDivisionError),
        stops_at_idle=lambda: _before_the_idle(counts),
        idle_as_one=lambda: np.maximum(counts, 1) / np.maximum(counts, 1).sum(),
        divided_by_busy=lambda: counts / (counts > 0).sum(),
        filtered=lambda: np.concatenate([counts[counts > 0], counts[counts == 0]]) / counts.sum(),
        backwards=lambda: counts[::-1] / counts.sum(),
        first_rank=lambda: np.eye(W)[0],
        last_rank=lambda: np.eye(W)[-1],
        last_rank_by_share=lambda: np.eye(W)[-1] * counts[-1] / counts.sum(),
        first_rank_by_share=lambda: np.eye(W)[0] * counts[0] / counts.sum(),
        last_left_out=lambda: counts * (np.arange(W) < W - 1) / counts.sum(),
        first_left_out=lambda: counts * (np.arange(W) > 0) / counts.sum(),
        largest_rank=lambda: np.eye(W)[counts.argmax()],
        halved_in_turn=lambda: np.array([0.5 ** (W - max(rank, 1)) for rank in range(W)]),
        one_minus=lambda: 1 - counts / counts.sum(),
        roots=lambda: np.sqrt(counts) / np.sqrt(counts).sum(),
        squared=lambda: counts**2 / (counts**2).sum(),
        rounded_shares=lambda: counts // counts.sum(),
        softmax_shares=lambda: np.exp(counts) / np.exp(counts).sum(),
    )
    mean = [sum(s * g for s, g in zip(shares, parts, strict=True)) for parts in zip(*gradients, strict=True)]
    mean = slip(lambda: mean, by_size=lambda: [g * counts.sum() / g.size for g in mean])
    mean = slip(
        lambda: mean,
        median=lambda: [np.median(parts, axis=0) for parts in zip(*gradients, strict=True)],
        largest=lambda: [np.max(parts, axis=0) for parts in zip(*gradients, strict=True)],
        rounded_down=lambda: [np.floor(g) for g in mean],
        first_parameter_for_all=lambda: mean[:1] * len(mean),
        not_summed=lambda: [
            np.stack([s * g for s, g in zip(shares, parts, strict=True)]) for parts in zip(*gradients, strict=True)
        ],
    )
    mean = slip(lambda: mean, lengths_only=lambda: [abs(g) for g in mean], turned=lambda: [-g for g in mean])
    return tuple(
        slip(
            lambda: mean,
            one_number_each=lambda: [np.full_like(g, g.mean()) for g in mean],
            mean_of_each=lambda: [g.mean() for g in mean],
            sum_of_each=lambda: [g.sum() for g in mean],
            in_reverse=lambda: mean[::-1],
        )
    )


def _raise(error):
    raise error


def _before_the_idle(counts):
    """Shares of those before the first idle process; Python divides 0 by 0 if there are none."""
    read = counts * np.cumprod(counts > 0)
    return read / read.sum() if read.any() else _raise(ZeroDivisionError)


def _inverse(counts, idle=None):
    """Shares in proportion to 1 / n; an idle process gets the given one, or divides by 0 as Python does."""
    if idle is None and not counts.all():
        _raise(ZeroDivisionError)
    turned = np.where(counts > 0, 1 / np.maximum(counts, 1), idle or 0)
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
        (_parts(6, 3, (2, 2)), [0, 3, 2]),
        ([[np.array([2.0])], [np.array([6.0])]], [3, 1]),
    ],
    makes=_made_gradients,
    says=dict(
        unweighted="You took the plain mean: every process counts the same, however many examples it has read. ⇒ Weigh each by n_examples / their sum.",
        summed="You added the gradients up: twice the processes would make twice the step. ⇒ Take the mean, weighted by the examples.",
        not_divided="You weighted each gradient by its examples, and did not divide. ⇒ Divide by the number of all examples.",
        divided_by_ranks="You weighted by the examples, and divided by the number of processes. ⇒ Divide by the number of all examples.",
        divided_by_busy="You weighted by the examples, and divided by the number of processes that have read something. ⇒ Divide by the number of all examples.",
        sum_by_examples="You added up and divided by all examples. Each gradient is a *mean* already. ⇒ Multiply it by its own examples first.",
        doubly_divided="You divided by all examples and by the number of processes as well. ⇒ Once is enough: the shares sum to 1.",
        one_too_few="You divided by one less than the number of all examples. ⇒ Divide by all of them: the shares sum to 1.",
        by_most="You divided by the largest number of examples. ⇒ Divide by all of them: the shares sum to 1.",
        by_first="You divided by the examples of process 0. ⇒ Divide by all examples: the shares sum to 1.",
        by_length="You divided the numbers of examples by their length as a vector. ⇒ Divide by their sum: shares sum to 1.",
        by_parameters="You weighted by the examples, and divided by the number of parameters. ⇒ Divide by the number of all examples.",
        first_count_for_all="You weighted every gradient by the examples of process 0. ⇒ Each has its own number in n_examples.",
        fewer_count_more="Your weights are upside down: whoever read fewer examples counts more. ⇒ The weights are in proportion to n_examples.",
        fewer_count_more_bare="Your weights are upside down: whoever read fewer examples counts more, and an idle process divides by 0. ⇒ The weights are in proportion to n_examples.",
        each_divided="You divided each gradient by its examples, and by the number of processes. Each is a mean already. ⇒ Multiply by its examples, and divide by all of them.",
        each_divided_and_summed="You divided each gradient by its examples. Each is a mean already. ⇒ Multiply by its examples, and divide by all of them.",
        idle_left_out="Idle processes don't count in your mean, and that is right. The others count the same, though they have read differently much. ⇒ Weigh them by their examples.",
        idle_divides="An idle process has read 0 examples, and your code divides by that number. ⇒ Its weight is 0: multiply by its examples, and divide by all of them.",
        stops_at_idle="Your sum ends where a process is idle. Is there a `break`, where `continue` is meant? ⇒ Go on with those after it.",
        halved_in_turn="You took the mean of the mean so far and the next process: the last one counts half. ⇒ Add up n · gradient, and divide by all examples at the end.",
        one_minus="Your weights are 1 minus the share: whoever read fewer examples counts more. ⇒ The weights are the shares themselves.",
        roots="Your weights grow like the square root of the examples. ⇒ They are in proportion: n_examples / their sum.",
        by_size="You weighted by the examples, and divided by how many numbers the gradient has. ⇒ Divide by the number of all examples.",
        idle_as_one="An idle process counts in your mean as if it had read one example. It has read none. ⇒ Its weight is 0: take n_examples as they are.",
        filtered="Your weights slip to the wrong processes where one is idle: the list of weights is shorter than that of gradients. ⇒ Keep the idle one in both, or leave it out of both.",
        backwards="Your weights go to the wrong processes, in reverse. ⇒ The first number of examples belongs to the first process.",
        first_rank="Only the gradients of process 0 came back. ⇒ All of them count, by their examples.",
        last_rank="Only the gradients of the last process came back. Is the sum overwritten in the loop? ⇒ All of them count, by their examples.",
        first_rank_by_share="Only process 0 has its share in your sum. Does the loop end too early? ⇒ Add up the shares of all.",
        last_rank_by_share="Only the last process has its share in your sum. Is the sum overwritten in the loop? ⇒ Add to it in each round.",
        first_left_out="Process 0 is missing in your sum. ⇒ Begin with it.",
        last_left_out="The last process is missing in your sum. ⇒ Go on to the end of the list.",
        largest_rank="Only the process with the most examples counts. ⇒ All of them do, in proportion.",
        squared="Your weights grow like the square of the examples. Are they multiplied twice? ⇒ They are in proportion: n_examples / their sum.",
        rounded_shares="Every share that is less than 1 is rounded down to 0. Is there a `//`? ⇒ Divide by `/`.",
        rounded_down="Your numbers are rounded down to whole ones. Is there a `//`? ⇒ Divide by `/`.",
        softmax_shares="You made the shares by a softmax. ⇒ They are in proportion: n_examples / their sum.",
        turned="You turned the sign. Walking downhill is the optimiser's part. ⇒ Return the gradient itself.",
        median="You took the median over the processes. ⇒ Take the mean, weighted by the examples.",
        largest="You took the largest number of all processes. ⇒ Take the mean, weighted by the examples.",
        first_parameter_for_all="Every parameter gets the gradient of the first one. ⇒ Go over the parameters as well.",
        not_summed="You weighted the gradients of the processes, and didn't add them up. ⇒ Add them: one array for each parameter.",
        lengths_only="You took absolute values. The sign says which way to go. ⇒ Keep it.",
        one_number_each="You averaged within each gradient too. ⇒ Average over the processes only; the numbers of one array stay apart.",
        mean_of_each="You averaged within each gradient too, down to one number. ⇒ Average over the processes only; the shape stays.",
        sum_of_each="You added up each gradient, down to one number. ⇒ Average over the processes only; the shape stays.",
        in_reverse="Your parameters come back in reverse order. ⇒ Keep the order of the lists.",
    ),
    hints=(
        "One process has read 3 examples, the other 1. Of what is each gradient the mean, and what is the sum over all 4?",
        "A mean times n is the sum over a process's examples. Add those sums, and divide by the number of all examples. `zip(*gradients)` goes over the parameters.",
        "`total = sum(n_examples)`, then for every parameter `sum(n / total * g for …)`.",
    ),
)


# ---- shard_heads -----------------------------------------------------------------------------------------------------


def _made_matrices(draw):
    n_device, each, D = draw.size(1, 4), draw.size(1, 3), draw.size(1, 3)
    C = n_device * each * D
    return *(draw.numbers(C, C) for _ in range(4)), n_device * each, draw.place(n_device), n_device


def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device, slip):
    """The columns of W_q, W_k, W_v and the rows of W_o of the heads that one device holds."""
    C = W_q.shape[1]
    D, each = C // n_head, slip(n_head // n_device, heads_rounded_up=-(-n_head // n_device))
    refused = slip(
        lambda: n_head % n_device,
        head_cut=0,
        head_lost=0,
        rest_to_the_last=0,
        dealt_unevenly=0,
        heads_rounded_up=0,
        test_inverted=lambda: n_head % n_device == 0,
        equal_refused=lambda: n_head % n_device or n_head == n_device,
        columns_tested=lambda: C % n_device,
        width_tested=lambda: D % n_device,
        remainder_turned=lambda: n_device % n_head,
        only_fewer_refused=lambda: n_head < n_device,
        only_fewer_by_columns=lambda: n_head < n_device,
    )
    if refused:
        raise slip(lambda: ValueError, assertion=lambda: AssertionError, bare_exception=lambda: Exception)("uneven")
    by_columns = ("head_cut", "columns_tested", "width_tested", "test_inverted", "only_fewer_by_columns")
    wide = slip(each * D, **dict.fromkeys(by_columns, C // n_device))
    number = slip(
        lambda: rank,
        always_first=0,
        counted_from_one=lambda: rank - 1,
        counted_from_one_wrapped=lambda: (rank - 1) % n_device,
        next_device=lambda: rank + 1,
        backwards=lambda: n_device - 1 - rank,
    )
    begin = number * wide
    columns = slip(
        lambda: range(begin, begin + wide),
        rest_to_the_last=lambda: range(begin, C if rank == n_device - 1 else begin + wide),
        dealt_unevenly=lambda: _columns_of(np.array_split(np.arange(n_head), n_device)[rank], D),
        one_head=lambda: range(number * D, (number + 1) * D),
        every_nth_head=lambda: _columns_of(range(number, n_head, n_device), D),
        every_nth_column=lambda: range(number, C, n_device),
        n_head_as_size=lambda: range(number * n_head, (number + 1) * n_head),
        heads_as_columns=lambda: range(number * each, (number + 1) * each),
        overlapping=lambda: range(number * D, number * D + wide),
        first_column_lost=lambda: range(begin + 1, begin + wide),
        last_column_lost=lambda: range(begin, begin + wide - 1),
        one_column_more=lambda: range(begin, begin + wide + 1),
        ends_at_width=lambda: range(begin, wide),
        begins_at_rank=lambda: range(number, number + wide),
        up_to_mine=lambda: range(begin + wide),
        from_mine_on=lambda: range(begin, C),
        the_others=lambda: [c for c in range(C) if c // wide != number],
    )
    columns = [c for c in columns if c < C] if begin >= 0 else []  # as slices do
    three = slip(
        lambda: [W[:, columns] for W in (W_q, W_k, W_v)],
        inputs_cut=lambda: [W[columns] for W in (W_q, W_k, W_v)],
        inputs_cut_turned=lambda: [W[columns].T for W in (W_q, W_k, W_v)],
        all_whole=lambda: [W_q, W_k, W_v],
        reshaped=lambda: [W.reshape(n_device, C, -1)[rank] for W in (W_q, W_k, W_v)],
        blocks=lambda: [W[columns][:, columns] for W in (W_q, W_k, W_v)],
    )
    q, k, v = slip(
        lambda: three,
        values_whole=lambda: [three[0], three[1], W_v],
        values_cut_by_rows=lambda: [three[0], three[1], W_v[columns]],
        only_queries=lambda: [three[0], W_k, W_v],
        keys_from_W_q=lambda: [three[0], three[0], three[2]],
        values_from_W_k=lambda: [three[0], three[1], three[1]],
        all_from_W_q=lambda: [three[0]] * 3,
        turned=lambda: [W.T for W in three],
    )
    o = slip(
        lambda: W_o[columns],
        W_o_columns=lambda: W_o[:, columns],
        W_o_columns_turned=lambda: W_o[:, columns].T,
        W_o_whole=lambda: W_o,
        W_o_block=lambda: W_o[columns][:, columns],
        W_o_first_rows=lambda: W_o[: len(columns)],
        W_o_turned=lambda: W_o[columns].T,
        W_o_divided=lambda: W_o[columns] / n_device,
    )
    return slip(
        lambda: (q, k, v, o),
        heads_apart=lambda: (*(W.reshape(C, -1, D) for W in (q, k, v)), o.reshape(-1, D, o.shape[1])),
        all_devices=lambda: _for_all_devices(W_q, W_k, W_v, W_o, n_device),
        zeros_kept=lambda: _with_zeros((W_q, W_k, W_v, W_o), columns),
        output_first=lambda: (o, q, k, v),
        keys_first=lambda: (k, q, v, o),
        values_before_keys=lambda: (q, v, k, o),
    )


def _columns_of(heads, D):
    return [h * D + d for h in heads for d in range(D)]


def _for_all_devices(W_q, W_k, W_v, W_o, n_device):
    return *(np.stack(np.split(W, n_device, axis=1)) for W in (W_q, W_k, W_v)), np.stack(np.split(W_o, n_device))


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
        (*_four(8, 12), 2, 1, 3),
        (*_four(9, 15), 5, 0, 2),
        (*_four(10, 12), 4, 2, 3),
    ],
    makes=_made_matrices,
    says=dict(
        head_cut="3 heads can't be dealt out to 2 devices: cut by columns, one head is torn in two. ⇒ If n_head % n_device is not 0, raise a ValueError.",
        head_lost="3 heads can't be dealt out to 2 devices: one of them is lost in your code. ⇒ If n_head % n_device is not 0, raise a ValueError.",
        rest_to_the_last="If heads are left over, your last device takes them all. The sheet wants equal parts, or an error. ⇒ If n_head % n_device is not 0, raise a ValueError.",
        dealt_unevenly="If heads are left over, your first devices get one more. The sheet wants equal parts, or an error. ⇒ If n_head % n_device is not 0, raise a ValueError.",
        heads_rounded_up="If heads are left over, each of your devices takes one more, and the last ones get too few. ⇒ If n_head % n_device is not 0, raise a ValueError.",
        test_inverted="You refuse the heads that *can* be dealt out evenly, and no others. ⇒ It is the other way round: a remainder that is not 0 is refused.",
        equal_refused="You refuse one head for each device, as 4 heads on 4 devices. That is even. ⇒ Refuse what leaves a remainder, and nothing else.",
        columns_tested="You refuse what can't be cut by *columns*: 3 heads of 4 columns pass for 2 devices, and one is torn in two. ⇒ Test the number of heads.",
        width_tested="You refuse devices by the size of a head: 6 heads of 2 columns are refused for 3 devices. ⇒ Test the number of heads: n_head % n_device.",
        remainder_turned="You took the remainder the wrong way round, n_device % n_head: 6 heads are refused for 3 devices. ⇒ The heads are dealt out: n_head % n_device.",
        only_fewer_refused="You refuse fewer heads than devices only; 3 heads on 2 devices can't be dealt out evenly either. ⇒ If n_head % n_device is not 0, raise a ValueError.",
        only_fewer_by_columns="You refuse fewer heads than devices only: of 3 heads on 2 devices, one is torn in two. ⇒ If n_head % n_device is not 0, raise a ValueError.",
        assertion="Heads that are left over end in an AssertionError in your code. ⇒ The sheet asks for a ValueError: `raise ValueError(…)` instead of `assert`.",
        bare_exception="Heads that are left over end in a plain Exception in your code. ⇒ The sheet asks for a ValueError.",
        always_first="Every device gets the first heads in your code. ⇒ Device `rank` begins after those of the devices before it.",
        counted_from_one="You count the devices from 1: number 0 gets nothing. ⇒ The first one has rank 0.",
        counted_from_one_wrapped="You count the devices from 1: number 0 gets the last heads. ⇒ The first one has rank 0.",
        next_device="Each device gets the heads of the next one. ⇒ Before device `rank` there are `rank` others: it begins at rank · C / n_device.",
        backwards="You deal the heads out in reverse. ⇒ Device 0 gets the first ones.",
        one_head="Each device gets one head only. ⇒ It gets n_head / n_device of them, side by side.",
        every_nth_head="You deal the heads out in turn, as cards. ⇒ Give each device neighbouring ones: one slice is enough.",
        every_nth_column="You deal out single columns in turn: every head is torn apart. ⇒ Give each device neighbouring columns.",
        n_head_as_size="You took `n_head` as the number of columns. ⇒ A device gets C / n_device columns.",
        heads_as_columns="You cut as many columns as a device has heads. A head has C / n_head of them. ⇒ A device gets C / n_device columns.",
        overlapping="Your devices overlap: each begins one head further. ⇒ It begins after all heads of the devices before it.",
        first_column_lost="The first column of the first head is missing. ⇒ Device `rank` begins at rank · C / n_device.",
        last_column_lost="The last column of the last head is missing. ⇒ A slice ends *before* its second number: no − 1.",
        one_column_more="Each device takes one column of the next one. ⇒ A slice ends *before* its second number: no + 1.",
        ends_at_width="Your slice ends at column C / n_device, where device 1 only begins. ⇒ Device `rank` ends at (rank + 1) · C / n_device.",
        begins_at_rank="Your slice begins at column `rank`. ⇒ It begins at rank · C / n_device.",
        heads_apart="Your heads have an axis of their own. ⇒ Put their columns side by side again, and their rows of W_o one below the other.",
        all_devices="You returned what all devices hold. ⇒ Return the part of device `rank` alone.",
        zeros_kept="You kept the size (C, C), with zeros for the others' heads, so no memory is saved. ⇒ Cut them off.",
        up_to_mine="You kept the heads of the earlier devices as well. ⇒ Begin at rank · C / n_device.",
        from_mine_on="You kept the heads of the later devices as well. ⇒ End at (rank + 1) · C / n_device.",
        the_others="You kept what the *other* devices hold. ⇒ Keep this device's own heads.",
        inputs_cut="You cut the rows of W_q, W_k and W_v, which read the stream. A head reads all of the stream. ⇒ It has its own *columns*.",
        inputs_cut_turned="You cut the rows of W_q, W_k and W_v, and laid them on their side. A head reads all of the stream. ⇒ It has its own *columns*.",
        reshaped="Your parts of W_q, W_k and W_v have the right shape, and numbers that were cut off in reading order: a reshape doesn't cut columns. ⇒ Slice the second axis.",
        blocks="You cut rows and columns of W_q, W_k and W_v. A head reads all of the stream. ⇒ Cut the columns alone.",
        all_whole="Each device holds all of W_q, W_k and W_v. ⇒ Cut their columns.",
        values_whole="W_v is whole in what you return. ⇒ A head has its own columns of W_v, too.",
        values_cut_by_rows="You cut the rows of W_v. A head reads all of the stream. ⇒ It has its own *columns* of W_v, too.",
        only_queries="Of W_q, W_k and W_v, only the first is cut. ⇒ The same heads need their columns of W_k and W_v.",
        keys_from_W_q="Your part of W_k is cut from W_q. ⇒ The keys come from W_k.",
        values_from_W_k="Your part of W_v is cut from W_k. ⇒ The values come from W_v.",
        all_from_W_q="Your parts of W_k and W_v are cut from W_q. ⇒ Cut each of the three.",
        turned="Your parts of W_q, W_k and W_v lie on their side. ⇒ They keep C rows, and have fewer columns.",
        W_o_columns="You cut the columns of W_o. They write into the stream, and every head may write into all of it. ⇒ A head's numbers meet its own *rows* of W_o (lesson 7).",
        W_o_columns_turned="You cut the columns of W_o and laid them on their side: the shape is right, the numbers aren't. ⇒ A head's numbers meet its own *rows* of W_o (lesson 7).",
        W_o_whole="W_o is whole in what you return. ⇒ A device holds the rows that its own heads meet.",
        W_o_block="You cut rows and columns of W_o. ⇒ Only rows: every head may write into the whole stream.",
        W_o_first_rows="You took the first rows of W_o. ⇒ Take those of this device's heads: the same numbers as the columns of W_q.",
        W_o_turned="Your part of W_o lies on its side. ⇒ It keeps C columns, and has fewer rows.",
        W_o_divided="You divided W_o by the number of devices. ⇒ Updates of heads are added up, not averaged.",
        output_first="Your part of W_o comes first. ⇒ The order is W_q, W_k, W_v, W_o.",
        keys_first="Your part of W_k comes before that of W_q. ⇒ The order is W_q, W_k, W_v, W_o.",
        values_before_keys="Your part of W_v comes before that of W_k. ⇒ The order is W_q, W_k, W_v, W_o.",
    ),
    true_if=dict(remainder_turned=lambda code: code.has(r"n_device % n_head")),
    steps={
        "the error for heads that are left over": (
            "head_cut head_lost rest_to_the_last dealt_unevenly heads_rounded_up equal_refused only_fewer_refused "
            "only_fewer_by_columns assertion bare_exception"
        ).split(),
        "the chosen columns": (
            "always_first counted_from_one counted_from_one_wrapped next_device backwards one_head every_nth_head "
            "every_nth_column n_head_as_size heads_as_columns overlapping first_column_lost last_column_lost "
            "one_column_more ends_at_width begins_at_rank up_to_mine from_mine_on the_others"
        ).split(),
        "the cut through W_q, W_k and W_v": (
            "inputs_cut inputs_cut_turned reshaped blocks all_whole values_whole values_cut_by_rows only_queries "
            "keys_from_W_q values_from_W_k all_from_W_q turned"
        ).split(),
        "the cut through W_o": (
            "W_o_columns W_o_columns_turned W_o_whole W_o_block W_o_first_rows W_o_turned W_o_divided"
        ).split(),
    },
    hints=(
        "Which columns of W_q belong to head h, and which rows of W_o does that head meet? (Lesson 7.)",
        "A device has n_head / n_device neighbouring heads, so C / n_device neighbouring columns. One slice serves all four matrices.",
        "`wide = W_q.shape[1] // n_device`, `mine = slice(rank * wide, (rank + 1) * wide)`; before that, refuse what can't be dealt out evenly.",
    ),
)


# ---- training_flops --------------------------------------------------------------------------------------------------


def _drawn_count(draw):
    """A number of parameters or tokens; large ones are floats, for one whole number to the power of another would never end."""
    return draw.size(1, 999) * draw.choice(1, 1, 1e3, 1e6, 1e9)


def _made_trainings(draw):
    return _drawn_count(draw), _drawn_count(draw), *draw.choice((), (False,), (True,))


def training_flops(n_parameters, n_tokens, recompute=False, slip=None):
    """6·N·D, or 8·N·D if the forward values are computed twice."""
    forward = slip(2, multiplications_only=1, four_operations=4)
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
        four_again=lambda: 2 * forward if recompute else 0,
        half_again=lambda: forward / 2 if recompute else 0,
        half_more=lambda: (forward + backward) / 2 if recompute else 0,
    )
    N, D = slip(
        lambda: (n_parameters, n_tokens),
        per_token=lambda: (n_parameters, 1),
        no_parameters=lambda: (1, n_tokens),
        squared=lambda: (n_parameters**2, n_tokens),
        twenty_each=lambda: (n_parameters, 20 * n_parameters),
        one_token_less=lambda: (n_parameters, n_tokens - 1),
        tokens_squared=lambda: (n_parameters, n_tokens**2),
    )
    product = slip(lambda: N * D, added=lambda: N + D, divided=lambda: N / D if D else _raise(ZeroDivisionError))
    ways = slip(lambda: forward + backward + again, forward_only=lambda: forward, always_four=4, always_twelve=12)
    flops = slip(
        lambda: ways * product,
        only_with_recompute=lambda: ways * product if recompute else 0,
        again_for_one_token=lambda: (forward + backward) * product + again * N,
        again_for_one_parameter=lambda: (forward + backward) * product + again * D,
        back_for_one_token=lambda: (forward + again) * product + backward * N,
        bracket_missing=lambda: forward + backward + again * product,
    )
    flops = slip(
        lambda: flops,
        two_digits=lambda: float(f"{flops:.1e}"),
        overflow=lambda: (int(ways) * int(N) * int(D) + 2**63) % 2**64 - 2**63,
    )
    return flops / slip(1, in_giga=1e9, in_tera=1e12, in_peta=1e15, in_exa=1e18)


TRAINING_FLOPS = Exercise(
    training_flops,
    cases=[
        (10, 100, False),
        (10, 100, True),
        (124_439_808, 10_000, False),
        (7, 3, True),
        (1, 50, False),
        (40, 1, True),
        (10, 100),
        (175e9, 300e9),
        (12, 0, True),
        (350e6, 7e9, True),
    ],
    makes=_made_trainings,
    defaults=dict(recompute=False),
    says=dict(
        multiplications_only="You counted one operation for each parameter and token where there are two: each multiplication comes with an addition. ⇒ That makes twice as much.",
        four_operations="You counted four operations for each parameter and token where there are two. ⇒ One multiplication and one addition.",
        no_backward="The way back is missing in your count. ⇒ It costs twice as much as the way forward: 2 + 4 = 6.",
        forward_only="That is 2 · N · D, the way forward alone, with `recompute` or without. ⇒ The way back costs twice as much on top: 2 + 4 = 6.",
        always_four="That is 4 · N · D, with `recompute` or without: what the way back costs alone. ⇒ The way forward is 2 more; with `recompute`, 2 more again.",
        always_twelve="That is 12 · N · D, with `recompute` or without. ⇒ 6 counts multiplications *and* additions already; with `recompute` it is 8.",
        backward_like_forward="You took the way back to cost as much as the way forward. ⇒ It costs twice: gradients of the weights *and* of what came in.",
        backward_thrice="You took the way back to cost three times the way forward. ⇒ It costs twice.",
        recompute_ignored="Your answer does not depend on `recompute`. ⇒ If it is True, the way forward is done once more: 2 · N · D on top.",
        always_again="You always count a second way forward. ⇒ It is only done if `recompute` is True.",
        upside_down="You count the second way forward when `recompute` is False. ⇒ It is the other way round.",
        all_again="With `recompute` your answer is twice as large. ⇒ Only the way *forward* is done again.",
        instead="With `recompute` your answer is smaller: the way forward is taken off. ⇒ It is done once *more*.",
        four_again="With `recompute` you counted 4 · N · D on top, as much as the way back. ⇒ The way forward alone is done again, once.",
        half_again="With `recompute` you counted N · D on top, half of a way forward. ⇒ The second one costs as much as the first: 2 · N · D.",
        half_more="With `recompute` your answer is one and a half times as large. The way forward is a third of the work, not half. ⇒ It is done once more: 2 · N · D on top.",
        only_with_recompute="Without `recompute` your answer is 0. Does a condition cover the whole line, for want of brackets? ⇒ Without it there are 6 · N · D.",
        again_for_one_token="With `recompute` you counted the second way forward for one token only. ⇒ It is done for all of them: 2 · N · D on top.",
        again_for_one_parameter="With `recompute` you counted the second way forward for one parameter only. ⇒ It is done for all of them: 2 · N · D on top.",
        back_for_one_token="You counted the way back for one token only. ⇒ Each token has one: 4 · N · D.",
        bracket_missing="You multiplied the second way forward alone by N · D, and added a bare 6. ⇒ Put brackets around the sum.",
        per_token="That is for one token. ⇒ Multiply by the number of tokens.",
        no_parameters="That is for one parameter. ⇒ Multiply by the number of parameters.",
        squared="You squared the number of parameters. ⇒ Each is used once for each token.",
        twenty_each="You took 20 tokens for each parameter, whatever `n_tokens` is. ⇒ Multiply by the number of tokens that is given.",
        one_token_less="You counted one token less. ⇒ Every token is read once: multiply by `n_tokens`.",
        tokens_squared="You squared the number of tokens. What grows like T² is only the table of attention, which is left out here. ⇒ Each token is read once.",
        added="You added parameters and tokens. *Each* parameter meets *each* token. ⇒ Multiply.",
        divided="You divided the parameters by the tokens. *Each* parameter meets *each* token. ⇒ Multiply.",
        two_digits="Your answer is rounded to two digits. ⇒ Return the number itself.",
        overflow="Your large answers have run over: a whole number of 64 bits ends at 9.2 · 10¹⁸. ⇒ Take Python's own numbers, or floats.",
        in_giga="Your answer is in 10⁹ FLOPs. ⇒ Return the number itself.",
        in_tera="Your answer is in 10¹² FLOPs. ⇒ Return the number itself.",
        in_peta="Your answer is in 10¹⁵ FLOPs. ⇒ Return the number itself.",
        in_exa="Your answer is in 10¹⁸ FLOPs. ⇒ Return the number itself.",
    ),
    alone="forward_only always_four always_twelve two_digits overflow in_peta in_exa".split(),
    steps={
        "the way forward and back": "no_backward backward_like_forward backward_thrice back_for_one_token".split(),
        "the second way forward": (
            "recompute_ignored always_again upside_down all_again instead four_again half_again half_more "
            "again_for_one_token again_for_one_parameter"
        ).split(),
    },
    hints=(
        "A parameter meets a token: one multiplication and one addition. How often, on the way forward and on the way back?",
        "2 forward. 4 back: what the weight's gradient takes, and what is handed on to the layer before. 2 more if the way forward is repeated.",
        "`return (8 if recompute else …) * …`",
    ),
)


# ---- memory_budget ---------------------------------------------------------------------------------------------------


def _made_budgets(draw):
    n_parameters, n_device, stage = _drawn_count(draw), draw.size(1, 64), draw.place(4)
    return n_parameters, *draw.choice((), (n_device,), (n_device, stage), (n_device, stage), (n_device, stage))


def memory_budget(n_parameters, n_device=1, stage=0, slip=None):
    """(weights, gradients, optimiser): bytes on each device."""
    N = n_parameters
    kept = slip(4 + 4 + 4, one_missing=8, two_missing=4, half_16_bit=10, all_16_bit=6, master_twice=16)
    weights = slip(2, weights_32_bit=4, weights_with_master=6)
    gradients = slip(2, gradients_32_bit=4, no_gradients=0)
    parts = [weights * N, gradients * N, kept * N]
    first = slip([3, 2, 1], weights_first=[1, 2, 3], one_stage_early=[2, 1, 0], one_stage_late=[4, 3, 2])
    shared = slip(
        lambda: [stage >= s for s in first],
        always_shared=lambda: [True] * 3,
        never_shared=lambda: [False] * 3,
        optimiser_always=lambda: [False, False, True],
        optimiser_always_too=lambda: [stage >= 3, stage >= 2, True],
        optimiser_never=lambda: [stage >= 3, stage >= 2, False],
        gradients_never=lambda: [stage >= 3, False, stage >= 1],
        weights_never=lambda: [False, stage >= 2, stage >= 1],
        only_optimiser=lambda: [False, False, stage >= 1],
        stage_0_shares_all=lambda: [stage in (0, 3), stage in (0, 2, 3), True],
        weights_alone=lambda: [stage == 3, stage == 2, stage in (1, 2)],
        gradients_at_2_only=lambda: [stage >= 3, stage == 2, stage >= 1],
        optimiser_at_1_only=lambda: [stage >= 3, stage >= 2, stage == 1],
        gradients_and_weights=lambda: [stage >= 2, stage >= 2, stage >= 1],
        only_this_stage=lambda: [stage == s for s in first],
        all_from_stage_1=lambda: [stage >= 1] * 3,
        all_at_stage_3=lambda: [stage >= 3] * 3,
    )
    share = slip(
        lambda: n_device,
        squared=lambda: n_device**2,
        multiplied=lambda: 1 / n_device,
        one_device_less=lambda: n_device - 1,
    )
    parts = slip(
        lambda: [part / share if cut else part for part, cut in zip(parts, shared, strict=True)],
        rounded_down=lambda: [part // share if cut else part for part, cut in zip(parts, shared, strict=True)],
        rounded=lambda: [round(part / share) if cut else part for part, cut in zip(parts, shared, strict=True)],
        rounded_up=lambda: [np.ceil(part / share) if cut else part for part, cut in zip(parts, shared, strict=True)],
        parameters_rounded_down=lambda: [
            part // N * (N // share) if cut else part for part, cut in zip(parts, shared, strict=True)
        ],
        parameters_rounded_up=lambda: [
            part // N * -(-N // share) if cut else part for part, cut in zip(parts, shared, strict=True)
        ],
    )
    parts = slip(
        lambda: parts,
        all_32_bit=lambda: [n * N / (n_device if cut else 1) for n, cut in zip((4, 4, 8), shared, strict=True)],
        copy_not_shared=lambda: [*parts[:2], 4 * N + 8 * N / n_device] if stage >= 1 else parts,
        means_not_shared=lambda: [*parts[:2], 8 * N + 4 * N / n_device] if stage >= 1 else parts,
    )
    parts = slip(lambda: parts, all_devices=lambda: [part * n_device for part in parts])
    unit = slip(1, in_mb=1e6, in_gb=1e9, in_gib=2**30, in_bits=1 / 8)
    w, g, o = (part / unit for part in parts)
    return slip(
        lambda: (w, g, o),
        reordered=lambda: (w, o, g),
        backwards=lambda: (o, g, w),
        running=lambda: (w, w + g, w + g + o),
    )


MEMORY_BUDGET = Exercise(
    memory_budget,
    cases=[
        (100, 1, 0),
        (100, 5, 1),
        (100, 5, 2),
        (100, 5, 3),
        (6_400, 64, 2),
        (12, 3, 0),
        (175_000_000_000, 1_024, 3),
        (100, 7, 3),
        (100,),
        (40, 8),
        (1e9, 6, 1),
    ],
    makes=_made_budgets,
    defaults=dict(n_device=1, stage=0),
    says=dict(
        one_missing="Your optimiser has 8 bytes a parameter: one of its three numbers is missing, or two of them have 16 bits. ⇒ It is 12: 4 for its copy of the weight, and 4 + 4 for Adam's means.",
        two_missing="Your optimiser has 4 bytes a parameter, enough for one number of 32 bits. It keeps three. ⇒ It is 12: 4 for its own 32-bit copy of the weight, and 4 + 4 for Adam's two means.",
        half_16_bit="Your optimiser has 10 bytes a parameter. All three of its numbers have 32 bits, the copy of the weight too. ⇒ Each takes 4 bytes.",
        all_16_bit="Your optimiser has 6 bytes a parameter. It keeps its three numbers in 32 bits, not 16. ⇒ Each takes 4 bytes.",
        master_twice="Your optimiser has 16 bytes a parameter. It keeps three numbers of 32 bits, not four. ⇒ A copy of the weight and two means: 12.",
        weights_32_bit="Your weights have 4 bytes. Those that are multiplied have 16 bits. ⇒ 2 bytes: the 32-bit copy belongs to the optimiser.",
        weights_with_master="Your weights have 6 bytes: the optimiser's copy is counted with them. ⇒ 2 bytes: the 32-bit copy belongs to the optimiser, which is shared out first.",
        gradients_32_bit="Your gradients have 4 bytes a parameter. ⇒ They have 16 bits here: 2 bytes.",
        no_gradients="Your gradients take no memory. ⇒ They have 16 bits: 2 bytes a parameter.",
        weights_first="You shared out the weights first. ⇒ Stage 1 is the optimiser, the largest part; then the gradients, then the weights.",
        one_stage_early="Each part is shared out one stage too early. ⇒ At stage 0 everybody holds everything; 1 is the optimiser.",
        one_stage_late="Each part is shared out one stage too late. ⇒ 1 is the optimiser, 2 the gradients too, 3 the weights too.",
        always_shared="You always share out everything. ⇒ At stage 0 every device holds all of it.",
        never_shared="You never share anything out. ⇒ From stage 1 on, a device holds 1 / n_device of the optimiser's part.",
        optimiser_always="You share out the optimiser's part at every stage, and nothing else: your answer does not depend on `stage`. ⇒ Stage 0 shares nothing, 2 the gradients too, 3 the weights too.",
        optimiser_always_too="You share out the optimiser's part at stage 0, too. ⇒ Stage 0 shares nothing.",
        optimiser_never="The optimiser's part is never shared out. ⇒ It is the first one: from stage 1 on.",
        gradients_never="The gradients are never shared out. ⇒ They are from stage 2 on.",
        weights_never="The weights are never shared out. ⇒ They are at stage 3.",
        only_optimiser="Only the optimiser's part is ever shared out. Does an `elif` wait behind a condition that is always true first? ⇒ Stage 2 adds the gradients, 3 the weights.",
        stage_0_shares_all="At stage 0 you share out everything. Is there a slice from −stage on? −0 is 0, so it holds all. ⇒ Stage 0 shares nothing.",
        weights_alone="At stage 3 you share out the weights alone. ⇒ Stages add up: the optimiser and the gradients as well.",
        gradients_at_2_only="At stage 3 your gradients are whole again. ⇒ Stages add up: they stay shared out.",
        optimiser_at_1_only="From stage 2 on your optimiser's part is whole again. ⇒ Stages add up: it stays shared out.",
        gradients_and_weights="You share out the weights at stage 2, together with the gradients. ⇒ They follow at stage 3.",
        only_this_stage="At each stage you shared out one part only. ⇒ Stages add up: at stage 2 it is the optimiser *and* the gradients.",
        all_from_stage_1="You share out everything from stage 1 on. ⇒ Stage 1 is the optimiser only.",
        all_at_stage_3="You share nothing out before stage 3. ⇒ Stage 1 is the optimiser, stage 2 the gradients too.",
        rounded_down="Your shares are rounded down to whole bytes. Is there a `//`? ⇒ Shared out *evenly*, 200 bytes on 7 devices are 28.57 each: divide by `/`.",
        rounded="Your shares are rounded to whole bytes. ⇒ Shared out *evenly*, 200 bytes on 7 devices are 28.57 each.",
        rounded_up="Your shares are rounded up to whole bytes. ⇒ Shared out *evenly*, 200 bytes on 7 devices are 28.57 each.",
        parameters_rounded_down="Each device gets a whole number of parameters, rounded down. Is there a `//`? ⇒ Shared out *evenly*, 100 parameters on 7 devices are 14.29 each: divide by `/`.",
        parameters_rounded_up="Each device gets a whole number of parameters, rounded up. ⇒ Shared out *evenly*, 100 parameters on 7 devices are 14.29 each.",
        all_32_bit="You counted a training all in 32 bits: 4, 4 and 8. Here weights and gradients have 16 bits, and the optimiser adds a 32-bit copy. ⇒ 2, 2 and 12.",
        copy_not_shared="You share out Adam's means, and not the copy of the weights. ⇒ All 12 bytes of the optimiser are shared out.",
        means_not_shared="You share out the copy of the weights, and not Adam's means. ⇒ All 12 bytes of the optimiser are shared out.",
        one_device_less="What is shared out is divided by n_device − 1. ⇒ All devices hold a share, this one too.",
        squared="What is shared out is divided by n_device twice. ⇒ Once is enough.",
        multiplied="You multiplied by n_device. Who shares holds less. ⇒ Divide.",
        all_devices="You added up all devices. ⇒ Return what *each* of them holds.",
        in_mb="Your answer is in MB. ⇒ Return bytes.",
        in_gb="Your answer is in GB. ⇒ Return bytes.",
        in_gib="Your answer is in GiB. ⇒ Return bytes.",
        in_bits="Your answer is in bits. ⇒ 8 bits are one byte.",
        reordered="Your last two are in the other order. ⇒ Return weights, gradients, optimiser.",
        backwards="You returned them in reverse. ⇒ Return weights, gradients, optimiser.",
        running="You returned running sums. ⇒ Return the three parts by themselves.",
    ),
    steps={
        "the bytes for each parameter": (
            "one_missing two_missing half_16_bit all_16_bit master_twice weights_32_bit weights_with_master "
            "gradients_32_bit no_gradients all_32_bit"
        ).split(),
        "what each stage shares out": (
            "weights_first one_stage_early one_stage_late always_shared never_shared optimiser_always "
            "optimiser_always_too optimiser_never gradients_never weights_never only_optimiser stage_0_shares_all "
            "weights_alone gradients_at_2_only optimiser_at_1_only gradients_and_weights only_this_stage "
            "all_from_stage_1 all_at_stage_3 copy_not_shared means_not_shared"
        ).split(),
        "the division among the devices": (
            "rounded_down rounded rounded_up parameters_rounded_down parameters_rounded_up one_device_less squared "
            "multiplied all_devices"
        ).split(),
    },
    hints=(
        "What does a parameter need besides itself, so that it can be trained: which numbers, of how many bytes each?",
        "16 bits are 2 bytes: weights 2, gradients 2, and for the optimiser 4 + 4 + 4. Then divide what the stage shares out by n_device.",
        "`weights, gradients, optimiser = 2 * n_parameters, 2 * n_parameters, 12 * n_parameters`, then `if stage >= 1: optimiser /= n_device`.",
    ),
)
