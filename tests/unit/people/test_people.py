"""The list of people: who may edit, who may review, and nobody by mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from trimtab.core.errors import InputError, NotAllowedError
from trimtab.core.people.people import FILE, NOBODY, Person, Role, address, is_one_of, person_of, read_people

LIST = 'edit:\n  - Ann@Example.org\n  - "*@lab.example.org"\nreview: ["*@example.org", "guest+*@elsewhere.net"]\n'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / FILE).write_text(LIST, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("email", "role"),
    [
        ("ann@example.org", "edit"),
        ("ANN@EXAMPLE.ORG", "edit"),
        ("bob@lab.example.org", "edit"),
        ("bob@example.org", "review"),
        ("guest+1@elsewhere.net", "review"),
        ("guest@elsewhere.net", "none"),
        ("bob@sub.example.org", "none"),
        ("bob@example.org.elsewhere.net", "none"),
        ("bob@exampleXorg", "none"),
        ("bob@notexample.org", "none"),
    ],
)
def test_what_an_address_may_do(home: Path, email: str, role: Role) -> None:
    assert person_of({"email": email}, home).role == role


@pytest.mark.parametrize(
    "email", ["", None, 5, "ann", "@example.org", "a@b@example.org", "a b@example.org", "a@", ["a"]]
)
def test_what_is_no_address_is_nobody(home: Path, email: object) -> None:
    with pytest.raises(NotAllowedError, match="the provider tells none of yours"):
        person_of({"email": email}, home)


def test_letters_that_only_look_alike_are_others(home: Path) -> None:
    kelvin = "\N{KELVIN SIGN}ay@example.org"
    assert address(kelvin) != "kay@example.org", "its small letter is an ordinary k"
    assert address("ma\N{LATIN SMALL LETTER LONG S}on@example.org") != "mason@example.org"
    assert address("ann\N{ZERO WIDTH SPACE}@example.org") == "", "a sign that can't be seen"


@pytest.mark.parametrize("verified", [False, "false"])
def test_an_address_that_is_not_verified_counts_for_nothing(home: Path, verified: object) -> None:
    with pytest.raises(NotAllowedError, match=r"has not verified that ann@example\.org is yours"):
        person_of({"email": "ann@example.org", "email_verified": verified}, home)
    assert person_of({"email": "ann@example.org", "email_verified": True}, home).may_edit


def test_a_star_alone_is_everybody() -> None:
    assert is_one_of("who@ever.net", ("*",))
    assert not is_one_of("who@ever.net", ("*ever.net",))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("edit: [*@example.org]", "Patterns that begin with \\* stand in quotation marks"),
        (
            "edit: [example.org]",
            r"edit\[0\]: must be an address or a pattern such as \*@example.org, got 'example.org'",
        ),
        ("edit: ann@example.org", "edit: must be a list of addresses, got 'ann@example.org'"),
        ("edit: [12]", r"edit\[0\]: must be an address"),
        ("edits: [ann@example.org]", "there is no list `edits`. Did you mean `edit`?"),
        ("- ann@example.org", "it is a mapping with the lists `edit` and `review`"),
        ("", "it is a mapping"),
        ("edit: [", "no YAML that can be read"),
    ],
)
def test_a_list_that_is_wrong_lets_nobody_in(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=why):
        read_people(tmp_path)
    with pytest.raises(InputError, match=why):
        person_of({"email": "ann@example.org"}, tmp_path)


def test_without_a_list_nobody_gets_in(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the list of people is not there, so nobody gets in"):
        read_people(tmp_path)


def test_a_list_that_is_changed_counts_at_once(home: Path) -> None:
    assert read_people(home).role_of("bob@example.org") == "review"
    (home / FILE).write_text("edit: [bob@example.org]\n", encoding="utf-8")
    assert read_people(home).role_of("bob@example.org") == "edit"


@pytest.mark.parametrize(
    ("name", "signed"),
    [
        ("Ann Lee", "Ann Lee (ann@example.org)"),
        ("  Ann \n Lee ", "Ann Lee (ann@example.org)"),
        ("Ann\N{RIGHT-TO-LEFT OVERRIDE}eeL", "AnneeL (ann@example.org)"),
        ("Bob (bob@example.org)", "ann@example.org"),
        ("bob@example.org", "ann@example.org"),
        ("x" * 70, "ann@example.org"),
        (None, "ann@example.org"),
        ({"given": "Ann"}, "ann@example.org"),
    ],
)
def test_nobody_passes_for_somebody_else(home: Path, name: object, signed: str) -> None:
    assert person_of({"email": "ann@example.org", "name": name}, home).signed == signed


def test_who_may_what() -> None:
    Person("a@b.org", role="edit").check_edit()
    Person("a@b.org", role="review").check_in()
    with pytest.raises(NotAllowedError, match="not edit them"):
        Person("a@b.org", role="review").check_edit()
    for check in (NOBODY.check_edit, NOBODY.check_in):
        with pytest.raises(NotAllowedError, match="Sign in first"):
            check()
