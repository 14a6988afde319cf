"""The controls of a design as numbers: a code of every row, and the share each code must have."""
