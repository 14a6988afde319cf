"""The data sets that the page coverage counts: real rows, the design's, generated ones, another file, and two together.

Every data set is mapped to codes once per factor and kept; whatever is asked then is a count over the codes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import streamlit as st

from trimtab.core.counting.computing import code_in, codes_key
from trimtab.core.counting.levels import Coded, Levels, declared_levels
from trimtab.core.coverage.gaps.plausible import plausible_of
from trimtab.core.coverage.gaps.possible import Possible, design_levels, possible_of
from trimtab.core.delivery.outputs import Output
from trimtab.core.delivery.samples import design_sample
from trimtab.core.errors import InputError, TrimtabError
from trimtab.core.projection.projection import Projection
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study
from trimtab.ui.coverage.comparing import DESIGN, GENERATED, REAL
from trimtab.ui.parts.parts import notice, plain, quiet
from trimtab.ui.shell import session

SAMPLES = "samples"
"""Folder of the workspace in which rows drawn from designs are kept."""
FIRST_FACTORS = 12
"""Factors that are shown until a person chooses others."""
MOST_FACTORS = 30


@dataclass(frozen=True, eq=False)
class Sets:
    """The data sets at hand by name: files, or what makes one when it is asked for."""

    study: Study
    makers: dict[str, Callable[[], Path | Source]]

    @property
    def others(self) -> list[str]:
        """What the real rows can be compared with."""
        return [name for name in self.makers if name != REAL]

    def file(self, name: str) -> Path | Source:
        """The file of a data set. Raises InputError if it can't be made."""
        return self.makers[name]()

    def coded(self, name: str, levels: Sequence[Levels]) -> Coded:
        """The codes of a data set's rows, or of two sets' together (see `both`). Raises InputError."""
        parts = [self._coded(part, levels) for part in parts_of(name)]
        codes = {one.factor: _joined([part.codes[one.factor] for part in parts]) for one in levels}
        return Coded(sum(part.rows for part in parts), codes, {})

    def key(self, name: str, levels: Sequence[Levels]) -> Hashable:
        """What the codes of a data set's rows, or of two sets' together, depend on. Raises InputError."""
        return tuple(_stamp(self.file(part)) for part in parts_of(name)), codes_key(self.study, levels)

    def _coded(self, name: str, levels: Sequence[Levels]) -> Coded:
        data = self.file(name)

        def codes(one: Levels) -> np.ndarray:
            make = lambda: code_in(self.study, data, [one]).codes[one.factor]  # noqa: E731
            return self.study.memo.of("coverage codes", self.key(name, [one]), make)

        found = {one.factor: codes(one) for one in levels}
        return Coded(len(next(iter(found.values()), ())), found, {})


def both(one: str, other: str) -> str:
    """The name of two data sets together."""
    return f"{one} + {other}"


def parts_of(name: str) -> list[str]:
    """The data sets that a name stands for."""
    one, plus, other = name.partition(" + ")
    return [one, other] if plus and one == REAL else [name]


def sets_of(found: session.Document, output: Output | None, files: Mapping[str, Source]) -> Sets:
    """What there is to count of a design. Rows of the design are drawn when they are first asked for."""
    study, outcome = found.study, session.projection()
    makers: dict[str, Callable[[], Path | Source]] = {REAL: lambda: study.source}
    if isinstance(outcome, Projection):
        makers[DESIGN] = lambda: _sample(study, outcome)
    if output is not None:
        path = output.path
        makers[GENERATED] = lambda: path
    for name, source in files.items():
        makers[name] = partial(lambda one: one, source)
    return Sets(study, makers)


def _sample(study: Study, outcome: Projection) -> Path:
    folder = session.workspace().home / SAMPLES

    def make() -> Path:
        with st.spinner("Drawing rows of the design…"):
            return design_sample(study, outcome, folder)

    path = study.memo.of("design sample", (study.source.key, study.design.content, folder), make)
    return path if path.is_file() else make()


def sample_note(sets: Sets, name: str) -> str:
    """What is to be said of a data set that stands for more rows than it has; "" if nothing."""
    if DESIGN not in parts_of(name):
        return ""
    data, rows = sets.file(DESIGN), sets.study.size
    drawn = pq.read_metadata(data).num_rows if isinstance(data, Path) else rows
    return "" if drawn == rows else f"Of the design’s {rows:,} rows the first {drawn:,} are counted."


