"""SPSS, Stata and SAS: rows with the labels of their values, and what is declared to mean missing."""
