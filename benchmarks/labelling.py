"""Prints what designed selection saves in labels: `python -m benchmarks.labelling [draws]`.

2,000 of the 60,000 rows of the sample's predictions are to be labelled, to estimate how often the model is wrong: in
all, and in ten narrow slices. The design asks for more rows of each slice (an event each) and takes whole real rows;
its estimate in all is weighted by `_weight`. Beside it stands a simple random choice of the same size, by formula. What
is printed is by how many times more labels that would take for the same RMS error.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from trimtab.core.cli.console import print_table
from trimtab.core.design.design import Design
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.projection.projection import project
from trimtab.core.sampling.run import prepare
from trimtab.core.source.spool import spool
from trimtab.core.study.study import Study, open_study

FILE = Path(__file__).parents[1] / "sample_data" / "flights_predictions.parquet"
LABELS = 2_000
SLICES = 10
NARROW = (300, 1_100)
"""Rows of a narrow slice."""
TIMES = (1.0, 2.0, 3.0, 3.5, 4.0)
"""How many times its share each slice is asked for."""


def narrow_slices(rows: pd.DataFrame) -> list[tuple[str, int]]:
    """Ten slices of a carrier and a month, those in which the model doubts most: by what is known before labelling."""
    doubt = rows.assign(doubt=rows["probability"] * (1 - rows["probability"]))
    found = doubt.groupby(["carrier", "month"])["doubt"].agg(["size", "mean"]).reset_index()
    found = found[found["size"].between(*NARROW)].nlargest(SLICES, "mean")
    return list(zip(found["carrier"], found["month"], strict=True))


def designed(study: Study, slices: list[tuple[str, int]], rows: pd.DataFrame, times: float) -> Study:
    """The study of a selection in which each slice has so many times its share."""
    events = {}
    for carrier, month in slices:
        share = float(((rows["carrier"] == carrier) & (rows["month"] == month)).mean())
        events[f"{carrier}_{month}"] = {"when": f"carrier = '{carrier}' AND month = {month}", "rate": times * share}
    return open_study(study.design.changed(events=events, mode="select"), study.source, previous=study)


def saved(study: Study, wrong: np.ndarray, inside: list[np.ndarray], draws: int) -> tuple[float, list[float]]:
    """How many times more labels a simple random choice takes, in all and in each slice."""
    outcome = project(study)
    off_all: list[float] = []
    off: list[list[float]] = [[] for _ in inside]
    for seed in range(draws):
        made = prepare(study, projection=outcome, seed=seed)
        chosen = made.real.rows
        weight = made.weights[np.repeat(made.plan.slots.cell, made.plan.quota)]
        off_all.append(np.average(wrong[chosen], weights=weight) - wrong.mean())
        for own, found in zip(inside, off, strict=True):
            here = own[chosen]
            found.append(wrong[chosen][here].mean() - wrong[own].mean())
    finite = 1 - LABELS / len(wrong)
    by_chance = wrong.var() / LABELS * finite
    slices = []
    for own, found in zip(inside, off, strict=True):
        slices.append(wrong[own].var() / (LABELS * own.mean()) * finite / np.mean(np.square(found)))
    return float(by_chance / np.mean(np.square(off_all))), [float(one) for one in slices]


def main(draws: int) -> None:
    rows = pd.read_parquet(FILE)
    wrong = ((rows["probability"] >= 0.5) != rows["late"]).to_numpy(dtype=float)
    slices = narrow_slices(rows)
    inside = [((rows["carrier"] == carrier) & (rows["month"] == month)).to_numpy() for carrier, month in slices]
    sizes = [int(one.sum()) for one in inside]
    share = f"{sum(sizes) / len(rows):.1%}"
    print(f"{len(slices)} slices of {min(sizes):,} to {max(sizes):,} rows, {share} of all; {draws} draws")
    with tempfile.TemporaryDirectory() as folder:
        # What is known before labelling, and no more.
        known = rows.drop(columns=["late", "error"])
        known.to_parquet(Path(folder) / "known.parquet", index=False)
        source = spool(Path(folder) / "known.parquet", Path(folder) / "home")
        plain = open_study(Design(name="labels", rows=LABELS, source=SourceRef(path="known.parquet")), source)
        told = []
        for times in TIMES:
            in_all, in_slices = saved(designed(plain, slices, rows, times), wrong, inside, draws)
            least, median, most = np.quantile(in_slices, [0, 0.5, 1])
            told.append((f"{times:g} ×", f"{in_all:.2f}", f"{least:.2f}", f"{median:.2f}", f"{most:.2f}"))
    print_table(("each slice", "in all", "slices: least", "median", "most"), told)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
