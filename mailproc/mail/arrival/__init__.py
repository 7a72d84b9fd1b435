"""How the mail came in: envelope, client, and what border servers and its own signature fields say of it."""
