"""The check before a send: who is stopped and by what, by address, by key and by both. On both databases."""

import asyncio
import threading
from datetime import timedelta

import pytest
from store_values import NOW, Clock, a_consent, an_opt_out, hooks

from mailproc.policy.standing.facts import Channel, Fact, FactKind, Level
from mailproc.policy.standing.scope import EVERYWHERE, Member, Scopes
from mailproc.policy.standing.send import KEY_OF_NOBODY, Send, SendTerms
from mailproc.policy.standing.verdict import Classification
from mailproc.settings.settings import StoreSettings
from mailproc.store.engine.statement import Transaction
from mailproc.store.people.suspects import Recipients, suspects_among
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

ACME = SendTerms(account_id="acme")
WEEKLY = SendTerms(account_id="acme", list_ids=("weekly",))
BOTH = SendTerms(account_id="acme", list_ids=("offers", "weekly"))
PAT, KIM, JO = "pat@example.org", "kim@example.net", "jo@example.com"


def left_weekly(address: str | None = PAT, **more: object) -> Fact:
    return an_opt_out(address, level=Level.list, list_id="weekly", **more)  # type: ignore[arg-type]


def known(key: str, address: str, account: str = "acme") -> Subscriber:
    return Subscriber(account_id=account, key=key, address=address)


async def stopped(store: Store, terms: SendTerms, *addresses: str, keys: list[str] | None = None) -> list[int]:
    found = await store.sends.check.stopped(terms, addresses=list(addresses) or None, keys=keys)
    return sorted(found)


async def test_who_is_out_is_stopped_with_what_since_when_and_where_it_is_recorded(store: Store) -> None:
    said = an_opt_out(PAT)
    await store.record_facts([said])
    found = await store.sends.check.stopped(WEEKLY, addresses=[KIM, " PAT@Example.org ", JO])
    assert list(found) == [1]
    [block] = found[1].blocks
    assert (block.kind, block.level, block.since) == (FactKind.opt_out, Level.account, NOW)
    assert (block.account_id, block.fact_id) == ("acme", said.id)


async def test_a_list_opt_out_stops_that_list_and_no_other(store: Store) -> None:
    await store.record_facts([left_weekly()])
    assert await stopped(store, WEEKLY, PAT) == [0]
    assert await stopped(store, SendTerms(account_id="acme", list_ids=("offers",)), PAT) == []
    assert await stopped(store, ACME, PAT) == []


async def test_of_several_lists_one_that_was_left_stops_unless_they_are_on_another(store: Store) -> None:
    await store.put_subscribers([known("1", PAT), known("2", KIM)])
    await store.subscriptions.join("acme", "offers", ["2"])
    await store.record_facts([left_weekly(), left_weekly(KIM)])
    assert await stopped(store, BOTH, PAT, KIM) == [0]
    await store.record_facts([an_opt_out(KIM, level=Level.list, list_id="offers")])
    assert await stopped(store, BOTH, KIM) == [0]


async def test_transactional_mail_passes_an_opt_out_where_the_account_allows_it_and_no_bounce(store: Store) -> None:
    dead = an_opt_out(KIM, kind=FactKind.bounce, channel=Channel.bounce, evidence={"class": "hard"})
    await store.record_facts([an_opt_out(PAT), dead])
    receipt = SendTerms(account_id="acme", classification=Classification.transactional)
    assert await stopped(store, receipt, PAT, KIM) == [1]
    strict = SendTerms(
        account_id="acme", classification=Classification.transactional, transactional_despite_opt_out=False
    )
    assert await stopped(store, strict, PAT, KIM) == [0, 1]


async def test_what_was_taken_back_or_ended_by_consent_stops_nobody(store: Store) -> None:
    await store.record_facts([an_opt_out(PAT), a_consent(PAT, at=NOW + timedelta(seconds=-1))])
    assert await stopped(store, ACME, PAT) == [0], "the consent is older"
    await store.record_facts([an_opt_out(KIM, at=NOW - timedelta(days=1)), a_consent(KIM)])
    assert await stopped(store, ACME, KIM) == []


