"""A small study with every kind of promise, opened once."""

from __future__ import annotations

from pathlib import Path

import pytest

from trimtab.core.design.files import loads
from trimtab.core.source.spool import spool
from trimtab.core.study.study import Study, open_study

SAMPLES = Path(__file__).parents[3] / "sample_data"
DESIGN = """
trimtab: 1
name: every-promise
seed: 3
rows: 4000
source: {path: crashes.csv}
factors:
  ageOFocc:
    edges: [16, 25, 45, 65, 97]
    role: target
    missing: 0.1
    target: {family: histogram, weights: [1, 2, 2, 1]}
  sex: {role: keep}
  dvcat: {role: hold, values: ["10-24", "25-39"]}
  yearVeh: {missing: 0.02}
  weight: {role: drop}
events:
  unbelted: {when: "seatbelt = 'none' AND airbag = 'none'", rate: 0.25}
  old: {when: "ageOFocc >= 65 AND dead = 'dead'", rows: 33}
"""


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return open_study(loads(DESIGN), spool(SAMPLES / "crashes.csv", tmp_path_factory.mktemp("home")))
