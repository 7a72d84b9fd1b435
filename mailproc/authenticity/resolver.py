"""Asking DNS: bounded in time, size and memory; what gives no answer is told apart from what does not exist."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import dns.asyncresolver
import dns.exception
import dns.name
import dns.nameserver
import dns.rdata
import dns.resolver
import dns.reversename

from mailproc.errors import MailprocError
from mailproc.settings.types import dns_server

SYSTEM_SERVER = "127.0.0.1"  # where libraries look when the system names none
_MOST_RECORDS = 100
_LONGEST_RECORD = 8192
_SHORTEST_TTL, _LONGEST_TTL = 5.0, 3600.0
_NOTHING_TTL = 60.0  # of a name or record that does not exist
_MOST_ENTRIES = 10_000
_MOST_CHARACTERS = 8 * 1024 * 1024
_FIRST_TRY_SECONDS = 1.5  # for one server; then the next, or the same again
_BUFFER_BYTES = 1232  # of UDP answers: more would be fragmented; what is larger comes over TCP


class NoAnswer(MailprocError):
    """DNS cannot say now: asking later may help (RFC 8601: temperror)."""


class Resolver(Protocol):
    """What the checks ask. Names are absolute, with or without their final dot."""

    async def lookup(self, name: str, kind: str) -> tuple[str, ...]:
        """Records of one kind: TXT joined, A, AAAA, MX (names, by preference), PTR (names); lower-case but for TXT.

        Empty when the name or the record does not exist, or cannot exist. Raises NoAnswer.
        """
        ...

    async def close(self) -> None:
        """Stop waiting for answers."""
        ...


def reverse_name(address: str) -> str:
    """The name that PTR records of an IP address stand at."""
    return dns.reversename.from_address(address).to_text()


@dataclass(frozen=True, slots=True)
class _Remembered:
    records: tuple[str, ...]
    until: float
    characters: int


class DnsResolver:
    """Asks the named DNS servers, or the system's, and remembers what they said as long as they allow."""

    def __init__(
        self, servers: Sequence[str] = (), *, seconds: float = 5, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Raises ValueError for what is no address of a server."""
        self._resolver = dns.asyncresolver.Resolver(configure=False)
        self._resolver.nameservers = [dns.nameserver.Do53Nameserver(*dns_server(one)) for one in servers or _system()]
        self._resolver.timeout = min(_FIRST_TRY_SECONDS, seconds / 2)
        self._resolver.lifetime = seconds
        self._resolver.use_edns(0, 0, _BUFFER_BYTES)
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], _Remembered] = OrderedDict()
        self._characters = 0
        self._asking: dict[tuple[str, str], asyncio.Task[tuple[str, ...]]] = {}

    async def lookup(self, name: str, kind: str) -> tuple[str, ...]:
        """As `Resolver.lookup`. Who asks for what somebody else is waiting for, waits with them."""
        question = name.rstrip(".").lower(), kind
        if not question[0]:
            return ()
        known = self._known.get(question)
        if known is not None and known.until > self._clock():
            self._known.move_to_end(question)
            return known.records
        asking = self._asking.get(question)
        if asking is None:
            asking = self._asking[question] = asyncio.create_task(self._ask(*question))
            asking.add_done_callback(lambda done: self._asked(question, done))
        return await asyncio.shield(asking)

    def _asked(self, question: tuple[str, str], done: asyncio.Task[tuple[str, ...]]) -> None:
        self._asking.pop(question, None)
        if not done.cancelled():
            done.exception()  # everyone who waits gets it; perhaps nobody waits any more

    async def _ask(self, name: str, kind: str) -> tuple[str, ...]:
        try:
            absolute = dns.name.from_text(name + ".")
        except (dns.exception.DNSException, UnicodeError):
            return ()  # no such name can exist
        try:
            answer = await self._resolver.resolve(absolute, kind, raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN:
            return self._remember((name, kind), (), _NOTHING_TTL)
        except (dns.exception.DNSException, OSError, EOFError) as error:
            raise NoAnswer(f"{kind} of {name}: {type(error).__name__}") from error
        if answer.rrset is None:
            return self._remember((name, kind), (), _NOTHING_TTL)
        records = _records(list(answer.rrset), kind)
        return self._remember((name, kind), records, float(answer.rrset.ttl))

    def _remember(self, question: tuple[str, str], records: tuple[str, ...], ttl: float) -> tuple[str, ...]:
        until = self._clock() + min(max(ttl, _SHORTEST_TTL), _LONGEST_TTL)
        entry = _Remembered(records, until, len(question[0]) + sum(map(len, records)))
        self._forget(question)
        self._known[question] = entry
        self._characters += entry.characters
        while len(self._known) > _MOST_ENTRIES or self._characters > _MOST_CHARACTERS:
            self._forget(next(iter(self._known)))
        return records

    def _forget(self, question: tuple[str, str]) -> None:
        old = self._known.pop(question, None)
        self._characters -= old.characters if old else 0

    async def close(self) -> None:
        """Stop waiting for answers."""
        for asking in list(self._asking.values()):
            asking.cancel()
        await asyncio.gather(*self._asking.values(), return_exceptions=True)


def _system() -> list[str]:
    """The system's DNS servers; as libraries do, this machine where none is named."""
    try:
        named = dns.resolver.Resolver().nameservers
    except dns.exception.DNSException:
        return [SYSTEM_SERVER]
    return [str(server) for server in named] or [SYSTEM_SERVER]


def _records(found: Sequence[dns.rdata.Rdata], kind: str) -> tuple[str, ...]:
    """Records as texts; of a hostile answer only a bounded part."""
    some = sorted(found, key=lambda one: one.preference) if kind == "MX" else found  # type: ignore[attr-defined]
    texts = (_text(one, kind) for one in some[:_MOST_RECORDS])
    return tuple(text for text in texts if len(text) <= _LONGEST_RECORD)


def _text(record: dns.rdata.Rdata, kind: str) -> str:
    if kind == "TXT":
        return b"".join(record.strings).decode("latin-1")  # type: ignore[attr-defined]
    if kind == "MX":
        return _name(record.exchange)  # type: ignore[attr-defined]
    if kind == "PTR":
        return _name(record.target)  # type: ignore[attr-defined]
    return str(record.address)  # type: ignore[attr-defined]


def _name(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()
