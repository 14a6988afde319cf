"""Prints the fresh-real ratio on real tables, neutral and under two strong targets: `python -m benchmarks.fresh_real`.

Neutral is the design that `init` and an upload begin with, relations and all.
Beside it: rows drawn with replacement from the learned half (the best that copying can do), and SDV where the judge
environment is there. See `fresh_measure` for the measure.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks import fresh_measure as fresh
from benchmarks.sdv_peer import has_sdv, run_sdv
from benchmarks.tables import spooled, table
from trimtab.core.cli.console import print_table
from trimtab.core.design.factors import Factor
from trimtab.core.sampling.run import generate
from trimtab.core.source.axes import Axis
from trimtab.core.study.neutral import begin_design
from trimtab.core.study.study import Study, open_study

TARGETS = {
    "diamonds": {"price": 0.35, "color": 0.35},
    "crashes": {"ageOFocc": 0.35, "dvcat": 0.35},
    "HI": {"experience": 0.35, "education": 0.35},
    "labsup": {"faminc": 0.35, "agefstm": 0.35},
    "flights": {"temp": -0.35, "carrier": 0.35},
}
"""Per table two factors to tilt, with the total variation each is moved by (negative: towards its first bins)."""

MULTIPLES = (1, 4)
"""Rows generated, as multiples of the rows learned from."""

SDV_TABLES = ("diamonds", "crashes", "HI")
"""The smaller ones; SDV takes minutes for the others."""

MOST_NEUTRAL, MOST_TARGETED = 1.4, 1.6


@dataclass(frozen=True)
class Measured:
    """One line of the result; ratios are one per multiple of MULTIPLES."""

    name: str
    rows: int
    factors: int
    generated: tuple[float, ...]
    bootstrap: tuple[float, ...]
    copied: float
    real_copies: float
    sdv: float | None = None


@dataclass(frozen=True, eq=False)
class Halves:
    """The halves of a real table, and a study that learned from the first."""

    name: str
    learned: pa.Table
    fresh: pa.Table
    study: Study


def halves_of(name: str, folder: Path) -> Halves:
    """Split a table and learn from one half."""
    learned, left = fresh.split(table(name))
    source = spooled(learned, folder, name)
    begun = begin_design(source, name=name, path=source.name)
    design = begun.design.changed(output={"provenance": False})
    study = open_study(design, source, columns=begun.columns)
    shown = list(study.shown)
    return Halves(name, learned.select(shown), left.select(shown), study)


def neutral(halves: Halves, *, sdv: bool) -> Measured:
    """The ratio where every factor follows."""
    return _measured(halves, halves.study, list(halves.study.shown), (None, None), sdv=sdv)


def targeted(halves: Halves) -> Measured:
    """The ratio under the two targets of TARGETS, over the factors they leave alone."""
    asked = TARGETS[halves.name]
    requested = {name: fresh.tilted(halves.study.real_shares(name), shift) for name, shift in asked.items()}
    factors = {name: _target(halves.study.axes[name], shares) for name, shares in requested.items()}
    design = halves.study.design.changed(factors={**halves.study.design.factors, **factors})
    study = open_study(design, halves.study.source, previous=halves.study)
    weigh = partial(fresh.rake, axes=study.axes, requested=requested)
    own = {name: study.columns[name] for name in asked}
    weights = weigh(own), weigh(fresh.columns_of(halves.fresh, list(asked), own))
    left = [name for name in study.shown if name not in asked]
    return _measured(halves, study, left, weights, sdv=False)


def _measured(
    halves: Halves,
    study: Study,
    factors: list[str],
    weights: tuple[np.ndarray | None, np.ndarray | None],
    *,
    sdv: bool,
) -> Measured:
    size = len(halves.learned)
    made = [pa.concat_tables(generate(study, rows=times * size, workers=2)) for times in MULTIPLES]
    peer = [run_sdv(halves.learned, size)[0]] if sdv else []
    a, b, *others = fresh.code_sets(halves.learned, halves.fresh, *made, *peer)
    real = fresh.mean_distance(a, b, factors, weights=weights)

    def ratio(rows: fresh.Coded, weighed: np.ndarray | None = None) -> float:
        return fresh.mean_distance(rows, b, factors, weights=(weighed, weights[1])) / real

    return Measured(
        name=halves.name,
        rows=size,
        factors=len(factors),
        generated=tuple(ratio(rows) for rows in others[: len(made)]),
        bootstrap=tuple(ratio(a, drawn) for drawn in _bootstraps(size, weights[0])),
        copied=fresh.copies(others[0], a),
        real_copies=fresh.copies(b, a),
        sdv=ratio(others[-1]) if sdv else None,
    )


def _bootstraps(size: int, weights: np.ndarray | None) -> Iterator[np.ndarray]:
    """How often each learned row is drawn, with replacement, for each multiple."""
    shares = np.full(size, 1 / size) if weights is None else weights
    generator = np.random.default_rng(1)
    for times in MULTIPLES:
        yield generator.multinomial(times * size, shares).astype(float)


def _target(axis: Axis, shares: np.ndarray) -> Factor:
    """The role target with these shares of the axis' bins; what is missing stays so."""
    present = shares[:-1].tolist()
    if axis.numeric:
        target: dict[str, object] = {"family": "histogram", "weights": present}
    else:
        target = {"family": "categorical", "weights": dict(zip(axis.levels, present, strict=True))}
    edges = axis.edges if axis.numeric else None
    return Factor.model_validate({"kind": axis.kind, "role": "target", "target": target, "edges": edges})


def _row(one: Measured, aim: float) -> tuple[str, ...]:
    kept = all(ratio <= aim for ratio in one.generated)
    figures = [f"{ratio:.2f}" for ratio in (*one.generated, *one.bootstrap)]
    copied, real = (f"{share:.1%}" for share in (one.copied, one.real_copies))
    sdv = "–" if one.sdv is None else f"{one.sdv:.1f}"
    return (one.name, f"{one.rows:,}", str(one.factors), *figures, sdv, copied, real, "kept" if kept else "MISSED")


def _print(title: str, found: list[Measured], aim: float) -> None:
    print(f"\n{title}; aim: at most {aim}\n")
    made = [f"trimtab {times}x" for times in MULTIPLES]
    drawn = [f"redrawn {times}x" for times in MULTIPLES]
    header = ("table", "rows learned", "factors", *made, *drawn, "SDV 1x", "copies", "copies in B", "aim")
    print_table(header, [_row(one, aim) for one in found])


def main() -> None:
    """Measure the tables named on the command line, all by default."""
    names = sys.argv[1:] or list(TARGETS)
    plain, designed = [], []
    with tempfile.TemporaryDirectory(prefix="trimtab-") as folder:
        for name in names:
            halves = halves_of(name, Path(folder))
            plain.append(neutral(halves, sdv=has_sdv() and name in SDV_TABLES))
            designed.append(targeted(halves))
            print(f"measured {name}", file=sys.stderr)
    print("Fresh-real ratio: mean total variation over pairs of factors, generated to fresh real rows B, divided by")
    print("that of the learned real rows A to B. 1x, 4x: rows generated per row learned. Redrawn: rows of A drawn with")
    print("replacement. Copies: generated rows (1x) that equal a learned row in every value, and fresh rows that do.")
    _print("Neutral", plain, MOST_NEUTRAL)
    _print("Two strong targets, over pairs of the other factors", designed, MOST_TARGETED)
    for name in names:
        print(f"  {name}: " + ", ".join(f"{factor} moved by {abs(tv):.0%}" for factor, tv in TARGETS[name].items()))


if __name__ == "__main__":
    main()
