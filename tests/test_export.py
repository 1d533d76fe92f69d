"""my_gpt.py, one file out of the learner's own functions: it runs alone, gives the same numbers, and nothing of the learner's is lost."""

import ast
import importlib.util
import os
import subprocess
import sys

import pytest
import torch

from course_lib.model import GPTConfig
from course_lib.my_gpt import NotExported, export, exported, exported_trial, one_file
from course_lib.my_gpt.assembly import assemble
from course_lib.my_gpt.exported import Choice
from tests.portfolios import solutions, styled, write

ALL = ()  # the pieces of every part
PIECES = exported.frame().pieces
# Runs a file as the main program where course_lib can't be imported.
ALONE = """
import runpy, sys
class NoCourse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "course_lib":
            raise ImportError("there is no course_lib here")
sys.meta_path.insert(0, NoCourse())
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def alone(folder, *arguments):
    """The finished process of my_gpt.py, or another file, in its folder and without the course."""
    code = [sys.executable, "-I", "-c", ALONE, *arguments]
    return subprocess.run(
        code, cwd=folder, capture_output=True, encoding="utf-8", env={**os.environ, "PYTHONUTF8": "1"}, check=False
    )


def loaded(path):
    """A my_gpt.py as a module."""
    spec = importlib.util.spec_from_file_location(f"exported_{path.parent.name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def exporting(folder, texts):
    """What export makes of a portfolio with these files."""
    (folder / "out").mkdir(exist_ok=True)
    return export.export_my_gpt(folder / "out", write(folder / "my_gpt", texts))


def own(done):
    return {name for name, choice in done.choices.items() if choice.own}


def code_of(text):
    """A kept file without its docstring and imports."""
    return "\n\n\n".join(part.text for part in one_file.read(text).parts)


@pytest.fixture(scope="module")
def of_solutions(tmp_path_factory):
    return exporting(tmp_path_factory.mktemp("solutions"), solutions(ALL))


# ---- a learner who did everything ------------------------------------------------------------------------------------


def test_every_function_of_a_learner_who_did_all_is_in_it_word_for_word(of_solutions):
    assert own(of_solutions) == set(PIECES)
    text = of_solutions.path.read_text(encoding="utf-8")
    called = set(PIECES) - {"embed", "add_to_stream"}  # the sheets' own gpt_logits and block do this themselves
    assert [name for name in called if code_of(solutions(ALL)[name]).split("\n\n\n")[-1] not in text] == []
    assert "not needed here, since nothing calls them: embed, add_to_stream" in text
    assert text.startswith('"""My GPT: all 25 functions that it is made of are my own.')


def test_it_is_short_and_well_formed(of_solutions):
    text = of_solutions.path.read_text(encoding="utf-8")
    assert sum(1 for line in text.splitlines() if line.strip()) <= 320
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--config", "pyproject.toml", str(of_solutions.path)],
            capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout


