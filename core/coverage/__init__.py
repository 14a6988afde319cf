"""Coverage: data sets side by side, as counts over the cells of the design's axes."""
