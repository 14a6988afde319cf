"""Joint tables of two factors: raking to margins, and the rank correlation of a table."""

from __future__ import annotations

import numpy as np

SWEEPS = 2_000
CLOSE = 1e-11
"""Raking ends when no margin is off by more than this part of the whole, or after so many sweeps."""

SMALLEST = 1e-200
"""A margin of less is none: what it would have to be multiplied by is no number."""


def rake(table: np.ndarray, rows: np.ndarray | None, columns: np.ndarray | None) -> np.ndarray:
    """`table` (A, B) scaled to the margins `rows` (A,) and `columns` (B,), as far as its zeros let it; None leaves a
    margin free (W. E. Deming and F. F. Stephan 1940)."""
    table = table.astype(float)
    for _ in range(SWEEPS if rows is not None and columns is not None else 1):
        if rows is not None:
            table = table * _ratio(rows, table.sum(axis=1))[:, None]
        if columns is None:
            break
        table = table * _ratio(columns, table.sum(axis=0))
        if rows is not None and np.abs(table.sum(axis=1) - rows).max(initial=0.0) <= CLOSE * max(rows.sum(), 1.0):
            break
    return table


def table_correlation(table: np.ndarray) -> float:
    """Spearman's rank correlation of a table (A, B) of shares or counts, bins in order, all of one bin sharing their
    mid-rank; 0 if one of the factors does not vary."""
    scores = [rank_scores(table.sum(axis=1)), rank_scores(table.sum(axis=0))]
    return float(scores[0] @ table @ scores[1] / table.sum()) if all(map(np.any, scores)) else 0.0


def rank_scores(shares: np.ndarray) -> np.ndarray:
    """Mid-ranks of the bins, with mean 0 and variance 1 under `shares`; zeros if there is only one bin."""
    shares = shares / shares.sum()
    ranks = np.cumsum(shares) - shares / 2
    ranks = ranks - ranks @ shares
    spread = np.sqrt(ranks**2 @ shares)
    return np.asarray(ranks / spread if spread > 0 else 0.0 * ranks)


def _ratio(wanted: np.ndarray, reached: np.ndarray) -> np.ndarray:
    return np.asarray(np.divide(wanted, reached, out=np.zeros(len(wanted)), where=reached > SMALLEST))