def test_it_trains_and_writes_without_the_course(of_solutions, tmp_path):
    (tmp_path / "my_gpt.py").write_bytes(of_solutions.path.read_bytes())
    (tmp_path / "text.txt").write_text("the fox is red. the bear is brown. the sea is blue.\n" * 60, encoding="utf-8")
    (tmp_path / "proof.py").write_text("import course_lib", encoding="utf-8")
    assert "no course_lib here" in alone(tmp_path, "proof.py").stderr

    assert "Train first: python my_gpt.py train" in alone(tmp_path, "my_gpt.py", "write").stderr
    trained = alone(tmp_path, "my_gpt.py", "train", "text.txt", "--steps", "20")
    assert trained.returncode == 0, trained.stderr
    losses = [float(line.split()[3].strip(",")) for line in trained.stdout.splitlines() if line.startswith("step")]
    assert losses[-1] < losses[0] - 0.5
    written = alone(tmp_path, "my_gpt.py", "write", "the fox", "--length", "40", "--k", "9", "--p", "0.95")
    assert written.returncode == 0, written.stderr
    text = written.stdout.removesuffix("\n")
    assert text.startswith("the fox")
    assert set(text) <= set("the fox is red. the bear is brown. the sea is blue.\n")
    assert 47 <= len(text) <= 7 + 81
    assert sorted(path.name for path in tmp_path.iterdir()) == ["my_gpt.pt", "my_gpt.py", "proof.py", "text.txt"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["train", "nowhere.txt"], "nowhere.txt"),
        (["train", "short.txt"], "The text has 5 letters"),
        (["train", "bytes.txt"], "That did not work"),
    ],
)
def test_it_says_in_one_sentence_what_is_wrong(of_solutions, tmp_path, arguments, words):
    (tmp_path / "my_gpt.py").write_bytes(of_solutions.path.read_bytes())
    (tmp_path / "short.txt").write_text("hello", encoding="utf-8")
    (tmp_path / "bytes.txt").write_bytes(b"\xff\xfe\x00")
    done = alone(tmp_path, "my_gpt.py", *arguments)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_it_gives_the_same_numbers_as_the_assembled_gpt(of_solutions, tmp_path):
    module = loaded(of_solutions.path)
    sizes = dict(n_layer=2, n_head=3, n_embd=12, context_length=9)
    mine = module.GPT(17, **sizes)
    assembled = assemble(GPTConfig(**sizes, vocab_size=17), write(tmp_path, solutions()))
    torch.manual_seed(4)
    for parameter in mine.parameters():
        parameter.data += 0.3 * torch.randn_like(parameter)
    assembled.load_state_dict(as_gpt(mine, assembled.state_dict()))
    ids = torch.randint(17, (3, 9))
    torch.testing.assert_close(mine(ids), assembled(ids), atol=1e-5, rtol=1e-5)
    module.cross_entropy(mine(ids), ids).backward()
    torch.nn.functional.cross_entropy(assembled(ids).flatten(0, 1), ids.flatten()).backward()
    torch.testing.assert_close(mine.token_table.grad, assembled.tokens.weight.grad, atol=1e-5, rtol=1e-4)


def as_gpt(mine, state):
    """The weights of an exported GPT under the names of the course's, whose attention has biases too: here 0."""
    state = {name: torch.zeros_like(weights) for name, weights in state.items()}
    state["tokens.weight"] = state["unembed.weight"] = mine.token_table
    state["positions.weight"] = mine.position_table
    state["final_norm.weight"], state["final_norm.bias"] = mine.gain, mine.shift
    for number, layer in enumerate(mine.layers):
        state |= {
            f"blocks.{number}.{name}": weights
            for name, weights in {
                "norm_1.weight": layer.gain_1,
                "norm_1.bias": layer.shift_1,
                "attention.qkv.weight": torch.cat([layer.W_q, layer.W_k, layer.W_v], dim=1).T,
                "attention.project.weight": layer.W_o.T,
                "norm_2.weight": layer.gain_2,
                "norm_2.bias": layer.shift_2,
                "mlp.up.weight": layer.W_up.T,
                "mlp.up.bias": layer.b_up,
                "mlp.down.weight": layer.W_down.T,
                "mlp.down.bias": layer.b_down,
            }.items()
        }
    return {name: weights.detach() for name, weights in state.items()}


# ---- other portfolios ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", range(4))
def test_functions_in_any_style_make_a_gpt_that_learns(style, tmp_path):
    done = exporting(tmp_path, styled(style, ALL))
    assert len(own(done)) > len(PIECES) / 2
    text = done.path.read_text(encoding="utf-8")
    assert all(done.choices[name].why for name in set(PIECES) - own(done))
    assert "course_lib" not in text
    exported_trial.works_as_a_whole(text)
    module = loaded(done.path)
    module.SIZES = dict(n_layer=1, n_head=2, n_embd=8, context_length=8)
    model, vocabulary = module.train("abcd. " * 100, 2)
    options = module.argparse.Namespace(length=9, temperature=0.7, k=3, p=0.9, seed=1)
    assert set(module.write(model, vocabulary, "ab", options)) <= set("abcd. ")


def test_without_any_function_it_is_the_courses_and_says_so(tmp_path):
    done = exporting(tmp_path, {})
    assert own(done) == set()
    text = done.path.read_text(encoding="utf-8")
    assert text.startswith('"""A GPT of ')
    assert "The course's: " not in text
    assert "def takes" not in text
    assert "nothing of yours that fits is kept in my_gpt/ yet" in str(done)
    exported_trial.works_as_a_whole(text)


