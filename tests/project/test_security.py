"""What the code may not do at all, wherever it stands."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "siting").rglob("*.py"))
UNSAFE_MODULES = {
    *("pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "yaml"),
    *("code", "codeop", "pty", "ctypes", "telnetlib", "ftplib"),
}
UNSAFE_CALLS = {
    *("eval", "exec", "compile", "__import__", "input", "breakpoint"),
    *("os.system", "os.popen", "os.execv", "os.spawnv"),
    *("read_pickle", "to_pickle", "read_hdf", "to_hdf", "HDFStore", "read_sql", "read_xml"),
    *("read_html", "read_clipboard", "extractall", "mktemp"),
}
"""By their last names, and with their module where the last name alone would be of others too."""


def _name(node: ast.expr) -> str:
    """The dotted name of what is called, as far as it is one."""
    if isinstance(node, ast.Attribute):
        return f"{_name(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield _name(node.func), node


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def _keyword(call: ast.Call, name: str) -> object:
    values = [word.value for word in call.keywords if word.arg == name]
    return values[0].value if values and isinstance(values[0], ast.Constant) else None


def _faults(source: str) -> list[str]:
    """What of a module is not allowed."""
    tree = ast.parse(source)
    found = [f"imports {name}" for name in _imported(tree) if name.split(".")[0] in UNSAFE_MODULES]
    for name, call in _calls(tree):
        # re.compile and typst's compiler compile no Python.
        plain = name if name in {"eval", "exec", "compile"} else name.rpartition(".")[2]
        if name in UNSAFE_CALLS or (plain in UNSAFE_CALLS and plain not in {"compile", "eval"}):
            found.append(f"calls {name}")
        if _keyword(call, "shell") is True:
            found.append(f"{name} with a shell")
        if name in {"np.load", "np.save", "numpy.load"} and (
            _keyword(call, "allow_pickle") is not False
        ):
            found.append(f"{name} without allow_pickle=False")
        if _keyword(call, "allow_pickle") is True or _keyword(call, "verify") is False:
            found.append(f"{name} with pickle, or without checking certificates")
    return found


def test_no_pickle_no_eval_no_shell() -> None:
    assert len(MODULES) > 150
    every = {path.name: _faults(path.read_text(encoding="utf-8")) for path in MODULES}
    # What a process hands to workers that it has started itself never comes from outside.
    assert {name: faults for name, faults in every.items() if faults} == {
        "parallel.py": ["imports pickle"]
    }


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from cloudpickle import dumps",
        "import numpy as np\nnp.load(path)",
        "np.load(path, allow_pickle=True)",
        "eval('1')",
        "import os\nos.system('ls')",
        "subprocess.run('ls', shell=True)",
        "pd.read_pickle(path)",
        "requests.get(url, verify=False)",
    ],
)
def test_the_search_finds_what_it_looks_for(source: str) -> None:
    assert _faults(source)


def test_rules_on_security_are_on_and_each_exception_says_why() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]
    ignored = settings["lint"]["ignore"]
    assert settings["lint"]["select"] == ["ALL"]
    assert not [rule for rule in ignored if re.match(r"S\d", rule)]
    excepted = [
        line.strip()
        for path in MODULES
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"noqa:.*\bS\d{3}\b", line)
    ]
    assert all(re.search(r"noqa: [A-Z0-9, ]+ --? \w+", line) for line in excepted)
    # What this process has packed for its workers, and a program of the user's own.
    assert sorted(re.findall(r"\bS\d{3}\b", " ".join(excepted))) == ["S301", "S603"]


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-test.txt", "requirements-peers.txt"]
)
def test_every_pinned_package_has_its_hashes(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    pinned = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert len(pinned) > 5
    for line in pinned:
        assert re.match(r"[\w.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line), line


def test_packages_are_installed_by_their_hashes_alone() -> None:
    for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines():
        if "pip install" in line and "--editable" not in line:
            assert "--require-hashes" in line, line
