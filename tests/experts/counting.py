"""Several machines, and what it all costs."""

from tests.experts import happened


@happened(
    "pytorch/torchtitan",
    2206,
    2026,
    "Every process divided by its own number of tokens, and the means were averaged: a token on a process with few of them counted more.",
    unnoticed="As long as every process reads equally many tokens it is exact. Padding, and answers of different lengths, came later.",
    names={"unweighted"},
)
def average_gradients(gradients, n_examples):
    return [sum(parts) / len(gradients) for parts in zip(*gradients, strict=True)]  # here


@happened(
    "tensorflow/benchmarks",
    466,
    2020,
    "In one of the modes of training, the gradients of all devices were added and not averaged, unlike in another.",
    unnoticed="The learning rate takes up the factor. It changes only when somebody trains on another number of devices.",
    names={"summed"},
)
def average_gradients(gradients, n_examples):
    return [sum(parts) for parts in zip(*gradients, strict=True)]  # here


@happened(
    "facebookresearch/fvcore",
    69,
    2021,
    "What was called a flop was a multiplication together with its addition, half of what others count.",
    unnoticed="Many papers count that way. It begins to matter when two numbers are compared that were counted differently.",
    names={"multiplications_only"},
)
def attention_flops(T, n_embd):
    return 4 * T * n_embd**2, 2 * T**2 * n_embd  # here


@happened(
    "huggingface/tokenizers",
    746,
    2021,
    "Unknown words kept their own letters where the token for unknown words was wanted.",
    unnoticed="The list of ids beside it was right. Whoever looked at the tokens saw the text that was put in, and found it in order.",
    names={"the_token"},
)
def encode(tokens, vocabulary):
    return [vocabulary.get(token, token) for token in tokens]  # here
