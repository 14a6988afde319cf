"""Shared by all tests: the sample data, spooled once, and studies opened on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, settings

from trimtab.core.design.files import loads
from trimtab.core.errors import Progress
from trimtab.core.grounding.grounding import Grounding, learn
from trimtab.core.grounding.ties import Ties
from trimtab.core.source.columns import Column
from trimtab.core.source.spool import Source, spool
from trimtab.core.study.study import Study, open_study

# The same examples every time, however slow the machine is: a time is no property.
settings.register_profile("trimtab", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("trimtab")

ROOT = Path(__file__).resolve().parents[1]

SLOW = ("tests/browser/", "tests/breaking/", "tests/unit/test_cli", "tests/property/", "tests/app/")
"""Beginnings of the ids of tests that take long, the longest first."""

LEARNED: dict[str, Grounding] = {}
"""What the tests that ask for `learned_once` learned, by a digest of the columns."""

Open = Callable[..., Study]
"""(source, design text without its head) -> study"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long goes first: begun last, one process would work on it while the others have nothing left."""
    items.sort(key=lambda item: next((i for i, begin in enumerate(SLOW) if item.nodeid.startswith(begin)), len(SLOW)))


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace for the whole session."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def flights(home: Path) -> Source:
    """335,220 flights with the weather at the airport."""
    return spool(ROOT / "sample_data" / "flights.parquet", home)


@pytest.fixture(scope="session")
def crashes(home: Path) -> Source:
    """26,217 crash records."""
    return spool(ROOT / "sample_data" / "crashes.csv", home)


@pytest.fixture(scope="session")
def open_() -> Open:
    """Open a design text on a source; the grounding of a source is learned once in a session."""
    known: dict[str, Study] = {}

    def study(source: Source, text: str = "") -> Study:
        design = loads(
            f"trimtab: 1\nname: test\nsource: {{path: x, sha256: {source.sha256}}}\n{text}", owner="test.yaml"
        )
        opened = open_study(design, source, previous=known.get(source.sha256))
        known[source.sha256] = opened
        return opened

    return study


@pytest.fixture
def learned_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this test what was learned from the same columns before is taken again: half of what a command does on the
    crash records is to learn, and it is always the same (tests/unit/grounding)."""

    def learn_once(
        columns: Mapping[str, Column], *, ties: Ties | None = None, progress: Progress | None = None
    ) -> Grounding:
        digest = sha256(repr(ties).encode())
        for name, one in columns.items():
            digest.update(repr((name, one.kind, one.type, len(one.values), one.values.offset)).encode())
            for part in (*filter(None, one.values.buffers()), one.counts, one.codes):
                digest.update(part)
        if digest.hexdigest() not in LEARNED:
            LEARNED[digest.hexdigest()] = learn(columns, ties=ties, progress=progress)
        elif progress:
            progress(1, 1, "learned")
        return LEARNED[digest.hexdigest()]

    monkeypatch.setattr("trimtab.core.learned.learned.learn", learn_once)


@pytest.fixture
def table_source(tmp_path: Path) -> Callable[[dict[str, list[object]]], Source]:
    """Spool a small table given as columns."""

    def make(columns: dict[str, list[object]]) -> Source:
        file = tmp_path / "table.parquet"
        pq.write_table(pa.table(columns), file)
        return spool(file, tmp_path / "home")

    return make
