"""What the commands about roads say and draw."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from siting.common.files import replace_file, telling
from siting.network.osm.build import Built
from siting.network.osm.fetch import MB, Offer
from siting.report.document import Block, Document, Heading, Kind, Paragraph
from siting.report.tables import Formats, study_grid
from siting.report.words import number, study_texts, whole, with_sign
from siting.studies.network.calibrate import Calibration, FittedTrip
from siting.studies.network.compare import MEASURES, NetworkComparison
from siting.studies.network.info import NetworkInfo, TripCheck

_PLACES_SHOWN = 10
_SHORT_KM = 100.0
"""Below this whole kilometres are too coarse."""
_OFF: tuple[Kind, int] = ("share_change", 1)
_TRIP: Formats = {"trip": ("text", 0, 40)}
_CHECKED: Formats = {
    **_TRIP, "known_km": 0, "found_km": 0, "off_km": _OFF,
    "known_minutes": 0, "found_minutes": 0, "off_minutes": _OFF,
}  # fmt: skip
_FITTED: Formats = {
    **_TRIP, "known_minutes": 0, "before": 0, "off_before": _OFF,
    "after": 0, "off_after": _OFF, "left_out": 0, "off_left_out": _OFF,
}  # fmt: skip
_SIDES = ("before", "after", "left_out")


def _off(found: float | None, known: float | None) -> float | None:
    return None if found is None or known is None else found / known - 1


def tell_network(info: NetworkInfo, language: str = "en") -> Document:
    """Put into words size, classes, parts, repairs and reference trips of a road network."""
    return Document(language, "", tuple(_network(info, language)))


def _network(info: NetworkInfo, language: str) -> Iterator[Block]:
    words, total = study_texts("network", language), sum(info.km_by_class.values())
    digits = 0 if total >= _SHORT_KM else 1
    yield Paragraph(words["source"].format(source=info.source))
    sizes = ("junctions", "waypoints", "links")
    counts = {key: whole(getattr(info, key), language) for key in sizes}
    yield Paragraph(words["size"].format(**counts, km=number(total, digits, language)))
    parts = ", ".join(whole(size, language) for size in info.components)
    yield Paragraph(words["parts"].format(parts=parts))
    classes = pd.DataFrame(info.km_by_class.items(), columns=["class", "km"])
    yield study_grid("classes", classes, {"class": "text", "km": digits}, words)
    yield Heading(words["repairs" if info.source == "shipped" else "origin"])
    yield from (Paragraph(f"- {repair}") for repair in info.repairs)
    if info.trips:
        yield study_grid("trips", pd.DataFrame(map(_checked, info.trips)), _CHECKED, words)


def _checked(check: TripCheck) -> dict[str, object]:
    row: dict[str, object] = {"trip": check.reference.name}
    for measure in MEASURES:
        known, found = (getattr(each, measure) for each in (check.reference, check.found))
        figures = {"known": known, "found": found, "off": _off(found, known)}
        row |= {f"{name}_{measure}": figure for name, figure in figures.items()}
    return row


def tell_calibration(fit: Calibration, profile: str, language: str = "en") -> Document:
    """Put into words fitted speeds, how well they fit, and the table for a scenario."""
    return Document(language, "", tuple(_calibration(fit, profile, language)))


def _calibration(fit: Calibration, profile: str, language: str) -> Iterator[Block]:
    words = study_texts("network", language)
    how = words["by_class" if fit.by_class else "one_factor"]
    yield Paragraph(how.format(trips=len(fit.trips)))
    yield study_grid("fitted", pd.DataFrame(map(_fitted, fit.trips)), _FITTED, words)
    for side, error in fit.errors().items():
        yield Paragraph(words["errors"][side].format(error=with_sign(error, 1, language)))
    classes = ", ".join(fit.undetermined) or words["nothing"]
    yield Paragraph(words["undetermined"].format(classes=classes), "lead")
    yield Paragraph(words["profile"], "lead")
    yield Paragraph("\n".join(fit.as_table(profile)), "lead")


def _fitted(trip: FittedTrip) -> dict[str, object]:
    known = trip.reference.minutes
    found = {side: getattr(trip, side) for side in _SIDES}
    off = {f"off_{side}": _off(minutes, known) for side, minutes in found.items()}
    return {"trip": trip.reference.name, "known_minutes": known, **found, **off}


def tell_built(built: Built, path: Path, language: str = "en") -> Document:
    """Put into words what was built, and what was cut off."""
    return Document(language, "", tuple(map(Paragraph, _built(built, path, language))))


def _built(built: Built, path: Path, language: str) -> Iterator[str]:
    words, streets, lost = study_texts("network", language), built.streets, built.cut_off
    for key, text in built.about.items():
        yield f"{words['about'][key]}: {text or words['unknown']}"
    nodes, links = (whole(len(part), language) for part in (streets.nodes, streets.links))
    km = number(streets.links["length"].sum() / 1000, 1, language)
    yield words["built"].format(nodes=nodes, links=links, km=km)
    cut = {key: whole(getattr(lost, key), language) for key in ("nodes", "parts", "people")}
    lost_km = number(lost.km, 1, language)
    yield words["cut_off" if lost.nodes else "whole"].format(**cut, km=lost_km)
    if lost.places:
        more, places = len(lost.places) - _PLACES_SHOWN, ", ".join(lost.places[:_PLACES_SHOWN])
        shown = words["more" if more > 0 else "all"]
        yield shown.format(places=places, count=whole(more, language))
    yield words["wrote"].format(path=path)


def tell_offer(offer: Offer, path: Path, language: str = "en") -> str:
    """Put into words what would be downloaded, and ask whether to."""
    size = number(offer.size / MB, 1, language)
    return f"{study_texts('network', language)['offer']}".format(offer.url, size, path)


_WORST = 10
_BINS = 60


def tell_comparison(found: NetworkComparison, a: str, b: str, language: str = "en") -> Document:
    """Put into words the distribution of differences and the worst of them."""
    return Document(language, "", tuple(_comparison(found, a, b, language)))


def _comparison(found: NetworkComparison, a: str, b: str, language: str) -> Iterator[Block]:
    counts = (len(found.trips), found.only_a, found.only_b)
    words, shown = study_texts("network", language), (whole(count, language) for count in counts)
    yield Paragraph(f"a: {a}\nb: {b}")
    yield Paragraph(words["compared"].format(*shown))
    if lost := len(found.left_out):
        yield Paragraph(words["left_out"].format(count=whole(lost, language)))
    shares = found.summary.assign(measure=found.summary.index.map(words["measures"]))
    heads: Formats = {"measure": "text", **dict.fromkeys(map(str, found.summary), _OFF)}
    yield study_grid("shares", shares, heads, words)
    for measure in MEASURES:
        in_a, in_b, off = (f"{measure}_{end}" for end in ("a", "b", "off"))
        rows = found.worst(measure, _WORST)
        worst = rows.assign(trip=rows["from"] + " - " + rows["to"])
        yield study_grid(f"worst_{measure}", worst, {**_TRIP, in_a: 1, in_b: 1, off: _OFF}, words)


def draw_comparison(found: NetworkComparison, path: Path, language: str = "en") -> None:
    """Draw how the differences are distributed."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - of the extra report; only this draws

    words, figure = study_texts("network", language), Figure(figsize=(8, 3.5), layout="constrained")
    for axes, measure in zip(figure.subplots(1, 2), MEASURES, strict=True):
        axes.hist(100 * found.trips[f"{measure}_off"], bins=_BINS, color="#2f6690")
        axes.axvline(0, color="black", linewidth=0.8)
        axes.set(title=words["measures"][measure], **words["axes"])
        axes.yaxis.set_major_formatter(lambda count, _: whole(count, language))
    dated = {"Date": None} if path.suffix == ".svg" else None
    with telling(path, "--plot"):
        replace_file(path, lambda new: figure.savefig(new, metadata=dated))
