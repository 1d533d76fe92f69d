"""Two commands, on Windows, macOS and Linux (standard library only):

    python3 course.py         opens the course in JupyterLab
    python3 course.py test    runs every test; with 05 those of lesson 05, with --list it says what they promise

Everything else goes to the course itself: python3 course.py doctor, python3 course.py slides 01, python3 course.py lab.
The first run makes the folder .venv and installs the versions in constraints.txt; later runs start at once.

PyTorch comes in the build that fits this computer's graphics card, or its lack of one. --torch chooses another, and is remembered:
    --torch cpu     or cu128, rocm6.4, ...: that build
    --torch pypi    PyPI's own, by plain pip
    --torch auto    look for a card again
"""

import ast
import errno
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

if os.name == "nt":
    import msvcrt
else:
    import fcntl

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STATE = VENV / "course.json"  # for which folder and Python .venv was made, what is completely installed, which PyTorch
LOG = VENV / "install.log"
LOCK = ROOT / ".venv.lock"  # beside .venv, which may be made anew while it is held
INSTALLED_FROM = ("pyproject.toml", "constraints.txt")
OLDEST, NEWEST = (3, 11), (3, 14)
PIP = [str(PYTHON), "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
CONTAINED = {"course": ["course"], "teach": ["course", "teach"], "test": ["course", "teach", "test"]}
BUILDS = r"auto|cpu|pypi|cu\d+|rocm\d[\d.]*"  # what --torch takes

# What pip, uv or venv may say, and what to tell the learner; the first that matches counts.
REASONS = {
    r"No space left|Errno (28|122)\b|(WinError|os error) 112|quota exceeded": "the disk is full. Free about 3 GB",
    r"ProxyError|Tunnel connection failed|tunnel error": "the network's proxy refused. "
    "Set HTTPS_PROXY to your proxy's address",
    r"CERTIFICATE_VERIFY_FAILED|SSLError|invalid peer certificate": "no secure connection was possible. "
    "Check this computer's clock, or in a company's network set PIP_CERT to its certificate file",
    r"establish a new connection|name resolution|getaddrinfo|dns error|(network|host) is unreachable|connection (refused"
    r"|reset|aborted|broken|closed)|timed out|TimeoutError|Max retries|error sending request": "the internet was out of "
    "reach. Connect this computer",
    r"WinError (5|32)\b|used by another process|Access is denied": "a file in .venv is in use. "
    "Close the course's JupyterLab",
    r"Permission denied|Errno (1|13|30)\b|Read-only": "this may not be written. Move the course to a folder of yours",
    r"Long Path|WinError 206|Errno 36\b|name too long": "this path is too long. Move the course to a shorter one",
    r"No matching distribution found for torch\b|there (is|are) no (version|wheel)s? (of|for) torch\b|\btorch(==\S+)? has"
    r" no wheels": "there is no PyTorch for this computer and Python. "
    "Take a 64-bit Python 3.11 to 3.14 (on a Mac: one with an Apple chip)",
}
# What pip's settings are called for uv, which does not read them.
FOR_UV = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "proxy": "ALL_PROXY",
}
# Enough to find out whether PyTorch's own index answers: half a minute at the very most.
IMPATIENT = {"UV_HTTP_RETRIES": "1", "UV_HTTP_CONNECT_TIMEOUT": "5", "UV_HTTP_TIMEOUT": "10"}
DRIVERS = (Path("/sys/module/nvidia/version"), Path("/proc/driver/nvidia/version"))
DRIVERS_TOOLS = ("nvidia-smi", "rocm_agent_enumerator")
BROUGHT_BY_CUDA = re.compile(r"(nvidia|cuda|triton)[-_=]")


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
        torch = str(state.get("torch", "auto"))
        return {"root": state["root"], "python": state["python"], "torch": torch, "ready": dict(state["ready"])}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write_state(state):
    unfinished = STATE.with_suffix(".new")
    unfinished.write_text(json.dumps(state), encoding="utf-8")
    os.replace(str(unfinished), str(STATE))


@contextmanager
def alone():
    """Wait until no other set-up works on .venv. The system frees the lock of a process that ends, however it ends."""
    with LOCK.open("a+b") as file:
        told = False
        while not locked(file):
            if not told:
                say("Another set-up of this course is running; waiting until it has finished ...")
            told = True
            time.sleep(0.2)
        yield


