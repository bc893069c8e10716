"""A briefing as one HTML page that needs nothing beside it."""

import base64
from collections.abc import Mapping
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined

from siting.report.document import Block, Document, Heading, is_narrow, shown


def as_html(document: Document, pictures: Mapping[str, bytes]) -> bytes:
    """Write a briefing as HTML."""
    environment = Environment(
        loader=PackageLoader("siting.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Not as arguments of the template, which its macros do not see.
    environment.globals |= {"document": document, "shown": shown, "is_narrow": is_narrow}
    template = environment.get_template("briefing.html.jinja")
    embedded = {
        name: f"data:image/png;base64,{base64.b64encode(png).decode()}"
        for name, png in pictures.items()
    }
    return template.render(sections=_sections(document), pictures=embedded).encode()


def _sections(document: Document) -> list[list[tuple[str, list[Block]]]]:
    """Blocks by heading, and within it those of one class that follow each other together."""
    sections: list[list[Block]] = []
    for block in document.blocks:
        if isinstance(block, Heading):
            sections.append([])
        sections[-1].append(block)
    return [
        [(kind, list(run)) for kind, run in groupby(part, lambda block: type(block).__name__)]
        for part in sections
    ]
