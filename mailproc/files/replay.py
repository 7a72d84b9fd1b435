"""A saved file as an inbound mail, with envelope, account and time of receipt from its own headers."""

import email.utils
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from mailproc.mail.arrival.authentication import NOT_CHECKED, read_authentication
from mailproc.mail.arrival.envelope import Envelope, InboundMail, digest_of
from mailproc.mail.reading.message import Headers, addresses_in, read_headers
from mailproc.policy.account import AccountPolicy, Accounts, Route

_FOR_CLAUSE = re.compile(r"\bfor\s+<?([^\s<>;]{1,256}@[^\s<>;]{1,256})>?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedMail:
    """A saved mail, the account it is decided for, and a sentence for everything that was assumed."""

    mail: InboundMail
    account: AccountPolicy
    assumed: tuple[str, ...]


def saved_mail(
    content: bytes, accounts: Accounts, to: str | None = None, *, received_at: datetime | None = None
) -> SavedMail:
    """Give a saved mail the envelope it most likely had.

    Recipient: `to`, else Delivered-To, X-Original-To, Envelope-To, `Received … for`, To, else `reply@localhost`; sender
    from Return-Path; account from that recipient, else the only account, else the built-in default. Time of receipt
    from the topmost Received, else Date, else `received_at` (aware UTC), else 1970. Raises nothing.
    """
    content = _without_mbox_line(content)
    headers = read_headers(content)
    rcpt_to, rcpt_source = _recipient(headers, to)
    account, account_source = _account(accounts, rcpt_to)
    when, when_source = _time_of_receipt(headers, received_at)
    mail_from, from_source = _sender(headers)
    mail = InboundMail(
        id=digest_of(content)[7:33],
        account_id=account.id,
        envelope=Envelope(mail_from=mail_from, rcpt_tos=(rcpt_to,)),
        content=content,
        received_at=when,
    )
    assumed: tuple[str, ...] = (
        f"recipient {rcpt_to} ({rcpt_source})",
        f"sender {mail_from or '<>'} ({from_source})",
        f"account {account.id} ({account_source})",
        f"received {when.isoformat()} ({when_source})",
    )
    if read_authentication(headers, account.border_servers) != NOT_CHECKED:
        assumed += ("brought by a relay of ours (Authentication-Results of a border server is believed)",)
    return SavedMail(mail=mail, account=account, assumed=assumed)


def _without_mbox_line(content: bytes) -> bytes:
    if content.startswith(b"From ") and b"\n" in content:
        return content[content.index(b"\n") + 1 :]
    return content


def _recipient(headers: Headers, to: str | None) -> tuple[str, str]:
    if to:
        return to, "as told"
    for name in ("Delivered-To", "X-Original-To", "Envelope-To"):
        for value in headers.all(name):
            if found := addresses_in(value):
                return found[0], name
    for value in headers.all("Received"):
        if match := _FOR_CLAUSE.search(value[:2000]):
            return match[1], "Received … for"
    for value in headers.all("To"):
        if found := addresses_in(value):
            return found[0], "To"
    return "reply@localhost", "nothing names one"


def _account(accounts: Accounts, rcpt_to: str) -> tuple[AccountPolicy, str]:
    route = accounts.route(rcpt_to)
    everyone = {account.id: account for account in accounts}
    if isinstance(route, Route):
        return everyone[route.account_id], "by recipient"
    if len(everyone) == 1:
        return next(iter(everyone.values())), "the only one"
    return accounts.stranger, "built-in default: every report and bounce counts as ours"


def _sender(headers: Headers) -> tuple[str | None, str]:
    value = headers.get("Return-Path")
    if value is None:
        found = addresses_in(headers.get("From") or "")
        return (found[0], "From") if found else (None, "nothing names one")
    found = addresses_in(value)
    return (found[0] if found else None), "Return-Path"


def _time_of_receipt(headers: Headers, received_at: datetime | None) -> tuple[datetime, str]:
    for value in headers.all("Received")[:1]:
        if when := _date(value.rpartition(";")[2]):
            return when, "topmost Received"
    if when := _date(headers.get("Date") or ""):
        return when, "Date"
    return (received_at, "time of the file") if received_at else (_EPOCH, "unknown")


def _date(value: str) -> datetime | None:
    try:
        when = email.utils.parsedate_to_datetime(value.strip()[:100])
        return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
