"""How fast a GPT learns: the ladder from a plain start to the course's best, one change a rung, and the race between both ends.

    python benchmarks/training.py --text tinyshakespeare.txt             # the race: medians of 3 interleaved rounds
    python benchmarks/training.py --text tinyshakespeare.txt --ladder    # every rung: speed, loss at equal tokens, at equal seconds
    … --write                                                            # and into benchmarks/RESULTS.md

All models have 4 layers, 128 features, a context of 64 characters. The start is nanoGPT's example for a processor, rebuilt with the course's
model: 2,000 steps of 12 windows, 4 heads, AdamW at 1e-3, half a wave down to 1e-4, float32. Every run is a process of its own; only the
steps are timed, not the validation. `--clock cpu` counts the processor's seconds instead of the wall's: use it, with `--threads 1`, on a
computer that does something else as well.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

GOAL, STRETCH = 1.88, 1.56  # nats per character: nanoGPT's documented result, and far beyond
BASE_STEPS, SPRINT_STEPS, LONG_STEPS = 2000, 125, 1700  # with more than the last, it learns the text by heart
START = {
    "batch_size": 12,
    "learning_rate": 1e-3,
    "last_rate": 0.1,
    "warm_up": 100,
    "schedule": "cosine",
    "weight_decay": 0.1,
    "fused": False,
}
PLAIN = {"precision": "float32", "n_head": 4, "one_by_one": True, "keep_memory": False, "changes": []}
# (what changes, settings of train, everything else): each rung keeps what those before it changed
LADDER = [
    ("plain start", START, PLAIN),
    ("batches by one index", {}, {"one_by_one": False}),
    ("AdamW in one kernel", {"fused": True}, {}),
    ("bfloat16 products", {}, {"precision": "bfloat16"}),
    ("attention written out", {}, {"changes": ["with_fast_attention"]}),
    ("freed memory kept", {}, {"keep_memory": True}),
    (
        "twice the rate, straight to 0",
        {"learning_rate": 2e-3, "schedule": "line", "last_rate": 0.0, "warm_up": 20},
        {},
    ),
    ("Muon for the matrices", {"optimiser": "muon"}, {}),
    ("rotary positions", {}, {"changes": ["with_rotated_heads"]}),
    ("RMS norm", {}, {"changes": ["with_rms_norm"]}),
    ("ReLU²", {}, {"changes": ["with_squared_relu"]}),
    ("a short look back", {}, {"changes": ["with_look_back"]}),
    ("silent start", {}, {"changes": ["with_silent_start"]}),
    ("own head, its rate 3e-2", {"learning_rate": 3e-2, "warm_up": 4}, {"changes": ["with_own_head"]}),
    ("2 heads, 24 windows", {"batch_size": 24}, {"n_head": 2}),
]


def rung(number):
    """(settings of train, everything else) of a rung: all changes up to it."""
    settings, other = {}, {"changes": []}
    for _, more_settings, more in LADDER[: number + 1]:
        settings |= more_settings
        other |= {**more, "changes": other["changes"] + more.get("changes", [])}
    return settings, other


# ---- one run, in a process of its own --------------------------------------------------------------------------------


def one_by_one(ids, starts, length):
    """A batch as nanoGPT makes it: window by window."""
    import torch

    x = torch.stack([ids[i : i + length] for i in starts.tolist()])
    return x, torch.stack([ids[i + 1 : i + 1 + length] for i in starts.tolist()])


def transformers_gpt2(config):
    """Hugging Face's GPT-2 of the same size, called as ours are."""
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    sizes = {
        "n_positions": config.context_length,
        "n_embd": config.n_embd,
        "n_layer": config.n_layer,
        "n_head": config.n_head,
    }
    no_dropout = {"resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0}
    theirs = GPT2LMHeadModel(
        GPT2Config(vocab_size=config.vocab_size, bos_token_id=None, eos_token_id=None, **sizes, **no_dropout)
    )

    class Wrapped(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.config, self.theirs = config, theirs

        def forward(self, ids):
            return self.theirs(ids, use_cache=False).logits

    return Wrapped()


def run(job):
    """Train as the job says; returns the steps done, seconds, tokens, and validation losses as (step, seconds, loss)."""
    import torch

    from course_lib.model import modern
    from course_lib.model.gpt import GPT, GPTConfig
    from course_lib.train import TrainingPieces, device
    from course_lib.train import step as run_module
    from course_lib.train.loop import train

    if job["threads"]:
        torch.set_num_threads(job["threads"])
        device.SHARE_OF_A_THREAD = 1
    if job["clock"] == "cpu":
        run_module.clock = time.process_time
    settings, other = rung(job["rung"])
    pieces = TrainingPieces(get_batch=one_by_one) if other["one_by_one"] else TrainingPieces()
    if other["keep_memory"]:
        device.keep_freed_memory()
    text = Path(job["text"]).read_text(encoding="utf-8")
    letters = {letter: i for i, letter in enumerate(sorted(set(text)))}
    ids = torch.tensor([letters[letter] for letter in text])
    cut = int(0.9 * len(ids))
    held_back = ids[cut:].unfold(0, 65, 64)[::3]  # every third window of 64 with the token that follows: (N, 65)
    torch.manual_seed(1337 + job["seed"])
    config = GPTConfig(4, other["n_head"], 128, 64, len(letters))
    model = transformers_gpt2(config) if job["transformers"] else GPT(config)
    for change in other["changes"]:
        model = getattr(modern, change)(model)
    seen = []

    def note(history):
        if len(history.validation) > len(seen):
            seen.append((history.step, history.seconds, history.validation[-1][1]))

    history = train(
        model,
        ids[:cut],
        validation=held_back if job["every"] else None,
        validate_every=job["every"],
        steps=job["steps"],
        seed=job["seed"],
        pieces=pieces,
        device="cpu",
        precision=getattr(torch, other["precision"]),
        on_step=note,
        **settings,
    )
    parameters = sum(p.numel() for p in model.parameters())
    return {
        "seconds": history.seconds,
        "tokens": history.tokens,
        "seen": seen,
        "parameters": parameters,
        "device": history.device.why,
    }


def apart(options, **job):
    """The same in a new process."""
    defaults = {"rung": 0, "every": 0, "seed": 0, "transformers": False}
    job = {**defaults, "text": str(options.text), "clock": options.clock, "threads": options.threads, **job}
    done = subprocess.run(
        [sys.executable, __file__, "--job", json.dumps(job)], stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


# ---- what is measured ------------------------------------------------------------------------------------------------


def reached(result, goal):
    """The seconds at which a run's validation loss first was at the goal; all its seconds if it never was, which flatters it."""
    return next((seconds for _, seconds, loss in result["seen"] if loss <= goal), result["seconds"])


def race(options):
    """The plain start, the sprint to its goal, the long run in its seconds, and transformers' GPT-2; ratios within each round."""
    best, steps, rounds = len(LADDER) - 1, options.steps, []
    for seed in range(options.rounds):
        plain = apart(options, steps=steps, every=max(steps // 40, 1), seed=seed)
        sprint = apart(options, rung=best, steps=SPRINT_STEPS, every=SPRINT_STEPS, seed=seed)
        affordable = min(max(int(plain["seconds"] / (sprint["seconds"] / SPRINT_STEPS) * 0.87), 1), LONG_STEPS)
        long = apart(options, rung=best, steps=affordable, every=affordable, seed=seed)
        theirs = apart(options, steps=steps, every=max(steps // 40, 1), seed=seed, transformers=True)
        rounds.append((plain, sprint, long, theirs))
        print(
            f"round {seed + 1}: plain {plain['seconds']:.1f} s, {GOAL} after {reached(plain, GOAL):.1f} s; sprint {sprint['seconds']:.2f} s,"
            f" loss {sprint['seen'][-1][2]:.3f}; long {long['seconds']:.1f} s, loss {long['seen'][-1][2]:.3f};"
            f" transformers {theirs['seconds']:.1f} s, {GOAL} after {reached(theirs, GOAL):.1f} s",
            flush=True,
        )
    middle = lambda measure: statistics.median(measure(*entry) for entry in rounds)  # noqa: E731
    arrived = [sprint["seen"][-1][2] <= GOAL for _, sprint, _, _ in rounds]
    share = middle(lambda plain, sprint, long, theirs: sprint["seconds"] / reached(plain, GOAL))
    rows = [
        ("plain start (nanoGPT's example for a processor)", 0),
        ("transformers.GPT2LMHeadModel, same settings", 3),
        (f"the course's best, {SPRINT_STEPS} steps", 1),
        (f"the course's best, within the plain start's seconds, at most {LONG_STEPS:,} steps", 2),
    ]
    lines = [
        f"| run | parameters | tokens/s | seconds in all | loss at the end | seconds to {GOAL} |",
        "|---|---|---|---|---|---|",
    ]
    for name, which in rows:
        runs = [entry[which] for entry in rounds]
        of = lambda measure, runs=runs: statistics.median(map(measure, runs))  # noqa: E731
        ever = all(min(loss for _, _, loss in r["seen"]) <= GOAL for r in runs)
        to_goal = "—" if which == 2 else f"{of(lambda r: reached(r, GOAL)):.1f}" if ever else "not reached"
        lines.append(
            f"| {name} | {runs[0]['parameters']:,} | {of(lambda r: r['tokens'] / r['seconds']):,.0f} | {of(lambda r: r['seconds']):.1f}"
            f" | {of(lambda r: r['seen'][-1][2]):.3f} | {to_goal} |"
        )
    ratio = middle(lambda plain, sprint, long, theirs: reached(theirs, GOAL) / sprint["seconds"])
    final = middle(lambda plain, sprint, long, theirs: long["seen"][-1][2])
    long_share = middle(lambda plain, sprint, long, theirs: long["seconds"] / plain["seconds"])
    all_arrived = "every sprint arrived" if all(arrived) else "NOT every sprint arrived"
    verdicts = [
        f"To a loss of {GOAL}: {share:.3f} of the plain start's seconds, 1/{1 / share:.1f} (goal: 1/10; {all_arrived}).",
        f"In {long_share:.2f} of the plain start's own seconds: {final:.3f} (goal: {STRETCH} in 1.00 of them).",
        f"transformers.GPT2LMHeadModel with the plain settings needs {ratio:.1f} times the sprint's seconds to {GOAL}.",
    ]
    met = all(arrived) and share <= 0.1 and final <= STRETCH and long_share <= 1
    return "\n".join([*lines, "", *(f"- {line}" for line in verdicts)]), met


def ladder(options):
    """Every rung: tokens per second, the loss after equal tokens and after equal seconds, medians of interleaved rounds."""
    tokens, found = options.steps // 4 * 12 * 64, {}
    for seed in range(options.rounds):
        second_budget = None
        for number, (name, _, _) in enumerate(LADDER):
            steps = tokens // (rung(number)[0]["batch_size"] * 64)
            equal = apart(options, rung=number, steps=steps, every=steps, seed=seed)
            second_budget = second_budget or equal["seconds"]
            affordable = max(int(steps * second_budget / equal["seconds"]), 1)
            timed = (
                equal
                if affordable == steps
                else apart(options, rung=number, steps=affordable, every=affordable, seed=seed)
            )
            numbers = (equal["tokens"] / equal["seconds"], equal["seen"][-1][2], timed["seen"][-1][2])
            found.setdefault(number, []).append(numbers)
            print(
                f"round {seed + 1}: {name}: {numbers[0]:,.0f} tokens/s, {numbers[1]:.3f}, {numbers[2]:.3f}", flush=True
            )
    lines = [
        f"| rung | tokens/s | loss after {tokens:,} tokens | loss in the first rung's seconds |",
        "|---|---|---|---|",
    ]
    for number, runs in found.items():
        speed, at_tokens, at_seconds = (statistics.median(column) for column in zip(*runs, strict=True))
        lines.append(f"| {LADDER[number][0]} | {speed:,.0f} | {at_tokens:.3f} | {at_seconds:.3f} |")
    return "\n".join(lines), True


def main():
    from benchmarks.results import parser_for, write_section

    parser = parser_for(__doc__)
    parser.add_argument("--text", type=Path, help="the UTF-8 file to learn; tiny Shakespeare for numbers that compare")
    parser.add_argument("--ladder", action="store_true", help="every rung instead of the race")
    parser.add_argument("--steps", type=int, default=BASE_STEPS, help="of the plain start")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=0, help="0: as the course chooses")
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    parser.add_argument("--job", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.job:
        print(json.dumps(run(json.loads(options.job))))
        return 0
    if options.text is None or not options.text.is_file():
        parser.error("give a text to learn: --text FILE")
    text, met = (ladder if options.ladder else race)(options)
    print(text)
    if options.write:
        heading = "Training: the ladder" if options.ladder else "Training: the race"
        how = f"{options.rounds} interleaved rounds, medians; {options.clock} clock. Loss on the last tenth of {options.text.name}."
        write_section(heading, f"{how}\n\n{text}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
