"""How a delimited file is written, found in its first rows: the delimiter and quotes that split them evenly, and where
the header is. What two forms explain as well as each other is refused, never guessed."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import product

from trimtab.core.errors import InputError
from trimtab.core.source.delimited.dialect import DELIMITERS, OPEN, QUOTES, Dialect
from trimtab.core.source.delimited.header import SAMPLE, SHAPED, Form, is_header, with_header

LOOKED_AT = 1_000
"""Records of the head that a form is judged by."""
MOST_ABOVE = 30
"""Lines of a title or of comments above the header, at most."""
NEARLY = 0.02
"""Two forms whose shares of sound cells are as near as this explain a file as well as each other."""
UNUSUAL = "~^:#&@!*\x01\x1f "
"""Delimiters that are only looked for where no usual one splits the rows."""
COMMENTS = ("#", "//", "%", "--")
"""What a line of comments begins with."""
COMMENTED = re.compile(rf"(?:{'|'.join(COMMENTS)})\s")
"""How a comment begins; without the blank it may be the first name of a header."""
QUOTED = re.compile(r'"(?:[^"]|"")*"(?: "(?:[^"]|"")*")+')
"""A line in which every value is quoted, with blanks between."""
QUOTED_VALUE = re.compile(r'"(?:[^"]|"")*"')


@dataclass
class Candidate:
    """A form, and what it makes of the head: `records` with the line each begins in, `width` the usual number of cells,
    `first` the record of the header, `behind` the line after the last one; `even`: all from there on have this width.
    """

    form: Form
    records: list[tuple[int, list[str]]] = field(default_factory=list)
    broken: bool = False
    width: int = 0
    first: int = 0
    behind: int = 1
    even: bool = False
    sound: float = 0.0


def find_form(head: str, owner: str, said: Dialect = OPEN, *, whole: bool) -> Form:
    """The form of a file that begins with `head`; `whole`: it is all of it.

    Raises InputError if there is no header, or if two forms fit and `said` does not settle it.
    """
    if not head.split("\n", 1)[0].strip("\r\n") and said.header is None and len(_filled_lines(head)) < 2:
        raise InputError(f"{owner}: the first line is blank. It must hold the names of the columns.")
    found = [_judged(one, head, said, whole=whole) for one in _candidates(head, said)]
    best = None
    if said.delimiter is None and not any(one.even and one.width > 1 for one in found):
        best = _by_unusual_sign(head, owner, said, whole=whole)
    best = best or _best(found, owner, said)
    if not best.records:
        raise InputError(f"{owner}, line 1: quotes are not paired. Write a quote inside a quoted value twice.")
    if best.first >= len(best.records):
        raise InputError(f"{owner}: header: there is no row in line {said.header}, so it can't hold the names.")
    if len(best.records[best.first][1]) == 1 and said.delimiter is None:
        _check_one_column(head, owner)
    if said.quote is None:
        _check_wrapped(best, owner)
    return with_header(best.form, best.records, best.first, owner, said, behind=best.behind)


def find_header(records: list[tuple[int, list[str]]], owner: str, said: Dialect, *, behind: int) -> Form:
    """The header of a table whose cells are split already, such as a sheet; see `find_form`. `records`: its first rows
    that are not blank, with their numbers; `behind`: the number after the last of them."""
    one = Candidate(Form(","), records, width=len(records[0][1]), behind=behind)
    if said.header:
        one.first = next((i for i, (line, _) in enumerate(records) if line == said.header), len(records))
    elif one.width > 1:
        one.first = _header_at(one)
    if one.first >= len(records):
        raise InputError(f"{owner}: header: there is nothing in row {said.header}, so it can't hold the names.")
    return with_header(one.form, records, one.first, owner, said, behind=behind)


def _candidates(head: str, said: Dialect) -> list[Form]:
    """The simple form of every delimiter first, then unusual ones of which there is a sign in the head."""
    found = []
    for delimiter in [said.delimiter] if said.delimiter else DELIMITERS:
        assert delimiter is not None
        edge = re.escape(delimiter)
        quotes = [said.quote] if said.quote else ['"', *("'" * bool(re.search(rf"(?:^|[\r\n]|{edge}) ?'", head)))]
        escapes: list[str | None] = [said.escape or None]
        if said.escape is None and re.search(rf"\\[\"'{edge}]", head):
            escapes.append("\\")
        blanks = [False, *([True] if delimiter != " " and f"{delimiter} " in head else [])]
        for quote, escape, blank in product(quotes, escapes, blanks):
            found.append(Form(delimiter, quote or '"', escape, blank))
    return found


def _judged(form: Form, head: str, said: Dialect, *, whole: bool) -> Candidate:
    one = Candidate(form)
    reader = form.reader(iter(io.StringIO(head, newline="")))
    line = 1
    try:
        for record in reader:
            if record:
                one.records.append((line, record))
            one.behind = line = reader.line_num + 1
            if len(one.records) > LOOKED_AT:
                break
        else:
            if not whole and len(one.records) > 1:
                one.behind = one.records.pop()[0]  # the head ends within it
    except csv.Error as error:
        one.broken = whole or "unexpected end" not in str(error)  # the head may end within quotes
    widths = Counter(len(record) for _, record in one.records)
    one.width = widths.most_common(1)[0][0] if widths else 0
    if said.header:
        at = [i for i, (line, _) in enumerate(one.records) if line == said.header]
        one.first = at[0] if at else len(one.records)
    elif one.width > 1:
        one.first = _header_at(one)
    body = [record for _, record in one.records[one.first :]]
    one.even = not one.broken and bool(body) and all(len(record) == one.width for record in body)
    cells = [cell for record in body[1:201] or body for cell in record]
    one.sound = sum(map(_is_sound, cells, [form] * len(cells))) / len(cells) if cells else 0.0
    return one


def _header_at(one: Candidate) -> int:
    """The first full record, if those above it are a title: one cell each, comments, or rows of another width above
    what is clearly a header."""
    unsure = None
    for i, (_, record) in enumerate(one.records[: MOST_ABOVE + 1]):
        filled = sum(bool(cell.strip()) for cell in record)
        if i == 0 and len(record) == one.width and not record[0].strip() and filled == one.width - 1:
            return 0  # above row numbers there often is no name
        full, comment = len(record) == one.width and filled > 1, record[0].startswith(COMMENTS)
        if full and not comment:
            if unsure is not None:
                return i if is_header(record, [row for _, row in one.records[i + 1 :]]) else unsure
            return i if any(cell.strip() and not SHAPED.fullmatch(cell.strip()) for cell in record) else 0
        # It may be the header itself: behind a sign, short of a name, or with another delimiter.
        split = any(record[0].count(sign) == one.width - 1 for sign in DELIMITERS + " ")
        name = comment and not COMMENTED.match(record[0])
        if unsure is None and ((full and name) or ((filled > 1 or split) and not comment)):
            unsure = i
    return unsure or 0


def _is_sound(cell: str, form: Form) -> float:
    """1 for a cell that is a number, a date or nothing; less for a text, the less the more it looks as if it should
    have been split or unquoted."""
    cell = cell if form.delimiter == " " else cell.strip()
    if not cell or SHAPED.fullmatch(cell):
        return 1.0
    if cell[0] in "\"'" and cell[-1] in "\"'":
        return 0.0
    return 0.0 if any(other in cell for other in DELIMITERS if other != form.delimiter) else 0.9


def _best(found: list[Candidate], owner: str, said: Dialect) -> Candidate:
    even = [one for one in found if one.even and one.width > 1 and _is_needed(one, found)]
    if not even:
        # Nothing splits all rows evenly: what splits the header most is the delimiter, and the rows are the fault.
        return max(found, key=lambda one: (len(one.records[one.first][1]) if one.records else 0, not one.broken))
    best = max(even, key=_worth)
    rivals = [
        one
        for one in even
        if one.form.delimiter != best.form.delimiter and one.sound >= best.sound - NEARLY and one.width > 1
    ]
    if rivals:
        one, other = (repr(rival.form.delimiter) for rival in (best, rivals[0]))
        raise InputError(
            f"{owner}: {one} and {other} both split every row evenly, into {best.width} and {rivals[0].width} cells. "
            f"Say which one is the delimiter: --delimiter {one}"
        )
    return best


def _worth(one: Candidate) -> tuple[float, bool, bool, bool]:
    """What speaks for a form: sound cells, then that it is simple."""
    return round(one.sound, 6), one.form.blanks, one.form.escape is None, one.form.quote == '"'


def _is_needed(one: Candidate, found: list[Candidate]) -> bool:
    """Whether what is unusual of a form is needed: an escape, for there is no reading without it; that blanks after
    delimiters mean nothing, for there is one after each, or a quote comes after one."""
    if one.form.escape is not None:
        kept = replace(one.form, escape=None)
        if any(other.even for other in found if other.form == kept):
            return False
    if not one.form.blanks:
        return True
    kept = replace(one.form, blanks=False)
    plain = next(other for other in found if other.form == kept)
    if not plain.even or plain.sound < one.sound:
        return True
    cells = [cell for _, record in plain.records[plain.first :] for cell in record[1:] if cell]
    return bool(cells) and all(cell[0] == " " for cell in cells)


def _by_unusual_sign(head: str, owner: str, said: Dialect, *, whole: bool) -> Candidate | None:
    """The form in which a sign that is not looked for splits all rows evenly, where it is clear that it does; None if
    none does. Raises InputError if one does, but it is not clear that it should."""
    lines = _filled_lines(head)
    for sign in UNUSUAL:
        if len(lines) < 2 or sign not in lines[0]:
            continue
        one = _judged(Form(sign, said.quote or '"', said.escape), head, said, whole=whole)
        if not one.even or one.width < 2:
            continue
        body = [record for _, record in one.records[one.first + 1 :]]
        quoted = all(QUOTED.fullmatch(line) for line in lines[:SAMPLE])
        clear = quoted or is_header(one.records[one.first][1], body)
        if clear and one.width > 2 and len(body) > 1:
            return one
        if clear or sign not in " :" or one.width > 2:
            raise InputError(
                f"{owner}: it would be a table of one column, but {sign!r} splits every line into {one.width}. "
                f"If that is the delimiter, give --delimiter {sign!r}; if not, --delimiter ,"
            )
    return None


def _check_one_column(head: str, owner: str) -> None:
    """Raise InputError if a delimiter stands in all lines, though nothing splits them evenly."""
    lines = [QUOTED_VALUE.sub("", line) for line in _filled_lines(head)]
    for sign in DELIMITERS:
        if len(lines) > 1 and all(sign in line for line in lines):
            raise InputError(
                f"{owner}: it would be a table of one column, but {sign!r} stands in every line. Is a quote not "
                "closed? If it is part of the values, put quotes around them."
            )


def _check_wrapped(best: Candidate, owner: str) -> None:
    """Raise InputError if most values keep quotes around them: of a kind that some value holds unpaired."""
    cells = [
        cell for _, record in best.records[best.first + 1 : best.first + SAMPLE] for cell in record if cell.strip()
    ]
    for sign in QUOTES:
        wrapped = sum(len(cell) > 1 and cell.strip()[0] == sign == cell.strip()[-1] for cell in cells)
        if 2 * wrapped > len(cells) > 1:
            raise InputError(
                f"{owner}: most values stand in {sign}, but some have a {sign} within that is not doubled, so where a "
                f"value ends is not clear. Double it, or if {sign} is part of the values, say which quote is none: "
                "--quote"
            )


def _filled_lines(head: str) -> list[str]:
    return [line for line in head.splitlines()[:LOOKED_AT] if line.strip()]
