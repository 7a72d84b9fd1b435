"""Sends, and the check before each: exact, or with all suppressed names in memory."""
