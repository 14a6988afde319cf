"""Makes flights_predictions.parquet: a real model's out-of-fold probability that a flight arrives over 15 min late."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

SOURCE = Path(__file__).with_name("flights.parquet")
TARGET = Path(__file__).with_name("flights_predictions.parquet")

SEED = 2013
ROWS = 60_000
FOLDS = 5
LATE_MINUTES = 15

# What is known before departure: `dep_delay` is not, and would give the answer away.
CATEGORIES = ["origin", "carrier", "dest"]
FACTORS = [
    "month",
    "hour",
    *CATEGORIES,
    "distance",
    "temp",
    "humid",
    "wind_speed",
    "wind_gust",
    "precip",
    "pressure",
    "visib",
]


def sample(flights: pa.Table) -> pa.Table:
    """ROWS flights that left and have an arrival delay, drawn without replacement, in the order of the source."""
    arrived = flights.filter(pc.and_(pc.invert(flights["cancelled"]), pc.is_valid(flights["arr_delay"])))
    chosen = np.random.default_rng(SEED).choice(arrived.num_rows, ROWS, replace=False)
    return arrived.take(np.sort(chosen)).combine_chunks()


def out_of_fold(factors: pa.Table, late: np.ndarray) -> np.ndarray:
    """(rows,) probability of late for each row, from a model that did not see that row."""
    frame = factors.to_pandas().astype(dict.fromkeys(CATEGORIES, "category"))
    model = HistGradientBoostingClassifier(categorical_features="from_dtype", random_state=SEED)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    probability: np.ndarray = cross_val_predict(model, frame, late, cv=folds, method="predict_proba")[:, 1]
    return probability


def main() -> None:
    """Write the file and say what it holds and how good the model is."""
    rows = sample(pq.read_table(SOURCE))
    late = rows["arr_delay"].to_numpy() > LATE_MINUTES
    factors = rows.select(FACTORS)
    probability = np.round(out_of_fold(factors, late), 4)
    # From the rounded probability, so that the three columns agree with each other in the file.
    error = np.round(np.abs(late - probability), 4)
    table = (
        factors.append_column("late", pa.array(late))
        .append_column("probability", pa.array(probability.astype(np.float32)))
        .append_column("error", pa.array(error.astype(np.float32)))
    )
    pq.write_table(table, TARGET, compression="zstd", compression_level=19)
    print(
        f"{TARGET.name}: {table.num_rows:,} rows, {TARGET.stat().st_size:,} bytes, "
        f"late {late.mean():.4f}, ROC AUC {roc_auc_score(late, probability):.3f}"
    )


if __name__ == "__main__":
    main()
