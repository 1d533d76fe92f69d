"""The course's own my_gpt.py, a whole GPT in one file: `export` puts the learner's functions in the places of these."""

import argparse
import functools
import random
import sys
from pathlib import Path

import torch
import torch._numpy as np
from torch import nn
from torch.nn import functional as F

# ---- NumPy that can be trained: PyTorch's own, whose arrays are tensors inside and know how they were made -----------

np.set_default_dtype("pytorch")  # np.zeros(3) is float32, as the model is

for operation in ("add", "sub", "mul", "truediv"):  # `x -= y` makes a new x: the gradient needs the old one too
    setattr(np.ndarray, f"__i{operation}__", getattr(np.ndarray, f"__{operation}__"))

make_array = np.array  # np.array([x, y]) of arrays still knows how they were made
np.array = lambda values, *more, **named: make_array(
    arrays(tensors(values)) if isinstance(values, list) else values, *more, **named
)


def arrays(value):
    """A tensor as an array, and a function of tensors as one of arrays."""
    if isinstance(value, list):
        return [arrays(part) for part in value]
    if callable(value):
        return takes(tensors)(value)
    return np.ndarray(value) if isinstance(value, torch.Tensor) else value


def tensors(value):
    """An array as a tensor, and a list of numbers too; in float32, as the model is."""
    if isinstance(value, tuple):
        return tuple(tensors(part) for part in value)
    if isinstance(value, list) and not any(callable(part) for part in value):
        return torch.stack([torch.as_tensor(tensors(part)) for part in value])
    value = value.tensor if isinstance(value, np.ndarray) else value
    return value.float() if isinstance(value, torch.Tensor) and value.dtype == torch.float64 else value


def takes(kind, *axes):
    """Lets a function that takes arrays (or tensors) be called with either; and with a whole batch, if it is for one text.

    axes: how many axes each of its inputs has then; None: it is the same for all texts.
    """

    def adapt(function):
        @functools.wraps(function)
        def called(*inputs, **named):
            def batch(*inputs):
                return tensors(function(*map(kind, inputs), **{name: kind(value) for name, value in named.items()}))

            back = arrays if any(isinstance(value, np.ndarray) for value in inputs) else tensors
            inputs = [value.tensor if isinstance(value, np.ndarray) else value for value in inputs]
            for _ in range(inputs[0].ndim - axes[0] if axes else 0):
                batch = torch.vmap(batch, tuple(None if n is None else 0 for n in axes[: len(inputs)]))
            return back(batch(*inputs))

        return called

    return adapt


# ---- lesson 02: tokens ------------------------------------------------------------------------------------------------


def build_vocabulary(tokens):
    return {token: number for number, token in enumerate(dict.fromkeys(["<unk>", *tokens]))}


def encode(tokens, vocabulary):
    return [vocabulary.get(token, vocabulary["<unk>"]) for token in tokens]


def decode(ids, vocabulary):
    tokens = {number: token for token, number in vocabulary.items()}
    return [tokens[number] for number in ids]


def embed(ids, token_table, position_table):
    return token_table[ids] + position_table[: ids.shape[-1]]  # (B, T, C)


# ---- lesson 03: queries and keys --------------------------------------------------------------------------------------


def attention_scores(q, k):
    return q @ k.swapaxes(-2, -1)  # (B, H, T, T)


# ---- lesson 04: the attention pattern ---------------------------------------------------------------------------------


def softmax(scores):
    return torch.softmax(scores, dim=-1)


def scale_scores(scores, head_size):
    return scores / head_size**0.5


def attention_pattern(q, k):
    return softmax(scale_scores(attention_scores(q, k), q.shape[-1]))


# ---- lesson 05: masking -----------------------------------------------------------------------------------------------


def causal_mask(T):
    return torch.ones(T, T, dtype=torch.bool).tril()


def masked_pattern(q, k, may_look):
    scores = scale_scores(attention_scores(q, k), q.shape[-1])
    return softmax(scores.masked_fill(~may_look, -torch.inf))


# ---- lesson 06: values and the residual stream ------------------------------------------------------------------------


def add_to_stream(x, update):
    return x + update


def attend(q, k, v, may_look=None):
    pattern = attention_pattern(q, k) if may_look is None else masked_pattern(q, k, may_look)
    return pattern @ v


# ---- lesson 07: many heads --------------------------------------------------------------------------------------------


def split_heads(x, n_head):
    return x.unflatten(-1, (n_head, -1)).swapaxes(-3, -2)  # (B, H, T, D)


def merge_heads(x):
    return x.swapaxes(-3, -2).flatten(-2)  # (B, T, C)


def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split_heads(x @ W, n_head) for W in (W_q, W_k, W_v))
    return merge_heads(attend(q, k, v, may_look)) @ W_o


# ---- lesson 08: the block ---------------------------------------------------------------------------------------------


def layer_norm(x, gain, shift, eps=1e-5):
    return F.layer_norm(x, gain.shape, gain, shift, eps)


