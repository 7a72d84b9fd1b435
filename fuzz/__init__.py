"""Coverage-guided fuzzing of everything that reads what strangers and operators write (`make fuzz`)."""
