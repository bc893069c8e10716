"""Benchmark files: pmed, cap and TSPLIB."""

from collections.abc import Iterator
from pathlib import Path

from siting.studies.benchmark.formats import read_benchmark
from tests.project.faulty.case import Case

_PMED = "3 3 1\n1 2 5\n2 3 4\n1 3 9\n"
_CAP = "2 2\n3 5\n9 7\n4\n8 40\n2\n6 6\n"
_TSP = "NAME : x\nDIMENSION : 3\nNODE_COORD_SECTION\n1 0 0\n2 1 1\n3 5 5\nEOF\n"


def _case(what: str, content: str | bytes, key: str, value: str = "", p: int | None = None) -> Case:
    whole = content if isinstance(content, bytes) else content.encode()

    def read(folder: Path) -> object:
        return read_benchmark(folder / "b.txt", p=p)

    return Case(f"b.txt: {what}", {"b.txt": whole}, read, "b.txt", key, value)


def bench_cases() -> Iterator[Case]:
    """All of this module."""
    for what, old, new, key, value in (
        ("a vertex too far", "2 3 4", "2 4 4", "edge 2", "4"),
        ("vertex 0", "2 3 4", "0 3 4", "edge 2", "0"),
        ("half a vertex", "2 3 4", "1.5 3 4", "edge 2", "1.5"),
        ("a negative vertex", "2 3 4", "-2 3 4", "edge 2", "-2"),
        ("a negative length", "2 3 4", "2 3 -4", "edge 2", "-4"),
        ("NaN", "2 3 4", "2 3 nan", "number 9", "nan"),
        ("no end", "2 3 4", "2 3 inf", "number 9", "inf"),
        ("too large", "2 3 4", "2 3 1e400", "number 9", "1e400"),
        ("a comma", "2 3 4", "2 3 4,5", "number 9", "4,5"),
        ("a word", "2 3 4", "2 3 four", "number 9", "four"),
        ("a number short", "2 3 4", "2 3", "content", "11 numbers"),
        ("a number more", "2 3 4", "2 3 4 4", "content", "13 numbers"),
        ("no sites", "3 3 1", "3 3 0", "header", "0"),
        ("too many sites", "3 3 1", "3 3 4", "p", "4"),
        ("half a site", "3 3 1", "3 3 1.5", "header", "1.5"),
        ("no vertices", "3 3 1", "0 3 1", "header", "0"),
        ("a million vertices", "3 3 1", "1000000 3 1", "header", "1000000"),
        ("NaN edges", "3 3 1", "3 nan 1", "number 2", "nan"),
    ):
        yield _case(f"pmed, {what}", _PMED.replace(old, new, 1), key, value)
    for p in (0, -1, 4, 10**9):
        yield _case(
            f"pmed, --p {p}" + " " * (p % 7), f"{_PMED}{' ' * (abs(p) % 7)}", "p", str(p), p
        )
    for what, old, new, key, value in (
        ("no demand", "\n4\n", "\n0\n", "customer 1", "0"),
        ("a negative demand", "\n4\n", "\n-4\n", "number 7", "-4"),
        ("a negative capacity", "3 5", "-3 5", "number 3", "-3"),
        ("a negative cost", "8 40", "8 -40", "number 9", "-40"),
        ("the word capacity", "3 5", "capacity 5", "number 3", "capacity"),
        ("a number short", "8 40", "8", "content", "11 numbers"),
        ("half a site", "2 2\n", "2.5 2\n", "content", "12 numbers"),
        ("NaN", "8 40", "8 nan", "number 9", "nan"),
        ("a comma", "8 40", "8,5 40", "number 8", "8,5"),
    ):
        yield _case(f"cap, {what}", _CAP.replace(old, new, 1), key, value)
    yield from _tsplib_cases()
    yield _case("TSPLIB without --p", _TSP, "p", "None")
    yield _case("empty", b"", "content", "0 numbers")
    yield _case("Latin-1", "NAME : Å".encode("latin-1"), "file", "cannot be read")
    yield _case("UTF-16", _PMED.encode("utf-16"), "file", "cannot be read")
    yield _case("binary", bytes(range(1, 128)), "number 1", "")


def _tsplib_cases() -> Iterator[Case]:
    for what, old, new, key, value in (
        (
            "another dimension",
            "DIMENSION : 3",
            "DIMENSION : 4",
            "NODE_COORD_SECTION",
            "DIMENSION 4",
        ),
        ("a type", "NODE", "EDGE_WEIGHT_TYPE: MAN_2D\nNODE", "EDGE_WEIGHT_TYPE", "MAN_2D"),
        ("no type", "NODE", "EDGE_WEIGHT_TYPE:\nNODE", "EDGE_WEIGHT_TYPE", "EUC_2D"),
        ("no matrix", "NODE", "EDGE_WEIGHT_TYPE: EXPLICIT\nNODE", "EDGE_WEIGHT_FORMAT", "FULL"),
        ("a section", "EOF", "DEPOT_SECTION\n1\nEOF", "DEPOT_SECTION", "does not read"),
        ("a word for its size", "DIMENSION : 3", "DIMENSION : many", "number 1", "many"),
        ("a size of none", "DIMENSION : 3", "DIMENSION : 0", "header", "0"),
        ("a size beyond all", "DIMENSION : 3", "DIMENSION : 99999", "NODE_COORD", "99999"),
        ("a number short", "2 1 1", "2 1", "NODE_COORD_SECTION", "8 numbers"),
        ("a word", "2 1 1", "2 1 x", "number 6", "x"),
        ("NaN", "2 1 1", "2 1 nan", "number 6", "nan"),
        ("no end", "2 1 1", "2 1 inf", "number 6", "inf"),
        ("a comma", "2 1 1", "2 1,5 1", "number 5", "1,5"),
        ("no points", "1 0 0\n2 1 1\n3 5 5\n", "", "NODE_COORD_SECTION", "0 numbers"),
    ):
        yield _case(f"TSPLIB, {what}", _TSP.replace(old, new, 1), key, value, 1)
