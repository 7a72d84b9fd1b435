"""Whoever comes with an address of which somebody asked in another form before is out by it, by whichever door."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from store_values import NOW, Clock, Opening, a_consent, a_decision, a_mail, an_opt_out, deadlocks

from mailproc.policy.imports.person_row import PersonRow
from mailproc.policy.standing.facts import Channel, FactKind, Level, retraction_of
from mailproc.policy.standing.pepper import Peppers
from mailproc.policy.standing.remedy import Asked
from mailproc.policy.standing.scope import Scopes
from mailproc.policy.standing.send import SendTerms
from mailproc.policy.standing.standing import Status
from mailproc.policy.standing.verdict import Classification
from mailproc.policy.standing.why import Known, why
from mailproc.store.imports.importing import ImportRun
from mailproc.store.people.put_person import WantedPerson
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

TERMS = SendTerms(account_id="acme")
Arrive = Callable[..., Awaitable[None]]
FORMS = {  # who asked, and the form in which they come
    "pat@example.org": "pat+news@example.org",
    "kim+work@example.org": "kim@example.org",
    "jo+work@example.org": "jo+news@example.org",
    "Sam@Example.org": "SAM+News@example.ORG",
    "lee@googlemail.com": "l.e.e@gmail.com",
    "max.person+x@gmail.com": "maxperson@googlemail.com",
    "prvs=0123abcdef=ann@example.org": "ann@example.org",
}
ALIKE = {  # who asked, and who is somebody else
    "pat@example.org": "pat+news@example.net",
    "kim.person@example.org": "kimperson@example.org",
    "jo@example.org": "joanna+news@example.org",
    "SRS0=abcd=xy=victim.example=sam@attacker.example": "sam@victim.example",
}


async def put(store: Store, *people: tuple[str, str]) -> None:
    await store.put_subscribers([Subscriber(account_id="acme", key=key, address=at) for key, at in people])


async def put_one(store: Store, *people: tuple[str, str]) -> None:
    for key, at in people:
        wanted = WantedPerson(account_id="acme", key=key, address=at, attributes={})
        assert (await store.one_person.put(wanted)).applied


async def imported(store: Store, *people: tuple[str, str]) -> None:
    run = ImportRun(account_id="acme", id="run", evidence={})
    rows = sorted(PersonRow(f"k:{key}", at, consented_at=NOW) for key, at in people)
    counts = [counts async for counts in store.imports.preview("acme", rows)][-1]
    states = [state async for state in store.imports.run(run, rows)]
    assert states[-1].finished_at is not None
    assert states[-1].counts == counts


async def met(store: Store, *people: tuple[str, str]) -> None:
    assert await store.sends.meet("acme", people) == len(people)


DOORS = pytest.mark.parametrize("arrive", [put, put_one, imported, met])


async def status(store: Store, name: str) -> Status:
    [person] = await store.persons(name)
    return person.standing.status


async def stopped(store: Store, *addresses: str, keys: list[str] | None = None) -> list[int]:
    """Those whom the check stops; it says the same with and without the names in memory."""
    found = await store.sends.check.stopped(TERMS, addresses=addresses, keys=keys)
    in_memory = store.sends.check_in_memory("acme")
    async for _ in in_memory.load():
        pass
    assert await in_memory.stopped(TERMS, addresses=addresses, keys=keys) == found
    return sorted(found)


@DOORS
async def test_who_comes_with_another_form_of_an_address_that_was_opted_out_is_out(
    store: Store, arrive: Arrive
) -> None:
    await store.record_facts([an_opt_out(written) for written in FORMS])
    await arrive(store, *((comes, comes) for comes in FORMS.values()), ("0", "nobody@example.org"))
    for written, comes in FORMS.items():
        [person] = await store.persons(comes)
        assert person.standing.status is Status.unsubscribed, comes
        assert person.facts[0].evidence["loosely"] == written
        assert person.facts[0].evidence["carried_from"]
    assert await status(store, "0") is Status.active
    assert await store.check() == []


async def test_the_check_before_a_first_send_knows_it_before_they_are_met(store: Store) -> None:
    await store.record_facts([an_opt_out(written) for written in FORMS])
    asked = (*FORMS.values(), "nobody@example.org")
    assert await stopped(store, *asked) == list(range(len(FORMS)))
    assert await stopped(store, *asked, keys=list(map(str, range(len(asked))))) == list(range(len(FORMS)))
    await met(store, *(("", comes) for comes in asked))
    assert await stopped(store, *asked) == list(range(len(FORMS)))


async def test_the_check_with_names_in_memory_learns_of_it_while_it_lives(opening: Opening) -> None:
    clock = Clock()
    store = await opening(clock=clock)
    in_memory = store.sends.check_in_memory("acme")
    async for _ in in_memory.load():
        pass
    await store.record_facts([an_opt_out("pat+work@example.org")])
    clock.advance(2)
    assert list(await in_memory.stopped(TERMS, addresses=["kim@example.org", "pat+news@example.org"])) == [1]


@DOORS
async def test_an_address_that_is_only_alike_is_nobodys_request(store: Store, arrive: Arrive) -> None:
    await store.record_facts([an_opt_out(written) for written in ALIKE])
    assert await stopped(store, *ALIKE.values()) == []
    await arrive(store, *((comes, comes) for comes in ALIKE.values()))
    for comes in ALIKE.values():
        assert await status(store, comes) is Status.active, comes


async def test_only_a_request_concerns_other_forms(store: Store) -> None:
    for kind in (FactKind.consent, FactKind.bounce, FactKind.block):
        said = an_opt_out(f"{kind}@example.org", kind=kind, channel=Channel.bounce, evidence={"class": "hard"})
        await store.record_facts([said])
        assert await stopped(store, f"{kind}+news@example.org") == []
        await put(store, (kind, f"{kind}+news@example.org"))
        assert await status(store, kind) is Status.active


async def test_a_request_by_key_concerns_that_subscriber_alone(store: Store) -> None:
    await store.record_facts([an_opt_out("pat@example.org", key="9")])
    await put(store, ("1", "pat+news@example.org"))
    assert await status(store, "1") is Status.active


async def test_the_address_of_somebody_in_its_very_form_is_nobody_elses(store: Store) -> None:
    await put(store, ("1", "pat@example.org"))
    await store.record_facts([an_opt_out("pat@example.org")])
    assert await stopped(store, "pat+news@example.org") == []
    await put(store, ("2", "pat+news@example.org"))
    assert (await status(store, "1"), await status(store, "2")) == (Status.unsubscribed, Status.active)


@DOORS
async def test_of_those_who_come_together_who_has_the_very_form_is_the_only_one_meant(
    store: Store, arrive: Arrive
) -> None:
    await store.record_facts([an_opt_out("pat@example.org")])
    await arrive(store, ("1", "pat@example.org"), ("2", "pat+news@example.org"))
    assert (await status(store, "1"), await status(store, "2")) == (Status.unsubscribed, Status.active)


async def test_everyone_who_comes_with_another_form_is_out(store: Store) -> None:
    await store.record_facts([an_opt_out("pat@example.org")])
    await put(store, ("1", "pat+news@example.org"))
    await put(store, ("2", "pat+shop@example.org"))
    assert (await status(store, "1"), await status(store, "2")) == (Status.unsubscribed, Status.unsubscribed)


async def test_who_was_there_before_is_as_they_were(store: Store) -> None:
    await put(store, ("1", "pat+news@example.org"), ("2", "pat+shop@example.org"))
    await store.record_facts([an_opt_out("pat@example.org")])
    await put(store, ("1", "Pat+News@example.org"))
    await put(store, ("3", "pat+news@example.org"))
    assert (await status(store, "1"), await status(store, "3")) == (Status.active, Status.active)


async def test_a_consent_of_the_address_that_asked_ends_it_before_anybody_comes(store: Store) -> None:
    await store.record_facts([an_opt_out("pat@example.org", at=NOW - timedelta(days=1)), a_consent("pat@example.org")])
    assert await stopped(store, "pat+news@example.org") == []
    await put(store, ("1", "pat+news@example.org"))
    assert await status(store, "1") is Status.active


async def test_what_was_taken_back_is_said_of_nobody(store: Store) -> None:
    said = an_opt_out("pat+work@example.org", at=NOW - timedelta(days=1))
    await store.record_facts([said, retraction_of(said, by="kim", reason="not theirs", at=NOW)])
    assert await stopped(store, "pat@example.org") == []
    await put(store, ("1", "pat@example.org"))
    assert await status(store, "1") is Status.active


async def test_a_newer_consent_of_who_comes_outlasts_it_and_an_older_does_not(store: Store) -> None:
    before = [an_opt_out("pat@example.org", at=NOW - timedelta(days=2))]
    await store.record_facts([*before, a_consent("pat+a@example.org", at=NOW - timedelta(days=3))])
    await store.record_facts([a_consent("pat+b@example.org", at=NOW - timedelta(days=1))])
    assert await stopped(store, "pat+a@example.org", "pat+b@example.org") == [0]
    await put(store, ("1", "pat+a@example.org"), ("2", "pat+b@example.org"))
    assert (await status(store, "1"), await status(store, "2")) == (Status.unsubscribed, Status.active)


async def test_a_request_for_one_list_stays_one_for_that_list(store: Store) -> None:
    await store.record_facts([an_opt_out("pat@example.org", level=Level.list, list_id="weekly")])
    await put(store, ("1", "pat+news@example.org"))
    [person] = await store.persons("1")
    assert [(block.level, block.list_id) for block in person.standing.blocks] == [(Level.list, "weekly")]


async def test_who_moves_to_another_form_of_the_address_is_out(store: Store) -> None:
    await store.record_facts([an_opt_out("pat@example.org")])
    await put(store, ("1", "kim@example.org"))
    assert await stopped(store, "pat+news@example.org", keys=["1"]) == [0]
    await put(store, ("1", "pat+news@example.org"))
    assert await status(store, "1") is Status.unsubscribed


async def test_another_accounts_request_concerns_nobody_here(store: Store) -> None:
    await store.record_facts([an_opt_out("pat@example.org", account_id="other")])
    await put(store, ("1", "pat+news@example.org"))
    assert await status(store, "1") is Status.active


async def test_who_was_forgotten_and_comes_in_another_form_stays_out(opening: Opening) -> None:
    store = await opening(scopes=Scopes(peppers=Peppers({"1": b"pepper-v1" * 4})), hooks_of=lambda account_id: ())
    await store.record_facts([an_opt_out("pat@example.org")])
    [traces] = await store.erasure.find("pat@example.org", "acme")
    await store.erasure.forget(traces, by="kim", reason="asked")
    assert await stopped(store, "pat+news@example.org") == [0]
    await put(store, ("1", "pat+news@example.org"))
    assert await status(store, "1") is Status.unsubscribed


async def test_why_tells_of_it_before_they_come_as_the_check_does(store: Store) -> None:
    asked = Asked(account_id="acme", list_id=None, classification=Classification.commercial)
    await store.record_facts([an_opt_out(written, at=NOW - timedelta(days=1)) for written in FORMS])
    for comes in FORMS.values():
        [found] = await store.diagnosis.of(comes, "acme")
        told = why(asked, Known(address=comes, facts=found.status.facts), NOW)
        assert not told.may_send, comes
        [change] = told.changes
        await store.record_facts(change.facts)
        [before] = await store.diagnosis.of(comes, "acme", at=NOW - timedelta(hours=1))
        assert before.status.standing.status is Status.unsubscribed, comes
        assert await store.diagnosis.of(comes, "acme", at=NOW - timedelta(days=2)) == []
    assert await stopped(store, *FORMS.values()) == []


async def test_a_flood_of_other_forms_hides_no_request_for_a_list(store: Store) -> None:
    one = an_opt_out("pat+0@example.org", level=Level.list, list_id="weekly", at=NOW - timedelta(days=9))
    flood = [an_opt_out(f"pat+{number}@example.org", at=NOW - timedelta(hours=1)) for number in range(1, 150)]
    await store.record_facts([one, *flood])
    await put(store, ("1", "pat@example.org"))
    [person] = await store.persons("1")
    assert sorted((block.level, block.list_id) for block in person.standing.blocks) == [
        (Level.account, None),
        (Level.list, "weekly"),
    ]


async def test_who_comes_while_the_mail_is_recorded_is_out_all_the_same(opening: Opening, database_url: str) -> None:
    """Either the fact is seen by who comes, or they by the fact: two processes on one database."""
    here, there = await opening(), await opening()
    for number in range(10):
        mail = a_mail()
        await here.accept([mail])
        said = a_decision(mail, an_opt_out(f"pat.{number}+work@example.org"))
        comes = Subscriber(account_id="acme", key=str(number), address=f"pat.{number}+news@example.org")
        await asyncio.gather(here.record(mail, said), there.put_subscribers([comes]))
        assert await status(here, str(number)) is Status.unsubscribed, number
    assert await deadlocks(database_url) == 0
