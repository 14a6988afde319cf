"""A control layer for training data: design the distribution a model learns from, and get the rows with a receipt."""
