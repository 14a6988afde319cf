"""Plain mathematics that knows no design: random streams, tables, grouping, rounding, covering arrays."""
