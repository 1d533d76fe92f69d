"""Every term that a lesson links is in the glossary, and the glossary has no term that no lesson uses."""

import re

import nbformat

from tests.conftest import ROOT

ENTRY = re.compile(r"^## (.+)$", re.MULTILINE)


def slug(term):
    """The anchor that JupyterLab and GitHub give a heading."""
    return re.sub(r"[^\w\- ]", "", term.lower()).replace(" ", "-")


def defined():
    return [slug(term) for term in ENTRY.findall((ROOT / "GLOSSARY.md").read_text(encoding="utf-8"))]


def used():
    """{anchor: first lesson that links it}."""
    found = {}
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in nbformat.read(path, 4).cells:
            if cell.cell_type == "markdown":
                for anchor in re.findall(r"GLOSSARY\.md#([\w-]+)", cell.source):
                    found.setdefault(anchor.lower(), path.name)
    return found


def test_every_linked_term_is_defined():
    assert {anchor: path for anchor, path in used().items() if anchor not in defined()} == {}


def test_every_defined_term_is_used():
    assert sorted(set(defined()) - set(used())) == []


def test_each_term_stands_once_and_in_order():
    terms = ENTRY.findall((ROOT / "GLOSSARY.md").read_text(encoding="utf-8"))
    assert terms == sorted(set(terms), key=str.lower)
