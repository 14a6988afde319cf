"""YAML as people mean it: read with bounds and without surprises, written compactly, changed where it differs only."""
