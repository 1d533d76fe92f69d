"""ProgressMap: every exercise of the course as done, tried or open, to walk through; whoever shows it says what is recorded."""

import traitlets

from .view import View, front_end


class ProgressMap(View):
    """The map of the course. `look()` returns what is recorded now: {"exercises": [{name, lesson, state, …}], "guesses": [right, all],
    "note": what is to be said of the record, or ""}.

    lessons: [{number, title, sheet, notebook}], the last two as paths. `look_again()` reads anew, `states` {name: state} is what it shows,
    `chosen` the name of an exercise. `twin` stands in for it where nothing can be clicked. `labels` replaces words of the view.
    """

    _esm, _css = front_end("progress_map")
    lessons = traitlets.List().tag(sync=True)
    exercises = traitlets.List().tag(sync=True)
    guesses = traitlets.List(traitlets.Int(), [0, 0]).tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)
    chosen = traitlets.Unicode().tag(sync=True)
    only_left = traitlets.Bool(False).tag(sync=True)
    asked = traitlets.Int(0).tag(sync=True)  # how often the front end has asked to look again

    def __init__(self, lessons, look, twin, **state):
        self._look, self._twin = look, twin
        super().__init__(lessons=list(lessons), **{**look(), **state})

    @property
    def states(self):
        """{name of an exercise: "done", "tried" or "open"}, as it is shown now."""
        return {one["name"]: one["state"] for one in self.exercises}

    def look_again(self):
        """Show what is recorded now."""
        with self.hold_sync():
            for name, value in self._look().items():
                setattr(self, name, value)

    @traitlets.observe("asked")
    def _asked(self, _):
        self.look_again()

    def twin(self):
        """The same where nothing can be clicked."""
        return self._twin()
