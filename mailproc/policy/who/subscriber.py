"""Who is meant: the identification ladder, from signed token to From, each step with its provenance."""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from mailproc.mail.arrival.envelope import Envelope
from mailproc.mail.reading.message import Headers, Message, addresses_in
from mailproc.mail.reports.feedback_report import FeedbackReport
from mailproc.policy.account import AccountPolicy
from mailproc.policy.address import is_address, is_within, split_address
from mailproc.policy.address_key import envelope_senders
from mailproc.policy.storable import storable_text
from mailproc.policy.tokens.token import Token, find_tokens
from mailproc.policy.who.msfbl import msfbl_recipients, msfbl_texts
from mailproc.policy.who.redaction import is_redacted

_MAX_VALUE = 4000
_MAX_BODY = 100_000
_FOR_CLAUSE = re.compile(r"\sfor\s+<?([^\s<>;]{1,256}@[^\s<>;]{1,256})>?")
# Where a sender puts its token.
_TOKEN_FIELDS = ("CFBL-Feedback-ID", "Message-ID", "List-Unsubscribe", "Return-Path", "Feedback-ID", "List-Id")


class RefSource(StrEnum):
    """Where a name was found, strongest first."""

    token = "token"  # noqa: S105 - a word, no secret
    original_rcpt_to = "original_rcpt_to"
    removal_recipient = "removal_recipient"
    jmrp_header = "jmrp_header"
    msfbl_header = "msfbl_header"
    delivery_status = "delivery_status"
    received_for = "received_for"
    to = "to"
    from_ = "from"
    body = "body"
    command = "command"


class Trust(StrEnum):
    """How well the naming of this person is proven, strongest first."""

    token = "token"  # noqa: S105 - a word, no secret
    authenticated = "authenticated"
    mailbox = "mailbox"
    unauthenticated = "unauthenticated"
    untrusted = "untrusted"


class SubscriberRef(NamedTuple):
    """A person as a mail names them: an address (as written, bare, storable), a subscriber key, or both."""

    address: str | None
    source: RefSource
    trust: Trust
    key: str | None = None


class Identified(NamedTuple):
    """Who is meant. `refs` all act; none when nobody can be told.

    `token` is the one that decided. `others` were named, too, and are only recorded. `conflict` tells that different
    people are named where only one can be meant: then `refs` are candidates, and nobody acts on them.
    """

    refs: tuple[SubscriberRef, ...] = ()
    token: Token | None = None
    others: tuple[str, ...] = ()
    conflict: bool = False


def by_token(token: Token, others: Iterable[str] = ()) -> Identified:
    """The person that a verified token names; addresses named elsewhere are only recorded."""
    ref = SubscriberRef(address=None, key=token.key, source=RefSource.token, trust=Trust.token)
    return Identified(refs=(ref,), token=token, others=tuple(dict.fromkeys(others)))


def identify_reported(
    report: FeedbackReport, account: AccountPolicy, route_token: Token | None, trust: Trust
) -> Identified:
    """Whom a feedback report is about: token, Original-Rcpt-To (each a person), and so on down to To.

    Redacted values are no addresses. On a rung where only one person can be meant, two addresses are a conflict.
    Source: RFC 5965 §3.2, RFC 6590, RFC 9477.
    """
    reported = _addresses(report.original_rcpt_tos)
    removal = _addresses(report.removal_recipients)
    token = next(reported_tokens(report, account), None) or route_token
    if token is not None:
        return by_token(token, (*reported, *removal))
    if reported or removal:
        return _reported(report, reported, removal, trust)
    if report.original is None:
        return Identified()
    for source, values in _rungs(report.original, account):
        found = _addresses(values)
        if found:
            return Identified(refs=_refs(found, source, trust), conflict=len(found) > 1)
    return Identified()


def reported_tokens(report: FeedbackReport, account: AccountPolicy) -> Iterator[Token]:
    """Tokens of ours in a report, those in places that survive best first."""
    if not account.token_keys:
        return
    for value in (report.original_envelope_id, report.original_mail_from):
        yield from find_tokens((value or "")[:_MAX_VALUE], account.token_keys)
    if report.original is not None:
        yield from tokens_in_message(report.original, account)


