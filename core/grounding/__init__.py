"""What the world gives: the real rows as codes, and what each factor depends on."""
