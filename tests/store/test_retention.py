"""Old mail is dropped with its text, a little at a time; what somebody needs stays, and so does what was decided."""

from datetime import timedelta
from typing import Any

import pytest
from store_values import NOW, Clock, Opening, a_decision, a_mail, an_opt_out
from structlog.testing import capture_logs

from mailproc.errors import ContentDropped
from mailproc.identity import sortable_id
from mailproc.mail.arrival.envelope import InboundMail
from mailproc.metrics import Metrics
from mailproc.policy.deciding.review import Answer
from mailproc.policy.decision import Action, Evidence
from mailproc.policy.hooks.event import Delivered
from mailproc.policy.hooks.forwarding import Forwarding
from mailproc.store.store import Store
from mailproc.watch.retention import Retention

OLD, NEW = NOW - timedelta(days=91), NOW - timedelta(days=89)
WORDS = Evidence(rule="en-x", phrase="take me off", where="body", span=(7, 18))


@pytest.fixture
async def store(opening: Opening) -> Store:
    def forwarding_of(account_id: str) -> Forwarding | None:
        return Forwarding(hook="forward/acme", per_hour=9)

    return await opening(forwarding_of=forwarding_of)


def an_old_mail(at: Any = OLD, number: int = 0, **more: Any) -> InboundMail:
    return a_mail(received_at=at, id=sortable_id(at, number), **more)


async def stored(store: Store, mail: InboundMail, **decided: Any) -> InboundMail:
    await store.accept([mail])
    values = {"new_text": "Please take me off. My secret is 42.", "evidence": (WORDS,)}
    await store.record(mail, a_decision(mail, an_opt_out(), **{**values, **decided}))
    return mail


async def drop(store: Store, days: int = 90) -> int:
    return await Retention(store, days, Metrics(), Clock()).once()


async def is_kept(store: Store, mail: InboundMail) -> bool:
    try:
        return (await store.mail(mail.id)).content == mail.content
    except ContentDropped:
        return False


async def test_old_mail_goes_with_its_text_and_newer_mail_stays(store: Store) -> None:
    old, new = await stored(store, an_old_mail()), await stored(store, an_old_mail(NEW))
    assert await drop(store) == 1
    assert [await is_kept(store, mail) for mail in (old, new)] == [False, True]
    decision = await store.decision_of(old.id)
    assert decision is not None
    assert decision.decision["new_text"] is None
    assert decision.decision["evidence"][0]["phrase"] == "take me off"
    assert decision.decision["mail"].startswith("sha256:")
    kept = await store.decision_of(new.id)
    assert kept is not None
    assert "secret" in kept.decision["new_text"]


async def test_facts_and_standings_stay_and_the_store_is_sound(store: Store) -> None:
    await stored(store, an_old_mail())
    await drop(store)
    [person] = await store.persons("pat@example.org")
    assert person.standing.status.value == "unsubscribed"
    assert await store.check() == []


async def test_a_resend_of_a_dropped_mail_is_still_recognised(store: Store) -> None:
    mail = await stored(store, an_old_mail())
    await drop(store)
    again = a_mail(content=mail.content, received_at=NOW)
    [receipt] = await store.accept([again])
    assert (receipt.duplicate, receipt.mail_id) == (True, mail.id)


async def test_a_dropped_mail_says_so_clearly_and_cannot_be_decided_again(store: Store) -> None:
    mail = await stored(store, an_old_mail())
    await drop(store)
    with pytest.raises(ContentDropped, match=r"was dropped on 2026-03-03 \(setting retention_days\)"):
        await store.mail(mail.id)
    assert not (await store.desk.record_again(mail, a_decision(mail), after=1, by="kim")).applied


async def test_undecided_mail_is_never_dropped(store: Store) -> None:
    mail = an_old_mail()
    await store.accept([mail])
    assert await drop(store) == 0
    assert await is_kept(store, mail)


async def test_mail_in_an_open_review_is_kept_until_a_person_has_answered(store: Store) -> None:
    mail = await stored(store, an_old_mail(), action=Action.review, facts=())
    assert await drop(store) == 0
    await store.desk.answer(await store.desk.review(mail.id), Answer.not_a_request, [], by="kim", note="")
    assert await drop(store) == 1
    assert not await is_kept(store, mail)


async def test_mail_that_was_not_forwarded_yet_is_kept_until_it_is(store: Store) -> None:
    await stored(store, an_old_mail(), action=Action.forward, facts=())
    assert await drop(store) == 0
    [entry] = await store.claim("forward/acme", limit=1, lease_seconds=60)
    await store.settle(entry, Delivered(), next_at=None)
    assert await drop(store) == 1


async def test_many_mails_go_in_several_transactions_and_a_kept_one_among_them_holds_nobody_up(store: Store) -> None:
    waiting = await stored(store, an_old_mail(number=3), action=Action.review, facts=())
    for number in range(60):
        if number != 3:
            await stored(store, an_old_mail(number=number))
    assert await drop(store) == 59
    assert await is_kept(store, waiting)
    assert await drop(store) == 0


async def test_a_big_mail_goes_chunk_by_chunk(store: Store) -> None:
    big = an_old_mail(number=1, content=b"Subject: big\r\n\r\n" + bytes(range(256)) * 4 * 1024 * 9)
    small = an_old_mail(number=2)
    for mail in (big, small):
        await stored(store, mail)
    first = await store.desk.drop_content("acme", NOW - timedelta(days=90))
    assert (first.mails, first.last) == (0, "")
    assert await drop(store) == 2
    assert [await is_kept(store, mail) for mail in (big, small)] == [False, False]
    assert await store.desk.accounts_with_content() == []


async def test_several_accounts_are_all_looked_at(store: Store) -> None:
    mails = [await stored(store, an_old_mail(account=name)) for name in ("acme", "bolt")]
    assert await drop(store) == 2
    assert [await is_kept(store, mail) for mail in mails] == [False, False]


async def test_every_decision_on_a_mail_loses_its_text(store: Store) -> None:
    mail = await stored(store, an_old_mail())
    await store.desk.record_again(mail, a_decision(mail, new_text="also secret"), after=1, by="kim")
    await drop(store)
    for one in await store.decisions():
        assert one.decision["new_text"] is None


async def test_a_run_is_one_log_line_and_a_metric(store: Store) -> None:
    await stored(store, an_old_mail(number=1))
    await stored(store, an_old_mail(number=2), action=Action.review, facts=())
    metrics = Metrics()
    with capture_logs() as lines:
        await Retention(store, 90, metrics, Clock()).once()
    [line] = lines
    assert (line["event"], line["dropped"], line["still_needed"]) == ("retention", 1, 1)
    assert "mailproc_mails_dropped_total 1.0" in metrics.exposition().decode()
