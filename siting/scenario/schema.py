"""Every key of a scenario file: its meaning, and its default if neither file nor --set has it."""

import datetime as dt
import json
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from siting.common.levels import AnyLevel
from siting.common.toml import (
    Count,
    FileName,
    NonNegativeFloat,
    PositiveFloat,
    Table,
    Text,
    table_of,
)
from siting.common.types import Engine
from siting.scenario.figures import CostTable, Msek, OwnCosts, Speeds, SpeedTable
from siting.scenario.objective import Objective

_LAST_ROW = 1_048_576  # of a sheet


class About(Table):
    """What the scenario is, for whoever reads its results."""

    title: Text
    """One line that names the scenario."""
    author: Text
    """Who wrote it."""
    date: dt.date
    """When it was written; results carry this date, not the clock's."""
    source: Text
    """Where its figures come from."""
    rationale: Text
    """Why it is asked, and what its figures are and are not."""
    title_sv: Text | None = None
    """The title in Swedish, for the Swedish reports; default: title."""
    rationale_sv: Text | None = None
    """The rationale in Swedish, for the Swedish reports; default: rationale."""


class OwnTable(Table):
    """Where in a file of the scenario's own its table stands."""

    sheet: Text | None = None
    """The sheet of the workbook, or the layer of the GeoPackage, that holds the table of the file;
    default: the first."""
    header_row: Annotated[int, Field(ge=1, le=_LAST_ROW)] = 1
    """The row of the file that holds the names of the columns, where a title stands above it."""


class Demand(OwnTable):
    """Whose travel counts."""

    points: Literal["localities", "grid_1km"] = "localities"
    """Where people live, of the tables that ship: localities, and road junctions around them; or
    grid_1km, the inhabited cells of a grid of 1 km."""
    weight: Literal["population", "age_75_plus", "no_tertiary"] = "population"
    """population: every resident counts alike; age_75_plus: residents aged 75 or older;
    no_tertiary: residents without tertiary education."""
    file: FileName | None = None
    """Where people live, such as the cells of a grid: a table (CSV, XLSX, ODS, Parquet,
    GeoPackage, GeoJSON or Shapefile), relative to the scenario file; docs/own_files.md says what
    stands in it. Default: the table that ships."""


class Area(Table):
    """The part of the country that is looked at; all of it where neither key is given.

    People and candidates outside are left out; offices outside are still there to go to.
    """

    counties: tuple[Text, ...] = ()
    """Names, or codes of two digits."""
    municipalities: tuple[Text, ...] = ()
    """Names or codes, in addition to those of the counties."""


class Regions(OwnTable):
    """The municipalities of another country, and what they belong to."""

    file: FileName | None = None
    """A table, relative to the scenario file; its columns stand in docs/own_files.md. Nothing of
    Sweden is used then: demand, offices, candidates and roads (or travel times) have to come from
    files too. Default: the municipalities of Sweden."""


class Network(Table):
    """Which roads, and how fast they are driven."""

    source: FileName = "shipped"
    """"shipped", or a GraphML or Parquet file; default: what 'siting network default' says."""
    speeds: Speeds = SpeedTable()
    """Speed profile in data/speeds.toml, such as "winter"; or a table of speeds by class of road in
    km/h, from 3 to 150 (50 mph are 80), such as {primary = 80, based_on = "winter"}."""
    limit_km: PositiveFloat | None = None
    """A place farther than this from every road counts as one that cannot be reached. Default: a
    place more than 50 km off (limit_km in data/speeds.toml) is an error that names it."""
    unreachable: Literal["refuse", "leave_out"] = "refuse"
    """What is done about people whom no office or candidate reaches, where the objective has to
    serve everybody (mean, equity and worst): refuse, an error that names them; leave_out, they do
    not count. For coverage and targets they are not reached."""


