"""What waits for a person: their answers, deciding a mail again, and letting go what was held back."""
