"""Predictions on their way in: the sample's, an uploaded file's, or columns of the open data; which columns say what,
and which rows they are of."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import file_digest
from pathlib import Path, PurePosixPath
from typing import IO

import pyarrow.parquet as pq
import streamlit as st

from trimtab.core.errors import InputError, TrimtabError
from trimtab.core.scratch import TEMPORARY, scratch
from trimtab.core.source.kinds import Kind, kind_of
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study
from trimtab.core.weaknesses.predictions import Asked, RowErrors, row_errors
from trimtab.ui.session.samples import FOLDER, SAMPLES
from trimtab.ui.shell import session

PLACE = "weaknesses"
PARAMETER = "predictions"
"""In the address: the SHA-256 of the file, or OWN."""
OWN = "own"
_OPEN, FRESH, FRESH_LEAST = "tt_predictions", "tt_predictions_fresh", "tt_predictions_fresh_least"
SAMPLE = FOLDER / "flights_predictions.parquet"
SAMPLE_OF = SAMPLES["fog-and-wind"].data

NAMES = {
    "error": ("error", "errors", "loss", "residual", "abs_error", "absolute_error"),
    "probability": ("probability", "proba", "prob", "predict_proba", "confidence", "score", "p"),
    "prediction": ("prediction", "predictions", "predicted", "pred", "y_pred", "yhat", "y_hat"),
    "label": ("label", "labels", "target", "truth", "actual", "y_true", "y", "class", "outcome"),
}
"""What columns are often called."""
NUMBERS: tuple[Kind, ...] = ("continuous", "count")


@dataclass(frozen=True)
class Given:
    """Predictions: the `file`, None for the open data; which columns of it say what; and whose rows they are.

    `join` is `beside` (the factors stand in the file too), `order` (the rows of the open data, in its order) or `key`.
    """

    file: Source | None
    asked: Asked
    join: str

    def rows_of(self, study: Study) -> Source:
        """The data whose rows have the factors."""
        return self.file if self.file is not None and self.join == "beside" else study.source

    def errors(self, study: Study) -> RowErrors:
        """The error of each row, read once. Raises InputError for all that does not fit."""
        beside = self.file if self.join != "beside" else None
        rows = self.rows_of(study)

        def read() -> RowErrors:
            with st.spinner("Reading the predictions…"):
                return row_errors(rows, self.asked, beside)

        key = (rows.key, beside and beside.key, self.asked)
        return study.memo.of("errors of predictions", key, read)


# --- files ----------------------------------------------------------------------------------------------------------


def file_of_session() -> Source | None:
    """The file of predictions that is open in this session, or that the address names; None also for OWN."""
    found = st.session_state.get(_OPEN)
    named = st.query_params.get(PARAMETER)
    if found is None and named:
        try:
            found = OWN if named == OWN else session.workspace().source(named)
        except TrimtabError as error:
            session.refuse(str(error), place=PLACE)
            del st.query_params[PARAMETER]
        else:
            st.session_state[_OPEN] = found
    if found is not None:  # changing the page drops it from the address
        st.query_params[PARAMETER] = found.sha256 if isinstance(found, Source) else OWN
    return found if isinstance(found, Source) else None


def is_own() -> bool:
    """Whether the predictions are columns of the open data."""
    return st.session_state.get(_OPEN) == OWN


def take_sample() -> None:
    """Bring in the sample's predictions."""
    _take(lambda: session.workspace().spool(SAMPLE))


def take_upload(key: str) -> None:
    """Spool the file of an uploader; what is wrong with it is said on the page."""
    file = st.session_state.get(key)
    if file is not None:
        st.session_state["weak_turn"] += 1  # a new uploader, so that the file is let go of
        _take(lambda: bring_in(file.name, file))


def take_own() -> None:
    """Take columns of the open data."""
    forget()
    st.session_state[_OPEN] = OWN


def forget() -> None:
    """Let go of the predictions; only before widgets are drawn."""
    st.session_state.pop(_OPEN, None)
    st.query_params.pop(PARAMETER, None)
    # What was chosen of them is in the address, where a field that was drawn can't be taken out: fields begin anew.
    st.session_state[FRESH] = st.session_state[FRESH_LEAST] = True
    session.settle()


def _take(spool: Callable[[], Source]) -> None:
    try:
        found = spool()
    except TrimtabError as error:
        session.refuse(str(error), place=PLACE)
        return
    forget()
    st.session_state[_OPEN] = found


def bring_in(name: str, content: IO[bytes]) -> Source:
    """Spool an uploaded file. Raises InputError for one that can't be read."""
    with scratch(None, TEMPORARY) as folder:
        copy = folder / (PurePosixPath(name.replace("\\", "/")).name or "upload")
        with copy.open("wb") as target:
            shutil.copyfileobj(content, target)
        return session.workspace().spool(copy)


def sample_fits(study: Study) -> bool:
    """Whether the open data are the sample's flights, of which there are predictions."""
    return not study.declared and study.source.sha256 == _digest(SAMPLE_OF)


@lru_cache(maxsize=4)
def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return file_digest(content, "sha256").hexdigest()


# --- columns --------------------------------------------------------------------------------------------------------


def kinds_of(source: Source) -> dict[str, Kind]:
    """The columns of a spooled file, with the kinds that their types suggest."""
    schema = pq.read_schema(source.path)
    return {name: kind_of(schema.field(name).type) for name in source.columns}


def guess(kinds: Mapping[str, Kind], factors: Collection[str]) -> dict[str, str]:
    """Which columns of a file are the label, the prediction, the probability and the error, as far as names tell.

    A label that is not called so may be the column of truths that is no factor.

    >>> guess({"hour": "count", "late": "boolean", "probability": "continuous"}, ["hour"])
    {'probability': 'probability', 'label': 'late'}
    """
    found: dict[str, str] = {}
    for what, names in NAMES.items():
        fits = [name for name in kinds if name.strip().lower() in names and name not in found.values()]
        if what in ("error", "probability"):
            fits = [name for name in fits if kinds[name] in (*NUMBERS, "boolean")]
        if fits:
            found[what] = min(fits, key=lambda name: names.index(name.strip().lower()))
    if "label" not in found:
        rest = [name for name in kinds if name not in factors and name not in found.values()]
        truths = [name for name in rest if kinds[name] == "boolean"]
        if truths or len(rest) == 1:
            found["label"] = (truths or rest)[0]
    return found


def guess_join(file: Source, study: Study, taken: Collection[str]) -> str:
    """Whose rows the predictions are, as far as it can be told: those of the file if it has factors of the design."""
    shared = [name for name in study.delivered if name in file.columns and name not in taken]
    if file.rows == study.source.rows:
        return "order"
    keys = [name for name in shared if study.columns[name].distinct == study.source.rows]
    return "key" if keys and len(shared) <= 2 else "beside" if shared else "order"


def factors_of(given: Given, study: Study) -> list[str]:
    """The factors that errors may depend on: what the rows have and a row of the design gets, in the source's order.

    Raises InputError if there is none.
    """
    rows = given.rows_of(study)
    found = [name for name in study.delivered if name in rows.columns and name not in given.asked.columns]
    if not found:
        some = ", ".join(f"`{name}`" for name in study.delivered[:5])
        raise InputError(
            f"{rows.name}: it has none of the design's factors ({some} …). Join it by its order or by a key, or bring "
            "a file that has them."
        )
    return found
