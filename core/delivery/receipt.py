"""Delivery: the rows written to their file, measured on that file, and the receipt written beside it.

Rows and receipt are there first. How many rows are copies of real ones holds them back no longer: it is measured then,
and put into the receipt.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from trimtab.core.atomic import companion_of, replacing, swap_text
from trimtab.core.delivery.copies import UNMEASURED, Copies, copies_json, copies_of
from trimtab.core.delivery.manifest import Written, manifest_beside
from trimtab.core.delivery.measuring.all_promises import receipt
from trimtab.core.delivery.measuring.promise import Promise
from trimtab.core.delivery.places import check_output, companions_of, data_files, receipt_path
from trimtab.core.delivery.resuming import made_of, unfinished
from trimtab.core.delivery.row_promises.real import DISTINCT
from trimtab.core.delivery.version import trimtab_version
from trimtab.core.delivery.writers import plain_schema, write_rows
from trimtab.core.errors import InputError, Progress
from trimtab.core.formats import Format, Stored, format_of
from trimtab.core.projection.projection import Projection, floor_plans, project
from trimtab.core.projection.weighing import weighing
from trimtab.core.sampling.received import Received
from trimtab.core.sampling.run import Engine, generate, local, schema_of
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study
from trimtab.core.unchanged import state_of

MEASURING = "measuring the promises"
"""What progress is told once all rows are made."""


@dataclass(frozen=True)
class Delivery:
    """A delivered data set: where it and its receipt are, what was written, every promise as measured.

    `copies` is how many made rows are copies of real ones, once they were `compared`; None where there are no real
    ones. `resumed` rows were there from a run that was cut off.
    """

    path: Path
    receipt_path: Path
    written: Written
    promises: tuple[Promise, ...]
    form: Format
    copies: Copies | None = None
    compared: bool = False
    resumed: int = 0

    @property
    def stored(self) -> Stored:
        """The rows as what reads them needs them."""
        return Stored(self.path, self.form)

    @property
    def real_records(self) -> int:
        """How many rows are records of real people or things, as they stand in the source."""
        told = (one.requested for one in self.promises if one.control.kind == "mode" and one.aspect == DISTINCT)
        return int(next(told, 0))

    @property
    def kept(self) -> bool:
        """Whether every promise was kept."""
        return all(promise.kept for promise in self.promises)


def deliver(study: Study, path: Path | str, *, progress: Progress | None = None, **options: Any) -> Delivery:
    """Generate the study's rows into `path` with their receipt, as `deliver_rows` does with the same options, then
    measure the copies, as `compare` does.

    Whatever `progress` raises when it is told that rows are compared leaves them there with their receipt, which says
    that copies were not measured.
    """
    return compare(study, deliver_rows(study, path, progress=progress, **options), progress=progress)


def deliver_rows(
    study: Study,
    path: Path | str,
    *,
    rows: int | None = None,
    seed: int | None = None,
    workers: int = 1,
    replace: bool = False,
    kept: Sequence[Path] = (),
    beside: Mapping[Path, str] = MappingProxyType({}),
    received: Received | None = None,
    engine: Engine = local,
    form: Format | None = None,
    progress: Progress | None = None,
) -> Delivery:
    """Generate the study's rows into `path`, measure every promise on the file, and write the receipt beside it, whole
    but for the copies.

    `rows` and `seed` are the design's if None. Rows and receipt come together: the receipt that stands is that of the
    rows that stand. `replace` allows to replace a data set that Trimtab did not make, but none of the files `kept`.
    Texts to stand `beside` in the same folder, such as the design, come with them. Rows that were `received` of orders
    take the place of those that must be made. The `engine` makes the rows, as many blocks at once as there are
    `workers`, and decides nothing in them. `form` is the format, if it is not all told by the path. A folder of parts
    that a killed run left goes on at the first missing part. A promise that was not kept is told by the receipt, not by
    an error. Raises ConflictsError before a row is drawn, InputError if `path` can't be written or must not be;
    whatever `progress` raises stops the work, and then nothing is left and a file that was there is untouched.
    """
    target = check_output(path, kept=[study.source.path, *kept], replace=replace)
    rows = study.size if rows is None else rows
    seed = study.design.seed if seed is None else seed
    form, schema = form or format_of(path), schema_of(study, provenance=study.design.output.provenance)
    form.check(plain_schema(schema))
    projection = project(study, rows=rows)
    options: dict[str, Any] = {"workers": workers, "progress": progress, "received": received, "engine": engine}
    told_of = "" if received else made_of(study, schema, rows=rows, seed=seed)
    companions = [*companions_of(target, form), *beside]
    with unfinished(target, form, told_of) as parts, replacing(target, companions=companions) as new:
        first, resumed = (parts.blocks, parts.rows) if parts else (0, 0)
        tables = generate(study, rows=rows, seed=seed, projection=projection, first=first, **options)
        written = parts.finish(tables, new, schema) if parts else write_rows(tables, new, form, schema=schema)
        if progress:
            progress(rows, rows, MEASURING)
        weights = weighing(study, projection)
        told: dict[str, Any] = {"plans": lambda _: projection.floors, "weighing": lambda _: weights}
        # A part of a split is measured as anybody measures it, who knows the design but not the split.
        rows_in = Stored(new, form)
        promises = (
            receipt(rows_in, study, rows=rows, **told)
            if study.part is None
            else verify(rows_in, study.part.whole, rows=rows)
        )
        delivery = Delivery(target, receipt_path(target), written, promises, form, resumed=resumed)
        document = receipt_document(study, projection, weights.covered, delivery, rows=rows, seed=seed)
        own = {receipt_path(target): _text(document), **manifest_beside(target, form, written)}
        for place, content in {**own, **beside}.items():
            companion_of(new, place).write_text(content, encoding="utf-8", newline="\n")
    return delivery


def compare(study: Study, delivery: Delivery, *, progress: Progress | None = None) -> Delivery:
    """Measure how many rows of a delivery of the study are copies of real ones, and put that into its receipt.

    If others have come in the place of the rows or the receipt meanwhile, those are left as they are, and the result
    is not `compared`. Raises InputError if the rows can't be read, or the receipt not be written.
    """
    before = _standing(delivery)
    if before is None:
        return delivery
    text = before[0]
    document = json.loads(text)
    if study.declared:
        return replace(delivery, compared=True)
    try:
        copies = copies_of(study, delivery.stored, document["rows"], progress=progress)
    except InputError:
        if _standing(delivery) != before:
            return delivery
        raise
    if _standing(delivery) != before:
        return delivery
    document["copies"] = copies_json(copies)
    swapped = swap_text(delivery.receipt_path, text, _text(document))
    return replace(delivery, copies=copies, compared=True) if swapped else delivery


def _standing(delivery: Delivery) -> tuple[str, list[tuple[int, ...]]] | None:
    """The receipt of a delivery, and the states of its files, if it is still what stands in its place."""
    try:
        text = delivery.receipt_path.read_text(encoding="utf-8")
        told = json.loads(text)["file"]
        same = (told["sha256"], told["bytes"]) == (delivery.written.sha256, delivery.written.bytes)
        states = [state_of(file) for file in data_files(delivery.path)]
    except (OSError, ValueError, KeyError, TypeError, RecursionError, InputError):
        return None
    return (text, states) if same else None


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def verify(data: Path | Source | Stored, study: Study, *, rows: int | None = None) -> tuple[Promise, ...]:
    """Measure every promise of the study's design on any data set; `rows` is how many it must have.

    What the design's floors can be kept to is asked of the projection for as many rows as the data set has. Raises
    InputError for a data set that can't be read.
    """
    return receipt(data, study, plans=partial(floor_plans, study), rows=rows)


def receipt_json(promises: Sequence[Promise]) -> list[dict[str, Any]]:
    """Promises in the names of the command line's contract, in plain Python types."""
    return [promise.as_json() for promise in promises]


