"""Samples of a design: its first rows, made once, and only so many kept."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq

from trimtab.core.delivery import samples
from trimtab.core.delivery.samples import design_sample
from trimtab.core.projection.projection import project
from trimtab.core.sampling.run import generate
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

Open = Callable[..., Study]
EVENT = "rows: {rows}\nevents:\n  fast: {{when: \"dvcat = '55+'\", rate: 0.2}}\n"


def test_a_design_of_few_rows_is_its_own_sample(crashes: Source, open_: Open, tmp_path: Path) -> None:
    study = open_(crashes, EVENT.format(rows=3000))
    path = design_sample(study, project(study), tmp_path)
    (whole,) = generate(study)
    assert pq.read_table(path).equals(whole)


def test_the_first_rows_keep_the_quotas_of_all(crashes: Source, open_: Open, tmp_path: Path) -> None:
    study = open_(crashes, EVENT.format(rows=1_000_000))
    table = pq.read_table(design_sample(study, project(study), tmp_path))
    assert table.num_rows == 65_536
    fast = table.column("dvcat").to_pylist().count("55+")
    chance = (65_536 * 0.2 * 0.8) ** 0.5
    assert abs(fast - 0.2 * 65_536) < chance / 4


def test_a_sample_is_made_once_and_again_for_another_design(crashes: Source, open_: Open, tmp_path: Path) -> None:
    study = open_(crashes, EVENT.format(rows=2000))
    path = design_sample(study, project(study), tmp_path)
    os.utime(path, (1, 1))
    assert design_sample(study, project(study), tmp_path) == path
    assert path.stat().st_mtime == 1
    other = open_(crashes, "rows: 2000\n")
    assert design_sample(other, project(other), tmp_path) != path


def test_the_oldest_samples_go(crashes: Source, open_: Open, tmp_path: Path) -> None:
    for number in range(samples.MOST_SAMPLES + 5):
        old = tmp_path / f"{number}.parquet"
        old.touch()
        os.utime(old, (number + 1, number + 1))
    study = open_(crashes, "rows: 100\n")
    path = design_sample(study, project(study), tmp_path)
    left = sorted(tmp_path.glob("*.parquet"))
    assert len(left) == samples.MOST_SAMPLES
    assert path in left
    assert tmp_path / "0.parquet" not in left
