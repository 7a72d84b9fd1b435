"""The check with all names in memory: what others record is seen in time, whoever commits first. On both databases."""

import asyncio
import sys
from datetime import timedelta

import pytest
from store_values import NOW, Clock, a_consent, an_opt_out
from test_forgotten_names import keep_only_the_hash

from mailproc.policy.standing.facts import Channel, FactKind
from mailproc.policy.standing.pepper import Peppers
from mailproc.policy.standing.scope import Member, Scopes
from mailproc.policy.standing.send import KEY_OF_NOBODY, SendTerms
from mailproc.settings.settings import StoreSettings
from mailproc.store.results import Subscriber
from mailproc.store.sends.memory_check import MAX_AGE, OVERLAP, MemoryCheck
from mailproc.store.sends.suppressed_names import legs, names_after
from mailproc.store.store import Store

ACME = SendTerms(account_id="acme")
PAT, KIM = "pat@example.org", "kim@example.net"

# Records an opt-out of whomever it is told, as a process of its own, and says when that was committed.
RECORDER = """
import asyncio, sys
from datetime import UTC, datetime
from mailproc.policy.standing.facts import Channel, Fact, FactKind
from mailproc.settings.settings import StoreSettings
from mailproc.store.store import Store
from mailproc.store.sends.suppressed_names import legs, names_after
async def main():
    store = await Store.open(sys.argv[1], StoreSettings())
    for line in sys.stdin:
        said = Fact(kind=FactKind.opt_out, account_id="acme", address=line.strip(), occurred_at=datetime.now(UTC),
                    channel=Channel.reply)
        await store.record_facts([said])
        print("committed", flush=True)
    await store.close()
asyncio.run(main())
"""


async def loaded(store: Store, account: str = "acme") -> MemoryCheck:
    check = store.sends.check_in_memory(account)
    async for _ in check.load():
        pass
    return check


async def stopped(check: MemoryCheck, *addresses: str) -> list[int]:
    return sorted(await check.stopped(ACME, addresses=list(addresses)))


async def opened(url: str, clock: Clock, scopes: Scopes | None = None) -> Store:
    return await Store.open(url, StoreSettings(), scopes=scopes or Scopes(), clock=clock)


async def test_what_another_process_committed_is_seen_when_the_bound_has_passed(database_url: str) -> None:
    store = await Store.open(database_url, StoreSettings())
    check = await loaded(store)
    recorder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", RECORDER, database_url, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert recorder.stdin is not None
    assert recorder.stdout is not None
    for number in range(3):
        address = f"p{number}@example.org"
        assert await stopped(check, address) == []
        recorder.stdin.write(f"{address}\n".encode())
        assert await recorder.stdout.readline() == b"committed\n"
        await asyncio.sleep(MAX_AGE.total_seconds())
        assert await stopped(check, address, f"q{number}@example.org") == [0]
    recorder.stdin.close()
    assert await recorder.wait() == 0
    await store.close()


async def test_what_began_before_and_was_committed_after_others_is_seen_all_the_same(database_url: str) -> None:
    clock, late = Clock(), Clock(NOW - OVERLAP + timedelta(seconds=1))
    store, slow = await opened(database_url, clock), await opened(database_url, late)
    check = await loaded(store)
    await store.record_facts([an_opt_out(KIM)])
    clock.advance(1)
    assert await stopped(check, PAT, KIM) == [1]
    late.advance(1)
    await slow.record_facts([an_opt_out(PAT, at=NOW - timedelta(hours=1))])  # by its clock nearly two minutes ago
    clock.advance(1)
    assert await stopped(check, PAT, KIM) == [0, 1]
    await store.close()
    await slow.close()


async def test_within_the_bound_the_database_is_not_asked_again(database_url: str) -> None:
    clock = Clock()
    store = await opened(database_url, clock)
    check = await loaded(store)
    await store.record_facts([an_opt_out(PAT)])
    assert await stopped(check, PAT) == [], "younger than the bound"
    clock.advance(-3600)  # a clock that was set back counts as old
    assert await stopped(check, PAT) == [0]
    await store.close()


async def test_names_are_loaded_whole_however_many_portions_that_takes(database_url: str) -> None:
    store = await Store.open(database_url, StoreSettings())
    people = [f"p{number:03}@example.org" for number in range(50)]
    await store.record_facts([an_opt_out(one) for one in people] + [an_opt_out(None, key=f"k{n}") for n in range(30)])
    known = [Subscriber(account_id="acme", key=f"{half}{one}", address=one) for one in people[:20] for half in "ab"]
    await store.put_subscribers(known)
    found: set[str] = set()
    portions = 0
    for leg in legs(Scopes(), "acme"):
        after: str | None = ""
        while after is not None:
            names, after = await store._reader.run(names_after("acme", leg, after, portion=7))
            found.update(names)
            portions += 1
    assert found == {*people, *(one.key for one in known), *(f"k{number}" for number in range(30))}
    assert portions > 50 / 7 + 30 / 7
    await store.close()


