"""Where a model fails: predictions, weak slices, and a budget of rows over them."""
