"""SDV's GaussianCopulaSynthesizer as a peer: `python -m benchmarks.sdv_peer REAL.parquet ROWS OUT.parquet`.

SDV needs older libraries, so it runs in the judge environment that `make judge` sets up; the other benchmarks call it
there through `run_sdv` and do without it where there is none. It is used as its manual begins: metadata detected, all
settings as they come.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[1]
JUDGE_PYTHON = ROOT / ".judge" / "bin" / "python"
KNOWN_TYPES = {"numerical", "categorical", "ordinal", "boolean", "datetime"}

T = TypeVar("T")


@dataclass(frozen=True)
class Taken:
    """Seconds something took: on the clock, and of processor time over all threads."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class SdvTimes:
    """What SDV took to learn a table and to sample rows."""

    fit: Taken
    sample: Taken


def timed(work: Callable[[], T]) -> tuple[T, Taken]:
    """The result of `work` and what it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return result, Taken(time.perf_counter() - wall, time.process_time() - cpu)


def has_sdv() -> bool:
    """Whether the judge environment is there."""
    return JUDGE_PYTHON.is_file()


def run_sdv(real: pa.Table, rows: int) -> tuple[pa.Table, SdvTimes]:
    """Learn `real` and sample `rows` in the judge environment. Raises CalledProcessError if SDV fails."""
    with tempfile.TemporaryDirectory(prefix="trimtab-sdv-") as folder:
        taken_from, written = Path(folder, "real.parquet"), Path(folder, "rows.parquet")
        pq.write_table(real, taken_from)
        command = [str(JUDGE_PYTHON), "-m", "benchmarks.sdv_peer", str(taken_from), str(rows), str(written)]
        said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
        times = {name: Taken(**taken) for name, taken in json.loads(said.splitlines()[-1]).items()}
        return pq.read_table(written), SdvTimes(**times)


def detected(real: pd.DataFrame) -> dict[str, Any]:
    """SDV's own metadata of one table, as a dictionary.

    A column it takes for an identifier or for personal data would be left out of its judgement, so such a column
    becomes a number or a category, by its type.
    """
    from sdv.metadata import Metadata

    metadata: dict[str, Any] = Metadata.detect_from_dataframes({"table": real}).to_dict()
    columns = metadata["tables"]["table"]["columns"]
    for name, column in columns.items():
        if column["sdtype"] not in KNOWN_TYPES:
            number = pd.api.types.is_numeric_dtype(real[name])
            columns[name] = {"sdtype": "numerical" if number else "categorical"}
    metadata["tables"]["table"].pop("primary_key", None)
    return metadata


def fit_and_sample(real: pd.DataFrame, rows: int) -> tuple[pd.DataFrame, SdvTimes]:
    """Rows of SDV's synthesizer learned from `real`, and what it took."""
    from sdv.metadata import Metadata
    from sdv.single_table import GaussianCopulaSynthesizer

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # notes on saving metadata, and numerical ones of the fits
        synthesizer = GaussianCopulaSynthesizer(Metadata.load_from_dict(detected(real)))
        _, fit = timed(lambda: synthesizer.fit({"table": real}))
        found, sample = timed(lambda: synthesizer.sample(rows))
    frame: pd.DataFrame = found["table"] if isinstance(found, dict) else found
    return frame, SdvTimes(fit, sample)


def main() -> None:
    """Read the table, write the rows, print the times as JSON on the last line."""
    taken_from, rows, written = sys.argv[1:]
    found, times = fit_and_sample(pd.read_parquet(taken_from), int(rows))
    found.to_parquet(written, index=False)
    print(json.dumps(asdict(times)))


if __name__ == "__main__":
    main()
