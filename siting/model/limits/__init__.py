"""The limits an answer must keep to."""
