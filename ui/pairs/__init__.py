"""The matrix of pairs and the table of one pair."""
