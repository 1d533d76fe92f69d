"""Two commands, on Windows, macOS and Linux (standard library only):

    python3 course.py         opens the course in JupyterLab
    python3 course.py test    runs every test; what follows goes to pytest

Everything else goes to the course itself: python3 course.py doctor, python3 course.py slides 01, python3 course.py lab.
The first run makes the folder .venv and installs the versions in constraints.txt; later runs start at once.
"""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STATE = VENV / "course.json"  # for which folder and Python .venv was made, and what is completely installed in it
LOG = VENV / "install.log"
INSTALLED_FROM = ("pyproject.toml", "constraints.txt")
OLDEST, NEWEST = (3, 11), (3, 14)
CONTAINED = {"course": ["course"], "teach": ["course", "teach"], "test": ["course", "teach", "test"]}

# What pip or venv may say, and what to tell the learner; the first that matches counts.
REASONS = {
    r"No space left|Errno (28|122)\b|WinError 112|quota exceeded": "the disk is full. Free about 3 GB",
    r"ProxyError|Tunnel connection failed": "the network's proxy refused. Set HTTPS_PROXY to your proxy's address",
    r"CERTIFICATE_VERIFY_FAILED|SSLError": "no secure connection was possible. Check this computer's clock, "
    "or in a company's network set PIP_CERT to its certificate file",
    r"establish a new connection|name resolution|getaddrinfo|(network|host) is unreachable|connection (refused|reset"
    r"|aborted|broken)|timed out|TimeoutError|Max retries": "the internet was out of reach. Connect this computer",
    r"WinError (5|32)\b|used by another process": "a file in .venv is in use. Close the course's JupyterLab",
    r"Permission denied|Errno (1|13|30)\b|Read-only": "this may not be written. Move the course to a folder of yours",
    r"Long Path|WinError 206|Errno 36\b|name too long": "this path is too long. Move the course to a shorter one",
    r"No matching distribution found for torch\b": "there is no PyTorch for this computer and Python. "
    "Take a 64-bit Python 3.11 to 3.14 (on a Mac: one with an Apple chip)",
}


def say(text):
    print(text, flush=True)


def stop(text):
    sys.exit("course.py: " + text)


def check_python():
    """Stop, with the way on, unless this Python can run the course."""
    if sys.maxsize < 2**32:
        stop("this is a 32-bit Python. Install a 64-bit Python 3.11 or newer from python.org, then run this again.")
    if sys.version_info >= OLDEST:
        return
    cure = "Install it from python.org, then run this again."
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        other = ["py", f"-3.{minor}"] if os.name == "nt" else [f"python3.{minor}"]
        if shutil.which(other[0]) and quiet([*other, "-c", ""]) is not None:
            cure = f"You have one: {' '.join(other)} course.py"
            break
    stop(f"Python 3.11 or newer is needed, and this is {sys.version.split()[0]}. {cure}")


def quiet(command):
    """What a short command prints, or None if it cannot be run or fails."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError:
        return None
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else None


def python_of_venv():
    """The version of .venv's own Python ("3.12"), or None if it is gone, broken or too old."""
    asked = "import sys; assert sys.prefix != sys.base_prefix; print(*sys.version_info[:2], sep='.')"
    found = quiet([str(PYTHON), "-c", asked])
    return found if found and tuple(map(int, found.split("."))) >= OLDEST else None


def fingerprint():
    """Changes whenever what is to be installed changes."""
    return hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in INSTALLED_FROM)).hexdigest()


