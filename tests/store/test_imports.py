"""Importing people: they become known, with lists and attributes, and whoever was out stays out."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import asyncpg
import pytest
from store_values import NOW, Clock, a_consent, a_decision, a_mail, an_opt_out, deadlocks, hooks

from mailproc.mail.arrival.envelope import InboundMail
from mailproc.policy.deciding.review import Answer
from mailproc.policy.decision import Action
from mailproc.policy.imports.imported import ImportCounts
from mailproc.policy.imports.person_row import PersonRow, derived_key
from mailproc.policy.standing.facts import Channel, FactKind, Level
from mailproc.policy.standing.scope import EVERYWHERE, Member, Scopes
from mailproc.policy.standing.standing import Status
from mailproc.policy.who.subscriber import RefSource, SubscriberRef, Trust
from mailproc.review.answer import answer_review
from mailproc.settings.settings import StoreSettings
from mailproc.store.imports.importing import ImportRun
from mailproc.store.results import ImportState, PersonStatus, Subscriber
from mailproc.store.store import Store

RUN = ImportRun(account_id="acme", id="march", evidence={"reason": "signed up at the fair"})
SCOPES = Scopes([Member(account_id="acme", parent="group"), Member(account_id="shop", parent="group")])


@pytest.fixture
async def family(database_url: str) -> AsyncIterator[Store]:
    """A store of two accounts of one enterprise."""
    opened = await Store.open(database_url, StoreSettings(), hooks_of=hooks("crm"), scopes=SCOPES)
    yield opened
    await opened.close()


def keyed(key: str, address: str, **more: object) -> PersonRow:
    return PersonRow(f"k:{key}", address, **more)  # type: ignore[arg-type]


def keyless(address: str, **more: object) -> PersonRow:
    return PersonRow(f"n:{derived_key('acme', address)}", address, **more)  # type: ignore[arg-type]


def crowd(count: int) -> list[PersonRow]:
    return [keyed(f"{number:06d}", f"person.{number}@example.org", lists=("weekly",)) for number in range(count)]


async def imported(store: Store, *rows: PersonRow, run: ImportRun = RUN) -> ImportCounts:
    states = [state async for state in store.imports.run(run, sorted(rows))]
    assert states[-1].finished_at is not None
    return states[-1].counts


async def previewed(store: Store, *rows: PersonRow) -> ImportCounts:
    return [counts async for counts in store.imports.preview("acme", sorted(rows))][-1]


async def one(store: Store, text: str, account: str = "acme") -> PersonStatus:
    [person] = await store.persons(text, account)
    return person


async def test_strangers_become_active_subscribers_and_nobody_is_told(store: Store) -> None:
    counts = await imported(store, keyed("1", "Pat@Example.org"), keyless("kim@example.net"))
    assert counts == ImportCounts(new=2)
    pat = await one(store, "pat@example.org")
    assert (pat.key, pat.address, pat.standing.status) == ("1", "Pat@Example.org", Status.active)
    assert (await one(store, "kim@example.net")).key == derived_key("acme", "KIM@example.net")
    assert await store.outbox.entries() == []


async def test_the_same_file_twice_changes_nothing(store: Store) -> None:
    rows = [keyed("1", "pat@example.org", lists=("weekly",), attributes=(("city", "Graz"),))]
    await imported(store, *rows)
    assert await imported(store, *rows) == ImportCounts(unchanged=1)


async def test_an_opt_out_of_an_address_holds_for_whoever_is_imported_later_and_the_hook_is_told(store: Store) -> None:
    await store.record_facts([an_opt_out("pat@example.org")])
    assert await imported(store, keyed("1", "PAT@example.org")) == ImportCounts(new=1, out_account=1)
    assert (await one(store, "1")).standing.status is Status.unsubscribed
    told = [entry.event.data["person"]["key"] for entry in await store.outbox.entries()]
    assert "1" in told
    assert await store.check() == []


async def test_an_opt_out_of_a_key_holds_for_who_is_imported_under_it_later(store: Store) -> None:
    await store.record_facts([an_opt_out(None, key="1")])
    assert await imported(store, keyed("1", "pat@example.org")) == ImportCounts(new=1, out_account=1)
    assert (await one(store, "1")).standing.status is Status.unsubscribed


async def test_who_stayed_out_is_counted_once_by_what_reaches_furthest(store: Store) -> None:
    by_hand = {"by": "kim", "reason": "asked"}
    at_large = {"account_id": EVERYWHERE, "level": Level.global_, "channel": Channel.command, "evidence": by_hand}
    facts = [
        an_opt_out("a@example.org", at=NOW, **at_large),
        an_opt_out("a@example.org"),
        an_opt_out("b@example.org"),
        an_opt_out("c@example.org", level=Level.list, list_id="weekly"),
        an_opt_out("d@example.org", level=Level.list, list_id="daily"),
        an_opt_out("e@example.org", kind=FactKind.block),
        an_opt_out("f@example.org", kind=FactKind.bounce, evidence={"class": "hard"}),
    ]
    await store.record_facts(facts)
    rows = [keyed(name, f"{name}@example.org", lists=("weekly",)) for name in "abcdefg"]
    expected = ImportCounts(new=7, out_global=1, out_account=1, out_list=1, held=1, bounced=1)
    assert await previewed(store, *rows) == expected
    assert await imported(store, *rows) == expected


@pytest.mark.parametrize("known_there", [False, True])
async def test_what_an_enterprise_heard_holds_for_who_is_imported_into_its_other_account(
    family: Store, known_there: bool
) -> None:
    if known_there:  # then by key alone; the address came later
        await family.record_facts([an_opt_out(None, key="77", account_id="shop")])
        await family.put_subscribers([Subscriber(account_id="shop", key="77", address="pat@example.org")])
    else:
        await family.record_facts([an_opt_out("pat@example.org", account_id="shop")])
    assert await imported(family, keyed("1", "pat@example.org")) == ImportCounts(new=1, out_account=1)
    assert (await one(family, "1")).standing.status is Status.unsubscribed
    assert await family.check() == []


async def test_an_import_that_meets_facts_of_a_key_tells_the_relatives_who_have_the_address(family: Store) -> None:
    await family.put_subscribers([Subscriber(account_id="shop", key="77", address="pat@example.org")])
    await family.record_facts([an_opt_out(None, key="1")])
    await imported(family, keyed("1", "pat@example.org"))
    assert (await one(family, "77", "shop")).standing.status is Status.unsubscribed
    assert await family.check() == []


async def test_a_new_address_carries_along_what_stood_against_the_old_one(store: Store) -> None:
    await imported(store, keyed("1", "old@example.org"))
    await store.record_facts([an_opt_out("old@example.org")])
    rows = [keyed("1", "new@example.org")]
    assert await previewed(store, *rows) == ImportCounts(updated=1, out_account=1)
    assert await imported(store, *rows) == ImportCounts(updated=1, out_account=1)
    moved = await one(store, "new@example.org")
    assert (moved.key, moved.standing.status) == ("1", Status.unsubscribed)
    assert await store.check() == []


async def test_a_bounce_stays_behind_with_the_old_address(store: Store) -> None:
    await imported(store, keyed("1", "old@example.org"))
    await store.record_facts([an_opt_out("old@example.org", kind=FactKind.bounce, evidence={"class": "hard"})])
    rows = [keyed("1", "new@example.org")]
    assert await previewed(store, *rows) == ImportCounts(updated=1)
    assert await imported(store, *rows) == ImportCounts(updated=1)
    assert (await one(store, "1")).standing.status is Status.active


async def test_another_spelling_of_the_address_is_an_update_and_no_move(store: Store) -> None:
    await imported(store, keyed("1", "pat@example.org"))
    assert await imported(store, keyed("1", "Pat@example.org")) == ImportCounts(updated=1)
    assert (await one(store, "1")).address == "Pat@example.org"


async def test_without_a_key_everyone_who_has_the_address_is_meant_and_nobody_new_made(store: Store) -> None:
    await imported(store, keyed("1", "pat@example.org"), keyed("2", "pat@example.org"))
    row = keyless("Pat@Example.org", lists=("weekly",))
    assert await imported(store, row) == ImportCounts(updated=1)
    assert await store.subscriptions.lists_of("acme", ["1", "2"]) == {"1": ["weekly"], "2": ["weekly"]}
    assert [person.key for person in await store.persons("pat@example.org")] == ["1", "2"]


async def test_without_a_key_an_address_that_somebody_has_under_a_key_of_the_same_file_is_no_second_person(
    store: Store,
) -> None:
    counts = await imported(store, keyed("1", "pat@example.org"), keyless("pat@example.org", lists=("weekly",)))
    assert counts == ImportCounts(new=1, updated=1)
    assert [person.key for person in await store.persons("pat@example.org")] == ["1"]


async def test_an_old_file_without_keys_does_not_bring_back_an_address_that_was_corrected(store: Store) -> None:
    await imported(store, keyless("old@example.org"))
    key = derived_key("acme", "old@example.org")
    await store.put_subscribers([Subscriber(account_id="acme", key=key, address="new@example.org")])
    assert await imported(store, keyless("old@example.org", lists=("weekly",))) == ImportCounts(updated=1)
    assert (await one(store, key)).address == "new@example.org"
    assert await store.persons("old@example.org") == []


async def test_a_list_opt_out_stays_when_an_import_joins_the_list(store: Store) -> None:
    await imported(store, keyed("1", "pat@example.org"))
    await store.record_facts([an_opt_out(None, key="1", level=Level.list, list_id="weekly")])
    assert await imported(store, keyed("1", "pat@example.org", lists=("weekly", "daily"))) == ImportCounts(
        updated=1, out_list=1
    )
    assert {block.list_id for block in (await one(store, "1")).standing.blocks} == {"weekly"}


async def test_who_was_taken_off_a_list_is_put_on_it_again_by_a_later_import(store: Store) -> None:
    row = keyed("1", "pat@example.org", lists=("weekly",))
    await imported(store, row)
    assert await store.subscriptions.leave("acme", "weekly", ["1"]) == ["1"]
    assert (await one(store, "1")).standing.blocks == ()
    assert await imported(store, row) == ImportCounts(updated=1)
    assert await store.subscriptions.lists_of("acme", ["1"]) == {"1": ["weekly"]}


async def test_attributes_are_written_where_they_are_said_and_stay_where_they_are_not(store: Store) -> None:
    await imported(store, keyed("1", "pat@example.org", attributes=(("city", "Graz"), ("name", "Pat"))))
    assert await imported(store, keyed("1", "pat@example.org", attributes=(("city", "Wien"),))) == ImportCounts(
        updated=1
    )
    assert await store.subscriptions.attributes_of("acme", ["1"]) == {"1": {"city": "Wien", "name": "Pat"}}


async def test_consent_is_kept_of_those_against_whom_nothing_stands_and_brings_nobody_back(store: Store) -> None:
    at = NOW - timedelta(days=30)
    await store.record_facts([an_opt_out("pat@example.org", at=at - timedelta(days=9))])
    rows = [keyed("1", "pat@example.org", consented_at=at), keyed("2", "kim@example.net", consented_at=at)]
    assert await imported(store, *rows) == ImportCounts(new=2, out_account=1, consents=1)
    assert (await one(store, "1")).standing.status is Status.unsubscribed
    [fact] = (await one(store, "2")).facts
    assert (fact.kind, fact.occurred_at, fact.channel, fact.evidence) == (
        FactKind.consent, at, Channel.import_, {"reason": "signed up at the fair"},
    )  # fmt: skip
    assert await store.check() == []


async def test_a_consent_of_one_who_has_the_address_brings_back_nobody_else_who_has_it(store: Store) -> None:
    await store.put_subscribers([Subscriber(account_id="acme", key="3", address="pat@example.org")])
    await store.record_facts([an_opt_out("pat@example.org", at=NOW - timedelta(days=9))])
    await store.record_facts([a_consent(None, key="1", at=NOW - timedelta(days=5))])
    row = keyed("1", "pat@example.org", consented_at=NOW - timedelta(days=1))
    assert await imported(store, row) == ImportCounts(new=1, consents=1)
    assert (await one(store, "3")).standing.status is Status.unsubscribed
    assert await store.check() == []


MINUTE = timedelta(minutes=1)


async def in_review(store: Store, *, of: str | None, key: str | None = None, account: str = "acme") -> InboundMail:
    """A mail of NOW that waits for a person's answer."""
    mail = a_mail(account=account)
    await store.accept([mail])
    ref = SubscriberRef(address=of, key=key, source=RefSource.from_, trust=Trust.unauthenticated)
    refs = (ref,) if of or key else ()
    await store.record(mail, a_decision(mail, action=Action.review, subscribers=refs))
    return mail