def tokens_in_message(message: Message, account: AccountPolicy) -> Iterator[Token]:
    """Tokens of ours in a mail of ours: in the fields that are made for them, then in the others, then in links."""
    if not account.token_keys:
        return
    for name in _TOKEN_FIELDS:
        for value in message.headers.all(name)[:5]:
            yield from find_tokens(value[:_MAX_VALUE], account.token_keys)
            # Folding may have put white space into it (RFC 5322 §2.2.3).
            yield from find_tokens("".join(value[:_MAX_VALUE].split()), account.token_keys)
    for _, value in message.headers.fields[:200]:
        yield from find_tokens(value[:_MAX_VALUE], account.token_keys)
    for value in message.headers.all("X-MSFBL")[:2]:
        for text in msfbl_texts(value):
            yield from find_tokens(text, account.token_keys)
    for part in message.root.walk():
        if part.text:
            yield from find_tokens(part.text[:_MAX_BODY], account.token_keys)


def answered_token(message: Message, account: AccountPolicy) -> Token | None:
    """The token in the Message-ID that a mail answers: In-Reply-To, then References, latest first; None without one."""
    if not account.token_keys:
        return None
    for name in ("In-Reply-To", "References"):
        for value in message.headers.all(name)[:5]:
            tokens = list(find_tokens(value[-_MAX_BODY:], account.token_keys))
            if tokens:
                return tokens[-1]
    return None


def identify_sender(message: Message, envelope: Envelope, token: Token | None, trust: Trust) -> Identified:
    """Who writes: the token's subscriber, else From, else the envelope's sender.

    Two different Froms are a conflict, and an SRS address is one with whom it names: anybody can write one.
    """
    senders = tuple(dict.fromkeys(address.strip() for address in message.from_addresses if is_address(address.strip())))
    if token is not None:
        return by_token(token, senders)
    if not senders and envelope.mail_from and is_address(envelope.mail_from):
        senders = envelope_senders(envelope.mail_from)
    return Identified(refs=_refs(senders, RefSource.from_, trust), conflict=len({one.lower() for one in senders}) > 1)


def _reported(report: FeedbackReport, reported: tuple[str, ...], removal: tuple[str, ...], trust: Trust) -> Identified:
    """Original-Rcpt-To may name many people; Removal-Recipient beside it must be one of them."""
    refs = _refs(reported, RefSource.original_rcpt_to, trust)
    known = {address.lower() for address in reported}
    extra = tuple(address for address in removal if address.lower() not in known)
    refs += _refs(extra, RefSource.removal_recipient, trust)
    return Identified(refs=refs, conflict=bool(reported and extra))


def _rungs(original: Message, account: AccountPolicy) -> Iterator[tuple[RefSource, list[str]]]:
    """The derived names, strongest first: what the reporter's own servers wrote, then the reported To."""
    headers = original.headers
    yield RefSource.jmrp_header, _values(headers, "X-HmXmrOriginalRecipient")
    yield RefSource.msfbl_header, [one for value in headers.all("X-MSFBL")[:2] for one in msfbl_recipients(value)]
    for name in ("X-Apparently-To", "Delivered-To", "X-Original-To", "Envelope-To"):
        yield RefSource.received_for, _values(headers, name)
    for value in headers.all("Received")[:1]:
        yield RefSource.received_for, [found[1] for found in _FOR_CLAUSE.finditer(value[:_MAX_VALUE])]
    theirs = [address for address in original.to_addresses if not _is_own_mailbox(account, address)]
    yield RefSource.to, theirs if len(theirs) == 1 else []


def _is_own_mailbox(account: AccountPolicy, address: str) -> bool:
    return is_within(split_address(address)[1], account.domains)


def _values(headers: Headers, name: str) -> list[str]:
    """Addresses of a field; `X-Apparently-To: pat@example.org; Tue, 3 Mar …` and `… via 192.0.2.1; …` have a tail."""
    return [
        address
        for value in headers.all(name)[:5]
        for address in addresses_in(value[:_MAX_VALUE].partition(";")[0].partition(" via ")[0])
    ]


def _addresses(values: Iterable[str]) -> tuple[str, ...]:
    """Usable addresses, each once, without brackets and `rfc822;`."""
    found: dict[str, str] = {}
    for value in values:
        bare = value.strip().removeprefix("rfc822;").strip().strip("<>").strip()
        if is_address(bare) and not is_redacted(bare):
            found.setdefault(bare.lower(), bare)
    return tuple(found.values())


def _refs(addresses: Iterable[str], source: RefSource, trust: Trust) -> tuple[SubscriberRef, ...]:
    return tuple([SubscriberRef(address=storable_text(one), source=source, trust=trust) for one in addresses])
