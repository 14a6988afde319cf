"""Prints how SDMetrics judges rows of a neutral design, as many as there are real ones: `make judge`.

It runs in the judge environment: SDV and SDMetrics beside trimtab. Every factor follows; quality and diagnosis are
SDMetrics' reports with their settings as they come, 1 is perfect. By default its quality leaves out pairs of columns
that hardly depend on each other, often most of them, so the quality over all pairs is printed beside.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

from benchmarks.sdv_peer import detected, fit_and_sample
from benchmarks.tables import design_on, spooled, table
from trimtab.core.cli.console import print_table
from trimtab.core.sampling.run import generate
from trimtab.core.study.study import open_study


@dataclass(frozen=True)
class TableSet:
    """Tables with one standing and the least quality they must reach."""

    title: str
    names: tuple[str, ...]
    quality: float


SETS = (
    TableSet("The sample data", ("flights", "crashes"), 0.97),
    TableSet("Tables that were looked at while the engine was made", ("storms", "nlswork", "hotel_rates"), 0.95),
    TableSet("Tables that nothing was chosen or tuned on", ("MplsStops", "lending_club", "DoctorContacts"), 0.95),
)
SDV_TABLE = "crashes"
MOST_MISSING = 0.5
"""Percentage points by which the share of missing values of any column may differ."""


@dataclass(frozen=True)
class Judged:
    """One table: SDMetrics' scores (0 to 1) and the largest difference of a missing share, in percentage points."""

    name: str
    rows: int
    columns: int
    quality: float
    shapes: float
    pairs: float
    all_pairs: float
    diagnosis: float
    missing: float


def neutral_rows(real: pa.Table, name: str, folder: Path) -> pa.Table:
    """As many rows as there are real ones, of a design that asks for nothing, in the types of `real`."""
    source = spooled(real, folder, name)
    study = open_study(design_on(source), source)
    return pa.concat_tables(generate(study, rows=len(real), workers=2)).select(real.column_names).cast(real.schema)


def missing_points(real: pa.Table, made: pa.Table) -> float:
    """The largest difference between the missing shares of a column in two tables, in percentage points."""
    pairs = zip(real.columns, made.columns, strict=True)
    differences = [abs(one.null_count / len(one) - other.null_count / len(other)) for one, other in pairs]
    return 100.0 * float(max(differences))


def judged(name: str, real: pd.DataFrame, made: pd.DataFrame, missing: float) -> Judged:
    """SDMetrics' reports on one table."""
    from sdmetrics.reports import DiagnosticReport, QualityReport

    quality, all_pairs, diagnosis = QualityReport(), QualityReport(), DiagnosticReport()
    all_pairs.real_correlation_threshold = all_pairs.real_association_threshold = 0
    metadata = detected(real)
    for report in (quality, all_pairs, diagnosis):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # correlations of constant columns are undefined
            report.generate({"table": real}, {"table": made}, metadata, verbose=False)
    parts = quality.get_properties().set_index("Property")["Score"]
    return Judged(
        name=name,
        rows=len(real),
        columns=len(real.columns),
        quality=float(quality.get_score()),
        shapes=float(parts["Column Shapes"]),
        pairs=float(parts["Column Pair Trends"]),
        all_pairs=float(all_pairs.get_score()),
        diagnosis=float(diagnosis.get_score()),
        missing=missing,
    )


def judge_table(name: str, folder: Path) -> Judged:
    """Judge trimtab on one table."""
    real = table(name)
    made = neutral_rows(real, name, folder)
    return judged(name, real.to_pandas(), made.to_pandas(), missing_points(real, made))


def judge_sdv(name: str) -> Judged:
    """Judge SDV's own synthesizer on one table."""
    real = table(name)
    frame = real.to_pandas()
    made, _ = fit_and_sample(frame, len(frame))
    missing = missing_points(real, pa.Table.from_pandas(made, preserve_index=False).select(real.column_names))
    return judged(name, frame, made, missing)


def _row(one: Judged, least: float | None) -> tuple[str, ...]:
    scores = [f"{score:.3f}" for score in (one.quality, one.shapes, one.pairs, one.all_pairs, one.diagnosis)]
    figures = (one.name, f"{one.rows:,}", str(one.columns), *scores, f"{one.missing:.2f}")
    if least is None:
        return (*figures, "–", "")
    kept = one.quality >= least and one.missing <= MOST_MISSING
    return (*figures, f"{least:.2f}", "kept" if kept else "MISSED")


def main() -> None:
    """Judge the tables named on the command line, all by default."""
    wanted = sys.argv[1:]
    scores = ("quality", "shapes", "pairs", "over all pairs", "diagnosis")
    header = ("table", "rows", "columns", *scores, "missing, points", "aim", "")
    print("SDMetrics on neutral rows of trimtab, as many as real; 1 is perfect. Over all pairs: quality with the pairs")
    print("that hardly depend on each other too. Missing: largest difference of the share of missing values of any")
    print(f"column, in percentage points; aim: at most {MOST_MISSING}.")
    with tempfile.TemporaryDirectory(prefix="trimtab-") as folder:
        for one in SETS:
            names = [name for name in one.names if not wanted or name in wanted]
            if names:
                print(f"\n{one.title}; quality aimed at: {one.quality}\n", flush=True)
                print_table(header, [_row(judge_table(name, Path(folder)), one.quality) for name in names])
    if not wanted or SDV_TABLE in wanted:
        print("\nSDV's GaussianCopulaSynthesizer, judged the same way\n", flush=True)
        print_table(header, [_row(judge_sdv(SDV_TABLE), None)])


if __name__ == "__main__":
    main()
