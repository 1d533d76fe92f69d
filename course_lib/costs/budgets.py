"""What training a GPT takes: computations, bytes, GPUs and days, before anything is bought."""

import math
from dataclasses import replace

from course_lib.model import GPTConfig

from .ledger import GPT_2, GPT_3, code_ledger

GPT_2_XL = GPTConfig(
    n_layer=48, n_head=25, n_embd=1_600, context_length=1_024, vocab_size=50_257
)  # Radford et al. (2019)
MODELS = {"GPT-2": GPT_2, "GPT-2 XL": GPT_2_XL, "GPT-3": GPT_3}

# Brown et al. (2020), tables 2.1 and D.1: layers, width, parameters, and computations for 300 billion tokens. Table 2.1 gives the 13B model
# a width of 5,140; its 40 heads of 128 make 5,120, and so does its number of parameters.
PUBLISHED = {
    "Small": (12, 768, 125e6, 2.25e20),
    "Medium": (24, 1_024, 356e6, 6.41e20),
    "Large": (24, 1_536, 760e6, 1.37e21),
    "XL": (24, 2_048, 1_320e6, 2.38e21),
    "2.7B": (32, 2_560, 2_650e6, 4.77e21),
    "6.7B": (32, 4_096, 6_660e6, 1.20e22),
    "13B": (40, 5_120, 12_850e6, 2.31e22),
    "175B": (96, 12_288, 174_600e6, 3.14e23),
}
TOKENS = 300e9

# From the makers' data sheets: bytes of memory, computations a second in 16-bit numbers, without tricks for sparse matrices.
GPUS = {"V100": (32e9, 125e12), "A100": (80e9, 312e12), "H100": (80e9, 989e12)}


def training_flops(n_parameters, n_tokens, recompute=False):
    """Multiplications and additions to train so many parameters on so many tokens: 6·N·D, or 8·N·D with recompute.

    2 on the way forward (one multiplication and one addition for each parameter and token), 4 on the way back (Kaplan et al. 2020). recompute:
    the forward values are not kept but computed a second time for the way back, to save memory: 2 more.
    """
    return (8 if recompute else 6) * n_parameters * n_tokens


def memory_budget(n_parameters, n_device=1, stage=0):
    """(weights, gradients, optimiser) in bytes on each of n_device devices, for Adam with 16-bit products.

    2 bytes a parameter for weights and 2 for gradients, in 16 bits, and 12 for the optimiser: a 32-bit copy of the weights and Adam's two
    means. stage, after ZeRO (Rajbhandari et al. 2020): 0 everybody holds everything, 1 the optimiser is shared out, 2 the gradients too,
    3 the weights too (FSDP). Activations are not in it: see activation_bytes.
    """
    weights, gradients, optimiser = 2 * n_parameters, 2 * n_parameters, (4 + 4 + 4) * n_parameters
    return (
        weights / n_device if stage >= 3 else weights,
        gradients / n_device if stage >= 2 else gradients,
        optimiser / n_device if stage >= 1 else optimiser,
    )


def activation_bytes(config, n_texts=1, kept="everything"):
    """Bytes that the way forward keeps for the way back, for so many texts of full length, in 16 bits (Korthikanti et al. 2022).

    kept: "everything"; "no tables", all but the tables of attention, which are computed again; or "layer inputs", what comes into each layer.
    """
    C, T, H = config.n_embd, config.context_length, config.n_head
    bytes_each = {"everything": 34 + 5 * H * T / C, "no tables": 34, "layer inputs": 2}  # for each number of the stream
    return config.n_layer * T * n_texts * C * bytes_each[kept]


def training_days(flops, n_gpu, flops_per_second, utilisation=0.4):
    """Days that n_gpu GPUs take, if each really does this share (utilisation) of what its data sheet promises."""
    return flops / (n_gpu * flops_per_second * utilisation) / 86_400


def gpus_to_hold(n_bytes, gpu="A100"):
    """How many GPUs it takes to hold so many bytes, if they can be shared out evenly."""
    return math.ceil(n_bytes / GPUS[gpu][0])


def parameters(name):
    """The number of parameters of one of MODELS, counted by the ledger of lesson 9."""
    return code_ledger(MODELS[name]).total


def parameters_of(n_layer, n_embd):
    """The same count for a GPT-3 of other sizes; how many heads share out its width makes no difference."""
    return code_ledger(replace(GPT_3, n_layer=n_layer, n_embd=n_embd, n_head=1)).total
