"""Choosing the next token."""

import numpy as np

from course_lib.attention import softmax
from tests.experts import happened


def _shares(logits):
    exps = np.exp(logits - np.max(logits))
    return exps / exps.sum()


@happened(
    "Biohub/esm",
    360,
    2026,
    "Top-p kept the tokens whose running sum is at most p, and so left out the one that crosses it.",
    unnoticed="The text is a little more cautious than asked for, and nobody can hear that. It shows where one token alone is above p.",
    names={"crossing_dropped", "crossing_dropped_one_stays", "crossing_dropped_none_left"},
)
def top_p(logits, p):
    probabilities = _shares(logits)
    order = np.argsort(-probabilities)
    keep = np.zeros(len(logits), dtype=bool)
    keep[order] = np.cumsum(probabilities[order]) <= p  # here
    keep[order[0]] = True
    kept = np.where(keep, probabilities, 0.0)
    return kept / kept.sum()


@happened(
    "fishaudio/fish-speech",
    1171,
    2026,
    "The mask for top-p removed every token from the one that crosses p on, that one included.",
    unnoticed="Libraries shift that mask by one place for this very reason. Without the shift the code looks simpler, and works.",
    names={"crossing_dropped", "below_p", "below_p_one_stays", "below_p_none_left", "crossing_dropped_none_left"},
)
def top_p(logits, p):
    order = np.argsort(logits)[::-1]
    sums = np.cumsum(softmax(logits[order]))
    remove = np.zeros(len(logits), dtype=bool)
    remove[order] = sums > p  # here
    return softmax(np.where(remove, -np.inf, logits))


@happened(
    "rasbt/reasoning-from-scratch",
    164,
    2026,
    "Tokens were added while their sum stayed within p, and the one that crosses p stayed outside.",
    unnoticed="“The most probable tokens up to p” sounds like this. It is the smallest set that *reaches* p.",
    names={"crossing_dropped", "crossing_dropped_one_stays", "below_p_one_stays"},
)
def top_p(logits, p):
    shares, total = softmax(logits), 0.0
    kept = np.zeros(len(logits))
    for token in np.argsort(-shares):
        if total + shares[token] > p and total > 0:  # here
            break
        kept[token] = shares[token]
        total += shares[token]
    return kept / kept.sum()


@happened(
    "google-deepmind/simply",
    42,
    2026,
    "With p = 0 nobody was kept.",
    unnoticed="Hardly anybody says “always the best one” that way. With nobody left, token 0 was taken, and that is a token like any other.",
    names={"zero_keeps_none", "zero_keeps_none_left"},
)
def top_p(logits, p):
    shares = _shares(logits)
    order = np.argsort(-shares)
    before = np.cumsum(shares[order]) - shares[order]
    keep = np.zeros(len(logits), dtype=bool)
    keep[order] = before < p  # here
    return softmax(np.where(keep, logits, -np.inf))


@happened(
    "kingoflolz/mesh-transformer-jax",
    164,
    2021,
    "Top-k kept k + 1 tokens.",
    unnoticed="Whether 40 or 41 tokens may be drawn, no reader can tell. It takes a vocabulary of five and a k of one.",
    names={"one_more", "one_more_fails"},
)
def top_k(logits, k):
    ranks = np.argsort(np.argsort(-logits, kind="stable"), kind="stable")
    return softmax(np.where(ranks <= k, logits, -np.inf))  # here


@happened(
    "paiml/aprender",
    2317,
    2026,
    "`top_p` was accepted, handed on, and never used.",
    unnoticed="An option without an effect raises no error, and sampled text is different each time anyway.",
    names={"no_cut"},
)
def top_p(logits, p):
    return softmax(logits)  # here


@happened(
    "google-deepmind/gemma",
    562,
    2026,
    "At temperature 0 the logits were divided by 0.",
    unnoticed="Most tools take 0 to mean “the best token, always”, so people type it. Every other temperature works, however small.",
    names={"zero_not_handled"},
)
def sample(logits, temperature, u):
    exps = np.exp((logits - logits.max()) / temperature)  # here
    return int(np.searchsorted(np.cumsum(exps / exps.sum()), u, side="right"))


@happened(
    "jina-ai/clip-as-service",
    265,
    2019,
    "Sentences were ranked by plain dot products, so long vectors won.",
    unnoticed="The best hits often are long *and* alike. The numbers have no unit in which one could see that they are wrong.",
    names={"no_lengths"},
)
def most_similar(index, vectors):
    scores = vectors @ vectors[index]  # here
    scores[index] = -np.inf
    return int(scores.argmax())
