"""A memo gives what was made for an equal key, and holds no more bytes than it may."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from functools import partial

import numpy as np
import pyarrow as pa
import pytest

from trimtab.core.design.design import Design
from trimtab.core.errors import InputError
from trimtab.core.projection.projection import project
from trimtab.core.source.spool import Source
from trimtab.core.study.ledger import Ledger
from trimtab.core.study.memo import Memo
from trimtab.core.study.study import open_study

Make = Callable[[dict[str, list[object]]], Source]


def held(*values: object) -> int:
    ledger = Ledger()
    for value in values:
        ledger.hold(value)
    return ledger.size


def test_an_answer_is_made_once_for_equal_keys() -> None:
    memo, made = Memo(), []

    def make() -> int:
        made.append(len(made))
        return made[-1]

    assert [memo.of("a", key, make) for key in (1, 1, 2, 1, 2)] == [0, 0, 1, 0, 1]
    assert memo.of("b", 1, make) == 2
    assert memo.counts == {"a": 2, "b": 1}


def test_an_object_of_a_key_is_held_so_that_its_id_is_never_anothers() -> None:
    class Thing:
        pass

    memo, seen = Memo(), []
    for i in range(200):
        # Nothing but the memo holds it: a new one often gets the id of the last.
        seen.append(memo.of("what", Thing(), partial(int, i)))
        gc.collect(0)
    assert seen == list(range(200))


def test_what_was_used_longest_ago_goes_first() -> None:
    array = partial(np.zeros, 1000)
    memo = Memo(most=3 * held(("a", 1)) + 3 * array().nbytes)
    first = memo.of("a", 1, array)
    memo.of("a", 2, array)
    memo.of("a", 3, array)
    assert memo.of("a", 1, array) is first
    memo.of("a", 4, array)
    assert memo.counts == {"a": 3}
    assert memo.of("a", 1, array) is first
    made: list[int] = []
    memo.of("a", 2, lambda: made.append(2))
    assert made == [2]


def test_the_bound_is_never_passed_and_what_is_larger_alone_is_not_kept() -> None:
    memo = Memo(most=100_000)
    small = memo.of("small", 0, partial(np.zeros, 10))
    assert memo.of("large", 0, partial(np.zeros, 20_000)).nbytes == 160_000
    assert memo.counts == {"small": 1}
    for i in range(1000):
        memo.of("rows", i, partial(np.zeros, i))
        assert memo.of("small", 0, partial(np.zeros, 10)) is small
        assert memo.size <= 100_000
    memo.clear()
    assert (memo.size, memo.counts) == (0, {})


def test_what_is_lent_is_not_counted_and_what_two_hold_once() -> None:
    lent, shared = np.zeros(10_000), np.zeros(5_000)
    memo = Memo((lent,))
    memo.of("a", 1, lambda: (lent, shared))
    assert 40_000 < memo.size < 41_000
    memo.of("a", 2, lambda: (lent[::2], shared, shared[5:]))
    assert 40_000 < memo.size < 42_000


def test_arrays_tables_and_what_is_made_of_them_are_measured_by_their_buffers() -> None:
    numbers = np.arange(100_000.0)
    assert held(numbers) == 800_000
    assert held(numbers, numbers[:10], {"a": [numbers]}) < 802_000
    assert 800_000 < held(numbers[:10]) < 801_000  # a view keeps the whole
    assert held(np.broadcast_to(np.float64(1), 100_000)) < 1_000
    column = pa.array(np.arange(100_000, dtype=np.int32))
    assert 400_000 <= held(pa.table({"a": column})) < 402_000
    assert held(pa.table({"a": column}), column, pa.table({"b": column})) < 404_000
    texts = pa.array(["x" * 1000, "y" * 1000] * 100).dictionary_encode()
    assert 2_000 < held(texts) < 8_000
    assert held(lambda: numbers) > 800_000
    assert held(partial(np.take, numbers)) > 800_000


def test_all_is_let_go_again() -> None:
    ledger, one = Ledger(), (np.zeros(5), {"a": (1.0, "text", [np.ones(3)])})
    ledger.hold(one)
    ledger.hold(one[1])
    both = ledger.size
    ledger.hold(one)
    assert ledger.size == both
    ledger.release(one)
    ledger.release(one)
    assert 0 < ledger.size < both
    ledger.release(one[1])
    assert (ledger.size, ledger._entries) == (0, {})


def test_a_failed_making_is_not_kept() -> None:
    memo = Memo()

    def fail() -> str:
        raise InputError("no")

    with pytest.raises(InputError, match="no"):
        memo.of("a", 1, fail)
    assert memo.of("a", 1, lambda: "made") == "made"


def test_two_threads_get_one_object() -> None:
    memo, both, found = Memo(), threading.Barrier(2), []

    def make() -> object:
        both.wait(10)  # each has begun before the other has ended
        return object()

    threads = [threading.Thread(target=lambda: found.append(memo.of("a", 1, make))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert found[0] is found[1]


def test_edits_of_one_rule_leave_no_more_than_the_bound(table_source: Make) -> None:
    generator = np.random.default_rng(5)
    late = generator.exponential(20, 400).round(1)
    source = table_source({"late": late.tolist(), "road": ["dry", "wet", "ice", "dry"] * 100})

    def design(rule: str) -> Design:
        return Design(
            name="x",
            source={"path": "x.parquet", "sha256": source.sha256},
            rows=100,
            factors={"road": {"role": "keep"}},
            labels={"much": {"rule": "late > 15"}},
            rules=[rule],
        )

    study = open_study(design("late < 100"), source)
    study.memo.most = 300_000
    assert project(study).shifts
    kept = study.display_codes("late"), study.display_codes("much"), study.axes["road"]
    sizes = []
    for i in range(300):
        study = open_study(design(f"late < {100 + i / 10}"), source, previous=study)
        assert project(study).shifts
        sizes.append(study.memo.size)
    assert max(sizes) <= 300_000
    # It is full long before the middle, and holds as many of the last edits from then on.
    assert max(sizes[150:]) - min(sizes[150:]) < 50_000
    assert study.memo.counts["fitted"] < 150
    # What every edit needs was not made again.
    assert study.display_codes("late") is kept[0]
    assert study.display_codes("much") is kept[1]
    assert study.axes["road"] is kept[2]
