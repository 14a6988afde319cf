"""Prints what boosting a model's weak slices does for the model: `python -m benchmarks.boost`.

The whole loop, from a model's errors through weak slices and a boosted design to rows, and the model trained again; all
errors are of real rows that nothing has seen. Beside it the same number of rows got in other ways.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.neighbors import NearestNeighbors

from benchmarks.tables import design_on, spooled, table
from core.cli.console import print_table
from core.coverage.applying import boost_slice
from core.coverage.coding import Levels, code_rows
from core.coverage.possible import design_levels
from core.coverage.slices import Slice, rows_of, slices_of
from core.sampling.run import generate
from core.source.spool import Source
from core.study import Study, open_study

CATEGORIES = ["origin", "carrier", "dest"]
FACTORS = ["month", "hour", *CATEGORIES, "distance", "temp", "humid", "wind_speed", "wind_gust", "precip", "pressure"]
FACTORS += ["visib"]
"""What is known before departure."""
LATE, LATE_MINUTES = "late", 15
LEARNED, POOL = 20_000, 150_000
"""Rows a model learns from, and further real ones of which the weak slices could be collected; the rest judges."""
SLICES, BUDGET = 3, 3_000
"""Slices that are boosted, and the rows they get together."""
SEEDS = (1, 2, 3)
FOLDS, NEIGHBOURS = 3, 5
THIN = "precip > 0"
"""In the second story the model has seen hardly any of these rows: 1 in so many of them is left."""
KEPT = 20

Arm = Callable[["Loop", np.random.Generator], pd.DataFrame]


@dataclass(frozen=True, eq=False)
class Loop:
    """One run up to the design: what was learned from, further real rows, and the study of the boosted design.

    `shares` are the rows each of `slices` gets.
    """

    learned: pd.DataFrame
    pool: pd.DataFrame
    judged: pd.DataFrame
    slices: tuple[Slice, ...]
    shares: tuple[int, ...]
    levels: Sequence[Levels]
    study: Study
    folder: Path

    def members(self, rows: pd.DataFrame) -> np.ndarray:
        """(slices, rows) whether each row lies in each slice."""
        source = spooled(arrow(rows), self.folder, f"rows_{len(rows)}")
        coded = code_rows(source, self.levels)
        return np.stack([rows_of(one, coded) for one in self.slices])


@dataclass(frozen=True)
class Judged:
    """Errors on real rows that nothing has seen: mean distance of the probability from the truth, and log loss."""

    slice_error: float
    error: float
    slice_loss: float
    loss: float


def flights() -> pd.DataFrame:
    """Flights that left and have an arrival delay: what is known before, and whether they were late."""
    rows = table("flights")
    rows = rows.filter(pc.and_(pc.invert(rows["cancelled"]), pc.is_valid(rows["arr_delay"])))
    late = pc.greater(rows["arr_delay"], LATE_MINUTES)
    return rows.select(FACTORS).append_column(LATE, late).to_pandas()


def arrow(rows: pd.DataFrame) -> pa.Table:
    """The rows with missing numbers as nulls."""
    return pa.Table.from_pandas(rows, preserve_index=False).replace_schema_metadata()


def model(seed: int) -> HistGradientBoostingClassifier:
    """The model, as it comes."""
    return HistGradientBoostingClassifier(categorical_features="from_dtype", random_state=seed)


def inputs(rows: pd.DataFrame, levels: Mapping[str, pd.Index]) -> pd.DataFrame:
    """The factors as the model takes them."""
    return rows[FACTORS].assign(**{name: pd.Categorical(rows[name], levels[name]) for name in CATEGORIES})


def prepared(rows: pd.DataFrame, seed: int, folder: Path, *, thin: bool) -> Loop:
    """Split, train, find weak slices by errors of a model that did not see the row, and boost them in a supplement."""
    shuffled = rows.sample(frac=1, random_state=seed, ignore_index=True)
    learned, pool, judged = (
        shuffled.iloc[a:b].reset_index(drop=True)
        for a, b in ((0, LEARNED), (LEARNED, LEARNED + POOL), (LEARNED + POOL, len(shuffled)))
    )
    if thin:
        scarce = learned.query(THIN).index
        learned = learned.drop(scarce[np.arange(len(scarce)) % KEPT > 0]).reset_index(drop=True)
    levels = {name: pd.Index(rows[name].unique()) for name in CATEGORIES}
    late = learned[LATE].to_numpy()
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    probability = cross_val_predict(model(seed), inputs(learned, levels), late, cv=folds, method="predict_proba")[:, 1]
    source = spooled(arrow(learned), folder, "learned")
    study = opened(source, seed)
    axes = design_levels(study, FACTORS)
    found = slices_of(code_rows(source, axes), axes, np.abs(late - probability), top=SLICES)
    shares = tuple(BUDGET // len(found.slices) for _ in found.slices)
    for one, share in zip(found.slices, shares, strict=True):
        study = open_study(boost_slice(study, one.levels, rows=share), source, previous=study)
    return Loop(learned, pool, judged, found.slices, shares, axes, study, folder)


def opened(source: Source, seed: int) -> Study:
    """The design before it is boosted: a supplement that follows the real rows."""
    design = design_on(source).changed(mode="supplement", rows=BUDGET, seed=seed)
    return open_study(design, source)


def boosted(loop: Loop, _: np.random.Generator) -> pd.DataFrame:
    """The supplement of the boosted design."""
    return pa.concat_tables(generate(loop.study)).select([*FACTORS, LATE]).to_pandas()


def copied(loop: Loop, random: np.random.Generator) -> pd.DataFrame:
    """Plain oversampling: the slices' own rows, drawn with replacement."""
    members = loop.members(loop.learned)
    drawn = [random.choice(np.flatnonzero(own), k) for own, k in zip(members, loop.shares, strict=True)]
    return loop.learned.iloc[np.concatenate(drawn)]


