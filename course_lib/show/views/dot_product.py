"""DotProduct: two arrows to drag, turn and lengthen; their products, the running sum, the angle and the cosine follow."""

import numpy as np
import traitlets

from ..figures.arrows import degrees_between, draw_arrows, draw_products
from ..figures.picture import Picture
from ..figures.style import course_style, new_figure, number
from .view import View, front_end

REACH = 5  # the plane that is drawn goes at least so far


def dot_parts(a, b):
    """The view's arithmetic for two vectors (2,): products (2,), running sums (2,), lengths (2,), angle in degrees and cosine.

    An arrow of length 0 has no direction: angle and cosine are then None.
    """
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    lengths = np.array([np.hypot(*a), np.hypot(*b)])
    point = lengths.all()
    return {
        "products": a * b,
        "sums": np.cumsum(a * b),
        "lengths": lengths,
        "angle": degrees_between(a, b) if point else None,
        "cosine": float(a @ b / lengths.prod()) if point else None,
    }


class DotProduct(View):
    """Two arrows a and b (2,) to move by mouse or keyboard; `view.a`, `view.b` and `view.product` are what it shows now.

    `labels` replaces words of the view, for other languages. Raises ValueError if a or b is not two finite numbers.
    """

    _esm, _css = front_end("dot_product")
    a = traitlets.List(traitlets.Float()).tag(sync=True)
    b = traitlets.List(traitlets.Float()).tag(sync=True)
    reach = traitlets.Int(REACH).tag(sync=True)

    def __init__(self, a=(3, 1), b=(2, 2), **state):
        for name, vector in (("a", a), ("b", b)):
            if np.shape(vector) != (2,) or not np.isfinite(np.asarray(vector, dtype=float)).all():
                raise ValueError(f"{name} is {vector!r}: an arrow in the plane needs two numbers, such as [3, 1]")
        a, b = (np.asarray(vector, dtype=float).tolist() for vector in (a, b))
        super().__init__(a=a, b=b, reach=max(REACH, int(np.ceil(np.abs([a, b]).max()))), **state)

    @property
    def product(self):
        """The dot product that the view shows now."""
        return float(np.dot(self.a, self.b))

    @property
    def cosine(self):
        """The cosine of the angle between the arrows, or None if one of them has length 0."""
        return dot_parts(self.a, self.b)["cosine"]

    def twin(self):
        """The same as a picture that does not move: what is seen on GitHub, in exports, and before the first run."""
        a, b = np.array(self.a), np.array(self.b)
        parts = dot_parts(a, b)
        title = f"a · b = {number(self.product)}"
        if parts["angle"] is not None:
            title += f": {side(self.product)}, angle {parts['angle']:.0f}°, cosine {number(parts['cosine'])}"
        wide = (0, 1) if (parts["angle"] or 0) >= 40 else None  # there is no room for its number in a narrow one
        with course_style():
            figure = new_figure(8.4, 3.9)
            plane, bars = figure.subplots(1, 2, width_ratios=(1, 1.1))
            draw_arrows(plane, np.array([a, b]), ["a", "b"], 72 * 3 / (2 * self.reach), wide)
            plane.set(xlim=(-self.reach, self.reach), ylim=(-self.reach, self.reach))
            draw_products(bars, a, b)
            bars.set_ylabel("running sum")
            figure.suptitle(title, x=0.02, ha="left", size=12, weight="bold")
            ends = f"a goes to ({_pair(a)}), b to ({_pair(b)})"
            steps = f"{number(a[0])} times {number(b[0])} is {number(parts['products'][0])}, " + (
                f"{number(a[1])} times {number(b[1])} is {number(parts['products'][1])}"
            )
            return Picture(figure, f"{title}. {ends}. {steps}. The sum is {number(self.product)}.")


def side(product):
    """What the sign of a dot product tells."""
    if abs(product) < 1e-9:
        return "a right angle"
    return "the same side" if product > 0 else "opposite sides"


def _pair(vector):
    return ", ".join(number(x) for x in vector)
