"""Data walks through the folders once, without turning back: this reads the imports and holds it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LAYERS = (
    "core.errors",
    "core.streams",
    "core.database",
    "core.expressions",
    "core.source",
    "core.design",
    "core.grounding",
    "core.study",
    "core.projection",
    "core.sampling",
    "core.coverage",
    "core.delivery",
    "core.reviews",
    "core.workspace",
    "core.cli",
    "ui",
    "pages",
    "app",
)
NOT_IN_APP = {"duckdb", "scipy"}
FILES = sorted(
    p for p in (*ROOT.glob("core/**/*.py"), *ROOT.glob("ui/*.py"), *ROOT.glob("pages/*.py"), ROOT / "app.py")
)


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path) for path in FILES}


def layer_of(module: str) -> int | None:
    for rank, layer in enumerate(LAYERS):
        if module == layer or module.startswith(layer + "."):
            return rank
    return None


def imports_of(path: Path) -> list[tuple[int, str]]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import at line {node.lineno}"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.append((node.lineno, inner if inner in MODULES else node.module or ""))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_go_left(path: Path) -> None:
    own = layer_of(module_of(path))
    if own is None:
        assert module_of(path) == "core"
        return
    for line, name in imports_of(path):
        other = layer_of(name)
        assert other is None or other <= own, f"{path}:{line} imports {name}, which comes later"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_streamlit_stays_in_the_app(path: Path) -> None:
    names = {name.split(".")[0] for _, name in imports_of(path)}
    if module_of(path).split(".")[0] == "core":
        assert "streamlit" not in names
    else:
        assert not names & NOT_IN_APP


def test_siblings_do_not_import_in_a_circle() -> None:
    graph = {module_of(path): {name for _, name in imports_of(path)} for path in FILES}
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " -> ".join((*trail, module))
        if module in done:
            return
        for name in graph[module] & MODULES:
            visit(name, (*trail, module))
        done.add(module)

    for module in sorted(MODULES):
        visit(module, ())
    assert done == MODULES
