"""Erasure: whoever else is concerned stays exactly as they were, on both databases."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from store_values import NOW, Clock, a_consent, a_decision, a_mail, an_opt_out, deliver_all, hooks, traces_of

from mailproc.policy.standing.facts import ENTERPRISE, Channel, Fact, FactKind, Level
from mailproc.policy.standing.pepper import Peppers
from mailproc.policy.standing.scope import EVERYWHERE, GlobalScope, Member, Scopes
from mailproc.policy.standing.standing import Status
from mailproc.settings.settings import StoreSettings
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

PAT, SHARED, KEY = "pat@example.org", "team@example.org", "crm-0031x0"
MEMBERS = (
    Member(account_id="acme", parent="g1"),
    Member(account_id="shop", parent="g1"),
    Member(account_id="other", parent="g2"),
    Member(account_id="third", parent="g3"),
)
SCOPES = Scopes(MEMBERS, GlobalScope.parent, peppers=Peppers({"1": b"pepper-v1" * 4}))


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    clock = Clock(NOW + timedelta(days=1))
    opened = await Store.open(database_url, StoreSettings(), hooks_of=hooks("crm"), scopes=SCOPES, clock=clock)
    yield opened
    try:
        assert await opened.check() == []
    finally:
        await opened.close()


async def forget(store: Store, text: str = PAT, account: str | None = None) -> None:
    """As the command does it, once the hooks have been told."""
    await deliver_all(store)
    found = await traces_of(store, text, account)
    others = [one.account_id for one in found]
    for one in found:
        assert await store.erasure.forget(one, by="kim", reason="art-17", others=others)


async def put(store: Store, key: str, address: str, account: str = "acme") -> None:
    await store.put_subscribers([Subscriber(account_id=account, key=key, address=address)])


def everywhere(kind: FactKind = FactKind.opt_out, *, hours: int = 0, enterprise: str | None = None) -> Fact:
    """What an operator says at global level, of one enterprise or of all."""
    evidence = {"by": "ann", "reason": "letter", **({ENTERPRISE: enterprise} if enterprise else {})}
    values = {"kind": kind, "account_id": EVERYWHERE, "level": Level.global_, "channel": Channel.command}
    return an_opt_out(PAT, at=NOW + timedelta(hours=hours), evidence=evidence, **values)


async def out_globally(store: Store) -> list[str]:
    """The accounts in which whoever comes with the address is out at global level."""
    found = []
    for member in MEMBERS:
        await put(store, "new", PAT, member.account_id)
        for one in await store.persons("new", member.account_id):
            found += [member.account_id for block in one.standing.blocks if block.level is Level.global_]
    return sorted(set(found))


@pytest.mark.parametrize(
    ("said", "out"),
    [
        ([everywhere(enterprise="g1"), everywhere(hours=1, enterprise="g2")], ["acme", "other", "shop"]),
        ([everywhere(), everywhere(hours=1, enterprise="g2")], ["acme", "other", "shop", "third"]),
        (
            [
                everywhere(enterprise="g1"),
                everywhere(enterprise="g2", hours=1),
                everywhere(FactKind.consent, enterprise="g2", hours=2),
            ],
            ["acme", "shop"],
        ),
        ([everywhere(enterprise="g1"), everywhere(FactKind.consent, hours=1)], []),
    ],
)
async def test_a_global_opt_out_stays_for_every_enterprise_that_it_was_said_of(
    store: Store, said: list[Fact], out: list[str]
) -> None:
    for fact in said:
        await store.record_facts([fact])
    await forget(store)
    assert await out_globally(store) == out


async def test_who_has_an_address_that_a_forgotten_key_had_stays_out(store: Store) -> None:
    await put(store, KEY, SHARED)
    await store.record_facts([an_opt_out(SHARED, key=KEY, channel=Channel.page)])
    await put(store, KEY, PAT)
    await put(store, "k2", SHARED)
    await put(store, "k3", SHARED, "shop")
    await forget(store)
    assert [one.standing.status for one in await store.persons(KEY, "acme")] == []
    for key, account in (("k2", "acme"), ("k3", "shop")):
        [one] = await store.persons(key, account)
        assert (one.standing.status, one.address) == ("unsubscribed", SHARED)
    await put(store, "k4", SHARED)
    assert [one.standing.status for one in await store.persons("k4", "acme")] == ["unsubscribed"]
    assert [fact.key for fact in (await store.persons("k2", "acme"))[0].facts] == [None]


async def test_what_had_been_taken_back_does_not_come_back_for_who_has_the_address(store: Store) -> None:
    await put(store, KEY, SHARED)
    await store.record_facts([an_opt_out(SHARED, key=KEY), a_consent(SHARED, key=KEY, at=NOW + timedelta(hours=1))])
    await put(store, KEY, PAT)
    await put(store, "k2", SHARED)
    await forget(store)
    assert [one.standing.status for one in await store.persons("k2", "acme")] == ["active"]


async def test_addresses_of_a_key_that_nobody_has_are_forgotten_with_it_and_stay_out(store: Store) -> None:
    second = "pat.second@example.net"
    for address in (PAT, second):
        await store.record_facts([an_opt_out(address, key="n", channel=Channel.page)])
    await forget(store)
    for address in (PAT, second):
        [one] = await store.persons(address, "acme")
        assert one.standing.status == "unsubscribed"
        assert str(one.facts[0].address).startswith("HMAC-SHA256:")


async def test_an_address_that_somebody_else_has_keeps_what_a_key_that_nobody_has_said(store: Store) -> None:
    for address in (PAT, SHARED):
        await store.record_facts([an_opt_out(address, key="n", channel=Channel.page)])
    await put(store, "k2", SHARED)
    await forget(store)
    [one] = await store.persons("k2", "acme")
    assert (one.standing.status, one.address) == ("unsubscribed", SHARED)


async def test_a_bounce_of_somebody_who_moved_away_is_as_unsure_as_before(store: Store) -> None:
    await put(store, "mover", PAT)
    told = {"class": "hard", "status": "5.2.1", "text_only": "true", "phrase": "too fast", "by": "mx"}
    await store.record_facts([an_opt_out(PAT, key="mover", kind=FactKind.bounce, evidence=told)])
    await put(store, "mover", "moved@example.net")
    await forget(store)
    [mover] = await store.persons("mover", "acme")
    assert mover.standing.status == "active"
    assert [fact.evidence for fact in mover.facts] == [told]


async def test_whoever_is_out_by_a_relative_alone_is_not_out_by_the_account_itself(store: Store) -> None:
    await put(store, KEY, PAT)
    await store.record_facts([an_opt_out(PAT, account_id="shop")])
    [one] = await store.erasure.find(KEY, "acme")
    assert [status.standing.status for status in await store.persons(KEY, "acme")] == ["unsubscribed"]
    assert not await store.erasure.is_out(one)
    await store.record_facts([an_opt_out(PAT)])
    assert await store.erasure.is_out(one)


async def test_while_an_event_is_on_its_way_no_mail_is_touched(store: Store) -> None:
    await put(store, KEY, PAT)
    mail = a_mail(content=f"From: {PAT}\r\n\r\nstop".encode())
    await store.accept([mail])
    await store.record(mail, a_decision(mail, an_opt_out(PAT)))
    [one] = await traces_of(store, PAT)
    assert not await store.erasure.forget(one, by="kim", reason="art-17")
    assert await store.mail(mail.id) is not None


async def test_who_had_the_address_before_is_told_of_without_it(store: Store) -> None:
    for account in ("acme", "shop"):
        await put(store, "9", PAT, account)
    await store.record_facts([an_opt_out(PAT)])
    for account in ("acme", "shop"):
        await put(store, "9", "new@example.org", account)
    await forget(store)
    for one in await store.erasure.find(PAT):
        assert await store.erasure.forget_mentions(one)
    told = [event for one in await store.persons("9") for event in one.events]
    assert len(told) == 2
    assert PAT not in str(told)
    assert all(one.standing.status is Status.unsubscribed for one in await store.persons("9"))


async def test_an_address_that_nobody_has_elsewhere_hears_what_stands_against_it_now(store: Store) -> None:
    """What stands against a key stays with each address that it had, and reaches the enterprise from there."""
    await put(store, "1", "new@example.org", "shop")
    await store.record_facts([a_consent(PAT, account_id="shop", key="1"), an_opt_out(PAT, at=NOW - timedelta(hours=1))])
    await store.record_facts([an_opt_out("new@example.org", account_id="shop")])
    await forget(store, "new@example.org")


async def test_an_address_that_others_had_when_it_was_looked_up_and_have_left_since_keeps_what_was_said(
    store: Store,
) -> None:
    await put(store, "1", "kim@example.net")
    await store.record_facts([an_opt_out("kim@example.net", key="1")])
    await put(store, "1", PAT)
    await put(store, "2", "kim@example.net")
    await deliver_all(store)
    [found] = [one for one in await traces_of(store, PAT) if one.account_id == "acme"]
    await put(store, "2", "jo@example.net")
    await deliver_all(store)
    assert await store.erasure.forget(found, by="kim", reason="art-17")
    [left] = [one for one in await store.persons("kim@example.net", "acme") if one.key is None]
    assert left.standing.status is Status.unsubscribed


@pytest.mark.parametrize(("key", "address"), [("5", PAT), ("1", "new@example.org")], ids=["comes", "moves"])
async def test_who_comes_or_moves_while_somebody_is_forgotten_is_looked_up_anew(
    store: Store, key: str, address: str
) -> None:
    await put(store, "1", PAT)
    await store.record_facts([an_opt_out(None, key="1")])
    await deliver_all(store)
    [found] = [one for one in await traces_of(store, PAT) if one.account_id == "acme"]
    await put(store, key, address)
    await deliver_all(store)
    assert not await store.erasure.forget(found, by="kim", reason="art-17")
    await forget(store)
    assert not [one for one in await store.persons(PAT, "acme") if one.key is not None]
    assert {one.standing.status for one in await store.persons(address, "acme")} == {Status.unsubscribed}


async def test_what_a_hook_has_still_to_hear_of_who_had_the_address_before_is_waited_for(store: Store) -> None:
    await put(store, "9", PAT)
    await store.record_facts([an_opt_out(None, key="9")])
    await put(store, "9", "new@example.org")
    [found] = [one for one in await traces_of(store, PAT) if one.account_id == "acme"]
    assert not await store.erasure.forget(found, by="kim", reason="art-17")
    await forget(store)
    assert PAT not in str([one.events for one in await store.persons("9")])
