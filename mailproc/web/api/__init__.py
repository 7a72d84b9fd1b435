"""The API for programs, `/api/v1`: what the commands do, by the same functions."""
