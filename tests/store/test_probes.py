"""A probe is told to hooks that want it, marked; it is deleted whole, and nobody else can be."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from store_values import NOW, Clock, a_decision, a_mail, an_opt_out

from mailproc.errors import Refused
from mailproc.identity import sortable_id
from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.policy.decision import Action
from mailproc.policy.hooks.probe import probe_address
from mailproc.policy.who.subscriber import RefSource, SubscriberRef, Trust
from mailproc.settings.settings import StoreSettings
from mailproc.store.desk.probes import Probe
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

PROBE = probe_address("probe-1")


def probe(address: str = PROBE) -> Probe:
    return Probe(account_id="acme", key="probe-1", address=address, since=NOW)


def mail_of(sender: str = PROBE, at: datetime = NOW) -> InboundMail:
    envelope = Envelope(mail_from=sender, rcpt_tos=("reply@acme.example",), peer="127.0.0.1", helo="localhost")
    return a_mail(id=sortable_id(at, len(sender)), envelope=envelope, received_at=at)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    opened = await Store.open(
        database_url,
        StoreSettings(),
        hooks_of=lambda account: ("crm", "watch"),
        probe_hooks_of=lambda account: ("watch",),
        clock=Clock(),
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
    mails = [mail_of(), mail_of("pat@example.org")]
    await store.accept(mails)
    await store.record(mails[0], a_decision(mails[0], an_opt_out(PROBE)))
    await store.record(mails[1], a_decision(mails[1], an_opt_out()))
    await store.probes.purge(probe())
    assert await store.persons(PROBE) == []
    assert [one.mail_id for one in await store.decisions()] == [mails[1].id]
    assert {one.event.data["person"]["address"] for one in await store.outbox.entries()} == {"pat@example.org"}


async def test_a_probe_that_goes_while_its_mail_is_being_decided_leaves_nothing(store: Store) -> None:
    mail = mail_of()
    await store.accept([mail])
    await store.probes.purge(probe())
    recorded = await store.record(mail, a_decision(mail, an_opt_out(PROBE)))
    assert not recorded.applied
    assert await store.persons(PROBE) == []
    assert (await store.decisions(), await store.outbox.entries()) == ([], [])


@pytest.mark.parametrize("by", ["subscriber", "fact", "review"])
async def test_what_an_earlier_probe_left_goes_with_its_mail_and_everyone_else_stays(store: Store, by: str) -> None:
    mails = [mail_of(), mail_of("pat@example.org"), mail_of("probe-2@example.org")]
    await store.accept(mails)
    ref = SubscriberRef(address=PROBE, source=RefSource.from_, trust=Trust.unauthenticated)
    if by == "subscriber":
        await store.put_subscribers([Subscriber(account_id="acme", key="probe-1", address=PROBE)])
    elif by == "fact":
        await store.record(mails[0], a_decision(mails[0], an_opt_out(PROBE)))
    else:
        await store.record(mails[0], a_decision(mails[0], action=Action.review, subscribers=(ref,)))
    await store.record_facts([an_opt_out("probe-2@example.org")])
    assert await store.probes.purge_left("acme", NOW) == 0
    assert await store.probes.purge_left("acme", NOW + timedelta(hours=1)) == 1
    assert await store.persons(PROBE) == []
    assert await store.desk.reviews() == []
    assert len(await store.persons("probe-2@example.org")) == 1
    assert (await store.undecided.count())[0] == 2


async def test_nobody_but_a_probe_is_deleted_like_this(store: Store) -> None:
    await store.record_facts([an_opt_out()])
    with pytest.raises(Refused, match="mailproc forget"):
        await store.probes.purge(probe("pat@example.org"))
    assert len(await store.persons("pat@example.org")) == 1
