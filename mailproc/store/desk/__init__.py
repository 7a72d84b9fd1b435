"""What operators look after: reviews, answers, alarms, feedback loops, the outbox by hand, diagnosis, probes."""
