"""The commands `profile` and `coverage`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trimtab.core.cli.commands.combined import combined, combined_in, note_outside, print_tway, tway_json
from trimtab.core.cli.console import bars, note, print_json, print_table, progress_bar
from trimtab.core.cli.opening import bring_in, compared, study_of, workspace
from trimtab.core.cli.options import factors_of
from trimtab.core.counting.computing import columns_of
from trimtab.core.coverage.compare import Counts, FactorComparison, compare
from trimtab.core.coverage.measures import MEASURES, Measure
from trimtab.core.coverage.tway import TWay
from trimtab.core.design.naming import column_of
from trimtab.core.errors import ConflictError
from trimtab.core.learned.learned import learned_columns
from trimtab.core.learned.relations import learned_relations
from trimtab.core.projection.projection import project
from trimtab.core.relations.owners import holding_json, owners_of
from trimtab.core.relations.relation import Found
from trimtab.core.source.axes import default_axis
from trimtab.core.source.delimited.dialect import Dialect
from trimtab.core.source.profile import FactorProfile, to_json
from trimtab.core.source.profile import profile as profile_of
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study
from trimtab.core.study.texts import forms_of, read_alike
from trimtab.core.words.numbers import percent

DESIGN = "design"
"""The set of what a design asks for, counted from its model; no data set is named so."""


def show_profile(data: Path, *, dialect: Dialect, as_json: bool) -> None:
    """Print the profile of a file."""
    with workspace() as home, progress_bar() as progress:
        source = bring_in(home, data, progress=progress, dialect=dialect)
        columns = learned_columns(source, progress=progress)
        found, relations = profile_of(columns, source.rows), learned_relations(source, columns, progress=progress)
    if as_json:
        print_json({**to_json(found), **holding_json(columns, relations)})
        return
    print(f"{data.name}: {found.rows:,} rows, {len(found.factors)} columns\n")
    print_table(
        ("factor", "kind", "missing", "distinct", "from", "to", "histogram"),
        [_profile_row(factor) for factor in found.factors],
    )
    for factor in found.factors:
        if factor.identifier or factor.constant:
            why = "it only tells rows apart" if factor.identifier else "all rows are alike"
            note(f"`{factor.name}`: {why}; it tells nothing about a distribution.")
    if relations:
        print("\nWhat always holds")
        print_table(("kind", "what", "rows", "exceptions"), [_relation_row(one) for one in relations])
    for owner in owners_of(columns, [one.relation for one in relations]):
        note(owner.text)


def _relation_row(found: Found) -> tuple[str, ...]:
    relation = found.relation
    return (relation.kind, relation.text, f"{found.rows:,}", f"{found.exceptions:,}")


def _profile_row(factor: FactorProfile) -> tuple[str, ...]:
    low, high = ("" if end is None else str(end) for end in (factor.minimum, factor.maximum))
    missing = percent(factor.missing_share) if factor.missing else "–"
    histogram = bars(factor.counts[:-1].tolist())
    return (factor.name, factor.kind, missing, f"{factor.distinct:,}", low or factor.top or "", high, histogram)


def show_coverage(
    data: Sequence[Path],
    *,
    design: Path | None,
    factors: str | None,
    strength: int | None,
    dialect: Dialect,
    accept_source: bool,
    as_json: bool,
) -> None:
    """Print how the data sets differ from the first, factor by factor and, with a strength, by combinations."""
    names = _names(data)
    tway: TWay | None = None
    with progress_bar() as progress:
        if design is not None:
            with (
                study_of(design, accept_source=accept_source, progress=progress) as study,
                compared(data, dialect, progress=progress) as files,
            ):
                alike = [_alike(study, design, *one) for one in zip(data, files, strict=True)]
                sets: dict[str, Path | Source] = dict(zip(names, alike, strict=True))
                wanted = factors_of(factors, study.axes)
                axes, known = columns_of(study, wanted)
                found = compare({**sets, DESIGN: _asked(study)}, axes, known, progress=progress)
                if strength is not None:
                    # Columns that a design computes are in its rows only, so they have to be asked for.
                    named = wanted if factors else [name for name in study.columns if name not in study.definitions]
                    tway = combined_in(study, sets, named, strength, progress=progress)
        else:
            with workspace() as home, compared(data[1:], dialect, progress=progress) as files:
                first = bring_in(home, data[0], progress=progress, dialect=dialect)
                sets = dict(zip(names, [first, *files], strict=True))
                columns = learned_columns(first, progress=progress)
                wanted = factors_of(factors, columns)
                axes = {name: default_axis(columns[name]) for name in wanted}
                found = compare(sets, axes, columns, progress=progress)
                if strength is not None:
                    tway = combined(sets, columns, wanted, strength, progress=progress)
    if tway is not None:
        note_outside(tway)
    if as_json:
        document = {"sets": names, "factors": [_coverage_json(factor, names) for factor in found]}
        print_json(document if tway is None else {**document, "tway": tway_json(tway)})
        return
    shown, to_design = (names, ()) if design is None else ([*names, DESIGN], ("tv to design",))
    print_table(
        ("factor", "data set", *(one.name for one in _columns()), *to_design, "missing", "histogram"),
        [_coverage_row(factor, name, shown) for factor in found for name in shown],
    )
    if tway is not None:
        print_tway(tway)


def _alike(study: Study, design: Path, file: Path, data: Path | Source) -> Path | Source:
    """A data set with its texts read as those of the design's source are; the source itself is read already."""
    named = study.design.source
    own = named is not None and file.resolve() == (design.parent / named.path).resolve()
    return study.source if own and forms_of(study.design, study.source) else read_alike(study.design, data)


