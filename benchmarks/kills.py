"""Kills commands and the app at random moments and counts what is torn, lost or left: `python -m benchmarks.kills`.

Every command is a process of its own, forked from this one once Trimtab is imported, and is ended by SIGKILL, SIGTERM
or SIGINT at a moment drawn from the time it takes. Then the same command runs to its end, and nothing may be left.
Exits with 1 if anything was torn, lost or left.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from trimtab.core.cli.main import main
from trimtab.core.delivery.places import matches_receipt
from trimtab.core.design.files import load
from trimtab.core.errors import TrimtabError
from trimtab.ui.session.samples import FOLDER

ROWS = 3_000
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
ENDED = {signal.SIGKILL: -signal.SIGKILL, signal.SIGTERM: 143, signal.SIGINT: 130}
OWN = (".trimtab-", ".spool-", ".declared-")
PATCH = "events: {old: {when: 'ageOFocc > 70', rows: 500}}\n"
"""Something for `apply` to apply."""


@dataclass(frozen=True)
class Place:
    """A folder with a source and a design, a workspace, and a folder for temporary files: all that commands touch."""

    root: Path

    @property
    def kept(self) -> dict[str, Path]:
        """What stands there from the beginning and must stay as it is."""
        return {name: self.root / name for name in ("data.csv", "design.yaml", "patch.yaml")}

    def commands(self) -> dict[str, list[str]]:
        """The commands that are killed, with the name of what each writes in front."""
        sample = ["sample", "design.yaml", "-n", "2000", "--workers", "1", "-o"]
        return {
            "rows.csv": [*sample, "rows.csv", "--seed"],
            "rows.parquet": [*sample, "rows.parquet", "--seed"],
            "parts": [*sample, "parts", "--seed"],
            "new.yaml": ["init", "data.csv", "-o", "new.yaml", "--force"],
            "applied.yaml": ["apply", "design.yaml", "--patch", "patch.yaml", "-o", "applied.yaml", "--force"],
        }

    def left(self) -> list[str]:
        """What is no result of a command: folders of their own, rows without a receipt, half a source."""
        found = [str(one.relative_to(self.root)) for one in self.root.rglob("*") if one.name.startswith(OWN)]
        found += [f"tmp/{one.name}" for one in (self.root / "tmp").iterdir() if not one.name.startswith(OWN)]
        sources = {one.stem for one in (self.root / "home" / "sources").glob("*.parquet")}
        described = {one.stem for one in (self.root / "home" / "sources").glob("*.json")}
        return found + [f"source {one[:8]}" for one in sources ^ described]

    def torn(self) -> list[str]:
        """Results that are not whole: a design that can't be read, rows of which the receipt tells something else."""
        found = []
        for name in self.commands():
            file = self.root / name
            if file.suffix == ".yaml" and file.exists():
                try:
                    load(file)
                except TrimtabError as error:
                    found.append(f"{name}: {error}")
            elif file.exists() and matches_receipt(file) is False:
                found.append(f"{name}: the receipt is of other rows")
        return found

    def unvouched(self) -> list[str]:
        """Rows that no receipt vouches for, and receipts without rows."""
        names = [name for name in self.commands() if not name.endswith(".yaml")]
        return [name for name in names if (self.root / name).exists() != (self.root / f"{name}.receipt.json").exists()]


