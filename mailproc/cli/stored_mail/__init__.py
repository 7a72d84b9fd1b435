"""Commands about mail that the service has: decided, waiting, held, and before a person."""
