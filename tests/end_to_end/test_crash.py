"""Killed at any moment: what was answered 250 is decided, once, and every hook hears of it."""

import asyncio
import base64
import json
import random
import secrets
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from service_process import REPLY_BOX, ServiceProcess, reply_mail, running

from benchmarks.load import Session
from mailproc.cli.service.receiver import Receiver

SESSIONS = 6
AS_SHIPPED = 3  # kills
UNDER_LOAD = 20  # mails answered before the moment of the kill is chosen
SCHEMA = Path(__file__).parents[2] / "docs" / "reference" / "event.schema.json"
EVENT = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def hook_table(url: str, secret: str) -> str:
    return (
        f'[[hook]]\nname = "crm"\ntype = "webhook"\nurl = "{url}"\nsecret = "{secret}"\n'
        "first_retry_seconds = 0.2\nmax_retry_seconds = 1\nworkers = 4\n"
    )


async def send_until_killed(service: ServiceProcess, names: "Counter[str]", answered: set[str]) -> None:
    """Keep sending opt-outs of new people; who was answered 250 is noted the moment the answer is here."""
    session = await Session.open("127.0.0.1", service.port)
    try:
        while True:
            names["next"] += 1
            person = f"person-{names['next']}@example.org"
            reply, _ = await session.send(person, REPLY_BOX, reply_mail(person, "Please unsubscribe me."))
            if reply.startswith("250"):
                answered.add(person)
    except (OSError, ConnectionError):
        return
    finally:
        await session.close()


async def killed_under_load(service: ServiceProcess, kills: int, answered: set[str]) -> None:
    """Kill it again and again: a few times as it is shipped, then as one whose mail is missed after a second, not five.

    What was in hand when it was killed is decided so much sooner.
    """
    names: Counter[str] = Counter()
    chance = random.Random(20260303)
    for kill in range(kills):
        if kill == AS_SHIPPED:
            service.environment["MAILPROC_STORE__ALIVE_SECONDS"] = "1"
        clients = [asyncio.create_task(send_until_killed(service, names, answered)) for _ in range(SESSIONS)]
        await under_load(answered, len(answered) + UNDER_LOAD)
        await asyncio.sleep(chance.uniform(0.02, 0.7))
        await service.kill()
        await asyncio.gather(*clients)
        before = set(answered)
        await service.start()
        await decided_within(10 if kill <= AS_SHIPPED else 6, service, before)


async def under_load(answered: set[str], enough: int) -> None:
    """Until so many were answered: a slow machine shall not be killed idle. Raises TimeoutError after 30 seconds."""
    async with asyncio.timeout(30):
        while len(answered) < enough:
            await asyncio.sleep(0.005)


async def decided_within(seconds: float, service: ServiceProcess, people: set[str]) -> None:
    deadline = time.monotonic() + seconds
    missing = people
    while missing and time.monotonic() < deadline:
        known = {
            address for (address,) in await service.rows("SELECT address FROM standing WHERE status = 'unsubscribed'")
        }
        missing = people - known
        await asyncio.sleep(0.1)
    assert not missing, f"{len(missing)} of {len(people)} answered mails have no effect {seconds} s after the restart"


@pytest.mark.timeout(600)
async def test_what_was_answered_250_has_one_decision_its_facts_and_its_event_after_any_kill(
    database_url: str, tmp_path: Path
) -> None:
    kills = 20 if database_url.startswith("sqlite") else 3
    receiver = Receiver("whsec_" + (secret := base64.b64encode(secrets.token_bytes(32)).decode()))
    await receiver.start()
    answered: set[str] = set()
    try:
        async with running(tmp_path, database_url, tables=hook_table(receiver.url, "whsec_" + secret)) as service:
            await killed_under_load(service, kills, answered)
            await service.until("SELECT count(*) FROM mail WHERE state = 'accepted'", 0, 10)
            await service.until("SELECT count(*) FROM outbox WHERE state = 'pending'", 0, 30)
            assert await service.terminate() < 10
            await everything_happened_once(service, receiver, answered)
    finally:
        await receiver.stop()


async def everything_happened_once(service: ServiceProcess, receiver: Receiver, answered: set[str]) -> None:
    assert len(answered) > 50
    decisions = await service.rows(
        "SELECT mail_id, count(*) FROM decision GROUP BY account_id, mail_id HAVING count(*) <> 1"
    )
    assert decisions == []
    assert await service.rows("SELECT id FROM mail WHERE id NOT IN (SELECT mail_id FROM decision)") == []
    facts = Counter(address for (address,) in await service.rows("SELECT address FROM fact WHERE kind = 'opt_out'"))
    assert answered <= facts.keys()
    assert set(facts.values()) == {1}
    events = await service.rows("SELECT person, event_id FROM outbox WHERE state = 'delivered'")
    assert {f"a:{person}" for person in answered} <= {person for person, _ in events}
    assert {event_id for _, event_id in events} <= receiver.events.keys()
    assert receiver.refused == 0
    for event in receiver.events.values():
        EVENT.validate(event)
    told = Counter(event["data"]["person"]["address"] for event in receiver.events.values())
    assert set(told.values()) == {1}, "the same person was told of under two ids"
    assert await checked(service) == ""


async def checked(service: ServiceProcess) -> str:
    """What `mailproc db check` has to say; empty when all is well."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "mailproc", "db", "check", "--config", str(service.config), stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    return "" if process.returncode == 0 else output.decode()
