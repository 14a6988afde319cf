"""Promises of the rows themselves, whatever their controls: their columns, their weights, which of them are real."""
