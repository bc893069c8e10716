"""What a run leaves: tables and a manifest, made, written and read back."""