def mlp(x, W_up, b_up, W_down, b_down):
    return F.gelu(x @ W_up + b_up, approximate="tanh") @ W_down + b_down


def block(x, norm_1, attention, norm_2, mlp):
    x = add_to_stream(x, attention(norm_1(x)))
    return add_to_stream(x, mlp(norm_2(x)))


# ---- lesson 09: the whole GPT -----------------------------------------------------------------------------------------


def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = embed(ids, token_table, position_table)  # (B, T, C)
    for block in blocks:
        x = block(x)
    return final_norm(x) @ token_table.T  # (B, T, V)


# ---- lesson 10: how it learns -----------------------------------------------------------------------------------------


def next_token_targets(ids):
    return ids[:, :-1], ids[:, 1:]


def cross_entropy(logits, targets):
    return F.cross_entropy(logits.flatten(0, -2), targets.flatten())


# ---- lesson 11: training ----------------------------------------------------------------------------------------------


def get_batch(ids, starts, length):
    windows = ids[starts[:, None] + torch.arange(length + 1)]
    return windows[:, :-1], windows[:, 1:]


def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    if step < warm_up:
        return peak * (step + 1) / warm_up
    done = min((step - warm_up) / (steps - warm_up), 1)
    return (1 - done) * peak + done * last


def clip_gradients(parameters, largest):
    return nn.utils.clip_grad_norm_(parameters, largest)


# ---- lesson 12: writing -----------------------------------------------------------------------------------------------


def sample(logits, temperature, u):
    if temperature == 0:
        return int(logits.argmax())
    ends = torch.softmax(logits / temperature, dim=-1).cumsum(dim=-1)
    return int((ends <= u).sum())


def top_k(logits, k):
    lowest = logits.topk(min(k, len(logits))).values[-1]
    return torch.softmax(logits.masked_fill(logits < lowest, -torch.inf), dim=-1)


def top_p(logits, p):
    shares, order = torch.softmax(logits, dim=-1).sort(descending=True)
    stays = shares.cumsum(dim=-1) - shares < p
    stays[0] = True
    return torch.zeros_like(shares).index_put((order[stays],), shares[stays] / shares[stays].sum())


# ---- the GPT: weights, and the functions above ------------------------------------------------------------------------


def normal(*shape, std=0.02):
    """Weights to begin with: normal numbers of this width."""
    return nn.Parameter(std * torch.randn(shape))


class Layer(nn.Module):
    """The weights of one block: attention without biases, then neurons with them, each behind a norm."""

    def __init__(self, C, n_head, n_layer):
        super().__init__()
        self.n_head, std = n_head, 0.02 / (2 * n_layer) ** 0.5  # what is added to the stream begins smaller
        self.gain_1, self.shift_1 = nn.Parameter(torch.ones(C)), nn.Parameter(torch.zeros(C))
        self.W_q, self.W_k, self.W_v, self.W_o = normal(C, C), normal(C, C), normal(C, C), normal(C, C, std=std)
        self.gain_2, self.shift_2 = nn.Parameter(torch.ones(C)), nn.Parameter(torch.zeros(C))
        self.W_up, self.b_up = normal(C, 4 * C), nn.Parameter(torch.zeros(4 * C))
        self.W_down, self.b_down = normal(4 * C, C, std=std), nn.Parameter(torch.zeros(C))

    def forward(self, x, may_look):
        return block(
            x,
            lambda x: layer_norm(x, self.gain_1, self.shift_1),
            lambda x: multi_head_attention(x, self.W_q, self.W_k, self.W_v, self.W_o, self.n_head, may_look),
            lambda x: layer_norm(x, self.gain_2, self.shift_2),
            lambda x: mlp(x, self.W_up, self.b_up, self.W_down, self.b_down),
        )


class GPT(nn.Module):
    """Token ids (B, T) in, logits (B, T, V) out: at every place, a score for each token that may come next."""

    def __init__(self, vocab_size, n_layer, n_head, n_embd, context_length):
        super().__init__()
        self.token_table, self.position_table = normal(vocab_size, n_embd), normal(context_length, n_embd)
        self.layers = nn.ModuleList(Layer(n_embd, n_head, n_layer) for _ in range(n_layer))
        self.gain, self.shift = nn.Parameter(torch.ones(n_embd)), nn.Parameter(torch.zeros(n_embd))

    def forward(self, ids):
        may_look = torch.as_tensor(causal_mask(ids.shape[-1])).bool()  # (T, T)
        blocks = [functools.partial(layer, may_look=may_look) for layer in self.layers]
        final_norm = functools.partial(layer_norm, gain=self.gain, shift=self.shift)
        return gpt_logits(ids, self.token_table, self.position_table, blocks, final_norm)


# ---- training ---------------------------------------------------------------------------------------------------------

WEIGHTS = Path(__file__).with_suffix(".pt")
SIZES = dict(n_layer=2, n_head=4, n_embd=64, context_length=64)
STORY = "a {0} {1} {2} the {3} {4}. the {1} was {0}. the {4} was {3}.\n"
WORDS = (
    "fluffy tiny brave sleepy proud shy|fox bear hare mole badger dragon|found loved left painted|"
    "blue golden dark green quiet old|forest river castle village garden tower"
)


