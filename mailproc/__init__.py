"""Reply-mail and feedback-loop processor: an opt-out is never lost, nobody is taken off who did not ask."""

__version__ = "0.1.0"
