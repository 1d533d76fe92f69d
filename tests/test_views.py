"""Every view, without a browser: one script without imports or network, small, on the shared kit, and a twin that says as much."""

import re

import pytest

from course_lib.show.views.bundle import HERE, script, style
from course_lib.show.views.view import View
from course_lib.teach.saving import WIDGET, keep_twins

SCRIPTS = sorted(path.stem for path in HERE.glob("*.js"))


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_asks_nobody(name):
    whole = script(name) + style(name)
    assert not re.search(
        r"^\s*import\b|\bimport\(|\bfetch\(|XMLHttpRequest|WebSocket|@import|\burl\((?!#)", whole, re.M
    )
    assert set(re.findall(r"https?://[^\s\"']+", whole)) <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", whole), "tokens must stay text"


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_builds_on_the_kit(name):
    own = (HERE / f"{name}.js").read_text(encoding="utf-8")
    assert "createElement" not in own, "use h of the kit: it keeps keys away from the notebook"
    assert "frame(" in own
    assert "wordsOf(model, EN)" in own


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
