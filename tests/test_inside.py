"""Looking inside: what is measured is what the model does, and the shipped model has the heads that lesson 14 shows."""

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from course_lib.attention.torch_attention import causal_attend_by_hand
from course_lib.experiments.induction import grow, repeated_ids
from course_lib.inside import look as inside
from course_lib.model.gpt import GPT, GPTConfig
from course_lib.model.shipped import about_fluffy_model, fluffy_model
from course_lib.text import story_roles as stories
from course_lib.text.fluffy_language import FluffyCorpus
from course_lib.text.tokens import decode

STORY = "a shy blue fox found the red cave . a tiny bear left the fox . the bear was tiny . the fox was shy and blue ."


@pytest.fixture(scope="module")
def small():
    torch.manual_seed(0)
    model = GPT(GPTConfig(n_layer=2, n_head=3, n_embd=12, context_length=7, vocab_size=11))
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return model.eval(), torch.randint(11, (2, 7))


@pytest.fixture(scope="module")
def held_out():
    """The shipped model, held-out ids (B, T), their tokens, and what each predicted token is."""
    corpus = FluffyCorpus(seed=5)
    ids = torch.tensor(corpus.rows(150, 48))
    texts = [decode(row, corpus.vocabulary) for row in ids.tolist()]
    roles = np.array([stories.roles(text) for text in texts])[:, 1:]
    return fluffy_model(), ids, texts, roles


# ---- reading along -------------------------------------------------------------------------------------------------


def test_looking_changes_nothing(small):
    model, ids = small
    seen = inside.look_inside(model, ids)
    assert seen.patterns.shape == (2, 2, 3, 7, 7)
    assert seen.streams.shape == (3, 2, 7, 12)
    torch.testing.assert_close(model.unembed(model.final_norm(seen.streams[-1])), model(ids))


def test_the_patterns_are_those_that_the_model_uses(small):
    """Caught inside the hand-written attention while the model runs."""
    model, ids = small
    caught = []

    def spy(q, k, v):
        T = q.shape[-2]
        caught.append(causal_attend_by_hand(q, k, torch.eye(T).expand(*q.shape[:2], T, T)))
        return causal_attend_by_hand(q, k, v)

    before = [block.attention.attend for block in model.blocks]
    for block in model.blocks:
        block.attention.attend = spy
    model(ids)
    for block, attend in zip(model.blocks, before, strict=True):
        block.attention.attend = attend
    torch.testing.assert_close(inside.look_inside(model, ids).patterns, torch.stack(caught))


def test_the_lens_ends_at_the_models_own_prediction(small):
    model, ids = small
    streams = inside.look_inside(model, ids).streams[:, 0]
    logits = inside.logit_lens(streams, model.final_norm, model.tokens.weight)
    torch.testing.assert_close(logits[-1], model(ids)[0])


# ---- switching off -------------------------------------------------------------------------------------------------


def test_a_head_that_is_off_adds_nothing(small):
    """The same as a model in which this head's rows of W_o are zero."""
    model, ids = small
    with inside.switched_off(model, (1, 2)):
        off = model(ids)
    weight = model.blocks[1].attention.project.weight  # (C, H · D): a column for each row of W_o
    kept = weight.detach().clone()
    weight.data[:, 8:12] = 0
    torch.testing.assert_close(off, model(ids))
    weight.data = kept
    assert not torch.allclose(off, model(ids))


def test_without_any_head_no_token_knows_of_another(small):
    model, ids = small
    changed = ids.clone()
    changed[:, 0] = (ids[:, 0] + 1) % 11
    everything = [(layer, head) for layer in range(2) for head in range(3)]
    with inside.switched_off(model, *everything):
        torch.testing.assert_close(model(ids)[:, 1:], model(changed)[:, 1:])
    assert not torch.allclose(model(ids)[:, 1:], model(changed)[:, 1:])


def test_a_head_that_is_off_can_say_its_mean_instead(small):
    """The same as a model in which this head's part of W_o meets its mean alone, by way of the bias."""
    model, ids = small
    project, found = model.blocks[1].attention.project, []
    hook = project.register_forward_pre_hook(lambda _, inputs: found.append(inputs[0]))
    model(ids)
    hook.remove()
    means = inside.mean_outputs(model, ids)
    torch.testing.assert_close(means[1], found[0].flatten(0, 1).mean(0))
    with inside.switched_off(model, (1, 2), instead=means):
        off = model(ids)
    weight, bias = project.weight.detach().clone(), project.bias.detach().clone()
    project.bias.data += weight[:, 8:12] @ means[1, 8:12]
    project.weight.data[:, 8:12] = 0
    torch.testing.assert_close(off, model(ids))
    project.weight.data, project.bias.data = weight, bias


