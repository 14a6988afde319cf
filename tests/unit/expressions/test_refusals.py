"""Everything outside the language is refused, with a message that names it and what would be right."""

from __future__ import annotations

import pytest

from trimtab.core.errors import InputError
from trimtab.core.expressions import Predicate, parse_predicate

KINDS = {
    "visib": "continuous",
    "hour": "count",
    "origin": "categorical",
    "late": "boolean",
    "moment": "datetime",
    "day": "datetime",
}


def parse(text: str) -> Predicate:
    return parse_predicate(text, KINDS, owner="Event `fog`")


def refused(text: str) -> str:
    with pytest.raises(InputError, match=r"^Event `fog`: ") as caught:
        parse(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the expression is empty"),
        (" \n", "the expression is empty"),
        ("-- nothing", "comments are not allowed"),
        ("visib < 2 -- AND late", "comments are not allowed"),
        ("visib < /* two */ 2", "comments are not allowed"),
        ("visib < 2; DROP TABLE t", "`;` is not allowed"),
        ("visib < 2;", "`;` is not allowed"),
        ("visib < 2 late", "not one complete SQL expression near `late`"),
        ("visib <", "not one complete SQL expression"),
        ("visib < 2)", r"not one complete SQL expression near `\)`"),
        ("visib < 2 UNION SELECT 1", "not one complete SQL expression"),
        ("visib < 2 AS x", "not one complete SQL expression near `AS`"),
        ("visib < 2 LIMIT 1", "not one complete SQL expression"),
        ("origin = 'LGA", "ends inside a quoted text"),
        ("visib < /* 2", "ends inside a quoted text, a quoted name or a comment"),
        ("visib < 2\x00", "control character"),
        ("visib < " + "1" * 2000, "has 2008 characters; at most 2000"),
        ("(" * 30 + "late" + ")" * 30, "nests deeper than 24 levels"),
        ("NOT " * 30 + "late", "nests deeper than 24 levels"),
        ("CASE WHEN " * 30 + "late", "nests deeper than 24 levels"),
        ("+".join(["visib"] * 60) + " > 1", "nests deeper than 40 levels"),
        ("(SELECT count(*) FROM t) > 1", "a sub-query is not allowed"),
        ("visib IN (SELECT 1)", "a sub-query is not allowed"),
        ("EXISTS (SELECT 1)", "a sub-query is not allowed"),
        ("visib > ALL (SELECT 1)", "a sub-query is not allowed"),
        ("sum(visib) > 1", "the function `sum` is not allowed"),
        ("count(*) > 1", "the function `count` is not allowed"),
        ("abs(visib) OVER () > 1", "window functions and aggregates are not allowed"),
        ("abs(visib) FILTER (WHERE late) > 1", "window functions and aggregates are not allowed"),
        ("abs(DISTINCT visib) > 1", "window functions and aggregates are not allowed"),
        ("abs(visib ORDER BY hour) > 1", "window functions and aggregates are not allowed"),
        ("visib = ?", r"parameters such as `\?`"),
        ("visib = $1", "parameters such as"),
        ("visib = :limit", "parameters such as"),
        ("* = 1", r"`\*` is not allowed"),
        ("COLUMNS('visib') > 1", "the function `columns` is not allowed"),
        ("list_filter([1], x -> x > 1) = 1", "the function `list_filter` is not allowed"),
        ("abs(x -> x > 1) = 1", "is not allowed in an expression"),
        ("visib[1] = 1", r"`visib\[1\]` is not allowed"),
        ("t.visib = 1", "`t.visib` is not allowed"),
        ("visib.abs() = 1", r"`visib.abs\(\)` is not allowed"),
        ("main.abs(visib) = 1", r"`main.abs\(visib\)` is not allowed"),
        ('"abs"(visib) = 1', "is not allowed in an expression"),
        ("#1 = 1", "`#1` is not allowed"),
        ("(visib, hour) = (1, 2)", r"`\(visib, hour\)` is not allowed"),
        ("{'a': 1} = visib", "is not allowed in an expression"),
        ("origin SIMILAR TO 'L.*'", "is not allowed in an expression"),
        ("origin ~ 'L.*'", "is not allowed in an expression"),
        ("origin GLOB 'L*'", "is not allowed in an expression"),
        ("origin LIKE 'a' ESCAPE '!'", "is not allowed in an expression"),
        ("visib BETWEEN SYMMETRIC 2 AND 1", "is not allowed in an expression"),
        ("origin COLLATE nocase = 'a'", "is not allowed in an expression"),
        ("origin = $$a$$", "is not allowed in an expression"),
        ("origin = E'a'", "is not allowed in an expression"),
        ("visib IN hour", "`visib IN hour` is not allowed"),
        ("moment > day + INTERVAL 1 DAY", "is not allowed|must be a number"),
        ("visib > 1e999", "the number 1e999 is too large"),
        ("visib::INT[] = 1", "a cast goes to one of TINYINT"),
        ("visib::JSON = 1", "a cast goes to one of TINYINT"),
        ("day > DATE '2013-05-31 10:00'", "a DATE has no time of day; write TIMESTAMP '2013-05-31 10:00'"),
        ("abs(visib, 1) = 1", r"`abs` takes 1 argument\(s\), got 2"),
        ("coalesce() = 1", "the function `coalesce`"),
        ("round(visib, hour) = 1", "the digits in `ROUND.visib, hour.` must be a whole number"),
        ("date_part('yaer', day) = 1", r"must be written out\. Did you mean `year`\?"),
        ("date_part(origin, day) = 1", "must be written out"),
        ("visib IS 1", "IS takes NULL, TRUE or FALSE, got `1`"),
        ("1 = 1", "`1 = 1` names no column"),
        ("late OR TRUE", "`TRUE` names no column"),
        ("visib + 1", r"`visib \+ 1` must be true or false for each row"),
        ("NULL", "must be true or false"),
    ],
)
def test_refuses(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse(text)


@pytest.mark.parametrize(
    "call",
    [
        *("read_csv('/etc/passwd')", "read_text('x')", "read_parquet('x')", "read_blob('x')", "glob('*')"),
        *("getenv('HOME')", "current_setting('memory_limit')", "random()", "now()", "nextval('s')", "uuid()"),
        *("pragma_version()", "query('SELECT 1')", "unnest([1])", "range(3)", "version()", "error('x')"),
        *("getvariable('x')", "if(late, 1, 2)", "set_config('a', 'b')", "write_log('a')", "json_extract('a', 'b')"),
    ],
)
def test_functions_beyond_the_whitelist_are_named(call: str) -> None:
    name = call.split("(")[0]
    message = refused(f"visib = {call}")
    assert f"the function `{name}` is not allowed." in message
    assert "abs, ceil" in message


@pytest.mark.parametrize("name", ["current_date", "current_user", "current_timestamp", "localtime", "session_user"])
def test_words_that_call_a_function_without_parentheses_are_unknown_columns(name: str) -> None:
    assert f"there is no column `{name}`" in refused(f"visib = {name}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("visb < 2", "there is no column `visb`. Did you mean `visib`? Known: visib, hour"),
        ('origin = "LGA"', "there is no column `LGA`. Known: visib, hour, origin, late, moment, day. A text goes in"),
        ("visib < '2'", "`visib` is a number and `'2'` is a text; they can't stand side by side. Write 2, without"),
        ("visib < 'low'", "`visib` is a number and `'low'` is a text; they can't stand side by side."),
        ("origin = 3", "`origin` is a text and `3` is a number; they can't stand side by side. Write '3', in single"),
        ("visib IN (1, 'a')", "`visib` is a number and `'a'` is a text; they can't stand side by side."),
        ("late = 1", "`late` is true or false and `1` is a number; they can't stand side by side. Write true or"),
        ("moment > 2013", "`moment` is a date or time and `2013` is a number; they can't stand side by side."),
        ("moment > 'May'", "'May' is not a date such as 2013-05-31 or a time such as 2013-05-31 14:30:00 (UTC)."),
        ("moment > '2013-02-30'", "'2013-02-30' is not a date such as 2013-05-31"),
        ("moment > '2013-05-31 10:00+02:00'", "'2013-05-31 10:00+02:00' is not a date such as 2013-05-31"),
        ("visib LIKE 'a'", "each side of LIKE must be a text, got `visib`, a number."),
        ("lower(visib) = 'a'", "what `lower` is given must be a text, got `visib`, a number."),
        ("visib AND late", "each side of AND must be true or false, got `visib`, a number."),
        ("NOT visib", "what follows NOT must be true or false, got `visib`, a number."),
        ("late + 1 > 2", "what is calculated with must be a number, got `late`, true or false."),
    ],
)
def test_messages_name_what_is_wrong_and_what_is_right(text: str, message: str) -> None:
    assert refused(text).startswith(f"Event `fog`: {message}")


def test_names_that_differ_only_in_case_must_be_typed_exactly() -> None:
    assert parse_predicate("X > 1", {"x": "continuous", "X": "continuous"}, owner="Rule").columns == ("X",)
    with pytest.raises(InputError, match="no column `Xy`"):
        parse_predicate("Xy > 1", {"xy": "count", "XY": "count"}, owner="Rule")
