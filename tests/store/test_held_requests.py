"""A request that waited in review and is answered, released or decided again, on both databases (R28, R57a)."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from store_values import Opening, a_consent, hooks

from mailproc.authenticity.border import Border
from mailproc.mail.arrival.authentication import NOT_CHECKED, Authentication, MethodResult
from mailproc.mail.arrival.envelope import InboundMail
from mailproc.pipeline import decide_mail
from mailproc.policy.deciding.breaker import held_decision
from mailproc.policy.deciding.review import Answer
from mailproc.policy.decision import Also
from mailproc.policy.hooks.forwarding import Forwarding
from mailproc.policy.standing.facts import Channel, Fact, FactKind, Level
from mailproc.policy.tokens.token import Purpose
from mailproc.policy.tokens.token_key import number_of
from mailproc.review.again import World, apply_again, decide_again
from mailproc.review.answer import WhoIsMeant, answer_review
from mailproc.review.together import release_together
from mailproc.settings.settings import StoreSettings
from mailproc.store.desk.review_reports import ReviewFilter
from mailproc.store.people.reverts import Making
from mailproc.store.results import Subscriber
from mailproc.store.store import Store
from tests.policy.posted import ACCOUNT, RECEIVED_AT, mail, reply_mail, report_mail, shipped_rules, token_text

MAILED_AT = datetime.fromisoformat("2026-03-02T08:00:00+00:00")
NOT_AUTOMATIC = replace(ACCOUNT, automatic=False)
WORLD = World(policy_of=lambda _: ACCOUNT, rules=shipped_rules(), border=Border())


async def at_once(store: Store, complaint: InboundMail) -> None:
    await store.record(complaint, decide_mail(complaint, NOT_CHECKED, ACCOUNT, shipped_rules()))


async def _held(store: Store, complaint: InboundMail) -> None:
    await store.record(complaint, decide_mail(complaint, NOT_CHECKED, NOT_AUTOMATIC, shipped_rules()))


async def answered(store: Store, complaint: InboundMail) -> None:
    await _held(store, complaint)
    assert (await answer_review(store, await store.desk.review(complaint.id), Answer.unsubscribe, by="kim")).applied


async def released(store: Store, complaint: InboundMail) -> None:
    await _held(store, complaint)
    assert (await apply_again(store, await decide_again(store, WORLD, complaint.id, released=True), by="kim")).applied


async def decided_again(store: Store, complaint: InboundMail) -> None:
    await _held(store, complaint)
    assert (await apply_again(store, await decide_again(store, WORLD, complaint.id), by="kim")).applied


Road = Callable[[Store, InboundMail], Awaitable[None]]
ROADS = [at_once, answered, released, decided_again]


async def recorded(store: Store, road: Road, consented_at: datetime) -> tuple[str, Fact]:
    """What a complaint of 3 March about a mail of 2 March came to beside a consent: the status, and its fact."""
    complaint = mail(report_mail(), "fbl@reply.acme.example")
    await store.accept([complaint])
    await store.record_facts([a_consent(at=consented_at)])
    await road(store, complaint)
    [person] = await store.persons("pat@example.org")
    [fact] = [one for one in person.facts if one.kind is FactKind.complaint]
    assert await store.check() == []
    return person.standing.status.value, fact


@pytest.mark.parametrize("road", ROADS)
async def test_a_late_complaint_about_a_mail_older_than_a_newer_consent_blocks_nobody_by_any_road(
    store: Store, road: Road
) -> None:
    status, fact = await recorded(store, road, MAILED_AT + timedelta(hours=1))
    assert (status, fact.about_mail_of, fact.occurred_at) == ("active", MAILED_AT, RECEIVED_AT)


@pytest.mark.parametrize("road", ROADS)
async def test_a_complaint_about_a_mail_newer_than_the_consent_blocks_by_every_road(store: Store, road: Road) -> None:
    status, fact = await recorded(store, road, MAILED_AT - timedelta(hours=1))
    assert (status, fact.channel) == ("unsubscribed", Channel.feedback_loop)


async def test_what_could_not_be_recorded_is_answered_as_what_it_was(database_url: str) -> None:
    store = await Store.open(database_url, StoreSettings(), hooks_of=hooks("crm"))
    engine = create_async_engine(database_url)
    complaint = mail(report_mail(), "fbl@reply.acme.example")
    await store.accept([complaint])
    for before, after in (("event", "gone"), ("gone", "event")):
        async with engine.begin() as connection:
            await connection.execute(text(f"ALTER TABLE outbox RENAME COLUMN {before} TO {after}"))
        if after == "gone":
            await at_once(store, complaint)
    item = await store.desk.review(complaint.id)
    assert item.reason == "could not be recorded"
    await answer_review(store, item, Answer.unsubscribe, by="kim", persons=["pat@example.org"])
    [person] = await store.persons("pat@example.org")
    [fact] = person.facts
    [straight] = decide_mail(complaint, NOT_CHECKED, ACCOUNT, shipped_rules()).facts
    assert (fact.id, fact.about_mail_of, fact.occurred_at) == (straight.id, MAILED_AT, RECEIVED_AT)
    await store.close()
    await engine.dispose()


BY_BREAKER = "network 203.0.113.0/24"
SIGNED = Authentication(
    source="verified", dkim=(MethodResult(result="pass", domain="isp.example", aligned=True),)
)  # fmt: skip
ENROLLED = replace(ACCOUNT, trusted_sources=("isp.example",))


async def held_by_the_breaker(store: Store, posted: InboundMail, told: Authentication = NOT_CHECKED) -> None:
    """As it is recorded beyond the limit: nobody trusted its source then."""
    decided = decide_mail(posted, told, ACCOUNT, shipped_rules())
    await store.accept([posted])
    await store.record(posted, held_decision(decided, BY_BREAKER, 50))


@pytest.mark.parametrize(("told", "acts"), [(NOT_CHECKED, False), (SIGNED, True)])
async def test_reports_that_the_breaker_holds_are_let_go_with_their_source_only_where_it_proves_them(
    store: Store, told: Authentication, acts: bool
) -> None:
    report = mail(report_mail(), "fbl@reply.acme.example")
    await held_by_the_breaker(store, report, told)
    world = replace(WORLD, policy_of=lambda _: ENROLLED)
    ids = await store.loops.waiting_reports("acme", ["isp.example"], limit=9)
    assert ids == [report.id]
    done = [one async for one in release_together(store, world, ids, let_go=False, by="kim", apply=True)]
    assert [(one.acts, one.applied) for one in done] == [(acts, acts)]
    assert bool(await store.persons("pat@example.org")) is acts
    if not acts:
        assert done[0].reason.startswith("held by the breaker (network 203.0.113.0/24")


async def test_deciding_again_forwards_nothing_that_the_breaker_goes_on_holding(opening: Opening) -> None:
    store = await opening(forwarding_of=lambda _: Forwarding(hook="forward/acme", per_hour=3))
    request = mail(reply_mail("Unsubscribe me. And where is my order number 1234?"))
    assert decide_mail(request, NOT_CHECKED, ACCOUNT, shipped_rules()).also == (Also.forward,)
    await held_by_the_breaker(store, request)
    again = await decide_again(store, WORLD, request.id)
    assert (await apply_again(store, again, by="kim")).applied
    assert await store.outbox.entries() == []
    await answer_review(store, await store.desk.review(request.id), Answer.not_a_request, by="kim")
    assert [one.hook for one in await store.outbox.entries()] == ["forward/acme"]


async def test_an_answer_that_may_mean_several_subscribers_goes_on_waiting_for_which(store: Store) -> None:
    people = [("17", "pat+a@example.org"), ("18", "pat+b@example.org")]
    await store.put_subscribers([Subscriber(account_id="acme", key=key, address=one) for key, one in people])
    request = mail(reply_mail("please take me off this list"))
    await store.accept([request])
    await _held(store, request)
    answered = await answer_review(store, await store.desk.review(request.id), Answer.unsubscribe, by="kim")
    assert (answered.applied, answered.unclear) == (True, "pat@example.org may be any of the subscribers 17, 18")
    [item] = await store.desk.reviews(ReviewFilter(persons=("17",)))
    assert (item.id, item.reason, item.resolved_by) == (request.id, answered.unclear, None)
    with pytest.raises(WhoIsMeant, match="may be any of the subscribers 17, 18"):
        await answer_review(store, item, Answer.unsubscribe, by="kim")
    again = await answer_review(store, item, Answer.unsubscribe, by="kim", persons=["18"])
    assert (again.applied, again.unclear) == (True, None)
    assert await store.desk.reviews() == []
    standings = {one.key: one.standing.status.value for key, _ in people for one in await store.persons(key)}
    assert standings == {"17": "active", "18": "unsubscribed"}
    assert await store.check() == []


async def test_what_a_person_confirmed_is_not_undone_with_the_rule_that_found_it(store: Store) -> None:
    found = mail(reply_mail("please take me off this list"))
    confirmed = replace(mail(reply_mail("please take me off this list", sender="kim@example.org")), id="m2")
    await store.accept([found, confirmed])
    await at_once(store, found)
    await answered(store, confirmed)
    [rule] = {one.evidence["rule"] for who in ("pat", "kim") for one in (await facts_of(store, who))}
    made = await store.standings.made_by(Making(rule=rule, start=RECEIVED_AT, end=RECEIVED_AT))
    assert [one.address for one in made.facts] == ["pat@example.org"]


async def facts_of(store: Store, who: str) -> tuple[Fact, ...]:
    [person] = await store.persons(f"{who}@example.org")
    return person.facts


async def test_what_could_not_be_recorded_is_answered_for_no_more_than_it_asked(database_url: str) -> None:
    store = await Store.open(database_url, StoreSettings(), hooks_of=hooks("crm"))
    engine = create_async_engine(database_url)
    to_list = token_text(Purpose.unsubscribe_list, message=number_of("weekly"))
    request = mail(reply_mail("bye"), f"{to_list}@reply.acme.example")
    await store.accept([request])
    for before, after in (("event", "gone"), ("gone", "event")):
        async with engine.begin() as connection:
            await connection.execute(text(f"ALTER TABLE outbox RENAME COLUMN {before} TO {after}"))
        if after == "gone":
            await at_once(store, request)
    await answer_review(store, await store.desk.review(request.id), Answer.unsubscribe, by="kim", persons=["7"])
    [person] = await store.persons("7")
    assert [(one.level, one.list_id) for one in person.facts] == [(Level.list, "weekly")]
    await store.close()
    await engine.dispose()
