"""Losses, gradients, steps."""

import torch
from torch.nn import functional as F

from tests.experts import happened


@happened(
    "huggingface/transformers",
    46898,
    2026,
    "The labels were shifted to make the decoder's inputs, and the loss shifted them once more.",
    unnoticed="Each half is right in its own file. The loss still falls: to say the token after the next can be learned, too.",
    names={"shifted_again"},
)
def cross_entropy(logits, targets):
    logits, targets = logits[:, :-1], targets[:, 1:]  # here
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


@happened(
    "ariecattan/SciCo",
    2,
    2021,
    "The validation loss got probabilities where it wants logits, and took a second softmax.",
    unnoticed="The loss does go down, and then stops at a floor that looks like the limit of the model. Training itself was right.",
    names={"softmax_twice"},
)
def cross_entropy(logits, targets):
    probabilities = logits.softmax(dim=-1)
    return F.cross_entropy(probabilities.transpose(1, 2), targets)  # here


@happened(
    "tracel-ai/burn",
    315,
    2023,
    "`softmax` and `log_softmax` took exp of the scores as they were: large ones overflowed.",
    unnoticed="Scores of a fresh model are small. The formula is the one in every book, where numbers have no end.",
    names={"overflow", "overflow_in_sum"},
)
def cross_entropy(logits, targets):
    log_p = logits - logits.exp().sum(dim=-1, keepdim=True).log()  # here
    return -log_p.gather(-1, targets[..., None]).mean()


@happened(
    "voiler/IMPALA",
    3,
    2021,
    "Logits were brought into the order that the loss wants by `view` instead of `permute`.",
    unnoticed="The shape is what the loss asks for. The numbers belong to other places, and a loss is only one number.",
    names={"reshaped"},
)
def cross_entropy(logits, targets):
    B, T, V = logits.shape
    return F.cross_entropy(logits.reshape(B, V, T), targets)  # here


@happened(
    "OpenNMT/OpenNMT-py",
    526,
    2018,
    "The loss was divided by the number of sentences, not of tokens.",
    unnoticed="Only the size of the gradient depends on it. Batches with long sentences take larger steps, and the curves stay plausible.",
    names={"summed_over_tokens"},
)
def cross_entropy(logits, targets):
    total = F.cross_entropy(logits.transpose(1, 2), targets, reduction="sum")
    return total / len(targets)  # here


@happened(
    "huggingface/transformers",
    24839,
    2023,
    "The loss of a set was the mean of its batches' means, so it changed with the size of the batches.",
    unnoticed="With equal batches it is exact. Only the last one is smaller, and who measures the same set with two batch sizes?",
    names={"mean_of_means"},
)
def estimate_loss(model, batches):
    training = model.training
    model.eval()
    with torch.no_grad():
        losses = [F.cross_entropy(model(x).flatten(0, 1), y.flatten()).item() for x, y in batches]
    model.train(training)
    return sum(losses) / len(losses)  # here


@happened(
    "fartashf/vsepp",
    4,
    2018,
    "After a validation in the middle of an epoch, the model stayed in evaluation mode until the next one began.",
    unnoticed="Training goes on without dropout, faster and with a better loss. The authors reran their experiments: it had mattered.",
    names={"stays_in_eval", "left_behind"},
)
def estimate_loss(model, batches):
    model.eval()  # here
    total = count = 0
    with torch.no_grad():
        for x, y in batches:
            total += F.cross_entropy(model(x).flatten(0, 1), y.flatten(), reduction="sum").item()
            count += y.numel()
    return total / count


@happened(
    "facebookresearch/nwm",
    16,
    2025,
    "Of two ways to make a step, with and without mixed precision, only one cleared the gradients.",
    unnoticed="Old gradients act like a strong momentum, and training still makes progress. The other way to make a step was right.",
    names={"not_cleared"},
)
def train_step(model, optimiser, inputs, targets):
    loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
    loss.backward()  # here
    optimiser.step()
    return loss.item()


@happened(
    "karpathy/llm.c",
    548,
    2024,
    "The first backward pass came before anything had cleared the gradients, and was counted twice.",
    unnoticed="It is one step of many. It was found because the numbers were compared with those of PyTorch, step by step.",
    names={"cleared_late"},
)
def train_step(model, optimiser, inputs, targets):
    loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())
    loss.backward()
    optimiser.step()
    optimiser.zero_grad()  # here
    return loss.item()


@happened(
    "huggingface/transformers",
    581,
    2019,
    "The optimiser shortened each parameter's gradient by itself, not all of them together.",
    unnoticed="It does keep every gradient short, and training is stable. Only the direction of the step is another one.",
    names={"each_alone"},
)
def clip_gradients(parameters, largest):
    gradients = [p.grad for p in parameters if p.grad is not None]
    length = torch.sqrt(sum((g**2).sum() for g in gradients))
    for g in gradients:
        g *= min(1, largest / (g.norm() + 1e-12))  # here
    return length


@happened(
    "EleutherAI/gpt-neox",
    1373,
    2026,
    "The first step of the warm-up had the learning rate 0.",
    unnoticed="It is one step of very many. It shows in public checkpoints all the same: those of step 0 and of step 1 are equal.",
    names={"starts_at_zero"},
)
def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    if step < warm_up:
        return peak * step / warm_up  # here
    done = min((step - warm_up) / (steps - warm_up), 1)
    return peak + (last - peak) * done