async def test_an_opt_out_by_key_stops_the_address_too_also_of_who_got_it_later(store: Store) -> None:
    await store.record_facts([an_opt_out(None, key="1")])
    await store.put_subscribers([known("1", PAT)])
    assert await stopped(store, ACME, PAT, KIM) == [0]
    assert await stopped(store, ACME, keys=["1"]) == [0]


async def test_an_opt_out_by_address_stops_the_key_that_has_it(store: Store) -> None:
    await store.put_subscribers([known("1", PAT), known("2", KIM)])
    await store.record_facts([an_opt_out(PAT)])
    assert await stopped(store, ACME, keys=["1", "2"]) == [0]


async def test_a_key_under_another_address_takes_its_opt_outs_along_but_no_bounce(store: Store) -> None:
    await store.put_subscribers([known("1", PAT), known("2", KIM)])
    dead = an_opt_out(KIM, kind=FactKind.bounce, channel=Channel.bounce, evidence={"class": "hard"})
    await store.record_facts([an_opt_out(PAT), dead])
    assert await stopped(store, ACME, "new@example.org", "newer@example.org", keys=["1", "2"]) == [0]
    assert await stopped(store, ACME, PAT, JO, keys=["", ""]) == [0], "without a key the address counts alone"


async def test_the_address_that_the_mail_goes_to_counts_for_a_key_of_another(store: Store) -> None:
    await store.put_subscribers([known("1", PAT)])
    await store.record_facts([an_opt_out(KIM)])
    assert await stopped(store, ACME, KIM, PAT, keys=["1", "1"]) == [0]


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("", "no address"),
        ("pat", "no @ in the address"),
        ("@example.org", "nothing before the @ of the address"),
        ("pat@", "nothing after the @ of the address"),
        ("pat smith@example.org", "a space in the address"),
        ("pat@example.org,kim@example.net", ", in the address"),
        ("x" * 320 + "@example.org", "the address has more than 320 characters"),
    ],
)
async def test_what_is_no_address_is_stopped_with_what_is_wrong(store: Store, address: str, problem: str) -> None:
    found = await store.sends.check.stopped(ACME, addresses=[PAT, address])
    assert {place: one.problem for place, one in found.items()} == {1: problem}


async def test_without_addresses_an_empty_key_is_stopped(store: Store) -> None:
    await store.put_subscribers([known("1", PAT)])
    found = await store.sends.check.stopped(ACME, keys=["1", " "])
    assert {place: one.problem for place, one in found.items()} == {1: "no key"}


async def test_an_unknown_key_hides_nothing_of_who_has_the_address(store: Store) -> None:
    await store.put_subscribers([known("1", PAT)])
    await store.record_facts([an_opt_out(PAT)])
    await store.put_subscribers([known("1", KIM)])
    assert await stopped(store, ACME, KIM, JO, keys=["9", "9"]) == [0]
    assert await stopped(store, ACME, KIM) == [0]


async def test_a_key_alone_that_no_subscriber_has_is_stopped(store: Store) -> None:
    await store.put_subscribers([known("1", PAT)])
    await store.record_facts([an_opt_out(None, key="8")])
    found = await store.sends.check.stopped(ACME, keys=["1", "9", "8"])
    assert list(found) == [1, 2]
    assert found[1].problem == KEY_OF_NOBODY
    assert [one.kind for one in found[2].blocks] == [FactKind.opt_out], "what is recorded says more"
    assert await stopped(store, ACME, JO, keys=["9"]) == [], "with an address somebody new"


