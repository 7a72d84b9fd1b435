"""Commands that run and watch the service: listener, demo, hooks, database, settings."""
