"""Deciding: from what a mail is to what is done about it."""
