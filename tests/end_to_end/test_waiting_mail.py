"""Mail whose outcome hinges on its sender, in a running service: looked up, left to wait, decided when DNS is back."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from service_process import REPLY_BOX, ServiceProcess, reply_mail, running
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks.load import Session

sys.path.append(str(Path(__file__).parents[1] / "authenticity"))
from dns_server import DnsServer
from signed_mail import rsa_record, signed

UNDECIDED = "SELECT count(*) FROM mail WHERE state = 'accepted'"
WAITING = "SELECT count(*) FROM mail WHERE state = 'waiting'"
DECIDED = "SELECT count(*) FROM decision"


@pytest.fixture
async def dns() -> AsyncIterator[DnsServer]:
    server = DnsServer()
    await server.start()
    server.txt("_dmarc.example.org", "v=DMARC1; p=reject")
    server.txt("s1._domainkey.example.org", rsa_record())
    yield server
    await server.stop()


def asking(dns: DnsServer, seconds: float = 1) -> dict[str, str]:
    """The environment of a service that verifies all mail by this server."""
    return {
        "MAILPROC_AUTHENTICITY__VERIFY": "always",
        "MAILPROC_AUTHENTICITY__RESOLVER": dns.address,
        "MAILPROC_AUTHENTICITY__SECONDS": str(seconds),
        "MAILPROC_STORE__ALIVE_SECONDS": "1",
    }


def genuine(person: str = "pat@example.org", words: str = "Please unsubscribe me.") -> bytes:
    return signed(reply_mail(person, words))


async def send(service: ServiceProcess, content: bytes, sender: str = "pat@example.org", to: str = REPLY_BOX) -> None:
    session = await Session.open("127.0.0.1", service.port)
    try:
        assert (await session.send(sender, to, content))[0].startswith("250")
    finally:
        await session.close()


async def change(service: ServiceProcess, statement: str) -> None:
    """Change something behind the service's back."""
    engine = create_async_engine(service.database)
    async with engine.begin() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


async def make_due(service: ServiceProcess) -> None:
    """As if its pause were over."""
    await change(service, "UPDATE mail SET next_at = 0 WHERE state = 'waiting'")


async def readiness(service: ServiceProcess) -> tuple[int, dict[str, object]]:
    ready = f"http://127.0.0.1:{service.web_port}/readyz"
    async with aiohttp.ClientSession() as client, client.get(ready) as answer:
        return answer.status, await answer.json()


async def decisions(service: ServiceProcess) -> list[tuple[str, str, str]]:
    rows = await service.rows("SELECT action, decision, authentication FROM decision ORDER BY mail_id")
    return [
        (
            action,
            json.loads(decision)["reason"],
            json.loads(told)["dmarc"]["result"] if json.loads(told)["dmarc"] else "",
        )
        for action, decision, told in rows
    ]


async def test_the_genuine_acts_and_the_forged_waits_for_a_person(
    tmp_path: Path, sqlite_url: str, dns: DnsServer
) -> None:
    async with running(tmp_path, sqlite_url, environment=asking(dns)) as service:
        await send(service, genuine())
        await send(service, reply_mail("ann@example.org", "Please unsubscribe me."), "ann@example.org")
        await service.until(DECIDED, 2, 10)
        assert await decisions(service) == [
            ("unsubscribe", "keyword in reply", "pass"),
            ("review", "keyword in reply, but the sender is forged", "fail"),
        ]


async def test_mail_that_asks_for_nothing_or_answers_ours_asks_nobody(
    tmp_path: Path, sqlite_url: str, dns: DnsServer
) -> None:
    async with running(tmp_path, sqlite_url, environment=asking(dns)) as service:
        await send(service, reply_mail("pat@example.org", "What a lovely newsletter, see you soon!"))
        answer = reply_mail("ann@example.org", "unsubscribe").replace(
            b"MIME-Version", b"In-Reply-To: <1@news.acme.example>\r\nMIME-Version"
        )
        await send(service, answer)
        await service.until(DECIDED, 2, 10)
        assert [action for action, _, _ in await decisions(service)] == ["forward", "unsubscribe"]
        assert not dns.questions


async def test_mail_from_this_machine_is_not_verified_unless_told_so(
    tmp_path: Path, sqlite_url: str, dns: DnsServer
) -> None:
    environment = {**asking(dns), "MAILPROC_AUTHENTICITY__VERIFY": "edge"}
    async with running(tmp_path, sqlite_url, environment=environment) as service:
        await send(service, reply_mail("pat@example.org", "unsubscribe"))
        await service.until(DECIDED, 1, 10)
        assert await decisions(service) == [("unsubscribe", "keyword in reply", "")]
        assert not dns.questions


async def test_a_stranger_whose_address_a_proxy_tells_is_verified_by_spf(
    tmp_path: Path, sqlite_url: str, dns: DnsServer
) -> None:
    dns.txt("strict.example", "v=spf1 ip4:198.51.100.7 -all")
    dns.txt("_dmarc.strict.example", "v=DMARC1; p=reject")
    environment = {
        **asking(dns),
        "MAILPROC_AUTHENTICITY__VERIFY": "edge",
        "MAILPROC_SMTP__XCLIENT_FROM": "127.0.0.1",
    }
    async with running(tmp_path, sqlite_url, environment=environment) as service:
        for number, client in enumerate(("198.51.100.7", "203.0.113.9")):
            person = f"p{number}@strict.example"
            await send_as(service, client, person, reply_mail(person, "Please unsubscribe me."))
        await service.until(DECIDED, 2, 10)
        assert await decisions(service) == [
            ("unsubscribe", "keyword in reply", "pass"),
            ("review", "keyword in reply, but the sender is forged", "fail"),
        ]


