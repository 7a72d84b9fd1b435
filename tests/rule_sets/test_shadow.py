"""A second rule set on live mail: it tells what it would do otherwise, and can neither change nor cost anything."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from benchmarks.load import Session
from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.metrics import Metrics
from mailproc.pipeline import decide_mail
from mailproc.policy.account import AccountPolicy
from mailproc.policy.decision import Decision
from mailproc.policy.rules.rules import RuleSet, read_rules
from mailproc.rule_sets.files import load_rules
from mailproc.rule_sets.shadow import MOST_WAITING, Shadow
from mailproc.service.service import Service
from mailproc.settings.settings import AccountSettings, Settings, SmtpSettings, WebSettings
from mailproc.store.road.archive import ShadowDecision
from mailproc.store.store import Store

RULE = '[[rule]]\nid = "x-{word}"\naction = "{action}"\nphrases = ["{word}"]\nhits = ["{word}"]\nmisses = ["good"]\n'
LIVE = {"10-x.toml": RULE.format(word="basta", action="unsubscribe")}
NEXT = {"10-x.toml": RULE.format(word="basta", action="review") + RULE.format(word="enough", action="unsubscribe")}
ACCOUNT = AccountPolicy(id="acme")
PATIENCE_SECONDS = 20


def a_mail(text: str, number: int = 1) -> InboundMail:
    return InboundMail(
        id=f"m{number}",
        account_id="acme",
        envelope=Envelope(mail_from="pat@example.org", rcpt_tos=("reply@reply.acme.example",)),
        content=f"From: pat@example.org\r\nSubject: Re: {number}\r\n\r\n{text}\r\n".encode(),
        received_at=datetime.now(UTC),
    )


async def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


class World:
    """Two rule sets, a real store, and the shadow between them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.metrics = Metrics()
        self.live = read_rules(LIVE)
        self.next = read_rules(NEXT)
        self.busy = False
        self.shadow = Shadow(
            store.archive, lambda: self.live, lambda: self.next, lambda _: ACCOUNT, lambda: self.busy, self.metrics
        )

    def decided(self, mail: InboundMail) -> Decision:
        return decide_mail(mail, NOT_CHECKED, ACCOUNT, self.live)

    def submit(self, text: str, number: int = 1) -> None:
        mail = a_mail(text, number)
        self.shadow.submit(mail, self.decided(mail))

    def number(self, name: str) -> float:
        return self.metrics.registry.get_sample_value(f"mailproc_shadow_{name}_total") or 0.0

    async def kept(self) -> list[ShadowDecision]:
        return (await self.store.archive.shadow())[1]


@pytest.fixture
async def world(store: Store) -> AsyncIterator[World]:
    world = World(store)
    task = asyncio.create_task(world.shadow.run())
    yield world
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_only_differing_decisions_are_kept_with_the_words_that_differ(world: World) -> None:
    for number, text in enumerate(["good morning", "basta", "that is enough"]):
        world.submit(text, number)
    await until(lambda: world.number("compared") == 3)
    kept = {one.mail_id: one for one in await world.kept()}
    assert {name: one.difference["changes"]["action"] for name, one in kept.items()} == {
        "m1": ["unsubscribe", "review"],
        "m2": ["forward", "unsubscribe"],
    }
    assert kept["m2"].difference["words"] == [
        {"only": "new", "rule": "x-enough", "phrase": "enough", "where": "body", "does": "unsubscribe"}
    ]
    assert (kept["m1"].live_ruleset, kept["m1"].ruleset) == (world.live.digest, world.next.digest)
    assert world.number("differing") == 2


async def test_nothing_is_compared_while_both_sets_are_the_same(world: World) -> None:
    world.next = world.live
    world.submit("basta")
    await asyncio.sleep(0.2)
    assert world.number("compared") == 0


async def test_mail_that_was_not_read_for_text_is_left_alone(world: World) -> None:
    mail = a_mail("basta")
    world.shadow.submit(mail, replace(world.decided(mail), new_text=None))
    world.submit("good", 2)
    await until(lambda: world.number("compared") == 1)
    assert await world.kept() == []


