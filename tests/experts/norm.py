"""Layer norm, and where it stands in a block."""

from tests.experts import happened


@happened(
    "harvardnlp/annotated-transformer",
    119,
    2024,
    "`std` divided by C − 1, as torch's does by itself.",
    unnoticed="With 512 columns it is a difference of one in a thousand. It shows only where somebody compares with another implementation.",
    names={"unbiased"},
)
def layer_norm(x, gain, shift, eps=1e-5):
    mean = x.mean(-1, keepdim=True)
    variance = x.std(-1, keepdim=True) ** 2  # here
    return gain * (x - mean) / (variance + eps).sqrt() + shift


@happened(
    "hkproj/pytorch-transformer",
    31,
    2024,
    "ε was added to the standard deviation, outside the root.",
    unnoticed="Both keep a division by 0 away, and for ordinary numbers they agree to five digits.",
    names={"eps_outside"},
)
def layer_norm(x, gain, shift, eps=1e-5):
    mean = x.mean(dim=-1, keepdim=True)
    std = x.std(dim=-1, keepdim=True, unbiased=False)
    return gain * (x - mean) / (std + eps) + shift  # here


@happened(
    "131250208/TPlinker-joint-extraction",
    37,
    2021,
    "A 2 stood where 0.5 was meant: (variance + ε) ** 2.",
    unnoticed="One character. A gain follows, which can undo a good part of a wrong size; the authors thought that it would not matter much.",
    names={"squared_for_root"},
)
def layer_norm(x, gain, shift, eps=1e-5):
    outputs = x - x.mean(dim=-1, keepdim=True)
    variance = (outputs**2).mean(dim=-1, keepdim=True)
    std = (variance + eps) ** 2  # here
    return outputs / std * gain + shift


@happened(
    "Howuhh/faster-trajectory-transformer",
    3,
    2022,
    "The update was added to the normalised stream instead of the stream itself.",
    unnoticed="One name, `x`, held first the one and then the other. The author found it himself, when models had been trained with it.",
    names={"stream_normed_1", "stream_normed_2"},
)
def block(x, norm_1, attention, norm_2, mlp):
    x = norm_1(x)  # here
    x = x + attention(x)
    return x + mlp(norm_2(x))


@happened(
    "kyegomez/BitNet",
    32,
    2024,
    "`x = x + x` stood where the update should have been added to what was there before.",
    unnoticed="It looks like a residual connection at a glance. The stream itself was lost in the line above.",
    names={"update_doubled_1"},
)
def block(x, norm_1, attention, norm_2, mlp):
    x = attention(norm_1(x))
    x = x + x  # here
    return x + mlp(norm_2(x))
