"""Maps of Sweden: of a run, and the outlines and colours they are drawn with."""
