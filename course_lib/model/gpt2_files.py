"""GPT-2 as Hugging Face stores it (config.json and safetensors), read into our GPT and written from it.

A safetensors file holds numbers and names, and nothing that could run. GPT-2's own code keeps a matrix as (columns in, columns out) and
multiplies `x @ W`; PyTorch's nn.Linear keeps (out, in) and multiplies `x @ W.T`. So the weights of four layers are turned on the way.
"""

import json
import os
import re
from pathlib import Path

import torch
from torch import nn

from course_lib.disk import write_whole

from .gpt import GPT, GPTConfig

# our name of a part, GPT-2's name, and whether its weight is turned
WHOLE = (("tokens", "wte", False), ("positions", "wpe", False), ("final_norm", "ln_f", False))
BLOCK = (
    ("norm_1", "ln_1", False),
    ("attention.qkv", "attn.c_attn", True),
    ("attention.project", "attn.c_proj", True),
    ("norm_2", "ln_2", False),
    ("mlp.up", "mlp.c_fc", True),
    ("mlp.down", "mlp.c_proj", True),
)
SIZES = ("n_layer", "n_head", "n_embd", "n_positions", "vocab_size")
# what a config may ask for that our GPT does not do, and the values that are fine
ONLY = {
    "model_type": ("gpt2",),
    "activation_function": ("gelu_new", "gelu_pytorch_tanh"),
    "scale_attn_weights": (True,),
    "scale_attn_by_inverse_layer_idx": (False,),
    "add_cross_attention": (False,),
    "tie_word_embeddings": (True,),
}
NOT_WEIGHTS = re.compile(r"h\.\d+\.attn\.(bias|masked_bias)")  # older files keep the causal mask under this name
HUB_NAME = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?")
FILES = ["config.json", "model*.safetensors", "vocab.json"]
SPACE = "Ġ"  # how vocab.json writes the space in front of a word


class NotLoaded(Exception):
    """Why a model could not be loaded, in one sentence for the learner."""


def load_gpt2(folder_or_name):
    """A GPT with the weights of a GPT-2: from a folder with config.json and model.safetensors, or by its name on the hub; else NotLoaded."""
    folder = _folder(folder_or_name)
    config, epsilon = _config(folder)
    with torch.device("meta"):  # shapes without numbers: those come from the file
        model = GPT(config)
    model.load_state_dict(_weights(folder, model), assign=True)
    model.unembed.weight = model.tokens.weight  # one table again
    for norm in (module for module in model.modules() if isinstance(module, nn.LayerNorm)):
        norm.eps = epsilon
    return model.eval()


def load_words(folder_or_name):
    """{word: token id} of the whole words in a GPT-2's vocab.json; rarer words are several tokens each."""
    path = _folder(folder_or_name) / "vocab.json"
    try:
        entries = json.loads(path.read_text(encoding="utf-8")).items()
        return {token[1:]: int(number) for token, number in entries if token.startswith(SPACE)}
    except FileNotFoundError:
        raise NotLoaded(
            f"{path.parent} has no vocab.json: without it, ids can't be read as words. Get that file."
        ) from None
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise NotLoaded(f"{path} can't be read ({_short(error)}): get it again.") from None


def save_gpt2(model, folder):
    """Write a GPT into a folder as Hugging Face stores a GPT-2; returns the folder. Each file is whole or not there."""
    from safetensors.torch import save

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    state = model.state_dict()
    tensors = {
        f"transformer.{theirs}": (state[ours].T if turned else state[ours]).detach().cpu().contiguous()
        for ours, theirs, turned in tensor_names(model.config)
    }
    config = {
        "model_type": "gpt2",
        "architectures": ["GPT2LMHeadModel"],
        "activation_function": "gelu_new",
        "layer_norm_epsilon": model.final_norm.eps,
        "n_positions": model.config.context_length,
        **{name: getattr(model.config, name) for name in SIZES if name != "n_positions"},
        "bos_token_id": None,
        "eos_token_id": None,
    }
    write_whole(folder / "model.safetensors", save(tensors, {"format": "pt"}))
    write_whole(folder / "config.json", (json.dumps(config, indent=2) + "\n").encode())
    return folder


def tensor_names(config):
    """(our name, GPT-2's name, is it turned?) of every tensor of a GPT with this config."""
    parts = [*WHOLE]
    for n in range(config.n_layer):
        parts += [(f"blocks.{n}.{ours}", f"h.{n}.{theirs}", turned) for ours, theirs, turned in BLOCK]
    for ours, theirs, turned in parts:
        yield f"{ours}.weight", f"{theirs}.weight", turned
        if ours not in ("tokens", "positions"):
            yield f"{ours}.bias", f"{theirs}.bias", False


def _folder(folder_or_name):
    """The folder of a model on this computer, or of one that the hub has by this name."""
    folder = Path(folder_or_name)
    return folder if folder.is_dir() else _from_the_hub(folder_or_name)


