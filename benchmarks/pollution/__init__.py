"""Text files as strangers write them: clean tables, and a polluter for each way in which they go wrong."""