async def test_a_request_that_waits_in_review_is_honoured_whatever_consent_was_imported_meanwhile(store: Store) -> None:
    mail = await in_review(store, of="pat@example.org")
    rows = [
        keyed("1", "Pat@example.org", consented_at=NOW + MINUTE),
        keyed("2", "kim@example.net", consented_at=NOW + MINUTE),
    ]
    expected = ImportCounts(new=2, consents=1, consents_left_out=1)
    assert await previewed(store, *rows) == expected
    assert await imported(store, *rows) == expected
    await answer_review(store, await store.desk.review(mail.id), Answer.unsubscribe, by="lee")
    assert (await one(store, "1")).standing.status is Status.unsubscribed
    assert await store.check() == []


@pytest.mark.parametrize(
    "named",
    [{"of": "pat+news@example.org"}, {"of": None, "key": "1"}, {"of": None, "key": "other"}, {"of": None}],
    ids=["another form of the address", "key", "key of who has the address", "nobody"],
)
async def test_who_may_be_meant_in_review_gets_no_newer_consent(store: Store, named: dict[str, str | None]) -> None:
    await store.put_subscribers([Subscriber(account_id="acme", key="other", address="pat@example.org")])
    await in_review(store, **named)  # type: ignore[arg-type]
    row = keyed("1", "pat@example.org", consented_at=NOW + MINUTE)
    assert await imported(store, row) == ImportCounts(new=1, consents_left_out=1)


