"""The faults that are tried, as docs/reliability.md lists them: `@fault` on the test of each."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """A row of the table.

    Parameters
    ----------
    what : str
        What goes wrong.
    tried : str
        How it is tried.
    happens : str
        What happens, as the test asserts it.
    """

    what: str
    tried: str
    happens: str


def fault[Test: Callable[..., object]](
    what: str, tried: str, happens: str
) -> Callable[[Test], Test]:
    """Say which fault a test tries."""

    def mark(test: Test) -> Test:
        test.__dict__["fault"] = Fault(what, tried, happens)
        return test

    return mark
