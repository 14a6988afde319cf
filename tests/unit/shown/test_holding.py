"""What always holds as a page shows it: found or written by hand, counted, with what is to be known of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from trimtab.core.design.design import Design
from trimtab.core.relations.relation import Found
from trimtab.core.relations.union import relation_of
from trimtab.core.shown.holding import Holding, holdings
from trimtab.core.source.spool import Source
from trimtab.core.study.study import open_study

Make = Callable[[dict[str, list[Any]]], Source]
FOUND = tuple(
    Found(relation_of(one), rows=40, exceptions=0, surprise=90.0)
    for one in ({"equation": "total = yes + no"}, {"key": ("row",)})
)


@pytest.fixture
def shown(table_source: Make) -> Callable[..., tuple[Holding, ...]]:
    """`shown(**parts) -> holdings` of a design of so many parts, in which two relations were found."""
    yes = [i % 7 for i in range(40)]
    source = table_source({"row": list(range(40)), "yes": yes, "no": [3] * 40, "total": [one + 3 for one in yes]})

    def of(**parts: Any) -> tuple[Holding, ...]:
        return holdings(open_study(Design(name="t", source={"path": "x"}, **parts), source), FOUND)

    return of


def test_what_was_found_can_be_kept_unless_rows_can_not(shown: Callable[..., tuple[Holding, ...]]) -> None:
    equation, key = shown(relations=())
    assert (equation.rows, equation.exceptions) == (40, 0)
    assert (equation.kept, equation.can_change, equation.remark) == (False, True, "")
    assert equation.examples == ("4 = 1 + 3", "5 = 2 + 3", "7 = 4 + 3")
    assert (key.kept, key.can_change, key.remark) == (False, False, "Generated rows don’t keep it.")


def test_what_was_written_by_hand_is_counted(shown: Callable[..., tuple[Holding, ...]]) -> None:
    *_, order = shown(relations=({"equation": "total = yes + no"}, {"order": ("yes", "no")}))
    assert (order.relation.text, order.rows, order.exceptions) == ("yes ≤ no", 40, 16)
    assert (order.kept, order.can_change, order.remark) == (True, True, "")


def test_a_key_that_a_design_asks_for_can_be_let_go(shown: Callable[..., tuple[Holding, ...]]) -> None:
    _, key = shown(relations=({"key": ("row",)},))
    assert (key.kept, key.can_change) == (True, True)
    assert (
        key.remark
        == "Rows are made of real values and would repeat them, so the design can’t be met with it. Let it go."
    )


def test_factors_that_are_left_out_or_computed_are_told(shown: Callable[..., tuple[Holding, ...]]) -> None:
    dropped, _ = shown(factors={"yes": {"role": "drop"}, "no": {"role": "drop"}}, relations=())
    assert (dropped.can_change, dropped.remark) == (True, "yes and no are left out, so there is nothing to keep.")
    computed, _ = shown(factors={"total": {"role": "derive", "expression": "yes * no"}}, relations=())
    assert not computed.can_change
    assert computed.remark == "total is computed by the design, so this does not hold in generated rows."
