"""Relations of a file, or of a table given as columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trimtab.core.relations.finding import find_relations
from trimtab.core.relations.relation import Found
from trimtab.core.source.columns import read_columns
from trimtab.core.source.spool import spool

DATA = Path(__file__).parent / "data"

Find = Callable[[Mapping[str, Any] | str], tuple[Found, ...]]


@pytest.fixture
def find(tmp_path: Path) -> Find:
    """`find("states.csv")`, or of columns by name: what is found, as the profile shows it."""

    def found(what: Mapping[str, Any] | str) -> tuple[Found, ...]:
        file = DATA / what if isinstance(what, str) else tmp_path / "table.parquet"
        if not isinstance(what, str):
            pq.write_table(pa.table(dict(what)), file)
        source = spool(file, tmp_path / "home")
        return find_relations(read_columns(source), source)

    return found


@pytest.fixture
def texts(find: Find) -> Callable[[Mapping[str, Any] | str], list[str]]:
    """The same as texts."""
    return lambda what: [one.relation.text for one in find(what)]
