"""Data walks through the folders once, without turning back: this reads the imports and holds it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LAYERS = (
    "core.errors",
    "core.exchange",
    "core.unchanged",
    "core.scratch",
    "core.atomic",
    "core.yaml",
    "core.tables",
    "core.registering",
    "core.maths",
    "core.database",
    "core.expressions",
    "core.source",
    "core.design.fields",
    "core.relations",
    "core.formats",
    "core.words",
    "core.design",
    "core.grounding",
    "core.learned",
    "core.declared",
    "core.study",
    "core.counting",
    "core.projection",
    "core.sampling",
    "core.coverage",
    "core.weaknesses",
    "core.changes",
    "core.delivery",
    "core.engines",
    "core.orders",
    "core.review",
    "core.shown",
    "core.papers",
    "core.people",
    "core.workspace",
    "results",
    "calls",
    "core.cli",
    "ui.signin",
    "ui.session",
    "ui.parts",
    "ui.shell",
    "ui.sculptor",
    "ui.factor",
    "ui.pairs",
    "ui.changes",
    "ui.conditions",
    "ui.controls",
    "ui.data",
    "ui.delivery",
    "ui.coverage",
    "ui.weaknesses",
    "ui.review",
    "pages",
    "app",
)
NOT_IN_APP = {"duckdb", "scipy"}
MOST_FILES = 15
"""A room holds at most so many files: what is looked for is found by its name."""

CALLS = [ROOT / "trimtab" / "results.py", ROOT / "trimtab" / "calls.py"]
"""The library from outside: they stand on all of it but the command line."""
FILES = [
    *sorted(p for folder in ("core", "ui", "pages") for p in ROOT.glob(f"{folder}/**/*.py")),
    *CALLS,
    ROOT / "app.py",
]


def module_of(path: Path) -> str:
    parts = path.relative_to(path.parent if path in CALLS else ROOT).with_suffix("").parts
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
            found += [(node.lineno, alias.name.removeprefix("trimtab.")) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import at line {node.lineno}"
            module = (node.module or "").removeprefix("trimtab.")
            for alias in node.names:
                inner = f"{module}.{alias.name}"
                found.append((node.lineno, inner if inner in MODULES else module))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_go_left(path: Path) -> None:
    own = layer_of(module_of(path))
    if own is None:
        assert module_of(path) in ("core", "ui")
        return
    for line, name in imports_of(path):
        other = layer_of(name)
        assert other is None or other <= own, f"{path}:{line} imports {name}, which comes later"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_streamlit_stays_in_the_app(path: Path) -> None:
    names = {name.split(".")[0] for _, name in imports_of(path)}
    if path in CALLS or module_of(path).split(".")[0] == "core":
        assert "streamlit" not in names
    else:
        assert not names & NOT_IN_APP


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_there_is_one_name(path: Path) -> None:
    tops = {
        node.module
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
    }
    assert not {name for name in tops if name and name.split(".")[0] in ("core", "ui", "pages")}


def test_rooms_stay_small() -> None:
    rooms = {folder for top in ("core", "ui") for folder in (ROOT / top).rglob("*") if folder.is_dir()}
    sizes = {
        str(room.relative_to(ROOT)): sum(f.suffix in {".py", ".js", ".css"} for f in room.iterdir()) for room in rooms
    }
    assert {name: size for name, size in sizes.items() if size > MOST_FILES} == {}


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
