"""ASAM OpenSCENARIO XML 1.3: a design as stochastic distributions, of which a simulator draws each on its own.

They hold one parameter each, so nothing that ties factors together can be told; what can't be is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np

from trimtab.core.design.controls.kind import KINDS
from trimtab.core.design.fields import number_of
from trimtab.core.design.files import dumps
from trimtab.core.design.targets.cut import Cut
from trimtab.core.design.targets.laws import Normal, Poisson, Uniform
from trimtab.core.design.targets.tables import Histogram
from trimtab.core.design.values import held_codes
from trimtab.core.errors import InputError
from trimtab.core.papers.openscenario import check_names, ending, heading, value_text
from trimtab.core.papers.subject import Subject
from trimtab.core.projection.asked import asked_shares
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import rounded_percent
from trimtab.core.words.plain import listed
from trimtab.core.yaml.reading import read


def write_distributions(subject: Subject, place: Path) -> tuple[str, ...]:
    """Write the design's marginals as stochastic distributions, with its rows as the number of runs and its seed.

    Raises InputError as `distributions` does. Returns what a person must be told, which is nothing.
    """
    lines = [
        *heading(subject),
        f'    <Stochastic numberOfTestRuns="{subject.rows}" randomSeed="{subject.seed}">',
        *distributions(subject.study),
        "    </Stochastic>",
        *ending(),
    ]
    place.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return ()


def distributions(study: Study) -> list[str]:
    """The marginals of a design as lines of XML. Raises InputError that names everything of the design that they can't
    carry."""
    check_names(study.delivered)
    told: list[str] = []
    faults = list(_ties(study))
    for name in study.delivered:
        try:
            told += _distribution(study, name)
        except InputError as error:
            faults.append(str(error))
    if faults:
        raise InputError(
            "OpenSCENARIO's stochastic distributions draw every parameter on its own and can't carry this design:\n"
            + "\n".join(f"- {fault}" for fault in faults)
            + "\nThe value sets can: leave --stochastic out."
        )
    return told


def _ties(study: Study) -> Iterator[str]:
    """What of a design ties factors together, or is computed from them."""
    content = read(dumps(study.design), owner=study.design.name)
    for kind in KINDS.values():
        if kind.part:
            yield from (name.called for name, _ in kind.parts(content))
    for name in study.definitions:
        if study.role(name) == "derive":
            yield f"`{name}`, which is computed from other factors"
    if study.design.mode != "standalone":
        yield f"mode {study.design.mode}"
    if not study.declared:
        for name in study.delivered:
            others = [one for one in _tied(study, name) if one in study.delivered]
            if others:
                yield f"`{name}`, which goes with {listed([f'`{one}`' for one in others])} in the source"


def _tied(study: Study, name: str) -> Iterator[str]:
    """The factors that one was learned to depend on, or is redrawn with."""
    for hood in study.grounding.neighbourhoods:
        if name in hood.factors:
            yield from (one for one in hood.factors if one != name)
            yield from dict.fromkeys(one.factor for one in hood.neighbours if one.factor not in hood.factors)


def _distribution(study: Study, name: str) -> list[str]:
    """One factor as lines of XML. Raises InputError for one that has no distribution of this kind."""
    factor, column = study.design.factor(name), study.columns[name]
    missing = column.missing_share if factor.missing is None else factor.missing
    if missing:
        raise InputError(f"`{name}`, of which {rounded_percent(missing)} of the values are missing")
    target = factor.target
    if isinstance(target, Uniform) and column.kind == "continuous":
        inner = [_range("", number_of(target.low), number_of(target.high))]
        return _one(name, "UniformDistribution", "", inner)
    if isinstance(target, Normal) and column.kind == "continuous":
        about = f' expectedValue="{target.mean!r}" variance="{target.sd**2!r}"'
        return _one(name, "NormalDistribution", about, _cut(name, target))
    if isinstance(target, Poisson):
        return _one(name, "PoissonDistribution", f' expectedValue="{target.mu!r}"', _cut(name, target))
    if isinstance(target, Histogram) and column.kind == "continuous" and study.declared:
        return _one(name, "Histogram", "", _bins(study, name))
    return _one(name, "ProbabilityDistributionSet", "", _levels(study, name))


def _cut(name: str, target: Cut) -> list[str]:
    """Where a law is cut; a file needs both ends."""
    low, high = target.cut()
    if np.isinf(low) and np.isinf(high):
        return []
    if np.isinf(low) or np.isinf(high):
        raise InputError(f"`{name}`, which is cut at one end only")
    return [_range("", low, high)]


def _bins(study: Study, name: str) -> list[str]:
    axis, shares = study.axes[name], asked_shares(study, name) or []
    told = []
    for low, high, share in zip(axis.lows.tolist(), axis.highs.tolist(), shares, strict=True):
        if low == high and share:
            raise InputError(f"`{name}`, which has a bin of one value, {low!r}")
        if share:
            told += [f'<Bin weight="{share!r}">', _range("  ", low, high), "</Bin>"]
    return told


def _levels(study: Study, name: str) -> list[str]:
    """Values one by one with their shares."""
    axis, column, factor = study.axes[name], study.columns[name], study.design.factor(name)
    if axis.numeric and not axis.points:
        how = f"family {factor.target.family}" if factor.target else f"role {factor.role}"
        raise InputError(f"`{name}` ({how}), whose values lie within bins")
    if axis.rest:
        raise InputError(f"`{name}`, whose {axis.labels[-1]} are not told one by one")
    shares = asked_shares(study, name)
    if shares is None:
        counts = column.counts[:-1].astype(float)
        if factor.held:
            held = list(held_codes(name, factor, column))
            counts[[at for at in range(len(counts)) if at not in held]] = 0
        shares = (counts / counts.sum()).tolist()
    values = column.values.to_pylist() if axis.numeric or column.kind == "boolean" else list(axis.levels)
    return [
        f'<Element value={quoteattr(value_text(name, 0, value))} weight="{share!r}"/>'
        for value, share in zip(values, shares, strict=True)
        if share
    ]


def _range(before: str, low: float, high: float) -> str:
    return f'{before}<Range lowerLimit="{low!r}" upperLimit="{high!r}"/>'


def _one(name: str, kind: str, about: str, inner: list[str]) -> list[str]:
    body = [f"        <{kind}{about}>", *(f"          {line}" for line in inner), f"        </{kind}>"]
    if not inner:
        body = [f"        <{kind}{about}/>"]
    return [f'      <StochasticDistribution parameterName="{name}">', *body, "      </StochasticDistribution>"]
