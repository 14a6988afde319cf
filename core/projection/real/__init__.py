"""Real rows first: how many of a design's rows whole real ones can fill, and which must be made."""
