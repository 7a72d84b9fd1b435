"""Where an account's mail is forwarded: the road in the outbox, and how much of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarding:
    """Where an account's mail is forwarded: the outbox's hook for it, and how many mails of one writer in an hour."""

    hook: str
    per_hour: int


def forwarding_hook(account_id: str) -> str:
    """The name under which an account's forwards are in the outbox; no hook of the settings can have it."""
    return f"forward/{account_id}"
