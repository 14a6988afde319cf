"""The data card: names and values are text, and what nobody knows is said to be not known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt

from trimtab.core.declared.declared import declared_source
from trimtab.core.design.design import Design
from trimtab.core.papers.card import card
from trimtab.core.papers.export import Wish, export
from trimtab.core.papers.markdown import escaped
from trimtab.core.papers.said import Said
from trimtab.core.papers.subject import subject_of
from trimtab.core.study.study import open_study

from .conftest import DAY, HOSTILE, Made

RENDER = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table").render


@pytest.mark.parametrize(
    "text", [*HOSTILE, "1. one", "- one", "+ one", "> one", "a_b _c_ ~~d~~", "![i](x)", "\\*x\\*", "&amp;"]
)
def test_a_text_is_shown_as_it_is(text: str) -> None:
    shown = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert RENDER(escaped(text)) == f"<p>{shown.replace(chr(34), '&quot;')}</p>\n"
    assert RENDER(f"| {escaped(text)} |\n|---|\n").count("<th>") == 1


def test_nothing_of_names_and_values_is_markup(odd: Made) -> None:
    said = Said(license="<img src=x> own", creator="**me**", url="javascript:alert(1)", day=DAY, approval="[Ann](x)")
    content = card(subject_of(odd.study, odd.data, said, place="rows.parquet"), "design.yaml")
    _, front, body = content.split("---\n", 2)
    shown = RENDER(body)
    for tag in ("<a", "<img", "<script", "<b>", "<i>", "<em", "<strong", 'javascript:alert(1)"'):
        assert tag not in shown
    for text in (
        "&lt;script&gt;odd&lt;/script&gt; | *design*",
        "[click](http://x) &lt;img&gt;",
        "level &lt;i&gt;",
        "**me**",
    ):
        assert text in shown
    assert shown.count("<h1>") == 1
    told = yaml.safe_load(front)
    assert (told["license"], told["license_name"]) == ("other", "img-src-x-own")
    assert "license_link" not in told


def test_what_is_said_is_told_and_what_is_not_is_not_known(odd: Made) -> None:
    subject = subject_of(odd.study, odd.data, Said(day=DAY), place=None)
    content = card(subject, "d.yaml")
    assert "| licence | not known |\n| made by | not known |\n| page | not known |" in content
    assert "Approval of the design: not known." in content
    assert "license: unknown" in content
    assert "configs" not in content
    assert "Papers of 2026-05-31" in content
    said = Said(license="mit", creator="Ann", day=DAY, approval="Approved by Ann on 3 Nov 2026")
    content = card(replace(subject, said=said), "d.yaml")
    assert "license: mit" in content
    assert "Approved by Ann on 3 Nov 2026" in content


def test_copies_that_were_not_counted_are_not_known(odd: Made) -> None:
    subject = subject_of(odd.study, odd.data, Said(day=DAY), place=None)
    content = card(replace(subject, receipt={**subject.receipt, "copies": None}), "d.yaml")
    assert "How many rows equal a real row: not known." in content


def test_a_design_without_data_says_so(tmp_path: Path) -> None:
    design = Design(
        name="declared",
        rows=50,
        factors={"speed": {"role": "target", "target": {"family": "uniform", "low": 0, "high": 9}}},
    )
    study = open_study(design, declared_source(design, tmp_path))
    content = export(study, tmp_path / "card.md", "card", Wish(said=Said(day=DAY))).path.read_text()
    assert "No real data: every value was made from 1 declared factor." in content
    assert "not anonymous" not in content
    assert [one.name for one in tmp_path.glob("*.md")] == ["card.md"]
