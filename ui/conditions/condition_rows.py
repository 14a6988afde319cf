"""One row of a condition as fields: factor, comparison, value; from the fields to the condition and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import htpy as h
import streamlit as st

from trimtab.core.errors import InputError
from trimtab.core.expressions import Condition, Value, known_name
from trimtab.core.source.axes import level_texts
from trimtab.core.source.columns import Column
from trimtab.core.source.labels import number_texts
from trimtab.core.study.study import Study
from trimtab.core.words.typed import real_number
from trimtab.ui.parts.forms import BUTTON, field_key
from trimtab.ui.parts.parts import html

MOST_CHOICES = 1000
"""Levels that a list offers."""

GAPS = {"is null": "is missing", "is not null": "is there"}
LEVEL_OPS = {"=": "is", "!=": "is not", "in": "is one of", "not in": "is none of", **GAPS}
NUMBER_OPS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "=": "=", "!=": "≠", "between": "between", **GAPS}


def real_name(name: str, study: Study) -> str | None:
    """The column that a condition names, None for what the design computes: for that the rows offer no values."""
    return known_name(name, study.delivered) if known_name(name, study.definitions) is None else None


def can_show(column: Column, condition: Condition) -> bool:
    """True if the form's fields can show this condition."""
    if condition.op not in (NUMBER_OPS if _ordered(column) else LEVEL_OPS):
        return False
    if _ordered(column) or condition.value is None:
        return True
    given = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    return column.distinct > MOST_CHOICES or set(map(_level, given)) <= set(level_texts(column.values).to_pylist())


def _level(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def fill_row(i: int, column: Column, condition: Condition) -> None:
    """Put a condition into the fields of row `i`."""
    st.session_state[field_key(f"factor_{i}")] = column.name
    st.session_state[_op_key(column, i)] = condition.op
    given = condition.value
    if given is None:
        return
    key = _value_key(column, condition.op, i)
    if not _ordered(column):
        st.session_state[key] = [_level(one) for one in given] if isinstance(given, tuple) else _level(given)
        return
    ends = given if isinstance(given, tuple) else (given,)
    texts = [one if isinstance(one, str) else number_texts([float(one)])[0] for one in ends]
    st.session_state[key] = texts[0]
    if len(texts) > 1:
        st.session_state[field_key(f"high_{i}")] = texts[1]


def _value_key(column: Column, op: str, i: int) -> str:
    """The key of the field of a value. A number that is typed stays when another factor is chosen, for it may be meant
    for that one: the person does not wait until the field is drawn again. Levels belong to their factor."""
    if _ordered(column):
        return field_key(f"value_{i}")
    return field_key(f"{'levels' if op in ('in', 'not in') else 'level'}_{i} {column.name}")


def _op_key(column: Column, i: int) -> str:
    """The key of the field of a comparison: another one for levels, so that no options change under a key. The value
    that would have to be given then comes too late for who has already chosen one."""
    return field_key(f"op_{i}" if _ordered(column) else f"level_op_{i}")


def _op(column: Column, i: int) -> str:
    """The comparison that is chosen; the first one of a field that was not drawn yet."""
    chosen = st.session_state.get(_op_key(column, i))
    return str(chosen or next(iter(NUMBER_OPS if _ordered(column) else LEVEL_OPS)))


def _ordered(column: Column) -> bool:
    return column.kind in ("continuous", "count", "datetime")


def condition_fields(
    study: Study, i: int, *, kind: str, first: bool, on_remove: Callable[[str, int], None] | None
) -> None:
    """Row `i` of the form of this `kind`; `on_remove` is called with both, None for a row that must stay."""
    joint, factor, op, value, remove = st.columns([0.5, 2, 1.3, 2.4, 0.45], vertical_alignment="center")
    with joint:
        html(h.span(".tt-label")["where" if first else "and"])
    names = list(study.delivered)
    chosen = factor.selectbox(
        "Factor",
        names,
        key=field_key(f"factor_{i}"),
        label_visibility="collapsed",
        persist_state="page",
    )
    column = study.columns[str(chosen)]
    ops = NUMBER_OPS if _ordered(column) else LEVEL_OPS
    chosen_op = op.selectbox(
        "Comparison",
        list(ops),
        key=_op_key(column, i),
        format_func=lambda one: ops.get(one, one),
        label_visibility="collapsed",
        persist_state="page",
    )
    with value:
        _value_field(column, str(chosen_op), i)
    if on_remove:
        remove.button("✕", key=f"{BUTTON}remove_{i}", help="Remove this condition", on_click=on_remove, args=(kind, i))


def _value_field(column: Column, op: str, i: int) -> None:
    key = _value_key(column, op, i)
    if op in ("is null", "is not null"):
        return
    if _ordered(column):
        hint = "a date such as 2013-05-31" if column.kind == "datetime" else _range_hint(column)
        if op != "between":
            st.text_input("Value", key=key, placeholder=hint, label_visibility="collapsed", persist_state="page")
            return
        low, high = st.columns(2)
        low.text_input("From", key=key, placeholder="from", label_visibility="collapsed", persist_state="page")
        high.text_input(
            "To", key=field_key(f"high_{i}"), placeholder="to", label_visibility="collapsed", persist_state="page"
        )
    elif op in ("in", "not in"):
        options = level_texts(column.values.slice(0, MOST_CHOICES)).to_pylist()
        st.multiselect(
            "Values", options, key=key, label_visibility="collapsed", placeholder="choose", persist_state="page"
        )
    else:
        options = level_texts(column.values.slice(0, MOST_CHOICES)).to_pylist()
        st.selectbox(
            "Value",
            options,
            key=key,
            index=None,
            label_visibility="collapsed",
            placeholder="choose",
            persist_state="page",
        )


def _range_hint(column: Column) -> str:
    if not column.distinct:
        return "no value"
    low, high = number_texts([float(column.numbers[0]), float(column.numbers[-1]) + 0.0])[:2]
    return f"{low} to {high}"


def condition_of(study: Study, i: int) -> Condition | None:
    """One row of the form; None while its value is missing."""
    factor = st.session_state.get(field_key(f"factor_{i}"))
    if factor is None:  # a row that was not drawn yet
        return None
    column = study.columns[factor]
    op = _op(column, i)
    if op in ("is null", "is not null"):
        return Condition(column.name, op)
    given = st.session_state.get(_value_key(column, op, i))
    if op == "between":
        ends = (given, st.session_state.get(field_key(f"high_{i}")))
        if not all(ends):
            return None
        return Condition(column.name, op, (_typed(column, str(ends[0])), _typed(column, str(ends[1]))))
    if not given:
        return None
    value: Value
    if isinstance(given, list):
        value = tuple(_level_value(column, one) for one in given)
    else:
        value = _typed(column, str(given)) if _ordered(column) else _level_value(column, str(given))
    return Condition(column.name, op, value)


def _level_value(column: Column, text: str) -> Any:
    return text == "true" if column.kind == "boolean" else text


def _typed(column: Column, text: str) -> Any:
    if column.kind == "datetime":
        return text.strip()
    number = real_number(text)
    if number is None:
        raise InputError(f"`{column.name}` is compared with a number, got `{text}`.")
    return int(number) if number.is_integer() else number
