"""Dates and times written as text, as the number the axes use: microseconds since 1970 (UTC)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?")
_EPOCH = datetime(1970, 1, 1)


def microseconds(text: str) -> float:
    """Microseconds since 1970-01-01 00:00 UTC of an ISO date or date and time.

    An offset such as `+02:00` is refused: DuckDB drops it when it reads a TIMESTAMP, so it would not mean what it says.
    Raises ValueError when the text is no such date.

    >>> microseconds("1970-01-02")
    86400000000.0
    >>> microseconds("1970-01-01 00:00:01.5")
    1500000.0
    """
    try:
        if not _MOMENT.fullmatch(text):
            raise ValueError("not ISO")
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError("not a date such as 2013-05-31 or a time such as 2013-05-31 14:30:00 (UTC)") from error
    return float((moment - _EPOCH) // timedelta(microseconds=1))
