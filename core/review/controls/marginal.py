"""What a factor itself says in words: its role, and its missing share."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.design.factors import Factor
from trimtab.core.design.targets import Target
from trimtab.core.design.values import held_codes
from trimtab.core.projection.asked import asked_shares
from trimtab.core.review.controls.sentence import Sentence, of_all, sentences_at
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import rounded_percent
from trimtab.core.words.plain import listed, value_text
from trimtab.core.words.rates import Words, described, in_reality, most_moved, of_rows


@sentences_at(30)
def factor_sentences(study: Study) -> Iterator[Sentence]:
    for name, factor in study.design.factors.items():
        said = _role(study, name, factor)
        if said is not None:
            yield Sentence(ControlName(factor.role, name), name, said.text, asked=said.asked)
        if factor.missing is not None and name in study.columns:
            real = study.columns[name].missing_share
            told = _gap(factor.missing, None if study.declared else real)
            yield Sentence(ControlName("missing", name), name, told, asked=rounded_percent(factor.missing))


def _gap(asked: float, real: float | None) -> str:
    text = f"no value in {of_rows(asked)}"
    if real is None:
        return text
    really = in_reality(real, asked)
    return f"{text}, never in reality" if really == "never" else f"{text}, in reality {really}"


def _role(study: Study, name: str, factor: Factor) -> Words | None:
    """What a factor's role says; None for one that follows."""
    if factor.role == "derive":
        return Words(f"computed in every row as {' '.join((factor.expression or '').split())}")
    if factor.role == "drop":
        return Words("left out of the rows")
    if factor.role == "carry":
        return Words("no factor: whole real rows bring their own value, made ones have none")
    if factor.role == "keep":
        return Words("as in reality, whatever else moves")
    if factor.role == "hold":
        return _hold(study, name, factor)
    return _target(study, name, factor) if factor.role == "target" else None


def _target(study: Study, name: str, factor: Factor) -> Words:
    target, column, unit = factor.target, study.columns[name], factor.unit or ""
    assert target is not None  # the design's own validation
    missing = column.missing_share if factor.missing is None else factor.missing
    shares = np.array(asked_shares(study, name))
    asked = np.append(shares * (1 - missing), missing)
    axis, real = study.axes[name], study.real_shares(name)
    law = _law(target)
    if study.declared:
        said = described(axis, asked, unit)
    elif not law and (axis.points or not axis.numeric) and _flat(shares):
        said = _equally(study, name, shares, 1 - missing)
    else:
        said = most_moved(axis, real, asked, unit)
    return Words(f"{law}{said.text}", said.asked)


def _law(target: Target) -> str:
    """How the shape of a target is called, if it has a name of its own."""
    called = f"{target.title.lower()} distribution" if target.phrase is None else target.phrase
    return f"{'an' if called[0] in 'aeio' else 'a'} {called}; " if called else ""


def _flat(shares: np.ndarray) -> bool:
    used = shares[shares > 0]
    return len(used) > 2 and float(used.max()) <= 1.01 * float(used.min())


def _equally(study: Study, name: str, shares: np.ndarray, present: float) -> Words:
    """That all bins that are left have the same share."""
    axis, real = study.axes[name], study.real_shares(name)[:-1]
    used = np.flatnonzero(shares)
    each = rounded_percent(float(shares[used].max()) * present)
    labels = [axis.labels[i] for i in used]
    run = axis.numeric and len(used) == used[-1] - used[0] + 1
    which = (
        f"{labels[0]} to {labels[-1]}" if run else f"each of {len(used)} levels" if len(used) > 6 else listed(labels)
    )
    low, high = (in_reality(float(x), float(shares[used[0]])) for x in (real[used].min(), real[used].max()))
    return Words(f"{which} equally often, {each} each; in reality from {low} to {high}", "equally often")


def _hold(study: Study, name: str, factor: Factor) -> Words:
    texts = [value_text(value) for value in factor.held]
    whole = [int(value) for value in factor.held if type(value) is int]
    if len(whole) == len(texts) > 2 and whole == list(range(whole[0], whole[0] + len(whole))):
        texts = [f"{whole[0]} to {whole[-1]}"]
    unit = f" {factor.unit}" if factor.unit else ""
    said = f"{'always' if len(factor.held) == 1 else 'only'} {listed(texts)}{unit}"
    if study.declared:
        return Words(said)
    column = study.columns[name]
    real = float(column.counts[list(held_codes(name, factor, column))].sum() / column.counts.sum())
    return Words(f"{said}, in reality {of_all(real)}")
