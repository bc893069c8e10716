"""Classes and colours of maps; the explorer takes the scales, its other colours are in page.css.

Both scales grow darker from class to class, so that they read in grey and without red or green.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Classes of a map.

    Parameters
    ----------
    bounds : tuple of float
        Where each class but the first begins, minutes; a bound belongs to the class above it.
    colours : tuple of str
        One a class, one more than bounds.
    """

    bounds: tuple[float, ...]
    colours: tuple[str, ...]


LAND, EDGE, REGION_EDGE = "#f2f2ee", "#b9b9b2", "#77776f"
INK, FAINT = "#1c1c1a", "#55554f"
OFFICES = {"existing": "#8a8a84", "closed": "#8c2f00", "announced": "#e69f00", "new": "#0b4f8a"}
"""The colour of an office by its status."""
MINUTES = Scale(
    (10, 20, 30, 45, 60), ("#f7fbd5", "#c2e3b0", "#7cc4ae", "#3d94a8", "#285a8c", "#1b1f4b")
)
"""Mean travel time, minutes."""
CUT = Scale(
    (-0.05, 0.05, 1, 5, 10), ("#e6a15c", "#f2f2ee", "#d3dcec", "#94b0d3", "#4f7cb3", "#16386b")
)
"""Minutes that the mean falls: longer, unchanged, then shorter and shorter."""
