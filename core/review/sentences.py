"""What a design asks for, in sentences with real and asked numbers, for people who decide and do not code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from trimtab.core.coverage.dependence import joint, spearman
from trimtab.core.design.controls.floor import Floor
from trimtab.core.design.controls.level import LevelMix
from trimtab.core.design.controls.pair import Pair
from trimtab.core.design.controls.sweep import Sweep
from trimtab.core.design.factors import Factor
from trimtab.core.design.targets import Target
from trimtab.core.design.values import held_codes
from trimtab.core.projection.asked import asked_shares
from trimtab.core.projection.controls.event import events_of
from trimtab.core.projection.controls.rule import rules_of
from trimtab.core.projection.rates import real_rows
from trimtab.core.study.study import Study, whole_size
from trimtab.core.words.plain import in_words, listed, signed, value_text
from trimtab.core.words.rates import (
    Words,
    described,
    in_reality,
    most_moved,
    of_rows,
    percent,
    rates,
)

COMMON = 0.01
"""A bin with less of the rows is no example of how two factors go together."""
STRENGTHS = ((0.1, "hardly"), (0.3, "a little"), (0.6, "clearly"), (1.1, "strongly"))
"""How strong a rank correlation is, up to the number."""


@dataclass(frozen=True)
class Sentence:
    """One control in words: `subject`, in brackets `detail`, then `text`, in which `asked` matters most.

    `control` is its name as `trimtab diff` has it, `kind` the first word of that.
    """

    control: str
    subject: str
    text: str
    detail: str = ""
    asked: str = ""

    @property
    def kind(self) -> str:
        """The kind of control: target, keep, event, …"""
        return self.control.split(" ", 1)[0]

    @property
    def line(self) -> str:
        """The sentence as a line of text."""
        return f"{self.subject}{f' ({self.detail})' if self.detail else ''}: {self.text}"


def sentences(study: Study) -> tuple[Sentence, ...]:
    """A sentence for each control of a design, those with the largest say first. Raises InputError for a control that
    is wrong."""
    return (
        *_mode(study),
        *_events(study),
        *_factors(study),
        *(_level(study, name, mix) for name, mix in study.design.levels.items()),
        *(_pair(study, pair) for pair in study.design.pairs),
        *_labels(study),
        *_rules(study),
        *(_sweep(sweep) for sweep in study.design.sweeps),
        *(_floor(floor) for floor in study.design.floors),
    )


# --- the controls ---------------------------------------------------------------------------------------------------


def _mode(study: Study) -> Iterator[Sentence]:
    if study.design.mode == "supplement":
        total = whole_size(study, study.design.rows)
        said = f"all shares are of the {total:,} rows that {study.source.rows:,} real ones and these are together"
        yield Sentence("mode", "A supplement", said, asked=f"{total:,} rows")


def _events(study: Study) -> Iterator[Sentence]:
    total = whole_size(study, study.design.rows)
    units = {name: factor.unit for name, factor in study.design.factors.items() if factor.unit}
    for event in events_of(study):
        reality = "as declared" if study.declared else "in reality"
        said = rates(real_rows(study, event) / study.source.rows, event.rate, reality=reality)
        rows = f" ({counted(round(event.rate * total), 'row')})" if event.rate else ""
        where = in_words(event.predicate, units)
        yield Sentence(str(event.name), _words(event.of), said.text + rows, where, said.asked)


def _factors(study: Study) -> Iterator[Sentence]:
    for name, factor in study.design.factors.items():
        said = _role(study, name, factor)
        if said is not None:
            yield Sentence(f"{factor.role} {name}", name, said.text, asked=said.asked)
        if factor.missing is not None and name in study.columns:
            real = study.columns[name].missing_share
            told = _gap(factor.missing, None if study.declared else real)
            yield Sentence(f"missing {name}", name, told, asked=percent(factor.missing))


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
    each = percent(float(shares[used].max()) * present)
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
    return Words(f"{said}, in reality {_of_all(real)}")


def _of_all(share: float) -> str:
    told = of_rows(share, 2)
    return f"in {told}"


def _level(study: Study, name: str, mix: LevelMix) -> Sentence:
    real = dict(zip(study.axes[name].labels, study.real_shares(name), strict=False))
    asked = ", ".join(f"{percent(share)} {level}" for level, share in mix.shares.items())
    really = listed([in_reality(float(real.get(level, 0.0)), share) for level, share in mix.shares.items()])
    cuts = listed([value_text(cut) for cut in mix.cuts])
    text = f"{asked}{'' if study.declared else f'; in reality {really}'}"
    return Sentence(f"level {name}", _words(name), text, f"{' '.join(mix.score.split())}, cut at {cuts}", asked)


def _pair(study: Study, pair: Pair) -> Sentence:
    subject = " and ".join(pair.factors)
    really = "" if study.declared else _together(study, pair)
    if pair.rank_correlation is not None:
        asked = signed(f"{pair.rank_correlation:g}")
        text = f"{_strength(pair.rank_correlation)} (rank correlation {asked})"
    else:
        asked = "independent" if pair.target else "designed table"
        text = "independent: the one tells nothing of the other" if pair.target else "together as in a designed table"
    return Sentence(f"pair {pair.name}", subject, f"{text}{really}", asked=asked)


def _together(study: Study, pair: Pair) -> str:
    """How two factors really go together."""
    table = joint(study, *pair.factors)
    order = spearman(table)
    if order is not None and table.first.numeric and table.second.numeric:
        told = signed(f"{order:.2f}")
        return f"; in reality {_strength(order)} (rank correlation {told})"
    shares, own, other = table.shares[:-1, :-1], table.first, table.second
    if own.size < other.size:  # the share of a level of the shorter factor, over the bins of the longer one
        shares, own, other = shares.T, other, own
    rows = shares.sum(axis=1)
    common = np.flatnonzero(rows >= COMMON)
    if len(common) < 2:
        return ""
    given = shares[common] / rows[common, None]
    level = int((given.max(axis=0) - given.min(axis=0)).argmax())
    low, high = int(given[:, level].argmin()), int(given[:, level].argmax())
    ends = [f"{percent(given[at, level], 2)} ({own.labels[common[at]]})" for at in (low, high)]
    return f"; in reality {other.labels[level]} ranges from {ends[0]} to {ends[1]}"


def _strength(correlation: float) -> str:
    word = next(word for limit, word in STRENGTHS if abs(correlation) < limit)
    if word == "hardly":
        return "they hardly move together"
    return f"{'they rise together' if correlation > 0 else 'one falls as the other rises'}, {word}"


def _labels(study: Study) -> Iterator[Sentence]:
    for name, label in study.design.labels.items():
        how = "computed by its rule" if label.rule is not None else "drawn with this probability"
        wrong = f"; wrong on purpose in {of_rows(label.noise)}" if label.noise else ""
        detail = " ".join((label.rule or label.probability or "").split())
        asked = percent(label.noise) if label.noise else ""
        yield Sentence(f"label {name}", _words(name), f"{how} in every row{wrong}", detail, asked)


def _rules(study: Study) -> Iterator[Sentence]:
    units = {name: factor.unit for name, factor in study.design.factors.items() if factor.unit}
    for rule in rules_of(study):
        really = "" if study.declared else f", in reality {_of_all(real_rows(study, rule) / study.source.rows)}"
        yield Sentence(str(rule.name), in_words(rule.predicate, units), f"in every row{really}", asked="in every row")


def _sweep(sweep: Sweep) -> Sentence:
    values = listed([value_text(value) for value in sweep.values])
    what = "nothing but it differs" if sweep.others == "intervene" else "what goes with it differs too"
    groups = counted(sweep.groups, "group")
    text = f"{groups} of {len(sweep.values)} rows, with {values} in turn; {what}"
    return Sentence(f"sweep {sweep.factor}", sweep.factor, text, asked=groups)


def _floor(floor: Floor) -> Sentence:
    what = "every value" if floor.strength == 1 else f"every combination of {floor.strength} of them"
    if floor.strength == len(floor.factors) > 1:
        what = "every combination"
    times = f"at least {counted(floor.at_least, 'row')}"
    return Sentence(f"floor {floor.name}", listed(list(floor.factors)), f"{times} of {what} there can be", asked=times)


def _words(name: str) -> str:
    return name.replace("_", " ")


def counted(number: int, word: str) -> str:
    """So many of something: "1 row", "2,000 rows"."""
    plural = f"{word}es" if word.endswith("x") else f"{word}s"
    return f"{number:,} {word if number == 1 else plural}"
