"""Costs and speeds: the keys of data/costs.toml, and those that a scenario gives in their place."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer, model_serializer

from siting.common.toml import PositiveFloat, Table, Text

Msek = Annotated[float, Field(ge=0, le=100)]
"""Cost of an office or of a member of staff; what is greater was meant in other kronor."""
Staff = Annotated[int, Field(ge=1, le=1000)]
Kph = Annotated[float, Field(ge=3, le=150)]
"""Speed of a car; what is less or greater was meant in another unit."""
# What a scenario does not give stands in data/costs.toml, which has to give all.
ELSEWHERE: Any = Field(default=None)


class _Group(Table):
    rating: Literal["red", "amber", "green"] | None = Field(default=None, exclude=True)
    """How far the figures can be trusted, for whoever reads the file."""
    source: str | None = Field(default=None, exclude=True)
    """Where they come from, for whoever reads the file."""


class StaffRule(_Group):
    """How many people staff an office."""

    people_per_staff: PositiveFloat = ELSEWHERE
    """People for each member of staff."""
    least_staff: Staff = ELSEWHERE
    """Staff of the smallest office."""


class Annual(_Group):
    """What a new office costs a year."""

    msek_per_staff: Msek = ELSEWHERE
    """Cost of a member of staff a year, MSEK: 0.7 is 700,000 kronor."""
    msek_per_office: Msek = 0.0
    """Cost of an office a year besides its staff, MSEK: 0.5 is 500,000 kronor."""


class OneOff(_Group):
    """What a new office costs once."""

    msek_per_office: Msek = ELSEWHERE
    """Cost of opening an office, MSEK: 2 is 2,000,000 kronor."""
    msek_per_staff: Msek = ELSEWHERE
    """Cost of recruiting and equipping a member of staff, MSEK: 0.25 is 250,000 kronor."""


class VisitRate(_Group):
    """How often people come."""

    visits_per_inhabitant: Annotated[float, Field(gt=0, le=100)] = ELSEWHERE
    """Visits of an inhabitant a year."""


class Drawn(_Group):
    """How far costs may lie from the assumed ones, for siting robustness."""

    least: Annotated[float, Field(gt=0, le=1)] = 0.8
    """Least factor on all costs."""
    most: Annotated[float, Field(ge=1, le=10)] = 1.25
    """Greatest factor on all costs."""


class OfficeKind(_Group):
    """A kind of office that a scenario can let the model choose."""

    staff: Staff = ELSEWHERE
    """Members of staff."""
    annual_msek: Msek = ELSEWHERE
    """What an office of the kind costs a year, MSEK: 1.4 is 1,400,000 kronor."""
    one_off_msek: Msek = ELSEWHERE
    """What it costs once, MSEK: 2.5 is 2,500,000 kronor."""
    visits_per_year: PositiveFloat = ELSEWHERE
    """Visits that it can take a year."""


class CostTable(Table):
    """What new offices cost and who staffs them, where not as in data/costs.toml.

    Every figure there is an assumption, rated red. Reports tell which ones a run used.
    """

    staff_rule: StaffRule = StaffRule()
    """people_per_staff and least_staff, by which an office without a kind is staffed."""
    annual: Annual = Annual()
    """Costs a year: msek_per_staff and msek_per_office, such as {msek_per_staff = 0.8}."""
    one_off: OneOff = OneOff()
    """Costs once: msek_per_office and msek_per_staff."""
    visits: VisitRate = VisitRate()
    """visits_per_inhabitant, a year: with the visits of a kind of office, whom it can serve."""
    office_types: dict[str, OfficeKind] = {}  # noqa: RUF012 - pydantic copies it
    """Kinds of offices by name, such as {small = {annual_msek = 1.6}}, with staff, annual_msek,
    one_off_msek and visits_per_year; a kind that data/costs.toml has not needs all four."""
    drawn: Drawn = Drawn()
    """least and most, between which siting robustness draws a factor on all costs."""


class SpeedTable(Table):
    """Mean speeds of a car in km/h by class of road, such as primary = 80."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Kph] = Field(init=False)

    based_on: Text = "default"
    """Profile in data/speeds.toml that all that is not given is taken from."""
    limits: dict[Literal["factor", "junction_seconds", "delayed_up_to_kph"], PositiveFloat] = {}  # noqa: RUF012 - pydantic copies it
    """How a profile uses speed limits, where that profile does: factor (mean speed over limit),
    junction_seconds (lost at each junction) and delayed_up_to_kph (by whom)."""

    @property
    def kph(self) -> dict[str, float]:
        """The speeds that are given, by class."""
        return self.__pydantic_extra__

    @model_serializer(mode="plain")
    def _short(self) -> Any:  # noqa: ANN401 - as a TOML file would say it
        """The name of the profile where nothing else is given, as files may say it too."""
        own = {**self.kph, **({"limits": self.limits} if self.limits else {})}
        return {"based_on": self.based_on, **own} if own else self.based_on

    def __repr__(self) -> str:
        return repr(self.model_dump())


def as_table(value: object) -> object:
    """Speeds that are named by their profile alone as a table."""
    return {"based_on": value} if isinstance(value, str) else value


OwnCosts = Annotated[CostTable, PlainSerializer(lambda own: own.model_dump(exclude_unset=True))]
"""Costs of a scenario: those that are given, as a file would say them."""
Speeds = Annotated[SpeedTable, BeforeValidator(as_table, json_schema_input_type=str | SpeedTable)]
