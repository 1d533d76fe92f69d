"""GPT-2 in Hugging Face's layout: the same logits as transformers' own GPT-2, both ways, and a sentence for every file that won't do."""

import json
import os
import sys

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

from course_lib.model import gpt2_files as pretrained
from course_lib.model.gpt import GPT, GPTConfig
from course_lib.model.gpt2_files import NotLoaded, load_gpt2, load_words, save_gpt2

SIZES = dict(n_layer=3, n_head=2, n_embd=12, n_positions=9, vocab_size=17)
IDS = torch.randint(17, (2, 9), generator=torch.Generator().manual_seed(1))


def theirs(seed=0, **changed):
    """transformers' GPT-2 with random weights that are large enough to show every mistake, biases and norms included."""
    torch.manual_seed(seed)
    config = transformers.GPT2Config(**{**SIZES, "bos_token_id": None, "eos_token_id": None, **changed})
    model = transformers.GPT2LMHeadModel(config)
    for parameter in model.parameters():
        parameter.data += 0.6 * torch.randn_like(parameter)
    return model.eval()


def ours(seed=0):
    torch.manual_seed(seed)
    model = GPT(GPTConfig(n_layer=3, n_head=2, n_embd=12, context_length=9, vocab_size=17))
    for parameter in model.parameters():
        parameter.data += 0.6 * torch.randn_like(parameter)
    return model.eval()


@pytest.fixture(scope="module")
def oracle():
    return theirs()


@pytest.fixture
def folder(oracle, tmp_path):
    oracle.save_pretrained(tmp_path / "gpt2")
    return tmp_path / "gpt2"


def rewrite(folder, change):
    """The weights of a folder, changed by a function {name: tensor} -> {name: tensor}."""
    path = folder / "model.safetensors"
    tensors = {name: tensor.clone() for name, tensor in change(load_file(path)).items()}
    path.unlink()
    save_file(tensors, path)


def reconfigure(folder, **changed):
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changed}))


@torch.no_grad()
def difference(model, oracle, ids=IDS):
    return float((model(ids) - oracle(ids).logits).abs().max())


# ---- the same logits -----------------------------------------------------------------------------------------------


def test_it_gives_the_logits_of_transformers(folder, oracle):
    model = load_gpt2(folder)
    assert difference(model, oracle) <= 1e-4
    assert oracle(IDS).logits.std().item() > 1, "large enough to show a mistake"
    assert model.unembed.weight is model.tokens.weight
    assert not model.training
    assert all(parameter.requires_grad for parameter in model.parameters())


@pytest.mark.parametrize("sizes", [dict(n_head=1, n_layer=1), dict(n_head=4, n_embd=20), dict(vocab_size=5)])
def test_other_sizes(sizes, tmp_path):
    oracle = theirs(1, **sizes)
    oracle.save_pretrained(tmp_path)
    assert difference(load_gpt2(tmp_path), oracle, IDS % 5) <= 1e-4


def test_another_epsilon_is_kept(tmp_path):
    oracle = theirs(2, layer_norm_epsilon=0.5)
    oracle.save_pretrained(tmp_path)
    assert difference(load_gpt2(tmp_path), oracle) <= 1e-4


@pytest.mark.parametrize(
    "change",
    [
        lambda found: {name.removeprefix("transformer."): tensor for name, tensor in found.items()},
        lambda found: {**found, "transformer.h.0.attn.bias": torch.ones(1, 1, 9, 9).tril()},
        lambda found: {**found, "lm_head.weight": found["transformer.wte.weight"]},
    ],
    ids=["without a prefix", "with the mask in the file", "with the table twice"],
)
def test_other_ways_to_store_it(folder, oracle, change):
    rewrite(folder, change)
    assert difference(load_gpt2(folder), oracle) <= 1e-4


def test_half_precision_is_read_as_float32(folder, oracle):
    rewrite(folder, lambda found: {name: tensor.bfloat16() for name, tensor in found.items()})
    model = load_gpt2(folder)
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
    assert 1e-4 < difference(model, oracle) < 0.5


def test_several_files_are_one_model(folder, oracle):
    found = sorted(load_file(folder / "model.safetensors").items())
    (folder / "model.safetensors").unlink()
    for number, part in enumerate((found[:7], found[7:]), 1):
        save_file(dict(part), folder / f"model-0000{number}-of-00002.safetensors")
    assert difference(load_gpt2(folder), oracle) <= 1e-4


@pytest.mark.parametrize("part", [ours for ours, _, turned in pretrained.BLOCK if turned])
def test_a_forgotten_transposition_shows(folder, oracle, part, monkeypatch):
    forgetful = tuple((ours, theirs, turned and ours != part) for ours, theirs, turned in pretrained.BLOCK)
    monkeypatch.setattr(pretrained, "BLOCK", forgetful)
    if part == "attention.project":  # square: it fits, and the numbers are wrong
        assert difference(load_gpt2(folder), oracle) > 0.1
    else:
        with pytest.raises(NotLoaded, match="has shape"):
            load_gpt2(folder)


def test_transformers_reads_what_we_write(tmp_path):
    model = ours()
    save_gpt2(model, tmp_path / "new" / "folder")
    oracle = transformers.GPT2LMHeadModel.from_pretrained(tmp_path / "new" / "folder").eval()
    assert difference(model, oracle) <= 1e-4


def test_there_and_back_is_the_same_model(tmp_path):
    model = ours()
    back = load_gpt2(save_gpt2(model, tmp_path))
    assert back.config == model.config
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), back.parameters(), strict=True))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.json", "model.safetensors"]