async def send_as(service: ServiceProcess, client: str, sender: str, content: bytes) -> None:
    """One mail of a client whose address a proxy tells."""
    reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
    dialogue = (
        (b"", b"220"),
        (b"EHLO proxy.example\r\n", b"250"),
        (f"XCLIENT ADDR={client} HELO=mx.strict.example\r\n".encode(), b"220"),
        (b"EHLO mx.strict.example\r\n", b"250"),
        (f"MAIL FROM:<{sender}>\r\n".encode(), b"250"),
        (f"RCPT TO:<{REPLY_BOX}>\r\n".encode(), b"250"),
        (b"DATA\r\n", b"354"),
        (content + b".\r\n", b"250"),
    )
    for said, expected in dialogue:
        writer.write(said)
        line = await asyncio.wait_for(reader.readline(), 30)
        while line[3:4] == b"-":
            line = await asyncio.wait_for(reader.readline(), 30)
        assert line.startswith(expected), (said[:60], line)
    writer.close()
    await writer.wait_closed()


async def test_while_dns_is_down_it_waits_and_when_it_is_back_it_is_decided(
    tmp_path: Path, database_url: str, dns: DnsServer
) -> None:
    dns.down = True
    async with running(tmp_path, database_url, environment=asking(dns)) as service:
        await send(service, genuine())
        await service.until(WAITING, 1, 15)
        assert await service.rows(UNDECIDED) == [(0,)]
        [waits] = service.log_lines("waits")
        assert waits["reason"].endswith("but DNS gave no answer about the sender")
        while (told := await readiness(service))[1]["mails_waiting_for_dns"] != 1:
            await asyncio.sleep(0.2)
        assert told[0] == 200
        await send(service, reply_mail("ann@example.org", "What a lovely newsletter, see you soon!"))
        await service.until(DECIDED, 1, 10)
        await make_due(service)
        await service.until("SELECT count(*) FROM mail WHERE state = 'waiting' AND next_at > 0 AND attempts = 0", 1, 15)
        dns.down = False
        await make_due(service)
        await service.until(DECIDED, 2, 15)
        assert ("unsubscribe", "keyword in reply", "pass") in await decisions(service)
        assert await service.rows("SELECT address FROM standing WHERE status = 'unsubscribed'") == [
            ("pat@example.org",)
        ]
        assert await service.rows(WAITING) == [(0,)]


async def test_killed_while_it_waits_and_while_it_asks_it_is_decided_all_the_same(
    tmp_path: Path, database_url: str, dns: DnsServer
) -> None:
    dns.down = True
    async with running(tmp_path, database_url, environment=asking(dns, 20)) as service:
        await send(service, genuine())
        await asyncio.sleep(0.3)
        await service.kill()  # while it asks for the first time
        assert await service.rows(UNDECIDED) == [(1,)]
        service.environment["MAILPROC_AUTHENTICITY__SECONDS"] = "1"
        await service.start()
        await service.until(WAITING, 1, 20)
        await service.kill()  # while it waits
        dns.down = False
        await make_due(service)
        await service.start()
        await service.until(DECIDED, 1, 15)
        assert await decisions(service) == [("unsubscribe", "keyword in reply", "pass")]
        assert await service.rows("SELECT count(*) FROM fact") == [(1,)]


async def test_ended_while_it_asks_it_is_due_at_once_and_nothing_is_held_against_it(
    tmp_path: Path, sqlite_url: str, dns: DnsServer
) -> None:
    dns.down = True
    async with running(tmp_path, sqlite_url, environment=asking(dns, 20)) as service:
        await send(service, genuine())
        await asyncio.sleep(0.3)
        assert await service.terminate() < 10
        now = int(datetime.now(UTC).timestamp() * 1_000_000)
        [(state, attempts, next_at)] = await service.rows("SELECT state, attempts, next_at FROM mail")
        assert (state, attempts) == ("waiting", 0)
        assert next_at <= now
        dns.down = False
        await service.start()
        await service.until(DECIDED, 1, 15)
        assert await decisions(service) == [("unsubscribe", "keyword in reply", "pass")]


async def test_after_a_day_without_an_answer_a_person_looks(tmp_path: Path, database_url: str, dns: DnsServer) -> None:
    dns.down = True
    async with running(tmp_path, database_url, environment=asking(dns)) as service:
        await send(service, genuine())
        await service.until(WAITING, 1, 15)
        yesterday = int((datetime.now(UTC) - timedelta(hours=25)).timestamp() * 1_000_000)
        await change(service, f"UPDATE mail SET next_at = 0, received_at = {yesterday}")
        await service.until(DECIDED, 1, 15)
        reason = "keyword in reply, but DNS gave no answer about the sender for 24 hours"
        assert await decisions(service) == [("review", reason, "temperror")]
        assert await service.rows("SELECT reason, state FROM review") == [(reason, "open")]
        assert await service.rows("SELECT count(*) FROM fact") == [(0,)]


async def test_a_crowd_that_waits_for_dns_keeps_nobody_else_waiting(
    tmp_path: Path, sqlite_url: str, dns: DnsServer
) -> None:
    dns.down = True
    async with running(tmp_path, sqlite_url, environment=asking(dns, 10)) as service:
        session = await Session.open("127.0.0.1", service.port)
        for number in range(100):  # more than are asked about at once
            person = f"p{number}@d{number}.example"
            assert (await session.send(person, REPLY_BOX, reply_mail(person, "unsubscribe")))[0].startswith("250")
        await session.close()
        await send(service, reply_mail("ann@example.org", "What a lovely newsletter, see you soon!"))
        await service.until(DECIDED, 1, 8)
        assert (await service.rows(WAITING))[0][0] >= 30, "those for whom there was no place"
        assert not service.log_lines("undecided_too_long")
