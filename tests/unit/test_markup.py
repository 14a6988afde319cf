"""Markup escapes by construction: nobody writes it as text, so nobody can forget to escape what is in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = [
    *sorted(path for folder in ("core/shown", "ui", "pages") for path in ROOT.glob(f"{folder}/**/*.py")),
    ROOT / "app.py",
]
TAG = re.compile(r"</?(?!br>|extra>)[a-zA-Z]")
"""A tag, but for the two that templates of Plotly have; what is filled into those is `figure_text`."""
ESCAPING = {"html.escape", "markupsafe.escape", "markupsafe.Markup", "xml.sax.saxutils.escape"}
PARTS = ROOT / "ui" / "parts" / "parts.py"


def faults(source: str) -> list[str]:
    """What in a file could let text become markup."""
    tree = ast.parse(source)
    # Docstrings, and what a component of ours is registered with, are never put together.
    apart = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    apart |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "html"}
    return [f"line {getattr(node, 'lineno', 0)}: {fault}" for node in ast.walk(tree) for fault in _faults(node, apart)]


def _faults(node: ast.AST, apart: set[int]) -> Iterator[str]:
    if isinstance(node, ast.ImportFrom) and node.module:
        yield from (name for alias in node.names if (name := f"{node.module}.{alias.name}") in ESCAPING)
        yield from (f"htpy.{alias.name}" for alias in node.names if node.module == "htpy")
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name in ("html", "markupsafe"))
        yield from ("htpy by another name" for alias in node.names if alias.name == "htpy" and alias.asname != "h")
    if isinstance(node, ast.JoinedStr) and TAG.search("".join(_texts(node))):
        yield "a tag in an f-string"
    if isinstance(node, ast.keyword) and node.arg in ("unsafe_allow_html", "unsafe_allow_javascript"):
        yield node.arg
    if isinstance(node, ast.Call) and _of_htpy(node.func):
        yield from ("a class or an id that is made up" for arg in node.args if not isinstance(arg, ast.Constant))
        yield from ("names of attributes that are made up" for keyword in node.keywords if keyword.arg is None)
    if isinstance(node, ast.Subscript) and _of_htpy(node.value):
        children = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        yield from ("a generator, which can be shown only once" for child in children if _once(child))
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in apart:
        yield from ["a tag in a string"] * bool(TAG.search(node.value))


def _texts(node: ast.JoinedStr) -> Iterator[str]:
    yield from (part.value if isinstance(part, ast.Constant) else "x" for part in node.values)


def _of_htpy(node: ast.AST) -> bool:
    """Whether an element of htpy is called or filled: `h.div`, `h.div(".tt-row")`."""
    while isinstance(node, ast.Call):
        node = node.func
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "h"


def _once(node: ast.AST) -> bool:
    named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("map", "filter", "zip")
    return named or isinstance(node, ast.GeneratorExp)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("from html import escape", "html.escape"),
        ("import html", "html"),
        ("from markupsafe import Markup", "markupsafe.Markup"),
        ("from htpy import div", "htpy.div"),
        ("import htpy", "htpy by another name"),
        ("f'<b>{name}</b>'", "a tag in an f-string"),
        ("f'<{tag} title={name}>'", "a tag in an f-string"),
        ("x = '<b>' + name + '</b>'", "a tag in a string"),
        ("x = '<b>%s</b>' % name", "a tag in a string"),
        ("st.markdown(name, unsafe_allow_html=True)", "unsafe_allow_html"),
        ("h.div(f'.{kind}')['x']", "a class or an id that is made up"),
        ("h.div({name: 'x'})", "a class or an id that is made up"),
        ("h.div(**attributes)", "names of attributes that are made up"),
        ("h.ul[(h.li[name] for name in names)]", "a generator, which can be shown only once"),
        ("h.ul('.x')[h.li, map(str, names)]", "a generator, which can be shown only once"),
    ],
)
def test_a_way_around_is_found(source: str, fault: str) -> None:
    assert fault in " ".join(faults(source))


@pytest.mark.parametrize(
    "source",
    [
        'h.div(".tt-row", title=name)[[h.b[name] for name in names]]',
        'f"{share} < {most}"',
        'f"%{{customdata}}<br>{figure_text(name)}<extra></extra>"',
        'component("x", html="<div></div>")',
        '"""What <b> is."""',
    ],
)
def test_what_is_sound_is_no_fault(source: str) -> None:
    assert faults(source) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_markup_is_made_of_elements(path: Path) -> None:
    assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_elements_are_shown_at_one_place(path: Path) -> None:
    shown = [
        f"line {node.lineno}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "html" and ast.unparse(node) != "h.html"
    ]
    assert shown == [] or path == PARTS
