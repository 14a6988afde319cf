"""The columns of a source, and factors that are declared without one."""
