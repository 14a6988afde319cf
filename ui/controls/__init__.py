"""A place for each kind of control: its list and its form."""
