"""From one SMTP transaction to the mails it is: one per account, each with the recipients that are that account's."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from mailproc.identity import sortable_id
from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.policy.account import Accounts, NoRoute, Route

NOBODY = "*"  # the reserved account: mail of our own border server that belongs to no account


def inbound_mails(
    envelope: Envelope, content: bytes, accounts: Accounts, *, now: datetime, random_bits: Callable[[int], int]
) -> list[InboundMail]:
    """One InboundMail per account that a recipient belongs to, in the order of recipients; at least one.

    A recipient of no account goes to the account of its domain, else to `*`, parked and by itself: a mistyped
    neighbour must not keep anybody's request from being decided.
    """
    groups: dict[tuple[str, str | None], list[str]] = {}
    for rcpt_to in envelope.rcpt_tos:
        groups.setdefault(_place_of(rcpt_to, accounts), []).append(rcpt_to)
    whole = _of_the_whole_mail(envelope.parked)
    return [
        InboundMail(
            id=sortable_id(now, random_bits(80)),
            account_id=account_id,
            envelope=_part_of(envelope, tuple(rcpt_tos), whole or unknown),
            content=content,
            received_at=now,
        )
        for (account_id, unknown), rcpt_tos in groups.items()
    ]


def _part_of(envelope: Envelope, rcpt_tos: tuple[str, ...], parked: str | None) -> Envelope:
    if len(rcpt_tos) == len(envelope.rcpt_tos) and parked == envelope.parked:
        return envelope
    return replace(envelope, rcpt_tos=rcpt_tos, parked=parked)


def _of_the_whole_mail(parked: str | None) -> str | None:
    """Why the mail as such is parked: too big, a loop; not what is said of single recipients."""
    if parked is None:
        return None
    return "; ".join(why for why in parked.split("; ") if why and not why.startswith("unknown ")) or None


def _place_of(rcpt_to: str, accounts: Accounts) -> tuple[str, str | None]:
    """Which account a recipient belongs to, and why it is parked there; None: it is a mailbox of it."""
    route = accounts.route(rcpt_to)
    if isinstance(route, Route):
        return route.account_id, None
    domain = rcpt_to.rpartition("@")[2].lower()
    account_id = next((account.id for account in accounts if domain in account.domains), NOBODY)
    return account_id, "unknown domain" if route is NoRoute.unknown_domain else "unknown mailbox"
