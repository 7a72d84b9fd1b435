"""Commands for who tunes keyword rules."""
