"""How far an opt-out reaches: list, account, enterprise, everywhere; and whose hooks are told. On both databases."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from store_values import NOW, a_consent, a_decision, a_mail, an_opt_out, deadlocks

from mailproc.errors import Refused
from mailproc.policy.standing.facts import ENTERPRISE, Channel, Fact, FactKind, Level
from mailproc.policy.standing.scope import EVERYWHERE, AccountScope, GlobalScope, Member, Scopes
from mailproc.policy.standing.standing import Status, own_standing
from mailproc.settings.settings import StoreSettings
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

LATER = NOW + timedelta(hours=1)
PAT = "pat@example.org"
SAID = {"by": "kim", "reason": "asked by letter"}
MEMBERS = (
    Member(account_id="acme", parent="group"),
    Member(account_id="shop", parent="group"),
    Member(account_id="alone", parent="group", scope=AccountScope.unit),
    Member(account_id="other", parent="others"),
)
SCOPES = Scopes(MEMBERS)
ACCOUNTS = [member.account_id for member in MEMBERS]


def hooks_of(account_id: str) -> tuple[str, ...]:
    return (f"crm-{account_id}",) if account_id != EVERYWHERE else ()


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    opened = await Store.open(database_url, StoreSettings(), hooks_of=hooks_of, scopes=SCOPES)
    yield opened
    assert await opened.check() == []
    await opened.close()


def known(account: str, key: str = "1", address: str = PAT) -> Subscriber:
    return Subscriber(account_id=account, key=key, address=address)


def everywhere(kind: FactKind = FactKind.opt_out, address: str | None = PAT, **more: Any) -> Fact:
    values = {"level": Level.global_, "channel": Channel.command, "account_id": EVERYWHERE, "evidence": SAID}
    return an_opt_out(address, **{**values, "kind": kind, **more})


async def statuses(store: Store, text: str = PAT) -> dict[str, str]:
    """What each account says of somebody, where it says anything."""
    found = [one for account in ACCOUNTS for one in await store.persons(text, account)]
    return {one.account_id: one.standing.status.value for one in found}


async def told(store: Store) -> list[tuple[str, str, str, int]]:
    """Hook, account, type and version of every event, oldest first."""
    entries = reversed(await store.outbox.entries(limit=1000))
    return [(one.hook, one.account_id, one.event.type, one.version) for one in entries]


async def test_an_opt_out_reaches_every_account_of_the_enterprise_and_no_other(store: Store) -> None:
    await store.put_subscribers([known(account) for account in ACCOUNTS])
    await store.record_facts([an_opt_out(PAT)])
    assert await statuses(store) == {
        "acme": "unsubscribed",
        "shop": "unsubscribed",
        "alone": "active",
        "other": "active",
    }


async def test_each_account_tells_its_own_hooks_and_its_own_version(store: Store) -> None:
    await store.put_subscribers([known(account) for account in ACCOUNTS])
    await store.record_facts([an_opt_out(PAT, account_id="shop")])
    assert await told(store) == [
        ("crm-shop", "shop", "subscriber.unsubscribed", 1),
        ("crm-acme", "acme", "subscriber.unsubscribed", 1),
    ]


async def test_a_unit_reaches_nobody_and_is_reached_by_nobody(store: Store) -> None:
    await store.put_subscribers([known(account) for account in ACCOUNTS])
    await store.record_facts([an_opt_out(PAT, account_id="alone")])
    assert [account for account, status in (await statuses(store)).items() if status != "active"] == ["alone"]


async def test_a_list_opt_out_stays_in_its_account(store: Store) -> None:
    await store.put_subscribers([known(account) for account in ACCOUNTS])
    await store.record_facts([an_opt_out(PAT, level=Level.list, list_id="news")])
    assert {one.account_id: len(one.standing.blocks) for one in await store.persons(PAT)} == {
        "acme": 1,
        "alone": 0,
        "other": 0,
        "shop": 0,
    }


@pytest.mark.parametrize("kind", [FactKind.bounce, FactKind.block, FactKind.consent])
async def test_bounces_holds_and_consents_stay_in_their_account(store: Store, kind: FactKind) -> None:
    await store.put_subscribers([known(account) for account in ACCOUNTS])
    await store.record_facts([an_opt_out(PAT, kind=kind, evidence={"class": "hard"})])
    assert (await statuses(store))["shop"] == "active"


async def test_an_account_that_meets_the_person_later_is_reached_and_its_hook_told_then(store: Store) -> None:
    await store.record_facts([an_opt_out(PAT)])
    await store.put_subscribers([known("shop"), known("other")])
    assert [one[:2] for one in await told(store)] == [("crm-acme", "acme"), ("crm-shop", "shop")]
    assert (await statuses(store))["other"] == "active"


async def test_an_account_that_does_not_know_the_address_keeps_nothing_but_answers_when_asked(store: Store) -> None:
    await store.record_facts([an_opt_out(PAT)])
    assert [one.account_id for one in await store.persons(PAT)] == ["acme"]
    [stranger] = await store.persons(PAT, "shop")
    assert (stranger.standing.status, stranger.version) == (Status.unsubscribed, 0)
    assert await store.persons(PAT, "other") == []


async def test_consent_where_it_was_said_ends_it_for_all_whom_it_reached(store: Store) -> None:
    await store.put_subscribers([known("acme"), known("shop")])
    await store.record_facts([an_opt_out(PAT)])
    await store.record_facts([a_consent(PAT, at=LATER)])
    assert set((await statuses(store)).values()) == {"active"}
    assert [one[1:] for one in await told(store)][2:] == [
        ("acme", "subscriber.active", 2),
        ("shop", "subscriber.active", 2),
    ]


async def test_consent_by_key_where_it_was_said_ends_it_there_and_where_it_reached(store: Store) -> None:
    await store.put_subscribers([known("acme", "7"), known("shop")])
    await store.record_facts([an_opt_out(PAT)])
    await store.record_facts([a_consent(None, key="7", at=LATER)])
    assert set((await statuses(store)).values()) == {"active"}


async def test_consent_elsewhere_in_the_enterprise_ends_it_there_alone(store: Store) -> None:
    await store.put_subscribers([known("acme"), known("shop")])
    await store.record_facts([an_opt_out(PAT)])
    await store.record_facts([a_consent(PAT, account_id="shop", at=LATER)])
    assert await statuses(store) == {"acme": "unsubscribed", "shop": "active"}


async def test_an_opt_out_taken_back_ends_everywhere(store: Store) -> None:
    await store.put_subscribers([known("acme"), known("shop")])
    opt_out = an_opt_out(PAT)
    await store.record_facts([opt_out])
    back = an_opt_out(PAT, kind=FactKind.retraction, retracts=opt_out.id, channel=Channel.command, at=LATER)
    await store.record_facts([back])
    assert set((await statuses(store)).values()) == {"active"}


async def test_one_account_may_use_another_accounts_key_for_somebody_else(store: Store) -> None:
    await store.put_subscribers([known("acme", "1"), known("shop", "1", "kim@example.net")])
    await store.record_facts([an_opt_out(None, key="1")])
    assert (await statuses(store, "kim@example.net")) == {"shop": "active"}


async def test_a_new_address_takes_the_opt_out_along_in_the_whole_enterprise(store: Store) -> None:
    await store.put_subscribers([known("acme", "1"), known("shop", "2", "new@example.org")])
    await store.record_facts([an_opt_out(PAT)])
    await store.put_subscribers([known("acme", "1", "new@example.org")])
    assert await statuses(store, "new@example.org") == {"acme": "unsubscribed", "shop": "unsubscribed"}


async def test_a_new_address_does_not_shed_what_reached_the_old_one(store: Store) -> None:
    await store.put_subscribers([known("shop"), known("other", "2")])
    await store.record_facts([an_opt_out(PAT), everywhere()])
    await store.put_subscribers([known("shop", "1", "new@example.org"), known("other", "2", "new@example.org")])
    found = {one.account_id: one.standing for one in await store.persons("new@example.org")}
    assert {account: {block.level for block in standing.blocks} for account, standing in found.items()} == {
        "shop": {Level.account, Level.global_},
        "other": {Level.global_},
    }
    await store.record_facts([everywhere(FactKind.consent, "new@example.org", at=LATER)])
    assert await statuses(store, "new@example.org") == {
        "acme": "unsubscribed",
        "shop": "unsubscribed",
        "other": "active",
    }


@pytest.mark.parametrize("known_first", [True, False])
async def test_an_address_that_was_reached_through_a_key_is_not_let_go_when_the_key_moves(
    store: Store, known_first: bool
) -> None:
    said = an_opt_out(None, key="1", kind=FactKind.complaint)
    if known_first:
        await store.put_subscribers([known("acme", "1", "first@example.org")])
    await store.record_facts([said])
    await store.put_subscribers([known("acme", "1"), known("shop", "7")])
    assert await statuses(store) == {"acme": "unsubscribed", "shop": "unsubscribed"}
    await store.put_subscribers([known("acme", "1", "kim@example.net")])
    assert (await statuses(store))["shop"] == "unsubscribed"
    assert (await statuses(store, "kim@example.net"))["acme"] == "unsubscribed"
    await store.put_subscribers([known("acme", "2")])
    assert (await statuses(store))["acme"] == "unsubscribed"
    await store.record_facts([a_consent(None, key="7", account_id="shop", at=LATER)])
    assert (await statuses(store))["shop"] == "active"


async def test_in_an_account_without_relatives_an_address_that_a_key_left_is_free(store: Store) -> None:
    await store.record_facts([an_opt_out(None, key="1", account_id="other")])
    await store.put_subscribers([known("other", "1")])
    await store.put_subscribers([known("other", "1", "kim@example.net"), known("other", "2")])
    assert await statuses(store) == {"other": "active"}
    assert await statuses(store, "kim@example.net") == {"other": "unsubscribed"}


async def test_the_own_record_is_told_apart_from_what_reaches_it(store: Store) -> None:
    await store.put_subscribers([known("acme"), known("shop")])
    await store.record_facts([an_opt_out(PAT), everywhere()])
    [shop] = await store.persons(PAT, "shop")
    assert {(block.level, block.account_id) for block in shop.standing.blocks} == {
        (Level.account, "acme"),
        (Level.global_, EVERYWHERE),
    }
    assert own_standing(shop.standing, "shop").status is Status.active


async def test_a_global_opt_out_covers_every_account_that_knows_the_person_now_and_later(store: Store) -> None:
    await store.put_subscribers([known("acme"), known("alone")])
    await store.record_facts([everywhere()])
    assert [one[:2] for one in await told(store)] == [("crm-acme", "acme"), ("crm-alone", "alone")]
    await store.put_subscribers([known("other"), known("newcomer")])
    assert [one[:2] for one in await told(store)][2:] == [("crm-newcomer", "newcomer"), ("crm-other", "other")]
    assert set((await statuses(store)).values()) == {"unsubscribed"}


async def test_a_global_opt_out_has_no_local_override_and_ends_by_the_operators_word(store: Store) -> None:
    await store.put_subscribers([known("acme")])
    await store.record_facts([everywhere()])
    await store.record_facts([a_consent(PAT, at=LATER)])
    assert (await statuses(store))["acme"] == "unsubscribed"
    await store.record_facts([everywhere(FactKind.consent, at=LATER)])
    assert (await statuses(store))["acme"] == "active"


@pytest.mark.parametrize(
    "more",
    [
        *({"channel": one} for one in (Channel.reply, Channel.page, Channel.crm, Channel.one_click, Channel.import_)),
        {"evidence": {}},
        {"evidence": {"by": "kim"}},
        {"level": Level.account},
        {"address": None, "key": "1"},
    ],
)
async def test_who_may_not_set_a_global_opt_out_is_refused_and_nothing_recorded(
    store: Store, more: dict[str, Any]
) -> None:
    await store.put_subscribers([known("acme")])
    with pytest.raises(Refused):
        await store.record_facts([an_opt_out(PAT), everywhere(**more)])
    assert (await statuses(store))["acme"] == "active"


async def test_a_mail_that_claims_to_speak_for_everyone_speaks_for_nobody(store: Store) -> None:
    await store.put_subscribers([known("acme")])
    mail = a_mail()
    await store.accept([mail])
    await store.record(mail, a_decision(mail, everywhere(channel=Channel.reply)))
    assert (await statuses(store))["acme"] == "active"


async def test_global_by_parent_reaches_that_enterprise_alone(database_url: str) -> None:
    scopes = Scopes(MEMBERS, GlobalScope.parent)
    store = await Store.open(database_url, StoreSettings(), hooks_of=hooks_of, scopes=scopes)
    await store.put_subscribers([known(account) for account in ACCOUNTS])
    await store.record_facts([everywhere(evidence={**SAID, ENTERPRISE: "group"})])
    assert await statuses(store) == {
        "acme": "unsubscribed",
        "shop": "unsubscribed",
        "alone": "unsubscribed",
        "other": "active",
    }
    assert await store.check() == []
    await store.close()


async def test_two_enterprises_said_in_one_moment_are_both_kept(database_url: str) -> None:
    scopes = Scopes(MEMBERS, GlobalScope.parent)
    store = await Store.open(database_url, StoreSettings(), hooks_of=hooks_of, scopes=scopes)
    await store.put_subscribers([known(account) for account in ACCOUNTS])
    said = [everywhere(evidence={**SAID, ENTERPRISE: enterprise}) for enterprise in ("group", "others")]
    await store.record_facts(said)
    assert set((await statuses(store)).values()) == {"unsubscribed"}
    await store.close()


async def test_the_enterprise_is_named_by_its_own_account_too(database_url: str) -> None:
    scopes = Scopes([Member(account_id="group"), Member(account_id="acme", parent="group")])
    store = await Store.open(database_url, StoreSettings(), hooks_of=hooks_of, scopes=scopes)
    await store.put_subscribers([known("group"), known("acme")])
    await store.record_facts([an_opt_out(PAT)])
    assert {one.account_id: one.standing.status for one in await store.persons(PAT)} == {
        "acme": "unsubscribed",
        "group": "unsubscribed",
    }
    await store.close()


@pytest.mark.parametrize("seed", range(3))
async def test_two_processes_that_change_the_same_people_in_several_accounts_lose_nothing_and_wait_in_turn(
    database_url: str, seed: int
) -> None:
    chance = random.Random(seed)
    patient = StoreSettings(busy_timeout_seconds=60)
    stores = [await Store.open(database_url, patient, hooks_of=hooks_of, scopes=SCOPES) for _ in range(2)]
    await stores[0].put_subscribers(
        [known(account, str(n), f"p{n}@example.org") for n in range(6) for account in ACCOUNTS]
    )
    work: list[Any] = []
    for n in range(80):
        said = chance.choice([an_opt_out, a_consent])
        at = NOW + timedelta(minutes=chance.randrange(1000))
        facts = [
            said(f"p{chance.randrange(8)}@example.org", at=at, account_id=account)
            for account in chance.sample(ACCOUNTS, 2)
        ]
        if n % 9 == 0:
            facts.append(everywhere(address=f"p{chance.randrange(8)}@example.org", at=at))
        work.append(stores[n % 2].record_facts(facts))
        if n % 10 == 0:
            moved = known(chance.choice(ACCOUNTS), str(chance.randrange(6)), f"p{chance.randrange(8)}@example.org")
            work.append(stores[n % 2].put_subscribers([moved]))
    await asyncio.gather(*work)
    assert await stores[1].check() == []
    by_person: dict[tuple[str, str], list[int]] = {}
    for entry in reversed(await stores[0].outbox.entries(limit=5000)):
        by_person.setdefault((entry.account_id, entry.person), []).append(entry.version)
    assert all(versions == list(range(1, len(versions) + 1)) for versions in by_person.values())
    for store in stores:
        await store.close()
    assert await deadlocks(database_url) == 0
