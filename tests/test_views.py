"""Every view, without a browser: readable modules without network or HTML in strings, on the shared kit, and a twin that says as much."""

import json
import re

import pytest
import yaml

from course_lib import show
from course_lib.show import VIEWS
from course_lib.show.views.bundle import HERE, modules, script, style
from course_lib.show.views.view import View
from course_lib.teach.saving import WIDGET, keep_twins
from tests.conftest import ROOT

MODULES = sorted(path.relative_to(HERE).with_suffix("").as_posix() for path in HERE.rglob("*.js"))
SHEETS = sorted(path.relative_to(HERE).as_posix() for path in HERE.rglob("*.css"))
NAMES = sorted(VIEWS.values())
TOP_LEVEL = re.compile(r"^(?:export )?(?:const|let|function|class) (\w+)", re.M)
FUNCTION = re.compile(r"\bfunction (\w+)|\b(?:const|let) (\w+) = (?:async )?(?:\([^()]*\)|\w+) =>")


def source(name):
    return (HERE / name).read_text(encoding="utf-8")


def test_a_view_is_three_files_of_one_name():
    for ending in ("py", "js", "css"):
        there = {path.stem for path in HERE.glob(f"*.{ending}")}
        assert set(NAMES) <= there
    assert {path.stem for path in HERE.glob("*.js")} == set(NAMES), "what several views share stands in kit/"


@pytest.mark.parametrize("name", [*(f"{module}.js" for module in MODULES), *SHEETS])
def test_a_file_can_be_read(name):
    lines = source(name).splitlines()
    long = [number for number, line in enumerate(lines, 1) if len(line) > 120]
    assert not long, f"{name}: lines {long} are longer than 120 columns; `npm run format` in tools/ wraps them"


@pytest.mark.parametrize("name", MODULES)
def test_a_function_has_a_name_in_words(name):
    names = {first or second for first, second in FUNCTION.findall(source(f"{name}.js"))}
    assert not {short for short in names if len(short) == 1} - {"h"}, "h makes an element; every other name is a word"
    assert not {word for word in names if re.fullmatch(r"[a-zA-Z]{1,2}\d", word)}, "q2 says nothing"


@pytest.mark.parametrize("name", MODULES)
def test_a_script_asks_nobody(name):
    whole = script(name)
    assert not re.search(r"^\s*import\b|\bimport\(|\bfetch\(|XMLHttpRequest|WebSocket", whole, re.M)
    assert not re.search(r"@import|\burl\((?!#)", style(name))
    assert set(re.findall(r"https?://[^\s\"']+", whole + style(name))) <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", whole), "tokens must stay text"


@pytest.mark.parametrize("name", MODULES)
def test_modules_are_put_together_as_they_import_each_other(name):
    paths = modules(HERE / f"{name}.js")
    assert paths[-1] == HERE / f"{name}.js"
    for number, path in enumerate(paths):
        text = path.read_text(encoding="utf-8")
        imports = re.findall(r"^import\b[^;]*;", text, re.M)
        assert all(re.fullmatch(r'import \{[\w\s,]+\} from "\./[\w/]+\.js";', one) for one in imports), "no `as`, no *"
        for one in imports:
            needed = (path.parent / re.search(r'"(.+)"', one)[1]).resolve()
            assert needed in paths[:number], "what is imported comes first"
            wanted = set(re.search(r"\{(.+)\}", one, re.S)[1].replace(",", " ").split())
            offered = set(re.findall(r"^export (?:const|function) (\w+)", needed.read_text(encoding="utf-8"), re.M))
            assert wanted <= offered, f"{path.name} imports what {needed.name} does not export"
    named = [word for path in paths for word in TOP_LEVEL.findall(path.read_text(encoding="utf-8"))]
    assert len(named) == len(set(named)), "in one script, two modules cannot use one name"
    assert script(name) == script(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_script_builds_on_the_kit(name):
    own = source(f"{name}.js")
    assert "createElement" not in own, "use h of the kit: it keeps keys away from the notebook"
    assert re.search(r'\bframe\(\s*"\w+"', own)
    assert "wordsOf(model, EN)" in own
    assert "export default { render };" in own


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_what_crosses_to_python_is_told_in_the_script(name):
    """In JSDoc, as the properties of one type: `@property {type} name`, and who writes it."""
    view, text = getattr(show, name), source(f"{VIEWS[name]}.js")
    crosses = {trait for trait in view.class_own_traits(sync=True) if not trait.startswith("_")}
    told = re.findall(r"^ \* @property \{(.+?)\} (\w+) (.+)$", text, re.M)
    assert {trait for _, trait, _ in told} == crosses
    for _, trait, words in told:
        assert re.match(r"(Python|the view|both): \S", words), f"{trait}: say who writes it"
        written = re.search(rf'(?:\bput|\bask|\bset)\("{trait}"', text)
        assert not written or not words.startswith("Python"), f"{trait} is written here"


def test_pre_commit_and_ci_format_with_the_same_prettier():
    wanted = json.loads((ROOT / "tools/package.json").read_text(encoding="utf-8"))["devDependencies"]["prettier"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", wanted), "one version, not a range: two versions format differently"
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    assert next(hook for hook in hooks if hook["id"] == "prettier")["additional_dependencies"] == [f"prettier@{wanted}"]


def test_a_view_without_a_twin_says_so():
    class Bare(View):
        _esm = "export default { render() {} }"

    with pytest.raises(NotImplementedError, match=r"Bare needs a twin\(\)"):
        Bare().twin()


def test_a_saved_notebook_keeps_the_twin_and_not_the_live_half():
    def output(**data):
        return {"output_type": "display_data", "data": {kind: "x" for kind in data.values()}}

    both, alone = output(a="text/html", b=WIDGET), output(a="text/plain", b=WIDGET)
    stream = {"output_type": "stream", "text": "hello"}
    cells = [{"cell_type": "markdown"}, {"cell_type": "code", "outputs": [both, alone, stream]}]
    keep_twins({"type": "notebook", "content": {"cells": cells}})
    assert set(both["data"]) == {"text/html"}
    assert set(alone["data"]) == {"text/plain", WIDGET}, "with nothing in its place it stays"
    keep_twins({"type": "file", "content": "text"})
    keep_twins({"type": "notebook", "content": None})
