"""Whatever somebody floods a person with: what stands, stands; the cut is never seen in a standing."""

import asyncio
import random
import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_values import NOW, Clock, a_consent, an_opt_out, hooks

from mailproc.policy.standing.facts import Channel, Fact, FactKind, Level
from mailproc.policy.standing.standing import Status, standing_of
from mailproc.settings.settings import StoreSettings
from mailproc.store.people.crowded_facts import CROWDED
from mailproc.store.people.standing_rows import amounts_to, told_standing
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

ADDRESS = "pat@example.org"
LONG_AGO = NOW - timedelta(days=4000)


def a_complaint(number: int, *, at: datetime, about: datetime | None = None, **more: object) -> Fact:
    """A complaint out of a mail of its own."""
    evidence = {"mail": f"sha256:{number}"}
    channel = Channel.feedback_loop
    return an_opt_out(
        ADDRESS, at=at, kind=FactKind.complaint, channel=channel, about_mail_of=about, evidence=evidence, **more
    )


def old_complaints(at: Callable[[int], datetime]) -> list[Fact]:
    """A flood of forged complaints about mail of long ago, which no consent is younger than."""
    return [a_complaint(n, at=at(n), about=LONG_AGO) for n in range(CROWDED + 10)]


async def test_a_flood_of_complaints_about_old_mail_pushes_no_real_one_out(store: Store) -> None:
    await store.record_facts([a_consent(ADDRESS, at=NOW - timedelta(days=10))])
    await store.record_facts([a_complaint(-1, at=NOW - timedelta(days=5))])
    await store.record_facts(old_complaints(lambda n: NOW - timedelta(hours=1) + timedelta(seconds=n)))
    [person] = await store.persons(ADDRESS)
    assert person.standing.status is Status.unsubscribed
    assert [event.event.type for event in person.events] == ["subscriber.unsubscribed"]
    assert await store.check() == []


async def test_a_flood_about_one_list_pushes_no_opt_out_of_another_out(store: Store) -> None:
    def out(of: str, at: datetime) -> Fact:
        return an_opt_out(ADDRESS, at=at, level=Level.list, list_id=of)

    await store.record_facts([out("weekly", NOW - timedelta(days=5)), out("daily", NOW - timedelta(days=4))])
    await store.record_facts([out("news", NOW - timedelta(seconds=n)) for n in range(1300)])
    [person] = await store.persons(ADDRESS)
    assert {block.list_id for block in person.standing.blocks} == {"weekly", "daily", "news"}
    assert await store.check() == []


async def test_a_flood_of_opt_outs_that_were_taken_back_pushes_none_out_that_stands(store: Store) -> None:
    await store.record_facts([an_opt_out(ADDRESS, at=NOW - timedelta(days=9))])
    flood = [an_opt_out(ADDRESS, at=NOW - timedelta(seconds=n)) for n in range(CROWDED + 10)]
    await store.record_facts(flood)
    back = {"kind": FactKind.retraction, "channel": Channel.command}
    await store.record_facts([an_opt_out(ADDRESS, retracts=one.id, **back) for one in flood])
    [person] = await store.persons(ADDRESS)
    assert person.standing.status is Status.unsubscribed
    assert [block.since for block in person.standing.blocks] == [NOW - timedelta(days=9)]
    assert await store.check() == []


async def test_a_flood_at_an_address_leaves_its_subscribers_as_their_facts_say(store: Store) -> None:
    await store.put_subscribers([Subscriber(account_id="acme", key=key, address=ADDRESS) for key in ("1", "2")])
    await store.record_facts([a_consent(None, key="1", at=NOW - timedelta(days=10))])
    await store.record_facts([a_complaint(-1, at=NOW - timedelta(days=5), key="1")])
    await store.record_facts(old_complaints(lambda n: NOW - timedelta(seconds=n)))
    standings = {person.person: person.standing for person in await store.persons(ADDRESS)}
    assert {name: standing.status for name, standing in standings.items()} == {
        "k:1": Status.unsubscribed,
        "k:2": Status.unsubscribed,
    }
    assert await store.check() == []


async def test_a_retraction_by_way_of_somebody_elses_name_counts_for_everyone_in_the_chain(store: Store) -> None:
    said = an_opt_out(ADDRESS, at=NOW - timedelta(days=3))
    back = {"kind": FactKind.retraction, "channel": Channel.command}
    taken_back = an_opt_out("kim@example.net", retracts=said.id, at=NOW - timedelta(days=2), **back)
    again = an_opt_out("lou@example.net", retracts=taken_back.id, at=NOW - timedelta(days=1), **back)
    seen = []
    for fact in (said, taken_back, again):
        await store.record_facts([fact])
        [person] = await store.persons(ADDRESS)
        seen.append(person.standing.status)
    assert seen == [Status.unsubscribed, Status.active, Status.unsubscribed]
    assert await store.check() == []


