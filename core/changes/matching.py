"""Distributions taken from another data set, such as production logs, as targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from trimtab.core.changes.factors import sculpted
from trimtab.core.coverage.compare import FactorComparison, compare
from trimtab.core.design.design import Design
from trimtab.core.design.factors import LEFT_OUT
from trimtab.core.design.targets.tables import DIGITS
from trimtab.core.errors import InputError, Progress, nearest
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study, open_study
from trimtab.core.study.texts import read_alike
from trimtab.core.words.numbers import counted, percent

DATA = "data"


@dataclass(frozen=True)
class LeftOut:
    """Rows of the other data set whose value of a factor the source does not have: `rows` of `of` rows, and `where`
    they lie ("below 0", "unseen levels"). The target has the shares of the other rows."""

    factor: str
    rows: int
    of: int
    where: tuple[str, ...]

    @property
    def text(self) -> str:
        """In a sentence."""
        lie, where = "lies" if self.rows == 1 else "lie", ", ".join(self.where)
        rows = f"{counted(self.rows, 'row')} of {self.of:,} ({percent(self.rows / self.of)})"
        there = f"`{self.factor}`: {rows} {lie} where the source has no value ({where})"
        return f"{there}: left out, the shares are those of all other rows."


@dataclass(frozen=True)
class Matched:
    """A design with the distributions of another data set, and the rows that it can't follow."""

    design: Design
    factors: tuple[str, ...]
    left_out: tuple[LeftOut, ...]


def matched(
    study: Study, data: Path | Source, factors: Sequence[str] | None = None, *, progress: Progress | None = None
) -> Matched:
    """The study's design with each of `factors` as a target of the shares that another data set has in its bins, and of
    its missing share; without `factors` all that both have and that the design neither holds, computes nor leaves out.

    Raises InputError for a data set that can't be read, for a factor that one of them does not have or that is
    computed, and for one of which the data set has no value that the source has.
    """
    named = list(factors) if factors is not None else _matchable(study)
    for name in named:
        _check(study, name)
    data = read_alike(study.design, data)
    found = compare({DATA: data}, {name: study.axes[name] for name in named}, study.columns, progress=progress)
    missing = [one.name for one in found if one.counts[DATA] is None]
    if factors is None:
        found = tuple(one for one in found if one.counts[DATA] is not None)
        if not found:
            raise InputError(f"{data.name}: it has none of the factors: {', '.join(named[:5])}, …")
    elif missing:
        known = nearest(missing[0], _columns(found))
        raise InputError(f"{data.name}: there is no factor `{missing[0]}`.{known}")
    left: list[LeftOut] = []
    for one in found:
        study, out = _with(study, data.name, one)
        left += out
    return Matched(study.design, tuple(one.name for one in found), tuple(left))


def _matchable(study: Study) -> list[str]:
    """The factors that can have the shares of other data."""
    free = ("hold", "derive", *LEFT_OUT)
    return [name for name in study.columns if study.role(name) not in free and study.axes[name].size]


def _check(study: Study, name: str) -> None:
    if name not in study.columns:
        known = nearest(name, study.columns)
        computed = name in study.axes
        raise InputError(f"Factor `{name}`: {'it is computed' if computed else 'there is none'}.{known}")
    if study.role(name) == "derive":
        raise InputError(f"Factor `{name}`: it is computed, so it can't be a target. Give it another role first.")


def _columns(found: Sequence[FactorComparison]) -> list[str]:
    return [one.name for one in found if one.counts[DATA] is not None]


def _with(study: Study, data: str, one: FactorComparison) -> tuple[Study, list[LeftOut]]:
    """The study with a factor that has the shares of the data, and the rows that it can't follow."""
    counts = one.counts[DATA]
    assert counts is not None
    inside, outside, gaps = counts[:-1][~one.outside[:-1]], counts[:-1][one.outside[:-1]], int(counts[-1])
    if not inside.sum():
        raise InputError(f"{data}: none of its values of `{one.name}` is one that the source has in its bins.")
    design = sculpted(study, one.name, (inside / inside.sum()).tolist())
    of = int(counts.sum())
    known = study.columns[one.name].counts[-1] > 0  # values are missing in reality, too
    share = float(f"{gaps / of:.{DIGITS}g}") if gaps or known else None
    design = design.with_factor(one.name, missing=share)
    where = tuple(label for label, out, rows in zip(one.labels, one.outside, counts, strict=True) if out and rows)
    left = [LeftOut(one.name, int(outside.sum()), of, where)] if outside.sum() else []
    return open_study(design, study.source, previous=study), left


def told(found: Matched) -> Mapping[str, object]:
    """What was matched in the names of `apply --json`."""
    left = [{"factor": one.factor, "rows": one.rows, "of": one.of, "where": list(one.where)} for one in found.left_out]
    return {"matched": list(found.factors), "left_out": left}
