"""Engines: the same file from each, whatever its workers do; and what is said of one that is not there."""

from __future__ import annotations

import importlib.util
import json
import shutil
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trimtab.core.delivery.writers import write
from trimtab.core.design.files import loads
from trimtab.core.engines import connect, engines, worker
from trimtab.core.engines.engines import engine_of
from trimtab.core.engines.worker import REFUSED, ROWS, UNSEEN, answers, job_of, unpacked
from trimtab.core.errors import InputError
from trimtab.core.sampling.plan import BLOCK
from trimtab.core.sampling.run import Generator, generate, prepare, schema_of
from trimtab.core.source.spool import spool
from trimtab.core.study.study import Study, open_study

MADE = BLOCK + 2_000
SENT_AT_MOST = 5_000_000
DESIGN = """
trimtab: 1
name: engines
seed: 3
source: {path: table.parquet}
events: {cold: {when: "degrees < 0", rate: 0.3}}
relations: [{key: [who, step]}]
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """400 rows of types that Spark has none for, or casts, and a key whose new values are made in order."""
    folder = tmp_path_factory.mktemp("engines")
    noise, n = np.random.default_rng(7), 400
    begin = datetime(2024, 3, 30, tzinfo=UTC)
    table = pa.table(
        {
            "who": [f"C{number:05}" for number in np.arange(n) // 4],
            "step": pa.array(np.arange(n) % 4, pa.uint8()),
            "degrees": noise.normal(5, 9, n).round(1),
            "price": pa.array(
                [Decimal(int(cents)).scaleb(-2) for cents in noise.integers(0, 9999, n)], pa.decimal128(9, 2)
            ),
            "at": pa.array([begin + timedelta(minutes=17 * i) for i in range(n)], pa.timestamp("us", "Europe/Berlin")),
            "opens": pa.array([time(int(hour)) for hour in noise.integers(6, 11, n)], pa.time64("us")),
            "kind": pa.array(noise.choice(["a", "b", None], n).tolist()).dictionary_encode(),
        }
    )
    pq.write_table(table, folder / "table.parquet")
    return open_study(loads(DESIGN), spool(folder / "table.parquet", folder / "home"))


@pytest.fixture(scope="module")
def generator(study: Study) -> Generator:
    return prepare(study, rows=MADE)


def digest_of(study: Study, place: Path, **options: Any) -> str:
    tables = generate(study, rows=MADE, **options)
    return write(tables, place, schema=schema_of(study, provenance=True)).sha256


@pytest.fixture(scope="module")
def digest(study: Study, tmp_path_factory: pytest.TempPathFactory) -> str:
    """That of the file made on threads."""
    return digest_of(study, tmp_path_factory.mktemp("local") / "rows.parquet")


def asked(job: str, number: int, content: bytes | None = None) -> tuple[str, bytes]:
    found = pa.Table.from_batches(answers(job, content, [pa.record_batch({"id": [number]})]))
    assert set(found.column("block").to_pylist()) == {number}
    return found.column("status")[0].as_py(), b"".join(found.column("content").to_pylist())


@pytest.mark.parametrize("workers", [1, 8])
def test_sail_gives_the_same_file(
    study: Study, digest: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    pytest.importorskip("pysail")
    monkeypatch.setattr(worker, "PART", 100_000)  # several to a block
    assert digest_of(study, tmp_path / "rows.parquet", engine=engine_of("sail"), workers=workers) == digest


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # py4j leaves its sockets open
@pytest.mark.skipif(
    importlib.util.find_spec("py4j") is None or shutil.which("java") is None,
    reason="Spark needs pyspark and Java 17",
)
def test_spark_gives_the_same_file(study: Study, digest: str, tmp_path: Path) -> None:
    assert digest_of(study, tmp_path / "rows.parquet", engine=engine_of("spark"), workers=2) == digest


def test_a_worker_that_dies_costs_its_block_and_no_row(
    study: Study, digest: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pysail")
    packed, times = worker.packed, dict.fromkeys(range(2), 0)

    def dying(generator: Generator, number: int, lives: int) -> bytes:
        times[number] += 1
        if times[number] <= lives:
            raise RuntimeError("out of memory")
        return packed(generator, number)

    sail = engine_of("sail")
    monkeypatch.setattr(worker, "packed", partial(dying, lives=connect.ATTEMPTS - 1))
    assert digest_of(study, tmp_path / "rows.parquet", engine=sail) == digest
    assert times == {0: connect.ATTEMPTS, 1: connect.ATTEMPTS}
    monkeypatch.setattr(worker, "packed", partial(dying, lives=99))
    with pytest.raises(InputError, match=r"engine sail: block 0 came from no worker in 3 attempts.*out of memory"):
        digest_of(study, tmp_path / "none.parquet", engine=sail)
    assert [file.name for file in tmp_path.iterdir()] == ["rows.parquet"]


def test_a_worker_needs_the_job_and_the_file_alone(generator: Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    job = job_of(generator)
    assert len(job) <= SENT_AT_MOST
    status, content = asked(job, 1)
    table, codes = unpacked(content, generator)
    made, made_codes = generator.with_codes(1)
    assert status == ROWS
    assert table.equals(made)
    assert {name: one.tolist() for name, one in codes.items()} == {
        name: one.tolist() for name, one in made_codes.items()
    }
    assert {"who", "step"} == set(codes)
    opened = worker._open[job]
    assert asked(job, 0)[0] == ROWS
    assert worker._open[job] is opened is not generator


def test_a_worker_that_sees_no_file_is_sent_it(generator: Generator) -> None:
    job = json.loads(job_of(generator))
    job["source"]["path"] = "/nowhere/source.parquet"
    text, source = json.dumps(job), generator.study.source.path
    assert asked(text, 1) == (UNSEEN, b"")
    status, content = asked(text, 1, source.read_bytes())
    assert status == ROWS
    assert unpacked(content, generator)[0].equals(generator.block(1))
    job["source"]["path"], job["content"] = str(source), "of another file"
    assert asked(json.dumps(job), 1)[0] == UNSEEN


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"versions": {**worker.versions(), "trimtab": "9.9"}}, "trimtab .* instead of 9.9. Give all workers the same"),
        ({"mark": "other digits"}, "learns or plans other numbers .* the same processor"),
    ],
)
def test_a_worker_that_does_not_fit_refuses(generator: Generator, change: dict[str, Any], message: str) -> None:
    status, content = asked(json.dumps(json.loads(job_of(generator)) | change), 0)
    assert status == REFUSED
    with pytest.raises(InputError, match=message):
        raise InputError(content.decode())


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"sc://127.0.0.1:{server.getsockname()[1]}/;token=secret"


def test_an_address_that_does_not_answer_is_told_without_its_token(
    silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyspark")
    monkeypatch.setattr(engines, "WAIT", 0.3)
    with pytest.raises(InputError, match=r"connect: sc://127.0.0.1:\d+/: no Spark Connect server answers") as error:
        engine_of("spark", silent)
    assert "secret" not in str(error.value)
    with pytest.raises(InputError, match="connect: http://here: it is no address of a Spark Connect server"):
        engine_of("spark", "http://here")


@pytest.mark.parametrize(
    ("name", "address", "lacking", "message"),
    [
        ("sail", None, {"pysail"}, r"engine sail: pysail is not installed.*'trimtab\[sail\]'"),
        ("spark", "sc://host", {"pyspark"}, r"engine spark: pyspark is not installed.*'trimtab\[spark\]'"),
        ("spark", None, {"py4j"}, "can't start Spark here. Name the server's address, or install"),
        ("spark", None, {"java"}, "engine spark: Spark needs Java 17, and there is none"),
        ("local", "sc://host", set(), "connect: threads have no address. Name the engine too"),
        ("thread", None, set(), "engine: there is no engine `thread`. Known: local, sail, spark."),
    ],
)
def test_an_engine_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, name: str, address: str | None, lacking: set[str], message: str
) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda one: None if one in lacking else one)
    monkeypatch.setattr(engines.shutil, "which", lambda one: None if one in lacking else one)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(InputError, match=message):
        engine_of(name, address)


def test_a_session_that_is_open_already_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    sql = pytest.importorskip("pyspark.sql")
    monkeypatch.setattr(engines, "find_spec", lambda _: object())
    monkeypatch.setattr(engines.shutil, "which", lambda _: "java")
    monkeypatch.setattr(sql.SparkSession, "getActiveSession", classmethod(lambda _: object()))
    with pytest.raises(InputError, match="a Spark session is open in this process"):
        engine_of("spark")
