"""The sculptor and the list of factors: components that send gestures."""
