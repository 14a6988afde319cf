"""A split delivered: every part in a file or folder of its own, with its own receipt, and all of them or none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace as changed
from pathlib import Path

from trimtab.core.atomic import companion_of, replacing
from trimtab.core.delivery.places import check_output, companions_of, receipt_path
from trimtab.core.delivery.receipt import Delivery, deliver_rows
from trimtab.core.errors import InputError, Progress
from trimtab.core.formats import Format
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.projection.projection import project
from trimtab.core.sampling.real.parts import checked, parts_of, rows_of_parts, seed_of
from trimtab.core.scratch import scratch
from trimtab.core.study.study import Study

MAKING = ".trimtab-split-"
"""How the folders begin in which the parts are made, beside their places."""


def place_of(path: Path | str, name: str, form: Format) -> Path:
    """Where a part goes: `rows-train.csv.gz` for `rows.csv.gz`, `rows-train` for the folder `rows`."""
    place = Path(path)
    stem = place.name[: len(place.name) - len(form.suffix)]
    return place.with_name(f"{stem}-{name}{place.name[len(stem) :]}")


def deliver_split(
    study: Study,
    path: Path | str,
    shares: Mapping[str, float],
    form: Format,
    *,
    rows: int | None = None,
    seed: int | None = None,
    workers: int = 1,
    replace: bool = False,
    kept: Sequence[Path] = (),
    beside: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> dict[str, Delivery]:
    """Generate the rows of a design in parts, `shares` of all rows by their names, which sum to 1.

    Each part meets the whole design with its own rows, is measured as `verify` would, and stands with its receipt at
    `place_of` it; all parts come together. With `rows: most` each has as many as its own real rows can fill. No row of
    the source is in two parts, and no value of a made row comes from a row of the source that another part has. Texts
    `beside` come with every part, by the suffix that takes the place of its own. Raises InputError for shares that are
    none and places that can't be written, and ConflictsError, which names the part, where the design can't be met in
    one.
    """
    shares = checked(shares)
    seed = study.design.seed if seed is None else seed
    places = {name: place_of(path, name, form) for name in shares}
    for place in places.values():
        check_output(place, kept=[study.source.path, *kept], replace=replace)
    total = study.size if rows is None else rows
    wanted = rows_of_parts(shares, total)
    parts = parts_of(study, shares, rows=total, seed=seed)
    if rows is None and study.design.rows == "most":
        wanted = {name: part.size for name, part in parts.items()}
        total = sum(wanted.values())
    for name, part in parts.items():  # before a row of any is made
        with _naming(name, wanted[name], shares[name]):
            project(part, rows=wanted[name])
    first = next(iter(places.values()))
    texts = {
        name: {place.with_suffix(suffix): text for suffix, text in (beside or {}).items()}
        for name, place in places.items()
    }
    companions = [one for place in places.values() for one in (place, *companions_of(place, form))]
    companions += [one for own in texts.values() for one in own]
    made: dict[str, Delivery] = {}
    others = [one for one in companions if one != first]
    with replacing(first, companions=others) as new, scratch(first.parent, MAKING) as folder:
        for name, place in places.items():
            before = sum(one.written.rows for one in made.values())
            told = None if progress is None else _running(progress, before, total)
            with _naming(name, wanted[name], shares[name]):
                made[name] = deliver_rows(
                    parts[name], folder / place.name, form=form, rows=wanted[name], seed=seed_of(seed, name),
                    workers=workers, progress=told,
                )  # fmt: skip
        for name, place in places.items():
            for one in (place, *companions_of(place, form)):
                (folder / one.name).replace(new if one == first else companion_of(new, one))
            for one, text in texts[name].items():
                companion_of(new, one).write_text(text, encoding="utf-8", newline="\n")
    return {name: _moved(one, places[name]) for name, one in made.items()}


@contextmanager
def _naming(name: str, rows: int, share: float) -> Iterator[None]:
    """Conflicts and faults of a part told as its own."""
    which = f"split: part `{name}` ({rows:,} rows, made from {share:.9g} of the source)"
    try:
        yield
    except ConflictsError as error:
        conflicts = [changed(one, message=f"{which}: {one.message}") for one in error.conflicts]
        raise ConflictsError(conflicts) from error
    except InputError as error:
        raise InputError(f"{which}: {error}") from error


def _running(progress: Progress, before: int, total: int) -> Progress:
    """Progress of a part told as that of all."""
    return lambda done, _, message: progress(before + done, total, message)


def _moved(delivery: Delivery, place: Path) -> Delivery:
    return changed(delivery, path=place, receipt_path=receipt_path(place))
