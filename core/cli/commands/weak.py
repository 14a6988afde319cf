"""The commands `gaps` and `slices`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trimtab.core.cli.commands.combined import note_forbidden
from trimtab.core.cli.console import note, print_json, print_table, progress_bar
from trimtab.core.cli.opening import bring_in, compared, study_of, workspace
from trimtab.core.cli.options import factors_of
from trimtab.core.counting.computing import code_in
from trimtab.core.counting.levels import Levels, code_rows, occurring_levels
from trimtab.core.coverage.gaps.patterns import Gaps, gaps_of
from trimtab.core.coverage.gaps.plausible import plausible_of
from trimtab.core.coverage.gaps.possible import design_levels, possible_of
from trimtab.core.coverage.gaps.remedy import Remedy, remedy_of
from trimtab.core.errors import InputError, Progress
from trimtab.core.learned.learned import learned_columns
from trimtab.core.source.columns import Column
from trimtab.core.source.delimited.dialect import Dialect
from trimtab.core.source.spool import Source
from trimtab.core.weaknesses.budget import spread_rows, usual_curve
from trimtab.core.weaknesses.predictions import Asked, RowErrors, row_errors
from trimtab.core.weaknesses.slices import Weaknesses, slices_of

SHOWN = 20
"""Patterns in a table for people; --json has all of them."""


def show_gaps(
    data: Path,
    *,
    dialect: Dialect,
    factors: str,
    threshold: int,
    max_level: int | None,
    remedy: int | None,
    plausible: bool,
    design: Path | None,
    accept_source: bool,
    as_json: bool,
) -> None:
    """Print the maximal uncovered patterns of a data set, and what to add for a level if `remedy` names one."""
    with progress_bar() as progress:
        if design is not None:
            with (
                study_of(design, accept_source=accept_source, progress=progress) as study,
                compared([data], dialect, progress=progress) as (counted,),
            ):
                levels = design_levels(study, factors_of(factors, study.axes))
                possible = possible_of(study, levels)
                note_forbidden(study, levels)
                coded = code_in(study, counted, levels)
                real = code_in(study, study.source, levels) if plausible else coded
        else:
            possible = None
            with _read(data, dialect, progress) as (source, columns):
                levels = _occurring(columns, factors_of(factors, columns))
                real = coded = code_rows(source, levels)
        if plausible:
            possible = plausible_of(real, levels, possible)
        gaps = gaps_of(coded, levels, threshold, max_level=max_level, possible=possible, progress=progress)
        added = None if remedy is None else remedy_of(coded, levels, threshold, remedy, possible=possible)
    if gaps.searched < len(levels) and max_level is None:
        note(
            f"patterns of up to {gaps.searched} of the {len(levels)} factors: more would take too many cells or steps."
        )
    if gaps.outside:
        note(f"{gaps.outside:,} rows have a value that the design does not declare.")
    if as_json:
        print_json(_gaps_json(gaps) if added is None else {**_gaps_json(gaps), "remedy": _remedy_json(added)})
        return
    _print_gaps(gaps)
    if added is not None:
        _print_remedy(added)


def show_slices(
    data: Path,
    *,
    dialect: Dialect,
    predictions: Path | None,
    asked: Asked,
    factors: str | None,
    alpha: float,
    min_rows: int | None,
    top: int,
    budget: int | None,
    as_json: bool,
) -> None:
    """Print where a model fails."""
    with progress_bar() as progress, workspace() as home:
        source = bring_in(home, data, progress=progress, dialect=dialect)
        beside = bring_in(home, predictions, progress=progress) if predictions is not None else None
        errors = row_errors(source, asked, beside)
        columns = learned_columns(source, progress=progress)
        names = factors_of(factors, columns)
        if factors is None:
            names = [name for name in names if name not in asked.columns]
        for name in names:
            if name in asked.columns:
                what = "error" if name == asked.error else "label" if name == asked.label else "model's own"
                raise InputError(f"--factors: `{name}` is the {what}; name the factors an error may depend on.")
        levels = _occurring(columns, names)
        found = slices_of(
            code_rows(source, levels),
            levels,
            errors.values,
            error=errors.name,
            alpha=alpha,
            min_rows=min_rows,
            top=top,
            progress=progress,
        )
    _note_without(errors)
    more = None if budget is None else _spread(found, budget)
    if as_json:
        print_json(_slices_json(found, more))
    else:
        _print_slices(found, more)


def _spread(found: Weaknesses, budget: int) -> list[int]:
    """The rows of a budget for each slice."""
    if not found.slices:
        return []
    curves = [usual_curve(one.rows, one.mean_error) for one in found.slices]
    return [int(rows) for rows in spread_rows([one.rows for one in found.slices], curves, budget)]


def _note_without(errors: RowErrors) -> None:
    for rows, what in (
        (errors.unmatched, "have no prediction with their key"),
        (errors.without_label, "have no label"),
        (errors.without_prediction, f"have no {errors.name}"),
    ):
        if rows:
            note(f"{rows:,} rows {what}; they are left out.")


@contextmanager
def _read(data: Path, dialect: Dialect, progress: Progress | None) -> Iterator[tuple[Source, Mapping[str, Column]]]:
    with workspace() as home:
        source = bring_in(home, data, progress=progress, dialect=dialect)
        yield source, learned_columns(source, progress=progress)


def _occurring(columns: Mapping[str, Column], names: Sequence[str]) -> list[Levels]:
    levels = [occurring_levels(columns[name]) for name in names]
    for one in levels:
        if one.axis.rest:
            note(
                f"`{one.factor}` has {columns[one.factor].distinct:,} levels: the {len(one.axis.levels)} most frequent "
                f"stay, the others count as one ({one.axis.labels[-1]})."
            )
    return levels


def _gaps_json(gaps: Gaps) -> dict[str, Any]:
    return {
        "rows": gaps.rows,
        "threshold": gaps.threshold,
        "searched_level": gaps.searched,
        "outside": gaps.outside,
        "total": len(gaps),
        "patterns": [
            {"pattern": one.levels, "level": one.level, "count": one.count, "rows_to_close": one.rows_to_close}
            for one in gaps
        ],
        "by_level": {str(level): patterns for level, patterns in gaps.by_level.items()},
    }


def _print_gaps(gaps: Gaps) -> None:
    by_level = ", ".join(f"{patterns:,} of {level}" for level, patterns in gaps.by_level.items())
    print(f"{len(gaps):,} maximal uncovered patterns with fewer than {gaps.threshold:,} of {gaps.rows:,} rows.")
    if not len(gaps):
        return
    print(f"By the number of factors they name: {by_level}.\n")
    shown = [gaps[i] for i in range(min(SHOWN, len(gaps)))]
    print_table(
        ("rows to close", "rows", "pattern"),
        [(f"{one.rows_to_close:,}", f"{one.count:,}", _pattern(one.levels)) for one in shown],
    )
    if len(gaps) > SHOWN:
        print(f"… and {len(gaps) - SHOWN:,} more; --json has all of them.")


def _remedy_json(remedy: Remedy) -> dict[str, Any]:
    return {
        "level": remedy.level,
        "patterns": remedy.patterns,
        "left": remedy.left,
        "rows": remedy.rows,
        "combinations": [
            {"pattern": one.levels, "rows": one.rows, "closes": one.closes} for one in remedy.combinations
        ],
    }


def _print_remedy(remedy: Remedy) -> None:
    count, closed = len(remedy.combinations), remedy.patterns - remedy.left
    of = f"{closed:,} of the" if remedy.left else "all"
    print(
        f"\n{count:,} combinations with {remedy.rows:,} rows close {of} {remedy.patterns:,} uncovered patterns of "
        f"{remedy.level} factors."
    )
    if not count:
        return
    if remedy.left:
        closes = remedy.combinations[-1].closes
        print(
            f"More are not looked for: the last of these closes {closes:,}. A floor over these factors asks for all of "
            "them in one line; fewer factors, a lower threshold or --plausible leave fewer."
        )
    print_table(
        ("rows", "closes", "combination"),
        [(f"{one.rows:,}", f"{one.closes:,}", _pattern(one.levels)) for one in remedy.combinations[:SHOWN]],
    )
    if count > SHOWN:
        print(f"… and {count - SHOWN:,} more; --json has all of them.")


def _slices_json(found: Weaknesses, more: Sequence[int] | None) -> dict[str, Any]:
    return {
        "rows": found.rows,
        "without_error": found.without_error,
        "mean_error": found.mean_error,
        "min_rows": found.min_rows,
        "tested": found.tested,
        "folded": found.folded,
        "slices": [
            {
                "pattern": one.levels,
                "rows": one.rows,
                "mean_error": one.mean_error,
                "score": one.score,
                "divergence": one.divergence,
                "t": one.t,
                "p_value": one.p_value,
                "p_unadjusted": one.p_unadjusted,
                **({} if more is None else {"rows_to_add": more[i]}),
            }
            for i, one in enumerate(found.slices)
        ],
    }


def _print_slices(found: Weaknesses, more: Sequence[int] | None) -> None:
    print(
        f"{found.rows:,} rows with a mean error of {found.mean_error:.4g}; {found.tested:,} slices of at least "
        f"{found.min_rows:,} rows tested."
    )
    if not found.slices:
        print("None has an error above the mean that is not chance.")
        return
    print()
    print_table(
        ("score", "rows", *(("to add",) if more else ()), "mean error", "divergence", "t", "p", "slice"),
        [
            (
                f"{one.score:.4f}",
                f"{one.rows:,}",
                *((f"{more[i]:,}",) if more else ()),
                f"{one.mean_error:.4f}",
                f"{one.divergence:+.4f}",
                "–" if one.t is None else f"{one.t:.1f}",
                f"{one.p_value:.1e}",
                _pattern(one.levels),
            )
            for i, one in enumerate(found.slices)
        ],
    )


def _pattern(levels: Mapping[str, str]) -> str:
    return ", ".join(f"{factor} = {level}" for factor, level in levels.items())