async def test_whoever_came_back_is_let_through_although_the_name_stays_in_memory(database_url: str) -> None:
    clock = Clock(NOW + timedelta(days=1))
    store = await opened(database_url, clock)
    await store.record_facts([an_opt_out(PAT)])
    check = await loaded(store)
    assert await stopped(check, PAT) == [0]
    await store.record_facts([a_consent(PAT, at=NOW + timedelta(hours=1))])
    assert await stopped(check, PAT) == [], "who is found is judged by what is true now"
    await store.close()


async def test_what_relatives_hear_by_key_and_by_moving_is_seen(database_url: str) -> None:
    clock = Clock()
    scopes = Scopes([Member(account_id="acme", parent="group"), Member(account_id="shop", parent="group")])
    store = await opened(database_url, clock, scopes)
    await store.record_facts([an_opt_out(None, key="7", account_id="shop")])
    check = await loaded(store)
    assert await stopped(check, PAT, KIM) == []
    for address in (PAT, KIM):
        clock.advance(OVERLAP.total_seconds() + 1)
        await store.put_subscribers([Subscriber(account_id="shop", key="7", address=address)])
        clock.advance(1)
        assert await stopped(check, address) == [0]
    await store.close()


async def test_forgotten_people_are_found_by_their_hash_also_those_who_were_forgotten_since(database_url: str) -> None:
    clock = Clock(NOW + timedelta(days=1))
    store = await opened(database_url, clock, Scopes(peppers=Peppers({"1": b"pepper-v1" * 4})))
    check = await loaded(store)
    assert await stopped(check, PAT) == []
    await keep_only_the_hash(store, PAT)
    clock.advance(1)
    assert await stopped(check, PAT, KIM) == [0]
    assert await stopped(await loaded(store), KIM, " Pat@EXAMPLE.org ") == [1]
    await store.close()


async def test_who_was_forgotten_and_came_again_is_found_by_key_too(database_url: str) -> None:
    clock = Clock(NOW + timedelta(days=1))
    scopes = Scopes(
        [Member(account_id="acme", parent="group"), Member(account_id="shop", parent="group")],
        peppers=Peppers({"1": b"pepper-v1" * 4}),
    )
    store = await opened(database_url, clock, scopes)
    await keep_only_the_hash(store, PAT)
    people = [("acme", "R2", PAT), ("acme", "R3", KIM), ("shop", "R4", PAT)]
    await store.put_subscribers([Subscriber(account_id=one, key=key, address=at) for one, key, at in people])
    clock.advance(OVERLAP.total_seconds() + 1)
    for account, out, well in (("acme", "R2", "R3"), ("shop", "R4", "R5")):
        terms, check = SendTerms(account_id=account), await loaded(store, account)
        await store.put_subscribers([Subscriber(account_id="shop", key="R5", address=KIM)])
        for asked in (check, store.sends.check):
            assert list(await asked.stopped(terms, keys=[well, out])) == [1]
            both = await asked.stopped(terms, keys=[well, out], addresses=["new@example.org"] * 2)
            assert list(both) == [1]
    await store.close()


async def test_a_key_alone_that_nobody_has_is_stopped_in_memory_as_well(database_url: str) -> None:
    store = await opened(database_url, Clock())
    await store.put_subscribers([Subscriber(account_id="acme", key="1", address=PAT)])
    check = await loaded(store)
    found = await check.stopped(ACME, keys=["1", "9", " "])
    assert {place: one.problem for place, one in found.items()} == {1: KEY_OF_NOBODY, 2: "no key"}
    await store.close()


async def test_an_unknown_key_hides_nothing_of_who_has_the_address_in_memory_as_well(database_url: str) -> None:
    store = await opened(database_url, Clock())
    await store.put_subscribers([Subscriber(account_id="acme", key="1", address=PAT)])
    await store.record_facts([an_opt_out(PAT)])
    await store.put_subscribers([Subscriber(account_id="acme", key="1", address=KIM)])
    check = await loaded(store)
    assert list(await check.stopped(ACME, addresses=[KIM, "new@example.org"], keys=["9", "9"])) == [0]
    await store.close()


async def test_it_answers_for_its_own_account_and_only_when_it_was_loaded(database_url: str) -> None:
    store = await Store.open(database_url, StoreSettings())
    with pytest.raises(ValueError, match="were not loaded"):
        await store.sends.check_in_memory("acme").stopped(ACME, addresses=[PAT])
    with pytest.raises(ValueError, match="shop were not loaded"):
        await (await loaded(store)).stopped(SendTerms(account_id="shop"), addresses=[PAT])
    await store.close()


async def test_a_dead_address_is_found_also_before_it_is_dead_enough(database_url: str) -> None:
    clock = Clock(NOW + timedelta(days=1))
    store = await opened(database_url, clock)
    check = await loaded(store)
    for hours in (1, 2):
        unsure = {"class": "hard", "status": "5.2.1"}
        at = NOW + timedelta(hours=hours)
        bounce = an_opt_out(PAT, kind=FactKind.bounce, channel=Channel.bounce, evidence=unsure, at=at)
        await store.record_facts([bounce])
        clock.advance(1)
        assert await stopped(check, PAT) == ([] if hours == 1 else [0])
    await store.close()
