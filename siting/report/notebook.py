"""A run as a notebook shows it."""

import base64
from html import escape

from siting.common.errors import MissingExtraError
from siting.common.package import require_report
from siting.results.result import RunResult

_ROWS = 12
_SITE_COLUMNS = [
    *("rank", "locality", "fa_region", "annual_cost_msek", "people_nearest"),
    "loss_if_left_out_minutes",
]


def as_cell(result: RunResult) -> str:
    """HTML of a run: title and status, new offices, measures, and the map if it can be drawn."""
    manifest, sites = result.manifest, result.tables["sites"]
    title = manifest["scenario"]["scenario"]["title"]
    parts = [
        f"<h3>{escape(title)}</h3>",
        f"<p>{len(sites)} new offices; {escape(manifest['status'])}.</p>",
        sites[_SITE_COLUMNS]
        .head(_ROWS)
        .to_html(index=False, border=0, float_format="{:.3f}".format),
        result.tables["access"].to_html(index=False, border=0, float_format="{:.3f}".format),
        _map(result),
    ]
    return "\n".join(parts)


def _map(result: RunResult) -> str:
    if result.abroad:
        return ""
    try:
        require_report()
    except MissingExtraError as error:
        return f"<p>{escape(str(error))}</p>"
    from siting.report.maps.draw import as_png  # noqa: PLC0415 - only this needs the extra

    source = f"data:image/png;base64,{base64.b64encode(as_png(result.map())).decode()}"
    return f'<img alt="Map of the offices" width="420" src="{source}">'
