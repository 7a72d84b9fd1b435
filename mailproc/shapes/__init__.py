"""What is told to programs: people, reviews, sends and events as plain values, by commands and by the API alike."""
