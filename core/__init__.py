"""Trimtab's library: from a real data set and a design to the rows of a training set, and the receipt that proves it."""