class TravelTimeTable(OwnTable):
    """Travel times: how they are computed, or the file that holds them."""

    file: FileName | None = None
    """A table with the columns from (demand_id), to (office_id or candidate's code)
    and minutes (inf where there is no way), or a matrix with a row a demand_id, relative to the
    scenario file. Default: times are computed on the road network."""
    missing: Literal["refuse", "unreachable"] = "refuse"
    """What a pair is that the file lacks, or whose minutes are empty: refuse, an error;
    unreachable, one without a way, as where times were cut at a limit."""
    plausible: Literal["check", "off"] = "check"
    """Whether times of the file that no car can have are refused: off for walking and other
    modes."""
    engine: Engine = "dijkstra"
    """How times are computed; hierarchy pays on networks of millions of streets, and needs the
    extra of that name."""


class Offices(OwnTable):
    """The offices there are, and what is fixed beforehand about them."""

    existing: FileName = "offices_2019"
    """offices_2019, offices_2024 (the 149 at the end of 2024), or the path of a table, relative to
    the scenario file; its columns stand in docs/own_files.md."""
    open: tuple[Text, ...] = ()
    """Candidates that must open: names or codes. A municipality's name means its seat."""
    any_of: tuple[Text, ...] = ()
    """Municipalities that must have at least one office, existing or new: names or codes."""
    shut: tuple[Text, ...] = ()
    """Existing offices closed from the start: office_id, name, or a municipality with just one."""


class Candidates(OwnTable):
    """Where a new office may open."""

    file: FileName | None = None
    """Candidates of one's own: a table, relative to the scenario file; its columns stand
    in docs/own_files.md. Each of its rows is one. Default: places from min_population on."""
    min_population: Count = 1000
    """Residents from which a locality is a candidate; seats of municipalities always are."""
    include: tuple[Text, ...] = ()
    """Smaller localities that are candidates too: names or codes; a municipality is all of it."""
    exclude: tuple[Text, ...] = ()
    """Where no office may open: likewise; "Gislaved (Gislaved)" is the locality alone."""
    none_within_minutes: PositiveFloat | None = None
    """No candidate nearer than this to an existing office, in minutes, unless it is named in
    `offices.open` or `include`; default off."""


Grouping = Literal[AnyLevel, "category"]


