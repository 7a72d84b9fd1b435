"""The running service puts new mail off when its own work piles up, and for nothing else."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailproc.log import configure_logging
from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.rule_sets.files import load_rules
from mailproc.service.service import Service
from mailproc.settings.settings import AccountSettings, HookSettings, Settings, SmtpSettings, StoreSettings, WebSettings
from mailproc.store.store import Store

RULES = load_rules(None)
NOW = datetime.now(UTC)


@pytest.fixture
async def service(database_url: str) -> AsyncIterator[Service]:
    """One that puts new mail off from two undecided mails on."""
    settings = Settings(
        database=database_url,
        store=StoreSettings(max_undecided=2, alive_seconds=600),
        smtp=SmtpSettings(listen=(), min_free_disk_bytes=0),
        web=WebSettings(listen=()),
        account=(AccountSettings(id="acme", domains=("reply.acme.example",)),),
    )
    started = Service(settings, RULES)
    await started.start()
    yield started
    await started.stop()


@pytest.fixture
async def other(database_url: str, service: Service) -> AsyncIterator[Store]:
    """Another process on the same database, that has mail in hand and lives."""
    opened = await Store.open(database_url, StoreSettings(alive_seconds=600))
    yield opened
    await opened.close()


async def accepted_by(store: Store, count: int) -> list[InboundMail]:
    envelope = Envelope(mail_from="pat@example.org", rcpt_tos=("reply@reply.acme.example",))
    mails = [
        InboundMail(id=f"m{n}", account_id="acme", envelope=envelope, content=b"Subject: %d\r\n" % n, received_at=NOW)
        for n in range(count)
    ]
    await store.accept(mails)
    return mails


async def test_mail_that_nobody_has_decided_puts_new_mail_off(service: Service, other: Store) -> None:
    assert service.busy() is None
    await accepted_by(other, 2)
    await service.gauges.look(NOW)
    assert service.busy() == "too many undecided mails"
    assert "too many undecided mails" in await service.readiness()


async def test_mail_that_waits_for_dns_puts_no_other_mail_off(service: Service, other: Store) -> None:
    for mail in await accepted_by(other, 3):
        assert await other.waiting.put(mail, NOW + timedelta(hours=1))
    await service.gauges.look(NOW)
    assert service.gauges.waiting == 3
    assert service.busy() is None
    assert await service.readiness() == []


async def test_a_service_that_has_no_account_or_no_hook_says_so_when_it_starts(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging("info", "json", mask_addresses=True)
    doors = {"smtp": SmtpSettings(listen=(), min_free_disk_bytes=0), "web": WebSettings(listen=())}
    account = AccountSettings(id="acme", domains=("reply.acme.example",))
    hook = HookSettings(name="file", type="jsonl", path=Path("/dev/null"))
    for settings, lacking in (
        (Settings(database=database_url, **doors), ["no account", "no hook"]),
        (Settings(database=database_url, **doors, account=(account,)), ["no hook"]),
        (Settings(database=database_url, **doors, account=(account,), hook=(hook,)), []),
    ):
        service = Service(settings, RULES)
        await service.start()
        await service.stop()
        lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if "not_set_up" in line]
        assert [line["why"].partition(":")[0] for line in lines] == lacking
