"""The commands that give a result again, or add to it."""

import shlex

from siting.report.result import RunResult


def command(result: RunResult, verb: str) -> str:
    """A command of `siting` on the scenario of a result, with the same overrides.

    Parameters
    ----------
    result : RunResult
        The run.
    verb : str
        The command: run, robustness and so on.

    Returns
    -------
    str
        What can be typed.
    """
    changes = (change.partition(": ") for change in result.manifest["overrides"])
    given = [
        f"--set {shlex.quote(f'{key}={rest.rpartition(" -> ")[2]}')}" for key, _, rest in changes
    ]
    return " ".join([f"siting {verb}", shlex.quote(result.name), *given])
