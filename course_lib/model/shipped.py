"""The small GPT that is shipped with the course: trained on the fluffy corpus by tools/make_fluffy_checkpoint.py."""

import json
from pathlib import Path

from safetensors.torch import load

from .gpt import GPT, GPTConfig

WEIGHTS, ABOUT = (Path(__file__).with_name(f"fluffy_model.{ending}") for ending in ("safetensors", "json"))


def about_fluffy_model():
    """What the shipped model is: its config, its held-out loss and the entropy floor, in nats per token."""
    return json.loads(ABOUT.read_text(encoding="utf-8"))


def fluffy_model():
    """The shipped GPT, ready to read `FluffyCorpus().vocabulary`'s ids; new at every call, so that you may change it."""
    model = GPT(GPTConfig(**about_fluffy_model()["config"]))
    weights = {name: weight.float() for name, weight in load(WEIGHTS.read_bytes()).items()}
    model.load_state_dict({**weights, "unembed.weight": weights["tokens.weight"]})
    return model.eval()
