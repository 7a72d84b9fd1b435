"""Outgoing mail: what it lacks, and what to do about it."""
