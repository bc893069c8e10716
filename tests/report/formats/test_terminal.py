import io
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from siting.report.formats.terminal import print_document
from siting.report.summary import summary
from siting.results.result import Result


def test_offices_that_close_are_named(result: Result) -> None:
    offices = result.tables["offices"].assign(status="closed")
    offices.loc[offices["code"] == "o012", "place"] = "Norrtälje [bold]"
    closing = replace(
        result,
        manifest=dict(result.manifest) | {"closed": ["o001", "o012"]},
        tables=dict(result.tables) | {"offices": offices},
    )
    stream = io.StringIO()
    print_document(summary(closing, Path("folder")), Console(file=stream, width=80))
    line = "Offices that close: Huddinge (o001), Norrtälje [bold] (o012). See offices.csv."
    assert line in stream.getvalue().splitlines()