def read_state():
    try:
        state = json.loads(STATE.read_text(encoding="utf-8"))
        return {"root": state["root"], "python": state["python"], "ready": dict(state["ready"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_state(state):
    unfinished = STATE.with_suffix(".new")
    unfinished.write_text(json.dumps(state), encoding="utf-8")
    os.replace(str(unfinished), str(STATE))


def set_up(extra, doctor=True):
    """Make .venv what pyproject.toml and constraints.txt ask for; nothing to do if it is."""
    want, python, state = fingerprint(), python_of_venv(), read_state()
    if state and (state["root"], state["python"]) != (str(ROOT), python):
        python = None  # made for another folder or another Python: the paths in it are wrong
    before = state["ready"] if python and state else {}
    if before.get(extra) == want:
        return
    if not python or quiet([str(PYTHON), "-m", "pip", "--version"]) is None:
        make_venv()
        before = {}
    here = {"root": str(ROOT), "python": python_of_venv()}
    write_state({**here, "ready": {}})  # from here to the end nothing counts as installed
    remove_cut_off()
    install(extra)
    if doctor and subprocess.call([str(PYTHON), "-m", "course_lib", "doctor", "--short"], cwd=str(ROOT)) != 0:
        stop("put that right, then run the same command again.")
    kept = {name: mark for name, mark in before.items() if mark == want}
    write_state({**here, "ready": {**kept, **dict.fromkeys(CONTAINED[extra], want)}})


def make_venv():
    if Path(sys.prefix) == VENV:
        stop(".venv must be made anew, but this Python is inside it. Type  deactivate  first, then run this again.")
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        stop("this Python has no " + missing[0] + ". On Debian and Ubuntu: sudo apt install python3-venv")
    if shutil.disk_usage(str(ROOT)).free < 3e9:
        stop("the disk is almost full. Free about 3 GB (8 GB on Linux with a GPU), then run this again.")
    say("Making .venv ...")
    status, said = follow([sys.executable, "-m", "venv", "--clear", str(VENV)])
    if status or not python_of_venv():
        stop(".venv could not be made: " + reason(said))


def remove_cut_off():
    """Forget packages whose installation was cut off (pip writes RECORD last), so that pip installs them again."""
    for site in [*VENV.glob("lib/python*/site-packages"), VENV / "Lib" / "site-packages"]:
        for info in site.glob("*.dist-info"):
            if not (info / "RECORD").exists():
                shutil.rmtree(str(info), ignore_errors=True)


def install(extra):
    say("Installing the course: a few minutes, once ...")
    target = "." if extra == "course" else f".[{extra}]"
    pip = [str(PYTHON), "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    with LOG.open("w", encoding="utf-8") as log:
        status, said = follow([*pip, "-c", "constraints.txt", "-e", target], log)
    if status:
        stop("the course could not be installed: " + reason(said) + "\n(What pip said: .venv/install.log)")


def follow(command, log=None):
    """Run a command, keep what it says in the log, show one short line of it; its exit code and all that it said."""
    environment = {**os.environ, "PIP_USER": "0", "PYTHONUTF8": "1"}
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    process = subprocess.Popen(command, cwd=str(ROOT), env=environment, **pipes)
    said, shown = [], ""
    try:
        for raw in process.stdout:
            line = raw.decode("utf-8", "replace").rstrip()
            said.append(line)
            if log:
                log.write(line + "\n")
                log.flush()
            step = re.match(r"\s*(Collecting|Installing collected packages:) ([\w.-]*)", line)
            if step and sys.stdout.isatty():
                shown = "fetching " + step[2] if step[1] == "Collecting" else "putting everything in place"
                print("\r  " + shown.ljust(60)[:60], end="", flush=True)
        return process.wait(), "\n".join(said)
    finally:
        if shown:
            print("\r" + " " * 62, end="\r", flush=True)
        if process.poll() is None:
            process.terminate()
            process.wait()


def reason(said):
    """One sentence for the learner out of what pip or venv said."""
    for pattern, sentence in REASONS.items():
        if re.search(pattern, said, re.IGNORECASE):
            return sentence + ", then run this again."
    errors = [line.strip() for line in said.splitlines() if re.match(r"\s*(error|fatal)\b", line, re.IGNORECASE)]
    return errors[-1] if errors else "it was ended in the middle. The same command goes on from here."


def run(arguments, folder=None):
    """Hand over to .venv's Python."""
    command = [str(PYTHON), *arguments]
    if folder:
        os.chdir(str(folder))
    if os.name != "nt":
        os.execv(command[0], command)
    process = subprocess.Popen(command)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # it got the key as well, and decides
            continue


def extra_for(arguments):
    """The part of pyproject.toml that a command needs."""
    out = any(word.partition("=")[0] == "--out" for word in arguments)
    if arguments[:1] == ["grade"] or (arguments[:1] == ["slides"] and out):
        return "teach"
    return "test" if arguments[:1] == ["test"] else "course"


def main(arguments):
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    if arguments[:1] in (["-h"], ["--help"]):
        say(__doc__)
        return 0
    check_python()
    try:
        set_up(extra_for(arguments), doctor=arguments[:1] != ["doctor"])
        if arguments[:1] == ["test"]:
            return run(["-m", "pytest", "-n", "2", "--dist", "worksteal", *arguments[1:]], ROOT)
        return run(["-P", "-m", "course_lib", *(arguments or ["lab"])])  # -P: this course_lib, wherever one stands
    except KeyboardInterrupt:
        say("\nStopped. The same command goes on from here.")
        return 130
    except OSError as error:
        return stop(reason(str(error)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
