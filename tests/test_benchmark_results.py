"""benchmarks/RESULTS.md: each benchmark writes its own section and leaves the others as they are; the ladder adds one change a rung."""

from types import SimpleNamespace

import pytest

from benchmarks import results, setup, training
from course_lib.costs.benchmark_table import benchmark_table
from course_lib.model import modern
from course_lib.train.loop import Settings


def test_a_section_takes_the_place_of_its_older_self(tmp_path):
    path = tmp_path / "RESULTS.md"
    for heading, text in (("Training", "| old |"), ("Cost", "| cost |"), ("Training", "| new |")):
        results.write_section(heading, text, path)
    written = path.read_text(encoding="utf-8")
    assert written.count("## ") == 2
    assert written.index("## Cost") < written.index("## Training") < written.index("| new |")
    assert "| old |" not in written
    assert "cores" in written
    assert list(tmp_path.iterdir()) == [path]


def test_a_lesson_can_quote_a_table(tmp_path):
    path = tmp_path / "RESULTS.md"
    results.write_section("Cost", "How.\n\n| way | ms |\n|---|---|\n| whole | 3 |\n| in blocks | 4 |\n\n- said", path)
    results.write_section("Training", "| a |\n|---|\n| b |", path)
    assert benchmark_table("Cost", path) == (["way", "ms"], [["whole", "3"], ["in blocks", "4"]])
    for missing in (("Speed", path), ("Cost", tmp_path / "none.md")):
        with pytest.raises(ValueError, match="has no table"):
            benchmark_table(*missing)


def test_the_ladder_that_lesson_11_quotes_is_the_ladder_that_is_climbed():
    """After a change of the ladder it has to be measured again: benchmarks/training.py --ladder --write."""
    assert [row[0] for row in benchmark_table("Training: the ladder")[1]] == [name for name, _, _ in training.LADDER]


def test_each_rung_keeps_what_those_before_it_changed():
    rung, last = training.rung, len(training.LADDER) - 1
    plain, best = rung(0), rung(last)
    assert plain[0] == {
        "batch_size": 12,
        "learning_rate": 1e-3,
        "last_rate": 0.1,
        "warm_up": 100,
        "schedule": "cosine",
        "weight_decay": 0.1,
        "fused": False,
    }
    assert plain[1] == {"precision": "float32", "n_head": 4, "one_by_one": True, "keep_memory": False, "changes": []}
    assert [getattr(modern, change) for change in best[1]["changes"]] == list(modern.CHANGES)
    for number in range(1, last + 1):
        before, now = rung(number - 1), rung(number)
        assert before != now
        Settings.of(now[0])
        assert now[1]["changes"][: len(before[1]["changes"])] == before[1]["changes"]


def test_when_a_goal_was_reached():
    run = {"seen": [(50, 1.0, 2.5), (100, 2.0, 1.9), (150, 3.0, 1.95)], "seconds": 3.5}
    assert training.reached(run, 1.9) == 2.0
    assert training.reached(run, 1.0) == 3.5


def test_an_environment_weighs_each_file_once(tmp_path):
    """uv links files into .venv out of its cache, and lib64 is lib."""
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "torch.so").write_bytes(bytes(3_000_000))
    (tmp_path / "lib" / "again.so").hardlink_to(tmp_path / "lib" / "torch.so")
    (tmp_path / "numpy.so").write_bytes(bytes(500_000))
    assert setup.megabytes(tmp_path) == pytest.approx(3.5)


@pytest.mark.parametrize("with_uv", [False, True])
def test_a_set_up_is_measured_with_empty_caches_and_nothing_of_this_environment(tmp_path, monkeypatch, with_uv):
    lines = []

    def run(line, **options):
        lines.append((list(map(str, line)), options.get("env")))
        return SimpleNamespace(returncode=0, stdout="", stderr="")

    monkeypatch.setattr(setup.subprocess, "run", run)
    setup.set_up(tmp_path, ".", with_uv, {"UV_DEFAULT_INDEX": "x"})
    (made, _), *installed = lines
    assert made[1:] == ["-m", "venv", str(tmp_path / ".venv")]
    assert [line[2:4] for line, _ in installed] == (
        [["pip", "install"], ["uv", "pip"]] if with_uv else [["pip", "install"]]
    )
    for line, environment in installed:
        assert line[0].startswith(str(tmp_path))
        assert line[line.index("-c") + 1] == "constraints.txt"
        assert environment["UV_DEFAULT_INDEX"] == "x"
        for cache in ("PIP_CACHE_DIR", "UV_CACHE_DIR"):
            assert environment[cache].startswith(str(tmp_path))
