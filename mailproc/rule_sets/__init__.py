"""Rule sets: found on disk, proven by their examples, in force, and in the shadow of those in force."""
