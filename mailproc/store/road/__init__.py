"""The road of a mail: accepted, in hand, decided, kept, let go."""
