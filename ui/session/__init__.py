"""What a browser session works on: its document, the opened sources, the samples."""
