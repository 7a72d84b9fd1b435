"""Tokens: signed names of persons and sends, keys of the API, and proof that a form was shown."""
