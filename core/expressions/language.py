"""The words a person may use in an expression: types, functions with their arguments, casts."""

from __future__ import annotations

from typing import Literal

Type = Literal["number", "text", "boolean", "datetime", "null"]

WORDS: dict[Type, str] = {
    "number": "a number",
    "text": "a text",
    "boolean": "true or false",
    "datetime": "a date or time",
    "null": "NULL",
}
KINDS: dict[str, Type] = {
    "continuous": "number",
    "count": "number",
    "categorical": "text",
    "boolean": "boolean",
    "datetime": "datetime",
}
_ONE_NUMBER = ("abs", "floor", "ceil", "ceiling", "sqrt", "exp", "ln", "log10", "sign")
_DAY_PARTS = ("year", "quarter", "month", "week", "day", "dayofweek", "weekday", "dayofyear")
_TIME_PARTS = (*_DAY_PARTS, "hour", "minute", "second")

# Name -> (the types each way of calling it takes, the type of the result).
SIGNATURES: dict[str, tuple[tuple[tuple[Type, ...], ...], Type]] = {
    **dict.fromkeys(_ONE_NUMBER, ((("number",),), "number")),
    **dict.fromkeys(_TIME_PARTS, ((("datetime",),), "number")),
    "round": ((("number",), ("number", "number")), "number"),
    "log": ((("number",), ("number", "number")), "number"),
    "power": ((("number", "number"),), "number"),
    "pow": ((("number", "number"),), "number"),
    "mod": ((("number", "number"),), "number"),
    "lower": ((("text",),), "text"),
    "upper": ((("text",),), "text"),
    "trim": ((("text",), ("text", "text")), "text"),
    "length": ((("text",),), "number"),
    "starts_with": ((("text", "text"),), "boolean"),
    "contains": ((("text", "text"),), "boolean"),
    "date_part": ((("text", "datetime"),), "number"),
    **dict.fromkeys(("date_diff", "date_sub"), ((("text", "datetime", "datetime"),), "number")),
    **dict.fromkeys(("dayname", "monthname"), ((("datetime",),), "text")),
}
# One or more arguments of one type, which is the type of the result.
SAME = ("coalesce", "least", "greatest")

FUNCTIONS: tuple[str, ...] = tuple(sorted((*SIGNATURES, *SAME)))
"""Functions a person may call; CASE, CAST, TRY_CAST, LIKE and ILIKE come on top."""

WHOLE_CASTS = ("TINYINT", "SMALLINT", "INT", "BIGINT")
"""Those that leave no fraction."""

DATE_PARTS = (*_TIME_PARTS, "dow", "isodow", "doy")
CASTS: dict[str, Type] = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INT", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL"), "number"),
    **dict.fromkeys(("VARCHAR", "TEXT"), "text"),
    **dict.fromkeys(("DATE", "TIMESTAMP", "TIMESTAMPNTZ"), "datetime"),
    "BOOLEAN": "boolean",
}
