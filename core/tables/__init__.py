"""Tables in memory: those of pandas, polars, Arrow and all that speaks Arrow, on their way in and out."""
