"""From one SMTP transaction to the mails it is: one per account, each with the recipients that are that account's."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from mailproc.identity import sortable_id
from mailproc.mail.envelope import Envelope, InboundMail
from mailproc.policy.account import Accounts, Route

NOBODY = "*"  # the reserved account: mail of our own border server that belongs to no account


def inbound_mails(
    envelope: Envelope, content: bytes, accounts: Accounts, *, now: datetime, random_bits: Callable[[int], int]
) -> list[InboundMail]:
    """One InboundMail per account that a recipient belongs to, in the order of recipients; at least one.

    A recipient of no account (parked mail) goes to the account of its domain, else to `*`.
    """
    by_account: dict[str, list[str]] = {}
    for rcpt_to in envelope.rcpt_tos:
        by_account.setdefault(_account_of(rcpt_to, accounts), []).append(rcpt_to)
    return [
        InboundMail(
            id=sortable_id(now, random_bits(80)),
            account_id=account_id,
            envelope=envelope if len(by_account) == 1 else replace(envelope, rcpt_tos=tuple(rcpt_tos)),
            content=content,
            received_at=now,
        )
        for account_id, rcpt_tos in by_account.items()
    ]


def _account_of(rcpt_to: str, accounts: Accounts) -> str:
    route = accounts.route(rcpt_to)
    if isinstance(route, Route):
        return route.account_id
    domain = rcpt_to.rpartition("@")[2].lower()
    return next((account.id for account in accounts if domain in account.domains), NOBODY)
