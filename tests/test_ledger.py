"""The ledger: every line of the video's count, and every parameter of a real model, from five sizes."""

import dataclasses

import pytest
import torch
import transformers

from course_lib import show
from course_lib.costs.ledger import GPT_2, GPT_3, code_ledger, fully_connected_parameters, video_ledger
from course_lib.model.gpt import GPT, GPTConfig

# facts as the video shows them: a line, the shape of one, the count of one, the count of all
VIDEO = {
    "embedding": ({12_288, 50_257}, 617_558_016, 617_558_016),
    "query": ({128, 12_288}, 1_572_864, 14_495_514_624),
    "key": ({128, 12_288}, 1_572_864, 14_495_514_624),
    "value-down": ({128, 12_288}, 1_572_864, 14_495_514_624),
    "value-up": ({128, 12_288}, 1_572_864, 14_495_514_624),
    "up-projection": ({49_152, 12_288}, 603_979_776, 57_982_058_496),
    "down-projection": ({49_152, 12_288}, 603_979_776, 57_982_058_496),
    "unembedding": ({50_257, 12_288}, 617_558_016, 617_558_016),
}
SMALL = GPTConfig(n_layer=3, n_head=2, n_embd=12, context_length=9, vocab_size=17)
SIZES = [SMALL, GPTConfig(), GPTConfig(n_layer=1, n_head=1, n_embd=5, context_length=2, vocab_size=3)]


@pytest.fixture(scope="module")
def gpt_3():
    return video_ledger(GPT_3)


def test_every_line_of_the_video(gpt_3):
    assert {line.name: (set(line.shape), line.count // line.copies, line.count) for line in gpt_3.lines} == VIDEO


def test_its_sums(gpt_3):
    assert gpt_3.total == 175_181_291_520
    assert gpt_3.matrices == 27_938 == 2 + 96 * 96 * 3 + 96 * 3
    assert gpt_3.parts["attention"] == 57_982_058_496
    assert gpt_3.parts["MLP"] == 115_964_116_992
    assert sum(gpt_3.parts.values()) == sum(gpt_3.counts.values()) == gpt_3.total


def test_one_head_and_one_attention_block(gpt_3):
    heads = [line for line in gpt_3.lines if line.part == "attention"]
    one = sum(line.count for line in heads) // (96 * 96)
    assert (one, 96 * one) == (6_291_456, 603_979_776)


def test_lessons_fill_it_line_by_line(gpt_3):
    grown = [gpt_3.upto(lesson).total for lesson in ("01", "02", "03", "06", "07", "08", "09")]
    assert grown[0] == 0
    assert grown[-1] == gpt_3.total
    assert grown == sorted(set(grown)), "each of these lessons adds something"


def test_two_honest_counts():
    assert code_ledger(GPT_3).total == 174_604_259_328
    assert code_ledger(GPT_2).total == 124_439_808


@pytest.mark.parametrize("config", [*SIZES, GPT_2])
def test_transformers_counts_the_same(config):
    """An outside count: the same sizes as a GPT2LMHeadModel, on the device that holds no numbers."""
    sizes = dataclasses.asdict(config) | {"n_positions": config.context_length}
    sizes.pop("context_length")
    with torch.device("meta"):
        theirs = transformers.GPT2LMHeadModel(transformers.GPT2Config(**sizes, bos_token_id=None, eos_token_id=None))
    assert theirs.num_parameters() == code_ledger(config).total


@pytest.mark.parametrize("config", [*SIZES, GPT_2, GPT_3])
def test_our_model_holds_what_the_ledger_says(config):
    with torch.device("meta"):
        model = GPT(config)
    assert model.count() == code_ledger(config).total
    matrices = {id(p): p for p in model.parameters() if p.ndim == 2}
    qkv_in_one = 3 * config.n_layer * (config.n_head - 1) + 2 * config.n_layer  # 3 · H in the ledger, 1 in the code
    assert code_ledger(config).matrices == len(matrices) + qkv_in_one
    tables = config.vocab_size * config.n_embd + config.context_length * config.n_embd
    in_layers = sum(p.numel() for p in matrices.values()) - tables
    assert in_layers == video_ledger(config).parts["attention"] + video_ledger(config).parts["MLP"]


def test_the_number_of_heads_costs_nothing():
    assert len({video_ledger(dataclasses.replace(GPT_3, n_head=heads)).total for heads in (1, 12, 96)}) == 1


def test_only_the_code_counts_the_context():
    longer = dataclasses.replace(GPT_2, context_length=2_048)
    assert video_ledger(longer).total == video_ledger(GPT_2).total
    assert code_ledger(longer).total - code_ledger(GPT_2).total == 1_024 * 768


@pytest.mark.parametrize(("T", "C"), [(1, 1), (2, 3), (4, 5)])
def test_fully_connected_is_what_torch_would_hold(T, C):
    layer = torch.nn.Linear(T * C, T * C, bias=False, device="meta")
    assert fully_connected_parameters(T, C) == layer.weight.numel()


def test_fully_connected_at_the_size_of_gpt_3():
    assert 6.3e14 < fully_connected_parameters(GPT_3.context_length, GPT_3.n_embd) < 6.4e14


# ---- as a picture and as a view ------------------------------------------------------------------------------------


def test_the_picture_says_every_line():
    picture = show.ledger(video_ledger(GPT_3), "GPT-3")
    for _, _, count in VIDEO.values():
        assert f"{count:,}" in picture.alt
    assert "175,181,291,520 parameters in 27,938 matrices" in picture.alt
    assert "attention 33 %, MLP 66 %" in picture.alt
    with pytest.raises(ValueError, match="no lines yet"):
        show.ledger(video_ledger(GPT_3).upto("01"), "nothing")


def test_the_sliders_count_as_the_ledger_does():
    sliders = show.LedgerSliders()
    assert sliders.total == "175,181,291,520"
    assert sliders.config == GPT_3
    sliders.n_embd = 24_576
    assert sliders.ledger == video_ledger(dataclasses.replace(GPT_3, n_embd=24_576))
    assert [line["shown"] for line in sliders.lines] == [f"{line.count:,}" for line in sliders.ledger.lines]
    for name in ("n_layer", "n_head", "n_embd", "context_length", "vocab_size"):
        setattr(sliders, name, getattr(GPT_2, name))
    sliders.counted = "code"
    assert sliders.total == "124,439,808"
    assert sliders.sentence.startswith("124,439,808 parameters")
    assert sliders.twin().alt.startswith("124,439,808 parameters: 12 layers of 12 heads")


def test_every_place_of_the_sliders_is_a_gpt():
    choices = show.LedgerSliders().choices
    assert all(width % heads == 0 for width in choices["n_embd"] for heads in choices["n_head"])


def test_sizes_that_make_no_gpt_are_told():
    with pytest.raises(ValueError, match="dealt out evenly"):
        show.LedgerSliders(n_head=7)
    sliders = show.LedgerSliders(n_embd=700, n_head=7)
    sliders.n_embd = 768
    assert "n_embd is 768" in sliders.sentence


def test_the_twin_stands_in_where_no_view_can_run():
    data, _ = show.LedgerSliders()._repr_mimebundle_()
    assert "175,181,291,520" in data["text/plain"]
    assert "<img alt=" in data["text/html"]
