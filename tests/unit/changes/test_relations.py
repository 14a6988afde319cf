"""Relations let go and kept again leave the design as it was; all that was found is taken but what can't be kept."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from trimtab.core.changes.relations import with_all_kept, with_kept, without_kept
from trimtab.core.design.design import Design
from trimtab.core.relations.relation import Found
from trimtab.core.relations.union import relation_of
from trimtab.core.source.columns import encode

ENTRIES: tuple[dict[str, Any], ...] = (
    {"determines": ("st", "state")},
    {"equation": "total = yes + no"},
    {"key": ("row",)},
    {"key": ("customer", "step")},
    {"order": ("start", "end")},
)
FOUND = tuple(Found(relation_of(one), rows=500, exceptions=0, surprise=90.0) for one in ENTRIES)
BY_HAND = {"order": ("low", "high")}
TABLE: dict[str, list[Any]] = {
    "row": list(range(400)),
    "customer": [f"C{i // 4:03d}" for i in range(400)],
    "step": [i % 4 for i in range(400)],
}
COLUMNS = {name: encode(name, pa.chunked_array([pa.array(values)]), None) for name, values in TABLE.items()}
KEPT = ["st decides state", "total = yes + no", "customer and step together differ in every row", "start ≤ end"]


def design(**parts: Any) -> Design:
    return Design(name="t", source={"path": "x", "sha256": "0" * 64}, **parts)


def texts(found: Design) -> list[str]:
    return [one.text for one in found.relations or ()]


@pytest.mark.parametrize("place", [0, 1, 3])
def test_what_was_let_go_comes_back_to_its_place(place: int) -> None:
    before = with_all_kept(design(relations=(BY_HAND,)), FOUND, COLUMNS)
    relation = FOUND[place].relation
    free = before.without_relation(relation.text)
    assert with_kept(free, FOUND, relation) == before
    assert with_kept(before, FOUND, relation) == before


def test_what_nobody_found_is_the_last() -> None:
    relation = relation_of(BY_HAND)
    assert texts(with_kept(with_all_kept(design(), FOUND, COLUMNS), FOUND, relation))[-1] == "low ≤ high"


def test_all_is_kept_that_can_be() -> None:
    assert texts(with_all_kept(design(), FOUND, COLUMNS)) == KEPT
    factors = {"state": {"role": "drop"}, "total": {"role": "derive", "expression": "yes - no"}}
    assert texts(with_all_kept(design(factors=factors), FOUND, COLUMNS)) == KEPT[2:]


def test_an_identifier_is_there_while_its_key_is_kept() -> None:
    before = design(factors={"row": {"role": "carry"}}, relations=())
    key = relation_of({"key": ("row",)})
    with_it = with_kept(before, FOUND, key)
    assert (with_it.factor("row").role, texts(with_it)) == ("follow", ["row differs in every row"])
    assert without_kept(with_it, key) == before


def test_letting_go_the_key_of_owners_leaves_them_there() -> None:
    key = relation_of({"key": ("customer", "step")})
    with_it = with_kept(design(), FOUND, key)
    assert without_kept(with_it, key).factor("customer").role == "follow"


def test_that_nothing_was_found_is_written_down() -> None:
    assert with_all_kept(design(), (), COLUMNS).relations == ()
