"""How strangers write text files: read as it was meant, with a word where the file alone does not settle it, or refused
with the line; never a wrong table without a word."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from trimtab.core.counting.datasets import ROWS, open_data, reading_of
from trimtab.core.errors import InputError
from trimtab.core.source.columns import read_columns
from trimtab.core.source.delimited.dialect import Dialect
from trimtab.core.source.spool import Source, open_source, spool


def taken(folder: Path, text: str, **said: Any) -> Source:
    (folder / "a.csv").write_bytes(text.encode())
    return spool(folder / "a.csv", folder / "home", dialect=Dialect(**said))


def values(source: Source) -> dict[str, list[Any]]:
    return dict(pq.read_table(source.path).to_pydict())


READ: list[tuple[str, dict[str, list[Any]], tuple[str, ...]]] = [
    ("Preis, EUR;Menge\n12,50;3\n7,20;4\n", {"Preis, EUR": [12.5, 7.2], "Menge": [3, 4]}, ("decimal `,`",)),
    ("Temp, C|Hum\n21,5|40\n22,5|41\n", {"Temp, C": [21.5, 22.5], "Hum": [40, 41]}, ("decimal `,`",)),
    ("Of 2025\nid;who;x\n1;a;2\n2;b;3\n", {"id": [1, 2], "who": ["a", "b"], "x": [2, 3]}, ("line 1 is left out",)),
    ("# by x, y\n# z\na,b\n1,2\n", {"a": [1], "b": [2]}, ("lines 1 to 2 are left out",)),
    (
        "temp,speed,at\n°F,mph,\n50,1.5,x\n60,2.5,y\n70,3,z\n80,4,u\n",
        {"temp": [50, 60, 70, 80], "speed": [1.5, 2.5, 3, 4], "at": list("xyzu")},
        ("second line of the header: °F, mph",),
    ),
    ("a,a,b\nx,y,\n1,2,3\n1,2,3\n1,2,3\n1,2,3\n", {"a x": [1] * 4, "a y": [2] * 4, "b": [3] * 4}, ("second line",)),
    ("\ufeffa,b\n1,2\n", {"a": [1], "b": [2]}, ()),
    ("a,b\n1,1000\n2,-\n3,2000\n4,.\n", {"a": [1, 2, 3, 4], "b": [1000, None, 2000, None]}, ("'-' is", "'.' is")),
    ("a,b\nx,NA\nNA,3\n", {"a": ["x", None], "b": [None, 3]}, ("'na' is read as missing, in `a`, `b`",)),
    ("a,b\nx,1\nNA,3\n", {"a": ["x", "NA"], "b": [1, 3]}, ()),
    ('a,b\n"",1\n,2\nx,3\n', {"a": ["", None, "x"], "b": [1, 2, 3]}, ("an empty text in quotes in 1 rows",)),
    ('a,b\n"",1\n"",2\n7,3\n', {"a": [None, None, 7], "b": [1, 2, 3]}, ()),
    (",a\n0,x\n1,y\n", {"a": ["x", "y"]}, ("row numbers and is left out",)),
    ('"","a","b"\n"1","x",2\n"2","y",3\n', {"a": ["x", "y"], "b": [2, 3]}, ("row numbers and is left out",)),
    ("a,b,\n1,2,\n3,4,\n", {"a": [1, 3], "b": [2, 4]}, ("column 3, which has neither",)),
    ('id,h\n1,5" pipe\n2,3"\n', {"id": [1, 2], "h": ['5" pipe', '3"']}, ("a quote inside a value",)),
    ('id, "name, x"\n1, "a, b"\n2,"c "\n', {"id": [1, 2], "name, x": ["a, b", "c "]}, ("blanks behind",)),
    ('id, n\n1, "say ""hi"", x"\n2, 5" y\n', {"id": [1, 2], "n": ['say "hi", x', '5" y']}, ("blanks behind",)),
    ("a,b\n'x, y',1\n'z',2\n", {"a": ["x, y", "z"], "b": [1, 2]}, ("quotes of the kind '",)),
    ('a,b\n"x\\"y",1\n"z",2\n', {"a": ['x"y', "z"], "b": [1, 2]}, ("its escape",)),
    ('a,b\n"C:\\dir\\",1\n"D:\\",2\n', {"a": ["C:\\dir\\", "D:\\"], "b": [1, 2]}, ()),
    ("a\tb\n1,234.5\t12%\n7\t5%\n", {"a": [1234.5, 7], "b": [12, 5]}, ("decimal `.`", "% left out")),
    ("a;b\n$1,234;(5.50)\n$12;1.25\n", {"a": [1234, 12], "b": [-5.5, 1.25]}, ("$ left out", "decimal `.`")),
    ("a;b\n1.234,5;1.234\n2,5;5.678\n", {"a": [1234.5, 2.5], "b": [1234, 5678]}, ("`a` is", "`b` is")),
    ("a;b\n1 234;-1'000.5\n2 500;2\n", {"a": [1234, 2500], "b": [-1000.5, 2]}, ("`a` is", "`b` is")),
    ("a;b\n1,234;2\n5,678;3\n", {"a": ["1,234", "5,678"], "b": [2, 3]}, ("`a` is left as text",)),
    ("a;b\n1,234;2.5\n5,678;3\n", {"a": [1234, 5678], "b": [2.5, 3]}, ("`a` is read",)),
    ("a;b\n$5;x\n€6;y\n", {"a": ["$5", "€6"], "b": ["x", "y"]}, ()),
    ("a;b\n5%;x\n0.1;y\n", {"a": ["5%", "0.1"], "b": ["x", "y"]}, ()),
    ("country,2019,2020\nA,1,2\nB,3,4\n", {"country": ["A", "B"], "2019": [1, 3], "2020": [2, 4]}, ()),
    (",0,1\n0,1.5,2\n1,3,4\n", {"0": [1.5, 3], "1": [2, 4]}, ("row numbers",)),
    ("a b c\n1 2 3\n4 5 6\n", {"a": [1, 4], "b": [2, 5], "c": [3, 6]}, ("split at ' '",)),
    (
        '"a" "b" "c"\n"x y" "" "z"\n"u" "v" "w"\n',
        {"a": ["x y", "u"], "b": ["", "v"], "c": ["z", "w"]},
        ("split", "quotes in"),
    ),
    ("\n\na,b\n1,2\n", {"a": [1], "b": [2]}, ("lines 1 to 2 are left out",)),
    ("sep=;\na;b\n1;2\n", {"a": [1], "b": [2]}, ("line 1 is left out",)),
    ("By: me, us\n\na,b,c\n1,2,x\n3,4,y\n", {"a": [1, 3], "b": [2, 4], "c": ["x", "y"]}, ("lines 1 to 2 are",)),
    ("#a,b\nx,y\nu,v\n", {"#a": ["x", "u"], "b": ["y", "v"]}, ()),
    ('"a","b",""\n"x","1",""\n"y","2",""\n', {"a": ["x", "y"], "b": [1, 2]}, ("column 3, which has neither",)),
    (
        ",a,b\n,EUR,\n1,5,x\n2,6,y\n3,7,z\n4,8,u\n",
        {"a": [5, 6, 7, 8], "b": list("xyzu")},
        ("second line", "row numbers"),
    ),
    ('a,b\nx\\, y,1\nz\\"u,2\n', {"a": ["x, y", 'z"u'], "b": [1, 2]}, ("its escape",)),
    ('a,b\n"x, \\"y\\", z",1\n"z",2\n', {"a": ['x, "y", z', "z"], "b": [1, 2]}, ("its escape",)),
    ('a, b\n1, "x \\" y"\n2, "z, u"\n', {"a": [1, 2], "b": ['x " y', "z, u"]}, ("its escape", "blanks behind")),
    ("a,b\n03/04/2024,1\n05/06/2024,2\n", {"a": ["03/04/2024", "05/06/2024"], "b": [1, 2]}, ("%d/%m/%Y or %m/%d/%Y",)),
    ("a,b\r\n1,2\n3,4\r\n", {"a": [1, 3], "b": [2, 4]}, ()),
    ('a,b\n"x\ry",2\nz,4\n', {"a": ["x\ry", "z"], "b": [2, 4]}, ()),
]


@pytest.mark.parametrize(("text", "right", "told"), READ, ids=[repr(text[:30]) for text, _, _ in READ])
def test_a_file_is_read_as_it_was_meant(
    tmp_path: Path, text: str, right: dict[str, list[Any]], told: tuple[str, ...]
) -> None:
    source = taken(tmp_path, text)
    assert values(source) == right
    assert len(source.notes) == len(told), source.notes
    for words, note in zip(told, source.notes, strict=True):
        assert words in note


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("id,age,city,note\n,2,40,Paris,\n1,3,Rome,x\n", "line 2: 5 values, but the header names 4 columns"),
        ("a,b\n1,2\n3,4,\n", "line 3: 3 values, but the header names 2 columns"),
        ("a,b\n1,2,\n3,4,\n", "line 2: 3 values, but the header names 2 columns"),
        ('a,b\n1,2\n3,"",""\n', "line 3: 3 values, but the header names 2 columns"),
        ('a,b\n1,"x"y\n', "line 2: quotes are not paired"),
        ('a,b\n1,"open\n2,x\n3,"y"\n', "line 2: quotes are not paired"),
        ("x;y,z\na;b,c\nd;e,f\n", "both split every row evenly"),
        ("a~b\n1~2\n3~4\n", "'~' splits every line into 2"),
        ("a b c\nx y z\nu v w\n", "' ' splits every line into 3"),
        ("town people\nRome 5\nBern 6\n", "' ' splits every line into 2"),
        ('id,who,"price\n1,ef,480\n2,xyz,365\n', "',' stands in every line. Is a quote not closed"),
        ("a,b\n'it's','1'\n'x','2'\n", "most values stand in '"),
        ("town;road;air\nRome,dry,a\nBern,wet,b\nOslo,wet,c\n", "line 2: 3 values|line 1: 1 values|header names"),
        ("a,b\n1,x\n2,y\n3,z\n4,u\nTotal,v\n", "row 5, at the end, has a word in `a`.*--footer 1; .*--footer 0"),
        ("a,b\nx,1\ny,2\nz,3\nTotal,6\n", r"the last row \('Total'\) is a sum.*--footer 1"),
        ("a,b,c\n" + "x,1,2\ny,2,3\n" * 5 + "Source: me,,\n", "value in its first column only.*--footer 1"),
        ("a,b,c\nx,1,2\ny,2,3\nSource: me\n", "line 4: 1 values.*--footer 1"),
        ("Exported,2025\nBy,me\ntown,n\nA,1\nB,2\nC,3\nD,4\n", "row 2 has a word in `2025`.*--header"),
        ("a,b\n1,2\n3,4\n5,6\n7,8\nx,y\nu,v\nx,v\nu,y\n", "with row 5, 2 columns turn from numbers to words"),
        ("a,b\n" + "x,1\ny,2\n" * 4 + "names,of\n" + "x,1\ny,2\n" * 4, "row 9 has a value of its own in every"),
        ("a,b\nx,1\n# so,so\ny,2\n", "1 rows begin with # or //"),
        ("1,2,x\n3,4,y\n5,6,z\n", "line 1: it looks like a row .* give --header 0"),
        ("dry,road\nwet,road\ndry,lane\n", "line 1: it looks like a row"),
        ("a,b,c\n1,2,x\na,b,c\n3,4,y\n", "the names of the columns come again in 1 rows|looks like a row"),
        (",a\nx,1\ny,2\n", "column 1 has no name"),
        ("a,b\n1,2\r3,4\n", "some lines end in CR and some in LF"),
    ],
)
def test_what_is_not_clear_is_refused(tmp_path: Path, text: str, match: str) -> None:
    with pytest.raises(InputError, match=match):
        taken(tmp_path, text)


@pytest.mark.parametrize("text", ["a,b\n,2,\n", 'a,b\n1,2\n3,"x"y\n', "a,b\n1,2\n3\n"])
def test_a_data_set_is_read_as_strictly_as_a_source(tmp_path: Path, text: str) -> None:
    (tmp_path / "b.csv").write_text(text, encoding="utf-8")
    with (
        pytest.raises(InputError, match=r"b\.csv, line \d: (\d values|quotes are not paired)"),
        open_data(tmp_path / "b.csv", {}),
    ):
        pass


def test_a_data_set_may_write_its_numbers_in_another_way(tmp_path: Path) -> None:
    source = taken(tmp_path, "x,y,road\n1234.5,7,dry\n2,1000,NA\n")
    readings = {name: reading_of(column) for name, column in read_columns(source).items()}
    (tmp_path / "b.csv").write_text('x;y;road\n"1.234,50";1 000;dry\n-;7;\n', encoding="utf-8")
    with open_data(tmp_path / "b.csv", readings) as data:
        found = data.con.execute(f"SELECT x, y, road FROM {ROWS}").fetchall()
    assert found == [(1234.5, 1000, "dry"), (None, 7, None)]


@pytest.mark.parametrize(
    ("text", "said", "right"),
    [
        ("1,2,x\n3,4,y\n", {"header": 0}, {"column 1": [1, 3], "column 2": [2, 4], "column 3": ["x", "y"]}),
        ("a~b\n1~2\n", {"delimiter": "~"}, {"a": [1], "b": [2]}),
        ("a b\n1 2\n", {"delimiter": "space"}, {"a": [1], "b": [2]}),
        ("a;b\n1,234;2\n", {"decimal": ","}, {"a": [1.234], "b": [2]}),
        ("a;b\n1,234;2\n", {"decimal": "."}, {"a": [1234], "b": [2]}),
        ("a;b\n1,5;2\n", {"numbers": "plain"}, {"a": ["1,5"], "b": [2]}),
        ("a,b\n-999,x\n3,NA\n", {"missing": ("-999",)}, {"a": [None, 3], "b": ["x", "NA"]}),
        ('a,b\n"",1\n,2\nx,3\n', {"missing": ("",)}, {"a": [None, None, "x"], "b": [1, 2, 3]}),
        ("some,text\nmore,text\na,b\n1,2\n", {"header": 3}, {"a": [1], "b": [2]}),
        ("a,b\nm,s\n1,2\n", {"header_rows": 2}, {"a": [1], "b": [2]}),
        ("a,b\n1,2\nTotal,2\n\n", {"footer": 1}, {"a": [1], "b": [2]}),
        ("a,b\n1,2\n3,2\n4,2\n5,2\nx,2\n", {"footer": 0}, {"a": ["1", "3", "4", "5", "x"], "b": [2] * 5}),
        ("a,b\n03/04/2024,1\nNA,2\n", {"dates": "%d/%m/%Y"}, {"a": [dt.date(2024, 4, 3), None], "b": [1, 2]}),
        ("a,b\n20240403,1\n,2\n", {"dates": "%Y%m%d"}, {"a": [dt.date(2024, 4, 3), None], "b": [1, 2]}),
        ("a,b\n3.4.24 7:05,1\n", {"dates": "%d.%m.%y %H:%M"}, {"a": [dt.datetime(2024, 4, 3, 7, 5)], "b": [1]}),
        ("a,b\n'x,1\ny',2\n", {"quote": '"'}, {"a": ["'x", "y'"], "b": [1, 2]}),
    ],
)
def test_what_a_person_says_goes_before(
    tmp_path: Path, text: str, said: dict[str, Any], right: dict[str, list[Any]]
) -> None:
    source = taken(tmp_path, text, **said)
    assert values(source) == right
    assert open_source(tmp_path / "home", source.sha256, Dialect(**said)) == source


@pytest.mark.parametrize(
    ("encoding", "said", "told"),
    [
        ("utf-16", {}, ("UTF-16",)),
        ("utf-16-le", {}, ("UTF-16-LE",)),
        ("utf-16-be", {}, ("UTF-16-BE",)),
        ("cp1252", {"encoding": "cp1252"}, ()),
        ("shift-jis", {"encoding": "shift-jis"}, ()),
    ],
)
def test_text_in_another_encoding(tmp_path: Path, encoding: str, said: dict[str, str], told: tuple[str, ...]) -> None:
    word = "東京" if encoding == "shift-jis" else "Genève – 5 €"
    (tmp_path / "a.csv").write_bytes(f"town,n\r\n{word},1\r\nBern,2\r\n".encode(encoding))
    source = spool(tmp_path / "a.csv", tmp_path / "home", dialect=Dialect(**said))
    assert values(source) == {"town": [word, "Bern"], "n": [1, 2]}
    assert len(source.notes) == len(told)
    assert all(words in note for words, note in zip(told, source.notes, strict=True))


@pytest.mark.parametrize(
    ("said", "match"),
    [
        ({"encoding": "ascii"}, "it is not text in ASCII"),
        ({"footer": 9}, "footer: the file has not so many lines"),
        ({"dates": "%d/%m/%Y"}, "dates: no column holds dates of the form %d/%m/%Y only"),
    ],
)
def test_what_is_said_and_does_not_fit_is_refused(tmp_path: Path, said: dict[str, Any], match: str) -> None:
    with pytest.raises(InputError, match=rf"a\.csv.*{match}"):
        taken(tmp_path, "a,b\nÜ,1\n", **said)


def test_two_readings_of_the_same_bytes_stand_beside_each_other(tmp_path: Path) -> None:
    text = "a;b\n1,234;2\n"
    first, second = taken(tmp_path, text, decimal=","), taken(tmp_path, text, decimal=".")
    assert first.sha256 == second.sha256
    assert (first.key, values(first)["a"], values(second)["a"]) != (second.key, [1.234], [1234])
    assert (values(first)["a"], values(second)["a"]) == ([1.234], [1234])


@pytest.mark.parametrize(
    ("said", "match"),
    [
        ({"delimiter": ";;"}, "delimiter: it must be one ASCII character or one of tab, space"),
        ({"decimal": "x"}, "decimal: it must be `.` or `,`"),
        ({"header": -1}, "header: it must be at least 0"),
        ({"footer": -1}, "footer: it must be at least 0"),
        ({"dates": "DD/MM"}, "dates: it must name a day, a month and a year"),
        ({"dates": "%d/%m/%Y %Q"}, "dates: after % stands one of"),
        ({"encoding": "cp1525"}, "encoding: there is no encoding of text called 'cp1525'. Did you mean"),
        ({"numbers": "odd"}, "numbers: it must be `plain` or `written`"),
    ],
)
def test_what_can_t_be_said(said: dict[str, Any], match: str) -> None:
    with pytest.raises(InputError, match=match):
        Dialect(**said)


def test_quotes_across_many_chunks(tmp_path: Path) -> None:
    """Against DuckDB's reader, on 12 MB in which quotes, commas and line ends lie on every kind of border."""
    cells = ['"a,b"', '"say ""x"""', "plain", '"two\nlines"', '""', "", "3.5"]
    text = "i,x,y\n" + "".join(f"{i},{cells[i % 7]},{cells[i * i % 7]}\n" for i in range(600_000))
    source = taken(tmp_path, text)
    table = pq.read_table(source.path)
    con = duckdb.connect()
    other = con.sql(
        "SELECT * FROM read_csv(?, all_varchar = true, header = true, quote = '\"', escape = '\"', "
        "delim = ',', allow_quoted_nulls = false, auto_detect = false, "
        "columns = {'i': 'VARCHAR', 'x': 'VARCHAR', 'y': 'VARCHAR'})",
        params=[str(tmp_path / "a.csv")],
    ).to_arrow_table()
    assert table["x"].to_pylist() == other["x"].to_pylist()
    assert table["y"].to_pylist() == other["y"].to_pylist()