# --- what is chosen -------------------------------------------------------------------------------------------------


def choose_other(sets: Sets) -> str | None:
    """With what the real rows are compared; None if there is nothing."""
    options = sets.others
    if not options:
        cause = "" if isinstance(session.projection(), Projection) else ": the design can’t be met as it is"
        quiet(f"There is nothing to compare the real rows with{cause}.")
        return None
    begin("with", options, GENERATED if GENERATED in options else options[0])
    picked = st.segmented_control(
        "Compare with", options, format_func=plain, key="with", required=True, bind="query-params"
    )
    return picked if picked in options else options[0]


def begin(key: str, options: Sequence[str], first: str) -> None:
    """Give a choice its `first` value unless the person or the address made it; also when what it was is gone."""
    if key in st.session_state:
        if st.session_state[key] not in options:
            st.session_state[key] = first
    elif key not in st.query_params:  # a value given here would go before that of the address
        st.session_state[key] = first


def choose_factors(study: Study, least: int, asked: Sequence[str] = ()) -> list[str]:
    """The factors that are looked at, in the source's order. Until others are chosen, those `asked` for come first,
    then those with a control.

    Stops with a message if there are fewer than `least`.
    """
    names = list(study.shown)
    if len(names) < least:
        quiet(f"This needs {least} factors, and there {'is 1' if len(names) == 1 else f'are {len(names)}'}.")
        st.stop()
    if "factors" in st.session_state:  # another design may be open since
        st.session_state["factors"] = [name for name in st.session_state["factors"] if name in names]
    elif "factors" not in st.query_params:
        st.session_state["factors"] = first_factors(study, names, asked)
    with st.popover(_factors_word(names), key="tt_cover_factors"):
        picked = st.multiselect("Factors", names, key="factors", max_selections=MOST_FACTORS, bind="query-params")
    if len(picked) < least:
        quiet(f"Choose at least {least} factors.")
        st.stop()
    return [name for name in names if name in picked]


def _factors_word(names: Sequence[str]) -> str:
    asked = st.session_state.get("factors") or st.query_params.get_all("factors")
    count = len(set(asked) & set(names))
    return f"{count} of {len(names)} factors" if count < len(names) else f"All {count} factors"


def first_factors(study: Study, names: Sequence[str], asked: Sequence[str] = ()) -> list[str]:
    """The factors `asked` for, those that a design sets, then the others, in the source's order."""
    order = sorted(names, key=lambda name: (name not in asked, study.role(name) == "follow"))
    kept = set(order[:FIRST_FACTORS])
    return [name for name in names if name in kept]


def shown_levels(study: Study, names: Sequence[str]) -> list[Levels]:
    """The bins of factors as they are drawn."""
    return [declared_levels(study.axes[name], study.known(name)) for name in names]


def all_levels(study: Study, names: Sequence[str]) -> list[Levels]:
    """The bins of factors with all levels of categories, also those that share a bin in pictures."""
    return design_levels(study, names)


def possible(study: Study, levels: Sequence[Levels]) -> Possible | None:
    """Which cells the design leaves room for; where that can't be told all count, and it is said."""
    key = (study.design.content, tuple(levels))

    def make() -> Possible | InputError | None:
        try:
            return possible_of(study, levels)
        except InputError as error:
            return error

    found = study.memo.of("coverage room", key, make)
    if isinstance(found, InputError):
        notice(f"Cells that rules forbid count too.\n{found}", tone="info")
        return None
    return found


def plausible(sets: Sets, levels: Sequence[Levels]) -> Possible | None:
    """As `possible`, without the cells that reality seems to rule out as well. Raises InputError."""
    study, room = sets.study, possible(sets.study, levels)
    key = (room_key(study, room), sets.key(REAL, levels))
    return study.memo.of(
        "coverage of plausible cells", key, lambda: plausible_of(sets.coded(REAL, levels), levels, room)
    )


def room_key(study: Study, room: Possible | None) -> str:
    """What decides which cells count: the design, where it rules any out."""
    return "" if room is None else study.design.content


def told(count: Callable[[], None]) -> None:
    """Run what counts and draws; what is wrong with a data set is said in its place."""
    try:
        count()
    except TrimtabError as error:
        notice(str(error))


def _stamp(data: Path | Source) -> Hashable:
    """What tells the content of a data set from another's of the same name."""
    return data.key if isinstance(data, Source) else data.resolve()


def _joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
