"""Reviews of a design: what is kept, who approved which content, and what damage or a second writer can't destroy."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from trimtab.core.design.design import Design
from trimtab.core.design.files import loads
from trimtab.core.errors import InputError
from trimtab.core.review.reviews import LONGEST_NAME, LONGEST_TEXT, Verdict, add_review, read_reviews, standing
from trimtab.core.workspace.workspace import Workspace

ROOT = Path(__file__).parents[2]
HOSTILE = '<img src=x onerror=alert(1)>\n\u2028 {"a": 1} \\ \x00 `code` é 𝄞'


def design(seed: int = 0) -> Design:
    return loads(f"trimtab: 1\nname: fog\nseed: {seed}\nsource: {{path: crashes.csv}}\n", owner="d.yaml")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "home")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "reviews.jsonl"


def say(workspace: Workspace, id_: str, verdict: Verdict, text: str = "words", name: str = "Ann") -> int | None:
    seen = workspace.load_design(id_).fingerprint()
    return workspace.review(id_, name, verdict, text, fingerprint=seen).version


def test_nothing_was_said_of_a_new_design(workspace: Workspace) -> None:
    found = workspace.reviews(workspace.save_design(design()))
    assert (found.said, found.damaged) == ((), 0)
    assert standing(found.said, design().fingerprint()).state == "open"


def test_what_is_said_comes_back_as_it_was(file: Path) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    add_review(file, "  Ann \n Lee ", "comment", f" {HOSTILE} ", None, "f1")
    add_review(file, "<b>Bo</b>", "approved", "", 3, "f2")
    first, second = read_reviews(file).said
    assert (first.name, first.verdict, first.text, first.version, first.fingerprint) == (
        "Ann Lee",
        "comment",
        HOSTILE,
        None,
        "f1",
    )
    assert (second.name, second.verdict, second.text, second.version) == ("<b>Bo</b>", "approved", "", 3)
    assert before <= first.time <= second.time <= datetime.now(UTC)
    assert len(file.read_bytes().splitlines()) == 2


@pytest.mark.parametrize(
    ("name", "verdict", "text", "fault"),
    [
        ("", "approved", "", "needs a name"),
        (" \n ", "comment", "x", "needs a name"),
        ("x" * (LONGEST_NAME + 1), "comment", "x", "at most 80 characters, got 81"),
        ("Ann", "comment", " \n", "A comment needs some words"),
        ("Ann", "changes", "", "Say what should change"),
        ("Ann", "comment", "x" * (LONGEST_TEXT + 1), "at most 4,000 characters, got 4,001"),
    ],
)
def test_what_says_nothing_is_refused(workspace: Workspace, name: str, verdict: Verdict, text: str, fault: str) -> None:
    id_ = workspace.save_design(design())
    with pytest.raises(InputError, match=fault):
        say(workspace, id_, verdict, text, name)
    assert workspace.reviews(id_).said == ()
    assert workspace.versions(id_) == ()


def test_a_verdict_keeps_the_content_as_a_version_and_only_once(workspace: Workspace) -> None:
    id_ = workspace.save_design(design(1))
    assert say(workspace, id_, "comment") is None
    assert say(workspace, id_, "changes") == 1
    workspace.save_design(design(2), id_)
    assert say(workspace, id_, "approved", "") == 2
    assert say(workspace, id_, "approved", "") == 2
    assert say(workspace, id_, "comment") == 2
    assert [one.number for one in workspace.versions(id_)] == [2, 1]
    assert workspace.load_design(id_, 2) == design(2)


def test_what_another_changed_meanwhile_is_not_approved(workspace: Workspace) -> None:
    id_ = workspace.save_design(design(1))
    seen = design(1).fingerprint()
    workspace.save_design(design(2), id_)
    with pytest.raises(InputError, match="changed meanwhile"):
        workspace.review(id_, "Ann", "approved", "", fingerprint=seen)
    assert workspace.reviews(id_).said == ()
    assert workspace.versions(id_) == ()


def test_a_content_stands_as_its_last_verdict_says(workspace: Workspace) -> None:
    id_ = workspace.save_design(design(1))

    def state(seed: int) -> str:
        return standing(workspace.reviews(id_).said, design(seed).fingerprint()).state

    say(workspace, id_, "comment")
    assert state(1) == "open"
    say(workspace, id_, "changes")
    assert (state(1), state(2)) == ("changes", "open")
    workspace.save_design(design(2), id_)
    say(workspace, id_, "approved", name="Bo")
    say(workspace, id_, "comment")
    assert (state(1), state(2), state(3)) == ("changes", "approved", "changed")
    found = standing(workspace.reviews(id_).said, design(3).fingerprint())
    assert found.review is not None
    assert (found.review.name, found.review.version) == ("Bo", 2)
    say(workspace, id_, "changes")
    assert (state(2), state(3)) == ("changes", "changed")


def test_a_name_or_a_unit_changes_nothing_that_was_approved(workspace: Workspace) -> None:
    id_ = workspace.save_design(design())
    say(workspace, id_, "approved", "")
    workspace.save_design(design().changed(name="other", description="more words"), id_)
    found = standing(workspace.reviews(id_).said, workspace.load_design(id_).fingerprint())
    assert found.state == "approved"


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"null",
        b"[1]",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"time": "yesterday"}',
        json.dumps({"time": "2026-01-01T00:00:00+00:00", "name": 1}).encode(),
    ],
)
def test_a_damaged_line_is_left_out_and_counted(file: Path, line: bytes) -> None:
    add_review(file, "Ann", "comment", "one", None, "f")
    file.write_bytes(file.read_bytes() + line + b"\n")
    add_review(file, "Ann", "comment", "two", None, "f")
    found = read_reviews(file)
    assert ([one.text for one in found.said], found.damaged) == (["one", "two"], 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("verdict", "maybe"),
        ("version", "3"),
        ("version", True),
        ("text", None),
        ("fingerprint", 7),
        ("time", "2026-01-01T00:00:00"),
        ("to", "1"),
        ("control", 7),
        ("number", 1),
        ("more", 1),
    ],
)
def test_a_line_of_another_form_is_no_review(file: Path, field: str, value: object) -> None:
    add_review(file, "Ann", "approved", "", 1, "f")
    line = {**json.loads(file.read_text()), field: value}
    file.write_text(json.dumps(line) + "\n")
    assert (read_reviews(file).said, read_reviews(file).damaged) == ((), 1)


def test_a_line_cut_off_by_a_crash_takes_no_other_with_it(file: Path) -> None:
    add_review(file, "Ann", "approved", "kept", 1, "f")
    add_review(file, "Ann", "comment", "cut off", None, "f")
    file.write_bytes(file.read_bytes()[:-20])
    add_review(file, "Ann", "comment", "after", None, "f")
    found = read_reviews(file)
    assert ([one.text for one in found.said], found.damaged) == (["kept", "after"], 1)


def test_writers_in_several_processes_lose_nothing(file: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from trimtab.core.review.reviews import add_review\n"
        "for i in range(60): add_review(Path(sys.argv[1]), sys.argv[2], 'comment', f'{i} ' + 'x' * 3000, None, 'f')"
    )
    processes = [subprocess.Popen([sys.executable, "-c", script, str(file), name], cwd=ROOT) for name in "abcd"]
    assert [process.wait(timeout=PATIENCE) for process in processes] == [0] * 4
    found = read_reviews(file)
    assert found.damaged == 0
    for name in "abcd":
        own = [one.text.split()[0] for one in found.said if one.name == name]
        assert own == [str(i) for i in range(60)]


def test_a_folder_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="it can't be written"):
        add_review(tmp_path / "gone" / "reviews.jsonl", "Ann", "comment", "x", None, "f")
    (tmp_path / "reviews.jsonl").mkdir()
    with pytest.raises(InputError, match="it can't be read"):
        read_reviews(tmp_path / "reviews.jsonl")


def test_a_file_of_before_there_were_answers_is_read(file: Path) -> None:
    old = {
        "time": "2026-01-01T10:00:00+00:00",
        "name": "Ann",
        "verdict": "approved",
        "text": "As we said.",
        "version": 1,
        "fingerprint": "f",
    }
    file.write_text(f"{json.dumps(old)}\n{json.dumps({**old, 'verdict': 'comment', 'version': None})}\n")
    first, second = read_reviews(file).said
    assert (first.number, first.to, first.control) == (1, None, None)
    add_review(file, "Bo", "comment", "Why?", None, "f", to=second.number)
    assert [[one.text for one in (thread.first, *thread.answers)] for thread in read_reviews(file).threads] == [
        ["As we said."],
        ["As we said.", "Why?"],
    ]
    assert file.read_text().splitlines()[0] == json.dumps(old), "what was said is never written again"


def test_an_answer_stands_below_what_it_answers_and_resolves_it(workspace: Workspace) -> None:
    id_ = workspace.save_design(design())
    seen = workspace.load_design(id_).fingerprint()
    workspace.review(id_, "Bo", "comment", "Too much?", fingerprint=seen, control="event fog")
    workspace.review(id_, "Cy", "comment", "Looks right.", fingerprint=seen)
    workspace.review(id_, "Ann", "comment", "No.", fingerprint=seen, to=1)
    workspace.review(id_, "Bo", "comment", "I see.", fingerprint=seen, to=3)
    first, other = workspace.reviews(id_).threads
    assert [one.text for one in (first.first, *first.answers)] == ["Too much?", "No.", "I see."]
    assert (first.first.control, first.open, other.answers) == ("event fog", True, ())
    workspace.review(id_, "Bo", "resolved", "", fingerprint=seen, to=1)
    assert [(one.open, one.resolved) for one in workspace.reviews(id_).threads] == [(False, True), (True, False)]
    workspace.review(id_, "Ann", "reopened", "Not yet.", fingerprint=seen, to=1)
    assert workspace.reviews(id_).threads[0].open


def test_settling_a_comment_is_no_verdict_on_the_design(workspace: Workspace) -> None:
    id_ = workspace.save_design(design())
    seen = workspace.load_design(id_).fingerprint()
    workspace.review(id_, "Bo", "changes", "Less.", fingerprint=seen)
    workspace.review(id_, "Bo", "resolved", "", fingerprint=seen, to=1)
    assert standing(workspace.reviews(id_).said, seen).state == "changes"
    assert [one.number for one in workspace.versions(id_)] == [1]


def test_an_answer_comes_through_though_the_design_was_changed_meanwhile(workspace: Workspace) -> None:
    id_ = workspace.save_design(design())
    seen = workspace.load_design(id_).fingerprint()
    workspace.review(id_, "Bo", "comment", "Less.", fingerprint=seen)
    workspace.save_design(design(seed=5), id_)
    workspace.review(id_, "Ann", "comment", "Done.", fingerprint=seen, to=1)
    assert [one.text for one in workspace.reviews(id_).threads[0].answers] == ["Done."]


def test_what_nobody_said_can_not_be_answered(file: Path) -> None:
    add_review(file, "Bo", "comment", "one", None, "f")
    file.write_bytes(file.read_bytes() + b"damaged\n")
    for number in (0, 2, 3):
        with pytest.raises(InputError, match=f"Nothing with the number {number} was said"):
            add_review(file, "Ann", "comment", "What?", None, "f", to=number)
    with pytest.raises(InputError, match="Say what is resolved"):
        add_review(file, "Ann", "resolved", "", None, "f")
    assert add_review(file, "Ann", "comment", "Three.", None, "f", to=1)
    assert [one.number for one in read_reviews(file).said] == [1, 3], "a damaged line keeps its number"


def test_an_answer_to_a_damaged_line_is_not_lost(file: Path) -> None:
    add_review(file, "Bo", "comment", "one", None, "f")
    add_review(file, "Ann", "comment", "two", None, "f", to=1)
    lines = file.read_bytes().splitlines()
    file.write_bytes(b"\n".join([b"{}", *lines[1:]]) + b"\n")
    assert [one.first.text for one in read_reviews(file).threads] == ["two"]
