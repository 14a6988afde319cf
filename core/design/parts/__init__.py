"""Parts of a design beside its factors and controls: its source, and how real rows and made ones are mixed."""
