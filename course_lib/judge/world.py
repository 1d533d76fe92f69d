"""What a learner's function can leave changed for whatever runs after it: the libraries' switches, and the models and tensors it was given."""

import contextlib
import inspect
import random
import sys
import threading
import types
import warnings

import numpy as np

PLAIN = (np.ndarray, np.generic, int, float, str, bytes, type(None))
DEPTH = 5  # a list of layers in a dictionary in an object: deeper than any input of the course


def _torch():
    """Torch, if anybody has loaded it."""
    return sys.modules.get("torch")


def _switches(quick):
    """{words: value} of the libraries' switches; torch's only if it is loaded; quick: those alone that change results."""
    values, torch = {}, _torch()
    if torch:
        values["gradients"] = torch.is_grad_enabled()
        values["dtype"] = torch.get_default_dtype()
        values["threads"] = torch.get_num_threads()
    if not quick:
        values["NumPy's errors"] = np.geterr()
        values["NumPy's printing"] = np.get_printoptions()
        values["warnings"] = list(warnings.filters)
        if torch:
            values["torch's printing"] = dict(vars(torch._tensor_str.PRINT_OPTS))
    return values


def _switched(switch, now):
    """What is said of a switch that was moved."""
    return {
        "gradients": f"gradients are switched {'on' if now is True else 'off'} for everything that follows",
        "dtype": f"new tensors are now {str(now).removeprefix('torch.')} (`set_default_dtype`)",
        "threads": f"torch now works with {now} thread{'' if now == 1 else 's'} (`set_num_threads`)",
        "NumPy's errors": "NumPy now treats errors in another way (`np.seterr`)",
        "NumPy's printing": "NumPy now prints in another way (`np.set_printoptions`)",
        "torch's printing": "torch now prints in another way (`torch.set_printoptions`)",
        "warnings": "warnings are now shown or hidden in another way (`warnings`)",
    }[switch]


def _switch_back(switch, was):
    torch = _torch()
    match switch:
        case "gradients":
            torch.set_grad_enabled(was)
        case "dtype":
            torch.set_default_dtype(was)
        case "threads":
            torch.set_num_threads(was)
        case "torch's printing":
            vars(torch._tensor_str.PRINT_OPTS).update(was)
        case "NumPy's errors":
            np.seterr(**was)
        case "NumPy's printing":
            np.set_printoptions(**was)
        case "warnings":
            warnings.filters[:] = was
            getattr(warnings, "_filters_mutated", int)()  # forget which warnings were shown already


def _parts(name, value, seen, depth=DEPTH):
    """(name, which, object, attribute) of every module's `training` and every tensor's `requires_grad` in an input."""
    torch = _torch()
    if torch is None or depth < 0 or isinstance(value, PLAIN) or id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, torch.nn.Module):
        yield from ((name, path, module, "training") for path, module in value.named_modules())
        yield from ((name, path, weight, "requires_grad") for path, weight in value.named_parameters())
        return
    if isinstance(value, torch.Tensor):
        yield name, "", value, "requires_grad"
        return
    for inner in _inside(value):
        yield from _parts(name, inner, seen, depth - 1)


def _inside(value):
    """What an input holds: entries, what a function has closed over or belongs to, an optimiser's weights, an object's attributes."""
    if (torch := _torch()) and isinstance(value, torch.optim.Optimizer):
        return [weight for group in value.param_groups for weight in group["params"]]
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, list | tuple | set):
        return list(value)
    if isinstance(value, types.MethodType):
        return [value.__self__]
    if isinstance(value, types.FunctionType):
        cells = [cell.cell_contents for cell in value.__closure__ or () if cell != types.CellType()]
        return [*cells, *(value.__defaults__ or ())]
    if hasattr(value, "__dict__") and not inspect.isclass(value) and not inspect.ismodule(value):
        return list(vars(value).values())
    return []


class World:
    """The switches now, and the state of every module and tensor among `inputs` ({name: value}); quick: see `_switches`."""

    def __init__(self, inputs=None, quick=False):
        self.quick, self.switches, seen = quick, _switches(quick), set()
        found = [part for name, value in (inputs or {}).items() for part in _parts(name, value, seen)]
        self.parts = [(*part, getattr(part[2], part[3])) for part in found]

    def _moved(self):
        now = _switches(self.quick)
        return {switch: now[switch] for switch, was in self.switches.items() if now[switch] != was}

    def changes(self):
        """What is no longer as it was, in words: ["`model` is left in eval mode", …]."""
        words = [_switched(switch, now) for switch, now in self._moved().items()]
        for name, path, thing, attribute, was in self.parts:
            now = getattr(thing, attribute)
            if now == was:
                continue
            is_weight = attribute == "requires_grad" and path
            if attribute == "training":
                whole = f"a part of `{name}`" if path else f"`{name}`"
                words.append(f"{whole} is left in {'train' if now else 'eval'} mode")
            elif is_weight:
                words.append(f"weights of `{name}` {'get gradients again' if now else 'are frozen'} (`requires_grad`)")
            else:
                words.append(f"`{name}` {'now asks' if now else 'no longer asks'} for gradients (`requires_grad`)")
        words = list(dict.fromkeys(words))
        return [text for text in words if text.replace("a part of ", "") == text or text[10:] not in words]

    def put_back(self):
        """Everything is again as it was."""
        for switch in self._moved():
            _switch_back(switch, self.switches[switch])
        if (torch := _torch()) and "gradients" not in self.switches:  # loaded meanwhile: as it is when it is new
            torch.set_grad_enabled(True)
            torch.set_default_dtype(torch.float32)
        for _, _, thing, attribute, was in self.parts:
            if getattr(thing, attribute) != was:
                with contextlib.suppress(Exception):  # a tensor that was computed can't be told otherwise
                    setattr(thing, attribute, was)


@contextlib.contextmanager
def world_kept(inputs=None, quick=False):
    """Yields a list that holds, afterwards, what was changed inside, in words; everything is put back."""
    before, found = World(inputs, quick), []
    try:
        yield found
    finally:
        if changes := before.changes():
            found += changes
            before.put_back()
        elif _torch() and "gradients" not in before.switches:
            before.put_back()


_dice = threading.local()


@contextlib.contextmanager
def dice_kept():
    """What is drawn inside does not change what is drawn afterwards: Python's, NumPy's and torch's random numbers."""
    if getattr(_dice, "kept", False):  # by whoever called
        yield
        return
    _dice.kept = True
    try:
        with _dice_put_back():
            yield
    finally:
        _dice.kept = False


@contextlib.contextmanager
def _dice_put_back():
    torch = _torch()
    python, numpys = random.getstate(), np.random.get_state()
    torchs = torch.get_rng_state() if torch else None
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpys)
        if torchs is not None:
            torch.set_rng_state(torchs)
