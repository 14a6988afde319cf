"""What the world gives: the junction tree learned from the source."""
