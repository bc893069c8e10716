"""Road networks from OpenStreetMap."""
