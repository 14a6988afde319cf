"""What a column's card says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trimtab.core.source.profile import profile
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study
from trimtab.ui.data.columns import _about

Table = Callable[[dict[str, list[Any]]], Source]


def test_the_most_frequent_level_has_its_own_share_and_not_that_of_all_others(
    table_source: Table, open_: Callable[..., Study]
) -> None:
    """Of 100 levels 40 have a bin; the other 60 have more rows together than the first."""
    many = ["first"] * 40 + [f"level {i % 99}" for i in range(360)]
    study = open_(table_source({"many": many, "id": [f"T{i:04}x" for i in range(400)]}))
    seen = {one.name: one for one in profile(study.columns, study.source.rows).factors}
    assert _about(study, seen["many"], used=True) == "100 values · mostly first, 10.0 %"
    assert _about(study, seen["id"], used=False) == "400 values · only tells rows apart: no factor"
