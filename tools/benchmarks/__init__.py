"""What a run needs in time and memory, measured."""