async def test_opt_outs_of_the_enterprise_and_the_operators_reach_people_whom_nobody_knows(database_url: str) -> None:
    scopes = Scopes([Member(account_id="acme", parent="group"), Member(account_id="shop", parent="group")])
    opened = await Store.open(database_url, StoreSettings(), hooks_of=hooks("crm"), scopes=scopes, clock=Clock())
    everywhere = an_opt_out(
        KIM,
        account_id=EVERYWHERE,
        level=Level.global_,
        channel=Channel.command,
        evidence={"by": "kim", "reason": "letter"},
    )
    await opened.record_facts([an_opt_out(PAT, account_id="shop"), everywhere])
    await opened.record_facts([an_opt_out(None, key="7", account_id="shop")])
    await opened.put_subscribers([known("7", JO, "shop")])
    found = await opened.sends.check.stopped(ACME, addresses=[PAT, KIM, JO, "lee@example.org"])
    assert {place: one.blocks[0].account_id for place, one in found.items()} == {0: "shop", 1: EVERYWHERE, 2: "shop"}
    other = SendTerms(account_id="other")
    assert await stopped(opened, other, PAT, KIM, JO) == [1]
    await opened.close()


async def test_a_send_keeps_the_lists_that_it_was_first_recorded_with(store: Store) -> None:
    first = Send(
        account_id="acme", id="m-3", name="March", list_ids=("weekly",), classification=Classification.commercial,
        created_at=NOW,
    )  # fmt: skip
    assert await store.sends.put(first) == first
    again = Send(
        account_id="acme", id="m-3", name="x", list_ids=(), classification=Classification.commercial, created_at=NOW
    )
    assert await store.sends.put(again) == first
    assert await store.sends.of_number("acme", first.number) == (first,)
    assert await store.sends.of_number("shop", first.number) == ()
    assert await store.sends.find("acme", "other") is None
    assert await store.sends.newest("acme") == [first]


async def test_people_met_for_the_first_time_are_known_and_nobody_else_changes(store: Store) -> None:
    await store.put_subscribers([known("1", PAT)])
    await store.record_facts([an_opt_out(PAT)])
    addresses, keys = ["new@example.org", KIM, PAT, JO], ["1", "2", "", ""]
    assert await store.sends.check.unknown("acme", addresses=addresses, keys=keys) == [1, 3]
    people = list(zip(keys, addresses, strict=True))
    assert await store.sends.meet("acme", people) == 2
    assert await store.sends.meet("acme", people) == 0, "known by now"
    [pat] = await store.standings.of("1", "acme")
    assert (pat.address, pat.standing.status) == (PAT, "unsubscribed")
    assert [one.address for one in await store.standings.of("2", "acme")] == [KIM]


async def test_a_number_gives_the_lists_of_every_send_that_it_means(store: Store) -> None:
    common = {"account_id": "acme", "classification": Classification.commercial, "created_at": NOW}
    for send_id, lists in (("42", ("weekly", "offers")), ("43", ())):
        await store.sends.put(Send(id=send_id, name=send_id, list_ids=lists, **common))  # type: ignore[arg-type]
    assert await store.sends.lists_of("acme", 42) == ("offers", "weekly")
    assert await store.sends.lists_of("acme", 43) == ()
    assert await store.sends.lists_of("acme", 44) is None


async def test_all_that_one_check_reads_is_of_one_moment(store: Store, database_url: str) -> None:
    await store.record_facts([an_opt_out(PAT)])

    async def meanwhile() -> None:
        other = await Store.open(database_url, StoreSettings(), hooks_of=hooks("crm"), clock=Clock())
        await other.record_facts([an_opt_out(KIM)])
        await other.close()

    def reading() -> Transaction[tuple[set[int], set[int]]]:
        asked = Recipients(address_keys=[PAT, KIM])
        before = yield from suspects_among(Scopes(), "acme", asked)
        writing = threading.Thread(target=asyncio.run, args=(meanwhile(),))
        writing.start()
        writing.join()
        return set(before), set((yield from suspects_among(Scopes(), "acme", asked)))

    assert await store._reader.run(reading()) == ({0}, {0})
    assert await stopped(store, ACME, PAT, KIM) == [0, 1]
