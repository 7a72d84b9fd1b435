"""A forgotten address stays suppressed: whoever has it again, by whatever door, on both databases."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from store_values import NOW, a_consent, a_decision, a_mail, an_opt_out, hooks

from mailproc.errors import StoreUnavailable
from mailproc.policy.imports.imported import ImportCounts
from mailproc.policy.imports.person_row import PersonRow
from mailproc.policy.standing.forgetting import facts_to_keep
from mailproc.policy.standing.pepper import NO_PEPPERS, Peppers
from mailproc.policy.standing.scope import Member, Scopes
from mailproc.policy.standing.send import SendTerms
from mailproc.policy.standing.standing import standing_of
from mailproc.settings.settings import StoreSettings
from mailproc.store.engine.operation import Context, Operation
from mailproc.store.engine.statement import Transaction
from mailproc.store.imports.importing import ImportRun
from mailproc.store.people.fact_rows import StoredFact, insert_facts
from mailproc.store.people.pepper_rows import put_pepper
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

PAT = "pat@example.org"
OLD, NEW = b"pepper-v1" * 4, b"another pepper of enough bytes.."
MEMBERS = (Member(account_id="acme", parent="group"), Member(account_id="shop", parent="group"))


async def opened(url: str, peppers: Peppers) -> Store:
    scopes = Scopes(MEMBERS, peppers=peppers)
    return await Store.open(url, StoreSettings(), hooks_of=hooks("crm"), scopes=scopes)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    store = await opened(database_url, Peppers({"1": OLD}))
    yield store
    assert await store.check() == []
    await store.close()


async def keep_only_the_hash(store: Store, *addresses: str) -> None:
    """What is in the database after somebody was forgotten who had opted out."""

    def run(context: Context, payloads: object) -> Transaction[list[None]]:
        for address in addresses:
            facts = [an_opt_out(address)]
            name = context.scopes.peppers.name_of(address)
            kept = facts_to_keep(standing_of(facts), facts, name, by="kim", reason="art-17", at=NOW)
            rows = [StoredFact(fact=one, id=one.id, address_key=one.address) for one in kept]
            yield from insert_facts(rows, context.now)
        yield from put_pepper(context, context.scopes.peppers.ids[-1])
        return [None]

    keep: Operation[None, None] = Operation(name="keep", rank=1, run=run)
    await store._journal.submit(keep, None)


async def statuses(store: Store, text: str = PAT) -> dict[str, str]:
    return {one.account_id: one.standing.status.value for one in await store.persons(text)}


async def test_the_address_is_out_although_nobody_has_it(store: Store) -> None:
    await keep_only_the_hash(store, PAT)
    [found] = await store.persons(" Pat@EXAMPLE.org ")
    assert (found.standing.status, found.address, found.key) == ("unsubscribed", "Pat@EXAMPLE.org", None)
    assert await store.persons("pet@example.org") == []


async def test_whoever_is_imported_with_it_is_out_and_the_hooks_are_told(store: Store) -> None:
    await keep_only_the_hash(store, PAT)
    [change] = await store.put_subscribers([Subscriber(account_id="acme", key="7", address="PAT@example.org")])
    assert change.status == "unsubscribed"
    [entry] = await store.outbox.entries()
    assert entry.event.data["person"] == {"address": "PAT@example.org", "key": "7"}


async def test_it_reaches_the_enterprise_like_any_opt_out(store: Store) -> None:
    await keep_only_the_hash(store, PAT)
    await store.put_subscribers([Subscriber(account_id="shop", key="9", address=PAT)])
    assert await statuses(store) == {"acme": "unsubscribed", "shop": "unsubscribed"}


async def test_somebody_who_moves_to_a_forgotten_address_is_out_and_stays_so_when_moving_on(store: Store) -> None:
    await keep_only_the_hash(store, PAT)
    await store.put_subscribers([Subscriber(account_id="acme", key="7", address="new@example.org")])
    assert await statuses(store, "7") == {"acme": "active"}
    await store.put_subscribers([Subscriber(account_id="acme", key="7", address=PAT)])
    assert await statuses(store, "7") == {"acme": "unsubscribed"}
    await store.put_subscribers([Subscriber(account_id="acme", key="7", address="third@example.org")])
    assert await statuses(store, "7") == {"acme": "unsubscribed"}


async def test_a_mail_from_it_changes_nothing_and_new_consent_lifts_it(store: Store) -> None:
    await keep_only_the_hash(store, PAT)
    mail = a_mail()
    await store.accept([mail])
    await store.record(mail, a_decision(mail))
    assert await statuses(store) == {"acme": "unsubscribed"}
    await store.record_facts([a_consent(at=NOW + timedelta(days=1))])
    assert await statuses(store) == {"acme": "active"}


async def test_who_is_named_by_key_with_it_is_out_and_the_address_itself_is_nobody_still(store: Store) -> None:
    await keep_only_the_hash(store, PAT)
    await store.record_facts([an_opt_out(PAT, key="7")])
    assert {one.person: one.version for one in await store.persons(PAT, "acme")} == {"k:7": 1, f"a:{PAT}": 0}
    assert [done.changed async for done in store.standings.rebuild() if done.changed] == []


async def test_standings_computed_anew_are_the_same(store: Store) -> None:
    await keep_only_the_hash(store, PAT, "kim@example.org")
    await store.put_subscribers([Subscriber(account_id="acme", key="7", address=PAT)])
    changed = [one.changed async for one in store.standings.rebuild()]
    assert sum(changed) == 0
    assert await statuses(store, "7") == {"acme": "unsubscribed"}


async def test_an_old_pepper_is_still_looked_up_after_a_new_one_came(database_url: str) -> None:
    before = await opened(database_url, Peppers({"1": OLD}))
    await keep_only_the_hash(before, PAT)
    await before.close()
    after = await opened(database_url, Peppers({"1": OLD, "2": NEW}))
    await keep_only_the_hash(after, "kim@example.org")
    assert await statuses(after, PAT) == await statuses(after, "kim@example.org") == {"acme": "unsubscribed"}
    await after.close()


@pytest.mark.parametrize("peppers", [NO_PEPPERS, Peppers({"2": OLD}), Peppers({"1": NEW})])
async def test_a_store_without_the_pepper_that_is_needed_does_not_open(database_url: str, peppers: Peppers) -> None:
    store = await opened(database_url, Peppers({"1": OLD}))
    await keep_only_the_hash(store, PAT)
    await store.close()
    with pytest.raises(StoreUnavailable, match=r"erasure\.peppers\.1"):
        await opened(database_url, peppers)


async def test_a_process_that_runs_without_a_pepper_takes_no_more_mail_once_somebody_else_used_it(
    database_url: str,
) -> None:
    late, first = await opened(database_url, NO_PEPPERS), await opened(database_url, Peppers({"1": OLD}))
    await keep_only_the_hash(first, PAT)
    with pytest.raises(StoreUnavailable, match="pepper 1"):
        await late.accept([a_mail()])
    assert len(await first.accept([a_mail()])) == 1
    await late.close()
    await first.close()


@pytest.mark.parametrize("account_id", ["acme", "shop"])
async def test_who_comes_with_it_in_a_file_is_out_and_counted(store: Store, account_id: str) -> None:
    await keep_only_the_hash(store, PAT)
    run = ImportRun(account_id=account_id, id="march", evidence={})
    states = [state async for state in store.imports.run(run, [PersonRow("k:7", "PAT@example.org")])]
    assert states[-1].counts == ImportCounts(new=1, out_account=1)
    [person] = await store.persons("7", account_id)
    assert person.standing.status.value == "unsubscribed"


async def test_no_send_goes_to_a_forgotten_address_by_whomever_it_is_known_now(store: Store) -> None:
    await keep_only_the_hash(store, PAT)
    people = [("8", "pet@example.org"), ("9", PAT)]
    await store.put_subscribers([Subscriber(account_id="acme", key=key, address=address) for key, address in people])
    for account_id in ("acme", "shop"):
        terms = SendTerms(account_id=account_id)
        found = await store.sends.check.stopped(terms, addresses=["pet@example.org", "PAT@example.org"])
        assert list(found) == [1]
    assert list(await store.sends.check.stopped(SendTerms(account_id="acme"), keys=["8", "9"])) == [1]
