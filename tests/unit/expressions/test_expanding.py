"""Names that stand for expressions: written out before a condition is split, within bounds; whole numbers."""

from __future__ import annotations

import pytest

from trimtab.core.errors import InputError
from trimtab.core.expressions import Condition, Predicate, Scalar, parse_predicate, parse_scalar

KINDS = {"visib": "continuous", "hour": "count", "minute": "count", "origin": "categorical", "day": "datetime"}


def scalar(text: str, **definitions: Scalar) -> Scalar:
    return parse_scalar(text, KINDS, owner="Factor", definitions=definitions)


def predicate(text: str, **definitions: Scalar) -> Predicate:
    return parse_predicate(text, KINDS, owner="Event `fog`", definitions=definitions)


def test_a_name_is_written_out_before_the_condition_is_split() -> None:
    foggy = scalar("visib < 2 OR hour > 22")
    found = predicate("foggy AND origin = 'LGA'", foggy=foggy)
    assert found.sql == '("visib" < 2 OR "hour" > 22) AND "origin" = \'LGA\''
    assert [(leaf.sql, leaf.columns) for leaf in found.leaves] == [
        ('"visib" < 2', ("visib",)),
        ('"hour" > 22', ("hour",)),
        ("\"origin\" = 'LGA'", ("origin",)),
    ]
    assert found.columns == ("visib", "hour", "origin")
    assert found.thresholds == {"visib": (2.0,), "hour": (22.0,)}


def test_definitions_may_name_definitions_and_keep_their_precedence() -> None:
    total = scalar("hour + minute")
    double = scalar("total * 2", total=total)
    assert double.sql == '("hour" + "minute") * 2'
    found = predicate("double - visib > total", total=total, double=double)
    assert found.sql == '(("hour" + "minute") * 2) - "visib" > ("hour" + "minute")'
    assert found.leaves[0].columns == ("hour", "minute", "visib")


def test_a_definition_goes_before_a_column_of_its_name() -> None:
    found = predicate("VISIB > 3", visib=scalar("hour / 2"))
    assert found.sql == '("hour" / 2) > 3'
    assert found.columns == ("hour",)


def test_an_alias_of_a_column_keeps_its_thresholds() -> None:
    assert predicate("seen < 2 AND seen > 0.5", seen=scalar("visib")).thresholds == {"visib": (0.5, 2.0)}


def test_the_form_shows_the_names_that_were_typed() -> None:
    rows = predicate("gain > 5 AND foggy", gain=scalar("hour - minute"), foggy=scalar("visib < 2")).builder_rows()
    assert rows == [Condition("gain", ">", 5), Condition("foggy", "=", True)]


def test_a_date_beside_a_definition_is_read_as_one() -> None:
    found = predicate("morning > '2013-05-31'", morning=scalar("coalesce(day, '2013-01-01')"))
    assert found.sql.endswith("> CAST('2013-05-31' AS TIMESTAMP)")


def test_types_and_names_of_definitions_are_checked_like_columns() -> None:
    gain = scalar("hour - minute")
    with pytest.raises(InputError, match=r"^Event `fog`: `gain` is a number and `'a'` is a text; they can't"):
        predicate("gain = 'a'", gain=gain)
    with pytest.raises(InputError, match=r"there is no column `gian`\. Did you mean `gain`\? Known: visib, .*, gain"):
        predicate("gian > 1", gain=gain)
    with pytest.raises(InputError, match=r"`\(0\) > 1` names no column: it is the same for every row"):
        predicate("nought > 1", nought=scalar("0"))


def grown(text: str, times: int) -> Scalar:
    found = scalar("hour + 1")
    for _ in range(times):
        found = scalar(text, it=found)
    return found


def test_what_is_written_out_is_bounded() -> None:
    assert grown("it + 1", 35).sql.count("+") == 36
    with pytest.raises(InputError, match=r"^Factor: with the names in it written out, it nests deeper than 80 levels"):
        grown("it + 1", 45)
    assert len(grown("it + it * it", 6).sql) > 1000
    with pytest.raises(InputError, match=r"^Factor: with the names in it written out, it has more than 20,000 parts"):
        grown("it + it * it", 30)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("hour", True),
        ("visib", False),
        ("hour - minute * 60 + 3", True),
        ("-(hour % 12)", True),
        ("hour / 2", False),
        ("hour // 2", True),
        ("hour + 0.5", False),
        ("floor(visib)", True),
        ("round(visib)", True),
        ("round(visib, 1)", False),
        ("abs(hour)", True),
        ("abs(visib)", False),
        ("coalesce(hour, 0)", True),
        ("least(hour, visib)", False),
        ("CASE WHEN visib > 2 THEN hour ELSE 0 END", True),
        ("CASE WHEN visib > 2 THEN hour WHEN hour > 3 THEN NULL END", True),
        ("CASE WHEN visib > 2 THEN hour ELSE visib END", False),
        ("visib::INT", True),
        ("hour::DOUBLE", False),
        ("length(origin) + month(day)", True),
        ("date_part('hour', day)", True),
        ("sqrt(hour)", False),
        ("other + 1", True),
        ("broken + 1", False),
        ("visib < 2", False),
        ("origin", False),
    ],
)
def test_whole_numbers_are_known_by_the_expression(text: str, whole: bool) -> None:
    assert scalar(text, other=scalar("hour * 2"), broken=scalar("hour / 2")).whole is whole
