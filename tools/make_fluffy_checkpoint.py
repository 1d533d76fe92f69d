"""Train the small GPT of the fluffy corpus that is shipped beside course_lib/model/shipped.py, so that lessons 12 and 14 also work alone.

    python tools/make_fluffy_checkpoint.py        a few minutes on one core; writes fluffy_model.safetensors and fluffy_model.json

The text is the whole language. The loss that is stored beside the weights is measured on another seed's rows, with the weights as they are shipped.
"""

import json
from pathlib import Path

import torch
from safetensors.torch import save
from torch.nn.functional import cross_entropy

from course_lib.model.gpt import GPT, GPTConfig
from course_lib.text.fluffy_language import FluffyCorpus

HERE = Path(__file__).resolve().parents[1] / "course_lib" / "model"
SEED, TEXT_SEED, HELD_OUT_SEED = 0, 1, 2  # of the weights and batches; of the training text; of the text to measure on
N_LAYER, N_HEAD, N_EMBD, CONTEXT_LENGTH = 3, 4, 64, 48
ROWS, STEPS, BATCH, WARM_UP = 40_000, 4_000, 32, 30
MUON_RATE, ADAM_RATE = 0.02, 5e-3  # of the MLPs' matrices, and of all the rest


def rows_of(seed, n):
    """Ids (n, context length + 1): each row begins with a story."""
    return torch.tensor(FluffyCorpus(seed).rows(n, CONTEXT_LENGTH + 1))


def loss_of(model, rows):
    """The mean loss in nats per token."""
    return cross_entropy(model(rows[:, :-1]).flatten(0, 1), rows[:, 1:].flatten())


def train(model, rows):
    """Muon for the matrices of the MLPs, Adam for the rest; a short warm-up, then a straight way down to 0.

    Muon for the attention, too, learns faster still, but then many heads share every job; Adam leaves it to one or two.
    """
    inner = [p for name, p in model.named_parameters() if "mlp" in name and p.ndim == 2]
    outer = [p for name, p in model.named_parameters() if not ("mlp" in name and p.ndim == 2)]
    # PyTorch's, not train/optimisers.py: the two round differently, and lessons 12 and 14 quote the weights that this one made
    muon = torch.optim.Muon(inner, lr=MUON_RATE, weight_decay=0.01)
    adam = torch.optim.AdamW(outer, lr=ADAM_RATE, betas=(0.9, 0.99), weight_decay=0.0)
    for step in range(STEPS):
        for optimiser, rate in ((muon, MUON_RATE), (adam, ADAM_RATE)):
            optimiser.param_groups[0]["lr"] = rate * min(1, (step + 1) / WARM_UP) * (1 - step / STEPS)
            optimiser.zero_grad()
        loss = loss_of(model, rows[torch.randint(len(rows), (BATCH,))])
        loss.backward()
        muon.step()
        adam.step()
        if step % 250 == 249:
            print(f"step {step + 1:5}: loss {loss.item():.3f}", flush=True)


def main():
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    language = FluffyCorpus(TEXT_SEED)
    model = GPT(GPTConfig(N_LAYER, N_HEAD, N_EMBD, CONTEXT_LENGTH, len(language.vocabulary)))
    train(model, rows_of(TEXT_SEED, ROWS))
    with torch.no_grad():
        model.half().float()  # measured as it is shipped
        loss = loss_of(model, rows_of(HELD_OUT_SEED, 1_000)).item()
    floor = language.entropy_floor(CONTEXT_LENGTH)
    print(f"held-out loss {loss:.4f}, floor {floor:.4f}: {loss / floor - 1:.1%} above")
    weights = {name: weight.half() for name, weight in model.state_dict().items() if name != "unembed.weight"}
    (HERE / "fluffy_model.safetensors").write_bytes(save(weights))
    about = {
        "config": vars(model.config),
        "made_by": "tools/make_fluffy_checkpoint.py",
        "held_out_loss": round(loss, 4),
        "entropy_floor": round(floor, 4),
    }
    (HERE / "fluffy_model.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
