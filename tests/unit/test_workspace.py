"""The workspace: designs with their versions as plain files, shared by processes, never left half-written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from trimtab.core.design.design import Design
from trimtab.core.design.files import dumps, load, loads
from trimtab.core.errors import InputError
from trimtab.core.workspace.workspace import Workspace, default_home

ROOT = Path(__file__).parents[2]
TEXT = "trimtab: 1\nname: {name}\nseed: {seed}\nsource: {{path: data/crashes.csv}}\n"


def design(name: str = "Fog & Wind", seed: int = 0) -> Design:
    return loads(TEXT.format(name=name, seed=seed))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "home")


def test_a_design_is_saved_and_loaded(workspace: Workspace) -> None:
    id_ = workspace.save_design(design())
    assert id_.startswith("fog-wind-")
    assert workspace.load_design(id_) == design()
    assert load(workspace.home / "designs" / id_ / "current.yaml") == design()


def test_every_revision_replaces_the_current_state(workspace: Workspace) -> None:
    id_ = workspace.save_design(design())
    assert workspace.save_design(design(seed=5), id_) == id_
    assert workspace.load_design(id_).seed == 5
    assert [file.name for file in (workspace.home / "designs" / id_).iterdir()] == ["current.yaml"]


def test_versions_count_up_and_stay(workspace: Workspace) -> None:
    id_ = workspace.save_design(design(seed=1))
    assert workspace.save_version(id_) == 1
    workspace.save_design(design(seed=2), id_)
    assert workspace.save_version(id_) == 2
    workspace.save_design(design(seed=3), id_)
    assert [one.number for one in workspace.versions(id_)] == [2, 1]
    assert [workspace.load_design(id_, number).seed for number in (1, 2, None)] == [1, 2, 3]
    with pytest.raises(InputError, match=r"it has no version 7\. Saved versions: 2, 1\."):
        workspace.load_design(id_, 7)


def test_the_list_has_the_one_saved_last_first(workspace: Workspace) -> None:
    assert workspace.designs() == ()
    ids = [workspace.save_design(design(name)) for name in ("one", "two", "three")]
    for age, id_ in enumerate(ids):
        os.utime(workspace.home / "designs" / id_ / "current.yaml", (1e9 + age, 1e9 + age))
    workspace.save_version(ids[0])
    found = workspace.designs()
    assert [(one.id, one.name, one.source, one.versions, one.fault) for one in found] == [
        (ids[2], "three", "crashes.csv", 0, ""),
        (ids[1], "two", "crashes.csv", 0, ""),
        (ids[0], "one", "crashes.csv", 1, ""),
    ]
    assert found[0].saved.timestamp() == 1e9 + 2


@pytest.mark.parametrize("content", [b"", b"name: [", b"\xff\xfe", b"trimtab: 9\nname: x\n", None])
def test_a_damaged_design_is_listed_with_its_fault(workspace: Workspace, content: bytes | None) -> None:
    whole, damaged = workspace.save_design(design("whole")), workspace.save_design(design("damaged"))
    file = workspace.home / "designs" / damaged / "current.yaml"
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    entries = {one.id: one for one in workspace.designs()}
    assert entries[whole].fault == ""
    assert entries[damaged].name == damaged
    assert entries[damaged].fault
    with pytest.raises(InputError, match=re.escape(entries[damaged].fault)):
        workspace.load_design(damaged)


@pytest.mark.parametrize(
    "id_", ["", "..", "../x", "a/../../b", "/etc", "a\\b", "A", "a b", "a\n", "a\0", "-a", "a--b", "ä", ".", "a" * 5000]
)
def test_an_id_leads_nowhere_else(workspace: Workspace, id_: str) -> None:
    for use in (
        workspace.load_design,
        workspace.versions,
        workspace.save_version,
        workspace.delete_design,
        lambda one: workspace.save_design(design(), one),
        lambda one: workspace.output(one, "a.csv"),
    ):
        with pytest.raises(InputError, match="an id consists of small letters, digits and single hyphens"):
            use(id_)


@pytest.mark.parametrize("name", ["", ".", "..", "../a.csv", "a/b.csv", "/tmp/a.csv"])
def test_an_output_stays_in_its_folder(workspace: Workspace, name: str) -> None:
    with pytest.raises(InputError, match="is not the name of a file"):
        workspace.output("fog-1", name)


def test_outputs_have_a_folder_per_design(workspace: Workspace) -> None:
    place = workspace.output("fog-1", "a.csv")
    assert place == workspace.home / "outputs" / "fog-1" / "a.csv"
    assert place.parent.is_dir()


def test_an_unknown_id_names_the_nearest(workspace: Workspace) -> None:
    id_ = workspace.save_design(design())
    with pytest.raises(InputError, match=rf"`{id_}x`: it is not in this workspace\. Did you mean `{id_}`\?"):
        workspace.load_design(f"{id_}x")


def test_a_deleted_design_is_gone(workspace: Workspace) -> None:
    kept, gone = workspace.save_design(design()), workspace.save_design(design())
    workspace.delete_design(gone)
    assert [one.id for one in workspace.designs()] == [kept]


def test_a_deleted_design_comes_back_with_all_it_had(workspace: Workspace) -> None:
    id_ = workspace.save_design(design())
    workspace.save_version(id_)
    text = workspace.design_text(id_)
    workspace.delete_design(id_)
    workspace.restore_design(id_)
    assert (workspace.design_text(id_), len(workspace.versions(id_))) == (text, 1)
    with pytest.raises(InputError, match=f"Design `{id_}`: it is there"):
        workspace.restore_design(id_)
    with pytest.raises(InputError, match="it can not be brought back"):
        workspace.restore_design("never-there")


def test_of_deleted_designs_the_newest_are_kept(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trimtab.core.workspace.workspace.MOST_DELETED", 2)
    ids = [workspace.save_design(design()) for _ in range(3)]
    for at, id_ in enumerate(ids):
        workspace.delete_design(id_)
        os.utime(workspace.home / "deleted" / id_, (at, at))
    workspace.restore_design(ids[2])
    with pytest.raises(InputError, match="it can not be brought back"):
        workspace.restore_design(ids[0])


@pytest.mark.parametrize(
    ("name", "start"),
    [("../../etc/passwd", "etc-passwd-"), ("雾", "design-"), ("Été 2013", "ete-2013-"), ("x" * 99, "xxx")],
)
def test_names_become_ids(workspace: Workspace, name: str, start: str) -> None:
    id_ = workspace.save_design(design(name))
    assert id_.startswith(start)
    assert len(id_) < 60
    assert workspace.load_design(id_).name == name


def test_sources_are_kept_by_their_content(workspace: Workspace) -> None:
    source = workspace.spool(ROOT / "sample_data" / "crashes.csv")
    assert workspace.source(source.sha256) == source
    assert source.path.is_relative_to(workspace.home / "sources")


def test_a_workspace_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="the workspace can't be written"):
        Workspace(tmp_path / "file").save_design(design())


def test_two_processes_share_a_design(workspace: Workspace) -> None:
    id_ = workspace.save_design(design())
    script = (
        "import sys; from pathlib import Path\n"
        "from trimtab.core.design.files import loads; from trimtab.core.workspace.workspace import Workspace\n"
        "home, id_, text, seed = sys.argv[1:]; workspace = Workspace(Path(home))\n"
        "for i in range(30):\n"
        "    workspace.save_design(loads(text.format(name='x' * 1000, seed=int(seed) + i)), id_)\n"
        "    workspace.save_version(id_)\n"
    )
    runs = [
        subprocess.Popen([sys.executable, "-c", script, str(workspace.home), id_, TEXT, seed], cwd=ROOT)
        for seed in ("1000", "2000")
    ]
    while any(run.poll() is None for run in runs):
        assert workspace.load_design(id_).trimtab == 1
    assert [run.returncode for run in runs] == [0, 0]
    numbers = [one.number for one in workspace.versions(id_)]
    assert numbers == list(range(60, 0, -1))
    seeds = [workspace.load_design(id_, number).seed for number in numbers]
    assert {seed // 1000 for seed in seeds} <= {1, 2}
    names = {file.name for file in (workspace.home / "designs" / id_).iterdir()}
    assert names == {"current.yaml", *(f"{number:04}.yaml" for number in numbers)}


def test_where_the_workspace_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRIMTAB_HOME", raising=False)
    assert default_home() == Path(".trimtab")
    monkeypatch.setenv("TRIMTAB_HOME", "/data/trimtab")
    assert default_home() == Path("/data/trimtab")


def test_a_design_written_by_hand_keeps_its_text(workspace: Workspace) -> None:
    text = "# mine\n" + dumps(design()).replace("seed: 0", "seed:  0   # any")
    id_ = workspace.save_design(design(), over=text)
    assert workspace.design_text(id_) == text
    workspace.save_design(design(seed=5), id_)
    assert workspace.design_text(id_) == text.replace("seed:  0", "seed:  5")
    number = workspace.save_version(id_)
    assert (workspace.home / "designs" / id_ / f"{number:04}.yaml").read_text() == workspace.design_text(id_)
    workspace.save_design(design(), id_, over=text)
    assert workspace.design_text(id_) == text
    (workspace.home / "designs" / id_ / "current.yaml").write_text("damaged: [")
    workspace.save_design(design(seed=6), id_)
    assert workspace.load_design(id_) == design(seed=6)
