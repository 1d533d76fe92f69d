"""How many times as fast is generation with a cache? Interleaved runs of one process, medians of seconds, given as ratios.

python benchmarks/generation.py            a model of 6 layers, 384 wide, on the device that the course would choose
"""

import statistics
import time

import torch

from course_lib.gpt.device import choose_device
from course_lib.gpt.generation import generate
from course_lib.gpt.model import GPT, GPTConfig

RUNS = 3


@torch.no_grad()
def uncached(model, ids, n_tokens):
    """Generation as the simplest loops do it: the whole window through the model for every token, and a draw by torch.multinomial."""
    for _ in range(n_tokens):
        logits = model(ids[:, -model.config.context_length :])[:, -1]
        ids = torch.cat([ids, torch.multinomial(logits.softmax(-1), 1)], dim=1)
    return ids


def main():
    device = choose_device()
    print(device.why)
    for context_length in (64, 256):
        torch.manual_seed(0)
        config = GPTConfig(n_layer=6, n_head=6, n_embd=384, context_length=context_length, vocab_size=65)
        model, start = GPT(config).to(device.kind).eval(), torch.zeros(1, 1, dtype=torch.long, device=device.kind)
        ways = {"without a cache": uncached, "with a cache": generate}
        took = {name: [] for name in ways}
        for run in range(RUNS + 1):
            for name, way in ways.items():
                begun = time.perf_counter()
                way(model, start, context_length - 1)
                took[name] += [time.perf_counter() - begun] if run else []  # the first run warms up
        ratio = statistics.median(took["without a cache"]) / statistics.median(took["with a cache"])
        print(
            f"context {context_length}: {context_length - 1} tokens with a cache are {ratio:.1f} times as fast as without"
        )


if __name__ == "__main__":
    main()
