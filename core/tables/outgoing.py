"""Rows on their way out: as tables of pandas and polars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from trimtab.core.errors import InputError

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


def to_pandas(table: pa.Table) -> pd.DataFrame:
    """The rows as a DataFrame of pandas. Whole numbers and truths of which some are missing take the types of pandas
    that can miss values: as floats, large numbers would lose their last digits."""
    import pandas as pd

    nullable = {
        pa.bool_(): pd.BooleanDtype(),
        **{getattr(pa, f"int{bits}")(): getattr(pd, f"Int{bits}Dtype")() for bits in (8, 16, 32, 64)},
        **{getattr(pa, f"uint{bits}")(): getattr(pd, f"UInt{bits}Dtype")() for bits in (8, 16, 32, 64)},
    }
    columns = {
        name: column.to_pandas(types_mapper=nullable.get if column.null_count else None)
        for name, column in zip(table.column_names, table.columns, strict=True)
    }
    return pd.DataFrame(columns)


def to_polars(table: pa.Table) -> pl.DataFrame:
    """The rows as a DataFrame of polars. Raises InputError if polars is not installed."""
    try:
        import polars as pl
    except ModuleNotFoundError as error:
        raise InputError("polars is not installed: pip install polars. Or take to_pandas or to_arrow.") from error
    return pl.DataFrame(table)
