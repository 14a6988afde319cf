"""The list of factors beside the bars."""
