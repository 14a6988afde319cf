"""For those who decide: what a design asks for, versions, comments."""
