"""Rows never get two values that reality rules out together, unless the design asks for it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from trimtab.core.grounding.neighbours import Neighbour
from trimtab.core.grounding.ruled_out import RuledOut, ruled_out
from trimtab.core.sampling.run import generate
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

Open = Callable[..., Study]


def rows_ruled_out(study: Study, rows: pa.Table, pair: RuledOut) -> int:
    """Rows of a table that have two values of a pair that is ruled out."""
    codes = []
    for name in pair.factors:
        column, coding = study.columns[name], study.grounding.codings[name]
        place = {value: i for i, value in enumerate([*column.values.to_pylist(), None])}
        codes.append(coding.bin_of_value[[place[value] for value in rows.column(name).to_pylist()]])
    return int(pair.of(codes).sum())


def test_a_neutral_design_and_one_with_targets_have_none(crashes: Source, open_: Open) -> None:
    for text in (
        "rows: 30000\n",
        "rows: 30000\nfactors: {ageOFocc: {role: target, target: {family: uniform, low: 16, high: 97}}}\n"
        "events: {bad: {when: \"dvcat = '55+' AND seatbelt = 'none'\", rate: 0.2}}\n",
    ):
        study = open_(crashes, text)
        rows = pa.concat_tables(list(generate(study)))
        pairs = ruled_out(study.grounding)
        assert len(pairs) >= 5
        assert {one.factors: rows_ruled_out(study, rows, one) for one in pairs} == dict.fromkeys(
            (one.factors for one in pairs), 0
        )


def test_a_flight_is_as_long_as_the_way_to_where_it_goes(flights: Source, open_: Open) -> None:
    study = open_(flights, "rows: 60000\n")
    rows = pa.concat_tables(list(generate(study))).select(["dest", "distance"])
    names = ("dest", "distance")
    real = np.zeros([study.grounding.size(Neighbour(name, True)) for name in names], dtype=bool)
    real[tuple(study.grounding.code(Neighbour(name, True)) for name in names)] = True
    unseen = rows_ruled_out(study, rows, RuledOut(names, ~real))
    # What is left are places with so few flights that chance might have left the pair out.
    assert unseen <= 0.002 * len(rows)


def test_what_the_design_asks_for_is_made_all_the_same(crashes: Source, open_: Open) -> None:
    when = "airbag = 'none' AND deploy = 1"
    study = open_(crashes, f'rows: 5000\nevents: {{odd: {{when: "{when}", rate: 0.1}}}}\n')
    rows = pa.concat_tables(list(generate(study))).to_pandas()
    assert ((rows.airbag == "none") & (rows.deploy == 1)).sum() == 500
