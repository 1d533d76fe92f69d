"""A my_gpt/ that was kept when the library had other modules still works, wherever its files are run."""

import importlib
import pkgutil

import numpy as np
import pytest

import course_lib
from course_lib.attention import attend
from course_lib.mistakes import exercise_named
from course_lib.model import GPTConfig
from course_lib.my_gpt import assemble, keep, own_or
from course_lib.my_gpt.learners_file import MOVED, run_file
from course_lib.text import encode
from tests.portfolios import saved_text, write

OLD = {
    "attend": """from course_lib.attention.numpy_attention import attention_pattern, masked_pattern


def attend(q, k, v, may_look=None):
    weights = attention_pattern(q, k) if may_look is None else masked_pattern(q, k, may_look)
    return weights @ v
""",
    "embed": """import course_lib.gpt.tokenizers as tokenizers


def embed(ids, token_table, position_table):
    return tokenizers.embed(ids, token_table, position_table)
""",
    "layer_norm": """from course_lib.gpt.block_pieces import layer_norm as theirs


def layer_norm(x, gain, shift, eps=1e-5):
    return theirs(x, gain, shift, eps)
""",
    "encode": """from course_lib.gpt.tokenizers import encode as theirs


def encode(tokens, vocabulary):
    return theirs(tokens, vocabulary)
""",
    "logit_lens": """from course_lib.gpt.inside import logit_lens as theirs


def logit_lens(*inputs):
    return theirs(*inputs)
""",
    "gpt_logits": """from course_lib.gpt.model import GPT, GPTConfig


def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    x = token_table[ids] + position_table[: ids.shape[-1]]
    for block in blocks:
        x = block(x)
    return final_norm(x) @ token_table.T
""",
}


def test_every_old_module_is_found_where_it_is_now():
    for now in MOVED.values():
        importlib.import_module(now)
    today = {
        info.name for info in pkgutil.walk_packages(course_lib.__path__, "course_lib.") if "__main__" not in info.name
    }
    assert not MOVED.keys() & today


@pytest.mark.parametrize("name", OLD)
def test_an_old_file_defines_its_function(name):
    assert callable(run_file(OLD[name], name)[name])


def test_a_gpt_is_assembled_of_old_files(tmp_path):
    config = GPTConfig(n_layer=1, n_head=1, n_embd=4, context_length=5, vocab_size=7)
    report = assemble(config, write(tmp_path, {name: OLD[name] for name in ("attend", "embed", "gpt_logits")})).report
    assert report.mine == ("embed", "attend", "gpt_logits"), str(report)


def test_a_lesson_measures_an_old_file(course_home):
    write(course_home, OLD)
    function, said = own_or(attend, *np.ones((3, 4, 2)))
    assert said.startswith("Your own attend")
    np.testing.assert_allclose(function(*np.ones((3, 4, 2))), np.ones((4, 2)))


def test_what_uses_an_old_import_inside_a_function_works_too():
    imports = "    from course_lib import text, words\n    from course_lib.gpt import tokenizers\n"
    text = f"def encode(tokens, vocabulary):\n{imports}    return tokenizers.encode(tokens, vocabulary)\n"
    assert exercise_named("encode").check(run_file(text, "encode")["encode"]).ok


def test_what_is_kept_now_imports_from_the_wings_face():
    text = "def encode(tokens, vocabulary):\n    return theirs(tokens, vocabulary)\n"
    kept = saved_text(text, "encode", {"__name__": "__main__", "theirs": encode})
    assert "from course_lib.text import encode as theirs" in kept


def test_a_name_that_no_face_offers_is_kept_with_its_module():
    from course_lib.model.generation import new_caches

    assert keep._face(new_caches) == "course_lib.model.generation"
    assert keep._face(attend) == "course_lib.attention"
