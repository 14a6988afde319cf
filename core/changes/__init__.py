"""Changes of a design as people think of them: shares that are drawn, roles, bins, presets, pairs."""
