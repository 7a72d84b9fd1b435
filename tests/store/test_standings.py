"""Standings of the past, computed anew, and undone by cause; on both databases."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from store_values import NOW, a_consent, an_opt_out, hooks

from mailproc.policy.standing.facts import Channel, FactKind, Level, retraction_of
from mailproc.policy.standing.scope import Member, Scopes
from mailproc.policy.standing.standing import BounceThresholds, Status
from mailproc.settings.settings import StoreSettings
from mailproc.store.people.reverts import Making
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

PAT = "pat@example.org"
HOUR = timedelta(hours=1)
RULE = {"rule": "en-stop"}
MAKING = Making(rule="en-stop", start=NOW - HOUR, end=NOW + HOUR)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    opened = await Store.open(database_url, StoreSettings(), hooks_of=hooks("crm"))
    yield opened
    assert await opened.check() == []
    await opened.close()


async def then(store: Store, hours: float) -> list[str]:
    return [one.standing.status.value for one in await store.standings.of(PAT, at=NOW + hours * HOUR)]


async def rebuilt(store: Store, cursor: str = "") -> tuple[int, int, str]:
    """How many were looked at, how many changed, and the last cursor."""
    people = changed = 0
    async for done in store.standings.rebuild(cursor=cursor):
        people, changed, cursor = people + done.people, changed + done.changed, done.cursor
    return people, changed, cursor


async def execute(url: str, statement: str) -> None:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


# -- the past


async def test_the_past_is_answered_by_what_had_happened_until_then(store: Store) -> None:
    await store.put_subscribers([Subscriber(account_id="acme", key="1", address=PAT)])
    opt_out = an_opt_out(PAT, at=NOW)
    back = retraction_of(opt_out, by="kim", reason="a mistake", at=NOW + 4 * HOUR)
    await store.record_facts([opt_out, a_consent(PAT, at=NOW + HOUR), an_opt_out(PAT, at=NOW + 2 * HOUR), back])
    assert [(await then(store, hours)) for hours in (-1, 0, 1.5, 2, 5)] == [
        ["active"],
        ["unsubscribed"],
        ["active"],
        ["unsubscribed"],
        ["unsubscribed"],
    ]


async def test_before_anything_was_heard_of_an_address_nothing_is_known_of_it(store: Store) -> None:
    await store.record_facts([an_opt_out(PAT)])
    assert await then(store, -1) == []


async def test_an_undone_opt_out_stood_until_it_was_undone(store: Store) -> None:
    opt_out = an_opt_out(PAT)
    await store.record_facts([opt_out, retraction_of(opt_out, by="", reason="", at=NOW + HOUR)])
    assert (await then(store, 0.5), await then(store, 1)) == (["unsubscribed"], ["active"])


# -- computing anew


async def test_a_rebuild_of_what_is_in_order_changes_nothing_and_tells_nobody(store: Store) -> None:
    await store.put_subscribers([Subscriber(account_id="acme", key="1", address=PAT)])
    await store.record_facts([an_opt_out(PAT), an_opt_out("kim@example.net"), a_consent(None, key="9")])
    before = await store.outbox.entries()
    people, changed, _ = await rebuilt(store)
    assert people > 0
    assert changed == 0
    assert await store.outbox.entries() == before


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM standing",
        "UPDATE standing SET status = 'active', blocks = '[]'",
        "UPDATE standing SET status = 'bounced'",
        "UPDATE standing SET blocks = 'no json'",
        "UPDATE standing SET blocks = '[[1]]', status = 'nothing'",
    ],
)
async def test_a_damaged_projection_is_found_and_rebuilt_from_the_facts(
    store: Store, database_url: str, damage: str
) -> None:
    await store.put_subscribers([Subscriber(account_id="acme", key="1", address=PAT)])
    await store.record_facts([an_opt_out(PAT), an_opt_out(None, key="2"), an_opt_out("kim@example.net")])
    before = {one.person: one.standing for one in [*await store.persons(PAT), *await store.persons("kim@example.net")]}
    told = {one.person: one.version for one in await store.outbox.entries()}
    await execute(database_url, damage)
    assert await store.check() != []
    await rebuilt(store)
    assert await store.check() == []
    after = [*await store.persons(PAT), *await store.persons("kim@example.net")]
    assert {one.person: one.standing for one in after} == before
    assert all(one.version > told[one.person] for one in after), "what hooks were told stays older than what they are"


async def test_a_rebuild_applies_a_new_parent_and_tells_the_hooks(database_url: str) -> None:
    apart = await Store.open(database_url, StoreSettings(), hooks_of=hooks("crm"))
    await apart.put_subscribers([Subscriber(account_id=account, key="1", address=PAT) for account in ("acme", "shop")])
    await apart.record_facts([an_opt_out(PAT)])
    await apart.close()
    scopes = Scopes([Member(account_id=account, parent="group") for account in ("acme", "shop")])
    together = await Store.open(database_url, StoreSettings(), hooks_of=hooks("crm"), scopes=scopes)
    assert [one.standing.status for one in await together.persons(PAT)] == ["unsubscribed"] * 2
    assert await together.check() == ["account shop: k:1 is kept as active, but the facts say unsubscribed"]
    assert (await rebuilt(together))[1] == 1
    assert await together.check() == []
    assert [one.account_id for one in await together.outbox.entries()] == ["shop", "acme"]
    await together.close()


async def test_a_rebuild_applies_other_thresholds(database_url: str) -> None:
    strict = await Store.open(database_url, StoreSettings())
    await strict.record_facts([an_opt_out(PAT, kind=FactKind.bounce, evidence={"class": "hard"})])
    await strict.close()
    lenient = await Store.open(database_url, StoreSettings(), thresholds_of=lambda _: BounceThresholds(hard=2))
    assert (await rebuilt(lenient))[1] == 1
    assert await lenient.check() == []
    await lenient.close()


async def test_a_rebuild_that_was_stopped_goes_on_where_it_was(store: Store, database_url: str) -> None:
    await store.record_facts([an_opt_out(f"p{n:03}@example.org") for n in range(450)])
    await execute(database_url, "UPDATE standing SET status = 'active'")
    first = await anext(aiter(store.standings.rebuild()))
    assert (first.people, first.changed) == (200, 200)
    _, changed, _ = await rebuilt(store, first.cursor)
    assert changed == 250
    assert await store.check() == []


@pytest.mark.parametrize("cursor", ["nonsense", "acme/x/y", "acme/-1/"])
async def test_a_cursor_that_is_none_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(ValueError, match="no place to go on from"):
        await rebuilt(store, cursor)


# -- undone by cause


async def revert(store: Store, making: Making = MAKING) -> dict[str | None, tuple[str, str]]:
    """Undo a cause; gives what was foretold for whom."""
    made = await store.standings.made_by(making)
    await store.record_facts([retraction_of(one, by="kim", reason="bad rule", at=NOW + HOUR) for one in made.facts])
    return {one.address: (one.before.value, one.after.value) for one in made.people}


async def test_a_revert_brings_back_exactly_those_whom_the_cause_took_off(store: Store) -> None:
    await store.record_facts(
        [
            an_opt_out("by-rule@example.org", evidence=RULE),
            an_opt_out("by-another@example.org", evidence={"rule": "en-stop-it"}),
            an_opt_out("before@example.org", evidence=RULE, at=NOW - 2 * HOUR),
            an_opt_out("after@example.org", evidence=RULE, at=NOW + 2 * HOUR),
            an_opt_out("note@example.org", evidence={"note": "en-stop", "rule": "x"}),
        ]
    )
    assert await revert(store) == {"by-rule@example.org": ("unsubscribed", "active")}
    names = ("by-rule", "by-another", "before", "after", "note")
    found = {name: (await store.persons(f"{name}@example.org"))[0].standing.status.value for name in names}
    assert found == {name: "active" if name == "by-rule" else "unsubscribed" for name in names}


async def test_a_revert_leaves_those_who_said_so_themselves_besides(store: Store) -> None:
    await store.record_facts([an_opt_out(PAT, evidence=RULE), an_opt_out(PAT, at=NOW + HOUR / 2)])
    assert await revert(store) == {PAT: ("unsubscribed", "unsubscribed")}
    [person] = await store.persons(PAT)
    assert person.standing.status is Status.unsubscribed


async def test_what_is_taken_back_once_is_not_taken_back_again(store: Store) -> None:
    await store.record_facts([an_opt_out(PAT, evidence=RULE)])
    await revert(store)
    assert (await store.standings.made_by(MAKING)).facts == ()


async def test_a_revert_takes_back_list_opt_outs_and_those_carried_to_a_new_address(store: Store) -> None:
    await store.put_subscribers([Subscriber(account_id="acme", key="1", address=PAT)])
    await store.record_facts([an_opt_out(PAT, evidence=RULE)])
    await store.record_facts([an_opt_out(PAT, evidence=RULE, level=Level.list, list_id="news")])
    await store.put_subscribers([Subscriber(account_id="acme", key="1", address="new@example.org")])
    await revert(store)
    for address in (PAT, "new@example.org"):
        assert all(one.standing.blocks == () for one in await store.persons(address))


async def test_a_revert_of_one_account_leaves_the_others(store: Store) -> None:
    await store.record_facts([an_opt_out(PAT, evidence=RULE, account_id=account) for account in ("acme", "shop")])
    await revert(store, Making(rule="en-stop", start=NOW, end=NOW, account_id="shop"))
    assert {one.account_id: one.standing.status for one in await store.persons(PAT)} == {
        "acme": "unsubscribed",
        "shop": "active",
    }


@pytest.mark.parametrize("rule", ["en%", "en_stop", "", '"', "!"])
async def test_a_rule_is_named_literally(store: Store, rule: str) -> None:
    await store.record_facts([an_opt_out(PAT, evidence=RULE)])
    assert (await store.standings.made_by(Making(rule=rule, start=NOW - HOUR, end=NOW + HOUR))).facts == ()


async def test_a_revert_of_many_finds_each_of_them_once(store: Store) -> None:
    many = [an_opt_out(f"p{n:04}@example.org", evidence=RULE, channel=Channel.reply) for n in range(1100)]
    await store.record_facts(many)
    made = await store.standings.made_by(MAKING)
    assert {one.id for one in made.facts} == {one.id for one in many}
    assert len(made.people) == len(made.facts) == 1100