def locked(file):
    """Take the lock if nobody has it; where a disk knows no locks (some network drives), go on without."""
    try:
        if os.name == "nt":
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
    return True


def what_is_there():
    """The version of .venv's Python, the PyTorch that was chosen for it, and {what is installed: fingerprint}."""
    python, state = python_of_venv(), read_state()
    if not state:
        return python, "auto", {}
    if (state["root"], state["python"]) != (str(ROOT), python):  # the paths in it are wrong
        return None, state["torch"], {}
    return python, state["torch"], state["ready"]


def is_ready(extra, torch):
    _, chosen, ready = what_is_there()
    return torch in (None, chosen) and torch != "auto" and ready.get(extra) == fingerprint()


def set_up(extra, doctor=True, torch=None):
    """Make .venv what pyproject.toml and constraints.txt ask for, with the PyTorch asked for; nothing to do if it is."""
    if is_ready(extra, torch):
        return
    with alone():
        if not is_ready(extra, torch):  # another set-up may have done it meanwhile
            bring(extra, doctor, torch)


def bring(extra, doctor, torch):
    want = fingerprint()
    python, chosen, before = what_is_there()
    if not python or quiet([str(PYTHON), "-m", "pip", "--version"]) is None:
        make_venv()
        before = {}
    here = {"root": str(ROOT), "python": python_of_venv()}
    write_state({**here, "torch": chosen, "ready": {}})  # from here to the end nothing counts as installed
    remove_cut_off()
    install(extra, torch or chosen, anew=torch == "auto" or torch not in (None, chosen))
    if doctor and subprocess.call([str(PYTHON), "-m", "course_lib", "doctor", "--short"], cwd=str(ROOT)) != 0:
        stop("put that right, then run the same command again.")
    kept = {name: mark for name, mark in before.items() if mark == want}
    ready = {**kept, **dict.fromkeys(CONTAINED[extra], want)}
    write_state({**here, "torch": torch or chosen, "ready": ready})


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


def dist_infos():
    """The folders in which installed packages tell about themselves."""
    for site in [*VENV.glob("lib/python*/site-packages"), VENV / "Lib" / "site-packages"]:
        yield from site.glob("*.dist-info")


def remove_cut_off():
    """Forget packages whose installation was cut off (RECORD is written last), so that they are installed again."""
    for info in list(dist_infos()):
        if not (info / "RECORD").exists():
            shutil.rmtree(str(info), ignore_errors=True)


def install(extra, torch, anew):
    """Install the course, with the PyTorch asked for; anew: in place of the one that is there."""
    say("Installing the course: a few minutes, once ...")
    what = ["-e", "." if extra == "course" else f".[{extra}]"]
    with LOG.open("w", encoding="utf-8") as log:
        if torch != "pypi":
            problem = install_with_uv(what, torch, anew, log)
            if problem is None:
                return
            if torch != "auto":
                stop(f"the PyTorch for {torch} was not installed: {problem}. --torch auto takes what can be had.")
            say(f"Plain pip goes on, with PyPI's PyTorch (on Linux up to 5 GB): {problem}.")
        elif anew:
            follow([*PIP, "-c", "constraints.txt", "--force-reinstall", "--no-deps", "torch"], log)
        status, said = follow([*PIP, "-c", "constraints.txt", *what], log)
    if status:
        stop_installing(said, "pip")


def stop_installing(said, who):
    stop(f"the course could not be installed: {reason(said)}\n(What {who} said: .venv/install.log)")


def install_with_uv(what, torch, anew, log):
    """Let uv install the course and the PyTorch for this computer; None, or why plain pip has to do it."""
    status, _ = follow([*PIP, "--retries", "1", "--timeout", "15", "-c", "constraints.txt", "uv"], log)
    if status:
        return "uv cannot be had here"
    limits, settings = VENV / "constraints.txt", for_uv()
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines(True)
    # each build of PyTorch says which CUDA packages it needs, and the pins are those of PyPI's build
    limits.write_text("".join(line for line in lines if not BROUGHT_BY_CUDA.match(line)), encoding="utf-8")
    uv = [str(PYTHON), "-m", "uv", "pip", "install", "--python", str(PYTHON), "-c", str(limits)]
    uv += ["--torch-backend", backend(torch)]
    replace = ["--reinstall-package", "torch"]  # without it uv asks no index while any torch is there
    status, said = follow([*uv, *replace, "--dry-run", "--no-deps", "torch"], log, {**settings, **IMPATIENT})
    if status:
        return "PyTorch's own index " + ("has no such build" if "No solution" in said else "is out of reach")
    status, said = follow([*uv, *(replace if anew else []), *what], log, settings)
    if status and known_reason(said):
        stop_installing(said, "uv")
    if status:
        return "uv failed"
    unused = [info.name.partition("-")[0] for info in dist_infos() if BROUGHT_BY_CUDA.match(info.name)]
    if anew and unused and any(re.match(r"torch-.*\+cpu", info.name) for info in dist_infos()):
        follow([str(PYTHON), "-m", "uv", "pip", "uninstall", "--python", str(PYTHON), *unused], log)
    return None


