"""Tiny histograms are right to the pixel, and their labels stay text."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from htpy import Renderable

from trimtab.core.shown.sparks import spark_paths, spark_svg


class Images(HTMLParser):
    """The tags of an element, each with its attributes."""

    def __init__(self, element: Renderable) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed("".join(element.iter_chunks()))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def drawing(picture: Renderable) -> ElementTree.Element:
    source = Images(picture).tags[0][1]["src"]
    assert source is not None
    kind, _, svg = source.partition(",")
    assert kind == "data:image/svg+xml"
    return ElementTree.fromstring(unquote(svg))


def test_bars_and_steps_share_one_scale() -> None:
    # 10 px a bin with gaps of 1 px; 0.5 is the largest and takes 21 − 1 px.
    bars, line = spark_paths([0.25, 0.5, 0], [0.5, 0.25, 0.25], 30, 21)
    assert bars == "M0.5 21v-10h9V21zM10.5 21v-20h9V21z"
    assert line == "M0 0.5V0.5H10V10.5H20V10.5H30"


def test_what_is_rare_is_seen_and_what_is_nothing_is_not() -> None:
    bars, _ = spark_paths([1, 1e-9, 0], None, 30, 21)
    assert bars.split("z") == ["M0.5 21v-20h9V21", "M10.5 21v-0.75h9V21", ""]


def test_without_a_design_there_is_no_line() -> None:
    assert spark_paths([1], None, 10, 10)[1] == ""
    assert len(drawing(spark_svg([1], None, False, 10, 10, "x"))) == 1


def test_nothing_but_zeros_is_an_empty_picture() -> None:
    assert spark_paths([0, 0], [0, 0], 10, 11) == ("", "M0 10.5V10.5H5V10.5H10")


@pytest.mark.parametrize(("asked", "colour"), [(True, "#0072b2,#56b4e9"), (False, "#d55e00,#e69f5e")])
def test_the_line_says_whether_it_was_asked_for(asked: bool, colour: str) -> None:
    svg = drawing(spark_svg([0.5, 0.5], [0.2, 0.8], asked, 140, 36.5, "visib"))
    assert svg.get("viewBox") == "0 0 140 36.5"
    bars, line = svg
    assert "fill:light-dark(#b8c0cc,#4a5666)" in bars.attrib["style"]
    assert f"stroke:light-dark({colour})" in line.attrib["style"]


@pytest.mark.parametrize("label", ['<img src=x onerror="alert(1)">', "a & b", "it's", "</svg><script>"])
def test_a_label_is_text(label: str) -> None:
    tags = Images(spark_svg([1], None, True, 10, 10, label)).tags
    assert [tag for tag, _ in tags] == ["img"]
    assert tags[0][1]["alt"] == label


@pytest.mark.parametrize(("real", "design"), [([], None), ([], []), ([1.0], [0.5, 0.5])])
def test_bins_must_match(real: list[float], design: list[float] | None) -> None:
    with pytest.raises(ValueError, match="needs bins, and as many of both"):
        spark_paths(real, design, 10, 10)