async def test_who_is_in_review_in_another_account_of_the_enterprise_gets_no_newer_consent(family: Store) -> None:
    await family.put_subscribers([Subscriber(account_id="shop", key="1", address="kim@example.net")])
    await in_review(family, of=None, key="1", account="shop")
    rows = [
        keyed("1", "pat@example.org", consented_at=NOW + MINUTE),  # the same key, and somebody else
        keyed("2", "kim@example.net", consented_at=NOW + MINUTE),
    ]
    assert await imported(family, *rows) == ImportCounts(new=2, consents=1, consents_left_out=1)


async def test_once_the_review_is_answered_the_same_file_again_writes_the_consent(store: Store) -> None:
    mail = await in_review(store, of="pat@example.org")
    row = keyed("1", "pat@example.org", consented_at=NOW + MINUTE)
    await imported(store, row)
    await answer_review(store, await store.desk.review(mail.id), Answer.not_a_request, by="lee")
    assert await imported(store, row) == ImportCounts(unchanged=1, consents=1)


@pytest.mark.parametrize("waits", [False, True])
async def test_while_mail_is_undecided_no_consent_is_written_that_is_newer(store: Store, waits: bool) -> None:
    mail = a_mail()
    await store.accept([mail])
    if waits:
        assert await store.waiting.put(mail, NOW + timedelta(hours=1))
    rows = [
        keyed("1", "pat@example.org", consented_at=NOW + MINUTE),
        keyed("2", "kim@example.net", consented_at=NOW - MINUTE),
        keyed("3", "lee@example.com", consented_at=NOW),
    ]
    assert await imported(store, *rows) == ImportCounts(new=3, consents=2, consents_left_out=1)
    await store.record(mail, a_decision(mail, an_opt_out("pat@example.org")))
    assert (await one(store, "1")).standing.status is Status.unsubscribed
    again = await imported(store, *rows)
    assert (again.out_account, again.consents, again.consents_left_out) == (1, 2, 0)


