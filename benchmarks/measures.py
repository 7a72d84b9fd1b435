"""The measures: each starts its servers, loads them, and gives figures of one run."""

import asyncio
import contextlib
import email
import email.policy
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import uvloop

from benchmarks import postfix
from benchmarks.load import Load, Session, closed_loop, open_loop
from benchmarks.mails import (
    FEEDBACK_BOX,
    REPLY_BOX,
    feedback_mail,
    multipart_mail,
    replies,
    reply_mail,
    unseen_reply_mail,
)
from benchmarks.process import serving
from mailproc.cli.shell.garbage import keep_for_good
from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.pipeline import decide_mail
from mailproc.policy.account import AccountPolicy, MailboxRole
from mailproc.policy.rules.rules import RuleSet
from mailproc.rule_sets.files import load_rules
from mailproc.settings.file import load_settings

SESSIONS = 20
WARM_UP = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What one server did: CPU microseconds and mails a second, all its work done."""

    cpu_us: float
    per_second: float


def own_generator(port: int, first: int, count: int, *, keep: bool) -> float:
    """Replies of as many people, the envelope pipelined; gives mails a second."""
    mails = iter(list(replies(count, first=first)))
    load = uvloop.run(closed_loop("127.0.0.1", port, mails, sessions=SESSIONS, keep=keep))
    if load.refused:
        raise SystemExit(f"mail was refused: {load.refused[0]}")
    return load.per_second


def by_smtp_source(port: int, first: int, count: int, *, keep: bool) -> float:
    """Postfix's generator: one person's mails, no pipelining."""
    return postfix.smtp_source(port, count, sessions=SESSIONS, keep=keep)


Generator = Callable[..., float]


def generators() -> dict[str, Generator]:
    """What makes the load of a durable accept; where Postfix's generator is installed, that one, too."""
    ours: dict[str, Generator] = {"own generator": own_generator}
    return ours | ({"smtp-source": by_smtp_source} if postfix.program("smtp-source") else {})


def under_load(name: str, count: int, *, keep: bool = True, generator: Generator = own_generator) -> Figure:
    """Warm up, then send `count` mails over twenty sessions and wait until nothing is left to do."""
    with tempfile.TemporaryDirectory() as folder, serving(name, Path(folder)) as server:
        generator(server.port, 0, WARM_UP, keep=True)
        _until_done(Path(folder), WARM_UP)
        before = server.cpu_seconds()
        per_second = generator(server.port, WARM_UP, count, keep=keep)
        _until_done(Path(folder), WARM_UP + count)
        return Figure(cpu_us=(server.cpu_seconds() - before) / count * 1e6, per_second=per_second)


def _until_done(folder: Path, count: int) -> None:
    """Roads are done when every event is in the hook's file; mere accepting is done when it is answered.

    Raises SystemExit when less was stored than sent: whoever takes mails for resends of each other has less to do.
    """
    if not (folder / "events.jsonl").exists():
        time.sleep(0.3)
        stored = next(folder / name for name in ("mailproc.db", "stock.db") if (folder / name).exists())
        if (found := _ask(stored, "SELECT count(*) FROM mail")) != count:
            raise SystemExit(f"{count} mails were sent and {found} stored")
        return
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if _ask(folder / "mailproc.db", "SELECT count(*) FROM outbox WHERE state = 'delivered'") >= count:
            return
        time.sleep(0.1)
    raise SystemExit("the road did not finish")


def _ask(database: Path, statement: str) -> int:
    with contextlib.closing(sqlite3.connect(database, timeout=30)) as connection:
        return int(connection.execute(statement).fetchone()[0])


def sink_under(generator: Generator, count: int) -> Figure | None:
    """Postfix's sink in C, no disk, no parsing; None where it is not installed."""
    if postfix.program("smtp-sink") is None:
        return None
    with postfix.smtp_sink() as server:
        per_second = generator(server.port, 0, count, keep=True)
        return Figure(cpu_us=server.cpu_seconds() / count * 1e6, per_second=per_second)


def latency(rate: float, seconds: float, *, beside_large: bool) -> Load:
    """DATA→250 of 2 kB mail at exponential gaps; with `beside_large`, a 25 MB mail arrives each second meanwhile."""

    async def measure(port: int) -> Load:
        mails = iter(list(replies(int(rate * seconds))))
        large = (lambda: _large_mails(port)) if beside_large else None
        return await open_loop("127.0.0.1", port, mails, sessions=SESSIONS, rate=rate, beside=large)

    with tempfile.TemporaryDirectory() as folder, serving("road-ours", Path(folder)) as server:
        uvloop.run(closed_loop("127.0.0.1", server.port, replies(WARM_UP, first=10**6), sessions=SESSIONS))
        return uvloop.run(measure(server.port))


