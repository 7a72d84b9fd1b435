"""The road out: events and forwards, claimed, delivered, settled."""
