"""Figures that studies, their commands and what they say have in common."""

TABLE_DRAWS = 20
"""Office tables drawn for the range of an overlap."""
DRAWS = 200
"""Draws of a study of robustness."""
WORKERS = 2
"""Processes that a command, or a sweep, solves in."""
WORSE_BY = 0.01
"""How much worse than the best an alternative may be, as a share of it."""
BEST = 10
"""So many of the best answers."""
DIVERSE = 4
"""So many answers that differ as much as possible."""
WITHIN = 45.0
"""Minutes of the coverage that is traded off, where neither user nor scenario says."""
CORE = 0.95
"""A site picked in at least this share of the draws belongs to the core."""
OFTEN = 0.25
"""Picks of so many of the draws are shown beside the core and the scenario's own."""
