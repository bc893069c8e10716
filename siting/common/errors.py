"""The errors that a user can meet. Their texts and exit codes are a public interface."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""Control characters but for tabs and line ends. A terminal may take them for commands."""


def control_problem(text: str) -> str:
    """Say which control character stands in a text.

    Parameters
    ----------
    text : str
        Such as a name; tabs and line ends may stand in it.

    Returns
    -------
    str
        The problem of a fault, with the character as U+001B; empty if there is none.
    """
    found = CONTROL.search(text)
    return f"the control character U+{ord(found[0]):04X} stands in it" if found else ""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with an input, and what to do about it.

    Parameters
    ----------
    file : str
        The file in which it stands.
    key : str
        The key, row or column in that file.
    value : object
        The value found there.
    problem : str
        What is wrong with the value.
    remedy : str
        What the user can do.
    """

    file: str
    key: str
    value: object
    problem: str
    remedy: str

    def __str__(self) -> str:
        text = f"{self.file}: {self.key} = {self.value!r}: {self.problem}. {self.remedy}"
        return CONTROL.sub(lambda found: repr(found[0])[1:-1], text)


def file_fault(path: Path, problem: str, remedy: str) -> Fault:
    """What is wrong with a file as a whole."""
    return Fault(str(path), "file", path.name, problem, remedy)


class SitingError(Exception):
    """Base of every error that is the user's to fix; carries the exit code."""

    exit_code = 2


class InputError(SitingError):
    """One or more faults in the input, all reported at once.

    Parameters
    ----------
    faults : iterable of Fault
        At least one.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


def refuse_all(faults: Iterable[Fault]) -> None:
    """Raise an error with all faults, if there are any."""
    if found := tuple(faults):
        raise InputError(found)


@contextmanager
def gathering(faults: list[Fault]) -> Iterator[None]:
    """Add the faults of an error to these instead of raising it."""
    try:
        yield
    except InputError as error:
        faults += error.faults


class BusyError(SitingError):
    """Another process is writing the same.

    Parameters
    ----------
    target : object
        The file or folder.
    holder : str
        Which process.
    """

    def __init__(self, target: object, holder: str) -> None:
        super().__init__(
            f"{target} is being written by {holder}. Wait until it is done, or choose another "
            "name or folder for one of the two."
        )


@dataclass(frozen=True)
class ClashingLimit:
    """A limit that cannot hold together with others.

    Parameters
    ----------
    key : str
        The name that the model gives it; in the error of a run, where the scenario sets it.
    sentence : str
        What it says in plain words.
    group : str
        The grouping that it is about; empty where there is none.
    labels : tuple of str
        The groups of it, if it is about some only.
    template : str
        The sentence with {} where it names these groups; empty if it names none.
    facts : mapping of str to object
        What the sentence says, from which it can be told in another language.
    """

    key: str
    sentence: str
    group: str = ""
    labels: tuple[str, ...] = ()
    template: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict, compare=False)


class InfeasibleError(SitingError):
    """No answer satisfies all limits.

    Parameters
    ----------
    clash : iterable of ClashingLimit
        A smallest set of limits that cannot hold together.
    """

    exit_code = 3

    def __init__(self, clash: Iterable[ClashingLimit]) -> None:
        self.clash = tuple(clash)
        sentences = (limit.sentence for limit in self.clash)
        super().__init__("These limits cannot hold together: " + "; ".join(sentences))


class StoppedError(SitingError):
    """Stopped before proof: raised where there is no answer, so that nothing is written.

    A command that has written an answer without its proof ends with the same exit code.
    """

    exit_code = 4


class InterruptError(StoppedError):
    """The user stopped it with Ctrl-C; what is finished is kept."""

    exit_code = 130


class ClusterError(SitingError):
    """A Dask cluster was lost, or can do no more."""


class MissingExtraError(SitingError):
    """Packages of an optional part are not installed.

    Parameters
    ----------
    extra : str
        Name of the extra.
    missing : iterable of str
        Packages that are not there.
    """

    def __init__(self, extra: str, missing: Iterable[str]) -> None:
        super().__init__(
            f"This needs {', '.join(missing)}. Install with: pip install 'siting[{extra}]'"
        )


def near_matches(name: str, known: Iterable[str]) -> str:
    """A hint that names what may have been meant, or "" where nothing is near.

    Parameters
    ----------
    name : str
        What was written; its capitals do not matter.
    known : iterable of str
        What can be meant.

    Returns
    -------
    str
        One question, with three names at most.

    Examples
    --------
    >>> near_matches("Storumann", ["Storuman", "Torsby"])
    'Did you mean Storuman?'
    """
    by_lower = {item.lower(): item for item in known}
    near = [by_lower[match] for match in difflib.get_close_matches(name.lower(), by_lower, n=3)]
    return f"Did you mean {' or '.join(near)}?" if near else ""
