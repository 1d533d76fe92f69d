"""What the learner has done, in one small JSON file that survives damage, a full disk and two notebooks at once."""

import json
import os
from datetime import date

from course_lib.disk import home, write_whole

DONE, TRIED = "done", "tried"


def recording():
    """False in a solution sheet: passing there is not the learner's progress."""
    return os.environ.get("COURSE_RECORD", "yes") != "no"


def read():
    """(what is recorded, a sentence if the file was damaged and set aside)."""
    path = home() / "progress.json"
    empty = {"exercises": {}, "predictions": {}}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not all(isinstance(found[part], dict) for part in empty):
            raise ValueError
        if not all(isinstance(entry, dict) for part in empty for entry in found[part].values()):
            raise ValueError
        return found, ""
    except FileNotFoundError:
        return empty, ""
    except OSError as error:
        return empty, f"Your progress file can't be read ({error.strerror}); what was recorded is not shown."
    except (ValueError, KeyError, TypeError):
        aside = _set_aside(path)
        return (
            empty,
            f"Your progress file was damaged. It is kept as {aside.name}, and a new one begins." if aside else "",
        )


def _set_aside(path):
    number = next(n for n in range(1, 10_000) if not path.with_name(f"progress.damaged-{n}.json").exists())
    aside = path.with_name(f"progress.damaged-{number}.json")
    try:
        os.replace(path, aside)
    except OSError:
        return None
    return aside


def update(part, key, change):
    """Apply `change(entry) -> entry` to one entry under a lock; return a sentence if that failed or a damaged file was set aside, else ""."""
    from filelock import FileLock, Timeout

    if not recording():
        return ""
    try:
        home().mkdir(parents=True, exist_ok=True)
        with FileLock(home() / ".progress.lock", timeout=5):
            found, note = read()
            found[part][key] = change(found[part].get(key, {}))
            write_whole(
                home() / "progress.json", json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
            )
            return note
    except Timeout:
        return "Your progress could not be saved: another notebook kept the file for more than 5 seconds. The check itself is fine."
    except OSError as error:
        return f"Your progress could not be saved ({error.strerror or error}). The check itself is fine."


def record_try(name, passed):
    """Count a try; once done, an exercise stays done."""
    return update("exercises", name, lambda entry: _tried(entry, passed))


def record_failure(name, kind, cure=""):
    """Count a try that failed, and keep how (the names of its mistakes) and the cure; (a note, True if the last try failed the same way)."""
    before = []

    def change(entry):
        before.append(entry.get("kind"))
        later = {"cure": cure} if cure and entry.get("kind") != list(kind) else {}  # the second time it is told at once
        return {**_tried(entry, False), "kind": list(kind), **later}

    note = update("exercises", name, change)
    return note, before == [list(kind)]


def take_cure(name):
    """The cure of the last failed try, if it was not told yet; now it is."""
    cure = read()[0]["exercises"].get(name, {}).get("cure", "")
    if not isinstance(cure, str) or not cure:
        return ""
    update("exercises", name, lambda entry: {key: value for key, value in entry.items() if key != "cure"})
    return cure


def _tried(entry, passed):
    state = DONE if passed or entry.get("state") == DONE else TRIED
    day = {"day": entry.get("day", date.today().isoformat())} if state == DONE else {}
    tries = entry.get("tries", 0)
    kept = {key: value for key, value in entry.items() if key not in ("kind", "cure")}
    return {**kept, "state": state, "tries": tries + 1 if isinstance(tries, int) else 1, **day}


def next_hint(name, last):
    """Count a hint; returns its number, from 1 to `last`."""
    number = min(read()[0]["exercises"].get(name, {}).get("hints", 0) + 1, last)
    update("exercises", name, lambda entry: {**entry, "hints": number})
    return number


def record_guess(question, guess, right):
    """Keep the first guess and the last one for a prediction."""

    def change(entry):
        return {"first": entry.get("first", guess), "last": guess, "right": right}

    return update("predictions", question, change)
