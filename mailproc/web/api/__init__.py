"""The API for programs, `/api/v1`: all that the commands can, by the same functions."""
