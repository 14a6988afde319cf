"""Results as they show themselves, in the app and in a notebook: receipts, small histograms, what was checked."""
