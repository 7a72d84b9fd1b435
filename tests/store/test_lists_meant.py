"""An opt-out that names no list, but a send or a number, is from the lists that are meant, on both databases."""

from datetime import timedelta

import pytest
from store_values import NOW, a_consent, a_decision, a_mail, an_opt_out

from mailproc.policy.standing.facts import FactKind, Level
from mailproc.policy.standing.list_number import numbered
from mailproc.policy.standing.lists import MailingList
from mailproc.policy.standing.send import Send
from mailproc.policy.standing.verdict import Classification
from mailproc.policy.tokens.token_key import number_of
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

KEY, PAT = "17", "pat@example.org"


async def sent(store: Store, send_id: str, *list_ids: str, account_id: str = "acme") -> None:
    one = Send(
        account_id=account_id,
        id=send_id,
        name="March",
        list_ids=list_ids,
        classification=Classification.commercial,
        created_at=NOW,
    )
    await store.sends.put(one)


async def said_of(store: Store) -> list[tuple[str, str | None]]:
    """Level and list of what is kept, sorted."""
    found = [fact for one in await store.persons(KEY, "acme") for fact in one.facts]
    return sorted(((one.level.value, one.list_id) for one in found), key=str)


async def left_send(store: Store, send: str, **more: object) -> list[tuple[str, str | None]]:
    """What is kept after an opt-out from the lists of a send."""
    await store.put_subscribers([Subscriber(account_id="acme", key=KEY, address=PAT)])
    opt_out = {"key": KEY, "level": Level.list, "evidence": {"send": send}, **more}
    await store.record_facts([an_opt_out(None, **opt_out)])
    return await said_of(store)


async def test_those_lists_of_the_send_that_they_are_on_are_left(store: Store) -> None:
    await sent(store, "42", "offers", "weekly")
    await store.put_subscribers([Subscriber(account_id="acme", key=KEY, address=PAT)])
    for list_id in ("weekly", "staff"):
        await store.subscriptions.join("acme", list_id, [KEY])
    assert await left_send(store, "42") == [("list", "weekly")]


async def test_all_lists_of_the_send_are_left_by_who_is_on_none_that_we_know(store: Store) -> None:
    await sent(store, "42", "offers", "weekly")
    assert await left_send(store, "42") == [("list", "offers"), ("list", "weekly")]


async def test_the_lists_of_a_send_named_by_words_are_found_by_its_number(store: Store) -> None:
    await sent(store, "march-2026", "weekly")
    assert await left_send(store, str(number_of("march-2026"))) == [("list", "weekly")]


@pytest.mark.parametrize("send", ["42", "43", "0", "-42", " 42", "4" * 400, "\u0664\u0662", "march", ""])
async def test_the_account_is_left_where_no_list_is_known_to_be_meant(store: Store, send: str) -> None:
    await sent(store, "42")
    await sent(store, "43", "weekly", account_id="other")
    assert await left_send(store, send) == [("account", None)]


async def test_only_an_opt_out_that_names_a_send_and_no_list_is_from_the_lists_of_the_send(store: Store) -> None:
    await sent(store, "42", "offers", "weekly")
    assert await left_send(store, "42", level=Level.account) == [("account", None)]
    assert await left_send(store, "42", list_id="staff") == [("account", None), ("list", "staff")]
    complaint = {"kind": FactKind.complaint, "at": NOW + timedelta(hours=1)}
    assert ("list", None) in await left_send(store, "42", **complaint)


async def test_each_list_stands_by_itself(store: Store) -> None:
    await sent(store, "42", "offers", "weekly")
    await left_send(store, "42")
    later = NOW + timedelta(hours=1)
    await store.record_facts([a_consent(None, key=KEY, at=later, level=Level.list, list_id="offers")])
    (pat,) = await store.persons(KEY, "acme")
    assert [block.list_id for block in pat.standing.blocks] == ["weekly"]