def made_up_stories(n):
    """A text to begin with: in each story, everything is what it was said to be."""
    dice, kinds = random.Random(1), [words.split() for words in WORDS.split("|")]
    return "".join(STORY.format(*map(dice.choice, kinds)) for _ in range(n))


def train(text, steps):
    """A GPT that has learned to continue this text, letter by letter, and its vocabulary."""
    vocabulary, T = build_vocabulary(list(text)), SIZES["context_length"]
    ids = torch.tensor(encode(list(text), vocabulary))
    if len(ids) < 20 * T:
        sys.exit(f"The text has {len(ids)} letters, and this takes {20 * T} or more: give it a longer one.")
    ids, held_back = ids.split([len(ids) - len(ids) // 10, len(ids) // 10])
    rows = held_back[: len(held_back) // (T + 1) * (T + 1)].view(-1, T + 1)[:64]  # (B, T + 1)
    torch.manual_seed(1)
    model, peak = GPT(len(vocabulary), **SIZES), 0.003
    optimiser = torch.optim.AdamW(model.parameters())
    for step in range(steps):
        x, y = get_batch(ids, torch.randint(len(ids) - T, (32,)), T)
        loss = cross_entropy(model(x), y)
        optimiser.zero_grad()
        loss.backward()
        clip_gradients(list(model.parameters()), 1.0)
        optimiser.param_groups[0]["lr"] = learning_rate_at(step, steps, peak, warm_up=steps // 10, last=peak / 10)
        optimiser.step()
        if step % 100 == 0 or step == steps - 1:
            with torch.no_grad():
                x, y = next_token_targets(rows)
                held = cross_entropy(model(x), y)
            print(f"step {step:5}: loss {loss:.3f}, and {held:.3f} on text that was held back", flush=True)
    return model, vocabulary


# ---- writing ----------------------------------------------------------------------------------------------------------


def next_id(logits, options, u):
    """The id that u, a number from 0 to 1, picks from these logits (V,)."""
    if options.temperature == 0 or not (options.k or options.p):
        return int(sample(logits, options.temperature, u))
    logits = logits / options.temperature
    if options.k:
        logits = top_k(logits, options.k).log()
    if options.p:
        logits = top_p(logits, options.p).log()
    return int(sample(logits, 1.0, u))


@torch.no_grad()
def write(model, vocabulary, text, options):
    """The text, --length letters more, and what is missing to the end of the sentence (if it comes)."""
    dice, ids, written = random.Random(options.seed), encode(list(text), vocabulary), ""
    while len(written) < options.length or not written.endswith((".", "!", "?", "\n")):
        logits = model(torch.tensor([ids[-len(model.position_table) :]]))[0, -1]  # (V,)
        logits[vocabulary["<unk>"]] = -torch.inf  # no letter
        ids.append(next_id(logits, options, dice.random()))
        written += decode(ids[-1:], vocabulary)[0]
        if len(written) > 2 * options.length:
            break
    return text + written


# ---- the two commands -------------------------------------------------------------------------------------------------


def train_and_keep(options):
    text = Path(options.text).read_text(encoding="utf-8-sig") if options.text else made_up_stories(2000)
    model, vocabulary = train(text, options.steps)
    torch.save({"sizes": SIZES, "vocabulary": vocabulary, "weights": model.state_dict()}, WEIGHTS)
    print(f"The weights are in {WEIGHTS.name}. Now let it write: python {Path(__file__).name} write")


def load_and_write(options):
    if not WEIGHTS.exists():
        sys.exit(f"There is no {WEIGHTS.name} yet. Train first: python {Path(__file__).name} train")
    kept = torch.load(WEIGHTS, weights_only=True)
    model = GPT(len(kept["vocabulary"]), **kept["sizes"])
    model.load_state_dict(kept["weights"])
    print(write(model, kept["vocabulary"], options.text or "a ", options))


def main():
    parser = argparse.ArgumentParser(description="A small GPT that learns from a text, and writes on.")
    parser.add_argument("command", choices=["train", "write"])
    parser.add_argument("text", nargs="?", help="a text file to learn from, or the words to go on from")
    parser.add_argument("--steps", type=int, default=1000, help="of the training")
    parser.add_argument("--length", type=int, default=200, help="letters to write, at least")
    parser.add_argument("--temperature", type=float, default=0.8, help="0: always the likeliest letter")
    parser.add_argument("--k", type=int, help="only the k likeliest letters")
    parser.add_argument("--p", type=float, help="only the likeliest letters, those with a share of p together")
    parser.add_argument("--seed", type=int, help="the same number, the same text")
    options = parser.parse_args()
    try:
        train_and_keep(options) if options.command == "train" else load_and_write(options)
    except (OSError, UnicodeError) as error:
        sys.exit(f"That did not work: {error}")


if __name__ == "__main__":
    main()
