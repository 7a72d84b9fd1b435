"""Lists that are made by command: kept, changed, let go and made again; on both databases."""

from dataclasses import replace

from store_values import an_opt_out

from mailproc.policy.standing.facts import Level
from mailproc.policy.standing.lists import MailingList
from mailproc.policy.standing.verdict import Classification, verdict
from mailproc.store.store import Store

WEEKLY = MailingList(
    account_id="acme",
    id="weekly",
    name="Acme Weekly",
    spellings=("the weekly", "wöchentlich"),
    classification=Classification.transactional,
    is_public=True,
)


async def test_what_is_put_is_read_back(store: Store) -> None:
    await store.lists.put(WEEKLY)
    await store.lists.put(replace(WEEKLY, account_id="other", spellings=()))
    assert await store.lists.all() == [WEEKLY, replace(WEEKLY, account_id="other", spellings=())]


async def test_the_last_word_on_a_list_counts(store: Store) -> None:
    await store.lists.put(WEEKLY)
    await store.lists.put(replace(WEEKLY, name="Weekly", is_public=False))
    assert await store.lists.all() == [replace(WEEKLY, name="Weekly", is_public=False)]


async def test_a_list_that_was_removed_is_gone_and_can_be_made_again(store: Store) -> None:
    await store.lists.put(WEEKLY)
    assert await store.lists.remove("acme", "weekly")
    assert await store.lists.all() == []
    assert not await store.lists.remove("acme", "weekly")
    await store.lists.put(WEEKLY)
    assert await store.lists.all() == [WEEKLY]


async def test_ids_of_lists_that_were_removed_are_remembered_in_their_account(store: Store) -> None:
    await store.lists.put(WEEKLY)
    await store.lists.put(replace(WEEKLY, id="monthly"))
    await store.lists.put(replace(WEEKLY, account_id="other", id="daily"))
    await store.lists.remove("acme", "weekly")
    assert await store.lists.ids_ever("acme") == ["monthly", "weekly"]
    assert await store.lists.ids_ever("nobody") == []


async def test_a_list_of_another_account_is_not_removed(store: Store) -> None:
    await store.lists.put(WEEKLY)
    assert not await store.lists.remove("other", "weekly")
    assert await store.lists.all() == [WEEKLY]


async def test_opt_outs_outlive_the_list_and_hold_when_it_comes_back(store: Store) -> None:
    await store.lists.put(WEEKLY)
    await store.record_facts([an_opt_out(level=Level.list, list_id="weekly")])
    await store.lists.remove("acme", "weekly")
    await store.lists.put(WEEKLY)
    [person] = await store.persons("pat@example.org")
    assert not verdict(person.standing, list_id="weekly").may_send


async def test_an_account_opt_out_covers_a_list_that_is_made_later(store: Store) -> None:
    await store.record_facts([an_opt_out()])
    await store.lists.put(WEEKLY)
    [person] = await store.persons("pat@example.org")
    assert not verdict(person.standing, list_id="weekly").may_send


async def test_names_that_no_database_takes_are_kept_as_far_as_they_can_be(store: Store) -> None:
    await store.lists.put(replace(WEEKLY, name="a\x00b", spellings=("c\x00d",)))
    [kept] = await store.lists.all()
    assert kept.name == "a\ufffdb"
