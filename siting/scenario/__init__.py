"""Scenario files: their schema, how they are read, and the template of a new one."""
