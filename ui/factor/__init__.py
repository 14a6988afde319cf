"""What is said of one factor and typed about it."""
