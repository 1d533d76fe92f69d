"""What every view that can be moved shares: a script and a style sheet, words that can be replaced, a twin that stands still."""

import anywidget
import traitlets

from ..figures.picture import with_twin
from .bundle import script, style


def front_end(name):
    """The two halves that a browser gets of the view NAME: its `_esm`, from NAME.js, and its `_css`, from NAME.css."""
    return script(name), style(name)


class View(anywidget.AnyWidget):
    """A view: its state can be read from Python, `labels` replaces words of it, `twin()` is the same as a Picture that stands still."""

    labels = traitlets.Dict().tag(sync=True)

    def twin(self):
        """The same as a picture that does not move: what is seen on GitHub, in exports, and before the first run."""
        raise NotImplementedError(f"{type(self).__name__} needs a twin(): the Picture that stands in for it")

    def _repr_mimebundle_(self, **options):
        return with_twin(super()._repr_mimebundle_(**options), self.twin())
