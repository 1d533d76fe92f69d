"""How many times as fast is generation with a cache? Interleaved runs of one process, medians of seconds, given as ratios.

python benchmarks/generation.py            a model of 6 layers, 384 wide, on the device that the course would choose
… --write                                  and into benchmarks/RESULTS.md
"""

import statistics
import sys
import time

RUNS = 3
GOALS = {64: 1.0, 256: 3.0}  # {context: how many times as fast it must be at least}


def uncached(model, ids, n_tokens):
    """Generation as the simplest loops do it: the whole window through the model for every token, and a draw by torch.multinomial."""
    import torch

    with torch.no_grad():
        for _ in range(n_tokens):
            logits = model(ids[:, -model.config.context_length :])[:, -1]
            ids = torch.cat([ids, torch.multinomial(logits.softmax(-1), 1)], dim=1)
    return ids


def measure(device, context_length):
    """{way: median seconds} for a text that fills the window."""
    import torch

    from course_lib.model.generation import generate
    from course_lib.model.gpt import GPT, GPTConfig

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
    return {name: statistics.median(seconds) for name, seconds in took.items()}


def main():
    from benchmarks.results import parser_for, write_section
    from course_lib.train.device import choose_device

    options = parser_for(__doc__).parse_args()
    device, met = choose_device(), True
    lines = [
        "| context | tokens | without a cache | with a cache | times as fast | goal |",
        "|---|---|---|---|---|---|",
    ]
    for context_length, goal in GOALS.items():
        took = measure(device, context_length)
        ratio = took["without a cache"] / took["with a cache"]
        met &= ratio >= goal
        seconds = " | ".join(f"{each:.2f} s" for each in took.values())
        lines.append(f"| {context_length} | {context_length - 1} | {seconds} | {ratio:.1f} | ≥ {goal:g} |")
        print(lines[-1], flush=True)
    if options.write:
        how = f"A GPT of 6 layers of 6 heads, 384 features. {RUNS} interleaved runs, medians. {device.why}"
        write_section("Generation: the KV cache", "\n".join([how, "", *lines]))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
