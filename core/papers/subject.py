"""The data set that papers are about: the rows that were made, with their receipt, and what was measured on them."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from trimtab.core.delivery.measuring.opening import WEIGHT
from trimtab.core.delivery.measuring.promise import Promise
from trimtab.core.delivery.places import own_receipt
from trimtab.core.errors import InputError
from trimtab.core.formats import format_at
from trimtab.core.formats.parquet import Parquet
from trimtab.core.papers.examining import Examination, examine
from trimtab.core.papers.said import Said
from trimtab.core.projection.projection import Projection, project
from trimtab.core.study.study import Study

LONGEST_SLUG = 60


@dataclass(frozen=True, eq=False)
class Subject:
    """Rows of a study's design: where they are now, what they are called in the papers, and their receipt.

    `place` is where the rows stand seen from the papers; None if they do not go with them. `seen` is what was found by
    looking at the rows themselves.
    """

    study: Study
    data: Path
    receipt: Mapping[str, Any]
    said: Said
    place: str | None = None

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return int(self.receipt["rows"])

    @property
    def seed(self) -> int:
        """The seed they were made with."""
        return int(self.receipt["seed"])

    @property
    def sha256(self) -> str:
        """The digest of the rows' bytes; of parts that of all of them, by name."""
        return str(self.receipt["file"]["sha256"])

    @cached_property
    def promises(self) -> tuple[Promise, ...]:
        """The promises as they were measured."""
        return tuple(map(Promise.from_json, self.receipt["receipt"], self.receipt["promises"]))

    @property
    def kept(self) -> bool:
        """Whether every promise was kept."""
        return all(promise.kept for promise in self.promises)

    @cached_property
    def files(self) -> Sequence[Path]:
        """The files that hold the rows, in their order."""
        return format_at(self.data, self.data.name).files_of(self.data)

    @cached_property
    def schema(self) -> pa.Schema:
        """Names and types of the columns."""
        return pq.read_schema(self.files[0])

    @property
    def weighted(self) -> bool:
        """Whether the rows tell what each of them weighs."""
        return WEIGHT in self.schema.names

    @cached_property
    def projection(self) -> Projection:
        """What the design came to for so many rows."""
        return project(self.study, rows=self.rows)

    @cached_property
    def seen(self) -> Examination:
        """The rows beside the real ones."""
        return examine(self.study, self.data, self.rows)

    def command(self, design: str) -> str:
        """The command line that makes the same bytes from the design's file."""
        own = self.study.design
        rows = "" if self.rows == own.rows else f" -n {self.rows}"
        seed = "" if self.seed == own.seed else f" --seed {self.seed}"
        return f"trimtab sample {design} -o {self.place or 'rows.parquet'}{rows}{seed}"


def subject_of(study: Study, data: Path, said: Said, *, place: str | None) -> Subject:
    """The rows at `data` as what papers are about. Raises InputError if they have no receipt of their very bytes, if
    that is of another design, or if they are no Parquet."""
    if not isinstance(format_at(data, data.name), Parquet):
        raise InputError(f"{data}: papers are of rows in Parquet. Make them so: trimtab sample … -o NAME.parquet.")
    receipt = own_receipt(data)
    if receipt is None or "promises" not in receipt:
        raise InputError(
            f"{data}: there is no receipt of these very bytes beside it, so nothing vouches for what papers would say. "
            "Make the rows again: trimtab sample."
        )
    if receipt["design"]["fingerprint"] != study.design.fingerprint():
        raise InputError(
            f"{data}: its receipt is of another design, or of this one before it was changed "
            f"({receipt['design']['name']})."
        )
    return Subject(study, data, receipt, said, place)


def slug(name: str) -> str:
    """A name as that of a file: letters, digits, dots and dashes.

    >>> slug("Fog & wind / v2"), slug("霧")
    ('fog-wind-v2', 'rows')
    """
    plain = re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-.")[:LONGEST_SLUG].strip("-.")
    return plain or "rows"


def content_address(sha256: str) -> str:
    """The name of a content by its digest, RFC 6920."""
    return "ni:///sha-256;" + base64.urlsafe_b64encode(bytes.fromhex(sha256)).decode().rstrip("=")
