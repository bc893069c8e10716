"""The command line: each command calls one function and prints what it gives."""
