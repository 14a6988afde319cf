"""A bundle: whole or not at all, never over what it must not replace, and it tells which file is not as it was."""

from __future__ import annotations

import json
import resource
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from trimtab.core.delivery.receipt import verify
from trimtab.core.design.files import load, loads
from trimtab.core.errors import CancelledError, InputError
from trimtab.core.papers.bundle import read_bundle
from trimtab.core.papers.export import Wish, export

from .conftest import SAID, Made

COMMENTED = """# Why it is so.
trimtab: 1
name: {}
seed: 1
rows: 60
source: {{path: deep/in/secrets/odd.parquet}}   # where it lies here
"""


@pytest.fixture(scope="module")
def written(odd: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of the odd rows, written once."""
    return export(odd.study, tmp_path_factory.mktemp("w") / "bundle", "bundle", Wish(data=odd.data, said=SAID)).path


@pytest.fixture
def bundle(written: Path, tmp_path: Path) -> Path:
    """A bundle of one's own."""
    return Path(shutil.copytree(written, tmp_path / "bundle"))


def test_a_bundle_has_rows_papers_and_the_digest_of_each_file(odd: Made, bundle: Path) -> None:
    names = ["README.md", "croissant.json", "data.parquet", "data.parquet.receipt.json", "design.yaml", "manifest.json"]
    assert sorted(one.name for one in bundle.iterdir()) == names
    manifest = json.loads((bundle / "manifest.json").read_text())
    assert [one["path"] for one in manifest["files"]] == names[:-1]
    assert (bundle / "data.parquet").read_bytes() == odd.data.read_bytes()
    found = read_bundle(bundle)
    assert (found.whole, found.files, found.rows, found.added) == (True, 5, 60, ())
    assert all(one.kept for one in verify(found.data, odd.study, rows=found.rows))


def test_rows_that_are_made_for_it_are_those_of_sample(odd: Made, tmp_path: Path) -> None:
    found = export(odd.study, tmp_path / "made", "bundle", Wish(said=SAID))
    assert found.kept
    assert (found.path / "data.parquet").read_bytes() == odd.data.read_bytes()
    again = export(odd.study, tmp_path / "again", "bundle", Wish(said=SAID))
    assert [one.read_bytes() for one in again.files] == [one.read_bytes() for one in found.files]


def test_many_rows_are_a_folder_of_parts(odd: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("papers.export", "formats.folder"):
        monkeypatch.setattr(f"trimtab.core.{module}.PART_ROWS", 50)
    path = export(odd.study, tmp_path / "parts", "bundle", Wish(said=SAID)).path
    assert [one.name for one in (path / "data").iterdir()] == ["part-00000.parquet"]
    assert "path: data/*.parquet" in (path / "README.md").read_text()
    assert read_bundle(path).whole
    (path / "data" / "part-00000.parquet").unlink()
    assert read_bundle(path).missing == ("data/part-00000.parquet",)


@pytest.mark.parametrize("name", ["README.md", "croissant.json", "data.parquet", "design.yaml"])
def test_a_changed_byte_is_found(bundle: Path, name: str) -> None:
    content = bytearray((bundle / name).read_bytes())
    content[len(content) // 2] ^= 1
    (bundle / name).write_bytes(content)
    found = read_bundle(bundle)
    assert (found.changed, found.missing, found.whole) == ((name,), (), False)
    assert found.faults == (f"{bundle}: {name}: it was changed since it was written.",)


def test_what_is_missing_and_what_was_added_is_told(bundle: Path) -> None:
    (bundle / "croissant.json").unlink()
    (bundle / "more").mkdir()
    (bundle / "more" / "notes.txt").write_text("mine")
    found = read_bundle(bundle)
    assert (found.changed, found.missing, found.added) == ((), ("croissant.json",), ("more/notes.txt",))


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        '{"bundle": 1}',
        '{"bundle": 1, "data": "../x", "rows": 1, "files": []}',
        '{"bundle": 1, "data": "x", "rows": 1, "files": [{"path": "/etc/passwd", "bytes": 1, "sha256": ""}]}',
    ],
)
def test_a_damaged_manifest_is_refused(bundle: Path, content: str) -> None:
    (bundle / "manifest.json").write_text(content)
    with pytest.raises(InputError, match=r"manifest\.json: the manifest is damaged"):
        read_bundle(bundle)


def test_a_manifest_of_another_version_is_refused(bundle: Path) -> None:
    (bundle / "manifest.json").write_text('{"bundle": 99}')
    with pytest.raises(InputError, match="it is of another version"):
        read_bundle(bundle)


def test_only_a_bundle_as_it_was_written_is_replaced_unasked(odd: Made, bundle: Path, tmp_path: Path) -> None:
    wish = Wish(data=odd.data, said=SAID)
    export(odd.study, bundle, "bundle", wish)
    (bundle / "README.md").write_text("mine")
    with pytest.raises(InputError, match="it is no bundle, or it was changed since"):
        export(odd.study, bundle, "bundle", wish)
    assert (bundle / "README.md").read_text() == "mine"
    export(odd.study, bundle, "bundle", Wish(data=odd.data, said=SAID, replace=True))
    assert read_bundle(bundle).whole
    (bundle / "notes.txt").write_text("mine")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("mine")
    for place in (bundle, tmp_path / "other"):
        with pytest.raises(InputError, match="the folder holds other files"):
            export(odd.study, place, "bundle", Wish(data=odd.data, replace=True))
    assert (bundle / "notes.txt").read_text() == "mine"
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match="it is a file, so no folder"):
        export(odd.study, tmp_path / "file", "bundle", Wish(data=odd.data, replace=True))


