"""The library of open sources: what holds in one is looked for once, what was learned serves again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.holding import KEPT, TOLD, holding_table
from trimtab.core.design.design import Design
from trimtab.core.errors import InputError
from trimtab.core.relations.union import relation_of
from trimtab.core.source.spool import Source, spool
from trimtab.ui.session.library import Library


@pytest.fixture
def source(tmp_path: Path) -> Source:
    file = tmp_path / "table.parquet"
    holding_table().to_parquet(file)
    return spool(file, tmp_path / "home")


class Heard:
    """What was told while something was done."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def __call__(self, done: int, total: int, message: str) -> None:
        self.messages.append(message)

    def times(self, beginning: str) -> int:
        return sum(message.startswith(beginning) for message in self.messages)


def test_a_source_is_read_looked_at_and_learned_once(source: Source) -> None:
    library, first, again = Library(), Heard(), Heard()
    study = library.begin(source, name="one", progress=first)
    assert (first.times("reading total"), first.times("looking for what always holds: in order")) == (1, 1)
    assert {one.text for one in study.design.relations or ()} == set(KEPT)
    second = library.begin(source, name="two", progress=again)
    assert again.messages == []
    assert second.design == study.design.changed(name="two")
    assert second.grounding is study.grounding
    assert library.knows(study)
    assert {one.relation.text for one in library.found(study, progress=again)} == {*KEPT, TOLD}
    assert again.messages == []


def test_other_ties_are_learned_on_the_same_columns_and_lent_again(source: Source) -> None:
    library, heard = Library(), Heard()
    study = library.begin(source, name="one")
    free = library.study(study.design.without_relation("total = yes + no"), source, progress=heard)
    assert free.columns is study.columns
    assert free.grounding is not study.grounding
    assert heard.times("reading") == 0
    assert library.study(study.design, source, progress=heard).grounding is study.grounding
    # An order ties nothing together while rows are learned from.
    assert library.study(study.design.without_relation("begun ≤ ended"), source).grounding is study.grounding


def test_a_design_that_asks_for_no_kinds_is_served_after_one_that_does(source: Source) -> None:
    library = Library()
    silent = Design(name="t", source={"path": "x"})
    study = library.study(silent, source)
    assert library.study(silent.with_factor("yes", kind="count"), source).grounding is study.grounding
    assert library.study(silent, source).grounding is study.grounding


def test_another_kind_is_looked_at_anew(source: Source) -> None:
    library = Library()
    study = library.begin(source, name="one")
    free = study.design.without_relation("total = yes + no").with_factor("total", kind="categorical")
    other = library.study(free, source)
    assert not library.knows(other)
    assert "total = yes + no" not in {one.relation.text for one in library.found(other)}
    assert library.knows(other)


def test_a_wrong_relation_is_told_before_anything_is_learned(source: Source) -> None:
    heard = Heard()
    design = Design(name="t", source={"path": "x"}, relations=(relation_of({"order": ("begun", "end")}),), rules=("x",))
    with pytest.raises(InputError, match=r"there is no column `end`\. Did you mean `ended`\?") as fault:
        Library().study(design, source, progress=heard)
    assert "there is no column `x`" in str(fault.value)
    assert heard.times("learning") == 0
