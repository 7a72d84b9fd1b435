"""Commands about people and lists: standing, why, import, export, erasure."""
