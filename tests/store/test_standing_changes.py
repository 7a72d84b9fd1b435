"""Recording: facts change standings, and every change is told to every hook in the same transaction."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from store_values import NOW, a_consent, a_decision, a_mail, an_opt_out, hooks

from mailproc.mail.mail_kind import MailKind
from mailproc.policy.decision import Action, Also
from mailproc.policy.hooks.event import OutboxEntry, OutboxState
from mailproc.policy.standing.facts import Channel, FactKind, Level
from mailproc.policy.standing.standing import Status
from mailproc.settings.settings import StoreSettings
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

LATER = NOW + timedelta(days=1)


async def events(store: Store, hook: str = "crm") -> list[OutboxEntry]:
    """All events of a hook, oldest first."""
    return list(reversed(await store.outbox.entries(hook=hook)))


async def recorded_mail(store: Store, *facts: object, **more: object) -> object:
    mail = a_mail()
    await store.accept([mail])
    return await store.record(mail, a_decision(mail, *facts, **more))  # type: ignore[arg-type]


async def test_a_decision_changes_the_standing_and_writes_the_event(store: Store) -> None:
    mail = a_mail()
    await store.accept([mail])
    recorded = await store.record(mail, a_decision(mail, an_opt_out("Pat@Example.ORG", evidence={"rule": "r1"})))
    [change] = recorded.changes
    assert (change.person, change.status, change.version) == ("a:pat@example.org", Status.unsubscribed, 1)
    [event] = await events(store)
    assert (event.person, event.version, event.state) == ("a:pat@example.org", 1, OutboxState.pending)
    assert event.event.type == "subscriber.unsubscribed"
    assert event.event.data["person"] == {"address": "Pat@Example.ORG", "key": None}
    assert event.event.data["cause"]["mail_id"] == mail.id
    assert event.event.data["cause"]["rule"] == "r1"
    assert await store.check() == []


async def test_a_decision_is_recorded_with_its_json_and_what_was_checked(store: Store) -> None:
    mail = a_mail()
    await store.accept([mail])
    await store.record(mail, a_decision(mail, an_opt_out()))
    recorded = await store.decision_of(mail.id)
    assert recorded is not None
    assert (recorded.n, recorded.kind, recorded.action, recorded.ruleset) == (1, "reply", "unsubscribe", "sha256:rules")
    assert recorded.decision["reason"] == "keyword in reply"
    assert recorded.authentication["source"] == "not_checked"
    assert [one.mail_id for one in await store.decisions(action="unsubscribe")] == [mail.id]
    assert await store.decisions(action="review") == []


async def test_the_second_decision_on_a_mail_is_not_applied(store: Store) -> None:
    mail = a_mail()
    await store.accept([mail])
    first, second = await asyncio.gather(
        store.record(mail, a_decision(mail, an_opt_out("one@example.org"))),
        store.record(mail, a_decision(mail, an_opt_out("two@example.org"))),
    )
    assert (first.applied, second.applied) == (True, False)
    assert second.changes == ()
    assert await store.persons("two@example.org") == []


async def test_a_decision_on_a_mail_that_nobody_accepted_is_not_applied(store: Store) -> None:
    mail = a_mail()
    assert not (await store.record(mail, a_decision(mail, an_opt_out()))).applied
    assert await events(store) == []


async def test_a_decision_without_facts_changes_nobody(store: Store) -> None:
    recorded = await recorded_mail(store)
    assert (recorded.applied, recorded.changes) == (True, ())
    assert await events(store) == []


async def test_the_same_fact_twice_is_one_and_no_news(store: Store) -> None:
    fact = an_opt_out(evidence={"mail": "sha256:m"})
    assert len((await store.record_facts([fact])).changes) == 1
    assert (await store.record_facts([fact, fact])).changes == ()
    [person] = await store.persons("pat@example.org")
    assert len(person.facts) == 1
    assert len(await events(store)) == 1


@pytest.mark.parametrize("classes", [("hard", "soft"), ("soft", "hard")])
async def test_a_report_that_calls_an_address_dead_and_full_makes_it_dead_in_either_order(
    store: Store, classes: tuple[str, str]
) -> None:
    for said in classes:
        evidence = {"mail": "sha256:00", "class": said}
        await store.record_facts([an_opt_out(kind=FactKind.bounce, channel=Channel.bounce, evidence=evidence)])
    [person] = await store.persons("pat@example.org")
    assert person.standing.status is Status.bounced


async def test_another_opt_out_of_someone_who_is_out_is_kept_but_no_news(store: Store) -> None:
    await store.record_facts([an_opt_out()])
    assert (await store.record_facts([an_opt_out(at=LATER)])).changes == ()
    [person] = await store.persons("pat@example.org")
    assert (len(person.facts), person.version) == (2, 1)
    assert await store.check() == []


async def test_a_complaint_after_an_opt_out_is_a_new_block_and_news(store: Store) -> None:
    await store.record_facts([an_opt_out()])
    [change] = (await store.record_facts([an_opt_out(kind=FactKind.complaint)])).changes
    assert change.version == 2
    assert {block.kind for block in change.after.blocks} == {FactKind.opt_out, FactKind.complaint}


async def test_a_newer_consent_ends_the_opt_out_with_the_next_version(store: Store) -> None:
    await store.record_facts([an_opt_out()])
    [change] = (await store.record_facts([a_consent(at=LATER)])).changes
    assert (change.before.status, change.after.status, change.version) == (Status.unsubscribed, Status.active, 2)
    assert [event.event.data["version"] for event in await events(store)] == [1, 2]


async def test_an_older_consent_that_comes_late_changes_nothing(store: Store) -> None:
    await store.record_facts([an_opt_out(at=LATER)])
    assert (await store.record_facts([a_consent()])).changes == ()


async def test_a_consent_of_someone_unknown_is_kept_without_news(store: Store) -> None:
    assert (await store.record_facts([a_consent()])).changes == ()
    assert await events(store) == []
    assert await store.check() == []


async def test_the_same_fact_with_an_earlier_time_moves_the_block_without_news(store: Store) -> None:
    evidence = {"mail": "sha256:m"}
    await store.record_facts([an_opt_out(at=NOW, evidence=evidence)])
    await store.record_facts([an_opt_out(at=NOW - timedelta(days=2), evidence=evidence)])
    [person] = await store.persons("pat@example.org")
    assert person.standing.blocks[0].since == NOW - timedelta(days=2)
    assert person.version == 1
    assert await store.check() == []


async def test_several_facts_of_one_person_in_one_recording_are_one_change(store: Store) -> None:
    recorded = await recorded_mail(store, an_opt_out(), an_opt_out(kind=FactKind.complaint))
    assert [change.version for change in recorded.changes] == [1]
    assert len(await events(store)) == 1


async def test_several_people_in_one_report_change_each(store: Store) -> None:
    recorded = await recorded_mail(store, *(an_opt_out(f"p{n}@example.org") for n in range(7)))
    assert len(recorded.changes) == 7
    assert [event.person for event in await events(store)] == [f"a:p{n}@example.org" for n in range(7)]


async def test_a_change_is_told_to_each_hook_of_the_account_and_to_no_other(database_url: str) -> None:
    names = {"acme": ("crm", "log"), "other": ("log",)}
    store = await Store.open(database_url, StoreSettings(), hooks_of=lambda account_id: names.get(account_id, ()))
    await store.record_facts([an_opt_out(), an_opt_out(account_id="other"), an_opt_out(account_id="third")])
    assert sorted((event.account_id, event.hook) for event in await store.outbox.entries()) == [
        ("acme", "crm"),
        ("acme", "log"),
        ("other", "log"),
    ]
    assert len({event.event.id for event in await store.outbox.entries()}) == 3
    await store.close()


async def test_a_newer_event_supersedes_the_open_older_one(store: Store) -> None:
    await store.record_facts([an_opt_out()])
    await store.record_facts([a_consent(at=LATER)])
    await store.record_facts([an_opt_out(at=LATER + timedelta(days=1))])
    assert [event.state for event in await events(store)] == [
        OutboxState.superseded,
        OutboxState.superseded,
        OutboxState.pending,
    ]


async def test_standing_and_event_are_written_together_or_not_at_all(database_url: str) -> None:
    store = await Store.open(database_url, StoreSettings(), hooks_of=hooks("crm"))
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("ALTER TABLE outbox RENAME COLUMN event TO gone"))
    mail = a_mail()
    await store.accept([mail])
    recorded = await store.record(mail, a_decision(mail, an_opt_out()))
    assert (recorded.applied, recorded.changes) == (True, ())
    assert [item.reason for item in await store.desk.reviews()] == ["could not be recorded"]
    async with engine.connect() as connection:
        for table in ("fact", "standing", "outbox"):
            assert (await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == 0
    await engine.dispose()
    await store.close()


async def test_a_fact_about_an_address_changes_every_subscriber_who_has_it_and_not_the_address(store: Store) -> None:
    known = [("1", "Pat@example.org"), ("2", "pat@EXAMPLE.org"), ("3", "kim@example.org")]
    await store.put_subscribers([Subscriber(account_id="acme", key=key, address=address) for key, address in known])
    recorded = await recorded_mail(store, an_opt_out("pat@example.org"))
    assert [(change.person, change.address) for change in recorded.changes] == [
        ("k:1", "Pat@example.org"),
        ("k:2", "pat@EXAMPLE.org"),
    ]
    assert [event.event.data["person"]["key"] for event in await events(store)] == ["1", "2"]
    assert await store.check() == []


async def test_an_opt_out_of_a_key_is_one_of_the_address_that_it_then_had(store: Store) -> None:  # R28a
    known = [("1", "pat@example.org"), ("2", "pat@example.org"), ("3", "kim@example.org")]
    await store.put_subscribers([Subscriber(account_id="acme", key=key, address=address) for key, address in known])
    recorded = await recorded_mail(store, an_opt_out(None, key="2"))
    assert [change.person for change in recorded.changes] == ["k:1", "k:2"]
    assert await store.check() == []


async def test_a_consent_of_a_key_changes_that_subscriber_alone(store: Store) -> None:
    pair = [Subscriber(account_id="acme", key=key, address="pat@example.org") for key in ("1", "2")]
    await store.put_subscribers(pair)
    await recorded_mail(store, an_opt_out())
    recorded = await recorded_mail(store, a_consent(None, key="2", at=LATER))
    assert [change.person for change in recorded.changes] == ["k:2"]


async def test_a_fact_about_an_unknown_key_is_kept_for_that_key_with_the_address_it_had(store: Store) -> None:
    [change] = (await store.record_facts([an_opt_out(key="77")])).changes
    assert (change.person, change.key, change.address) == ("k:77", "77", "pat@example.org")
    [person] = await store.persons("77")
    assert person.standing.status is Status.unsubscribed
    assert await store.check() == []


async def test_a_retraction_takes_the_fact_back_from_everyone_whom_it_named(store: Store) -> None:
    pair = [Subscriber(account_id="acme", key=key, address="pat@example.org") for key in ("1", "2")]
    await store.put_subscribers(pair)
    said = an_opt_out()
    await store.record_facts([said])
    undo = an_opt_out(None, key="1", kind=FactKind.retraction, channel=Channel.command, retracts=said.id, at=LATER)
    changes = (await store.record_facts([undo])).changes
    assert {change.person: change.status for change in changes} == {"k:1": Status.active, "k:2": Status.active}
    assert await store.check() == []


async def test_a_fact_in_the_future_counts_as_of_now(store: Store) -> None:
    [change] = (await store.record_facts([an_opt_out(at=NOW.replace(year=2999))])).changes
    assert change.after.blocks[0].since.year < 2999
    [consent] = (await store.record_facts([a_consent(at=NOW.replace(year=2998))])).changes
    assert consent.status is Status.active


async def test_a_list_opt_out_is_a_block_and_leaves_the_status_active(store: Store) -> None:
    [change] = (await store.record_facts([an_opt_out(level=Level.list, list_id="news")])).changes
    assert (change.status, [block.list_id for block in change.after.blocks]) == (Status.active, ["news"])


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"action": Action.review, "reason": "several candidates"}, "several candidates"),
        ({"also": (Also.review,), "reason": "keyword in subject"}, "keyword in subject"),
    ],
)
async def test_a_decision_that_asks_for_a_person_opens_a_review(store: Store, more: dict, reason: str) -> None:
    mail = a_mail()
    await store.accept([mail])
    await store.record(mail, a_decision(mail, kind=MailKind.reply, **more))
    [item] = await store.desk.reviews()
    assert (item.mail_id, item.reason, item.state) == (mail.id, reason, "open")
    assert item.due_at == NOW + timedelta(days=14), "ten business days"
    assert (await store.counts()).reviews_open == 1


async def test_a_decision_that_asks_for_nobody_opens_none(store: Store) -> None:
    await recorded_mail(store, an_opt_out())
    assert await store.desk.reviews() == []


async def test_hostile_names_are_recorded_and_found_again(store: Store, database_url: str) -> None:
    names = [
        "a\x00b@example.org",
        "a\udc80@example.org",
        "x" * 9000 + "@example.org",
        "Ä" * 3000 + "@bücher.example",
        "@",
        "",
    ]
    for name in names:
        [change] = (await store.record_facts([an_opt_out(name, evidence={"no\x00te": "\ud800" * 9000})])).changes
        assert change.status is Status.unsubscribed
        [person] = await store.persons(name)
        assert person.person == change.person
    assert await store.check() == []


async def test_over_long_addresses_that_differ_at_their_end_are_different_people(store: Store) -> None:
    long = "x" * 5000
    changes = (await store.record_facts([an_opt_out(f"{long}{n}@example.org") for n in range(3)])).changes
    assert len({change.person for change in changes}) == 3


async def test_a_hostile_decision_is_recorded_whole(store: Store) -> None:
    mail = a_mail()
    await store.accept([mail])
    decision = a_decision(mail, new_text="\x00\udc80" + "z" * 100_000, reason="r\x00\ud800" * 1000)
    await store.record(mail, replace(decision, action=Action.review))
    recorded = await store.decision_of(mail.id)
    assert recorded is not None
    assert recorded.decision["new_text"] == decision.new_text
    assert json.dumps(recorded.decision)


@pytest.fixture
async def quiet_store(database_url: str) -> AsyncIterator[Store]:
    opened = await Store.open(database_url, StoreSettings())
    yield opened
    await opened.close()


async def test_without_hooks_standings_change_and_nobody_is_told(quiet_store: Store) -> None:
    assert len((await quiet_store.record_facts([an_opt_out()])).changes) == 1
    assert await quiet_store.outbox.entries() == []
    assert not quiet_store.outbox_written.is_set()


async def test_workers_are_woken_by_a_change_and_by_nothing_else(store: Store) -> None:
    await store.record_facts([a_consent()])
    await recorded_mail(store)
    assert not store.outbox_written.is_set()
    await store.record_facts([an_opt_out(at=LATER)])
    assert store.outbox_written.is_set()


async def test_a_report_that_names_thousands_is_recorded_in_one_transaction(store: Store) -> None:
    recorded = await recorded_mail(store, *(an_opt_out(f"p{n}@example.org") for n in range(5000)))
    assert len(recorded.changes) == 5000
    assert len(await store.outbox.entries(limit=9999)) == 5000
