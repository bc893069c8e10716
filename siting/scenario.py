"""The schema of a scenario file: every key, its default and its meaning.

A value is taken from ``--set`` where given, else from the file, else from the default here.
"""

import datetime as dt
import json
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveFloat

Text = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=0)]


class Table(BaseModel):
    """One table of a scenario file: nothing but the keys below, and never changed."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True
    )


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


class Demand(Table):
    """Whose travel counts."""

    weight: Literal["population", "age_75_plus", "no_tertiary"] = "population"
    """population: every resident counts alike; age_75_plus: residents aged 75 or older;
    no_tertiary: residents without tertiary education."""


class Network(Table):
    """Which roads, and how fast they are driven."""

    source: Text = "shipped"
    """"shipped", or the path of a GraphML or Parquet file, relative to the scenario file."""
    speeds: Text = "default"
    """Speed profile in data/speeds.toml."""


class TravelTimeTable(Table):
    """Travel times from elsewhere."""

    file: Text | None = None
    """CSV or Parquet with the columns from (demand_id), to (office_id or candidate's code) and
    minutes (inf where there is no way), relative to the scenario file; every pair must be there.
    Default: times are computed on the road network."""


class Offices(Table):
    """The offices there are, and what is already decided about them."""

    existing: Text = "offices_2019"
    """A shipped table's name, or the path of a CSV or XLSX file, relative to the scenario file."""
    open: tuple[Text, ...] = ()
    """Candidates that must open: names or codes."""
    shut: tuple[Text, ...] = ()
    """Existing offices that are closed from the start: office_id, or the name where it is the
    only one."""


class Candidates(Table):
    """Where a new office may open."""

    min_population: Count = 1000
    """Residents from which a locality is a candidate; seats of municipalities always are."""
    include: tuple[Text, ...] = ()
    """Smaller localities that are candidates all the same: names or codes."""
    exclude: tuple[Text, ...] = ()
    """Candidates where no office may open: names or codes."""
    none_within_minutes: PositiveFloat | None = None
    """No candidate nearer than this to an existing office, in minutes, unless it is named in
    `offices.open` or `include`; default off."""


class Objective(Table):
    """What the best answer is best at."""

    kind: Literal["mean"] = "mean"
    """mean: least mean travel time to the nearest office (p-median)."""


class LimitTable(Table):
    """What the answer has to keep to. Only new offices count, forced ones included."""

    new_offices_max: Count | None = None
    """Most new offices; offices forced open count."""
    max_new_per_municipality: Count = 1
    """Most new offices in one municipality."""
    annual_budget_msek: NonNegativeFloat | None = None
    """Most annual cost of new offices, MSEK."""
    one_off_budget_msek: NonNegativeFloat | None = None
    """Most one-off cost of new offices, MSEK."""
    fa_region_guarantee: bool = False
    """At least one office, existing or new, in every FA region."""


class Solver(Table):
    """How the model is solved; none of this changes what the best answer is."""

    name: Literal["highs"] = "highs"
    """The solver."""
    gap: Annotated[float, Field(ge=0, lt=1)] = 1e-6
    """Stop when objective and bound differ by this share at most."""
    time_limit_s: PositiveFloat | None = None
    """Stop after this many seconds of solving; default none."""
    threads: Annotated[int, Field(ge=1)] = 1
    """Solver threads; results are the same in every run only with 1."""


class Scenario(Table):
    """A scenario file, checked."""

    scenario: About
    demand: Demand = Demand()
    network: Network = Network()
    travel_times: TravelTimeTable = TravelTimeTable()
    offices: Offices = Offices()
    candidates: Candidates = Candidates()
    objective: Objective = Objective()
    limits: LimitTable = LimitTable()
    solver: Solver = Solver()


def table_models() -> dict[str, type[Table]]:
    """Each table of a scenario file with its model, in the order of the schema."""
    models = {name: field.annotation for name, field in Scenario.model_fields.items()}
    return {
        name: model
        for name, model in models.items()
        if isinstance(model, type) and issubclass(model, Table)
    }


def json_schema() -> str:
    """The JSON Schema of a scenario file, as it stands in scenarios/schema.json."""
    return json.dumps(Scenario.model_json_schema(), indent=2, ensure_ascii=False) + "\n"
