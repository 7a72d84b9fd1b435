"""probes What operators look after: reviews, alarms, the breaker, feedback loops."""