def test_a_few_functions_are_called_by_the_courses(tmp_path):
    some = {name: solutions()[name] for name in ("softmax", "add_to_stream", "merge_heads")}
    done = exporting(tmp_path, some)
    assert own(done) == set(some)
    assert "# The course's\ndef attend(" in done.path.read_text(encoding="utf-8")
    module = loaded(done.path)
    model, ids = module.GPT(9, **module.SIZES), torch.zeros(1, 4, dtype=torch.long)
    model(ids)
    for name in some:
        kept, module.__dict__[name] = module.__dict__[name], lambda *_: 1 / 0
        with pytest.raises(ZeroDivisionError):
            model(ids)
        module.__dict__[name] = kept


@pytest.mark.parametrize("name", PIECES)
def test_every_function_of_the_courses_file_is_right(name):
    exported_trial.fits(exported.text(dict.fromkeys(PIECES, Choice()), also=[name]), name)


def test_the_courses_file_runs_as_it_is(tmp_path):
    done = alone(tmp_path, str(exported.FRAME), "--help")
    assert done.returncode == 0, done.stderr
    assert set(PIECES) <= {
        node.name for node in ast.parse(exported.FRAME.read_text(encoding="utf-8")).body if hasattr(node, "name")
    }


# ---- names -----------------------------------------------------------------------------------------------------------

SHIFTED = "import numpy as np\n\n\ndef largest(x):\n    return x.max(axis=-1, keepdims=True)\n\n\n"
SOFTMAX = SHIFTED + (
    "def softmax(scores):\n    exps = np.exp(scores - largest(scores))\n"
    "    return exps / exps.sum(axis=-1, keepdims=True)\n"
)
SCALED = (
    "import math\n\n\ndef largest(size):\n    return math.sqrt(size)\n\n\n"
    "def scale_scores(scores, head_size):\n    return scores / largest(head_size)\n"
)


def test_two_helpers_of_one_name_are_told_apart(tmp_path):
    done = exporting(tmp_path, {"softmax": SOFTMAX, "scale_scores": SCALED})
    assert own(done) == {"softmax", "scale_scores"}
    text = done.path.read_text(encoding="utf-8")
    assert "def largest(x):" in text
    assert "def largest_of_scale_scores(size):" in text
    assert "scores / largest_of_scale_scores(head_size)" in text
    exported_trial.works_as_a_whole(text)


def test_a_helper_that_two_files_share_is_there_once(tmp_path):
    pattern = SOFTMAX.replace("import numpy as np\n", "import numpy as np\nfrom course_lib.attention import softmax\n")
    pattern = pattern[: pattern.index("def softmax")] + (
        "def attention_pattern(q, k):\n    scores = q @ k.swapaxes(-2, -1) / np.sqrt(q.shape[-1])\n"
        "    return softmax(scores - largest(scores))\n"
    )
    done = exporting(tmp_path, {"softmax": SOFTMAX, "attention_pattern": pattern, "attend": solutions()["attend"]})
    assert own(done) == {"softmax", "attention_pattern", "attend"}
    assert done.path.read_text(encoding="utf-8").count("def largest") == 1


def test_an_older_function_in_another_file_stays_what_it_was(tmp_path):
    older = solutions()["attention_pattern"].replace("exps /", "1.0 * exps /")
    done = exporting(tmp_path, {"softmax": solutions()["softmax"], "attention_pattern": older})
    assert own(done) == {"softmax", "attention_pattern"}
    assert "softmax_of_attention_pattern(scale_scores" in done.path.read_text(encoding="utf-8")


def test_a_helper_may_have_a_name_of_the_files_own(tmp_path):
    done = exporting(tmp_path, {"scale_scores": SCALED.replace("largest", "train")})
    assert "def train_of_scale_scores(size):" in done.path.read_text(encoding="utf-8")


def test_what_comes_from_the_course_is_written_out(tmp_path):
    mask = (
        "from course_lib.attention import sliding_window_mask as window\n\n\n"
        "def causal_mask(T):\n    return window(T, T)\n"
    )
    done = exporting(tmp_path, {"causal_mask": mask})
    text = done.path.read_text(encoding="utf-8")
    assert own(done) == {"causal_mask"}
    assert "def window(" in text
    assert "course_lib" not in text


