"""Who really sent it: what border servers and DNS say about a mail."""
