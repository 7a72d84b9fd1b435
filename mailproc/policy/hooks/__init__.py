"""What hooks are told, by when, and when it is tried again."""
