"""What the README claims in figures, measured anew: fidelity, speed, memory, and judges from outside."""
