"""Run a learner's kept file. It may have been kept when the library had other modules: what it imports is found where it is now."""

import builtins
import functools
import importlib
import types

# Modules of before, and where their contents are today. Kept files are the learner's: they are never rewritten.
MOVED = {
    f"course_lib.{before}": f"course_lib.{now}"
    for before, now in {
        "words": "text.word_vectors",
        "gpt.tokenizers": "text.tokens",
        "gpt.corpora": "text.fluffy_language",
        "gpt.stories": "text.story_roles",
        "gpt.model": "model.gpt",
        "gpt.modern": "model.modern",
        "gpt.block_pieces": "model.block",
        "gpt.generation": "model.generation",
        "gpt.pretrained": "model.gpt2_files",
        "gpt.fluffy": "model.shipped",
        "gpt.toy_model": "model.toy_model",
        "gpt.inside": "inside.look",
        "gpt.readings": "inside.reading",
        "gpt.ledger": "costs.ledger",
        "gpt.budgets": "costs.budgets",
        "gpt.cost": "costs.measure",
        "gpt.benchmarked": "costs.benchmark_table",
        "gpt.training": "train.loop",
        "gpt.training_pieces": "train.pieces",
        "gpt.run": "train.step",
        "gpt.optimisers": "train.optimisers",
        "gpt.device": "train.device",
        "gpt.checkpoints": "train.checkpoints",
        "gpt.recording": "train.recording",
        "gpt.team": "team.mates",
        "gpt.distributed": "team.program",
        "gpt.torchrun": "team.launch",
        "gpt.sharding": "team.sharding",
        "gpt.short_runs": "experiments.depth",
        "gpt.places": "experiments.places_or_kinds",
        "gpt.tiny": "experiments.tiny",
        "gpt.tiny_heads": "experiments.tiny_heads",
        "gpt.induction": "experiments.induction",
        "gpt.moles": "experiments.moles",
        "gpt.minilm": "experiments.minilm",
    }.items()
}


def run_file(text, name, file=None, *, change=None, helpers=(), substitute=lambda module: None):
    """The names that a learner's text defines, as a dictionary; `name` is the function that the file is about.

    change(text, file) returns what to run in its place, with the names in `helpers`. substitute(module) may return something to be
    imported instead of a module. Raises whatever the text raises.
    """
    file = str(file or f"my_gpt/{name}.py")
    code = compile(change(text, file) if change else text, file, "exec")
    space = {"__name__": f"my_gpt_{name}", "__builtins__": {**vars(builtins), "__import__": _importer(substitute)}}
    space.update(helpers)
    exec(code, space)
    return space


def _importer(substitute):
    """An `__import__` that knows what has moved."""

    def moved(module):
        return substitute(MOVED[module]) or importlib.import_module(MOVED[module])

    def importer(module, globals=None, locals=None, fromlist=(), level=0):
        gone = [name for name in fromlist or () if f"{module}.{name}" in MOVED]
        if gone:  # `from course_lib.gpt import tokenizers`
            there = [name for name in fromlist if name not in gone]
            names = {name: getattr(importer(module, fromlist=[name]), name) for name in there}
            return _Package(**names, **{name: moved(f"{module}.{name}") for name in gone})
        found = moved(module) if module in MOVED else substitute(module)
        if found is None:
            return __import__(module, globals, locals, fromlist, level)
        top, *parts = module.split(".")
        if fromlist or not parts:
            return found
        # `import a.b.c` binds a, and then looks for b.c in it
        return substitute(top) or functools.reduce(lambda part, step: _Package(**{step: part}), reversed(parts), found)

    return importer


class _Package(types.SimpleNamespace):
    """What stands in for a package of which only some modules are asked for."""
