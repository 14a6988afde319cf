"""Prints what whole real rows can do: `python -m benchmarks.real_first [draws]`.

How many rows of the sample designs can all be real, what the others cost; eight controls together; how near what nobody
set stays, beside a random choice in the same cells; the time beside rows that are all made; and a table of two million
rows, of which one million are taken.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.wide import write_wide
from trimtab.core.cli.console import print_table
from trimtab.core.design.design import Design
from trimtab.core.design.files import load
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.projection.projection import Projection, project
from trimtab.core.projection.real.frontier import frontier
from trimtab.core.projection.real.rows import real_rows_of
from trimtab.core.sampling.plan import Plan, make_plan
from trimtab.core.sampling.real import choosing
from trimtab.core.sampling.run import generate, prepare
from trimtab.core.source.spool import Source, spool
from trimtab.core.study.study import Study, open_study

DESIGNS = {
    "fog-and-wind": (20_000, 33_000, 50_000, 100_000, 200_000),
    "crashes-without-belts": (5_000, 20_000),
    "flat-calendar": (200_000,),
}
EVENTS = {
    "fog_and_wind": {"when": "visib < 2 AND wind_speed > 15", "rate": 0.02},
    "long_delay": {"when": "dep_delay > 240", "rate": 0.01},
}
VISIBILITY = (0, 0.5, 1, 2, 3, 5, 6, 7, 8, 9, 10, 10)
WEIGHTS = (2, 2, 4, 4, 6, 4, 5, 6, 7, 8, 52)
SAMPLES = Path(__file__).parents[1] / "sample_data"
RARE = 0.003
"""Hours with a smaller share keep it, the others are flattened by half: there are not enough rows for more."""
SEEDS = 20


def real_first(study: Study, **changes: object) -> Study:
    """The study in a mode that takes real rows."""
    return open_study(study.design.changed(**changes), study.source, previous=study)


def frontiers(home: Path) -> Iterator[tuple[str, ...]]:
    """How many rows must be made of the sample designs."""
    for name, sizes in DESIGNS.items():
        design = load(SAMPLES / "designs" / f"{name}.yaml")
        assert design.source is not None
        study = open_study(design, spool(SAMPLES / "designs" / design.source.path, home))
        found = frontier(study)
        most = f"{found.most_real_rows:,}" if found else "–"
        for rows in sizes:
            told = []
            for prefer in ("closest", "real"):
                outcome = project(real_first(study, mode="blend", blend={"prefer": prefer}), rows=rows)
                told += [f"{outcome.made:,}", f"{outcome.cost_bits:.4f}"]
            yield name, most, f"{rows:,}", *told


def eight_controls(source: Source) -> Study:
    """Visibility sculpted, hours half flattened, months flat, wind, origin and carrier kept, two events; 4,000 rows."""
    plain = open_study(Design(name="plain", source=SourceRef(path="flights.parquet")), source)
    hours = plain.real_shares("hour")[:-1]
    often = hours >= RARE
    weights = np.where(often, 0.5 * hours + 0.5 / often.sum(), hours)
    factors = {
        "visib": {
            "edges": VISIBILITY,
            "role": "target",
            "target": {"family": "histogram", "weights": WEIGHTS},
        },
        "hour": {"role": "target", "target": {"family": "histogram", "weights": weights.tolist()}},
        "month": {"role": "target", "target": {"family": "histogram", "weights": [1.0] * 12}},
        **{name: {"role": "keep"} for name in ("wind_speed", "origin", "carrier")},
    }
    return real_first(plain, mode="select", rows=4_000, factors=factors, events=EVENTS)


def many_controls(study: Study) -> list[tuple[str, ...]]:
    """Eight controls over many small cells, for SEEDS seeds: rows by which a code is off, and the time."""
    start = time.process_time()
    outcome = project(study)
    fitting = time.process_time() - start
    off, distinct, seconds = [], [], []
    for seed in range(SEEDS):
        start = time.process_time()
        made = prepare(study, projection=outcome, seed=seed)
        seconds.append(time.process_time() - start)
        per_cell = made.plan.per_cell(outcome.cells.count)
        off.append(
            sum(
                _off(goal.rows, codes, per_cell) for goal, codes in zip(outcome.goals, outcome.cells.codes, strict=True)
            )
        )
        distinct.append(len(np.unique(made.real.rows)) == study.size)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cells = f"{outcome.cells.count:,} cells, {sum(len(goal.rows) for goal in outcome.goals)} codes"
    return [
        ("size", cells),
        ("the fit, s", f"{fitting:.2f}"),
        ("rows off, all seeds", str(sum(off))),
        ("all rows distinct", f"{sum(distinct)} of {SEEDS} seeds"),
        ("a plan and its rows, s: median, most", f"{np.median(seconds):.2f}, {max(seconds):.2f}"),
        ("memory of the process, MiB", f"{memory:.0f}"),
    ]


def _off(wanted: np.ndarray, codes: np.ndarray, per_cell: np.ndarray) -> int:
    return int(np.abs(wanted - np.bincount(codes, weights=per_cell, minlength=len(wanted))).sum())


class Coin(choosing.Balance):
    """A random choice in the same cells."""

    def __init__(self, study: Study, projection: Projection, rows: np.ndarray) -> None:
        self._weight = np.empty(0)


def balance(study: Study, draws: int) -> tuple[str, ...]:
    """How near single factors and pairs that nobody set are to the projection, beside a random choice."""
    outcome = project(study)
    asked = {shift.factor for shift in outcome.shifts if shift.asked}
    names = [name for name in study.delivered if name not in asked]
    shares = outcome.shares / np.maximum(np.diff(outcome.cells.start)[outcome.cells.group], 1)
    weight = shares[outcome.cells.cell_of_row]
    real = real_rows_of(study, outcome.pool, outcome.cells, outcome.controls)
    found = {}
    for kind in (choosing.Balance, Coin):
        choosing.Balance, kept = kind, choosing.Balance  # type: ignore[misc]
        plans: list[Plan] = [make_plan(outcome, seed) for seed in range(draws)]
        chosen = [choosing.chosen_rows(study, outcome, real, plan) for plan in plans]
        choosing.Balance = kept  # type: ignore[misc]
        found[kind] = _distances(study, names, weight, chosen)
    (single, pair), (alone, together) = found[Balanced], found[Coin]
    return (
        study.source.name,
        f"{study.size:,}",
        str(len(names)),
        f"{single / alone:.2f}",
        f"{pair / together:.2f}",
    )


Balanced = choosing.Balance


def _distances(study: Study, names: list[str], weight: np.ndarray, chosen: list[np.ndarray]) -> tuple[float, float]:
    singles, pairs = [], []
    for i, name in enumerate(names):
        singles.append(_distance(study.display_codes(name).astype(np.int64), weight, chosen))
        for other in names[i + 1 :]:
            coarse = study.grounding.coarse
            pairs.append(_distance(coarse[name].astype(np.int64) * 16 + coarse[other], weight, chosen))
    return float(np.mean(singles)), float(np.mean(pairs))


def _distance(codes: np.ndarray, weight: np.ndarray, chosen: list[np.ndarray]) -> float:
    size = int(codes.max()) + 1
    wanted = np.bincount(codes, weights=weight, minlength=size)
    shares = [np.bincount(codes[rows], minlength=size) / len(rows) for rows in chosen]
    return float(np.mean([0.5 * np.abs(one - wanted).sum() for one in shares]))


def times(study: Study) -> list[tuple[str, ...]]:
    """Processor seconds of 100,000 rows, made and blended in turn."""
    modes = {"standalone": study, "blend": real_first(study, mode="blend"), "select": real_first(study, mode="select")}
    sizes = {"standalone": 100_000, "blend": 100_000, "select": 33_000}
    spent: dict[str, list[float]] = {name: [] for name in modes}
    for _ in range(5):
        for name, one in modes.items():
            start = time.process_time()
            for _table in generate(one, rows=sizes[name]):
                pass
            spent[name].append(time.process_time() - start)
    return [(name, f"{sizes[name]:,}", f"{min(seconds):.2f}") for name, seconds in spent.items()]


def large(folder: Path) -> list[tuple[str, ...]]:
    """One million whole rows of two million of 20 columns."""
    file = folder / "wide.parquet"
    write_wide(file, rows=2_000_000, factors=20)
    source = spool(file, folder / "home")
    study = open_study(Design(name="large", source=SourceRef(path="wide.parquet")), source)
    name = next(one for one in study.columns if study.columns[one].kind == "categorical")
    study = real_first(study, mode="select", factors={name: {"role": "keep"}}, rows=1_000_000)
    start, rows = time.process_time(), 0
    for table in generate(study):
        rows += len(table)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        ("rows", f"{rows:,}"),
        ("processor, s", f"{time.process_time() - start:.1f}"),
        ("peak, MiB", f"{memory:,.0f}"),
    ]


def main(draws: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        print_table(
            ("design", "most real", "rows", "made: closest", "bits", "made: most real", "bits"), list(frontiers(home))
        )
        flights, crashes = (spool(SAMPLES / file, home) for file in ("flights.parquet", "crashes.csv"))
        print("\nEight controls, 4,000 rows")
        print_table(("", ""), many_controls(eight_controls(flights)))
        print("\nMean total variation to the projection, beside a random choice in the same cells")
        designs = {
            "fog-and-wind": (flights, 20_000),
            "crashes-without-belts": (crashes, 2_000),
            "flat-calendar": (flights, 50_000),
        }
        rows = []
        for name, (source, size) in designs.items():
            design = load(SAMPLES / "designs" / f"{name}.yaml").changed(mode="select", rows=size)
            rows.append(balance(open_study(design, source), draws))
        print_table(("table", "rows", "factors", "single factors", "pairs"), rows)
        print("\nRows of fog-and-wind")
        print_table(
            ("mode", "rows", "processor, s"),
            times(open_study(load(SAMPLES / "designs" / "fog-and-wind.yaml"), flights)),
        )
    with tempfile.TemporaryDirectory() as folder:
        print("\nOf a table of 2,000,000 × 20")
        print_table(("", ""), large(Path(folder)))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