def test_the_switch_goes_back_even_after_an_error(small):
    model, ids = small
    before = model(ids)
    with pytest.raises(ZeroDivisionError), inside.switched_off(model, (0, 1)):
        raise ZeroDivisionError
    torch.testing.assert_close(model(ids), before)
    with pytest.raises(ValueError, match="no head 3 in layer 0"), inside.switched_off(model, (0, 1), (0, 3)):
        pass
    torch.testing.assert_close(model(ids), before)


def test_ablating_leaves_the_input_alone():
    merged = torch.arange(12.0).reshape(1, 2, 6)
    before = merged.clone()
    ablated = inside.ablate_head(merged, 1, 3)
    assert torch.equal(merged, before)
    assert ablated.tolist() == [[[0, 1, 0, 0, 4, 5], [6, 7, 0, 0, 10, 11]]]


def test_losses_and_rises_are_those_of_the_model(small):
    model, ids = small
    losses = inside.token_losses(model, ids)
    assert losses.mean().item() == pytest.approx(
        cross_entropy(model(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten()).item()
    )
    where = torch.zeros(2, 6, dtype=torch.bool)
    where[0, 3] = True
    rises = inside.rise_without_each_head(model, ids, where)
    with inside.switched_off(model, (0, 2)):
        without = inside.token_losses(model, ids)[0, 3]
    assert rises.shape == (2, 3)
    torch.testing.assert_close(rises[0, 2], without - losses[0, 3])


def test_a_lead_is_what_the_right_token_has_over_the_mean(small):
    """The loss is made of it: the log-sum-exp of all leads, less the right one's."""
    model, ids = small
    logits = model(ids[:, :-1])
    others = (logits - logits.mean(-1, keepdim=True)).logsumexp(-1)
    torch.testing.assert_close(others - inside.token_leads(model, ids), inside.token_losses(model, ids))


# ---- scores --------------------------------------------------------------------------------------------------------


def looks(T, place):
    """A head (1, T, T) whose token i looks at place(i) alone."""
    weights = torch.zeros(1, T, T)
    for i in range(T):
        weights[0, i, place(i)] = 1
    return weights


def test_perfect_heads_score_1_and_others_0():
    assert inside.previous_token_score(looks(9, lambda i: max(i - 1, 0))).item() == 1
    assert inside.previous_token_score(looks(9, lambda i: i)).item() == 0
    assert inside.induction_score(looks(9, lambda i: max(i - 3, 0)), period=4).item() == 1
    assert inside.induction_score(looks(9, lambda i: max(i - 4, 0)), period=4).item() == 0
    ids = repeated_ids([4], torch.Generator().manual_seed(0), 9)[0]
    assert all(ids[i - 3] == ids[i + 1] for i in range(4, 8)), "the place that is scored holds what comes next"


def test_the_best_heads_are_named_by_layer_and_head():
    scores = torch.tensor([[1.0, 5, 2], [4, 3, 0]])
    assert inside.best_heads(scores, 3) == [(0, 1), (1, 0), (1, 1)]
    assert inside.best_head(scores) == (0, 1)


def test_share_at_agrees_with_the_score_that_has_a_formula():
    weights = torch.rand(2, 3, 4, 6, 6)  # (L, B, H, T, T)
    targets = torch.diag(torch.ones(5), -1).bool().expand(3, 6, 6)
    expected = torch.stack([inside.previous_token_score(layer.mean(0)) for layer in weights])
    torch.testing.assert_close(inside.share_at(weights, targets), expected)


def test_stories_are_read_rightly():
    tokens = STORY.split()
    roles, own, source = stories.roles(tokens), stories.own_adjectives(tokens), stories.adjective_after_was(tokens)
    assert [t for t, role in zip(tokens, roles, strict=True) if role == "recalled adjective"] == ["tiny", "shy", "blue"]
    assert [t for t, role in zip(tokens, roles, strict=True) if role == "new noun"] == ["fox", "cave", "bear"]
    assert [t for t, role in zip(tokens, roles, strict=True) if role == "recalled noun"] == ["fox", "bear", "fox"]
    pairs = {(int(i), int(j)) for i, j in np.argwhere(own)}
    assert {(tokens[i], tokens[j]) for i, j in pairs} == {
        ("fox", "shy"),
        ("fox", "blue"),
        ("cave", "red"),
        ("bear", "tiny"),
    }
    for i, j in np.argwhere(source):
        assert tokens[i + 1] == tokens[j]
        assert tokens[i] == "was"
        assert j < i


def test_the_adjectives_of_a_story_are_those_of_this_story():
    tokens = [*STORY.split(), *STORY.replace("shy blue", "young").replace("shy and blue", "young").split()]
    of_story, the_right = stories.adjectives_of_story(tokens), stories.adjective_after_was(tokens)
    seen = [[(j, tokens[j]) for j in np.flatnonzero(row)] for row in of_story if row.any()]
    again = len(STORY.split())
    first = [(1, "shy"), (2, "blue"), (6, "red"), (10, "tiny")]
    second = [(again + 1, "young"), (again + 5, "red"), (again + 9, "tiny")]
    assert seen == [first, first, second, second]
    assert (of_story | ~the_right).all(), "the right one is among them"


def test_what_a_story_repeats_is_certain_and_what_it_brings_in_is_not():
    """Against the corpus' own probabilities, over several stories in a row."""
    corpus = FluffyCorpus(seed=6)
    tokens = corpus.tokens(400)
    roles, chances = np.array(stories.roles(tokens)), np.exp(corpus.log_probabilities(tokens))
    assert chances[roles == "recalled adjective"] == pytest.approx(1)
    assert chances[roles == "recalled noun"].min() >= 1 / 3 - 1e-9
    assert chances[roles == "new adjective"].max() < 0.1
    assert set(roles) == set(stories.ROLES)


# ---- the shipped model ---------------------------------------------------------------------------------------------


def test_the_shipped_model_is_near_the_floor(held_out):
    model, *_ = held_out
    about = about_fluffy_model()
    floor = FluffyCorpus().entropy_floor(model.config.context_length)
    assert about["entropy_floor"] == pytest.approx(floor, abs=1e-4)
    assert about["held_out_loss"] < 1.03 * floor
    rows = torch.tensor(FluffyCorpus(seed=9).rows(300, model.config.context_length + 1))
    with torch.no_grad():
        loss = cross_entropy(model(rows[:, :-1]).flatten(0, 1), rows[:, 1:].flatten()).item()
    assert loss == pytest.approx(about["held_out_loss"], rel=0.02)


def test_the_shipped_model_is_small_and_new_at_every_call():
    from course_lib.model.shipped import ABOUT, WEIGHTS

    assert WEIGHTS.stat().st_size + ABOUT.stat().st_size < 4_000_000
    one, other = fluffy_model(), fluffy_model()
    one.blocks[0].mlp.up.weight.data.zero_()
    assert other.blocks[0].mlp.up.weight.abs().sum() > 0
    assert one.unembed.weight is one.tokens.weight


def targets(texts, where):
    return torch.tensor(np.array([where(text) for text in texts]))


def test_the_adjective_head_is_needed_for_recalled_adjectives_and_for_little_else(held_out):
    model, ids, texts, roles = held_out
    scores = inside.share_at(inside.look_inside(model, ids).patterns, targets(texts, stories.adjective_after_was))
    best = inside.best_head(scores)
    assert scores[best] > 0.7
    rises = {role: inside.rise_without_each_head(model, ids, torch.tensor(roles == role)) for role in stories.ROLES}
    recalled = rises.pop("recalled adjective")
    assert recalled[best] > 5 * np.median(recalled)
    assert recalled[best] > 1
    assert all(other[best] < 0.15 * recalled[best] for role, other in rises.items() if role != "recalled noun")
    assert rises["recalled noun"][best] < 0.35 * recalled[best], "it helps a little there, too"


@pytest.fixture(scope="module")
def chain(held_out):
    """(model, ids, patterns, targets of each `was`, where its prediction stands, the two heads that fetch, the head that is missed most)."""
    model, ids, texts, _ = held_out
    patterns, goal = inside.look_inside(model, ids).patterns, targets(texts, stories.adjective_after_was)
    scores = inside.share_at(patterns, goal)
    after_was = ids[:, :-1] == FluffyCorpus().vocabulary["was"]
    rises = inside.rise_without_each_head(model, ids, after_was)
    return model, ids, patterns, goal, after_was, inside.best_heads(scores, 2), rises


def test_two_heads_do_the_job_and_together_they_are_missed_more_than_the_sum(chain):
    model, ids, _, _, after_was, fetch, rises = chain
    loss, lead = inside.token_losses(model, ids)[after_was].mean(), inside.token_leads(model, ids)[after_was].mean()
    falls = []
    for off in ([fetch[0]], [fetch[1]], fetch):
        with inside.switched_off(model, *off):
            falls.append(float(lead - inside.token_leads(model, ids)[after_was].mean()))
            rise = inside.token_losses(model, ids)[after_was].mean() - loss  # of both, at last
    assert fetch[0][0] == fetch[1][0], "in one layer, where neither can notice that the other is gone"
    assert rise > 1.5 * (rises[fetch[0]] + rises[fetch[1]])
    assert falls[2] == pytest.approx(falls[0] + falls[1], rel=0.2), "their leads nearly add up"
    assert rises[fetch[0]] > 2.5 * rises[fetch[1]], "although their scores are nearly the same"


def test_without_the_first_head_the_second_no_longer_knows_whose(chain, held_out):
    model, ids, patterns, goal, _, fetch, rises = chain
    of_story = targets(held_out[2], stories.adjectives_of_story)
    with inside.switched_off(model, inside.best_head(rises)):
        alone = inside.look_inside(model, ids).patterns
    before, after = (inside.share_at(p, goal)[fetch[0]] for p in (patterns, alone))
    assert after < 0.6 * before
    assert inside.share_at(alone, of_story)[fetch[0]] > 0.85


def test_the_order_of_the_heads_stays_with_means_instead_of_zeros(chain):
    model, ids, _, _, after_was, fetch, rises = chain
    kinder = inside.rise_without_each_head(model, ids, after_was, instead=inside.mean_outputs(model, ids))
    assert inside.best_head(kinder) == inside.best_head(rises)
    assert kinder[fetch[0]] > 2.5 * kinder[fetch[1]]
    assert kinder[inside.best_head(rises)] > np.log(len(FluffyCorpus().vocabulary)), "worse than a blind guess"


def test_the_head_that_is_missed_most_looks_at_the_noun_and_never_at_the_adjective(held_out):
    model, ids, texts, roles = held_out
    patterns = inside.look_inside(model, ids).patterns
    first_step = inside.best_head(
        inside.rise_without_each_head(model, ids, torch.tensor(roles == "recalled adjective"))
    )
    assert inside.share_at(patterns, targets(texts, stories.adjective_after_was))[first_step] < 0.02
    assert inside.share_at(patterns, targets(texts, stories.noun_before_was))[first_step] > 0.95
    best = inside.best_head(inside.share_at(patterns, targets(texts, stories.adjective_after_was)))
    assert first_step[0] < best[0], "it works in an earlier layer"


def test_the_right_adjective_appears_in_the_last_layer(held_out):
    model, ids, _, roles = held_out
    streams = inside.look_inside(model, ids).streams
    recalled = torch.tensor(roles == "recalled adjective")
    chances = [
        inside.logit_lens(stream[:, :-1], model.final_norm, model.tokens.weight).softmax(-1).gather(2, ids[:, 1:, None])
        for stream in streams
    ]
    means = [chance[..., 0][recalled].mean().item() for chance in chances]
    assert means[-1] > 0.9
    assert max(means[:-1]) < 0.3


# ---- induction -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_two_layers_grow_induction_heads_and_one_cannot(seed):
    two, one = grow(n_layer=2, seed=seed), grow(n_layer=1, seed=seed)
    assert two.losses[-1] < 0.6
    assert one.losses[-1] > 1.8
    assert two.induction[-1, 1].max() > 0.5, "in the second layer"
    assert two.previous_token[-1, 0].max() > 0.3, "and it stands on a head of the first"
    assert one.induction[-1].max() < 0.2


def test_a_text_repeats_tokens_that_are_all_different():
    ids = repeated_ids([4, 16], torch.Generator().manual_seed(0), 40)
    assert [row[:period].unique().numel() for row, period in zip(ids, (4, 16), strict=True)] == [4, 16]
    assert torch.equal(ids[0, 4:], ids[0, :-4])
    assert torch.equal(ids[1, 16:], ids[1, :-16])


def test_growing_leaves_torch_as_it_was():
    torch.manual_seed(5)
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    first, again = grow(1, steps=2, every=1), grow(1, steps=2, every=1)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.get_num_threads() == threads
    np.testing.assert_array_equal(first.losses, again.losses)
