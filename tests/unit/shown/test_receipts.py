"""A receipt in words."""

from __future__ import annotations

from tests.controls import named
from trimtab.core.delivery.measuring.promise import Promise
from trimtab.core.shown.receipts import cells, receipt_table, summary

KEPT = Promise(named("event fog"), 5000, 5000, 0.0, True, "rows")
BROKEN = Promise(named("target visib"), 0.0, 0.12, 0.0005, False, "elsewhere")


def test_the_sentence_counts_what_was_kept() -> None:
    assert summary([KEPT, KEPT]) == "2 of 2 promises kept"
    assert summary([KEPT, BROKEN]) == "1 of 2 promises kept"


def test_a_marginal_says_how_many_rows_are_elsewhere() -> None:
    assert cells(BROKEN) == ("target visib", "as designed", "12.0 % of rows elsewhere", "at most 0.05 %")
    assert cells(Promise(named("keep origin"), 0.0, 4e-7, 0.001, True, "elsewhere"))[2] == "as in the source"


def test_what_could_not_be_measured_says_why() -> None:
    lost = Promise(named("event fog"), 5, "there is no column `visib` to measure it on", 0.0, False, "rows")
    assert cells(lost)[1:3] == ("5 rows", "there is no column `visib` to measure it on")


def test_shares_and_counts_have_their_units() -> None:
    assert cells(Promise(named("hold origin"), 1.0, 0.9, 0.0, False, "share"))[1:] == ("100.0 %", "90.0 %", "exact")
    assert cells(Promise(named("missing temp"), 0.03, 0.0301, 0.001, True, "share"))[1:] == (
        "3.0 %",
        "3.01 %",
        "± 0.10 %",
    )
    assert cells(Promise(named("rows"), 1, 1, 0.0, True, "rows"))[1:] == ("1 row", "1 row", "exact")


def test_names_from_the_data_are_text_and_kept_is_a_word() -> None:
    table = str(receipt_table([Promise(named("keep <b>x</b>"), 0.0, 0.0, 0.1, True, "elsewhere"), BROKEN]))
    assert "<b>x</b>" not in table
    assert "keep &lt;b&gt;x&lt;/b&gt;" in table
    assert "</i> kept<" in table
    assert "</i> not kept<" in table
