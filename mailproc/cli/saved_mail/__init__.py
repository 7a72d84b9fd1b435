"""Commands that decide saved mail: `replay`, `explain`, and what they show."""
