"""The issue forms: whole, and true to the course's lessons, exercises and commands."""

import re

import pytest
import yaml

from course_lib.__main__ import app
from tests.conftest import ROOT

FOLDER = ROOT / ".github" / "ISSUE_TEMPLATE"
FORMS = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("a_*.yml")}
ROWS = re.findall(r"^\| (\d\d) \| \[(.+?)\]\(.+?\) \| (.+?) \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.M)


def test_both_are_there_and_others_may_write_freely():
    assert set(FORMS) == {"a_message_was_wrong", "a_mistake_that_no_message_names"}
    assert yaml.safe_load((FOLDER / "config.yml").read_text(encoding="utf-8")) == {"blank_issues_enabled": True}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_whole(name):
    form = yaml.safe_load(FORMS[name])
    assert form["name"]
    assert form["description"]
    questions = [part for part in form["body"] if part["type"] != "markdown"]
    assert all(part["attributes"]["label"] for part in questions)
    ids = [part["id"] for part in questions]
    assert len(set(ids)) == len(ids)
    required = {part["id"] for part in questions if part.get("validations", {}).get("required")}
    assert required >= {"lesson", "exercise", "function", "said"}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_asks_for_what_the_course_has(name):
    parts = {part.get("id"): part["attributes"] for part in yaml.safe_load(FORMS[name])["body"]}
    assert parts["lesson"]["options"] == [f"{number} {title}" for number, title, _ in ROWS]
    assert f"`{parts['exercise']['placeholder']}`" in " ".join(functions for _, _, functions in ROWS)
    commands = {command.name or command.callback.__name__ for command in app.registered_commands}
    told = re.findall(r"course\.py (\w+)", FORMS[name])
    assert told
    assert set(told) <= commands