async def test_without_a_time_of_consent_an_import_says_nothing_about_consent(store: Store) -> None:
    await imported(store, keyed("1", "pat@example.org"))
    assert (await one(store, "1")).facts == ()


async def test_a_run_that_is_broken_off_goes_on_and_counts_everybody_once(store: Store) -> None:
    await store.record_facts([an_opt_out("person.3@example.org"), an_opt_out("person.1100@example.org")])
    rows = crowd(1200)
    states: list[ImportState] = []
    async for state in store.imports.run(RUN, rows):
        states.append(state)
        if state.counts.people:
            break
    assert 0 < states[-1].counts.people < 1200
    again = [state async for state in store.imports.run(RUN, rows)]
    assert again[0].cursor == states[-1].cursor
    assert again[-1].counts == ImportCounts(new=1200, out_account=2)
    assert await imported(store, *rows) == ImportCounts(unchanged=1200, out_account=2)
    assert await store.check() == []


async def test_two_runs_of_the_same_file_at_once_count_everybody_once(database_url: str, store: Store) -> None:
    other = await Store.open(database_url, StoreSettings(), hooks_of=hooks("crm"))
    rows = crowd(1500)
    ours, theirs = await asyncio.gather(imported(store, *rows), imported(other, *rows))
    await other.close()
    assert ours == ImportCounts(new=1500)
    assert theirs == ours
    assert await deadlocks(database_url) == 0