def receipt_document(
    study: Study, projection: Projection, covered: float, delivery: Delivery, *, rows: int, seed: int
) -> dict[str, Any]:
    """The receipt as a file: what was asked of what, what came out, and what it cost.

    It holds no time and no place, so that the same design, seed and source give the same receipt. `real_records` are
    the rows that are whole real ones. `cost_bits` is the KL
    divergence from the source in bits, `effective_share` the effective sample size over the source's rows (0 to 1),
    `covered` the share of the source's rows that are like rows which can be drawn (0 to 1): of those alone the weighted
    rows speak. `ungrounded` is the share of rows in bins that the source never shows (0 to 1). `copies` is no promise,
    and not measured yet: see `compare`.
    """
    written = delivery.written
    return {
        "real_records": delivery.real_records,
        "trimtab": trimtab_version(),
        "design": {"name": study.design.name, "fingerprint": study.design.fingerprint()},
        "source": {"name": study.source.name, "sha256": study.source.sha256, "rows": study.source.rows},
        "file": {"name": delivery.path.name, "bytes": written.bytes, "sha256": written.sha256} | delivery.form.about(),
        "rows": rows,
        "seed": seed,
        **({} if study.part is None else {"split": {"part": study.part.name, "shares": study.part.shares}}),
        "cost_bits": projection.cost_bits,
        "effective_share": projection.effective_share,
        "covered": covered,
        "ungrounded": projection.ungrounded,
        "copies": None if study.declared else UNMEASURED,
        "kept": delivery.kept,
        "receipt": receipt_json(delivery.promises),
        "promises": [promise.about_json() for promise in delivery.promises],
    }
