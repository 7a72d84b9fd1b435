"""The road out: hooks to other people's servers, and the worker that feeds them."""
