"""Prints how time and memory grow, up to 60 factors of 2 million rows: `python -m benchmarks.scale [--quick]`.

Each size is a process of its own: it brings the file in, learns, checks a design, makes 100,000 rows and measures the
receipt. `--quick` takes small sizes.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from benchmarks.memory import peak_of
from benchmarks.sdv_peer import Taken, timed
from benchmarks.wide import write_wide
from trimtab.core.cli.console import print_table
from trimtab.core.delivery.copies import copies_of
from trimtab.core.delivery.receipt import verify
from trimtab.core.delivery.writers import write
from trimtab.core.design.design import Design
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.projection.projection import control_costs, project
from trimtab.core.sampling.run import generate, schema_of
from trimtab.core.source.spool import Source, spool
from trimtab.core.study.study import open_study

FACTORS = (15, 30, 60)
ROWS = (100_000, 500_000, 2_000_000)
QUICK = (15, 30), (20_000, 100_000)
WANTED = 100_000
MOST_MEMORY = 2e9
MIB = 2**20

T = TypeVar("T")


@dataclass(frozen=True)
class Stage:
    """One piece of work: seconds on the clock and of the processor, and the peak of memory until its end in MiB."""

    name: str
    wall: float
    cpu: float
    peak: float


@dataclass(frozen=True)
class Size:
    """One run: its size, its stages, and the peak in MiB of its process and all that this started."""

    factors: int
    rows: int
    stages: tuple[Stage, ...]
    peak: float

    def taken(self, name: str) -> Taken:
        """What one stage took."""
        return next(Taken(one.wall, one.cpu) for one in self.stages if one.name == name)


def sizes(factors: tuple[int, ...], rows: tuple[int, ...]) -> list[tuple[int, int]]:
    """Every number of factors with the most rows, and every number of rows with the most factors."""
    return [*((one, rows[-1]) for one in factors[:-1]), *((factors[-1], one) for one in rows)]


def wide_design(source: Source) -> Design:
    """A design on the first fifteen of the wide table's factors: targets, a keep, events and a rule."""
    return Design.model_validate(
        {
            "name": "wide",
            "rows": WANTED,
            "source": SourceRef(path=source.name, sha256=source.sha256),
            "factors": {
                "visib": {
                    "role": "target",
                    "edges": [0, 1, 3, 6, 9.9, 10],
                    "target": {"family": "histogram", "weights": [1, 1, 1, 2, 8]},
                },
                "temp": {
                    "role": "target",
                    "edges": [-20, 30, 50, 70, 120],
                    "target": {"family": "histogram", "weights": [2, 2, 3, 2]},
                },
                "origin": {"role": "keep"},
            },
            "events": {
                "late": {"when": "late", "rate": 0.3},
                "slow_in_fog": {"when": "arr_delay > dep_delay + 15 AND visib < 3", "rate": 0.05},
            },
            "rules": ["arr_delay IS NULL OR arr_delay < 600"],
        }
    )


def run(file: Path, home: Path, report: Callable[[Stage], None]) -> None:
    """Everything from the file to 100,000 rows with their receipt, each stage reported as it ends."""

    def stage(name: str, work: Callable[[], T]) -> T:
        found, taken = timed(work)
        report(Stage(name, taken.wall, taken.cpu, own_peak()))
        return found

    source = stage("bring in", lambda: spool(file, home))
    study = stage("learn", lambda: open_study(wide_design(source), source))
    stage("check", lambda: (project(study), control_costs(study)))
    target, schema = home / "rows.parquet", schema_of(study, provenance=True)
    written = stage("rows", lambda: write(generate(study, workers=os.cpu_count() or 1), target, schema=schema))
    promises, _ = stage("receipt", lambda: (verify(target, study), copies_of(study, target, WANTED)))
    broken = [one.promise for one in promises if not one.kept]
    if broken or written.rows != WANTED:
        raise RuntimeError(f"{written.rows:,} rows, and these promises are not kept: {broken}")


def own_peak() -> float:
    """The peak resident memory of this process so far in MiB."""
    # Linux counts in KiB, macOS in bytes.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (MIB if sys.platform == "darwin" else 2**10)


def measure(factors: int, rows: int, folder: Path) -> Size:
    """Make the table of one size and run everything on it, in a process of its own."""
    file = folder / f"wide-{factors}-{rows}.parquet"
    write_wide(file, factors, rows)
    command = [sys.executable, "-m", "benchmarks.scale", "--run", str(file)]
    with tempfile.TemporaryDirectory(prefix="home-", dir=folder) as home:
        peak = peak_of([*command, home], Path(home))
        lines = (Path(home) / "stages.jsonl").read_text(encoding="utf-8").splitlines()
    file.unlink()
    return Size(factors, rows, tuple(Stage(**json.loads(line)) for line in lines), peak)


def growth(found: list[Size]) -> list[str]:
    """How time and memory grow from the least to the most factors, and from the fewest to the most rows."""
    most = max(found, key=lambda one: (one.factors, one.rows))
    lines = []
    for what, least in (
        ("factors", min((one for one in found if one.rows == most.rows), key=lambda one: one.factors)),
        ("rows", min((one for one in found if one.factors == most.factors), key=lambda one: one.rows)),
    ):
        times = getattr(most, what) / getattr(least, what)
        cpu = ", ".join(f"{stage.name} {stage.cpu / least.taken(stage.name).cpu:.1f}" for stage in most.stages)
        lines.append(
            f"{times:g} times the {what}: {most.peak / least.peak:.1f} times the memory; processor time: {cpu}"
        )
    return lines


def _child(file: Path, home: Path) -> None:
    with (home / "stages.jsonl").open("w", encoding="utf-8") as stages:
        run(file, home, lambda one: print(json.dumps(asdict(one)), file=stages, flush=True))


def main() -> None:
    """Measure and print; `--quick` for small sizes."""
    if sys.argv[1:2] == ["--run"]:
        _child(Path(sys.argv[2]), Path(sys.argv[3]))
        return
    factors, rows = QUICK if "--quick" in sys.argv[1:] else (FACTORS, ROWS)
    found = []
    with tempfile.TemporaryDirectory(prefix="trimtab-") as folder:
        for one in sizes(factors, rows):
            found.append(measure(*one, Path(folder)))
            print(f"measured {one[0]} factors of {one[1]:,} rows", file=sys.stderr)
    print(f"seconds (of the processor), and the peak of resident memory until then; {WANTED:,} rows made;")
    print(f"{os.cpu_count()} processors; {os.getloadavg()[0]:.1f} programs wanted one at the end\n")
    names = [stage.name for stage in found[0].stages]
    table = [
        (
            str(one.factors),
            f"{one.rows:,}",
            *(f"{stage.wall:.1f} ({stage.cpu:.1f}) {stage.peak:,.0f} MiB" for stage in one.stages),
            f"{one.peak:,.0f} MiB",
        )
        for one in found
    ]
    print_table(("factors", "rows", *names, "all"), table)
    print("\n" + "\n".join(growth(found)))
    most = max(one.peak for one in found)
    verdict = "kept" if most * MIB < MOST_MEMORY else "MISSED"
    print(f"at most {most * MIB / 1e9:.2f} GB; aim: below {MOST_MEMORY / 1e9:g} GB: {verdict}")


if __name__ == "__main__":
    main()
