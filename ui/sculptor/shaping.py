"""What the sculptor and the list of factors draw of a study."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from trimtab.core.changes.factors import after_of
from trimtab.core.errors import InputError
from trimtab.core.projection.asked import asked_shares
from trimtab.core.projection.controls.kinds import controls_of
from trimtab.core.projection.projection import Projection
from trimtab.core.projection.shifts import STILL, present
from trimtab.core.shown.between import shares_between
from trimtab.core.study.study import Study, whole_size
from trimtab.ui.sculptor.factors.factor_list import FactorEntry
from trimtab.ui.sculptor.kept import Kept
from trimtab.ui.sculptor.sculptor import FaultData, SculptorData
from trimtab.ui.session.outcome import Outcome

LOCKED = ("keep", "hold", "derive", "carry", "drop", "level", "label")
"""Roles whose bars can be looked at, and not moved."""


def factors_of(study: Study) -> tuple[str, ...]:
    """The names of all that is shown as a factor: the source's in its order, then what the design computes under a new
    name: derived factors, levels, labels."""
    return (*study.columns, *(name for name in study.definitions if name not in study.columns))


def role_of(study: Study, name: str) -> str:
    """The role of a factor; of what is computed beside the factors, `level` or `label`."""
    definition = study.definitions.get(name)
    if definition is None:
        return study.role(name)
    return "label" if definition.role == "probability" else definition.role


def entries(study: Study, outcome: Projection | None) -> list[FactorEntry]:
    """Every factor for the list at the left: those of the source in its order, then what the design computes."""
    found = outcome.shifts if outcome else ()
    # One of before a conflict may have other bins by now.
    shifts = {one.factor: one for one in found if len(one.after) == study.axes[one.factor].size + 1}
    asked = {control.sets for control in controls_of(study)}
    listed: list[FactorEntry] = []
    for name in factors_of(study):
        shift = shifts.get(name)
        moved = shift is not None and (name in asked or shift.tv >= STILL)
        listed.append(
            {
                "name": name,
                "role": role_of(study, name),
                "real": present(study.real_shares(name)),
                "design": present(shift.after) if shift and moved else None,
                "asked": name in asked,
                "shift": round(float(shift.tv), 6) if shift else None,  # without the noise of the fit, so that it sorts
            }
        )
    return listed


def sculptor_data(
    study: Study,
    outcome: Outcome,
    name: str,
    *,
    revision: int,
    acks: dict[str, int],
    aside: Kept,
) -> SculptorData:
    """What the sculptor draws of one factor, with what the session keeps `aside` of it."""
    axis, column, asked, role = study.axes[name], study.known(name), study.design.factor(name), role_of(study, name)
    real = present(study.real_shares(name))
    target = asked_shares(study, name) if asked.role == "target" else None
    after = after_of(outcome if isinstance(outcome, Projection) else None, name)
    design = present(after) if after is not None else target
    gaps = float(after[-1]) if after is not None else asked.missing
    return {
        "factor": name,
        "rev": revision,
        "acks": acks,
        "title": name,
        "labels": list(axis.labels),
        "real": real,
        "target": target,
        "design": design,
        "ungrounded": [study.declared or share == 0 for share in real],
        "missing": {"real": column.missing_share, "design": column.missing_share if gaps is None else gaps}
        if column.counts[-1] or gaps
        else None,
        "unit": asked.unit,
        "rows": whole_size(study, study.size),
        "locked": role in LOCKED,
        "locks": [bin_ for bin_, label in enumerate(axis.labels) if label in aside.locks],
        "between": _between(study, outcome, name, aside),
        "hint": _hint(role, known=after is not None),
        "before": "declared" if study.declared else "real",
        "ordered": axis.in_order,
        "numeric": axis.numeric,
        "height_scale": "log" if axis.numeric and max(real, default=0) > 0.5 else "linear",
    }


def _between(study: Study, outcome: Outcome, name: str, aside: Kept) -> dict[str, Any] | FaultData | None:
    if aside.between is None:
        return None
    low, high = aside.between
    try:
        found = shares_between(study, outcome if isinstance(outcome, Projection) else None, name, low, high)
    except InputError as error:
        return {"low": low, "high": high, "fault": str(error)}
    return asdict(found)


def _hint(role: str, *, known: bool) -> str | None:
    if not known and role not in ("target", "carry", "drop"):
        return "The controls are in conflict, so what will come out is not known yet; the line is as in the real data."
    texts = {
        "keep": "Kept: these shares stay as in the real data. Choose Target or Follow to let them move.",
        "hold": "Held: only the values chosen at the right are left.",
        "derive": "Derived: computed from other factors in every row, by the expression at the right.",
        "carry": "Carried: no factor. A whole real row brings its own value, a made one has none.",
        "drop": "Dropped: the rows will not have this column.",
        "level": "Levels: a score cut into parts. Their shares are set in the tab Levels.",
        "label": "Label: computed last. How, is set in the tab Labels; shown is the clean one, or its probability.",
    }
    return texts.get(role)
