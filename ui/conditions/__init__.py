"""A condition as it is typed: rows of factor, comparison and value, or SQL."""
