"""From logits to text: shares, cuts, the pick, and a loop that remembers keys and values (lesson 12).

Everything works on the last axis; leading axes (B) are allowed. A random number u from 0 up to (not including) 1 decides each pick, so
that a text can be written again.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch

# ---- from logits to a token ------------------------------------------------------------------------------------------


def shares(logits, temperature=1.0):
    """Probabilities (…, V) from logits (…, V) at a temperature; at temperature 0 the highest logit gets all (the first of equals).

    Raises ValueError for a negative temperature.
    """
    if temperature < 0:
        raise ValueError(f"temperature is {temperature}: it must be 0 or more")
    if temperature == 0:
        return torch.nn.functional.one_hot(logits.argmax(dim=-1), logits.shape[-1]).to(logits.dtype)
    return torch.softmax((logits - logits.amax(dim=-1, keepdim=True)) / temperature, dim=-1)


def pick(probabilities, u):
    """The first id (…) at which the probabilities (…, V), added up from the left, exceed u (…): each gets a stretch as long as its share."""
    reached = torch.as_tensor(probabilities, dtype=torch.float64).cumsum(dim=-1)
    total = reached[..., -1:]
    last = (reached < total).sum(dim=-1)  # the last id that has a share at all
    return torch.minimum((reached <= torch.as_tensor(u)[..., None] * total).sum(dim=-1), last)


def sample(logits, temperature, u):
    """The id (…) that u, a number from 0 to 1, picks among the shares of the logits (…, V) at this temperature."""
    return pick(shares(torch.as_tensor(logits, dtype=torch.float64), temperature), u)


def top_k(logits, k):
    """Probabilities (…, V) among the k highest logits alone, the others 0; of equal logits the first count. k may be larger than V.

    Raises ValueError for a k below 1. Fan, Lewis and Dauphin (2018), "Hierarchical Neural Story Generation".
    """
    if k < 1:
        raise ValueError(f"k is {k}: at least 1 token must stay")
    logits = torch.as_tensor(logits)
    rank = logits.argsort(dim=-1, descending=True, stable=True).argsort(dim=-1)
    return shares(logits.masked_fill(rank >= k, -float("inf")))


def top_p(logits, p):
    """Probabilities (…, V) among the fewest tokens whose shares reach p together, the others 0; p = 0 keeps one, p = 1 keeps all.

    Raises ValueError for a p outside of 0 … 1. Holtzman et al. (2020), "The Curious Case of Neural Text Degeneration".
    """
    if not 0 <= p <= 1:
        raise ValueError(f"p is {p}: it is a probability, from 0 to 1")
    logits = torch.as_tensor(logits)
    if p == 1:
        return shares(logits)
    order = logits.argsort(dim=-1, descending=True, stable=True)
    sorted_shares = shares(logits).gather(-1, order)
    before = sorted_shares.cumsum(dim=-1) - sorted_shares  # the shares of all that are more probable
    cut = before >= p
    cut[..., 0] = False  # p = 0 keeps the most probable one
    return shares(logits.masked_fill(cut.gather(-1, order.argsort(dim=-1)), -float("inf")))


# ---- a text, token by token ------------------------------------------------------------------------------------------


class KeyValueCache:
    """What one attention layer remembers of the tokens so far: their keys and values, (B, H, T, D) each."""

    def __init__(self):
        self.keys = self.values = None

    @property
    def length(self):
        """How many tokens are remembered."""
        return 0 if self.keys is None else self.keys.shape[-2]

    def extend(self, k, v):
        """Remember the keys and values of new tokens, and return those of all tokens."""
        if self.keys is not None:
            k, v = torch.cat([self.keys, k], dim=-2), torch.cat([self.values, v], dim=-2)
        self.keys, self.values = k, v
        return k, v


def new_caches(model):
    """One empty cache for each layer of a GPT."""
    return [KeyValueCache() for _ in model.blocks]


class Reader:
    """Reads a text that grows, and says what may come next; keys and values of what it has read are kept.

    A text that outgrows the context window loses its oldest `drop` tokens at a time. All positions shift then, so the rest is read anew: with
    drop=1 for every token (the model sees a full window), with a larger one less often (it sees less for a while). cached=False reads the
    window anew for every token, for comparison. `tokens_read` counts the token vectors that went through the model.
    """

    def __init__(self, model, cached=True, drop=1):
        if drop < 1:
            raise ValueError(f"drop is {drop}: the window must lose at least 1 token when it is full")
        self.model, self.cached, self.drop = model, cached, drop
        self.first, self.caches, self.tokens_read = 0, None, 0

    @torch.no_grad()
    def logits(self, ids):
        """What may come after the whole text so far: (B, V) from ids (B, T), which begin with the ids of the call before."""
        too_many = ids.shape[1] - self.first - self.model.config.context_length
        if too_many > 0:
            self.first += -(-too_many // self.drop) * self.drop
            self.caches = None
        if self.caches is None or not self.cached:
            self.caches = new_caches(self.model)
        unread = ids[:, self.first + self.caches[0].length :]  # (B, T_new)
        self.tokens_read += unread.numel()
        return self.model(unread, self.caches)[:, -1]


@dataclass(frozen=True)
class WritingPieces:
    """The functions that `generate` calls; each takes and returns what the course's own of that name does. Those are the defaults.

    generate_with_cache(model, ids, n_tokens) is lesson 12's loop for a single text, in the place of `generate`'s own. report.whose(names)
    says in a sentence whose these functions are; without a report nothing is said.
    """

    sample: Callable = sample
    top_k: Callable = top_k
    top_p: Callable = top_p
    generate_with_cache: Callable | None = None
    report: object = None

    def choose(self, logits, temperature, k, p, u):
        """The next ids (B,) from logits (B, V): the heat first, then the cuts, then the pick by u (B,)."""
        if temperature == 0 or (k is None and p is None):
            return self.sample(logits, temperature, u)
        logits = logits / temperature
        if k is not None:
            logits = self.top_k(logits, k).log()
        if p is not None:
            logits = self.top_p(logits, p).log()
        return self.sample(logits, 1.0, u)

    def in_use(self, temperature, k, p, own_loop):
        """The names of the pieces that `generate` calls under these settings."""
        uses = {"sample": True, "top_k": temperature and k is not None, "top_p": temperature and p is not None}
        return [*(name for name, used in uses.items() if used), *["generate_with_cache"] * own_loop]


def generate(
    model,
    ids,
    n_tokens,
    temperature=1.0,
    k=None,
    p=None,
    generator=None,
    cached=True,
    drop=1,
    pieces=WritingPieces(),
    say=print,
):
    """The ids (B, T) and n_tokens more, (B, T + n_tokens), each picked from the model's shares for what comes after the text so far.

    The logits are divided by temperature, then cut by top_k if k is given, then by top_p if p is given; cached and drop are those of Reader.
    generator makes the random numbers. pieces: the WritingPieces that it is made of; my_gpt.writing_pieces() gives the learner's own, and
    `say`, unless it is None, takes the sentence that says so. Raises ValueError for an empty text: a GPT needs something to look at.
    """
    ids = torch.as_tensor(ids)
    if ids.ndim != 2 or not ids.shape[1]:
        raise ValueError(f"ids has shape {tuple(ids.shape)}: texts (B, T) of at least one token each are needed")
    own_loop = pieces.generate_with_cache is not None and cached and drop == 1 and n_tokens > 0
    if pieces.report and say:
        say(pieces.report.whose(pieces.in_use(temperature, k, p, own_loop)))

    def choose(logits, u):
        return pieces.choose(logits.cpu(), temperature, k, p, u)  # (B,)

    training, reader = model.training, Reader(model.eval(), cached, drop)
    throws = [torch.rand(len(ids), generator=generator, dtype=torch.float64) for _ in range(n_tokens)]
    if own_loop:
        rows = zip(ids, torch.stack(throws, dim=1), strict=True)  # (T,) and (n_tokens,) each
        texts = [_by_own_loop(pieces, model, text, choose, us) for text, us in rows]
        ids = torch.tensor(texts).to(ids)
    else:
        for u in throws:
            ids = torch.cat([ids, choose(reader.logits(ids), u)[:, None].to(ids)], dim=-1)
    model.train(training)
    return ids


def _by_own_loop(pieces, model, ids, choose, throws):
    """The ids (T,) of one text and as many more as there are throws, by a loop of lesson 12."""
    reader = ThrowsFirst(model, len(ids), choose, throws)
    return pieces.generate_with_cache(reader, ids.tolist(), len(throws))


class ThrowsFirst:
    """A GPT for lesson 12's greedy loop: called like a ToyModel, it picks the next token itself, and that has the highest logit.

    So a loop that always takes the highest logit writes by any temperature and any cut.
    """

    def __init__(self, model, n_prompt, choose, throws):
        self.model, self.choose, self.throws = model, choose, iter(throws)
        self.context_length = model.config.context_length
        self.n_prompt = min(n_prompt, self.context_length)

    @torch.no_grad()
    def __call__(self, new_ids, start, cache):
        """Logits (T_new, V), an array; the list `cache` gets an entry for each new token: the keys and values of all layers."""
        if start != len(cache):
            raise ValueError(f"the cache holds {len(cache)} tokens, so the next position is {len(cache)}, not {start}")
        caches = cache[0] if cache else new_caches(self.model)
        cache += [caches] * len(new_ids)
        device = self.model.tokens.weight.device
        logits = self.model(torch.tensor([list(new_ids)], device=device), caches)[0].float().cpu()  # (T_new, V)
        u = next(self.throws, None) if len(cache) >= self.n_prompt else None
        if u is not None:
            chosen = self.choose(logits[-1:], u[None])
            logits[-1] = torch.zeros_like(logits[-1]).scatter(0, chosen, 1.0)
        return logits.numpy()
