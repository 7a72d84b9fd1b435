"""What is looked at again and again while the service runs: what is late, silent, full, or old enough to go."""
