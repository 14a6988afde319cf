"""Breakings: every promise of the designs broken in many ways, a row, a few, many; and rewritings that break none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tests.breaking.altering import (
    Change,
    adding,
    all_of,
    casting,
    computing,
    dropping,
    put,
    removing,
    renaming,
    repeating,
    rows_where,
    setting,
    shuffling,
    swapping,
)

FEW = (1, 3, 10, 40)
"""So many rows are changed where a single one breaks a promise."""
MANY = (150, 500)
"""And so many where chance may do something."""


@dataclass(frozen=True)
class Breaking:
    """A promise that is broken by a change."""

    promise: str
    way: str
    change: Change


def f(name: str) -> pc.Expression:
    """A column in a condition."""
    return pc.field(name)


def row_by_row() -> Iterator[Breaking]:
    """Breakings of the design ROW_BY_ROW."""
    dear = (f("gross") > 90) & (f("grade") == "a")
    both = f("fit") & (f("count") == 3)
    for k in FEW:
        if k <= 37:
            yield Breaking("event both", f"{k} fewer", setting("fit", False, k, both))
            yield Breaking("event both", f"{k} missing", setting("count", None, k, both))
            yield Breaking("event both", f"{k} lost", removing(k, both))
            yield Breaking("event both", f"{k} twice", repeating(k, both))
        yield Breaking("event both", f"{k} more", setting("count", 3, k, f("fit") & (f("count") != 3)))
        yield Breaking("event dear", f"{k} fewer", setting("gross", 50.0, k, dear))
        yield Breaking("event dear", f"{k} more", setting("gross", 95.0, k, (f("grade") == "a") & (f("gross") < 90)))
        yield Breaking("event dear", f"{k} on the border", setting("gross", 90.0, k, dear))
        yield Breaking("event dear", f"{k} of another grade", setting("grade", "b", k, dear))
        yield Breaking("event dear", f"{k} missing", setting("gross", None, k, dear))
        for value in (20.0, 25.0, 39.9):
            yield Breaking("target size", f"{k} in a bin of weight 0: {value}", setting("size", value, k))
        for value in (-0.1, 80.1, 1e6, -1e300):
            yield Breaking("target size", f"{k} beyond: {value}", setting("size", value, k))
        for value in ("d", "e", "A", "", "a ", "missing"):
            yield Breaking("target grade", f"{k} of {value!r}", setting("grade", value, k))
        yield Breaking("target grade", f"{k} missing", setting("grade", None, k))
        for value in (0, 9, -1, 10**9):
            yield Breaking("keep count", f"{k} of {value}", setting("count", value, k))
        yield Breaking("keep count", f"{k} missing", setting("count", None, k))
        for value in ("city 12", "City 01", "city 01 ", "", "?"):
            yield Breaking("keep city", f"{k} of {value!r}", setting("city", value, k))
        yield Breaking("keep city", f"{k} missing", setting("city", None, k))
        for value in (date(2024, 3, 4), date(1970, 1, 1), date(2124, 3, 1), None):
            yield Breaking("hold day", f"{k} of {value}", setting("day", value, k))
        yield Breaking("level effort", f"{k} lower", setting("net", 5.0, k, f("net") > 60))
        yield Breaking("level effort", f"{k} higher", setting("net", 90.0, k, f("net") < 40))
        yield Breaking("level effort", f"{k} without", setting("net", None, k))
        for value in ("low", "high", None, "mid ", "Low", "none"):
            other = pc.invert(f("effort") == value) if value in ("low", "high") else None
            yield Breaking("level effort column", f"{k} of {value!r}", setting("effort", value, k, other))
        for value in (119.0, 500.0, None):
            yield Breaking("rule gross < 119", f"{k} of {value}", setting("gross", value, k))
        yield Breaking("rule count > 0 OR fit", f"{k} false", setting("count", 0, k, pc.invert(f("fit"))))
        yield Breaking("rule count > 0 OR fit", f"{k} unknown", setting("count", None, k, pc.invert(f("fit"))))
        for value in (0.0, 0.90909, None, 1.1, -1.0, float("inf")):
            yield Breaking("derive ratio", f"{k} of {value}", setting("ratio", value, k))
        for value in ("luxury", "", None, "Dear"):
            yield Breaking("label class", f"clean: {k} of {value!r}", setting("class_clean", value, k))
        clean = f("class") == f("class_clean")
        yield Breaking("label class noise", f"{k} more", setting("class", "cheap", k, clean & (f("class") != "cheap")))
        if k <= 40:
            for value in ("luxury", "", None, "DEAR"):
                yield Breaking("label class noise", f"{k} of {value!r}", setting("class", value, k, pc.invert(clean)))
            yield Breaking("label class noise", f"{k} fewer", unnoised("class", k))
        sure, never = f("kept_probability") == 1, f("kept_probability") == 0
        yield Breaking("label kept where", f"{k} not, though sure", setting("kept_clean", False, k, sure))
        yield Breaking("label kept where", f"{k} though never", setting("kept_clean", True, k, never))
        yield Breaking("label kept where", f"{k} undrawn", setting("kept_clean", None, k))
        yield Breaking("label sold where", f"{k} undrawn", setting("sold", None, k))
        if k <= 20:
            yield Breaking("label kept noise", f"{k} fewer", unnoised("kept", k))
            wrong = pc.invert(f("kept") == f("kept_clean"))
            yield Breaking("label kept noise", f"{k} missing", setting("kept", None, k, wrong))
        yield Breaking("label kept noise", f"{k} more", noised("kept", k))
        for value in (0.123, None, 1.5, -0.5):
            for label in ("sold", "kept"):
                way = setting(f"{label}_probability", value, k)
                yield Breaking(f"label {label} probability", f"{k} of {value}", way)
        nothing = f("band") == "s"
        yield Breaking("pair band × kind", f"{k} in a cell of weight 0", setting("kind", "p", k, nothing))
        for column, value in (("kind", "o"), ("band", "")):
            yield Breaking("pair band × kind", f"{k} {column} of {value!r}", setting(column, value, k))
        for value in ("x", "w", None):
            other = f("land") != value if value else None
            yield Breaking("relation city decides land", f"{k} of {value!r}", setting("land", value, k, other))
        yield Breaking("relation city decides land", f"{k} cities", setting("city", "city 01", k, f("land") != "y"))
        for column in ("net", "tax", "gross"):
            yield Breaking("relation gross = net + tax", f"{k} of {column}", setting(column, 3.21, k))
        yield Breaking("relation start ≤ end", f"{k} later", setting("start", 2000, k))
        yield Breaking("relation start ≤ end", f"{k} before", setting("end", -1, k))
        for column in ("net", "tax", "gross", "start", "end", "band", "kind", "land", "fit"):
            yield Breaking("columns", f"{k} of {column} missing", setting(column, None, k))
        yield Breaking("columns", f"{k} half a count", setting("count", 2.5, k, type_=pa.float64()))
        yield Breaking("columns", f"{k} half a start", setting("start", 7.25, k, type_=pa.float64()))
    for k in MANY:
        yield Breaking("target size", f"{k} to another bin", setting("size", 50.0, k, f("size") < 20))
        yield Breaking("target size", f"{k} heaped", setting("size", 60.0, k, f("size") < 20))
        yield Breaking("missing size", f"{k} more", setting("size", None, k, f("size").is_valid()))
        yield Breaking("missing size", f"{min(k, 190)} fewer", setting("size", 5.0, min(k, 190), f("size").is_null()))
        yield Breaking("target grade", f"{k} to b", setting("grade", "b", k, f("grade") == "a"))
        yield Breaking("target grade", f"{k} to c", setting("grade", "c", k, f("grade") == "a"))
        yield Breaking("keep count", f"{k} of one value", setting("count", 5, k, f("count") != 5))
        yield Breaking("keep city", f"{k} of one value", setting("city", "city 00", k, f("city") != "city 00"))
        yield Breaking("label sold", f"{k} more", setting("sold", True, k, pc.invert(f("sold"))))
        yield Breaking("label sold", f"{k} fewer", setting("sold", False, k, f("sold")))
        yield Breaking("label kept", f"{k} fewer", setting("kept_clean", False, k, f("kept_clean")))
        yield Breaking("pair band × kind", f"{k} to another cell", setting("kind", "q", k, f("band") == "r"))
    yield from row_by_row_whole()


def row_by_row_whole() -> Iterator[Breaking]:
    """Whole columns of ROW_BY_ROW exchanged, shuffled, stored otherwise or gone."""
    for column, promises in {
        "size": ("target size", "missing size"),
        "grade": ("target grade", "event dear"),
        "count": ("keep count", "event both", "rule count > 0 OR fit", "label kept probability"),
        "city": ("keep city", "relation city decides land"),
        "day": ("hold day",),
        "net": ("level effort", "derive ratio", "relation gross = net + tax"),
        "gross": ("event dear", "rule gross < 119", "label class", "label sold", "label sold where", "derive ratio"),
        "fit": ("event both", "label kept"),
        "effort": ("level effort column",),
        "ratio": ("derive ratio",),
        "class": ("label class noise",),
        "class_clean": ("label class", "label class noise"),
        "sold": ("label sold", "label sold where"),
        "kept": ("label kept noise",),
        "kept_clean": ("label kept", "label kept noise"),
        "sold_probability": ("label sold probability",),
        "kept_probability": ("label kept probability",),
        "kind": ("pair band × kind",),
        "land": ("relation city decides land",),
        "tax": ("relation gross = net + tax",),
        "start": ("relation start ≤ end",),
        "end": ("relation start ≤ end",),
        "band": ("pair band × kind",),
    }.items():
        for promise in ("columns", *promises):
            yield Breaking(promise, f"no {column}", dropping(column))
            yield Breaking(promise, f"{column} renamed", renaming(column, f"{column}_2"))
        for promise in promises:
            # What is missing decides nothing, and nothing can be computed of it: the column itself is the fault.
            if promise != "derive ratio" and not promise.startswith("relation"):
                yield Breaking(promise, f"{column} missing everywhere", computing(column, lambda x: [None] * len(x)))
    for column in ("size", "count", "net", "gross", "start", "ratio", "sold_probability"):
        yield Breaking("columns", f"{column} as text", casting(column, pa.string()))
    yield Breaking("columns", "grade as a number", computing("grade", lambda x: np.arange(len(x)) + 0.5))
    for column, promise in {
        "grade": "event dear",
        "count": "event both",
        "fit": "event both",
        "effort": "level effort column",
        "ratio": "derive ratio",
        "class": "label class noise",
        "class_clean": "label class",
        "sold": "label sold where",
        "kept_clean": "label kept where",
        "sold_probability": "label sold probability",
        "kept_probability": "label kept probability",
        "kind": "pair band × kind",
        "band": "pair band × kind",
        "land": "relation city decides land",
        "city": "relation city decides land",
        "tax": "relation gross = net + tax",
        "start": "relation start ≤ end",
        "gross": "derive ratio",
    }.items():
        yield Breaking(promise, f"{column} shuffled", shuffling(column))
    for how, compute in (
        ("always", lambda x: np.ones(len(x), bool)),
        ("never", lambda x: np.zeros(len(x), bool)),
        ("the other way round", lambda x: ~x.astype(bool)),
    ):
        yield Breaking("label sold where", f"true {how}", computing("sold", compute))
        yield Breaking("label kept where", f"true {how}", computing("kept_clean", compute))
    yield Breaking(
        "level effort column", "two exchanged", swapping("effort", f("effort") == "low", f("effort") == "high")
    )
    yield Breaking("derive ratio", "all a millionth more", computing("ratio", lambda x: x * (1 + 1e-6)))
    yield Breaking("relation gross = net + tax", "a cent more", computing("tax", lambda x: np.round(x + 0.01, 2)))
    yield Breaking("keep count", "always the most frequent", computing("count", lambda x: np.full(len(x), 4)))
    yield Breaking("target size", "the source's own", computing("size", lambda x: np.linspace(0, 19, len(x))))
    for column, values in (("note", "in"), ("note", "")):
        yield Breaking("drop note", f"there: {values!r}", adding(column, lambda n, v=values: [v] * n))
    yield Breaking("drop note", "there, and empty", adding("note", lambda n: [None] * n))
    yield Breaking("drop note", "there, as numbers", adding("note", lambda n: list(range(n))))
    yield Breaking("drop note", "another column under its name", renaming("_origin", "note"))
    for share in (0.1, 0.5):
        yield Breaking("event both", f"{share} of the rows lost", removing(int(2000 * share)))
    yield Breaking("event both", "all rows twice", repeating(2000))
    yield Breaking("target size", "no rows", removing(2000))


def together() -> Iterator[Breaking]:
    """Breakings of the design TOGETHER."""
    swept = f("_group").is_valid()
    free = f("_group").is_null()
    for k in FEW:
        for value in (0, 9, None):
            yield Breaking("keep count", f"{k} of {value}", setting("count", value, k, free))
        for value in ("z", "", None, "X", "w"):
            yield Breaking("hold land", f"{k} of {value!r}", setting("land", value, k))
        for value in (0.25, 5.1, 61.0, None, 1e9):
            yield Breaking("sweep size", f"{k} of {value}", setting("size", value, k, swept))
        for column, value in (("grade", "?"), ("net", -3.0), ("note", "over"), ("start", 9999), ("city", None)):
            yield Breaking("sweep size", f"{k} {column} changed", setting(column, value, k, swept))
        yield Breaking("sweep size", f"{k} lost", removing(k, swept))
        yield Breaking("sweep size", f"{k} twice", repeating(k, swept))
        yield Breaking("sweep size", f"{k} of another group", setting("_group", 77, k, f("_group") < 39))
        yield Breaking("sweep size", f"{k} of no group", setting("_group", None, k, swept))
        yield Breaking("sweep size", f"{k} of no factor", setting("_varied", None, k, swept))
        yield Breaking("sweep size", f"{k} of another factor", setting("_varied", "net", k, swept))
        for value in ("e", "A"):
            yield Breaking("pair grade × fit", f"{k} of {value!r}", setting("grade", value, k))
        for column in ("grade", "fit", "net", "wait", "note", "city"):
            yield Breaking("columns", f"{k} of {column} missing", setting(column, None, k, free))
    for k in MANY:
        yield Breaking("keep count", f"{k} of one value", setting("count", 5, k, f("count") != 5))
        yield Breaking("quantiles wait at most 2", f"{k} lower", setting("wait", 1.0, k, f("wait") > 2))
        yield Breaking("quantiles wait at most 2", f"{k} higher", setting("wait", 3.0, k, f("wait") < 2))
        yield Breaking("quantiles wait at most 2", f"{k} without", setting("wait", None, k, f("wait") < 2))
        yield Breaking("quantiles wait at most 6", f"{k} higher", setting("wait", 7.0, k, f("wait") < 6))
        yield Breaking(
            "quantiles wait at most 6", f"{min(k, 190)} lower", setting("wait", 5.0, min(k, 190), f("wait") > 6)
        )
        true = f("fit")
        yield Breaking("pair grade × fit", f"{k} moved", setting("fit", True, k, (f("grade") == "a") & pc.invert(true)))
        yield Breaking(
            "pair net × size",
            f"{k} of both low",
            all_of(setting("net", 95.0, k // 2, f("size") < 20), setting("net", 5.0, k // 2, f("size") > 40)),
        )
    for cell in (("a", True), ("b", False), ("d", True), ("d", False)):
        rows = (f("grade") == cell[0]) & (f("fit") == cell[1])
        for left in (0, 1, 3):
            way = f"{cell} with {left}"
            yield Breaking("floor grade, fit, count", f"{way}, other grade", thinning("grade", "c", rows, left))
            yield Breaking("floor grade, fit, count", f"{way}, missing", thinning("fit", None, rows, left))
            yield Breaking("floor grade, fit, count", f"{way}, lost", thinning(None, None, rows, left))
    for column, promises in {
        "count": ("keep count", "floor grade, fit, count"),
        "land": ("hold land",),
        "wait": ("quantiles wait at most 2", "quantiles wait at most 6"),
        "grade": ("columns", "floor grade, fit, count"),
        "fit": ("columns", "floor grade, fit, count"),
        "net": ("pair net × size",),
        "size": ("pair net × size", "sweep size"),
        "_group": ("sweep size",),
        "_varied": ("sweep size",),
    }.items():
        for promise in promises:
            yield Breaking(promise, f"no {column}", dropping(column))
            yield Breaking(promise, f"{column} missing everywhere", computing(column, lambda x: [None] * len(x)))
    for column, promise in {"size": "pair net × size", "net": "pair net × size", "_group": "sweep size"}.items():
        yield Breaking(promise, f"{column} shuffled", shuffling(column))
    yield Breaking("pair net × size", "sorted", computing("net", np.sort))
    yield Breaking("pair net × size", "the other way round", computing("net", lambda x: 100 - x))
    yield Breaking("pair net × size", "net does not vary", computing("net", lambda x: np.full(len(x), 50.0)))
    yield Breaking("pair grade × fit", "fit follows grade", following)
    yield Breaking("quantiles wait at most 2", "all twice", computing("wait", lambda x: 2 * x))
    yield Breaking("quantiles wait at most 6", "always 2", computing("wait", lambda x: np.full(len(x), 2.0)))
    for column in ("wait", "net", "start"):
        yield Breaking("columns", f"{column} as text", casting(column, pa.string()))


def beside() -> Iterator[Breaking]:
    """Breakings of the design BESIDE, whose promises are of the source and the rows together."""
    for k in FEW:
        yield Breaking("event dear", f"{k} fewer", setting("gross", 50.0, k, f("gross") > 90))
        yield Breaking("event dear", f"{k} more", setting("gross", 95.0, k, f("gross") < 90))
        yield Breaking("event dear", f"{k} lost", removing(k, f("gross") > 90))
        for value in ("e", None, ""):
            yield Breaking("target grade", f"{k} of {value!r}", setting("grade", value, k))
        for value in (0, 9, None):
            yield Breaking("keep count", f"{k} of {value}", setting("count", value, k))
        yield Breaking("level effort", f"{k} lower", setting("net", 5.0, k, f("net") > 60))
        yield Breaking("level effort", f"{k} without", setting("net", None, k))
        for value in ("high", None, "?"):
            other = f("effort") != value if value == "high" else None
            yield Breaking("level effort column", f"{k} of {value!r}", setting("effort", value, k, other))
        for value in (119.0, None, 1e6):
            yield Breaking("rule gross < 119", f"{k} of {value}", setting("gross", value, k))
    for k in (400, 900):
        yield Breaking("target grade", f"{k} to a", setting("grade", "a", k, f("grade") != "a"))
        yield Breaking("target grade", f"{k} to d", setting("grade", "d", k, f("grade") != "d"))
        yield Breaking("keep count", f"{k} of one value", setting("count", 5, k, f("count") != 5))
    yield Breaking("level effort column", "shuffled", shuffling("effort"))


def weights() -> Iterator[Breaking]:
    """Breakings of the column `_weight` of any design."""
    for k in FEW:
        for value in (None, -1.0, 7.5, 0.0, float("inf")):
            way = setting("_weight", value, k, f("_weight") > 0 if value == 0.0 else None)
            yield Breaking("weight", f"{k} of {value}", way)
    for how, compute in (
        ("0", lambda x: np.zeros(len(x))),
        ("1", lambda x: np.ones(len(x))),
        ("twice", lambda x: 2 * x),
        ("a thousandth more", lambda x: 1.001 * x),
        ("negative", lambda x: -x),
        ("the other way round", lambda x: np.where(x > 0, 1 / np.maximum(x, 1e-9), 0.0)),
        ("squared", lambda x: x**2 / (x**2).mean()),
        ("missing", lambda x: [None] * len(x)),
    ):
        yield Breaking("weight", f"all {how}", computing("_weight", compute))
    yield Breaking("weight", "shuffled", shuffling("_weight"))
    yield Breaking("weight", "two exchanged", swapping("_weight", f("_weight") < 0.9, f("_weight") > 1.1))


def unnoised(label: str, k: int) -> Change:
    """In `k` rows that are wrong on purpose the label is right."""

    def change(table: pa.Table, generator: np.random.Generator) -> pa.Table:
        clean = f"{label}_clean"
        rows = generator.choice(rows_where(table, pc.invert(f(label) == f(clean))), k, replace=False)
        return put(table, label, rows, table[clean].take(pa.array(rows)).to_pylist())

    return change


def noised(label: str, k: int) -> Change:
    """`k` more rows of a truth are wrong."""

    def change(table: pa.Table, generator: np.random.Generator) -> pa.Table:
        rows = generator.choice(rows_where(table, f(label) == f(f"{label}_clean")), k, replace=False)
        return put(table, label, rows, [not one for one in table[label].take(pa.array(rows)).to_pylist()])

    return change


def thinning(column: str | None, value: str | None, rows: pc.Expression, left: int) -> Change:
    """Of the rows in which a condition is true all but `left` get another value, or go."""

    def change(table: pa.Table, generator: np.random.Generator) -> pa.Table:
        k = len(rows_where(table, rows)) - left
        return (setting(column, value, k, rows) if column else removing(k, rows))(table, generator)

    return change


def following(table: pa.Table, generator: np.random.Generator) -> pa.Table:
    """`fit` is true for the grades b and c alone."""
    true = pc.is_in(table["grade"], pa.array(["b", "c"]))
    return table.set_column(table.column_names.index("fit"), "fit", true)
