"""Feedback sources: who sends reports, what proves it, and whether one fell silent."""
