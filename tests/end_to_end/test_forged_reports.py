"""A flood of forged mail, through the real road on both databases: who may be taken off by it, and what is told."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
from prometheus_client import generate_latest
from service_process import ServiceProcess

from mailproc.policy.account import FeedbackTrust
from mailproc.policy.deciding.breaker import HELD
from mailproc.rule_sets.files import load_rules
from mailproc.service.service import Service
from mailproc.settings.settings import (
    AccountSettings,
    AuthenticitySettings,
    Settings,
    SmtpSettings,
    StoreSettings,
    WebSettings,
)
from mailproc.settings.types import Verify
from mailproc.store.store import Store

FORGER = "203.0.113.66"
RULES = load_rules(None)


def report(person: str) -> str:
    """A feedback report as a provider would send it, about our mail and with a valid address; no token in it."""
    return (
        "From: feedback@arf.mail.yahoo.com\nTo: fbl@reply.acme.example\nSubject: FW: March news\n"
        f"Message-ID: <{person}@arf.mail.yahoo.com>\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nA complaint.\n"
        "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: Yahoo!-Mail-Feedback/2.0\n"
        f"Version: 1\nOriginal-Rcpt-To: <{person}@example.org>\n\n--b\nContent-Type: message/rfc822\n\n"
        f"From: Acme <news@news.acme.example>\nTo: {person}@example.org\nSubject: March news\n\nHello\n--b--\n"
    )


def bounce(person: str) -> str:
    """A bounce that names our From and a victim; nothing proves that the mail was ever sent."""
    return (
        "From: MAILER-DAEMON@mx.isp.example\nTo: bounce@reply.acme.example\nSubject: Undelivered Mail\n"
        f"Message-ID: <{person}@mx.isp.example>\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nIt could not be delivered.\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.isp.example\n\n"
        f"Final-Recipient: rfc822; {person}@example.org\nAction: failed\nStatus: 5.1.1\n\n"
        "--b\nContent-Type: message/rfc822\n\nFrom: Acme <news@news.acme.example>\n"
        f"To: {person}@example.org\nSubject: March news\n\nHello\n--b--\n"
    )


@asynccontextmanager
async def service_with(database_url: str, trust: FeedbackTrust) -> AsyncIterator[Service]:
    settings = Settings(
        database=database_url,
        account=(
            AccountSettings(
                id="acme",
                domains=("reply.acme.example",),
                sends_from=("news.acme.example",),
                trusted_sources=("yahoo",),
                feedback_trust=trust,
            ),
        ),
        smtp=SmtpSettings(listen=("127.0.0.1:0",), xclient_from=("127.0.0.1",), min_free_disk_bytes=0),
        web=WebSettings(listen=()),
        authenticity=AuthenticitySettings(verify=Verify.never),  # no names are looked up on the real network
    )
    service = Service(settings, RULES)
    await service.start()
    try:
        yield service
    finally:
        await service.stop()


async def flood(service: Service, mails: list[str], to: str, client: str = FORGER, sender: str = "") -> None:
    """Every mail over one connection of that client; returns when all are recorded."""
    await send(int(service.addresses()["smtp"][0].rpartition(":")[2]), mails, to, client, sender)
    deadline = time.monotonic() + 60
    while (await service.store.undecided.count())[0] and time.monotonic() < deadline:
        await asyncio.sleep(0.05)


async def send(port: int, mails: list[str], to: str, client: str = FORGER, sender: str = "") -> None:
    """Every mail over one connection of that client."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def says(line: str, expected: str) -> None:
        writer.write(f"{line}\r\n".encode())
        while True:
            answer = (await asyncio.wait_for(reader.readline(), 30)).decode()
            if answer[3:4] != "-":
                break
        assert answer.startswith(expected), (line[:60], answer)

    assert (await reader.readline()).startswith(b"220")
    await says("EHLO mx.example", "250")
    await says(f"XCLIENT ADDR={client}", "220")
    await says("EHLO mx.example", "250")
    for mail in mails:
        await says(f"MAIL FROM:<{sender}>", "250")
        await says(f"RCPT TO:<{to}>", "250")
        await says("DATA", "354")
        await says(mail.replace("\n", "\r\n") + ".", "250")
    await says("QUIT", "221")
    writer.close()
    await writer.wait_closed()


