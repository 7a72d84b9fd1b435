"""Pages where people help themselves: leaving, choosing lists, correcting their details (docs/how-to/pages.md)."""