def backend(torch):
    """What uv calls the PyTorch asked for. It looks for a card itself; but for Intel's it would bring a large build that
    the course makes no use of, so where there is neither NVIDIA's nor AMD's driver it is the one without a card."""
    if torch != "auto":
        return torch
    return "auto" if any(path.exists() for path in DRIVERS) or any(map(shutil.which, DRIVERS_TOOLS)) else "cpu"


def for_uv():
    """What pip knows from its settings, as environment variables for uv; those that are set already stay."""
    told = {"UV_SYSTEM_CERTS": "1", "UV_INDEX_STRATEGY": "unsafe-best-match"}  # as pip does
    settings = (quiet([str(PYTHON), "-m", "pip", "config", "list"]) or "").splitlines()
    for section in ("global", "install", ":env:"):  # a later one counts more
        for line in settings:
            name, _, value = line.partition("=")
            if name.startswith(section + ".") and name[len(section) + 1 :] in FOR_UV:
                key = FOR_UV[name[len(section) + 1 :]]
                told[key] = ("," if key == "UV_FIND_LINKS" else " ").join(ast.literal_eval(value).split())
    return {key: value for key, value in told.items() if key not in os.environ}


def follow(command, log=None, settings=None):
    """Run a command, keep what it says in the log, show one short line of it; its exit code and all that it said."""
    environment = {**os.environ, "PIP_USER": "0", "PYTHONUTF8": "1", **(settings or {})}
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
            step = re.match(r"(Collecting|Downloading|Installing collected packages:|Prepared) ([\w.-]*)", line)
            if step and sys.stdout.isatty():
                fetching = step[1] in ("Collecting", "Downloading")
                shown = "fetching " + step[2] if fetching else "putting everything in place"
                print("\r  " + shown.ljust(60)[:60], end="", flush=True)
        return process.wait(), "\n".join(said)
    finally:
        if shown:
            print("\r" + " " * 62, end="\r", flush=True)
        if process.poll() is None:
            process.terminate()
            process.wait()


def known_reason(said):
    found = [sentence for pattern, sentence in REASONS.items() if re.search(pattern, said, re.IGNORECASE)]
    return found[0] + ", then run this again." if found else None


def reason(said):
    """One sentence for the learner out of what pip, uv or venv said."""
    errors = [line.strip() for line in said.splitlines() if re.match(r"\s*(error|fatal)\b", line, re.IGNORECASE)]
    other = errors[-1] if errors else "it was ended in the middle. The same command goes on from here."
    return known_reason(said) or other


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


def take_torch(arguments):
    """Take --torch BUILD out of the arguments: the build, or None, and what is left."""
    for place, word in enumerate(arguments):
        name, equals, build = word.partition("=")
        if name == "--torch":
            after = place + (1 if equals else 2)
            build = build or "".join(arguments[place + 1 : after])
            if not re.fullmatch(BUILDS, build):
                stop("--torch takes auto, cpu, pypi, or a build for a card, such as cu128 or rocm6.4.")
            return build, arguments[:place] + arguments[after:]
    return None, arguments


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
    torch, arguments = take_torch(arguments)
    try:
        set_up(extra_for(arguments), doctor=arguments[:1] != ["doctor"], torch=torch)
        if arguments[:1] == ["test"]:
            return run(["-m", "tests", *arguments[1:]], ROOT)
        return run(["-P", "-m", "course_lib", *(arguments or ["lab"])])  # -P: this course_lib, wherever one stands
    except KeyboardInterrupt:
        say("\nStopped. The same command goes on from here.")
        return 130
    except OSError as error:
        return stop(reason(str(error)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