async def outs(service: Service, count: int, status: str = "unsubscribed") -> int:
    found = [await service.store.persons(f"p{n}@example.org") for n in range(count)]
    return sum(1 for people in found for one in people if one.standing.status.value == status)


async def test_1000_forged_reports_take_nobody_off_and_raise_one_alarm(database_url: str) -> None:
    with structlog.testing.capture_logs() as lines:
        async with service_with(database_url, FeedbackTrust.enrolled) as service:
            await flood(service, [report(f"p{n}") for n in range(1000)], "fbl@reply.acme.example")
            assert await outs(service, 1000) == 0
            [alarm] = await service.store.loops.alarms()
            assert alarm.subject == "network 203.0.113.0/24"
            waiting = await service.store.desk.reviews(limit=2000)
            assert len(waiting) == 1000  # nobody is lost, should they be genuine after all
            assert b'mailproc_alarms_raised_total{kind="breaker"} 1.0' in generate_latest(service.metrics.registry)
    assert [line["log_level"] for line in lines if line["event"] == "alarm_raised"] == ["error"]


async def test_where_the_mailbox_alone_is_trusted_forged_reports_end_at_the_limit(database_url: str) -> None:
    async with service_with(database_url, FeedbackTrust.mailbox) as service:
        await flood(service, [report(f"p{n}") for n in range(200)], "fbl@reply.acme.example")
        assert await outs(service, 200) == 50
        held = [one for one in await service.store.desk.reviews(limit=500) if one.reason.startswith(HELD)]
        assert len(held) == 150
        assert len(await service.store.loops.alarms()) == 1


async def test_forged_bounces_of_our_mail_end_at_the_limit(database_url: str) -> None:
    async with service_with(database_url, FeedbackTrust.enrolled) as service:
        await flood(service, [bounce(f"p{n}") for n in range(80)], "bounce@reply.acme.example")
        assert await outs(service, 80, "bounced") == 50
        assert len(await service.store.loops.alarms()) == 1


async def test_a_person_elsewhere_is_still_heard_while_a_forger_is_held(database_url: str) -> None:
    async with service_with(database_url, FeedbackTrust.mailbox) as service:
        await flood(service, [report(f"p{n}") for n in range(60)], "fbl@reply.acme.example")
        request = "From: kim@example.net\nTo: reply@reply.acme.example\nSubject: unsubscribe\n\nunsubscribe\n"
        await flood(service, [request], "reply@reply.acme.example", "198.51.100.7", "kim@example.net")
        [kim] = await service.store.persons("kim@example.net")
        assert kim.standing.status.value == "unsubscribed"


async def test_a_power_cut_forgets_no_count_and_repeats_none(sqlite_url: str, tmp_path: Path) -> None:
    tables = '[smtp]\nxclient_from = ["127.0.0.1"]\n[breaker]\nper_hour = 20\n[authenticity]\nverify = "never"\n'
    service = ServiceProcess(tmp_path, sqlite_url, tables=tables)
    mails = [report(f"p{n}") for n in range(30)]
    await service.start()
    await send(service.port, mails[:15], "fbl@reply.acme.example")
    await service.kill()
    await service.start()
    await send(service.port, mails[5:], "fbl@reply.acme.example")  # the client had not heard all answers
    deadline = time.monotonic() + 30
    while len(service.log_lines("recorded")) < 30 and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    await service.terminate()
    store = await Store.open(sqlite_url, StoreSettings())
    found = [await store.persons(f"p{n}@example.org") for n in range(30)]
    held = await store.desk.reviews(limit=100)
    await store.close()
    assert sum(1 for people in found for one in people if one.standing.status.value == "unsubscribed") == 20
    assert len(held) == 10
