"""JSON Lines: what is kept to the digit, and what is refused with the line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from trimtab.core.counting.datasets import ROWS, Reading, open_data
from trimtab.core.errors import InputError
from trimtab.core.source.delimited.dialect import Dialect
from trimtab.core.source.spool import Source, spool


def bring_in(folder: Path, text: str, said: Dialect | None = None, name: str = "data.jsonl") -> Source:
    (folder / name).write_text(text, encoding="utf-8")
    return spool(folder / name, folder / "home", dialect=said or Dialect())


def values(source: Source) -> dict[str, list[Any]]:
    return dict(pq.read_table(source.path).to_pydict())


def test_values_are_what_json_says_they_are(tmp_path: Path) -> None:
    source = bring_in(
        tmp_path,
        '{"id": 9007199254740993, "code": "007", "digit": "5", "x": 0.1, "day": "2013-02-28", "ok": true}\n'
        '\n{"id": -1, "code": null, "digit": "6", "x": 1e-7, "day": "2013-03-01", "ok": false}',
    )
    found = pq.read_table(source.path)
    assert [str(one.type) for one in found.schema] == ["int64", "string", "string", "double", "date32[day]", "bool"]
    assert found.to_pydict()["id"] == [2**53 + 1, -1]
    assert found.to_pydict()["code"] == ["007", None]
    assert found.to_pydict()["digit"] == ["5", "6"]
    assert found.to_pydict()["x"] == [0.1, 1e-7]


def test_late_keys_and_odd_names(tmp_path: Path) -> None:
    text = '{"a": 1}\n{"b.c": 2, "a": 3}\n{"it\'s \\"x\\"": 4}\n'
    assert values(bring_in(tmp_path, text)) == {
        "a": [1, 3, None],
        "b.c": [None, 2, None],
        'it\'s "x"': [None, None, 4],
    }


def test_fields_with_lists_and_objects_are_left_out_with_a_word(tmp_path: Path) -> None:
    source = bring_in(tmp_path, '{"a": 1, "tags": ["x"]}\n{"tags": null, "a": 2}\n{"a": 3, "tags": {"y": 1}}\n')
    assert values(source) == {"a": [1, 2, 3]}
    assert source.notes == ("left out, for a factor holds one value a row, and these hold lists or objects: `tags`",)


def test_words_for_missing_among_numbers_and_not_among_texts(tmp_path: Path) -> None:
    text = '{"n": 1, "country": "NA"}\n{"n": "NA", "country": "DE"}\n{"n": NaN, "country": "CH"}\n'
    source = bring_in(tmp_path, text)
    assert values(source) == {"n": [1, None, None], "country": ["NA", "DE", "CH"]}
    assert any("'na' is read as missing, in `n`" in note for note in source.notes)
    said = bring_in(tmp_path, text, Dialect(missing=("NA", "NaN")))
    assert values(said)["country"] == [None, "DE", "CH"]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ('{"a": 1}\n\n{"a": "x"}\n', "the field `a` changes: it holds a number in line 1 and a text in line 3"),
        ('{"a": true}\n{"a": 1}\n', "`a` changes: it holds true or false in line 1 and a number in line 2"),
        ('{"a": 1}\n{"a": [1]}\n', "`a` changes: it holds a number in line 1 and a list or an object in line 2"),
        ('{"a": {"b": 1}}\n', "no field can be a factor, .* lists or objects: `a`"),
        ('{"a": 1}\n{"a": 2\n', "line 2: it is no object of JSON"),
        ('{"a": 1}\n5\n', "line 2: it is a number and no object of JSON"),
        ('[{"a": 1}, {"a": 2}]', "line 1: it is a list and no object .* lines=True"),
        ('{\n  "a": 1\n}\n', "line 1: it is no object of JSON"),
        ("a,b\n1,2\n", "line 1: it is no object of JSON"),
        ('{"a": 1, "a": 2}\n', "line 1: the key `a` comes twice"),
        ('{"a": 1, "A": 2}\n', "`a` and `A` differ only by upper and lower case"),
        ('{"a": 1e400}\n', r"infinite values in `a` \(1 of 1 rows\)"),
        ("{}\n", "it has no columns"),
        ('{"a": null}\n', "all 1 rows are empty"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, match: str) -> None:
    with pytest.raises(InputError, match=match) as caught:
        bring_in(tmp_path, text)
    assert str(caught.value).startswith("data.jsonl")
    assert not [one for one in (tmp_path / "home").rglob("*") if one.is_file()]


def test_the_same_bytes_under_another_name_are_read_anew(tmp_path: Path) -> None:
    text = '{"a": 1}\n{"a": 2}\n'
    assert bring_in(tmp_path, text, Dialect(header=0), "data.csv").columns != ("a",)
    assert bring_in(tmp_path, text, Dialect(header=0), "data.csv").columns != bring_in(tmp_path, text).columns
    assert bring_in(tmp_path, text).columns == ("a",)


def test_a_file_is_held_against_a_source(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"code": "007", "n": 1}\n{"code": "008"}\n', encoding="utf-8")
    readings = {"code": Reading("text", "VARCHAR"), "n": Reading("whole", "BIGINT")}
    with open_data(tmp_path / "rows.jsonl", readings) as opened:
        assert opened.con.execute(f"SELECT code, n FROM {ROWS}").fetchall() == [("007", 1), ("008", None)]
