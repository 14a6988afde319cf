"""A stranger's CSV or TSV: how it is written, its rows as they stand there, and a type for each column."""