def _names(data: Sequence[Path]) -> list[str]:
    """A name for each data set: that of its file, the path where that is not enough, or a number."""
    names = [file.name for file in data]
    if len(set(names)) < len(names):
        names = [str(file) for file in data]
    return [name if names.count(name) == 1 and name != DESIGN else f"{name} ({i})" for i, name in enumerate(names, 1)]


def _asked(study: Study) -> Counts:
    """The shares that the design's rows will have per display bin, those of a supplement together with the source.

    Without what is dropped. Nothing, with a note that tells why, if the design can't be met.
    """
    try:
        shifts = project(study).shifts
    except ConflictError as error:
        note(f"The design can't be met as it is, so no data set is compared with it.\n{error}")
        return {}
    return {column_of(study.design, one.factor): one.after for one in shifts}


def _coverage_json(factor: FactorComparison, names: Sequence[str]) -> dict[str, Any]:
    """A factor in the names of the contract: its figures are those of the second data set; `against` has all others.

    With a design `to_design` has those of every data set from what the design asks for.
    """
    others = [{"set": name, **factor.distances[name]} for name in names[1:]]
    bins = [
        {
            "label": label,
            "counts": [None if (counts := factor.counts[name]) is None else int(counts[i]) for name in names],
        }
        for i, label in enumerate(factor.labels)
    ]
    figures = factor.distances[names[1]] if len(names) > 1 else dict.fromkeys(MEASURES)
    found = {"name": factor.name, "kind": factor.kind, **figures, "against": others, "bins": bins}
    if DESIGN in factor.counts:
        found["to_design"] = [{"set": name, **factor.between(DESIGN, name)} for name in names]
    return found


def _columns() -> list[Measure]:
    """The measures as columns: those of all bins, then those of rows with a value."""
    return sorted(MEASURES.values(), key=lambda one: one.ordered)


def _coverage_row(factor: FactorComparison, name: str, shown: Sequence[str]) -> tuple[str, ...]:
    """One data set's row; the first of those `shown` is what the figures are against."""
    first, counts = name == shown[0], factor.counts[name]
    to_design = [_number(factor.between(DESIGN, name)["tv"], hidden=name == DESIGN)] if DESIGN in shown else []
    if counts is None:
        why = "nothing to compare with" if name == DESIGN else "no such column"
        return (factor.name if first else "", name, *("–",) * (len(MEASURES) + 1 + len(to_design)), why)
    figures = [_number(factor.distances[name][one.name], hidden=first) for one in _columns()]
    missing = percent(counts[-1] / counts.sum()) if counts.sum() else "–"
    histogram = bars(counts[:-1].tolist())
    return (factor.name if first else "", name, *figures, *to_design, missing, histogram)


def _number(value: float | None, *, hidden: bool) -> str:
    return "–" if value is None or hidden else f"{value:.4g}"
