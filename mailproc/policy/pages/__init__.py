"""What people press, send and see on pages."""
