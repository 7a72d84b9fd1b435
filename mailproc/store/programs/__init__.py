"""Programs that use the API: their tokens, and what each of them did once and must not do twice."""
