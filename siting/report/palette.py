"""Classes and colours of the maps, the same on every page.

Both scales grow darker from class to class, so that they read in grey and without red or green.
The colours are YlGnBu and Purples from ColorBrewer (Brewer, Harrower and The Pennsylvania State
University).
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

    def class_of(self, value: float) -> int:
        """Index of the class a value falls into."""
        return sum(value >= bound for bound in self.bounds)


MINUTES = Scale(
    (10, 15, 20, 30, 45), ("#ffffd9", "#c7e9b4", "#7fcdbb", "#41b6c4", "#225ea8", "#081d58")
)
"""Mean travel time, minutes."""
CUT = Scale(
    (-0.05, 0.05, 2, 5, 10, 20),
    ("#e08214", "#f7f7f7", "#dadaeb", "#bcbddc", "#9e9ac8", "#756bb1", "#3f007d"),
)
"""Minutes that the mean falls: longer, unchanged, then shorter and shorter."""
EXISTING, ANNOUNCED, NEW, CLOSED = "#3b4754", "#8c2d04", "#d94801", "#ffffff"
"""Fill of the marks of offices, which differ in shape too."""
