"""The kinds a factor can have, and the kind a column's type suggests."""

from __future__ import annotations

from typing import Literal, get_args

import pyarrow as pa

Kind = Literal["continuous", "count", "categorical", "boolean", "datetime"]
KINDS: tuple[Kind, ...] = get_args(Kind)


def kind_of(type_: pa.DataType) -> Kind:
    """The kind an Arrow type suggests: whole numbers are counts, other numbers continuous, text categorical."""
    if pa.types.is_boolean(type_):
        return "boolean"
    if pa.types.is_integer(type_):
        return "count"
    if pa.types.is_floating(type_) or pa.types.is_decimal(type_):
        return "continuous"
    if pa.types.is_timestamp(type_) or pa.types.is_date(type_):
        return "datetime"
    return "categorical"


def kinds_for(type_: pa.DataType) -> tuple[Kind, ...]:
    """The kinds that a column of an Arrow type can be read as; floats as counts only if all of them are whole."""
    natural = kind_of(type_)
    if natural in ("continuous", "count"):
        return ("continuous", "count", "categorical")
    return ("categorical",) if natural == "categorical" else (natural, "categorical")
