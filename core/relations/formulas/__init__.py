"""Equations that hold in a sample: how they are looked for, tried and written."""