async def test_two_imports_of_the_same_people_at_once_lose_nothing(database_url: str, store: Store) -> None:
    await store.record_facts([an_opt_out(f"person.{number}@example.org") for number in range(0, 600, 7)])
    other = await Store.open(database_url, StoreSettings(), hooks_of=hooks("crm"))
    first = crowd(600)
    second = [row._replace(lists=("daily",), attributes=(("city", "Graz"),)) for row in first]
    april = ImportRun(account_id="acme", id="april", evidence={})
    ours, theirs = await asyncio.gather(imported(store, *first), imported(other, *second, run=april))
    await other.close()
    assert ours.new + theirs.new == 600
    assert ours.out_account == theirs.out_account == 86
    keys = [row.key for row in first]
    assert set(map(tuple, (await store.subscriptions.lists_of("acme", keys)).values())) == {("daily", "weekly")}
    assert len(await store.subscriptions.attributes_of("acme", keys)) == 600
    assert await store.check() == []
    assert await deadlocks(database_url) == 0


async def test_opt_outs_that_arrive_while_their_people_are_imported_hold(database_url: str, store: Store) -> None:
    other = await Store.open(database_url, StoreSettings(), hooks_of=hooks("crm"))
    people = crowd(800)

    async def leave(numbers: Sequence[int]) -> None:
        for number in numbers:
            await other.record_facts([an_opt_out(f"person.{number}@example.org")])

    await asyncio.gather(imported(store, *people), leave(range(0, 800, 20)), leave(range(790, 0, -40)))
    await other.close()
    gone = {*range(0, 800, 20), *range(790, 0, -40)}
    for number in gone:
        assert (await one(store, f"{number:06d}")).standing.status is Status.unsubscribed
    assert await store.check() == []
    assert await deadlocks(database_url) == 0


async def test_many_people_who_are_out_are_shared_out_over_transactions(store: Store) -> None:
    await store.record_facts([an_opt_out(f"person.{number}@example.org") for number in range(700)])
    assert await imported(store, *crowd(800)) == ImportCounts(new=800, out_account=700)
    assert await store.check() == []


async def test_a_preview_tells_the_same_and_changes_nothing(store: Store) -> None:
    await store.record_facts([an_opt_out("person.3@example.org")])
    await store.put_subscribers([Subscriber(account_id="acme", key="000005", address="person.5@example.org")])
    rows = crowd(700)
    expected = ImportCounts(new=699, updated=1, out_account=1)
    assert await previewed(store, *rows) == expected
    assert [person.key for person in await store.persons("person.3@example.org")] == [None]
    assert await imported(store, *rows) == expected


async def test_consent_of_an_earlier_time_does_not_make_an_import_forget_a_later_opt_out(store: Store) -> None:
    clock = Clock()
    await store.record_facts([a_consent("pat@example.org", at=clock()), an_opt_out("pat@example.org", at=clock())])
    assert (await imported(store, keyed("1", "pat@example.org"))).out_account == 1


async def test_the_consent_of_one_brings_nobody_back_who_has_the_same_address(store: Store) -> None:
    hour = timedelta(hours=1)
    await store.put_subscribers([Subscriber(account_id="acme", key="2", address="kim@example.net")])
    await store.record_facts([an_opt_out(None, key="2", at=NOW - 5 * hour)])
    await store.put_subscribers([Subscriber(account_id="acme", key="2", address="pat@example.org")])
    assert (await imported(store, keyed("1", "pat@example.org", consented_at=NOW - hour))).consents == 1
    found = {one.key: one.standing.status for one in await store.persons("pat@example.org", "acme")}
    assert found == {"1": Status.active, "2": Status.unsubscribed}
    assert await store.check() == []


async def test_postgresql_looks_at_tables_that_an_import_makes_large(postgresql_url: str) -> None:
    store = await Store.open(postgresql_url, StoreSettings())
    await imported(store, *crowd(600))
    await store.close()
    connection = await asyncpg.connect(postgresql_url.replace("postgresql+asyncpg", "postgresql"))
    known = await connection.fetchval("SELECT reltuples FROM pg_class WHERE relname = 'subscriber'")
    await connection.close()
    assert known >= 500
