"""Certificates of runs and benchmarks, and the command that checks them."""

import gzip
import json
from fractions import Fraction
from pathlib import Path

import pytest

from siting.model import (
    Limits,
    Mean,
)
from siting.results.certificate import (
    CERTIFICATE_FILE,
    UnprovedError,
    checksums,
    verify,
)
from siting.results.verify import Proved, proved
from tests.support.certificates import certificate_of, made, places, read
from tests.support.cli import Call


@pytest.fixture
def result(call: Call, tmp_path: Path) -> Path:
    done = call("run", "announced_only", "--no-brief", "--quiet", "--certificate")
    assert done.returncode == 0, done.stderr
    return tmp_path / "results" / "announced_only"


def test_a_run_writes_a_certificate_that_verify_proves(call: Call, result: Path) -> None:
    manifest = json.loads((result / "manifest.json").read_text())
    assert manifest["certificate"] == checksums((result / CERTIFICATE_FILE).read_bytes())
    for target in ("announced_only", str(result), str(result / CERTIFICATE_FILE)):
        done = call("verify", target)
        assert done.returncode == 0, done.stderr
        assert "mean: proved by 1 leaf. The answer comes to 1" in done.stdout
    assert "mean: bevisat med 1 löv. Svaret" in call("verify", str(result), "--lang", "sv").stdout
    again = call("run", "announced_only", "--no-brief", "--quiet")
    assert again.returncode == 0
    assert not (result / CERTIFICATE_FILE).exists()
    done = call("verify", "announced_only")
    assert done.returncode == 2
    assert "--certificate" in done.stderr


def test_a_benchmark_writes_one_too(call: Call) -> None:
    size = ("--clients", "40", "--candidates", "12", "--p", "3")
    done = call("benchmark", "synthetic", *size, "--certificate", "made.json.gz")
    assert done.returncode == 0, done.stderr
    assert "proved by" in call("verify", "made.json.gz").stdout
    done = call("benchmark", "synthetic", "synthetic", "--certificate", "made.json.gz")
    assert done.returncode == 2
    assert "--certificate = 'made.json.gz': is for one file" in done.stderr
    nowhere = call("benchmark", "synthetic", *size, "--certificate", "nowhere/made.json.gz")
    assert nowhere.returncode == 2
    assert "nowhere" in nowhere.stderr


def test_what_is_forged_is_refused(call: Call, result: Path, tmp_path: Path) -> None:
    path = result / "manifest.json"
    text = path.read_text()
    for key in ("sha256", "instance_sha256"):
        manifest = json.loads(text)
        manifest["certificate"][key] = "0" * 64
        path.write_text(json.dumps(manifest))
        done = call("verify", "announced_only")
        assert done.returncode == 1
        assert f"its checksum {key} is not the one" in done.stderr
    # By itself the certificate is as sound as before.
    assert call("verify", str(result / CERTIFICATE_FILE)).returncode == 0
    content = read((result / CERTIFICATE_FILE).read_bytes())
    content["stages"][0]["bound"] = content["stages"][0]["value"] + "1"
    forged = tmp_path / "forged.json.gz"
    forged.write_bytes(gzip.compress(json.dumps(content).encode()))
    done = call("verify", str(forged))
    assert done.returncode == 1
    assert "proves less than is claimed" in done.stderr


@pytest.mark.parametrize(
    "content",
    [b"", b"no gzip", gzip.compress(b"{"), gzip.compress(b"[" * 100_000), b"\x1f\x8b\x08"],
    ids=["empty", "no gzip", "a bracket", "many brackets", "cut off"],
)
def test_what_is_no_certificate_is_a_fault_in_the_input(
    call: Call, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "some.json.gz"
    path.write_bytes(content)
    done = call("verify", str(path))
    assert done.returncode == 2, done.stderr
    assert "some.json.gz" in done.stderr


@pytest.mark.parametrize("content", [b"{}", b"[]", b"7", b'{"sites": [], "stages": [{}]}'])
def test_half_a_certificate_proves_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "half.json.gz"
    path.write_bytes(gzip.compress(content))
    with pytest.raises(UnprovedError):
        verify(str(path))


def test_a_result_that_is_not_there_is_named(call: Call) -> None:
    done = call("verify", "nothing_of_the_kind")
    assert done.returncode == 2
    assert "nothing_of_the_kind" in done.stderr


def test_numbers_may_be_written_as_fractions() -> None:
    content = certificate_of(made(1, 5, 4), Mean(), Limits(new_sites_max=1))
    for where, key in places(content["stages"][0]["instance"]["sums"]):
        if key != "near":
            exact = Fraction(str(where[key]))
            where[key] = f"{3 * exact.numerator}/{3 * exact.denominator}"
    content["stages"][0]["instance"]["sums"][0]["near"] = certificate_of(
        made(1, 5, 4), Mean(), Limits(new_sites_max=1)
    )["stages"][0]["instance"]["sums"][0]["near"]
    assert isinstance(proved(content)[0], Proved)