def test_nothing_is_written_over_the_data(odd: Made, tmp_path: Path) -> None:
    inside = tmp_path / "data"
    shutil.copytree(odd.data.parent, inside, ignore=shutil.ignore_patterns("home"))
    with pytest.raises(InputError, match=r"odd\.parquet is there, which must stay"):
        export(odd.study, inside, "bundle", Wish(kept=[inside / "odd.parquet"], replace=True))
    with pytest.raises(InputError, match=r"rows\.parquet is there, which must stay"):
        export(odd.study, inside / "rows.parquet", "card", Wish(data=inside / "rows.parquet", replace=True))


@pytest.mark.parametrize("form", ["bundle", "croissant", "card"])
def test_nothing_is_left_of_what_was_stopped(odd: Made, tmp_path: Path, form: str) -> None:
    def stop(*_: object) -> None:
        raise CancelledError("stopped")

    with pytest.raises(CancelledError, match="stopped"):
        export(odd.study, tmp_path / "out", form, Wish(progress=stop))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("size", [2_000, 14_000])
@pytest.mark.parametrize("form", ["bundle", "croissant"])
def test_a_full_disk_leaves_nothing(odd: Made, tmp_path: Path, form: str, size: int) -> None:
    """2,000 bytes are too few for the rows, 14,000 for a paper."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        with pytest.raises(InputError, match=f"{tmp_path}/[a-z./-]+: it can't be written: .*File too large"):
            export(odd.study, tmp_path / "out", form, Wish())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []


def test_a_design_travels_with_its_comments_and_without_its_place(odd: Made, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    text = COMMENTED.format(json.dumps(odd.study.design.name))
    path = export(odd.study, tmp_path / "bundle", "bundle", Wish(data=odd.data, text=text)).path
    written = (path / "design.yaml").read_text()
    assert written.startswith("# Why it is so.\n")
    assert "secrets" not in written
    design = load(path / "design.yaml")
    assert design.source
    assert (design.source.path, design.source.sha256) == ("../odd.parquet", odd.study.source.sha256)
    (tmp_path / "data").mkdir()
    source = Path(shutil.copy(odd.data.parent / "odd.parquet", tmp_path / "data"))
    wish = Wish(data=odd.data, text=text, source=source)
    beside = load(export(odd.study, tmp_path / "deep" / "bundle", "bundle", wish).path / "design.yaml").source
    assert beside
    assert beside.path == "../../data/odd.parquet"
    assert (
        design.fingerprint()
        == odd.study.design.fingerprint()
        == loads(text).changed(source=odd.study.design.source).fingerprint()
    )


@pytest.mark.parametrize(
    ("alter", "told"),
    [
        (lambda file: file.write_bytes(file.read_bytes()[:-1] + b"x"), "no receipt of these very bytes"),
        (lambda file: file.with_name("rows.parquet.receipt.json").unlink(), "no receipt of these very bytes"),
        (lambda file: file.rename(file.with_name("rows.csv")), "there is no such file"),
    ],
)
def test_papers_are_only_of_rows_with_their_receipt(
    odd: Made, tmp_path: Path, alter: Callable[[Path], object], told: str
) -> None:
    for file in odd.data.parent.glob("rows*"):
        shutil.copy(file, tmp_path)
    alter(tmp_path / "rows.parquet")
    with pytest.raises(InputError, match=told):
        export(odd.study, tmp_path / "bundle", "bundle", Wish(data=tmp_path / "rows.parquet"))
    assert not (tmp_path / "bundle").exists()


def test_rows_of_another_design_are_refused(odd: Made, tmp_path: Path) -> None:
    for file in odd.data.parent.glob("rows*"):
        shutil.copy(file, tmp_path)
    receipt = tmp_path / "rows.parquet.receipt.json"
    told = json.loads(receipt.read_text())
    told["design"]["fingerprint"] = "0" * 64
    receipt.write_text(json.dumps(told))
    with pytest.raises(InputError, match="its receipt is of another design"):
        export(odd.study, tmp_path / "card.md", "card", Wish(data=tmp_path / "rows.parquet"))


def test_wishes_that_contradict_each_other_are_refused(odd: Made, tmp_path: Path) -> None:
    for form, wish, told in (
        ("bundel", Wish(), "Did you mean `bundle`"),
        ("card", Wish(data=odd.data, rows=5), "Leave rows and seed out"),
        ("card", Wish(stochastic=True), "it goes with openscenario"),
        ("croissant", Wish(data=odd.data), "they do not lie in the folder"),
    ):
        with pytest.raises(InputError, match=told):
            export(odd.study, tmp_path / "out", form, wish)
    assert list(tmp_path.iterdir()) == []


def test_a_paper_goes_into_a_folder_under_its_usual_name_and_over_nothing(odd: Made, tmp_path: Path) -> None:
    wish = Wish(data=odd.data)
    assert export(odd.study, tmp_path, "card", wish).path == tmp_path / "README.md"
    with pytest.raises(InputError, match=r"README\.md: it is there already"):
        export(odd.study, f"{tmp_path}/", "card", wish)
    with pytest.raises(InputError, match="there is no folder"):
        export(odd.study, tmp_path / "none" / "card.md", "card", wish)
    (tmp_path / "folder.md" / "README.md").mkdir(parents=True)
    with pytest.raises(InputError, match="it is a folder"):
        export(odd.study, tmp_path / "folder.md", "card", wish)
