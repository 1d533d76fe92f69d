"""Store what lesson 02 shows where the real encoder was not fetched: how 15 moles part, as course_lib/experiments/moles.json.

python -m course_lib fetch minilm
python tools/measure_mole.py
"""

import json
import sys

from course_lib.experiments import moles


def main():
    if not moles.encoder():
        sys.exit(__doc__)
    found = moles.measure(moles.SENTENCES, "mole")
    moles.STORED.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8", newline="\n")
    print("wrote", moles.STORED.name)


if __name__ == "__main__":
    main()
