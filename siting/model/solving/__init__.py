"""Every way of finding the answer to a program, its bound, and what is said of both."""
