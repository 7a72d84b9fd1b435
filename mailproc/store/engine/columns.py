"""How values go into columns and come back: text that no database refuses, JSON as text, times as microseconds."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from mailproc.mail.arrival.envelope import Envelope
from mailproc.policy.address_key import normalise_address
from mailproc.policy.standing.facts import Channel, Fact, FactKind, Level

MAX_KEY = 400  # characters: even at four bytes each, two such keys fit into PostgreSQL's index row of 2.7 kB
MAX_TEXT = 2000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# PostgreSQL refuses NUL in text, both databases refuse lone surrogates; senders can cause either.
_REFUSED = re.compile("[\x00\ud800-\udfff]")


def storable(value: str, limit: int = MAX_KEY) -> str:
    """Give the text as both databases take it: NUL and lone surrogates become U+FFFD, over-long text is cut.

    What is cut ends in a digest of the whole, so that different texts stay different.
    """
    if not value.isascii() or "\x00" in value:
        value = _REFUSED.sub("\ufffd", value)
    if len(value) > limit:
        value = f"{value[: limit - 17]}~{hashlib.sha256(value.encode()).hexdigest()[:16]}"
    return value


def storable_or_none(value: str | None, limit: int = MAX_KEY) -> str | None:
    """The same; None stays None."""
    return None if value is None else storable(value, limit)


def address_key_of(address: str) -> str:
    """The form of an address under which it is looked for, storable; the same for an address and its storable form."""
    return storable(normalise_address(storable(address)))


def json_text(value: Any) -> str:
    """JSON without NUL or lone surrogates as such: what a database would refuse is written as an escape."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # lone surrogates
        return json.dumps(value, ensure_ascii=True)


def from_json(text: str) -> Any:
    """Read back what `json_text` wrote; whole numbers beyond 64 bits come back as floats."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:  # lone surrogates
        return json.loads(text)


def micros_of(at: datetime) -> int:
    """Microseconds since 1970 of an aware time."""
    return (at - _EPOCH) // _MICROSECOND


def time_of(micros: int) -> datetime:
    """The aware UTC time of a column."""
    return _EPOCH + timedelta(microseconds=micros)


def time_or_none(micros: int | None) -> datetime | None:
    """The same; None stays None."""
    return None if micros is None else time_of(micros)


def envelope_text(envelope: Envelope) -> str:
    """An envelope as JSON."""
    return json_text(
        {
            "mail_from": envelope.mail_from,
            "rcpt_tos": envelope.rcpt_tos,
            "peer": envelope.peer,
            "helo": envelope.helo,
            "tls": envelope.tls,
            "parked": envelope.parked,
        }
    )


def envelope_from(text: str) -> Envelope:
    """Read back what `envelope_text` wrote."""
    value = from_json(text)
    return Envelope(**{**value, "rcpt_tos": tuple(value["rcpt_tos"])})


def storable_fact(fact: Fact, now: datetime) -> Fact:
    """The fact as it will be read back: storable text, UTC, not later than `now` (R28b), a list at list level only."""
    return replace(
        fact,
        account_id=storable(fact.account_id),
        address=storable_or_none(fact.address),
        key=storable_or_none(fact.key),
        list_id=storable(fact.list_id) if fact.list_id and fact.level is Level.list else None,
        retracts=storable_or_none(fact.retracts),
        occurred_at=min(fact.occurred_at.astimezone(UTC), now),
        about_mail_of=fact.about_mail_of.astimezone(UTC) if fact.about_mail_of else None,
        evidence={storable(name): storable(str(value), MAX_TEXT) for name, value in fact.evidence.items()},
    )


FACT_COLUMNS = (
    "kind", "account_id", "address", "key", "level", "list_id", "occurred_at", "about_mail_of", "channel", "evidence",
    "retracts",
)  # fmt: skip


def fact_from(row: tuple[Any, ...]) -> Fact:
    """A fact from its columns, in the order of `FACT_COLUMNS`."""
    kind, account_id, address, key, level, list_id, occurred_at, about_mail_of, channel, evidence, retracts = row
    told: Mapping[str, str] = from_json(evidence)
    return Fact(
        kind=FactKind(kind),
        account_id=account_id,
        address=address,
        key=key,
        level=Level(level),
        list_id=list_id,
        occurred_at=time_of(occurred_at),
        about_mail_of=time_or_none(about_mail_of),
        channel=Channel(channel),
        evidence=told,
        retracts=retracts,
    )
