"""Who really sent a mail, found out by ourselves: SPF, DKIM and DMARC at the same time, and in bounded time."""

import asyncio
from collections.abc import Awaitable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import structlog

from mailproc.authenticity.dkim_check import check_dkim, unchecked_dkim
from mailproc.authenticity.dkim_signature import SignedMail, read_signatures
from mailproc.authenticity.dmarc import NO_ANSWER, Published, find_dmarc, judge_dmarc
from mailproc.authenticity.organization import from_domains, with_alignment
from mailproc.authenticity.resolver import Resolver
from mailproc.authenticity.spf import check_spf
from mailproc.mail.arrival.authentication import UNANSWERED, Authentication, MethodResult
from mailproc.mail.arrival.envelope import InboundMail
from mailproc.mail.reading.message import read_headers
from mailproc.policy.address import split_address


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What a mail says of itself: From's domains and its signatures."""

    domains: tuple[str, ...]
    signed: SignedMail


class Verifier:
    """Looks up and computes. At most `seconds` for one mail: what has no answer then is `temperror`."""

    def __init__(self, resolver: Resolver, *, seconds: float = 5) -> None:
        self._resolver = resolver
        self._seconds = seconds
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="verifier")
        self._log = structlog.get_logger()

    async def verify(self, mail: InboundMail, peer: str | None) -> Authentication:
        """The verdicts on one mail; without `peer`, the client's address where we are the edge, none of SPF."""
        started = asyncio.get_running_loop().time()
        [read] = await self._all_in_time([self._read(mail)], self._seconds)
        if read is None:  # neither a bug of ours nor a busy machine is a verdict on the mail
            return UNANSWERED
        left = self._seconds - (asyncio.get_running_loop().time() - started)
        checks: list[Coroutine[Any, Any, Any]] = [
            check_dkim(self._resolver, read.signed, mail.content, self._in_thread),
            self._published(read.domains),
        ]
        if peer is not None:
            checks.append(check_spf(self._resolver, peer, mail.envelope.mail_from, mail.envelope.helo))
        dkim, published, *rest = await self._all_in_time(checks, max(0.1, left))
        if dkim is None:
            dkim = unchecked_dkim(read.signed)
        spf = None if peer is None else rest[0] or _unchecked_spf(mail)
        published = published or NO_ANSWER
        told = Authentication(
            source="verified",
            spf=spf,
            dkim=tuple(dkim),
            dmarc=judge_dmarc(read.domains, published, spf, dkim),
            dmarc_policy=published.policy,
        )
        return with_alignment(told, read.domains)

    async def _read(self, mail: InboundMail) -> "_Read":
        read: _Read = await self._in_thread(_read, mail)
        return read

    async def _published(self, domains: tuple[str, ...]) -> Published:
        return await find_dmarc(self._resolver, domains[0]) if len(domains) == 1 else Published()

    async def _all_in_time(self, checks: list[Coroutine[Any, Any, Any]], seconds: float) -> list[Any]:
        """What each check found; None for one that did not come to an end, in time or at all."""
        tasks = [asyncio.create_task(check) for check in checks]
        try:
            await asyncio.wait(tasks, timeout=seconds)
        finally:
            for task in tasks:
                task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, Exception):  # a bug of ours is no verdict on the mail
                self._log.error("check_failed", exc_info=outcome)
        return [None if isinstance(outcome, BaseException) else outcome for outcome in outcomes]

    def _in_thread(self, function: Any, *arguments: Any) -> Awaitable[Any]:
        return asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)

    async def close(self) -> None:
        """Let the thread and the resolver go."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        await self._resolver.close()


def _read(mail: InboundMail) -> _Read:
    signed = read_signatures(mail.content, mail.received_at)
    return _Read(domains=from_domains(read_headers(signed.header)), signed=signed)


def _unchecked_spf(mail: InboundMail) -> MethodResult:
    sender = mail.envelope.mail_from
    domain = split_address(sender)[1] if sender else (mail.envelope.helo or "").lower()
    return MethodResult(result="temperror", domain=domain or None, reason="no answer in time")
