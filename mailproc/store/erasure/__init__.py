"""Erasure: everything about a person goes, but for a keyed hash."""
