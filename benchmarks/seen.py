"""Prints what a short run takes on a source that was seen before: `python -m benchmarks.seen`.

With TRIMTAB_BEFORE, a checkout of an earlier build, both take turns, and the ratio is printed: processor time of whole
commands, in a workspace of each build's own. Opening is from the design and the spooled file to the study, in a process
that has just been started and has imported what it needs, as after a restart of the app.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from trimtab.core.cli.console import print_table

ROOT = Path(__file__).parents[1]
DESIGN = ROOT / "sample_data" / "designs" / "fog-and-wind.yaml"
BEFORE = "TRIMTAB_BEFORE"
ROWS = 1000
REPEATS = 5
AIM, OPENING_AIM, COPIES_AIM = 0.3, 1.0, 0.2
SAMPLE = f"from trimtab.core.cli import main; main(['sample', {str(DESIGN)!r}, '-n', '{ROWS}', '-o', 'rows.parquet'])"
OPEN = f"""
import time
from pathlib import Path
from trimtab.core.design.files import load
from trimtab.core.study.study import open_study
from trimtab.core.workspace.workspace import Workspace, default_home
clocks = time.perf_counter(), time.process_time()
design = load(Path({str(DESIGN)!r}))
open_study(design, Workspace(default_home()).source(design.source.sha256))
print(time.perf_counter() - clocks[0], time.process_time() - clocks[1])
"""
COPIES = f"""
import time
from pathlib import Path
from trimtab.core.cli.opening import study_of
from trimtab.core.delivery.receipt import compare, deliver_rows
with study_of(Path({str(DESIGN)!r}), accept_source=False, progress=None) as study:
    delivery = deliver_rows(study, 'rows.parquet', rows={ROWS})
    files = time.process_time()
    compare(study, delivery)
print(time.process_time() - files, time.process_time())
"""


@dataclass
class Build:
    """A checkout with a workspace of its own, and the processor seconds of each run."""

    name: str
    checkout: Path
    folder: Path
    seconds: list[float] = field(default_factory=list)

    def run(self, program: str) -> str:
        """Run a program with this build; what it printed."""
        self.folder.mkdir(exist_ok=True)
        environment = {
            **os.environ,
            "PYTHONPATH": str(self.checkout),
            "TRIMTAB_HOME": str(self.folder / "home"),
            "PYTHONDONTWRITEBYTECODE": "",  # what was compiled once is kept, as where it is installed
        }
        command = [sys.executable, "-c", program]
        done = subprocess.run(
            command, cwd=self.folder, env=environment, check=True, capture_output=True, text=True, timeout=600
        )
        return done.stdout

    def sample(self) -> None:
        """Make the rows once more."""
        began = _children()
        self.run(SAMPLE)
        self.seconds.append(_children() - began)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="trimtab-") as folder:
        builds = [Build("this build", ROOT, Path(folder) / "now")]
        if before := os.environ.get(BEFORE):
            builds.append(Build("before", Path(before), Path(folder) / "before"))
        for one in builds:
            one.run(SAMPLE)  # the first time it is read and learned
        for _ in range(REPEATS):
            for one in builds:
                one.sample()
        opened = [[float(clock) for clock in builds[0].run(OPEN).split()] for _ in range(REPEATS)]
        copies, whole = zip(*([float(s) for s in builds[0].run(COPIES).split()] for _ in range(REPEATS)), strict=True)
    print(f"fog-and-wind, {ROWS:,} rows, flights seen before; medians of {REPEATS}; processor seconds")
    print(f"{os.cpu_count()} processors; {os.getloadavg()[0]:.1f} programs wanted one at the end\n")
    rows = [(one.name, f"{median(one.seconds):.2f}", f"{min(one.seconds):.2f}") for one in builds]
    print_table(("sample, whole command", "median", "least"), rows)
    share = median(part / all_ for part, all_ in zip(copies, whole, strict=True))
    figures = [
        ("opening a learned source, by the clock, s", median(one[0] for one in opened), OPENING_AIM),
        ("opening a learned source, processor, s", median(one[1] for one in opened), OPENING_AIM),
        ("copies, share of the processor time of a run", share, COPIES_AIM),
    ]
    if len(builds) > 1:
        ratio = median(now / then for now, then in zip(builds[0].seconds, builds[1].seconds, strict=True))
        figures.append(("sample beside before", ratio, AIM))
    print()
    print_table(
        ("figure", "measured", "aim", ""),
        [(name, f"{got:.3f}", f"≤ {aim:g}", "kept" if got <= aim else "MISSED") for name, got, aim in figures],
    )


if __name__ == "__main__":
    main()
