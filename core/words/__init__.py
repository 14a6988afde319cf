"""Numbers, rates, conditions and conflicts in the words of people."""
