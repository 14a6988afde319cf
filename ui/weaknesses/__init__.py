"""Where a model fails, and boosting what is weak."""