CHANNELS = st.sampled_from([Channel.reply, Channel.page, Channel.command])
KINDS = st.sampled_from([*FactKind, FactKind.complaint, FactKind.complaint, FactKind.consent, FactKind.consent])
LEVELS = st.sampled_from([Level.account, Level.account, Level.list, Level.global_])
LISTS = st.sampled_from([None, "news", "weekly"])
HOURS = st.integers(-900, 0)


@st.composite
def some_fact(draw: st.DrawFn, earlier: list[Fact]) -> Fact:
    kind, level = draw(KINDS), draw(LEVELS)
    about = draw(st.none() | HOURS)
    names = {FactKind.bounce: {"class": draw(st.sampled_from(["hard", "soft"]))}}
    return Fact(
        kind=kind,
        account_id="acme",
        address=ADDRESS,
        level=level,
        list_id=draw(LISTS) if level is Level.list else None,
        occurred_at=NOW + timedelta(hours=draw(HOURS)),
        about_mail_of=None if about is None else NOW + timedelta(hours=about),
        channel=draw(CHANNELS),
        evidence=names.get(kind, {}),
        retracts=draw(st.sampled_from(earlier)).id if kind is FactKind.retraction and earlier else None,
    )


@st.composite
def flooded(draw: st.DrawFn) -> list[Fact]:
    """Some facts of every sort, among a flood of one sort."""
    facts: list[Fact] = []
    for _ in range(draw(st.integers(1, 10))):
        facts.append(draw(some_fact(facts)))
    kind = draw(st.sampled_from([FactKind.complaint, FactKind.complaint, FactKind.opt_out, FactKind.consent]))
    level = draw(st.sampled_from([Level.account, Level.list]))
    list_id = draw(LISTS) if level is Level.list else None
    latest, step = draw(st.just(0) | HOURS), draw(st.sampled_from([1, 60, 3600]))
    about = draw(st.none() | st.just(LONG_AGO))
    flood = [
        an_opt_out(
            ADDRESS,
            at=NOW + timedelta(hours=latest, seconds=-n * step),
            kind=kind,
            level=level,
            list_id=list_id,
            about_mail_of=about,
            channel=Channel.command,
        )
        for n in range(CROWDED + 40)
    ]
    chance = random.Random(draw(st.integers()))
    taken_back = chance.sample(flood, draw(st.sampled_from([0, 5, 90])))
    back = {"kind": FactKind.retraction, "channel": Channel.command, "at": NOW}
    return [*facts, *flood, *(an_opt_out(ADDRESS, retracts=one.id, **back) for one in taken_back)]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(facts=flooded(), seed=st.integers())
def test_a_flooded_person_has_the_standing_that_all_facts_give(
    migrated_file: Path, facts: list[Fact], seed: int
) -> None:
    async def standing(url: str) -> tuple[object, list[str]]:
        store = await Store.open(url, StoreSettings(), hooks_of=hooks("crm"), clock=Clock())
        try:
            mixed = random.Random(seed).sample(facts, len(facts))
            for start in range(0, len(mixed), 60):
                await store.record_facts(mixed[start : start + 60])
            [person] = await store.persons(ADDRESS)
            return amounts_to(person.standing), await store.check()
        finally:
            await store.close()

    with tempfile.TemporaryDirectory(dir=migrated_file.parent) as folder:
        shutil.copy(migrated_file, f"{folder}/mail.db")
        told, problems = asyncio.run(standing(f"sqlite+aiosqlite:///{folder}/mail.db"))
    assert told == amounts_to(told_standing(standing_of(facts)))
    assert problems == []


@pytest.mark.parametrize("kind", [FactKind.opt_out, FactKind.block])
async def test_the_cost_of_a_flooded_person_does_not_grow(store: Store, kind: FactKind) -> None:
    for start in range(0, 1200, 200):
        at = NOW - timedelta(days=1)
        await store.record_facts(
            [an_opt_out(ADDRESS, kind=kind, at=at + timedelta(seconds=start + n)) for n in range(200)]
        )
        [person] = await store.persons(ADDRESS)
        assert len(person.facts) <= CROWDED
