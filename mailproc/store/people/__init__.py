"""People: who is known, what was said about them, and what it amounts to."""
