"""Rare events: stub."""
def rare_events(found): pass
