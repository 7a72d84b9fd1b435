"""Standing: facts about persons, what they amount to, how far they reach, and what they stop."""
