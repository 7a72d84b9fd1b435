"""A looser form of an address finds candidates: one is taken off, several are a person's to choose from."""

from datetime import timedelta

import pytest
from store_values import NOW, a_consent, a_decision, a_mail, an_opt_out

from mailproc.policy.decision import Also
from mailproc.policy.standing.facts import Fact, FactKind
from mailproc.policy.standing.standing import Status
from mailproc.store.results import Recorded, Subscriber
from mailproc.store.store import Store


async def put(store: Store, *people: tuple[str, str]) -> None:
    await store.put_subscribers([Subscriber(account_id="acme", key=key, address=at) for key, at in people])


async def recorded(store: Store, *facts: Fact) -> Recorded:
    mail = a_mail()
    await store.accept([mail])
    return await store.record(mail, a_decision(mail, *facts))


async def status(store: Store, name: str) -> Status:
    [person] = await store.persons(name)
    return person.standing.status


@pytest.mark.parametrize(
    ("subscribed", "written"),
    [
        ("pat+news@example.org", "pat@example.org"),
        ("pat@example.org", "pat+work@example.org"),
        ("p.a.t@gmail.com", "pat@googlemail.com"),
        ("Pat.Person@gmail.com", "patperson+x@gmail.com"),
        ("pat@example.org", "prvs=0123abcdef=pat@example.org"),
    ],
)
async def test_the_only_one_who_has_the_address_in_another_form_is_taken_off(
    store: Store, subscribed: str, written: str
) -> None:
    await put(store, ("1", subscribed), ("2", "kim@example.org"))
    done = await recorded(store, an_opt_out(written))
    assert (await status(store, "1"), await status(store, "2")) == (Status.unsubscribed, Status.active)
    assert await status(store, written) is Status.unsubscribed, "the address that wrote is out, whoever gets it later"
    assert (done.unclear, await store.desk.reviews()) == (None, [])
    assert await store.check() == []


async def test_what_was_found_loosely_says_how(store: Store) -> None:
    await put(store, ("1", "pat+news@example.org"))
    await recorded(store, an_opt_out("pat@example.org"))
    [person] = await store.persons("1")
    assert person.facts[0].evidence["loosely"] == "pat@example.org"
    assert person.facts[0].evidence["carried_from"]


async def test_several_candidates_are_a_review_and_nobody_is_guessed(store: Store) -> None:
    await put(store, ("1", "pat+news@example.org"), ("2", "pat+shop@example.org"))
    done = await recorded(store, an_opt_out("pat@example.org"))
    assert (await status(store, "1"), await status(store, "2")) == (Status.active, Status.active)
    assert await status(store, "pat@example.org") is Status.unsubscribed
    assert done.unclear == "pat@example.org may be any of the subscribers 1, 2"
    assert [item.reason for item in await store.desk.reviews()] == [done.unclear]
    assert await store.check() == []


async def test_who_has_the_address_in_its_very_form_is_the_only_one_meant(store: Store) -> None:
    await put(store, ("1", "pat@example.org"), ("2", "pat+shop@example.org"))
    done = await recorded(store, an_opt_out("PAT@example.org"))
    assert (await status(store, "1"), await status(store, "2")) == (Status.unsubscribed, Status.active)
    assert (done.unclear, await store.desk.reviews()) == (None, [])


async def test_one_address_of_several_subscribers_is_one_candidate(store: Store) -> None:
    await put(store, ("1", "pat+news@example.org"), ("2", "Pat+News@example.org"))
    await recorded(store, an_opt_out("pat@example.org"))
    assert (await status(store, "1"), await status(store, "2")) == (Status.unsubscribed, Status.unsubscribed)


@pytest.mark.parametrize(
    ("subscribed", "written"),
    [
        ("pat.person@example.org", "patperson@example.org"),
        ("pat@example.org", "pat@example.net"),
        ("patricia@example.org", "pat@example.org"),
        ("pat@victim.example", "SRS0=abcd=xy=victim.example=pat@attacker.example"),
        ("pat@victim.example", "SRS1=abcd=one.example==abcd=xy=victim.example=pat@attacker.example"),
        ("pat@victim.example", "prvs=0123abcdef=SRS0=abcd=xy=victim.example=pat@attacker.example"),
    ],
)
async def test_addresses_that_are_only_alike_are_not_the_same(store: Store, subscribed: str, written: str) -> None:
    await put(store, ("1", subscribed))
    await recorded(store, an_opt_out(written))
    assert await status(store, "1") is Status.active


@pytest.mark.parametrize("kind", [FactKind.consent, FactKind.bounce])
async def test_a_loose_form_only_suppresses(store: Store, kind: FactKind) -> None:
    await put(store, ("1", "pat+news@example.org"))
    await store.record_facts([an_opt_out(None, key="1")])
    said = an_opt_out("pat@example.org", kind=kind, at=NOW + timedelta(days=1), evidence={"class": "hard"})
    assert await recorded(store, said)
    [person] = await store.persons("1")
    assert (person.standing.status, len(person.facts)) == (Status.unsubscribed, 1)


async def test_another_accounts_subscribers_are_no_candidates(store: Store) -> None:
    await store.put_subscribers([Subscriber(account_id="other", key="1", address="pat+news@example.org")])
    await recorded(store, an_opt_out("pat@example.org"))
    [person] = await store.persons("1")
    assert person.standing.status is Status.active


async def test_a_consent_of_the_candidate_ends_what_was_found_loosely(store: Store) -> None:
    await put(store, ("1", "pat+news@example.org"))
    await recorded(store, an_opt_out("pat@example.org"))
    await store.record_facts([a_consent(None, key="1", at=NOW + timedelta(days=1))])
    assert await status(store, "1") is Status.active
    assert await store.check() == []


async def test_a_review_that_the_decision_asks_for_keeps_its_own_reason(store: Store) -> None:
    await put(store, ("1", "pat+news@example.org"), ("2", "pat+shop@example.org"))
    mail = a_mail()
    await store.accept([mail])
    asked = a_decision(mail, an_opt_out("pat@example.org"), also=(Also.review,), reason="also asks for a refund")
    await store.record(mail, asked)
    assert [item.reason for item in await store.desk.reviews()] == ["also asks for a refund"]


async def test_the_bounce_of_a_token_is_one_of_the_address_and_stays_behind_with_it(store: Store) -> None:
    await put(store, ("1", "old@example.org"))
    await recorded(store, an_opt_out(None, key="1", kind=FactKind.bounce, evidence={"class": "hard"}))
    assert await status(store, "1") is Status.bounced
    await put(store, ("1", "new@example.org"))
    assert await status(store, "1") is Status.active
    assert await store.check() == []
