"""Spark Connect: one adapter for Apache Spark, Databricks and Sail, which is embedded where no address is given.

Each block is a job of its own: the blocks that are made at once are the jobs that run, so that blocks come back in any
order and no more of them wait here than on threads. A worker that dies costs its block, which is asked for again: the
same number gives the same rows.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import pyarrow as pa

from trimtab.core.engines.worker import ANSWER, REFUSED, UNSEEN, answers, job_of, lent, unpacked, versions
from trimtab.core.errors import InputError
from trimtab.core.sampling.new_keys import Codes
from trimtab.core.sampling.run import BlockMaker, Generator
from trimtab.core.study.texts import as_it_came

ATTEMPTS = 3
"""How often a block is asked for, if workers die in it."""
RETRIES = 4
"""Of a call that a server does not answer: 4 seconds in all."""
MOST_SENT = 64 << 20
"""Bytes of a spooled file that are sent to workers which do not see it; servers take messages of 128 MB."""


@contextmanager
def connected(name: str, address: str | None, generator: Generator, workers: int) -> Iterator[BlockMaker]:
    """The engine `name`, at the `address` of a Spark Connect server or started here; see `Engine`.

    Raises InputError if no session can be begun there.
    """
    if generator.received is not None:
        raise InputError(f"engine {name}: rows that were received stand on this machine. Take engine local.")
    job = job_of(generator)
    with ExitStack() as stack:
        stack.enter_context(quiet())
        if address is None and name == "sail":
            stack.enter_context(lent(job, generator))
        session = _session(stack, name, address, workers)
        blocks = _Blocks(name, session, job, generator)
        try:
            yield blocks.made
        finally:
            blocks.closed = True
            with suppress(*_failures()):
                session.interruptAll()


def _session(stack: ExitStack, name: str, address: str | None, workers: int) -> Any:
    """A session that ends with `stack`."""
    from pyspark.sql import SparkSession
    from pyspark.sql.connect.client.retries import DefaultPolicy

    if address is None and name == "sail":
        from pysail.spark import SparkConnectServer

        os.environ.setdefault("RUST_LOG", "error")
        server = SparkConnectServer()
        server.start(background=True)
        stack.callback(server.stop)
        address = "sc://{}:{}".format(*server.listening_address)
    try:
        if address is None:
            os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # else workers take another one, without Trimtab
            quiet = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR"}
            session = SparkSession.builder.remote(f"local[{workers}]").config(map=quiet).getOrCreate()
        else:
            session = SparkSession.builder.remote(address).create()
    except _failures() as error:
        raise InputError(f"engine {name}: no session could be begun: {_last_line(error)}") from error
    session.client.set_retry_policies([DefaultPolicy(max_retries=RETRIES)])
    stack.callback(session.stop)
    return session


@contextmanager
def quiet() -> Iterator[None]:
    """Without the warnings of pyspark: of a newer pandas, and of each call that it tried again in vain."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"pyspark\.")
        yield


def _failures() -> tuple[type[Exception], ...]:
    import grpc
    from pyspark.errors import PySparkException

    return PySparkException, grpc.RpcError


def _last_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).split("JVM stacktrace")[0].splitlines() if line.strip()]
    told = [line for line in lines if line.startswith("details = ")] or lines  # gRPC's is a form over several lines
    return told[-1][:300] if told else type(error).__name__


@dataclass(eq=False)
class _Blocks:
    """The blocks of a job, each made by one worker of a session."""

    name: str
    session: Any
    job: str
    generator: Generator
    closed: bool = False

    def made(self, number: int) -> tuple[pa.Table, Codes]:
        """The rows of a block, and the codes of what keys are of. Raises InputError if no worker makes it."""
        status, content = self._asked(number, None)
        if status == UNSEEN:
            status, content = self._asked(number, self._file())
        if status == REFUSED:
            raise InputError(f"engine {self.name}: {content.decode()}")
        return unpacked(content, self.generator)

    def _asked(self, number: int, file: bytes | None) -> tuple[str, bytes]:
        failure: Exception | None = None
        for _ in range(ATTEMPTS):
            if self.closed:
                break
            try:
                frame = self.session.range(number, number + 1, 1, 1)
                parts = frame.mapInArrow(partial(answers, self.job, file), ANSWER).toArrow().sort_by("part")
            except _failures() as error:
                failure = error
                continue
            return parts.column("status")[0].as_py(), b"".join(parts.column("content").to_pylist())
        needed = ", ".join(f"{one} {version}" for one, version in versions().items())
        raise InputError(
            f"engine {self.name}: block {number} came from no worker in {ATTEMPTS} attempts; the last one ended with: "
            f"{_last_line(failure) if failure else 'the run was stopped'}. A worker needs {needed}."
        )

    def _file(self) -> bytes:
        path = as_it_came(self.generator.study.source).path
        if path.stat().st_size > MOST_SENT:
            raise InputError(
                f"engine {self.name}: a worker does not see {path}, and its {path.stat().st_size:,} bytes are too many "
                f"to be sent ({MOST_SENT:,}). Let TRIMTAB_HOME name a folder that all workers see under this path."
            )
        return path.read_bytes()
