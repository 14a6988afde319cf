"""What always holds in the source holds in every generated row, neutral and under controls; the receipt measures it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trimtab.core.delivery.measuring.all_promises import receipt
from trimtab.core.design.design import Design
from trimtab.core.sampling.run import generate
from trimtab.core.source.spool import Source, spool
from trimtab.core.study.neutral import begin_design
from trimtab.core.study.study import open_study

DATA = Path(__file__).parents[1] / "relations" / "data"


def neutral(file: str, home: Path) -> tuple[Source, Design]:
    source = spool(DATA / file, home)
    return source, begin_design(source, name="test", path=file).design


def relation_promises(source: Source, design: Design, folder: Path, rows: int = 1500) -> list[tuple[str, object]]:
    study = open_study(design, source)
    file = folder / "rows.parquet"
    pq.write_table(pa.concat_tables(generate(study, rows=rows)), file)
    promises = receipt(file, study, rows=rows, plans=())
    assert [one.promise for one in promises if not one.kept and not one.promise.startswith("relation")] == []
    return [(one.promise, one.delivered) for one in promises if one.promise.startswith("relation")]


def uniform(low: float, high: float) -> dict[str, object]:
    return {"family": "uniform", "low": low, "high": high}


def levels(rest: float, **weights: float) -> dict[str, object]:
    return {"family": "categorical", "weights": weights, "rest": rest}


@pytest.mark.parametrize(
    ("file", "factor", "target"),
    [
        ("states.csv", "state", levels(0.5, Maine=9)),
        ("panel.csv", "iso", levels(0.7, L003=1)),
        ("twins.csv", "fahrenheit", {"family": "normal", "mean": 60, "sd": 3, "low": 50, "high": 70}),
        ("parts.csv", "total", uniform(30, 60)),
        ("times.csv", "z0", uniform(-1, 1)),
        ("birth.parquet", "age", uniform(20, 60)),
        ("onehot.parquet", "is_b", {"family": "histogram", "weights": [0.4, 0.6]}),
        ("cents.csv", "gross", uniform(20, 60)),
    ],
)
def test_what_holds_is_kept_neutral_and_under_a_target(
    file: str, factor: str, target: dict[str, object], tmp_path: Path
) -> None:
    source, design = neutral(file, tmp_path)
    wanted = [(f"relation {one.text}", 0) for one in design.relations or ()]
    assert wanted
    assert relation_promises(source, design, tmp_path) == wanted
    sculpted = design.with_factor(factor, role="target", target=target)
    assert relation_promises(source, sculpted, tmp_path) == wanted


def test_what_a_person_lets_go_is_not_kept(tmp_path: Path) -> None:
    source, design = neutral("parts.csv", tmp_path)
    free = design.without_relation("total = yes + no")
    assert free.relations == ()
    assert relation_promises(source, free, tmp_path) == []
    study = open_study(free, source)
    file = tmp_path / "free.parquet"
    pq.write_table(pa.concat_tables(generate(study, rows=1500)), file)
    (broken,) = [
        one for one in receipt(file, open_study(design, source), plans=()) if one.promise.startswith("relation")
    ]
    assert not broken.kept
    assert isinstance(broken.delivered, int)
    assert broken.delivered > 500


def test_a_row_number_does_not_steer_what_is_learned(tmp_path: Path) -> None:
    source, design = neutral("rows.csv", tmp_path)
    assert design.factor("row").role == "carry"
    assert design.relations == ()
    grounding = open_study(design, source).grounding
    assert "row" not in {n.factor for one in grounding.neighbourhoods for n in one.neighbours}


def test_missing_shares_do_not_drift(tmp_path: Path) -> None:
    import numpy as np

    generator = np.random.default_rng(1)
    age = generator.normal(50, 10, 1400).round()
    gaps = generator.random(1400) < 0.07
    file = tmp_path / "gaps.parquet"
    vote = np.where(age > 50, "yes", "no")
    pq.write_table(pa.table({"age": age, "vote": pa.array(vote, mask=gaps), "x": generator.normal(size=1400)}), file)
    source = spool(file, tmp_path)
    design = Design(name="t", source={"path": "x", "sha256": source.sha256}, relations=())
    table = pa.concat_tables(generate(open_study(design, source), rows=1400))
    assert table["vote"].null_count == gaps.sum()
