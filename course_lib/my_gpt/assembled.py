"""A GPT out of a learner's own functions: the parameters of model.GPT, under the same names, and every step done by a *piece*.

A piece is a function of lessons 02 to 10, here always one of tensors. Where the learner has none, the reference stands in; and where the
reference is made of smaller pieces (attention of a pattern, the pattern of a softmax), it calls the learner's smaller ones.
"""

from functools import cached_property, partial

import torch
from torch import nn
from torch.nn import functional as F

from course_lib.attention import numpy_attention
from course_lib.attention import torch_attention as ta
from course_lib.model import GPT, MLP, Block, CausalSelfAttention
from course_lib.model import mlp as reference_mlp

from .learners_code import run
from .numpy_on_torch import for_both, on_arrays

# The pieces of each lesson, in an order in which a piece only needs those before it.
_BY_LESSON = {
    "02": "embed",
    "03": "attention_scores",
    "04": "softmax scale_scores attention_pattern",
    "05": "causal_mask masked_pattern",
    "06": "add_to_stream attend",
    "07": "split_heads merge_heads multi_head_attention",
    "08": "layer_norm mlp block",
    "09": "gpt_logits",
    "10": "next_token_targets cross_entropy",
}
LESSONS = {name: lesson for lesson, names in _BY_LESSON.items() for name in names.split()}


def embed(ids, token_table, position_table):
    """The vectors (B, T, C) of ids (B, T): what each token is, plus where it stands."""
    ids = torch.as_tensor(ids, device=token_table.device)  # (…, T)
    return F.embedding(ids, token_table) + position_table[: ids.shape[-1]]


def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    """n_head heads over x (B, T, C), merged and projected: the update (B, T, C)."""
    q, k, v = (ta.split_heads(x @ W, n_head) for W in (W_q, W_k, W_v))
    return ta.merge_heads(ta.attend(q, k, v, may_look)) @ W_o


def layer_norm(x, gain, shift, eps=1e-5):
    """Each row of x (…, C) with mean 0 and variance 1, then stretched by gain (C,) and moved by shift (C,)."""
    return F.layer_norm(x, x.shape[-1:], gain, shift, eps)


def block(x, norm_1, attention, norm_2, mlp, add_to_stream=torch.add):
    """Attention, then MLP, each reading a normalised copy of the stream x (B, T, C) and adding to the stream itself."""
    x = add_to_stream(x, attention(norm_1(x)))
    return add_to_stream(x, mlp(norm_2(x)))


def gpt_logits(ids, token_table, position_table, blocks, final_norm, embed=embed):
    """Logits (B, T, V) of ids (B, T): embed, all blocks, a last norm, and the token table once more."""
    x = embed(ids, token_table, position_table)
    for block in blocks:
        x = block(x)
    return F.linear(final_norm(x), token_table)


def next_token_targets(ids):
    """What the model reads and what it should say, from ids (B, T): (B, T - 1) each."""
    return ids[:, :-1], ids[:, 1:]


def cross_entropy(logits, targets):
    """The mean surprise -log p over all targets (B, T), from logits (B, T, V)."""
    return F.cross_entropy(logits.flatten(0, -2), targets.flatten())


REFERENCES = {name: globals()[name] for name in LESSONS if name in globals()} | {
    "mlp": reference_mlp,
    "softmax": partial(torch.softmax, dim=-1),
    "scale_scores": numpy_attention.scale_scores,  # plain arithmetic: the same for arrays and tensors
    "add_to_stream": numpy_attention.add_to_stream,
    "masked_pattern": ta.attention_pattern,
    **{
        name: getattr(ta, name)
        for name in "attention_scores attention_pattern causal_mask attend split_heads merge_heads".split()
    },
}


class Pieces:
    """The learner's functions of tensors by name, `mine`, and for all other names a reference that stands in.

    `called` collects the names of the learner's functions that were in use; give several Pieces the same set to let them share it.
    """

    def __init__(self, mine=(), called=None):
        self.mine, self.called, self._made = dict(mine), set() if called is None else called, {}

    def __deepcopy__(self, memo):
        return self  # functions: a copy of a model has the same ones

    def __call__(self, name):
        """The function of that name: the learner's, the reference that calls the learner's smaller ones, or PyTorch's own."""
        if name not in self._made:
            self._made[name] = self._noted(name) if name in self.mine else self._reference(name)
        return self._made[name]

    def _noted(self, name):
        def called(*inputs, **named):
            self.called.add(name)
            return self.mine[name](*inputs, **named)

        return called

    def _reference(self, name):
        if name == "block":
            return partial(block, add_to_stream=self("add_to_stream"))
        if name == "gpt_logits":
            return partial(gpt_logits, embed=self("embed"))
        if not self.mine.keys() & _parts(name):
            return REFERENCES[name]
        return on_arrays(self.in_numpy[name])

    @cached_property
    def in_numpy(self):
        """The functions of lessons 03 to 07 on arrays that carry gradients, the learner's in the places of the course's."""
        with open(numpy_attention.__file__, encoding="utf-8") as file:
            space = run(file.read(), "attend").__globals__
        space.update({name: for_both(self._noted(name)) for name in self.mine})
        return space

    def for_files(self):
        """What a learner's file gets when it imports from course_lib.attention: callable with arrays and with tensors."""
        return {name: for_both(self(name)) for name in LESSONS if hasattr(numpy_attention, name) or name == "embed"}


