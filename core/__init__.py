"""Trimtab's library: real data and a design in, the rows of a training set and a receipt out."""
