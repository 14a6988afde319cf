"""Field types that the models of a design share: numbers, values, bounds and names, each with its range."""

from __future__ import annotations

import math
from datetime import date
from typing import Annotated, Any, NoReturn

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from trimtab.core.expressions import microseconds


class Model(BaseModel):
    """Base of every part of a design: can't be changed after construction, knows no other keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def broken(problem: str) -> NoReturn:
    """Raise the fault of a validator; `problem` starts with what must hold."""
    raise PydanticCustomError("rule", "{problem}", {"problem": problem})


def number_of(bound: float | str) -> float:
    """A bound as the number the axes use: itself, or an ISO date as microseconds since 1970 (UTC)."""
    return microseconds(bound) if isinstance(bound, str) else bound


def _bound(value: Any) -> float | str:
    value = _plain(value)
    try:
        if isinstance(value, str):
            microseconds(value)
            return value
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return float(value)
    except (ValueError, OverflowError):
        pass
    broken(f"must be a number, or a date such as 2013-05-31 or 2013-05-31 14:30 (UTC), got {value!r}")


def _value(value: Any) -> bool | int | float | str:
    value = _plain(value)
    if not isinstance(value, bool | int | float | str):
        broken(f"must be one number, text, date, true or false, got {value!r}")
    if isinstance(value, float):
        if not math.isfinite(value):
            broken(f"must be finite, got {value}")
        # 2013.0 and 2013 are one value and must give one fingerprint.
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    return value


def _plain(value: Any) -> Any:
    """Dates as ISO text: the file has no other way to write them."""
    return value.isoformat() if isinstance(value, date) else value


def _level(value: Any) -> str:
    """A level as the text the axis shows: YAML reads `1` and `true` as no text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, int | float | str) or (isinstance(value, float) and not math.isfinite(value)):
        broken(f"must be a text, got {value!r}")
    return str(value)


def _name(value: Any) -> str:
    name = _level(value)
    if not name:
        broken("must not be empty")
    return name


Bound = Annotated[
    float | str,
    PlainValidator(_bound),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "description": "an ISO date or time, UTC"}]}),
]
"""A finite number, or a date as ISO text."""

Value = Annotated[
    bool | int | float | str,
    PlainValidator(_value),
    WithJsonSchema({"type": ["boolean", "number", "string"]}),
]
"""One value of a factor; dates as ISO text."""

Level = Annotated[str, PlainValidator(_level), WithJsonSchema({"type": "string"})]
"""The text of a level."""

Name = Annotated[str, PlainValidator(_name), WithJsonSchema({"type": "string", "minLength": 1})]
"""The name of a column; a number in YAML is taken as its text."""

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Positive = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0)]
Weight = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0)]
Share = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=0, le=1)]
Text = Annotated[str, StringConstraints(strict=True, min_length=1)]

IDENTIFIER = r"^[A-Za-z_][A-Za-z0-9_]*$"
SHA256 = r"^[0-9a-f]{64}$"
PATTERNS = {
    IDENTIFIER: "must be letters, digits and _, not beginning with a digit",
    SHA256: "must be 64 digits from 0-9 and a-f",
}
"""What each pattern asks for, in words."""

Identifier = Annotated[str, StringConstraints(strict=True, pattern=IDENTIFIER)]
Sha256 = Annotated[str, StringConstraints(strict=True, pattern=SHA256)]
