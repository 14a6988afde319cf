"""What comes of both: the distribution closest to the grounding that meets every control of the design."""

from trimtab.core.projection.real import most as most
