"""What is asked: the design file, its controls and target families."""
