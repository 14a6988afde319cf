"""The engines by name. Before any work each is asked whether it is installed, and whether its address answers."""

from __future__ import annotations

import os
import shutil
from functools import partial
from importlib.util import find_spec
from urllib.parse import urlsplit

from trimtab.core.engines.connect import connected, quiet
from trimtab.core.errors import InputError, nearest
from trimtab.core.sampling.run import Engine, local

ENGINES = ("local", "sail", "spark")
PACKAGES = {"sail": ("pysail", "pyspark"), "spark": ("pyspark",)}
WAIT = 10.0
"""Seconds in which an address must answer."""


def engine_of(name: str, address: str | None = None) -> Engine:
    """The engine of this name: `local` (or `threads`), `sail` or `spark`, the latter two at the `address` of a Spark
    Connect server, such as sc://host:15002, or started here for as long as they are needed.

    Raises InputError for another name, an engine that is not installed, and an address that does not answer.
    """
    name = "local" if name == "threads" else name
    if name not in ENGINES:
        raise InputError(f"engine: there is no engine `{name}`.{nearest(name, ENGINES)}")
    if name == "local":
        if address is not None:
            raise InputError("connect: threads have no address. Name the engine too: spark or sail.")
        return local
    _check_installed(name, address)
    if address is not None:
        _check_answers(address)
    return partial(connected, name, address)


def _check_installed(name: str, address: str | None) -> None:
    needed = PACKAGES[name] if address is None else PACKAGES["spark"]
    lacking = [one for one in needed if find_spec(one) is None]
    if lacking:
        raise InputError(f"engine {name}: {lacking[0]} is not installed. Install it: pip install 'trimtab[{name}]'")
    if name == "spark" and address is None:
        if find_spec("py4j") is None:
            raise InputError(
                "engine spark: pyspark-client is installed, which reaches a server but can't start Spark here. Name "
                "the server's address, or install pyspark[connect] in its place."
            )
        if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
            raise InputError("engine spark: Spark needs Java 17, and there is none. Install it, or take engine sail.")
        with quiet():
            from pyspark.sql import SparkSession
        if SparkSession.getActiveSession() is not None:  # it would be taken, and stopped in the end
            raise InputError("engine spark: a Spark session is open in this process. Stop it, or name its address.")


def _check_answers(address: str) -> None:
    with quiet():
        import grpc
        from pyspark.errors import PySparkException
        from pyspark.sql.connect.client import DefaultChannelBuilder

    shown = f"connect: {address.split(';')[0]}"  # behind that there may be a token
    try:
        if urlsplit(address).hostname is None:
            raise ValueError("no host")
        channel = DefaultChannelBuilder(address).toChannel()
    except (PySparkException, ValueError) as error:
        raise InputError(f"{shown}: it is no address of a Spark Connect server, such as sc://host:15002.") from error
    with channel:
        try:
            grpc.channel_ready_future(channel).result(timeout=WAIT)
        except grpc.FutureTimeoutError as error:
            raise InputError(f"{shown}: no Spark Connect server answers there within {WAIT:.0f} seconds.") from error
