"""Published instances of location problems, and made ones, to measure the model on."""
