"""Predictions beside their rows: every loss by its formula, joins by order and by key, and what does not fit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trimtab.core.errors import InputError
from trimtab.core.source.spool import Source, spool
from trimtab.core.weaknesses.predictions import Asked, row_errors

Spool = Callable[..., Source]
P = [0.9, 0.2, 0.5, 1.0]


@pytest.fixture
def made(tmp_path: Path) -> Spool:
    def make(name: str, **columns: object) -> Source:
        pq.write_table(pa.table(columns), tmp_path / f"{name}.parquet")
        return spool(tmp_path / f"{name}.parquet", tmp_path / "home")

    return make


def test_a_column_of_errors(made: Spool) -> None:
    source = made("d", error=[0.5, None, 2.0])
    found = row_errors(source, Asked(error="error"))
    np.testing.assert_array_equal(found.values, [0.5, np.nan, 2.0])
    assert (found.name, found.without_prediction, found.without_label, found.unmatched) == ("error", 1, 0, 0)
    assert row_errors(made("e", error=[True, False]), Asked(error="error")).values.tolist() == [1.0, 0.0]


def test_right_or_wrong(made: Spool) -> None:
    source = made("d", a=["x", "y", "x", None, "y"], b=["x", "x", None, "x", "y"])
    found = row_errors(source, Asked(label="a", prediction="b"))
    np.testing.assert_array_equal(found.values, [0, 1, np.nan, np.nan, 0])
    assert (found.name, found.without_label, found.without_prediction) == ("wrong b", 1, 1)
    truths = made("t", a=[True, False], b=[True, True])
    assert row_errors(truths, Asked(label="a", prediction="b")).values.tolist() == [0, 1]
    codes = made("c", a=pa.array([1, 2], pa.int8()), b=[1.0, 3.0])
    assert row_errors(codes, Asked(label="a", prediction="b", loss="wrong")).values.tolist() == [0, 1]


def test_the_distance_of_two_numbers(made: Spool) -> None:
    source = made("d", a=[1, 5, None], b=[1.5, 2.0, 3.0])
    found = row_errors(source, Asked(label="a", prediction="b", loss="absolute"))
    np.testing.assert_array_equal(found.values, [0.5, 3.0, np.nan])
    assert found.name == "distance of b from a"


@pytest.mark.parametrize(
    ("label", "positive"),
    [
        ([True, False, False, True], None),
        ([1, 0, 0, 1], None),
        ([1.0, 0.0, 0.0, 1.0], None),
        (["true", "false", "false", "true"], None),
        (["late", "on time", "on time", "late"], "late"),
        ([3, 7, 7, 3], "3"),
    ],
)
def test_probabilities(made: Spool, label: list[object], positive: str | None) -> None:
    source = made("d", y=label, p=P)
    found = row_errors(source, Asked(label="y", probability="p", positive=positive))
    np.testing.assert_allclose(found.values, [-np.log(0.9), -np.log(0.8), -np.log(0.5), 0.0])
    assert found.name == "log loss of p"
    found = row_errors(source, Asked(label="y", probability="p", positive=positive, loss="absolute"))
    np.testing.assert_allclose(found.values, [0.1, 0.2, 0.5, 0.0])


def test_no_label_and_no_probability(made: Spool) -> None:
    source = made("d", y=[True, None, False], p=[0.5, 0.0, None])
    found = row_errors(source, Asked(label="y", probability="p"))
    np.testing.assert_array_equal(np.isnan(found.values), [False, True, True])
    assert (found.without_label, found.without_prediction) == (1, 1)


def test_joined_by_order_and_by_key(made: Spool) -> None:
    source = made("d", id=[7, 8, 9, 10], y=[True, True, False, False])
    beside = made("p", p=P)
    np.testing.assert_allclose(
        row_errors(source, Asked(label="y", probability="p", loss="absolute"), beside).values, [0.1, 0.8, 0.5, 1.0]
    )
    keyed = made("k", id=["10", "9", "7", "99"], p=[0.25, 0.5, 0.75, 1.0], y=[False, True, True, True])
    found = row_errors(source, Asked(label="y", probability="p", loss="absolute", key="id"), keyed)
    # The label of the predictions goes first: row 9 is true there.
    np.testing.assert_allclose(found.values, [0.25, np.nan, 0.5, 0.25])
    assert (found.unmatched, found.without_label, found.without_prediction) == (1, 0, 0)


@pytest.mark.parametrize(
    ("data", "predictions", "asked", "message"),
    [
        ({"y": [True]}, {"p": [0.5, 0.5]}, {"label": "y", "probability": "p"}, "it has 2 rows and d.parquet has 1"),
        (
            {"y": [True]},
            {"p": [0.5]},
            {"label": "y", "probability": "q"},
            "p.parquet: there is no column `q`",
        ),
        ({"y": [True]}, {"p": [0.5]}, {"label": "z", "probability": "p"}, "p.parquet: there is no column `z`"),
        ({"y": [True]}, None, {"error": "e"}, "d.parquet: there is no column `e`"),
        ({"y": [True]}, None, {"error": "y", "key": "y"}, "a key joins a file of predictions"),
        ({"y": ["a"]}, None, {"error": "y"}, "Error `y`: it is categorical; give a column of numbers"),
        (
            {"y": [True, False, True], "p": [0.5, 1.2, -3.0]},
            None,
            {"label": "y", "probability": "p"},
            "must lie between 0 and 1, and 2 of 3 rows do not; the first is 1.2 in row 2",
        ),
        ({"y": [True], "p": ["a"]}, None, {"label": "y", "probability": "p"}, "Probability `p`: it must be a number"),
        (
            {"y": [True, False], "p": [0.0, 1.0]},
            None,
            {"label": "y", "probability": "p"},
            "had probability 0 in 2 rows, the first is row 1; their log loss is infinite. Take the loss `absolute`",
        ),
        (
            {"y": ["late", "on time"], "p": [0.0, 1.0]},
            None,
            {"label": "y", "probability": "p"},
            r"Label `y`: it is neither true and false nor 1 and 0 \(`late`, `on time`\). Name the positive level",
        ),
        (
            {"y": ["late", "on time"], "p": [0.0, 1.0]},
            None,
            {"label": "y", "probability": "p", "positive": "lat"},
            "Label `y`: it is never `lat`. Did you mean `late`",
        ),
        (
            {"y": [1, 2], "p": [1, 2]},
            None,
            {"label": "y", "prediction": "p"},
            "Give the loss: `wrong` if they",
        ),
        (
            {"y": ["a", "b"], "p": ["a", "a"]},
            None,
            {"label": "y", "prediction": "p", "loss": "absolute"},
            "`y` is categorical, so it has no distance",
        ),
        (
            {"y": ["a", "b"], "p": [1, 2]},
            None,
            {"label": "y", "prediction": "p"},
            r"no value of `p` \(`1`, `2`\) is one of `y` \(`a`, `b`\)",
        ),
        ({"y": [1, 2]}, {"k": [1, 1], "e": [1, 2]}, {"error": "e", "key": "k"}, "d.parquet: there is no column `k`"),
        (
            {"k": [1, 2]},
            {"k": [1, 1], "e": [1, 2]},
            {"error": "e", "key": "k"},
            "p.parquet: the key `k` must differ in every row, and `1` stands 2 times",
        ),
        (
            {"k": [1, 2]},
            {"k": [3, 4], "e": [1, 2]},
            {"error": "e", "key": "k"},
            r"no value of the key `k` occurs in d.parquet, which has `1`, `2`; here are `3`, `4`",
        ),
        (
            {"y": pa.nulls(2, pa.bool_()), "p": [0.1, 0.2], "x": [1, 2]},
            None,
            {"label": "y", "probability": "p"},
            "Predictions: no row has a label",
        ),
        (
            {"y": [True, None], "p": [None, 0.2]},
            None,
            {"label": "y", "probability": "p"},
            "Predictions: no row has a label with a prediction",
        ),
    ],
)
def test_what_does_not_fit(
    made: Spool, data: dict[str, object], predictions: dict[str, object] | None, asked: dict[str, str], message: str
) -> None:
    source = made("d", **data)
    beside = made("p", **predictions) if predictions else None
    with pytest.raises(InputError, match=message):
        row_errors(source, Asked(**asked), beside)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({}, "name one column, the `error`, the `prediction` or the `probability`"),
        ({"error": "e", "prediction": "p"}, "name one column"),
        ({"prediction": "p"}, "`p` needs the column of the labels, too"),
        ({"error": "e", "label": "y"}, "errors need no label"),
        ({"prediction": "p", "label": "y", "loss": "logg"}, "there is no loss `logg`. Did you mean `log`?"),
        ({"prediction": "p", "label": "y", "loss": "log"}, "the loss `log` is of a probability"),
        ({"probability": "p", "label": "y", "loss": "wrong"}, "the loss `wrong` is of a prediction"),
        ({"error": "e", "loss": "absolute"}, "the loss `absolute` is of a prediction or a probability"),
        ({"prediction": "p", "label": "y", "positive": "a"}, "a positive level goes with a probability"),
    ],
)
def test_what_is_asked_for_must_go_together(asked: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message.replace("?", r"\?")):
        Asked(**asked)
