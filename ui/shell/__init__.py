"""What stands around every page: the bar on top, ways into a design, the first page of a server."""
