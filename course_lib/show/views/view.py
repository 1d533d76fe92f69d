"""What every view that can be moved shares: one script made of the kit and its own file, replaceable words, a twin that stands still."""

from pathlib import Path

import anywidget
import traitlets

from ..figures.picture import with_twin

HERE = Path(__file__).parent


def esm(*names):
    """The whole script of a view: the kit, then the view's own file (and what it shares); none imports anything or asks the network."""
    return "\n".join((HERE / part).read_text(encoding="utf-8") for part in ("kit.js", *names))


class View(anywidget.AnyWidget):
    """A view: its state can be read from Python, `labels` replaces words of it, `twin()` is the same as a Picture that stands still."""

    labels = traitlets.Dict().tag(sync=True)

    def twin(self):
        """The same as a picture that does not move: what is seen on GitHub, in exports, and before the first run."""
        raise NotImplementedError(f"{type(self).__name__} needs a twin(): the Picture that stands in for it")

    def _repr_mimebundle_(self, **options):
        return with_twin(super()._repr_mimebundle_(**options), self.twin())