async def test_a_number_becomes_the_id_of_a_list_that_was_ever_made_here(store: Store) -> None:
    await store.lists.put(MailingList(account_id="acme", id="monthly", name="Acme Monthly"))
    await store.lists.remove("acme", "monthly")
    await store.lists.put(MailingList(account_id="other", id="daily", name="Other Daily"))
    for list_id in ("monthly", "daily"):
        await left_send(store, "42", list_id=numbered(number_of(list_id)))
    assert await said_of(store) == [("list", "monthly"), ("list", numbered(number_of("daily")))]


async def test_a_list_that_several_sends_of_one_mail_went_to_is_left_once(store: Store) -> None:
    await sent(store, "42", "offers", "weekly")
    await sent(store, "43", "weekly")
    await store.put_subscribers([Subscriber(account_id="acme", key=KEY, address=PAT)])
    of_mail = [{"mail": "sha256:1", "send": send} for send in ("42", "43", "998", "999")]
    opt_outs = [an_opt_out(None, key=KEY, level=Level.list, evidence=evidence) for evidence in of_mail]
    mail = a_mail()
    await store.accept([mail])
    await store.record(mail, a_decision(mail, *opt_outs))
    assert await said_of(store) == [("account", None), ("list", "offers"), ("list", "weekly")]
    [person] = await store.persons(KEY, "acme")
    assert [one.evidence["meant"] for one in person.facts if one.level is Level.account] == [
        "send 998 is not recorded: counts for the account; send 999 is not recorded: counts for the account"
    ]


@pytest.mark.parametrize(
    ("evidence", "list_id", "told"),
    [
        ({"send": "999"}, None, "send 999 is not recorded: counts for the account"),
        ({"send": "41"}, None, "send 41 went to no list: counts for the account"),
        ({"send": "42"}, None, "send 42 went to offers, weekly: counts for weekly, which they were on"),
        ({"send": "43"}, None, "send 43 went to offers, staff: counts for all of them"),
        ({"send": "44"}, None, "send 44 went to staff: counts for that list"),
        ({}, numbered(77), "no list is known by number-77: counts for that list, should it come back"),
        ({}, numbered(number_of("weekly")), f"{numbered(number_of('weekly'))} is the list weekly"),
    ],
)
async def test_what_was_found_to_be_meant_stands_in_the_fact_and_in_the_recorded_decision(
    store: Store, evidence: dict[str, str], list_id: str | None, told: str
) -> None:
    for send_id, lists in (("41", ()), ("42", ("offers", "weekly")), ("43", ("offers", "staff")), ("44", ("staff",))):
        await sent(store, send_id, *lists)
    await store.put_subscribers([Subscriber(account_id="acme", key=KEY, address=PAT)])
    await store.subscriptions.join("acme", "weekly", [KEY])
    mail = a_mail()
    await store.accept([mail])
    await store.record(
        mail, a_decision(mail, an_opt_out(None, key=KEY, level=Level.list, list_id=list_id, evidence=evidence))
    )
    [person] = await store.persons(KEY, "acme")
    assert {fact.evidence["meant"] for fact in person.facts} == {told}
    recorded = await store.decision_of(mail.id)
    assert recorded is not None
    seen = {"rule": "lists-meant", "phrase": told, "where": "record", "span": None}
    assert list(recorded.decision["evidence"]) == [seen]


async def test_of_a_fact_that_names_its_list_nothing_is_added(store: Store) -> None:
    mail = a_mail()
    await store.accept([mail])
    await store.record(mail, a_decision(mail, an_opt_out(level=Level.list, list_id="weekly", evidence={"send": "42"})))
    [person] = await store.persons(PAT, "acme")
    assert [dict(fact.evidence) for fact in person.facts] == [{"send": "42"}]
    recorded = await store.decision_of(mail.id)
    assert recorded is not None
    assert list(recorded.decision["evidence"]) == []