def interpolated(loop: Loop, random: np.random.Generator) -> pd.DataFrame:
    """As SMOTE-NC: numbers between a row of the slice and one of its nearest neighbours there.

    Categories are those most of the neighbours have; what is missing, and the label, are the row's own. The package
    `imbalanced-learn` takes no missing values, and four rows in five here have one.
    """
    parts = []
    for own, k in zip(loop.members(loop.learned), loop.shares, strict=True):
        parts.append(smote(loop.learned[own].reset_index(drop=True), k, random))
    return pd.concat(parts, ignore_index=True)


def smote(rows: pd.DataFrame, k: int, random: np.random.Generator) -> pd.DataFrame:
    """`k` rows interpolated between some of `rows` and their neighbours of the same label."""
    numbers = [name for name in FACTORS if name not in CATEGORIES]
    values = rows[numbers].to_numpy(dtype=float)
    spread = np.nanstd(values, axis=0)
    scaled = (values - np.nanmean(values, axis=0)) / np.where(spread > 0, spread, 1)
    scaled = np.hstack([np.nan_to_num(scaled), pd.get_dummies(rows[CATEGORIES]).to_numpy(float) / np.sqrt(2)])
    base = random.integers(0, len(rows), k)
    near = np.empty((len(rows), NEIGHBOURS), dtype=np.int64)
    for label in (False, True):
        same = np.flatnonzero(rows[LATE].to_numpy() == label)
        count = min(NEIGHBOURS + 1, len(same))
        found = NearestNeighbors(n_neighbors=count).fit(scaled[same]).kneighbors(scaled[same], return_distance=False)
        near[same] = same[np.resize(found[:, 1:] if count > 1 else found, (len(same), NEIGHBOURS))]
    chosen = near[base, random.integers(0, NEIGHBOURS, k)]
    made = values[base] + random.random((k, 1)) * (values[chosen] - values[base])
    made = np.where(np.isnan(values[base]) | np.isnan(made), values[base], made)
    new = rows.iloc[base].reset_index(drop=True).assign(**dict(zip(numbers, made.T, strict=True)))
    for name in CATEGORIES:
        codes, levels = pd.factorize(rows[name])
        votes = np.stack([np.bincount(codes[near[i]], minlength=len(levels)) for i in base])
        new[name] = levels[votes.argmax(axis=1)]
    return new


