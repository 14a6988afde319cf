"""The commands `sample` and `verify`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from trimtab.core.cli.console import note, print_json, print_table, progress_bar
from trimtab.core.cli.opening import compared, files_of, study_of
from trimtab.core.delivery.copies import UNMEASURED, Copies
from trimtab.core.delivery.manifest import differences, manifest_path
from trimtab.core.delivery.measuring.promise import Promise
from trimtab.core.delivery.places import check_output, own_receipt, receipt_path
from trimtab.core.delivery.receipt import Delivery, compare, deliver_rows, receipt_json, verify
from trimtab.core.delivery.splitting import deliver_split, place_of
from trimtab.core.engines.engines import engine_of
from trimtab.core.errors import InputError
from trimtab.core.formats.choosing import format_for, stored_as
from trimtab.core.orders.orders import generator_of
from trimtab.core.orders.received import complete
from trimtab.core.papers.bundle import Bundle, is_bundle, read_bundle
from trimtab.core.sampling.real.parts import read_shares
from trimtab.core.sampling.run import local
from trimtab.core.source.delimited.dialect import OPEN, Dialect
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import counted, percent, rounded_percent


def make_rows(
    design: Path,
    output: str,
    *,
    rows: int | None,
    seed: int | None,
    engine: str,
    connect: str | None,
    workers: int | None,
    received: Path | None,
    partition_by: str | None,
    split: str | None,
    defuse: bool,
    force: bool,
    accept_source: bool,
    as_json: bool,
) -> bool:
    """Make the rows of a design in `output`, with those `received` of its orders in the place of made ones; returns
    whether every promise was kept."""
    if received is not None and (rows is not None or seed is not None):
        raise InputError(
            "--received: what came back is of the design's own rows and seed. Leave --rows and --seed out."
        )
    form = format_for(output, partition_by=partition_by, defuse=defuse)
    shares = None if split is None else read_shares(split)
    if shares is not None and received is not None:
        raise InputError("--split: what came back of orders is one set. Leave --split or --received out.")
    if shares is not None and engine_of(engine, connect) is not local:
        raise InputError("--split: the parts are made on this machine. Leave --split or --engine out.")
    kept = [*files_of(design), *([received] if received else [])]
    for place in [output] if shares is None else [place_of(output, name, form) for name in shares]:
        check_output(place, kept=kept, replace=force)  # before any work
    maker = engine_of(engine, connect)
    with ExitStack() as stack:
        with progress_bar() as progress:
            study = stack.enter_context(study_of(design, accept_source=accept_source, progress=progress))
            came = complete(study, generator_of(study), received) if received else None
            options: dict[str, Any] = {"rows": rows, "seed": seed, "workers": workers or os.cpu_count() or 1}
            options |= {"form": form, "replace": force, "progress": progress}
            if shares is None:
                made = {"": deliver_rows(study, output, received=came, engine=maker, **options)}
            else:
                made = deliver_split(study, output, shares, kept=kept, **options)
        if as_json:
            told = {name: _json(one) for name, one in made.items()}
            print_json(told[""] if shares is None else {"split": told})
        for one in made.values():
            _tell(one, study, as_json=as_json)
            with progress_bar() as progress:
                _tell_copies(compare(study, one, progress=progress), study, as_json=as_json)
    return all(one.kept for one in made.values())


def _json(delivery: Delivery) -> dict[str, Any]:
    return {"rows": delivery.written.rows, "path": str(delivery.path), "receipt": receipt_json(delivery.promises)}


def _tell_copies(delivery: Delivery, study: Study, *, as_json: bool) -> None:
    if not delivery.compared:
        note(f"{delivery.path}: other rows or another receipt came in its place meanwhile, so copies were not counted.")
    if not as_json:
        if delivery.copies is not None and delivery.copies.rows:
            _print_copies(delivery.copies, "made rows" if study.design.takes_real_rows else "rows")
        note(f"receipt: {delivery.receipt_path}")


def _tell(delivery: Delivery, study: Study, *, as_json: bool) -> None:
    """Say what is there, at once: the files are. With JSON only what is not in it."""
    if delivery.resumed:
        note(f"{delivery.resumed:,} rows were there from a run that was cut off; it went on from them")
    changed = delivery.form.about().get("defused", {})
    for name, cells in changed.items():
        note(f"{delivery.path}: ' stands before {counted(cells, 'cell')} of `{name}` that would be a formula")
    if not as_json:
        print(f"{delivery.path}: {delivery.written.rows:,} rows, {delivery.written.bytes:,} bytes\n")
        if study.design.takes_real_rows:
            share = percent(delivery.real_records / max(1, delivery.written.rows))
            print(f"{delivery.real_records:,} of them ({share}) are real records, each another one\n")
        _print_receipt(delivery.promises)


def verify_rows(
    data: Path,
    design: Path | None,
    *,
    rows: int | None,
    dialect: Dialect,
    defused: bool,
    accept_source: bool,
    as_json: bool,
) -> bool:
    """Measure a data set against a design; returns whether every promise is kept. Of a bundle the files are held
    against its manifest first, and its own design is taken if none is named.

    How many rows there must be is told by `rows`, else by a receipt of these very bytes.
    """
    bundle = read_bundle(data) if is_bundle(data) else None
    if bundle is not None:
        if dialect.given:
            said = ", ".join(f"--{name.replace('_', '-')}" for name in dialect.given)
            raise InputError(
                f"{data}: the rows of a bundle are Parquet, of which there is nothing to say. Leave {said} out."
            )
        return _verify_bundle(bundle, design, rows=rows, accept_source=accept_source, as_json=as_json)
    if design is None:
        raise InputError(f"{data}: it is no bundle, which would bring a design. Name one: --design D.yaml.")
    found, same = _measured(data, design, rows=rows, dialect=dialect, defused=defused, accept_source=accept_source)
    if as_json:
        print_json({"receipt": receipt_json(found), "receipt_matches": same})
    else:
        _print_receipt(found)
        if same is False:
            note(
                f"{receipt_path(data)}: it is no receipt of this file, which has other bytes: one of them was changed "
                "since they were written. What stands above was measured now, on the file as it is."
            )
    for one in differences(data) if data.is_dir() else []:
        note(f"{data}: {one}, says {manifest_path(data).name}")
    return all(promise.kept for promise in found)


def _measured(
    data: Path, design: Path, *, rows: int | None, dialect: Dialect, accept_source: bool, defused: bool = False
) -> tuple[tuple[Promise, ...], bool | None]:
    """Every promise as measured, and whether a receipt beside the data set is of its bytes; None if there is none."""
    receipt = own_receipt(data)
    if rows is None and receipt is not None:
        rows = receipt["rows"]
    with (
        progress_bar() as progress,
        study_of(design, accept_source=accept_source, progress=progress) as study,
        compared([data], dialect, progress=progress) as (measured,),
    ):
        as_written = stored_as(measured, receipt, defused=defused) if isinstance(measured, Path) else measured
        promises = verify(as_written, study, rows=rows)
    if receipt is not None and receipt.get("copies") == UNMEASURED:
        note(
            f"{receipt_path(data)}: copies of real rows are not counted: the run that made them is still at it, or was "
            "cut off. Sample again to have them counted."
        )
    return promises, receipt is not None if receipt_path(data).exists() else None


def _verify_bundle(
    bundle: Bundle, design: Path | None, *, rows: int | None, accept_source: bool, as_json: bool
) -> bool:
    """Tell which files of a bundle are not as they were written, then measure its rows, as far as they can be read."""
    for fault in bundle.faults:
        note(fault)
    for name in bundle.added:
        note(f"{bundle.folder}: {name}: it is not of this bundle, and nothing vouches for it.")
    found: tuple[Promise, ...] = ()
    same: bool | None = None
    try:
        found, same = _measured(
            bundle.data,
            design or bundle.design,
            rows=bundle.rows if rows is None else rows,
            dialect=OPEN,
            accept_source=accept_source,
        )
    except InputError as error:
        if bundle.whole:
            hint = "" if design else " A design of yours may name where the source is: --design D.yaml."
            raise InputError(f"{error}{hint}") from error
        note(f"The promises could not be measured: {error}")
    if as_json:
        print_json({"receipt": receipt_json(found), "receipt_matches": same, "files": bundle.as_json()})
    else:
        broken = len(bundle.changed) + len(bundle.missing)
        print(f"{bundle.files - broken:,} of {bundle.files:,} files as they were written\n")
        _print_receipt(found)
    return bundle.whole and all(promise.kept for promise in found)


def _print_receipt(promises: Sequence[Promise]) -> None:
    print_table(
        ("promise", "requested", "delivered", "tolerance", ""),
        [
            (
                one.promise,
                _text(one.requested),
                _text(one.delivered),
                _text(one.tolerance),
                "kept" if one.kept else "NOT KEPT",
            )
            for one in promises
        ],
    )
    broken = sum(not one.kept for one in promises)
    print(f"\n{broken} of {len(promises)} promises not kept" if broken else f"\nall {len(promises)} promises kept")


def _print_copies(copies: Copies, called: str) -> None:
    share = percent(copies.share)
    print(f"copies: {copies.equal:,} of {copies.rows:,} {called} ({share}) equal a real row in every factor")
    nearer = copies.nearer
    if nearer.share is None or nearer.standard_error is None:
        print(f"nearer to what was learned than to rows held out: not told, {nearer.reason}")
    else:
        # Not of these rows: of rows made anew from half of the source.
        off = rounded_percent(nearer.standard_error, 2)
        print(
            f"made from one half of the real rows, {percent(nearer.share)} (± {off}) of the rows are "
            "nearer to that half than to the other; 50 % is right"
        )


def _text(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
