"""JSON Lines and Arrow: what stands in the file, and what of strangers' files is refused."""

from __future__ import annotations

import datetime as dt
import gzip
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from trimtab.core.counting.datasets import ROWS, Reading, open_data
from trimtab.core.delivery.writers import write
from trimtab.core.errors import InputError
from trimtab.core.formats.format import read_rows


def test_json_lines_as_text(tmp_path: Path) -> None:
    zoned = pa.array([dt.datetime(2013, 1, 1, 5, tzinfo=dt.UTC), None], pa.timestamp("us", "America/New_York"))
    columns = {"a": [1.0, -0.0], "n": [2**63 - 1, None], "t": [True, None], 'q"k': ['é "\n\x07', ""], "z": zoned}
    table = pa.table({**columns, "m": [Decimal("12345678901234567890.10"), None], "c": [dt.time(1, 2, 3), None]})
    write([table], tmp_path / "a.jsonl", schema=table.schema)
    assert (tmp_path / "a.jsonl").read_text(encoding="utf-8") == (
        '{"a":1.0,"n":9223372036854775807,"t":true,"q\\"k":"é \\"\\n\\u0007","z":"2013-01-01T05:00:00.000000Z",'
        '"m":12345678901234567890.10,"c":"01:02:03.000000"}\n'
        '{"a":-0.0,"n":null,"t":null,"q\\"k":"","z":null,"m":null,"c":null}\n'
    )
    assert read_rows(tmp_path / "a.jsonl", table.schema).equals(table)


def test_a_number_that_json_does_not_know_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    table = pa.table({"x": [1.0, float("-inf")]})
    with pytest.raises(InputError, match=r"a\.jsonl: column `x` has -inf, and JSON knows no such number"):
        write([table], tmp_path / "a.jsonl", schema=table.schema)
    assert list(tmp_path.iterdir()) == []


READINGS = {"a": Reading("whole", "BIGINT"), "b": Reading("text", "VARCHAR"), "c": Reading("number", "DOUBLE")}


def read(path: Path) -> tuple[list[tuple[object, ...]], dict[str, str]]:
    with open_data(path, READINGS) as opened:
        columns = ", ".join(name for name in READINGS if name in opened.types)
        return opened.con.execute(f"SELECT {columns} FROM {ROWS}").fetchall(), dict(opened.stored)


def test_lines_with_other_keys_and_orders_are_one_table(tmp_path: Path) -> None:
    text = '{"b": "007", "a": 1}\n{"a": -2, "c": 1}\n\n{"c": 2.5, "b": null, "a": 9007199254740993}\n'
    (tmp_path / "a.ndjson.gz").write_bytes(gzip.compress(text.encode()))
    rows, stored = read(tmp_path / "a.ndjson.gz")
    assert rows == [(1, "007", None), (-2, None, 1.0), (2**53 + 1, None, 2.5)]
    assert stored == {"b": "VARCHAR", "a": "BIGINT", "c": "DOUBLE"}


def test_whole_numbers_are_as_wide_as_they_must(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"a": 5, "c": null}\n')
    assert read(tmp_path / "a.jsonl")[1] == {"a": "BIGINT", "c": '"NULL"'}
    (tmp_path / "a.jsonl").write_text('{"a": 18446744073709551615}\n')
    assert read(tmp_path / "a.jsonl")[1] == {"a": "UBIGINT"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a": [1, 2]}\n', "column `a` holds lists"),
        ('{"a": 1}\n{"a": {"x": 1}}\n', "column `a` holds objects"),
        ('{"a": 1}\n[1]\n', "not every line is an object"),
        ('{"a": 1, "a": 2}\n', 'duplicate key "a"'),
        ('{"a": 1}\n{"a": 2', "it can't be read: Malformed JSON"),
        ("", "it has no rows"),
        ('{"a": 1.5}\n{"a": "x"}\n', "column `a`: '1.5' is not a whole number"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "a.jsonl").write_text(text)
    with pytest.raises(InputError, match=rf"^a\.jsonl: .*{told}"):
        read(tmp_path / "a.jsonl")


@pytest.mark.parametrize("kind", ["file", "stream"])
def test_arrow_is_read_as_a_file_and_as_a_stream(tmp_path: Path, kind: str) -> None:
    table = pa.table({"a": [1, 2], "b": pa.array(["x", None]).dictionary_encode(), "c": [0.5, None]})
    opened = pa.ipc.new_file if kind == "file" else pa.ipc.new_stream
    with pa.OSFile(str(tmp_path / "a.arrow"), "wb") as sink, opened(sink, table.schema) as writer:
        writer.write_table(table)
    assert read(tmp_path / "a.arrow")[0] == [(1, "x", 0.5), (2, None, None)]
    whole = (tmp_path / "a.arrow").read_bytes()
    (tmp_path / "a.arrow").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"^a\.arrow: it can't be read as Arrow"):
        read(tmp_path / "a.arrow")