def test_a_disk_that_fills_up_leaves_the_old_model(tmp_path, monkeypatch):
    save_gpt2(ours(), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)  # all has been written by then, and nothing has its name
    with pytest.raises(OSError, match="No space"):
        save_gpt2(ours(seed=5), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


# ---- what won't do, and what is said -------------------------------------------------------------------------------


def cut(folder):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-40])


def without(name):
    return lambda folder: rewrite(folder, lambda found: {k: v for k, v in found.items() if not k.endswith(name)})


def with_(name, tensor):
    return lambda folder: rewrite(folder, lambda found: {**found, name: tensor})


def config(**changed):
    return lambda folder: reconfigure(folder, **changed)


def old_format(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


DAMAGES = {
    "no config": (lambda folder: (folder / "config.json").unlink(), "has no config.json"),
    "config is not JSON": (lambda folder: (folder / "config.json").write_text('{"n_layer": 3,'), "can't be read"),
    "config is a list": (lambda folder: (folder / "config.json").write_text("[]"), "can't be read"),
    "config has no size": (lambda folder: (folder / "config.json").write_text('{"model_type": "gpt2"}'), "n_layer"),
    "sizes are words": (config(n_layer="three"), "can't be read"),
    "sizes don't fit": (config(n_head=5), "can't be dealt out"),
    "another model": (config(model_type="llama"), "model_type = 'llama'"),
    "another activation": (config(activation_function="relu"), "activation_function = 'relu'"),
    "other neurons": (config(n_inner=7), "n_inner = 7"),
    "wider than the file": (config(n_embd=14), r"wte.weight has shape \(17, 12\).*\(17, 14\)"),
    "turned tensor in the words of the file": (
        with_("transformer.h.1.mlp.c_fc.weight", torch.ones(12, 47)),
        r"h.1.mlp.c_fc.weight has shape \(12, 47\).*\(12, 48\)",
    ),
    "fewer layers than the file": (config(n_layer=2), "h.2.*no place"),
    "more layers than the file": (config(n_layer=4), "no tensor h.3.ln_1.weight"),
    "no weights": (lambda folder: (folder / "model.safetensors").unlink(), "has no model.safetensors. Get"),
    "older format": (old_format, "pytorch_model.bin is not read"),
    "cut off": (cut, "damaged"),
    "not safetensors": (lambda folder: (folder / "model.safetensors").write_text("<html>"), "damaged"),
    "empty": (lambda folder: (folder / "model.safetensors").write_bytes(b""), "damaged"),
    "a tensor is missing": (without("h.1.attn.c_proj.bias"), "no tensor h.1.attn.c_proj.bias"),
    "a table of its own": (with_("lm_head.weight", torch.ones(17, 12)), "lm_head.weight"),
    "something else": (with_("score.weight", torch.ones(2, 12)), "score.weight"),
    "not a number": (with_("transformer.ln_f.bias", torch.full((12,), float("nan"))), "ln_f.bias .*not finite"),
}


@pytest.mark.parametrize(("damage", "said"), DAMAGES.values(), ids=DAMAGES)
def test_what_is_wrong_is_said_in_one_line(folder, damage, said):
    damage(folder)
    with pytest.raises(NotLoaded, match=said) as error:
        load_gpt2(folder)
    text = str(error.value)
    assert "\n" not in text
    assert text.endswith(".")


def test_whole_words_are_those_behind_a_space(folder):
    from tokenizers import ByteLevelBPETokenizer  # comes with transformers: its own way to write a vocabulary

    tokenizer = ByteLevelBPETokenizer()
    tokenizer.train_from_iterator(["a blue creature in a blue forest, blue as the forest"] * 3, vocab_size=400)
    tokenizer.save_model(str(folder))
    words = load_words(folder)
    assert {"blue", "forest"} <= set(words)
    assert [words[word] for word in ("blue", "forest")] == tokenizer.encode(" blue forest").ids
    (folder / "vocab.json").write_text("[1]")
    with pytest.raises(NotLoaded, match="can't be read"):
        load_words(folder)
    (folder / "vocab.json").unlink()
    with pytest.raises(NotLoaded, match="no vocab"):
        load_words(folder)


# ---- the hub -------------------------------------------------------------------------------------------------------


def test_the_hub_is_the_same_call(folder, oracle, monkeypatch):
    asked = []

    def snapshot_download(name, allow_patterns):
        asked.append((name, allow_patterns))
        return str(folder)

    monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot_download)
    assert difference(load_gpt2("openai-community/gpt2"), oracle) <= 1e-4
    assert asked == [("openai-community/gpt2", ["config.json", "model*.safetensors", "vocab.json"])]


def test_a_folder_comes_first(folder, oracle, monkeypatch):
    monkeypatch.chdir(folder.parent)
    monkeypatch.setattr("huggingface_hub.snapshot_download", None)
    assert difference(load_gpt2("gpt2"), oracle) <= 1e-4


@pytest.mark.parametrize("name", ["../downloads/gpt2", "/nowhere/gpt2", "./gpt2", r"C:\models\gpt2", "a/b/c", ""])
def test_what_looks_like_a_folder_never_asks_the_hub(name, monkeypatch, tmp_path):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr("huggingface_hub.snapshot_download", lambda *_, **__: pytest.fail("asked the hub"))
    with pytest.raises(NotLoaded, match=r"no folder|has no config"):
        load_gpt2(name)


def test_a_file_is_not_a_folder(folder, monkeypatch):
    monkeypatch.chdir(folder)
    with pytest.raises(NotLoaded, match="is a file"):
        load_gpt2("model.safetensors")


def test_without_a_network_it_says_so():
    with pytest.raises(NotLoaded, match=r"Is there a network\?"):  # tests/no_network lets nothing out
        load_gpt2("nobody/has-ever-fetched-this")


def test_without_the_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(NotLoaded, match="pip install huggingface_hub"):
        load_gpt2("openai-community/gpt2")
