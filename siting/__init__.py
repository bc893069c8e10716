"""Choose where public service offices should open, by road travel time and with proof."""
