"""Keep GLOSSARY.md in alphabetical order, one entry per term: python tools/sort_glossary.py"""

import re
from pathlib import Path

GLOSSARY = Path(__file__).resolve().parents[1] / "GLOSSARY.md"


def ordered(text):
    """The same glossary with its `## term` entries in order; of two for one term the first stays."""
    head, *entries = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    kept = {}
    for entry in entries:
        kept.setdefault(entry.splitlines()[0], entry.strip())
    return head.strip() + "\n\n" + "\n\n".join(kept[term] for term in sorted(kept, key=str.lower)) + "\n"


if __name__ == "__main__":
    GLOSSARY.write_text(ordered(GLOSSARY.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
