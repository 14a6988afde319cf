"""How sure a rate counted in real data is, and how many rows it takes to see rare ones."""

from __future__ import annotations


def wilson(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's interval (1927) of a rate of which `successes` in `trials` were seen: (low, high) in [0, 1].

    Without a trial nothing is known: (0, 1). Raises ValueError unless 0 <= successes <= trials and
    0 < confidence < 1.

    >>> [round(end, 4) for end in wilson(15, 148)]
    [0.0624, 0.1605]
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"successes must lie between 0 and trials ({trials}), got {successes}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence}")
    if not trials:
        return 0.0, 1.0
    from scipy.stats import binomtest  # 0.7 s to import, and most commands need no interval

    interval = binomtest(successes, trials).proportion_ci(confidence, method="wilson")
    return float(interval.low), float(interval.high)


def rows_needed(events: int, rate: float, confidence: float = 0.95) -> int:
    """The fewest rows in which `events` rows of a rate are seen with this confidence.

    The rows until the k-th event are k and a negative binomial number of others. Raises ValueError unless
    `events` >= 1, 0 < rate <= 1 and 0 < confidence < 1.

    >>> rows_needed(1, 0.001)
    2995
    """
    if events < 1:
        raise ValueError(f"events must be at least 1, got {events}")
    if not 0 < rate <= 1:
        raise ValueError(f"rate must be more than 0 and at most 1, got {rate}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence}")
    from scipy.stats import nbinom

    return events + int(nbinom.ppf(confidence, events, rate))
