"""From text to one sqlglot tree: one expression, no comments, bounded in length and depth."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from typing import Any, ClassVar

import sqlglot
from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import ParseError, TokenError
from sqlglot.parsers.duckdb import DuckDBParser
from sqlglot.tokenizer_core import Token, TokenType

from trimtab.core.errors import InputError

LONGEST = 2000
"""Characters a person may type into one expression."""

DEEPEST = 24
"""How deep parentheses, CASEs and signs may nest; the parser recurses, so this is checked before it runs."""

TALLEST = 40
"""Levels of the tree, a chain of ANDs or ORs counting as one; what walks it recurses."""

_SIGNS = {TokenType.NOT, TokenType.DASH, TokenType.PLUS, TokenType.TILDE}


class Typed(DuckDB):
    """DuckDB's grammar with every call kept under the name that was typed.

    sqlglot turns `log10(x)` into `LOG(10, x)` and `now()` into a node of its own. Keeping the names lets the whitelist
    and its messages speak of what was typed, and DuckDB evaluate just that.
    """

    class Parser(DuckDBParser):
        FUNCTIONS: ClassVar[dict[str, Any]] = {}
        FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
            name: parse for name, parse in DuckDBParser.FUNCTION_PARSERS.items() if name in {"CAST", "TRY_CAST"}
        }
        NO_PAREN_FUNCTIONS: ClassVar[dict[Any, Any]] = {}
        NO_PAREN_FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {"CASE": DuckDBParser.NO_PAREN_FUNCTION_PARSERS["CASE"]}


def read(text: str, *, owner: str) -> exp.Expr:
    """The tree of one SQL expression.

    Raises InputError, naming `owner`, for an empty text, a comment, a second statement, text beyond `LONGEST`
    characters or `DEEPEST` levels, and everything that isn't one expression.
    """
    if len(text) > LONGEST:
        raise InputError(f"{owner}: the expression has {len(text)} characters; at most {LONGEST} are read.")
    if any(unicodedata.category(char) == "Cc" and char not in "\t\r\n" for char in text):
        raise InputError(f"{owner}: the expression holds a control character; type it again by hand.")
    try:
        tokens = Typed().tokenize(text)
    except TokenError as error:
        raise InputError(f"{owner}: `{text}` ends inside a quoted text, a quoted name or a comment.") from error
    _check_tokens(text, tokens, owner)
    try:
        tree = sqlglot.parse_one(text, into=exp.Condition, dialect=Typed)
    except (ParseError, RecursionError) as error:
        raise InputError(_unreadable(text, error, owner)) from error
    if height(tree) > TALLEST:
        raise InputError(_too_deep(owner, TALLEST))
    return tree


def known_name(typed: str, known: Collection[str]) -> str | None:
    """The known name that is meant: the same one, or the only one that differs in upper and lower case alone."""
    if typed in known:
        return typed
    alike = [name for name in known if name.lower() == typed.lower()]
    return alike[0] if len(alike) == 1 else None


def is_plain_name(name: str) -> bool:
    """True if the name can be typed without double quotes."""
    if not name.isascii() or not name.isidentifier():
        return False
    tokens = Typed().tokenize(name)
    return len(tokens) == 1 and tokens[0].token_type == TokenType.VAR


def _check_tokens(text: str, tokens: list[Token], owner: str) -> None:
    if "--" in text or "/*" in text:
        commented = any(token.comments for token in tokens) or not tokens
        if commented:
            raise InputError(f"{owner}: comments are not allowed in an expression; remove what follows `--` or `/*`.")
    if not tokens:
        raise InputError(f"{owner}: the expression is empty.")
    if any(token.token_type == TokenType.SEMICOLON for token in tokens):
        raise InputError(f"{owner}: `;` is not allowed: one expression, not a statement.")
    depth = signs = 0
    for token in tokens:
        signs = signs + 1 if token.token_type in _SIGNS else 0
        if token.token_type in {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE}:
            depth += 1
        elif token.token_type in {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END}:
            depth -= 1
        if max(depth, signs) > DEEPEST:
            raise InputError(_too_deep(owner, DEEPEST))


def height(tree: exp.Expr) -> int:
    """Levels of the tree, a chain of ANDs or ORs counting as one; found without recursion."""
    highest = 0
    waiting = [(tree, 1)]
    while waiting:
        node, level = waiting.pop()
        highest = max(highest, level)
        for child in node.iter_expressions():
            chained = isinstance(node, exp.Connector) and type(child) is type(node)
            waiting.append((child, level if chained else level + 1))
    return highest


def _too_deep(owner: str, levels: int) -> str:
    return f"{owner}: the expression nests deeper than {levels} levels; write it flatter."


def _unreadable(text: str, error: Exception, owner: str) -> str:
    where = ""
    if isinstance(error, ParseError) and error.errors:
        near = error.errors[0].get("highlight")
        where = f" near `{near}`" if near else ""
    return (
        f"{owner}: `{text}` is not one complete SQL expression{where}. Text goes in single quotes; names with spaces, "
        "signs or a SQL word go in double quotes."
    )
