"""What a person wrote: the body's text, and what of it is quoted, repeated or closing."""
