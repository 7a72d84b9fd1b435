"""Mail for people, from our listener to a real smarthost: once decided it gets there, also over a power cut."""

import asyncio
import sys
import time
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from service_process import REPLY_BOX, ServiceProcess, free_port, reply_mail, running

from benchmarks.load import Session

sys.path.append(str(Path(__file__).parents[1] / "sync"))

from smtp_receiver import SmtpReceiver, receiving

PRAISE = "Lovely pictures, thank you!"


def smarthost_table(port: int) -> str:
    return (
        f'[smarthost]\nhost = "127.0.0.1"\nport = {port}\ntls = "none"\nfirst_retry_seconds = 0.2\n'
        "max_retry_seconds = 1\ntimeout_seconds = 20\n"
    )


async def send(service: ServiceProcess, sender: str, text: str = PRAISE) -> None:
    session = await Session.open("127.0.0.1", service.port)
    reply, _ = await session.send(sender, REPLY_BOX, reply_mail(sender, text))
    assert reply.startswith("250")
    await session.close()


async def until_there(receiver: SmtpReceiver, count: int) -> list[Any]:
    deadline = time.monotonic() + 20
    while len(receiver.mails) < count and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    return [message_from_bytes(mail.original_content or b"", policy=default) for mail in receiver.mails]


@pytest.fixture
def forwarding() -> dict[str, str]:
    return {"MAILPROC_ACCOUNT__ACME__FORWARD_TO": "team@people.example"}


async def test_a_reply_that_asks_for_nothing_reaches_people_with_the_original_attached(
    database_url: str, tmp_path: Path, forwarding: dict[str, str]
) -> None:
    async with receiving(SmtpReceiver()) as receiver:
        options: Any = {"tables": smarthost_table(receiver.port), "environment": forwarding}
        async with running(tmp_path, database_url, **options) as service:
            await send(service, "pat@example.org")
            await send(service, "sam@example.org", "Please unsubscribe me.")
            [mail] = await until_there(receiver, 1)
            assert mail["Reply-To"] == "pat@example.org"
            assert mail["Subject"] == "Fwd: Re: March news"
            [attached] = mail.iter_attachments()
            assert attached.get_content_type() == "message/rfc822"
            assert PRAISE in attached.get_payload()[0].get_content()
            await service.until("SELECT count(*) FROM outbox WHERE state = 'delivered' AND writer IS NOT NULL", 1, 10)
            assert receiver.mails[0].rcpt_tos == ["team@people.example"]


async def test_a_forward_that_was_not_sent_before_a_power_cut_is_sent_after_it(
    database_url: str, tmp_path: Path, forwarding: dict[str, str]
) -> None:
    receiver = SmtpReceiver(port=free_port())
    options: Any = {"tables": smarthost_table(receiver.port), "environment": forwarding}
    async with running(tmp_path, database_url, **options) as service:
        await send(service, "pat@example.org")
        await service.until("SELECT count(*) FROM outbox WHERE writer IS NOT NULL", 1, 10)
        await service.kill()
        async with receiving(receiver):
            await service.start()
            assert len(await until_there(receiver, 1)) == 1


async def test_a_mail_that_is_sent_twice_carries_the_same_message_id(
    database_url: str, tmp_path: Path, forwarding: dict[str, str]
) -> None:
    async with receiving(SmtpReceiver(drops="after DATA")) as receiver:
        options: Any = {"tables": smarthost_table(receiver.port), "environment": forwarding}
        async with running(tmp_path, database_url, **options) as service:
            await send(service, "pat@example.org")
            mails = await until_there(receiver, 2)
            assert len({mail["Message-ID"] for mail in mails}) == 1
            assert mails[0].as_bytes() == mails[1].as_bytes()
            receiver.drops = ""
            await service.until("SELECT count(*) FROM outbox WHERE state = 'delivered' AND writer IS NOT NULL", 1, 15)


async def test_a_refused_forward_is_a_dead_letter_that_can_be_brought_back(
    sqlite_url: str, tmp_path: Path, forwarding: dict[str, str]
) -> None:
    async with receiving(SmtpReceiver(says={"RCPT": "550 5.1.1 nobody"})) as receiver:
        options: Any = {"tables": smarthost_table(receiver.port), "environment": forwarding}
        async with running(tmp_path, sqlite_url, **options) as service:
            await send(service, "pat@example.org")
            await service.until("SELECT count(*) FROM outbox WHERE state = 'dead' AND writer IS NOT NULL", 1, 10)
            receiver.says = {}
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "mailproc", "outbox", "retry", "1", "--config", str(service.config),
                stdout=asyncio.subprocess.PIPE,
            )  # fmt: skip
            output, _ = await process.communicate()
            assert b"now pending" in output
            assert len(await until_there(receiver, 1)) == 1


async def test_without_a_smarthost_nothing_is_forwarded_and_the_start_says_so_once(
    sqlite_url: str, tmp_path: Path, forwarding: dict[str, str]
) -> None:
    async with running(tmp_path, sqlite_url, environment=forwarding) as service:
        await send(service, "pat@example.org")
        await service.until("SELECT count(*) FROM decision WHERE action = 'forward'", 1, 10)
        assert await service.rows("SELECT id FROM outbox") == []
        [line] = service.log_lines("not_forwarded")
        assert "no smarthost" in line["why"]