async def _large_mails(port: int) -> None:
    content = reply_mail(7).replace(b"> ", b"") + (b"A" * 76 + b"\r\n") * (25 * 1024 * 1024 // 78)
    session = await Session.open("127.0.0.1", port)
    number = 0
    while True:
        start = time.perf_counter()
        number += 1
        await session.send("big@example.org", REPLY_BOX, b"X-Number: %d\r\n" % number + content)
        await asyncio.sleep(max(0.0, 1 - (time.perf_counter() - start)))


def replaying(count: int, jobs: int) -> float:
    """Seconds `mailproc replay` needs, from its start, for so many 2 kB replies in words of their own (an mbox)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "replies.mbox"
        with path.open("wb") as file:
            for number in range(count):
                file.write(b"From pat@example.org Tue Mar  3 10:00:00 2026\n" + unseen_reply_mail(number) + b"\n")
        command = [sys.executable, "-m", "mailproc", "replay", "--jsonl", "--jobs", str(jobs), str(path)]
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - start


class Deciding(NamedTuple):
    """Microseconds to decide a mail, and what the standard library's compat32 needs to read it."""

    decide_us: float
    compat32_us: float


def deciding() -> Iterator[tuple[str, Deciding, Deciding]]:
    """The name of a mail, deciding it against parsing and decoding it, and against parsing it with texts left as bytes.

    In turns, so that a drifting machine drifts for both, and of each the quickest turn: what else runs on the machine
    takes caches away, from whoever needs more of them most.
    """
    for name, make, rcpt_to in (
        ("2 kB reply", reply_mail, REPLY_BOX),
        ("9 kB feedback report", feedback_mail, FEEDBACK_BOX),
        ("27 kB multipart", multipart_mail, REPLY_BOX),
    ):
        desk = _desk(make(1), rcpt_to)
        yield name, _in_turns(desk.decide, desk.decode), _in_turns(desk.decide, desk.parse)


def _in_turns(ours: Callable[[], object], theirs: Callable[[], object]) -> Deciding:
    rounds = [(_timed(ours), _timed(theirs)) for _ in range(300)]
    return Deciding(*map(min, zip(*rounds, strict=True)))


def deciding_unseen(count: int) -> Deciding:
    """The same of so many replies, each of which is decided once: nothing of its text was ever seen before."""
    desks = [_desk(unseen_reply_mail(number), REPLY_BOX) for number in range(2 * count)]
    for desk in desks[:count]:  # what every process learns from its first mails
        desk.decide()
    ours = [_timed(desk.decide, times=1) for desk in desks[count:]]
    theirs = [_timed(desk.decode, times=1) for desk in desks[count:]]
    return Deciding(decide_us=statistics.mean(ours), compat32_us=statistics.mean(theirs))


_ACCOUNT = AccountPolicy(
    id="acme",
    domains=("reply.acme.example",),
    sends_from=("news.acme.example",),
    mailboxes={MailboxRole.reply: ("reply",), MailboxRole.feedback: ("fbl",)},
)


@cache
def _rules() -> RuleSet:
    rules = load_rules(load_settings(None).rules)
    keep_for_good()  # as every command does that decides
    return rules


class _Desk(NamedTuple):
    """What decides a mail, what merely reads it, and what does not even do that."""

    decide: Callable[[], object]
    decode: Callable[[], object]
    parse: Callable[[], object]


def _desk(content: bytes, rcpt_to: str) -> _Desk:
    mail = InboundMail(
        id="1",
        account_id="acme",
        envelope=Envelope(mail_from="pat@example.org", rcpt_tos=(rcpt_to,)),
        content=content,
        received_at=email.utils.parsedate_to_datetime("Tue, 3 Mar 2026 10:00:00 +0000"),
    )
    rules = _rules()
    return _Desk(
        decide=lambda: decide_mail(mail, NOT_CHECKED, _ACCOUNT, rules),
        decode=lambda: _decode(content),
        parse=lambda: _parse(content),
    )


def _timed(work: Callable[[], object], times: int = 20) -> float:
    start = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - start) / times * 1e6


def _decode(content: bytes) -> int:
    """Parse a mail and undo transfer encodings (RFC 2045 §6) and, of its texts, charsets (RFC 2046 §4.1.2)."""
    size = 0
    for part in email.message_from_bytes(content, policy=email.policy.compat32).walk():
        if not part.is_multipart():
            data = part.get_payload(decode=True)
            assert isinstance(data, bytes)
            is_text = part.get_content_maintype() == "text"
            size += len(data.decode(part.get_content_charset("us-ascii"), "replace") if is_text else data)
    return size


def _parse(content: bytes) -> int:
    """The same, its texts left as bytes."""
    message = email.message_from_bytes(content, policy=email.policy.compat32)
    return sum(len(part.get_payload(decode=True) or b"") for part in message.walk() if not part.is_multipart())
