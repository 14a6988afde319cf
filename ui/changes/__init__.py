"""What a design changes, what conflicts, and changes that are shown before they are taken."""
