"""Clean tables of every sort: names, and rows of texts."""

from __future__ import annotations

import random
from collections.abc import Callable

Table = tuple[list[str], list[list[str]]]
WORDS = ("dry", "wet", "a, b", "c; d", "e | f", 'say "hi"', "two\nlines", "Ünder", "it's", "007", "x y z")
THINGS = ("boot", "jacket", 'table, round 48"', "men's vest", "rod 8 wt.", "pillow", "cap", "towel; large")
TOWNS = ("Ulm", "Bern", "Graz", "Metz", "Lille", "Rome", "Oslo", "Cork")


def prices(chance: random.Random) -> Table:
    """A number, words, a price, a day, and a note that may be missing."""
    rows = [
        [str(1000 + 7 * i), chance.choice(WORDS), _price(chance), _day(chance), chance.choice(("", "good", *WORDS[:3]))]
        for i in range(chance.randrange(20, 60))
    ]
    return ["id", "who", "price", "day", "note"], rows


def shop(chance: random.Random) -> Table:
    """Orders with texts, amounts with a sign, days as they are said in Europe, and a column of nothing."""
    rows = [
        [
            f"{chance.randrange(1, 29):02}/{chance.randrange(1, 13):02}/2024",
            f"{i // 4:02}:{15 * (i % 4):02}",
            str(chance.randrange(10)),
            f"{chance.choice(('MG', 'RI', 'CC'))}-{chance.randrange(1000, 9999)}",
            f"${_price(chance)}",
            chance.choice(THINGS),
            f"A {chance.choice(THINGS)} for {chance.choice(('work, sport or home', 'every day.', 'him'))}",
            f"https://example.org/p/{i}.html",
            "",
        ]
        for i in range(chance.randrange(30, 84))
    ]
    return ["date", "time", "qty", "product", "amount", "kind", "description", "link", "comments"], rows


def texts(chance: random.Random) -> Table:
    """Nothing but texts."""
    rows = [
        [chance.choice(TOWNS), chance.choice(("red", "green", "blue")), f"{chance.choice(THINGS)} no. {i}", "ok"]
        for i in range(chance.randrange(10, 40))
    ]
    return ["town", "colour", "remark", "state"], rows


def numbers(chance: random.Random) -> Table:
    """Nothing but numbers, some of them missing."""
    rows = [
        [
            repr(round(chance.gauss(0, 50), 3)),
            "" if chance.random() < 0.1 else str(chance.randrange(-20, 90)),
            repr(chance.gauss(0, 1e-6)),
            str(i),
        ]
        for i in range(chance.randrange(10, 80))
    ]
    return ["x", "y", "z", "t"], rows


def pair(chance: random.Random) -> Table:
    """Two columns."""
    return ["town", "people"], [[chance.choice(TOWNS), str(chance.randrange(900, 90000))] for _ in range(25)]


def wide(chance: random.Random) -> Table:
    """Many columns, few rows."""
    names = [f"{chance.choice(('a', 'b', 'c'))}{i}" for i in range(24)]
    rows = [
        [str(chance.randrange(100)) if i % 3 else chance.choice(TOWNS) for i in range(24)]
        for _ in range(chance.randrange(3, 12))
    ]
    return names, rows


def tiny(chance: random.Random) -> Table:
    """Two or three rows."""
    names, rows = prices(chance)
    return names, rows[: chance.randrange(2, 4)]


TABLES: tuple[Callable[[random.Random], Table], ...] = (prices, prices, shop, shop, texts, numbers, pair, wide, tiny)


def _price(chance: random.Random) -> str:
    return f"{chance.randrange(100, 99999) / 100:.2f}"


def _day(chance: random.Random) -> str:
    return f"20{chance.randrange(10, 25)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
