"""Predictions of a model beside the rows they are of, and the error of each row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trimtab.core.errors import InputError, nearest
from trimtab.core.source.axes import level_texts
from trimtab.core.source.columns import as_numbers
from trimtab.core.source.kinds import kind_of
from trimtab.core.source.spool import Source

LOSSES = ("wrong", "log", "absolute")
SHOWN = 5


@dataclass(frozen=True)
class Asked:
    """Where errors come from: a column of them, or a `label` and its `prediction` or `probability`.

    `loss` is `wrong` (0 or 1), `log` (minus the logarithm of the probability of what happened) or `absolute` (the
    distance of two numbers, or of the probability from 0 or 1). It may be left out where there is no choice:
    probabilities then have the log loss, predicted levels are right or wrong. `positive` is the level a probability
    is of, needed unless it is true or 1. `key` is a column by which predictions find their rows; else their order does.
    """

    error: str | None = None
    label: str | None = None
    prediction: str | None = None
    probability: str | None = None
    loss: str | None = None
    positive: str | None = None
    key: str | None = None

    def __post_init__(self) -> None:
        given = [name for name in (self.error, self.prediction, self.probability) if name is not None]
        if len(given) != 1:
            raise InputError("Predictions: name one column, the `error`, the `prediction` or the `probability`.")
        if (self.label is None) != (self.error is not None):
            what = "errors need no label" if self.error else f"`{given[0]}` needs the column of the labels, too"
            raise InputError(f"Predictions: {what}.")
        if self.loss is not None and self.loss not in LOSSES:
            raise InputError(f"Predictions: there is no loss `{self.loss}`.{nearest(self.loss, LOSSES)}")
        fits = {"wrong": ("prediction",), "log": ("probability",), "absolute": ("prediction", "probability")}
        if self.loss is not None and all(getattr(self, name) is None for name in fits[self.loss]):
            raise InputError(f"Predictions: the loss `{self.loss}` is of a {' or a '.join(fits[self.loss])}.")
        if self.positive is not None and self.probability is None:
            raise InputError("Predictions: a positive level goes with a probability.")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are asked for, the key included: none of them is a factor that errors depend on."""
        named = (self.error, self.label, self.prediction, self.probability, self.key)
        return tuple(name for name in named if name is not None)


@dataclass(frozen=True, eq=False)
class RowErrors:
    """The error of each row of a source: (rows,) floats of 0 or more, NaN where there is none.

    `name` says what it is. `unmatched` rows found no prediction by their key, `without_label` ones have no label, and
    `without_prediction` ones no prediction or error.
    """

    name: str
    values: np.ndarray
    unmatched: int
    without_label: int
    without_prediction: int


def row_errors(source: Source, asked: Asked, predictions: Source | None = None) -> RowErrors:
    """The errors of a source's rows, from a file of `predictions` or from the source's own columns.

    Without a key the file's rows are the source's, in its order. With one each row takes the prediction of its key,
    which no two predictions may share. Raises InputError for columns that are not there, a number of rows that
    differs, keys that repeat or never match, probabilities outside of 0 to 1, an error that would be infinite, types
    that can't be compared, and where no row has an error.
    """
    values, unmatched = _values(source, asked, predictions)
    if asked.error is not None:
        found = values[asked.error]
        if kind_of(found.type) not in ("continuous", "count", "boolean"):
            raise InputError(
                f"Error `{asked.error}`: it is {kind_of(found.type)}; give a column of numbers, or of true (wrong) and "
                "false."
            )
        errors, name, labels = _numbers(found), asked.error, None
    else:
        labels = values[str(asked.label)]
        errors, name = _losses(values, asked)
    without = np.isnan(errors)
    missing_label = np.zeros(len(errors), dtype=bool) if labels is None else _is_null(labels)
    missing_label &= ~unmatched
    if without.all():
        what = "label" if missing_label.all() else "error" if asked.error else "label with a prediction"
        raise InputError(f"Predictions: no row has a {what}.".replace("a error", "an error"))
    return RowErrors(
        name,
        errors,
        int(unmatched.sum()),
        int(missing_label.sum()),
        int((without & ~unmatched & ~missing_label).sum()),
    )


