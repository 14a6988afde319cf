"""How sure a rate counted in real data is."""

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
