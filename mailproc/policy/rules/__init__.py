"""Keyword rules: their files and phrases, and finding them in a text."""
