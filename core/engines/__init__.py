"""Engines: where the blocks of a design are made, on threads of this process or by a Spark Connect server's workers."""
