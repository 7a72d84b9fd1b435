"""Deciding again and answering reviews: all of it or nothing, once, and whoever comes second is told."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from store_values import NOW, a_decision, a_mail, an_opt_out, hooks

from mailproc.errors import NotFound
from mailproc.mail.arrival.envelope import InboundMail
from mailproc.policy.deciding.review import Answer
from mailproc.policy.decision import Action
from mailproc.policy.who.subscriber import RefSource, SubscriberRef, Trust
from mailproc.settings.settings import StoreSettings
from mailproc.store.desk.review_reports import ReviewFilter
from mailproc.store.results import ReviewItem
from mailproc.store.store import Store

PAT = SubscriberRef(address="Pat@example.org", source=RefSource.from_, trust=Trust.unauthenticated)


def waiting_decision(mail: InboundMail, reason: str = "asks for something", **more: Any) -> Any:
    return a_decision(mail, action=Action.review, reason=reason, subscribers=(PAT,), **more)


async def waiting(store: Store, **more: Any) -> tuple[InboundMail, ReviewItem]:
    """A mail that waits for a person."""
    mail = a_mail(**more)
    await store.accept([mail])
    await store.record(mail, waiting_decision(mail))
    return mail, await store.desk.review(mail.id)


async def status_of(store: Store, address: str = "pat@example.org") -> str:
    [person] = await store.persons(address)
    return person.standing.status.value


async def test_the_next_decision_is_recorded_with_its_facts_and_events_and_closes_the_review(store: Store) -> None:
    mail, _ = await waiting(store)
    recorded = await store.desk.record_again(mail, a_decision(mail, an_opt_out()), after=1, by="kim")
    assert recorded.applied
    assert [change.status.value for change in recorded.changes] == ["unsubscribed"]
    last = await store.decision_of(mail.id)
    assert last is not None
    assert (last.n, last.action) == (2, "unsubscribe")
    closed = await store.desk.review(mail.id)
    assert (closed.state, closed.resolution, closed.resolved_by) == ("resolved", "decided again", "kim")
    assert [entry.event.type for entry in await store.outbox.entries()] == ["subscriber.unsubscribed"]
    assert await store.check() == []


async def test_deciding_again_is_refused_when_somebody_else_did_in_between(store: Store) -> None:
    mail, _ = await waiting(store)
    await store.desk.record_again(mail, waiting_decision(mail, "another reason"), after=1, by="kim")
    late = await store.desk.record_again(mail, a_decision(mail, an_opt_out()), after=1, by="lee")
    assert not late.applied
    assert await store.persons("pat@example.org") == []


async def test_of_two_that_decide_again_at_once_one_is_applied(store: Store) -> None:
    mail, _ = await waiting(store)
    both = await asyncio.gather(
        *(store.desk.record_again(mail, a_decision(mail, an_opt_out()), after=1, by=name) for name in ("kim", "lee"))
    )
    assert sorted(one.applied for one in both) == [False, True]


async def test_a_persons_answer_outranks_deciding_again(store: Store) -> None:
    mail, item = await waiting(store)
    await store.desk.answer(item, Answer.not_a_request, [], by="kim", note="")
    assert not (await store.desk.record_again(mail, a_decision(mail, an_opt_out()), after=1, by="lee")).applied
    assert await store.persons("pat@example.org") == []


async def test_deciding_again_opens_a_review_and_opens_a_closed_one_again(store: Store) -> None:
    mail = a_mail()
    await store.accept([mail])
    await store.record(mail, a_decision(mail))
    for after, decision, state in (
        (1, waiting_decision(mail, "first"), "open"),
        (2, a_decision(mail), "resolved"),
        (3, waiting_decision(mail, "third"), "open"),
    ):
        assert (await store.desk.record_again(mail, decision, after=after, by="kim")).applied
        assert (await store.desk.review(mail.id)).state == state
    [item] = await store.desk.reviews()
    assert (item.reason, item.resolved_by) == ("third", None)


async def test_a_mail_that_is_not_decided_yet_cannot_be_decided_again(store: Store) -> None:
    mail = a_mail()
    await store.accept([mail])
    assert not (await store.desk.record_again(mail, a_decision(mail, an_opt_out()), after=0, by="kim")).applied
    assert not (await store.desk.record_again(a_mail(), a_decision(mail), after=0, by="kim")).applied
    assert await store.check() == []


async def test_the_same_fact_decided_again_is_no_second_one(store: Store) -> None:
    mail = a_mail()
    await store.accept([mail])
    decided = a_decision(mail, an_opt_out(evidence={"mail": "sha256:x"}))
    await store.record(mail, decided)
    again = await store.desk.record_again(mail, decided, after=1, by="kim")
    assert (again.applied, again.changes) == (True, ())
    [person] = await store.persons("pat@example.org")
    assert len(person.facts) == 1


async def test_an_answer_takes_the_person_off_as_of_when_the_mail_came_and_closes_the_review(store: Store) -> None:
    _, item = await waiting(store)
    said = an_opt_out(at=item.created_at - timedelta(days=2))
    answered = await store.desk.answer(item, Answer.unsubscribe, [said], by="kim", note="called us")
    assert answered.applied
    assert [change.status.value for change in answered.changes] == ["unsubscribed"]
    [person] = await store.persons("pat@example.org")
    assert person.facts[0].occurred_at == said.occurred_at
    closed = await store.desk.review(item.id)
    assert (closed.resolution, closed.resolved_by, closed.note) == ("unsubscribe", "kim", "called us")
    assert await store.desk.reviews() == []


async def test_the_second_of_two_operators_is_told_who_was_first_and_changes_nothing(store: Store) -> None:
    _, item = await waiting(store)
    first = await store.desk.answer(item, Answer.not_a_request, [], by="kim", note="")
    second = await store.desk.answer(item, Answer.unsubscribe, [an_opt_out()], by="lee", note="")
    assert (second.applied, second.by, second.resolution) == (False, "kim", "not-a-request")
    assert second.at == first.at
    assert await store.persons("pat@example.org") == []


async def test_the_same_request_again_is_no_second_answer_and_knows_no_changes(store: Store) -> None:
    _, item = await waiting(store)
    said = {"by": "kim", "note": ""}
    first = await store.desk.answer(item, Answer.unsubscribe, [an_opt_out()], **said, request="r1")
    again = await store.desk.answer(item, Answer.unsubscribe, [an_opt_out()], **said, request="r1")
    assert (again.applied, again.at, again.changes) == (True, first.at, None)
    for other in ("r2", None):
        second = await store.desk.answer(item, Answer.unsubscribe, [an_opt_out()], **said, request=other)
        assert (second.applied, second.changes) == (False, ())


async def test_who_gave_their_request_no_name_is_never_taken_for_the_first(store: Store) -> None:
    _, item = await waiting(store)
    for applied in (True, False):
        assert (await store.desk.answer(item, Answer.not_a_request, [], by="kim", note="")).applied is applied


async def test_two_operators_in_two_processes_at_once_give_one_answer(database_url: str) -> None:
    async with AsyncExitStack() as stack:
        stores = [await Store.open(database_url, StoreSettings(), hooks_of=hooks("crm")) for _ in range(2)]
        for one in stores:
            stack.push_async_callback(one.close)
        _, item = await waiting(stores[0])
        answers = await asyncio.gather(
            *(
                one.desk.answer(item, Answer.unsubscribe, [an_opt_out(f"{name}@example.org")], by=name, note="")
                for one, name in zip(stores, ("kim", "lee"), strict=True)
            )
        )
        winner = next(answer.by for answer in answers if answer.applied)
        assert [answer.applied for answer in answers].count(True) == 1
        assert {answer.by for answer in answers} == {winner}
        assert [len(await stores[0].persons(f"{name}@example.org")) for name in ("kim", "lee")].count(1) == 1


async def test_an_answer_to_a_review_that_is_not_there_is_not_found(store: Store) -> None:
    _, item = await waiting(store)
    with pytest.raises(NotFound):
        await store.desk.review("nothing")
    strange = ReviewItem(
        account_id="other", id=item.id, mail_id=None, state="open", reason="", created_at=NOW, due_at=NOW
    )
    with pytest.raises(NotFound):
        await store.desk.answer(strange, Answer.unsubscribe, [], by="kim", note="")


async def test_reviews_are_found_by_account_kind_reason_due_date_and_person(store: Store) -> None:
    mail, item = await waiting(store)
    found = [
        ReviewFilter(account_id="acme"),
        ReviewFilter(kind="reply"),
        ReviewFilter(reason="ASKS for"),
        ReviewFilter(due_before=item.due_at + timedelta(seconds=1)),
        ReviewFilter(persons=("PAT@Example.org",)),
    ]
    other = [
        ReviewFilter(account_id="other"),
        ReviewFilter(kind="bulk"),
        ReviewFilter(reason="100%"),
        ReviewFilter(due_before=item.due_at),
        ReviewFilter(persons=("sam@example.org",)),
        ReviewFilter(persons=("pat",)),
        ReviewFilter(state="resolved"),
    ]
    for wanted in found:
        assert [one.id for one in await store.desk.reviews(wanted)] == [mail.id], wanted
    for wanted in other:
        assert await store.desk.reviews(wanted) == [], wanted


async def test_reviews_come_by_due_date_with_the_last_decision(store: Store) -> None:
    late, _ = await waiting(store, received_at=NOW + timedelta(days=3))
    early, _ = await waiting(store)
    await store.desk.record_again(early, waiting_decision(early, "second look"), after=1, by="kim")
    items = await store.desk.reviews()
    assert [item.id for item in items] == [early.id, late.id]
    assert [item.decision and item.decision.n for item in items] == [2, 1]
    assert [item.reason for item in items] == ["second look", "asks for something"]


async def test_a_review_of_a_mail_that_is_not_decided_yet_has_no_decision(database_url: str, store: Store) -> None:
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO review (account_id, id, mail_id, state, reason, created_at, due_at)"
                " VALUES ('acme', 'r1', 'm1', 'open', 'kept', 0, 0)"
            )
        )
    await engine.dispose()
    [item] = await store.desk.reviews()
    assert item.decision is None