def _from_the_hub(name):
    """The folder of a model of the hub, from this computer's cache or from the network."""
    if Path(name).exists():
        raise NotLoaded(f"{name} is a file: give the folder in which it lies, with its config.json.")
    if not HUB_NAME.fullmatch(str(name)) or isinstance(name, os.PathLike):
        raise NotLoaded(f"There is no folder {name}: a GPT-2 is a folder with config.json and model.safetensors.")
    try:
        from huggingface_hub import errors, snapshot_download
    except ImportError:
        raise NotLoaded(
            f"There is no folder {name}, and the hub needs the package huggingface_hub: pip install huggingface_hub."
        ) from None
    try:
        return Path(snapshot_download(str(name), allow_patterns=FILES))
    except errors.RepositoryNotFoundError:
        raise NotLoaded(f"There is no folder {name}, and the hub has no open model of that name.") from None
    except Exception as error:  # no network: the hub's client passes on whatever its HTTP library raises
        full = " because the disk is full" if getattr(error, "errno", None) == 28 else ""
        reason = full or f" ({type(error).__name__}). Is there a network?"
        raise NotLoaded(
            f"There is no folder {name}, and it could not be fetched from the hub{reason}"
            + ("." if full else " A folder with config.json and model.safetensors does without one.")
        ) from None


def _config(folder):
    """(GPTConfig, the ε of its layer norms) of a folder's config.json."""
    path = folder / "config.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        for name, allowed in ONLY.items():
            if found.get(name, allowed[0]) not in allowed:
                raise NotLoaded(f"{path} has {name} = {found[name]!r}; our GPT is a GPT-2, with {allowed[0]!r}.")
        sizes = {name: found[name] for name in SIZES}
        if found.get("n_inner") not in (None, 4 * sizes["n_embd"]):
            raise NotLoaded(f"{path} has n_inner = {found['n_inner']}; our MLP has 4 · n_embd neurons.")
        sizes["context_length"] = sizes.pop("n_positions")
        return GPTConfig(**sizes), float(found.get("layer_norm_epsilon", 1e-5))
    except FileNotFoundError:
        raise NotLoaded(
            f"{folder} has no config.json: a GPT-2 is a folder with config.json and model.safetensors."
        ) from None
    except KeyError as error:
        raise NotLoaded(f"{path} does not say {error.args[0]}: it is not the config of a GPT-2.") from None
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise NotLoaded(f"{path} can't be read ({_short(error)}): get it again.") from None


def _weights(folder, model):
    """{our name: tensor} for every parameter of the model, each of the right shape."""
    found = _tensors(folder)
    state = {}
    for ours, theirs, turned in tensor_names(model.config):
        if theirs not in found:
            raise NotLoaded(
                f"{folder} has no tensor {theirs}: it is not the whole of this model. Get model.safetensors again."
            )
        tensor, wanted = found.pop(theirs), tuple(model.get_parameter(ours).shape)
        tensor = tensor.T if turned else tensor
        if tuple(tensor.shape) != wanted:
            shape, wanted = (tuple(reversed(s)) if turned else tuple(s) for s in (tensor.shape, wanted))
            raise NotLoaded(f"{theirs} has shape {shape}, and its config.json asks for {wanted}: the two don't fit.")
        if not tensor.isfinite().all():
            raise NotLoaded(f"{theirs} holds numbers that are not finite: the file is damaged. Get it again.")
        state[ours] = tensor.float().contiguous()
    head = found.pop("lm_head.weight", None)
    if head is not None and not (head.shape == state["tokens.weight"].shape and head.equal(state["tokens.weight"])):
        raise NotLoaded(f"{folder} has a table of its own for the way out (lm_head.weight); our GPT has one for both.")
    if found:
        raise NotLoaded(f"{folder} has a tensor {min(found)} that our GPT has no place for: it is another model.")
    return state | {"unembed.weight": state["tokens.weight"]}


def _tensors(folder):
    """{GPT-2's name without "transformer.": tensor} of all weights in the folder's safetensors files."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    paths = sorted(folder.glob("model*.safetensors"))
    if not paths:
        older = " (pytorch_model.bin is not read: a file of that kind can run code)"
        raise NotLoaded(
            f"{folder} has no model.safetensors{older if (folder / 'pytorch_model.bin').exists() else ''}. Get that file."
        )
    found = {}
    for path in paths:
        try:
            found |= load_file(path)
        except (SafetensorError, OSError, ValueError) as error:
            raise NotLoaded(f"{path} is damaged or not a safetensors file ({_short(error)}): get it again.") from None
    found = {name.removeprefix("transformer."): tensor for name, tensor in found.items()}
    return {name: tensor for name, tensor in found.items() if not NOT_WEIGHTS.fullmatch(name)}


def _short(error):
    return (getattr(error, "strerror", None) or str(error)).splitlines()[0][:120]
