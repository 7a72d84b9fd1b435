"""Settings: what can be told, how it is read and checked, and what decisions see of it."""