class QuotaTable(Table):
    """Least or greatest number of new offices in some groups together; forced ones count."""

    group: Grouping
    """What is grouped: municipality, county, fa_region, skr_group, or category (seat or other)."""
    labels: tuple[Text, ...] = Field(min_length=1)
    """Names or codes: C8 for skr_group, 20 or "Dalarnas län" for county, seat for category."""
    min: Count | None = None
    """Least number of new offices in them."""
    max: Count | None = None
    """Most new offices in them."""

    @model_validator(mode="after")
    def _has_a_number(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("a quota needs min or max")
        return self


class LimitTable(Table):
    """What the answer has to keep to. Only new offices count, forced ones included."""

    new_offices_max: Count | None = None
    """Most new offices; offices forced open count."""
    new_offices_min: Count | None = None
    """Fewest new offices; offices forced open count."""
    max_new_per_municipality: Count = 1
    """Most new offices in one municipality."""
    annual_budget_msek: NonNegativeFloat | None = None
    """Most annual cost of new offices, MSEK."""
    one_off_budget_msek: NonNegativeFloat | None = None
    """Most one-off cost of new offices, MSEK."""
    fa_region_guarantee: bool = False
    """At least one office, existing or new, in every FA region."""
    county_guarantee: bool = False
    """At least one office, existing or new, in every county."""
    max_minutes: PositiveFloat | None = None
    """Nobody has a longer way to the nearest office than this, in minutes."""
    spacing_km: PositiveFloat | None = None
    """No two new offices nearer to each other than this, km as the crow flies."""
    quotas: tuple[QuotaTable, ...] = ()
    """Least or greatest numbers of new offices in groups, each with group, labels, min and max."""


class ClosingTable(Table):
    """Existing offices that may close; needs max, else none may."""

    min: Count = 0
    """Fewest offices that close."""
    max: Count = 0
    """Most offices that close."""
    only_sole_offices: bool = True
    """Whether only an office that is the only one of its municipality may close. The model is
    blind between offices of one locality, so that closing one of several would look free."""
    keep: tuple[Text, ...] = ()
    """Offices that stay open all the same, named as in `offices.shut`."""
    frees_budget: bool = False
    """Whether what closing saves a year may be spent on new offices."""
    saving_msek_per_office: Msek = 5.0
    """What closing an office saves a year, MSEK: 5 is 5,000,000 kronor; 560 / 113 of 2019."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min > self.max:
            raise ValueError("min is greater than max")
        return self


class OfficeTypes(Table):
    """Kinds of new offices; the model chooses one for each. They replace the staff rule."""

    use: tuple[Text, ...] = ()
    """Kinds that may open, of data/costs.toml or [costs]; none: all are standard, staff by rule."""
    limited: bool = True
    """Whether a kind can serve only as many people as its visits a year allow."""
    min: dict[str, Count] = {}  # noqa: RUF012 - pydantic copies it
    """Fewest offices of a kind, such as {small = 5}."""
    max: dict[str, Count] = {}  # noqa: RUF012 - pydantic copies it
    """Most offices of a kind."""

    def limits(self) -> tuple[str, ...]:
        """The kinds whose number is limited."""
        return tuple(dict.fromkeys((*self.min, *self.max)))


class CapacityTable(Table):
    """How many people an office can serve.

    People do not always go to the nearest one then. A column `capacity` of the table of offices or
    candidates goes before these keys.
    """

    existing_people: PositiveFloat | None = None
    """Most people that an existing office can serve; default: it never fills up."""
    new_people: PositiveFloat | None = None
    """Most people that a new office can serve, where it has no kind; default: never fills up."""
    single_source: bool = False
    """Whether all people of a demand point go to the same office; default: they may be split."""


class PhaseTable(Table):
    """A stretch of years with means of its own. What opens stays open."""

    name: Text
    """What it is called, such as "2021"."""
    years: PositiveFloat = 1.0
    """How long it lasts; the objective is the mean over all years."""
    annual_budget_msek: NonNegativeFloat | None = None
    """Most annual cost of all new offices open by then, MSEK."""
    one_off_budget_msek: NonNegativeFloat | None = None
    """Most one-off cost of those that open in it, MSEK."""
    new_offices_max: Count | None = None
    """Most offices that open in it."""


class SolverTable(Table):
    """How the model is solved; none of this changes what the best answer is."""

    name: Literal["highs", "cbc"] = "highs"
    """The solver; cbc, for cross-checking, is the extra siting[cbc] and slower."""
    gap: Annotated[float, Field(ge=0, lt=1)] = 1e-6
    """Stop when objective and bound differ by this share at most."""
    time_limit_s: PositiveFloat | None = None
    """Stop after this many seconds of solving; default none. It holds for a run and for each step
    of a frontier; other studies take the time that their proofs need."""
    threads: Annotated[int, Field(ge=1, le=1024)] = 1
    """Solver threads; results are the same in every run only with 1."""

    @field_validator("name", mode="before")
    @classmethod
    def _ends_in_time(cls, name: object) -> object:
        if name == "scip":
            raise ValueError(
                "SCIP needs many minutes for a country, so only the model takes it, from Python "
                "(siting.model.Solver); cross-check with cbc here"
            )
        return name


class Scenario(Table):
    """A scenario file, checked."""

    scenario: About
    demand: Demand = Demand()
    area: Area = Area()
    regions: Regions = Regions()
    network: Network = Network()
    travel_times: TravelTimeTable = TravelTimeTable()
    offices: Offices = Offices()
    candidates: Candidates = Candidates()
    objective: Objective = Objective()
    limits: LimitTable = LimitTable()
    closing: ClosingTable = ClosingTable()
    office_types: OfficeTypes = OfficeTypes()
    costs: OwnCosts = CostTable()
    capacity: CapacityTable = CapacityTable()
    phases: tuple[PhaseTable, ...] = ()
    solver: SolverTable = SolverTable()


def table_models() -> dict[str, type[Table]]:
    """Each table of a scenario file with its model, in the order of the schema."""
    tables = ((name, table_of(field.annotation)) for name, field in Scenario.model_fields.items())
    return {name: table for name, table in tables if table is not None}


def json_schema() -> str:
    """The JSON Schema of a scenario file, as it stands in scenarios/schema.json."""
    return json.dumps(Scenario.model_json_schema(), indent=2, ensure_ascii=False) + "\n"
