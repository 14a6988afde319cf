"""Delivery: the file, its receipt beside it, and nothing of either when it fails."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trimtab.core.delivery.copies import COMPARING, UNMEASURED, copies_json
from trimtab.core.delivery.measuring.promise import Promise
from trimtab.core.delivery.places import own_receipt
from trimtab.core.delivery.receipt import MEASURING, compare, deliver, deliver_rows, receipt_json, receipt_path
from trimtab.core.design.files import loads
from trimtab.core.errors import CancelledError, ConflictError
from trimtab.core.study.study import Study, open_study


def test_a_file_and_its_receipt(study: Study, tmp_path: Path) -> None:
    said: list[tuple[int, int, str]] = []
    delivery = deliver(study, tmp_path / "a.parquet", progress=lambda *step: said.append(step))
    assert delivery.kept
    assert delivery.copies is not None
    assert list(copies_json(delivery.copies)) == [
        "rows",
        "equal",
        "share",
        "nearer",
        "sampled",
        "standard_error",
        "reason",
    ]
    assert delivery.receipt_path == tmp_path / "a.parquet.receipt.json"
    assert sorted(tmp_path.iterdir()) == [delivery.path, delivery.receipt_path]
    document = json.loads(delivery.receipt_path.read_text(encoding="utf-8"))
    content = delivery.path.read_bytes()
    assert {name: value for name, value in document.items() if name not in ("receipt", "promises", "trimtab")} == {
        "real_records": 0,
        "design": {"name": "every-promise", "fingerprint": study.design.fingerprint()},
        "source": {"name": "crashes.csv", "sha256": study.source.sha256, "rows": 26_217},
        "file": {"name": "a.parquet", "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()},
        "rows": 4000,
        "seed": 3,
        "cost_bits": pytest.approx(document["cost_bits"]),
        "effective_share": pytest.approx(document["effective_share"]),
        "covered": pytest.approx(document["covered"]),
        "ungrounded": 0.0 if document["ungrounded"] == 0 else pytest.approx(document["ungrounded"]),
        "copies": copies_json(delivery.copies),
        "kept": True,
    }
    assert document["cost_bits"] > 0
    assert 0 < document["effective_share"] < 1
    assert 0 < document["covered"] < 1  # the rest of the source is of a speed that the design does not hold
    assert document["receipt"] == receipt_json(delivery.promises)
    both = zip(document["receipt"], document["promises"], strict=True)
    assert tuple(Promise.from_json(*one) for one in both) == delivery.promises
    assert {tuple(promise) for promise in document["receipt"]} == {
        ("promise", "requested", "delivered", "tolerance", "kept")
    }
    assert (4000, 4000, MEASURING) in said


def test_the_same_design_and_seed_give_the_same_bytes_and_receipt(study: Study, tmp_path: Path) -> None:
    for folder, workers in (("one", 1), ("two", 2)):
        (tmp_path / folder).mkdir()
        deliver(study, tmp_path / folder / "a.csv.gz", rows=70_000, workers=workers)
    for name in ("a.csv.gz", "a.csv.gz.receipt.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert deliver(study, tmp_path / "b.csv.gz", rows=70_000, seed=4).kept
    assert (tmp_path / "b.csv.gz").read_bytes() != (tmp_path / "one" / "a.csv.gz").read_bytes()


def test_rows_and_seed_of_the_caller(study: Study, tmp_path: Path) -> None:
    delivery = deliver(study, f"{tmp_path}/parts/", rows=500, seed=9)
    assert (delivery.written.rows, pq.read_table(tmp_path / "parts").num_rows) == (500, 500)
    document = json.loads((tmp_path / "parts.receipt.json").read_text(encoding="utf-8"))
    assert (document["rows"], document["seed"]) == (500, 9)
    assert {one["promise"]: one["requested"] for one in document["receipt"]}["rows"] == 500


def test_strings_are_strings_and_provenance_comes_last(study: Study, tmp_path: Path) -> None:
    deliver(study, tmp_path / "a.parquet", rows=100)
    schema = pq.read_schema(tmp_path / "a.parquet")
    assert schema.names == [*study.delivered, "_origin", "_weight", "_ungrounded"]
    assert not any(pa.types.is_dictionary(type_) for type_ in schema.types)


def test_a_stop_leaves_the_old_file_and_its_receipt(study: Study, tmp_path: Path) -> None:
    deliver(study, tmp_path / "a.csv", rows=200)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}

    def stop(done: int, total: int, message: str) -> None:
        raise CancelledError("stopped by the person")

    with pytest.raises(CancelledError, match="stopped by the person"):
        deliver(study, tmp_path / "a.csv", progress=stop)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_rows_and_receipt_are_there_before_copies_are_counted(study: Study, tmp_path: Path) -> None:
    seen = []

    def stop(done: int, total: int, message: str) -> None:
        if message == COMPARING:
            seen.append(own_receipt(tmp_path / "a.csv"))
            raise CancelledError("stopped by the person")

    with pytest.raises(CancelledError, match="stopped by the person"):
        deliver(study, tmp_path / "a.csv", rows=200, progress=stop)
    assert [seen[0][name] for name in ("copies", "kept")] == [UNMEASURED, True]
    assert own_receipt(tmp_path / "a.csv") == seen[0], "a stop leaves it as it was"
    (tmp_path / "whole").mkdir()
    whole = deliver(study, tmp_path / "whole" / "a.csv", rows=200)
    later = compare(study, deliver_rows(study, tmp_path / "a.csv", rows=200))
    assert later.receipt_path.read_bytes() == whole.receipt_path.read_bytes()
    assert (later.copies, later.compared) == (whole.copies, True)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.csv", "a.csv.receipt.json", "whole"]


@pytest.mark.parametrize("moment", ["before", "while"])
def test_a_figure_is_never_put_beside_other_rows(study: Study, tmp_path: Path, moment: str) -> None:
    first = deliver_rows(study, tmp_path / "a.parquet", rows=300)
    others: list[dict[Path, bytes]] = []

    def replace(*_: object) -> None:
        if not others:
            deliver_rows(study, tmp_path / "a.parquet", rows=400)
            others.append({file: file.read_bytes() for file in tmp_path.iterdir()})

    if moment == "before":
        replace()
    assert not compare(study, first, progress=replace).compared
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == others[0]


def test_rows_that_are_gone_are_not_compared(study: Study, tmp_path: Path) -> None:
    first = deliver_rows(study, tmp_path / "a.parquet", rows=300)
    assert not compare(study, first, progress=lambda *_: first.path.unlink(missing_ok=True)).compared
    assert [one.name for one in tmp_path.iterdir()] == ["a.parquet.receipt.json"]


def test_controls_that_conflict_are_told_before_a_row_is_drawn(study: Study, tmp_path: Path) -> None:
    text = "trimtab: 1\nname: x\nsource: {path: crashes.csv}\nevents:\n  a: {when: \"sex = 'f'\", rate: 0.5}\n"
    design = loads(text + "  b: {when: \"sex = 'm'\", rate: 0.6}\n")
    with pytest.raises(ConflictError, match="Event `b` asks for 60 %"):
        deliver(open_study(design, study.source, previous=study), tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []


def test_where_a_receipt_is() -> None:
    assert receipt_path("x/a.csv.gz") == Path("x/a.csv.gz.receipt.json")
    assert receipt_path("x/parts/") == Path("x/parts.receipt.json")
