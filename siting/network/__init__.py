"""Roads to travel times: the graph, its speeds, how places are tied to it, and the matrix."""
