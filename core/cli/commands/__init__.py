"""What each command does; which options it has stands in `main.py` and `coverage_commands.py`."""
