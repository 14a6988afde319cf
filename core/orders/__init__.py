"""Orders: what must be made, for a generator outside of Trimtab, and what came back."""
