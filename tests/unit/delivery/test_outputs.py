"""Outputs side by side in a folder: what vouches for them, copies in other formats, deletion."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trimtab.core.delivery.outputs import copy_rows, delete_output, list_outputs, read_output
from trimtab.core.delivery.receipt import deliver, receipt_path
from trimtab.core.errors import InputError
from trimtab.core.study.study import Study


@pytest.fixture
def made(study: Study, tmp_path: Path) -> Path:
    return deliver(study, tmp_path / "rows.parquet", rows=70_000).path  # two blocks


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz"])
def test_a_copy_has_the_bytes_the_design_would_have_given(study: Study, made: Path, suffix: str) -> None:
    folder = made.parent / "direct"
    folder.mkdir()
    direct = deliver(study, folder / f"rows{suffix}", rows=70_000).path
    steps: list[tuple[int, int]] = []
    written = copy_rows(made, made.with_suffix(suffix), progress=lambda done, total, _: steps.append((done, total)))
    assert made.with_suffix(suffix).read_bytes() == direct.read_bytes()
    assert written.rows == 70_000
    assert steps == [(65_536, 70_000), (70_000, 70_000)]


def test_an_output_knows_what_its_receipt_says(study: Study, made: Path) -> None:
    output = read_output(made)
    assert (output.rows, output.seed, output.bytes) == (70_000, 3, made.stat().st_size)
    assert output.fingerprint == study.design.fingerprint()
    assert output.kept == len(output.promises) > 1
    assert output.promises[0].promise == "rows"
    assert list_outputs(made.parent) == (output,)


def test_a_file_without_a_sound_receipt_is_no_output(made: Path) -> None:
    receipt = receipt_path(made)
    document = json.loads(receipt.read_text(encoding="utf-8"))
    del document["receipt"]
    receipt.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError, match=r"rows\.parquet\.receipt\.json: the receipt is gone or damaged"):
        read_output(made)
    receipt.unlink()
    assert list_outputs(made.parent) == ()


def test_the_newest_output_is_the_first(study: Study, made: Path) -> None:
    later = deliver(study, made.with_name("a-later.parquet"), rows=10).path
    assert [one.path for one in list_outputs(made.parent)] == [later, made]


def test_a_deleted_output_takes_all_its_files_along_and_no_others(made: Path) -> None:
    copy_rows(made, made.with_suffix(".csv"))
    made.with_suffix(".yaml").write_text("trimtab: 1\n", encoding="utf-8")
    other = made.with_name("rows-2.parquet")
    other.write_bytes(b"another")
    delete_output(made)
    assert list(made.parent.iterdir()) == [other]
    delete_output(made)


def test_a_copy_of_rows_that_are_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.parquet: the rows are gone or damaged"):
        copy_rows(tmp_path / "a.parquet", tmp_path / "a.csv")
    (tmp_path / "a.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(InputError, match=r"a\.parquet: the rows are gone or damaged"):
        copy_rows(tmp_path / "a.parquet", tmp_path / "a.csv")
    assert [file.name for file in tmp_path.iterdir()] == ["a.parquet"]
