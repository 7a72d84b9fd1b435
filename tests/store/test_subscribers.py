"""Making subscribers known resets nothing: what their address or key brought along holds from the first moment."""

from datetime import timedelta

from store_values import NOW, a_consent, an_opt_out

from mailproc.policy.standing.facts import FactKind
from mailproc.policy.standing.standing import Status
from mailproc.store.results import PersonStatus, Subscriber
from mailproc.store.store import Store

LATER = NOW + timedelta(days=1)


def known(key: str, address: str, account: str = "acme") -> Subscriber:
    return Subscriber(account_id=account, key=key, address=address)


async def one(store: Store, text: str) -> PersonStatus:
    [person] = await store.persons(text)
    return person


async def test_a_new_subscriber_is_active_and_nobody_is_told(store: Store) -> None:
    assert await store.put_subscribers([known("1", "pat@example.org")]) == []
    person = await one(store, "1")
    assert (person.standing.status, person.version, person.facts) == (Status.active, 0, ())
    assert await store.outbox.entries() == []


async def test_an_address_that_is_out_makes_every_later_subscriber_out_and_tells_the_hook(store: Store) -> None:
    await store.record_facts([an_opt_out("Pat@example.org")])
    [change] = await store.put_subscribers([known("1", "pat@EXAMPLE.org")])
    assert (change.person, change.status, change.version) == ("k:1", Status.unsubscribed, 1)
    [event, _] = await store.outbox.entries()
    assert event.event.data["person"] == {"address": "pat@EXAMPLE.org", "key": "1"}
    assert await store.check() == []


async def test_importing_the_same_subscriber_again_changes_nothing(store: Store) -> None:
    await store.put_subscribers([known("1", "pat@example.org")])
    await store.record_facts([an_opt_out(None, key="1")])
    assert await store.put_subscribers([known("1", "pat@example.org")] * 3) == []
    assert (await one(store, "1")).standing.status is Status.unsubscribed


async def test_changing_the_address_carries_an_opt_out_of_the_key_along(store: Store) -> None:
    await store.put_subscribers([known("1", "pat@example.org")])
    await store.record_facts([an_opt_out(None, key="1")])
    assert await store.put_subscribers([known("1", "new@example.org")]) == []
    person = await one(store, "new@example.org")
    assert (person.key, person.address, person.standing.status) == ("1", "new@example.org", Status.unsubscribed)
    assert await store.check() == []


async def test_changing_the_address_does_not_shed_an_opt_out_of_the_old_address(store: Store) -> None:
    await store.put_subscribers([known("1", "pat@example.org")])
    await store.record_facts([an_opt_out("pat@example.org")])
    assert await store.put_subscribers([known("1", "new@example.org")]) == []
    person = await one(store, "1")
    assert person.standing.status is Status.unsubscribed
    assert person.facts[0].evidence["carried_from"]
    assert (await one(store, "pat@example.org")).standing.status is Status.unsubscribed, (
        "the old address stays out, too"
    )
    assert await store.check() == []


async def test_changing_the_address_leaves_the_bounces_of_the_old_one_behind(store: Store) -> None:
    await store.put_subscribers([known("1", "old@example.org")])
    await store.record_facts([an_opt_out("old@example.org", kind=FactKind.bounce, evidence={"class": "hard"})])
    [change] = await store.put_subscribers([known("1", "new@example.org")])
    assert (change.before.status, change.after.status) == (Status.bounced, Status.active)
    assert await store.check() == []


async def test_a_consent_after_the_move_ends_what_was_carried_along(store: Store) -> None:
    await store.put_subscribers([known("1", "pat@example.org")])
    await store.record_facts([an_opt_out("pat@example.org")])
    await store.put_subscribers([known("1", "new@example.org")])
    [change] = (await store.record_facts([a_consent(None, key="1", at=LATER)])).changes
    assert (change.person, change.status) == ("k:1", Status.active)


async def test_an_address_that_its_subscriber_left_stands_on_its_own_again(store: Store) -> None:
    await store.record_facts([an_opt_out("pat@example.org")])
    await store.put_subscribers([known("1", "pat@example.org")])
    await store.record_facts([a_consent("pat@example.org", at=LATER)])
    await store.put_subscribers([known("1", "new@example.org")])
    assert (await one(store, "pat@example.org")).standing.status is Status.active
    assert await store.check() == []


async def test_another_accounts_opt_out_is_not_read_here(store: Store) -> None:
    await store.record_facts([an_opt_out(account_id="other")])
    assert await store.put_subscribers([known("1", "pat@example.org")]) == []
    statuses = {person.account_id: person.standing.status for person in await store.persons("pat@example.org")}
    assert statuses == {"acme": Status.active, "other": Status.unsubscribed}


async def test_people_are_found_by_address_and_by_key_in_one_account_or_all(store: Store) -> None:
    await store.put_subscribers(
        [known("1", "Pat@example.org"), known("2", "pat@example.org"), known("1", "kim@example.org", "other")]
    )
    assert [person.person for person in await store.persons(" PAT@example.org ")] == ["k:1", "k:2"]
    assert [(person.account_id, person.address) for person in await store.persons("1")] == [
        ("acme", "Pat@example.org"),
        ("other", "kim@example.org"),
    ]
    assert [person.account_id for person in await store.persons("1", "other")] == ["other"]
    assert await store.persons("nobody@example.org") == []
    assert await store.persons("") == []


async def test_a_persons_facts_and_events_are_shown(store: Store) -> None:
    await store.record_facts([an_opt_out(at=LATER), a_consent()])
    person = await one(store, "pat@example.org")
    assert [fact.kind for fact in person.facts] == [FactKind.consent, FactKind.opt_out]
    assert [event.hook for event in person.events] == ["crm"]
    assert person.changed_at is not None


async def test_a_large_import_is_cut_into_transactions(store: Store) -> None:
    await store.record_facts([an_opt_out(f"p{n}@example.org") for n in range(0, 1200, 100)])
    changes = await store.put_subscribers([known(str(n), f"p{n}@example.org") for n in range(1200)])
    assert sorted(int(str(change.key)) for change in changes) == list(range(0, 1200, 100))
    assert await store.check() == []
