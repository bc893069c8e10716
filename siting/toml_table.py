"""What a table of a TOML file may hold: figures of a sensible size, texts, and no unknown key."""

from typing import Annotated, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from siting.errors import control_problem

# Greater numbers are slips of the keyboard; a solver would take them for no limit at all.
_GREATEST = 1_000_000_000


def _plain(text: str) -> str:
    if problem := control_problem(text):
        raise ValueError(problem)
    return text


Text = Annotated[str, Field(min_length=1, pattern=r"\S"), AfterValidator(_plain)]
Count = Annotated[int, Field(ge=0, le=_GREATEST)]
NonNegativeFloat = Annotated[float, Field(ge=0, le=_GREATEST)]
PositiveFloat = Annotated[float, Field(gt=0, le=_GREATEST)]
Aversion = Annotated[float, Field(lt=0, ge=-100)]


class Table(BaseModel):
    """One table of a scenario file: nothing but the keys below, and never changed."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        use_attribute_docstrings=True,
        allow_inf_nan=False,
    )


def table_of(annotation: object) -> type[Table] | None:
    """The table that a field holds, itself or in a list; None for plain values.

    Parameters
    ----------
    annotation : object
        Type of a field, as pydantic gives it.

    Returns
    -------
    type of Table or None
        The first there is; None for plain values.
    """
    for inner in (annotation, *get_args(annotation)):
        if isinstance(inner, type) and issubclass(inner, Table):
            return inner
    return None
