"""Outputs of a design: data sets with their receipt and the design that made them, side by side in one folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from trimtab.core.delivery.manifest import Written
from trimtab.core.delivery.measuring.promise import Promise
from trimtab.core.delivery.places import receipt_path
from trimtab.core.delivery.writers import write
from trimtab.core.errors import InputError, Progress
from trimtab.core.formats import MADE_IN, file_formats
from trimtab.core.sampling.plan import BLOCK


@dataclass(frozen=True)
class Output:
    """A Parquet file that was generated: when, how many rows and bytes, and every promise as it was measured then.

    `fingerprint` is that of the design that made it, whose file is `design_path`. `part` is the name of the part of a
    split that it is, and `shares` are those of all its parts; empty for rows that are not split.
    """

    path: Path
    made: datetime
    rows: int
    bytes: int
    seed: int
    fingerprint: str
    promises: tuple[Promise, ...]
    part: str = ""
    shares: Mapping[str, float] = field(default_factory=dict)

    @property
    def run(self) -> str:
        """What its name begins with, which is the same for all parts of a split."""
        return self.path.stem.removesuffix(f"-{self.part}") if self.part else self.path.stem

    @property
    def receipt_path(self) -> Path:
        """Its receipt."""
        return receipt_path(self.path)

    @property
    def design_path(self) -> Path:
        """The design that made it."""
        return self.path.with_suffix(".yaml")

    @property
    def kept(self) -> int:
        """How many promises were kept."""
        return sum(promise.kept for promise in self.promises)

    def copy_path(self, suffix: str) -> Path:
        """Where the same rows in the format of a suffix are, beside the file itself."""
        return self.path.with_suffix(suffix)


def new_path(folder: Path, design_id: str) -> Path:
    """Where the next output of a design goes: its name says when; a second one within the same second gets a number."""
    stamp = datetime.now(UTC).astimezone().strftime("%Y%m%d-%H%M%S")
    path = folder / f"{design_id}-{stamp}.parquet"
    number = 2
    while path.exists():
        path = folder / f"{design_id}-{stamp}-{number}.parquet"
        number += 1
    return path


def read_output(path: Path) -> Output:
    """The output at `path`. Raises InputError if it has no receipt or a damaged one."""
    receipt = receipt_path(path)
    try:
        data = json.loads(receipt.read_text(encoding="utf-8"))
        split = data.get("split", {})
        return Output(
            path=path,
            made=datetime.fromtimestamp(path.stat().st_mtime, UTC),  # its receipt is written to once more
            rows=int(data["rows"]),
            bytes=path.stat().st_size,
            seed=int(data["seed"]),
            fingerprint=str(data["design"]["fingerprint"]),
            promises=tuple(map(Promise.from_json, data["receipt"], _about(data))),
            part=str(split.get("part", "")),
            shares={str(name): float(share) for name, share in split.get("shares", {}).items()},
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{receipt}: the receipt is gone or damaged. Generate the rows again.") from error


def _about(receipt: dict[str, Any]) -> list[dict[str, str]]:
    """Of which control each promise is; receipts of version 0.2 only have its name, which is shown as it stands."""
    named = [{"kind": one["promise"], "of": "", "aspect": "", "unit": "text"} for one in receipt["receipt"]]
    about: list[dict[str, str]] = receipt.get("promises", named)
    return about


def list_outputs(folder: Path) -> tuple[Output, ...]:
    """The outputs in a folder, the newest first. A file without a readable receipt is none: nothing vouches for it."""
    found = []
    for path in folder.glob(f"*{MADE_IN}"):
        try:
            found.append(read_output(path))
        except InputError:
            continue
    return tuple(sorted(found, key=lambda one: (one.made, one.path.name), reverse=True))


def delete_output(path: Path) -> None:
    """Delete the output at `path` and everything that was made with it, whatever of it there is."""
    path.unlink(missing_ok=True)
    receipt_path(path).unlink(missing_ok=True)
    for suffix in (".yaml", *(one.suffix for one in file_formats())):
        path.with_suffix(suffix).unlink(missing_ok=True)


def copy_rows(source: Path, target: Path, *, progress: Progress | None = None) -> Written:
    """Write the rows of a generated Parquet file in the format of `target`, a block at a time.

    The bytes are those that the design would have given in that format. Raises InputError if either can't be.
    """
    try:
        with pq.ParquetFile(source) as file:
            return write(_tables(file, progress), target, schema=file.schema_arrow)
    except (FileNotFoundError, pa.ArrowInvalid) as error:
        raise InputError(f"{source}: the rows are gone or damaged. Generate them again.") from error


def _tables(file: pq.ParquetFile, progress: Progress | None) -> Iterator[pa.Table]:
    done, total = 0, file.metadata.num_rows
    for batch in file.iter_batches(BLOCK):  # so that a copy is made of the same blocks as the file itself
        yield pa.Table.from_batches([batch])
        done += len(batch)
        if progress:
            progress(done, total, f"{done:,} of {total:,} rows")