def test_a_piece_that_a_file_calls_by_another_name_is_the_one_in_the_file(tmp_path):
    pattern = solutions()["attention_pattern"].replace("import attention_scores", "import attention_scores as products")
    pattern = pattern.replace("scale_scores(attention_scores(", "scale_scores(products(")
    done = exporting(tmp_path, {"attention_pattern": pattern})
    assert own(done) == {"attention_pattern"}
    assert "products" not in done.path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (SOFTMAX + "\n\nprint(softmax)\n", "`print(softmax)`"),
        (
            SOFTMAX.replace("    exps =", "    from course_lib.attention import attend\n    exps =", 1),
            "inside a function",
        ),
        (SOFTMAX.replace("np.exp(scores", "np.exp(scores.round(9)", 1), "can't be trained"),
        (SOFTMAX.replace("- largest", "+ largest"), "no longer passes its check"),
    ],
)
def test_what_does_not_fit_is_replaced_and_the_file_says_why(text, words, tmp_path):
    done = exporting(tmp_path, {"softmax": text, "merge_heads": solutions()["merge_heads"]})
    assert own(done) == {"merge_heads"}
    assert words in done.choices["softmax"].why
    assert words in str(done)
    written = done.path.read_text(encoding="utf-8")
    comment = written[: written.index("def softmax")].rpartition("\n\n\n")[2]
    assert comment.startswith("# The course's. ")
    assert words.split()[0] in comment
    exported_trial.works_as_a_whole(written)


def test_what_fails_only_at_the_models_own_size_is_found(tmp_path):
    late = SOFTMAX.replace(
        "    exps =", "    if scores.shape[-1] > 60:\n        raise ValueError('wide')\n    exps =", 1
    )
    done = exporting(tmp_path, {"softmax": late, "merge_heads": solutions()["merge_heads"]})
    assert own(done) == {"merge_heads"}
    assert "not in a whole model" in done.choices["softmax"].why
    assert "wide" in done.choices["softmax"].why


def test_a_new_name_leaves_local_ones_alone():
    part = one_file.Part(
        "f", "def f(x, size=largest):\n    y = largest(x)\n    return [y for g in x], (lambda largest: largest)"
    )
    assert part.renamed({"largest": "top", "y": "no", "f": "best"}).text == (
        "def best(x, size=top):\n    y = top(x)\n    return [y for g in x], (lambda largest: largest)"
    )


# ---- the file --------------------------------------------------------------------------------------------------------


@pytest.fixture
def nothing_tried(monkeypatch):
    monkeypatch.setattr(export, "chosen", lambda folder: dict.fromkeys(PIECES, Choice()))


@pytest.mark.usefixtures("nothing_tried")
def test_nothing_is_overwritten(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_gpt.py").write_text("mine", encoding="utf-8")
    names = [export.export_my_gpt(out).path.name for out in (None, tmp_path, tmp_path / "other.py", "other.py")]
    assert names == ["my_gpt_2.py", "my_gpt_3.py", "other.py", "other_2.py"]
    assert (tmp_path / "my_gpt.py").read_text(encoding="utf-8") == "mine"


@pytest.mark.usefixtures("nothing_tried")
@pytest.mark.parametrize(
    ("out", "words"), [("file/my_gpt.py", "can't be written"), ("notes.txt", "ends in .py, for example: --out notes")]
)
def test_what_can_not_be_written_is_said(out, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    with pytest.raises(NotExported, match=words):
        export.export_my_gpt(out)


def test_the_command_says_where_it_is(course_home, tmp_path):
    write(course_home, {"scale_scores": SCALED, "attend": "def attend(:\n"})
    done = subprocess.run(
        [sys.executable, "-m", "course_lib", "export", "--out", str(tmp_path / "gpt.py")],
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert f"Written: {tmp_path / 'gpt.py'}" in done.stdout
    assert "1 of your functions" in done.stdout
    assert "attend: the course's. Yours raised SyntaxError" in done.stdout
    assert (tmp_path / "gpt.py").exists()
