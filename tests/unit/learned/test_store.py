"""Files of what was learned: damage is noticed, other code and other data make another file, the oldest go."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import trimtab.core
from trimtab.core.learned import store as stores
from trimtab.core.learned.store import Entry, load, place_of, store
from trimtab.core.scratch import TEMPORARY, scratch
from trimtab.core.source.spool import Source, spool

CORE = Path(trimtab.core.__file__).parent
Table = Callable[[dict[str, list[object]]], Source]
ENTRY = Entry(
    {"rows": 3, "names": ["é", "\ud800"], "gain": 0.1 + 0.2},
    {
        "codes": pa.array(np.array([3, 0, 65535], dtype=np.uint16)),
        "none": pa.array(np.empty(0)),
        "numbers": pa.array(np.array([0.1, np.nan, -0.0])),
        "texts": pa.array(["a", "", "é", "x" * 100]),
    },
)


@pytest.fixture
def place(table_source: Table) -> Path:
    found = place_of(table_source({"a": [1, 2, 3]}), "thing", [1])
    assert found is not None
    return found


def test_what_is_kept_comes_back(place: Path) -> None:
    assert load(place) is None
    store(place, ENTRY)
    found = load(place)
    assert found is not None
    assert found.about == ENTRY.about
    assert found.arrays.keys() == ENTRY.arrays.keys()
    for name, array in ENTRY.arrays.items():
        assert found.arrays[name].type == array.type
        assert found.arrays[name].to_pylist()[:1] == array.to_pylist()[:1]
    assert found.numbers("numbers").tobytes() == ENTRY.numbers("numbers").tobytes()
    with pytest.raises(ValueError, match="read-only"):
        found.numbers("codes")[0] = 1
    assert [one.name for one in place.parent.parent.iterdir() if one.name.startswith(".")] == []


def test_a_file_that_is_cut_off_or_changed_anywhere_is_none(place: Path) -> None:
    store(place, ENTRY)
    whole = place.read_bytes()
    for at in (0, 63, 64, 100, len(whole) // 2, len(whole) - 1):
        place.write_bytes(whole[:at])
        assert load(place) is None
        place.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert load(place) is None
    store(place, ENTRY)
    assert place.read_bytes() == whole


def test_each_thing_it_depends_on_makes_another_place(
    table_source: Table, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = table_source({"a": [1, 2, 3]})
    assert place_of(source, "thing", [1]) == place
    other = spool(source.path, tmp_path / "home")  # other bytes of the same rows
    places = {place, place_of(source, "thing", [2]), place_of(source, "other", [1]), place_of(other, "thing", [1])}
    monkeypatch.setattr(stores, "code", lambda: "of tomorrow")
    assert len({*places, place_of(source, "thing", [1])}) == 5


def test_nothing_is_kept_in_a_workspace_that_goes(tmp_path: Path, table_source: Table) -> None:
    file = table_source({"a": [1, 2, 3]}).path
    with scratch(tmp_path, TEMPORARY) as folder:
        assert place_of(spool(file, folder), "thing") is None
    store(None, ENTRY)
    assert load(None) is None


def test_where_nothing_can_be_written_nothing_is_kept(place: Path) -> None:
    place.parent.write_text("a file in the place of the folder")
    store(place, ENTRY)
    assert load(place) is None


def test_what_was_not_used_for_longest_goes(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = [place.with_name(f"{number}{stores.SUFFIX}") for number in range(5)]
    for number, one in enumerate(places[:4]):
        store(one, ENTRY)
        os.utime(one, (number, number))
    assert load(places[0]) is not None  # used just now
    monkeypatch.setattr(stores, "MOST_FILES", 3)
    store(places[4], ENTRY)
    assert [one.exists() for one in places] == [True, False, False, True, True]
    monkeypatch.setattr(stores, "MOST_BYTES", 8 * places[0].stat().st_size)
    store(place, Entry(None, {"large": pa.array(np.zeros(10_000))}))
    assert not place.exists(), "one alone would push out all others"
    monkeypatch.setattr(stores, "MOST_BYTES", 2 * places[0].stat().st_size)
    os.utime(places[4], (1, 1))
    store(places[0], Entry("little"))
    assert not places[4].exists()


def test_all_code_that_learns_is_known(place: Path) -> None:
    """What the rooms import, and what that imports, all the way down."""
    known = {file for name in stores.CODE for file in ((CORE / name).rglob("*.py"), [CORE / name])[name[-3:] == ".py"]}
    waiting, missing = list(known), set()
    while waiting:
        for node in ast.walk(ast.parse(waiting.pop().read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("trimtab.core"):
                parts = (node.module or "").split(".")[2:]
                names = [[*parts, alias.name] for alias in node.names]
                for one in (parts, *names):
                    file = CORE.joinpath(*one).with_suffix(".py") if one else CORE / "__init__.py"
                    if file.is_file() and file not in known:
                        missing.add(str(file.relative_to(CORE)))
    # These decide where and when something is written, not what.
    assert missing <= {"atomic.py", "exchange.py", "scratch.py", "registering.py"}