def _parts(name):
    """All pieces that a function of numpy_attention.py calls, and that these call."""
    code = getattr(getattr(numpy_attention, name, None), "__code__", None)
    direct = {used for used in code.co_names if used in LESSONS} if code else set()
    if name == "multi_head_attention":  # its product with W is in a generator, its own code
        direct |= {"split_heads"}
    return direct.union(*map(_parts, direct))


# ---- the model: each part is model.py's, with the same parameters, and a `forward` that calls the pieces ---------------


class Norm(nn.LayerNorm):
    def forward(self, x):
        return self.pieces("layer_norm")(x, self.weight, self.bias, self.eps)


class Neurons(MLP):
    def forward(self, x):
        return self.pieces("mlp")(x, self.up.weight.T, self.up.bias, self.down.weight.T, self.down.bias)


class Heads(CausalSelfAttention):
    def forward(self, x, cache=None):
        if cache is None and "multi_head_attention" in self.pieces.mine and not self.is_watched():
            return self.at_once(x)
        split_heads, merge_heads = self.pieces("split_heads"), self.pieces("merge_heads")
        q, k, v = (split_heads(part, self.n_head) for part in self.qkv(x).chunk(3, dim=-1))  # each (B, H, T, D)
        if cache is not None:
            k, v = cache.extend(k, v)
        return self.project(merge_heads(self.attend(q, k, v)))

    def is_watched(self):
        """True if somebody wants to see or change what happens inside: then it goes step by step, by the smaller pieces."""
        hooked = any(m._forward_hooks or m._forward_pre_hooks for m in (self.qkv, self.project))
        return hooked or self.attend != self.look_back

    def look_back(self, q, k, v):
        """Causal attention by the learner's `attend`, or by PyTorch's kernel if nothing in it is the learner's."""
        if not self.pieces.mine.keys() & {"attend", "causal_mask", *_parts("attend")}:
            return ta.causal_attend(q, k, v)
        T_query, T_key = q.shape[-2], k.shape[-2]
        return self.pieces("attend")(q, k, v, self.may_look(T_key, q.device)[T_key - T_query :])

    def may_look(self, T, device):
        """The causal mask (T, T), asked for once and then cut from the largest so far."""
        mask = self.__dict__.get("mask")
        if mask is None or len(mask) < T or mask.device != device:
            mask = self.__dict__["mask"] = self.pieces("causal_mask")(T).to(device)
        return mask[:T, :T]

    def at_once(self, x):
        """The learner's multi_head_attention, which knows no biases: they come in as weights of a column of ones.

        One column is not enough, for C must stay a multiple of H and all weights square: so x gets H more (wide = C + H), the ones and
        H - 1 of zeros, and each head one more, always 0. Then a head's size is D + 1, for which the learner's √ is made up.
        """
        (B, T, C), H = x.shape, self.n_head
        D = C // H
        scale = x.new_tensor([(1 + 1 / D) ** 0.5, 1, 1])
        weights = torch.cat([self.qkv.weight.T, self.qkv.bias[None]]).unflatten(-1, (3, H, D))
        weights = F.pad(weights * scale[:, None, None], (0, 1, 0, 0, 0, 0, 0, H - 1)).flatten(-2)  # (wide, 3, wide)
        W_o = F.pad(self.project.weight.T.unflatten(0, (H, D)), (0, H, 0, 1)).flatten(0, 1)  # (wide, wide)
        x = torch.cat([x, x.new_ones(B, T, 1), x.new_zeros(B, T, H - 1)], dim=-1)
        multi_head_attention, may_look = self.pieces("multi_head_attention"), self.may_look(T, x.device)
        update = multi_head_attention(x, *weights.unbind(1), W_o, H, may_look)  # (B, T, wide)
        return update[..., :C] + self.project.bias


class Layer(Block):
    def forward(self, x, cache=None):
        attention = self.attention if cache is None else partial(self.attention, cache=cache)
        return self.pieces("block")(x, self.norm_1, attention, self.norm_2, self.mlp)


KINDS = {nn.LayerNorm: Norm, MLP: Neurons, CausalSelfAttention: Heads, Block: Layer}


class AssembledGPT(GPT):
    """A GPT(config) whose steps are `pieces`; it saves, loads, starts and counts like one. `report` says whose each piece is."""

    report = None

    def __init__(self, config, pieces=None):
        super().__init__(config)
        self.pieces = pieces or Pieces()
        for module in self.modules():
            if type(module) in KINDS:  # only what it does changes: its parameters and their names stay
                module.__class__, module.pieces = KINDS[type(module)], self.pieces
            if isinstance(module, Heads):
                module.attend = module.look_back

    def forward(self, ids, caches=None):
        """Logits (B, T, V), as GPT's."""
        start = caches[0].length if caches else 0
        end = start + ids.shape[-1]
        if end > self.config.context_length:
            return super().forward(ids, caches)  # which says that the text is too long
        blocks = [partial(b, cache=caches[i]) if caches else b for i, b in enumerate(self.blocks)]
        places = self.positions.weight[start:end]
        return self.pieces("gpt_logits")(ids, self.tokens.weight, places, blocks, self.final_norm)

    def loss(self, ids):
        """The mean cross-entropy, in nats per token, of predicting every next token of ids (B, T + 1)."""
        inputs, targets = self.pieces("next_token_targets")(ids)
        return self.pieces("cross_entropy")(self(inputs), targets)
