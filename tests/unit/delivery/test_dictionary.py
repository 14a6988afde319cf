"""The dictionary of the columns: one entry for every column of the file, in its order."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest

from trimtab.core.delivery.dictionary import dictionary, dictionary_csv
from trimtab.core.design.design import Design
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.sampling.run import generate
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study, open_study

Table = Callable[[dict[str, list[object]]], Source]


@pytest.fixture
def study(table_source: Table) -> Study:
    source = table_source(
        {
            "id": [f"T{i:03}" for i in range(120)],
            "kind": [["car", "bus", "bike"][i % 3] for i in range(120)],
            "speed": [None if i % 10 == 0 else float(i % 30) for i in range(120)],
            "town": [f"town {i % 20:02}" for i in range(120)],
            "gone": [i % 2 == 0 for i in range(120)],
        }
    )
    design = Design.model_validate(
        {
            "name": "d",
            "source": SourceRef(path=source.name, sha256=source.sha256),
            "rows": 100,
            "mode": "blend",
            "factors": {
                "id": {"role": "carry"},
                "kind": {"role": "hold", "values": ["car", "bus"]},
                "speed": {"unit": "km/h", "missing": 0.2},
                "gone": {"role": "drop"},
                "double": {"role": "derive", "expression": "2 * speed"},
            },
            "labels": {
                "late": {"rule": "CASE WHEN speed > 20 THEN 'yes' ELSE 'no' END", "noise": 0.1},
                "hit": {"probability": "0.5 + 0 * speed"},
            },
        }
    )
    return open_study(design, source)


def test_every_column_of_the_file_has_an_entry(study: Study) -> None:
    entries = dictionary(study)
    table = next(generate(study))
    assert [one.name for one in entries] == table.column_names
    assert [one.type for one in entries] == [str(field.type) for field in table.schema]
    assert all(one.comes_from for one in entries)
    assert all(one.meaning for one in entries if one.name.startswith("_"))


def test_entries_say_what_there_is_and_what_is_asked(study: Study) -> None:
    found = {one.name: one for one in dictionary(study)}
    assert (found["speed"].unit, found["speed"].values, found["speed"].missing) == ("km/h", "1 to 29", "10.0 %")
    assert (found["kind"].role, found["kind"].values) == ("hold", "car, bus")
    assert found["town"].values.endswith("town 11 and 8 more")
    assert found["id"].comes_from.endswith("missing in rows that are made")
    assert found["double"].comes_from == "computed: 2 * speed"
    assert found["late"].meaning == "10.0 % of the rows have another label on purpose; late_clean has none"
    assert found["late_clean"].meaning == "late without noise"
    assert found["hit"].meaning == "drawn for each row with the probability beside it, hit_probability"
    assert found["_origin"].values == "real, spliced, constructed"
    assert "gone" not in found


def test_it_can_be_read_as_csv(study: Study) -> None:
    entries = dictionary(study)
    rows = list(csv.DictReader(io.StringIO(dictionary_csv(entries))))
    assert [row["name"] for row in rows] == [one.name for one in entries]
    assert rows[1]["values"] == "car, bus"
