"""What tags of OpenStreetMap say about cars: who may pass, barriers, turn bans."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

type Tags = Mapping[str, str]
type Notes = Counter[tuple[str, str]]
"""How often something of a topic was met, by the word that the map has for it."""
type Ban = tuple[Tags, Sequence[tuple[str, int]]]
"""Tags of a ban of turns, and role and id of its ways."""

NEAREST: Final = ("motorcar", "motor_vehicle", "vehicle", "access")
"""The tag for the narrowest group that holds cars decides."""
CLOSED: Final = """
no none false closed restricted prohibited
private customers residents permit members staff employees
agricultural forestry delivery service maintenance
military emergency police
psv bus minibus tourist_bus taxi share_taxi
hgv goods hov carpool disabled motorcycle moped
foot pedestrian bicycle use_sidepath dismount horse ski snowmobile
"""
"""Values that close a way to an ordinary car, a kind a line; all others leave it open."""
PASSED: Final = """
gate lift_gate swing_gate sliding_gate hampshire_gate bump_gate cattle_grid toll_booth entrance
border_control checkpoint sally_port coupure sliding_beam height_restrictor kerb rising_bollard no
"""
"""Barriers that cars pass where neither access nor ``locked=yes`` forbids; all others cut."""

CUTS: Final = "barriers that cut a way"
_SHUT, _PASSED = frozenset(CLOSED.split()), frozenset(PASSED.split())
_NAMES = {
    way: [name for key in NEAREST for name in (f"{key}:{way}", key)]
    for way in ("", "forward", "backward")
}
_CLAUSE = re.compile(r"([^;@()]*)@\s*(\([^)]*\)|[^;]*)")
_OF_SIZE = re.compile(r"\b(weight\w*|axle\w*|length|height|width|wheels)\s*>")
_ALWAYS = frozenset({"destination", "permissive"})
_BANS = ("restriction", *(f"restriction:{group}" for group in NEAREST))


def in_words(notes: Notes) -> str:
    """How often each topic was met, the most frequent words first."""
    met: dict[str, list[str]] = {}
    for (topic, word), count in sorted(notes.items(), key=lambda note: (-note[1], note[0])):
        met.setdefault(topic, []).append(f"{count:,} {''.join(filter(str.isprintable, word))}")
    for words in met.values():
        words[10:] = [f"{len(words) - 10:,} kinds more"] if words[10:] else []
    return "; ".join(f"{topic}: {', '.join(words)}" for topic, words in met.items()) or "none"


def parts(text: str) -> list[str]:
    """Values of a tag that holds several."""
    return [part.strip().lower() for part in text.split(";") if part.strip()]


def clauses(text: str) -> list[tuple[str, str]]:
    """Value and condition of each clause of a conditional tag."""
    found = (_CLAUSE.findall(text) or [(text, "")]) if text else ()
    return [(value.strip().lower(), condition) for value, condition in found if value.strip()]


def verdict(tags: Tags, direction: str = "") -> str:
    """What the tag nearest to cars says in one direction: open, closed, at times or silent."""
    for name in _NAMES[direction]:
        rules = clauses(tags[later]) if (later := f"{name}:conditional") in tags else ()
        if any(value not in _ALWAYS and not _OF_SIZE.search(when) for value, when in rules):
            return "at times"
        if name in tags and (values := parts(tags[name])):
            return "closed" if _SHUT.issuperset(values) else "open"
    return "silent"


def season(tags: Tags) -> bool:
    """Whether a way is open in one season only."""
    named = (parts(tags.get(key, "")) for key in ("seasonal", "ice_road", "winter_road"))
    return any({*one} - {"no"} for one in named) or tags.get("surface") in {"ice", "snow"}


def barrier(tags: Tags) -> tuple[str, str] | None:
    """Topic and kind of the barrier at a node; tags for vehicles cut without a barrier too."""
    kind = tags.get("barrier", "no")
    said = verdict({key: text for key, text in tags.items() if kind != "no" or key[:6] != "access"})
    mild = _PASSED.issuperset(parts(kind)) or tags.get("bollard") == "rising"
    passed = said == "open" or (said == "silent" and mild)
    if not passed or tags.get("locked") == "yes":
        return CUTS, kind
    return None if kind == "no" else ("barriers passed", kind)


def turn_bans(bans: Iterable[Ban], ways: Collection[int]) -> Notes:
    """Count the bans from one of these ways to another that cars must heed."""
    notes: Notes = Counter()
    for tags, members in bans:
        named = (text for key, text in tags.items() if key.removesuffix(":conditional") in _BANS)
        kinds = [text for text in named if text.startswith(("no_", "only_"))]
        heeded = kinds and not {*parts(tags.get("except", ""))} & {*NEAREST}
        if heeded and {"from", "to"} <= {role for role, way in members if way in ways}:
            notes["turn bans not kept", kinds[0]] += 1
    return notes
