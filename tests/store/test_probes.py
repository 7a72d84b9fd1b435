"""A probe is told to hooks that want it, marked; it is deleted whole, and nobody else can be."""

from collections.abc import AsyncIterator

import pytest
from store_values import a_decision, a_mail, an_opt_out

from mailproc.errors import Refused
from mailproc.policy.probe import probe_address
from mailproc.settings import StoreSettings
from mailproc.store.desk.probes import Probe
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

PROBE = probe_address("probe-1")


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    opened = await Store.open(
        database_url,
        StoreSettings(),
        hooks_of=lambda account: ("crm", "watch"),
        probe_hooks_of=lambda account: ("watch",),
    )
    yield opened
    assert await opened.check() == []
    await opened.close()


async def test_hooks_hear_of_people_and_those_that_want_to_of_probes(store: Store) -> None:
    await store.record_facts([an_opt_out(), an_opt_out(PROBE)])
    told = {
        (one.hook, one.event.data["person"]["address"], one.event.data.get("probe"))
        for one in await store.outbox.entries()
    }
    assert told == {("crm", "pat@example.org", None), ("watch", "pat@example.org", None), ("watch", PROBE, True)}


async def test_standings_are_pushed_without_probes(store: Store) -> None:
    await store.record_facts([an_opt_out(PROBE)])
    assert await store.outbox.push("crm", ["acme"]) == 0


async def test_a_probe_goes_with_its_mail_and_everyone_else_stays(store: Store) -> None:
    await store.put_subscribers([Subscriber(account_id="acme", key="probe-1", address=PROBE)])
    mails = [a_mail(), a_mail()]
    await store.accept(mails)
    await store.record(mails[0], a_decision(mails[0], an_opt_out(PROBE)))
    await store.record(mails[1], a_decision(mails[1], an_opt_out()))
    await store.probes.purge(Probe(account_id="acme", key="probe-1", address=PROBE, mail_id=mails[0].id))
    assert await store.persons(PROBE) == []
    assert [one.mail_id for one in await store.decisions()] == [mails[1].id]
    assert {one.event.data["person"]["address"] for one in await store.outbox.entries()} == {"pat@example.org"}


async def test_nobody_but_a_probe_is_deleted_like_this(store: Store) -> None:
    await store.record_facts([an_opt_out()])
    with pytest.raises(Refused, match="mailproc forget"):
        await store.probes.purge(Probe(account_id="acme", key="1", address="pat@example.org"))
    assert len(await store.persons("pat@example.org")) == 1
