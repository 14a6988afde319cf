"""The loop of `benchmarks.boost`: a model's errors, weak slices, a boosted design, and other ways to more rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.neighbors import NearestNeighbors

from benchmarks.tables import design_on, spooled, table
from trimtab.core.counting.levels import Levels, code_rows
from trimtab.core.coverage.gaps.applying import boost_slice
from trimtab.core.coverage.gaps.possible import design_levels
from trimtab.core.sampling.run import generate
from trimtab.core.study.study import Study, open_study
from trimtab.core.weaknesses.slices import Slice, rows_of, slices_of

FOLDS, NEIGHBOURS = 3, 5
MOST_JUDGED = 60_000
LATE_MINUTES = 15


@dataclass(frozen=True, eq=False)
class Task:
    """What a model learns: `target` from all other columns of `rows`, true or false or a number.

    It learns from `learned` rows; of `pool` more the weak slices could be collected; the rest judges. The worst, so
    many `slices`, get `budget` rows together.
    """

    name: str
    rows: pd.DataFrame
    target: str
    learned: int
    pool: int
    slices: int
    budget: int

    @property
    def factors(self) -> list[str]:
        """What the model is given."""
        return [name for name in self.rows.columns if name != self.target]

    @property
    def categories(self) -> list[str]:
        """The factors that are no numbers."""
        return [name for name in self.factors if not pd.api.types.is_numeric_dtype(self.rows[name])]

    def model(self, seed: int) -> Any:
        """A model with the settings it comes with."""
        truths = pd.api.types.is_bool_dtype(self.rows[self.target])
        kind = HistGradientBoostingClassifier if truths else HistGradientBoostingRegressor
        return kind(categorical_features="from_dtype", random_state=seed)

    def inputs(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The factors as the model takes them."""
        levels = {name: pd.Index(self.rows[name].unique()) for name in self.categories}
        return rows[self.factors].assign(**{name: pd.Categorical(rows[name], of) for name, of in levels.items()})

    def errors(self, truth: np.ndarray, said: np.ndarray) -> np.ndarray:
        """Distance from the truth; of a classifier `said` has the probabilities of false and true."""
        return np.asarray(np.abs(truth.astype(float) - (said[:, 1] if said.ndim > 1 else said)))

    @property
    def says(self) -> str:
        """The method of the model that says what it expects."""
        return "predict_proba" if pd.api.types.is_bool_dtype(self.rows[self.target]) else "predict"


@dataclass(frozen=True, eq=False)
class Loop:
    """One run up to the design: the rows learned from, further ones, those that judge, and the boosted design's study.

    `shares` are the rows each of `slices` gets.
    """

    task: Task
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
        coded = code_rows(spooled(arrow(rows), self.folder, f"rows_{len(rows)}"), self.levels)
        return np.stack([rows_of(one, coded) for one in self.slices])


def lateness() -> Task:
    """Whether a flight arrives late, from what is known before it leaves: much of it is chance."""
    rows = table("flights")
    rows = rows.filter(pc.and_(pc.invert(rows["cancelled"]), pc.is_valid(rows["arr_delay"])))
    late = pc.greater(rows["arr_delay"], LATE_MINUTES)
    known = [name for name in rows.column_names if name not in ("dep_delay", "arr_delay", "cancelled")]
    frame = rows.select(known).append_column("late", late).to_pandas()
    return Task("flights, late or not", frame, "late", learned=20_000, pool=100_000, slices=3, budget=3_000)


def prices() -> Task:
    """The price of a diamond, as the logarithm to base 10: hardly any of it is chance."""
    rows = table("diamonds").to_pandas()
    frame = rows.drop(columns="price").assign(price=np.log10(rows["price"]).round(4))
    return Task("diamonds, log10 of the price", frame, "price", learned=2_000, pool=30_000, slices=3, budget=400)


