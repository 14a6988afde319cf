"""The data card: a page in Markdown as hubs of data sets read it, under the headings of the EU AI Act's Article 10."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trimtab.core.papers import statements
from trimtab.core.papers.markdown import bullets, escaped, table
from trimtab.core.papers.said import UNKNOWN
from trimtab.core.papers.subject import Subject, slug
from trimtab.core.shown.receipts import HEADINGS, cells
from trimtab.core.words.numbers import percent
from trimtab.core.yaml.writing import write

SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
    (100_000_000, "10M<n<100M"),
    (1_000_000_000, "100M<n<1B"),
    (10_000_000_000, "1B<n<10B"),
    (10**11, "10B<n<100B"),
    (10**12, "100B<n<1T"),
)
"""How hubs call sizes, each up to so many rows."""
ARTICLE = (
    "This page has the headings of Article 10 of the EU AI Act (Regulation (EU) 2024/1689), which asks how the data of "
    "a high-risk system were governed. What a program can know is filled in; what it can't reads “not known”. It does "
    "not take the place of the judgement of those who answer for the system."
)


def card(subject: Subject, design: str) -> str:
    """The data card of rows, for a file such as README.md; `design` is how the design's file is called.

    Its front matter tells hubs which files hold the rows: without it they take the most frequent kind of file, which
    may be that of the papers.
    """
    return "---\n" + write(_front_matter(subject)) + "---\n\n" + "\n".join(_sections(subject, design))


def _front_matter(subject: Subject) -> dict[str, object]:
    said = subject.said
    front: dict[str, object] = {"pretty_name": " ".join(subject.study.design.name.split())}
    if said.hub_license:
        front["license"] = said.hub_license
    elif said.license:
        front |= {"license": "other", "license_name": slug(said.license)}
        front |= {"license_link": said.license_address} if said.license_address else {}
    else:
        front["license"] = "unknown"
    front["tags"] = [
        "tabular",
        "trimtab",
        *(["synthetic"] if subject.receipt.get("real_records", 0) < subject.rows else []),
    ]
    front["size_categories"] = [next((name for most, name in SIZES if subject.rows < most), "n>1T")]
    if subject.place is not None:
        path = f"{subject.place}/*.parquet" if subject.data.is_dir() else subject.place
        front["configs"] = [{"config_name": "default", "data_files": [{"split": "train", "path": path}]}]
    return front


def _sections(subject: Subject, design: str) -> Iterator[str]:
    said, study = subject.said, subject.study
    yield f"# {escaped(study.design.name)}\n"
    yield f"{escaped(statements.described(subject))}\n"
    yield table(("", ""), _about(subject))
    yield f"{ARTICLE}\n"
    yield from _section("Purpose and design choices (Article 10(2)(a))", _purpose(subject))
    yield from _section("Origin (Article 10(2)(b))", statements.origin(subject))
    yield from _section("Preparation (Article 10(2)(c))", statements.preparation(subject))
    yield from _section("Assumptions (Article 10(2)(d))", statements.assumptions(subject))
    yield from _section("Availability, quantity and suitability (Article 10(2)(e))", statements.suitability(subject))
    yield from _section("Examination for bias (Article 10(2)(f))", statements.biases(subject))
    yield from _section("Measures against bias (Article 10(2)(g))", statements.measures(subject))
    yield from _section("Gaps and shortcomings (Article 10(2)(h))", statements.gaps(subject))
    yield "## Statistical properties (Article 10(3))\n"
    yield table(("column", "type", "unit", "missing", "moved", "what it is"), _columns(subject))
    yield from _section("Setting of use (Article 10(4))", [f"Place, people and circumstances of use: {UNKNOWN}."])
    yield from _section("Personal data (Article 10(5))", _personal(subject))
    yield from _section("Limits", statements.limits(subject))
    yield "## Receipt\n"
    yield "Each promise of the design, as it was measured on the file that was written.\n"
    kept = ("no", "yes")
    yield table(HEADINGS, [(*cells(one), kept[one.kept]) for one in subject.promises])
    yield "## Made again, and checked\n"
    yield f"```sh\n{subject.command(design)}\n```\n"
    yield f"{escaped(f'Papers of {said.day.isoformat()}, written by Trimtab.')}\n"


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(lines)
    yield f"## {title}\n"
    yield bullets(found or [f"{UNKNOWN}."])


def _about(subject: Subject) -> Iterator[tuple[str, str]]:
    said = subject.said
    yield "rows", f"{subject.rows:,}"
    yield "columns", f"{len(subject.schema.names):,}"
    yield "files", f"{subject.place or UNKNOWN} (SHA-256 {subject.sha256})"
    yield "licence", said.license or UNKNOWN
    yield "made by", said.creator or UNKNOWN
    yield "page", said.url or UNKNOWN


def _purpose(subject: Subject) -> Iterator[str]:
    given = " ".join(subject.study.design.description.split())
    yield f"Intended purpose, as the design tells it: {given or UNKNOWN}"
    mode = subject.study.design.mode
    yield f"Mode {mode}, {subject.rows:,} rows. What is set and what it moves stands below, each control in a sentence."
    if statements.size(subject):
        yield statements.size(subject)


def _columns(subject: Subject) -> Iterator[tuple[str, ...]]:
    texts, unit = statements.column_texts(subject), statements.units(subject)
    seen = {one.factor: one for one in subject.seen.spreads}
    for field in subject.schema:
        one = seen.get(field.name)
        missing = "–" if one is None else percent(one.made[-1])
        moved = "–" if one is None or one.tv is None else percent(one.tv)
        yield field.name, str(field.type), unit.get(field.name, "–"), missing, moved, texts[field.name]


def _personal(subject: Subject) -> Iterator[str]:
    yield f"Whether the source tells of persons, or of special categories of personal data: {UNKNOWN}."
    yield statements.copies(subject)
    yield "Nothing was done to make rows anonymous."