async def test_a_bug_in_the_second_set_is_counted_and_the_next_mail_is_compared(world: World) -> None:
    sound = world.next
    world.next = replace(sound, matcher=None, digest="sha256:broken")  # type: ignore[arg-type]
    world.submit("basta", 1)
    await until(lambda: world.number("skipped") == 1)
    world.next = sound
    world.submit("basta", 2)
    await until(lambda: world.number("differing") == 1)


async def test_while_live_decisions_are_behind_it_waits_and_beyond_its_room_it_skips(world: World) -> None:
    world.busy = True
    for number in range(MOST_WAITING + 20):
        world.submit("basta", number)
    await asyncio.sleep(0.2)
    assert world.number("compared") == 0
    assert world.number("skipped") >= 19
    world.busy = False
    await until(lambda: world.number("compared") > 0)


async def test_rules_that_changed_in_between_are_not_blamed_on_the_second_set(world: World) -> None:
    world.busy = True
    world.submit("basta")
    world.live = read_rules({"10-x.toml": RULE.format(word="other", action="unsubscribe")})
    world.busy = False
    await until(lambda: world.number("skipped") == 1)
    assert await world.kept() == []


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Folders of the live set and of the next."""
    for name, files in (("live", LIVE), ("next", NEXT)):
        (tmp_path / name).mkdir()
        for file, content in files.items():
            (tmp_path / name / file).write_text(content, encoding="utf-8")
    return tmp_path / "live", tmp_path / "next"


async def test_the_running_service_acts_by_the_first_set_and_tells_what_the_second_would_do(
    database_url: str, folders: tuple[Path, Path]
) -> None:
    live = load_rules(folders[0])
    service = Service(settings(database_url, *folders), live)
    await service.start()
    try:
        assert service.shadow_rules is not None
        shadow = service.shadow_rules
        await until(lambda: len(shadow.current.rules) == 2)
        await send(service, "that is enough")
        await until(lambda: service.metrics.registry.get_sample_value("mailproc_shadow_differing_total") == 1)
        [decision] = await service.store.decisions()
        assert (decision.action, decision.ruleset) == ("forward", live.digest)
        [different] = (await service.store.archive.shadow())[1]
        assert different.difference["changes"]["action"] == ["forward", "unsubscribe"]
    finally:
        await service.stop()


async def test_a_bad_second_set_stops_nothing_and_is_told(database_url: str, folders: tuple[Path, Path]) -> None:
    (folders[1] / "10-x.toml").write_text("= x", encoding="utf-8")
    service = Service(settings(database_url, *folders), load_rules(folders[0]))
    await service.start()
    try:
        assert service.shadow_rules is not None
        shadow = service.shadow_rules
        await until(lambda: bool(shadow.problems))
        await send(service, "basta")
        host, port = service.web.addresses[0]  # type: ignore[union-attr]
        async with aiohttp.ClientSession() as client, client.get(f"http://{host}:{port}/readyz") as answer:
            said = json.loads(await answer.text())
        assert answer.status == 200
        assert said["rules"]["problems"] == []
        assert said["shadow_rules"]["problems"][0].startswith("10-x.toml:1: is not TOML")
    finally:
        await service.stop()


def settings(database_url: str, live: Path, shadow: Path) -> Settings:
    return Settings(
        database=database_url,
        rules=live,
        shadow_rules=shadow,
        smtp=SmtpSettings(listen=("127.0.0.1:0",), min_free_disk_bytes=0),
        web=WebSettings(listen=("127.0.0.1:0",)),
        account=(AccountSettings(id="acme", domains=("reply.acme.example",)),),
    )


async def send(service: Service, text: str) -> None:
    host, port = service.addresses()["smtp"][0].split(":")
    session = await Session.open(host, int(port))
    await session.send("pat@example.org", "reply@reply.acme.example", a_mail(text).content)
    await session.close()


def test_the_rule_sets_of_these_tests_differ() -> None:
    live: RuleSet = read_rules(LIVE)
    assert live.digest != read_rules(NEXT).digest