def _values(source: Source, asked: Asked, predictions: Source | None) -> tuple[dict[str, pa.Array], np.ndarray]:
    """(the columns asked for, one value per row of the source; (rows,) which rows found no prediction)."""
    names = [name for name in asked.columns if name != asked.key]
    if predictions is None:
        if asked.key is not None:
            raise InputError("Predictions: a key joins a file of predictions; here they stand beside the factors.")
        return {name: _column(source, name) for name in names}, np.zeros(source.rows, dtype=bool)
    place, unmatched = None, np.zeros(source.rows, dtype=bool)
    if asked.key is not None:
        place = _joined(source, predictions, asked.key)
        unmatched = place < 0
    elif predictions.rows != source.rows:
        raise InputError(
            f"{predictions.name}: it has {predictions.rows:,} rows and {source.name} has {source.rows:,}. Without a "
            "key they must be the same rows in the same order; name a column that both have as the key."
        )
    found = {}
    for name in names:
        # A label may stand in either file.
        if name not in predictions.columns and name == asked.label and name in source.columns:
            found[name] = _column(source, name)
            continue
        column = _column(predictions, name)
        found[name] = column if place is None else column.take(pa.array(place, mask=unmatched))
    return found, unmatched


def _column(source: Source, name: str) -> pa.Array:
    if name not in source.columns:
        raise InputError(f"{source.name}: there is no column `{name}`.{nearest(name, source.columns)}")
    return pq.read_table(source.path, columns=[name]).column(0).combine_chunks()


def _joined(source: Source, predictions: Source, key: str) -> np.ndarray:
    """(rows,) the prediction of each row of the source, -1 for none."""
    own, other = (level_texts(_column(one, key)) for one in (source, predictions))
    known = other.drop_null()
    if len(known.unique()) < len(known):
        counted = known.value_counts().sort(order="descending", by="counts")
        value, times = counted[0]["values"].as_py(), counted[0]["counts"].as_py()
        raise InputError(
            f"{predictions.name}: the key `{key}` must differ in every row, and `{value}` stands {times:,} times."
        )
    place = pc.index_in(own, value_set=other, skip_nulls=True).fill_null(-1).to_numpy(zero_copy_only=False)
    if (place < 0).all():
        raise InputError(
            f"{predictions.name}: no value of the key `{key}` occurs in {source.name}, which has {_some(own)}; here "
            f"are {_some(other)}."
        )
    return np.asarray(place, dtype=np.int64)


def _losses(values: Mapping[str, pa.Array], asked: Asked) -> tuple[np.ndarray, str]:
    label = values[str(asked.label)]
    if asked.probability is not None:
        probability = _probability(values[asked.probability], asked.probability)
        truth = _truth(label, asked)
        if asked.loss == "absolute":
            return np.abs(truth - probability), f"distance of {asked.probability} from {asked.label}"
        return _log_loss(truth, probability, asked), f"log loss of {asked.probability}"
    prediction = values[str(asked.prediction)]
    loss = asked.loss or _only_loss(label, prediction, asked)
    if loss == "absolute":
        for name, column in ((asked.label, label), (asked.prediction, prediction)):
            if kind_of(column.type) not in ("continuous", "count"):
                raise InputError(
                    f"Predictions: `{name}` is {kind_of(column.type)}, so it has no distance; loss `wrong`."
                )
        return np.abs(_numbers(label) - _numbers(prediction)), f"distance of {asked.prediction} from {asked.label}"
    wrong = _differ(label, prediction, asked).astype(float)
    wrong[_is_null(label) | _is_null(prediction)] = np.nan
    return wrong, f"wrong {asked.prediction}"


