"""Pages and endpoints for people and programs."""