def prepared(task: Task, seed: int, folder: Path) -> Loop:
    """Split, train, find weak slices by the errors of models that did not see the row, and boost them."""
    shuffled = task.rows.sample(frac=1, random_state=seed, ignore_index=True)
    cuts = (0, task.learned, task.learned + task.pool, task.learned + task.pool + MOST_JUDGED)
    learned, pool, judged = (shuffled.iloc[a:b].reset_index(drop=True) for a, b in pairwise(cuts))
    truth = learned[task.target].to_numpy()
    folds = KFold(FOLDS, shuffle=True, random_state=seed)
    said = cross_val_predict(task.model(seed), task.inputs(learned), truth, cv=folds, method=task.says)
    source = spooled(arrow(learned), folder, "learned")
    design = design_on(source).changed(mode="supplement", rows=task.budget, seed=seed)
    study = open_study(design, source)
    levels = design_levels(study, task.factors)
    found = slices_of(code_rows(source, levels), levels, task.errors(truth, said), top=task.slices)
    shares = tuple(task.budget // len(found.slices) for _ in found.slices)
    for one, share in zip(found.slices, shares, strict=True):
        study = open_study(boost_slice(study, one.levels, rows=share), source, previous=study)
    return Loop(task, learned, pool, judged, found.slices, shares, levels, study, folder)


def arrow(rows: pd.DataFrame) -> pa.Table:
    """The rows with missing numbers as nulls."""
    return pa.Table.from_pandas(rows, preserve_index=False).replace_schema_metadata()


# --- ways to more rows ----------------------------------------------------------------------------------------------


def nothing(loop: Loop, _: np.random.Generator) -> pd.DataFrame:
    """No further row."""
    return loop.learned.iloc[:0]


def boosted(loop: Loop, _: np.random.Generator) -> pd.DataFrame:
    """The supplement of the boosted design."""
    made: pd.DataFrame = pa.concat_tables(generate(loop.study)).select(list(loop.learned.columns)).to_pandas()
    return made


def copied(loop: Loop, random: np.random.Generator) -> pd.DataFrame:
    """Plain oversampling: the slices' own rows, drawn with replacement."""
    members = loop.members(loop.learned)
    drawn = [random.choice(np.flatnonzero(own), k) for own, k in zip(members, loop.shares, strict=True)]
    return loop.learned.iloc[np.concatenate(drawn)]


def interpolated(loop: Loop, random: np.random.Generator) -> pd.DataFrame:
    """As SMOTE-NC makes them, from the rows of each slice; see `smote`."""
    parts = [
        smote(loop.task, loop.learned[own].reset_index(drop=True), k, random)
        for own, k in zip(loop.members(loop.learned), loop.shares, strict=True)
    ]
    return pd.concat(parts, ignore_index=True)


def smote(task: Task, rows: pd.DataFrame, k: int, random: np.random.Generator) -> pd.DataFrame:
    """`k` rows, each between one of `rows` and one of its nearest neighbours there.

    Numbers lie between both (a target that is a number too), categories are those most of the neighbours have, and what
    is missing is the row's own. Neighbours have the same label, if there is one. The package `imbalanced-learn` has the
    same for labels only and takes no missing values, which four rows in five of the flights have.
    """
    labels = rows[task.target].to_numpy()
    labelled = labels.dtype == bool
    numbers = [name for name in rows.columns if name not in task.categories and not (labelled and name == task.target)]
    values = rows[numbers].to_numpy(dtype=float)
    near = neighbours(task, rows, labels if labelled else np.zeros(len(rows), dtype=bool))
    base = random.integers(0, len(rows), k)
    chosen = near[base, random.integers(0, NEIGHBOURS, k)]
    made = values[base] + random.random((k, 1)) * (values[chosen] - values[base])
    made = np.where(np.isnan(made), values[base], made)
    new = rows.iloc[base].reset_index(drop=True).assign(**dict(zip(numbers, made.T, strict=True)))
    for name in task.categories:
        codes, levels = pd.factorize(rows[name])
        votes = np.stack([np.bincount(codes[near[i]], minlength=len(levels)) for i in base])
        new[name] = levels[votes.argmax(axis=1)]
    return new


def neighbours(task: Task, rows: pd.DataFrame, groups: np.ndarray) -> np.ndarray:
    """(rows, NEIGHBOURS) positions of the nearest rows of the same group by the factors; numbers in their spread."""
    numbers = [name for name in task.factors if name not in task.categories]
    values = rows[numbers].to_numpy(dtype=float)
    values = np.where(np.isnan(values).all(axis=0), 0.0, values)
    spread = np.nanstd(values, axis=0)
    scaled = np.nan_to_num((values - np.nanmean(values, axis=0)) / np.where(spread > 0, spread, 1))
    if task.categories:
        scaled = np.hstack([scaled, pd.get_dummies(rows[task.categories]).to_numpy(float) / np.sqrt(2)])
    near = np.empty((len(rows), NEIGHBOURS), dtype=np.int64)
    for group in np.unique(groups):
        same = np.flatnonzero(groups == group)
        count = min(NEIGHBOURS + 1, len(same))
        found = NearestNeighbors(n_neighbors=count).fit(scaled[same]).kneighbors(scaled[same], return_distance=False)
        near[same] = same[np.stack([np.resize(one[1:] if count > 1 else one, NEIGHBOURS) for one in found])]
    return near


def collected(loop: Loop, random: np.random.Generator) -> pd.DataFrame:
    """What no generator can beat: as many real rows of the slices that the model had not seen."""
    drawn = []
    for own, k in zip(loop.members(loop.pool), loop.shares, strict=True):
        there = np.flatnonzero(own)
        drawn.append(random.choice(there, min(k, len(there)), replace=False))
    return loop.pool.iloc[np.concatenate(drawn)]


WAYS: dict[str, Callable[[Loop, np.random.Generator], pd.DataFrame]] = {
    "real rows alone": nothing,
    "+ boosted by Trimtab": boosted,
    "+ oversampled": copied,
    "+ interpolated (SMOTE)": interpolated,
    "+ real rows of the slices": collected,
}
