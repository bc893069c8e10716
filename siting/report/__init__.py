"""Tables, files and pages of a result. Nothing is computed here."""
