"""What controls look at in a row: truths, bins, levels, and the bins that targets are met on."""
