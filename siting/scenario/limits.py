"""The limits that a scenario can set: the one table of what each is called, and where."""

from dataclasses import dataclass
from operator import attrgetter


@dataclass(frozen=True)
class ScenarioLimit:
    """A limit as a scenario, the model and a result name it.

    Parameters
    ----------
    path : str
        Where a scenario sets it.
    name : str
        What the model calls it.
    sentence : str
        What it says, with {} for the value in the scenario, and names of facts of the clash;
        empty where the model's words do.
    group : str
        The grouping of sites, where the model has one limit for several.
    field : str
        What the model's `Limits` call it, where a study may leave it out.
    more : str
        What one more of it is called, where a study may loosen it.
    money : bool
        Whether it is one of money, MSEK.
    counted : bool
        Whether a result says how much of it is used.
    """

    path: str
    name: str
    sentence: str = ""
    group: str = ""
    field: str = ""
    more: str = ""
    money: bool = False
    counted: bool = True

    @property
    def key(self) -> str:
        """What manifests, tables and texts call it."""
        return self.path.removeprefix("limits.")


LIMITS = (
    ScenarioLimit("limits.new_offices_max", "new_sites_max", "at most {} new offices",
        field="new_sites_max", more="one more"),
    ScenarioLimit("limits.new_offices_min", "new_sites_min", "at least {} new offices"),
    ScenarioLimit("limits.annual_budget_msek", "annual_budget",
        "new offices cost at most {} MSEK a year",
        field="annual_budget", more="1 more", money=True),
    ScenarioLimit("limits.one_off_budget_msek", "one_off_budget",
        "opening them costs at most {} MSEK", field="one_off_budget", more="1 more", money=True),
    ScenarioLimit("limits.max_new_per_municipality", "max_new_per_group",
        "at most {} in one municipality", field="max_new_per_group"),
    ScenarioLimit("limits.fa_region_guarantee", "at_least_one_per_group",
        "at least one office in every FA region", "fa_region", field="at_least_one_per_group"),
    ScenarioLimit("limits.county_guarantee", "at_least_one_per_group",
        "at least one office in every county", "county", field="at_least_one_per_group"),
    ScenarioLimit("offices.any_of", "at_least_one_per_group",
        "at least one office in {names}", "municipality", counted=False),
    ScenarioLimit("limits.quotas", "quota", field="quotas"),
    ScenarioLimit("limits.spacing_km", "spacing",
        "no two new offices nearer to each other than {} km", field="spacing", counted=False),
    ScenarioLimit("limits.max_minutes", "max_time", "nobody has a longer way than {} minutes",
        field="max_time", counted=False),
    ScenarioLimit("offices.open", "force_open",
        "{places} must open, which makes {number} new offices at "
        "{annual:.1f} MSEK a year and {once:.1f} MSEK once", field="force_open", counted=False),
    ScenarioLimit("office_types", "type_quota", field="type_quotas"),
    ScenarioLimit("closing", "closing"),
    ScenarioLimit("phases", "phases"),
    ScenarioLimit("objective.targets", "target", counted=False),
    ScenarioLimit("everyone", "everyone_served", counted=False),
)  # fmt: skip
"""In the order in which a study leaves them out."""
ANNUAL_BUDGET = "annual_budget_msek"
VARIED = {"new_offices": "new offices", "annual_budget": "MSEK a year"}
"""The limits whose values a frontier can go through, with the unit of each."""
VARIED_HELP = "new_offices=4..40, annual_budget=20..80..5 (MSEK), or values with commas."


def guarantees(scenario: object) -> dict[str, str]:
    """The guarantees that a scenario gives, by path, with the level of each."""
    grouped = (each for each in LIMITS if each.group and each.field)
    return {each.path: each.group for each in grouped if attrgetter(each.path)(scenario)}


def limit_of(name: str, group: str = "") -> ScenarioLimit:
    """The limit that the model calls so; what no scenario sets keeps the model's name."""
    found = (each for each in LIMITS if each.name == name and each.group in {"", group})
    return next(found, ScenarioLimit(name, name, counted=False))
