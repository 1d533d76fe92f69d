"""A prediction before a run: a choice that is recorded and then explained, or a static list where no front end listens."""

import hashlib

from course_lib.judge import MARKS, RIGHT, WRONG, Still, in_notebook, inline
from course_lib.my_gpt import record

from .how_far import look_again


class Prediction:
    """One question with an explanation for every option; a radio choice in JupyterLab, the same as static HTML elsewhere.

    The options are shuffled, always in the same way for the same question.
    """

    def __init__(self, question, options, right):
        if right not in options:
            raise ValueError(f"the right option {right!r} is not among {list(options)}")
        shuffled = sorted(options, key=lambda option: hashlib.sha256(f"{question}\n{option}".encode()).digest())
        self.question, self.right = question, right
        self.options = {
            option: options[option] for option in shuffled
        }  # whoever writes three puts the right one second

    def feedback(self, guess):
        """The sentence that a guess earns."""
        start = "Yes." if guess == self.right else f"Not quite: it is “{self.right}”."
        return f"{start} {self.options[guess]}"

    def choose(self, guess):
        """Record a guess and return what to say about it; raises ValueError for an option that is not there."""
        if guess not in self.options:
            raise ValueError(f"{guess!r} is not one of {list(self.options)}")
        note = record.record_guess(self.question, guess, guess == self.right)
        look_again()
        return f"{self.feedback(guess)} {note}".strip()

    def __str__(self):
        choices = "\n".join(f"  ○ {option}" for option in self.options)
        return f"Predict: {self.question}\n{choices}"

    def still(self):
        """The question where nothing can be clicked, as text and as HTML: the answer is folded away."""
        choices = "".join(f"<li>{inline(option)}</li>" for option in self.options)
        why = inline(self.options[self.right])
        answer = f"<details><summary>Answer</summary><p><b>{inline(self.right)}</b>: {why}</p></details>"
        style = "border-left:5px solid #0050e0;padding:.35em .8em;margin:.2em 0"
        asked = f"<b>Predict:</b> {inline(self.question)}"
        return Still(str(self), f'<div style="{style}">{asked}<ul>{choices}</ul>{answer}</div>')

    def widget(self):
        """The question as a view: choosing an option records it and shows its explanation."""
        from course_lib.show import Choice

        def answer(guess):
            return MARKS[RIGHT if guess == self.right else WRONG], self.choose(guess)

        return Choice(self.question, self.options, answer, twin=self.still())

    def _repr_mimebundle_(self, **_):
        if in_notebook():
            return self.widget()._repr_mimebundle_()
        return self.still()._repr_mimebundle_()


def predict(question, options, right):
    """Ask before the run: `options` maps each choice to its explanation, `right` is the true one. Returns what a cell shows."""
    return Prediction(question, options, right)