def _only_loss(label: pa.Array, prediction: pa.Array, asked: Asked) -> str:
    numbers = ("continuous", "count")
    if kind_of(label.type) in numbers and kind_of(prediction.type) in numbers:
        raise InputError(
            f"Predictions: `{asked.label}` and `{asked.prediction}` are numbers. Give the loss: `wrong` if they are "
            "codes of classes, `absolute` if they are amounts."
        )
    return "wrong"


def _differ(label: pa.Array, prediction: pa.Array, asked: Asked) -> np.ndarray:
    """(rows,) whether label and prediction are different values."""
    kinds = {kind_of(one.type) for one in (label, prediction)}
    if kinds <= {"continuous", "count"}:
        return np.asarray(_numbers(label) != _numbers(prediction))
    one, other = level_texts(label), level_texts(prediction)
    if len(kinds) > 1 and not pc.any(pc.is_in(one.unique(), value_set=other.unique().drop_null())).as_py():
        raise InputError(
            f"Predictions: no value of `{asked.prediction}` ({_some(other)}) is one of `{asked.label}` ({_some(one)})."
        )
    return np.asarray(pc.not_equal(one, other).fill_null(True).to_numpy(zero_copy_only=False))


def _probability(column: pa.Array, name: str) -> np.ndarray:
    if kind_of(column.type) not in ("continuous", "count"):
        raise InputError(f"Probability `{name}`: it must be a number, and it is {kind_of(column.type)}.")
    found = _numbers(column)
    outside = np.flatnonzero((found < 0) | (found > 1))
    if len(outside):
        raise InputError(
            f"Probability `{name}`: it must lie between 0 and 1, and {len(outside):,} of {len(found):,} rows do not; "
            f"the first is {found[outside[0]]:g} in row {outside[0] + 1:,}."
        )
    return found


def _truth(label: pa.Array, asked: Asked) -> np.ndarray:
    """(rows,) 1 where the label is the one that the probability is of, else 0; NaN without a label."""
    texts = level_texts(label)
    known = texts.drop_null().unique()
    positive = asked.positive
    if positive is None:
        numbers = kind_of(label.type) in ("continuous", "count")
        usual = ("1", "0", "1.0", "0.0") if numbers else ("true", "false")
        if not pc.all(pc.is_in(known, value_set=pa.array(usual, known.type)), min_count=0).as_py():
            raise InputError(
                f"Label `{asked.label}`: it is neither true and false nor 1 and 0 ({_some(texts)}). Name the positive "
                f"level, whose probability `{asked.probability}` is."
            )
        hits = pc.is_in(texts, value_set=pa.array([usual[0], usual[-2]], texts.type))
    else:
        if positive not in known.to_pylist():
            raise InputError(f"Label `{asked.label}`: it is never `{positive}`.{nearest(positive, known.to_pylist())}")
        hits = pc.equal(texts, pa.scalar(positive, texts.type))
    truth = hits.fill_null(False).to_numpy(zero_copy_only=False).astype(float)
    truth[_is_null(label)] = np.nan
    return np.asarray(truth)


def _log_loss(truth: np.ndarray, probability: np.ndarray, asked: Asked) -> np.ndarray:
    happened = np.where(truth == 1, probability, 1 - probability)
    never = np.flatnonzero((happened == 0) & ~np.isnan(truth))
    if len(never):
        raise InputError(
            f"Probability `{asked.probability}`: what happened had probability 0 in {len(never):,} rows, the first is "
            f"row {never[0] + 1:,}; their log loss is infinite. Take the loss `absolute`."
        )
    happened[np.isnan(truth)] = np.nan
    return np.asarray(-np.log(happened))


def _numbers(column: pa.Array) -> np.ndarray:
    return as_numbers(column.cast(pa.float64()) if pa.types.is_boolean(column.type) else column)


def _is_null(column: pa.Array) -> np.ndarray:
    return np.asarray(column.is_null(nan_is_null=True).to_numpy(zero_copy_only=False))


def _some(texts: pa.Array) -> str:
    known = texts.drop_null().unique()
    more = " …" if len(known) > SHOWN else ""
    return ", ".join(f"`{one}`" for one in known.slice(0, SHOWN).to_pylist()) + more
