"""How promises are measured: rows opened with what the design computes, counted in a few passes, and judged."""
