"""Bytes into a `Message`: MIME structure, header fields, charsets, addresses; never an exception."""