def started(place: Place, arguments: Sequence[str]) -> int:
    """Begin a command in a process of its own; returns its number."""
    process = os.fork()
    if process:
        return process
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # until the command listens: then it says how it ended
    os.chdir(place.root)
    os.environ.update(TRIMTAB_HOME=str(place.root / "home"), TMPDIR=str(place.root / "tmp"))
    tempfile.tempdir = None
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    os.dup2(os.open(place.root / "said.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
    code = 70
    try:
        main(arguments)
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        os._exit(code)


def ended(process: int) -> int:
    """Wait for a process; returns its exit code, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def prepared(folder: Path) -> Place:
    """A place with the first rows of the crash records."""
    place = Place(folder)
    for name in ("home", "tmp"):
        (folder / name).mkdir()
    lines = (FOLDER / "crashes.csv").read_text(encoding="utf-8").splitlines(keepends=True)[: ROWS + 1]
    (folder / "data.csv").write_text("".join(lines), encoding="utf-8")
    (folder / "patch.yaml").write_text(PATCH, encoding="utf-8")
    if ended(started(place, ["init", "data.csv", "-o", "design.yaml"])):
        raise SystemExit((folder / "said.txt").read_text(encoding="utf-8"))
    return place


def killed(place: Place, times: int, chance: random.Random, *, faults: list[str]) -> Counter[str]:
    """Kill commands so many times, and count."""
    counts: Counter[str] = Counter()
    before = {name: file.read_bytes() for name, file in place.kept.items()}
    lengths: dict[str, float] = {}
    for number in range(times):
        name, arguments = list(place.commands().items())[number % 5]
        arguments = [*arguments, str(number)] if arguments[-1] == "--seed" else arguments
        if name not in lengths:
            began = time.monotonic()
            faults += [f"{name}: exit {code}" for code in [ended(started(place, arguments))] if code]
            lengths[name] = time.monotonic() - began
        how = SIGNALS[number // 5 % 3]
        if number % 2:  # a source that has to be read again is one more thing to be torn
            for file in (place.root / "home" / "sources").glob("*.json"):
                file.unlink()
        already = place.left()
        process = started(place, arguments)
        time.sleep(chance.random() * lengths[name])
        os.kill(process, how)
        code = ended(process)
        code = ENDED[how] if code == -how else code
        counts["killed" if code == ENDED[how] else "done before" if code == 0 else "strange"] += 1
        about = f"{number}: {name}, {how.name}"
        if code not in (0, ENDED[how]):
            faults.append(f"{about}: exit {code}")
        if how is not signal.SIGKILL:
            faults += [f"{about}: left at once: {one}" for one in place.left() if one not in already]
        faults += [f"{about}: torn: {one}" for one in place.torn()]
        code = ended(started(place, arguments))
        faults += [f"{about}: the next run: exit {code}"] * (code != 0)
        for word, found in (("left", place.left()), ("torn", place.torn()), ("without receipt", place.unvouched())):
            counts[word] += len(found)
            faults += [f"{about}: {word} after the next run: {one}" for one in found]
        lost = [one for one, file in place.kept.items() if not file.exists() or file.read_bytes() != before[one]]
        counts["lost"] += len(lost)
        faults += [f"{about}: lost: {one}" for one in lost]
    return counts


def paired(place: Place, times: int, chance: random.Random, *, faults: list[str]) -> Counter[str]:
    """Have two commands write one output at once, so many times, and count the outputs whose receipt agrees."""
    counts: Counter[str] = Counter()
    for number in range(times):
        name = ("rows.csv", "parts", "rows.parquet")[number % 3]
        arguments = place.commands()[name]
        first = started(place, [*arguments, str(2 * number)])
        time.sleep(chance.random() * 0.2)
        second = started(place, [*arguments, str(2 * number + 1)])
        codes = [ended(first), ended(second)]
        counts["pairs"] += 1
        if codes != [0, 0]:
            faults.append(f"pair {number}: exits {codes}")
        if matches_receipt(place.root / name) is True:
            counts["agree"] += 1
        else:
            faults.append(f"pair {number}: {name}: the receipt is of other rows")
        faults += [f"pair {number}: left: {one}" for one in place.left()]
    return counts


def run(arguments: Sequence[str] | None = None) -> int:
    """Kill, pair, print the counts and every fault; returns how many faults there are."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("kills", 200), ("pairs", 100), ("seed", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args(arguments)
    faults: list[str] = []
    for word, times, work in (("kills", asked.kills, killed), ("pairs", asked.pairs, paired)):
        with tempfile.TemporaryDirectory(prefix="kills-") as folder:
            counts = work(prepared(Path(folder)), times, random.Random(asked.seed), faults=faults)
        print(f"{word}: {', '.join(f'{count} {what}' for what, count in sorted(counts.items()))}", flush=True)
    for fault in faults:
        print(f"  {fault}")
    return len(faults)


if __name__ == "__main__":
    sys.exit(run() > 0)
