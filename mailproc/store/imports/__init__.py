"""Importing people: what a file would change, and changing it in short transactions."""
