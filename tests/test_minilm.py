"""The NumPy encoder against transformers' BertModel with random weights, its tokens against Hugging Face's tokenizer, and the moles."""

import json

import numpy as np
import pytest

from course_lib import fetch
from course_lib.experiments import moles
from course_lib.experiments.minilm import MiniLM

WORDS = "a mole in the garden cafe naive he said it un ##able ##d ##s dig ##ging 2 ##2 . , ! ' ( ) _ —".split()
TOKENS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS]
SIZES = {
    "hidden_size": 12,
    "num_attention_heads": 3,
    "num_hidden_layers": 2,
    "intermediate_size": 20,
    "vocab_size": len(TOKENS),
    "max_position_embeddings": 20,
    "type_vocab_size": 2,
    "layer_norm_eps": 1e-12,
    "hidden_act": "gelu",
}


@pytest.fixture(scope="module")
def bert():
    """BERT, tiny and random, with norms and biases that are not the neutral ones of a fresh model."""
    import torch
    import transformers

    model = transformers.BertModel(transformers.BertConfig(**SIZES), add_pooling_layer=False).eval()
    generator = torch.Generator().manual_seed(7)
    with torch.no_grad():
        for weight in model.parameters():
            weight.copy_(torch.randn(weight.shape, generator=generator) * 0.4)
    return model


@pytest.fixture(scope="module")
def folder(bert, tmp_path_factory):
    """The same model's files, as the fetched encoder's."""
    from safetensors.torch import save_file

    folder = tmp_path_factory.mktemp("tiny")
    save_file({name: weight.contiguous() for name, weight in bert.state_dict().items()}, folder / "model.safetensors")
    (folder / "vocab.txt").write_text("\n".join(TOKENS) + "\n", encoding="utf-8")
    (folder / "config.json").write_text(json.dumps(SIZES), encoding="utf-8")
    return folder


@pytest.fixture
def tiny(folder):
    return MiniLM(folder)


@pytest.mark.parametrize("text", ["mole", "the mole in a garden", "the digging mole said : it ! it ' s unable , 2"])
def test_every_layer_is_berts(tiny, bert, text):
    import torch

    tokens = tiny.pieces(text)
    with torch.no_grad():
        theirs = bert(torch.tensor([[TOKENS.index(token) for token in tokens]]), output_hidden_states=True)
    ours = tiny.layers(tokens)
    assert len(ours) == len(theirs.hidden_states) == 3
    for mine, other in zip(ours, theirs.hidden_states, strict=True):
        np.testing.assert_allclose(mine, other[0].numpy(), atol=2e-5)


@pytest.mark.parametrize(
    "text",
    [
        "The mole digs in the garden.",
        "Digging, digging! (2 moles)",
        "naïve Café_said 222",
        "It's unable — he said",
        "unsaid moledig xyz",
        "a\tmole\n\nin  the garden ",
        "",
    ],
)
def test_tokens_are_those_of_the_real_tokenizer(tiny, folder, text):
    import tokenizers

    theirs = tokenizers.BertWordPieceTokenizer(str(folder / "vocab.txt"), lowercase=True)
    assert tiny.pieces(text) == theirs.encode(text).tokens


SENTENCES = {
    "one": {"garden": "a mole in the garden", "dig": "the mole digs"},
    "other": {"said": "mole , he said", "2": "22 2 mole"},
}


def test_measuring_by_hand(tiny):
    """The numbers of `measure`, computed here pair by pair."""
    found = moles.measure(SENTENCES, "mole", tiny)
    texts = [text for group in SENTENCES.values() for text in group.values()]
    for layer in range(3):
        vectors = [tiny.layers(tiny.pieces(text))[layer][tiny.pieces(text).index("mole")] for text in texts]
        away = [vector - sum(vectors) / 4 for vector in vectors]
        cosine = [[a @ b / (a @ a) ** 0.5 / (b @ b) ** 0.5 for b in away] for a in away]
        assert found["cosine_same_meaning"][layer] == pytest.approx((cosine[0][1] + cosine[2][3]) / 2, abs=6e-4)
        others = [cosine[i][j] for i in (0, 1) for j in (2, 3)]
        assert found["cosine_other_meaning"][layer] == pytest.approx(sum(others) / 4, abs=6e-4)
        nearest = [max((j for j in range(4) if j != i), key=lambda j, i=i: cosine[i][j]) for i in range(4)]
        right = [i // 2 == nearest[i] // 2 for i in range(4)]
        assert found["nearest_has_same_meaning"][layer] == sum(right)
    assert found["wrong_at_the_end"] == [
        hint for hint, ok in zip(["garden", "dig", "said", "2"], right, strict=True) if not ok
    ]
    assert json.loads(json.dumps(found)) == found


def test_a_word_that_is_cut_into_pieces_is_refused_with_the_pieces(tiny):
    with pytest.raises(ValueError, match=r"'moles' is not a token of 'the moles', .*: \[CLS\] the mole ##s \[SEP\]"):
        moles.measure({"one": {"x": "the moles"}, "other": {"y": "a mole"}}, "moles", tiny)


def test_a_text_longer_than_the_window_is_refused(tiny):
    with pytest.raises(ValueError, match="22 tokens, but the encoder's window holds 20"):
        tiny.layers(tiny.pieces("a " * 20))


def test_without_the_encoder_the_stored_numbers_are_shown_and_said_to_be_stored():
    assert moles.encoder() is None
    found = moles.measured()
    assert found["numbers"] == "stored, measured earlier; to measure them here: python3 course.py fetch minilm"
    with pytest.raises(RuntimeError, match=r"python3 course\.py fetch minilm"):
        moles.measure(SENTENCES, "mole")


def test_with_the_encoder_the_lesson_measures(folder, monkeypatch):
    """The same entries come out as are stored, and `numbers` says so."""
    stored = moles.measured()
    monkeypatch.setattr(fetch, "fetched", lambda name: folder if name == "minilm" else None)
    monkeypatch.setattr(moles, "SENTENCES", SENTENCES)
    found = moles.measured()
    assert found["numbers"] == "measured here, just now"
    assert found.keys() == stored.keys()
    assert len(found["nearest_has_same_meaning"]) == 3


def test_the_stored_numbers_are_of_the_lessons_sentences():
    stored = json.loads(moles.STORED.read_text(encoding="utf-8"))
    assert stored["sentences"] == [text for group in moles.SENTENCES.values() for text in group.values()]
    assert stored["words"] == [hint for group in moles.SENTENCES.values() for hint in group]
    assert all(hint in text.lower().split() for hint, text in zip(stored["words"], stored["sentences"], strict=True))
    assert stored["nearest_has_same_meaning"][-1] == 15 - len(stored["wrong_at_the_end"])
