"""The same rows as before controls got a home: digests of every sample design, made by the version before.

What the rows weigh is left out: it was not 1 on average then. Where they come from was one word for all of them.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from trimtab.core.design.files import load
from trimtab.core.sampling.run import generate
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study, open_study

ROOT = Path(__file__).parents[3]
DIGESTS: dict[str, str] = json.loads((Path(__file__).parent / "digests.json").read_text(encoding="utf-8"))
"""SHA-256 over schemas and values of the blocks, by design, rows and seed."""


def digest(study: object, rows: int | None, seed: int | None) -> str:
    found = hashlib.sha256()
    for table in generate(study, rows=rows, seed=seed):  # type: ignore[arg-type]
        found.update(table.schema.to_string(show_field_metadata=False, show_schema_metadata=False).encode())
        place = table.schema.get_field_index("_origin")
        table = table.set_column(place, "_origin", pa.array(["synthetic"] * len(table)))
        one = table.drop_columns(["_weight"]).combine_chunks()
        for column in one.columns:
            for chunk in column.chunks:
                found.update(repr((chunk.null_count,)).encode())
        found.update(pd.util.hash_pandas_object(one.to_pandas(), index=False).to_numpy().tobytes())
    return found.hexdigest()[:16]


@pytest.fixture(scope="module")
def known() -> dict[str, Study]:
    """The study that was opened last, by its design's name: what it learned holds for other rows and seeds."""
    return {}


@pytest.mark.parametrize("case", sorted(DIGESTS))
def test_rows_are_those_of_before(case: str, flights: Source, crashes: Source, known: dict[str, Study]) -> None:
    name, rows, seed = case.split(" ")
    design = load(ROOT / "sample_data" / "designs" / f"{name}.yaml")
    assert design.source is not None
    source = crashes if "crashes" in design.source.path else flights
    study = known[name] = open_study(design, source, previous=known.get(name))
    asked = [None if text == "None" else int(text) for text in (rows, seed)]
    assert digest(study, *asked) == DIGESTS[case]
