"""Where things lie: the repository, the learner's my_gpt/, downloads/; and a file that is written whole or not at all."""

import contextlib
import os
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]  # the repository, if HAS_LESSONS
HAS_LESSONS = (ROOT / "course.py").exists()  # False where only the library is installed


def _folder(variable, name):
    if chosen := os.environ.get(variable):
        return Path(chosen)
    return (ROOT if HAS_LESSONS else Path.cwd()) / name


def home():
    """The folder of the learner's own work: my_gpt/ beside the lessons, or the one in the environment variable COURSE_HOME."""
    return _folder("COURSE_HOME", "my_gpt")


def downloads():
    """The folder of all that is fetched: downloads/ beside the lessons, or the one in the environment variable COURSE_DOWNLOADS."""
    return _folder("COURSE_DOWNLOADS", "downloads")


def write_whole(path, content):
    """Write text or bytes so that the file is either the old one or the new one, never half; raises OSError.

    The file is as readable for others as any that a program makes here.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode("utf-8") if isinstance(content, str) else content
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _usual_mode(path))
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink(missing_ok=True)
        raise


def _usual_mode(path):
    """The rights of the old file, or those that the umask leaves to a new one."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask
