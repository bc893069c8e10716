"""What more offices, more money or another aim would bring."""
