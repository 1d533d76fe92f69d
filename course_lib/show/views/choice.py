"""Choice: a question with one answer to choose; what the guess earns is said by whoever asks."""

import traitlets

from .view import View, front_end


class Choice(View):
    """A question and its options as radio buttons; `answer(option)` returns the mark and the sentence that a guess earns.

    `twin` stands in for it where nothing can be clicked; `choice.guess` is the position of the chosen option, or −1.
    """

    _esm, _css = front_end("choice")
    question = traitlets.Unicode().tag(sync=True)
    options = traitlets.List(traitlets.Unicode()).tag(sync=True)
    guess = traitlets.Int(-1).tag(sync=True)
    mark = traitlets.Unicode().tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)

    def __init__(self, question, options, answer, twin, **state):
        self._answer, self._twin = answer, twin
        super().__init__(question=question, options=list(options), **state)

    @traitlets.observe("guess")
    def _tell(self, change):
        if 0 <= change["new"] < len(self.options):
            with self.hold_sync():
                self.mark, self.said = self._answer(self.options[change["new"]])

    def twin(self):
        """The same where nothing can be clicked."""
        return self._twin
