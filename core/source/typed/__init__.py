"""Tables whose columns have types, from Parquet, Arrow or a database: a clean copy of what can be factors."""