def collected(loop: Loop, random: np.random.Generator) -> pd.DataFrame:
    """What no generator can beat: as many real rows of the slices that the model had not seen."""
    drawn = []
    for own, k in zip(loop.members(loop.pool), loop.shares, strict=True):
        there = np.flatnonzero(own)
        drawn.append(random.choice(there, min(k, len(there)), replace=False))
    return loop.pool.iloc[np.concatenate(drawn)]


def nothing(loop: Loop, _: np.random.Generator) -> pd.DataFrame:
    """No further row."""
    return loop.learned.iloc[:0]


ARMS: dict[str, Arm] = {
    "real rows alone": nothing,
    "+ boosted by Trimtab": boosted,
    "+ oversampled": copied,
    "+ interpolated (SMOTE)": interpolated,
    "+ real rows of the slices": collected,
}


def judge(loop: Loop, more: pd.DataFrame, levels: Mapping[str, pd.Index], within: np.ndarray, seed: int) -> Judged:
    """Train on the learned rows and `more`, and measure on rows that nothing has seen; `within`: in a slice."""
    rows = pd.concat([loop.learned, more.astype(loop.learned.dtypes.drop(FACTORS))], ignore_index=True)
    fitted = model(seed).fit(inputs(rows, levels), rows[LATE].to_numpy(dtype=bool))
    probability = fitted.predict_proba(inputs(loop.judged, levels))[:, 1]
    late = loop.judged[LATE].to_numpy()
    error = np.abs(late - probability)
    return Judged(
        float(error[within].mean()),
        float(error.mean()),
        float(log_loss(late[within], probability[within])),
        float(log_loss(late, probability)),
    )


def run(rows: pd.DataFrame, seed: int, *, thin: bool) -> tuple[Loop, dict[str, Judged], int]:
    """One seed: the loop, what each way came to, and how many of the judged rows lie in the slices."""
    levels = {name: pd.Index(rows[name].unique()) for name in CATEGORIES}
    with tempfile.TemporaryDirectory(prefix="trimtab-boost-") as folder:
        loop = prepared(rows, seed, Path(folder), thin=thin)
        within = loop.members(loop.judged).any(axis=0)
        found = {}
        for name, arm in ARMS.items():
            more = arm(loop, np.random.Generator(np.random.Philox(seed)))
            found[name] = judge(loop, more, levels, within, seed)
    return loop, found, int(within.sum())


def show(runs: Sequence[dict[str, Judged]]) -> None:
    """Print the mean of the seeds, and by how much each way is better than real rows alone, seed by seed."""
    lines = []
    base = list(ARMS)[0]
    for name in ARMS:
        mean = {field: np.mean([getattr(one[name], field) for one in runs]) for field in Judged.__annotations__}
        gains = " ".join(f"{one[name].slice_loss - one[base].slice_loss:+.4f}" for one in runs)
        figures = [f"{mean[field]:.4f}" for field in Judged.__annotations__]
        lines.append((name, *figures, "" if name == base else gains))
    print_table(
        ("trained on", "error, slices", "error, all", "log loss, slices", "log loss, all", "slices’ loss by seed"), lines
    )


def main() -> None:
    """Print both stories."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    asked = parser.parse_args()
    rows = flights()
    for thin in (False, True):
        what = f"1 in {KEPT} of those with {THIN}" if thin else "as they are"
        print(f"\n{LEARNED:,} flights to learn from, {what}; {BUDGET:,} rows for {SLICES} weak slices.\n")
        runs = []
        for seed in asked.seeds:
            loop, found, within = run(rows, seed, thin=thin)
            runs.append(found)
            named = "; ".join(", ".join(f"{a} = {b}" for a, b in one.levels.items()) for one in loop.slices)
            print(f"seed {seed}: {named} ({within:,} of {len(loop.judged):,} judged rows)")
        print()
        show(runs)


if __name__ == "__main__":
    main()
