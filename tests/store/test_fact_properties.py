"""Whatever facts come, in whatever order and grouping, twice or once: the standings are those of the facts."""

import asyncio
import random
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_values import NOW, a_consent, an_opt_out, hooks

from mailproc.policy.standing.facts import Channel, Fact, FactKind, Level
from mailproc.policy.standing.standing import Standing, standing_of
from mailproc.settings.settings import StoreSettings
from mailproc.store.people.crowded_facts import CROWDED, KEPT
from mailproc.store.people.standing_rows import told_standing
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

ADDRESSES = ("pat@example.org", "Pat@Example.org", "kim@example.net", None)
KEYS = (None, None, "1", "2", "9")


@st.composite
def some_facts(draw: st.DrawFn) -> list[Fact]:
    facts: list[Fact] = []
    for _ in range(draw(st.integers(1, 8))):
        address, key = draw(st.sampled_from(ADDRESSES)), draw(st.sampled_from(KEYS))
        if address is None and key is None:
            address = "pat@example.org"
        kind = draw(st.sampled_from(list(FactKind)))
        level = draw(st.sampled_from([Level.account, Level.list]))
        retracts = draw(st.sampled_from([one.id for one in facts])) if kind is FactKind.retraction and facts else None
        about = draw(st.none() | st.integers(-50, 50))
        facts.append(
            Fact(
                kind=kind,
                account_id="acme",
                address=address,
                key=key,
                level=level,
                list_id="news" if level is Level.list else None,
                occurred_at=NOW + timedelta(hours=draw(st.integers(-50, 50))),
                about_mail_of=None if about is None else NOW + timedelta(hours=about),
                channel=draw(st.sampled_from([Channel.reply, Channel.page, Channel.command])),
                evidence={"class": draw(st.sampled_from(["hard", "soft"]))} if kind is FactKind.bounce else {},
                retracts=retracts,
            )
        )
    return facts


async def standings(url: str, groups: list[list[Fact]]) -> dict[str, Standing]:
    """Record these groups of facts side by side, and give everyone's standing; the store must find itself in order."""
    store = await Store.open(url, StoreSettings(), hooks_of=hooks("crm"))
    try:
        known = [Subscriber(account_id="acme", key=key, address="pat@example.org") for key in ("1", "2")]
        await store.put_subscribers(known)
        await asyncio.gather(*(store.record_facts(group) for group in groups))
        assert await store.check() == []
        people = [await store.persons(text) for text in ("pat@example.org", "kim@example.net", "1", "2", "9")]
        told = {entry.person: entry for entry in reversed(await store.outbox.entries(limit=1000))}
        found = {person.person: person for group in people for person in group}
        for name, person in found.items():
            assert (name in told) == (person.version > 0)
            if name in told:
                assert told[name].version == person.version
                assert told[name].event.data["standing"]["status"] == person.standing.status
        return {name: person.standing for name, person in found.items()}
    finally:
        await store.close()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=some_facts(), seed=st.integers())
def test_the_same_facts_in_any_order_and_grouping_and_twice_give_the_same_standings(
    migrated_file: Path, facts: list[Fact], seed: int
) -> None:
    chance = random.Random(seed)
    again = chance.sample([*facts, *facts], 2 * len(facts))
    groups = [again[start : start + 3] for start in range(0, len(again), 3)]
    results = []
    for one in ([facts], [[fact] for fact in reversed(facts)], groups):
        with tempfile.TemporaryDirectory(dir=migrated_file.parent) as folder:
            shutil.copy(migrated_file, f"{folder}/mail.db")
            results.append(asyncio.run(standings(f"sqlite+aiosqlite:///{folder}/mail.db", one)))
    assert results[0] == results[1] == results[2]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=some_facts())
def test_an_address_that_nobody_has_stands_as_its_own_facts_say(migrated_file: Path, facts: list[Fact]) -> None:
    with tempfile.TemporaryDirectory(dir=migrated_file.parent) as folder:
        shutil.copy(migrated_file, f"{folder}/mail.db")
        found = asyncio.run(standings(f"sqlite+aiosqlite:///{folder}/mail.db", [facts]))
    ids = {fact.id for fact in facts if fact.address == "kim@example.net" and fact.key is None}
    own = [fact for fact in facts if fact.id in ids or fact.retracts in ids]
    if ids and not any(fact.kind is FactKind.retraction and fact.id not in ids for fact in own):
        assert found["a:kim@example.net"] == told_standing(standing_of(own))


@pytest.mark.parametrize("seed", range(3))
async def test_facts_recorded_by_two_processes_at_once_end_in_one_order(database_url: str, seed: int) -> None:
    chance = random.Random(seed)
    stores = [await Store.open(database_url, StoreSettings(), hooks_of=hooks("crm")) for _ in range(2)]
    people = [Subscriber(account_id="acme", key=str(n), address=f"p{n % 5}@example.org") for n in range(10)]
    await stores[0].put_subscribers(people)
    work = []
    for n in range(120):
        said = chance.choice([an_opt_out, a_consent])
        at = NOW + timedelta(minutes=chance.randrange(1000))
        address = f"p{chance.randrange(7)}@example.org"
        facts = [said(address, at=at), said(None, key=str(chance.randrange(12)), at=at)]
        work.append(stores[n % 2].record_facts(facts))
    await asyncio.gather(*work)
    assert await stores[1].check() == []
    by_person: dict[str, list[int]] = {}
    for entry in reversed(await stores[0].outbox.entries(limit=5000)):
        by_person.setdefault(entry.person, []).append(entry.version)
    assert all(versions == list(range(1, len(versions) + 1)) for versions in by_person.values())
    for store in stores:
        await store.close()


async def test_a_flood_about_one_person_costs_no_more_with_every_mail_and_loses_no_opt_out(store: Store) -> None:
    address = "pat@example.org"
    await store.record_facts([an_opt_out(address, kind=FactKind.complaint, at=NOW - timedelta(days=3))])
    flood = [an_opt_out(address, at=NOW + timedelta(seconds=n)) for n in range(CROWDED + 300)]
    for start in range(0, len(flood), 100):
        await store.record_facts(flood[start : start + 100])
    [person] = await store.persons(address)
    assert [block.kind for block in person.standing.blocks] == [FactKind.complaint, FactKind.opt_out]
    assert len(person.facts) == KEPT + 1
    assert person.version == 2, "the flood was news once"
    assert len(await store.outbox.entries()) == 2
    assert await store.check() == []
    await store.record_facts([a_consent(address, at=NOW + timedelta(days=1))])
    assert (await store.persons(address))[0].standing == Standing()
    assert await store.check() == []
