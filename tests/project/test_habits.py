"""What developers rely on: targets that explain themselves, hooks, fragments, limits on length."""

import doctest
import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from numpydoc.validate import validate

from docs import conf
from tools.check_lengths import FILE, FUNCTION, too_long
from tools.mutants import samples, try_out, verdicts

ROOT = Path(__file__).resolve().parents[2]
WITH_EXAMPLES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (ROOT / "siting").rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_in_docstrings_come_out_as_written(name: str) -> None:
    done = doctest.testmod(importlib.import_module(name))
    assert done.attempted
    assert not done.failed


@pytest.mark.parametrize("package", ["siting", "siting.model"])
def test_what_is_exported_documents_all_its_parameters(package: str) -> None:
    module = importlib.import_module(package)
    spared = conf.numpydoc_validation_checks
    exported = [getattr(module, name) for name in module.__all__]
    names = [f"{item.__module__}.{item.__name__}" for item in exported if callable(item)]
    assert len(names) >= 5
    for name in [*names, "siting.model.instance.Instance.from_matrix"]:
        assert not [fault for fault in validate(name)["errors"] if fault[0] not in spared], name


def test_make_help_lists_every_target() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    [phony] = re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607 - whichever make calls the tests
    assert set(re.findall(r"^  make (\S+) +\S", listed.stdout, re.MULTILINE)) == set(phony.split())


def test_hooks_are_what_make_lint_calls() -> None:
    config = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"repo: (.*)", config) == ["local"]
    entries = re.findall(r"entry: (.*)", config)
    assert entries
    lint = (ROOT / "Makefile").read_text(encoding="utf-8").split("\nlint:")[1].split("\n\n")[0]
    for entry in entries:
        assert entry.removesuffix(" --force-exclude").replace(".venv/bin", "$(BIN)") in lint


def test_the_hook_says_what_to_do_where_there_is_no_environment(tmp_path: Path) -> None:
    hook = ROOT / ".ci" / "hooks" / "pre-commit"
    done = subprocess.run([hook], cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603 - our own program
    assert done.returncode == 1
    assert "'make hooks' makes it" in done.stderr


@pytest.mark.parametrize(
    "path", sorted((ROOT / ".github").rglob("*.yml")), ids=lambda path: path.stem
)
def test_forms_and_workflows_are_yaml_with_what_they_need(path: Path) -> None:
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    if path.parent.name == "workflows":
        assert read["jobs"]["run"]["steps"][-1] == {"run": "bash .ci/run"}
    else:
        assert {"name", "description", "body"} <= set(read)
        ids = [field["id"] for field in read["body"]]
        assert len(set(ids)) == len(ids) >= 3


def test_fragments_are_of_a_known_kind_and_end_as_sentences() -> None:
    towncrier = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "towncrier"
    ]
    kinds = {kind["directory"] for kind in towncrier["type"]}
    ours = {"README.md", *towncrier["ignore"]}
    for path in (ROOT / "changelog.d").iterdir():
        if path.name in ours:
            continue
        assert re.fullmatch(rf"\+[\w-]+\.({'|'.join(kinds)})\.md", path.name)
        assert path.read_text(encoding="utf-8").strip().endswith(".")


def test_there_is_a_place_for_fragments_in_the_changelog() -> None:
    assert (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").count("(unreleased)\n") == 1


def test_a_long_file_needs_a_reason_at_its_head() -> None:
    text = "a = 1\n" * (FILE + 1)
    assert list(too_long(text)) == [f"1: the file has {FILE + 1} lines, more than {FILE}"]
    assert not list(too_long("# long: a table\n" + text))
    assert not list(too_long("a = 1\n" * FILE))


def test_a_long_function_needs_a_reason_above_it() -> None:
    text = "@cache\ndef f():\n" + "    a = 1\n" * FUNCTION
    assert list(too_long(text)) == [f"2: f has {FUNCTION + 1} lines, more than {FUNCTION}"]
    assert not list(too_long("# why\n# long: a table\n" + text))
    assert list(too_long("# long: another\n\n" + text))
    assert not list(too_long("@cache\ndef f():\n" + "    a = 1\n" * (FUNCTION - 1)))


def test_mutants_are_tried_no_longer_than_the_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.mutants.KEPT", tmp_path)
    # What ignores Ctrl-C, and would go on for longer than any test.
    script = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(3600)"
    monkeypatch.setattr("tools.mutants.COMMAND", (sys.executable, "-c", script))
    try_out(["x"], deadline=0)
    assert (tmp_path / "run.log").is_file()


def test_a_sample_of_mutants_depends_on_module_and_seed_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.mutants.KEPT", tmp_path)
    codes = ", ".join(f'"m{i}": {i % 2}' for i in range(30))
    for name in ("a.py", "b.py"):
        (tmp_path / f"{name}.meta").write_text(f'{{"exit_code_by_key": {{{codes}}}}}')
    assert verdicts("a.py")["m0"] == "survived"
    assert verdicts("a.py")["m1"] == "killed"
    assert verdicts("c.py") == {}
    both = dict(samples(["a.py", "b.py"], 5, seed=1))
    assert both["b.py"] == dict(samples(["b.py"], 5, seed=1))["b.py"]
    assert both["a.py"] != both["b.py"]
    assert both["b.py"] != dict(samples(["b.py"], 5, seed=2))["b.py"]
    assert len(dict(samples(["a.py"], 99, seed=1))["a.py"]) == 30
